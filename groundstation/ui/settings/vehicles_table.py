# SPDX-License-Identifier: Apache-2.0
"""Call signs and colours of vehicles, a line each. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from groundstation.fleet.errors import UsageError
from groundstation.fleet.settings.settings import CALL_SIGN_LETTERS, VehicleLook, with_vehicle
from groundstation.fleet.summary import natural_order
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.rows import tr
from groundstation.ui.theme.colours import COLOURS
from groundstation.ui.theme.inks import vehicle_ink

NAME_PX, DOT_PX = 200, 14
MOST = 200
"""Lines; who has more vehicles names them with `groundstation settings name`."""


class VehiclesTable(QWidget):
    """Vehicles that are heard now, and those that have a name of this computer's."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            feed: which vehicles there are.
            parent: Qt's.
        """
        super().__init__(parent)
        ids = {state.key.id: state.name for state in feed.fleet}
        ids = dict.fromkeys(chosen().now.vehicles, "") | ids
        self.names: dict[str, QLineEdit] = {}
        """Field of the call sign, by vehicle id."""
        self.colours: dict[str, QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(3, 1)
        found = sorted(ids, key=natural_order)[:MOST]
        if not found:
            note = QLabel(tr("No vehicle was heard yet."))
            note.setProperty("role", "small")
            grid.addWidget(note, 0, 0)
        for line, vehicle_id in enumerate(found):
            self._add(grid, line, vehicle_id, ids[vehicle_id])

    def _add(self, grid: QGridLayout, line: int, vehicle_id: str, own_name: str) -> None:
        look = chosen().now.vehicles.get(vehicle_id, VehicleLook())
        name = self.names[vehicle_id] = QLineEdit(look.call_sign)
        name.setMaxLength(CALL_SIGN_LETTERS)
        name.setPlaceholderText(own_name or vehicle_id)
        name.setFixedWidth(NAME_PX)
        name.setAccessibleName(tr("Call sign of {vehicle}").format(vehicle=vehicle_id))
        colour = self.colours[vehicle_id] = QComboBox()
        colour.setAccessibleName(tr("Colour of {vehicle}").format(vehicle=vehicle_id))
        colour.addItem(tr("its own"))
        colour.setIconSize(QSize(DOT_PX, DOT_PX))
        for place in range(COLOURS):
            # a number too: colour is never the only sign
            colour.addItem(_dot(place, self.devicePixelRatioF()), str(place + 1))
        colour.setCurrentIndex(look.colour)
        name.editingFinished.connect(lambda: self._take(vehicle_id))
        colour.activated.connect(lambda _at: self._take(vehicle_id))
        title = QLabel(vehicle_id)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setBuddy(name)
        for column, widget in enumerate((title, name, colour)):
            grid.addWidget(widget, line, column)

    def _take(self, vehicle_id: str) -> None:
        look = VehicleLook(call_sign=self.names[vehicle_id].text(), colour=self.colours[vehicle_id].currentIndex())
        try:
            chosen().put_on(with_vehicle(chosen().now, vehicle_id, look))
        except UsageError as error:
            self.names[vehicle_id].setToolTip(str(error))


def _dot(place: int, ratio: float) -> QIcon:
    picture = QPixmap(round(DOT_PX * ratio), round(DOT_PX * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(vehicle_ink(place))
    painter.drawEllipse(QRectF(1, 1, DOT_PX - 2, DOT_PX - 2))
    painter.end()
    return QIcon(picture)
