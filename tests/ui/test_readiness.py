# SPDX-License-Identifier: Apache-2.0
"""The panel of readiness: rows, reasons, remedies, and the page that is signed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from groundstation.app.page_work import write_page
from groundstation.fleet.errors import GroundStationError
from groundstation.ui.readiness.readiness_panel import ReadinessPanel
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(app, station, selection):
    made = ReadinessPanel(station.feed, selection, write_page)
    made.resize(900, 500)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def grounded(number, **more):
    return PretendVehicle(number, is_flying=False, **more)


def hear(station, panel, *vehicles, texts=()):
    station.hear(*vehicles)
    station.offer(*[vehicles[0].event(station.now_s, text) for text in texts])
    station.pass_time(0.2)
    panel.refresh()


def titles(panel):
    model = panel.model
    return [model.headerData(row, Qt.Orientation.Vertical) for row in range(model.rowCount())]


def test_checks_by_vehicle_with_what_helps(panel, station):
    hear(station, panel, grounded(1), grounded(2, charge=0.1), texts=("PreArm: <b>Compass</b> not calibrated",))
    rows = titles(panel)
    assert rows[0] == "It is heard"
    assert rows[-1] == "<b>Compass</b> not calibrated"
    battery = panel.model.index(rows.index("Battery"), 1)
    assert battery.data() == "10 %"
    assert "Charge or change" in battery.data(Qt.ItemDataRole.ToolTipRole)
    assert "not ready" in battery.data(Qt.ItemDataRole.AccessibleTextRole)
    panel.table.setCurrentIndex(panel.model.index(len(rows) - 1, 0))
    assert panel.detail.text().endswith("Calibrate the compass, outside, away from iron and power lines.")
    assert not panel.grab().toImage().isNull()
    assert "of 2 ready" in panel.counts.text()


def test_only_what_is_not_ready_and_only_the_selected(panel, station, selection):
    one, two = grounded(1), grounded(2, charge=0.1)
    hear(station, panel, one, two)
    every = titles(panel)
    panel.only_failing.setChecked(True)
    assert "Battery" in titles(panel)
    assert "It is heard" not in titles(panel)
    panel.only_selected.setChecked(True)
    selection.select((one.key,))
    assert panel.model.columnCount() == 1
    assert "Battery" not in titles(panel)
    panel.only_failing.setChecked(False)
    assert titles(panel) == every


def test_the_place_where_one_reads_stays(panel, station):
    hear(station, panel, grounded(1), grounded(2))
    panel.table.setCurrentIndex(panel.model.index(2, 1))
    station.pass_time(1.0)
    panel.refresh()
    assert (panel.table.currentIndex().row(), panel.table.currentIndex().column()) == (2, 1)


def test_a_vehicle_is_opened(panel, station):
    wanted, one = [], grounded(1)
    hear(station, panel, one)
    panel.vehicle_wanted.connect(wanted.append)
    panel.table.doubleClicked.emit(panel.model.index(0, 0))
    assert wanted == [one.key]


def test_a_page_to_sign(panel, station, tmp_path):
    hear(station, panel, grounded(1, charge=0.1), texts=("PreArm: <script>alert(1)</script>",))
    file = tmp_path / "checklist.html"
    panel.write(file)
    wait_until(lambda: (QApplication.processEvents(), not panel.notice.isHidden())[1], what="the page")
    page = file.read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Charge or change the battery" in page
    assert "Signature" in page
    panel.write(tmp_path / "no" / "folder.html")
    wait_until(lambda: (QApplication.processEvents(), "can't be written" in panel.notice.text())[1], what="the words")
    with pytest.raises(GroundStationError):
        write_page("x", tmp_path)
