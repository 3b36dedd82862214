# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest

from groundstation.fleet.core_values import CORE_PATHS, ROW_PERIOD_S
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position
from groundstation.fleet.overview import Overview
from groundstation.fleet.value_path import ValueRef, refs_from_json
from groundstation.ui.history import History
from groundstation.ui.series import HISTORY_S, MAX_CAPACITY, PlotSeries, RowRing
from groundstation.ui.value_drag import mime_from_refs, refs_from_mime
from tests.support.updates import KEY, live
from tests.ui.support.pretend_fleet import SENSORS, PretendVehicle, message, sensor_messages

HEIGHT = "position.height_home_m"


def test_a_series_keeps_ten_minutes_and_stays_bounded():
    series = PlotSeries(gap_s=10.0)
    for number in range(200_000):
        series.append(number / 100, float(number))
    assert len(series) <= MAX_CAPACITY
    assert series.newest == (1999.99, 199_999.0)
    assert series.times[0] >= 1999.99 - HISTORY_S
    assert np.all(np.diff(series.times) > 0)


def test_a_gap_and_an_unknown_value_break_the_line():
    series = PlotSeries(gap_s=2.0)
    series.append(0.0, 1.0)
    series.append(1.0, None)
    series.append(10.0, 3.0)
    assert [math.isnan(value) for value in series.values] == [False, True, True, False]
    assert series.at(0.5) == 1.0
    assert series.at(9.0) is None
    assert series.at(-1.0) is None


def test_a_late_sample_is_dropped():
    series = PlotSeries()
    series.append(5.0, 1.0)
    series.append(4.0, 2.0)
    assert series.values.tolist() == [1.0]


def test_the_row_ring_forgets_the_oldest():
    ring = RowRing(2, rows=3)
    for number in range(5):
        ring.append(float(number), (1.0, 2.0), [number, -number])
    times, values = ring.column(1)
    assert times.tolist() == [2.0, 3.0, 4.0]
    assert values.tolist() == [-2.0, -3.0, -4.0]


def test_the_background_of_a_vehicle_takes_less_than_100_kb(station, vehicle):
    station.hear(vehicle)
    assert 0 < station.feed.history.nbytes < 100_000


def test_a_value_plotted_only_now_begins_with_its_past(station, vehicle):
    station.hear(vehicle)
    for number in range(30):
        station.now_s += ROW_PERIOD_S
        station.offer(station.motion(vehicle, number))
    series = station.feed.history.track(ValueRef(vehicle.key, HEIGHT))
    assert len(series) == 31
    assert series.newest[1] == pytest.approx(station.feed.fleet.get(vehicle.key).position.height_home_m, abs=0.01)


def test_a_plotted_value_is_kept_at_full_rate(station, vehicle):
    station.hear(vehicle)
    series = station.feed.history.track(ValueRef(vehicle.key, HEIGHT))
    before = len(series)
    for number in range(25):
        station.now_s += 0.1
        station.inbox.offer(station.motion(vehicle, number))
    station.feed.tick()
    assert len(series) == before + 25


def test_on_a_slow_way_a_plot_goes_on_with_what_overviews_tell():
    history = History()
    heights, seas = (history.track(ValueRef(KEY, path)) for path in (HEIGHT, "position.height_amsl_m"))
    fine = Samples(position=Position(at_s=9.9, height_home_m=9.0, height_amsl_m=509.0))
    history.record_updates([live("samples", fine, 10.0)])
    for second in range(10, 13):
        told = Overview(height_home_m=float(second - 1), age_s=0.1 - 0.001)
        history.record_updates([live("overview", told, float(second))])
    assert heights.values.tolist() == [9.0, 10.0, 11.0], "the first tells of the sample that is there"
    assert seas.values.tolist() == [509.0], "what it does not tell is no gap"


def test_a_value_that_nobody_plots_any_more_is_let_go(station, vehicle):
    ref = ValueRef(vehicle.key, HEIGHT)
    history = station.feed.history
    history.track(ref)
    history.track(ref)
    history.untrack(ref)
    assert ref in history._tracked
    history.untrack(ref)
    assert ref not in history._tracked


def test_stale_values_are_kept_as_unknown(station, vehicle):
    station.hear(vehicle)
    station.now_s += 30.0
    station.offer(vehicle.link_report(0.0, station.now_s))
    _, places = station.feed.history.trail(vehicle.key)
    assert np.isfinite(places[0]).all()
    assert np.isnan(places[-1]).all()
    heights = station.feed.history.track(ValueRef(vehicle.key, HEIGHT)).values
    assert np.isfinite(heights[0])
    assert np.isnan(heights[-1])


def test_sensor_numbers_are_kept_before_they_are_plotted(station):
    for number in range(5):
        station.now_s += 2.0
        station.offer(*sensor_messages(number, station.now_s))
    series = station.feed.history.track(ValueRef(f"{SENSORS}/Kabin1/Nem-Sıcaklık/Nem", ""))
    assert len(series) == 5


def test_retained_readings_are_of_unknown_age_and_not_drawn(station):
    station.offer(message("a/b", b"3.5", station.now_s, retain=True))
    assert len(station.feed.history.track(ValueRef("a/b", ""))) == 0


def test_refs_survive_a_drag_byte_for_byte():
    refs = [
        ValueRef(VehicleKey("sim", "uav-01"), "battery.0.cells_v.3"),
        ValueRef("Türkiye/ Nem", ""),
        ValueRef("Tu\u0308rkiye/Nem", "a.b"),
    ]
    assert refs_from_mime(mime_from_refs(refs)) == refs


def test_a_foreign_or_damaged_drag_gives_nothing():
    assert refs_from_json("not json") == []
    assert refs_from_json('[{"source": 3}]') == []


def test_every_core_path_reads_a_number_of_a_full_vehicle(station):
    vehicle = PretendVehicle(1)
    station.hear(vehicle)
    ring = station.feed.history._rings[vehicle.key]
    unknown = {path for index, path in enumerate(CORE_PATHS) if np.isnan(ring.column(index)[1][-1])}
    assert unknown == {"air_data.airspeed_mps"}
