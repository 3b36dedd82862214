# SPDX-License-Identifier: Apache-2.0
"""The way to values that are older than what the window keeps; whoever has recordings brings it. GUI thread."""

from __future__ import annotations

from abc import abstractmethod

import msgspec
from PySide6.QtCore import QObject, Signal

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.series import Numbers


class OlderPart(msgspec.Struct, frozen=True, kw_only=True):
    """All that was recorded of a value in a span of time. The arrays are read only."""

    ref: ValueRef
    begin_s: float
    """Seconds on the clock of the view's timeline, as all times here."""
    end_s: float
    """Everything before that was read; what may still be written to a recording is no part of the span."""
    times: Numbers
    """Shape (n,), ascending, from `begin_s` on and before `end_s`."""
    values: Numbers
    """Shape (n,), NaN where unknown. Pauses need none: the line breaks by the rules of `PlotSeries`."""
    earliest_s: float | None = None
    """Where what there is of the value begins; None where that is not known. Nothing before is asked for any more."""
    latest_s: float | None = None
    """Where it ends by now, also of one that grows; None where that is not known. Beyond is asked for seldom."""


class OlderValues(QObject):
    """Answers by `came`, whenever it can: reading is not for the GUI thread."""

    came = Signal(object)
    """An `OlderPart`. An answer may come in several, in any order; more than was asked for is welcome."""

    @abstractmethod
    def ask(self, ref: ValueRef, begin_s: float, end_s: float) -> None:
        """Somebody looks at this span.

        Asked at most a few times a second, and again where an answer left something open. A new ask for a value takes
        the place of the one before: what only the other wanted needs no reading any more.

        Args:
            ref: of a vehicle or another device.
            begin_s: where the span begins; may be before all there is.
            end_s: where it ends; may be in the future.
        """
