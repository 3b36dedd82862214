# SPDX-License-Identifier: Apache-2.0
"""What the window wants of flying something again; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.refly.error_way import ErrorWay
from groundstation.fleet.refly.news import FlightNews
from groundstation.fleet.refly.result import Result


class ReflyWish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be flown again."""

    files: tuple[Path, ...]
    vehicle: str = ""
    """Of the log; empty for all."""
    number: int | None = None
    """Which flight of it, from 1; None for the longest."""
    program: Path | None = None
    """A real autopilot; None for the built-in simulator."""
    tolerance_m: float = 1.0
    speed: float = 1.0
    wind: str = ""
    """Of one more run, ``SPEED,FROM``; empty for none."""
    fault: str = ""
    """Of one more run; empty for none."""
    battery_percent: float | None = None
    """Of one more run; None for none."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A result and where it is."""

    folder: Path
    result: Result

    def recording(self, index: int) -> Path:
        """The session of a run.

        Raises:
            GroundStationError: it is not there any more.
        """
        folder = self.folder / self.result.runs[index].recording
        sessions = sorted(folder.iterdir()) if folder.is_dir() else []
        if not sessions:
            raise GroundStationError(f"{folder} has no recording any more; fly it again")
        return sessions[-1]


class Both(msgspec.Struct, frozen=True, kw_only=True):
    """A record and what was flown again, to be looked at together, aligned by their take-offs."""

    files: tuple[Path, ...]
    """The logs of the record, then that of the run."""
    ways: tuple[ErrorWay, ...] = ()
    """Of each vehicle, for the map; empty where the result does not tell."""
    at_s: float | None = None
    """The moment that is shown first, on the clock of the first log; None for the beginning of the flight."""


Told = Callable[[FlightNews], None]
"""How far it is, some times a second, on the thread of `ReflyAccess.fly`; may raise CancelledError."""


class ReflyAccess(msgspec.Struct, frozen=True):
    """Ways to flying again; all but `programs` are called on a thread of their own and may take their time."""

    programs: Callable[[], tuple[Path, ...]]
    """Real autopilots that were found on this computer."""
    fly: Callable[[ReflyWish, Told], Outcome]
    """Raises GroundStationError with one line, CancelledError."""
    read: Callable[[Path], Outcome]
    """An earlier result by its folder. Raises GroundStationError."""
    folder: Path
    """Where results are."""
