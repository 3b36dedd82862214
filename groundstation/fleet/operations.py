# SPDX-License-Identifier: Apache-2.0
"""The station's side of commanding: groups, control, and following each command to its end. Sans-I/O.

Orders, updates and ticks go in; requests to be published come out. Nothing is ever kept for a connection to come back:
what can't be sent now has failed now. One thread owns it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from groundstation.fleet.command_book import CommandBook, CommandRecord
from groundstation.fleet.commands import (
    Actor,
    Args,
    CommandQuery,
    CommandReport,
    CommandRequest,
    CommandState,
    Reason,
    Verb,
)
from groundstation.fleet.control import ControlRequest
from groundstation.fleet.control_keeper import ControlKeeper
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.phrases import Phrase, RefusedError, Words, say
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.roster import Fleet
from groundstation.fleet.separation import kept_apart, too_near
from groundstation.fleet.updates import Update, VehicleUpdate
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS, checked_args

CLOCK_AGE_S = 10.0
"""A bridge's clock that was heard longer ago is not known."""
SILENCE_S = 2.0
"""After a command's time is over, this long without a word until its bridge is asked."""
RUNNING_SILENCE_S = 20.0
"""The same while it is under way; bridges end everything by themselves."""
QUERY_S, QUERIES = 2.0, 5
"""A bridge is asked this often, so many times."""
NEW_LIFE_S = 3.0
"""After a vehicle began a new session, its bridge has so long to tell what became of the commands of the former."""
CONTROL_WAIT_S = 13.0
"""How long a command waits for control: as long as a holder is asked, and a little."""


class GroupPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How a group order is carried out; vehicles go in the order in which they are given."""

    stagger_s: float = 0.0
    """Seconds between two vehicles."""
    at_once: int = 0
    """So many under way at a time; 0 for all."""
    stops_on_failure: bool = False
    """The rest is not sent once one has ended otherwise than well."""
    spread_m: float = 0.0
    """Metres between the places of a group that is sent to a point; 0 for all to the same."""
    height_step_m: float = 0.0
    """Metres that each of a group flies higher than the one before."""

    @property
    def is_in_order(self) -> bool:
        """Whether a vehicle that can't be told yet keeps those after it waiting."""
        return bool(self.stagger_s or self.at_once or self.stops_on_failure)


AT_ONCE = GroupPolicy()
NO_ITEMS: Mapping[VehicleKey, tuple[PlanItem, ...]] = MappingProxyType({})
NO_VALUES: Mapping[VehicleKey, tuple[ParamEntry, ...]] = MappingProxyType({})
GOOD_ENDS = frozenset({CommandState.SUCCEEDED, CommandState.ACCEPTED_UNVERIFIED})
"""Ends that don't count as failure of a group."""

Publication = tuple[VehicleKey, CommandRequest | ControlRequest | CommandQuery]
"""What to publish, for which vehicle."""
States = Callable[[VehicleKey], VehicleState | None]


class _Followed(msgspec.Struct):
    """A command of ours that has no end yet."""

    key: VehicleKey
    id: str
    is_dry: bool = False
    items: tuple[PlanItem, ...] = ()
    """What a plan order gives."""
    values: tuple[ParamEntry, ...] = ()
    """What an order about parameters writes, or asks for by name."""
    control_by_s: float | None = None
    """Until when it waits for control; None before its turn has come."""
    sid: str = ""
    expires_s: float = 0.0
    """When it can't be executed any more, monotonic seconds."""
    heard_s: float = -1e9
    """When its bridge last had a word about it, even a repeated one."""
    queries: int = 0
    asked_s: float = 0.0
    next_query_s: float = 0.0
    missed: bool = False
    """Whether there was no connection while it was under way, and nobody was asked since."""
    new_life_s: float | None = None


class _Batch(msgspec.Struct):
    """A group order that is not through."""

    name: str
    """Several orders may share it."""
    policy: GroupPolicy
    waiting: list[_Followed]
    next_s: float = 0.0
    sent: list[_Followed] = []


class Operations:
    """Everything that this station wants of vehicles."""

    def __init__(self, actor: Actor, new_id: Callable[[], str], wall: Callable[[], float]) -> None:
        """Begin with nothing.

        Args:
            actor: who we are.
            new_id: makes ids that nobody else makes.
            wall: seconds since 1970.
        """
        self.actor = actor
        self.book = CommandBook()
        """Every command that was seen."""
        self.keeper = ControlKeeper(actor, new_id)
        """Control of vehicles."""
        self._new_id, self._wall = new_id, wall
        self._batches: list[_Batch] = []
        self._sent: list[_Followed] = []
        self._count = int(wall() * 1000.0)
        """Grows over restarts too; see `CommandRequest.count`."""

    # ---- orders ----

    def order(
        self,
        keys: Iterable[VehicleKey],
        verb: Verb,
        args: Args,
        now_s: float,
        policy: GroupPolicy = AT_ONCE,
        *,
        dry: bool = False,
        fleet: Fleet | None = None,
        items: Mapping[VehicleKey, tuple[PlanItem, ...]] = NO_ITEMS,
        values: Mapping[VehicleKey, tuple[ParamEntry, ...]] = NO_VALUES,
        batch: str = "",
    ) -> str:
        """Give a command to vehicles.

        Args:
            keys: which, in order.
            verb: what.
            args: how.
            now_s: monotonic seconds.
            policy: how a group goes.
            dry: only ask what would be sent.
            fleet: what is known of all vehicles, to keep them apart; None where nothing is.
            items: what a plan order gives to each.
            values: what an order about parameters writes to each, or asks it for.
            batch: id that it shares with other orders, as those of one procedure do; empty for one of its own.

        Returns:
            Id of the batch, which all of them share.

        Raises:
            RefusedError: the arguments are wrong, or vehicles would come too near to each other; nothing was ordered.
        """
        keys = list(dict.fromkeys(keys))
        # the window offers nothing for them; this holds for scripts and for whatever is written later
        played = next((str(key) for key in keys if key.root == Root.REPLAY), None)
        if played is not None:
            raise RefusedError(say("named_recording", vehicle=played))
        orders = orders_of(keys, verb, checked_args(verb, args), policy, fleet)
        batch = batch or self._new_id()
        followed = []
        for key in keys:
            one = _Followed(
                key=key, id=self._new_id(), is_dry=dry, items=items.get(key, ()), values=values.get(key, ())
            )
            followed.append(one)
            unix_s = self._wall()
            record = CommandRecord(
                id=one.id,
                key=key,
                verb=verb,
                args=orders[key],
                by=self.actor,
                batch=batch,
                began_unix_s=unix_s,
                changed_unix_s=unix_s,
                changed_s=now_s,
            )
            # the station's own steps have negative numbers, so that none is taken for a bridge's report in the journal,
            # where the same command, state and number is written once
            self.book.put(record, -2)
        self._batches.append(_Batch(name=batch, policy=policy, waiting=followed, next_s=now_s, sent=[]))
        return batch

    def stop(self, batch: str, now_s: float, *, is_failure: bool = False) -> None:
        """Don't send what of a batch was not sent yet.

        Args:
            batch: its id.
            now_s: monotonic seconds.
            is_failure: because one of the group has failed, not because an operator wants it.
        """
        why = say("one_before_failed") if is_failure else say("stopped_by_operator")
        for one in [one for one in self._batches if one.name == batch]:
            self._stop_waiting(one, now_s, why, Reason.BATCH_STOPPED if is_failure else Reason.ASKED)

    @property
    def is_idle(self) -> bool:
        """Whether every command of ours has its end."""
        return not self._batches and not self._sent

    # ---- what comes in ----

    def fold(self, updates: Iterable[Update]) -> None:
        """Take in what arrived; only reports on commands matter here."""
        heard: dict[tuple[VehicleKey, str], float] = {}
        for update in updates:
            if isinstance(update, VehicleUpdate) and isinstance(update.content, CommandReport):
                self.book.report(update.key, update.content, update.received_s, update.unix_s)
                # also a report that was known already: it shows that its bridge is there and goes on
                heard[update.key, update.content.id] = update.received_s
        for one in self._sent if heard else ():
            if (one.key, one.id) in heard:
                one.heard_s, one.queries = heard[one.key, one.id], 0

    def tick(self, states: States, now_s: float, *, is_connected: bool, was_away: bool = False) -> list[Publication]:
        """Time passed.

        Args:
            states: gives the state of a vehicle.
            now_s: monotonic seconds.
            is_connected: whether there is a broker at this moment.
            was_away: whether the connection was made anew since the last time: what was said between is missed.

        Returns:
            What to publish now. What could not be published must be told by `unsent`.
        """
        out: list[Publication] = []
        for batch in list(self._batches):
            out += self._run_batch(batch, states, now_s, is_connected=is_connected)
        out += self._follow(states, now_s, is_connected=is_connected, was_away=was_away)
        # the keeper forgets what it returns: without a broker a release of control would be lost
        if is_connected:
            out += self.keeper.tick(states, now_s)
        return out

    def unsent(self, request: CommandRequest, key: VehicleKey, now_s: float) -> None:
        """The connection did not take a request: it has failed, and is not tried again."""
        record = self.book.get(key, request.id)
        self._sent = [one for one in self._sent if one.id != request.id]
        if record is not None:
            self._move(record, CommandState.FAILED, now_s, Reason.OFFLINE, _not_sent(say("broker_away")))

    # ---- batches ----

    def _run_batch(self, batch: _Batch, states: States, now_s: float, *, is_connected: bool) -> list[Publication]:
        out: list[Publication] = []
        waiting, batch.waiting = batch.waiting, []
        is_halted = False
        for one in waiting:
            # once one has to wait, those behind it wait as well, so that a group goes in the order in which it was
            # given
            is_halted = is_halted or now_s < batch.next_s or not self._has_room(batch)
            if is_halted:
                batch.waiting.append(one)
                continue
            if batch.policy.stops_on_failure and any(self._is_bad(other) for other in batch.sent):
                # the batch is cut to what was not sent: only that is cancelled, what flies already goes on
                batch.waiting = waiting[waiting.index(one) :]
                self._stop_waiting(batch, now_s, say("one_before_failed"), Reason.BATCH_STOPPED)
                return out
            request, is_settled = self._try_send(one, states, now_s, is_connected=is_connected)
            if not is_settled:
                batch.waiting.append(one)
                # where the order does not matter, one that waits for control keeps nobody else on the ground
                is_halted = batch.policy.is_in_order
                continue
            batch.sent.append(one)
            # from the moment it went out, not from the order: who waited for control still keeps its distance
            batch.next_s = now_s + batch.policy.stagger_s
            if request is not None:
                out.append((one.key, request))
        if not batch.waiting:
            self._batches = [one for one in self._batches if one is not batch]
        return out

    def _has_room(self, batch: _Batch) -> bool:
        # to stop at a failure the end of one must be known before the next is sent
        limit = 1 if batch.policy.stops_on_failure and not batch.policy.at_once else batch.policy.at_once
        return not limit or sum(not self._is_over(one) for one in batch.sent) < limit

    def _stop_waiting(self, batch: _Batch, now_s: float, why: Words, reason: Reason) -> None:
        # itself, not one that is equal
        self._batches = [one for one in self._batches if one is not batch]
        for one in batch.waiting:
            record = self.book.get(one.key, one.id)
            if record is not None:
                self._move(record, CommandState.CANCELLED, now_s, reason, _not_sent(why))

    def _try_send(
        self, one: _Followed, states: States, now_s: float, *, is_connected: bool
    ) -> tuple[CommandRequest | None, bool]:
        """Send, refuse, or wait for control; returns the request, and whether this vehicle's turn is over."""
        record = self.book.get(one.key, one.id)
        if record is None or record.is_over:
            return None, True
        state = states(one.key)
        clock_ms = bridge_clock_ms(state, now_s)
        if not is_connected:
            self._move(record, CommandState.FAILED, now_s, Reason.OFFLINE, _not_sent(say("broker_away")))
        elif state is None or state.session is None or clock_ms is None:
            self._move(record, CommandState.REJECTED, now_s, Reason.NOT_HEARD, _not_sent(say("bridge_not_heard")))
        else:
            return self._send_or_wait(one, record, state, clock_ms, now_s)
        return None, True

    def _send_or_wait(
        self, one: _Followed, record: CommandRecord, state: VehicleState, clock_ms: int, now_s: float
    ) -> tuple[CommandRequest | None, bool]:
        spec, dry = VERBS[record.verb], one.is_dry
        lease = self.keeper.lease(state)
        # who cancels a command of his own needs no control; the bridge knows whose it is
        needs_control = not dry and not spec.is_emergency and spec.needs_control and record.verb is not Verb.CANCEL
        if lease is None and needs_control:
            refused = self.keeper.want(state, now_s)
            # from when its turn came: with a stagger of seconds the last of a group would be refused before anybody was
            # asked
            one.control_by_s = now_s + CONTROL_WAIT_S if one.control_by_s is None else one.control_by_s
            if refused or now_s >= one.control_by_s:
                why = refused or say("control_not_given")
                self._move(record, CommandState.REJECTED, now_s, Reason.NOT_OWNER, _not_sent(why))
                return None, True
            self._tell_who_is_asked(record, state, now_s)
            return None, False
        self._count += 1
        assert state.session is not None  # noqa: S101 - looked at by the caller
        one.sid, one.expires_s = state.session, now_s + spec.ttl_ms / 1000.0
        # before that the bridge may still take it; to ask earlier would make it refuse an order that is on its way
        one.next_query_s = one.expires_s + SILENCE_S
        self._sent.append(one)
        self._move(record, CommandState.SENT, now_s)
        request = CommandRequest(
            id=record.id,
            by=self.actor,
            sid=state.session,
            verb=record.verb,
            args=record.args,
            lease=lease,
            count=self._count,
            ref_bms=clock_ms,
            ttl_ms=spec.ttl_ms,
            batch=record.batch,
            dry=dry,
            items=one.items,
            values=one.values,
        )
        return request, True

    def _tell_who_is_asked(self, record: CommandRecord, state: VehicleState, now_s: float) -> None:
        """Waiting for somebody's answer is not just waiting."""
        owner = state.control.owner if state.control is not None else None
        if owner is not None and owner.gs != self.actor.gs:
            said = say("owner_is_asked_for_it", owner=str(owner))
            self.book.note(record, said, now_s=now_s, unix_s=self._wall())

    # ---- following ----

    def _follow(self, states: States, now_s: float, *, is_connected: bool, was_away: bool) -> list[Publication]:
        out: list[Publication] = []
        for one in self._sent:
            record = self.book.get(one.key, one.id)
            if record is None or record.is_over:
                continue
            if self._has_new_life(one, record, states(one.key), now_s):
                continue
            is_running = record.state is not CommandState.SENT
            # one that is under way may have ended meanwhile, unheard
            one.missed |= is_running and (was_away or not is_connected)
            if not is_connected:
                # asked as soon as there is somebody to ask
                one.next_query_s = min(one.next_query_s, max(now_s, one.expires_s))
            elif now_s >= self._quiet_s(one, record, is_running=is_running):
                one.missed = False
                out += self._ask(one, record, now_s)
        self._sent = [one for one in self._sent if not self._is_over(one)]
        return out

    @staticmethod
    def _quiet_s(one: _Followed, record: CommandRecord, *, is_running: bool) -> float:
        """When its bridge is to be asked."""
        if one.missed:
            return 0.0
        heard_s = max(record.changed_s, one.heard_s)
        # of one that its bridge has, silence is usual: a plane needs minutes for its final; but not after a question
        is_usual = is_running and one.asked_s <= heard_s
        return max(heard_s + RUNNING_SILENCE_S * is_usual, one.next_query_s)

    def _ask(self, one: _Followed, record: CommandRecord, now_s: float) -> list[Publication]:
        if record.changed_s > one.asked_s:
            one.queries = 0  # its bridge has said something since
        if one.queries >= QUERIES:
            self._move(record, CommandState.UNKNOWN, now_s, Reason.BRIDGE_LOST, say("no_word_from_bridge"))
            return []
        one.queries += 1
        one.asked_s = now_s
        one.next_query_s = now_s + QUERY_S
        return [(one.key, CommandQuery(ids=(one.id,), sid=one.sid))]

    def _has_new_life(self, one: _Followed, record: CommandRecord, state: VehicleState | None, now_s: float) -> bool:
        """A new session of vehicle or bridge: what was under way is told soon, or never."""
        if state is None or state.session == one.sid:
            one.new_life_s = None
            return False
        # a restarted bridge gives the vehicle a new session, and tells at once what it still knows
        one.new_life_s = one.new_life_s if one.new_life_s is not None else now_s
        if one.heard_s > one.new_life_s and state.session is not None:
            one.sid, one.new_life_s = state.session, None  # its bridge goes on with it
            return False
        if now_s - one.new_life_s < NEW_LIFE_S:
            return False
        self._move(record, CommandState.UNKNOWN, now_s, Reason.BRIDGE_LOST, say("restarted_meanwhile"))
        return True

    def _is_over(self, one: _Followed) -> bool:
        record = self.book.get(one.key, one.id)
        return record is None or record.is_over

    def _is_bad(self, one: _Followed) -> bool:
        record = self.book.get(one.key, one.id)
        return record is not None and record.is_over and record.state not in GOOD_ENDS

    def _move(
        self,
        record: CommandRecord,
        state: CommandState,
        now_s: float,
        reason: Reason = Reason.NONE,
        detail: Words = "",
    ) -> None:
        # see `order`: negative numbers are the station's
        step = -1 if state is CommandState.SENT else -3
        self.book.move(record, state, now_s=now_s, unix_s=self._wall(), step=step, reason=reason, detail=detail)


def orders_of(
    keys: list[VehicleKey], verb: Verb, args: Args, policy: GroupPolicy, fleet: Fleet | None
) -> dict[VehicleKey, Args]:
    """Arguments of each vehicle of a group order, kept apart as its policy says.

    Raises:
        RefusedError: some would come too near to each other; says who, how near, and the remedy.
    """
    # the benchmarks order without a view of the fleet: where nothing is known, nothing can be kept apart
    if fleet is None:
        return dict.fromkeys(keys, args)
    orders = kept_apart(keys, args, fleet.get, spread_m=policy.spread_m, height_step_m=policy.height_step_m)
    found = too_near(verb, orders, fleet.get, fleet)
    if found is not None:
        raise RefusedError(say("keep_apart", verb=verb.value, who=found))
    return orders


def _not_sent(why: Words) -> Phrase:
    return say("not_sent", why=why)


def bridge_clock_ms(state: VehicleState | None, now_s: float) -> int | None:
    """The clock of a vehicle's bridge as far as it is known, never ahead of it; None when it was not heard lately.

    Args:
        state: the vehicle.
        now_s: seconds on this station's monotonic clock.
    """
    if state is None or state.clock_offset_s is None:
        return None
    # on a slow way anything else may come where no report does
    heard_s = [one for one in (state.link_received_s, state.heard_s) if one is not None]
    if not heard_s or now_s - max(heard_s) > CLOCK_AGE_S:
        return None
    # the offset holds the time that the quickest message was on its way, so this is late by that, never ahead
    return int((now_s - state.clock_offset_s) * 1000.0)
