# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.value_path import ValueRef
from groundstation.transport.interest import FEW, STILL_FEW
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.support.windows import pinned_panel


@pytest.fixture
def wanted(station):
    told = []
    station.feed.followed.changed.connect(told.append)
    return told


def fleet_of(station, count):
    made = [PretendVehicle(number) for number in range(1, count + 1)]
    station.hear(*made)
    station.pass_time(0.3)
    return made


def test_of_a_small_fleet_everything_is_asked_for_and_of_a_large_one_what_a_panel_shows(station, window, wanted):
    fleet_of(station, FEW)
    assert wanted == []
    fleet = fleet_of(station, STILL_FEW + 1)
    window.panel(VehiclePanel).refresh()
    station.pass_time(0.3)
    plotted = station.feed.history.plotted
    assert wanted[-1] == {window.panel(VehiclePanel).key, *plotted}
    window.selection.select((fleet[5].key,))
    station.pass_time(0.3)
    assert wanted[-1] == {fleet[5].key, *plotted}
    assert len(wanted[-1]) < 10


def test_a_pinned_panel_a_hidden_one_and_a_plot_are_asked_for_as_long_as_they_are_there(station, window, wanted, app):
    fleet = fleet_of(station, STILL_FEW + 1)
    shown = fleet[9].key
    window.selection.select((shown,))
    panel = pinned_panel(window, fleet[1].key)
    window.panel(PlotsPanel).plot([ValueRef(fleet[7].key, "attitude.roll_deg")])
    app.processEvents()
    station.pass_time(0.3)
    visible = {one.key for one in window.panels(VehiclePanel) if one.isVisible()}
    assert visible == {shown, panel.key}
    plotted = station.feed.history.plotted
    assert fleet[7].key in plotted
    assert wanted[-1] == {*plotted, *visible}
    for one in window.panels(VehiclePanel):
        one.hide()
    station.pass_time(0.3)
    assert wanted[-1] == plotted


def test_of_a_large_selection_only_so_many_are_asked_for(station, window, wanted):
    fleet = fleet_of(station, STILL_FEW + 40)
    station.feed.followed.show("selection", [one.key for one in fleet])
    station.pass_time(0.3)
    assert len(wanted[-1] - station.feed.history.plotted) <= STILL_FEW + 1
    assert fleet[-1].key in wanted[-1]


def test_what_is_not_looked_at_any_more_is_told_once(station, window, wanted):
    fleet_of(station, STILL_FEW + 1)
    before = len(wanted)
    for _ in range(5):
        station.pass_time(0.3)
    assert len(wanted) == before
