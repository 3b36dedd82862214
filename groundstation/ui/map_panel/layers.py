# SPDX-License-Identifier: Apache-2.0
"""The layers of the map, a row each, the lowest first. Another layer is another row. GUI thread."""

from __future__ import annotations

from groundstation.ui.map_panel.home_layer import HomeLayer
from groundstation.ui.map_panel.label_layer import LabelLayer
from groundstation.ui.map_panel.map_layer import MapContext, MapLayer
from groundstation.ui.map_panel.scale_layer import ScaleLayer
from groundstation.ui.map_panel.target_layer import TargetLayer
from groundstation.ui.map_panel.trail_layer import TrailLayer
from groundstation.ui.map_panel.vehicle_layer import VehicleLayer
from groundstation.ui.map_panel.world_layer import WorldLayer


def _world(context: MapContext) -> WorldLayer:
    return WorldLayer(is_past=not context.feed.timeline.is_live)


LAYERS = (
    MapLayer(
        key="world",
        title="World",
        make=lambda context: WorldLayer(is_past=not context.feed.timeline.is_live),
        is_kept=True,
    ),
    MapLayer(
        key="trails",
        title="Trails",
        make=lambda context: TrailLayer(context.feed.history),
        is_kept=True,
        is_switchable=True,
    ),
    MapLayer(key="homes", title="Homes", make=lambda _context: HomeLayer(), is_switchable=True),
    MapLayer(key="targets", title="Orders", make=lambda _context: TargetLayer()),
    MapLayer(key="vehicles", title="Vehicles", make=lambda _context: VehicleLayer()),
    MapLayer(key="labels", title="Labels", make=lambda _context: LabelLayer(), is_switchable=True, keys="L"),
    MapLayer(key="scale", title="Scale", make=lambda _context: ScaleLayer()),
)
