# SPDX-License-Identifier: Apache-2.0
"""Colours of vehicles and of severities. GUI thread."""

from __future__ import annotations

import functools
import re
import zlib

from PySide6.QtGui import QColor

from groundstation.fleet.conditions import Level
from groundstation.fleet.sample import Severity
from groundstation.ui.theme.tokens import PALETTE, VEHICLE_COLOURS

_LAST_NUMBER = re.compile(r"(\d+)\D*$")


@functools.lru_cache(maxsize=4096)
def vehicle_colour(vehicle_id: str) -> QColor:
    """The colour of a vehicle, the same on every screen and in every session.

    A number in the id picks it, so that neighbours in a numbered fleet differ; other ids are hashed.
    """
    number = _LAST_NUMBER.search(vehicle_id)
    index = int(number.group(1)) - 1 if number else zlib.crc32(vehicle_id.encode())
    return QColor(VEHICLE_COLOURS[index % len(VEHICLE_COLOURS)])


_LEVEL_COLOURS = {
    Level.NORMAL: PALETTE.muted,
    Level.ADVISORY: PALETTE.text,
    Level.CAUTION: PALETTE.caution,
    Level.WARNING: PALETTE.warning,
}

_SEVERITY_LEVELS = {
    Severity.EMERGENCY: Level.WARNING,
    Severity.ALERT: Level.WARNING,
    Severity.CRITICAL: Level.WARNING,
    Severity.ERROR: Level.WARNING,
    Severity.WARNING: Level.CAUTION,
    Severity.NOTICE: Level.ADVISORY,
}


def level_colour(level: Level) -> QColor:
    """Colour of text that tells a condition."""
    return QColor(_LEVEL_COLOURS[level])


def severity_level(severity: Severity) -> Level:
    """How bad a message of this severity is, in the terms of conditions."""
    return _SEVERITY_LEVELS.get(severity, Level.NORMAL)
