# SPDX-License-Identifier: Apache-2.0
"""What a station knows of alarms."""

from __future__ import annotations

from groundstation.fleet.alarms import book
from groundstation.fleet.alarms.alarm import AlarmAction, EngineState
from groundstation.fleet.alarms.book import AlarmBook
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from tests.fleet.alarms.world import BATTERY, CRITICAL, LOW, World, vehicle


def heard(world):
    found = AlarmBook()
    for one in world.told:
        found.fold(one, world.now_s)
    return found


def test_the_most_urgent_stands_first_and_who_asks_nobody_last():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW), vehicle("uav-2", CRITICAL), vehicle("uav-3", CRITICAL), vehicle("uav-4", LOW)]
    world.pass_s(1)
    by_source = {one.source: one.key for one in world.engine.alarms.values()}
    world.acknowledge(by_source["fleet/uav-2"])
    world.wish(AlarmAction.SHELVE, by_source["fleet/uav-3"], seconds=60.0)
    found = heard(world)
    assert [one.source[-1] for one in found.sorted()] == ["1", "4", "2", "3"]
    assert found.counts() == {Level.CAUTION: 2}


def test_what_is_said_twice_is_no_news_and_what_is_over_is_gone():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW)]
    world.pass_s(1)
    found = heard(world)
    (raised,) = world.told
    found.fold(raised, 1.0)
    assert len(found.take_news()) == 1
    assert [one.key for one in found.of_vehicle(VehicleKey("fleet", "uav-1"))] == [raised.key]
    world.fleet = [vehicle("uav-1")]
    world.acknowledge()
    world.pass_s(1)
    for one in world.told[1:]:
        found.fold(one, 2.0)
    assert (len(found), found.of_vehicle(VehicleKey("fleet", "uav-1"))) == (0, [])
    assert len(found.history) == 3
    found.fold(world.told[-1], 3.0)
    assert len(found.history) == 3


def test_it_is_bounded(monkeypatch):
    monkeypatch.setattr(book, "MAX_ALARMS", 2)
    world = World(BATTERY)
    world.fleet = [vehicle(f"uav-{number}", LOW) for number in range(4)]
    world.pass_s(1)
    found = heard(world)
    assert (len(found), found.dropped) == (2, 2)


def test_an_engine_leads_as_long_as_it_says_so():
    found = AlarmBook()
    assert found.leader(0.0) is None
    found.fold_engine("a", EngineState(leads=True, term=1), 10.0)
    found.fold_engine("b", EngineState(leads=False, term=1), 10.0)
    assert (found.leader(14.0), found.leader(14.1)) == ("a", None)
    found.fold_engine("b", EngineState(leads=True, term=2), 12.0)
    assert found.leader(13.0) == "b"
    found.fold_engine("b", EngineState(is_online=False), 13.0)
    assert found.leader(13.0) == "a"


def test_the_newest_rules_count():
    found = AlarmBook()
    found.fold_rules(RuleSet(rules=(BATTERY,), revision=3))
    found.fold_rules(RuleSet(revision=2))
    assert found.rules.rules == (BATTERY,)
