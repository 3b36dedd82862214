# SPDX-License-Identifier: Apache-2.0
"""Curves that are taken away and brought back, and one value of a whole selection, as a hand does it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.plots.lane_stack import MAX_LANES
from groundstation.ui.plots.plot_lane import MAX_CURVES
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.plots.removed_plots import MOST
from groundstation.ui.selection import Selection
from groundstation.ui.value_drag import mime_from_refs
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.pretend_fleet import PretendVehicle

HEIGHT, SPEED, ROLL = "position.height_home_m", "velocity.ground_speed_mps", "attitude.roll_deg"


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(station, selection):
    made = PlotsPanel(station.feed, selection=selection)
    made.resize(900, 500)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    return made


@pytest.fixture
def three(station):
    made = [PretendVehicle(number) for number in (1, 2, 3)]
    station.hear(*made)
    return made


def fly(station, vehicle, seconds):
    for number in range(seconds * 10):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))


def press_cross(lane, row):
    """On the legend, as a mouse does."""
    legend = lane.legend
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=QPoint(legend.width() - 10, legend._top() + row * 22 + 8))


def press_undo_key(panel):
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def drop(target, refs, keys=Qt.KeyboardModifier.NoModifier):
    action, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    # Qt holds no reference to it
    mime = mime_from_refs(refs)
    target.dropEvent(QDropEvent(QPointF(50, 50), action, mime, buttons, keys))


def test_all_that_was_removed_comes_back_with_what_it_had(panel, station, three):
    one = three[0]
    refs = [ValueRef(one.key, HEIGHT), ValueRef(one.key, SPEED), ValueRef(one.key, ROLL)]
    panel.plot(refs)
    fly(station, one, 3)
    before, points = panel.plots(), len(panel.stack.curves[0].series)
    QTest.mouseClick(panel.bar.remove_button, Qt.MouseButton.LeftButton)
    assert panel.plots() == []
    assert panel.undo_button.isVisible()
    fly(station, one, 1)
    QTest.mouseClick(panel.undo_button, Qt.MouseButton.LeftButton)
    assert panel.plots() == before
    # at full rate, also what came while nothing was shown
    assert [len(curve.series) for curve in panel.stack.curves] == [points + 10] * 3
    assert not panel.undo_button.isVisible()


def test_one_curve_comes_back_by_key_to_its_place_and_the_others_do_not_begin_anew(panel, station, three):
    refs = [ValueRef(vehicle.key, HEIGHT) for vehicle in three]
    panel.plot(refs)
    panel.refresh()
    stays = panel.lanes[0].curves[2]
    press_cross(panel.lanes[0], 1)
    assert panel.lanes[0].refs == [refs[0], refs[2]]
    panel.plot([ValueRef(three[0].key, ROLL)])
    press_undo_key(panel)
    # what was plotted meanwhile stays
    assert panel.plots() == [refs, [ValueRef(three[0].key, ROLL)]]
    assert panel.lanes[0].curves[2] is stays


def test_removals_are_taken_back_one_after_the_other(panel, three):
    refs = [ValueRef(three[0].key, path) for path in (HEIGHT, SPEED)]
    panel.plot(refs)
    panel.refresh()
    press_cross(panel.lanes[0], 0)
    QTest.mouseClick(panel.bar.remove_button, Qt.MouseButton.LeftButton)
    press_undo_key(panel)
    assert panel.plots() == [[refs[1]]]
    press_undo_key(panel)
    # above, where it was
    assert panel.plots() == [[refs[0]], [refs[1]]]
    press_undo_key(panel)
    assert panel.bar.note_label.text() == "Nothing to undo"


def test_after_a_while_nothing_that_was_removed_is_kept_but_the_key_still_brings_it_back(panel, station, three):
    ref = ValueRef(three[0].key, HEIGHT)
    panel.plot([ref])
    panel.clear_by_hand()
    assert ref in station.feed.history._tracked
    panel.removed._timer.timeout.emit()
    assert ref not in station.feed.history._tracked
    assert not panel.undo_button.isVisible()
    press_undo_key(panel)
    assert panel.plots() == [[ref]]
    panel.clear()
    assert ref not in station.feed.history._tracked


def test_removals_that_can_be_taken_back_are_bounded(panel, station, three):
    ref = ValueRef(three[0].key, HEIGHT)
    for _ in range(MOST + 5):
        panel.plot([ref])
        panel.clear_by_hand()
    for _ in range(MOST):
        assert panel.removed.take() is not None
    assert panel.removed.take() is None
    panel.removed.let_go()
    assert ref not in station.feed.history._tracked


def test_a_value_that_is_dropped_with_shift_is_plotted_of_all_who_are_selected(panel, selection, three):
    selection.select(tuple(one.key for one in three[1:]))
    drop(panel, [ValueRef(three[0].key, HEIGHT)])
    assert panel.plots() == [[ValueRef(three[0].key, HEIGHT)]]
    drop(panel.lanes[0], [ValueRef(three[0].key, HEIGHT)], Qt.KeyboardModifier.ShiftModifier)
    assert panel.plots() == [[ValueRef(one.key, HEIGHT) for one in three]]
    drop(panel, [ValueRef(three[0].key, ROLL)], Qt.KeyboardModifier.ShiftModifier)
    assert panel.plots()[1] == [ValueRef(one.key, ROLL) for one in three[1:]]


def test_the_menu_of_a_curve_plots_it_for_all_who_are_selected(panel, selection, three):
    panel.plot([ValueRef(three[0].key, HEIGHT)])
    panel.refresh()
    legend = panel.lanes[0].legend
    entry = legend.menu_of(panel.lanes[0].refs[0]).actions()[0]
    assert not entry.isEnabled()
    selection.select(tuple(one.key for one in three))
    entry = legend.menu_of(panel.lanes[0].refs[0]).actions()[0]
    assert entry.text() == "Plot for all 3 selected"
    entry.trigger()
    assert panel.plots() == [[ValueRef(one.key, HEIGHT) for one in three]]


def test_the_menu_of_a_value_plots_it_for_all_who_are_selected(station, selection, three):
    panel = VehiclePanel(station.feed, selection, MessageLog(station.feed))
    panel.resize(400, 900)
    panel.show()
    wanted = []
    panel.plot_requested.connect(wanted.append)
    selection.select(tuple(one.key for one in three))
    panel.refresh()
    tree = panel.values
    tree.search("pitch")
    for row in range(tree._proxy.rowCount()):
        parent = tree._proxy.index(row, 0)
        for child in range(tree._proxy.rowCount(parent)):
            if tree._proxy.index(child, 0, parent).data() == "Pitch":
                tree.tree.setCurrentIndex(tree._proxy.index(child, 0, parent))
    entries = {one.text(): one for one in tree.menu().actions()}
    entries["Plot for all 3 selected"].trigger()
    assert wanted == [[ValueRef(one.key, "attitude.pitch_deg") for one in three]]
    selection.select((three[0].key,))
    assert "Plot" in {one.text() for one in tree.menu().actions()}
    assert not any("all" in one.text() for one in tree.menu().actions())


def test_more_than_there_is_room_for_is_told(panel, three):
    paths = (HEIGHT, SPEED, ROLL, "battery.0.voltage_v", "battery.0.current_a", "gps.0.hdop", "gps.0.satellites")
    panel.plot([ValueRef(three[0].key, path) for path in (*paths, "battery.0.charge_fraction")])
    assert len(panel.lanes) == MAX_LANES
    panel.plot([ValueRef(f"a/{number}", "x_hpa") for number in range(2)])
    assert panel.bar.note_label.text() == "no room for 2 of the values"


def test_what_is_told_makes_no_narrow_panel_wider(panel):
    least = panel.minimumSizeHint().width()
    panel.bar.say("a file of a very long name " * 20)
    QApplication.processEvents()
    assert panel.minimumSizeHint().width() == least
    assert panel.bar.note_label.isVisible()
    panel.bar._note_timer.timeout.emit()
    assert not panel.bar.note_label.isVisible()


def test_a_plot_that_is_full_is_followed_by_another_one(panel):
    keys = [PretendVehicle(number).key for number in range(MAX_CURVES + 1)]
    panel.plot([ValueRef(key, HEIGHT) for key in keys])
    assert [len(refs) for refs in panel.plots()] == [MAX_CURVES, 1]
