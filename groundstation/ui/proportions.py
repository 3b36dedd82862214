# SPDX-License-Identifier: Apache-2.0
"""How the panels share the window: its first size, widths and heights of the first day, places of more vehicle panels.

GUI thread; knows docks by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSplitter
from PySide6QtAds import ads

FIRST_SIZE = (1440, 900)
FRAME = 32
"""Height of a window system's own title bar, about."""
ROOMY = 1200
"""Below this width of the middle the tabs beside the plots get more of it."""
LEAST_PANEL_WIDTH = 280
"""Vehicle panels that would get narrower than this stand behind one another as tabs."""
PANELS_SHARE = 0.6
"""Of the width, for vehicle panels side by side."""


class Arrangement(NamedTuple):
    """What there is to share out."""

    manager: ads.CDockManager
    docks: Mapping[str, ads.CDockWidget]
    vehicles: tuple[str, ...]
    """Names of the docks with vehicle panels."""
    size: QSize
    """Of the window."""


def first_size(screen: QSize) -> QSize:
    """Size of a window that was never opened before, on a screen of which so much is free, pixels."""
    return QSize(*FIRST_SIZE).boundedTo(screen - QSize(0, FRAME))


def _vehicle_areas(one: Arrangement, without: ads.CDockWidget | None = None) -> list[ads.CDockAreaWidget]:
    """Areas of the window in which vehicle panels are open, each once, in order."""
    docks = (one.docks[name] for name in one.vehicles)
    shown = (dock for dock in docks if dock is not without and not dock.isClosed())
    inside = (dock.dockAreaWidget() for dock in shown if dock.floatingDockContainer() is None)
    return list({id(area): area for area in inside}.values())


def place_one_more(one: Arrangement, dock: ads.CDockWidget) -> None:
    """One more vehicle panel: beside the others while there is room for all, else behind the last of them."""
    side, areas = ads.DockWidgetArea, _vehicle_areas(one, without=dock)
    if not areas:
        one.manager.addDockWidget(side.RightDockWidgetArea, dock)
    elif one.size.width() * PANELS_SHARE / (len(areas) + 1) >= LEAST_PANEL_WIDTH:
        one.manager.addDockWidget(side.RightDockWidgetArea, dock, areas[0])
    else:
        one.manager.addDockWidget(side.CenterDockWidgetArea, dock, areas[-1])


def share_out(one: Arrangement) -> None:
    """Sizes of the first day, by the window's size."""
    docks = one.docks
    width, height = max(one.size.width(), 900), max(one.size.height() - 44, 500)
    panels = len(_vehicle_areas(one))
    right = round(min(max(380, min(560, width * 0.27)), width * PANELS_SHARE / max(1, panels)))
    middle = width - right * panels
    left = max(264, min(380, round(width * 0.2)))
    bottom = round(height * 0.34)
    # QAds takes the sizes of a splitter by any area in it
    sizes = one.manager.setSplitterSizes
    sizes(docks["vehicle"].dockAreaWidget(), [middle, *[right] * panels])
    sizes(docks["map"].dockAreaWidget(), [left, middle - left])
    plots = round(middle * (0.5 if middle > ROOMY else 0.44))
    sizes(docks["plots"].dockAreaWidget(), [plots, middle - plots])
    # the row of the plots lies in a column of its own, which QAds does not name
    splitter = docks["plots"].dockAreaWidget().parentSplitter().parentWidget()
    if isinstance(splitter, QSplitter):
        splitter.setSizes([height - bottom, bottom])
