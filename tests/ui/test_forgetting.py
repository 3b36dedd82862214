# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.support.windows import pinned_panel


def shown(window):
    window.panel(FleetPanel).refresh()
    return [one.key.id for one in window.panel(FleetPanel).model.rows]


def test_a_flying_vehicle_at_7_percent_comes_before_all_that_are_gone(window, station):
    gone = [PretendVehicle(number, charge=0.05) for number in (1, 2, 3)]
    low = PretendVehicle(9, charge=0.07)
    parked = PretendVehicle(4, is_flying=False, charge=0.1)
    station.hear(*gone, low, parked)
    for one in (*gone, parked):
        station.offer(*one.lost(station.now_s))
    assert shown(window)[0] == "uav-09"
    assert shown(window)[-1] == "uav-04"
    window.top_bar.refresh()
    assert window.top_bar.warnings.value.text() == "4"


@pytest.mark.parametrize(("seconds", "warnings"), [(599.0, "1"), (602.0, "0")])
def test_a_vehicle_that_was_lost_long_ago_is_no_alarm_any_more(window, station, seconds, warnings):
    lost = PretendVehicle(1)
    station.hear(lost)
    station.offer(*lost.lost(station.now_s))
    station.pass_time(seconds)
    window.top_bar.refresh()
    assert window.top_bar.warnings.value.text() == warnings
    assert shown(window) == ["uav-01"]


def test_a_vehicle_on_the_ground_that_is_switched_off_is_no_alarm(window, station):
    parked = PretendVehicle(1, is_flying=False, charge=0.05)
    station.hear(parked)
    station.offer(*parked.lost(station.now_s))
    window.top_bar.refresh()
    assert (window.top_bar.warnings.value.text(), window.top_bar.cautions.value.text()) == ("0", "0")


def test_one_that_is_gone_can_be_forgotten_everywhere_and_comes_back_when_it_is_heard(window, station, app):
    gone, here = PretendVehicle(1), PretendVehicle(2)
    station.hear(gone, here)
    pinned_panel(window, gone.key)
    station.offer(*gone.lost(station.now_s))
    shown(window)
    window.selection.select((gone.key, here.key))
    window.panel(FleetPanel).forget.trigger()
    app.processEvents()
    window.panel(MapPanel).view.refresh(station.now_s)
    assert shown(window) == ["uav-02"]
    assert [mark.key.id for mark in window.panel(MapPanel).view.marks] == ["uav-02"]
    assert window.selection.keys == (here.key,)
    assert gone.key not in [panel.key for panel in window.panels(VehiclePanel)]
    station.offer(*gone.lost(station.now_s))  # the broker's own copy, after a connection was lost
    assert shown(window) == ["uav-02"]
    station.hear(gone)
    assert shown(window) == ["uav-01", "uav-02"]


def test_one_that_is_heard_is_not_forgotten(window, station):
    here = PretendVehicle(1)
    station.hear(here)
    shown(window)
    window.selection.select((here.key,))
    assert not window.panel(FleetPanel).menu().actions()[0].isEnabled()
    window.panel(FleetPanel).forget.setEnabled(True)
    QTest.keyClick(window.panel(FleetPanel).list, Qt.Key.Key_Delete)
    assert shown(window) == ["uav-01"]
