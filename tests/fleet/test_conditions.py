# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.conditions import REPORT_S, Level, conditions, heartbeat_age_s, worst_level
from groundstation.fleet.energy import BatteryPack, ChargeState
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, ConnReason, LinkQuality, LinkReport, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.navigation import Estimator, GpsFix, GpsReceiver
from groundstation.fleet.status import Armed, FlightStatus, Health, SensorHealth, SystemStatus
from groundstation.fleet.vehicle import VehicleState

HEARD = VehicleState(key=VehicleKey("fleet", "a"), connection=Connection(state=LinkState.ONLINE), clock_offset_s=0.0)
ARMED = Armed(at_s=0.0, is_armed=True)


def texts(samples: Samples, now_s: float = 0.0) -> list[tuple[Level, str]]:
    return [(one.level, one.text) for one in conditions(HEARD.after(samples, 0.0), now_s)]


def test_a_vehicle_of_which_nothing_is_known_has_no_condition() -> None:
    assert conditions(HEARD, 0.0) == ()
    assert worst_level(HEARD, 0.0) is Level.NORMAL


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
    assert conditions(state, 130.0)[0].text == "link lost 34 s"


def test_two_autopilots_with_one_id_are_a_warning() -> None:
    state = VehicleState(key=HEARD.key, connection=Connection(state=LinkState.ONLINE, conflict="two autopilots ..."))
    assert worst_level(state, 0.0) is Level.WARNING


@pytest.mark.parametrize(("age_s", "is_told"), [(REPORT_S, True), (REPORT_S + 0.01, False)])
def test_a_slow_way_to_the_broker_is_told_as_long_as_the_bridge_says_so(age_s: float, *, is_told: bool) -> None:
    slow = msgspec.structs.replace(HEARD, link=LinkReport(bus_bytes_per_s=2_140.0, thinned=12), link_received_s=100.0)
    found = [(one.level, one.text) for one in conditions(slow, 100.0 + age_s)]
    expected = (Level.CAUTION, "thinned, broker link 2.1 kB/s")
    assert (expected in found) is is_told
    quick = msgspec.structs.replace(HEARD, link=LinkReport(thinned=12), link_received_s=100.0)
    assert conditions(quick, 100.0) == ()
