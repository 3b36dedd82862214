# SPDX-License-Identifier: Apache-2.0
"""Puts tiles of one or four cells into a grid so that who has a place keeps it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from groundstation.fleet.identity import VehicleKey


class Spot(NamedTuple):
    """Cells of one tile."""

    column: int
    row: int
    columns: int
    rows: int

    def cells(self) -> Iterable[tuple[int, int]]:
        """All of them."""
        return ((x, y) for x in range(self.column, self.column + self.columns) for y in range(self.row, self.bottom))

    @property
    def bottom(self) -> int:
        """The row below it."""
        return self.row + self.rows


class Box(NamedTuple):
    """One tile that wants a place."""

    key: VehicleKey
    columns: int
    rows: int
    is_fixed: bool = False
    """Whether it keeps its corner even where another order needed fewer rows."""


Spots = dict[VehicleKey, Spot]


def packed(boxes: Sequence[Box], columns: int, rows: int, before: Mapping[VehicleKey, Spot]) -> Spots | None:
    """A place for each.

    Args:
        boxes: the most important first.
        columns: of the grid.
        rows: of the grid at most.
        before: where they were.

    Returns:
        Where they are now; None where there is no room for all.
    """
    kept = _placed(boxes, columns, rows, {box.key: before[box.key] for box in boxes if box.key in before})
    anchored = {box.key: before[box.key] for box in boxes if box.is_fixed and box.key in before}
    anew = _placed(boxes, columns, rows, anchored)
    if kept is not None and (anew is None or height(kept) <= height(anew)):
        return kept
    return anew if anew is not None else _placed(boxes, columns, rows, {})


def height(spots: Mapping[VehicleKey, Spot]) -> int:
    """Rows of the grid that are used."""
    return max((one.bottom for one in spots.values()), default=0)


def _placed(boxes: Sequence[Box], columns: int, rows: int, wanted: Mapping[VehicleKey, Spot]) -> Spots | None:
    taken: set[tuple[int, int]] = set()
    found: Spots = {}

    def put(box: Box, column: int, row: int) -> bool:
        spot = Spot(column, row, box.columns, box.rows)
        fits = column + box.columns <= columns and spot.bottom <= rows and taken.isdisjoint(spot.cells())
        if fits:
            taken.update(spot.cells())
            found[box.key] = spot
        return fits

    # first who stays as large as it was, then the others: their old corner, else the first free one, large ones first
    for box in boxes:
        old = wanted.get(box.key)
        if old is not None and (old.columns, old.rows) == (box.columns, box.rows):
            put(box, old.column, old.row)
    for box in sorted((one for one in boxes if one.key not in found), key=lambda one: -one.columns * one.rows):
        old = wanted.get(box.key)
        if old is not None and put(box, old.column, old.row):
            continue
        if not any(put(box, x, y) for y in range(rows) for x in range(columns)):
            return None
    return found
