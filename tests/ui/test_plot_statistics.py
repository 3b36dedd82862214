# SPDX-License-Identifier: Apache-2.0
"""Statistics over the time that is shown: numbers against numpy over all points, and the table as a person uses it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from groundstation.fleet.settings.settings import Units
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.older_values import OlderPart, OlderValues
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.plots.pyramid import Pyramid
from groundstation.ui.plots.span_totals import BLOCK, BLOCKS_AT_ONCE, Part, SpanTotals
from groundstation.ui.plots.statistics_table import COUNT, LIMIT
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.units import DASH
from tests.ui.support.pretend_fleet import PretendVehicle

HEIGHT, SPEED = "position.height_home_m", "velocity.ground_speed_mps"


def long_run(count, seed=3, gaps=0.001):
    random = np.random.default_rng(seed)
    times = np.cumsum(random.uniform(0.05, 0.2, count))
    values = 1e6 + random.normal(0.0, 3.0, count)
    values[random.random(count) < gaps] = math.nan
    return times, values


def expected(times, values, begin_s, end_s, limit):
    inside = values[(times >= begin_s) & (times <= end_s)]
    known = inside[np.isfinite(inside)]
    # how long each counts in the span
    held = np.clip(times[1:], begin_s, end_s) - np.clip(times[:-1], begin_s, end_s)
    above = held[values[:-1] > limit].sum()
    below = held[values[:-1] < limit].sum()
    return len(known), known.min(), known.max(), known.mean(), known.std(ddof=1), known[0], known[-1], above, below


def counted(totals, parts, *span):
    """Turn by turn, as a timer does."""
    for _turn in range(1, 50):
        totals.begin()
        found = totals.of(parts, *span)
        if found is not None:
            break
    assert found is not None
    return found, _turn


@pytest.mark.parametrize(("begin", "end"), [(0.0, 1e9), (1234.5, 30_000.25), (5000.0, 5000.4), (100.0, 511.0)], ids=str)
def test_totals_of_a_long_run_are_those_of_its_points(begin, end):
    times, values = long_run(400_000)
    run = Pyramid(times[5_000:], values[5_000:])
    # it grew at the front, so that blocks do not begin where it does
    run.prepend(times[:5_000], values[:5_000])
    found, _ = counted(SpanTotals(), [Part(run.times, run.values, run)], begin, end, 1e6 + 1.0)
    count, *numbers = expected(times, values, begin, end, 1e6 + 1.0)
    assert found.known == count
    mine = (found.low, found.high, found.mean, found.deviation, found.first, found.last, found.above_s, found.below_s)
    assert mine == pytest.approx(numbers, rel=1e-9, abs=1e-6)


def test_a_day_is_counted_a_bounded_number_of_points_at_a_time_and_then_remembered():
    count = (2 * BLOCKS_AT_ONCE + 10) * BLOCK
    run = Pyramid(np.arange(count) * 0.1, np.ones(count))
    totals = SpanTotals()
    parts = [Part(run.times, run.values, run)]
    _, turns = counted(totals, parts, 0.0, 1e9, None)
    assert turns == 3
    # moved by a little only the ends are counted anew
    totals.begin()
    assert totals.of(parts, 10.0, 1e9, None).known == count - 100
    # another limit is another question, and the last one is forgotten
    _, turns = counted(totals, parts, 0.0, 1e9, 0.5)
    assert turns == 3
    assert len(totals._blocks[run]) <= count // BLOCK * 65 // 64 + 1


def test_a_run_that_grows_at_both_ends_is_counted_right_by_what_is_remembered():
    times, values = long_run(60_000)
    run = Pyramid(times[20_000:40_000], values[20_000:40_000])
    totals = SpanTotals()
    counted(totals, [Part(run.times, run.values, run)], 0.0, 1e9, 1e6)
    run.prepend(times[1_000:20_000], values[1_000:20_000])
    run.append(times[40_000:], values[40_000:])
    found, _ = counted(totals, [Part(run.times, run.values, run)], 0.0, 1e9, 1e6)
    # only what is new
    assert BLOCKS_AT_ONCE - totals._left <= (len(run) - 20_000) // BLOCK + 2
    count, *numbers = expected(times[1_000:], values[1_000:], 0.0, 1e9, 1e6)
    mine = (found.low, found.high, found.mean, found.deviation, found.first, found.last, found.above_s, found.below_s)
    assert (found.known, *mine) == pytest.approx((count, *numbers), rel=1e-9, abs=1e-6)


def test_what_was_read_and_what_came_live_are_one_curve():
    times, values = long_run(9_000, gaps=0.0)
    run = Pyramid(times[:6_000], values[:6_000])
    parts = [
        Part(run.times, run.values, run, float(times[6_000])),
        Part(times[6_000:], values[6_000:]),
    ]
    found, _ = counted(SpanTotals(), parts, 50.0, 900.0, 1e6)
    count, *numbers = expected(times, values, 50.0, 900.0, 1e6)
    mine = (found.low, found.high, found.mean, found.deviation, found.first, found.last, found.above_s, found.below_s)
    assert (found.known, *mine) == pytest.approx((count, *numbers), rel=1e-9, abs=1e-6)


def test_a_gap_counts_for_nothing():
    # known for a second, nothing for eight, then known again
    times = np.array([0.0, 1.0, math.nextafter(1.0, 2.0), 9.0, 10.0])
    values = np.array([5.0, 5.0, math.nan, 5.0, 5.0])
    found, _ = counted(SpanTotals(), [Part(times, values)], 0.0, 10.0, 4.0)
    assert (found.known, found.above_s, found.below_s) == (4, pytest.approx(2.0), 0.0)
    nothing, _ = counted(SpanTotals(), [Part(times, values)], 2.0, 8.0, 4.0)
    assert (nothing.known, nothing.above_s) == (0, 0.0)


# ---- the table ----


@pytest.fixture
def panel(station):
    made = PlotsPanel(station.feed)
    made.resize(1100, 600)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    return made


def fly(station, vehicle, seconds):
    for number in range(seconds * 10):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))


def row_of(panel, row=0):
    panel.statistics.refresh()
    table = panel.statistics.table
    return [table.item(row, column).text() for column in range(table.columnCount())]


def write_limit(panel, row, text):
    """By the keyboard, as a person does."""
    table = panel.statistics.table
    table.setFocus()
    table.setCurrentCell(row, LIMIT)
    table.editItem(table.item(row, LIMIT))
    (editor,) = (one for one in table.findChildren(QLineEdit) if one.isVisible())
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_the_table_tells_of_the_time_that_is_shown(panel, station):
    vehicle = PretendVehicle(2)
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT), ValueRef(vehicle.key, SPEED)])
    fly(station, vehicle, 30)
    assert not panel.statistics.isVisible()
    QTest.mouseClick(panel.statistics_button, Qt.MouseButton.LeftButton)
    assert panel.statistics.isVisible()
    panel._shown.show(station.now_s - 20.0, station.now_s - 10.0, station.now_s)
    begin_s, end_s = panel.shown
    series = panel.stack.curves[0].series
    inside = series.values[(series.times >= begin_s) & (series.times <= end_s)]
    name, low, high, mean, deviation, first, last, change, count, limit, above, below = row_of(panel)
    assert name.endswith("[m]")
    assert (low, high) == (f"{inside.min():.1f}", f"{inside.max():.1f}")
    assert (mean, deviation) == (f"{inside.mean():.2f}", f"{inside.std(ddof=1):.2f}")
    assert (first, last) == (f"{inside[0]:.1f}", f"{inside[-1]:.1f}")
    assert change == f"{inside[-1] - inside[0]:.1f}".replace("-0.0", "0.0")
    assert (count, limit, above, below) == (str(len(inside)), "", DASH, DASH)
    assert "[m/s]" in row_of(panel, 1)[0]


def test_a_limit_is_written_and_time_above_and_below_it_is_told(panel, station):
    vehicle = PretendVehicle(2)
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT)])
    fly(station, vehicle, 30)
    panel.statistics_button.click()
    panel._shown.show(station.now_s - 20.0, station.now_s - 10.0, station.now_s)
    row_of(panel)
    write_limit(panel, 0, "0")
    assert row_of(panel)[LIMIT:] == ["0", "10.0 s", "0.0 s"]
    write_limit(panel, 0, "10000")
    assert row_of(panel)[LIMIT:] == ["10000", "0.0 s", "10.0 s"]
    # what is no number is no limit
    write_limit(panel, 0, "much")
    assert row_of(panel)[LIMIT:] == ["", DASH, DASH]


def test_it_is_told_in_the_unit_of_the_settings_and_so_is_the_limit(panel, station):
    vehicle = PretendVehicle(2)
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT)])
    fly(station, vehicle, 5)
    panel.statistics_button.click()
    metres = float(row_of(panel)[2])
    chosen().change("units.height", "ft")
    assert Units().height == "m"
    feet = row_of(panel)
    assert "[ft]" in feet[0]
    assert float(feet[2]) == pytest.approx(metres / 0.3048, abs=0.7)
    write_limit(panel, 0, f"{float(feet[2]) + 2.0:.0f}")
    assert row_of(panel)[LIMIT + 1] == "0.0 s"
    assert row_of(panel)[LIMIT + 2] != "0.0 s"
    write_limit(panel, 0, f"{float(feet[1]) - 2.0:.0f}")
    assert row_of(panel)[LIMIT + 1] != "0.0 s"


def test_it_is_copied_with_titles(panel, station):
    vehicle = PretendVehicle(2)
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT), ValueRef(vehicle.key, SPEED)])
    fly(station, vehicle, 3)
    panel.statistics_button.click()
    rows = [row_of(panel, 0), row_of(panel, 1)]
    panel.statistics.table.setFocus()
    panel.statistics.table.clearSelection()
    QTest.keyClick(panel.statistics.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].startswith("Curve\tLeast\tGreatest\tMean")
    assert [line.split("\t") for line in lines[1:]] == rows
    panel.statistics.table.selectRow(1)
    panel.statistics.menu().actions()[0].trigger()
    assert QGuiApplication.clipboard().text().split("\n")[1:] == ["\t".join(rows[1])]


class Provider(OlderValues):
    def __init__(self):
        super().__init__()
        self.asked = []

    def ask(self, ref, begin_s, end_s):
        self.asked.append((ref, begin_s, end_s))


def test_what_is_still_to_be_read_is_told(panel, station):
    station.feed.history.older = provider = Provider()
    vehicle = PretendVehicle(2)
    station.hear(vehicle)
    ref = ValueRef(vehicle.key, HEIGHT)
    panel.plot([ref])
    fly(station, vehicle, 3)
    panel.statistics_button.click()
    panel.refresh()
    live = len(panel.stack.curves[0].series)
    assert row_of(panel)[COUNT] == f"{live} …"
    begin_s, end_s = panel.shown
    times = np.arange(math.floor(begin_s) - 50.0, end_s - 10.0, 0.5)
    values = np.full(len(times), 7.0)
    provider.came.emit(OlderPart(ref=ref, begin_s=begin_s - 60.0, end_s=end_s, times=times, values=values))
    panel.refresh()
    assert row_of(panel)[COUNT] == str(live + int((times >= begin_s).sum()))
    assert row_of(panel)[1] == "7.0"


def test_in_a_small_panel_the_plots_keep_most_of_it_and_names_can_be_read(panel, station):
    made = [PretendVehicle(number) for number in range(1, 7)]
    station.hear(*made)
    panel.plot([ValueRef(one.key, HEIGHT) for one in made])
    panel.statistics_button.click()
    for width, height in ((430, 240), (430, 700)):
        panel.resize(width, height)
        QApplication.processEvents()
        panel.statistics.refresh()
        assert panel.statistics.height() <= max(0.4 * panel.height(), 80)
        table = panel.statistics.table
        assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    # where there is room all are seen
    assert table.rowHeight(0) * 6 <= table.viewport().height()


def test_hidden_it_counts_nothing(panel):
    panel.statistics_button.click()
    assert panel.statistics._timer.isActive()
    panel.statistics_button.click()
    assert not panel.statistics._timer.isActive()
