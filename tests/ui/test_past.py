# SPDX-License-Identifier: Apache-2.0
"""A window that is opened again has the trails and curves of before it, out of a real recorder's files."""

from __future__ import annotations

import logging
import threading
import time

import numpy as np
import pytest

from groundstation.app.past_reader import past_access
from groundstation.fleet.value_path import ValueRef
from groundstation.logs import session_folder
from groundstation.recording.recorder import Recorder, RecorderSettings
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.trail_layer import BREAK_S
from groundstation.ui.past_loader import PastLoader
from groundstation.ui.past_port import PastAccess
from groundstation.ui.plots.plots_panel import PlotsPanel
from tests.support.waiting import PATIENCE_S, wait_until
from tests.ui.support.pretend_fleet import SENSORS, PretendVehicle, message, sensor_messages

BROKER = "mqtt://127.0.0.1:1883"
HEIGHT = "position.height_home_m"
BEFORE_S = 120.0
"""So long before the window was opened the recording begins."""


class Recording:
    """A recorder that is fed: messages stand where their `received_s` says."""

    def __init__(self, out, broker=BROKER, wall_clock=time.time):
        settings = RecorderSettings(out=out, broker=broker, keep_free_bytes=0)
        self.recorder = Recorder(settings, lambda *_: None, lambda: True, wall_clock=wall_clock)
        self.recorder.start()
        self.count = 0

    def add(self, *messages):
        for one in messages:
            self.recorder.offer(one)
        self.count += len(messages)

    def fly(self, vehicle, begin_s, end_s, step_s=0.5):
        self.fly_together([vehicle], begin_s, end_s, step_s)

    def fly_together(self, vehicles, begin_s, end_s, step_s=0.5):
        self.add(
            *[
                one.wrap(f"{one.key}/tlm/motion", one.motion(at_s, at_s), at_s)
                for at_s in np.arange(begin_s, end_s, step_s).tolist()
                for one in vehicles
            ]
        )

    def written(self):
        """Taken in, and given to the system: the chunk that waits is complete."""
        wait_until(lambda: self.recorder.status().messages >= self.count, what="the disk")
        files = self.recorder._files
        wait_until(lambda: not any(one.has_waiting for one in files._files.values()), what="the last chunk")
        wait_until(lambda: not self.recorder._seeking._keyframes.is_due, what="the rows beside it")


@pytest.fixture
def recording(tmp_path):
    made = Recording(tmp_path / "out")
    yield made
    made.recorder.stop()


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def loaders():
    made = []
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def now(station):
    """The station's clock is this computer's, and stands."""
    station.now_s = time.monotonic()
    return station.now_s


def opened(station, out, loaders, app, broker=BROKER, wall_clock=time.time):
    """A loader that has read everything."""
    loader = PastLoader(station.feed, past_access(broker, out, wall_clock), wall_clock)
    loaders.append(loader)
    read(loader, app)
    return loader


def read(loader, app):
    loader.start()
    loader.task.thread.join(PATIENCE_S)
    app.processEvents()


def kept(station, key):
    times, places = station.feed.history.trail(key)
    return times, places


def test_a_window_opened_later_has_trails_and_curves_of_before(station, now, recording, out, loaders, app, settings):
    flying = [PretendVehicle(number) for number in (1, 2, 3)]
    recording.fly_together(flying, now - BEFORE_S, now - 0.5)
    recording.written()
    window = MainWindow(station.feed, settings)
    ref = ValueRef(flying[0].key, HEIGHT)
    window.panel(PlotsPanel).plot([ref])
    station.hear(*flying)
    series = station.feed.history.track(ref)
    assert len(series) == 1
    opened(station, out, loaders, app)
    for one in flying:
        times, places = kept(station, one.key)
        assert times[0] == pytest.approx(now - BEFORE_S, abs=0.1)
        assert times[-1] == now
        assert np.all(np.diff(times) > 0.85)
        assert len(times) == pytest.approx(BEFORE_S, abs=3)
        moment = one.motion(times[5], times[5]).position
        assert places[5] == pytest.approx((moment.lat_deg, moment.lon_deg), abs=2e-4)
    assert len(series) == pytest.approx(BEFORE_S, abs=3)
    assert np.all(np.diff(series.times) > 0)
    at_s = float(series.times[10])
    assert series.values[10] == pytest.approx(flying[0].motion(at_s, at_s).position.height_home_m, abs=0.3)
    window.close()


def test_what_is_heard_after_the_reading_gets_its_past_and_who_is_not_gets_none(
    station, now, recording, out, loaders, app
):
    here, gone = PretendVehicle(1), PretendVehicle(2)
    recording.fly_together((here, gone), now - BEFORE_S, now)
    recording.written()
    opened(station, out, loaders, app)
    assert station.feed.history.trail(here.key) is None
    for one in gone.birth(now):
        station.inbox.offer(message(one.topic, one.payload, now, retain=True))
    station.feed.tick()
    station.hear(here)
    assert len(kept(station, here.key)[0]) > 100
    assert station.feed.fleet.get(gone.key) is not None
    trail = station.feed.history.trail(gone.key)
    assert trail is None or not np.isfinite(trail[1]).any()


def test_what_came_live_meanwhile_counts_once(station, now, recording, out, loaders, app):
    flying = PretendVehicle(1)
    recording.fly(flying, now - 60.0, now)
    recording.written()
    station.now_s = now - 20.0
    for at_s in np.arange(now - 20.0, now, 0.5).tolist():
        station.now_s = at_s
        station.offer(flying.wrap(f"{flying.key}/tlm/motion", flying.motion(at_s, at_s), at_s))
    before = len(kept(station, flying.key)[0])
    opened(station, out, loaders, app)
    times, _ = kept(station, flying.key)
    assert len(times) == pytest.approx(before + 39.5, abs=1)
    assert np.all(np.diff(times) > 0.85)


def test_a_pause_in_the_recording_is_a_gap(station, now, recording, out, loaders, app):
    flying = PretendVehicle(1)
    recording.fly(flying, now - 100.0, now - 70.0)
    recording.fly(flying, now - 40.0, now)
    recording.written()
    series = station.feed.history.track(ValueRef(flying.key, HEIGHT))
    station.hear(flying)
    opened(station, out, loaders, app)
    times, _ = kept(station, flying.key)
    assert np.count_nonzero(np.diff(times) > BREAK_S) == 1
    (unknown,) = np.flatnonzero(np.isnan(series.values))
    assert series.times[unknown] == pytest.approx(now - 70.5, abs=1.1)
    assert series.at(now - 55.0) is None


def test_a_clock_that_is_wrong_or_was_set_moves_nothing(station, now, tmp_path, loaders, app):
    flying = PretendVehicle(1)
    recording = Recording(tmp_path / "out", wall_clock=lambda: time.time() - 7_200.0)
    try:
        recording.fly(flying, now - 60.0, now)
        recording.written()
        station.hear(flying)
        opened(station, tmp_path / "out", loaders, app)
        times, _ = kept(station, flying.key)
        assert times[0] == pytest.approx(now - 60.0, abs=0.1)
    finally:
        recording.recorder.stop()


def test_a_recorder_that_was_started_again_is_one_past(station, now, out, loaders, app):
    flying = PretendVehicle(1)
    for begin_s, end_s in ((now - 60.0, now - 31.0), (now - 30.0, now)):
        recording = Recording(out)
        recording.fly(flying, begin_s, end_s)
        recording.written()
        recording.recorder.stop()
    station.hear(flying)
    opened(station, out, loaders, app)
    times, _ = kept(station, flying.key)
    assert len(times) == pytest.approx(60, abs=3)
    assert times[0] == pytest.approx(now - 60.0, abs=0.1)


def test_numbers_of_other_devices_come_back(station, now, recording, out, loaders, app):
    for at_s in np.arange(now - 60.0, now, 2.0).tolist():
        recording.add(*sensor_messages(at_s, at_s))
    recording.written()
    ref = ValueRef(f"{SENSORS}/Kabin1/Nem-Sıcaklık/Nem", "")
    opened(station, out, loaders, app)
    assert len(station.feed.history.track(ref)) == 0
    station.feed.history.untrack(ref)
    station.offer(*sensor_messages(now, now))
    series = station.feed.history.track(ref)
    assert len(series) == 31
    assert series.times[0] == pytest.approx(now - 60.0, abs=0.5)


def test_a_forgotten_vehicle_does_not_come_back_out_of_a_file(station, now, recording, out, loaders, app):
    flying = PretendVehicle(1)
    recording.fly(flying, now - 60.0, now)
    recording.written()
    opened(station, out, loaders, app)
    station.feed.forget(flying.key)
    station.hear(flying)
    assert len(kept(station, flying.key)[0]) == 1


def test_no_session_a_foreign_one_and_one_of_another_broker_cost_nothing(
    station, now, recording, out, tmp_path, loaders, app, caplog
):
    flying = PretendVehicle(1)
    recording.fly(flying, now - 60.0, now)
    recording.written()
    station.hear(flying)
    foreign = tmp_path / "foreign" / "2026-01-01_00-00-00"
    foreign.mkdir(parents=True)
    (foreign / session_folder.MANIFEST).write_text("{")
    (foreign / "fleet-uav-01.mcap").write_bytes(b"no")
    with caplog.at_level(logging.WARNING):
        for folder, broker in ((tmp_path / "none", BROKER), (foreign.parent, BROKER), (out, "mqtt://elsewhere:1")):
            opened(station, folder, loaders, app, broker)
    assert len(kept(station, flying.key)[0]) == 1
    assert not caplog.records


@pytest.mark.parametrize("begun", [None, b""], ids=["the folder", "an empty file"])
def test_a_recorder_that_begins_in_this_moment_costs_nothing(station, now, recording, out, loaders, app, caplog, begun):
    """The manifest is written first; a window that is opened then is told of no damage."""
    flying = PretendVehicle(1)
    recording.fly(flying, now - 60.0, now)
    recording.written()
    station.hear(flying)
    (folder,) = session_folder.sessions(out)
    newer = out / "2099-01-01_00-00-00"
    newer.mkdir()
    (newer / session_folder.MANIFEST).write_bytes((folder / session_folder.MANIFEST).read_bytes())
    if begun is not None:
        (newer / session_folder.file_name(flying.key)).write_bytes(begun)
    with caplog.at_level(logging.WARNING):
        opened(station, out, loaders, app)
    assert len(kept(station, flying.key)[0]) > 50
    assert not caplog.records


def test_damage_costs_what_is_damaged_and_a_line_at_most(station, now, recording, out, loaders, app, caplog):
    whole, torn, broken = (PretendVehicle(number) for number in (1, 2, 3))
    for step in range(12):
        recording.fly_together((whole, torn, broken), now - 60.0 + 5 * step, now - 55.0 + 5 * step)
        recording.written()
    recording.recorder.stop()
    (folder,) = session_folder.sessions(out)
    path = folder / session_folder.file_name(torn.key)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 100] = bytes(100)
    path.write_bytes(data)
    (folder / session_folder.file_name(broken.key)).write_bytes(b"\x00" * 5_000)
    station.hear(whole, torn, broken)
    with caplog.at_level(logging.WARNING):
        opened(station, out, loaders, app)
    rows = [len(kept(station, one.key)[0]) for one in (whole, torn, broken)]
    assert rows[0] == pytest.approx(60, abs=3)
    # its rows stand beside it
    assert rows[1] == rows[0]
    assert rows[2] == 1
    (line,) = [one.getMessage() for one in caplog.records]
    assert session_folder.file_name(broken.key) in line


def test_a_window_closed_while_it_reads_is_not_held_up_and_gets_nothing(station, now, loaders, app):
    begun, asked = threading.Event(), threading.Event()

    def endless(goes_on):
        begun.set()
        while goes_on():
            asked.wait(0.01)
        yield from ()

    loader = PastLoader(station.feed, PastAccess(read=endless))
    loaders.append(loader)
    loader.start()
    assert begun.wait(PATIENCE_S)
    loader.stop()
    loader.task.thread.join(PATIENCE_S)
    assert not loader.task.thread.is_alive()
    loader.start()
    assert not loader.task.thread.is_alive()
