# SPDX-License-Identifier: Apache-2.0
"""Paints one row of the fleet list. GUI thread; every text is drawn as plain text."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from groundstation.fleet.conditions import BATTERY_CAUTION_FRACTION, BATTERY_WARNING_FRACTION, Level
from groundstation.fleet.plans.plan_progress import current_number, item_count
from groundstation.fleet.preconditions import MISSION_MODES
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.call_signs import CUT, call_sign
from groundstation.ui.commanding.words import tr
from groundstation.ui.fleet_list.fleet_model import SummaryRole
from groundstation.ui.language.shown import percent
from groundstation.ui.said import said
from groundstation.ui.theme.colours import level_role, paint_dot, vehicle_colour, vehicle_sign
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX, TEXT_PX, TINY_PX
from groundstation.ui.units import DASH, age_text, quantity

ROW_HEIGHT = 48
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_BETWEEN = 10
"""Pixels between a trouble and what is said beside it."""
_LEVEL_ICONS = {Level.WARNING: "warning", Level.CAUTION: "caution"}


class FleetRowDelegate(QStyledItemDelegate):
    """Two lines: who and in what mode; how it is and its battery."""

    station = ""
    """Id of our own station, to tell our control from others'."""

    def _paint_mark(self, painter: QPainter, rect: QRect, row: VehicleSummary) -> None:
        """The vehicle's colour: a disc while it is heard, a ring when not."""
        colour = vehicle_colour(row.key.id)
        painter.setPen(QPen(colour if row.is_heard else ink(Ink.FAINT), 1.6))
        # filled while the motors may turn, which unknown arming counts as
        painter.setBrush(colour if row.is_heard and row.is_armed is not False else Qt.BrushStyle.NoBrush)
        paint_dot(painter, QRectF(rect.left() + 13, rect.top() + 11, 8, 8), vehicle_sign(row.key.id))

    def _paint_names(self, painter: QPainter, area: QRect, row: VehicleSummary, mode_width: int) -> None:
        left, width = area.left(), area.width() - mode_width - 8
        painter.setFont(font(TEXT_PX, 600))
        painter.setPen(ink(Ink.TEXT if row.is_heard else Ink.MUTED))
        name = metrics(TEXT_PX, 600).elidedText(call_sign(row.key), CUT, max(40, width))
        used = metrics(TEXT_PX, 600).horizontalAdvance(name)
        painter.drawText(QRect(left, area.top(), used + 2, 20), _LEFT, name)
        left += used + 6
        if row.is_simulated:
            left += _paint_tag(painter, left, area.top() + 3, "SIM") + 6
        remaining = area.left() + width - left
        if row.key.id not in name and remaining > 20:
            painter.setFont(font(TEXT_PX))
            painter.setPen(ink(Ink.MUTED))
            text = metrics().elidedText(row.key.id, Qt.TextElideMode.ElideRight, remaining)
            painter.drawText(QRect(left, area.top(), remaining, 20), _LEFT, text)

    def _paint_mode(self, painter: QPainter, area: QRect, row: VehicleSummary) -> int:
        text = row.mode or DASH
        painter.setFont(font(SMALL_PX, 600))
        painter.setPen(ink(Ink.TEXT if row.is_heard and row.is_armed is not False else Ink.MUTED))
        painter.drawText(QRect(area.right() - 130, area.top(), 131, 20), _RIGHT, text)
        return metrics(SMALL_PX, 600).horizontalAdvance(text)

    def _paint_control(self, painter: QPainter, right: int, top: int, row: VehicleSummary) -> int:
        """A sign for who is in control, left of the mode; answers its width."""
        if row.owner is None:
            return 0
        # not by the operator's name: the same person may sit at two stations
        is_mine = row.owner.gs == self.station
        name, role = ("control_mine", Ink.ACCENT) if is_mine else ("control_other", Ink.MUTED)
        painter.drawPixmap(right - 20, top + 3, pixmap(name, 14, role, painter.device().devicePixelRatioF()))
        return 22

    def _paint_second_line(self, painter: QPainter, area: QRect, row: VehicleSummary) -> None:
        rect = QRect(area.left(), area.top() + 20, area.width() - (46 if row.level >= Level.CAUTION else 92), 18)
        painter.setFont(font(SMALL_PX))
        if row.conditions and row.level >= Level.CAUTION:
            painter.drawPixmap(
                rect.left(),
                rect.top() + 2,
                pixmap(
                    # hollow once somebody has acknowledged it, as in the list of alarms
                    _LEVEL_ICONS[row.level] + ("_seen" if row.is_known else ""),
                    14,
                    level_role(row.level),
                    painter.device().devicePixelRatioF(),
                ),
            )
            rect.setLeft(rect.left() + 18)
            painter.setPen(ink(level_role(row.level)))
            text = said(row.worst)
        else:
            painter.setPen(ink(Ink.MUTED))
            text = said(row.worst) or _motion_text(row)
        more = f"  +{len(row.conditions) - 1}" if len(row.conditions) > 1 else ""
        width = rect.width() - metrics(SMALL_PX).horizontalAdvance(more)
        shown = metrics(SMALL_PX).elidedText(text, Qt.TextElideMode.ElideRight, width) + more
        painter.drawText(rect, _LEFT, shown)
        if row.worst and row.is_heard:
            self._paint_motion_beside(painter, rect, row, metrics(SMALL_PX).horizontalAdvance(shown))

    def _paint_motion_beside(self, painter: QPainter, rect: QRect, row: VehicleSummary, used: int) -> None:
        """Where it is and how fast, in what the trouble leaves: who is in trouble is who is looked at."""
        room = rect.width() - used - _BETWEEN
        text = next((one for one in _motion_texts(row) if metrics(SMALL_PX).horizontalAdvance(one) <= room), "")
        painter.setPen(ink(Ink.MUTED))
        painter.drawText(rect, _RIGHT, text)

    def _paint_battery(self, painter: QPainter, area: QRect, row: VehicleSummary) -> None:
        painter.setFont(font(SMALL_PX, 500))
        text_rect = QRect(area.right() - 38, area.top() + 20, 39, 18)
        if row.charge_fraction is None or not row.is_heard:
            painter.setPen(ink(Ink.MUTED))
            age = DASH if row.is_heard or row.heard_age_s is None else age_text(row.heard_age_s)
            # a charge that was told by one that is silent now is not shown as if it were of now
            painter.drawText(text_rect, _RIGHT, age if row.is_heard else DASH)
            return
        role = _battery_role(row.charge_fraction)
        painter.setPen(ink(Ink.TEXT if role is Ink.MUTED else role))
        painter.drawText(text_rect, _RIGHT, percent(row.charge_fraction).replace(" ", ""))
        if row.level >= Level.CAUTION:
            return
        bar = QRectF(area.right() - 84, area.top() + 27, 42, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(Ink.LINE))
        painter.drawRoundedRect(bar, 2, 2)
        # never thinner than its round ends
        bar.setWidth(max(4.0, bar.width() * min(1.0, row.charge_fraction)))
        painter.setBrush(ink(role))
        painter.drawRoundedRect(bar, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the row."""
        row: VehicleSummary | None = index.data(SummaryRole)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        paint_back(painter, option, row)
        self._paint_mark(painter, option.rect, row)
        area = option.rect.adjusted(32, 5, -14, -5)
        mode_width = self._paint_mode(painter, area, row)
        mode_width += self._paint_control(painter, area.right() - mode_width, area.top(), row)
        self._paint_names(painter, area, row, mode_width)
        self._paint_second_line(painter, area, row)
        self._paint_battery(painter, area, row)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: rows are all of one height."""
        del option, index
        # no width: the list would scroll sideways in a narrow panel
        return QSize(0, ROW_HEIGHT)


def paint_back(painter: QPainter, option: QStyleOptionViewItem, row: VehicleSummary) -> None:
    """Ground of a row: selected, under the mouse, with the colour of its alarm at the left, in focus."""
    rect = option.rect
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if is_selected:
        painter.fillRect(rect, ink(Ink.ACCENT_HOVER if is_hovered else Ink.ACCENT_SURFACE))
    elif is_hovered:
        painter.fillRect(rect, ink(Ink.RAISED))
    if row.level >= Level.CAUTION:
        painter.fillRect(QRect(rect.left(), rect.top() + 1, 3, rect.height() - 2), ink(level_role(row.level)))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(ink(Ink.ACCENT), 1))
        painter.drawRect(rect.adjusted(0, 0, -1, -1))


def _motion_text(row: VehicleSummary) -> str:
    return _motion_texts(row)[0] or DASH


def _motion_texts(row: VehicleSummary) -> tuple[str, ...]:
    """Height, mission item and speed, the whole first, then the part that counts most."""
    if row.is_flying is False:
        return (tr("on ground"),)
    height = "" if row.height_home_m is None else quantity(row.height_home_m, Dimension.HEIGHT)
    speed = "" if row.ground_speed_mps is None else quantity(row.ground_speed_mps, Dimension.SPEED)
    return " · ".join(part for part in (height, _mission_text(row), speed) if part), height


def _mission_text(row: VehicleSummary) -> str:
    """Which item it flies, while it flies a mission."""
    state = row.state
    if state is None or row.mode not in MISSION_MODES:
        return ""
    number, count = current_number(state), item_count(state)
    return "" if number is None else f"{number}/{count}" if count else str(number)


def _battery_role(charge_fraction: float) -> Ink:
    if charge_fraction < BATTERY_WARNING_FRACTION:
        return Ink.WARNING
    return Ink.CAUTION if charge_fraction < BATTERY_CAUTION_FRACTION else Ink.MUTED


def _paint_tag(painter: QPainter, left: int, top: int, text: str) -> int:
    """A small rounded mark; answers its width."""
    width = metrics(TINY_PX - 1, 700).horizontalAdvance(text) + 10
    rect = QRectF(left, top, width, 15)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.SIMULATED_SURFACE))
    painter.drawRoundedRect(rect, 4, 4)
    painter.setFont(font(TINY_PX - 1, 700))
    painter.setPen(ink(Ink.SIMULATED))
    painter.drawText(rect, _CENTRE, text)
    return width
