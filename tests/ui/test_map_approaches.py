# SPDX-License-Identifier: Apache-2.0
"""Who comes near whom, in a window: on the map, in the tree, in plots, and in the past."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtGui import QImage, QPainter

from groundstation.fleet.awareness.approach import AHEAD_S
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.past import Moment
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.map_panel.approach_layer import ApproachLayer
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_marks import mark_of
from groundstation.ui.map_panel.mercator import Camera, mercator_from_degrees
from groundstation.ui.map_panel.worked_out import OLD_S
from groundstation.ui.past.past_view import PastView
from groundstation.ui.vehicle_panel.value_rows import value_groups
from tests.fleet.awareness.test_approach import NOW_S, flying
from tests.ui.support.pretend_fleet import PretendVehicle

A, B = VehicleKey("fleet", "a"), VehicleKey("fleet", "b")
META = 400.0


def pair(east_m=31.0, north_m=300.0, age_s=0.0):
    return (
        flying("a", speed=(10.0, 0.0), age_s=age_s),
        flying("b", north_m, east_m, 103.0, (-12.0, 0.0), age_s=age_s),
    )


def shown(view, now_s=NOW_S):
    marks = [mark_of(one, view.summary(one), now_s) for one in view.fleet]
    x_m, y_m = mercator_from_degrees(41.0, 39.7)
    return Frame(Camera(x_m, y_m, 1.5, META, META), now_s, marks=[one for one in marks if one is not None])


@pytest.fixture
def past(app):
    made = PastView()
    yield made
    made.deleteLater()


def test_a_line_says_how_near_and_when(past):
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    (one,) = ApproachLayer(past).drawn(shown(past))
    assert one.words == "31 m · 14 s"
    assert not one.is_alarm
    # both fly on to where they pass each other: they are beside each other then
    assert one.one_then[1] == pytest.approx(one.other_then[1], abs=0.5)
    assert one.one_then[1] < one.one[1]
    assert one.other_then[1] > one.other[1]


@pytest.mark.parametrize(
    ("east_m", "north_m", "is_alarm"), [(7.0, 300.0, True), (11.0, 300.0, False), (7.0, 340.0, False)]
)
def test_amber_is_for_whom_the_alarm_is_about(past, east_m, north_m, is_alarm):
    past.show(Moment(at_s=NOW_S, states=pair(east_m, north_m)), {})
    (one,) = ApproachLayer(past).drawn(shown(past))
    assert one.is_alarm is is_alarm


@pytest.mark.parametrize(("later_s", "count"), [(OLD_S - 0.1, 1), (OLD_S + 0.1, 0)])
def test_what_was_worked_out_long_ago_is_not_drawn(past, later_s, count):
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    frame = shown(past)._replace(now_s=NOW_S + later_s)
    assert len(ApproachLayer(past).drawn(frame)) == count


def test_the_seconds_go_by_between_two_rounds(past):
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    (one,) = ApproachLayer(past).drawn(shown(past)._replace(now_s=NOW_S + 1.2))
    assert one.words.endswith("12 s")


def test_another_moment_of_a_recording_has_its_own_estimates(past):
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    assert past.fleet.get(A).awareness is not None
    past.show(Moment(at_s=NOW_S + 100.0, states=pair()), {})
    # all that is known of them is a hundred seconds old by then
    assert past.fleet.get(A).awareness.closest_m is None
    assert ApproachLayer(past).drawn(shown(past, NOW_S + 100.0)) == []
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    assert len(ApproachLayer(past).drawn(shown(past))) == 1


def test_while_it_is_played_the_estimates_stay_between_two_rounds(past):
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    for step in range(1, 4):
        states = tuple(msgspec.structs.replace(one, heard_s=NOW_S + step) for one in pair())
        past.show(Moment(at_s=NOW_S + 0.1 * step, states=states), {}, is_playing=True)
        assert past.fleet.get(A).awareness.closest_with == "b"


def test_it_is_painted(past):
    past.show(Moment(at_s=NOW_S, states=pair()), {})
    picture = QImage(400, 400, QImage.Format.Format_RGB32)
    picture.fill(0)
    painter = QPainter(picture)
    ApproachLayer(past).paint(painter, shown(past))
    painter.end()
    dark = picture.copy()
    dark.fill(0)
    assert picture != dark


class Straight(PretendVehicle):
    """Flies north or south on one line."""

    def __init__(self, number, north_m, speed, **fields):
        super().__init__(number, **fields)
        self.north_m, self.speed, self.height = north_m, speed, 60.0

    def place(self, t):
        return self.north_m + self.speed * t, 0.0, 60.0, 0.0 if self.speed > 0 else 180.0, 0.0


def test_live_it_is_worked_out_twice_a_second_and_plotted(station):
    one, other = Straight(1, 0.0, 10.0), Straight(2, 400.0, -10.0)
    series = station.feed.history.track(ValueRef(one.key, "awareness.closest_in_s"))
    station.hear(one, other)
    for tick in range(1, 21):
        station.now_s += 0.1
        station.offer(*(station.motion(vehicle, 0.1 * tick) for vehicle in (one, other)))
    times, values = series.times, series.values
    assert 3 <= len(times) <= 6
    assert values[-1] == pytest.approx(20.0 - (times[-1] - 1000.0), abs=1.0)
    # the last words of both grow old: unknown breaks the curve, and is no last value
    station.pass_time(5.0)
    station.pass_time(1.0)
    assert series.values[-1] != series.values[-1]
    assert station.feed.fleet.get(one.key).awareness.closest_in_s is None


def test_the_tree_says_that_it_was_worked_out_here(past):
    past.show(Moment(at_s=NOW_S, states=pair(age_s=0.5)), {})
    group = value_groups(past.fleet.get(A), NOW_S)[-1]
    assert group.label == "Awareness, worked out here"
    assert group.age_s == pytest.approx(0.5)
    assert {row.path: row.value for row in group.rows}["awareness.closest_with"] == "b"
    assert AHEAD_S == 60.0
