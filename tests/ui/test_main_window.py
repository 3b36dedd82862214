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
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.help_dialogs import AboutDialog, ShortcutsDialog
from groundstation.ui.links_panel.links_panel import LinksPanel
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.pretend_fleet import PretendVehicle, bridge_birth, message, sensor_messages
from tests.ui.support.windows import by_key, pinned_panel

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
    assert "Vehicles appear by themselves" in window.panel(FleetPanel)._empty.text()
    assert window.top_bar.vehicles.value.text() == "0"
    window.grab()


def test_the_first_vehicles_are_shown_without_a_click(window, station, app):
    station.hear(*[PretendVehicle(number) for number in range(1, 7)])
    app.processEvents()
    panel = window.panel(VehiclePanel)
    panel.refresh()
    assert panel.key.id == "uav-01"
    assert window.selection.keys == ()
    assert [len(refs) for refs in window.panel(PlotsPanel).plots()] == [4]


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
    assert ink(Ink.WARNING).name() in window.top_bar.broker.text.styleSheet()


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
    window.panel(FleetPanel).set_filter("battery<30")
    window.panel(FleetPanel).set_order(SortOrder.BATTERY)
    window.panel(MessagesPanel).set_least_level(Level.CAUTION)
    window.panel(SensorsPanel).subscribe("Türkiye/ Nem/#")
    window.panel(PlotsPanel).clear()
    window.asks.plot_wanted.emit([ValueRef(vehicle.key, SPEED)])
    window.panel(PlotsPanel).span_box.setCurrentIndex(window.panel(PlotsPanel).span_box.findData(600))
    pinned_panel(window, vehicle.key)
    window.dock("links").toggleView(False)
    again = reopened(station, window)
    assert again.panel(FleetPanel).filter_box.text() == "battery<30"
    assert again.panel(FleetPanel).order is SortOrder.BATTERY
    assert again.panel(MessagesPanel).least_level is Level.CAUTION
    assert again.panel(SensorsPanel).filters == ["Türkiye/ Nem/#"]
    assert again.panel(PlotsPanel).plots() == [[ValueRef(vehicle.key, SPEED)]]
    assert again.panel(PlotsPanel).span_s == 600
    assert [(panel.key, panel.is_pinned) for panel in again.panels(VehiclePanel)[1:]] == [(vehicle.key, True)]
    assert again.dock("links").isClosed()
    again.close()
    again.deleteLater()


def test_plots_that_were_cleared_stay_cleared(window, station, vehicle):
    station.hear(vehicle)
    window.panel(PlotsPanel).clear()
    again = reopened(station, window)
    station.hear(PretendVehicle(5))
    assert again.panel(PlotsPanel).plots() == []
    again.close()
    again.deleteLater()


def test_damaged_settings_do_no_harm(station, settings):
    for name in ("window/layout", "window/geometry", "window/vehicle_panels", "map/state", "plots/values"):
        settings.setValue(name, "[{nonsense")
    settings.setValue("fleet/order", "colour")
    settings.setValue("messages/level", "many")
    settings.setValue("sensors/filters", '["#", 3, "a/b"]')
    made = MainWindow(station.feed, settings)
    assert made.panel(SensorsPanel).filters == ["a/b"]
    assert made.panel(FleetPanel).order is SortOrder.SEVERITY
    made.deleteLater()


def test_the_layout_is_reset(window, app):
    window.dock("messages").toggleView(False)
    window.dock("plots").toggleView(False)
    window.workspace.reset()
    app.processEvents()
    assert not any(window.dock(name).isClosed() for name in ("fleet", "map", "vehicle", "plots", "messages"))


def test_several_vehicles_stand_side_by_side(window, station, app):
    fleet = [PretendVehicle(number) for number in (1, 2, 3)]
    station.hear(*fleet)
    for vehicle in fleet[1:]:
        pinned_panel(window, vehicle.key)
    app.processEvents()
    window.panel(VehiclePanel).refresh()
    shown = [panel for panel in window.panels(VehiclePanel) if panel.isVisible()]
    assert [panel.key.id for panel in shown] == ["uav-01", "uav-02", "uav-03"]
    window.dock("vehicle-2").closeDockWidget()
    app.processEvents()
    assert len(window.panels(VehiclePanel)) == 2


def test_sensor_filters_are_passed_on(window):
    added, removed = (
        QSignalSpy(window.panel(SensorsPanel).filter_added),
        QSignalSpy(window.panel(SensorsPanel).filter_removed),
    )
    window.panel(SensorsPanel).subscribe("a/ b")
    window.panel(SensorsPanel).unsubscribe("a/ b")
    assert (added.at(0)[0], removed.at(0)[0]) == ("a/ b", "a/ b")


def test_panels_in_the_back_do_no_work(window, app):
    app.processEvents()
    assert window.panel(MessagesPanel).isVisible()
    assert not window.panel(SensorsPanel)._timer.isActive()
    assert not window.panel(LinksPanel)._timer.isActive()
    window.dock("links").setAsCurrentTab()
    app.processEvents()
    assert window.panel(LinksPanel)._timer.isActive()


def test_bridge_and_links_are_listed(window, station, app):
    vehicle = PretendVehicle(3)
    station.offer(bridge_birth(station.now_s))
    station.hear(vehicle)
    window.dock("links").setAsCurrentTab()
    app.processEvents()
    window.panel(LinksPanel).refresh()
    rows = window.panel(LinksPanel)._rows
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
    window.panel(FleetPanel).set_filter(f"weight>{EVIL}")
    window.panel(SensorsPanel).subscribe(f"#/{EVIL}")
    for name in ("sensors", "links", "messages"):
        window.dock(name).setAsCurrentTab()
        app.processEvents()
    window.panel(VehiclePanel).refresh()
    carriers = [
        label
        for label in window.findChildren(QLabel)
        if "<" in label.text() and label.textFormat() != Qt.TextFormat.PlainText
    ]
    assert carriers == []
    tips = [widget.toolTip() for widget in window.findChildren(QWidget) if "<b>" in widget.toolTip()]
    assert tips == []
    index = window.panel(SensorsPanel).model.index(0, 0, window.panel(SensorsPanel).model.index(0, 0))
    assert "<b>" not in (index.data(Qt.ItemDataRole.ToolTipRole) or "")
    window.grab()


def test_everything_is_reached_by_keyboard(window, app):
    shortcuts = {action.shortcut().toString() for action in window.findChildren(QAction)}
    assert {"Ctrl+F", "Ctrl+P", "Ctrl+T", "F1", "F11", *(f"Alt+{n}" for n in range(1, 8))} <= shortcuts
    window.activateWindow()
    by_key(window, "Ctrl+F").trigger()
    app.processEvents()
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    unreachable = [
        type(widget).__name__
        for widget in (
            window.panel(FleetPanel).list,
            window.panel(MapPanel).view,
            window.panel(MessagesPanel).view,
            window.panel(SensorsPanel).tree,
            window.panel(LinksPanel).tree,
        )
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert unreachable == []


def test_help_opens(window):
    for dialog in (AboutDialog(window), ShortcutsDialog([("Alt+1", "Fleet")], window)):
        dialog.show()
        assert dialog.findChildren(QLabel)
        dialog.close()
