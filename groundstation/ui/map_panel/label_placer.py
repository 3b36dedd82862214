# SPDX-License-Identifier: Apache-2.0
"""Finds room for labels beside their vehicles, so that they don't cover each other. Pure."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
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
    is_important: bool = False
    """Looks farther away for room; the others are left out sooner."""
    radius: float = 9.0
    """Of what it is the label of: no label covers that."""


class Written:
    """Where layers of one map have written beside the labels of vehicles, which keep clear of it."""

    def __init__(self) -> None:
        self._boxes: dict[str, tuple[Box, ...]] = {}

    def put(self, by: str, boxes: Iterable[Box]) -> None:
        """What a layer has written in this frame.

        Args:
            by: the layer's key.
            boxes: on the screen; none for nothing.
        """
        self._boxes[by] = tuple(boxes)

    def others(self, by: str = "") -> list[Box]:
        """What all layers but one have written."""
        return [box for key, boxes in self._boxes.items() if key != by for box in boxes]


GAP = 13.0
_SIDES = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, 1), (0, -1))
"""Right first, then left, corners, below, above."""
CELL = 48.0
_NEAR = len(_SIDES)
LEADERS = ((34.0, 12), (58.0, 12), (90.0, 16), (130.0, 16))
"""With a line to it, a label stands so many pixels away, in so many directions."""
RINGS = 2
"""Of those for labels that are not important."""
MOST_WITH_LINES = 60
"""Of a larger crowd only important labels have lines: more are a tangle, and are felt."""


Taken = dict[tuple[int, int], list[Box]]
"""Boxes by the cells of a grid that they touch."""


class LabelPlacer:
    """Remembers which place a label had, and keeps it while there is room: labels don't jump."""

    def __init__(self) -> None:
        self._places: dict[Hashable, int] = {}

    def place(
        self, wanted: list[Wanted], blocked: Sequence[Box] = (), marks: Sequence[Box] = ()
    ) -> dict[Hashable, Box]:
        """Boxes by key, the first in the list served first; a label without room is left out.

        Args:
            wanted: labels.
            blocked: where something else is written.
            marks: what else must not be covered, which has no label.
        """
        taken: Taken = {}
        for box in (*blocked, *marks):
            _take(taken, box)
        for one in wanted:
            # the marks themselves: a label must not hide another vehicle
            _take(taken, Box(one.x - one.radius, one.y - one.radius, one.x + one.radius, one.y + one.radius))
        placed: dict[Hashable, Box] = {}
        is_small = len(wanted) <= MOST_WITH_LINES
        for one in wanted:
            most = len(_SHIFTS) if one.is_important else _ORDINARY if is_small else _NEAR
            # the place that it had comes first
            known = self._places.get(one.key)
            place = _free_place(taken, one, _FIRST_ORDER[:most] if known is None else (known, *_FIRST_ORDER[:most]))
            if place is None:
                self._places.pop(one.key, None)
                continue
            self._places[one.key] = place
            placed[one.key] = _box(one, place)
            _take(taken, placed[one.key])
        return placed


def leader_end(x: float, y: float, box: Box) -> tuple[float, float] | None:
    """Where the line from a mark meets its label; None where the label stands beside it."""
    across, down = min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
    away = math.hypot(across - x, down - y)
    return (across, down) if away > 1.5 * GAP else None


def _shift(across: int, down: int) -> tuple[float, float, float, float]:
    """Of the left edge by shares of the width and by pixels, of the upper edge by shares of the height and pixels."""
    gap = GAP if not (across and down) else GAP * 0.75
    return (across - 1) / 2, across * gap, (down - 1) / 2, down * gap


def _leader(turn: float, away: float) -> tuple[float, float, float, float]:
    """The middle of the side that is turned to the mark is so far from it."""
    across, down = math.cos(turn), math.sin(turn)
    return (across - 1) / 2, across * away, (down - 1) / 2, down * away


_SHIFTS = (
    *(_shift(*side) for side in _SIDES),
    *(_leader(2 * math.pi * number / count, away) for away, count in LEADERS for number in range(count)),
)
_FIRST_ORDER = tuple(range(len(_SHIFTS)))
_ORDINARY = _NEAR + sum(count for _, count in LEADERS[:RINGS])


def _box(one: Wanted, place: int) -> Box:
    widths, right, heights, down = _SHIFTS[place]
    wider = _wider(one)
    left, top = one.x + widths * one.width + right * wider, one.y + heights * one.height + down * wider
    return Box(left, top, left + one.width, top + one.height)


def _wider(one: Wanted) -> float:
    """Labels of what is larger stand farther away from its middle."""
    return (one.radius + 4.0) / GAP


def _take(taken: Taken, box: Box) -> None:
    left, top, right, bottom = box
    for column in range(int(left // CELL), int(right // CELL) + 1):
        for row in range(int(top // CELL), int(bottom // CELL) + 1):
            taken.setdefault((column, row), []).append(box)


def _free_place(taken: Taken, one: Wanted, places: Sequence[int]) -> int | None:
    """The first of these where nothing is; None for nowhere. Written out: a crowd of 500 asks 30,000 times."""
    _, x, y, width, height, _, _ = one
    wider = _wider(one)
    for place in places:
        widths, across, heights, down = _SHIFTS[place]
        left, top = x + widths * width + across * wider, y + heights * height + down * wider
        if _is_free(taken, left, top, left + width, top + height):
            return place
    return None


def _is_free(taken: Taken, left: float, top: float, right: float, bottom: float) -> bool:
    rows = range(int(top // CELL), int(bottom // CELL) + 1)
    for column in range(int(left // CELL), int(right // CELL) + 1):
        for row in rows:
            for other_left, other_top, other_right, other_bottom in taken.get((column, row), ()):
                if left < other_right and other_left < right and top < other_bottom and other_top < bottom:
                    return False
    return True
