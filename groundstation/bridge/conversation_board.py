# SPDX-License-Identifier: Apache-2.0
"""Gives what an autopilot says to the conversations that hear it. One board for each vehicle. Bridge thread; no I/O."""

from __future__ import annotations

from typing import Protocol

from groundstation.mavlink.conversation import Conversation
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.stream_requests import Outbound

_BY_NAME = ("COMMAND_ACK", "PARAM_VALUE", "PARAM_ERROR", "COMPONENT_METADATA", "FILE_TRANSFER_PROTOCOL")
CONVERSATIONAL = frozenset(
    number
    for name, number in MSGIDS.items()
    if name.startswith("MISSION_") and name not in ("MISSION_CURRENT", "MISSION_ITEM_REACHED")
) | {MSGIDS[name] for name in _BY_NAME}
"""What is a part of some conversation, whoever leads it; what is not here is telemetry."""


class Party(Protocol):
    """Somebody who talks with the vehicle, or listens to those who do."""

    @property
    def hears(self) -> frozenset[int]:
        """Ids of the messages that it wants now."""

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message that it hears came; returns whether that was meant for it, and what to answer."""

    def forget(self) -> None:
        """The autopilot restarted: drop what was heard before, which may have changed."""


class Lead:
    """Lets a single conversation join a board."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    @property
    def hears(self) -> frozenset[int]:
        """What the conversation hears."""
        return self._conversation.hears

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message for it."""
        return True, self._conversation.take(msgid, fields, now_s)

    def forget(self) -> None:
        """A conversation ends by itself."""


class ConversationBoard:
    """Who talks with one vehicle."""

    def __init__(self, own_sysid: int) -> None:
        """Begin with nobody.

        Args:
            own_sysid: our system id; what is addressed to another one is only overheard.
        """
        self._own_sysid = own_sysid
        self._parties: list[Party] = []
        self._listeners: list[Party] = []
        self.unexpected = 0
        """Messages for us that nobody waited for: late, double, or caused by another station with our id."""

    def join(self, party: Party) -> None:
        """Somebody who talks: hears what is addressed to us, or to nobody."""
        self._parties.append(party)

    def listen(self, party: Party) -> None:
        """Somebody who only listens: hears what is said to other stations too."""
        self._listeners.append(party)

    def begin_anew(self) -> None:
        """A new life of the vehicle."""
        for one in (*self._parties, *self._listeners):
            one.forget()

    def is_ours(self, fields: Fields) -> bool:
        """Whether a message is for us, or for everybody."""
        return fields.get("target_system", 0) in (0, self._own_sysid)

    def wants(self, msgid: int) -> bool:
        """Whether anybody hears a message; else it need not be unpacked."""
        # most conversations are over: this spares unpacking another station's whole mission
        return any(msgid in one.hears for one in (*self._parties, *self._listeners))

    def take(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message of the vehicle.

        Args:
            msgid: its id.
            fields: what it says.
            now_s: seconds on the bridge's clock.

        Returns:
            Whether anybody waited for it, and what to answer.
        """
        is_taken, answers = False, list[Outbound]()
        # what is addressed to another station is overheard by those that listen, and answered by nobody of ours
        heard = self._listeners if not self.is_ours(fields) else [*self._parties, *self._listeners]
        for one in heard:
            if msgid in one.hears:
                is_its, messages = one.hear(msgid, fields, now_s)
                is_taken, answers = is_taken or is_its, [*answers, *messages]
        return is_taken, answers
