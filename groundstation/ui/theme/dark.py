# SPDX-License-Identifier: Apache-2.0
"""The dark theme, that of a first day: one table. Pure."""

from __future__ import annotations

from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.theme import Theme

DARK = Theme(
    key="dark",
    title="Dark",
    colours={
        Ink.BACKGROUND: "#0e1318",
        Ink.SURFACE: "#161d24",
        Ink.RAISED: "#1e2730",
        Ink.HOVER: "#25303b",
        Ink.LINE: "#2b3641",
        Ink.LINE_STRONG: "#3d4b59",
        Ink.TEXT: "#e8eef4",
        Ink.MUTED: "#8fa1b3",
        Ink.FAINT: "#5d6d7c",
        Ink.ACCENT: "#43b8ff",
        Ink.ACCENT_SURFACE: "#162c3f",
        Ink.ACCENT_HOVER: "#183043",
        Ink.CAUTION: "#ffb224",
        Ink.CAUTION_SURFACE: "#35290f",
        Ink.WARNING: "#ff5c5c",
        Ink.WARNING_SURFACE: "#3a181b",
        Ink.SIMULATED: "#c39bff",
        Ink.SIMULATED_SURFACE: "#2a2140",
        Ink.PAST: "#e9dfc6",
        Ink.PAST_SURFACE: "#1b1710",
        Ink.SEA: "#0c1a24",
        Ink.LAND: "#182019",
        Ink.COAST: "#3c5148",
        Ink.BORDER: "#3a4440",
        Ink.GRID: "#24312f",
        Ink.GRID_TEXT: "#788a98",
        Ink.SEA_TEXT: "#5f8cab",
        Ink.PLACE: "#7d8f86",
        Ink.PLACE_TEXT: "#93a69c",
        Ink.SKY: "#2766a3",
        Ink.SKY_HIGH: "#174a80",
        Ink.GROUND: "#7a5230",
        Ink.GROUND_LOW: "#54361d",
        Ink.HORIZON_MARK: "#ffffff",
        Ink.AIRCRAFT: "#ffd84d",
        Ink.AIRCRAFT_EDGE: "#000000",
        Ink.INSTRUMENT: "#0a0e12",
    },
    vehicles=(
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
    ),
)
