# SPDX-License-Identifier: Apache-2.0
"""What every talk with an autopilot has in common that lasts longer than one message. Sans-I/O.

A command's handshake, an upload, a list of parameters: each says which messages it hears, takes them and the passing of
time, and answers with what is to be sent, until it is over and has an outcome. A board for each vehicle
(`bridge/conversation_board.py`) gives frames to those that hear them.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.phrases import Words
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.stream_requests import Outbound


class Outcome(msgspec.Struct, frozen=True):
    """What came of a conversation."""

    state: CommandState
    """`ACCEPTED` for what the vehicle took, else how it ended."""
    reason: Reason
    said: Words
    """One line for the operator; empty when all is well."""


class Conversation(Protocol):
    """A talk with one autopilot."""

    @property
    def hears(self) -> frozenset[int]:
        """Ids of the messages that it wants; empty once it is over."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is sent or awaited any more."""

    @property
    def outcome(self) -> Outcome | None:
        """What came of it once it is over; None when no answer came in time."""

    def start(self, now_s: float) -> list[Outbound]:
        """Begin; returns what to send. Times are seconds on the clock of who runs it."""

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message that it hears came; returns what to answer."""

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed; returns what to say again."""
