# SPDX-License-Identifier: Apache-2.0
"""Recorded flights through bridge, topics and inbox into the fleet: what a station shows is what pymavlink reads."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil

from groundstation.bridge import service
from groundstation.bridge.link_watch import LOST_S
from groundstation.fleet.events import EventKind
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.vehicle import VehicleState
from tests.conftest import shared_log
from tests.support.tlogs import STEP_S, Station, Truth

SQUARE, BOOT, PX4, REBOOT, VTOL = (
    "copter_square.tlog",
    "copter_boot.tlog",
    "px4_0_square.tlog",
    "copter_reboot.tlog",
    "uavlogviewer_vtol.tlog",
)
FLIGHTS = [(SQUARE, 1), (BOOT, 14), (PX4, 1), (VTOL, 1)]
FIXES = ("no_gps", "no_fix", "fix_2d", "fix_3d", "dgps", "rtk_float", "rtk_fixed", "static", "ppp")
LANDED = ("unknown", "on_ground", "in_air", "taking_off", "landing")


@cache
def truth_of(path: Path, sysid: int) -> Truth:
    return Truth(path, sysid)


def close(shown: float | None, wanted: float, tolerance: float = 1e-6) -> None:
    assert shown is not None
    assert abs(shown - wanted) <= tolerance, (shown, wanted)


def has_place(state: VehicleState, position: Any) -> None:
    """GLOBAL_POSITION_INT."""
    shown, velocity = state.position, state.velocity
    assert shown is not None
    assert shown.boot_ms == position.time_boot_ms
    if position.lat == position.lon == 0:
        assert (shown.lat_deg, shown.lon_deg, shown.height_amsl_m) == (None,) * 3
        # a zero without a place is unknown; a barometer tells a height without one
        assert shown.height_home_m == (position.relative_alt / 1e3 or None)
        assert velocity is None or (velocity.ground_speed_mps, velocity.down_mps) == (None, position.vz / 100)
        return
    assert velocity is not None
    close(shown.lat_deg, position.lat / 1e7)
    close(shown.lon_deg, position.lon / 1e7)
    close(shown.height_amsl_m, position.alt / 1e3)
    close(shown.height_home_m, position.relative_alt / 1e3)
    close(velocity.north_mps, position.vx / 100)
    close(velocity.east_mps, position.vy / 100)
    close(velocity.down_mps, position.vz / 100)
    close(velocity.ground_speed_mps, math.hypot(position.vx, position.vy) / 100, 1e-3)


def has_attitude(state: VehicleState, attitude: Any) -> None:
    """ATTITUDE."""
    assert state.attitude is not None
    close(state.attitude.roll_deg, math.degrees(attitude.roll), 1e-3)
    close(state.attitude.pitch_deg, math.degrees(attitude.pitch), 1e-3)
    close(state.attitude.yaw_deg, math.degrees(attitude.yaw) % 360.0, 1e-3)


def has_battery(state: VehicleState, battery: Any) -> None:
    """BATTERY_STATUS."""
    pack = state.battery[battery.id]
    cells = [one for one in battery.voltages if one != 65535]
    close(pack.voltage_v, sum(cells) / 1e3, 1e-3)
    if battery.current_battery in (-1, -100):
        assert pack.current_a is None
    else:
        close(pack.current_a, battery.current_battery / 100)
    close(pack.charge_fraction, battery.battery_remaining / 100)


def has_gps(state: VehicleState, gps: Any) -> None:
    """GPS_RAW_INT."""
    shown = state.gps[0]
    assert shown.fix == FIXES[gps.fix_type]
    if gps.fix_type < 2:
        assert (shown.lat_deg, shown.lon_deg, shown.height_amsl_m, shown.ground_speed_mps) == (None,) * 4
        return
    assert shown.satellites == gps.satellites_visible
    close(shown.lat_deg, gps.lat / 1e7)
    close(shown.lon_deg, gps.lon / 1e7)
    close(shown.height_amsl_m, gps.alt / 1e3)
    close(shown.hdop, gps.eph / 100)


def has_heartbeat(state: VehicleState, heartbeat: Any) -> None:
    """HEARTBEAT."""
    assert state.armed is not None
    assert state.mode is not None
    assert state.armed.is_armed == bool(heartbeat.base_mode & 128)
    assert state.mode.custom_mode == heartbeat.custom_mode
    assert state.mode.name == mavutil.mode_string_v10(heartbeat)


def has_air_data(state: VehicleState, hud: Any) -> None:
    """VFR_HUD."""
    assert state.air_data is not None
    close(state.air_data.airspeed_mps, hud.airspeed, 1e-4)
    close(state.air_data.climb_mps, hud.climb, 1e-4)
    close(state.air_data.throttle_fraction, hud.throttle / 100)


def has_home(state: VehicleState, home: Any) -> None:
    """HOME_POSITION."""
    assert state.home is not None
    close(state.home.lat_deg, home.latitude / 1e7)
    close(state.home.lon_deg, home.longitude / 1e7)
    close(state.home.height_amsl_m, home.altitude / 1e3)


def has_landed(state: VehicleState, extended: Any) -> None:
    """EXTENDED_SYS_STATE."""
    assert state.landed is not None
    assert state.landed.state == LANDED[extended.landed_state]


def has_mission(state: VehicleState, mission: Any) -> None:
    """MISSION_CURRENT."""
    assert state.mission_progress is not None
    assert state.mission_progress.item == mission.seq


CHECKS: dict[str, Callable[[VehicleState, Any], None]] = {
    "GLOBAL_POSITION_INT": has_place,
    "ATTITUDE": has_attitude,
    "BATTERY_STATUS": has_battery,
    "GPS_RAW_INT": has_gps,
    "HEARTBEAT": has_heartbeat,
    "VFR_HUD": has_air_data,
    "HOME_POSITION": has_home,
    "EXTENDED_SYS_STATE": has_landed,
    "MISSION_CURRENT": has_mission,
}
KIND_OF = {
    "GLOBAL_POSITION_INT": "position",
    "ATTITUDE": "attitude",
    "GPS_RAW_INT": "gps",
    "HEARTBEAT": "mode",
    "VFR_HUD": "air_data",
    "HOME_POSITION": "home",
    "EXTENDED_SYS_STATE": "landed",
    "MISSION_CURRENT": "mission_progress",
}


def compare(state: VehicleState, truth: Truth, elapsed_s: float = 1e9) -> int:
    """Hold everything shown against the newest messages; what never came must not be shown."""
    compared = 0
    for name, check in CHECKS.items():
        message = truth.newest(name, elapsed_s)
        if message is not None:
            check(state, message)
            compared += 1
        elif name in KIND_OF:
            assert not getattr(state, KIND_OF[name]), f"{KIND_OF[name]} is shown, but no {name} came"
    return compared


def longest_silence_s(truth: Truth) -> float:
    stamps = [one._timestamp for one in truth.of("HEARTBEAT")]
    return max(after - before for before, after in pairwise(stamps))


def is_undisturbed(station: Station, vehicle: str, *, has_gaps: bool = False) -> None:
    """One vehicle, one life, nothing missing, nothing invented."""
    state = station.state(vehicle)
    assert [key.id for key in station.service.hearing.vehicles] == [vehicle]
    assert state.connection is not None
    assert state.connection.conflict is None
    kinds = {event.kind for event in state.messages}
    assert not kinds & {EventKind.REBOOT, EventKind.IDENTITY}
    assert (EventKind.LINK in kinds) is has_gaps
    assert station.inbox.counts.missing == station.inbox.counts.duplicates == station.inbox.counts.undecodable == 0
    assert station.fleet.ignored == 0
    assert station.link.damaged_bytes == 0
    assert station.service.hearing.take_unlisted() == []
    assert station.unlisted == []


@pytest.mark.parametrize(("name", "sysid"), FLIGHTS)
@pytest.mark.long
def test_everything_shown_is_what_was_sent_all_along(name: str, sysid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared_log(name)
    truth, station = truth_of(path, sysid), Station(path, "1")
    steps = compared = 0
    for elapsed_s in station.steps(monkeypatch):
        if truth.newest("HEARTBEAT", elapsed_s) is not None:
            steps += 1
            compared += compare(station.state(f"uav-{sysid}"), truth, elapsed_s)
    station.close()
    assert steps >= 28
    assert compared >= 6 * steps
    is_undisturbed(station, f"uav-{sysid}", has_gaps=longest_silence_s(truth) > LOST_S + STEP_S)


@pytest.mark.parametrize(("name", "sysid"), FLIGHTS)
@pytest.mark.long
def test_as_fast_as_possible_ends_with_the_last_values(name: str, sysid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "TICK_S", 0.0)
    path = shared_log(name)
    station = Station(path, "max")
    station.service.run(threading.Event())
    station.take_in()
    state = station.state(f"uav-{sysid}")
    assert compare(state, truth_of(path, sysid)) >= 7
    is_undisturbed(station, f"uav-{sysid}")
    assert state.connection is not None
    assert (state.connection.state, state.connection.reason) == (LinkState.OFFLINE, ConnReason.BRIDGE_STOPPED)


def test_before_the_first_fix_no_place_is_shown_and_after_it_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared_log(BOOT)
    station = Station(path, "1")
    without, with_place = [], []
    for _ in station.steps(monkeypatch):
        if not station.fleet:
            continue
        state = station.state("uav-14")
        gps_has_place = any(one.lat_deg is not None for one in state.gps)
        place = state.position.lat_deg if state.position is not None else None
        (with_place if place is not None else without).append(gps_has_place)
        if place is None:
            assert state.velocity is None or state.velocity.ground_speed_mps is None
            assert state.home is None
    station.close()
    assert without[0] is False
    assert len(without) > 5
    assert len(with_place) > 5
    assert all(with_place), "a position without a satellite fix"
    state = station.state("uav-14")
    assert state.position is not None
    close(state.position.lat_deg, -35.363261, 1e-4)


def test_the_texts_of_a_boot_arrive_complete_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared_log(BOOT)
    station = Station(path, "1")
    for _ in station.steps(monkeypatch):
        pass
    station.close()
    shown = [one for one in station.state("uav-14").messages if one.kind is EventKind.STATUS_TEXT]
    assert [one.text for one in shown] == [one.text for one in truth_of(path, 14).of("STATUSTEXT")]
    assert all(one.is_complete for one in shown)


@pytest.mark.parametrize("speed", ["1", "20", "max"])
def test_one_restart_is_told_once_at_any_speed(speed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared_log(REBOOT)
    station = Station(path, speed)
    for _ in station.steps(monkeypatch):
        assert all(one.connection is not None and one.connection.conflict is None for one in station.fleet)
    station.close()
    assert [key.id for key in station.service.hearing.vehicles] == ["uav-20"]
    events = [one.kind for one in station.state("uav-20").messages]
    assert events.count(EventKind.REBOOT) == 1
    assert EventKind.IDENTITY not in events
    assert station.unlisted == []
    assert station.state("uav-20").position is None, "a position of the life before"
