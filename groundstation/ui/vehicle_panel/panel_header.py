# SPDX-License-Identifier: Apache-2.0
"""Who the vehicle is, in what mode, armed or not, and what is wrong with it. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.plans.plan_progress import current_number, item_count
from groundstation.fleet.status import LandedState
from groundstation.fleet.summary import VehicleSummary, summary_of
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import CUT, call_sign
from groundstation.ui.language.words import word
from groundstation.ui.said import said
from groundstation.ui.theme.colours import level_role, paint_dot, vehicle_colour, vehicle_sign
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX, TITLE_PX
from groundstation.ui.units import DASH

LINE = 22
CONDITION_LINE = 24
LEAST_ID_PX = 14
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ICONS = {Level.WARNING: "warning", Level.CAUTION: "caution", Level.ADVISORY: "advisory"}
_BACKS = {Level.WARNING: Ink.WARNING_SURFACE, Level.CAUTION: Ink.CAUTION_SURFACE}
_LANDED = {
    LandedState.ON_GROUND: "on ground",
    LandedState.IN_AIR: "in air",
    LandedState.TAKING_OFF: "taking off",
    LandedState.LANDING: "landing",
}


class PanelHeader(QWidget):
    """Two lines and one more for each condition."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.summary: VehicleSummary | None = None
        self.detail_text = ""
        self.state_text = ""
        self._name = ""
        self.id_text = ""
        """The id as it was painted, cut where there was no room."""

    def show_state(self, state: VehicleState | None, now_s: float) -> None:
        """Show a vehicle as it is now."""
        summary = summary_of(state, now_s) if state is not None else None
        detail = _detail_text(state) if state is not None else ""
        state_text = _state_text(state) if state is not None else ""
        # asked seven times a second, mostly for the same
        name = call_sign(summary.key) if summary is not None else ""
        if (summary, detail, state_text, name) == (self.summary, self.detail_text, self.state_text, self._name):
            return
        self._name = name
        rows = len(self.conditions)
        self.summary, self.detail_text, self.state_text = summary, detail, state_text
        if len(self.conditions) != rows:
            # one line for each condition: what is below moves
            self.updateGeometry()
        if summary is not None:
            self.setAccessibleName(
                f"{call_sign(summary.key)} {summary.key.id} {summary.mode or ''} {said(summary.worst)}"
            )
        self.update()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is shown to be wrong."""
        return self.summary.conditions if self.summary is not None else ()

    def _paint_who(self, painter: QPainter, summary: VehicleSummary, width: int) -> None:
        painter.setPen(QPen(vehicle_colour(summary.key.id), 2))
        painter.setBrush(vehicle_colour(summary.key.id) if summary.is_heard else Qt.BrushStyle.NoBrush)
        paint_dot(painter, QRectF(1.5, 7, 9, 9), vehicle_sign(summary.key.id))
        left = 19
        painter.setFont(font(TITLE_PX + 1, 700))
        painter.setPen(ink(Ink.TEXT))
        # a mode and a mark of simulation are never written over each other: the id gives way, its tab has it whole
        room = width - left - (_chip_width("SIM") + 8 if summary.is_simulated else 0)
        self.id_text = metrics(TITLE_PX + 1, 700).elidedText(call_sign(summary.key), CUT, max(LEAST_ID_PX, room))
        painter.drawText(QRect(left, 0, width - left, LINE), _LEFT, self.id_text)
        left += metrics(TITLE_PX + 1, 700).horizontalAdvance(self.id_text) + 8
        if summary.is_simulated:
            left += _paint_chip(painter, left, "SIM", Ink.SIMULATED, Ink.SIMULATED_SURFACE) + 8
        painter.setFont(font(TITLE_PX))
        painter.setPen(ink(Ink.MUTED))
        name = metrics(TITLE_PX).elidedText(summary.key.id, Qt.TextElideMode.ElideRight, max(0, width - left))
        if summary.key.id not in call_sign(summary.key):
            painter.drawText(QRect(left, 0, width - left, LINE), _LEFT, name)

    def _paint_mode(self, painter: QPainter, summary: VehicleSummary) -> int:
        """Mode and arming at the right edge; answers the width used."""
        right = self.width()
        if summary.is_armed is not None:
            text = self.tr("ARMED") if summary.is_armed else self.tr("DISARMED")
            colours = (Ink.BACKGROUND, Ink.TEXT) if summary.is_armed else (Ink.MUTED, Ink.RAISED)
            right -= _chip_width(text)
            _paint_chip(painter, right, text, *colours)
            right -= 10
        painter.setFont(font(TITLE_PX, 700))
        painter.setPen(ink(Ink.TEXT if summary.is_heard else Ink.MUTED))
        text = summary.mode or DASH
        width = metrics(TITLE_PX, 700).horizontalAdvance(text)
        painter.drawText(QRect(right - width - 2, 0, width + 2, LINE), _LEFT, text)
        return self.width() - right + width + 10

    def _paint_conditions(self, painter: QPainter) -> None:
        top = LINE + 20
        for one in self.conditions:
            box = QRectF(0, top + 2, self.width(), CONDITION_LINE - 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(_BACKS.get(one.level, Ink.RAISED)))
            painter.drawRoundedRect(box, 4, 4)
            role = level_role(one.level)
            mark = role if one.level > Level.ADVISORY else Ink.MUTED
            is_seen = self.summary is not None and self.summary.is_known and one.level > Level.ADVISORY
            name = _ICONS[one.level] + ("_seen" if is_seen else "")
            painter.drawPixmap(8, top + 6, pixmap(name, 14, mark, self.devicePixelRatioF()))
            painter.setFont(font(TEXT_PX, 600 if one.level > Level.ADVISORY else 400))
            painter.setPen(ink(role))
            rect = box.toRect().adjusted(30, 0, -8, 0)
            text = metrics(TEXT_PX, 600).elidedText(said(one.said), Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, _LEFT, text)
            top += CONDITION_LINE

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws the header."""
        del event
        if self.summary is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        used = self._paint_mode(painter, self.summary)
        self._paint_who(painter, self.summary, self.width() - used)
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.MUTED))
        width = metrics(SMALL_PX).horizontalAdvance(self.state_text)
        room = self.width() - width - 30
        detail = metrics(SMALL_PX).elidedText(self.detail_text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(19, LINE, room, 18), _LEFT, detail)
        painter.drawText(QRect(self.width() - width - 1, LINE, width + 1, 18), _LEFT, self.state_text)
        self._paint_conditions(painter)
        painter.end()

    def sizeHint(self) -> QSize:
        """Qt: grows with the conditions."""
        return QSize(260, LINE + 20 + CONDITION_LINE * len(self.conditions))

    def minimumSizeHint(self) -> QSize:
        """Qt: the same height."""
        return QSize(200, self.sizeHint().height())


def _detail_text(state: VehicleState) -> str:
    info = state.info
    if info is None:
        return _tr("not introduced yet")
    firmware = " ".join(part for part in (word(_FIRMWARE.get(info.autopilot, "")), info.firmware or "") if part)
    return " · ".join(part for part in (word(info.kind.replace("_", " ")), firmware, f"sysid {info.sysid}") if part)


_FIRMWARE = {"ardupilot": "ArduPilot", "px4": "PX4", "other": "other autopilot"}


def _state_text(state: VehicleState) -> str:
    """Ground or air, and where in the mission."""
    parts = []
    number, count = current_number(state), item_count(state)
    if number is not None:
        words = _tr("item {number} of {count}") if count else _tr("item {number}")
        parts.append(words.format(number=number, count=count))
    if state.landed is not None and state.landed.state in _LANDED:
        parts.append(_tr(_LANDED[state.landed.state]))
    return " · ".join(parts)


def _chip_width(text: str) -> int:
    return metrics(10, 700).horizontalAdvance(text) + 12


def _tr(text: str) -> str:
    return QCoreApplication.translate("PanelHeader", text)


def _paint_chip(painter: QPainter, left: float, text: str, role: Ink, back: Ink) -> int:
    """A small filled mark in the first line; answers its width."""
    width = _chip_width(text)
    box = QRectF(left, 3, width, LINE - 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(back))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(font(10, 700))
    painter.setPen(ink(role))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return width
