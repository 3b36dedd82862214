# SPDX-License-Identifier: Apache-2.0
"""Decoder of other aircraft. Pure.

Source: MAVLink common.xml, ADSB_VEHICLE and ADSB_FLAGS: a field without its flag means nothing, whatever it holds.
"""

from __future__ import annotations

from groundstation.fleet.shown_text import harmless
from groundstation.fleet.traffic import Traffic
from groundstation.mavlink.checks import HEIGHT_M, SPEED_MPS, U16, Checks
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import Fields

HAS_PLACE, HAS_HEIGHT, HAS_HEADING, HAS_VELOCITY = 1, 2, 4, 8
HAS_CALLSIGN, HAS_SQUAWK, SIMULATED, HAS_CLIMB = 16, 32, 64, 128
MAX_ICAO = 0xFFFFFF


def adsb_vehicle(fields: Fields, at_s: float) -> Decoded:
    """ADSB_VEHICLE: one aircraft. One without an address of 24 bits is none that could be told from others."""
    checks, flags, address = Checks(), fields["flags"], fields["ICAO_address"]
    if not 0 < address <= MAX_ICAO:
        return ()
    lat_deg, lon_deg = checks.place(fields["lat"], fields["lon"]) if flags & HAS_PLACE else (None, None)

    def told(flag: int, name: str, field: str, limits: tuple[float, float], scale: float) -> float | None:
        return checks.number(name, fields[field], *limits, scale) if flags & flag else None

    is_course = bool(flags & HAS_HEADING) and fields["heading"] != U16
    sample = Traffic(
        at_s=at_s,
        index=address,
        callsign=harmless(str(fields["callsign"])).strip()[:9] if flags & HAS_CALLSIGN else "",
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        height_amsl_m=told(HAS_HEIGHT, "height_amsl_m", "altitude", HEIGHT_M, 1000.0),
        track_deg=checks.heading("track_deg", fields["heading"]) if is_course else None,
        ground_speed_mps=told(HAS_VELOCITY, "ground_speed_mps", "hor_velocity", SPEED_MPS, 100.0),
        # some senders have no flag of its own for the climb and set that of the velocity
        climb_mps=told(HAS_CLIMB | HAS_VELOCITY, "climb_mps", "ver_velocity", SPEED_MPS, 100.0),
        squawk=fields["squawk"] if flags & HAS_SQUAWK else None,
        emitter=fields["emitter_type"],
        seen_s=float(fields["tslc"]),
        is_simulated=bool(flags & SIMULATED),
        invalid=checks.invalid,
    )
    return (("traffic", sample),)
