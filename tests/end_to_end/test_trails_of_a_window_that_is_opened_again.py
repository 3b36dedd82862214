# SPDX-License-Identifier: Apache-2.0
"""Broker, bridge, recorder and vehicles as they run; a window that is opened later has the trails of before it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from groundstation.app.gui import Station
from groundstation.app.past_reader import past_access
from groundstation.fleet.identity import VehicleKey
from groundstation.transport.broker_url import parse_broker_url
from groundstation.ui.past_port import PastRows
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.waiting import wait_until

PAST_S = 6.0
KEYS = (VehicleKey("sim", "uav-1"), VehicleKey("sim", "uav-2"))


@pytest.mark.long
def test_trails_of_before_stand_before_the_live_ones(mosquitto_broker: BrokerChild, tmp_path: Path) -> None:
    port, url, out = free_port(), mosquitto_broker.url, tmp_path / "recordings"
    programs = [
        Program("bridge", "--broker", url, "--link", f"udpin:127.0.0.1:{port}", "--root", "sim", "--id", "b"),
        Program("record", "--broker", url, "--out", str(out)),
        Program("simulate", "--vehicles", "2", "--link", f"udpout:127.0.0.1:{port}", "--ready", "--autofly"),
    ]
    made: list[Station] = []
    try:
        wait_until(lambda: _recorded_s(url, out) > PAST_S, what="some seconds of flight")
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        opened_s = time.monotonic()
        station = Station(parse_broker_url(url), settings, journal=tmp_path / "journal.db", recordings=out)
        made.append(station)
        station.start()

        def has_past() -> bool:
            station.application.processEvents()
            trails = [station.feed.history.trail(key) for key in KEYS]
            return all(one is not None and one[0][0] < opened_s - 3.0 for one in trails)

        wait_until(has_past, what="trails from before the window")
        for key in KEYS:
            trail = station.feed.history.trail(key)
            assert trail is not None
            times, places = trail
            assert np.all(np.diff(times) > 0.8)
            assert times[-1] <= time.monotonic()
            assert np.isfinite(places[times < opened_s - 1.0]).any()
            # half a degree would be another place: what was recorded joins what is live
            known = places[np.isfinite(places[:, 0])]
            assert np.abs(known - known[-1]).max() < 0.5
    finally:
        for one in made:
            one.past.stop()
            one.feed.stop()
            one.bus.stop()
            one.journal.stop()
            one.window.leave()
            QApplication.processEvents()
        for program in programs:
            program.close()


def _recorded_s(broker: str, out: Path) -> float:
    """How long the shorter of the recorded pasts is."""
    found = [one for one in past_access(broker, out).read(lambda: True) if isinstance(one, PastRows)]
    lengths = {one.key: one.times[-1] - one.times[0] for one in found}
    return float(min(lengths.get(key, 0.0) for key in KEYS))
