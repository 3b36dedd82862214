# SPDX-License-Identifier: Apache-2.0
"""Lists in the order of time that grow by a little are what sorting would make of them."""

from __future__ import annotations

import random

import pytest

from groundstation.fleet.time_order import added_to, put_in


class Thing:
    """One of many that happened; none is like another."""

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s


def time_of(one: Thing) -> float:
    return one.at_s


@pytest.mark.parametrize("seed", range(20))
def test_what_is_put_in_stands_as_if_all_were_sorted(seed: int) -> None:
    dice = random.Random(seed)
    # few different times: many of them are equal
    things = [Thing(dice.randrange(12)) for _ in range(60)]
    ordered: list[Thing] = []
    place = 0
    while place < len(things):
        step = dice.randrange(1, 9)
        before = list(ordered)
        put_in(ordered, things[place : place + step], time_of)
        added = added_to(before, ordered)
        assert added is not None
        assert sorted(map(id, added)) == sorted(map(id, things[place : place + step]))
        assert [one.at_s for one in added] == sorted(one.at_s for one in added)
        place += step
    assert ordered == sorted(things, key=time_of)


def test_another_list_has_nothing_added() -> None:
    old = [Thing(at_s) for at_s in range(5)]
    assert added_to(old, old[1:]) is None
    assert added_to(old, [Thing(one.at_s) for one in old]) is None
    assert added_to(old, [Thing(0), *(Thing(one.at_s) for one in old)]) is None
    assert added_to(old, list(old)) == []
    assert added_to([], old) == old
