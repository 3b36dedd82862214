# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.sparkplug.sequence import CALM_ROW, HALF, IN_A_ROW, SECOND_ROW, NodeSequence, Verdict

BORN_MS = 1_000_000


def sequence(last=0, born_ms=BORN_MS):
    return NodeSequence(last, born_ms)


@pytest.mark.parametrize("first", [0, 1, 254, 255])
def test_numbers_wrap_from_any_beginning(first):
    numbers = sequence(first)
    for step in range(1, 600):
        assert numbers.take((first + step) % 256, BORN_MS + step) == (Verdict.NEXT, 0)
    assert not numbers.missing


@pytest.mark.parametrize("ahead", [1, 7, HALF - 1, HALF, 254])
def test_any_number_comes_after_an_outage_if_it_is_newer(ahead):
    numbers = sequence(250)
    assert numbers.take((251 + ahead) % 256, BORN_MS + 5) == (Verdict.GAP, ahead)
    assert len(numbers.missing) == ahead


@pytest.mark.parametrize("at_ms", [BORN_MS + 9, None])
def test_what_was_overtaken_fills_its_place(at_ms):
    numbers = sequence()
    assert numbers.take(3, BORN_MS + 10)[0] is Verdict.GAP
    assert numbers.take(1, at_ms)[0] is Verdict.FILLS
    assert numbers.missing == {2}
    assert numbers.take(1, at_ms)[0] is Verdict.LATE
    assert numbers.take(4, BORN_MS + 11)[0] is Verdict.NEXT


@pytest.mark.parametrize(
    ("at_ms", "verdict"), [(BORN_MS + 10, Verdict.LATE), (None, Verdict.LATE), (BORN_MS + 11, Verdict.GAP)]
)
def test_the_same_number_twice_is_one_message_unless_it_is_newer(at_ms, verdict):
    numbers = sequence()
    numbers.take(1, BORN_MS + 10)
    assert numbers.take(1, at_ms)[0] is verdict


@pytest.mark.parametrize("has_times", [True, False])
def test_what_is_missing_stays_so_when_its_number_comes_round_again(has_times):
    numbers = sequence()
    for step in (1, 2, *range(4, 600)):
        verdict, _ = numbers.take(step % 256, BORN_MS + step if has_times else None)
        assert verdict is (Verdict.GAP if step == 4 else Verdict.NEXT), step
    assert numbers.missing == {3}


@pytest.mark.parametrize(("at_ms", "verdict"), [(BORN_MS, Verdict.NEXT), (BORN_MS - 1, Verdict.LATE)])
def test_a_number_that_follows_by_chance_is_late_if_it_was_said_before_the_birth(at_ms, verdict):
    assert sequence().take(1, at_ms)[0] is verdict


def test_what_is_of_an_earlier_life_is_late():
    numbers = sequence()
    numbers.take(1, BORN_MS + 10)
    assert numbers.take(77, BORN_MS - 500)[0] is Verdict.LATE
    assert numbers.take(2, BORN_MS + 11)[0] is Verdict.NEXT


def test_a_node_whose_clock_was_set_back_is_believed_soon():
    numbers = sequence()
    numbers.take(1, BORN_MS + 10)
    verdicts = [numbers.take(2 + step, BORN_MS - 90_000 + step)[0] for step in range(IN_A_ROW + 3)]
    assert verdicts[: IN_A_ROW - 1] == [Verdict.LATE] * (IN_A_ROW - 1)
    assert verdicts[IN_A_ROW - 1] is Verdict.GAP
    assert verdicts[IN_A_ROW:] == [Verdict.NEXT] * 3


@pytest.mark.parametrize(("heard", "has_second"), [(SECOND_ROW + 1, False), (SECOND_ROW + 2, True)])
def test_two_rows_of_numbers_are_two_nodes(heard, has_second):
    # the first of each row follows nothing
    numbers = sequence()
    for step in range(heard):
        numbers.take((1, 101)[step % 2] + step // 2, BORN_MS + step)
    assert numbers.has_second is has_second


@pytest.mark.parametrize("behind_ms", [0, 500, 5_000_000])
def test_two_nodes_need_no_common_clock(behind_ms):
    numbers = sequence()
    for step in range(30):
        numbers.take((1, 101)[step % 2] + step // 2, BORN_MS + 100 * step - behind_ms * (step % 2))
    assert numbers.has_second


def test_one_row_again_is_one_node_again():
    numbers = sequence()
    for step in range(SECOND_ROW + 3):
        numbers.take(1 + step, BORN_MS + 2 * step)
        numbers.take(101 + step, BORN_MS + 2 * step + 1)
    last, now_ms = numbers.last, BORN_MS + 1000
    for step in range(CALM_ROW):
        assert numbers.has_second
        numbers.take((last + 1 + step) % 256, now_ms + step)
    assert not numbers.has_second


def test_neighbours_that_change_places_are_no_second_node():
    numbers, now_ms = sequence(), BORN_MS
    for first in range(1, 40, 2):
        numbers.take(first + 1, now_ms + 10 * first + 1)
        numbers.take(first, now_ms + 10 * first)
    assert not numbers.missing
    assert not numbers.has_second
