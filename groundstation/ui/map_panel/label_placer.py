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
CELL = 96.0


class LabelPlacer:
    """Remembers which side a label had, and keeps it while there is room: labels don't jump."""

    def __init__(self) -> None:
        self._sides: dict[Hashable, int] = {}

    def place(self, wanted: list[Wanted]) -> dict[Hashable, Box]:
        """Boxes by key, the first in the list served first; a label without room is left out."""
        taken: dict[tuple[int, int], list[Box]] = {}
        for one in wanted:
            _take(taken, Box(one.x - 7, one.y - 7, one.x + 7, one.y + 7))
        placed: dict[Hashable, Box] = {}
        for one in wanted:
            sides = list(range(len(_SIDES)))
            known = self._sides.get(one.key)
            if known is not None:
                sides.remove(known)
                sides.insert(0, known)
            found = next((side for side in sides if _is_free(taken, _box(one, side))), None)
            if found is None:
                if not one.must_show:
                    continue
                found = sides[0]
            self._sides[one.key] = found
            placed[one.key] = _box(one, found)
            _take(taken, placed[one.key])
        return placed


def _box(one: Wanted, side: int) -> Box:
    across, down = _SIDES[side]
    gap = GAP if not (across and down) else GAP * 0.6
    left = one.x + gap if across > 0 else one.x - gap - one.width if across < 0 else one.x - one.width / 2
    top = one.y + gap if down > 0 else one.y - gap - one.height if down < 0 else one.y - one.height / 2
    return Box(left, top, left + one.width, top + one.height)


def _cells(box: Box) -> list[tuple[int, int]]:
    columns = range(int(box.left // CELL), int(box.right // CELL) + 1)
    rows = range(int(box.top // CELL), int(box.bottom // CELL) + 1)
    return [(column, row) for column in columns for row in rows]


def _take(taken: dict[tuple[int, int], list[Box]], box: Box) -> None:
    for cell in _cells(box):
        taken.setdefault(cell, []).append(box)


def _is_free(taken: dict[tuple[int, int], list[Box]], box: Box) -> bool:
    return not any(box.touches(other) for cell in _cells(box) for other in taken.get(cell, ()))
