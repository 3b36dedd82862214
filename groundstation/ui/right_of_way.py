# SPDX-License-Identifier: Apache-2.0
"""Work on threads gives way to what the window paints: both need the one interpreter, which else is shared by halves.

The GUI thread says when it paints; a work that takes long asks `give` once a millisecond or so.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from groundstation.ui.timeline import monotonic_s

LONGEST_S = 0.02
"""A work waits no longer at a time: where the window never stops painting it still gets on."""

QUIET_S = 0.003
"""After the end of a frame it waits so long for the next one."""


class RightOfWay:
    """Who goes first."""

    def __init__(self) -> None:
        """Nobody paints."""
        self._is_free = threading.Event()
        self._is_free.set()
        self._depth, self._ended_s = 0, -math.inf

    @contextmanager
    def painting(self) -> Iterator[None]:
        """While something is painted. GUI thread; may be nested."""
        self._depth += 1
        self._is_free.clear()
        try:
            yield
        finally:
            self._depth -= 1
            self._ended_s = monotonic_s()
            if not self._depth:
                self._is_free.set()

    def give(self) -> None:
        """Wait while the window paints and just after, `LONGEST_S` at most. Any thread but the GUI's."""
        until_s = monotonic_s() + LONGEST_S
        while (left_s := until_s - monotonic_s()) > 0.0 and self._is_free.wait(left_s):
            # what is dragged is painted again at once
            noisy_s = self._ended_s + QUIET_S - monotonic_s()
            if noisy_s <= 0.0:
                return
            time.sleep(min(noisy_s, left_s))


right_of_way = RightOfWay()
"""That of the window of this process."""
