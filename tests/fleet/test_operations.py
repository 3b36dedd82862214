# SPDX-License-Identifier: Apache-2.0
"""Groups, control, and following each command to its end: states, reports and ticks go in, requests come out."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from groundstation.fleet.command_book import MAX_RECORDS, CommandRecord
from groundstation.fleet.commands import (
    Actor,
    CommandQuery,
    CommandReport,
    CommandRequest,
    CommandState,
    Reason,
    Verb,
)
from groundstation.fleet.control import Control, ControlAction, ControlDecision, ControlRequest, Outcome
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import (
    CLOCK_AGE_S,
    CONTROL_WAIT_S,
    NEW_LIFE_S,
    QUERIES,
    QUERY_S,
    RUNNING_SILENCE_S,
    SILENCE_S,
    GroupPolicy,
    Operations,
    bridge_clock_ms,
)
from groundstation.fleet.vehicle import VehicleState
from tests.support.updates import failed_of, live

ACTOR = Actor(op="ayse", gs="gs-1")
OTHER = Actor(op="bora", gs="gs-2")
KEYS = [VehicleKey("fleet", f"uav-{number}") for number in range(1, 6)]
TICK_S = 0.1
OFFSET_S = 400.0


class Station:
    """Operations with a clock, and vehicles that are what a test makes them."""

    def __init__(self, *, is_in_control: bool = True) -> None:
        numbers = itertools.count()
        self.now_s = 1_000.0
        self.operations = Operations(ACTOR, lambda: f"id-{next(numbers):05}", lambda: 1.7e9 + self.now_s)
        self.is_connected = True
        self.was_away = False
        control = Control(owner=ACTOR if is_in_control else None, lease=7)
        self.states = {
            key: VehicleState(key=key, session="life-1", clock_offset_s=OFFSET_S, link_received_s=1e9, control=control)
            for key in KEYS
        }
        for key in KEYS:
            self.change(key, link_received_s=self.now_s)
        self.commands: list[tuple[float, VehicleKey, CommandRequest]] = []
        self.queries: list[CommandQuery] = []
        self.wishes: list[tuple[VehicleKey, ControlRequest]] = []
        self.batch = ""

    def change(self, key: VehicleKey, **changes: object) -> None:
        self.states[key] = replace(self.states[key], **changes)

    def tick(self) -> None:
        self.now_s += TICK_S
        for key in KEYS:
            if self.states[key].link_received_s is not None:
                self.change(key, link_received_s=self.now_s)
        was_away, self.was_away = self.was_away, False
        for key, one in self.operations.tick(
            self.states.get, self.now_s, is_connected=self.is_connected, was_away=was_away
        ):
            if isinstance(one, CommandRequest):
                self.commands.append((self.now_s, key, one))
            elif isinstance(one, CommandQuery):
                self.queries.append(one)
            else:
                self.wishes.append((key, one))

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.tick()

    def give(self, keys: list[VehicleKey], policy: GroupPolicy | None = None, verb: Verb = Verb.ARM) -> str:
        self.batch = self.operations.order(keys, verb, {}, self.now_s, policy or GroupPolicy())
        return self.batch

    def told(self) -> list[VehicleKey]:
        return [key for _, key, _ in self.commands]

    def record(self, key: VehicleKey) -> CommandRecord:
        return next(one for one in self.operations.book.of_batch(self.batch) if one.key == key)

    def report(self, key: VehicleKey, state: CommandState, step: int = 0) -> None:
        report = CommandReport(id=self.record(key).id, state=state, step=step, verb=Verb.ARM)
        self.operations.fold([live("", report, self.now_s, key=key)])

    def ends(self) -> list[tuple[CommandState, Reason]]:
        return [(one.state, one.reason) for one in self.operations.book.of_batch(self.batch)]


@pytest.fixture
def station() -> Station:
    return Station()


# ---- requests ----


def test_a_request_holds_what_a_bridge_checks(station: Station) -> None:
    batch = station.give(KEYS[:1])
    station.tick()
    [(now_s, key, request)] = station.commands
    assert key == KEYS[0]
    assert (request.by, request.sid, request.lease, request.batch) == (ACTOR, "life-1", 7, batch)
    assert request.ref_bms == round((now_s - OFFSET_S) * 1000)
    assert (request.ttl_ms, request.dry, request.verb) == (5_000, False, Verb.ARM)
    assert station.record(key).state is CommandState.SENT


def test_the_count_grows_with_each_request(station: Station) -> None:
    station.give(KEYS)
    station.give(KEYS)
    station.run(0.5)
    counts = [request.count for _, _, request in station.commands]
    assert counts == sorted(set(counts))
    assert len(counts) == 2 * len(KEYS)


def test_wrong_arguments_order_nothing(station: Station) -> None:
    with pytest.raises(UsageError):
        station.operations.order(KEYS, Verb.TAKEOFF, {"height_m": 1e6}, station.now_s)
    station.tick()
    assert station.operations.is_idle
    assert not len(station.operations.book)


def test_a_vehicle_that_is_named_twice_is_told_once(station: Station) -> None:
    station.give([KEYS[0], KEYS[1], KEYS[0]])
    station.tick()
    assert station.told() == KEYS[:2]


# ---- groups ----


def test_all_at_once_is_one_tick_in_the_given_order(station: Station) -> None:
    station.give(list(reversed(KEYS)))
    station.tick()
    assert station.told() == list(reversed(KEYS))


def test_a_stagger_is_kept_between_any_two(station: Station) -> None:
    station.give(KEYS, GroupPolicy(stagger_s=5.0))
    station.run(30.0)
    times = [at_s for at_s, _, _ in station.commands]
    assert station.told() == KEYS
    assert all(later - earlier >= 5.0 for earlier, later in itertools.pairwise(times))
    assert times[-1] - times[0] < 21.0


@pytest.mark.parametrize("end", [CommandState.SUCCEEDED, CommandState.FAILED, CommandState.UNKNOWN])
def test_only_so_many_are_under_way(station: Station, end: CommandState) -> None:
    station.give(KEYS, GroupPolicy(at_once=2))
    station.run(1.0)
    assert station.told() == KEYS[:2]
    station.report(KEYS[1], end)
    station.run(1.0)
    assert station.told() == KEYS[:3]
    station.report(KEYS[0], end)
    station.report(KEYS[2], end)
    station.run(1.0)
    assert station.told() == KEYS


@pytest.mark.parametrize(
    "end",
    [CommandState.FAILED, CommandState.REJECTED, CommandState.TIMEOUT, CommandState.UNKNOWN, CommandState.EXPIRED],
)
def test_a_failure_stops_the_rest(station: Station, end: CommandState) -> None:
    station.give(KEYS, GroupPolicy(stops_on_failure=True))
    station.run(1.0)
    assert station.told() == KEYS[:1], "one after the other"
    station.report(KEYS[0], CommandState.SUCCEEDED)
    station.run(1.0)
    station.report(KEYS[1], end)
    station.run(5.0)
    assert station.told() == KEYS[:2]
    assert station.ends()[2:] == [(CommandState.CANCELLED, Reason.BATCH_STOPPED)] * 3
    assert station.operations.is_idle
    assert failed_of(station.operations, station.batch) == KEYS[1:]


def test_unverified_is_no_failure(station: Station) -> None:
    station.give(KEYS[:2], GroupPolicy(stops_on_failure=True))
    station.tick()
    station.report(KEYS[0], CommandState.ACCEPTED_UNVERIFIED)
    station.run(1.0)
    assert station.told() == KEYS[:2]
    assert failed_of(station.operations, station.batch) == []


def test_several_at_once_and_a_failure_among_them(station: Station) -> None:
    station.give(KEYS, GroupPolicy(at_once=2, stops_on_failure=True))
    station.tick()
    station.report(KEYS[0], CommandState.FAILED)
    station.run(1.0)
    assert station.told() == KEYS[:2]
    assert not station.record(KEYS[1]).is_over, "what was sent goes on"
    assert station.record(KEYS[2]).reason is Reason.BATCH_STOPPED


def test_the_operator_stops_what_was_not_sent(station: Station) -> None:
    station.give(KEYS, GroupPolicy(stagger_s=5.0))
    station.run(6.0)
    station.operations.stop(station.batch, station.now_s)
    station.run(30.0)
    assert station.told() == KEYS[:2]
    assert station.ends()[2:] == [(CommandState.CANCELLED, Reason.ASKED)] * 3
    station.operations.stop("no such batch", station.now_s)


def test_those_that_failed_can_be_told_again(station: Station) -> None:
    station.give(KEYS)
    station.tick()
    for key, end in zip(KEYS, [CommandState.SUCCEEDED, CommandState.FAILED, CommandState.TIMEOUT], strict=False):
        station.report(key, end)
    assert failed_of(station.operations, station.batch) == KEYS[1:3], "not those under way"


# ---- when it can't be sent ----


def test_without_a_broker_it_has_failed_now_and_is_never_sent(station: Station) -> None:
    station.is_connected = False
    station.give(KEYS[:1])
    station.run(0.2)
    assert station.ends() == [(CommandState.FAILED, Reason.OFFLINE)]
    station.is_connected = True
    station.run(20.0)
    assert not station.commands
    assert station.operations.is_idle


def test_what_the_connection_did_not_take_has_failed(station: Station) -> None:
    station.give(KEYS[:1])
    station.tick()
    station.operations.unsent(station.commands[0][2], KEYS[0], station.now_s)
    assert station.ends() == [(CommandState.FAILED, Reason.OFFLINE)]
    station.run(60.0)
    assert not station.queries


@pytest.mark.parametrize("change", [{"session": None}, {"clock_offset_s": None}, {"link_received_s": None}])
@pytest.mark.parametrize("verb", [Verb.ARM, Verb.RTL])
def test_without_the_clock_of_its_bridge_nothing_is_sent(station: Station, verb: Verb, change: dict) -> None:
    station.change(KEYS[0], **change)
    station.give(KEYS[:2], verb=verb)
    station.tick()
    assert station.ends()[0] == (CommandState.REJECTED, Reason.NOT_HEARD)
    assert station.told() == [KEYS[1]]


def test_a_vehicle_that_nobody_knows_is_not_told(station: Station) -> None:
    station.give([VehicleKey("fleet", "ghost")])
    station.tick()
    assert station.ends() == [(CommandState.REJECTED, Reason.NOT_HEARD)]


def test_the_clock_of_a_bridge_is_known_for_ten_seconds() -> None:
    state = VehicleState(key=KEYS[0], clock_offset_s=OFFSET_S, link_received_s=1_000.0)
    assert bridge_clock_ms(state, 1_000.0 + CLOCK_AGE_S) == 610_000
    assert bridge_clock_ms(state, 1_000.1 + CLOCK_AGE_S) is None
    assert bridge_clock_ms(None, 1_000.0) is None


# ---- control ----


def take(station: Station, key: VehicleKey) -> None:
    station.change(key, control=Control(owner=ACTOR, lease=8))


def test_a_command_waits_for_control_and_goes_with_its_number() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS[:1])
    station.run(1.0)
    assert [(key, one.action) for key, one in station.wishes] == [(KEYS[0], ControlAction.ACQUIRE)]
    assert not station.commands
    take(station, KEYS[0])
    station.run(0.2)
    assert [one.lease for _, _, one in station.commands] == [8]


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.RTL, Verb.LAND])
def test_an_emergency_waits_for_no_control(verb: Verb) -> None:
    station = Station(is_in_control=False)
    station.give(KEYS, verb=verb)
    station.tick()
    assert station.told() == KEYS
    assert {one.lease for _, _, one in station.commands} == {None}
    assert not station.wishes


def test_a_dry_run_waits_for_no_control() -> None:
    station = Station(is_in_control=False)
    station.operations.order(KEYS, Verb.ARM, {}, station.now_s, dry=True)
    station.tick()
    assert [one.dry for _, _, one in station.commands] == [True] * len(KEYS)


def test_control_that_is_refused_ends_it_with_the_words() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS[:1])
    station.run(0.5)
    decision = ControlDecision(request=station.wishes[0][1].id, outcome=Outcome.DENIED, detail="bora is flying")
    station.change(KEYS[0], control=Control(owner=OTHER, lease=9, last=decision))
    station.run(0.5)
    assert station.ends() == [(CommandState.REJECTED, Reason.NOT_OWNER)]
    assert "bora is flying" in str(station.record(KEYS[0]).detail)
    assert station.operations.is_idle


def test_control_that_never_comes_ends_it_in_time() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS[:1])
    station.run(CONTROL_WAIT_S - 0.5)
    assert not station.record(KEYS[0]).is_over
    station.run(1.0)
    assert station.ends() == [(CommandState.REJECTED, Reason.NOT_OWNER)]
    assert not station.commands


def test_one_whose_control_is_not_given_does_not_hold_up_the_others() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS)
    station.run(0.2)
    assert {key for key, _ in station.wishes} == set(KEYS), "all are asked for at once"
    for key in KEYS[1:]:
        take(station, key)
    station.run(0.2)
    assert station.told() == KEYS[1:]


@pytest.mark.parametrize("policy", [GroupPolicy(stagger_s=6.0), GroupPolicy(at_once=1)])
def test_a_late_turn_in_a_group_has_its_own_time_for_control(policy: GroupPolicy) -> None:
    station = Station(is_in_control=False)
    station.give(KEYS, policy)
    for _ in range(1_000):
        station.tick()
        for key, _ in station.wishes:
            take(station, key)
        for _, key, _ in station.commands:
            if station.now_s - station.commands[-1][0] > 6.0 and not station.record(key).is_over:
                station.report(key, CommandState.SUCCEEDED)
    assert station.told() == KEYS
    assert failed_of(station.operations, station.batch) == []


def test_in_a_group_with_an_order_the_first_is_waited_for() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS, GroupPolicy(at_once=2))
    station.run(1.0)
    for key in KEYS[1:]:
        take(station, key)
    station.run(1.0)
    assert not station.commands
    take(station, KEYS[0])
    station.run(0.2)
    assert station.told() == KEYS[:2]


def test_what_was_released_from_elsewhere_is_not_taken_again(station: Station) -> None:
    station = Station(is_in_control=False)
    station.give(KEYS[:1])
    station.tick()
    take(station, KEYS[0])
    station.run(5.0)
    assert station.wishes[-1][1].action is ControlAction.RENEW
    released = ControlDecision(request="of another", outcome=Outcome.RELEASED, by=replace(ACTOR, gs="gs-9"))
    station.change(KEYS[0], control=Control(lease=8, last=released))
    asked = len(station.wishes)
    station.run(10.0)
    assert len(station.wishes) == asked


def test_what_ran_out_is_taken_again() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS[:1])
    station.tick()
    take(station, KEYS[0])
    station.run(5.0)
    ran_out = ControlDecision(request="", outcome=Outcome.EXPIRED, detail="not renewed for 6 s")
    station.change(KEYS[0], control=Control(lease=8, last=ran_out))
    station.run(3.0)
    assert station.wishes[-1][1].action is ControlAction.ACQUIRE


# ---- following ----


def test_silence_is_asked_about_and_ends_as_unknown(station: Station) -> None:
    station.give(KEYS[:1])
    station.run(5.0 + SILENCE_S - 0.5)
    assert not station.queries
    station.run(60.0)
    assert [one.ids for one in station.queries] == [(station.record(KEYS[0]).id,)] * QUERIES
    assert {one.sid for one in station.queries} == {"life-1"}
    assert station.ends() == [(CommandState.UNKNOWN, Reason.BRIDGE_LOST)]
    assert station.operations.is_idle


@pytest.mark.parametrize("state", [CommandState.ACCEPTED, CommandState.RECEIVED, CommandState.IN_PROGRESS])
def test_a_bridge_that_answers_that_nothing_changed_is_believed(station: Station, state: CommandState) -> None:
    station.give(KEYS[:1])
    station.tick()
    station.report(KEYS[0], state)
    for _ in range(3_000):
        before = len(station.queries)
        station.tick()
        if len(station.queries) > before:
            station.report(KEYS[0], state)
    assert station.record(KEYS[0]).state is state
    assert len(station.queries) <= 300.0 / RUNNING_SILENCE_S, "asked now and then"
    station.report(KEYS[0], CommandState.SUCCEEDED, 5)
    assert station.ends() == [(CommandState.SUCCEEDED, Reason.NONE)]


@pytest.mark.parametrize("is_seen", [True, False])
def test_one_that_runs_is_asked_about_as_soon_as_a_broken_connection_is_back(station: Station, is_seen: bool) -> None:
    """Also where it was away for so short a time that nobody looked meanwhile."""
    station.give([KEYS[0]])
    station.run(1.0)
    station.report(KEYS[0], CommandState.IN_PROGRESS, 1)
    station.run(3.0)
    assert station.queries == []
    if is_seen:
        station.is_connected = False
        station.run(2.0)
        assert station.queries == []
        station.is_connected = True
    else:
        station.was_away = True
    station.tick()
    assert len(station.queries) == 1
    # its bridge was not back yet: it is asked again, and not after the usual silence
    station.run(QUERY_S + 0.5)
    assert len(station.queries) == 2
    station.report(KEYS[0], CommandState.SUCCEEDED, 2)
    station.run(30.0)
    assert len(station.queries) == 2
    assert station.ends()[0][0] is CommandState.SUCCEEDED


def test_a_bridge_that_falls_silent_while_it_runs_is_asked_later(station: Station) -> None:
    station.give(KEYS[:1])
    station.tick()
    station.report(KEYS[0], CommandState.ACCEPTED)
    station.run(RUNNING_SILENCE_S - 1.0)
    assert not station.queries
    station.run(20.0)
    assert station.ends() == [(CommandState.UNKNOWN, Reason.BRIDGE_LOST)]


def test_a_new_life_of_the_vehicle_leaves_it_unknown_unless_its_bridge_knows(station: Station) -> None:
    station.give(KEYS[:2])
    station.tick()
    for key in KEYS[:2]:
        station.change(key, session="life-2")
    station.run(NEW_LIFE_S - 1.0)
    station.report(KEYS[1], CommandState.SUCCEEDED)
    station.run(2.0)
    assert station.ends() == [(CommandState.UNKNOWN, Reason.BRIDGE_LOST), (CommandState.SUCCEEDED, Reason.NONE)]


def test_an_end_is_the_end(station: Station) -> None:
    station.give(KEYS[:1])
    station.tick()
    station.report(KEYS[0], CommandState.FAILED)
    for state in (CommandState.SUCCEEDED, CommandState.ACCEPTED, CommandState.IN_PROGRESS):
        station.report(KEYS[0], state, 9)
    assert station.ends()[0][0] is CommandState.FAILED


def test_strangers_commands_do_not_push_out_what_is_under_way(station: Station) -> None:
    station.give(KEYS)
    station.tick()
    for number in range(MAX_RECORDS + 50):
        report = CommandReport(id=f"stranger-{number}", state=CommandState.FAILED, step=0, verb=Verb.ARM)
        station.operations.fold([live("", report, station.now_s, key=KEYS[0])])
    assert len(station.operations.book) <= MAX_RECORDS
    assert len(station.ends()) == len(KEYS)
    station.run(60.0)
    assert {one for one, _ in station.ends()} == {CommandState.UNKNOWN}
