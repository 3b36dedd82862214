# SPDX-License-Identifier: Apache-2.0
"""The fields of one item: what it does, where, how high, and its parameters by their meaning. GUI thread."""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from groundstation.fleet.plans.plan_commands import BY_COMMAND, ROWS, Cmd, CommandRow, Param, label_of
from groundstation.fleet.plans.plan_items import FRAME_MISSION, FRAME_RELATIVE, PlanItem, plain_frame
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.units import Unit
from groundstation.ui.language.letters import capital
from groundstation.ui.language.numerals import number_from_text
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import speaking
from groundstation.ui.plans.plan_model import FRAMES, param_text, param_unit, tr
from groundstation.ui.settings.chosen import chosen

COLUMNS = 4
SI = Unit("", 0)
"""As it travels."""
OFFERED = tuple(row for row in ROWS if row.command < Cmd.FENCE_RETURN)
"""Commands of missions."""


class ItemForm(QWidget):
    """Edits the chosen item; each field takes effect when it is left or Enter is pressed."""

    edited = Signal(object, str)
    """The item as it is to be, and what was done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item: PlanItem | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._fields: list[QWidget] = []
        self.setVisible(False)

    def show_item(self, number: int, item: PlanItem | None) -> None:
        """Show an item; None for none."""
        # the same once more: what is being typed stays
        if item is not None and item == self._item:
            return
        self._item = item
        for field in self._fields:
            self._grid.removeWidget(field)
            field.hide()
            field.deleteLater()
        self._fields = []
        self.setVisible(item is not None)
        if item is not None:
            self._build(number, item)

    def _build(self, number: int, item: PlanItem) -> None:
        row = BY_COMMAND.get(item.command)
        command = QComboBox()
        command.setAccessibleName(self.tr("What it does"))
        for one in OFFERED:
            command.addItem(tr(one.label), int(one.command))
        if row is None or row not in OFFERED:
            command.addItem(label_of(item.command), item.command)
        command.setCurrentIndex(command.findData(item.command))
        command.activated.connect(lambda place: self._change_command(int(command.itemData(place))))
        fields: list[tuple[str, QWidget, int]] = [(self.tr("Item {number}").format(number=number), command, 2)]
        if row is None or row.has_height:
            unit = chosen().measures.of(Dimension.HEIGHT)
            box = self._number("height", item.z, self._put_z, 2, 20_000.0, unit)
            fields.append((f"{self.tr('Height')} {unit.symbol}", box, 1))
            fields.append((self.tr("above"), self._frame(item), 1))
        if row is None or row.has_place:
            fields.append((self.tr("Latitude °"), self._number("latitude", item.x, self._put_x, 7, 90.0), 2))
            fields.append((self.tr("Longitude °"), self._number("longitude", item.y, self._put_y, 7, 180.0), 2))
        fields += [(*self._param(param, item), 1) for param in _params_of(row)]
        place = 0
        for title, field, span in fields:
            label = QLabel(title)
            label.setProperty("role", "small")
            label.setBuddy(field)
            # what does not fit into a line begins the next one
            place += (-place) % COLUMNS if place % COLUMNS + span > COLUMNS else 0
            line, column = divmod(place, COLUMNS)
            self._grid.addWidget(label, 2 * line, column, 1, span)
            self._grid.addWidget(field, 2 * line + 1, column, 1, span)
            self._fields += [label, field]
            place += span
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)

    def _number(
        self,
        name: str,
        value: float | None,
        put: Callable[[float | None], PlanItem],
        digits: int,
        most: float,
        unit: Unit = SI,
    ) -> QLineEdit:
        number = None if value is None else value * unit.factor + unit.offset
        box = QLineEdit(
            "" if number is None else speaking().numerals.written(f"{number:.{digits}f}".rstrip("0").rstrip("."))
        )
        box.setAccessibleName(tr(name))
        box.setMinimumWidth(60)
        if value is None:
            box.setPlaceholderText(self.tr("as the vehicle likes"))
        box.editingFinished.connect(lambda: self._take(box, name, put, most, unit))
        return box

    def _take(
        self, box: QLineEdit, name: str, put: Callable[[float | None], PlanItem], most: float, unit: Unit
    ) -> None:
        if not box.isModified():
            return
        # one that is rebuilt by its own edit loses the focus, which ends the edit once more
        box.setModified(False)
        text = box.text().strip()
        try:
            value = (number_from_text(text) - unit.offset) / unit.factor if text else None
        except ValueError:
            value = math.nan
        is_good = value is None or (math.isfinite(value) and abs(value) <= most)
        box.setProperty("wrong", not is_good)
        box.style().polish(box)
        if is_good and self._item is not None:
            self.edited.emit(put(value), tr("change {name}").format(name=tr(name)))
        elif not is_good:
            box.setToolTip(
                self.tr("a number up to {most:g} in size").format(most=shown(float(f"{most * unit.factor:.4g}")))
            )

    def _frame(self, item: PlanItem) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self.tr("What the height is above"))
        for frame, name in FRAMES.items():
            box.addItem(tr(name), frame)
        if plain_frame(item.frame) not in FRAMES:
            box.addItem(f"MAV_FRAME {item.frame}", item.frame)
        box.setCurrentIndex(box.findData(plain_frame(item.frame)))
        # the number stays: another one by itself has made vehicles fall (see the words beside it)
        box.activated.connect(lambda place: self._put_frame(int(box.itemData(place))))
        return box

    def _put_frame(self, frame: int) -> None:
        if self._item is not None:
            self.edited.emit(replace(self._item, frame=frame), tr("change what the height is above"))

    def _param(self, param: Param, item: PlanItem) -> tuple[str, QWidget]:
        value = (*item.params, item.x, item.y, item.z)[param.number - 1]
        unit = param_unit(param)
        title = f"{capital(tr(param.label))} {unit.symbol}".rstrip()

        def put(new: float | None) -> PlanItem:
            now = self._item or item
            if param.number <= len(now.params):
                params = list(now.params)
                params[param.number - 1] = new
                p1, p2, p3, p4 = params
                return replace(now, params=(p1, p2, p3, p4))
            return replace(now, **{"xyz"[param.number - 5]: new})

        box = self._number(param.label, value, put, 6, 1e9, unit)
        box.setText("" if value is None else param_text(value, unit))
        return title, box

    def _change_command(self, command: int) -> None:
        item, row = self._item, BY_COMMAND.get(command)
        if item is None or row is None or command == item.command:
            return
        self.edited.emit(made(row, item), tr("make it {what}").format(what=tr(row.label)))

    def _put_x(self, value: float | None) -> PlanItem:
        assert self._item is not None  # noqa: S101 - only asked for while an item is shown
        return replace(self._item, x=value)

    def _put_y(self, value: float | None) -> PlanItem:
        assert self._item is not None  # noqa: S101
        return replace(self._item, y=value)

    def _put_z(self, value: float | None) -> PlanItem:
        assert self._item is not None  # noqa: S101
        return replace(self._item, z=value)


def _params_of(row: CommandRow | None) -> tuple[Param, ...]:
    return (
        row.params
        if row is not None
        else tuple(Param(number, tr("parameter {number}").format(number=number)) for number in range(1, 5))
    )


def made(row: CommandRow, like: PlanItem | None = None) -> PlanItem:
    """A new item of a command, at the place and height of another one where it has these.

    Args:
        row: of the command.
        like: the other one; None for none.
    """
    params: list[float | None] = [0.0] * 7
    for param in row.params:
        params[param.number - 1] = param.default
    p1, p2, p3, p4, x, y, z = params
    if row.has_place:
        x, y = (like.x, like.y) if like is not None and like.frame != FRAME_MISSION else (0.0, 0.0)
    if row.has_height:
        z = like.z if like is not None and like.frame != FRAME_MISSION else 30.0
    frame = FRAME_RELATIVE if row.has_place or row.has_height else FRAME_MISSION
    if like is not None and FRAME_MISSION not in (like.frame, frame):
        frame = like.frame
    return PlanItem(command=int(row.command), frame=frame, params=(p1, p2, p3, p4), x=x, y=y, z=z)
