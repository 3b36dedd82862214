# SPDX-License-Identifier: Apache-2.0
"""What the window asks of whoever joins it to an engine of alarms. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from groundstation.fleet.alarms.alarm import AlarmAction
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.alarms.trial import Trial
from groundstation.fleet.progress import Progress


class Wish(Protocol):
    """Asks the engine that leads for something, for every station."""

    def __call__(self, action: AlarmAction, keys: tuple[str, ...] = (), **more: Any) -> None:
        """Ask; `more` are further fields of an `AlarmWish`."""


@dataclass(frozen=True)
class AlarmAccess:
    """Ways to alarms."""

    wish: Wish | None = None
    """None for a window that only looks."""
    write_csv: Callable[[Path, Sequence[Sequence[str]]], None] = lambda _path, _rows: None
    """Writes rows as a file, whole, or raises OSError."""
    trial: Callable[[Path, RuleSet, Progress], Trial] | None = None
    """What rules would have raised in a log, on any thread; None for a window without logs."""
    play: Callable[[str], None] | None = None
    """Plays a tone by its name, `warning` or `caution`, without holding up; None where there is no sound."""
    speak: Callable[[str], None] | None = None
    """Says a text; None where there is no voice."""
