# SPDX-License-Identifier: Apache-2.0
"""A window that looks back on a session which a real recorder wrote, and seems to write still."""

from __future__ import annotations

import time

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.players import player_access
from groundstation.app.wiring import host_name
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.recorder import RecorderState, RecorderStatus
from groundstation.fleet.updates import ServiceUpdate
from groundstation.logs import session_folder
from groundstation.logs.session_folder import SessionState
from groundstation.ui.main_window import MainWindow
from tests.support.flown_session import EPOCH_S, published, record
from tests.support.waiting import PATIENCE_S

SECONDS = 45.0
KEY = VehicleKey("sim", "uav-1")
HOST = host_name()


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A session of three vehicles that seems to be recorded still."""
    folder = record(tmp_path_factory.mktemp("looked_back"), published(3, SECONDS), lambda *_: None)
    manifest = session_folder.load(folder)
    session_folder.save(folder, msgspec.structs.replace(manifest, state=SessionState.RECORDING))
    return folder


@pytest.fixture
def looking(station, settings, commands, app, session):
    """The window of an operator; a recorder tells that it writes the session."""
    station.wall_clock = lambda: EPOCH_S + 15.0 + SECONDS
    window = MainWindow(station.feed, settings, commands.orders, players=player_access())
    window.show()
    tell_recorded(station, session)
    wait(lambda: window.past.look.told is not None)
    yield window
    window.leave()
    window.deleteLater()


def wait(is_true):
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < give_up_s
        QApplication.processEvents()
        time.sleep(0.002)


def shown(window):
    """Wait until the moment that was asked for is shown; returns it."""
    look = window.past.look
    wait(lambda: look.is_past and look._wanted_s is None and look.told is not None)
    return look.view.now_s()


def go(window, at_s):
    window.past.look.seek(EPOCH_S + at_s)
    return shown(window)


def key(window, name, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.past.timeline.canvas, name, modifier)
    QApplication.processEvents()


def tell_recorded(station, folder, state=RecorderState.RECORDING, host=HOST):
    """A recorder says that it writes a session."""
    where = {"folder": str(folder.parent), "session": folder.name, "host": host}
    status = RecorderStatus(state=state, elapsed_s=1.0, **where)
    update = ServiceUpdate(session="r", root="fleet", service="rec", content=status, received_s=station.now_s)
    station.feed.fleet.fold([update])
    station.feed.age()
