# SPDX-License-Identifier: Apache-2.0
"""The life of an alarm, and of many at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.alarms.alarm import AlarmAction, AlarmState, alarm_key
from groundstation.fleet.alarms.flood import GROUP, GROUP_FROM
from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.phrases import say
from tests.fleet.alarms.world import AYSE, BATTERY, CRITICAL, HUMIDITY, LOW, UNIX_S, World, vehicle

CABIN = "KTÜ/Kabin1/Nem"


def test_an_alarm_is_raised_acknowledged_and_over_once_it_has_returned():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    (raised,) = world.pass_s(1)
    assert (raised.state, raised.level, raised.source) == (AlarmState.ACTIVE, Level.CAUTION, "fleet/uav-1")
    assert raised.raised_unix_s == UNIX_S + world.now_s
    world.acknowledge()
    assert (world.only.state, world.only.acknowledged.by) == (AlarmState.ACKNOWLEDGED, AYSE)
    assert world.pass_s(10) == []
    world.fleet = [vehicle("uav-1")]
    (over,) = world.pass_s(1)
    assert over.state is AlarmState.OVER
    assert world.engine.alarms == {}


def test_one_that_has_returned_waits_until_somebody_knows_that_it_was():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    world.fleet = [vehicle("uav-1")]
    world.pass_s(1)
    assert (world.only.state, world.only.returned_unix_s) == (AlarmState.RETURNED, UNIX_S + world.now_s)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    assert (world.only.state, world.only.count) == (AlarmState.ACTIVE, 2)
    world.fleet = [vehicle("uav-1")]
    world.pass_s(1)
    world.acknowledge()
    assert (world.engine.alarms, world.told[-1].state) == ({}, AlarmState.OVER)


def test_one_that_becomes_worse_than_whoever_acknowledged_it_has_seen_asks_again():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    world.acknowledge()
    world.fleet = [vehicle("uav-1", CRITICAL)]
    world.pass_s(1)
    assert (world.only.state, world.only.level, world.only.acknowledged) == (AlarmState.ACTIVE, Level.WARNING, None)
    world.acknowledge()
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    world.fleet = [vehicle("uav-1", CRITICAL)]
    world.pass_s(1)
    # no worse than it was when it was acknowledged last
    world.acknowledge()
    assert (world.only.state, world.only.level) == (AlarmState.ACKNOWLEDGED, Level.WARNING)


def test_the_worst_since_it_was_acknowledged_is_what_counts_for_its_place():
    world = World(BATTERY)
    for found in (LOW, CRITICAL, LOW):
        world.fleet = [vehicle("uav-1", found)]
        world.pass_s(1)
    assert (world.only.level, world.only.worst) == (Level.CAUTION, Level.WARNING)


def test_shelved_it_is_out_of_the_way_until_its_time_is_over_or_it_becomes_worse():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    key = world.only.key
    world.wish(AlarmAction.SHELVE, key, seconds=60.0, text="on its way home")
    assert (world.only.waits, world.only.shelf.reason) == (False, "on its way home")
    world.pass_s(59)
    assert world.only.shelf is not None
    world.pass_s(1)
    assert (world.only.shelf, world.only.waits) == (None, True)
    world.wish(AlarmAction.SHELVE, key, seconds=60.0)
    world.fleet = [vehicle("uav-1", CRITICAL)]
    world.pass_s(1)
    assert (world.only.shelf, world.only.waits, world.only.level) == (None, True, Level.WARNING)


def test_what_returns_on_the_shelf_is_over_with_it():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    world.wish(AlarmAction.SHELVE, world.only.key, seconds=60.0)
    world.fleet = [vehicle("uav-1")]
    world.pass_s(10)
    assert world.only.shelf is not None
    world.pass_s(55)
    assert world.engine.alarms == {}


def test_a_wish_counts_once_and_says_so():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    key = world.only.key
    assert world.acknowledge(key, id="one")
    world.fleet = [vehicle("uav-1", CRITICAL)]
    world.pass_s(1)
    # the broker brings it a second time: what is worse since then was not acknowledged by it
    assert not world.acknowledge(key, id="one")
    assert world.only.state is AlarmState.ACTIVE
    assert not world.wish(AlarmAction.NOTE, "nobody-s", text="?")
    assert world.wish(AlarmAction.NOTE, key, text="lands at the field")
    assert world.wish(AlarmAction.ASSIGN, key, text="mehmet")
    assert (world.only.note, world.only.assigned) == ("lands at the field", "mehmet")


@pytest.mark.parametrize(("seconds", "is_raised"), [(30, False), (31, True)])
def test_it_is_raised_after_its_delay_and_not_before(seconds, is_raised):
    world = World(HUMIDITY)
    world.hear(CABIN, 61)
    world.pass_s(seconds)
    assert bool(world.engine.alarms) is is_raised


def test_between_both_limits_nothing_changes():
    world = World(HUMIDITY)
    world.hear(CABIN, 60.5)
    world.pass_s(31)
    assert (world.only.value, world.only.source) == (60.5, CABIN)
    for value in (58, 55):
        world.hear(CABIN, value)
        world.pass_s(5)
        assert world.only.is_active
    world.hear(CABIN, 54.9)
    world.pass_s(1)
    assert world.only.state is AlarmState.RETURNED


def test_a_short_dip_begins_the_delay_anew():
    world = World(HUMIDITY)
    world.hear(CABIN, 70)
    world.pass_s(29)
    world.hear(CABIN, 59)
    world.pass_s(1)
    world.hear(CABIN, 70)
    world.pass_s(30)
    assert world.engine.alarms == {}
    world.pass_s(1)
    assert world.only.is_active


def test_the_number_of_one_that_goes_on_is_told_now_and_then():
    world = World(HUMIDITY)
    world.hear(CABIN, 61)
    world.pass_s(31)
    for second in range(20):
        world.hear(CABIN, 62 + second)
        world.pass_s(1)
    told = [one.value for one in world.told]
    assert told[0] == 61
    assert 4 <= len(told) <= 6
    assert told[-1] > 75


@pytest.mark.parametrize(("count", "cards"), [(GROUP_FROM - 1, GROUP_FROM - 1), (GROUP_FROM, 1), (500, 1)])
def test_many_of_one_cause_are_one_alarm(count, cards):
    world = World(BATTERY)
    world.fleet = [vehicle(f"uav-{number}", LOW) for number in range(count)]
    told = world.pass_s(1)
    assert len(world.engine.alarms) == len(told) == cards
    if cards == 1:
        assert (world.only.affected, len(world.only.members), world.only.source) == (count, count, GROUP)


def test_those_that_come_one_after_the_other_are_merged_once_they_are_many():
    world = World(BATTERY)
    for number in range(GROUP_FROM + 2):
        world.fleet.append(vehicle(f"uav-{number}", LOW))
        world.pass_s(0.5, 0.5)
    assert world.only.affected == GROUP_FROM + 2
    # those that stood by themselves before were taken back
    over = {one.key for one in world.told if one.state is AlarmState.OVER}
    assert over == {alarm_key("battery", f"fleet/uav-{number}") for number in range(GROUP_FROM - 1)}


def test_slower_ones_stand_by_themselves():
    world = World(BATTERY)
    for number in range(8):
        world.fleet.append(vehicle(f"uav-{number}", LOW))
        world.pass_s(1)
    assert len(world.engine.alarms) == 8


def test_a_group_tells_how_many_are_left_and_returns_with_the_last():
    world = World(BATTERY)
    world.fleet = [vehicle(f"uav-{number}", LOW) for number in range(6)]
    world.pass_s(1)
    world.fleet[0] = vehicle("uav-0")
    world.pass_s(1)
    assert (world.only.affected, world.only.is_active) == (5, True)
    assert "fleet/uav-0" not in world.only.members
    world.fleet = [vehicle(f"uav-{number}") for number in range(6)]
    world.pass_s(1)
    assert world.only.state is AlarmState.RETURNED
    world.acknowledge()
    assert world.engine.alarms == {}


def test_what_comes_after_a_group_was_acknowledged_is_news():
    world = World(BATTERY)
    world.fleet = [vehicle(f"uav-{number}", LOW) for number in range(6)]
    world.pass_s(1)
    world.acknowledge()
    world.pass_s(10)
    world.fleet.append(vehicle("uav-9", LOW))
    (new,) = world.pass_s(1)
    assert (new.source, new.state) == ("fleet/uav-9", AlarmState.ACTIVE)
    world.pass_s(5)
    world.fleet[0] = vehicle("uav-0", CRITICAL)
    (worse,) = world.pass_s(1)
    assert (worse.source, worse.state, worse.level) == (GROUP, AlarmState.ACTIVE, Level.WARNING)


def test_other_things_have_alarms_too():
    world = World(BATTERY)
    world.others = {"recorder r1": (Condition(Level.WARNING, say("battery_low", name="x")),)}
    world.pass_s(1)
    assert (world.only.source, world.only.vehicle) == ("recorder r1", None)
    world.others = {}
    world.pass_s(1)
    assert world.only.state is AlarmState.RETURNED


def test_a_vehicle_that_was_forgotten_and_a_rule_that_is_off_leave_none_behind():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW), vehicle("uav-2", LOW)]
    world.pass_s(1)
    world.acknowledge()
    world.fleet = world.fleet[:1]
    world.pass_s(1)
    assert world.only.source == "fleet/uav-1"
    world.engine.use(World(HUMIDITY).engine.rules)
    world.pass_s(1)
    assert world.engine.alarms == {}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("found"), st.integers(0, 6), st.sampled_from([None, LOW, CRITICAL])),
        st.tuples(st.just("ack"), st.integers(0, 6), st.none()),
        st.tuples(st.just("shelve"), st.integers(0, 6), st.none()),
        st.tuples(st.just("pass"), st.integers(1, 20), st.none()),
    ),
    max_size=40,
)


@given(STEPS)
def test_whatever_happens_what_is_so_has_an_alarm_and_what_nobody_knows_of_is_kept(steps):
    world = World(BATTERY)
    world.fleet = [vehicle(f"uav-{number}") for number in range(7)]
    told = {}
    for what, number, more in steps:
        keys = list(world.engine.alarms)
        if what == "found":
            world.fleet[number] = vehicle(f"uav-{number}", *([more] if more else []))
        elif what == "pass":
            world.pass_s(number)
        elif keys:
            action = AlarmAction.ACKNOWLEDGE if what == "ack" else AlarmAction.SHELVE
            world.wish(action, keys[number % len(keys)], seconds=10.0)
        world.look()
    world.pass_s(1)
    for one in world.told:
        if one.state is AlarmState.OVER:
            told.pop(one.key, None)
        else:
            told[one.key] = one
    # who heard everything knows what the engine knows
    assert told == world.engine.alarms
    covered = [name for one in told.values() if one.is_active for name in (one.members or (one.source,))]
    assert sorted(covered) == sorted(str(one.key) for one in world.fleet if one.conditions)
