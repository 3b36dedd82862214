# SPDX-License-Identifier: Apache-2.0
"""The one table of sizes and durations, for style sheet, plots and painted instruments; colours are in `themes.py`."""

from __future__ import annotations

FONT_FAMILY = "Inter"
TEXT_PX = 13
SMALL_PX = 12
TINY_PX = 11
TITLE_PX = 15
VALUE_PX = 20
HEADLINE_PX = 24

RADIUS = 6

TEXT_PERIOD_MS = 150
"""Between two refreshes of numbers: six to seven a second."""
MOTION_PERIOD_MS = 16
"""Between two frames of a moving instrument."""
