"""Who is how large on the wall, and where: pure."""

from __future__ import annotations

import itertools
import random

import pytest

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.wall.arrangement import (
    CELL_HEIGHT,
    CELL_WIDTH,
    GAP,
    HEAD_HEIGHT,
    LEAST_ROWS,
    MOST_TILES,
    ROW_HEIGHT,
    Occupant,
    Room,
    Stage,
    arrange,
    frozen,
)

ROOM = Room(784, 720)
W, C = Level.WARNING, Level.CAUTION


def key(number):
    return VehicleKey("fleet", f"uav-{number:02d}")


def fleet(count, **of):
    """`v3={...}` is what is said of the third."""
    return [Occupant(key=key(number), **of.get(f"v{number}", {})) for number in range(1, count + 1)]


def stages(found, *numbers):
    return [found.stage(key(number)) for number in numbers]


def is_whole(found, occupants, room):
    """Nobody is lost, no tile covers another, and all are in the room."""
    keys = [one.key for one in occupants]
    assert sorted([*found.spots, *found.rows]) == sorted(keys)
    assert found.spots.keys() == found.stages.keys()
    assert len(found.spots) <= MOST_TILES
    cells = list(itertools.chain.from_iterable(spot.cells() for spot in found.spots.values()))
    assert len(cells) == len(set(cells))
    assert all(0 <= x < found.columns for x, _ in cells)
    if found.spots:
        assert found.cell_rows * (CELL_HEIGHT + GAP) - GAP <= room.height
        assert room.width >= found.columns * (CELL_WIDTH + GAP) - GAP


@pytest.mark.parametrize(
    ("count", "stage"),
    [(1, Stage.FULL), (2, Stage.FULL), (4, Stage.MEDIUM), (9, Stage.MEDIUM), (12, Stage.MEDIUM), (13, Stage.ROW)],
)
def test_calm_vehicles_are_as_large_as_the_room_allows(count, stage):
    occupants = fleet(count)
    found = arrange(ROOM, occupants)
    is_whole(found, occupants, ROOM)
    assert set(stages(found, *range(1, count + 1))) == {stage}


@pytest.mark.parametrize(("count", "is_tiled"), [(MOST_TILES, True), (MOST_TILES + 1, False)])
def test_sixteen_are_tiles_where_there_is_room_and_seventeen_are_not(count, is_tiled):
    found = arrange(Room(3000, 2000), fleet(count))
    assert bool(found.spots) is is_tiled


def test_warnings_grow_first_then_cautions_and_the_calm_ones_are_rows():
    occupants = fleet(
        16,
        v3={"level": W, "since_s": 1.0},
        v6={"level": W, "since_s": 2.0},
        v4={"level": C, "since_s": 0.5},
        v5={"level": C, "since_s": 0.6},
        v7={"is_chosen": True},
    )
    found = arrange(ROOM, occupants)
    is_whole(found, occupants, ROOM)
    assert stages(found, 3, 4, 5, 7) == [Stage.FULL, Stage.MEDIUM, Stage.MEDIUM, Stage.MEDIUM]
    assert stages(found, 6)[0] >= Stage.MEDIUM
    assert found.rows == tuple(key(number) for number in (1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16))


def test_a_warning_is_worth_that_calm_ones_shrink_and_a_caution_is_not():
    assert set(stages(arrange(ROOM, fleet(12, v1={"level": C})), *range(1, 13))) == {Stage.MEDIUM}
    found = arrange(ROOM, fleet(12, v1={"level": W}))
    assert stages(found, 1, 2) == [Stage.FULL, Stage.ROW]


def test_the_older_of_two_warnings_is_the_large_one_however_they_are_sorted():
    low = Room(784, 2 * (CELL_HEIGHT + GAP) + HEAD_HEIGHT + LEAST_ROWS * ROW_HEIGHT + GAP)
    for old, new in ((3, 9), (9, 3)):
        of = {f"v{old}": {"level": W, "since_s": 1.0}, f"v{new}": {"level": W, "since_s": 2.0}}
        of |= {f"v{number}": {"level": C} for number in (5, 6, 7)}
        found = arrange(low, fleet(20, **of))
        assert stages(found, old, new) == [Stage.FULL, Stage.MEDIUM]


def test_chosen_and_pinned_are_medium_before_any_warning_in_a_low_room():
    # one row of tiles above four rows
    low = Room(784, CELL_HEIGHT + GAP + HEAD_HEIGHT + LEAST_ROWS * ROW_HEIGHT)
    of = {f"v{number}": {"level": W, "since_s": float(number)} for number in range(1, 8)}
    found = arrange(low, fleet(30, v20={"is_chosen": True}, v21={"is_pinned": True}, **of))
    assert stages(found, 20, 21) == [Stage.MEDIUM, Stage.MEDIUM]
    assert stages(found, 1, 2, 3) == [Stage.MEDIUM, Stage.MEDIUM, Stage.ROW]
    # a pixel less, and there is no room for a tile
    assert not arrange(Room(784, low.height - 1), fleet(30, v20={"is_chosen": True})).spots


def test_the_chosen_one_keeps_its_place_while_trouble_comes_and_goes():
    calm = fleet(20, v7={"is_chosen": True})
    found = arrange(ROOM, calm)
    place = found.spots[key(7)]
    for of in ({"v2": {"level": W}}, {"v2": {"level": W}, "v3": {"level": W}, "v4": {"level": C}}, {}):
        found = arrange(ROOM, fleet(20, v7={"is_chosen": True}, **of), found)
        spot = found.spots[key(7)]
        assert (spot.column, spot.row) == (place.column, place.row)


def test_trouble_that_comes_moves_no_tile_that_stays_as_it_is():
    of = {f"v{number}": {"level": C, "since_s": float(number)} for number in (2, 3, 4)}
    before = arrange(ROOM, fleet(40, **of))
    after = arrange(ROOM, fleet(40, v1={"level": C, "since_s": 9.0}, **of), before)
    same = [one for one in before.spots if before.stages[one] is after.stage(one)]
    assert [after.spots[one] for one in same] == [before.spots[one] for one in same]


@pytest.mark.parametrize("stage", [Stage.ROW, Stage.MEDIUM])
def test_what_is_under_the_pointer_keeps_its_size(stage):
    of = {} if stage is Stage.ROW else {"is_chosen": True}
    before = arrange(ROOM, fleet(20, v5=of))
    assert before.stage(key(5)) is stage
    after = arrange(ROOM, fleet(20, v5={"is_held": True, "level": W}), before)
    assert after.stage(key(5)) is stage
    # and grows when the pointer has left
    assert arrange(ROOM, fleet(20, v5={"level": W}), after).stage(key(5)) is Stage.FULL


def test_what_is_frozen_moves_nobody_and_loses_nobody():
    before = arrange(ROOM, fleet(20, v3={"level": W}, v4={"level": C}))
    gone = [one for one in fleet(22, v9={"level": W}) if one.key not in (key(4), key(12))]
    after = frozen(before, gone)
    is_whole(after, gone, ROOM)
    assert after.spots == {one: spot for one, spot in before.spots.items() if one != key(4)}
    assert after.rows[-2:] == (key(21), key(22))
    assert after.stage(key(9)) is Stage.ROW


def test_the_rows_stay_in_the_order_that_they_were_given_in():
    occupants = fleet(30, v8={"level": C})[::-1]
    assert arrange(ROOM, occupants).rows == tuple(one.key for one in occupants if one.key != key(8))


def test_any_fleet_in_any_room_is_whole():
    chance = random.Random(7)
    before = arrange(ROOM, [])
    for _ in range(400):
        room = Room(chance.randrange(0, 1900), chance.randrange(0, 1200))
        occupants = [
            Occupant(
                key=key(number),
                level=chance.choice((Level.NORMAL, Level.NORMAL, C, W)),
                since_s=chance.random(),
                is_chosen=number == 3,
                is_pinned=chance.random() < 0.1,
                is_held=number == 5,
            )
            for number in range(1, chance.choice((2, 5, 10, 17, 40)))
        ]
        before = arrange(room, occupants, before)
        is_whole(before, occupants, room)
