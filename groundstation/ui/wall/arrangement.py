# SPDX-License-Identifier: Apache-2.0
"""Who is how large on the wall, and where: by the room, by trouble, by what the operator chose. Pure.

Trouble grows and calm shrinks: warnings that nobody has acknowledged come first, then cautions. The chosen vehicle and
those that are pinned are medium at least. One that is held, under the pointer, stays as large as it is.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.wall.packing import Box, Spot, Spots, height, packed

CELL_WIDTH, CELL_HEIGHT = 186, 186
"""Of a medium tile at least, pixels; a full one has two by two."""
MOST_CELL_HEIGHT = 300
GAP = 6
ROW_HEIGHT, HEAD_HEIGHT = 28, 26
"""Of a row, and of the titles above the rows, pixels."""
MOST_TILES = 16
LEAST_ROWS, MORE_ROWS = 4, 10
"""Rows that stay in view where the first warning grows, and where others do; where cautions do, all rows."""


class Stage(enum.IntEnum):
    """How much of a vehicle is shown; the numbers and their order are the same in each."""

    ROW = 0
    MEDIUM = 1
    FULL = 2


class Occupant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One vehicle that wants room."""

    key: VehicleKey
    level: Level = Level.NORMAL
    """Of a trouble that nobody has acknowledged."""
    since_s: float = 0.0
    """When that began: of equals the older one comes first, so that a new one moves nobody."""
    is_chosen: bool = False
    is_pinned: bool = False
    is_held: bool = False
    """Whether the pointer is on it."""

    @property
    def claims(self) -> bool:
        """Whether it wants to be more than a row."""
        return self.is_chosen or self.is_pinned or self.level >= Level.CAUTION

    @property
    def rank(self) -> tuple[int, int, float]:
        """A sort key, who is given room first."""
        is_by_hand = self.is_chosen or self.is_pinned or self.is_held
        return int(not is_by_hand), -self.level, self.since_s


class Room(msgspec.Struct, frozen=True, gc=False):
    """What there is, pixels."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        """Medium tiles side by side."""
        return (self.width + GAP) // (CELL_WIDTH + GAP)

    def cell_rows(self, rows: int) -> int:
        """Medium tiles one above the other, above so many rows."""
        taken = HEAD_HEIGHT + rows * ROW_HEIGHT + GAP if rows else 0
        return max(0, (self.height - taken + GAP) // (CELL_HEIGHT + GAP))


class Arrangement(msgspec.Struct, frozen=True):
    """Where everybody is."""

    spots: dict[VehicleKey, Spot] = {}
    """Of the tiles, in cells."""
    stages: dict[VehicleKey, Stage] = {}
    """Of the tiles."""
    rows: tuple[VehicleKey, ...] = ()
    """Who is a row, in order."""
    columns: int = 1

    @property
    def cell_rows(self) -> int:
        """Rows of cells that the tiles take."""
        return height(self.spots)

    def stage(self, key: VehicleKey) -> Stage:
        """Of one vehicle; a row where it is not known."""
        return self.stages.get(key, Stage.ROW)

    def cell_height(self, room: Room) -> int:
        """Of a cell, pixels: without rows the tiles take what there is."""
        if self.rows or not self.spots:
            return CELL_HEIGHT
        return max(CELL_HEIGHT, min(MOST_CELL_HEIGHT, (room.height + GAP) // self.cell_rows - GAP))


NOTHING = Arrangement()


def arrange(room: Room, occupants: Sequence[Occupant], before: Arrangement = NOTHING) -> Arrangement:
    """Give everybody a stage and a place.

    Args:
        room: what there is.
        occupants: all vehicles, in the order of the rows.
        before: how it was: who is held keeps its stage, and nobody moves without need.
    """
    ranked = sorted(occupants, key=lambda one: one.rank)
    for calm, columns in _ways(room, len(occupants)):
        found = _Way(room, ranked, before, calm, columns).spots()
        if found is not None:
            wanted, spots = found
            rows = tuple(one.key for one in occupants if one.key not in spots)
            stages = {key: stage for key, stage in wanted.items() if key in spots}
            return Arrangement(spots, stages, rows, columns)
    return Arrangement(rows=tuple(one.key for one in occupants))


def frozen(before: Arrangement, occupants: Sequence[Occupant]) -> Arrangement:
    """Nothing changes its size or place but that who is gone is gone, and who is new is a row behind the others.

    Args:
        before: how it was.
        occupants: all vehicles.
    """
    keys = [one.key for one in occupants]
    known = set(keys)
    spots = {key: spot for key, spot in before.spots.items() if key in known}
    rows = [key for key in before.rows if key in known]
    shown = {*spots, *rows}
    rows += [key for key in keys if key not in shown]
    return Arrangement(spots, {key: before.stage(key) for key in spots}, tuple(rows), before.columns)


def _ways(room: Room, count: int) -> Iterator[tuple[Stage, int]]:
    """How large calm ones could be, the largest first, and columns for that."""
    if 0 < count <= MOST_TILES:
        full = range(2, room.columns + 1, 2) if room.columns > 1 else range(1, room.columns + 1)
        yield from ((Stage.FULL, one) for one in _squarest(room, full, max(1, count)))
        yield from ((Stage.MEDIUM, one) for one in _squarest(room, range(1, room.columns + 1), count))
    yield Stage.ROW, room.columns


def _squarest(room: Room, columns: Sequence[int], count: int) -> list[int]:
    def how_long(many: int) -> float:
        across = max(1, many // (2 if columns[0] == 2 else 1))
        wide, high = room.width / across, room.height / math.ceil(count / across)
        return abs(math.log(wide / max(1.0, high)))

    return sorted(columns, key=how_long)


class _Way:
    """One try: calm vehicles of one stage, a grid of so many columns."""

    def __init__(self, room: Room, ranked: Sequence[Occupant], before: Arrangement, calm: Stage, columns: int) -> None:
        self._room, self._ranked, self._calm, self._columns = room, ranked, calm, columns
        self._before: Mapping[VehicleKey, Spot] = before.spots
        self._wanted = {one.key: self._first(one, before) for one in ranked}

    def _first(self, one: Occupant, before: Arrangement) -> Stage:
        is_known = one.key in before.spots or one.key in before.rows
        if one.is_held and is_known:
            return before.stage(one.key)
        return max(self._calm, Stage.MEDIUM) if one.claims else self._calm

    def spots(self) -> tuple[dict[VehicleKey, Stage], Spots] | None:
        """Stages and places; None where this try has no room for everybody."""
        if self._calm is Stage.ROW:
            for one in [one for one in self._ranked if self._wanted[one.key] > Stage.ROW][MOST_TILES:]:
                self._wanted[one.key] = Stage.ROW
        found = self._fit(LEAST_ROWS)
        if found is None and self._calm > Stage.ROW:
            return None
        # in a low room the last who claimed stays a row
        for one in reversed(self._ranked):
            if found is not None:
                break
            if self._wanted[one.key] > Stage.ROW:
                self._wanted[one.key] = Stage.ROW
                found = self._fit(LEAST_ROWS)
        return None if found is None else self._grown(found)

    def _grown(self, found: Spots) -> tuple[dict[VehicleKey, Stage], Spots] | None:
        warned = [one for one in self._ranked if one.level is Level.WARNING]
        for number, one in enumerate(sorted(warned, key=lambda one: one.since_s)):
            more = self._larger(one, MORE_ROWS if number else LEAST_ROWS, height(found))
            is_small = self._wanted[one.key] is not Stage.FULL
            if is_small and number == 0 and self._calm > Stage.ROW and not one.is_held:
                # a warning is worth that the calm ones shrink
                return None
            found = more or found
        for one in self._ranked:
            if one.claims and one.level is not Level.WARNING:
                found = self._larger(one, len(self._ranked), height(found)) or found
        return self._wanted, found

    def _larger(self, one: Occupant, rows: int, used: int) -> Spots | None:
        """Places with this one in full; None where that is too much, and then nothing has changed.

        Args:
            one: who wants it.
            rows: how many stay in view; cells that would stay empty are taken whatever it leaves.
            used: rows of cells that are used already.
        """
        before = self._wanted[one.key]
        # who found no place as a medium one finds none as a full one
        if one.is_held or before is Stage.ROW or before is Stage.FULL:
            return None
        self._wanted[one.key] = Stage.FULL
        found = self._fit(rows)
        if found is None:
            found = self._fit(LEAST_ROWS)
            if found is not None and height(found) > used:
                found = None
        if found is None:
            self._wanted[one.key] = before
        return found

    def _fit(self, rows: int) -> Spots | None:
        boxes = [self._box(one, self._wanted[one.key]) for one in self._ranked if self._wanted[one.key] > Stage.ROW]
        high = self._room.cell_rows(min(rows, len(self._ranked) - len(boxes)))
        # counted first: that is nearly always enough to say no
        if sum(box.columns * box.rows for box in boxes) > self._columns * high:
            return None
        return packed(boxes, self._columns, high, self._before)

    def _box(self, one: Occupant, stage: Stage) -> Box:
        is_fixed = one.is_chosen or one.is_pinned or one.is_held
        if stage is Stage.FULL:
            return Box(one.key, min(2, self._columns), 2, is_fixed)
        return Box(one.key, 1, 1, is_fixed)
