# SPDX-License-Identifier: Apache-2.0
"""Asks for older values where plots show time of which nothing was read: a few times a second, not once a frame.

GUI thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.history import History
from groundstation.ui.plots.curve import Curve
from groundstation.ui.plots.derived_older import DerivedOlder
from groundstation.ui.plots.older_runs import OlderRuns, Span
from groundstation.ui.plots.older_values import OlderPart, OlderValues

ASK_MS = 150
"""From the first look at something unread to the question: who drags on meanwhile asks for where the drag ended."""
AGAIN_MS = 5_000
"""What was asked for and did not come, or was not there yet, is asked for again."""
SHARE = 4
"""Questions begin and end at such parts of what is shown: a little is read ahead, a small move asks for nothing."""
LEAST_SHARE = 0.02
"""A hole that is smaller, of what is shown, is left alone: it is where now moves on."""


class OlderAsks(QObject):
    """What was read, and what is to be read, of one view's values."""

    changed = Signal()
    """Something came."""

    def __init__(self, history: History, parent: QObject | None = None) -> None:
        """Begin with nothing.

        Args:
            history: knows the way to older values, perhaps only later.
            parent: Qt's.
        """
        super().__init__(parent)
        self.runs = OlderRuns()
        """What was read."""
        self._history = history
        self._source: OlderValues | None = None
        self._provider: DerivedOlder | None = None
        self._curves: dict[ValueRef, Curve] = {}
        self._shown: Span = (0.0, 0.0)
        self._asked: dict[ValueRef, Span] = {}
        self._soon = QTimer(self, interval=ASK_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self.ask_again)

    @property
    def is_possible(self) -> bool:
        """Whether there is anything older at all."""
        return self._history.older is not None

    def look(self, curves: Iterable[Curve], begin_s: float, end_s: float) -> None:
        """These curves are shown over this span of time now; what of it is not known is asked for soon."""
        self._connect()
        if self._provider is None:
            return
        self._curves, self._shown = {curve.ref: curve for curve in curves}, (begin_s, end_s)
        self.runs.look(begin_s, end_s)
        if not self._again.isActive():
            self._again.start()
        if not self._soon.isActive() and any(
            self._wanted(ref) not in (None, self._asked.get(ref)) for ref in self._curves
        ):
            self._soon.start()

    def rest(self) -> None:
        """Nobody looks any more."""
        self._soon.stop()
        self._again.stop()
        self._asked.clear()

    def unread(self, curves: Iterable[Curve]) -> list[Span]:
        """Where something is still to be read of one of them, of what is shown; spans may overlap."""
        if self._provider is None:
            return []
        return sorted({hole for curve in curves for hole in self._holes(curve)})

    def ask_again(self) -> None:
        """Ask for all that is still unread, also for what was not there when it was asked for last."""
        self._asked.clear()
        self._ask(is_bounded=False)

    def _holes(self, curve: Curve, *, is_bounded: bool = True) -> list[Span]:
        begin_s, end_s = self._shown
        found = self.runs.holes(curve.ref, begin_s, min(end_s, curve.begin_s), is_bounded=is_bounded)
        least_s = LEAST_SHARE * (end_s - begin_s)
        return [hole for hole in found if hole[1] - hole[0] > least_s]

    def _wanted(self, ref: ValueRef, *, is_bounded: bool = True) -> Span | None:
        """What to ask for; None when all is there."""
        holes = self._holes(self._curves[ref], is_bounded=is_bounded)
        if not holes or self.runs.is_full:
            return None
        part_s = (self._shown[1] - self._shown[0]) / SHARE
        return math.floor(holes[0][0] / part_s) * part_s, math.ceil(holes[-1][1] / part_s) * part_s

    def _ask(self, *, is_bounded: bool = True) -> None:
        for ref in self._curves:
            wanted = self._wanted(ref, is_bounded=is_bounded)
            if self._provider is not None and wanted is not None and self._asked.get(ref) != wanted:
                self._asked[ref] = wanted
                self._provider.ask(ref, *wanted)

    def _on_came(self, part: OlderPart) -> None:
        curve = self._curves.get(part.ref)
        # of a curve that was taken away meanwhile; the rules of its gaps are gone with it
        if curve is not None:
            self.runs.add(part, curve.series)
            self.changed.emit()

    def _connect(self) -> None:
        """Whoever has recordings may come after the plots."""
        source = self._history.older
        if source is self._source:
            return
        if self._provider is not None:
            self._provider.came.disconnect(self._on_came)
            self._provider.leave()
        self._source, self._provider = source, None if source is None else DerivedOlder(source, self)
        self._asked.clear()
        if self._provider is not None:
            self._provider.came.connect(self._on_came)
