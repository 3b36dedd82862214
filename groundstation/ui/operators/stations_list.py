# SPDX-License-Identifier: Apache-2.0
"""Who is on, in which role, what each looks at and controls. GUI thread; plain text."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operators.stations import Station
from groundstation.fleet.shown_text import harmless
from groundstation.ui.commanding.words import names_text
from groundstation.ui.operators.said_words import tr
from groundstation.ui.plain_text import plain_tip

ROW_PX, MOST_ROWS = 24, 4
NAMES = 4
"""Vehicles that are named; of more the number is told."""


class StationsList(QListWidget):
    """A row for each station."""

    operator_wanted = Signal(str)
    """Somebody is to be spoken to, by name."""
    vehicles_wanted = Signal(object)
    """A tuple of `VehicleKey` that somebody looks at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(self.tr("Who is on"))
        self.itemDoubleClicked.connect(self._on_double_clicked)
        self.itemActivated.connect(self._on_activated)
        self._shown: list[tuple[str, str]] = []
        self._stations: list[Station] = []
        self._room_px, self._around_px = 3 * ROW_PX * MOST_ROWS, 6

    def show_stations(self, stations: list[Station], controls: dict[str, list[VehicleKey]], me: Actor) -> None:
        """Show everything as it is now.

        Args:
            stations: who is on.
            controls: vehicles by the id of the station that controls them.
            me: this station.
        """
        self._stations = stations
        rows = [(one.actor.gs, station_text(one, controls.get(one.actor.gs, ()), me)) for one in stations]
        if rows == self._shown:
            return
        same = [gs for gs, _ in rows] == [gs for gs, _ in self._shown]
        chosen = self._shown[self.currentRow()][0] if 0 <= self.currentRow() < len(self._shown) else ""
        self._shown = rows
        if same:
            for place, (_, words) in enumerate(rows):
                self._dress(self.item(place), words)
            return
        place = self.verticalScrollBar().value()
        self.clear()
        for gs, words in rows:
            made = QListWidgetItem()
            self._dress(made, words)
            self.addItem(made)
            # somebody else who comes or goes takes nothing out of the hand
            if gs == chosen:
                self.setCurrentItem(made)
        self.verticalScrollBar().setValue(place)
        self.fit()

    def fit(self, room_px: int | None = None) -> None:
        """Take whole rows, a few at most, and not more than a third of what there is: the rest is for words.

        Args:
            room_px: height of the panel; None for as it was.
        """
        self._room_px = room_px if room_px is not None else self._room_px
        most = max(1, min(MOST_ROWS, self._room_px // 3 // ROW_PX))
        # what the style keeps around it is known once it was laid out
        self._around_px = max(0, self.height() - self.viewport().height()) if self.isVisible() else self._around_px
        self.setFixedHeight(ROW_PX * min(most, max(1, len(self._shown))) + self._around_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: whole rows also once the style's room around them is known."""
        super().resizeEvent(event)
        if self.isVisible() and self.height() - self.viewport().height() != self._around_px:
            self.fit()

    @staticmethod
    def _dress(item: QListWidgetItem, words: str) -> None:
        item.setText(words)
        item.setSizeHint(QSize(0, ROW_PX))
        item.setToolTip(plain_tip(words))

    def _on_activated(self, item: QListWidgetItem) -> None:
        row = self.row(item)
        if row < len(self._stations):
            self.operator_wanted.emit(self._stations[row].actor.op)

    def _on_double_clicked(self, item: QListWidgetItem) -> None:
        row = self.row(item)
        if row < len(self._stations) and self._stations[row].looks_at:
            self.vehicles_wanted.emit(self._stations[row].looks_at)


def station_text(one: Station, controls: Iterable[VehicleKey], me: Actor) -> str:
    """One station in a line."""
    who = harmless(one.actor.op)
    where = tr("this window") if one.actor.gs == me.gs else tr("at {place}").format(place=harmless(one.actor.place))
    parts = [f"{who}, {where}"]
    if one.actor.role is not Role.OPERATOR:
        parts.append(tr("only looks"))
    held = tuple(controls)
    if held:
        parts.append(tr("controls {names}").format(names=names_text(held, NAMES)))
    if one.looks_at:
        parts.append(tr("looks at {names}").format(names=names_text(one.looks_at, NAMES)))
    return "  ·  ".join(parts)
