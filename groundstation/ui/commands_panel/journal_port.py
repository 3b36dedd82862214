# SPDX-License-Identifier: Apache-2.0
"""What the panel wants of the journal on disk; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from groundstation.fleet.phrases import Words


class JournalRowLike(Protocol):
    """One state that one command came into, as a journal keeps it."""

    @property
    def at_unix_s(self) -> float:
        """When, seconds since 1970."""

    @property
    def command(self) -> str:
        """Id of the command."""

    @property
    def root(self) -> str:
        """First topic level of its vehicle."""

    @property
    def vehicle(self) -> str:
        """Id of its vehicle."""

    @property
    def verb(self) -> str:
        """What was asked."""

    @property
    def args(self) -> str:
        """How, as JSON."""

    @property
    def operator(self) -> str:
        """Who; empty when unknown."""

    @property
    def station(self) -> str:
        """From where."""

    @property
    def state(self) -> str:
        """The state."""

    @property
    def reason(self) -> str:
        """Why it ended so, for programs."""

    @property
    def detail(self) -> Words:
        """Why."""

    @property
    def texts(self) -> str:
        """The vehicle's own words."""


class JournalAccess(msgspec.Struct, frozen=True):
    """Ways to the journal; both are called on a thread of their own and may take their time."""

    read: Callable[[str, int], Sequence[JournalRowLike]]
    """Words to search for and how many of the newest rows; returns them oldest first. Raises GroundStationError."""
    export: Callable[[Path, str], None]
    """Writes rows with these words as CSV to a file. Raises GroundStationError."""
