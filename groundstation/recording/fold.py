# SPDX-License-Identifier: Apache-2.0
"""Folds recorded messages exactly as a station folds those that it hears. One thread.

It is the station's own inbox and fleet: what a player shows is what a window showed, by construction.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import BridgePresence
from groundstation.fleet.lives import LivesRecord
from groundstation.fleet.roster import Fleet
from groundstation.fleet.sensors import KeptReading, SensorBoard
from groundstation.fleet.sparkplug.node import KeptNode
from groundstation.fleet.updates import Update
from groundstation.transport.bus import Message
from groundstation.transport.inbox import Inbox


class KeptBridge(msgspec.Struct, frozen=True, array_like=True):
    """A bridge, and what it said last."""

    root: str
    id: str
    session: str
    presence: BridgePresence


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known at a moment of whose messages stand in one file: vehicles, or all that belongs to none."""

    lives: tuple[LivesRecord, ...] = ()
    clocks: dict[str, tuple[float, float]] = {}
    """Offset of each bridge's clock and when it was learnt, by session."""
    bridges: tuple[KeptBridge, ...] = ()
    readings: tuple[KeptReading, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    nodes: tuple[KeptNode, ...] = ()
    """What births of nodes of Sparkplug B told: messages between two births don't tell it again."""


class _Clock:
    """Goes by the messages. Apart from the fold, which would else be a ring that only the collector of cycles frees."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Fold:
    """The fleet and the sensors up to a moment of a recording."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self.inbox = Inbox(wall_clock=self._clock)
        self.fleet, self.board = Fleet(), SensorBoard()

    @property
    def now_s(self) -> float:
        """Time of the newest message, seconds since 1970."""
        return self._clock.now_s

    def go_on_at(self, at_s: float) -> None:
        """What comes next is later than this, seconds since 1970."""
        self._clock.now_s = at_s

    def take(self, topic: str, data: bytes, received_s: float, *, is_retained: bool) -> None:
        """One more message; `settle` folds what came.

        Args:
            topic: that it was first sent on.
            data: its payload.
            received_s: when it came, seconds since 1970.
            is_retained: whether the broker had kept it.
        """
        self._clock.now_s = max(self._clock.now_s, received_s)
        self.inbox.offer(Message(topic, data, len(data), 0, is_retained, received_s))

    def settle(self) -> list[Update]:
        """Fold what came; returns it."""
        delivery = self.inbox.drain()
        # in the order of time: the queues of an inbox let births pass telemetry, which is right for news only
        updates = sorted(delivery.updates, key=lambda one: one.received_s)
        self.fleet.fold(updates)
        self.board.fold(delivery.readings)
        return updates

    def kept_of(self, keys: list[VehicleKey]) -> Kept:
        """What is known of vehicles now."""
        lives = tuple(found for key in keys if (found := self.fleet.lives(key)) is not None)
        sessions = {name for one in lives for name in (one.shown.session, *one.others) if name}
        clocks = {name: clock for name in sorted(sessions) if (clock := self.inbox.clocks.record(name)) is not None}
        return Kept(lives=lives, clocks=clocks)

    def kept_of_rest(self, keys: list[VehicleKey]) -> Kept:
        """What is known of all that belongs to no vehicle, and of vehicles that have no file of their own."""
        bridges = tuple(
            KeptBridge(root, bridge, session, presence)
            for (root, bridge), (session, presence) in self.fleet.bridge_lives.items()
        )
        of_vehicles = self.kept_of(keys)
        return msgspec.structs.replace(
            of_vehicles,
            bridges=bridges,
            readings=tuple(self.board.kept()),
            alarms=tuple(self.fleet.alarms),
            nodes=self.inbox.nodes(),
        )

    def put_back(self, kept: Kept) -> None:
        """Go on from what was known at a moment."""
        for session, (offset_s, at_s) in kept.clocks.items():
            self.inbox.clocks.put_back(session, offset_s, at_s)
        for lives in kept.lives:
            self.fleet.put_back(lives)
        for one in kept.bridges:
            self.fleet.put_back_bridge(one.root, one.id, one.session, one.presence)
        self.inbox.put_back_nodes(kept.nodes)
        if kept.readings:
            self.board.put_back(list(kept.readings))
        if kept.alarms:
            self.fleet.alarms.put_back(kept.alarms, self.now_s)
