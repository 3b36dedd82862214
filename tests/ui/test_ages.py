# SPDX-License-Identifier: Apache-2.0
"""Every age and wait of the window, just inside and just outside; in numbers, not by the product's names."""

from __future__ import annotations

import math

import pytest

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.sample import Severity
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.command_sheet.hold_button import HoldButton
from groundstation.ui.history import History
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.plots.curve import Curve, CurveLook
from groundstation.ui.series import PlotSeries

HEIGHT = ValueRef(VehicleKey("fleet", "uav-1"), "position.height_home_m")


@pytest.mark.parametrize(("age_s", "is_old"), [(5.95, False), (6.05, True)])
def test_a_curve_is_of_now_for_six_seconds(app, age_s, is_old):
    series = PlotSeries()
    curve = Curve(HEIGHT, series, CurveLook(0, 0))
    assert not curve.is_old(1_000.0), "nothing is not old"
    series.append(100.0, 1.0)
    assert curve.is_old(100.0 + age_s) is is_old


def test_a_series_keeps_ten_minutes():
    series = PlotSeries(gap_s=1e9)
    for at_s in (0.0, 1.0, 600.0):
        series.append(at_s, at_s)
    assert series.times.tolist() == [0.0, 1.0, 600.0]
    # what is beyond goes when there is no room left
    for number in range(3_000):
        series.append(601.0 + number / 1_000, 0.0)
    assert series.times[0] >= series.times[-1] - 600.0 - 2.0


@pytest.mark.parametrize(("later_s", "points"), [(89.9, 2), (90.1, 3)])
def test_the_line_of_a_sensor_breaks_after_ninety_seconds(later_s, points):
    history = History()
    series = history.track(ValueRef("site/t", ""))
    for at_s in (100.0, 100.0 + later_s):
        series.append(at_s, 1.0)
    assert len(series) == points
    assert any(math.isnan(one) for one in series.values) is (points == 3)


@pytest.mark.parametrize(("later_s", "is_repeat"), [(119.9, True), (120.1, False)])
def test_a_prearm_text_is_counted_for_two_minutes(station, vehicle, later_s, is_repeat):
    station.wall_clock = lambda: station.now_s
    log = MessageLog(station.feed)
    for _ in range(2):
        station.offer(vehicle.event(station.now_s, "PreArm: x", Severity.CRITICAL))
        station.now_s += later_s
    assert [one.count for one in log.entries] == ([2] if is_repeat else [1, 1])


@pytest.mark.parametrize(("held_s", "times"), [(0.99, 0), (1.01, 1)])
def test_a_button_is_held_for_a_second(app, held_s, times):
    now_s, held = [100.0], []
    button = HoldButton(lambda: now_s[0])
    button.held.connect(lambda: held.append(now_s[0]))
    button._begin()
    now_s[0] += held_s
    button.look()
    button.look()
    assert len(held) == times
    button.let_go()
    assert button.share == 0.0
