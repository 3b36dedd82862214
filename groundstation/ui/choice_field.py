# SPDX-License-Identifier: Apache-2.0
"""One of several values in a form; shows also a value that it does not offer. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

V = TypeVar("V")


class ChoiceField(QComboBox, Generic[V]):
    """Values stay what they are: Qt would make plain texts of those that are texts too."""

    def __init__(self, name: str, rows: Sequence[tuple[str, V]], parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            name: for who hears the window read.
            rows: words, each with the value that they stand for.
            parent: Qt's.
        """
        super().__init__(parent)
        self._values: list[V] = [value for _, value in rows]
        self.addItems([words for words, _ in rows])
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    @property
    def value(self) -> V:
        """What is chosen."""
        return self._values[max(0, self.currentIndex())]

    def show_value(self, value: V, words: str) -> None:
        """Show a value; nobody is told.

        Args:
            value: which.
            words: what it is called where it is not offered.
        """
        if value not in self._values:
            self._values.append(value)
            self.addItem(words)
        self.setCurrentIndex(self._values.index(value))

    def show_choices(self, rows: Sequence[tuple[str, V]]) -> None:
        """Offer other values; the first is chosen, and nobody is told."""
        self.clear()
        self._values = [value for _, value in rows]
        self.addItems([words for words, _ in rows])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: for the page; a value is changed on purpose."""
        event.ignore()
