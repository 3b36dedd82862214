# SPDX-License-Identifier: Apache-2.0
"""A number with its unit in a form that is scrolled: the wheel turns the page and not the number. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.language.typed import NumberInput, number_locale


class NumberField(NumberInput):
    """Tells a number once, when it is through: with Return, or when the focus goes elsewhere."""

    def __init__(
        self,
        name: str,
        unit: str | Dimension,
        least: float,
        most: float,
        digits: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        """Build it.

        Args:
            name: for who hears the window read.
            unit: shown behind the number, empty for none; or what it measures, then its unit is that of the settings,
                and the number is SI all the same.
            least: the smallest number.
            most: the largest.
            digits: behind the point.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setLocale(number_locale())
        self.setRange(least, most)
        self.setDecimals(digits)
        if isinstance(unit, Dimension):
            self.measure(unit)
        elif unit:
            self.setSuffix(unit if unit == "°" else f" {unit}")
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: for the page, unless the number is being changed."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
