# SPDX-License-Identifier: Apache-2.0
"""How a long work tells how far it is, and how it is given up. Pure."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.fleet.errors import GroundStationError

Progress = Callable[[float], None]
"""Told how far a long work is, 0 to 1, several times a second; raises `CancelledError` to end it."""


def part_of(told: Progress | None, begin: float, end: float) -> Progress | None:
    """Progress of a part of a work, which goes from one share of it to another; None for nobody to tell."""
    return None if told is None else lambda share: told(begin + (end - begin) * share)


class CancelledError(GroundStationError):
    """The operator does not want it any more."""
