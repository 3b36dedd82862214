# SPDX-License-Identifier: Apache-2.0
"""The tools of the map, a row each; the first is in the hand unless another is taken. GUI thread."""

from __future__ import annotations

from groundstation.ui.map_panel.draw_tool import DrawTool
from groundstation.ui.map_panel.goto_tool import GotoTool
from groundstation.ui.map_panel.map_tool import MapTool
from groundstation.ui.map_panel.measure_tool import MeasureTool
from groundstation.ui.map_panel.plan_tool import PlanTool
from groundstation.ui.map_panel.pointer_tool import PointerTool
from groundstation.ui.map_panel.sketch_tool import SketchTool

TOOLS = (
    MapTool(
        key="pointer",
        title="Select",
        help="Select vehicles; drag to move the map, with Shift to draw a box around vehicles",
        icon="pointer",
        make=PointerTool,
    ),
    MapTool(
        key="measure",
        title="Measure",
        help="Measure distance and bearing from click to click",
        icon="measure",
        make=lambda _context: MeasureTool(),
        keys="M",
    ),
    MapTool(
        key="plan",
        title="Plan",
        help="Click to add a waypoint, drag items to move them, a plus on a leg inserts one",
        icon="plan",
        make=lambda context: PlanTool(context.document) if context.document is not None else None,
        keys="P",
    ),
    MapTool(
        key="draw",
        title="Draw",
        help="Draw a fence, rally points, an area to survey; drag corners to move them",
        icon="draw",
        make=lambda context: DrawTool(context.document) if context.document is not None else None,
        keys="D",
    ),
    MapTool(
        key="sketch",
        title="Markers and drawings",
        help="Draw markers, lines, areas, circles for all stations; Enter ends a shape, Delete takes one away",
        icon="sketch",
        make=lambda context: SketchTool() if context.drawings is not None else None,
        keys="K",
    ),
    MapTool(
        key="goto",
        title="Send to a place…",
        help="Click where the selected vehicles shall go; it is confirmed before it is sent",
        icon="goto",
        make=lambda context: GotoTool(context.desk) if context.desk is not None else None,
        keys="G",
    ),
)
