# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.sample import Severity
from groundstation.fleet.value_path import ValueRef
from groundstation.transport.bus import BusState
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.help_dialogs import AboutDialog, ShortcutsDialog
from groundstation.ui.main_window import MainWindow
from groundstation.ui.theme.tokens import PALETTE
from tests.ui.support.pretend_fleet import PretendVehicle, bridge_birth, message, sensor_messages

SPEED = "velocity.ground_speed_mps"
EVIL = "<b>bold</b><img src=x onerror=1><script>"


@pytest.fixture
def window(station, settings):
    made = MainWindow(station.feed, settings)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def reopened(station, window):
    window.save()
    return MainWindow(station.feed, window._settings)


def test_an_empty_station_says_what_to_expect(window, app):
    app.processEvents()
    assert "Vehicles appear by themselves" in window.fleet._empty.text()
    assert window.top_bar.vehicles.value.text() == "0"
    window.grab()


def test_the_first_vehicles_are_shown_without_a_click(window, station, app):
    station.hear(*[PretendVehicle(number) for number in range(1, 7)])
    app.processEvents()
    panel = window.vehicle_panels[0]
    panel.refresh()
    assert panel.key.id == "uav-01"
    assert window.selection.keys == ()
    assert [len(refs) for refs in window.plots.plots()] == [4]


def test_the_top_bar_counts(window, station):
    fleet = [PretendVehicle(number) for number in range(1, 5)]
    fleet[0].charge, fleet[1].charge, fleet[2].is_flying = 0.1, 0.2, False
    station.hear(*fleet, PretendVehicle(9, root="sim"))
    station.offer(*fleet[3].lost(station.now_s))
    window.top_bar.refresh()
    bar = window.top_bar
    assert bar.vehicles.value.text() == "4 of 5"
    assert (bar.flying.value.text(), bar.cautions.value.text(), bar.warnings.value.text()) == ("3", "1", "2")
    assert not bar.live.marks["sim"].isHidden()
    assert not bar.live.marks["fleet"].isHidden()
    assert bar.live.marks["replay"].isHidden()


def test_a_lost_broker_is_told_with_reason_and_time(window, station):
    assert "MQTT 5" in window.top_bar.broker.text.text()
    station.bus = msgspec.structs.replace(
        station.bus, state=BusState.LOST, reason="connection refused", since_s=station.now_s - 4.2
    )
    station.feed.tick()
    assert window.top_bar.broker.text.text() == "broker lost 4.2 s"
    assert window.banner.text.text() == "Broker lost. What is shown is what was last heard. Connection refused"
    assert not window.banner.isHidden()
    station.bus = msgspec.structs.replace(station.bus, state=BusState.CONNECTED, reason="")
    station.feed.tick()
    assert window.banner.isHidden()
    station.bus = msgspec.structs.replace(station.bus, state=BusState.LOST, reason="connection refused")
    station.feed.tick()
    assert PALETTE.warning in window.top_bar.broker.text.styleSheet()


def test_a_long_reason_does_not_widen_the_window(window, station, app):
    window.resize(1280, 800)
    station.bus = msgspec.structs.replace(station.bus, state=BusState.LOST, reason="no route to host, " * 20)
    station.feed.tick()
    app.processEvents()
    assert window.minimumSizeHint().width() <= 1280
    assert window.width() == 1280


def test_losses_are_shown_only_when_there_are_some(window, station, vehicle):
    window.top_bar.refresh()
    assert window.top_bar.losses.isHidden()
    station.offer(message(f"{vehicle.key}/tlm/motion", b"{broken", station.now_s))
    window.top_bar.refresh()
    assert not window.top_bar.losses.isHidden()
    assert window.top_bar.losses.value.text() == "1"


def test_what_the_operator_set_is_remembered(window, station, vehicle):
    station.hear(vehicle)
    window.fleet.set_filter("battery<30")
    window.fleet.set_order(SortOrder.BATTERY)
    window.messages.set_least_level(Level.CAUTION)
    window.sensors.subscribe("Türkiye/ Nem/#")
    window.plots.clear()
    window.plot([ValueRef(vehicle.key, SPEED)])
    window.plots.span_box.setCurrentIndex(window.plots.span_box.findData(600))
    window.add_vehicle_panel(vehicle.key)
    window.dock("links").toggleView(False)
    again = reopened(station, window)
    assert again.fleet.filter_box.text() == "battery<30"
    assert again.fleet.order is SortOrder.BATTERY
    assert again.messages.least_level is Level.CAUTION
    assert again.sensor_filters == ["Türkiye/ Nem/#"]
    assert again.plots.plots() == [[ValueRef(vehicle.key, SPEED)]]
    assert again.plots.span_s == 600
    assert [(panel.key, panel.is_pinned) for panel in again.vehicle_panels[1:]] == [(vehicle.key, True)]
    assert again.dock("links").isClosed()
    again.close()
    again.deleteLater()


def test_plots_that_were_cleared_stay_cleared(window, station, vehicle):
    station.hear(vehicle)
    window.plots.clear()
    again = reopened(station, window)
    station.hear(PretendVehicle(5))
    assert again.plots.plots() == []
    again.close()
    again.deleteLater()


def test_damaged_settings_do_no_harm(station, settings):
    for name in ("window/layout", "window/geometry", "window/vehicle_panels", "map/state", "plots/values"):
        settings.setValue(name, "[{nonsense")
    settings.setValue("fleet/order", "colour")
    settings.setValue("messages/level", "many")
    settings.setValue("sensors/filters", '["#", 3, "a/b"]')
    made = MainWindow(station.feed, settings)
    assert made.sensor_filters == ["a/b"]
    assert made.fleet.order is SortOrder.SEVERITY
    made.deleteLater()


def test_the_layout_is_reset(window, app):
    window.dock("messages").toggleView(False)
    window.dock("plots").toggleView(False)
    window.reset_layout()
    app.processEvents()
    assert not any(window.dock(name).isClosed() for name in ("fleet", "map", "vehicle", "plots", "messages"))


def test_several_vehicles_stand_side_by_side(window, station, app):
    fleet = [PretendVehicle(number) for number in (1, 2, 3)]
    station.hear(*fleet)
    for vehicle in fleet[1:]:
        window.add_vehicle_panel(vehicle.key)
    app.processEvents()
    window.vehicle_panels[0].refresh()
    shown = [panel for panel in window.vehicle_panels if panel.isVisible()]
    assert [panel.key.id for panel in shown] == ["uav-01", "uav-02", "uav-03"]
    window.dock("vehicle-2").closeDockWidget()
    app.processEvents()
    assert len(window.vehicle_panels) == 2


def test_sensor_filters_are_passed_on(window):
    added, removed = QSignalSpy(window.sensor_filter_added), QSignalSpy(window.sensor_filter_removed)
    window.sensors.subscribe("a/ b")
    window.sensors.unsubscribe("a/ b")
    assert (added.at(0)[0], removed.at(0)[0]) == ("a/ b", "a/ b")


def test_panels_in_the_back_do_no_work(window, app):
    app.processEvents()
    assert window.messages.isVisible()
    assert not window.sensors._timer.isActive()
    assert not window.links._timer.isActive()
    window.dock("links").setAsCurrentTab()
    app.processEvents()
    assert window.links._timer.isActive()


def test_bridge_and_links_are_listed(window, station, app):
    vehicle = PretendVehicle(3)
    station.offer(bridge_birth(station.now_s))
    station.hear(vehicle)
    window.dock("links").setAsCurrentTab()
    app.processEvents()
    window.links.refresh()
    rows = window.links._rows
    link = rows["bridge/fleet/b1", "fleet/uav-03", "udpin:0.0.0.0:14550"]
    assert link.texts == ("udpin:0.0.0.0:14550", "best", "0.3 s", "42/s", "0.8 %", "41 ms")
    assert ("bridge/fleet/b1", "fleet/uav-03", "serial:/dev/ttyUSB0:57600") in rows


def test_names_and_texts_from_outside_stay_plain(window, station, app):
    vehicle = PretendVehicle(1)
    vehicle.name = vehicle.mode = EVIL
    vehicle.conflict = EVIL
    station.hear(vehicle)
    station.offer(vehicle.event(station.now_s, EVIL, Severity.ERROR), *sensor_messages(0.0, station.now_s))
    station.offer(message(f"a/{EVIL}", EVIL.encode(), station.now_s))
    station.bus = msgspec.structs.replace(station.bus, state=BusState.REFUSED, reason=EVIL)
    station.feed.tick()
    window.fleet.set_filter(f"weight>{EVIL}")
    window.sensors.subscribe(f"#/{EVIL}")
    for name in ("sensors", "links", "messages"):
        window.dock(name).setAsCurrentTab()
        app.processEvents()
    window.vehicle_panels[0].refresh()
    carriers = [
        label
        for label in window.findChildren(QLabel)
        if "<" in label.text() and label.textFormat() != Qt.TextFormat.PlainText
    ]
    assert carriers == []
    tips = [widget.toolTip() for widget in window.findChildren(QWidget) if "<b>" in widget.toolTip()]
    assert tips == []
    index = window.sensors.model.index(0, 0, window.sensors.model.index(0, 0))
    assert "<b>" not in (index.data(Qt.ItemDataRole.ToolTipRole) or "")
    window.grab()


def test_everything_is_reached_by_keyboard(window, app):
    shortcuts = {action.shortcut().toString() for action in window.findChildren(QAction)}
    assert {"Ctrl+F", "Ctrl+P", "Ctrl+T", "F1", "F11", *(f"Alt+{n}" for n in range(1, 8))} <= shortcuts
    window.activateWindow()
    window._on_filter_wanted()
    app.processEvents()
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    unreachable = [
        type(widget).__name__
        for widget in (window.fleet.list, window.map.view, window.messages.view, window.sensors.tree, window.links.tree)
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert unreachable == []


def test_help_opens(window):
    for dialog in (AboutDialog(window), ShortcutsDialog(window)):
        dialog.show()
        assert dialog.findChildren(QLabel)
        dialog.close()
