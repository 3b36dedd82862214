# SPDX-License-Identifier: Apache-2.0
"""A station without a window, for one order: find the vehicles, give the command, see it to its end. Main thread."""

from __future__ import annotations

import getpass
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

import msgspec

from groundstation.app.group_work import group_access
from groundstation.app.settings_file import read_settings
from groundstation.app.wiring import StationBus, client_id, forgetting
from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import Actor, Args, CommandState, Role, Verb
from groundstation.fleet.control import Control
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.fleet_filter import is_filter, parse_filter
from groundstation.fleet.groups import NO_GROUPS
from groundstation.fleet.identity import VehicleKey, is_vehicle_id
from groundstation.fleet.operations import AT_ONCE, NO_ITEMS, NO_VALUES, GroupPolicy, bridge_clock_ms
from groundstation.fleet.operators.names import name_of
from groundstation.fleet.parameters.parameter_entries import ParamEntry
from groundstation.fleet.phrases import Words
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.roster import Fleet
from groundstation.fleet.separation import TO_A_POINT
from groundstation.fleet.summary import natural_order, summary_of
from groundstation.fleet.updates import Update
from groundstation.fleet.vehicle import VehicleState
from groundstation.recording.journal import Journal
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import Outgoing
from groundstation.transport.commander import Commander
from groundstation.transport.inbox import Inbox

ROOTS = ("fleet", "sim")
TICK_S = 0.02
CONNECT_S = 8.0
"""How long a broker may take to let us in."""
FIND_S = 2.5
"""How long a whole fleet is waited for: bridges answer within 2 s."""
NAMED_S = 6.0
"""How long one that is named may take to be found: longer only where it is not there, or on a slow way."""
PLACE_S = 1.5
"""How long the place of a vehicle that is sent somewhere is waited for."""
CONTROL_S = 6.0
"""How long it is waited for who is in control; a bridge says it when a station asks, and every 5 s."""
ALONE_S = 0.5
"""A namesake under another root answers within this time, or four round trips to the broker."""
RELEASE_S = 1.0

EXIT_CODES: dict[CommandState, int] = {
    CommandState.SUCCEEDED: 0,
    CommandState.ACCEPTED_UNVERIFIED: 10,
    CommandState.FAILED: 11,
    CommandState.REJECTED: 12,
    CommandState.CANCELLED: 13,
    CommandState.EXPIRED: 14,
    CommandState.TIMEOUT: 15,
    CommandState.UNKNOWN: 16,
}
"""Exit code for each end; 1 is other trouble, 2 bad usage, 17 the time of --timeout is over."""
TIME_OVER = 17
# an outcome that nobody knows is worse than a failure: somebody has to look at the vehicle
_WORST_LAST = (
    CommandState.SUCCEEDED,
    CommandState.ACCEPTED_UNVERIFIED,
    CommandState.CANCELLED,
    CommandState.EXPIRED,
    CommandState.REJECTED,
    CommandState.FAILED,
    CommandState.TIMEOUT,
    CommandState.UNKNOWN,
)


def exit_code(ends: Iterable[CommandState]) -> int:
    """One code for several vehicles: that of the worst end."""
    return EXIT_CODES[max(ends, key=_WORST_LAST.index)]


def operator_name() -> str:
    """The name of the person at this computer, as far as it knows."""
    try:
        settled = name_of(read_settings()[0].operator.name)
        # a user id without a name, as in a container, is a KeyError, and an OSError from Python 3.13 on
        return settled or name_of(getpass.getuser()) or "operator"
    except (KeyError, OSError):
        return "operator"


class Desk:
    """Connection, fleet and commander, turned by hand."""

    def __init__(self, url: BrokerUrl, roots: tuple[str, ...], journal: Path | None) -> None:
        """Prepare.

        Args:
            url: the broker.
            roots: where to look for vehicles.
            journal: where commands are written down; None for nowhere.
        """
        station = client_id("cli")
        self.actor = Actor(op=operator_name(), gs=station, role=Role.OPERATOR)
        self.fleet = Fleet()
        self._inbox = Inbox()
        self.bus = StationBus(url, roots, self._inbox, role="cli", actor=self.actor)
        self._journal = Journal(journal, station) if journal is not None else None
        self.commander = Commander(self.actor, self.bus.worker, self._journal)
        self._roots = roots

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            GroundStationError: the broker can't be reached; says why.
        """
        if self._journal is not None:
            self._journal.start()
        self.bus.start()
        if not self.turn_until(lambda: self.commander.is_connected, CONNECT_S):
            reason = self.bus.last_problem or "no answer in time"
            self._stop()
            raise GroundStationError(f"no connection to {self.bus.worker.status.broker}: {reason}")
        return self

    def __exit__(self, *_: object) -> None:
        """Give control back, and disconnect."""
        # on every way out: else others wait until the bridge has noticed that this station is gone
        held = self.commander.operations.keeper.kept
        for key in held:
            state = self.fleet.get(key)
            if state is not None:
                self.commander.operations.keeper.release(state)
        if held:
            self.turn_until(lambda: not any(self._is_mine(key) for key in held), RELEASE_S)
        self._stop()

    def _stop(self) -> None:
        self.bus.stop()
        if self._journal is not None:
            self._journal.stop()

    def _is_mine(self, key: VehicleKey) -> bool:
        state = self.fleet.get(key)
        return state is not None and state.control is not None and state.control.is_held_by(self.actor.gs)

    def turn(self) -> tuple[list[Update], list[Transition]]:
        """One turn; returns what arrived and what happened to commands."""
        updates = self._inbox.drain().updates
        self.fleet.fold(updates)
        return updates, self.commander.tick(updates, self.fleet)

    def turn_until(self, is_true: Callable[[], bool], timeout_s: float, stop: threading.Event | None = None) -> bool:
        """Turn until something is true; False when the time was over, or a stop was asked for."""
        give_up_s = time.monotonic() + timeout_s
        waiter = stop or threading.Event()
        while not is_true():
            self.turn()
            if time.monotonic() >= give_up_s or waiter.wait(TICK_S):
                return is_true()
        return True

    def find(self, text: str) -> list[VehicleKey]:
        """Vehicles that a word names: an id, `root/id`, several with commas, `all`, or a filter of the fleet list.

        Raises:
            UsageError: an id lives under both roots, or the filter means nothing.
            GroundStationError: there is no such vehicle.
        """
        wanted = [word for word in text.split(",") if word]
        by_name = [word for word in wanted if not self._is_filter(word)]
        # waits for everything known: an id under both roots must be noticed
        self._ask_for(by_name)
        began_s = time.monotonic()
        limit_s = NAMED_S if by_name else FIND_S
        self.turn_until(lambda: self._has_settled(by_name, time.monotonic() - began_s), limit_s)
        if not by_name or len(by_name) != len(wanted):
            return self._matching(text)
        return [self._named(word) for word in wanted]

    def _is_filter(self, word: str) -> bool:
        return word == "all" or is_filter(word)

    def _keys_of(self, word: str) -> list[VehicleKey]:
        """What a name may stand for."""
        root, slash, vehicle_id = word.rpartition("/")
        return [VehicleKey(root, vehicle_id)] if slash else [VehicleKey(one, word) for one in self._roots]

    def _ask_for(self, names: list[str]) -> None:
        """Ask for named vehicles: their bridges answer at once, where they take their time for a whole fleet."""
        named = [key for word in names for key in self._keys_of(word)]
        keys = [key for key in named if is_vehicle_id(key.id) and key.root in topics.ROOTS]
        self.bus.worker.publish([Outgoing(topics.vehicle(key, topics.SYNC_REQ), b"{}", 1) for key in keys])

    def _has_settled(self, names: list[str], waited_s: float) -> bool:
        """Whether it is clear who is meant: each is heard, and its namesakes under other roots had time to answer."""
        # of a whole fleet nobody knows how many there are, so the whole time is waited for it
        if not names:
            return False
        found = [[key for key in self._keys_of(word) if self._is_ready(key)] for word in names]
        rtt_ms = self.bus.worker.status.rtt_ms
        is_alone = waited_s >= max(ALONE_S, 4.0 * (rtt_ms or 0.0) / 1000.0)
        return all(found) and (is_alone or all("/" in word for word in names))

    def _is_ready(self, key: VehicleKey) -> bool:
        state = self.fleet.get(key)
        # an order's deadline is told in the bridge's time, and its form depends on the autopilot
        return bridge_clock_ms(state, time.monotonic()) is not None and state is not None and state.info is not None

    def _matching(self, text: str) -> list[VehicleKey]:
        # read when it is asked for: most orders name no group
        groups = group_access().read() if "group" in text.casefold() else NO_GROUPS
        test = parse_filter("" if text == "all" else text, groups)
        now_s = time.monotonic()
        found = [state.key for state in self.fleet if test(summary_of(state, now_s))]
        roots = {key.root for key in found}
        if len(roots) > 1:
            raise UsageError(f"'{text}' means vehicles under {' and '.join(sorted(roots))}; say which with --root")
        if not found:
            raise GroundStationError(f"no vehicle for '{text}'; heard are: {self._heard()}")
        return sorted(found, key=lambda key: natural_order(key.id))

    def _named(self, word: str) -> VehicleKey:
        found = [key for key in self._keys_of(word) if key in self.fleet]
        if len(found) > 1:
            both = " and ".join(str(key) for key in found)
            raise UsageError(f"'{word}' lives under both roots: {both}; say which with --root or as {found[0]}")
        if not found:
            raise GroundStationError(f"no vehicle '{word}'; heard are: {self._heard()}")
        return found[0]

    def forget(self, keys: list[VehicleKey]) -> None:
        """Make the broker forget what it keeps of vehicles that are gone.

        Raises:
            GroundStationError: one of them is heard; nothing was forgotten.
        """
        alive = [str(key) for key in keys if (state := self.fleet.get(key)) is not None and state.is_heard]
        if alive:
            raise GroundStationError(f"{', '.join(alive)}: heard now, and would be back at once; forget what is gone")
        self.bus.worker.publish([one for key in keys for one in forgetting(key)])
        waited_s = time.monotonic() + RELEASE_S
        self.turn_until(lambda: time.monotonic() >= waited_s, RELEASE_S)

    def learn_control(self, keys: list[VehicleKey]) -> None:
        """Wait until it is known who is in control of vehicles: it is told on a leaf of its own, which may come last.

        Args:
            keys: which.
        """
        self.turn_until(lambda: all(self._knows_control(key) for key in keys), CONTROL_S)

    def _knows_control(self, key: VehicleKey) -> bool:
        state = self.fleet.get(key)
        return state is None or state.control is not None

    def knows_place(self, key: VehicleKey) -> bool:
        """Whether the height above the sea of a vehicle has come, by which others are kept apart from it."""
        state = self.fleet.get(key)
        return state is not None and state.position is not None and state.position.height_amsl_m is not None

    def _heard(self) -> str:
        return ", ".join(sorted(str(state.key) for state in self.fleet)) or "none"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A line about a command for a script."""

    at_unix_s: float
    vehicle: str
    id: str
    verb: str
    state: str
    reason: str
    detail: str
    """In words."""
    said: Words
    """The same as a code with arguments; empty for none, words of others as they are."""
    texts: tuple[str, ...]
    progress: float | None
    result: int | None
    sends: tuple[str, ...]


def progress_of(record: CommandRecord) -> Progress:
    """A record as a line."""
    return Progress(
        at_unix_s=round(record.changed_unix_s, 3),
        vehicle=str(record.key),
        id=record.id,
        verb=record.verb.value,
        state=record.state.value,
        reason=record.reason.value,
        detail=str(record.detail),
        said=record.detail,
        texts=record.texts,
        progress=record.progress,
        result=record.result,
        sends=record.sends,
    )


def give_order(
    desk: Desk,
    keys: list[VehicleKey],
    verb: Verb,
    args: Args,
    show: Callable[[CommandRecord], None],
    stop: threading.Event,
    timeout_s: float,
    policy: GroupPolicy = AT_ONCE,
    *,
    dry: bool = False,
    items: Mapping[VehicleKey, tuple[PlanItem, ...]] = NO_ITEMS,
    values: Mapping[VehicleKey, tuple[ParamEntry, ...]] = NO_VALUES,
) -> list[CommandRecord]:
    """Give a command and wait for every end.

    Args:
        desk: connected.
        keys: which vehicles.
        verb: what.
        args: how.
        show: called with each step of each vehicle.
        stop: ends the waiting.
        timeout_s: ends it after so long.
        policy: how a group goes.
        dry: only ask what would be sent.
        items: what a plan order gives to each.
        values: what an order about parameters writes to each, or asks it for.

    Returns:
        The records; not all over when the time was.
    """
    operations = desk.commander.operations
    if verb in TO_A_POINT:
        # who is where decides whether they stay apart; it comes five times a second
        desk.turn_until(lambda: all(desk.knows_place(key) for key in keys), PLACE_S, stop)
    batch = operations.order(
        keys, verb, args, time.monotonic(), policy, dry=dry, fleet=desk.fleet, items=items, values=values
    )
    give_up_s = time.monotonic() + timeout_s
    while True:
        _, transitions = desk.turn()
        for transition in transitions:
            if transition.record.batch == batch:
                show(transition.record)
        records = operations.book.of_batch(batch)
        if all(record.is_over for record in records) or time.monotonic() >= give_up_s or stop.wait(TICK_S):
            return records


def control_words(state: VehicleState) -> str:
    """Who is in control, in words."""
    control = state.control
    if control is None:
        return "not known yet"
    if control.owner is None:
        return "free"
    asked = f"; {control.pending} asks for it" if control.pending is not None else ""
    return f"{control.owner} ({control.owner.gs}, control {control.lease}, takeover {control.takeover.value}){asked}"


def acquire(desk: Desk, keys: list[VehicleKey], reason: str, stop: threading.Event, timeout_s: float) -> None:
    """Take control of vehicles.

    Args:
        desk: connected.
        keys: which.
        reason: take it by force, for this reason; empty to ask.
        stop: ends the waiting.
        timeout_s: ends it after so long.

    Raises:
        GroundStationError: it was not given; says who has it.
    """
    keeper, refused = desk.commander.operations.keeper, dict[VehicleKey, Words]()

    def is_decided() -> bool:
        for key in keys:
            state = desk.fleet.get(key)
            if state is None or key in refused or keeper.lease(state) is not None:
                continue
            words = keeper.want(state, time.monotonic(), force_reason=reason)
            if words:
                refused[key] = words
        return all(key in refused or holds(desk, key) for key in keys)

    desk.turn_until(is_decided, timeout_s, stop)
    missing = [key for key in keys if not holds(desk, key)]
    if missing:
        words = "; ".join(f"{key}: {refused.get(key, 'no answer in time')}" for key in missing)
        raise GroundStationError(f"no control of {words}")


def holds(desk: Desk, key: VehicleKey) -> bool:
    """Whether we are in control of a vehicle."""
    state = desk.fleet.get(key)
    return state is not None and desk.commander.operations.keeper.lease(state) is not None


def release(desk: Desk, keys: list[VehicleKey], timeout_s: float) -> None:
    """End control of vehicles that this operator holds, at whichever station.

    Raises:
        GroundStationError: somebody else holds it.
    """
    keeper = desk.commander.operations.keeper
    for key in keys:
        state = desk.fleet.get(key)
        if state is not None and state.control is not None and state.control.owner is not None:
            keeper.release(state)
    desk.turn_until(lambda: all(_is_free(desk, key) for key in keys), timeout_s)
    held = [key for key in keys if not _is_free(desk, key)]
    if held:
        words = "; ".join(f"{key}: {_refusal_of(desk.fleet.get(key))}" for key in held)
        raise GroundStationError(f"not released: {words}")


def _is_free(desk: Desk, key: VehicleKey) -> bool:
    state = desk.fleet.get(key)
    return state is not None and state.control is not None and state.control.owner is None


def _refusal_of(state: VehicleState | None) -> str:
    control: Control | None = state.control if state is not None else None
    if control is None:
        return "its bridge does not answer"
    return str(control.last.detail) if control.last is not None and control.last.detail else str(control.owner)
