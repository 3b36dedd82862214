# SPDX-License-Identifier: Apache-2.0
"""The window's ways to other operators: words over the bus, signs of life, what is not confirmed yet. GUI thread."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QSettings

from groundstation.app.handover_document import document
from groundstation.app.whole_file import write_whole
from groundstation.fleet.command_book import CommandBook, CommandRecord
from groundstation.fleet.commands import Actor
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.operators.said import OperatorMessage
from groundstation.fleet.operators.stations import TELL_S
from groundstation.fleet.operators.talk import MAX_PENDING, Talk, decoded, encoded
from groundstation.fleet.roster import Fleet
from groundstation.transport.bus import BusState, BusStatus, Outgoing
from groundstation.transport.commander import presence, spoken
from groundstation.ui.operators.operators_port import Delivery, OperatorsAccess

UNSENT = "operators/unsent-"
"""Own messages that no store had confirmed when the window was closed; behind it a hash of the broker: what was to be
said at one place must not be said at another."""


def unsent_key(broker: str) -> str:
    """Under which name they are remembered.

    Args:
        broker: its URL without a password.
    """
    return UNSENT + hashlib.sha256(broker.encode()).hexdigest()[:8]


class WindowOperators:
    """What the operator of a window says to others, and tells of itself."""

    def __init__(
        self,
        actor: Actor,
        fleet: Fleet,
        book: CommandBook,
        publish: Callable[[list[Outgoing]], object],
        settings: QSettings,
        broker: str,
    ) -> None:
        """Prepare; what was not confirmed last time waits again.

        Args:
            actor: who speaks.
            fleet: knows who is on, and what was said.
            book: orders of everybody.
            publish: puts messages on the bus.
            settings: what the window remembers.
            broker: its URL without a password.
        """
        self._actor, self._fleet, self._book, self._publish, self._settings = actor, fleet, book, publish, settings
        self._key = unsent_key(broker)
        self.talk = Talk(actor, fleet.conversation, lambda: uuid.uuid4().hex)
        self.talk.restore(self._remembered())
        self._pending: tuple[OperatorMessage, ...] = self.talk.pending
        self._number = 0
        self._told: tuple[VehicleKey, ...] = ()
        self._told_s = float("-inf")

    def access(self) -> OperatorsAccess:
        """For the window."""
        return OperatorsAccess(
            me=self._actor,
            say=self.say,
            read=self.talk.read,
            delivery=self.delivery,
            document=lambda one: document(one, self._fleet.conversation),
            under_way=self.under_way,
            write=lambda path, data: write_whole(data, path),
        )

    def say(self, text: str, **more: Any) -> OperatorMessage:
        """Say something; it goes out within half a second, or when there is a broker."""
        one = self.talk.say(text, time.time(), **more)
        self._remember()
        return one

    def delivery(self, own_id: str) -> Delivery:
        """How far an own message is."""
        if self._fleet.conversation.is_kept(own_id):
            return Delivery.KEPT
        return Delivery.WAITING if self.talk.is_waiting(own_id) else Delivery.SENT

    def under_way(self) -> list[CommandRecord]:
        """Orders that have no end yet."""
        return [one for one in self._book if not one.is_over]

    def tick(self, status: BusStatus, looks_at: Iterable[VehicleKey], now_s: float) -> None:
        """Half a second has passed.

        Args:
            status: of the connection.
            looks_at: what the operator has chosen.
            now_s: monotonic seconds.
        """
        is_connected = status.state is BusState.CONNECTED
        leader = self._fleet.alarms.leader(now_s) or ""
        for word in self.talk.tick(now_s, leader, status.connections, is_connected=is_connected):
            self._publish([spoken(self._actor, word, self._number)])
            self._number += 1
        chosen = tuple(looks_at)
        if is_connected and (chosen != self._told or now_s - self._told_s >= TELL_S):
            self._told, self._told_s = chosen, now_s
            self._publish([presence(self._actor, LinkState.ONLINE, chosen)])
        self._remember()

    def _remembered(self) -> tuple[OperatorMessage, ...]:
        # another window of this user writes there too
        self._settings.sync()
        return decoded(str(self._settings.value(self._key, "[]")))

    def _remember(self) -> None:
        pending = self.talk.pending
        if pending == self._pending:
            return
        own = {one.id for one in (*self._pending, *pending)}
        self._pending = pending
        conversation = self._fleet.conversation
        others = [one for one in self._remembered() if one.id not in own and not conversation.is_kept(one.id)]
        self._settings.setValue(self._key, encoded((*others, *pending)[-MAX_PENDING:]))
