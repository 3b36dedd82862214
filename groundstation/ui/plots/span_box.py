# SPDX-License-Identifier: Apache-2.0
"""How much time plots show: a choice of some, or what somebody made of it by hand. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from groundstation.ui.language.shown import shown

SPANS_S = (30, 60, 120, 300, 600)


class SpanBox(QComboBox):
    """Empty of choice, and with a text all the same, while the axis is where somebody moved it."""

    chosen = Signal(float)
    """So many seconds are to be shown, and followed again."""

    def __init__(self, first_s: int, *, is_live: bool, parent: QWidget | None = None) -> None:
        """Offer what there is.

        Args:
            first_s: what is chosen at first, one of `SPANS_S`.
            is_live: whether what is shown ends at now.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setAccessibleName(self.tr("Time shown"))
        for span_s in SPANS_S:
            words = self.words(span_s)
            self.addItem(self.tr("last {span}").format(span=words) if is_live else words, span_s)
        self.setCurrentIndex(self.findData(first_s))
        # room for a length of time that nobody chose
        self.setMinimumContentsLength(len("00 min 00 s"))
        self.currentIndexChanged.connect(self._on_index_changed)

    def choose(self, seconds: str) -> None:
        """As if it were chosen; what is no choice of the box is left out."""
        index = self.findData(int(seconds)) if seconds.isdecimal() else -1
        if index >= 0:
            self.setCurrentIndex(index)

    def show_span(self, seconds: float, *, is_by_hand: bool) -> None:
        """Say what is shown, silently."""
        with QSignalBlocker(self):
            self.setPlaceholderText(self.words(seconds))
            self.setCurrentIndex(-1 if is_by_hand else self.findData(int(seconds)))

    def words(self, seconds: float) -> str:
        """A length of time in two units at most."""
        if seconds < 10:
            return self.tr("{n} s").format(n=f"{shown(seconds):.2g}")
        whole = round(seconds)
        if whole < 60:
            return self.tr("{n} s").format(n=whole)
        minutes, rest = divmod(whole, 60)
        if minutes < 60:
            return self.tr("{n} min {s} s").format(n=minutes, s=rest) if rest else self.tr("{n} min").format(n=minutes)
        hours, minutes = divmod(round(whole / 60), 60)
        if hours < 48:
            return self.tr("{n} h {m} min").format(n=hours, m=minutes) if minutes else self.tr("{n} h").format(n=hours)
        return self.tr("{n} days").format(n=f"{shown(seconds / 86_400):.1f}")

    def _on_index_changed(self, index: int) -> None:
        # emptied while the axis is where somebody moved it
        if index >= 0:
            self.chosen.emit(float(self.itemData(index)))
