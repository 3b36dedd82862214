# SPDX-License-Identifier: Apache-2.0
"""The fleet: folds what arrives into vehicle states and answers which vehicles changed. Pure; one thread owns it.

A bridge stamps each life of a vehicle with a session id, so a late will or a late sample of the life before can't pass
for news; `lives.py` decides which life is shown.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from groundstation.fleet.alarms.alarm import Alarm, EngineState
from groundstation.fleet.alarms.book import AlarmBook
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.bookmark import Bookmark, Bookmarks
from groundstation.fleet.control import StationPresence
from groundstation.fleet.drawings.drawing import Boards, DrawingBoard
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import BridgePresence, Connection, ConnReason, LinkState
from groundstation.fleet.link_table import LinkTable
from groundstation.fleet.lives import Lives, LivesRecord
from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.said import OperatorMessage, ReadMarks, SaidAnswer
from groundstation.fleet.operators.stations import Stations
from groundstation.fleet.parameters.parameter_status import ParamChange
from groundstation.fleet.recorder import RecorderState, RecorderStatus
from groundstation.fleet.updates import ServiceUpdate, Update, VehicleUpdate
from groundstation.fleet.vehicle import VehicleState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from groundstation.fleet.awareness.derived import Awareness

MAX_VEHICLES = 2_000
"""More ids than this are a flood, not a fleet; they are counted and ignored."""
MAX_BRIDGES = 500
"""Bridges that are shown; more are somebody's mistake, or made up."""
MAX_RECORDERS = 50
SILENT_S = 30.0
"""A vehicle that was silent for so long gives way to one that speaks, where there is no room for both."""


class Fleet:
    """All vehicles of a station."""

    def __init__(self) -> None:
        self._lives: dict[VehicleKey, Lives] = {}
        self._bridges: dict[tuple[str, str], tuple[str, BridgePresence]] = {}
        self._recorders: dict[str, ServiceUpdate] = {}
        self._link_tables: dict[tuple[str, str], LinkTable] = {}
        self._changed: set[VehicleKey] = set()
        self.bookmarks = Bookmarks()
        """What operators marked, at any station."""
        self.boards = Boards()
        """What stations have drawn on the map."""
        self.alarms = AlarmBook()
        """What engines of alarms say."""
        self.stations = Stations()
        """Who is on."""
        self.conversation = Conversation()
        """What operators say."""
        self._folds: dict[type, Callable[[Any], object]] = {
            Bookmark: self.bookmarks.fold,
            RuleSet: self.alarms.fold_rules,
            OperatorMessage: self.conversation.fold,
            ReadMarks: self.conversation.fold_marks,
            SaidAnswer: self.conversation.fold_answer,
        }
        """Of what is the same whoever brings it, and whenever."""
        self.ignored = 0
        """Updates that are not shown: of a life that is not, of vehicles beyond `MAX_VEHICLES`, or kept by no right."""

    def __len__(self) -> int:
        return len(self._lives)

    def __iter__(self) -> Iterator[VehicleState]:
        return (lives.shown for lives in self._lives.values())

    def __contains__(self, key: VehicleKey) -> bool:
        return key in self._lives

    def get(self, key: VehicleKey) -> VehicleState | None:
        """The state of one vehicle; None for an unknown key."""
        lives = self._lives.get(key)
        return lives.shown if lives is not None else None

    @property
    def bridges(self) -> dict[tuple[str, str], BridgePresence]:
        """Presence of each bridge, by root and bridge id."""
        return {key: presence for key, (_, presence) in self._bridges.items()}

    @property
    def link_tables(self) -> dict[tuple[str, str], LinkTable]:
        """Links of each bridge that tells of them, by root and bridge id."""
        return dict(self._link_tables)

    @property
    def recorders(self) -> dict[str, ServiceUpdate]:
        """The newest report of each recorder, by its id; one that said goodbye is not among them."""
        return dict(self._recorders)

    def fold(self, updates: Iterable[Update]) -> None:
        """Take in what arrived, in order."""
        for update in updates:
            self._fold_one(update)

    def _fold_one(self, update: Update) -> None:
        match update:
            case VehicleUpdate(field="connection"):
                self._fold_connection(update)
            case VehicleUpdate(field="samples"):
                self._fold_samples(update)
            case VehicleUpdate(field="overview", is_retained=True):
                self.ignored += 1  # no bridge lets a broker keep it: it is somebody else's, of any day
            case VehicleUpdate(field="overview"):
                self._fold_overview(update)
            case VehicleUpdate() if update.field:
                self._fold_part(update)
            case ServiceUpdate():
                self._fold_service(update)

    def _fold_service(self, update: ServiceUpdate) -> None:
        content = update.content
        match content:
            case BridgePresence():
                self._fold_bridge(update)
            case LinkTable():
                self._link_tables[update.root, update.service] = content
                if len(self._link_tables) > MAX_BRIDGES:
                    self._link_tables.pop(next(iter(self._link_tables)))
            case RecorderStatus():
                self._fold_recorder(update)
            case EngineState():
                self.alarms.fold_engine(update.service, content, update.received_s)
            case Alarm():
                self.alarms.fold(content, update.received_s)
            case StationPresence():
                self.stations.fold(update.service, content, update.received_s)
            case DrawingBoard():
                self.boards.fold(update.service, content)
            case _:
                fold = self._folds.get(type(content))
                if fold is not None:
                    fold(content)

    def take_changed(self) -> set[VehicleKey]:
        """Vehicles that changed since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def remove(self, key: VehicleKey) -> None:
        """Forget a vehicle (the operator's wish); it comes back when it is heard again."""
        # it is named as changed, so that every panel drops what it shows of it
        self._lives.pop(key, None)
        self._changed.add(key)

    def lives(self, key: VehicleKey) -> LivesRecord | None:
        """All of a vehicle's lives, for a recording; None for an unknown key."""
        lives = self._lives.get(key)
        return lives.record() if lives is not None else None

    def tell_awareness(self, found: Mapping[VehicleKey, Awareness | None]) -> None:
        """What this station has worked out about vehicles; of others what was known stays.

        Args:
            found: by vehicle; None where nothing is known any more.
        """
        for key, awareness in found.items():
            lives = self._lives.get(key)
            if lives is not None and lives.shown.awareness != awareness:
                lives.shown = msgspec.structs.replace(lives.shown, awareness=awareness)
                self._changed.add(key)

    def put_back(self, lives: LivesRecord) -> None:
        """A vehicle as it was when it was recorded; what was known of it goes."""
        key = lives.shown.key
        self._lives[key] = Lives.of(lives)
        self._changed.add(key)

    def put_back_state(self, state: VehicleState) -> None:
        """A vehicle as it was at a moment of a recording, of which nothing goes on."""
        self._lives[state.key] = Lives(state)
        self._changed.add(state.key)

    @property
    def bridge_lives(self) -> dict[tuple[str, str], tuple[str, BridgePresence]]:
        """Session and presence of each bridge, by root and bridge id; for a recording."""
        return dict(self._bridges)

    def put_back_bridge(self, root: str, bridge: str, session: str, presence: BridgePresence) -> None:
        """A bridge as it was when it was recorded; what its death did to vehicles stands in these."""
        self._bridges[root, bridge] = (session, presence)

    def _open(self, key: VehicleKey, session: str, heard_s: float | None = None) -> VehicleState | None:
        """The state that an update belongs to; None for one that is refused."""
        lives = self._lives.get(key)
        if lives is None:
            if len(self._lives) >= MAX_VEHICLES and not self._has_made_room(heard_s):
                self.ignored += 1
                return None
            lives = self._lives[key] = Lives(VehicleState(key=key, session=session))
        state, is_shown = lives.open(session, heard_s)
        self.ignored += not is_shown
        return state

    def _has_made_room(self, heard_s: float | None) -> bool:
        """Give up the vehicle that was silent longest: a flood of made-up ids must not keep out who comes after it."""
        # what a broker had kept is no sign of life, and pushes out nobody
        if heard_s is None:
            return False
        # one that only a broker's store tells of was never heard, and goes first
        silent = min(self._lives.values(), key=lambda lives: lives.shown.heard_s or -math.inf).shown
        if silent.heard_s is not None and heard_s - silent.heard_s < SILENT_S:
            return False
        self.remove(silent.key)
        return True

    def _store(self, state: VehicleState) -> None:
        if self._lives[state.key].put(state):
            self._changed.add(state.key)

    def _fold_samples(self, update: VehicleUpdate) -> None:
        state = self._open(update.key, update.session, update.heard_s)
        if state is None:
            return
        lives = self._lives[update.key]
        if state is lives.shown and lives.after_telemetry(update.content, update.heard_s):
            state = lives.shown
        self._store(state.after(update.content, update.clock_offset_s, update.came_s, update.heard_s))

    def _fold_overview(self, update: VehicleUpdate) -> None:
        state = self._open(update.key, update.session, update.heard_s)
        if state is None:
            return
        overview, lives = update.content, self._lives[update.key]
        told = overview.samples(update.written_s, state)
        if state is lives.shown and lives.after_telemetry(told, update.heard_s):
            state = lives.shown
        self._store(state.with_overview(overview, update.written_s, update.clock_offset_s, update.received_s))

    def _fold_connection(self, update: VehicleUpdate) -> None:
        # no time of hearing: a `conn` may be a will, which the broker says for somebody who is dead
        state = self._open(update.key, update.session)
        if state is not None:
            self._connect(state, update.content)

    def _connect(self, state: VehicleState, connection: Connection) -> None:
        lives = self._lives[state.key]
        if state is lives.shown:
            lives.told_connection(connection)
        self._store(msgspec.structs.replace(state, connection=connection))

    def _fold_part(self, update: VehicleUpdate) -> None:
        """Put a part of the state in its place, by the way of that part where it has one."""
        state = self._open(update.key, update.session, update.heard_s if update.field == "link" else None)
        if state is not None:
            way = _WAYS.get(update.field)
            changed = way(state, update) if way else msgspec.structs.replace(state, **{update.field: update.content})
            self._store(changed)

    def _fold_bridge(self, update: ServiceUpdate) -> None:
        """A bridge's death is the death of its vehicles; a late will of a bridge's old session is refused."""
        bridge = (update.root, update.service)
        presence: BridgePresence = update.content
        known = self._bridges.get(bridge)
        is_death = presence.state is LinkState.OFFLINE
        # a broker tells a will seconds after a connection broke, when the bridge may be back with a new session
        if is_death and known is not None and known[0] != update.session:
            self.ignored += 1
            return
        self._bridges[bridge] = (update.session, presence)
        if len(self._bridges) > MAX_BRIDGES:
            self._bridges.pop(next(iter(self._bridges)))
        if is_death:
            self._lose_vehicles_of(update.root, update.service, presence.reason)

    def _fold_recorder(self, update: ServiceUpdate) -> None:
        """A goodbye or a will of an old life ends nothing but that life."""
        known = self._recorders.get(update.service)
        if update.content.state is RecorderState.ENDED:
            if known is not None and known.session == update.session:
                del self._recorders[update.service]
        else:
            self._recorders[update.service] = update
            if len(self._recorders) > MAX_RECORDERS:
                # each tells of itself once a second: who was made up is the first to be silent
                self._recorders.pop(min(self._recorders, key=lambda one: self._recorders[one].received_s))

    def _lose_vehicles_of(self, root: str, bridge: str, reason: ConnReason) -> None:
        lost = Connection(state=LinkState.OFFLINE, reason=reason, via=bridge)
        for key, lives in self._lives.items():
            for state in lives.via(bridge) if key.root == root else ():
                # as by a `conn`, so that telemetry takes it back where the death was told wrongly
                self._connect(state, lost)


def _with_link(state: VehicleState, update: VehicleUpdate) -> VehicleState:
    # link reports are not retained, so that their clock is never a guess
    return msgspec.structs.replace(
        state, link=update.content, link_received_s=update.received_s, clock_offset_s=update.clock_offset_s
    )


def _with_parameters(state: VehicleState, update: VehicleUpdate) -> VehicleState:
    told, held = update.content, state.parameter_list
    if isinstance(told, ParamChange):
        # a change of a list that this station does not have is none: it asks for the list when it is wanted
        told = held.changed(told) if held is not None else None
    return msgspec.structs.replace(state, parameter_list=told)


_WAYS: dict[str, Callable[[VehicleState, VehicleUpdate], VehicleState]] = {
    "messages": lambda state, update: state.with_event(update.content),
    "link": _with_link,
    "parameter_list": _with_parameters,
}
"""Parts that are more than put in place of what was there."""
