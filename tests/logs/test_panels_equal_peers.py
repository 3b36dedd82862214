# SPDX-License-Identifier: Apache-2.0
"""What the panels show of a log at any moment is what pymavlink and pyulog decode of it."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymavlink import mavutil

from groundstation.app.players import open_file
from groundstation.fleet.past import Player
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs.open_log import open_log
from tests.conftest import SHARED, shared_log
from tests.support.peer_panels import SAME_S, Said, said

SHARES = (0.0, 0.001, 0.02, 0.15, 0.3, 0.5, 0.65, 0.8, 0.98, 1.0)
"""Where in a log the ten moments are."""
FEW = [
    *("copter_square.tlog", "copter_square.bin", "px4_0_square.tlog", "clock1970.tlog", "ulg_unix_clock.ulg"),
    *("pyulog_sample_log_small.ulg", "ardupilot_loganalyzer_nan.log", "dronekit-la_log171.bin"),
]
ENDINGS = (".tlog", ".bin", ".log", ".ulg")


def names() -> list[str]:
    beside = (one.name for kind in ("own", "cases", "public") for one in SHARED.glob(f"{kind}/*"))
    return sorted({*FEW, *(one for one in beside if one.endswith(ENDINGS))})


def a_log(name: str) -> Path:
    case = SHARED / "cases" / name
    return case if case.exists() else shared_log(name)


def whole(path: Path) -> Player:
    player = open_file(path)
    while player.work(lambda: True):
        pass
    return player


def first_time_s(path: Path, vehicle: str, messages: dict[str, Any]) -> tuple[str, float]:
    """A message of the vehicle, and when the first one came on our clock: what that counts from has other tests."""
    with open_log(path) as log:
        name = next(one.name for one in log.info.messages if one.vehicle == vehicle and one.name in messages)
        return name, float(np.min(log.columns(name, vehicle=vehicle).time_s))


def moments(times: np.ndarray) -> list[float]:
    """Ten of them between two messages each, so that both decoders have the same ones before; begin and end too."""
    found = []
    for share in SHARES:
        wanted = int(np.searchsorted(times, times[0] + share * (times[-1] - times[0])))
        near = np.arange(max(0, wanted - 20), min(len(times) - 1, wanted + 20))
        place = int(near[np.diff(times)[near].argmax()])
        found.append(float(times[place] + times[place + 1]) / 2)
    # a little later than the first and the last one, as the two place them
    return [float(times[0]) + SAME_S, *found[1:-1], float(times[-1]) + SAME_S]


def shown(state: VehicleState) -> dict[str, Any]:
    """The same values as the panels read them."""
    pack = next((one for one in state.battery if one.index == 0), None)
    receiver = next((one for one in state.gps if one.index == 0), None)
    samples = {
        state.position: ("lat_deg", "lon_deg", "height_home_m"),
        state.attitude: ("roll_deg", "pitch_deg", "yaw_deg"),
        state.velocity: ("ground_speed_mps",),
        state.air_data: ("climb_mps",),
        pack: ("voltage_v", "current_a", "charge_fraction"),
        receiver: ("satellites",),
        state.armed: ("is_armed",),
    }
    found = dict.fromkeys(
        (
            *("lat_deg", "lon_deg", "height_home_m", "roll_deg", "pitch_deg", "yaw_deg", "ground_speed_mps"),
            *("climb_mps", "voltage_v", "current_a", "charge_fraction", "satellites", "is_armed"),
        )
    )
    found |= {name: getattr(sample, name) for sample, names in samples.items() if sample for name in names}
    fix = receiver.fix.value if receiver else "unknown"
    return {**found, "fix": None if fix == "unknown" else fix, "mode": state.mode.name if state.mode else None}


def is_same(ours: Any, theirs: Any) -> bool:
    """Equal but for the rounding of the last digits of a float64."""
    if isinstance(ours, float | int) and isinstance(theirs, float | int) and not isinstance(theirs, bool):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return bool(ours == theirs)


def differences(player: Player, vehicle: str, peer: Said, shift_s: float, at_s: float) -> list[str]:
    moment = player.moment(at_s + shift_s)
    assert moment is not None
    state = next(one for one in moment.states if vehicle == "vehicle" or str(one.info.sysid) == vehicle)
    ours, theirs = shown(state), peer.at(at_s)
    return [
        f"{name} at {at_s - peer.times[0]:.3f} s: {ours[name]} is not {theirs[name]}"
        for name in theirs
        if not is_same(ours[name], theirs[name])
    ]


@pytest.mark.parametrize("name", names())
@pytest.mark.long
def test_at_ten_moments_of_a_log_the_panels_show_what_its_peer_decodes(name: str) -> None:
    path = a_log(name)
    player = whole(path)
    found, known = [], 0
    try:
        peers = said(path)
        assert len(player.vehicles()) == len(peers)
        for vehicle, peer in peers.items():
            message, begin_s = first_time_s(path, vehicle, peer.messages)
            shift_s = begin_s - peer.messages[message][0][0]
            for at_s in moments(peer.times):
                found += differences(player, vehicle, peer, shift_s, at_s)
                known += sum(value is not None for value in peer.at(at_s).values())
    finally:
        player.close()
    assert not found, "\n".join(found)
    # nothing but "unknown" everywhere would be equal too
    assert known


def test_what_a_vehicle_knows_no_more_is_unknown_and_not_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "lost.tlog"
    mav = mavutil.mavlink
    packer = mav.MAVLink(None, srcSystem=7, srcComponent=1)
    with path.open("wb") as file:
        for second in range(20):
            # after half of it the receiver loses its fix, and the battery its sensor
            is_known = second < 10
            for message in (
                mav.MAVLink_heartbeat_message(2, 3, 1 | (128 if is_known else 0), 4 if is_known else 6, 4, 3),
                mav.MAVLink_gps_raw_int_message(
                    0, 3 if is_known else 1, 411234567, 291234567, 90_000, 120, 120, 700, 0, 12 if is_known else 255
                ),
                mav.MAVLink_sys_status_message(
                    *(0, 0, 0, 0, 12_300 if is_known else 65535, 450 if is_known else -1, 80 if is_known else -1),
                    *(0, 0, 0, 0, 0, 0),
                ),
            ):
                stamp_us = 1_750_000_000_000_000 + second * 1_000_000
                file.write(struct.pack(">Q", stamp_us) + message.pack(packer))
    peer = said(path)["7"]
    player = whole(path)
    try:
        for second in (8.5, 9.5, 10.5, 19.5):
            assert differences(player, "7", peer, 0.0, 1_750_000_000 + second) == []
        before, after = (player.moment(1_750_000_000 + second) for second in (9.5, 10.5))
    finally:
        player.close()
    assert before is not None
    assert after is not None
    known, unknown = shown(before.states[0]), shown(after.states[0])
    lost = ("lat_deg", "lon_deg", "ground_speed_mps", "voltage_v", "current_a", "charge_fraction", "satellites")
    assert all(known[name] is not None for name in lost)
    assert [unknown[name] for name in lost] == [None] * len(lost)
    assert (known["mode"], unknown["mode"], known["is_armed"], unknown["is_armed"]) == ("GUIDED", "RTL", True, False)
    assert (unknown["fix"], unknown["height_home_m"]) == ("no_fix", None)


def test_a_log_on_board_whose_receiver_lost_its_fix_shows_no_place(tmp_path: Path) -> None:
    path = tmp_path / "lost.log"
    lines = [
        "FMT, 128, 89, FMT, BBnNZ, Type,Length,Name,Format,Columns",
        "FMT, 130, 45, GPS, QBIHBcLLefffB, TimeUS,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs,VZ,U",
        "FMT, 131, 20, BARO, Qfff, TimeUS,Alt,Press,CRt",
    ]
    for tenth in range(1, 200):
        status = 3 if tenth < 100 else 1
        gps = f"{tenth * 100000}, {status}, {tenth * 100}, 2000, 9, 1.20, 41.1234567, 29.1234567, 90.00, 5.5, 0, 0, 1"
        lines += [f"GPS, {gps}", f"BARO, {tenth * 100000}, {tenth / 10}, 101325, 0.5"]
    path.write_text("\n".join(lines) + "\n")
    peer = said(path)["vehicle"]
    message, begin_s = first_time_s(path, "vehicle", peer.messages)
    player = whole(path)
    try:
        for at_s in (peer.times[0] + 5.05, peer.times[0] + 15.05):
            assert differences(player, "vehicle", peer, begin_s - peer.messages[message][0][0], at_s) == []
        last = player.moment(player.extent.end_s)
    finally:
        player.close()
    assert last is not None
    found = shown(last.states[0])
    assert (found["lat_deg"], found["ground_speed_mps"], found["height_home_m"]) == (None, None, pytest.approx(19.9))


def test_a_message_counts_from_its_very_time_on() -> None:
    path = shared_log("copter_square.tlog")
    with open_log(path) as log:
        columns = log.columns("ATTITUDE", ("roll",), vehicle="1")
    at_s = float(columns.time_s[100])
    player = whole(path)
    try:
        found = []
        for moment_s in (np.nextafter(at_s, 0.0), at_s):
            moment = player.moment(float(moment_s))
            assert moment is not None
            found.append(shown(moment.states[0])["roll_deg"])
    finally:
        player.close()
    assert found == [pytest.approx(math.degrees(columns.values["roll"][row]), rel=1e-9) for row in (99, 100)]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (29.123456700, 29.123456700 * (1 + 0.9e-9), True),
        (29.123456700, 29.123456700 * (1 + 1.1e-9), False),
        (0.0, 0.9e-9, True),
        (0.0, 1.1e-9, False),
        (None, 0.0, False),
        (0.0, None, False),
        (None, None, True),
        (False, True, False),
        ("LOITER", "LAND", False),
    ],
)
def test_values_are_the_same_but_for_rounding(ours: Any, theirs: Any, expected: bool) -> None:
    assert is_same(ours, theirs) is expected
