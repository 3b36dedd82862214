# SPDX-License-Identifier: Apache-2.0
"""A tile of the wall: one vehicle, medium or full. GUI thread; painted only when something in it has changed."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.theme.icons import icon, pixmap
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TITLE_PX
from groundstation.ui.vehicle_panel.flight_display import FlightDisplay
from groundstation.ui.vehicle_panel.flight_values import FlightValues
from groundstation.ui.wall.arrangement import Stage
from groundstation.ui.wall.glance import Glance, tr
from groundstation.ui.wall.tile_commands import BUTTONS_HEIGHT, TileCommands
from groundstation.ui.wall.tile_paint import (
    paint_armed,
    paint_band,
    paint_card,
    paint_edge,
    paint_figures,
    paint_head,
)

FULL_HEAD, FULL_BAND, EDGE = 36, 30, 10
FIGURES_HEIGHT = 92
LEAST_FLIGHT = 120


_NUMBERS = itertools.count()


class WallTile(QWidget):
    """What both kinds share: who it is, and what a hand does to it."""

    stage = Stage.MEDIUM
    pressed = Signal(object, object)
    """By the left button or Space; the key, and Qt's modifiers."""
    opened = Signal(object)
    """By a double click or Enter."""
    menu_wanted = Signal(object, QPoint)
    """The key, and where on the screen."""
    acknowledge_wanted = Signal(object)
    pin_wanted = Signal(object, bool)

    def __init__(self, key: VehicleKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.number = next(_NUMBERS)
        """Whose turn it is to be painted, goes by this."""
        self.glance: Glance | None = None
        self.values = FlightValues()
        self.is_chosen = self.is_pinned = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_glance(self, glance: Glance, values: FlightValues, *, is_chosen: bool, is_pinned: bool) -> bool:
        """Show the vehicle as it is now.

        Args:
            glance: its words and numbers.
            values: its attitude.
            is_chosen: whether it is selected.
            is_pinned: whether the operator holds it.

        Returns:
            Whether anything has changed.
        """
        found = (glance, _attitude(values), is_chosen, is_pinned)
        if found == (self.glance, _attitude(self.values), self.is_chosen, self.is_pinned):
            return False
        self.glance, self.values, self.is_chosen, self.is_pinned = glance, values, is_chosen, is_pinned
        self.setAccessibleName(glance.sentence)
        self.update()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: chooses it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit(self.key, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: shows it closely."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: what can be done about it."""
        self.menu_wanted.emit(self.key, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Space chooses, Enter shows closely, A acknowledges, P pins."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.key)
        elif key == Qt.Key.Key_Space:
            self.pressed.emit(self.key, event.modifiers())
        elif key == Qt.Key.Key_A and not event.modifiers():
            self.acknowledge_wanted.emit(self.key)
        elif key == Qt.Key.Key_P and not event.modifiers():
            self.pin_wanted.emit(self.key, not self.is_pinned)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: shows where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt: no longer."""
        super().focusOutEvent(event)
        self.update()


def _attitude(values: FlightValues) -> tuple[float | None, float | None]:
    """As far as it is seen on a small horizon: a standing vehicle trembles by less."""
    roll, pitch = values.roll_deg, values.pitch_deg
    return None if roll is None else round(roll, 1), None if pitch is None else round(pitch, 1)


class MediumTile(WallTile):
    """Small horizon, six numbers, a line of state."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws it."""
        del event
        if self.glance is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        attitude = (self.values.roll_deg, self.values.pitch_deg) if self.glance.is_heard else (None, None)
        looks = {"is_chosen": self.is_chosen, "has_focus": self.hasFocus()}
        paint_card(painter, self.rect(), self.glance, attitude, **looks)
        if self.is_pinned:
            painter.drawPixmap(self.width() - 18, self.height() - 36, _pin(self))
        painter.end()


class FullTile(WallTile):
    """The flight instruments, the six numbers large, and what it can be told."""

    stage = Stage.FULL

    def __init__(
        self,
        key: VehicleKey,
        commands: TileCommands | None,
        parent: QWidget | None = None,
        *,
        can_acknowledge: bool = False,
    ) -> None:
        """Build it.

        Args:
            key: whose it is.
            commands: what it can be told, for this vehicle; None where nothing can be.
            parent: Qt's.
            can_acknowledge: whether an engine of alarms is there that takes it.
        """
        super().__init__(key, parent)
        self.flight = FlightDisplay(self)
        self.flight.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # presses on the instrument are presses on the tile
        self.flight.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.pin = QToolButton(self)
        self.pin.setCheckable(True)
        self.pin.setProperty("flat", True)
        self.pin.setIcon(icon("pin", Ink.MUTED, Ink.ACCENT))
        self.pin.setToolTip(tr("Hold this tile (P)"))
        self.pin.setAccessibleName(tr("Hold this tile"))
        self.pin.clicked.connect(lambda is_on: self.pin_wanted.emit(self.key, is_on))
        self.acknowledge = QPushButton(tr("Acknowledge"), self)
        self.acknowledge.setProperty("role", "remedy")
        self.acknowledge.setToolTip(tr("All that is wrong with it, for every station (A)"))
        self.acknowledge.clicked.connect(lambda: self.acknowledge_wanted.emit(self.key))
        self.acknowledge.hide()
        self._can_acknowledge = can_acknowledge
        self.commands = commands
        if commands is not None:
            commands.setParent(self)

    def show_glance(self, glance: Glance, values: FlightValues, *, is_chosen: bool, is_pinned: bool) -> bool:
        """Show the vehicle as it is now."""
        self.flight.show_values(values if glance.is_heard else FlightValues())
        if not super().show_glance(glance, values, is_chosen=is_chosen, is_pinned=is_pinned):
            return False
        self.pin.setChecked(is_pinned)
        waits = glance.level >= Level.CAUTION and not glance.is_known
        self.acknowledge.setVisible(waits and self._can_acknowledge)
        return True

    def move_on(self, values: FlightValues, *, jump: bool) -> None:
        """Motion alone, as it comes."""
        if self.glance is not None and self.glance.is_heard:
            self.flight.show_values(values, jump=jump)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the instrument takes what the rest leaves."""
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        below = FIGURES_HEIGHT + (BUTTONS_HEIGHT + 8 if self.commands is not None else 0) + EDGE
        flight = max(LEAST_FLIGHT, height - FULL_HEAD - FULL_BAND - below - 10)
        self.flight.setFixedHeight(flight)
        self.flight.setGeometry(EDGE, FULL_HEAD + FULL_BAND + 6, width - 2 * EDGE, flight)
        self.pin.setGeometry(width - 36, 5, 28, 26)
        wanted = min(self.acknowledge.sizeHint().width(), width // 2)
        self.acknowledge.setGeometry(width - wanted - EDGE + 4, FULL_HEAD + 2, wanted, 26)
        if self.commands is not None:
            self.commands.setGeometry(EDGE, height - BUTTONS_HEIGHT - EDGE, width - 2 * EDGE, BUTTONS_HEIGHT)

    def _figures_box(self) -> QRect:
        top = self.flight.geometry().bottom() + 4
        return QRect(EDGE + 2, top, self.width() - 2 * EDGE, FIGURES_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws what is no widget."""
        del event
        one = self.glance
        if one is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_edge(painter, QRectF(self.rect()), one, is_chosen=self.is_chosen, has_focus=self.hasFocus())
        head = QRect(0, 2, self.width(), FULL_HEAD - 2)
        armed = paint_armed(painter, head.adjusted(0, 0, -40, 0), one)
        paint_head(painter, head, one, right=32 + armed, pixels=TITLE_PX)
        room = self.acknowledge.width() + 4 if not self.acknowledge.isHidden() else 0
        paint_band(painter, QRect(0, FULL_HEAD, self.width(), FULL_BAND), one, room)
        paint_figures(painter, self._figures_box(), one.figures, 3, TITLE_PX + 2)
        painter.end()


def _pin(widget: QWidget) -> QPixmap:
    return pixmap("pin", 12, Ink.ACCENT, widget.devicePixelRatioF())
