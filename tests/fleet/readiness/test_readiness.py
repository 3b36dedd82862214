# SPDX-License-Identifier: Apache-2.0
"""The matrix of readiness, and what helps against what autopilots say."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.conditions import BATTERY_CAUTION_FRACTION, PREARM_S
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.english import ENGLISH
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home
from groundstation.fleet.navigation import GpsFix, GpsReceiver
from groundstation.fleet.phrases import Phrase, say
from groundstation.fleet.readiness.readiness import (
    CHECKS,
    LEAST_SATELLITES,
    MAX_REASON,
    MAX_REASONS,
    matrix_of,
    reasons_of,
)
from groundstation.fleet.readiness.remedies import _SAID, remedy_of
from groundstation.fleet.status import Armed, Health, SensorHealth
from groundstation.fleet.vehicle import VehicleState

NOW_S = 1_000.0


def vehicle(name="uav-1", **more):
    known = {
        "connection": Connection(state=LinkState.ONLINE, via="b"),
        "armed": Armed(at_s=NOW_S, is_armed=False),
        "battery": (BatteryPack(at_s=NOW_S, charge_fraction=0.9),),
        "gps": (GpsReceiver(at_s=NOW_S, fix=GpsFix.FIX_3D, satellites=14),),
        "home": Home(at_s=NOW_S, lat_deg=41.0, lon_deg=39.7),
        "health": Health(at_s=NOW_S, is_armable=True),
    }
    return VehicleState(key=VehicleKey("fleet", name), session="a", clock_offset_s=0.0, **(known | more))


def said(*texts, at_s=NOW_S - 1.0):
    return tuple(Event(at_s=at_s, kind=EventKind.STATUS_TEXT, text=one) for one in texts)


def cell(state, check):
    matrix = matrix_of([state], NOW_S)
    return next(row.cells[0] for row in matrix.rows if isinstance(row.title, Phrase) and row.title.code == check)


def test_whom_nothing_holds_back_is_ready():
    matrix = matrix_of([vehicle()], NOW_S)
    assert [row.title.code for row in matrix.rows if row.cells[0].is_good is not True] == ["readiness_estimator"]
    # nobody vouches for its place before a position came
    placed = [one for one in CHECKS if one[0].code != "readiness_estimator"]
    assert all(check(vehicle(), NOW_S).is_good for _, check in placed)


@pytest.mark.parametrize(
    ("fraction", "is_good"), [(BATTERY_CAUTION_FRACTION, True), (BATTERY_CAUTION_FRACTION - 0.01, False)]
)
def test_the_worst_battery_counts(fraction, is_good):
    packs = tuple(
        BatteryPack(at_s=NOW_S, index=number, charge_fraction=one) for number, one in enumerate((0.9, fraction))
    )
    found = cell(vehicle(battery=packs), "readiness_battery")
    assert found.is_good is is_good
    assert bool(found.remedy) is not is_good


@pytest.mark.parametrize(("satellites", "is_good"), [(LEAST_SATELLITES, True), (LEAST_SATELLITES - 1, False)])
def test_satellites(satellites, is_good):
    gps = (GpsReceiver(at_s=NOW_S, fix=GpsFix.FIX_3D, satellites=satellites),)
    assert cell(vehicle(gps=gps), "readiness_gps").is_good is is_good


@pytest.mark.parametrize(
    ("check", "change", "is_good"),
    [
        ("readiness_battery", {"battery": ()}, None),
        ("readiness_gps", {"gps": ()}, None),
        ("readiness_gps", {"gps": (GpsReceiver(at_s=NOW_S, fix=GpsFix.NO_FIX, satellites=3),)}, False),
        ("readiness_home", {"home": None}, False),
        ("readiness_armable", {"health": None}, None),
        ("readiness_armable", {"health": Health(at_s=NOW_S, is_armable=False)}, False),
        ("readiness_armable", {"armed": Armed(at_s=NOW_S, is_armed=True), "health": None}, True),
        ("readiness_heard", {"connection": Connection(state=LinkState.OFFLINE, via="b")}, False),
        ("readiness_id", {"connection": Connection(state=LinkState.ONLINE, via="b", conflict="two of one id")}, False),
        (
            "readiness_sensors",
            {"health": Health(at_s=NOW_S, sensors=(SensorHealth(name="gyro", is_enabled=True, is_healthy=False),))},
            False,
        ),
    ],
)
def test_unknown_is_not_known_and_what_is_wrong_has_a_remedy(check, change, is_good):
    found = cell(vehicle(**change), check)
    assert found.is_good is is_good
    assert bool(found.remedy) is (is_good is False)


def test_each_reason_of_any_vehicle_is_a_row_of_all():
    one = vehicle("uav-1", messages=said("PreArm: Compass not calibrated", "PreArm: Compass not calibrated", "Hello"))
    two = vehicle("uav-10", messages=said("Preflight Fail: No valid data from Gyro 0"))
    three = vehicle("uav-2")
    matrix = matrix_of([two, three, one], NOW_S)
    # by number, as people count
    assert [key.id for key in matrix.keys] == ["uav-1", "uav-2", "uav-10"]
    rows = {row.title: [cell.is_good for cell in row.cells] for row in matrix.rows if row.is_reason}
    assert rows == {
        "Compass not calibrated": [False, True, True],
        "No valid data from Gyro 0": [True, True, False],
    }
    assert [matrix.is_ready(place) for place in range(3)] == [False, None, False]


@pytest.mark.parametrize(("age_s", "counts"), [(PREARM_S - 0.1, True), (PREARM_S + 0.1, False)])
def test_old_reasons_are_of_the_past(age_s, counts):
    state = vehicle(messages=said("PreArm: x", at_s=NOW_S - age_s))
    assert bool(reasons_of(state, NOW_S)) is counts


def test_who_is_armed_gives_no_reasons():
    state = vehicle(messages=said("PreArm: x"), armed=Armed(at_s=NOW_S, is_armed=True))
    assert reasons_of(state, NOW_S) == ()


def test_strangers_texts_are_bounded():
    texts = [f"PreArm: {number} {'x' * 5_000}" for number in range(MAX_REASONS + 20)]
    matrix = matrix_of([vehicle(messages=said(*texts))], NOW_S)
    rows = [row.title for row in matrix.rows if row.is_reason]
    assert len(rows) <= MAX_REASONS
    assert max(len(one) for one in rows) == MAX_REASON


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Compass not calibrated", "remedy_compass_calibrate"),
        ("Compasses inconsistent", "remedy_compass_place"),
        ("3D Accel calibration needed", "remedy_accelerometer"),
        ("Gyros inconsistent", "remedy_gyro"),
        ("GPS 1: Bad fix", "remedy_gps"),
        ("Need Position Estimate", "remedy_gps"),
        ("AHRS: not using configured AHRS type", "remedy_estimator"),
        ("Battery 1 below minimum arming voltage", "remedy_battery"),
        ("RC not found", "remedy_rc"),
        ("Throttle too high", "remedy_rc"),
        ("Hardware safety switch", "remedy_safety"),
        ("Logging failed", "remedy_logging"),
        ("Vehicle outside fence", "remedy_fence"),
        ("Missing mission item: land", "remedy_mission"),
        ("Mode not armable", "remedy_mode"),
        ("Waiting for Nav Checks", "remedy_wait"),
        ("xyzzy", "remedy_unknown"),
    ],
)
def test_what_helps_against_what_autopilots_say(text, code):
    assert remedy_of(text) == say(code)


def test_every_remedy_has_words():
    assert {remedy.code for _, remedy in _SAID} <= set(ENGLISH)
    assert replace(vehicle(), armed=None).armed is None
