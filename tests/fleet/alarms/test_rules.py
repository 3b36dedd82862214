# SPDX-License-Identifier: Apache-2.0
"""What rules are about, and what they may say."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.alarms import subjects
from groundstation.fleet.alarms.defaults import DEFAULT_RULES
from groundstation.fleet.alarms.rule import MAX_RULES, AlarmRule, ReadRule, RuleSet, understood
from groundstation.fleet.alarms.subjects import Rates, Seen
from groundstation.fleet.conditions import Level
from groundstation.fleet.english import CONDITIONS
from groundstation.fleet.errors import UsageError
from groundstation.fleet.motion import Position
from groundstation.fleet.sensors import matches
from groundstation.fleet.vehicle import VehicleState
from tests.fleet.alarms.world import World, reading, vehicle


def holds(when, seen, **more):
    read = ReadRule(AlarmRule(name="r", title="R", when=when, **more))
    assert read.holds is not None
    return read.holds(seen)


def of_device(value=None, now_s=10.0, at_s=9.0, rates=None, topic="a/b", **numbers):
    return Seen(topic, now_s, rates or Rates(), reading=reading(topic, at_s, value, **numbers))


@pytest.mark.parametrize(
    ("when", "seen", "wanted"),
    [
        ("value > 60", of_device(60.1), True),
        ("value > 60", of_device(60), False),
        ("value > 60", of_device(Nem=61), None),
        ("nem > 60 and temp.c < 5", of_device(Nem=61, **{"temp.c": 4.0}), True),
        ("age > 30", of_device(1, now_s=40.0, at_s=10.0), False),
        ("age > 30", of_device(1, now_s=40.1, at_s=10.0), True),
        ("topic : KABİN", of_device(1, topic="Kabin1/Nem"), True),
        ("topic : kabin1", of_device(1, topic="KTÜ/Kabin1/Nem"), True),
        ("value.rate > 1", of_device(1), None),
    ],
)
def test_a_rule_about_a_device(when, seen, wanted):
    assert holds(when, seen, topics="#") is wanted


def test_how_fast_a_value_changes_is_told_by_its_own_times():
    rates, found = Rates(), []
    for second, value in enumerate([20, 20, 21, 23, 25, 27, 29, 31]):
        found.append(holds("value.rate > 1.9", of_device(value, at_s=float(second), rates=rates), topics="#"))
    assert found == [None, False, False, False, False, False, False, True]
    # the same reading looked at again is no new one, and 2 a second is not more than 2
    assert holds("value.rate > 2", of_device(31, at_s=7.0, rates=rates), topics="#") is False


def test_an_unknown_value_begins_its_rate_anew_and_rates_are_bounded(monkeypatch):
    rates = Rates()
    assert rates.take("a", "x", 1.0, 0.0) is None
    assert rates.take("a", "x", 3.0, 2.0) == 1.0
    assert rates.take("a", "x", None, 3.0) is None
    assert rates.take("a", "x", 3.0, 4.0) is None
    monkeypatch.setattr(subjects, "MAX_RATES", 2)
    for name in "bcd":
        rates.take(name, "x", 1.0, 0.0)
    assert len(rates._kept) == 2


def test_a_rule_about_vehicles_knows_every_value_and_its_age():
    state = VehicleState(key=vehicle().key, session="s", position=Position(at_s=0.0, height_home_m=40.0))
    seen = Seen("fleet/uav-1", 100.0, Rates(), summary=msgspec.structs.replace(vehicle(charge=0.3), state=state))
    assert holds("battery < 31 and position.height_home_m > 39", seen) is True
    assert holds("battery < 30", seen) is False
    assert holds("velocity.down_mps > 8", seen) is None
    assert holds("position.height_home_m.age > 1", seen) in (True, None)


@pytest.mark.parametrize(
    ("wanted", "topic", "is_meant"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("+", "a/b", False),
        ("#", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
        ("Kabin+/Nem", "Kabin1/Nem", False),
        ("KTÜ/ Nem", "KTÜ/Nem", False),
    ],
)
def test_a_filter_means_the_topics_that_mqtt_says(wanted, topic, is_meant):
    assert matches(wanted, topic) is is_meant


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "give 'when', or 'conditions'"),
        ({"when": "battery < 3", "conditions": ("link_lost",)}, "and not both"),
        ({"when": "value > 3", "topics": "a", "vehicles": "armed"}, "neither"),
        ({"conditions": ("link_lost",), "until": "armed"}, "'until' goes with"),
        ({"when": "battry < 3"}, "'battry' is nothing that can be compared"),
        ({"when": "battery <"}, "a value is missing"),
        ({"when": "armed", "shown": "nonsense.x"}, "address of no value"),
        ({"when": "armed", "level": Level.NORMAL}, "level"),
    ],
)
def test_a_rule_that_means_nothing_says_which_and_why(told, said):
    with pytest.raises(UsageError, match="rule 'r'") as error:
        ReadRule(AlarmRule(name="r", title="R", **told))
    assert said in str(error.value)


def test_names_are_unique_and_rules_are_bounded():
    one = AlarmRule(name="r", title="R", when="armed")
    with pytest.raises(UsageError, match="two rules are called 'r'"):
        understood([one, one])
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"rules": [msgspec.to_builtins(one)] * (MAX_RULES + 1)}, RuleSet)


def test_rules_that_mean_nothing_leave_those_before():
    world = World(AlarmRule(name="r", title="R", when="armed"))
    with pytest.raises(UsageError):
        world.engine.use(RuleSet(rules=(AlarmRule(name="x", title="X", when="nonsense <"),), revision=4))
    assert [one.name for one in world.engine.rules.rules] == ["r"]


def test_the_rules_that_come_along_are_understood_and_take_up_every_condition_that_is_one():
    assert understood(DEFAULT_RULES.rules)
    taken = [code for rule in DEFAULT_RULES.rules for code in rule.conditions]
    assert len(taken) == len(set(taken))
    # parts of what others say, and what a vehicle waits for on the ground
    no_alarm = {"battery", "not_armable", "has_not_said_why", "waits_for_fix", "waits_for_estimate", "waits_for_home"}
    # who comes near is an advisory; below the limits of `near` the alarm speaks, and this does not
    no_alarm |= {"approach"}
    assert set(CONDITIONS) - no_alarm == set(taken)
    assert all(rule.advice for rule in DEFAULT_RULES.rules)
