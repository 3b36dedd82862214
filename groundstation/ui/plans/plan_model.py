# SPDX-License-Identifier: Apache-2.0
"""Items of the plan on the screen as rows. GUI thread."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Param, label_of
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, FRAME_TERRAIN, PlanItem, plain_frame
from groundstation.fleet.plans.plan_path import Place, path_of
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.units import Unit
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.units import DASH, compact, in_unit

FRAMES = {FRAME_RELATIVE: "home", FRAME_GLOBAL: "sea", FRAME_TERRAIN: "ground"}
"""What a height is above, by MAV_FRAME."""
FLOWN = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"
"""Stands before the number of the item that is flown now."""
NO_TIMES: dict[int, float] = {}
Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


_PARAM_MEASURES = {"m": Dimension.DISTANCE, "m/s": Dimension.SPEED}


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("Plans", text)


def param_unit(param: Param) -> Unit:
    """The unit in which a parameter of an item is shown and typed; MAVLink has it in the one of the table."""
    what = _PARAM_MEASURES.get(param.unit)
    if param.unit == "m" and "height" in param.label:
        what = Dimension.HEIGHT
    return Unit(param.unit, 6) if what is None else chosen().measures.of(what)


def param_text(value: float, unit: Unit) -> str:
    """A number of the table in a unit, with no zeros that say nothing."""
    if unit.factor == 1.0 and not unit.offset:
        return compact(value)
    return compact(float(f"{value * unit.factor + unit.offset:.5g}"))


def details(item: PlanItem) -> str:
    """What the parameters of an item say; those that say nothing are left out."""
    row = BY_COMMAND.get(item.command)
    values = (*item.params, item.x, item.y, item.z)
    if row is None:
        return " ".join(compact(one) for one in item.params)
    told = []
    for param in row.params:
        value = values[param.number - 1]
        if value is None or value == 0.0:
            continue
        unit = param_unit(param)
        symbol = f" {unit.symbol}" if unit.symbol not in ("", "°") else unit.symbol
        told.append(f"{tr(param.label)} {param_text(value, unit)}{symbol}")
    return ", ".join(told)


class PlanModel(QAbstractTableModel):
    """A row for each item."""

    TITLES: ClassVar[tuple[str, ...]] = ("#", "Item", "Height", "above", "Leg", "At", "Details")
    NUMBER, ITEM, HEIGHT, FRAME, LEG, AT, DETAILS = range(7)
    MEASURED: ClassVar[dict[int, Dimension]] = {HEIGHT: Dimension.HEIGHT, LEG: Dimension.DISTANCE}
    """Columns in the units of the settings."""
    RIGHT: ClassVar[frozenset[int]] = frozenset((NUMBER, HEIGHT, LEG, AT))

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[PlanItem, ...] = ()
        self._legs: dict[int, float] = {}
        self._times: dict[int, float] = {}
        self._home: Place | None = None
        self._flown: int | None = None

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """As shown."""
        return self._items

    def show(
        self,
        items: tuple[PlanItem, ...],
        home: Place | None,
        times: dict[int, float] = NO_TIMES,
        flown: int | None = None,
    ) -> None:
        """Show another list.

        Args:
            items: home not among them.
            home: where the first leg begins; None for not known.
            times: seconds after the start at which each item is reached, by its number; as far as they are known.
            flown: number of the item that is flown now; None for none.
        """
        self._mark(flown if flown is not None and flown <= len(items) else None)
        # several times a second: what is the same needs no new legs
        if items is self._items and home == self._home and times == self._times:
            return
        before, self._home, self._times = len(self._items), home, times
        path = path_of(items, home)
        places = [(0, home), *((one.number, one.place) for one in path)]
        legs = {
            number: distance_m(*start, *end)
            for (_, start), (number, end) in itertools.pairwise(places)
            if start is not None and end is not None
        }
        # the selection stays where as many rows are there as before: an edit of one item moves nothing
        if len(items) == before:
            self._items, self._legs = items, legs
            if items:
                self.dataChanged.emit(self.index(0, 0), self.index(len(items) - 1, self.DETAILS))
            return
        self.beginResetModel()
        self._items, self._legs = items, legs
        self.endResetModel()

    def _mark(self, flown: int | None) -> None:
        """Another item is flown now."""
        before, self._flown = self._flown, flown
        for number in {before, flown} if before != flown else ():
            if number is not None and number <= len(self._items):
                self.dataChanged.emit(self.index(number - 1, 0), self.index(number - 1, self.DETAILS))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Qt: how many."""
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Qt: how many."""
        return 0 if parent.isValid() else len(self.TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: titles."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in self.RIGHT else _LEFT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        what = self.MEASURED.get(section)
        symbol = f" {chosen().measures.of(what).symbol}" if what is not None else ""
        return f"{tr(self.TITLES[section])}{symbol}"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a cell."""
        if not index.isValid() or index.row() >= len(self._items):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() in self.RIGHT else None
        is_flown = index.row() + 1 == self._flown
        # bold numbers would be cut in their columns
        if role == Qt.ItemDataRole.FontRole and is_flown and index.column() in (self.NUMBER, self.ITEM):
            bold = QFont()
            bold.setBold(True)
            return bold
        if role == Qt.ItemDataRole.ToolTipRole and is_flown and index.column() == self.NUMBER:
            return tr("flown now")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(index.row(), index.column())
        return None

    def _text(self, row: int, column: int) -> str:
        item, number = self._items[row], row + 1
        known = BY_COMMAND.get(item.command)
        has_height = known is None or known.has_height
        leg_m, time_s = self._legs.get(number), self._times.get(number)
        cells: dict[int, str] = {
            self.NUMBER: f"{FLOWN} {number}" if number == self._flown else str(number),
            self.ITEM: tr(label_of(item.command)),
            self.HEIGHT: in_unit(item.z, chosen().measures.of(Dimension.HEIGHT)) if has_height else "",
            self.FRAME: tr(FRAMES.get(plain_frame(item.frame), DASH)) if has_height else "",
            self.LEG: in_unit(leg_m, chosen().measures.of(Dimension.DISTANCE), 0) if leg_m is not None else "",
            self.AT: clock_text(time_s) if time_s is not None else "",
        }
        return cells[column] if column in cells else details(item)
