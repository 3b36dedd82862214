# SPDX-License-Identifier: Apache-2.0
"""The time axis of the plots under mouse and keys: real events on a real panel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.plots_panel import FIRST_SPAN_S, PlotsPanel
from groundstation.ui.plots.time_axis import TimeAxis

HEIGHT, SPEED = "position.height_home_m", "velocity.ground_speed_mps"
LEFT, RIGHT, SHIFT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(station, vehicle, app):
    station.hear(vehicle)
    made = PlotsPanel(station.feed)
    made.resize(800, 420)
    made.show()
    made.plot([ValueRef(vehicle.key, HEIGHT), ValueRef(vehicle.key, SPEED)])
    for number in range(100):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))
    app.processEvents()
    made.refresh()
    return made


def place(lane, x, y=0.5):
    """A point of the viewport, by shares of the plot."""
    box = lane.box.sceneBoundingRect()
    return lane.plot.mapFromScene(QPointF(box.left() + x * box.width(), box.top() + y * box.height()))


def time_at(lane, x):
    """By what is shown in pixels, not by what the panel believes."""
    (begin_s, end_s), _ = lane.box.viewRange()
    return begin_s + x * (end_s - begin_s)


def wheel(lane, x, notches):
    point = QPointF(place(lane, x))
    event = QWheelEvent(
        point,
        QPointF(lane.plot.viewport().mapToGlobal(point.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(lane.plot.viewport(), event)


def drag(lane, begin, end, button=LEFT, keys=NONE, way=0.0):
    """From here to there, first by so much too far to the right."""
    view = lane.plot.viewport()
    QTest.mousePress(view, button, keys, place(lane, *begin))
    for share in (0.3, 0.6, 1.0):
        x, y = (one + share * (other - one) for one, other in zip(begin, end, strict=True))
        move(lane, x + way, y, button, keys)
    QTest.mouseRelease(view, button, keys, place(lane, *end))


def move(lane, x, y, button, keys):
    """As of a real mouse: QTest's moves know no keys."""
    point = QPointF(place(lane, x, y))
    everywhere = QPointF(lane.plot.viewport().mapToGlobal(point.toPoint()))
    event = QMouseEvent(QEvent.Type.MouseMove, point, everywhere, Qt.MouseButton.NoButton, button, keys)
    QApplication.sendEvent(lane.plot.viewport(), event)


def click(lane, x):
    QTest.mouseClick(lane.plot.viewport(), LEFT, NONE, place(lane, x))


@pytest.mark.parametrize("x", [0.2, 0.8])
def test_the_wheel_zooms_time_around_the_pointer_in_all_plots(panel, x):
    lane, other = panel.lanes
    under_s = time_at(lane, x)
    wheel(lane, x, 3)
    begin_s, end_s = panel.shown
    assert end_s - begin_s < FIRST_SPAN_S / 1.5
    assert time_at(lane, x) == pytest.approx(under_s, abs=0.5), "half a pixel"
    assert other.box.viewRange()[0] == lane.box.viewRange()[0] == [begin_s, end_s]
    wheel(lane, x, -3)
    assert panel.shown == pytest.approx((under_s - x * FIRST_SPAN_S, under_s + (1 - x) * FIRST_SPAN_S), abs=0.5)


def test_values_fit_what_is_shown_of_time(panel):
    lane, curve = panel.lanes[0], panel.lanes[0].curves[0]
    times, values = curve.series.times, curve.series.values
    panel._shown.show(times[20], times[40], times[-1])
    panel.refresh()
    inside = values[20:40]
    room = max(0.12 * (inside.max() - inside.min()), 0.01 * inside.max())
    assert lane.box.viewRange()[1] == pytest.approx((inside.min() - room, inside.max() + room))


def test_a_drag_moves_time_and_leaves_it_there(panel, station):
    lane = panel.lanes[0]
    begin_s, end_s = panel.shown
    drag(lane, (0.3, 0.5), (0.8, 0.5))
    moved_s = 0.5 * (end_s - begin_s)
    assert panel.shown == pytest.approx((begin_s - moved_s, end_s - moved_s), abs=0.02 * moved_s)
    held = panel.shown
    station.now_s += 30.0
    panel.refresh()
    assert panel.shown == held
    assert panel.is_paused


@pytest.mark.parametrize(("button", "keys"), [(LEFT, SHIFT), (RIGHT, NONE)])
def test_a_box_zooms_time_and_the_values_of_its_plot(panel, button, keys):
    lane, other = panel.lanes
    wanted = time_at(lane, 0.4), time_at(lane, 0.9)
    low, high = lane.box.viewRange()[1]
    others = other.box.viewRange()[1]
    drag(lane, (0.4, 0.25), (0.9, 0.75), button, keys)
    assert panel.shown == pytest.approx(wanted, abs=1.0)
    room = high - low
    assert lane.box.viewRange()[1] == pytest.approx((low + 0.25 * room, low + 0.75 * room), abs=0.02 * room)
    assert other.box.viewRange()[0] == lane.box.viewRange()[0]
    assert other.box.viewRange()[1] == others, "the other plot fits its own, which all lie in this time"
    assert not lane.box.rbScaleBox.isVisible()
    panel.follow()
    assert lane.box.viewRange()[1] == pytest.approx((low, high))


def test_a_box_of_a_pixel_or_two_is_a_slip_and_the_values_axis_is_no_place_for_wheel_and_drag(panel):
    lane, before = panel.lanes[0], panel.shown
    drag(lane, (0.5, 0.5), (0.503, 0.503), RIGHT, way=0.2)
    drag(lane, (-0.08, 0.2), (0.3, 0.8))
    wheel(lane, -0.05, 3)
    assert panel.shown == before
    assert not panel.is_paused


def test_the_span_box_says_what_is_shown_by_hand_and_brings_back_to_now(panel, station):
    assert panel.span_box.currentText() == "last 2 min"
    panel.zoom(2.25)
    assert (panel.span_box.currentText(), panel.span_box.placeholderText()) == ("", "4 min 30 s")
    assert panel.span_s == FIRST_SPAN_S, "what is remembered is what it follows with"
    panel.span_box.setCurrentIndex(0)
    assert panel.shown == (station.now_s - 30.0, station.now_s)
    assert not panel.is_paused


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.05, "0.05 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (60.0, "1 min"),
        (252.0, "4 min 12 s"),
        (3_600.0, "1 h"),
        (12_000.0, "3 h 20 min"),
        (300_000.0, "3.5 days"),
    ],
)
def test_lengths_of_time_are_said_in_two_units_at_most(panel, seconds, words):
    assert panel.span_box.words(seconds) == words


def test_keys_move_the_axis_while_the_plots_have_the_keyboard(panel, station, app):
    panel.activateWindow()
    panel.span_box.setFocus()
    app.processEvents()
    begin_s, end_s = panel.shown
    QTest.keyClick(panel.span_box, Qt.Key.Key_PageUp)
    assert panel.shown == (begin_s - 60.0, end_s - 60.0)
    QTest.keyClick(panel.span_box, Qt.Key.Key_PageDown)
    assert panel.shown == (begin_s, end_s)
    QTest.keyClick(panel.span_box, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert panel.shown == pytest.approx((begin_s + 20.0, end_s - 20.0))
    QTest.keyClick(panel.span_box, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert panel.shown == pytest.approx((begin_s, end_s))
    station.now_s += 5.0
    QTest.keyClick(panel.span_box, Qt.Key.Key_Home)
    assert panel.shown == (station.now_s - FIRST_SPAN_S, station.now_s)
    assert panel.span_box.currentText() == "last 2 min"


def test_their_keys_are_nobody_elses(panel, app):
    window = QWidget()
    layout = QVBoxLayout(window)
    beside = QLineEdit()
    layout.addWidget(beside)
    layout.addWidget(panel)
    window.show()
    window.activateWindow()
    beside.setFocus()
    app.processEvents()
    before = panel.shown
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        QTest.keyClick(beside, key)
    QTest.keyClick(beside, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert panel.shown == before
    assert not panel.is_paused
    window.close()


def test_after_a_click_on_a_plot_it_has_the_keyboard(panel, app):
    panel.activateWindow()
    app.processEvents()
    click(panel.lanes[1], 0.5)
    assert panel.lanes[1].hasFocus()
    begin_s, _ = panel.shown
    QTest.keyClick(panel.lanes[1], Qt.Key.Key_PageUp)
    assert panel.shown[0] == begin_s - 60.0


def test_the_cursor_stays_under_the_mouse_when_the_axis_is_moved(panel):
    lane = panel.lanes[0]
    move(lane, 0.5, 0.5, Qt.MouseButton.NoButton, NONE)
    assert panel._cursor_s == pytest.approx(time_at(lane, 0.5), abs=0.5)
    panel.pan(-5.0)
    assert panel._cursor_s == pytest.approx(time_at(lane, 0.5), abs=0.5)
    panel.follow()
    assert panel._cursor_s == pytest.approx(time_at(lane, 0.5), abs=0.5)
    QApplication.sendEvent(lane.plot.viewport(), QEvent(QEvent.Type.Leave))
    panel.pan(-5.0)
    assert panel._cursor_s is None


def test_a_click_says_this_moment_and_a_drag_does_not(panel):
    told = []
    panel.moment_wanted.connect(told.append)
    lane = panel.lanes[1]
    wanted = time_at(lane, 0.6)
    click(lane, 0.6)
    assert told == [pytest.approx(wanted, abs=0.5)]
    assert not panel.is_paused, "nothing moves by it"
    drag(lane, (0.3, 0.5), (0.6, 0.5))
    drag(lane, (0.3, 0.2), (0.6, 0.8), RIGHT)
    click(lane, -0.05)
    assert len(told) == 1


def test_a_hand_that_trembles_on_a_slow_click_has_clicked(panel):
    told, lane = [], panel.lanes[0]
    panel.moment_wanted.connect(told.append)
    QTest.mousePress(lane.plot.viewport(), LEFT, NONE, place(lane, 0.5))
    # longer than what pyqtgraph takes for a click
    QTest.qWait(550)
    move(lane, 0.502, 0.5, LEFT, NONE)
    QTest.mouseRelease(lane.plot.viewport(), LEFT, NONE, place(lane, 0.502))
    assert len(told) == 1
    assert not panel.is_paused


def test_ticks_of_hours_and_days_stand_at_whole_ones_of_this_zone(app):
    axis = TimeAxis(lambda: 1_800_000_000.0)
    for width_s in (2.0, 3_600.0, 20_000.0, 86_400.0, 900_000.0, 4e7):
        (step, ticks), *_ = axis.tickValues(100.0, 100.0 + width_s, 640)
        assert 2 <= len(ticks) <= 11
        labels = axis.tickStrings(ticks, 1.0, step)
        assert len(set(labels)) > 1
        assert all(labels)
        if step >= 86_400:
            assert all("-" in label for label in labels)


def test_the_line_is_a_hairline_only_where_it_is_rough(panel, station, vehicle):
    curve = panel.lanes[0].curves[0]
    assert not curve.is_thin
    start_s = curve.series.times[-1]
    for number in range(2_000):
        curve.series.append(start_s + 0.02 * (number + 1), float(number % 2) * 50)
    station.now_s += 40.0
    panel.refresh()
    assert curve.is_thin
    assert curve.item.opts["pen"].widthF() == 0.0
    panel._shown.show(start_s - 9.0, start_s - 1.0, station.now_s)
    panel.refresh()
    assert not curve.is_thin


@pytest.mark.parametrize(("points", "is_thin"), [(3_900, False), (4_100, True)])
def test_a_line_of_thousands_of_points_is_a_hairline_and_of_fewer_where_curves_are_many(panel, points, is_thin):
    curve = panel.lanes[0].curves[0]
    flat = np.full(points, 5.0)
    curve.item.setData(np.arange(float(points)), flat)
    curve.fit_line(500, 200.0, (0.0, 10.0))
    assert curve.is_thin == is_thin
    curve.item.setData(np.arange(points // 2 * 1.0), flat[: points // 2])
    curve.fit_line(500, 200.0, (0.0, 10.0), share=0.5)
    assert curve.is_thin == is_thin
