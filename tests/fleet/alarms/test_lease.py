# SPDX-License-Identifier: Apache-2.0
"""Several engines: one leads, and none of its alarms is lost or doubled when another goes on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.alarms.alarm import AlarmState, EngineState
from groundstation.fleet.alarms.lease import LEASE_S, RANK_S, SAY_S, Lease
from tests.fleet.alarms.world import BATTERY, LOW, UNIX_S, World, vehicle

STEP_S = 0.25


class Town:
    """Engines that hear each other."""

    def __init__(self, *names):
        self.now_s = 0.0
        self.leases = {name: Lease(name, 0.0) for name in names}
        self.gone, self.apart = set(), set()

    def pass_s(self, seconds):
        for _ in range(round(seconds / STEP_S)):
            self.now_s += STEP_S
            for name, lease in self.leases.items():
                if name not in self.gone:
                    lease.tick(self.now_s)
            if self.now_s % SAY_S == 0.0:
                for name in self.leases:
                    self.say(name)

    def say(self, name, **more):
        lease = self.leases[name]
        said = EngineState(**({"leads": lease.leads, "term": lease.term} | more))
        for other in self.leases.values():
            is_apart = (name in self.apart) != (other.name in self.apart)
            if name not in self.gone and other.name not in self.gone and not is_apart:
                other.take(name, said, self.now_s)

    @property
    def leaders(self):
        return [name for name, lease in self.leases.items() if lease.leads and name not in self.gone]


def test_one_leads_soon_and_only_one():
    town = Town("b", "a", "c")
    town.pass_s(LEASE_S - STEP_S)
    assert town.leaders == []
    town.pass_s(2 * RANK_S)
    assert town.leaders == ["a"]
    town.pass_s(60)
    assert town.leaders == ["a"]
    assert {lease.leader for lease in town.leases.values()} == {"a"}


def test_one_that_comes_later_does_not_take_over():
    town = Town("b")
    town.pass_s(10)
    town.leases["a"] = Lease("a", town.now_s)
    town.pass_s(30)
    assert town.leaders == ["b"]


def test_who_is_silent_is_followed_within_five_seconds():
    town = Town("a", "b", "c")
    town.pass_s(10)
    town.gone.add("a")
    town.pass_s(5)
    assert town.leaders == ["b"]
    assert town.leases["b"].term > town.leases["a"].term
    town.gone.clear()
    town.pass_s(2)
    assert town.leaders == ["b"]


def test_who_says_goodbye_is_followed_at_once():
    town = Town("a", "b")
    town.pass_s(10)
    town.say("a", is_online=False)
    town.gone.add("a")
    town.pass_s(1.5)
    assert town.leaders == ["b"]


def test_two_halves_of_a_network_become_one_again():
    town = Town("a", "b", "c")
    town.pass_s(10)
    town.apart.add("a")
    town.pass_s(10)
    assert sorted(town.leaders) == ["a", "b"]
    town.apart.clear()
    town.pass_s(2)
    # the later term: whoever had it went on while the other was alone
    assert town.leaders == ["b"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["gone", "back", "apart"]), st.integers(0, 8))))
def test_whatever_comes_and_goes_one_leads_in_the_end(events):
    town = Town("a", "b", "c")
    for name, what, seconds in events:
        if what == "gone":
            town.gone.add(name)
        elif what == "back":
            town.gone.discard(name)
        else:
            town.apart ^= {name}
        town.pass_s(seconds)
    town.gone.clear()
    town.apart.clear()
    town.pass_s(8)
    assert len(town.leaders) == 1


def test_a_forged_term_wins_once_and_no_longer():
    town = Town("a", "b")
    town.pass_s(10)
    for lease in town.leases.values():
        lease.take("zz", EngineState(leads=True, term=(1 << 53) - 1), town.now_s)
    assert town.leaders == []
    town.pass_s(5)
    assert len(town.leaders) == 1
    town.pass_s(60)
    assert len(town.leaders) == 1


@pytest.mark.parametrize("died_at_s", [0.5, 1.0, 4.0, 9.0])
def test_who_goes_on_raises_what_began_meanwhile_and_nothing_twice(died_at_s):
    leader, follower = World(BATTERY), World(BATTERY, leads=False)
    cards = {}

    def told(world):
        for one in world.told:
            cards.setdefault(one.key, []).append(one)
            if world is leader:
                follower.engine.take(one)
        world.told.clear()

    for step in range(40):
        low = [LOW] if step >= 8 else []
        for world in (leader, follower):
            world.fleet = [vehicle("uav-1", LOW), vehicle("uav-2", *low)]
        if step * 0.5 < died_at_s:
            leader.pass_s(0.5, 0.5)
            told(leader)
        follower.leads = step * 0.5 >= died_at_s + 4.0
        follower.pass_s(0.5, 0.5)
        told(follower)
    # each was told once as new, by whom ever, and stands
    assert {one.source for one in follower.engine.alarms.values()} == {"fleet/uav-1", "fleet/uav-2"}
    assert all(len(every) == 1 and every[0].state is AlarmState.ACTIVE for every in cards.values())


def test_an_engine_that_begins_finds_the_alarms_there_are_and_lets_those_go_that_nobody_hears_of():
    world = World(BATTERY)
    world.fleet = [vehicle("uav-1", LOW), vehicle("uav-2", LOW)]
    world.pass_s(1)
    heirs = World(BATTERY)
    for alarm in world.engine.alarms.values():
        heirs.engine.take(alarm)
    heirs.fleet = [vehicle("uav-1", LOW)]
    heirs.pass_s(29)
    assert [one.is_active for one in heirs.engine.alarms.values()] == [True, True]
    heirs.pass_s(3)
    by_source = {one.source: one for one in heirs.engine.alarms.values()}
    assert by_source["fleet/uav-1"].raised_unix_s < UNIX_S + 200
    assert by_source["fleet/uav-2"].state is AlarmState.RETURNED


def test_a_group_of_the_leader_stays_one_for_who_follows():
    world = World(BATTERY)
    world.fleet = [vehicle(f"uav-{number}", LOW) for number in range(50)]
    world.pass_s(1)
    heir = World(BATTERY)
    heir.engine.take(world.only)
    heir.fleet = [*world.fleet[1:], vehicle("uav-0")]
    told = heir.pass_s(3)
    assert [one.affected for one in told] == [49]
