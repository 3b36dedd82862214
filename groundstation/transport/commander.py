# SPDX-License-Identifier: Apache-2.0
"""Drives a station's `Operations` over a bus: publishes what they want, journals what happened. The owner's thread.

A command is written down before it goes out; emergency verbs don't wait for a disk.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from groundstation import __version__
from groundstation.fleet.alarms.wishes import AlarmWish
from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.command_book import Transition
from groundstation.fleet.commands import Actor, CommandRequest
from groundstation.fleet.control import MAX_LOOKED_AT, ControlRequest, StationPresence
from groundstation.fleet.drawings.drawing import DrawingBoard
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.link_table import LinkRequest
from groundstation.fleet.operations import Operations, Publication, bridge_clock_ms
from groundstation.fleet.operators.said import OperatorMessage, ReadMarks, SaidWish
from groundstation.fleet.operators.talk import Word
from groundstation.fleet.procedures.progress import StepNote
from groundstation.fleet.recorder import StationSensors
from groundstation.fleet.roster import Fleet
from groundstation.fleet.updates import Update
from groundstation.fleet.verbs import PARAM_VERBS, PLAN_VERBS, VERBS
from groundstation.transport import parts, payloads, topics
from groundstation.transport.bus import Bus, BusState, Outgoing
from groundstation.transport.leaves import SyncRequest

JOURNAL_WAIT_S = 0.25
"""A command waits for its line in the journal so long at most."""
CONTROL_EXPIRY_S = 5


class JournalPort(Protocol):
    """Where transitions are written down."""

    @property
    def committed(self) -> int:
        """How many transitions are safe."""

    @property
    def problem(self) -> str:
        """Why it can't write, and what helps; empty when all is well."""

    def record(self, transitions: Sequence[Transition | StepNote]) -> int:
        """Take transitions, and notes of procedures; returns what `committed` will be once they are safe."""


class NoJournal:
    """In place of a journal where none is wanted: everything counts as written down at once."""

    committed, problem = 0, ""

    def record(self, transitions: Sequence[Transition | StepNote]) -> int:
        """Forget them."""
        del transitions
        return 0


def new_id() -> str:
    """An id of a command or a request: time first, so that a list sorts, then chance."""
    return f"{time.time_ns() // 1_000_000:012x}-{secrets.token_hex(6)}"


def presence(actor: Actor, state: LinkState, looks_at: Sequence[VehicleKey] = ()) -> Outgoing:
    """Birth and sign of life of a station, or the will that tells its death.

    Args:
        actor: whose station.
        state: online or offline.
        looks_at: vehicles that its operator has chosen.
    """
    chosen = tuple(str(one) for one in looks_at[:MAX_LOOKED_AT])
    content = StationPresence(state=state, op=actor.op, role=actor.role, version=__version__, looks_at=chosen)
    # not retained: a station's id is never used again, and a broker would collect them
    return _of_station(actor, topics.CONN, content, 0)


def link_wish(root: str, bridge: str, wish: LinkRequest) -> Outgoing:
    """What an operator wants of the links of a bridge.

    Args:
        root: `fleet` or `sim`.
        bridge: its id.
        wish: what.
    """
    return Outgoing(topics.bridge(root, bridge, topics.LINKS_REQ), payloads.encode_request(wish), qos=1)


def _of_station(actor: Actor, leaf: str, content: Any, number: int) -> Outgoing:
    envelope = payloads.Envelope(sid=actor.gs, seq=number, ts=int(time.time() * 1000), bms=0, d=content)
    return Outgoing(topics.station(Root.FLEET.value, actor.gs, leaf), payloads.encode(envelope), qos=1)


def sensors(actor: Actor, filters: Sequence[str], number: int) -> Outgoing:
    """What a station listens to besides the fleet, for recorders.

    Args:
        actor: whose station.
        filters: topic filters, byte for byte.
        number: of the message, counted from 0.
    """
    return _of_station(actor, topics.SENSORS, StationSensors(filters=tuple(filters)), number)


def mark(bookmark: Bookmark, number: int) -> Outgoing:
    """A bookmark for every station and the recording.

    Args:
        bookmark: whose `by` is the station that says it.
        number: of the message at that station, counted from 0.
    """
    return _of_station(bookmark.by, topics.MARK, bookmark, number)


def drawn(board: DrawingBoard, number: int) -> Outgoing:
    """What a station has drawn, for every station and the recording.

    Args:
        board: whose `by` is the station that says it.
        number: of the message at that station, counted from 0.
    """
    return _of_station(board.by, topics.DRAW, board, number)


def alarm_wish(wish: AlarmWish, number: int) -> Outgoing:
    """What an operator wants of alarms.

    Args:
        wish: whose `by` is the station that says it.
        number: of the message at that station, counted from 0.
    """
    return _of_station(wish.by, topics.ALM, wish, number)


_WORDS = {OperatorMessage: topics.SAY, ReadMarks: topics.READ, SaidWish: topics.SAID_REQ}


def spoken(actor: Actor, word: Word, number: int) -> Outgoing:
    """What an operator says, has read, or wants to have told.

    Args:
        actor: whose station.
        word: as `Talk` gave it.
        number: of the message at that station, counted from 0.
    """
    return _of_station(actor, _WORDS[type(word)], word, number)


class _Held(msgspec.Struct):
    """A command that waits for its line in the journal."""

    ticket: int
    until_s: float
    key: VehicleKey
    request: CommandRequest


class Commander:
    """One station's commands, control and journal."""

    def __init__(
        self,
        actor: Actor,
        bus: Bus,
        journal: JournalPort | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Begin.

        Args:
            actor: who we are.
            bus: the station's connection.
            journal: where transitions are kept; None for nowhere.
            clock: monotonic seconds.
            wall: seconds since 1970.
        """
        self.operations = Operations(actor, new_id, wall)
        """What we want, and what became of it."""
        self._bus, self._clock = bus, clock
        self._journal: JournalPort = journal or NoJournal()
        self._held: list[_Held] = []
        self._connections = 0
        """How often the connection was made, when it was looked at last."""

    @property
    def is_connected(self) -> bool:
        """Whether there is a broker at this moment."""
        return self._bus.status.state is BusState.CONNECTED

    @property
    def is_idle(self) -> bool:
        """Whether nothing of ours is under way."""
        return self.operations.is_idle and not self._held

    def ask_parameters(self, keys: Sequence[VehicleKey]) -> None:
        """Ask bridges for the parameters that they know already; nothing is said to a vehicle."""
        payload = payloads.encode_request(SyncRequest(parameters=True))
        self._bus.publish([Outgoing(topics.vehicle(key, topics.SYNC_REQ), payload, qos=1) for key in keys])

    def ask_metadata(self, key: VehicleKey) -> None:
        """Ask a bridge for the file with which a vehicle describes its parameters; nothing is said to the vehicle."""
        payload = payloads.encode_request(SyncRequest(metadata=True))
        self._bus.publish([Outgoing(topics.vehicle(key, topics.SYNC_REQ), payload, qos=1)])

    @property
    def journal_problem(self) -> str:
        """Why commands can't be written down, and what helps; empty when all is well."""
        return self._journal.problem

    def write_down(self, notes: Sequence[StepNote]) -> None:
        """Put what happened in procedures into the journal."""
        self._journal.record(notes)

    def tick(self, updates: Sequence[Update], fleet: Fleet) -> list[Transition]:
        """Take in what arrived, and publish what is due.

        Args:
            updates: as drained.
            fleet: with those updates folded in.

        Returns:
            Everything that happened to commands.
        """
        now_s = self._clock()
        operations = self.operations
        operations.fold(updates)
        status = self._bus.status
        was_away, self._connections = status.connections != self._connections, status.connections
        is_connected = status.state is BusState.CONNECTED
        publications = operations.tick(fleet.get, now_s, is_connected=is_connected, was_away=was_away)
        transitions = operations.book.take_transitions()
        ticket = self._journal.record(transitions)
        for key, request in publications:
            # wishes about control need no line in the journal before they go out
            if isinstance(request, CommandRequest) and not VERBS[request.verb].is_emergency:
                self._held.append(_Held(ticket, now_s + JOURNAL_WAIT_S, key, request))
            else:
                self._publish((key, request), fleet, now_s)
        # also in the turn in which they came: a quick disk has them by now
        self._publish_held(fleet, now_s)
        # what could not be sent has failed just now, in `_publish`
        more = operations.book.take_transitions()
        self._journal.record(more)
        return [*transitions, *more]

    def _publish_held(self, fleet: Fleet, now_s: float) -> None:
        committed, waiting = self._journal.committed, self._held
        self._held = []
        for one in waiting:
            if committed >= one.ticket or now_s >= one.until_s:
                self._publish((one.key, one.request), fleet, now_s)
            else:
                self._held.append(one)

    def _publish(self, publication: Publication, fleet: Fleet, now_s: float) -> None:
        key, request = publication
        messages = outgoing(key, request, bridge_clock_ms(fleet.get(key), now_s))
        if messages and self._bus.publish(messages) == len(messages):
            return
        if isinstance(request, CommandRequest):
            self.operations.unsent(request, key, now_s)


_REQUESTS = {**dict.fromkeys(PLAN_VERBS, topics.MSN_REQ), **dict.fromkeys(PARAM_VERBS, topics.PAR_REQ)}
"""By which topic orders go that are no commands."""


def outgoing(key: VehicleKey, request: object, clock_ms: int | None) -> list[Outgoing]:
    """A request as one message, or in parts where it is large, or as none where it is larger than anything may be.

    Always at QoS 1, never retained.

    Args:
        key: the vehicle.
        request: a command, a wish about control, or a query.
        clock_ms: the bridge's clock as far as it is known, for a wish about control.
    """
    if isinstance(request, CommandRequest):
        # MQTT counts in whole seconds: rounded up, and 0 would mean that it has expired already (section 3.3.2.3.3)
        expiry_s = max(1, -(-request.ttl_ms // 1000))
        leaf = _REQUESTS.get(request.verb, topics.CMD_REQ)
        return _in_parts(key, leaf, payloads.encode_request(request), expiry_s)
    if isinstance(request, ControlRequest):
        # the bridge compares its own clock: it need not trust the wall clock of a station for the age of a wish
        stamped = msgspec.structs.replace(request, ref_bms=clock_ms)
        return _in_parts(key, topics.CTL_REQ, payloads.encode_request(stamped), CONTROL_EXPIRY_S)
    query = SyncRequest(commands=request)  # type: ignore[arg-type]
    return _in_parts(key, topics.SYNC_REQ, payloads.encode_request(query), None)


def _in_parts(key: VehicleKey, leaf: str, payload: bytes, expiry_s: int | None) -> list[Outgoing]:
    if len(payload) > parts.MAX_CONTENT_BYTES:
        return []
    if not parts.is_large(payload):
        return [Outgoing(topics.vehicle(key, leaf), payload, qos=1, expiry_s=expiry_s)]
    slices = map(payloads.encode_request, parts.split(leaf, payload))
    return [Outgoing(topics.vehicle(key, topics.PART_REQ), one, qos=1, expiry_s=expiry_s) for one in slices]
