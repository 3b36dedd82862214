# SPDX-License-Identifier: Apache-2.0
"""What a replay plays: messages as a bridge would have said them, in the order of the recording's time. Types only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Played(NamedTuple):
    """One message."""

    time_s: float
    """When it was said, seconds as the log counts."""
    topic: str
    """As it was said on, of any tree."""
    payload: bytes


class Source(Protocol):
    """Gives the messages of a log."""

    what: str
    """What they are, in a few words for people."""

    def play(self, begin_s: float, end_s: float) -> Iterator[Played]:
        """Messages from one moment to another; before them what was known at the first, with times before it.

        Args:
            begin_s: the earliest, seconds as the log counts.
            end_s: the latest.
        """
