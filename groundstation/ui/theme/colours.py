# SPDX-License-Identifier: Apache-2.0
"""Colours of vehicles and of severities. GUI thread."""

from __future__ import annotations

import itertools
import re
import zlib

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from groundstation.fleet.conditions import Level
from groundstation.fleet.sample import Severity
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.inks import ink, vehicle_ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.theme import VEHICLES

COLOURS = VEHICLES
SIGNS = 4
"""Ways to draw one colour: solid, dashed, dotted, both; disc, square, diamond, triangle."""
_LAST_NUMBER = re.compile(r"(\d+)\D*$")


class ColourBook:
    """Gives every vehicle a colour of its own as long as there are any, then the same ones with another sign.

    A number in the id picks the colour, so that a numbered fleet looks the same on every screen; who comes to a colour
    that is taken gets the next free one.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._taken: set[int] = set()
        self._chosen: set[str] = set()
        """Whose colour the operator has chosen."""

    def place(self, name: str) -> int:
        """Which colour and which sign, as one number: colours first."""
        look = chosen().now.vehicles.get(name)
        wanted = look.colour - 1 if look is not None and look.colour else None
        found = self._places.get(name)
        is_other = found is not None and wanted is not None and found % COLOURS != wanted
        if found is not None and (is_other or (wanted is None and name in self._chosen)):
            self._taken.discard(found)
            found = None
        if found is None:
            found = self._places[name] = self._free(name, wanted)
            self._taken.add(found)
            (self._chosen.discard if wanted is None else self._chosen.add)(name)
        return found

    def _free(self, name: str, chosen_colour: int | None) -> int:
        number = _LAST_NUMBER.search(name)
        # uav-1 has the first colour
        wanted = (int(number.group(1)) - 1 if number else zlib.crc32(name.encode())) % COLOURS
        wanted = wanted if chosen_colour is None else chosen_colour
        for lap in itertools.count():
            # a colour that the operator has chosen is kept: another sign tells two of one colour apart
            for step in range(COLOURS if chosen_colour is None else 1):
                place = lap * COLOURS + (wanted + step) % COLOURS
                if place not in self._taken:
                    return place
        raise AssertionError  # never: laps have no end


_BOOK = ColourBook()


def vehicle_place(vehicle_id: str) -> int:
    """Colour and sign of a vehicle as one number: colours first."""
    return _BOOK.place(vehicle_id)


def vehicle_colour(vehicle_id: str) -> QColor:
    """The colour of a vehicle, the same in every panel, of the theme of now; see `vehicle_sign` for repetitions."""
    return vehicle_ink(_BOOK.place(vehicle_id) % COLOURS)


def vehicle_sign(vehicle_id: str) -> int:
    """0 for a colour of its own; 1, 2, 3 where another vehicle has the colour: each its own dash and its own mark."""
    # beyond forty vehicles both repeat: the name is what counts there
    return _BOOK.place(vehicle_id) // COLOURS % SIGNS


def error_colour(share: float) -> QColor:
    """How large an error is, as a share of where its scale ends: from dark to bright, the same beyond the end."""
    share = min(max(share, 0.0), 1.0)
    low, high = (Ink.ERROR_LEAST, Ink.ERROR_HALF) if share < 0.5 else (Ink.ERROR_HALF, Ink.ERROR_MOST)
    part = share * 2.0 - (share >= 0.5)
    one, other = ink(low), ink(high)
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * part,
        one.greenF() + (other.greenF() - one.greenF()) * part,
        one.blueF() + (other.blueF() - one.blueF()) * part,
    )


def paint_dot(painter: QPainter, box: QRectF, sign: int) -> None:
    """A vehicle's mark with the pen and brush that are set: a disc, and other shapes for other signs."""
    if sign == 0:
        painter.drawEllipse(box)
    elif sign == 1:
        painter.drawRect(box)
    else:
        middle = box.center()
        corners = [QPointF(middle.x(), box.top() - 1), QPointF(box.right() + 1, middle.y())]
        corners += [QPointF(middle.x(), box.bottom() + 1), QPointF(box.left() - 1, middle.y())]
        if sign == 3:
            corners = [QPointF(middle.x(), box.top() - 1), box.bottomRight(), box.bottomLeft()]
        painter.drawPolygon(corners)


_LEVEL_ROLES = {
    Level.NORMAL: Ink.MUTED,
    Level.ADVISORY: Ink.TEXT,
    Level.CAUTION: Ink.CAUTION,
    Level.WARNING: Ink.WARNING,
}

_SEVERITY_LEVELS = {
    Severity.EMERGENCY: Level.WARNING,
    Severity.ALERT: Level.WARNING,
    Severity.CRITICAL: Level.WARNING,
    Severity.ERROR: Level.WARNING,
    Severity.WARNING: Level.CAUTION,
    Severity.NOTICE: Level.ADVISORY,
}


def level_role(level: Level) -> Ink:
    """What text that tells a condition is painted in."""
    return _LEVEL_ROLES[level]


def severity_level(severity: Severity) -> Level:
    """How bad a message of this severity is, in the terms of conditions."""
    return _SEVERITY_LEVELS.get(severity, Level.NORMAL)
