# SPDX-License-Identifier: Apache-2.0
"""Rows of one line, cards, numbers that are typed, and the menu that every row has."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.commands import Verb
from groundstation.fleet.fleet_filter import keys_of_numbers
from groundstation.ui.choosing.number_keys import MOST_LETTERS
from groundstation.ui.choosing.vehicle_menu import keys_of_menu
from groundstation.ui.fleet_list.dense_row import BATTERY, COLUMNS, DOING, LEAST_NAME, MARGIN, MODE, NAME, share
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.fleet_list.row_style import RowStyle
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.wall.wall_panel import WallPanel
from tests.ui.support.commanding import Commands, ToldVehicle
from tests.ui.support.windows import settle

COUNT = 20


@pytest.fixture
def vehicles(station):
    found = [ToldVehicle(number) for number in range(1, COUNT + 1)]
    station.hear(*found)
    return found


@pytest.fixture
def commands(station):
    return Commands(station)


def shown(made, app, width=300, height=784):
    made.resize(width, height)
    made.show()
    made.activateWindow()
    settle(app)
    return made


@pytest.fixture
def fleet(station, vehicles, commands, app):
    made = shown(FleetPanel(station.feed, commands.desk.selection, commands.desk), app)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture(params=[FleetPanel, WallPanel])
def panel(request, station, vehicles, commands, app):
    made = shown(request.param(station.feed, commands.desk.selection, commands.desk), app, 800)
    (made.list if isinstance(made, FleetPanel) else made.area.list).setFocus()
    yield made
    made.close()
    made.deleteLater()


# ---- rows ----


def test_twenty_are_in_view_on_a_laptop(fleet):
    # where the list has the height of a window of 1440x900 below its bars
    assert fleet.look.shown is RowStyle.DENSE
    last = fleet.list.visualRect(fleet.model.index(COUNT - 1))
    assert fleet.list.viewport().rect().contains(last)


def test_the_buttons_for_several_come_with_the_second_vehicle(fleet, vehicles, commands, app):
    for count, is_shown in ((0, False), (1, False), (2, True), (1, False), (2, True)):
        commands.desk.selection.select(tuple(one.key for one in vehicles[:count]))
        settle(app)
        assert fleet.commands.isVisible() is is_shown


def test_two_lines_while_all_fit_and_one_from_the_next_on(fleet, app):
    fleet.look.style = RowStyle.ROOMY
    # what stands above the list is as high as it is at this width
    fleet.resize(300, fleet.height())
    settle(app)
    for count, style in ((10, RowStyle.LINES), (11, RowStyle.DENSE), (10, RowStyle.LINES)):
        fits = 10 * 48
        room = fleet.list.viewport().height() + (fleet.head.height() if fleet.head.isVisible() else 0)
        fleet.resize(300, fleet.height() + fits - room)
        settle(app)
        fleet.look.fit(count)
        settle(app)
        assert fleet.look.shown is style


def test_a_filter_changes_no_heights(fleet):
    fleet.set_filter("uav-01")
    assert len(fleet.model.rows) == 1
    assert fleet.look.shown is RowStyle.DENSE


@pytest.mark.parametrize("style", list(RowStyle))
def test_each_style_is_drawn_chosen_and_keeps_the_selection(fleet, style, vehicles, commands, app):
    commands.desk.selection.select((vehicles[2].key,))
    fleet.styles[style].trigger()
    settle(app)
    assert fleet.look.style is style
    assert not fleet.grab().toImage().isNull()
    index = fleet.model.index(5)
    QTest.mouseClick(fleet.list.viewport(), Qt.MouseButton.LeftButton, pos=fleet.list.visualRect(index).center())
    assert commands.desk.selection.keys == (fleet.model.key_at(index),)


def test_cards_fill_the_width_in_as_many_columns_as_there_is_room_for(fleet, app):
    fleet.set_style(RowStyle.CARDS)
    for width, across in ((300, 1), (600, 3), (800, 4)):
        fleet.resize(width, 784)
        settle(app)
        fleet.refresh()
        settle(app)
        tops = [fleet.list.visualRect(fleet.model.index(row)).top() for row in range(COUNT)]
        assert tops.count(tops[0]) == across


@pytest.mark.parametrize("width", [120, 200, 264, 300, 420, 600, 784, 1400])
def test_columns_never_overlap_and_stay_in_the_row(width):
    places = share(width)
    edges = sorted(places.values())
    assert places[NAME][1] >= LEAST_NAME
    assert all(left + wide <= edges[number + 1][0] for number, (left, wide) in enumerate(edges[:-1]))
    assert edges[-1][0] + edges[-1][1] <= max(width, 2 * MARGIN + LEAST_NAME)


def test_what_counts_most_stays_longest():
    def keys(width):
        return set(share(width)) - {NAME, DOING}

    assert keys(150) == set()
    assert keys(300) == {MODE, BATTERY}
    assert keys(1400) == {column.key for column in COLUMNS}
    for narrow, wide in zip(range(100, 1400, 20), range(120, 1420, 20), strict=True):
        assert keys(narrow) <= keys(wide)


# ---- numbers ----


def typed(panel, letters):
    QTest.keyClicks(QApplication.focusWidget(), letters)


def ids(commands):
    return [key.id for key in commands.desk.selection.keys]


def test_a_number_selects_and_more_digits_make_it_another(panel, commands):
    typed(panel, "1")
    assert ids(commands) == ["uav-01"]
    typed(panel, "2")
    assert ids(commands) == ["uav-12"]
    assert panel.numbers.label.text() == "12  1 vehicle"
    assert panel.numbers.label.isVisible()


def test_a_range_is_typed(panel, commands):
    typed(panel, "3-7")
    assert sorted(ids(commands)) == ["uav-03", "uav-04", "uav-05", "uav-06", "uav-07"]
    typed(panel, ",10")
    assert max(ids(commands)) == "uav-10"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not panel.numbers.label.isVisible()
    typed(panel, "2")
    assert ids(commands) == ["uav-02"]


def test_a_pause_ends_a_number(panel, commands):
    typed(panel, "1")
    panel.numbers._pause.timeout.emit()
    typed(panel, "2")
    assert ids(commands) == ["uav-02"]


def test_nobody_of_a_number_changes_nothing(panel, commands):
    typed(panel, "5")
    panel.numbers.end()
    typed(panel, "99")
    assert ids(commands) == ["uav-09"]
    assert "no such vehicle" in panel.numbers.label.text()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backspace)
    assert panel.numbers.text == "9"


def test_in_the_filter_digits_are_letters(panel, commands):
    panel.query.box.setFocus()
    typed(panel, "3")
    assert panel.query.box.text() == "3"
    assert ids(commands) == []
    panel.query._popup.hide()


def test_only_who_is_shown_is_selected_and_the_text_has_an_end(panel, commands):
    panel.query.box.setText("uav-0")
    typed(panel, "9-12")
    assert ids(commands) == ["uav-09"]
    panel.numbers.end()
    typed(panel, "1" * (MOST_LETTERS + 5))
    assert len(panel.numbers.text) == MOST_LETTERS


@pytest.mark.parametrize(
    ("text", "found"),
    [("3", [3]), ("3-", [3]), ("3,", [3]), ("18-99", [18, 19, 20]), ("0", []), ("-", []), ("", []), ("x", [])],
)
def test_numbers_in_any_state_of_being_typed(station, vehicles, text, found):
    keys = keys_of_numbers(text, station.feed.summaries())
    assert sorted(key.id for key in keys) == [f"uav-{number:02d}" for number in found]


# ---- the menu ----


def menu_of(panel, vehicle, commands):
    if isinstance(panel, WallPanel):
        return panel.menu(vehicle.key)
    commands.desk.selection.select((vehicle.key,))
    return panel.menu()


def entries(menu):
    return {one.text().partition("\t")[0]: one for one in menu.actions() if one.text()}


def test_every_row_has_the_same_menu(panel, vehicles, commands):
    found = entries(menu_of(panel, vehicles[2], commands))
    wanted = ["uav-03", "Commands", "Take control", "Release control", "Show it closely", "Centre the map on it"]
    assert list(found)[:8] == [*wanted, "Follow it on the map", "Groups"]
    assert "Copy the id" in found
    found["Copy the id"].trigger()
    assert QGuiApplication.clipboard().text() == "uav-03"
    commands_menu = found["Commands"].menu()
    commands_menu.aboutToShow.emit()
    verbs = [one.data() for one in commands_menu.actions() if one.data()]
    assert Verb.HOLD.value in verbs


def test_an_order_of_the_menu_goes_to_whom_it_was_opened_for(panel, vehicles, commands):
    menu = entries(menu_of(panel, vehicles[2], commands))["Commands"].menu()
    menu.aboutToShow.emit()
    commands.desk.selection.select((vehicles[5].key,))
    next(one for one in menu.actions() if one.data() == Verb.HOLD.value).trigger()
    assert commands.desk.latest(vehicles[2].key).verb is Verb.HOLD
    assert commands.desk.latest(vehicles[5].key) is None


def test_a_group_is_made_of_the_selected(panel, vehicles, commands):
    keys = (vehicles[2].key, vehicles[3].key)
    commands.desk.selection.select(keys)
    menu = panel.menu(keys[1]) if isinstance(panel, WallPanel) else panel.menu()
    entries(entries(menu)["Groups"].menu())["New group…"].trigger()
    panel.groups.dialog.setTextValue("two")
    panel.groups.dialog.accept()
    assert panel.groups.book.get("two").members == tuple(map(str, keys))
    assert "Copy the ids" in entries(menu)


def test_the_menu_is_about_the_selected_only_where_it_was_opened_on_one_of_them(vehicles):
    one, two, three = (vehicle.key for vehicle in vehicles[:3])
    assert keys_of_menu(one, (one, two)) == (two, one)
    assert keys_of_menu(three, (one, two)) == (three,)
    assert keys_of_menu(None, (one, two)) == (one, two)


def test_a_right_click_opens_it(panel, vehicles, commands, app):
    view = panel.list if isinstance(panel, FleetPanel) else panel.area.list
    model = panel.model if isinstance(panel, FleetPanel) else panel.area.model
    place = view.visualRect(model.index(model.row_of(vehicles[2].key))).center()
    view.customContextMenuRequested.emit(place)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()
    settle(app)


def test_the_map_goes_to_a_vehicle_and_follows_it(window, station, app, settings):
    found = [ToldVehicle(number) for number in (1, 2, 3)]
    station.hear(*found)
    station.pass_time(1.0)
    settle(app)
    panel = window.panel(MapPanel)
    far = panel.view.view_state()
    wall = window.panel(WallPanel)
    spy = QSignalSpy(wall.centre_wanted)
    entries(wall.menu(found[1].key))["Centre the map on it"].trigger()
    settle(app)
    assert spy.count() == 1
    assert panel.isVisible()
    assert panel.view.view_state()[:2] != far[:2]
    assert not panel.follow.isChecked()
    assert window.selection.keys == ()
    window.asks.follow_wanted.emit(found[2].key)
    assert panel.follow.isChecked()
    assert window.selection.keys == (found[2].key,)


def test_the_style_is_remembered(window, settings):
    window.panel(FleetPanel).set_style(RowStyle.CARDS)
    window.save()
    assert settings.value("fleet/style") == "cards"
