# SPDX-License-Identifier: Apache-2.0
"""Chaos by hypothesis: commands through losses, repetitions, delays, kills and restarts, on a manual clock.

Invariants: no order is executed twice, none after its deadline, and each comes to exactly one end.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from groundstation.fleet.commands import END_STATES, CommandState, Verb
from groundstation.fleet.verbs import VERBS
from tests.support.command_world import USER_COMMAND, Faults, World

LONGEST_END_S = 90.0
FAULTS = st.builds(
    Faults,
    loss=st.sampled_from([0.0, 0.1, 0.5]),
    twice=st.sampled_from([0.0, 0.3]),
    delay_s=st.sampled_from([0.0, 0.2, 2.0]),
    jitter_s=st.sampled_from([0.0, 0.5, 3.0]),
)


class CommandMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(seed=7)
        self.stations = [self.world.station("gs-1"), self.world.station("gs-2")]
        self.given: dict[int, tuple[int, str, float]] = {}
        self.ends: dict[tuple[int, str], CommandState] = {}

    @rule(station=st.integers(0, 1))
    def command(self, station):
        number = len(self.given) + 1
        args = {"command": float(USER_COMMAND), "param1": float(number)}
        identity = self.stations[station].give(Verb.MAV_CMD, **args)
        self.given[number] = (station, identity, self.world.clock())

    @rule(seconds=st.sampled_from([0.1, 1.0, 4.0]))
    def wait(self, seconds):
        self.world.run(seconds)

    @rule(faults=FAULTS, way=st.integers(0, 3))
    def fault(self, faults, way):
        """The link to the vehicle loses and delays; what MQTT carries is also repeated."""
        station = self.stations[0]
        ways = [self.world.to_vehicle, self.world.from_vehicle, station.up, station.down]
        # a datagram that the network doubles reaches the autopilot twice; that is not ours to prevent
        ways[way].faults = Faults(faults.loss, faults.twice * (way > 0), faults.delay_s, faults.jitter_s)

    @rule()
    def calm(self):
        for way in (self.world.to_vehicle, self.world.from_vehicle, self.stations[0].up, self.stations[0].down):
            way.faults = Faults()

    @rule(station=st.integers(0, 1), seconds=st.sampled_from([0.5, 3.0, 12.0]))
    def broker_away(self, station, seconds):
        bus = self.stations[station].bus
        bus.is_connected = False
        self.world.run(seconds)
        bus.is_connected = True

    @rule(seconds=st.sampled_from([0.1, 1.0, 8.0]))
    def bridge_killed(self, seconds):
        self.world.kill_bridge()
        self.world.run(seconds)
        self.world.start_bridge()

    @rule()
    def vehicle_restarts(self):
        self.world.vehicle.reboot()

    @rule(is_mute=st.booleans(), answers=st.integers(1, 3), delay_s=st.sampled_from([0.0, 1.0, 5.0]))
    def vehicle_answers_badly(self, is_mute, answers, delay_s):
        vehicle = self.world.vehicle
        vehicle.is_mute, vehicle.answers, vehicle.answer_delay_s = is_mute, answers, delay_s

    @invariant()
    def nothing_is_executed_twice(self):
        for number in self.given:
            assert self.world.vehicle.count(USER_COMMAND, float(number)) <= 1

    @invariant()
    def nothing_is_executed_too_late(self):
        ttl_s = VERBS[Verb.MAV_CMD].ttl_ms / 1000.0
        sent_at = {
            one.record.id: one.record.changed_s
            for station in self.stations
            for one in station.transitions
            if one.record.state is CommandState.SENT
        }
        # what is on its way to the vehicle is out of everybody's hands
        on_the_way_s = 5.1
        for execution in self.world.vehicle.executed:
            if execution.command == USER_COMMAND:
                _, identity, _ = self.given[int(execution.params[0])]
                assert execution.at_s <= sent_at[identity] + ttl_s + on_the_way_s

    @invariant()
    def an_end_is_the_end(self):
        for station, identity, _ in self.given.values():
            state = self.stations[station].record(identity).state
            before = self.ends.setdefault((station, identity), state) if state in END_STATES else None
            assert before in (None, state)

    def teardown(self):
        self.calm()
        for station in self.stations:
            station.bus.is_connected = True
        records = [(station, identity) for station, identity, _ in self.given.values()]
        self.world.run_until(
            lambda: all(self.stations[station].record(identity).is_over for station, identity in records),
            LONGEST_END_S,
        )
        for number, (station, identity, _) in self.given.items():
            state = self.stations[station].record(identity).state
            if state in (CommandState.EXPIRED, CommandState.REJECTED):
                assert self.world.vehicle.count(USER_COMMAND, float(number)) == 0, state


TestCommandMachine = CommandMachine.TestCase
TestCommandMachine.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestCommandMachine.pytestmark = [pytest.mark.long]
