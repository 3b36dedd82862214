# SPDX-License-Identifier: Apache-2.0
"""The plans on the screen side by side: one chip a vehicle, with whether it has its plan. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QScrollArea, QToolButton, QWidget

from groundstation.fleet.plans.plan_badge import Badge, badge_of
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.ui.language.speaking import counted
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_names import part_name
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.vehicle_strip import SIGNS
from groundstation.ui.theme.icons import icon

HEIGHT, BAR = 34, 10
"""Of the chips, and of what scrolls them where there are many; pixels."""


class PartsBar(QWidget):
    """Chooses the part that is worked on; hidden while there is one plan for nobody in particular."""

    copy_wanted = Signal()
    """The plan that is worked on is to be a part of each selected vehicle too."""
    assign_wanted = Signal()
    """The part that is worked on is to be for the selected vehicle."""
    remove_wanted = Signal()
    """The part that is worked on is to go."""

    def __init__(self, document: PlanDocument, study: PlanStudy, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            document: whose parts.
            study: knows the vehicles.
            parent: Qt's.
        """
        super().__init__(parent)
        self._document, self._study = document, study
        self._chips: list[QToolButton] = []
        self._group = QButtonGroup(self)
        self._row = QWidget()
        self._line = QHBoxLayout(self._row)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self._line.addStretch(1)
        area = QScrollArea()
        area.setWidget(self._row)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(HEIGHT)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = area.horizontalScrollBar()
        # under the chips, and not over them
        bar.rangeChanged.connect(lambda low, high: area.setFixedHeight(HEIGHT + (BAR if high > low else 0)))
        self.menu = QToolButton()
        self.menu.setIcon(icon("menu"))
        self.menu.setAccessibleName(self.tr("What to do with this part"))
        self.menu.setToolTip(self.menu.accessibleName())
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.actions_of = [
            self._action(menu, self.tr("For the selected vehicle"), self.assign_wanted),
            self._action(menu, self.tr("Copy to the selected vehicles"), self.copy_wanted),
            self._action(menu, self.tr("Take this part out"), self.remove_wanted),
        ]
        self.menu.setMenu(menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(4)
        layout.addWidget(area, 1)
        layout.addWidget(self.menu)
        self.refresh()

    @staticmethod
    def _action(menu: QMenu, text: str, wanted: SignalInstance) -> QAction:
        action = QAction(text, menu)
        action.triggered.connect(lambda _=False: wanted.emit())
        menu.addAction(action)
        return action

    @property
    def texts(self) -> list[str]:
        """What the chips say."""
        return [one.text() for one in self._chips]

    def refresh(self) -> None:
        """Show the parts as they are now."""
        parts = self._document.fleet.parts
        self.setVisible(len(parts) > 1 or parts[0].vehicle is not None)
        if len(self._chips) != len(parts):
            self._make(len(parts))
        for at, (chip, part) in enumerate(zip(self._chips, parts, strict=True)):
            badge = self._badge(at)
            words = f"{part_name(part, at)}  {len(part.plan.mission)}" + (f"  {SIGNS[badge]}" if badge else "")
            holding = self._study.holding(at)
            words += "  !" if holding else ""
            if chip.text() != words:
                chip.setText(words)
            words = counted("Plans", "{count} of the checks holds it", "{count} of the checks hold it", holding)
            told = words.format(count=holding) if holding else ""
            chip.setToolTip(told or (badge.value if badge else self.tr("for whoever is selected")))
            chip.setChecked(at == self._document.index)

    def _badge(self, at: int) -> Badge | None:
        part = self._document.fleet.parts[at]
        if part.vehicle is None:
            return None
        state = self._study.state_of(part)
        return badge_of(state, part.plan.mission, PlanKind.MISSION) if state is not None else Badge.UNKNOWN

    def _make(self, count: int) -> None:
        for chip in self._chips:
            self._group.removeButton(chip)
            self._line.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for at in range(count):
            chip = QToolButton()
            chip.setCheckable(True)
            chip.setIconSize(QSize(0, 0))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            chip.setProperty("role", "chip")
            chip.clicked.connect(lambda _=False, at=at: self._document.work_on(at))
            self._group.addButton(chip)
            self._line.insertWidget(at, chip)
            self._chips.append(chip)
