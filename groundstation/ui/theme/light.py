# SPDX-License-Identifier: Apache-2.0
"""The light theme, for bright places: one table. Pure."""

from __future__ import annotations

from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.theme import Theme

LIGHT = Theme(
    key="light",
    title="Light",
    colours={
        Ink.BACKGROUND: "#e9eef3",
        Ink.SURFACE: "#ffffff",
        Ink.RAISED: "#f1f4f8",
        Ink.HOVER: "#e3e9f0",
        Ink.LINE: "#d3dbe4",
        Ink.LINE_STRONG: "#aeb9c6",
        Ink.TEXT: "#16202a",
        Ink.MUTED: "#4b5b6b",
        Ink.FAINT: "#8594a3",
        Ink.ACCENT: "#0061ad",
        Ink.ACCENT_SURFACE: "#d3e7f8",
        Ink.ACCENT_HOVER: "#c8e1f6",
        Ink.CAUTION: "#855000",
        Ink.CAUTION_SURFACE: "#ffefcf",
        Ink.WARNING: "#bd1219",
        Ink.WARNING_SURFACE: "#fde0df",
        Ink.SIMULATED: "#6236bd",
        Ink.SIMULATED_SURFACE: "#e9e0fb",
        Ink.PAST: "#4b463a",
        Ink.PAST_SURFACE: "#fffaf0",
        Ink.SEA: "#d5e3ee",
        Ink.LAND: "#eef1ea",
        Ink.COAST: "#9fb1a8",
        Ink.BORDER: "#b3bbb0",
        Ink.GRID: "#c3d0d4",
        Ink.GRID_TEXT: "#56646f",
        Ink.SEA_TEXT: "#376286",
        Ink.PLACE: "#5a6c62",
        Ink.PLACE_TEXT: "#4c5f55",
        Ink.SKY: "#2d70b0",
        Ink.SKY_HIGH: "#1f5a96",
        Ink.GROUND: "#85592f",
        Ink.GROUND_LOW: "#6a4524",
        Ink.HORIZON_MARK: "#ffffff",
        Ink.AIRCRAFT: "#ffd84d",
        Ink.AIRCRAFT_EDGE: "#000000",
        Ink.INSTRUMENT: "#f4f7fa",
    },
    vehicles=(
        "#1a5ac2",
        "#b90379",
        "#206b56",
        "#5a1490",
        "#5c5200",
        "#00505f",
        "#6b4030",
        "#2a1fc0",
        "#226a00",
        "#8a2bd3",
    ),
)
