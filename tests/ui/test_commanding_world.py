# SPDX-License-Identifier: Apache-2.0
"""The window's widgets with a bridge and a vehicle behind them, all on one manual clock."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from groundstation.fleet.commands import Role, Verb
from groundstation.transport import topics
from groundstation.transport.bus import Outgoing
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.main_window import MainWindow
from groundstation.ui.orders import Orders
from groundstation.ui.timeline import LiveTimeline
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.support.command_world import KEY, Station, World

ARM = 400


class WindowStation(Station):
    """A station whose updates go through the window's feed."""

    def __init__(self, world, name, role=Role.OPERATOR):
        super().__init__(world, name, role)
        self.feed = FleetFeed(self.inbox, lambda: self.bus.status, LiveTimeline(world.clock))
        self.fleet = self.feed.fleet
        self.orders = Orders(self.commander, self.feed.fleet, world.clock)
        self.feed.on_updates = self.orders.tick

    def run(self):
        self.up.run()
        self.down.run()
        self.feed.tick()
        self.feed.age()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def made(world, app, settings):
    windows = []

    def make(name="gs-1", role=Role.OPERATOR):
        station = WindowStation(world, name, role)
        world.stations.append(station)
        world.to_bridge(Outgoing(topics.sync_all("fleet"), b"{}", 1))
        world.run_until(lambda: world._knows(station), 10.0)
        window = MainWindow(station.feed, settings, station.orders)
        window.show()
        window.selection.select((KEY,))
        windows.append(window)
        return station, window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


def bar_of(window):
    panel = window.panel(VehiclePanel)
    panel.refresh()
    return panel.commands


def test_arming_by_hand_ends_in_armed_with_control_taken_on_the_way(world, made):
    _, window = made()
    bar_of(window).arm.click()
    world.run(1.0)
    button = window.floating.sheet.confirm.button
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    world.run(1.2)
    button.look()
    world.run_until(lambda: bar_of(window).progress.words.text().startswith("Arm: armed"), 30.0)
    assert world.vehicle.count(ARM, 1.0) == 1
    assert bar_of(window).control.text.text() == "You are in control"
    assert bar_of(window).arm.verb is Verb.DISARM


def test_what_the_vehicle_says_against_it_is_read_on_the_panel(world, made):
    _, window = made()
    world.vehicle.results[ARM] = [4]
    world.vehicle.words = ["PreArm: <b>compass</b>"]
    bar_of(window).arm.click()
    world.run(1.0)
    button = window.floating.sheet.confirm.button
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    world.run(1.2)
    button.look()
    world.run_until(lambda: window.desk.latest(KEY) is not None and window.desk.latest(KEY).is_over, 30.0)
    assert "PreArm: <b>compass</b>" in bar_of(window).progress.detail.text()
    assert not world.vehicle.armed


@pytest.mark.long
def test_two_stations_one_asks_the_other_gives(world, made):
    _, first = made("gs-1")
    _, second = made("gs-2")
    bar_of(first).control.take.click()
    world.run(1.0)
    assert bar_of(second).control.text.text() == "op-gs-1 at gs-1 is in control"
    bar_of(second).control.take.click()
    world.run(1.0)
    [ask] = first.floating.asks.bars.values()
    assert ask.text.text() == "op-gs-2 at gs-2 asks for control of uav-1"
    ask.give.click()
    world.run(1.0)
    assert bar_of(second).control.text.text() == "You are in control"
    assert first.floating.notices.texts == []
    bar_of(first).control.force.click()
    bar_of(first).control.reason.setText("it flies to the crowd")
    bar_of(first).control.take_by_force.click()
    world.run(1.0)
    assert bar_of(first).control.text.text() == "You are in control"
    assert [text for text in second.floating.notices.texts if "force" in text]


def test_an_observer_sends_nothing_whatever_is_pressed(world, made):
    station, window = made("gs-3", Role.OBSERVER)
    world.vehicle.armed = True
    world.vehicle.beat(0.0)
    world.run(2.0)
    station.bus.sent.clear()
    for button in (*window.top_bar.emergency.buttons.values(), window.top_bar.emergency.kill):
        button.click()
    for button in bar_of(window).verb_buttons:
        button.click()
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F7):
        QTest.keyClick(window, key)
        QTest.keyClick(window, key, Qt.KeyboardModifier.ShiftModifier)
    world.run(2.0)
    assert station.bus.sent == []
    assert window.floating.sheet.isHidden()
    assert all("only observes" in text for text in window.floating.notices.texts)
