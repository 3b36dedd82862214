# SPDX-License-Identifier: Apache-2.0
"""ADSB_VEHICLE, from frames that pymavlink packs."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.fleet.traffic import Traffic
from groundstation.mavlink.decode import DECODERS
from groundstation.mavlink.dialect import MSGIDS, unpack

EVERYTHING = 1 | 2 | 4 | 8 | 16 | 32 | 128


def heard(**changes):
    values = {
        "ICAO_address": 0x4BA9C1, "lat": 410_000_000, "lon": 397_000_000, "altitude_type": 1, "altitude": 1_250_000,
        "heading": 27_000, "hor_velocity": 6_000, "ver_velocity": -250, "callsign": b"THY4AB", "emitter_type": 3,
        "tslc": 2, "flags": EVERYTHING, "squawk": 7_000, **changes,
    }  # fmt: skip
    mav = dialect.MAVLink(None, srcSystem=1, srcComponent=1)
    packed = dialect.MAVLink_adsb_vehicle_message(**values).pack(mav)
    fields = unpack(MSGIDS["ADSB_VEHICLE"], bytes(packed[10:-2]))
    return [sample for _, sample in DECODERS["ADSB_VEHICLE"](fields, 5.0)]


def test_everything_that_it_tells():
    assert heard() == [
        Traffic(
            at_s=5.0, index=0x4BA9C1, callsign="THY4AB", lat_deg=41.0, lon_deg=39.7, height_amsl_m=1_250.0,
            track_deg=270.0, ground_speed_mps=60.0, climb_mps=-2.5, squawk=7_000, emitter=3, seen_s=2.0,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "names"),
    [
        (1, ("lat_deg", "lon_deg")),
        (2, ("height_amsl_m",)),
        (4, ("track_deg",)),
        (8 | 128, ("ground_speed_mps", "climb_mps")),
        (32, ("squawk",)),
    ],
)
def test_what_has_no_flag_means_nothing(flag, names):
    (found,) = heard(flags=EVERYTHING & ~flag)
    assert {name: getattr(found, name) for name in names} == dict.fromkeys(names)
    assert found.invalid == ()


def test_a_call_sign_of_nobody_is_empty_and_none_steers_a_screen():
    assert heard(flags=EVERYTHING & ~16)[0].callsign == ""
    assert heard(callsign=b"A\x1b[31m")[0].callsign == "A [31m"


def test_who_has_no_address_or_can_not_be_there():
    assert heard(ICAO_address=0) == []
    assert heard(ICAO_address=0x1000000) == []
    assert len(heard(ICAO_address=0xFFFFFF)) == 1
    (found,) = heard(lat=910_000_000)
    assert found.lat_deg is None
    assert "lat_deg" in found.invalid
