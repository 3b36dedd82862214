# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.awareness.derived import AWARENESS
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey, is_vehicle_id
from groundstation.fleet.kinds import EXPECTED_PERIOD_S, KINDS, Freshness, Samples, freshness
from groundstation.fleet.motion import Altitude, Attitude, Position
from groundstation.fleet.status import Armed
from groundstation.fleet.vehicle import MAX_MESSAGES, VehicleState

KEY = VehicleKey("fleet", "uav-1")
STATE = VehicleState(key=KEY)


def test_a_vehicle_that_sent_nothing_knows_nothing() -> None:
    assert STATE.heading_deg is None
    assert all(STATE.age_s(kind, 5.0) is None for kind in KINDS)
    assert all(STATE.freshness(kind, 5.0) is Freshness.MISSING for kind in KINDS)
    assert STATE.name == "uav-1"


def test_the_age_is_counted_on_the_clock_of_the_station() -> None:
    state = STATE.after(Samples(position=Position(at_s=10.0, lat_deg=1.0)), clock_offset_s=100.0)
    assert state.age_s("position", 110.5) == pytest.approx(0.5)
    assert state.age_s("position", 109.0) == 0.0
    assert state.freshness("position", 111.9) is Freshness.FRESH
    assert state.freshness("position", 112.1) is Freshness.STALE
    assert state.freshness("position", 130.0) is Freshness.EXPIRED


def test_a_sample_replaces_its_predecessor_with_its_unknowns() -> None:
    state = STATE.after(Samples(position=Position(at_s=1.0, lat_deg=1.0, height_home_m=0.0)), 0.0)
    assert state.position is not None
    assert state.position.height_home_m == 0.0
    state = state.after(Samples(position=Position(at_s=2.0, lat_deg=3.0)), 0.0)
    assert state.position is not None
    assert state.position.height_home_m is None


def test_a_late_sample_does_not_turn_back_time() -> None:
    state = STATE.after(Samples(attitude=Attitude(at_s=5.0, yaw_deg=90.0)), 0.0)
    state = state.after(Samples(attitude=Attitude(at_s=4.0, yaw_deg=10.0)), 0.0)
    assert state.heading_deg == 90.0


def test_packs_are_kept_by_their_index() -> None:
    state = STATE.after(Samples(battery=(BatteryPack(at_s=1.0, index=1, voltage_v=11.0),)), 0.0)
    state = state.after(Samples(battery=(BatteryPack(at_s=2.0, index=0, voltage_v=12.0),)), 0.0)
    assert [(pack.index, pack.voltage_v) for pack in state.battery] == [(0, 12.0), (1, 11.0)]
    assert state.age_s("battery", 3.0) == pytest.approx(1.0)


def test_a_late_pack_does_not_turn_back_time() -> None:
    packs = (BatteryPack(at_s=5.0, voltage_v=12.0), BatteryPack(at_s=3.0, index=1, voltage_v=11.0))
    late = (BatteryPack(at_s=4.0, voltage_v=13.0), BatteryPack(at_s=4.0, index=1, voltage_v=10.0))
    state = STATE.after(Samples(battery=packs), 0.0).after(Samples(battery=late), 0.0)
    assert [pack.voltage_v for pack in state.battery] == [12.0, 10.0]


@pytest.mark.parametrize(("height_m", "is_flying"), [(1.45, None), (1.55, True), (-9.0, None)])
def test_armed_and_higher_than_a_metre_and_a_half_is_flying(height_m: float, is_flying: bool | None) -> None:
    samples = Samples(armed=Armed(at_s=0.0, is_armed=True), position=Position(at_s=0.0, height_home_m=height_m))
    assert STATE.after(samples, 0.0).is_flying is is_flying


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_stale_after_three_periods_or_two_seconds_and_expired_ten_later(kind: str) -> None:
    stale_s = {"home": 180.0, "mission_progress": 15.0, "terrain": 15.0, "radio": 15.0}.get(kind)
    slow = {
        "landed",
        "navigation_target",
        "position_target",
        "altitude",
        "health",
        "battery",
        "esc",
        "gps",
        "estimator",
        "vibration",
        "wind",
    }
    slow |= {"traffic", "range_finder", "environment", "rc", "clock"}
    seconds = {"mode", "armed", "flight_status"}
    stale_s = stale_s or (6.0 if kind in slow else 3.0 if kind in seconds else 2.0)
    assert freshness(kind, stale_s - 0.01) is Freshness.FRESH
    assert freshness(kind, stale_s + 0.01) is Freshness.STALE
    assert freshness(kind, stale_s + 9.99) is Freshness.STALE
    assert freshness(kind, stale_s + 10.01) is Freshness.EXPIRED


def test_messages_are_bounded() -> None:
    state = STATE
    for number in range(MAX_MESSAGES + 10):
        state = state.with_event(Event(at_s=0.0, kind=EventKind.STATUS_TEXT, text=str(number)))
    assert len(state.messages) == MAX_MESSAGES
    assert state.messages[-1].text == str(MAX_MESSAGES + 9)


def test_every_kind_has_an_expected_period() -> None:
    assert set(EXPECTED_PERIOD_S) == {*KINDS, AWARENESS}


def test_nothing_is_stale_before_two_seconds() -> None:
    assert all(freshness(kind, 2.0) is Freshness.FRESH for kind in KINDS)


@pytest.mark.parametrize("good", ["uav-1", "A", "3_x", "-", "a" * 32])
def test_ids_that_can_stand_in_a_topic(good: str) -> None:
    assert is_vehicle_id(good)


@pytest.mark.parametrize(
    "bad", ["", "_all", "a/b", "a.b", "+", "#", "a b", "ü", "a\0", "a" * 33, "uav-1\n", "$SYS", "٣"]
)
def test_ids_that_can_not(bad: str) -> None:
    assert not is_vehicle_id(bad)


def test_a_height_names_what_it_is_above() -> None:
    def height(**samples: object) -> tuple[float | None, str, str]:
        return tuple(STATE.after(Samples(**samples), 0.0).height)  # type: ignore[arg-type, return-value]

    placed = Position(at_s=0.0, height_home_m=20.0)
    high = Altitude(at_s=0.0, height_home_m=19.0, height_start_m=21.0)
    local = Altitude(at_s=0.0, height_start_m=3.0)
    assert height(position=placed, altitude=high) == (20.0, "home", "position")
    assert height(position=Position(at_s=0.0), altitude=high) == (19.0, "home", "altitude")
    assert height(altitude=local) == (3.0, "start", "altitude")
    assert height() == (None, "home", "position")
