# SPDX-License-Identifier: Apache-2.0
"""A log of each format, as the live panels would show its vehicle."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.navigation import GpsFix
from groundstation.fleet.status import LandedState
from groundstation.logs.log import Vocabulary
from groundstation.logs.open_log import open_log
from groundstation.logs.series import SeriesOf
from groundstation.logs.state_at import StateAt
from groundstation.ui.vehicle_panel.flight_values import flight_values
from groundstation.ui.vehicle_panel.tile_contents import TILES
from tests.conftest import shared_log
from tests.support.memory_log import MemoryLog
from tests.support.sessions import make_session, said_of

DATA = Path(__file__).parents[1] / "data"

FLIGHTS = [
    # log, vehicle, how high at most, the mode then
    ("copter_square.tlog", "1", 20.0, "GUIDED"),
    ("copter_square.bin", "vehicle", 20.0, "GUIDED"),
    ("px4_0_square.tlog", "1", 10.2, "LOITER"),
]


@pytest.mark.parametrize(("name", "vehicle", "height_m", "mode"), FLIGHTS)
def test_the_instruments_show_the_highest_moment_of_a_flight(
    name: str, vehicle: str, height_m: float, mode: str
) -> None:
    with open_log(shared_log(name)) as log:
        series = SeriesOf(log, vehicle)
        height = series.get("position.height_home_m")
        assert height is not None
        top_s = float(height.time_s[height.values.argmax()])
        state = StateAt(series).at(top_s)
    shown = flight_values(state, top_s)
    assert shown.height_m == pytest.approx(height_m, abs=0.1)
    assert None not in (shown.roll_deg, shown.pitch_deg, shown.heading_deg, shown.speed_mps, shown.climb_mps)
    assert (state.mode.name, state.is_flying) == (mode, True)
    # also by a log that begins with the arming, and tells of its end alone
    assert state.armed is not None
    assert state.armed.is_armed
    assert state.gps[0].fix.has_position
    tiles = " ".join(str(content(state, top_s)) for content in TILES)
    assert " V" in tiles
    assert state.freshness("attitude", top_s) is Freshness.FRESH
    assert state.freshness("attitude", top_s + 100.0) is Freshness.EXPIRED


def test_a_session_has_states_too(tmp_path: Path) -> None:
    session = make_session(tmp_path, said_of(shared_log("copter_square.tlog"), "kerkenez"))
    with open_log(session) as log:
        state = StateAt(SeriesOf(log, "fleet/kerkenez")).at((log.info.begin_s or 0.0) + 20.0)
    assert (state.key.id, state.mode and state.mode.name, state.armed and state.armed.is_armed) == (
        "kerkenez",
        "RTL",
        True,
    )
    assert state.age_s("position", (log.info.begin_s or 0.0) + 20.0) == pytest.approx(0.1, abs=0.2)


def test_before_anything_was_said_nothing_is_known() -> None:
    with open_log(DATA / "copter_square.tlog") as log:
        state = StateAt(SeriesOf(log, "1")).at((log.info.begin_s or 0.0) - 1.0)
    assert (state.position, state.battery, state.mode, state.attitude) == (None, (), None, None)


def test_a_recording_of_ours_gives_what_its_messages_said_by_index() -> None:
    log = MemoryLog().vehicle("fleet/uav-1", sysid=1, autopilot="ardupilot", kind="multicopter")
    nan = float("nan")
    log.add(
        "fleet/uav-1", "tlm/status", [1.0, 2.0, 3.0], vocabulary=Vocabulary.STREAMS,
        battery__0__voltage_v=[11.0, nan, 10.8], battery__1__voltage_v=[12.6, 12.6, 12.6],
        gps__0__satellites=[9, 10, 11], gps__0__fix=["fix_3d", "no_fix", "rtk_fixed"],
        landed__state=["on_ground", "taking_off", "in_air"], armed__is_armed=[False, True, True],
    )  # fmt: skip
    states = StateAt(SeriesOf(log, "fleet/uav-1"))
    found = states.at(2.5)
    assert [(one.index, one.voltage_v) for one in found.battery] == [(0, 11.0), (1, 12.6)]
    assert (found.gps[0].satellites, found.gps[0].fix) == (10, GpsFix.NO_FIX)
    assert (found.landed.state, found.armed.is_armed) == (LandedState.IN_AIR, True)
    assert states.at(3.0).battery[0].voltage_v == 10.8
    assert (found.name, found.info.kind, found.key.root) == ("uav-1", VehicleKind.MULTICOPTER, "replay")
    assert found.age_s("battery", 2.5) == 0.5
