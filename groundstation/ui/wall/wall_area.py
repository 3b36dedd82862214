# SPDX-License-Identifier: Apache-2.0
"""Where tiles and rows of the wall lie, and where the pointer is on it. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.fleet_list.dense_row import DenseHead, DenseRowDelegate
from groundstation.ui.fleet_list.fleet_model import FleetModel
from groundstation.ui.timeline import monotonic_s
from groundstation.ui.wall.arrangement import GAP, HEAD_HEIGHT, NOTHING, Arrangement, Room, Stage
from groundstation.ui.wall.glance import tr
from groundstation.ui.wall.packing import Spot
from groundstation.ui.wall.wall_tile import WallTile

_HANDS = (QEvent.Type.Enter, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress)
STILL_S = 4.0
"""A pointer that has not moved for so long holds its own vehicle alone."""


class WallArea(QWidget):
    """Tiles above, rows below."""

    resized = Signal()

    def __init__(self, make: Callable[[VehicleKey, Stage], WallTile], parent: QWidget | None = None) -> None:
        """Begin with nobody.

        Args:
            make: makes a tile of a stage for a vehicle.
            parent: Qt's.
        """
        super().__init__(parent)
        self._make = make
        self.clock: Callable[[], float] = monotonic_s
        """Seconds, for how long the pointer is still."""
        self.tiles: dict[VehicleKey, WallTile] = {}
        self.arrangement: Arrangement = NOTHING
        self.pointed: VehicleKey | None = None
        """On whom the pointer is; None where it is on nobody."""
        self._moved_s = float("-inf")
        self.head = DenseHead(self)
        self.model = FleetModel(self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.delegate = DenseRowDelegate(self.list)
        self.list.setItemDelegate(self.delegate)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setAccessibleName(tr("Vehicles of the wall that are rows"))
        self.list.viewport().installEventFilter(self)

    @property
    def room(self) -> Room:
        """What there is."""
        return Room(self.width(), self.height())

    @property
    def is_under_a_hand(self) -> bool:
        """Whether the operator is about to press something here: the pointer moves, or a button is held."""
        if self.pointed is None:
            return False
        is_held = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        return is_held or self.clock() - self._moved_s < STILL_S

    def lay(self, arrangement: Arrangement) -> bool:
        """Place everybody; rows are filled by who calls.

        Returns:
            Whether other vehicles are tiles now.
        """
        is_same = arrangement == self.arrangement
        self.arrangement = arrangement
        had_focus = next((key for key, tile in self.tiles.items() if tile.hasFocus()), None)
        gone = [key for key, tile in self.tiles.items() if arrangement.stages.get(key) is not tile.stage]
        for key in gone:
            self._drop(key)
        for key, stage in arrangement.stages.items():
            if key not in self.tiles:
                tile = self.tiles[key] = self._make(key, stage)
                tile.setParent(self)
                tile.installEventFilter(self)
        if not is_same:
            self._place()
        if had_focus in gone:
            # the keyboard stays with its vehicle, whatever that has become
            self._focus(had_focus)
        return bool(gone) or not is_same

    def _focus(self, key: VehicleKey | None) -> None:
        if key in self.tiles:
            self.tiles[key].setFocus()
        else:
            self.list.setFocus()

    def _drop(self, key: VehicleKey) -> None:
        tile = self.tiles.pop(key)
        tile.removeEventFilter(self)
        tile.hide()
        tile.deleteLater()

    def _place(self) -> None:
        room, now = self.room, self.arrangement
        cell = now.cell_height(room)
        for key, tile in self.tiles.items():
            tile.setGeometry(self._rect(now.spots[key], cell))
            tile.show()
        top = now.cell_rows * (cell + GAP)
        has_rows = bool(now.rows)
        self.head.setGeometry(0, top, room.width, HEAD_HEIGHT)
        self.list.setGeometry(0, top + HEAD_HEIGHT, room.width, max(0, room.height - top - HEAD_HEIGHT))
        self.head.setVisible(has_rows)
        self.list.setVisible(has_rows)

    def _rect(self, spot: Spot, cell_height: int) -> QRect:
        wide = (self.width() + GAP) / self.arrangement.columns
        left, right = round(spot.column * wide), round((spot.column + spot.columns) * wide) - GAP
        high = cell_height + GAP
        return QRect(left, spot.row * high, right - left, spot.rows * high - GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: another room is another arrangement."""
        super().resizeEvent(event)
        self._place()
        self.resized.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: where the pointer is."""
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self.pointed = None
        elif kind in _HANDS:
            self._moved_s = self.clock()
            if isinstance(watched, WallTile):
                self.pointed = watched.key
            elif isinstance(event, QMouseEvent):
                self.pointed = self.model.key_at(self.list.indexAt(event.position().toPoint()))
        return False
