# SPDX-License-Identifier: Apache-2.0
"""Changes all chosen items at once: turn, lift, shift. GUI thread; each press is one step to be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from groundstation.fleet.plans import plan_edit
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.language.speaking import counted
from groundstation.ui.number_field import NumberField
from groundstation.ui.plans.plan_document import PlanDocument

FIRST_TURN_DEG, FIRST_LIFT_M = 15.0, 5.0


class ChosenTools(QWidget):
    """Shown while several items are chosen."""

    def __init__(self, document: PlanDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.turn = NumberField(self.tr("Turn by, degrees"), "°", 0.5, 180.0)
        self.turn.setValue(FIRST_TURN_DEG)
        self.lift = NumberField(self.tr("Higher or lower by"), Dimension.HEIGHT, 0.5, 500.0)
        self.lift.setValue(FIRST_LIFT_M)
        for box in (self.turn, self.lift):
            # nothing happens until a button beside it is pressed, which takes what stands there
            box.setKeyboardTracking(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(4)
        rows: tuple[tuple[str, NumberField, tuple[tuple[str, str, Callable[[], None]], ...]], ...] = (
            (
                self.tr("Turn"),
                self.turn,
                (
                    ("↺", self.tr("Turn the chosen items to the left"), lambda: self.turn_by(-self.turn.value())),
                    ("↻", self.tr("Turn the chosen items to the right"), lambda: self.turn_by(self.turn.value())),
                ),
            ),
            (
                self.tr("Height"),
                self.lift,
                (
                    ("\N{MINUS SIGN}", self.tr("The chosen items lower"), lambda: self.lift_by(-self.lift.value())),
                    ("+", self.tr("The chosen items higher"), lambda: self.lift_by(self.lift.value())),
                ),
            ),
        )
        for title, box, acts in rows:
            label = QLabel(title)
            label.setProperty("role", "small")
            label.setBuddy(box)
            layout.addWidget(label)
            layout.addWidget(box)
            for sign, name, act in acts:
                layout.addWidget(_button(sign, name, act))
            layout.addSpacing(8)
        layout.addStretch(1)
        self.hide()

    def turn_by(self, angle_deg: float) -> None:
        """Turn what is chosen around its middle, clockwise."""
        document = self._document
        items = plan_edit.turned(document.plan.mission, document.chosen, angle_deg)
        count = len(document.chosen)
        words = counted("ChosenTools", "turn {count} item by {angle:.0f}°", "turn {count} items by {angle:.0f}°", count)
        document.edit_mission(items, words.format(count=count, angle=angle_deg))

    def lift_by(self, by_m: float) -> None:
        """Lift what is chosen."""
        document = self._document
        items = plan_edit.lifted(document.plan.mission, document.chosen, by_m)
        count = len(document.chosen)
        words = counted("ChosenTools", "{count} item {by:+.0f} m", "{count} items {by:+.0f} m", count)
        document.edit_mission(items, words.format(count=count, by=by_m))


def _button(sign: str, name: str, act: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(sign)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.clicked.connect(lambda _=False: act())
    return button
