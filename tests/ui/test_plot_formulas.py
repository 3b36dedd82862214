# SPDX-License-Identifier: Apache-2.0
"""Computed values as curves: written into the dialog, live, of a selection, and out of what was read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.derived import age_limit_s, derived, parse_derived
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.value_path import ValueRef, json_from_refs, refs_from_json
from groundstation.ui.derived_series import DerivedSeries
from groundstation.ui.plots.older_values import OlderPart, OlderValues
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.selection import Selection
from groundstation.ui.series import PlotSeries
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.units import DASH
from tests.ui.support.pretend_fleet import PretendVehicle

HEIGHT, SPEED, AIRSPEED = "position.height_home_m", "velocity.ground_speed_mps", "air_data.airspeed_mps"
TEXT = "ground_speed_mps - airspeed_mps"
PATH = f"= {TEXT}"


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(station, selection):
    made = PlotsPanel(station.feed, selection=selection)
    made.resize(1000, 600)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    return made


@pytest.fixture
def two(station):
    made = [PretendVehicle(number, kind=VehicleKind.PLANE) for number in (1, 2)]
    station.hear(*made)
    return made


def fly(station, vehicle, seconds):
    for number in range(seconds * 10):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))


def write(panel, text):
    dialog = panel.ask_formula()
    QTest.keyClicks(dialog.box, text)
    return dialog


def test_a_formula_is_written_and_becomes_a_curve(panel, station, two, selection):
    selection.select((two[0].key,))
    QTest.mouseClick(panel.formula_button, Qt.MouseButton.LeftButton)
    (dialog,) = (one for one in panel.children() if type(one).__name__ == "FormulaDialog")
    QTest.keyClicks(dialog.box, TEXT)
    assert dialog.verdict.text() == f"{SPEED}, {AIRSPEED}: m/s"
    QTest.keyClick(dialog.box, Qt.Key.Key_Return)
    ref = ValueRef(two[0].key, PATH)
    assert panel.plots() == [[ref]]
    fly(station, two[0], 3)
    panel.refresh()
    curve = panel.stack.curves[0]
    state = station.feed.fleet.get(two[0].key)
    expected = state.velocity.ground_speed_mps - state.air_data.airspeed_mps
    assert curve.item.getData()[1][-1] == pytest.approx(expected)
    assert curve.unit.symbol == "m/s"
    assert panel.lanes[0].legend.texts == [f"{expected:.1f}".replace("-0.0", "0.0")]
    # with others of its unit
    panel.plot([ValueRef(two[0].key, SPEED)])
    assert len(panel.lanes) == 1


def test_what_is_wrong_is_told_while_it_is_written_and_is_not_plotted(panel, two, selection):
    selection.select((two[0].key,))
    dialog = write(panel, "height + battery.0.voltage_v")
    assert dialog.verdict.text().startswith("m and V have no sum")
    assert not dialog.plot_button.isEnabled()
    QTest.keyClick(dialog.box, Qt.Key.Key_Return)
    assert panel.plots() == []
    dialog.box.setText("temperature_c * 2")
    assert dialog.verdict.text().startswith("several values are called 'temperature_c'")
    dialog.reject()


def test_it_is_plotted_of_all_who_are_selected(panel, two, selection):
    selection.select(tuple(one.key for one in two))
    dialog = write(panel, TEXT)
    dialog.whose.setCurrentIndex(1)
    dialog.accept()
    assert panel.plots() == [[ValueRef(one.key, PATH) for one in two]]


def test_names_are_completed(panel, two, selection):
    selection.select((two[0].key,))
    dialog = write(panel, "speed - airsp")
    assert dialog._completer.currentCompletion() == "airspeed_mps"
    dialog._complete("airspeed_mps")
    assert dialog.box.text() == "speed - airspeed_mps"
    assert dialog.plot_button.isEnabled()
    dialog.reject()


def test_without_a_vehicle_it_says_so(panel):
    dialog = panel.ask_formula(TEXT)
    assert dialog.verdict.text() == "Select a vehicle first"
    assert not dialog.plot_button.isEnabled()
    dialog.reject()


def test_its_values_are_kept_at_full_rate_as_long_as_it_is_plotted(panel, station, two):
    ref = ValueRef(two[0].key, PATH)
    panel.plot([ref])
    parts = {ValueRef(two[0].key, SPEED), ValueRef(two[0].key, AIRSPEED)}
    assert parts <= set(station.feed.history._tracked)
    assert station.feed.history.plotted == {two[0].key}
    panel.clear()
    assert not parts & set(station.feed.history._tracked)
    assert ref not in station.feed.history._tracked


def test_it_is_shown_in_the_unit_of_the_settings(panel, station, two):
    panel.plot([ValueRef(two[0].key, "= speed * 2"), ValueRef(two[0].key, "= height / height")])
    fly(station, two[0], 1)
    panel.refresh()
    metric = panel.stack.curves[0].item.getData()[1][-1]
    chosen().change("units.speed", "kn")
    panel.refresh()
    curve = panel.stack.curves[0]
    assert curve.unit.symbol == "kn"
    assert curve.item.getData()[1][-1] == pytest.approx(metric * 3600 / 1852)
    assert panel.stack.curves[1].unit.symbol == ""


def test_a_value_that_ends_makes_it_unknown(panel, station, two):
    panel.plot([ValueRef(two[0].key, PATH)])
    fly(station, two[0], 2)
    panel.refresh()
    curve = panel.stack.curves[0]
    speed = curve.series.parts[SPEED]
    assert curve.text_at(None, station.now_s) != DASH
    # one of the two goes on alone
    for number in range(60):
        speed.append(station.now_s + number * 0.1, 5.0)
    panel.refresh()
    assert math.isnan(curve.series.newest[1])
    assert curve.series.newest[0] == pytest.approx(station.now_s + age_limit_s(AIRSPEED), abs=0.3)


def test_settings_with_a_formula_come_back_and_a_broken_one_does_no_harm(panel, station, two):
    refs = [ValueRef(two[0].key, PATH), ValueRef(two[0].key, "= height +"), ValueRef(two[0].key, "=" + "(" * 3000)]
    panel.restore([refs_from_json(json_from_refs(refs))], 60)
    fly(station, two[0], 1)
    panel.refresh()
    assert panel.plots() == [refs]
    assert len(panel.stack.curves[0].item.getData()[0]) > 5
    assert [len(curve.series) for curve in panel.stack.curves[1:]] == [0, 0]


def test_a_series_that_is_computed_bit_by_bit_is_the_one_that_is_computed_at_once():
    chance = np.random.default_rng(8)
    formula = parse_derived(TEXT)
    parts = {name: PlotSeries(gap_s=3.0) for name in formula.names}
    series = DerivedSeries(formula, parts)
    now = dict.fromkeys(formula.names, 0.0)
    for _ in range(2_000):
        name = str(chance.choice(formula.names))
        # sometimes one is silent for long
        now[name] += float(chance.choice([0.05, 0.1, 0.3, 6.0], p=[0.4, 0.4, 0.19, 0.01]))
        parts[name].append(now[name], float(chance.normal()))
        if chance.random() < 0.3:
            series.renew()
    series.renew()
    times, values = derived(formula, {name: (one.times, one.values) for name, one in parts.items()})
    is_known = ~np.isnan(series.values)
    assert series.times[is_known].tolist() == times[~np.isnan(values)].tolist()
    np.testing.assert_array_equal(series.values[is_known], values[~np.isnan(values)])
    # and unknown where that is
    whole = np.searchsorted(series.times, times[np.isnan(values)])
    assert np.isnan(series.values[whole]).all()


def test_what_comes_before_is_taken_in(panel):
    formula = parse_derived(TEXT)
    parts = {name: PlotSeries(gap_s=3.0) for name in formula.names}
    series = DerivedSeries(formula, parts)
    for one in parts.values():
        one.append(10.0, 1.0)
    series.renew()
    for one in parts.values():
        one.prepend(np.array([8.0, 9.0]), np.array([2.0, 3.0]))
    series.renew()
    assert series.times.tolist() == [8.0, 9.0, 10.0]


class Provider(OlderValues):
    """Has numbers of every half second; answers when told to."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def ask(self, ref, begin_s, end_s):
        self.asked.append((ref, begin_s, end_s))

    def answer(self, ref, value, begin_s, end_s):
        times = np.arange(math.ceil(begin_s * 2), math.ceil(end_s * 2)) / 2
        values = np.full(len(times), value)
        self.came.emit(OlderPart(ref=ref, begin_s=begin_s, end_s=end_s, times=times, values=values))


def shown_in(panel, begin_s, end_s):
    """Values that are drawn of the first curve."""
    times, values = panel.stack.curves[0].item.getData()
    return {float(one) for one in values[(times >= begin_s) & (times < end_s)] if math.isfinite(one)}


def test_what_was_before_is_computed_out_of_what_is_read(panel, station, two):
    station.feed.history.older = provider = Provider()
    key = two[0].key
    ref = ValueRef(key, PATH)
    panel.plot([ref, ValueRef(key, SPEED)])
    fly(station, two[0], 2)
    panel._shown.show(500.0, 620.0, station.now_s)
    panel.refresh()
    panel._asks._ask()
    # never asked for itself, and each value by one question for all
    newest = {one: (begin, end) for one, begin, end in provider.asked}
    assert set(newest) == {ValueRef(key, SPEED), ValueRef(key, AIRSPEED)}
    begin, end = newest[ValueRef(key, SPEED)]
    assert begin <= 500.0 - age_limit_s(SPEED)
    assert end >= 620.0
    provider.answer(ValueRef(key, SPEED), 7.0, begin, end)
    panel.refresh()
    assert shown_in(panel, 500.0, 620.0) == set()
    provider.answer(ValueRef(key, AIRSPEED), 5.0, *newest[ValueRef(key, AIRSPEED)])
    panel.refresh()
    assert shown_in(panel, 500.0, 620.0) == {2.0}
    times, values = panel.stack.curves[0].item.getData()
    assert times[0] <= 500.5
    assert times[np.isfinite(values) & (times < 700.0)][-1] >= 619.5
    assert panel._asks.unread([panel.stack.curves[0]]) == []


def test_another_provider_takes_the_place_of_the_first(panel, station, two):
    station.feed.history.older = first = Provider()
    panel.plot([ValueRef(two[0].key, PATH)])
    panel.refresh()
    station.feed.history.older = second = Provider()
    panel._shown.show(500.0, 620.0, station.now_s)
    panel.refresh()
    panel._asks._ask()
    assert second.asked
    assert not first.asked
    # what the first one still answers is of another recording
    first.answer(ValueRef(two[0].key, SPEED), 7.0, 490.0, 620.0)
    first.answer(ValueRef(two[0].key, AIRSPEED), 7.0, 490.0, 620.0)
    panel.refresh()
    assert shown_in(panel, 500.0, 620.0) == set()
