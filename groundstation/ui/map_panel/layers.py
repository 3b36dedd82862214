# SPDX-License-Identifier: Apache-2.0
"""The layers of the map, a row each, the lowest first. Another layer is another row. GUI thread."""

from __future__ import annotations

from groundstation.ui.map_panel.approach_layer import ApproachLayer
from groundstation.ui.map_panel.breach_layer import BreachLayer
from groundstation.ui.map_panel.credit_layer import CreditLayer
from groundstation.ui.map_panel.draft_layer import DraftLayer
from groundstation.ui.map_panel.drawing_layer import DrawingLayer
from groundstation.ui.map_panel.edge_layer import EdgeLayer
from groundstation.ui.map_panel.error_layer import ErrorLayer
from groundstation.ui.map_panel.fence_layer import FenceLayer
from groundstation.ui.map_panel.ghost_layer import GhostLayer
from groundstation.ui.map_panel.home_layer import HomeLayer
from groundstation.ui.map_panel.label_layer import LabelLayer
from groundstation.ui.map_panel.map_layer import MapLayer
from groundstation.ui.map_panel.mission_layer import MissionLayer
from groundstation.ui.map_panel.reach_layer import ReachLayer
from groundstation.ui.map_panel.scale_layer import ScaleLayer
from groundstation.ui.map_panel.sensor_layer import SensorLayer
from groundstation.ui.map_panel.shadow_layer import ShadowLayer
from groundstation.ui.map_panel.target_layer import TargetLayer
from groundstation.ui.map_panel.traffic_layer import TrafficLayer
from groundstation.ui.map_panel.trail_layer import TrailLayer
from groundstation.ui.map_panel.trail_legend import TrailLegend
from groundstation.ui.map_panel.trail_scale import TrailScale
from groundstation.ui.map_panel.vehicle_layer import VehicleLayer
from groundstation.ui.map_panel.world_layer import WorldLayer

LAYERS = (
    MapLayer(
        key="world",
        title="World",
        make=lambda context: WorldLayer(is_past=not context.feed.timeline.is_live, tiles=context.tiles),
        is_kept=True,
    ),
    # kept as pixels: plans are drawn when they change
    MapLayer(
        key="fences",
        title="Fences and rally points",
        make=lambda context: FenceLayer(context.feed),
        is_kept=True,
        is_switchable=True,
    ),
    MapLayer(
        key="missions",
        title="Missions",
        make=lambda context: MissionLayer(context.feed),
        is_kept=True,
        is_switchable=True,
    ),
    MapLayer(
        key="draft",
        title="Plans on the screen",
        make=lambda context: DraftLayer(context.document, context.study),
        is_kept=True,
    ),
    MapLayer(
        key="trails",
        title="Trails",
        make=lambda context: TrailLayer(context.feed.history, context.trail_scale),
        is_switchable=True,
    ),
    MapLayer(
        key="drawings",
        title="Drawings of operators",
        make=lambda context: DrawingLayer(context.feed, context.drawings),
        is_switchable=True,
    ),
    MapLayer(
        key="sensors",
        title="Sensors",
        make=lambda context: SensorLayer(context.feed),
        is_switchable=True,
    ),
    MapLayer(
        key="errors",
        title="Errors of a flight flown again",
        make=lambda context: ErrorLayer(context.feed),
        is_switchable=True,
    ),
    MapLayer(key="homes", title="Homes", make=lambda _context: HomeLayer(), is_switchable=True),
    MapLayer(key="targets", title="Orders", make=lambda _context: TargetLayer()),
    MapLayer(
        key="reach",
        title="From where vehicles get home",
        make=lambda context: ReachLayer(context.feed, context.written),
        is_switchable=True,
    ),
    MapLayer(
        key="breaches",
        title="Who crosses its fence",
        make=lambda context: BreachLayer(context.feed, context.written),
        is_switchable=True,
    ),
    MapLayer(
        key="traffic",
        title="Other aircraft",
        make=lambda context: TrafficLayer(context.feed, context.written),
        is_switchable=True,
    ),
    MapLayer(
        key="approaches",
        title="Who comes near whom",
        make=lambda context: ApproachLayer(context.feed, context.written),
        is_switchable=True,
    ),
    MapLayer(
        key="ghosts",
        title="Where lost vehicles may be",
        make=lambda context: GhostLayer(context.feed, context.written),
        is_switchable=True,
    ),
    MapLayer(key="shadows", title="Recordings beside a simulator", make=lambda context: ShadowLayer(context.feed)),
    MapLayer(
        key="vehicles", title="Vehicles", make=lambda context: VehicleLayer(is_live=context.feed.timeline.is_live)
    ),
    MapLayer(
        key="labels", title="Labels", make=lambda context: LabelLayer(context.written), is_switchable=True, keys="L"
    ),
    MapLayer(key="edges", title="Vehicles outside the view", make=lambda _context: EdgeLayer()),
    MapLayer(
        key="trail_legend",
        title="What the colours of trails mean",
        make=lambda context: TrailLegend(context.trail_scale or TrailScale()),
    ),
    MapLayer(key="scale", title="Scale", make=lambda _context: ScaleLayer()),
    MapLayer(key="credit", title="Whose map it is", make=lambda context: CreditLayer(context.tiles)),
)
