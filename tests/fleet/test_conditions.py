# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.conditions import REPORT_S, Level, conditions, heartbeat_age_s
from groundstation.fleet.energy import BatteryPack, ChargeState
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness, Samples
from groundstation.fleet.link import Connection, ConnReason, LinkQuality, LinkReport, LinkState
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.navigation import Estimator, GpsFix, GpsReceiver
from groundstation.fleet.phrases import say
from groundstation.fleet.status import (
    Armed,
    FlightStatus,
    Health,
    Landed,
    LandedState,
    MissionProgress,
    Mode,
    SensorHealth,
    SystemStatus,
)
from groundstation.fleet.vehicle import VehicleState

HEARD = VehicleState(key=VehicleKey("fleet", "a"), connection=Connection(state=LinkState.ONLINE), clock_offset_s=0.0)
ARMED = Armed(at_s=0.0, is_armed=True)


def texts(samples: Samples, now_s: float = 0.0) -> list[tuple[Level, str]]:
    return [(one.level, str(one.said)) for one in conditions(HEARD.after(samples, 0.0), now_s)]


def test_a_vehicle_of_which_nothing_is_known_has_no_condition() -> None:
    assert conditions(HEARD, 0.0) == ()
    assert conditions(HEARD, 0.0) == ()


@pytest.mark.parametrize(
    ("fraction", "charge_state", "expected"),
    [
        (0.5, ChargeState.OK, []),
        (0.25, ChargeState.UNKNOWN, []),
        (0.24, ChargeState.UNKNOWN, [(Level.CAUTION, "battery low 24 %")]),
        (0.249, ChargeState.UNKNOWN, [(Level.CAUTION, "battery low 25 %")]),
        (0.15, ChargeState.UNKNOWN, [(Level.CAUTION, "battery low 15 %")]),
        (0.149, ChargeState.UNKNOWN, [(Level.WARNING, "battery critical 15 %")]),
        (0.149, ChargeState.LOW, [(Level.WARNING, "battery critical 15 %")]),
        (0.2, ChargeState.CRITICAL, [(Level.WARNING, "battery critical 20 %")]),
        (0.9, ChargeState.EMERGENCY, [(Level.WARNING, "battery critical 90 %")]),
        (0.9, ChargeState.FAILED, [(Level.WARNING, "battery critical 90 %")]),
        (0.9, ChargeState.UNHEALTHY, [(Level.WARNING, "battery critical 90 %")]),
        (0.0, ChargeState.UNKNOWN, [(Level.WARNING, "battery critical 0 %")]),
        (None, ChargeState.UNKNOWN, []),
        (None, ChargeState.CRITICAL, [(Level.WARNING, "battery critical")]),
        (0.9, ChargeState.LOW, [(Level.CAUTION, "battery low 90 %")]),
    ],
)
def test_batteries(fraction, charge_state, expected) -> None:
    pack = BatteryPack(at_s=0.0, charge_fraction=fraction, charge_state=charge_state)
    assert texts(Samples(battery=(pack,))) == expected


@pytest.mark.parametrize(
    ("mode", "progress", "landed", "is_told"),
    [
        ("AUTO", "complete", LandedState.IN_AIR, True),
        ("AUTO", "active", LandedState.IN_AIR, False),
        ("AUTO", "not_started", LandedState.IN_AIR, False),
        ("AUTO", "complete", LandedState.ON_GROUND, False),
        ("LOITER", "complete", LandedState.IN_AIR, False),
    ],
)
def test_who_stands_in_the_air_in_auto_with_nothing_to_fly_is_told_with_what_helps(mode, progress, landed, is_told):
    samples = Samples(
        mode=Mode(at_s=0.0, name=mode),
        mission_progress=MissionProgress(at_s=0.0, item=4, items=3, state=progress),
        landed=Landed(at_s=0.0, state=landed),
        armed=ARMED,
    )
    words = "AUTO, no item left: start mission or return"
    assert texts(samples) == ([(Level.ADVISORY, words)] if is_told else [])


def test_the_worse_of_two_packs_is_named() -> None:
    packs = (BatteryPack(at_s=0.0, charge_fraction=0.2), BatteryPack(at_s=0.0, index=1, charge_fraction=0.1))
    assert texts(Samples(battery=packs)) == [(Level.WARNING, "battery 2 critical 10 %")]


def test_a_pack_is_named_by_its_index() -> None:
    packs = (BatteryPack(at_s=0.0, index=1, charge_fraction=0.9), BatteryPack(at_s=0.0, index=4, charge_fraction=0.1))
    assert texts(Samples(battery=packs)) == [(Level.WARNING, "battery 5 critical 10 %")]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("velocity_ratio", "velocity"),
        ("horizontal_position_ratio", "position"),
        ("vertical_position_ratio", "height"),
        ("compass_ratio", "compass"),
    ],
)
def test_a_ratio_above_one_is_a_failure_one_is_none(field: str, name: str) -> None:
    assert texts(Samples(estimator=Estimator(at_s=0.0, **{field: 1.0}))) == []
    assert texts(Samples(estimator=Estimator(at_s=0.0, **{field: 1.01}))) == [(Level.CAUTION, f"estimator: {name}")]


def test_no_fix_is_worse_in_flight() -> None:
    receiver = GpsReceiver(at_s=0.0, fix=GpsFix.NO_FIX)
    assert texts(Samples(gps=(receiver,))) == [(Level.ADVISORY, "no GPS fix")]
    assert texts(Samples(gps=(receiver,), armed=ARMED)) == [(Level.WARNING, "no GPS fix")]
    second = GpsReceiver(at_s=0.0, index=1, fix=GpsFix.RTK_FIXED)
    assert texts(Samples(gps=(receiver, second))) == []


def test_the_worst_comes_first() -> None:
    samples = Samples(
        flight_status=FlightStatus(at_s=0.0, system_status=SystemStatus.CRITICAL),
        estimator=Estimator(at_s=0.0, compass_ratio=1.2, velocity_ratio=0.3),
        health=Health(at_s=0.0, sensors=(SensorHealth(name="3d_gyro", is_enabled=True, is_healthy=False),)),
    )
    assert texts(samples) == [
        (Level.WARNING, "failsafe"),
        (Level.CAUTION, "estimator: compass"),
        (Level.ADVISORY, "unhealthy: 3d gyro"),
    ]


def test_a_disabled_part_is_not_unhealthy() -> None:
    part = SensorHealth(name="rc_receiver", is_enabled=False, is_healthy=False)
    assert texts(Samples(health=Health(at_s=0.0, sensors=(part,)))) == []


def test_a_position_that_stops_coming_is_told_while_heartbeats_come() -> None:
    samples = Samples(position=Position(at_s=0.0, lat_deg=1.0))
    assert texts(samples, now_s=1.99) == []
    assert texts(samples, now_s=2.01) == [(Level.CAUTION, "position is 2 s old")]
    assert texts(samples, now_s=5.0) == [(Level.CAUTION, "position is 5 s old")]


def test_a_lost_link_counts_on_from_the_last_report() -> None:
    lost = Connection(state=LinkState.STALE, reason=ConnReason.LINK_LOST)
    quality = LinkQuality(at_s=0.0, link="udp", heartbeat_age_s=4.0)
    state = VehicleState(
        key=HEARD.key, connection=lost, link=LinkReport(links=(quality,)), link_received_s=100.0, clock_offset_s=0.0
    )
    assert heartbeat_age_s(state, 130.0) == pytest.approx(34.0)
    (lost,) = conditions(state, 130.0)[:1]
    assert (lost.said, str(lost.said)) == (say("link_lost", age_s=34.0), "link lost 34 s")


def test_two_autopilots_with_one_id_are_a_warning() -> None:
    state = VehicleState(key=HEARD.key, connection=Connection(state=LinkState.ONLINE, conflict="two autopilots ..."))
    assert conditions(state, 0.0)[0].level is Level.WARNING


@pytest.mark.parametrize(("age_s", "is_told"), [(REPORT_S, True), (REPORT_S + 0.01, False)])
def test_a_slow_way_to_the_broker_is_told_as_long_as_the_bridge_says_so(age_s: float, *, is_told: bool) -> None:
    slow = msgspec.structs.replace(HEARD, link=LinkReport(bus_bytes_per_s=2_140.0, thinned=12), link_received_s=100.0)
    found = [(one.level, str(one.said)) for one in conditions(slow, 100.0 + age_s)]
    expected = (Level.CAUTION, "thinned, broker link 2.1 kB/s")
    assert (expected in found) is is_told
    quick = msgspec.structs.replace(HEARD, link=LinkReport(thinned=12), link_received_s=100.0)
    assert conditions(quick, 100.0) == ()


def test_a_pack_of_another_component_is_named_by_it() -> None:
    packs = (
        BatteryPack(at_s=0.0, charge_fraction=0.9),
        BatteryPack(at_s=0.0, index=18_000, component="battery (180)", charge_fraction=0.1),
    )
    assert texts(Samples(battery=packs)) == [(Level.WARNING, "battery (180) critical 10 %")]


PLACE = Position(at_s=10.0, lat_deg=41.0, lon_deg=39.7)


@pytest.mark.parametrize(
    ("estimator", "is_vouched"),
    [
        (None, True),
        (Estimator(at_s=10.0), True),
        (Estimator(at_s=10.0, has_horizontal_position=True), True),
        (Estimator(at_s=10.0, has_horizontal_position=False), False),
        # what was said long ago tells nothing of now
        (Estimator(at_s=3.9, has_horizontal_position=False), True),
        (Estimator(at_s=4.1, has_horizontal_position=False), False),
    ],
)
def test_a_place_that_the_estimator_does_not_vouch_for_is_no_fresh_one(
    estimator: Estimator | None, is_vouched: bool
) -> None:
    state = HEARD.after(Samples(position=PLACE, estimator=estimator, armed=ARMED), 0.0)
    assert state.freshness("position", 10.0) is (Freshness.FRESH if is_vouched else Freshness.STALE)
    told = [(one.level, str(one.said)) for one in conditions(state, 10.0)]
    assert told == ([] if is_vouched else [(Level.WARNING, "position not vouched for by its estimator")])


def test_a_height_without_a_place_needs_nobody_to_vouch_for_the_place() -> None:
    indoors = Samples(
        position=Position(at_s=10.0, height_home_m=2.0), estimator=Estimator(at_s=10.0, has_horizontal_position=False)
    )
    assert HEARD.after(indoors, 0.0).freshness("position", 10.0) is Freshness.FRESH
    assert conditions(HEARD.after(indoors, 0.0), 10.0) == ()


def unhealthy(*names: str) -> Health:
    return Health(at_s=0.0, sensors=tuple(SensorHealth(name=one, is_enabled=True, is_healthy=False) for one in names))


def test_a_breached_fence_is_no_broken_part() -> None:
    assert texts(Samples(health=unhealthy("geofence"))) == [(Level.CAUTION, "fence breached")]
    assert texts(Samples(health=unhealthy("geofence", "gps"), armed=ARMED)) == [
        (Level.WARNING, "fence breached"),
        (Level.CAUTION, "unhealthy: gps"),
    ]


def test_why_a_vehicle_can_not_be_armed_is_said_from_the_first_second_on() -> None:
    health = unhealthy("prearm_check")
    no_fix = (GpsReceiver(at_s=0.0, fix=GpsFix.NO_FIX),)
    fix = (GpsReceiver(at_s=0.0, fix=GpsFix.FIX_3D),)
    home = Home(at_s=0.0, lat_deg=41.0, lon_deg=39.7)
    no_estimate = Estimator(at_s=0.0, has_horizontal_position=False)
    for samples, why in (
        (Samples(health=health, gps=no_fix), "waits for a GPS fix"),
        (Samples(health=health, gps=fix, estimator=no_estimate), "waits for its position estimate"),
        (Samples(health=health, gps=fix), "waits for its home"),
        (Samples(health=health, gps=fix, home=home), "it has not said why"),
    ):
        assert (Level.ADVISORY, f"not armable: {why}") in texts(samples)
    assert texts(Samples(health=health, home=home, armed=ARMED)) == []


@pytest.mark.parametrize(("age_s", "is_told"), [(34.9, True), (35.1, False)])
def test_the_vehicles_own_words_come_first_while_they_are_of_now(age_s: float, is_told: bool) -> None:
    said = [
        Event(at_s=0.0, kind=EventKind.STATUS_TEXT, text=f"PreArm: {one}") for one in ("Hardware safety", "Compass")
    ]
    state = HEARD.after(Samples(health=unhealthy("prearm_check")), 0.0)
    for event in said:
        state = state.with_event(event)
    (told,) = [str(one.said) for one in conditions(state, age_s) if str(one.said).startswith("not armable")]
    assert told == f"not armable: {'Hardware safety; Compass' if is_told else 'waits for its home'}"


def test_what_an_estimator_said_long_ago_is_no_condition_of_now() -> None:
    said = Samples(estimator=Estimator(at_s=0.0, compass_ratio=1.5))
    assert texts(said, 10.0) == [(Level.CAUTION, "estimator: compass")]
    assert texts(said, 60.0) == []
