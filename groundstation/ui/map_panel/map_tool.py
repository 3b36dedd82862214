# SPDX-License-Identifier: Apache-2.0
"""What a row of the table of tools says (`tools.py`), and what a tool is told. GUI thread.

Dragging moves the map, unless the tool in the hand takes hold of something, and a right click opens its menu.
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

    def grab(self, point: QPointF, frame: Frame) -> bool:
        """Take hold of something under a pixel; False for nothing, and then a drag moves the map."""
        del point, frame
        return False

    def drag(self, lat_deg: float, lon_deg: float) -> None:
        """What is held was moved there."""

    def drop(self, lat_deg: float, lon_deg: float) -> None:
        """What is held was let go there."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw above all layers."""

    def undo(self) -> bool:
        """Take the last step of what was begun back; False where nothing was."""
        return False

    def remove(self) -> bool:
        """Take out what is chosen; False for nothing."""
        return False

    def finish(self) -> bool:
        """Enter: what was begun is complete; False where nothing was."""
        return False

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
