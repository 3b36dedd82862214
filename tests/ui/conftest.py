# SPDX-License-Identifier: Apache-2.0
"""Real widgets on the offscreen platform; a Qt warning fails the test."""

from __future__ import annotations

import gc
import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# windows speak what the computer does: tests read English, whoever runs them
os.environ |= {"LC_ALL": "C.UTF-8", "LANGUAGE": "en"}

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from groundstation.fleet.settings.settings import Settings
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.application import make_application
from groundstation.ui.call_signs import call_signs
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.garbage import collect_due
from groundstation.ui.main_window import MainWindow
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.timeline import LiveTimeline
from tests.ui.support.commanding import Commands
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.support.talking import Talking

BENIGN = ("This plugin does not support",)
"""The offscreen platform has no window manager."""


@pytest.fixture(scope="session")
def app():
    return make_application(["groundstation"])


@pytest.fixture(autouse=True)
def as_it_was_made():
    """No test finds the settings, or the names, of another one."""
    yield
    chosen().put_on(Settings())
    call_signs.cache_clear()


@pytest.fixture(autouse=True)
def qt_warnings(app):
    found = []

    def keep(kind, context, text):
        if kind != QtMsgType.QtDebugMsg and not text.startswith(BENIGN):
            found.append(text)

    previous = qInstallMessageHandler(keep)
    # as in a window: a thread of a test that collects would take widgets of another one apart
    gc.disable()
    yield found
    let_go_of_the_mouse()
    # a menu that a test left open would be open in the next one, where nothing may move under it
    for _ in range(10):
        left = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if left is None:
            break
        left.close()
    for window in QApplication.topLevelWidgets():
        # one with vehicles in the air would ask, and stay, and its keys with it
        if isinstance(window, MainWindow):
            window.leave()
    QApplication.closeAllWindows()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()
    collect_due()
    gc.enable()
    qInstallMessageHandler(previous)
    assert not found, found


def let_go_of_the_mouse():
    """Qt counts a button as held until some widget is told of its release: the next test would seem to be dragging."""
    if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
        return
    anywhere = QWidget()
    anywhere.show()
    QTest.mouseRelease(anywhere, Qt.MouseButton.LeftButton)
    anywhere.deleteLater()
    assert QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton


class Station:
    """An inbox, a feed and a clock that is moved by hand."""

    def __init__(self):
        self.now_s = 1000.0
        self.bus = BusStatus(
            state=BusState.CONNECTED, broker="mqtt://127.0.0.1:1883", protocol="MQTT 5", rtt_ms=3.0, since_s=990.0
        )
        self.inbox = Inbox()
        self.wall_clock = time.time
        timeline = LiveTimeline(lambda: self.now_s, self.unix_s)
        self.feed = FleetFeed(self.inbox, lambda: self.bus, timeline)

    def unix_s(self):
        """May be another clock in the middle of a test."""
        return self.wall_clock()

    def offer(self, *messages):
        for one in messages:
            self.inbox.offer(one)
        self.feed.tick()
        # topics are taken in turns
        while len(self.inbox._heard) or len(self.inbox._readings):
            self.feed.tick()

    def hear(self, *vehicles, motion=True):
        """Everything of these vehicles once."""
        for vehicle in vehicles:
            found = vehicle.birth(self.now_s)
            if motion:
                found.append(self.motion(vehicle))
            found.append(vehicle.wrap(f"{vehicle.key}/tlm/status", vehicle.status(0.0, self.now_s), self.now_s))
            for name, samples in vehicle.slow(0.0, self.now_s).items():
                found.append(vehicle.wrap(f"{vehicle.key}/tlm/{name}", samples, self.now_s))
            found.append(vehicle.link_report(0.0, self.now_s))
            for one in found:
                self.inbox.offer(one)
        self.feed.tick()

    def motion(self, vehicle, t=0.0):
        return vehicle.wrap(f"{vehicle.key}/tlm/motion", vehicle.motion(t, self.now_s), self.now_s)

    def pass_time(self, seconds):
        self.now_s += seconds
        self.feed.tick()
        self.feed.age()


@pytest.fixture
def station(app):
    return Station()


@pytest.fixture
def vehicle():
    return PretendVehicle(2)


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def commands(station):
    """An operator's orders on the station."""
    return Commands(station)


@pytest.fixture
def window(station, settings, commands, app):
    """The window of an operator, shown."""
    made = MainWindow(
        station.feed,
        settings,
        commands.orders,
        alarms=AlarmAccess(),
        operators=Talking(station).access(),
        procedures=ProcedureAccess(),
    )
    made.show()
    app.processEvents()
    yield made
    made.leave()
    made.deleteLater()
