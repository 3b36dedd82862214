# SPDX-License-Identifier: Apache-2.0
"""What happens when code that Qt calls raises. GUI thread.

PySide6 hands such an exception to `sys.excepthook` and goes on. A timer that fails ten times a second would fill the
terminal, and nobody would see that a panel stands still.
"""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Self

log = logging.getLogger("groundstation.gui")


class SlotFaults:
    """Writes each fault down once and counts how often it comes back; in force as a context.

    A window that flies goes on: one panel that fails is no reason to lose the others and the emergency keys. A window
    that nobody looks at ends with its first fault, which `first` then holds.
    """

    def __init__(self, *, ends: bool) -> None:
        """Prepare.

        Args:
            ends: whether the window is to end with its first fault; who runs it looks at `first`.
        """
        self._ends = ends
        self.counts: dict[tuple[str, int, str], int] = {}
        """How often each came, by file, line and kind."""
        self.first: BaseException | None = None
        """The fault with which the window ends; None where it goes on."""

    def __enter__(self) -> Self:
        self._before = sys.excepthook
        sys.excepthook = self._take
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook = self._before
        for (file, line, kind), count in self.counts.items():
            if count > 1:
                log.error("%s in %s, line %d, came %d times", kind, file, line, count)

    def _take(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        place = _place(kind, trace)
        self.counts[place] = self.counts.get(place, 0) + 1
        if self._ends:
            # the first: those behind it may be its consequences
            self.first = self.first or fault.with_traceback(trace)
        elif self.counts[place] == 1:
            log.error("a fault in the window, which goes on without what failed:", exc_info=(kind, fault, trace))


def _place(kind: type[BaseException], trace: TracebackType | None) -> tuple[str, int, str]:
    file, line = "", 0
    # the innermost place: two faults below one slot are two
    while trace is not None:
        file, line, trace = trace.tb_frame.f_code.co_filename, trace.tb_lineno, trace.tb_next
    return file, line, kind.__name__
