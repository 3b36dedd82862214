# SPDX-License-Identifier: Apache-2.0
"""Values of before a session, out of those that ended before it began. One thread; each is opened when wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from groundstation.fleet.past import GoesOn, PastValues
from groundstation.fleet.value_path import ValueRef
from groundstation.logs import session_folder
from groundstation.logs.log import LogError

MOST = 50
"""Sessions that are looked into; further back there is the logbook."""
Values = Callable[[ValueRef, float, float, GoesOn], PastValues]


class Earlier(NamedTuple):
    """An open session."""

    begin_s: float
    values: Values
    close: Callable[[], None]


class EarlierSessions:
    """The sessions of the same recorder and broker, the newest first."""

    def __init__(self, folder: Path, open_one: Callable[[Path], Earlier | None]) -> None:
        """Look which there are; none is opened yet.

        Args:
            folder: of the session that they are before.
            open_one: opens one; None for one that would take too long.
        """
        self._open = open_one
        manifest = session_folder.load(folder)
        before = [one for one in session_folder.sessions(folder.parent) if one.name < folder.name]
        same = (one for one in reversed(before) if manifest is not None and _broker(one) == manifest.broker)
        self._waiting = [one for one, _ in zip(same, range(MOST), strict=False)]
        self._opened: list[Earlier] = []

    def __bool__(self) -> bool:
        return bool(self._waiting or self._opened)

    def values(self, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
        """A value between two times, out of all sessions that have something of them."""
        parts = [one.values(ref, begin_s, end_s, goes_on) for one in self._reaching(begin_s) if one.begin_s < end_s]
        # the newest session comes first, and none overlaps the one before it
        parts.reverse()
        if not parts:
            return PastValues.nothing()
        times = np.concatenate([one.times for one in parts])
        order = np.argsort(times, kind="stable")
        return PastValues(times[order], np.concatenate([one.values for one in parts])[order])

    def close(self) -> None:
        """Give their files back."""
        for one in self._opened:
            one.close()
        self._opened.clear()

    def _reaching(self, begin_s: float) -> Iterator[Earlier]:
        """Sessions back to a time; those that are not open yet are opened."""
        yield from self._opened
        while self._waiting and (not self._opened or self._opened[-1].begin_s > begin_s):
            folder = self._waiting.pop(0)
            try:
                found = self._open(folder)
            except LogError:
                continue
            if found is not None:
                self._opened.append(found)
                yield found


def _broker(folder: Path) -> str | None:
    manifest = session_folder.load(folder)
    return manifest.broker if manifest is not None else None
