# SPDX-License-Identifier: Apache-2.0
"""Settings as a person changes them, while vehicles fly."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.settings_file import read_settings, write_settings
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.settings.settings import Settings, VehicleLook, changed
from groundstation.ui.fleet_list.fleet_row import _motion_text
from groundstation.ui.language.speaking import speaking
from groundstation.ui.main_window import MainWindow
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.settings_port import SettingsAccess
from groundstation.ui.theme.colours import vehicle_colour, vehicle_sign
from groundstation.ui.theme.dark import DARK
from groundstation.ui.theme.inks import vehicle_ink, wearing
from groundstation.ui.theme.switch import wear
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.support.waiting import PATIENCE_S
from tests.ui.support.commanding import ToldVehicle

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def dark():
    yield
    wear(DARK)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.toml"


@pytest.fixture
def window(commands, settings, path, qt_warnings):
    settled, problems = read_settings(path)
    chosen().put_on(settled)
    access = SettingsAccess(path=path, write=lambda now: write_settings(now, path), problems=problems)
    made = MainWindow(commands.station.feed, settings, commands.orders, own=access)
    made.show()
    return made


def opened(window):
    window.activateWindow()
    QApplication.processEvents()
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    return window.settings_keeper.dialog


def written(window):
    """Wait until the file has been written."""
    keeper = window.settings_keeper
    for _ in range(int(PATIENCE_S * 100)):
        QApplication.processEvents()
        if not keeper._is_writing and keeper._wanted is None:
            return
        threading.Event().wait(0.01)
    raise AssertionError("the settings were never written")


def pick(field, words):
    field.setFocus()
    place = [field.itemText(at) for at in range(field.count())].index(words)
    field.setCurrentIndex(place)
    field.activated.emit(place)


def test_units_change_everywhere_at_once_and_are_remembered(window, commands, path):
    vehicle = ToldVehicle(1)
    commands.hear(vehicle)
    window.selection.select((vehicle.key,))
    dialog = opened(window)
    assert dialog.isVisible()
    summary = commands.station.feed.summary(commands.station.feed.fleet.get(vehicle.key))
    metres = summary.height_home_m
    assert f"{metres:.1f} m" in _motion_text(summary)
    QTest.mouseClick(dialog._systems["aviation"], LEFT)
    assert f"{metres / 0.3048:.0f} ft" in _motion_text(summary)
    assert f"{summary.ground_speed_mps * 3600 / 1852:.1f} kn" in _motion_text(summary)
    written(window)
    assert read_settings(path)[0].units.height == "ft"
    # one of them taken back by itself
    QTest.mouseClick(dialog.editors["units.height"].reset, LEFT)
    assert f"{metres:.1f} m" in _motion_text(summary)
    assert not any(one.isChecked() for one in dialog._systems.values())
    written(window)
    assert "height" not in path.read_text()


def test_language_and_theme_change_while_it_is_open(window):
    dialog = opened(window)
    pick(dialog.editors["window.theme"].field, "Light")
    assert wearing().theme.key == "light"
    pick(dialog.editors["window.language"].field, "Türkçe")
    assert speaking().language == "tr"
    assert dialog.windowTitle() == "Ayarlar"
    assert dialog.editors["units.height"].title.text() == "İrtifalar"
    pick(dialog.editors["window.language"].field, "English")
    written(window)
    assert chosen().now.window.theme == "light"


def test_the_search_finds_titles_help_choices_and_sections(window):
    dialog = opened(window)

    def found(text):
        dialog.search.clear()
        QTest.keyClicks(dialog.search, text)
        return [key for key, one in dialog.editors.items() if one.isVisibleTo(dialog)]

    assert found("knots") == ["units.speed"]
    assert found("MGRS") == ["units.coordinates"]
    assert found("tiles") == ["map.cache_mb"]
    assert found("recordings") == ["recording.folder", "recording.limit_gb"]
    assert found("no such thing") == []
    assert dialog.nothing.isVisibleTo(dialog)
    assert len(found("")) == len(dialog.editors)


def test_a_call_sign_and_a_colour_are_seen_at_once(window, commands, path):
    one, two = ToldVehicle(1), ToldVehicle(2)
    commands.hear(one, two)
    dialog = opened(window)
    field = dialog.vehicles.names[one.key.id]
    field.setFocus()
    QTest.keyClicks(field, "Puhu")
    QTest.keyClick(field, Qt.Key.Key_Return)
    pick(dialog.vehicles.colours[one.key.id], "4")
    view = window.panels(VehiclePanel)[0]
    window.selection.select((one.key,))
    commands.station.pass_time(0.5)
    assert "Puhu" in view.header.accessibleName()
    assert vehicle_colour(one.key.id) == vehicle_ink(3)
    written(window)
    assert read_settings(path)[0].vehicles == {one.key.id: VehicleLook(call_sign="Puhu", colour=4)}


def test_a_chosen_colour_that_another_has_is_told_apart_by_its_sign(window):
    ids = [f"colour-{number}" for number in range(1, 4)]
    before = {one: (vehicle_colour(one).name(), vehicle_sign(one)) for one in ids}
    assert len(set(before.values())) == 3
    now = chosen().now.vehicles | {"colour-2": VehicleLook(colour=_place(before["colour-1"][0]))}
    chosen().put_on(Settings(vehicles=now))
    after = {one: (vehicle_colour(one).name(), vehicle_sign(one)) for one in ids}
    assert after["colour-2"][0] == after["colour-1"][0]
    assert len(set(after.values())) == 3
    # and its own comes back
    chosen().put_on(Settings())
    assert (vehicle_colour("colour-2").name(), vehicle_sign("colour-2")) == before["colour-2"]


def _place(name):
    return next(place for place in range(10) if vehicle_ink(place).name() == name) + 1


def test_what_counts_later_says_so_and_offers_to_open_again(commands, settings, path):
    asked = []
    access = SettingsAccess(path=path, write=lambda now: write_settings(now, path), open_again=lambda: asked.append(1))
    window = MainWindow(commands.station.feed, settings, commands.orders, own=access)
    window.show()
    dialog = opened(window)
    assert not dialog.again.isVisibleTo(dialog)
    field = dialog.editors["window.text_size_percent"].field
    field.setValue(150)
    assert dialog.again.isVisibleTo(dialog)
    QTest.mouseClick(dialog.again, LEFT)
    assert asked == [1]
    written(window)
    assert read_settings(path)[0].window.text_size_percent == 150


def test_a_file_that_was_broken_is_told_in_a_notice(commands, settings, path):
    path.write_text("units = [")
    _, problems = read_settings(path)
    access = SettingsAccess(path=path, write=lambda now: None, problems=problems)
    window = MainWindow(commands.station.feed, settings, commands.orders, own=access)
    window.show()
    [notice] = window.floating.notices.notices
    assert "is no TOML" in notice.accessibleName() or "is no TOML" in notice.words


def test_a_disk_that_takes_nothing_is_told_and_the_setting_counts(commands, settings, path):
    def full(now):
        del now
        raise GroundStationError("settings can't be written: the disk is full")

    access = SettingsAccess(path=path, write=full)
    window = MainWindow(commands.station.feed, settings, commands.orders, own=access)
    window.show()
    said = []
    window.settings_keeper.told.connect(said.append)
    chosen().change("units.height", "ft")
    written(window)
    assert said == ["settings can't be written: the disk is full"]
    assert chosen().now.units.height == "ft"


def test_of_many_changes_while_the_disk_is_busy_the_last_is_written(commands, settings):
    gate, seen = threading.Event(), []

    def slow(now):
        gate.wait(PATIENCE_S)
        seen.append(now.units.speed)

    window = MainWindow(
        commands.station.feed, settings, commands.orders, own=SettingsAccess(path=Path("x"), write=slow)
    )
    for speed in ("kn", "mph", "km/h"):
        chosen().change("units.speed", speed)
    gate.set()
    written(window)
    assert seen == ["kn", "km/h"]


def test_a_wrong_value_is_said_beside_its_field(window):
    dialog = opened(window)
    editor = dialog.editors["operator.name"]
    editor.field.setText("x" * 40)
    editor.field.setModified(True)
    editor.field.editingFinished.emit()
    assert "operator.name" in editor.problem.text()
    assert editor.problem.isVisibleTo(dialog)
    assert chosen().now.operator.name == ""


def test_every_field_has_a_name_for_who_hears_the_window(window):
    dialog = opened(window)
    assert all(one.field.accessibleName() for one in dialog.editors.values())
    assert changed(chosen().now, "units.height", "ft") != chosen().now
