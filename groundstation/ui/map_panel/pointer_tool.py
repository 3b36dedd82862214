# SPDX-License-Identifier: Apache-2.0
"""Selects vehicles, and offers places to the order that is being made. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.map_panel.crowd import Cluster
from groundstation.ui.map_panel.edge_signs import EdgeSign
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_tool import Click, Tool
from groundstation.ui.map_panel.sensor_layer import SensorSpot


class PointerTool(Tool):
    """A click beside every vehicle keeps the selection."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, context: MapContext) -> None:
        self._context = context

    def click(self, click: Click) -> bool:
        """Select, add, or offer the place."""
        selection, desk = self._context.selection, self._context.desk
        if isinstance(click.hit, VehicleKey):
            if click.adds:
                selection.toggle(click.hit)
            else:
                selection.select((click.hit,))
            return True
        if isinstance(click.hit, Cluster) and click.adds:
            selection.select((*selection.keys, *(key for key in click.hit.keys if key not in selection)))
        # the map goes there; no place is meant
        if isinstance(click.hit, EdgeSign | Cluster):
            return True
        # of several the map goes nearer, or offers their names
        if isinstance(click.hit, SensorSpot) and len(click.hit.topics) == 1:
            self._context.show_topic(click.hit.topics[0])
        # beside a device there is a place too, for an order that waits for one
        if desk is not None:
            desk.point_offered.emit(click.lat_deg, click.lon_deg)
        return True
