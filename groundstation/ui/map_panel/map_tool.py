# SPDX-License-Identifier: Apache-2.0
"""What a row of the table of tools says (`tools.py`), and what a tool is told. GUI thread.

Dragging moves the map and a right click opens its menu, whatever tool is in the hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from groundstation.ui.map_panel.map_layer import Frame, MapContext


class Click(NamedTuple):
    """A left click."""

    point: QPointF
    """Logical pixels."""
    lat_deg: float
    lon_deg: float
    hit: object | None
    """What of the layers is there, see `Layer.hit`."""
    adds: bool
    """Whether Ctrl or Shift was held."""


class Tool:
    """What clicks mean."""

    cursor = Qt.CursorShape.CrossCursor

    def click(self, click: Click) -> bool:
        """Take a click; False when the tool has done its work, and the pointer is back."""
        raise NotImplementedError

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw above all layers."""

    def put_away(self) -> None:
        """Forget what was begun: the operator took another tool, or pressed Escape."""


@dataclass(frozen=True, kw_only=True)
class MapTool:
    """A row: one tool of every map."""

    key: str
    title: str
    help: str
    icon: str
    """By meaning, see `theme/icons.py`."""
    make: Callable[[MapContext], Tool | None]
    """None where this map has no such tool."""
    keys: str = ""
    """Shortcut, in the map."""
