# SPDX-License-Identifier: Apache-2.0
"""Buttons for fence and rally points: what is drawn next, and what is done to the chosen shapes. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from groundstation.fleet.plans import fence_edit
from groundstation.fleet.plans.files.fence_shapes import CIRCLES
from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.number_field import NumberField
from groundstation.ui.plans.drawing import Drawing
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.small_button import small_button

COLUMNS = 2
FENCE = (
    Drawing.STAY_IN,
    Drawing.KEEP_OUT,
    Drawing.CIRCLE_IN,
    Drawing.CIRCLE_OUT,
    Drawing.RETURN_POINT,
)
MOST_RADIUS_M = 100_000.0


class LimitsForm(QWidget):
    """Shown with the lists of fence and rally points."""

    def __init__(self, document: PlanDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._kind = PlanKind.FENCE
        self._numbers: Sequence[int] = ()
        self._fence = QWidget()
        grid = QGridLayout(self._fence)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        titles = {
            Drawing.STAY_IN: self.tr("Stay in area"),
            Drawing.KEEP_OUT: self.tr("Keep out of area"),
            Drawing.CIRCLE_IN: self.tr("Stay in circle"),
            Drawing.CIRCLE_OUT: self.tr("Keep out of circle"),
            Drawing.RETURN_POINT: self.tr("Return point"),
        }
        for at, drawing in enumerate(FENCE):
            grid.addWidget(small_button(titles[drawing], partial(document.draw, drawing)), *divmod(at, COLUMNS))
        self.rally = small_button(self.tr("Add rally points on the map"), lambda: document.draw(Drawing.RALLY))
        self.turn = small_button(self.tr("Inside ⇄ outside"), self._turn)
        self.remove = small_button(self.tr("Remove"), self.remove_chosen)
        self.radius = NumberField(self.tr("Radius of the circle"), Dimension.DISTANCE, 1.0, MOST_RADIUS_M)
        self.radius.editingFinished.connect(self._set_radius)
        self.radius_label = QLabel(self.tr("Radius"))
        self.radius_label.setBuddy(self.radius)
        self.height_box = NumberField(self.tr("Height of the rally point above home"), Dimension.HEIGHT, 0.0, 5_000.0)
        self.height_box.editingFinished.connect(self._set_height)
        self.height_label = QLabel(self.tr("Height"))
        self.height_label.setBuddy(self.height_box)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (
            self.rally,
            self.turn,
            self.radius_label,
            self.radius,
            self.height_label,
            self.height_box,
            self.remove,
        ):
            row.addWidget(widget)
        row.addStretch(1)
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addWidget(self._fence, 0, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(row, 1, 0)
        self.hide()

    @property
    def _items(self) -> tuple[PlanItem, ...]:
        return self._document.plan.items(self._kind)

    def show_list(self, kind: PlanKind, numbers: Sequence[int]) -> None:
        """Show what can be done.

        Args:
            kind: the list that is shown; the mission hides all of it.
            numbers: of the chosen items, from 1.
        """
        self._kind, self._numbers = kind, numbers
        is_fence, is_rally = kind is PlanKind.FENCE, kind is PlanKind.RALLY
        self.setVisible(is_fence or is_rally)
        self._fence.setVisible(is_fence)
        self.rally.setVisible(is_rally)
        self.turn.setVisible(is_fence and bool(numbers))
        self.remove.setVisible(bool(numbers))
        only = self._items[numbers[0] - 1] if len(numbers) == 1 and numbers[0] <= len(self._items) else None
        is_circle = is_fence and only is not None and only.command in CIRCLES.values()
        for widget in (self.radius, self.radius_label):
            widget.setVisible(is_circle)
        for widget in (self.height_box, self.height_label):
            widget.setVisible(is_rally and only is not None)
        if is_circle and only is not None and not self.radius.hasFocus():
            self.radius.setValue(only.params[0] or 0.0)
        if is_rally and only is not None and not self.height_box.hasFocus():
            self.height_box.setValue(only.z or 0.0)

    def remove_chosen(self) -> None:
        """Take the chosen shapes or points out."""
        if not self._numbers:
            return
        if self._kind is PlanKind.RALLY:
            left = tuple(one for number, one in enumerate(self._items, start=1) if number not in self._numbers)
            self._document.edit_list(PlanKind.RALLY, left, self.tr("remove rally points"))
            return
        self._change(lambda: fence_edit.without(self._items, self._numbers), self.tr("remove shapes of the fence"))

    def _turn(self) -> None:
        words = self.tr("turn shapes of the fence inside out")
        self._change(lambda: fence_edit.turned_inside_out(self._items, self._numbers), words)

    def _change(self, change: Callable[[], tuple[PlanItem, ...]], words: str) -> None:
        try:
            items = change()
        except PlanFileError as error:
            # a vehicle's fence that makes no sense can't be changed by shape; it can be cleared
            self._document.noticed.emit(str(error))
            return
        self._document.edit_list(PlanKind.FENCE, items, words)

    def _set_radius(self) -> None:
        if len(self._numbers) == 1 and not self.radius.isHidden():
            items = fence_edit.with_radius(self._items, self._numbers[0], self.radius.value())
            self._document.edit_list(PlanKind.FENCE, items, self.tr("radius of a circle"))

    def _set_height(self) -> None:
        if len(self._numbers) == 1 and not self.height_box.isHidden():
            items = fence_edit.at_height(self._items, self._numbers[0], self.height_box.value())
            self._document.edit_list(PlanKind.RALLY, items, self.tr("height of a rally point"))
