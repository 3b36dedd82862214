# SPDX-License-Identifier: Apache-2.0
"""The circle from inside of which a vehicle gets home, on a map."""

from __future__ import annotations

import pytest

from groundstation.fleet.conditions import Level
from groundstation.fleet.past import Moment
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_marks import mark_of
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.reach_layer import LITTLE_FRACTION, ReachLayer, words_of
from groundstation.ui.map_panel.worked_out import OLD_S
from groundstation.ui.past.past_view import PastView
from tests.fleet.awareness.test_approach import NOW_S
from tests.fleet.awareness.test_reach import away, pack


@pytest.fixture
def past(app):
    made = PastView()
    yield made
    made.deleteLater()


def drawn(past, left_s=300.0, *, is_selected=False, later_s=0.0):
    state = away(battery=(pack(time_left_s=left_s),))
    past.show(Moment(at_s=NOW_S, states=(state,)), {})
    marks = [mark_of(one, past.summary(one), NOW_S) for one in past.fleet]
    camera = Camera(*mercator_from_degrees(41.0, 39.7), 10.0, 800.0, 600.0)
    selected = frozenset({state.key}) if is_selected else frozenset()
    return ReachLayer(past).drawn(Frame(camera, NOW_S + later_s, marks=marks, selected=selected))


def test_it_is_drawn_of_who_is_selected(past):
    assert drawn(past) == []
    ((reach, level),) = drawn(past, is_selected=True)
    assert level is Level.NORMAL
    assert words_of(reach) == "a gets home from inside this, with about 74 % to spare; 0.8 min kept for landing"


@pytest.mark.parametrize(("more_s", "count"), [(-0.5, 1), (0.5, 0)])
def test_it_is_drawn_unasked_of_who_has_little_to_spare(past, more_s, count):
    # 28.6 s home and 50 s to land are 80 %
    left_s = (400.0 / 14.0 + 50.0) / (1.0 - LITTLE_FRACTION)
    assert len(drawn(past, left_s + more_s)) == count


def test_who_does_not_get_home_is_told_in_words(past):
    ((reach, _),) = drawn(past, 60.0)
    assert words_of(reach) == "a does not get home: about 31 % are missing; 0.8 min kept for landing"
    ((reach, _),) = drawn(past, 45.0)
    assert words_of(reach) == "a: what is left is needed for landing alone"


@pytest.mark.parametrize(("later_s", "count"), [(OLD_S - 0.1, 1), (OLD_S + 0.1, 0)])
def test_an_old_estimate_is_not_drawn(past, later_s, count):
    assert len(drawn(past, is_selected=True, later_s=later_s)) == count
