# SPDX-License-Identifier: Apache-2.0
"""Whether a numbered message is news, for a reader that wants the newest: a window. Sans-I/O, one thread.

A recorder, which wants every one and asks for what it misses, follows numbers by `sequence.py`.

A number that jumps is shown, yet not believed until the next one confirms it: else one forged number would make
duplicates of everything that the true writer says after it.
"""

from __future__ import annotations

import enum

REPEATS = 16
"""A number so little below the newest is a repeat or comes late; one farther below may be the true count."""


class Verdict(enum.Enum):
    """What a number says of its message."""

    NEWS = enum.auto()
    REPEAT = enum.auto()
    """It came before, or something newer did."""
    STRANGE = enum.auto()
    """It is far below the newest, and nothing has confirmed it yet."""


class SequenceCheck:
    """The numbers of one topic in one session."""

    __slots__ = ("_low", "_rival", "_top", "missing", "session", "strange")

    def __init__(self, session: str, seq: int) -> None:
        """Begin with the first message, which is news.

        Args:
            session: of the writer.
            seq: the first number.
        """
        self.session = session
        self._top = seq
        self._rival: int | None = None
        """A jump ahead that nothing has confirmed yet."""
        self._low: int | None = None
        """A number far below, that nothing has confirmed yet."""
        self.missing = 0
        """Numbers that never came, since the last look."""
        self.strange = 0
        """Numbers that the next ones contradicted, since the last look."""

    @property
    def top(self) -> int:
        """The newest number that is believed."""
        return self._top

    def take(self, seq: int) -> Verdict:
        """Look at the next message's number."""
        if seq <= self._top:
            return self._below(seq)
        self._low = None
        rival = self._rival
        # the next in turn is what a true writer says; a jump that was seen meanwhile was somebody else
        if seq == self._top + 1:
            self.strange += rival is not None and rival != seq
            self._top, self._rival = seq, None
        elif rival is None:
            self._rival = seq
        elif seq == rival:
            return Verdict.REPEAT
        # two numbers beyond the top that rise: the writer goes on there, and what is between is missing
        elif seq > rival:
            self.missing += seq - self._top - 2
            self._top, self._rival = seq, None
        else:
            self.strange += 1
            self.missing += seq - self._top - 1
            self._top, self._rival = seq, None
        return Verdict.NEWS

    def _below(self, seq: int) -> Verdict:
        if self._top - seq <= REPEATS:
            return Verdict.REPEAT
        # two that rise far below: the high number was the forged one
        if self._low is not None and self._low < seq <= self._low + REPEATS:
            self._top, self._low, self._rival = seq, None, None
            return Verdict.NEWS
        self._low = seq
        self.strange += 1
        return Verdict.STRANGE
