# SPDX-License-Identifier: Apache-2.0
"""Lines to where vehicles cross their fence, on a map."""

from __future__ import annotations

import pytest

from groundstation.fleet.past import Moment
from groundstation.ui.map_panel.breach_layer import SOON_S, BreachLayer, words_of
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_marks import mark_of
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.worked_out import OLD_S
from groundstation.ui.past.past_view import PastView
from tests.fleet.awareness.test_approach import NOW_S
from tests.fleet.awareness.test_breach import ARDUPILOT, circle, fenced, told


@pytest.fixture
def past(app):
    made = PastView()
    yield made
    made.deleteLater()


def drawn(past, state, *, is_selected=False, later_s=0.0):
    past.show(Moment(at_s=NOW_S, states=(state,)), {})
    marks = [mark_of(one, past.summary(one), NOW_S) for one in past.fleet]
    camera = Camera(*mercator_from_degrees(41.0, 39.7), 10.0, 800.0, 600.0)
    selected = frozenset({state.key}) if is_selected else frozenset()
    found = BreachLayer(past).drawn(Frame(camera, NOW_S + later_s, marks=marks, selected=selected))
    return [words_of(one, later_s) for one, _ in found]


@pytest.mark.parametrize(
    ("in_s", "is_selected", "words"),
    [
        (SOON_S - 0.6, False, ["fence in 29 s"]),
        (SOON_S + 0.6, False, []),
        (SOON_S + 10.0, True, ["fence in 40 s"]),
        (-5.0, True, []),
    ],
)
def test_who_crosses_soon_and_who_is_selected(past, in_s, is_selected, words):
    """One that is outside already is told by its own alarm, and not by a line of no length."""
    state = fenced(circle(-500.0, 0.0, 500.0 + 10.0 * in_s))
    assert drawn(past, state, is_selected=is_selected) == words


def test_a_height_is_told_as_one(past):
    state = fenced(items=(), speed=(0.0, 0.0, 2.0), **told(**ARDUPILOT))
    assert drawn(past, state) == ["highest height in 25 s"]


@pytest.mark.parametrize(("later_s", "words"), [(OLD_S - 0.1, ["fence in 18 s"]), (OLD_S + 0.1, [])])
def test_an_old_estimate_is_not_drawn(past, later_s, words):
    assert drawn(past, fenced(circle(0.0, 0.0, 200.0)), later_s=later_s) == words
