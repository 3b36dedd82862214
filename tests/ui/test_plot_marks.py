# SPDX-License-Identifier: Apache-2.0
"""What happened, as marks in the plots: whose, when, how many, and what the mouse is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.commands import CommandReport, CommandState, Verb
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.sample import Severity
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.past.past_view import PastView
from groundstation.ui.plots.event_marks import MOST_KEPT, MOST_SHOWN, EventMarks
from groundstation.ui.plots.mark_layer import NEAR
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.theme.roles import Ink
from tests.ui.support.commanding import flying

HEIGHT = "position.height_home_m"


@pytest.fixture
def panel(station, commands):
    made = PlotsPanel(station.feed, commands=lambda: commands.orders.book)
    made.resize(900, 400)
    made.show()
    QApplication.processEvents()
    return made


@pytest.fixture
def two(commands):
    made = flying(1, 2)
    commands.hear(*made)
    return made


def tell(station, vehicle, text, severity=Severity.NOTICE, kind=EventKind.MODE):
    station.offer(vehicle.event(station.now_s, text, severity, kind))


def marks(panel, lane=0):
    panel._marked_s = 0.0
    panel.refresh()
    return panel.lanes[lane].marks.marks


def test_what_happens_to_the_vehicles_of_a_plot_is_marked(panel, station, two):
    panel.plot([ValueRef(two[0].key, HEIGHT)])
    for text, severity, kind in (
        ("mode LOITER", Severity.NOTICE, EventKind.MODE),
        ("armed", Severity.NOTICE, EventKind.ARMED),
        ("EKF variance", Severity.WARNING, EventKind.STATUS_TEXT),
        ("Crash", Severity.CRITICAL, EventKind.STATUS_TEXT),
        # is only told
        ("Mission: 3 WP", Severity.INFO, EventKind.STATUS_TEXT),
    ):
        station.now_s += 1.0
        tell(station, two[0], text, severity, kind)
    tell(station, two[1], "mode RTL")
    station.now_s += 1.0
    found = marks(panel)
    assert [(one.text, one.ink) for one in found] == [
        ("mode LOITER", Ink.MUTED),
        ("armed", Ink.MUTED),
        ("EKF variance", Ink.CAUTION),
        ("Crash", Ink.WARNING),
    ]
    assert found[0].at_s == pytest.approx(station.now_s - 5.0, abs=0.1)


def test_the_mouse_is_told_and_beside_a_mark_it_is_not(panel, station, two):
    panel.plot([ValueRef(two[0].key, HEIGHT)])
    tell(station, two[0], "mode <b>LOITER</b>")
    station.now_s += 20.0
    (mark,) = marks(panel)
    lane = panel.lanes[0]
    QApplication.processEvents()
    point = lane.box.mapViewToScene(QPointF(mark.at_s, lane.box.viewRange()[1][0]))
    middle = lane.box.sceneBoundingRect().center().y()
    lane._on_mouse_moved(QPointF(point.x() + NEAR - 0.5, middle))
    # plain text, as it came
    assert lane.told.endswith("uav-01: mode <b>LOITER</b>")
    lane._on_mouse_moved(QPointF(point.x() + NEAR + 1.0, middle))
    assert lane.told == ""


def test_they_are_switched_off_and_on(panel, station, two):
    panel.plot([ValueRef(two[0].key, HEIGHT)])
    tell(station, two[0], "mode LOITER")
    station.now_s += 1.0
    assert marks(panel)
    QTest.mouseClick(panel.marks_button, Qt.MouseButton.LeftButton)
    assert not panel.lanes[0].marks.marks
    QTest.mouseClick(panel.marks_button, Qt.MouseButton.LeftButton)
    assert panel.lanes[0].marks.marks


def test_what_was_ordered_is_marked(panel, station, commands, two):
    panel.plot([ValueRef(two[0].key, HEIGHT)])
    commands.select(two[0])
    commands.orders.give((two[0].key,), Verb.HOLD, {})
    station.pass_time(2.0)
    found = marks(panel)
    assert [(one.text, one.ink) for one in found] == [("Hold", Ink.ACCENT)]
    assert found[0].at_s == pytest.approx(station.now_s - 2.0, abs=0.2)


def test_their_number_is_bounded_and_the_worse_ones_stay(station, two):
    gathered = EventMarks(station.feed)
    tell(station, two[0], "Crash", Severity.CRITICAL, EventKind.STATUS_TEXT)
    for number in range(MOST_SHOWN + 50):
        station.now_s += 1.0
        tell(station, two[0], f"mode {number}")
    found = gathered.within(0.0, 1e9, {two[0].key})
    assert len(found) == MOST_SHOWN
    assert found[0].text == "Crash"
    assert found[-1].text == f"mode {MOST_SHOWN + 49}"
    assert [one.at_s for one in found] == sorted(one.at_s for one in found)
    assert gathered._live.maxlen == MOST_KEPT


def test_the_past_has_its_own(app, two):
    view = PastView()
    key, other = two[0].key, two[1].key
    event = Event(at_s=1.0, kind=EventKind.MODE, severity=Severity.NOTICE, text="mode AUTO")
    report = CommandReport(id="a", state=CommandState.SENT, step=0, verb=Verb.RTL)
    view.tell_landmarks(
        [
            Landmark(at_s=5.0, kind=LandmarkKind.EVENT, key=key, event=event),
            Landmark(at_s=5.5, kind=LandmarkKind.EVENT, key=other, event=event),
            Landmark(at_s=6.0, kind=LandmarkKind.COMMAND, key=key, report=report),
            Landmark(at_s=6.5, kind=LandmarkKind.COMMAND, key=key, report=CommandReport(
                id="a", state=CommandState.SUCCEEDED, step=1, verb=Verb.RTL)),
            Landmark(at_s=7.0, kind=LandmarkKind.BOOKMARK, said="bird", id="n"),
            Landmark(at_s=7.0, kind=LandmarkKind.BOOKMARK, said="two birds", id="n"),
        ]
    )  # fmt: skip
    gathered = EventMarks(view)
    found = gathered.within(0.0, 10.0, {key})
    assert [(one.at_s, one.text, one.ink) for one in found] == [
        (5.0, "mode AUTO", Ink.MUTED),
        (6.0, "Return", Ink.ACCENT),
        (7.0, "two birds", Ink.PAST),
    ]
    assert [one.text for one in gathered.within(5.5, 6.5, {other})] == ["mode AUTO"]
