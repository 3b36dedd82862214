# SPDX-License-Identifier: Apache-2.0
"""Finds room for labels beside their vehicles, so that they don't cover each other. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on the screen."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Wanted(NamedTuple):
    """A label that looks for a place."""

    key: Hashable
    x: float
    y: float
    width: float
    height: float
    must_show: bool
    """Shown even where there is no room."""


GAP = 13.0
_SIDES = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, 1), (0, -1))
"""Right first, then left, corners, below, above."""
CELL = 48.0


Taken = dict[tuple[int, int], list[Box]]
"""Boxes by the cells of a grid that they touch."""


class LabelPlacer:
    """Remembers which side a label had, and keeps it while there is room: labels don't jump."""

    def __init__(self) -> None:
        self._sides: dict[Hashable, int] = {}

    def place(self, wanted: list[Wanted]) -> dict[Hashable, Box]:
        """Boxes by key, the first in the list served first; a label without room is left out."""
        taken: Taken = {}
        for one in wanted:
            # the marks themselves: a label must not hide another vehicle
            _take(taken, Box(one.x - 7, one.y - 7, one.x + 7, one.y + 7))
        placed: dict[Hashable, Box] = {}
        for one in wanted:
            # the side that it had comes first
            known = self._sides.get(one.key)
            sides = _ORDERS[known] if known is not None else _FIRST_ORDER
            side = _free_side(taken, one, sides)
            if side is None:
                if not one.must_show:
                    continue
                # important and without room: it covers others rather than to be left out
                side = sides[0]
            self._sides[one.key] = side
            placed[one.key] = _box(one, side)
            _take(taken, placed[one.key])
        return placed


_FIRST_ORDER = tuple(range(len(_SIDES)))
_ORDERS = tuple((known, *(side for side in _FIRST_ORDER if side != known)) for known in _FIRST_ORDER)
"""The sides in the order in which they are tried, by the side that a label had."""


def _shift(across: int, down: int) -> tuple[float, float, float, float]:
    """Of the left edge by shares of the width and by pixels, of the upper edge by shares of the height and pixels."""
    gap = GAP if not (across and down) else GAP * 0.6
    return (across - 1) / 2, across * gap, (down - 1) / 2, down * gap


_SHIFTS = tuple(_shift(*side) for side in _SIDES)


def _box(one: Wanted, side: int) -> Box:
    widths, right, heights, down = _SHIFTS[side]
    left, top = one.x + widths * one.width + right, one.y + heights * one.height + down
    return Box(left, top, left + one.width, top + one.height)


def _take(taken: Taken, box: Box) -> None:
    left, top, right, bottom = box
    for column in range(int(left // CELL), int(right // CELL) + 1):
        for row in range(int(top // CELL), int(bottom // CELL) + 1):
            taken.setdefault((column, row), []).append(box)


def _free_side(taken: Taken, one: Wanted, sides: tuple[int, ...]) -> int | None:
    """The first of these sides where nothing is; None for nowhere. Written out: a crowd of 500 asks 30,000 times."""
    _, x, y, width, height, _ = one
    for side in sides:
        widths, across, heights, down = _SHIFTS[side]
        left, top = x + widths * width + across, y + heights * height + down
        if _is_free(taken, left, top, left + width, top + height):
            return side
    return None


def _is_free(taken: Taken, left: float, top: float, right: float, bottom: float) -> bool:
    rows = range(int(top // CELL), int(bottom // CELL) + 1)
    for column in range(int(left // CELL), int(right // CELL) + 1):
        for row in rows:
            for other_left, other_top, other_right, other_bottom in taken.get((column, row), ()):
                if left < other_right and other_left < right and top < other_bottom and other_top < bottom:
                    return False
    return True
