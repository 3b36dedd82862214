# SPDX-License-Identifier: Apache-2.0
"""What a theme is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groundstation.ui.theme.roles import Ink

VEHICLES = 10
"""Colours of vehicles in each theme; the same place in all of them is about the same hue."""


@dataclass(frozen=True)
class Theme:
    """A table of colours, as `#rrggbb`."""

    key: str
    """Stays the same for ever; settings know the theme by it."""
    title: str
    """English; translated where it is shown."""
    colours: Mapping[Ink, str]
    """One for each role."""
    vehicles: tuple[str, ...]
    """`VEHICLES` of them, told apart by lightness as well as hue, so that colour-blind eyes have a chance; red and
    amber are left out."""
