# SPDX-License-Identifier: Apache-2.0
"""Older values of formulas, out of older values of what they are about. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from groundstation.fleet.derived import age_limit_s, derived, formula_of, is_derived
from groundstation.fleet.formulas import Formula
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.older_runs import OlderRuns, Span
from groundstation.ui.plots.older_values import OlderPart, OlderValues
from groundstation.ui.series import PlotSeries

MOST_BYTES = 64 * 1024 * 1024
"""Of what formulas are about, beside what is shown."""


class DerivedOlder(OlderValues):
    """Asks for the values of a formula, and computes it once all have come; anything else it passes on."""

    def __init__(self, source: OlderValues, parent: QObject | None = None) -> None:
        """Nothing is asked yet.

        Args:
            source: has the values themselves.
            parent: Qt's.
        """
        super().__init__(parent)
        self._source = source
        self._read = OlderRuns(MOST_BYTES)
        self._wanted: dict[ValueRef, Span] = {}
        self._plain: dict[ValueRef, Span] = {}
        source.came.connect(self._on_came)

    def ask(self, ref: ValueRef, begin_s: float, end_s: float) -> None:
        """Somebody looks at this span."""
        if not is_derived(ref.path):
            self._plain[ref] = (begin_s, end_s)
            self._ask_for(ref)
            return
        formula = formula_of(ref.path)
        if formula is None:
            return
        self._wanted[ref] = (begin_s, end_s)
        self._read.look(begin_s, end_s)
        if not self._answer(ref, formula):
            for name in formula.names:
                self._ask_for(ValueRef(ref.source, name))

    def leave(self) -> None:
        """Nobody listens any more."""
        self._source.came.disconnect(self._on_came)
        self.setParent(None)

    def _ask_for(self, ref: ValueRef) -> None:
        """One question for all that is wanted of a value: the newest takes the place of the one before."""
        spans = [self._plain[ref]] if ref in self._plain else []
        for wanted, (begin_s, end_s) in self._wanted.items():
            formula = formula_of(wanted.path)
            if wanted.source == ref.source and formula is not None and ref.path in formula.names:
                # what was known last before it counts in it
                spans.append((begin_s - age_limit_s(ref.path), end_s))
        self._source.ask(ref, min(begin for begin, _ in spans), max(end for _, end in spans))

    def _on_came(self, part: OlderPart) -> None:
        self.came.emit(part)
        self._plain.pop(part.ref, None)
        for ref in [one for one in self._wanted if one.source == part.ref.source]:
            formula = formula_of(ref.path)
            if formula is not None and part.ref.path in formula.names:
                self._read.add(part, PlotSeries(1, gap_s=age_limit_s(part.ref.path)))
                self._answer(ref, formula)

    def _answer(self, ref: ValueRef, formula: Formula) -> bool:
        """Tell a formula where all is there; False while something is still to be read."""
        begin_s, end_s = self._wanted[ref]
        parts = [ValueRef(ref.source, name) for name in formula.names]
        if any(self._read.holes(one, begin_s - age_limit_s(one.path), end_s) for one in parts):
            return False
        del self._wanted[ref]
        bounds = [self._read.bounds(one) for one in parts]
        latest_s = min(end for _, end in bounds)
        points = {one.path: self._read.points(one, begin_s - age_limit_s(one.path), end_s) for one in parts}
        times, values = derived(formula, points, begin_s)
        inside = times < min(end_s, latest_s)
        self.came.emit(
            OlderPart(
                ref=ref,
                begin_s=begin_s,
                end_s=min(end_s, latest_s),
                times=times[inside],
                values=values[inside],
                earliest_s=max(begin for begin, _ in bounds),
                latest_s=latest_s,
            )
        )
        return True
