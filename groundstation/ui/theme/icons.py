# SPDX-License-Identifier: Apache-2.0
"""Icons by what they mean; the drawings come from qtawesome's bundled sets. GUI thread."""

from __future__ import annotations

import functools

import qtawesome
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

MOST_KEPT = 1024
"""Icons as pixels: of some hundred in two or three states and sizes."""
_DRAWINGS = {
    "fleet": "mdi6.format-list-bulleted",
    "rows": "mdi6.view-list-outline",
    "wall": "mdi6.view-dashboard-outline",
    "vehicle": "mdi6.quadcopter",
    "map": "mdi6.map-outline",
    "plots": "mdi6.chart-line",
    "messages": "mdi6.message-text-outline",
    "sensors": "mdi6.thermometer-water",
    "links": "mdi6.access-point-network",
    "search": "mdi6.magnify",
    "close": "mdi6.close",
    "menu": "mdi6.chevron-down",
    "detach": "mdi6.open-in-new",
    "dock": "mdi6.dock-window",
    "pin": "mdi6.pin",
    "unpin": "mdi6.pin-outline",
    "warning": "mdi6.alert-octagon",
    "caution": "mdi6.alert",
    "warning_seen": "mdi6.alert-octagon-outline",
    "caution_seen": "mdi6.alert-outline",
    "alarms": "mdi6.bell-outline",
    "shelved": "mdi6.bell-sleep-outline",
    "muted": "mdi6.bell-off-outline",
    "advisory": "mdi6.information-outline",
    "broker": "mdi6.server-network",
    "broker_lost": "mdi6.server-network-off",
    "connecting": "mdi6.lan-pending",
    "battery": "mdi6.battery-medium",
    "gps": "mdi6.satellite-variant",
    "link": "mdi6.signal",
    "link_lost": "mdi6.signal-off",
    "wind": "mdi6.weather-windy",
    "estimator": "mdi6.compass-outline",
    "vibration": "mdi6.vibrate",
    "fit": "mdi6.fit-to-page-outline",
    "follow": "mdi6.crosshairs-gps",
    "layers": "mdi6.layers-outline",
    "pointer": "mdi6.cursor-default-outline",
    "measure": "mdi6.ruler",
    "goto": "mdi6.map-marker-right-outline",
    "label": "mdi6.label-outline",
    "pause": "mdi6.pause",
    "play": "mdi6.play",
    "add": "mdi6.plus",
    "remove": "mdi6.trash-can-outline",
    "copy": "mdi6.content-copy",
    "save": "mdi6.content-save-outline",
    "plot": "mdi6.chart-line-variant",
    "statistics": "mdi6.sigma",
    "formula": "mdi6.function-variant",
    "marks": "mdi6.flag-outline",
    "plot_sets": "mdi6.bookmark-multiple-outline",
    "scatter": "mdi6.chart-scatter-plot",
    "bottom": "mdi6.arrow-down",
    "commands": "mdi6.send-outline",
    "waiting": "mdi6.clock-outline",
    "sent": "mdi6.arrow-up-circle-outline",
    "busy": "mdi6.progress-clock",
    "done": "mdi6.check-circle-outline",
    "failed": "mdi6.close-circle-outline",
    "unsure": "mdi6.help-circle-outline",
    "stopped": "mdi6.minus-circle-outline",
    "skipped": "mdi6.minus",
    "kill": "mdi6.engine-off-outline",
    "export": "mdi6.tray-arrow-down",
    "draw": "mdi6.vector-polygon",
    "sketch": "mdi6.map-marker-plus-outline",
    "profile": "mdi6.chart-bell-curve",
    "survey": "mdi6.grid",
    "plan": "mdi6.map-marker-path",
    "procedures": "mdi6.clipboard-check-outline",
    "readiness": "mdi6.clipboard-list-outline",
    "parameters": "mdi6.tune-variant",
    "star": "mdi6.star-outline",
    "undo": "mdi6.undo",
    "redo": "mdi6.redo",
    "upload": "mdi6.tray-arrow-up",
    "equal": "mdi6.equal",
    "differs": "mdi6.not-equal-variant",
    "logbook": "mdi6.notebook-outline",
    "folder": "mdi6.folder-outline",
    "report": "mdi6.file-document-outline",
    "refresh": "mdi6.refresh",
    "operators": "mdi6.account-group-outline",
    "control_mine": "mdi6.account-check",
    "control_other": "mdi6.account-lock",
    "control_free": "mdi6.account-outline",
    "history": "mdi6.history",
    "reverse": "mdi6.rewind",
    "step": "mdi6.step-forward",
    "step_back": "mdi6.step-backward",
    "next": "mdi6.skip-next",
    "previous": "mdi6.skip-previous",
    "bookmark": "mdi6.bookmark-outline",
    "incident": "mdi6.package-variant-closed",
    "open": "mdi6.folder-open-outline",
    "simulator": "mdi6.controller-classic-outline",
    "refly": "mdi6.repeat-variant",
    "record": "mdi6.record-circle-outline",
    "record_off": "mdi6.record-circle-outline",
}


class _Engine(QIconEngine):
    """Draws an icon in the colours of the theme that is worn when it is drawn: a button that has one needs no other."""

    def __init__(self, name: str, role: Ink, active: Ink) -> None:
        super().__init__()
        self._name, self._role, self._active = name, role, active

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Qt: into a rectangle."""
        drawn = _drawn(self._name, *self._colours())
        drawn.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Qt: as pixels of that size."""
        # a copy, which shares its pixels: Qt sets its ratio
        return QPixmap(_painted(self._name, self._colours(), size.width(), size.height(), mode, state))

    def _colours(self) -> tuple[str, str, str]:
        """Of this moment: as it is, active, disabled."""
        role, active, faint = (ink(one).name() for one in (self._role, self._active, Ink.FAINT))
        return role, active, faint

    def clone(self) -> QIconEngine:
        """Qt: another one of the same."""
        return _Engine(self._name, self._role, self._active)


def icon(name: str, role: Ink = Ink.MUTED, active: Ink = Ink.TEXT) -> QIcon:
    """An icon by its meaning; see the table above.

    Args:
        name: its meaning.
        role: what it is drawn in.
        active: the same while the mouse is over it, or it is selected.
    """
    # a copy: the docking library deletes those that it is given
    return QIcon(_made(name, role, active))


@functools.cache
def _made(name: str, role: Ink, active: Ink) -> QIcon:
    return QIcon(_Engine(name, role, active))


@functools.cache
def _drawn(name: str, colour: str, active: str, disabled: str) -> QIcon:
    made: QIcon = qtawesome.icon(
        _DRAWINGS[name], color=colour, color_active=active, color_selected=active, color_disabled=disabled
    )
    return made


@functools.lru_cache(maxsize=MOST_KEPT)
def _painted(
    name: str, colours: tuple[str, str, str], width: int, height: int, mode: QIcon.Mode, state: QIcon.State
) -> QPixmap:
    """Drawn once: the buttons on the map are painted with each frame of it, and took more of that than its lines."""
    pixels = QPixmap(width, height)
    # Qt leaves new pixels as they were in memory
    pixels.fill(Qt.GlobalColor.transparent)
    # a button in a panel of no width asks for a picture of none
    if pixels.isNull():
        return pixels
    painter = QPainter(pixels)
    rect = QRect(0, 0, width, height)
    _drawn(name, *colours).paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)
    painter.end()
    return pixels


def pixmap(name: str, size: int, role: Ink = Ink.MUTED, ratio: float = 1.0) -> QPixmap:
    """An icon as pixels, for painted parts: to be drawn now. A label that keeps one is given it by `dress.set_mark`.

    Args:
        name: its meaning.
        size: side, logical pixels.
        role: what it is drawn in.
        ratio: device pixels for one logical pixel.
    """
    # kept by the colour, so that another theme finds others
    return _pixels(name, size, ink(role).name(), ratio)


@functools.cache
def _pixels(name: str, size: int, colour: str, ratio: float) -> QPixmap:
    made = _drawn(name, colour, colour, colour).pixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    return made
