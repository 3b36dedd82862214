# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from groundstation.fleet.kinds import Freshness
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.series import PlotSeries
from tests.ui.support.pretend_fleet import message


@pytest.fixture
def panel(station, app):
    made = SensorsPanel(station.feed)
    made.resize(600, 300)
    made.show()
    app.processEvents()
    yield made
    made.deleteLater()


def speak(station, topics, text=b"21.5"):
    station.offer(*[message(topic, text, station.now_s) for topic in topics])


def value_index(panel, topic):
    index = panel.model.find(topic)
    assert panel.model.topic_at(index) == topic
    return index.siblingAtColumn(1)


def is_struck(panel, topic):
    return panel.model.data(value_index(panel, topic), Qt.ItemDataRole.FontRole).strikeOut()


def test_what_is_shown_already_costs_no_signal_however_many_speak(panel, station):
    topics = [f"a/room-{number // 20}/s-{number}" for number in range(2_000)]
    speak(station, topics)
    panel.refresh()
    panel.tree.expandAll()
    spies = [QSignalSpy(panel.model.dataChanged), QSignalSpy(panel.model.rowsInserted)]
    for _ in range(3):
        station.pass_time(1.0)
        speak(station, topics)
        panel.refresh()
    assert [spy.count() for spy in spies] == [0, 0]
    assert panel.model.data(value_index(panel, topics[-1])) == "21.5"


def test_a_hidden_panel_does_nothing(panel, station):
    panel.hide()
    speak(station, ["a/b"])
    assert not panel._timer.isActive()
    assert panel.model.rowCount() == 0


@pytest.mark.parametrize(
    ("period_s", "silence_s", "expected"),
    [
        (1.0, 4.9, Freshness.FRESH),
        (1.0, 5.1, Freshness.STALE),
        (1.0, 14.9, Freshness.STALE),
        (1.0, 15.1, Freshness.EXPIRED),
        (60.0, 179.0, Freshness.FRESH),
        (60.0, 181.0, Freshness.STALE),
        (60.0, 541.0, Freshness.EXPIRED),
    ],
)
def test_a_sensor_is_silent_by_its_own_pace(station, period_s, silence_s, expected):
    for _ in range(10):
        station.pass_time(period_s)
        speak(station, ["a/b"])
    assert station.feed.sensors.freshness("a/b", station.now_s + silence_s) is expected


def test_one_that_spoke_once_is_given_two_minutes(station):
    speak(station, ["a/b"])
    board, now_s = station.feed.sensors, station.now_s
    assert board.freshness("a/b", now_s + 119.0) is Freshness.FRESH
    assert board.freshness("a/b", now_s + 121.0) is Freshness.STALE
    assert board.freshness("never", now_s) is Freshness.MISSING


def test_a_silent_sensor_fades_and_is_struck_through(panel, station):
    for _ in range(5):
        station.pass_time(1.0)
        speak(station, ["a/b"])
    panel.refresh()
    fresh = panel.model.data(value_index(panel, "a/b"), Qt.ItemDataRole.ForegroundRole)
    station.pass_time(6.0)
    panel.refresh()
    assert panel.model.data(value_index(panel, "a/b"), Qt.ItemDataRole.ForegroundRole) != fresh
    assert not is_struck(panel, "a/b")
    station.pass_time(10.0)
    panel.refresh()
    assert is_struck(panel, "a/b")
    speak(station, ["a/b"])
    panel.refresh()
    assert not is_struck(panel, "a/b")


@pytest.mark.parametrize(("pause_s", "breaks"), [(4.9, 0), (5.1, 1)])
def test_its_curve_breaks_where_it_was_silent(station, app, pause_s, breaks):
    panel, ref = PlotsPanel(station.feed), ValueRef("a/b", "")
    panel.plot([ref])
    for _ in range(10):
        station.pass_time(1.0)
        speak(station, ["a/b"])
    station.pass_time(pause_s)
    speak(station, ["a/b"])
    values = panel.lanes[0].curves[0].series.values
    assert int(np.isnan(values).sum()) == breaks
    panel.deleteLater()


def test_the_curve_of_a_slow_sensor_does_not_break_and_is_not_old(station, app):
    panel = PlotsPanel(station.feed)
    panel.plot([ValueRef("a/b", "")])
    for _ in range(8):
        station.pass_time(30.0)
        speak(station, ["a/b"])
    curve = panel.lanes[0].curves[0]
    assert not np.isnan(curve.series.values).any()
    assert not curve.is_old(station.now_s + 80.0)
    assert curve.is_old(station.now_s + 91.0)
    panel.deleteLater()


def test_one_long_pause_does_not_change_the_pace_for_ever():
    series = PlotSeries(gap_s=90.0, is_paced=True)
    times = [*range(20), 100, *range(101, 120)]
    for time_s in times:
        series.append(float(time_s), 1.0)
    assert series.pace_s == pytest.approx(1.0, abs=0.1)
