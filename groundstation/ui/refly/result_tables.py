# SPDX-License-Identifier: Apache-2.0
"""Runs of a comparison, and what happened in both flights, a row each. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from groundstation.fleet.refly.comparison import Comparison, EventPair
from groundstation.fleet.refly.result import Run
from groundstation.ui.language.shown import percent, shown
from groundstation.ui.refly.verdict import run_title

RUN_COLUMNS = (
    ("Run", "What was different in it"),
    ("Vehicle", ""),
    ("Aside m", "Metres aside of the record: nearer for 95 % of the way"),
    ("most m", "Metres aside where it was farthest"),
    ("Height m", "Metres above or below the record: less for 95 % of the way"),
    ("Speed m/s", "Faster or slower than the record: less for 95 % of the way"),
    ("Time s", "Seconds that it took longer than the record, from take-off to landing"),
    ("Battery", "Used"),
    ("Wanted", "Whether all that was expected of it is so"),
)
EVENT_COLUMNS = (
    ("Event", ""),
    ("Recorded", "Seconds after the take-off"),
    ("Again", "Seconds after its own take-off"),
    ("Difference", "Again minus recorded"),
)
ROW_PX = 26
NONE = "\N{EM DASH}"


def tr(text: str) -> str:
    """A text of the panel in the operator's language."""
    return QCoreApplication.translate("ReflyPanel", text)


class _Table(QTableWidget):
    """A table whose rows are chosen whole and written by nobody."""

    def __init__(self, columns: Sequence[tuple[str, str]], name: str) -> None:
        super().__init__(0, len(columns))
        for place, (title, tip) in enumerate(columns):
            item = QTableWidgetItem(tr(title))
            item.setToolTip(tr(tip) if tip else "")
            self.setHorizontalHeaderItem(place, item)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(56)
        header.setHighlightSections(False)

    def _put(self, row: int, words: Sequence[str], *, first_number: int, is_bold: bool = False) -> None:
        """Fill a row; from a column on there are numbers."""
        for column, text in enumerate(words):
            item = QTableWidgetItem(text)
            if column >= first_number:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if is_bold:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            self.setItem(row, column, item)


class RunsTable(_Table):
    """All runs, one vehicle of each."""

    def __init__(self) -> None:
        super().__init__(RUN_COLUMNS, tr("Runs"))

    def show_runs(self, runs: Sequence[Run], vehicle: int) -> None:
        """Show a vehicle, by its place, of all runs."""
        self.setRowCount(len(runs))
        for row, run in enumerate(runs):
            self._put(row, _run_words(run, run.vehicles[vehicle]), first_number=2)
        self.setColumnHidden(1, len(runs[0].vehicles) < 2 if runs else True)


class EventsTable(_Table):
    """What happened in both flights; what only one has stands out."""

    def __init__(self) -> None:
        super().__init__(EVENT_COLUMNS, tr("Events"))

    def show_events(self, events: Sequence[EventPair]) -> None:
        """Show them, in the order of time."""
        self.setRowCount(len(events))
        for row, pair in enumerate(events):
            self._put(row, _event_words(pair), first_number=1, is_bold=not pair.is_alike)


def _run_words(run: Run, one: Comparison) -> tuple[str, ...]:
    met = NONE if not run.expected else tr("met") if all(is_met for _, is_met in run.expected) else tr("not met")
    battery = NONE if one.again_charge is None else percent(one.again_charge)
    figures = (one.cross_track.p95, one.cross_track.max, one.height.p95, one.speed.p95)
    late = f"{shown(one.again_s - one.recorded_s):+.1f}"
    return (run_title(run), one.vehicle, *(f"{shown(value):.2f}" for value in figures), late, battery, met)


def _event_words(pair: EventPair) -> tuple[str, ...]:
    if pair.recorded_s is not None and pair.again_s is not None:
        difference = f"{shown(pair.again_s - pair.recorded_s):+.1f} s"
    else:
        difference = tr("only recorded") if pair.again_s is None else tr("only again")
    times = (NONE if one is None else f"{shown(one):.1f} s" for one in (pair.recorded_s, pair.again_s))
    return (pair.what, *times, difference)
