# SPDX-License-Identifier: Apache-2.0
"""The one table of colours, sizes and durations. Style sheet, plots and painted instruments read it.

Contrast of text on any of the surfaces is 4.5:1 or better. Caution and warning belong to alarms alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one theme, as `#rrggbb`."""

    background: str = "#0e1318"
    """Behind everything."""
    surface: str = "#161d24"
    """Panels."""
    raised: str = "#1e2730"
    """Fields, tiles, menus."""
    hover: str = "#25303b"
    """Under the mouse."""
    line: str = "#2b3641"
    """Between things."""
    line_strong: str = "#3d4b59"
    """Borders of fields, handles."""
    text: str = "#e8eef4"
    """What is to be read."""
    muted: str = "#8fa1b3"
    """Labels, units, what is old."""
    faint: str = "#5d6d7c"
    """Marks without meaning of their own: never for text that must be read."""
    accent: str = "#43b8ff"
    """Selection and focus; the only accent."""
    accent_surface: str = "#1a3448"
    """A selected row."""
    accent_hover: str = "#1e3d54"
    """A selected row under the mouse."""
    caution: str = "#ffb224"
    """Alarms of level caution."""
    caution_surface: str = "#35290f"
    """Behind a caution."""
    warning: str = "#ff5252"
    """Alarms of level warning."""
    warning_surface: str = "#3a181b"
    """Behind a warning."""
    simulated: str = "#c39bff"
    """The mark of simulated vehicles."""
    simulated_surface: str = "#2a2140"
    """Behind that mark."""
    sea: str = "#0c1a24"
    """Water on the map."""
    land: str = "#182019"
    """Land on the map."""
    coast: str = "#3c5148"
    """Between them."""
    border: str = "#3a4440"
    """Between countries."""
    grid: str = "#24312f"
    """Metric grid on the map."""
    sky: str = "#2766a3"
    """Upper half of the attitude indicator."""
    sky_high: str = "#174a80"
    """Sky far above the horizon."""
    ground: str = "#7a5230"
    """Lower half of the attitude indicator."""
    ground_low: str = "#54361d"
    """Ground far below the horizon."""
    aircraft: str = "#ffd84d"
    """The fixed aircraft symbol, yellow by aviation's habit."""
    instrument: str = "#0a0e12"
    """Behind tapes."""


DARK = Palette()
PALETTE = DARK

FONT_FAMILY = "Inter"
TEXT_PX = 13
SMALL_PX = 12
TINY_PX = 11
TITLE_PX = 15
VALUE_PX = 20

RADIUS = 6

TEXT_PERIOD_MS = 150
"""Between two refreshes of numbers: six to seven a second."""
MOTION_PERIOD_MS = 16
"""Between two frames of a moving instrument."""

VEHICLE_COLOURS = (
    "#4cc2ff",
    "#f7a5d0",
    "#5fd6a8",
    "#b79bff",
    "#dbe36e",
    "#3ec9c9",
    "#e2b58f",
    "#7f9cff",
    "#8fdb5a",
    "#e58aff",
)
"""Told apart by lightness as well as hue, so that colour-blind eyes have a chance; red and amber are left out."""
