# SPDX-License-Identifier: Apache-2.0
"""How an order to several vehicles is carried out. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.separation import APART_HEIGHT_M, APART_M
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.commanding.words import by_name
from groundstation.ui.language.typed import NumberInput, number_locale

MAX_STAGGER_S = 600.0
MAX_APART_M = 200.0


class GroupOptions(QWidget):
    """Order, pause between two, one at a time, stop on the first failure; how they are kept apart at a point."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order_box = QComboBox()
        self.order_box.addItems([self.tr("as selected"), self.tr("by name")])
        self.order_box.setAccessibleName(self.tr("Order of the vehicles"))
        self.stagger_box = NumberInput()
        self.stagger_box.setLocale(number_locale())
        self.stagger_box.setRange(0.0, MAX_STAGGER_S)
        self.stagger_box.setDecimals(1)
        self.stagger_box.setSuffix(" s")
        self.stagger_box.setAccessibleName(self.tr("Seconds between two vehicles"))
        self.stagger_box.setFixedWidth(92)
        self.spread_box = self._metres(self.tr("Between the places of neighbours"), Dimension.DISTANCE)
        self.step_box = self._metres(self.tr("How much each flies higher than the one before"), Dimension.HEIGHT)
        self.apart_button = QPushButton(self.tr("Keep apart"))
        self.apart_button.setToolTip(self.tr("Each flies higher than the one before; on the ground each has a place"))
        self.apart_button.clicked.connect(self._on_apart)
        self.one_by_one = QCheckBox(self.tr("One at a time"))
        self.stops = QCheckBox(self.tr("Stop on the first failure"))
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (upper, (QLabel(self.tr("Order")), self.order_box, QLabel(self.tr("Pause between")), self.stagger_box)),
            (lower, (self.one_by_one, self.stops)),
        ):
            row.setSpacing(8)
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
        lower.insertSpacing(1, 12)
        upper.insertSpacing(2, 12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(upper)
        layout.addLayout(lower)
        layout.addWidget(self._apart_row())
        self.order_box.currentIndexChanged.connect(self.changed)

    def _metres(self, name: str, what: Dimension) -> QDoubleSpinBox:
        box = NumberInput()
        box.setLocale(number_locale())
        box.setRange(0.0, MAX_APART_M)
        box.setDecimals(0)
        box.measure(what)
        box.setAccessibleName(name)
        box.setFixedWidth(84)
        box.valueChanged.connect(self.changed)
        return box

    def _apart_row(self) -> QWidget:
        self.apart = QWidget()
        row = QHBoxLayout(self.apart)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._step_label = QLabel(self.tr("Height step"))
        for widget in (self._step_label, self.step_box, QLabel(self.tr("Spread")), self.spread_box, self.apart_button):
            row.addWidget(widget)
        row.addStretch(1)
        return self.apart

    def show_apart(self, *, is_shown: bool, drives: bool) -> None:
        """Show what keeps vehicles apart at one point; what drives has no heights to be apart in."""
        self.apart.setVisible(is_shown)
        self._step_label.setVisible(not drives)
        self.step_box.setVisible(not drives)

    def _on_apart(self) -> None:
        # what drives can only be kept apart on the ground
        if self.step_box.isHidden():
            self.spread_box.setValue(APART_M)
        else:
            self.step_box.setValue(APART_HEIGHT_M)

    def reset(self) -> None:
        """All at once, as selected."""
        self.spread_box.setValue(0.0)
        self.step_box.setValue(0.0)
        self.order_box.setCurrentIndex(0)
        self.stagger_box.setValue(0.0)
        self.one_by_one.setChecked(False)
        self.stops.setChecked(False)

    def policy(self) -> GroupPolicy:
        """As it is set."""
        return GroupPolicy(
            stagger_s=self.stagger_box.value(),
            at_once=1 if self.one_by_one.isChecked() else 0,
            stops_on_failure=self.stops.isChecked(),
            # a number that is not to be seen was set for another order
            spread_m=self.spread_box.value() if not self.apart.isHidden() else 0.0,
            height_step_m=self.step_box.value() if not self.apart.isHidden() else 0.0,
        )

    def ordered(self, keys: Sequence[VehicleKey]) -> list[VehicleKey]:
        """The vehicles in the order that is set."""
        if self.order_box.currentIndex() == 0:
            return list(keys)
        return by_name(keys)
