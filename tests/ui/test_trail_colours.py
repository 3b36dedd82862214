# SPDX-License-Identifier: Apache-2.0
"""Trails coloured by a value, with a legend."""

from __future__ import annotations

import math

import numpy as np
import pytest

from groundstation.ui.map_panel.coloured_trail import runs_of
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.trail_layer import TrailLayer
from groundstation.ui.map_panel.trail_legend import TrailLegend
from groundstation.ui.map_panel.trail_scale import SHADES, TrailScale, value_words
from groundstation.ui.selection import Selection
from groundstation.ui.theme.colours import error_colour, level_role
from groundstation.ui.theme.inks import ink
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle

HEIGHT = "position.height_home_m"


def scale(low, high):
    made = TrailScale()
    made.choose(HEIGHT)
    made.fit([np.array([low, high])])
    return made


def test_the_scale_goes_from_the_least_to_the_greatest_in_steps():
    found = scale(0.0, 120.0).shades(np.array([0.0, 9.9, 10.1, 120.0, math.nan, -5.0, 500.0]))
    assert found.tolist() == [0, 0, 1, SHADES - 1, -1, 0, SHADES - 1]


def test_it_only_widens_until_another_value_is_chosen():
    made = scale(10.0, 20.0)
    made.fit([np.array([12.0, math.nan]), np.array([25.0]), np.array([])])
    assert (made.low, made.high) == (10.0, 25.0)
    made.fit([np.array([math.nan])])
    assert (made.low, made.high) == (10.0, 25.0)
    made.choose("velocity.ground_speed_mps")
    assert math.isnan(made.low)
    assert made.shades(np.array([1.0])).tolist() == [-1]
    made.choose("nonsense.of_another_version")
    assert made.path == ""


def test_one_value_alone_stands_in_the_middle():
    assert scale(5.0, 5.0).shades(np.array([5.0])).tolist() == [SHADES // 2]


def test_a_trail_is_cut_where_the_colour_changes_and_over_gaps_nothing_is_drawn():
    times = np.array([0.0, 1.0, 2.0, 3.0, 20.0, 21.0])
    shades = np.array([0, 0, 4, 4, 4, -1])
    found = runs_of(shades, times, 4.0)
    # neighbours share a point, so that the line has no hole; from 3 s to 20 s nothing is known
    assert found == [(0, 1, 0), (1, 3, 4), (4, 5, -1)]
    assert runs_of(shades, times, 17.0) == [(0, 1, 0), (1, 4, 4), (4, 5, -1)]
    assert runs_of(shades, times, 16.9) == found


def test_no_colour_of_the_scale_is_one_of_an_alarm(app):
    from groundstation.fleet.conditions import Level

    for shade in range(SHADES):
        colour = error_colour(shade / (SHADES - 1))
        for level in (Level.CAUTION, Level.WARNING):
            alarm = ink(level_role(level))
            assert abs(colour.red() - alarm.red()) + abs(colour.blue() - alarm.blue()) > 90


@pytest.fixture
def panel(station, app):
    made = MapPanel(MapContext(station.feed, Selection()))
    made.resize(700, 500)
    made.show()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def pixels(panel, app):
    panel.view.viewport().repaint()
    wait_until(lambda: app.processEvents() or not panel.view.stack.is_busy)
    return panel.view.viewport().grab().toImage()


def test_trails_are_drawn_in_the_colours_of_the_chosen_value_and_it_is_remembered(panel, station, app):
    one = PretendVehicle(1)
    one.speed = 12.0
    for step in range(30):
        one.height = 10.0 + 4.0 * step
        station.hear(one) if step == 0 else station.offer(station.motion(one, float(step)))
        station.pass_time(1.0)
    panel.fit_fleet()
    panel.view.refresh(station.now_s)
    plain = pixels(panel, app)
    panel.layers.colours[HEIGHT].trigger()
    coloured = pixels(panel, app)
    assert coloured != plain
    layer = panel.view.stack.layer(TrailLayer)
    assert layer.scale.low < 25.0
    assert layer.scale.high > 110.0
    legend = panel.view.stack.layer(TrailLegend)
    title, low, high = legend.texts()
    assert (title, float(low) < 25.0, float(high) > 110.0) == (value_words(HEIGHT), True, True)
    state = panel.view_state()
    panel.layers.colours[""].trigger()
    assert pixels(panel, app) == plain
    panel.restore_state(state)
    assert layer.scale.path == HEIGHT
    assert panel.layers.colours[HEIGHT].isChecked()
    panel.restore_state({"trail_by": 7})
    assert layer.scale.path == ""


def test_names_of_values_have_units_and_tell_several_apart(app):
    assert value_words(HEIGHT) == "Height home (m)"
    assert value_words("battery.0.voltage_v") != value_words("battery.1.voltage_v")
