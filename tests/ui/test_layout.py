# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget
from PySide6QtAds import ads

from groundstation.fleet.commands import Verb
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.main_window import MainWindow
from groundstation.ui.panels import PANELS
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.proportions import first_size
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.commanding import flying
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.support.windows import pinned_panel, settle

DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
NAMES = [row.name for row in PANELS]
SCREENS = [(900, 600), (1280, 720), (1440, 900), (2560, 1440)]
PLOTTED = ("position.height_home_m", "velocity.ground_speed_mps", "attitude.roll_deg", "battery.0.voltage_v")


@pytest.fixture
def window(window, app):
    window.resize(1440, 900)
    settle(app)
    return window


def in_trouble(number):
    vehicle = PretendVehicle(number)
    vehicle.charge, vehicle.conflict = 0.07, "uid 3a40 and uid 77c1 both use system id 6"
    return vehicle


def place_in(widget, above):
    return QRect(widget.mapTo(above, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", SCREENS)
@pytest.mark.long
def test_nothing_makes_the_window_larger(window, station, app, size):
    window.resize(*size)
    # sixteen panels on the smallest screen; where there is more room fewer tell as much, and each is painted
    most = 16 if size == SCREENS[0] else 4
    fleet = [in_trouble(number) for number in range(1, most + 1)]
    station.hear(*fleet)
    for vehicle in fleet:
        pinned_panel(window, vehicle.key)
        settle(app)
        assert window.size() == QSize(*size)
    for path, vehicle in itertools.product(PLOTTED, fleet):
        window.panel(PlotsPanel).plot([ValueRef(vehicle.key, path)])
    for name in (one for one in NAMES if one not in ("logbook", "refly")):
        window.dock(name).setAsCurrentTab()
        settle(app)
    window.workspace.reset()
    settle(app)
    assert window.size() == QSize(*size)
    assert window.minimumSizeHint().width() <= 900
    assert window.minimumSizeHint().height() <= 300


@pytest.mark.parametrize("screen", [(800, 600), (1280, 720), (1366, 768), (1440, 900), (3840, 2160)])
def test_it_opens_on_its_screen(screen):
    size = first_size(QSize(*screen))
    assert size.width() <= screen[0]
    assert size.height() < screen[1]


@pytest.mark.parametrize("height", [300, 500, 700, 860])
@pytest.mark.parametrize("width", [200, 260, 344, 560])
def test_alarms_cover_neither_horizon_nor_compass_nor_a_value(window, station, app, width, height):
    vehicle = in_trouble(1)
    station.hear(vehicle)
    panel = window.panel(VehiclePanel)
    window.dock("vehicle").takeWidget()
    panel.setParent(None)
    panel.resize(width, height)
    panel.show()
    panel.pin(vehicle.key)
    settle(app)
    assert len(panel.header.conditions) >= 2
    content = panel._stack.currentWidget().widget()
    parts = [place_in(one, content) for one in (panel.header, panel.commands, panel.splitter)]
    assert all(not one.intersects(other) for one, other in itertools.combinations(parts, 2))
    inner = panel._upper.widget()
    values = [place_in(one, inner) for one in (panel.flight, *panel.tiles)]
    assert all(not one.intersects(other) for one, other in itertools.combinations(values, 2))
    assert all(inner.rect().contains(one) for one in values)
    assert all(tile.height() >= tile.minimumSizeHint().height() for tile in panel.tiles)
    assert panel.header.height() >= panel.header.sizeHint().height()
    assert (panel.width(), panel.height()) == (width, height)
    panel.deleteLater()


def test_several_rows_of_values_are_in_view_and_their_edge_can_be_moved(window, station, app):
    vehicle = PretendVehicle(1)
    station.hear(vehicle)
    panel = window.panel(VehiclePanel)
    panel.pin(vehicle.key)
    settle(app)
    tree = panel.values.tree
    rows = tree.viewport().height() / tree.sizeHintForRow(0)
    assert rows >= 4
    total = sum(panel.splitter.sizes())
    panel.set_split(total - 150)
    settle(app)
    assert tree.viewport().height() / tree.sizeHintForRow(0) > rows
    window.save()
    again = MainWindow(station.feed, window._settings)
    assert again.panel(VehiclePanel).split() == total - 150
    again.close()
    again.deleteLater()


def test_plots_keep_their_titles_apart_and_scroll(window, station, app):
    fleet = [PretendVehicle(number) for number in range(1, 8)]
    station.hear(*fleet)
    window.resize(1280, 720)
    for path, vehicle in itertools.product(PLOTTED, fleet):
        window.panel(PlotsPanel).plot([ValueRef(vehicle.key, path)])
    settle(app)
    window.panel(PlotsPanel).refresh()
    settle(app)
    lanes = window.panel(PlotsPanel).lanes
    places = [place_in(lane, window.panel(PlotsPanel).stack.splitter) for lane in lanes]
    assert len(lanes) == len(PLOTTED)
    assert all(not one.intersects(other) for one, other in itertools.combinations(places, 2))
    for lane in lanes:
        assert lane.height() >= 90
        assert lane.legend.height() >= lane.legend.sizeHint().height()
        assert lane.plot.width() >= lane.width() // 3


def test_a_mark_for_dropping_that_was_left_over_goes(window, station, app):
    left = window.workspace.manager.findChildren(ads.CDockOverlay)
    assert left
    for overlay in left:
        overlay.show()
    station.pass_time(0.3)
    assert not any(overlay.isVisible() for overlay in left)


# one window of its own in each test: Qt's off-screen platform loses its memory over two of them
@pytest.mark.parametrize(("name", "together"), [("commands", "messages"), ("fleet", ""), ("vehicle", "")])
def test_a_panel_in_a_window_of_its_own_goes_back_where_it_was(window, app, name, together):
    dock = window.dock(name)
    dock.setAsCurrentTab()
    settle(app)
    dock.setFloating()
    settle(app)
    home = window.workspace.homes[name]
    assert dock.titleBarActions() == [home.action]
    home.action.trigger()
    settle(app)
    assert dock.floatingDockContainer() is None
    assert dock.titleBarActions() == []
    if together:
        assert dock.dockAreaWidget() is window.dock(together).dockAreaWidget()


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
@pytest.mark.long
def test_a_panel_above_the_window_does_not_cover_a_question(window, station, commands, app, share):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    above, sheet = QWidget(), window.floating.lower
    sheet._windows = lambda: [above]  # off-screen, QAds hides its own windows
    window.desk.ask(Verb.FORCE_DISARM, (vehicle.key,))
    settle(app)
    usual = QRect(sheet.mapToGlobal(QPoint(0, 0)), sheet.size())
    window.floating.sheet.cancel()
    width = round(window.width() * share)
    for height, top in ((usual.height() + 60, usual.top() - 40), (window.height(), window.y())):
        above.setGeometry(QRect(usual.center().x() - width // 2, top, width, height))
        above.show()
        window.desk.ask(Verb.FORCE_DISARM, (vehicle.key,))
        settle(app)
        # a window that is just being shown tells its frame late: the window looks again three times a second
        station.pass_time(1.0)
        settle(app)
        place = QRect(sheet.mapToGlobal(QPoint(0, 0)), sheet.size())
        assert not place.intersects(above.frameGeometry())
        assert window.geometry().contains(place)
        window.floating.sheet.cancel()
    above.deleteLater()


@pytest.mark.long
def test_tabs_and_the_view_menu_name_every_panel(window, station, app):
    fleet = [PretendVehicle(number) for number in (1, 2, 3)]
    station.hear(*fleet)
    window.selection.select((fleet[0].key,))
    for vehicle in fleet:
        pinned_panel(window, vehicle.key)
    settle(app)
    [view] = [one.menu() for one in window.menu_bar.actions() if "View" in one.text()]
    view.aboutToShow.emit()
    texts = [one.text() for one in view.actions()]
    names = [one.name for one in fleet]
    named = [names[0], *(f"{name} (pinned)" for name in names)]
    assert [text for text in texts if text.startswith(tuple(names))] == named
    titles = [window.dock(name).windowTitle() for name in window.workspace.docks]
    assert set(titles) <= set(texts)
    window.dock("vehicle-3").closeDockWidget()
    settle(app)
    view.aboutToShow.emit()
    assert [one.text() for one in view.actions() if one.text().startswith(tuple(names))] == [*named[:2], named[3]]


@pytest.mark.long
def test_vehicle_panels_that_would_be_too_narrow_stand_behind_one_another(window, station, app):
    fleet = [PretendVehicle(number) for number in range(1, 9)]
    station.hear(*fleet)
    for vehicle in fleet:
        pinned_panel(window, vehicle.key)
    settle(app)
    areas = {id(window.dock(name).dockAreaWidget()) for name in window.workspace.docks if name.startswith("vehicle")}
    assert len(areas) == 3
    shown = [panel for panel in window.panels(VehiclePanel) if panel.isVisible()]
    assert all(panel.width() >= 240 for panel in shown)


@pytest.mark.parametrize("width", [900, 960, 1040, 1200, 1440, 2560])
def test_nothing_in_the_top_bar_lies_over_anything_else(window, station, app, width):
    fleet = [in_trouble(number) for number in range(1, 17)]
    station.hear(*fleet)
    window.selection.select(tuple(one.key for one in fleet))
    window.resize(width, 600)
    settle(app)
    window.top_bar.refresh()
    settle(app)
    shown = [one for one in window.top_bar.findChildren(QWidget, options=DIRECT) if one.isVisible()]
    for one, other in itertools.combinations(shown, 2):
        assert not one.geometry().intersects(other.geometry()), (width, one, other)
    assert all(window.top_bar.rect().contains(one.geometry()) for one in shown)
    emergency = window.top_bar.emergency
    assert emergency.width() >= emergency.minimumSizeHint().width()
