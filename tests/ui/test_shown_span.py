# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.ui.plots.shown_span import EDGE, LEAST_S, MOST_S, ShownSpan


def test_live_it_ends_at_now_until_somebody_moves_it():
    shown = ShownSpan(120.0, is_live=True)
    assert shown.at(1_000.0) == (880.0, 1_000.0)
    assert shown.at(1_001.0) == (881.0, 1_001.0)
    shown.pan(-60.0, 1_001.0)
    assert (shown.is_by_hand, shown.at(1_001.0), shown.at(1_500.0)) == (True, (821.0, 941.0), (821.0, 941.0))
    shown.follow()
    assert (shown.is_by_hand, shown.at(1_500.0)) == (False, (1_380.0, 1_500.0))
    shown.hold(1_500.0)
    assert shown.at(1_600.0) == (1_380.0, 1_500.0)
    shown.follow(30.0)
    assert shown.at(1_600.0) == (1_570.0, 1_600.0)


def test_what_is_under_the_pointer_stays_there_when_it_is_zoomed():
    shown = ShownSpan(100.0, is_live=True)
    shown.zoom(0.5, 975.0, 1_000.0)
    assert shown.at(1_000.0) == (937.5, 987.5)
    assert (975.0 - 937.5) / 50.0 == 0.75


@pytest.mark.parametrize(("factor", "width_s"), [(1e-9, LEAST_S), (1e12, MOST_S)])
def test_zooming_has_an_end(factor, width_s):
    shown = ShownSpan(100.0, is_live=False)
    shown.zoom(factor, 500.0, 500.0)
    begin_s, end_s = shown.at(500.0)
    assert end_s - begin_s == pytest.approx(width_s)
    shown.show(5.0, 5.0, 500.0)
    assert shown.at(500.0) == pytest.approx((5.0 - LEAST_S / 2, 5.0 + LEAST_S / 2))


def test_live_now_stays_in_sight_when_it_is_dragged_into_the_future():
    shown = ShownSpan(100.0, is_live=True)
    shown.pan(5_000.0, 1_000.0)
    begin_s, end_s = shown.at(1_000.0)
    assert (end_s - begin_s, (1_000.0 - begin_s) / 100.0) == (100.0, EDGE)


def test_of_the_past_it_stays_while_the_playhead_moves_in_it_and_is_turned_over_where_it_leaves():
    shown = ShownSpan(100.0, is_live=False)
    assert shown.at(500.0) == (450.0, 550.0)
    assert shown.at(549.9) == (450.0, 550.0)
    assert shown.at(550.1) == (550.1 - EDGE * 100.0, 550.1 + (1 - EDGE) * 100.0)
    assert shown.at(541.0) == (550.1 - EDGE * 100.0, 550.1 + (1 - EDGE) * 100.0)
    backwards = shown.at(540.0)
    assert backwards == (540.0 - (1 - EDGE) * 100.0, 540.0 + EDGE * 100.0)
    assert shown.at(10_000.0) == (9_950.0, 10_050.0), "a jump stands in the middle"


def test_of_the_past_it_does_not_run_after_a_playhead_that_it_was_moved_away_from():
    shown = ShownSpan(100.0, is_live=False)
    shown.at(500.0)
    shown.pan(-300.0, 500.0)
    assert [shown.at(time_s) for time_s in (500.0, 530.0, 9_000.0)] == [(150.0, 250.0)] * 3
    shown.at(200.0)
    assert shown.at(251.0)[0] == 251.0 - EDGE * 100.0, "it came into sight, and then left"
    shown.follow()
    assert shown.at(600.0) == (550.0, 650.0)
