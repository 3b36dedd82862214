# SPDX-License-Identifier: Apache-2.0
"""What is to be said of each curve over the time that is shown: a table that can be copied. GUI thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.language.numerals import number_from_text
from groundstation.ui.language.shown import shown
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.plots.curve import Curve, curve_label, curve_titles
from groundstation.ui.plots.span_totals import SpanTotals, Totals
from groundstation.ui.theme.icons import icon
from groundstation.ui.units import DASH, compact, fixed, length_text

PERIOD_MS, BUSY_MS = 400, 40
"""Between two counts, and while there is more to be counted."""
MOST_ROWS_SEEN = 6
"""More scroll."""
MOST_SHARE = 0.4
"""Of the panel's height."""
ROW = 24
LIMIT, COUNT = 9, 8
"""Columns."""
STILL = "…"


class Asked(NamedTuple):
    """What the table is about."""

    curves: Sequence[Curve]
    begin_s: float
    end_s: float
    is_whole: Callable[[Curve], bool]
    """Whether all of it was read."""


class StatisticsTable(LivePanel):
    """A row a curve. In the column *Limit* a number can be written, in the unit of the curve."""

    def __init__(self, asked: Callable[[], Asked], parent: QWidget | None = None) -> None:
        """Nothing is counted yet.

        Args:
            asked: tells what is shown.
            parent: Qt's.
        """
        super().__init__(PERIOD_MS, parent)
        self._asked = asked
        self._totals = SpanTotals()
        self._is_busy = False
        self._limits: dict[ValueRef, float] = {}
        self._refs: list[ValueRef] = []
        self.table = QTableWidget(0, len(self._titles()))
        self.table.setHorizontalHeaderLabels(self._titles())
        self.table.setAccessibleName(self.tr("Statistics over the time shown"))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.itemChanged.connect(self._on_item_changed)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(44)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.activated.connect(self.copy)

    def _titles(self) -> list[str]:
        return [
            *(self.tr("Curve"), self.tr("Least"), self.tr("Greatest"), self.tr("Mean"), self.tr("Deviation")),
            *(self.tr("First"), self.tr("Last"), self.tr("Change"), self.tr("Count"), self.tr("Limit")),
            *(self.tr("Above"), self.tr("Below")),
        ]

    def refresh(self) -> None:
        """Count, and show what is counted."""
        asked = self._asked()
        self._totals.begin()
        self._is_busy = False
        names = self._names(asked.curves)
        self._fit_height()
        with QSignalBlocker(self.table):
            self._fit_rows([curve.ref for curve in asked.curves])
            for row, curve in enumerate(asked.curves):
                cells = self._cells(curve, asked)
                for column, text in enumerate((names[row], *cells)):
                    item = self.table.item(row, column)
                    # an editor that is open keeps what is being written
                    if item is not None and item.text() != text and not self._is_edited(row, column):
                        item.setText(text)
        self._timer.setInterval(BUSY_MS if self._is_busy else PERIOD_MS)

    def copy(self) -> None:
        """What is selected, or all, with titles: rows for a spreadsheet."""
        rows = sorted({one.row() for one in self.table.selectedIndexes()}) or range(self.table.rowCount())
        lines = ["\t".join(self._titles())]
        for row in rows:
            items = (self.table.item(row, column) for column in range(self.table.columnCount()))
            lines.append("\t".join("" if one is None else one.text().replace("\t", " ") for one in items))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def menu(self) -> QMenu:
        """What can be done with it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("copy"), self.tr("Copy"), self.copy)
        return menu

    def _show_menu(self, point: QPoint) -> None:
        self.menu().popup(self.table.viewport().mapToGlobal(point))

    def _names(self, curves: Sequence[Curve]) -> list[str]:
        refs = [curve.ref for curve in curves]
        return [
            " ".join(part for part in (title, curve_label(curve.ref), _bracketed(curve.unit.symbol)) if part)
            for title, curve in zip(curve_titles(refs), curves, strict=True)
        ]

    def _cells(self, curve: Curve, asked: Asked) -> list[str]:
        limit = self._limits.get(curve.ref)
        found = self._totals.of(
            curve.parts(asked.begin_s, asked.end_s),
            *(asked.begin_s, asked.end_s),
            None if limit is None else curve.from_its_unit(limit),
        )
        written = "" if limit is None else compact(limit)
        if found is None:
            self._is_busy = True
            return [*[STILL] * (LIMIT - 1), written, STILL, STILL]
        more = "" if asked.is_whole(curve) else f" {STILL}"
        return [*_values(curve, found), f"{found.known}{more}", written, *_times(curve, found, limit)]

    def _fit_rows(self, refs: list[ValueRef]) -> None:
        if refs == self._refs:
            return
        self._refs = refs
        self.table.setRowCount(len(refs))
        for row in range(len(refs)):
            for column in range(self.table.columnCount()):
                item = QTableWidgetItem()
                is_text = column == 0
                side = Qt.AlignmentFlag.AlignLeft if is_text else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                if column != LIMIT:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                else:
                    item.setToolTip(self.tr("Write a limit, in the unit of the curve: how long it was above and below"))
                self.table.setItem(row, column, item)

    def _fit_height(self) -> None:
        """As high as its rows, but the plots keep most of the panel."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        frame = self.table.horizontalHeader().sizeHint().height() + bar + 2
        panel = self.parentWidget()
        room = int(MOST_SHARE * panel.height()) if panel is not None else 10_000
        rows = max(1, min(MOST_ROWS_SEEN, len(self._refs), (room - frame) // ROW))
        if self.height() != frame + ROW * rows:
            self.setFixedHeight(frame + ROW * rows)

    def _is_edited(self, row: int, column: int) -> bool:
        is_open = self.table.state() == QAbstractItemView.State.EditingState
        return is_open and (self.table.currentRow(), self.table.currentColumn()) == (row, column)

    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() != LIMIT or item.row() >= len(self._refs):
            return
        try:
            self._limits[self._refs[item.row()]] = number_from_text(item.text())
        except ValueError:
            self._limits.pop(self._refs[item.row()], None)
        self.refresh()


def _bracketed(symbol: str) -> str:
    return f"[{symbol}]" if symbol else ""


def _values(curve: Curve, found: Totals) -> list[str]:
    def text(value: float, *, is_apart: bool = False, more: int = 0) -> str:
        if math.isnan(value):
            return DASH
        number = curve.difference_in_its_unit(value) if is_apart else curve.in_its_unit(value)
        is_ours = not isinstance(curve.ref.source, str)
        return fixed(number, curve.unit.digits + more) if is_ours else compact(float(f"{number:.6g}"))

    deviation = abs(curve.difference_in_its_unit(found.deviation))
    change = found.last - found.first
    ends = sorted((found.low, found.high), key=curve.in_its_unit)
    digits = curve.unit.digits + 1
    return [
        *(text(one) for one in ends),
        text(found.mean, more=1),
        DASH if math.isnan(deviation) else fixed(deviation, digits),
        *(text(found.first), text(found.last), text(change, is_apart=True)),
    ]


def _times(curve: Curve, found: Totals, limit: float | None) -> list[str]:
    if limit is None:
        return [DASH, DASH]
    both = (found.above_s, found.below_s)
    # a factor of a sensor may turn the axis round
    is_turned = curve.difference_in_its_unit(1.0) < 0.0
    return [_duration(one) for one in (reversed(both) if is_turned else both)]


def _duration(seconds: float) -> str:
    return f"{shown(seconds):.1f} s" if seconds < 120.0 else length_text(seconds)
