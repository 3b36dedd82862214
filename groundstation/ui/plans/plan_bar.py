# SPDX-License-Identifier: Apache-2.0
"""The row above the items: what plan it is, files, undo, another item. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.plans.item_form import OFFERED
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_model import tr
from groundstation.ui.theme.icons import icon

USUAL = (
    *(Cmd.TAKEOFF, Cmd.WAYPOINT, Cmd.SPLINE, Cmd.LOITER_TIME, Cmd.LOITER_TURNS, Cmd.LOITER_UNLIMITED),
    *(Cmd.LOITER_TO_ALT, Cmd.CHANGE_SPEED, Cmd.DELAY, Cmd.ROI, Cmd.CAMERA_DISTANCE, Cmd.JUMP, Cmd.LAND, Cmd.RETURN),
)
"""Items that most plans are made of; all others stand in a menu behind them."""


class PlanBar(QWidget):
    """Buttons of the plan as a whole."""

    open_wanted = Signal()
    save_wanted = Signal()
    add_wanted = Signal(int)
    """MAV_CMD of the item that is to be added."""

    def __init__(self, document: PlanDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.name = ElidingLabel()
        self.name.setProperty("role", "strong")
        self.undo = self._button("undo", self.tr("Undo"), "Ctrl+Z", document.undo)
        self.redo = self._button("redo", self.tr("Do again"), "Ctrl+Shift+Z", document.redo)
        self.open = self._button("folder", self.tr("Open a plan…"), "", self.open_wanted.emit)
        self.save = self._button("export", self.tr("Save the plan as…"), "", self.save_wanted.emit)
        self.add = QToolButton()
        self.add.setIcon(icon("add"))
        self.add.setText(self.tr("Item"))
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add.setToolTip(self.tr("Add an item behind the chosen one"))
        self.add.setAccessibleName(self.tr("Add an item"))
        self.add.setMenu(self._items())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 4)
        layout.setSpacing(4)
        layout.addWidget(self.name, 1)
        for button in (self.add, self.undo, self.redo, self.open, self.save):
            layout.addWidget(button)
        document.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what the plan is called, and what can be done."""
        document = self._document
        name = document.path.name if document.path is not None else self.tr("New plan")
        self.name.setText(name if document.is_saved else self.tr("{name}, not saved").format(name=name))
        for button, words, title, keys in (
            (self.undo, document.undo_words, self.tr("Undo: {words} (Ctrl+Z)"), self.tr("Nothing to undo")),
            (self.redo, document.redo_words, self.tr("Again: {words} (Ctrl+Shift+Z)"), self.tr("Nothing to do again")),
        ):
            button.setEnabled(bool(words))
            button.setToolTip(title.format(words=words) if words else keys)
        self.save.setEnabled(not document.is_empty)

    def _items(self) -> QMenu:
        menu = QMenu(self)
        more = QMenu(self.tr("More"), self)
        rows = {row.command: row for row in OFFERED}
        for command in (*USUAL, *(one for one in rows if one not in USUAL)):
            action = QAction(tr(rows[command].label), menu)
            action.triggered.connect(lambda _=False, command=command: self.add_wanted.emit(int(command)))
            (menu if command in USUAL else more).addAction(action)
        menu.addSeparator()
        menu.addMenu(more)
        return menu

    def _button(self, drawing: str, name: str, keys: str, act: object) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(drawing))
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({keys})" if keys else name)
        button.clicked.connect(act)
        return button
