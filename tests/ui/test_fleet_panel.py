# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QSignalSpy, QTest

from groundstation.fleet.errors import UsageError
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.summary import natural_order
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.selection import Selection
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def vehicles(station):
    found = [PretendVehicle(number) for number in (1, 2, 3, 10)]
    found[1].charge = 0.1
    found[2].charge = 0.2
    found[3].mode, found[3].is_flying = "STABILIZE", False
    station.hear(*found)
    return found


@pytest.fixture
def panel(station, vehicles):
    made = FleetPanel(station.feed, Selection())
    made.resize(300, 600)
    made.show()
    return made


def ids(panel):
    return [row.key.id for row in panel.model.rows]


def test_the_worst_stands_first(panel):
    assert ids(panel) == ["uav-02", "uav-03", "uav-10", "uav-01"]


def test_other_orders(panel):
    panel.set_order(SortOrder.BATTERY)
    assert ids(panel)[:2] == ["uav-02", "uav-03"]
    panel.set_order(SortOrder.MODE)
    assert ids(panel)[-1] == "uav-10"


def test_numbers_in_ids_are_sorted_as_numbers():
    assert sorted(["uav-10", "uav-9", "uav-1"], key=natural_order) == ["uav-1", "uav-9", "uav-10"]


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        ("", {"uav-01", "uav-02", "uav-03", "uav-10"}),
        ("battery<15", {"uav-02"}),
        ("battery>=20%", {"uav-01", "uav-03", "uav-10"}),
        ("mode:stab", {"uav-10"}),
        ("flying", {"uav-01", "uav-02", "uav-03"}),
        ("-flying", {"uav-10"}),
        ("alarm", {"uav-02", "uav-03"}),
        ("armed battery<30", {"uav-02", "uav-03"}),
        ("battery < 30 and armed", {"uav-02", "uav-03"}),
        ("DOĞAN", {"uav-02"}),
        ("critical", {"uav-02"}),
        ('"battery low"', {"uav-03"}),
        ("nothing-like-that", set()),
    ],
)
def test_the_filter_lets_through_what_it_says(panel, text, passing):
    panel.set_filter(text)
    assert set(ids(panel)) == passing


@pytest.mark.parametrize("text", ["battery<", "weight>3", "colour:red", '"open'])
def test_a_filter_that_means_nothing_is_refused_aloud(panel, text):
    with pytest.raises(UsageError):
        parse_filter(text)
    panel.set_filter(text)
    assert panel.query.error.isVisible()
    assert panel.query.error.text()
    panel.set_filter("")
    assert not panel.query.error.isVisible()


def test_what_is_wrong_in_a_filter_is_marked_under_it(panel):
    panel.set_filter("battery < low and flying")
    marked, words = panel.query.error.text().split("\n")
    assert marked == "battery < ▸low◂ and flying"
    assert "is compared with a number" in words


def test_unknown_is_neither_above_nor_below(panel, station):
    vehicle = PretendVehicle(20)
    station.offer(*vehicle.birth(station.now_s))
    panel.set_filter("battery<101")
    assert "uav-20" not in ids(panel)
    panel.set_filter("height<100000")
    assert "uav-20" not in ids(panel)


def choose(panel, key):
    index = panel.model.index(panel.model.row_of(key))
    panel.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def test_the_selection_stays_when_a_vehicle_is_lost_and_the_order_changes(panel, station, vehicles):
    choose(panel, vehicles[0].key)
    assert panel._selection.keys == (vehicles[0].key,)
    spy = QSignalSpy(panel._selection.changed)
    station.offer(*vehicles[0].lost(station.now_s))
    station.pass_time(60.0)
    panel.refresh()
    row = ids(panel).index("uav-01")
    assert row == 1  # behind uav-02, which flies with an empty battery
    assert panel._selection.keys == (vehicles[0].key,)
    assert [index.row() for index in panel.list.selectionModel().selectedRows()] == [row]
    assert spy.count() == 0


def test_the_selection_stays_when_the_filter_hides_it(panel, vehicles):
    choose(panel, vehicles[0].key)
    panel.set_filter("battery<15")
    assert panel._selection.keys == (vehicles[0].key,)
    panel.set_filter("")
    assert panel.list.selectionModel().selectedRows()


def test_choosing_a_row_leaves_nothing_unseen_chosen(panel, vehicles):
    choose(panel, vehicles[0].key)
    panel.set_filter("battery<15")
    choose(panel, vehicles[1].key)
    assert panel._selection.keys == (vehicles[1].key,)


def test_the_list_follows_a_selection_made_elsewhere(panel, vehicles):
    panel._selection.select((vehicles[0].key, vehicles[3].key))
    rows = {panel.model.rows[index.row()].key for index in panel.list.selectionModel().selectedRows()}
    assert rows == {vehicles[0].key, vehicles[3].key}
    assert panel._selection.current == vehicles[3].key


def test_enter_opens_a_vehicle(panel, vehicles):
    spy = QSignalSpy(panel.vehicle_opened)
    choose(panel, vehicles[2].key)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert spy.at(0)[0] == vehicles[2].key


def test_a_silent_vehicle_looks_stale(panel, station, vehicles):
    assert not panel.model.rows[-1].is_stale
    station.pass_time(5.0)
    panel.refresh()
    assert all(row.is_stale for row in panel.model.rows)


def test_simulated_vehicles_are_marked(panel, station):
    station.hear(PretendVehicle(21, root="sim"))
    panel.set_filter("sim")
    assert [row.is_simulated for row in panel.model.rows] == [True]


def test_a_hidden_list_does_no_work(panel):
    assert panel._timer.isActive()
    panel.hide()
    assert not panel._timer.isActive()
