"""Trouble that nobody has acknowledged: since when, and how long it is remembered when it is over."""

from __future__ import annotations

import pytest

from groundstation.fleet.alarms.alarm import Alarm, AlarmState, Deed, Shelf
from groundstation.fleet.alarms.troubles import AFTER_S, Trouble, remembered, waiting_level
from groundstation.fleet.commands import Actor
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import VehicleSummary

KEY = VehicleKey("fleet", "uav-01")
SHELF = Shelf(deed=Deed(by=Actor(op="ayse", gs="gs-1"), at_unix_s=0.0), until_unix_s=9.0)


def summary(level):
    return VehicleSummary(
        key=KEY,
        name="Atmaca",
        level=level,
        conditions=(),
        is_heard=True,
        is_stale=False,
        heard_age_s=0.1,
        mode="AUTO",
        is_armed=True,
        is_flying=True,
        charge_fraction=0.5,
        height_home_m=10.0,
        ground_speed_mps=5.0,
    )


def alarm(level=Level.WARNING, state=AlarmState.ACTIVE, shelf=None):
    return Alarm(
        key="a",
        rule="r",
        source=str(KEY),
        title="Battery",
        level=level,
        worst=level,
        state=state,
        raised_unix_s=1.0,
        shelf=shelf,
    )


@pytest.mark.parametrize(
    ("level", "alarms", "found"),
    [
        (Level.NORMAL, [], Level.NORMAL),
        (Level.ADVISORY, [], Level.NORMAL),
        # no engine, or not raised yet
        (Level.CAUTION, [], Level.CAUTION),
        (Level.WARNING, [alarm()], Level.WARNING),
        (Level.WARNING, [alarm(state=AlarmState.ACKNOWLEDGED)], None),
        (Level.WARNING, [alarm(shelf=SHELF)], None),
        # the warning is known, the caution beside it is not
        (
            Level.WARNING,
            [alarm(state=AlarmState.ACKNOWLEDGED), alarm(Level.CAUTION)],
            Level.CAUTION,
        ),
        # it has become worse than what was acknowledged, and the engine has not said so yet
        (Level.WARNING, [alarm(Level.CAUTION, AlarmState.ACKNOWLEDGED)], Level.WARNING),
        # what is over is no trouble of now
        (Level.NORMAL, [alarm(state=AlarmState.RETURNED)], Level.NORMAL),
    ],
)
def test_what_waits_is_what_nobody_has_acknowledged(level, alarms, found):
    assert waiting_level(summary(level), alarms) is found


def told(*steps):
    """Levels at moments, one after the other: what is remembered at the end."""
    now = {}
    for at_s, level in steps:
        now = remembered(now, {KEY: level}, at_s)
    return now.get(KEY)


def test_a_trouble_begins_once():
    assert told((5.0, Level.CAUTION), (7.0, Level.CAUTION)) == Trouble(level=Level.CAUTION, since_s=5.0, seen_s=7.0)


@pytest.mark.parametrize(("after_s", "is_there"), [(AFTER_S - 0.1, True), (AFTER_S, False)])
def test_it_is_remembered_for_half_a_minute(after_s, is_there):
    found = told((5.0, Level.WARNING), (5.0 + after_s, Level.NORMAL))
    assert (found is not None) is is_there


@pytest.mark.parametrize(("after_s", "level"), [(AFTER_S - 0.1, Level.WARNING), (AFTER_S, Level.CAUTION)])
def test_a_warning_that_becomes_a_caution_is_one_as_late(after_s, level):
    assert told((5.0, Level.WARNING), (5.0 + after_s, Level.CAUTION)).level is level


def test_what_becomes_worse_is_worse_at_once():
    assert told((5.0, Level.CAUTION), (6.0, Level.WARNING)) == Trouble(level=Level.WARNING, since_s=6.0, seen_s=6.0)


def test_an_acknowledged_one_is_none_at_once():
    assert told((5.0, Level.WARNING), (5.1, None)) is None


def test_an_earlier_moment_of_a_recording_knows_nothing_of_a_later_one():
    assert told((50.0, Level.WARNING), (20.0, Level.NORMAL)) is None
    assert told((50.0, Level.WARNING), (20.0, Level.CAUTION)).since_s == 20.0
