# SPDX-License-Identifier: Apache-2.0
"""Attitude, speed, height and heading as one instrument. GUI thread; moves only while it is visible and changing."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.fonts import font
from groundstation.ui.theme.inks import ink, veil
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import MOTION_PERIOD_MS, RADIUS, SMALL_PX
from groundstation.ui.units import age_text, in_unit
from groundstation.ui.vehicle_panel.easing import Eased
from groundstation.ui.vehicle_panel.flight_values import FlightValues
from groundstation.ui.vehicle_panel.horizon import paint_failed, paint_horizon
from groundstation.ui.vehicle_panel.tapes import paint_caption, paint_climb, paint_heading, paint_tape

TAPE_WIDTH = 62.0
HEADING_HEIGHT = 30.0
LEAST_HEIGHT, LARGEST_HEIGHT = 150, 340
LEAST_WIDTH = 220
PAINT_SHARE = 0.12
"""Of the GUI thread that motion may take: where drawing is slow, frames become fewer."""


class FlightDisplay(QWidget):
    """Shows the newest `FlightValues`, gliding from one to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self.setFixedHeight(LEAST_HEIGHT)
        self.setAccessibleName(self.tr("Flight instruments"))
        self.values = FlightValues()
        self._roll, self._pitch = Eased(wrap=360.0), Eased()
        self._heading, self._speed, self._height = Eased(wrap=360.0), Eased(), Eased()
        self.paint_share = PAINT_SHARE
        """Of the GUI thread that its motion may take: less where several move side by side."""
        self._moved = QElapsedTimer()
        self._moved.start()
        self._paint_s = 0.0
        self._timer = QTimer(self, interval=MOTION_PERIOD_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame)

    @property
    def is_moving(self) -> bool:
        """True while frames are drawn."""
        return self._timer.isActive()

    def show_values(self, values: FlightValues, *, jump: bool = False) -> None:
        """Show new numbers; `jump` when they belong to another vehicle."""
        if values == self.values and not jump:
            return
        self.values = values
        aims = zip(self._eased(), self._targets(values), strict=True)
        for eased, target in aims:
            if jump:
                # through unknown, so that it jumps instead of gliding from another vehicle's number
                eased.aim(None)
            eased.aim(target)
        self.update()
        if self.isVisible() and not self._timer.isActive():
            self._moved.restart()
            self._timer.start()

    def fit(self, width: int, height: int) -> None:
        """Choose a height that suits a panel of this size, pixels.

        Not by its own width: beside a scroll bar it would be lower, so that the bar went, and so on for ever.
        """
        self.setFixedHeight(max(LEAST_HEIGHT, min(LARGEST_HEIGHT, round(width * 0.6), height)))

    def _eased(self) -> tuple[Eased, ...]:
        return self._roll, self._pitch, self._heading, self._speed, self._height

    @staticmethod
    def _targets(values: FlightValues) -> tuple[float | None, ...]:
        return values.roll_deg, values.pitch_deg, values.heading_deg, values.speed_mps, values.height_m

    def _on_frame(self) -> None:
        since_s = self._moved.restart() / 1e3
        moves = [eased.advance(since_s) for eased in self._eased()]
        # nothing moves any more: a timer of sixty a second would draw the same picture
        if not any(moves):
            self._timer.stop()
        self._timer.setInterval(max(MOTION_PERIOD_MS, round(self._paint_s * 1000 / self.paint_share)))
        self.update()

    def _paint_attitude(self, painter: QPainter, rect: QRectF) -> None:
        roll, pitch = self._roll.shown, self._pitch.shown
        if roll is None or pitch is None:
            paint_failed(painter, rect, self.tr("no attitude"))
            return
        # gliding goes round the circle; the instrument wants -180 to 180
        roll = (roll + 180.0) % 360.0 - 180.0
        paint_horizon(painter, rect, roll, pitch)
        if self.values.attitude_age_s is not None:
            painter.fillRect(rect, veil(Ink.BACKGROUND, 150))
            painter.setFont(font(SMALL_PX, 600))
            painter.setPen(ink(Ink.TEXT))
            text = self.tr("attitude is {age} old").format(age=age_text(self.values.attitude_age_s))
            painter.drawText(
                rect.adjusted(0, 0, 0, -24), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text
            )

    def _paint_speed(self, painter: QPainter, rect: QRectF) -> None:
        if self._speed.shown is None:
            paint_failed(painter, rect, self.tr("no data"))
        else:
            unit = chosen().measures.of(Dimension.SPEED)
            speed = self._speed.shown * unit.factor
            paint_tape(painter, rect, speed, is_right=False, is_stale=self.values.speed_is_stale)
            kind = self.tr("AS") if self.values.is_airspeed else self.tr("GS")
            paint_caption(painter, rect, f"{kind} {unit.symbol}", "")

    def _paint_height(self, painter: QPainter, rect: QRectF) -> None:
        if self._height.shown is None:
            paint_failed(painter, rect, self.tr("no data"))
            return
        unit, rate = chosen().measures.of(Dimension.HEIGHT), chosen().measures.of(Dimension.CLIMB)
        height = self._height.shown * unit.factor
        paint_tape(painter, rect, height, is_right=True, is_stale=self.values.height_is_stale, digits=unit.digits)
        climb = self.values.climb_mps
        above = self.tr("home") if self.values.height_above == "home" else self.tr("start")
        # a standing vehicle would flicker between the signs of zero
        told = None if climb is None else climb if abs(climb) >= 0.05 else 0.0
        paint_caption(painter, rect, f"{unit.symbol} {above}", "" if told is None else in_unit(told, rate, sign="+"))
        if climb is not None:
            paint_climb(painter, QRectF(rect.left() - 5, rect.top(), 5, rect.height()), climb)

    def _paint_heading(self, painter: QPainter, rect: QRectF) -> None:
        if self._heading.shown is None:
            paint_failed(painter, rect, self.tr("no heading"))
        else:
            paint_heading(painter, rect, self._heading.shown, self.values.track_deg, self.values.target_deg)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws the instrument."""
        del event
        taken = QElapsedTimer()
        taken.start()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        middle = whole.adjusted(TAPE_WIDTH, 0, -TAPE_WIDTH, -HEADING_HEIGHT)
        self._paint_attitude(painter, middle)
        self._paint_speed(painter, QRectF(0, 0, TAPE_WIDTH, middle.height()))
        self._paint_height(painter, QRectF(middle.right(), 0, TAPE_WIDTH, middle.height()))
        self._paint_heading(painter, QRectF(0, middle.bottom(), whole.width(), HEADING_HEIGHT))
        painter.setPen(ink(Ink.LINE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 2, RADIUS - 2)
        painter.end()
        self._paint_s = 0.8 * self._paint_s + 0.2 * taken.nsecsElapsed() / 1e9

    def sizeHint(self) -> QSize:
        """Qt: wide rather than high."""
        return QSize(400, 236)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to move."""
        super().showEvent(event)
        self._moved.restart()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops moving."""
        self._timer.stop()
        super().hideEvent(event)
