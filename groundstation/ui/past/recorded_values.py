# SPDX-License-Identifier: Apache-2.0
"""Values out of the open recording, for plots of the past and for those of now that are moved back. GUI thread."""

from __future__ import annotations

from groundstation.fleet.past import PastValues
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.past.look_back import LookBack
from groundstation.ui.plots.older_values import OlderPart, OlderValues

LEFT_S = 1.0
"""What came so short a time before the end of a recording that grows may not be in its file yet."""


class RecordedValues(OlderValues):
    """Asks the player; what it tells is brought onto the clock of a view."""

    def __init__(self, look: LookBack, *, is_live: bool) -> None:
        """Ready.

        Args:
            look: has the open recording.
            is_live: whether it is for plots of now, whose clock is the station's own.
        """
        super().__init__(look)
        self._look, self._is_live = look, is_live
        look.values_came.connect(self._on_came)

    def ask(self, ref: ValueRef, begin_s: float, end_s: float) -> None:
        """Somebody looks at this span."""
        look, shift_s = self._look, self._shift_s
        # a file that was opened is of another time: plots of now have nothing older meanwhile
        if look.told is None or (self._is_live and look.is_file):
            return
        extent = look.told.extent
        low, high = begin_s + shift_s, min(end_s + shift_s, extent.end_s)
        # before the first byte there may be other sessions, which the player opens when they are asked for
        if not extent.has_earlier:
            low = max(low, extent.begin_s)
        if high > low:
            look.ask_values(ref, low, high)
            return
        # a plot that gets no answer would ask again and again
        none = PastValues.nothing()
        self._say(ref, begin_s, min(end_s, extent.end_s - shift_s), none)

    @property
    def _shift_s(self) -> float:
        """From the view's clock to the recording's."""
        return self._look.present_offset_s if self._is_live else 0.0

    def _on_came(self, ref: ValueRef, begin_s: float, end_s: float, found: PastValues) -> None:
        if not (self._is_live and self._look.is_file):
            shift_s = self._shift_s
            moved = PastValues(found.times - shift_s, found.values)
            self._say(ref, begin_s - shift_s, end_s - shift_s, moved)

    def _say(self, ref: ValueRef, begin_s: float, end_s: float, found: PastValues) -> None:
        told = self._look.told
        if told is None:
            return
        shift_s, extent = self._shift_s, told.extent
        latest_s = extent.end_s - shift_s - (LEFT_S if extent.is_growing else 0.0)
        if extent.is_growing:
            end_s = min(end_s, latest_s)
        inside = found.times < end_s
        self.came.emit(
            OlderPart(
                ref=ref,
                begin_s=begin_s,
                end_s=end_s,
                times=found.times[inside],
                values=found.values[inside],
                earliest_s=None if extent.has_earlier else extent.begin_s - shift_s,
                # also of one that grows: what is not there yet is not still to be read
                latest_s=latest_s,
            )
        )
