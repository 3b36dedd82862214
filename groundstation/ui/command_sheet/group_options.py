# SPDX-License-Identifier: Apache-2.0
"""How an order to several vehicles is carried out. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GroupPolicy
from groundstation.ui.commanding.words import by_name

MAX_STAGGER_S = 600.0


class GroupOptions(QWidget):
    """Order, pause between two, one at a time, stop on the first failure."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order_box = QComboBox()
        self.order_box.addItems([self.tr("as selected"), self.tr("by name")])
        self.order_box.setAccessibleName(self.tr("Order of the vehicles"))
        self.stagger_box = QDoubleSpinBox()
        self.stagger_box.setLocale(QLocale.c())
        self.stagger_box.setRange(0.0, MAX_STAGGER_S)
        self.stagger_box.setDecimals(1)
        self.stagger_box.setSuffix(" s")
        self.stagger_box.setAccessibleName(self.tr("Seconds between two vehicles"))
        self.stagger_box.setFixedWidth(92)
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
        self.order_box.currentIndexChanged.connect(self.changed)

    def reset(self) -> None:
        """All at once, as selected."""
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
        )

    def ordered(self, keys: Sequence[VehicleKey]) -> list[VehicleKey]:
        """The vehicles in the order that is set."""
        if self.order_box.currentIndex() == 0:
            return list(keys)
        return by_name(keys)
