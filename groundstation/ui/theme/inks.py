# SPDX-License-Identifier: Apache-2.0
"""The theme that is worn at this moment, and what its colours are. GUI thread.

Everything that paints asks here while it paints. What is kept as pixels is kept by the colours that it was made of, or
made anew when `wearing().changed` tells that another theme is worn.
"""

from __future__ import annotations

import functools
from string import Template

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from groundstation.ui.theme import tokens
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.theme import Theme
from groundstation.ui.theme.themes import THEMES

_SIZES = {
    "text_px": tokens.TEXT_PX,
    "small_px": tokens.SMALL_PX,
    "headline_px": tokens.HEADLINE_PX,
    "tiny_px": tokens.TINY_PX,
    "title_px": tokens.TITLE_PX,
}


class Wearing(QObject):
    """Which theme is worn."""

    changed = Signal()
    """Another one is; style sheets and palette are those of it already."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = THEMES[0]
        self.inks: dict[Ink, QColor] = {}
        self.vehicles: tuple[QColor, ...] = ()
        self.put_on(self.theme)

    def put_on(self, theme: Theme) -> None:
        """Look colours up in this table from now on. Whoever wants it seen calls `switch.wear` instead."""
        self.theme = theme
        self.inks = {role: QColor(theme.colours[role]) for role in Ink}
        self.vehicles = tuple(QColor(colour) for colour in theme.vehicles)


@functools.cache
def wearing() -> Wearing:
    """The one of this process."""
    return Wearing()


def ink(role: Ink) -> QColor:
    """What stands for a role at this moment; a colour of your own, to be used now and not to be kept."""
    # a copy: painters set its alpha, which would stay in the table
    return QColor(wearing().inks[role])


def veil(role: Ink, alpha: int) -> QColor:
    """The same, to be seen through: 0 is clear, 255 is opaque."""
    made = ink(role)
    made.setAlpha(alpha)
    return made


def vehicle_ink(place: int) -> QColor:
    """A vehicle's colour by its place in the table; see `colours.vehicle_colour` for that of a vehicle."""
    return QColor(wearing().vehicles[place])


def filled(sheet: str, **more: str) -> str:
    """A style sheet with the colours of now: `$text` stands for the role of that name, `$small_px` for a size."""
    return Template(sheet).substitute(
        {role.value: colour for role, colour in wearing().theme.colours.items()}, **_SIZES, **more
    )
