# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random

import pytest

from groundstation.transport.sequence import ASK_AGAIN_S, MAX_ASKED, MAX_GAPS, MAX_JUMP, PATIENCE_S, Gap, Sequences

T, S = "fleet/uav-1/evt", "a"


def taken(*numbers: int) -> Sequences:
    sequences = Sequences()
    sequences.kept.add(T)
    for number in numbers:
        sequences.take(T, S, number, 0.0)
    return sequences


def test_what_comes_twice_is_refused() -> None:
    sequences = taken(0, 1, 2)
    assert not sequences.take(T, S, 1, 0.0)
    assert sequences.duplicates == 1


def test_a_gap_is_asked_for_after_a_moment_and_again_later() -> None:
    sequences = taken(0, 4)
    assert sequences.due(PATIENCE_S - 0.1) == []
    assert sequences.due(PATIENCE_S) == [Gap(T, S, 1, 3)]
    assert sequences.due(PATIENCE_S + 1.0) == []
    assert sequences.due(PATIENCE_S + ASK_AGAIN_S) == [Gap(T, S, 1, 3)]
    assert sequences.missing == 3


def test_a_late_message_fills_its_place_once() -> None:
    sequences = taken(0, 4)
    assert sequences.take(T, S, 2, 1.0)
    assert not sequences.take(T, S, 2, 1.0)
    assert sequences.due(1.0) == [Gap(T, S, 1, 1), Gap(T, S, 3, 3)]
    assert (sequences.recovered, sequences.duplicates, sequences.missing) == (1, 1, 2)


def test_what_was_before_the_first_message_is_no_loss_unless_it_can_be_had() -> None:
    sequences = taken(100)
    assert sequences.missing == 0
    sequences.expect(T, S, 90, 101, 0.0)
    assert sequences.due(1.0) == [Gap(T, S, 90, 99)]
    assert sequences.lost == 0


def test_the_writer_tells_of_a_loss_at_the_end() -> None:
    sequences = taken(0, 1)
    sequences.expect(T, S, 0, 5, 0.0)
    assert sequences.due(1.0) == [Gap(T, S, 2, 4)]


def test_a_session_that_was_never_heard_is_missed_whole() -> None:
    sequences = Sequences()
    sequences.expect(T, "other", 3, 7, 0.0)
    assert sequences.due(1.0) == [Gap(T, "other", 3, 6)]


def test_two_extents_of_one_session_leave_alone_what_is_gone_between_them() -> None:
    sequences = Sequences()
    sequences.expect(T, S, 900, 1001, 0.0)
    sequences.expect(T, S, 300, 501, 0.0)
    asked = sequences.due(1.0)
    assert asked == [Gap(T, S, 900, 1000), Gap(T, S, 300, 500)]
    assert sequences.lost == 0


def test_what_the_writer_has_no_more_is_lost() -> None:
    sequences = taken(0, 10)
    sequences.take(T, S, 8, 0.0)
    sequences.take(T, S, 9, 0.0)
    sequences.answered(Gap(T, S, 1, 9), 2, 1.0)
    assert (sequences.missing, sequences.lost, sequences.recovered) == (0, 7, 2)


def test_an_answer_that_was_lost_on_its_way_is_asked_for_again() -> None:
    sequences = taken(0, 10)
    sequences.answered(Gap(T, S, 1, 9), 9, 1.0)
    assert sequences.missing == 9
    assert sequences.due(1.0) == [Gap(T, S, 1, 9)]


def test_a_gap_that_nobody_answers_is_given_up() -> None:
    sequences = taken(0, 2)
    now_s = 0.0
    for _ in range(MAX_ASKED + 1):
        now_s += 100.0
        sequences.due(now_s)
    assert (sequences.missing, sequences.lost) == (0, 1)


def test_gaps_of_topics_that_nobody_keeps_are_no_loss() -> None:
    sequences = Sequences()
    sequences.take(T, S, 0, 0.0)
    sequences.take(T, S, 9, 0.0)
    assert sequences.due(10.0) == []
    assert sequences.missing == 0
    sequences.kept.add(T)
    assert sequences.due(10.0) == [Gap(T, S, 1, 8)]


def test_a_later_life_knows_what_came_and_what_is_missing() -> None:
    states = taken(3, 4, 8).snapshot()
    later = Sequences()
    later.kept.add(T)
    later.restore(states, 100.0)
    assert not later.take(T, S, 4, 100.0)
    assert later.take(T, S, 6, 100.0)
    assert later.due(101.0) == [Gap(T, S, 5, 5), Gap(T, S, 7, 7)]


def test_a_long_gap_is_asked_for_in_parts() -> None:
    sequences = taken(0, 5_001)
    (first,) = sequences.due(1.0)
    assert (first.first, first.last) == (1, 2_000)
    sequences.answered(first, 0, 1.0)
    (second,) = sequences.due(2.0)
    assert (second.first, second.last) == (2_001, 4_000)


def test_any_order_with_losses_and_repeats_takes_each_number_once() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        wanted = list(range(rng.randint(1, 60)))
        stream = [one for one in wanted if rng.random() > 0.3] + rng.choices(wanted, k=20)
        rng.shuffle(stream)
        sequences = Sequences()
        got = [one for one in stream if sequences.take(T, S, one, 0.0)]
        assert sorted(got) == sorted(set(stream)), seed
        sequences.expect(T, S, 0, len(wanted), 0.0)
        missing = {one for gap in sequences.due(1.0) for one in range(gap.first, gap.last + 1)}
        assert missing == set(wanted) - set(stream), seed
        for one in missing:
            assert sequences.take(T, S, one, 2.0)
        assert sequences.missing == 0


@pytest.mark.parametrize("number", [1 << 52, 20_000, 9_000, 60])
@pytest.mark.parametrize("comes_first", [True, False])
def test_one_forged_number_costs_no_later_message(number: int, *, comes_first: bool) -> None:
    sequences = Sequences()
    sequences.keep(T)
    for seq in () if comes_first else range(50):
        assert sequences.take(T, S, seq, 0.0)
    sequences.take(T, S, number, 0.0, b"forged")
    for seq in range(50, 240):
        now_s = 0.1 * seq
        assert sequences.take(T, S, seq, now_s, b"true"), seq
        for gap in sequences.due(now_s):
            sequences.answered(gap, 0, now_s)
    assert sequences.duplicates == 0
    assert sequences.missing < 20_000
    sequences.take(T, S, 242, 30.0)
    sequences.expect(T, S, 0, 243, 30.0)
    asked = {one for gap in sequences.due(31.0) for one in range(gap.first, gap.last + 1)}
    assert {240, 241} <= asked, "a real gap behind it is still seen"


@pytest.mark.parametrize(("first", "following"), [(1 << 52, (1 << 52) + 5), (0, 1 << 52), (1 << 52, 1 << 52), (5, 2)])
def test_a_forged_mark_costs_no_later_message(first: int, following: int) -> None:
    sequences = taken(*range(50))
    sequences.expect(T, S, first, following, 1.0)
    assert all(sequences.take(T, S, seq, 1.0) for seq in range(50, 240))
    assert (sequences.missing, sequences.lost, sequences.implausible) == (0, 0, 1)


def test_a_forged_answer_is_mended_by_the_writers_next_word() -> None:
    sequences = taken(0, 10)
    sequences.answered(Gap(T, S, 0, 1 << 52), 0, 1.0)
    assert (sequences.missing, sequences.lost) == (0, 9)
    sequences.expect(T, S, 0, 11, 2.0)
    assert sequences.due(3.0) == [Gap(T, S, 1, 9)]
    assert (sequences.missing, sequences.lost) == (9, 0)
    assert all(sequences.take(T, S, seq, 3.0) for seq in range(1, 10))
    assert (sequences.missing, sequences.lost, sequences.recovered) == (0, 0, 9)


def test_what_was_given_up_is_taken_when_it_comes_after_all() -> None:
    sequences = taken(0, 3)
    sequences.answered(Gap(T, S, 1, 2), 0, 1.0)
    assert sequences.lost == 2
    assert sequences.take(T, S, 1, 2.0)
    assert not sequences.take(T, S, 1, 2.0)
    assert (sequences.lost, sequences.recovered) == (1, 1)


def test_a_number_may_jump_by_its_bound_and_no_farther() -> None:
    for jump, is_believed in ((MAX_JUMP, True), (MAX_JUMP + 1, False)):
        sequences = taken(0)
        sequences.take(T, S, 1 + jump, 0.0)
        assert (sequences.missing == jump) is is_believed
        assert (sequences.implausible == 0) is is_believed


def test_after_a_silence_the_numbers_may_have_run_on() -> None:
    sequences = taken(0)
    sequences.take(T, S, 100_000, 90.1)
    assert (sequences.missing, sequences.implausible) == (99_999, 0)


def test_two_messages_with_one_number_are_both_kept_when_one_came_out_of_turn() -> None:
    sequences = taken(0)
    assert sequences.take(T, S, 5, 0.0, b"forged")
    assert not sequences.take(T, S, 5, 0.0, b"forged")
    assert sequences.take(T, S, 5, 0.0, b"true")
    assert (sequences.duplicates, sequences.implausible) == (1, 1)


def test_of_several_extents_the_oldest_says_what_is_gone() -> None:
    sequences = taken(0, 100)
    for first, following in ((60, 101), (20, 41)):
        sequences.expect(T, S, first, following, 0.0, oldest=20)
    asked = [(gap.first, gap.last) for gap in sequences.due(1.0)]
    assert asked == [(20, 99)], "what lies between two extents is asked for, and answered as gone"
    assert sequences.lost == 19


def test_what_came_before_a_later_life_heard_its_own_is_no_news() -> None:
    states = taken(0, 1, 2, 3).snapshot()
    later = Sequences()
    later.take(T, S, 5, 0.0)
    later.restore(states, 0.0)
    assert not later.take(T, S, 5, 0.0)
    assert not later.take(T, S, 3, 0.0)
    assert later.take(T, S, 4, 0.0)


def test_what_is_asked_for_is_taken_although_there_are_more_gaps_than_are_kept_apart() -> None:
    sequences, number = taken(), 0
    for gap in range(MAX_GAPS + 200):
        sequences.take(T, S, number, 0.0)
        # the last gaps are the smallest: the ranges that came grow together over these first
        number += 2 if gap >= MAX_GAPS else 4
    sequences.take(T, S, number, 0.0)
    missing = [number for gap in sequences.due(PATIENCE_S) for number in range(gap.first, gap.last + 1)]
    assert len(missing) > MAX_GAPS
    assert [one for one in missing if not sequences.take(T, S, one, 1.0)] == []
    assert sequences.missing == 0


def test_the_count_goes_on_over_a_number_that_was_forged_before_its_turn() -> None:
    sequences = Sequences()
    sequences.kept.add(T)
    forged = MAX_JUMP + 2
    sequences.take(T, S, 0, 0.0, b"true")
    sequences.take(T, S, forged, 0.0, b"forged")
    assert all(sequences.take(T, S, number, 0.0, b"true") for number in range(1, forged + 2))
    assert sequences.due(PATIENCE_S) == []
    assert not sequences.take(T, S, forged + 1, 0.0, b"true")
