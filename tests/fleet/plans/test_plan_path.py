# SPDX-License-Identifier: Apache-2.0
"""The way of a mission, which several ask for after each change."""

from __future__ import annotations

from groundstation.fleet.plans import plan_path
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import MOST_RECENT, Place, path_of

HOME, OTHER = Place(41.0, 39.7), Place(42.0, 39.7)


def mission(at: int) -> tuple[PlanItem, ...]:
    point = PlanItem(command=Cmd.WAYPOINT, x=41.0 + at / 1000, y=39.7, z=30.0)
    return (point, PlanItem(command=Cmd.RETURN, frame=2))


def test_a_way_that_was_just_found_is_not_looked_for_again() -> None:
    items = mission(1)
    assert path_of(items, HOME) is path_of(items, HOME)


def test_another_home_and_other_items_have_another_way() -> None:
    items, moved = mission(1), mission(2)
    ways = [path_of(items, HOME), path_of(items, OTHER), path_of(items, None), path_of(moved, HOME)]
    assert [[point.place for point in way] for way in ways] == [
        [Place(41.001, 39.7), HOME],
        [Place(41.001, 39.7), OTHER],
        [Place(41.001, 39.7)],
        [Place(41.002, 39.7), HOME],
    ]


def test_no_more_than_a_few_ways_are_kept() -> None:
    plans = [mission(at) for at in range(MOST_RECENT + 1)]
    ways = [path_of(items, HOME) for items in plans]
    assert len(plan_path._RECENT.ways) == MOST_RECENT
    assert path_of(plans[-1], HOME) is ways[-1]
    assert path_of(plans[0], HOME) is not ways[0]
    assert path_of(plans[0], HOME) == ways[0]
