# SPDX-License-Identifier: Apache-2.0
"""Plots as files on a real disk: pictures that open, numbers that read back equal, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import re
import threading

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from groundstation.app.plot_work import ROWS_AT_ONCE, plot_access, write_bytes, write_table
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.plot_port import Column, PlotAccess
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.settings.chosen import chosen
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle, message

HEIGHT, SHARE = "position.height_home_m", "battery.0.charge_fraction"


def silent(share):
    del share


def until(is_true, what):
    wait_until(lambda: (QApplication.processEvents(), is_true())[1], what=what)


@pytest.fixture
def panel(station):
    vehicle = PretendVehicle(2)
    station.hear(vehicle)
    made = PlotsPanel(station.feed, access=plot_access())
    made.resize(900, 500)
    made.show()
    made.plot([ValueRef(vehicle.key, HEIGHT), ValueRef(vehicle.key, "= height * 2")])
    for number in range(100):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))
    made.refresh()
    QApplication.processEvents()
    return made


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_picture_is_what_is_seen(panel, tmp_path):
    # before: what is said of it takes a line
    seen = panel.stack.splitter.grab().toImage()
    panel.export.save_png(tmp_path / "a.png")
    until(lambda: panel.export.task is None, "the picture")
    image = QImage(str(tmp_path / "a.png"))
    assert image.size() == seen.size()
    assert image == seen.convertToFormat(image.format())
    assert panel.bar.note_label.text() == "saved as a.png"


def test_a_drawing_is_of_lines_and_letters(panel, tmp_path):
    panel.export.save_svg(tmp_path / "a.svg")
    until(lambda: panel.export.task is None, "the drawing")
    names = re.findall(r"<(\w+)", (tmp_path / "a.svg").read_text())
    assert "svg" in names
    assert names.count("polyline") + names.count("path") >= 2
    assert "text" in names
    # no picture of the plots inside of it
    assert names.count("image") <= len(panel.lanes)


def test_numbers_of_the_time_shown_are_written_in_si(panel, station, tmp_path):
    chosen().change("units.height", "ft")
    panel._shown.show(station.now_s - 5.0, station.now_s - 2.0, station.now_s)
    panel.export.save_csv(tmp_path / "a.csv")
    until(lambda: panel.export.task is None, "the table")
    head, *rows = rows_of(tmp_path / "a.csv")
    assert head == ["time_utc", "time_unix_s", f"Doğan {HEIGHT} [m]", "Doğan height * 2 [m]"]
    begin_s, end_s = panel.shown
    series = panel.stack.curves[0].series
    inside = (series.times >= begin_s) & (series.times < end_s)
    assert len(rows) == int(inside.sum())
    assert [float(row[2]) for row in rows] == pytest.approx(series.values[inside].tolist())
    assert [float(row[3]) for row in rows] == pytest.approx((2 * series.values[inside]).tolist())
    moment = dt.datetime.fromisoformat(rows[0][0])
    assert moment.utcoffset() == dt.timedelta(0)
    assert moment.timestamp() == pytest.approx(float(rows[0][1]), abs=0.0011)


def test_what_looks_like_a_formula_to_a_spreadsheet_is_text(station, tmp_path):
    panel = PlotsPanel(station.feed, access=plot_access())
    topic = "f/=HYPERLINK(1)"
    station.offer(message(topic, b"5", station.now_s))
    panel.plot([ValueRef(topic, "")])
    station.now_s += 1.0
    station.offer(message(topic, b"6", station.now_s))
    panel.refresh()
    panel.export.save_csv(tmp_path / "a.csv")
    until(lambda: panel.export.task is None, "the table")
    assert rows_of(tmp_path / "a.csv")[0][2] == "'=HYPERLINK(1)"


def test_moments_of_several_curves_are_joined_and_unknown_is_empty(tmp_path):
    columns = [
        Column("a", np.array([1.0, 2.0, 3.0]), np.array([10.0, np.nan, 30.0])),
        Column("b", np.array([2.0, 2.5]), np.array([0.1, 1e-7])),
        Column("c", np.empty(0), np.empty(0)),
    ]
    assert write_table(columns, tmp_path / "a.csv", silent) == 4
    assert [row[1:] for row in rows_of(tmp_path / "a.csv")[1:]] == [
        ["1.000000", "10", "", ""],
        ["2.000000", "", "0.1", ""],
        ["2.500000", "", "1e-07", ""],
        ["3.000000", "30", "", ""],
    ]


def test_a_moment_without_a_date_has_none(tmp_path):
    write_table([Column("a", np.array([-5.0, 1e12]), np.zeros(2))], tmp_path / "a.csv", silent)
    assert [row[:2] for row in rows_of(tmp_path / "a.csv")[1:]] == [
        ["", "-5.000000"],
        ["", "1000000000000.000000"],
    ]


def test_a_table_that_is_not_wanted_any_more_leaves_what_was_there(tmp_path):
    path, told = tmp_path / "a.csv", []
    path.write_text("before")

    def tell(share):
        told.append(share)
        if len(told) == 3:
            raise CancelledError("enough")

    count = ROWS_AT_ONCE * 4
    with pytest.raises(CancelledError):
        write_table([Column("a", np.arange(count) * 1.0, np.zeros(count))], path, tell)
    assert told == [0.0, 0.25, 0.5]
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_takes_nothing_is_told(panel, tmp_path):
    for write in (lambda path: write_table([], path, silent), lambda path: write_bytes(b"x", path)):
        with pytest.raises(GroundStationError, match="can't be written"):
            write(tmp_path / "gone" / "a")
    panel.export.save_csv(tmp_path / "gone" / "a.csv")
    until(lambda: panel.export.task is None, "the end")
    assert "can't be written" in panel.bar.note_label.text()


def test_a_long_work_says_how_far_it_is_and_can_be_ended(station, app):
    goes_on, began = threading.Event(), threading.Event()

    def write(columns, path, told):
        told(0.42)
        began.set()
        goes_on.wait(30)
        told(0.5)
        return 0

    panel = PlotsPanel(station.feed, access=PlotAccess(write_table=write, write_bytes=write_bytes))
    panel.show()
    panel.export.save_csv(None)
    assert began.wait(30)
    panel.export._timer.timeout.emit()
    assert panel.bar.note_label.text() == "writing, 42 %"
    assert panel.export.cancel_button.isVisible()
    panel.export.cancel_button.click()
    goes_on.set()
    until(lambda: panel.export.task is None, "the end")
    assert panel.bar.note_label.text() == "not written"
    assert not panel.export.cancel_button.isVisible()
