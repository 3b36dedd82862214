# SPDX-License-Identifier: Apache-2.0
"""Another theme while the window is open: it looks as if it had been built in it, pixel by pixel."""

from __future__ import annotations

import sys

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage

from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.sample import Severity
from groundstation.transport.bus import BusState
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.palette.entries import entries, matching
from groundstation.ui.theme.dark import DARK
from groundstation.ui.theme.inks import filled, ink, wearing
from groundstation.ui.theme.light import LIGHT
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.style import DOCK_SHEET
from groundstation.ui.theme.switch import wear
from groundstation.ui.theme_menu import FORMER_THEME, SYSTEM, ThemeMenu
from tests.ui.conftest import Station
from tests.ui.support.commanding import Commands, ToldVehicle
from tests.ui.support.pretend_fleet import bridge_birth, sensor_messages

PANELS = ("fleet", "map", "vehicle", "plots", "messages", "sensors", "links", "commands")


@pytest.fixture(autouse=True)
def dark_and_calm(app):
    """Each test begins and ends in the dark, and no caret blinks in its pictures."""
    flash_ms = app.cursorFlashTime()
    app.setCursorFlashTime(0)
    wear(DARK)
    yield
    wear(DARK)
    app.setCursorFlashTime(flash_ms)


def story(settings, app):
    """A window in which a bit of everything has happened, by clocks that are the same each time."""
    station = Station()
    station.wall_clock = lambda: 1.7e9 + station.now_s
    commands = Commands(station)
    window = MainWindow(station.feed, settings, commands.orders)
    window.resize(1400, 900)
    window.show()
    app.processEvents()
    low, lost, simulated = ToldVehicle(2, charge=0.1), ToldVehicle(3), ToldVehicle(4, root="sim")
    fleet = [ToldVehicle(1), low, lost, simulated, ToldVehicle(5, is_flying=False)]
    station.offer(bridge_birth(station.now_s))
    for step in range(12):
        commands.hear(*fleet)
        station.offer(*sensor_messages(step / 2, station.now_s))
        station.pass_time(0.5)
    station.offer(*lost.lost(station.now_s))
    for text, severity in (("all is well", Severity.INFO), ("low", Severity.WARNING), ("gone", Severity.CRITICAL)):
        station.offer(low.event(station.now_s, text, severity))
    window.selection.select((fleet[0].key, low.key))
    for vehicle, end in ((fleet[0], CommandState.FAILED), (low, CommandState.ACCEPTED)):
        window.desk.give([vehicle.key], Verb.HOLD, {})
        _, request = commands.requests(Verb.HOLD)[-1]
        station.offer(vehicle.report(station.now_s, request, end, detail="for a reason"))
    for level in (Level.NORMAL, Level.CAUTION, Level.WARNING):
        window.floating.notices.say(f"a notice of level {level.name}", level)
    station.bus = msgspec.structs.replace(station.bus, state=BusState.LOST, reason="refused", since_s=station.now_s)
    station.pass_time(0.5)
    stop_time(window)
    return window


def stop_time(window):
    """Nothing but the test draws anything anew."""
    for timer in window.findChildren(QTimer):
        timer.stop()


def seen(window, app):
    """Pictures of all there is, by name."""
    for _ in range(3):
        app.processEvents()
    window.panel(MapPanel).view.viewport().repaint()
    pictures = {}
    for name in PANELS:
        window.workspace.bring(name)
        stop_time(window)
        app.processEvents()
        panel = window.workspace.named(name)
        if name in ("fleet", "plots"):
            panel.refresh()
        pictures[name] = picture(panel)
        tab = window.workspace.docks[name].tabWidget()
        pictures[f"tab of {name}"] = picture(tab)
    window.desk.ask(Verb.MODE, window.selection.keys)
    window.palette_box.toggle()
    app.processEvents()
    floating = window.floating
    for widget in (
        window.top_bar,
        window.banner,
        window.menu_bar,
        floating.sheet,
        window.palette_box,
        *floating.notices.notices,
    ):
        pictures[f"{type(widget).__name__} {len(pictures)}"] = picture(widget)
    window.palette_box.toggle()
    return pictures


def picture(widget):
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def forget_pixels():
    """As in a process of its own: nothing that was drawn before is drawn again."""
    for name, module in list(sys.modules.items()):
        if name.startswith("groundstation.ui."):
            for value in vars(module).values():
                if getattr(value, "cache_clear", None) and value.__annotations__["return"] in ("QPixmap", "QIcon"):
                    value.cache_clear()


def pixels(image):
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.width()) & 0xFFFFFF


def alike(one, other):
    """Share of pixels that are the same; the height may differ by which tab was in front before."""
    height = min(one.height(), other.height())
    return float(np.mean(pixels(one)[:height] == pixels(other)[:height]))


@pytest.fixture
def windows(app, tmp_path):
    """Makes windows with settings of their own, and closes them."""
    made = []

    def make(name):
        settings = QSettings(str(tmp_path / f"{name}.ini"), QSettings.Format.IniFormat)
        settings.setValue(FORMER_THEME, wearing().theme.key)
        made.append(story(settings, app))
        return made[-1]

    yield make
    for window in made:
        window.leave()
        window.deleteLater()


@pytest.mark.parametrize(("first", "second"), [(DARK, LIGHT), (LIGHT, DARK)])
@pytest.mark.long
def test_a_window_looks_as_if_it_had_been_opened_in_the_theme_that_it_was_given_later(windows, app, first, second):
    wear(first)
    window = windows("switched")
    before = seen(window, app)
    wear(second)
    switched = seen(window, app)
    forget_pixels()
    other = windows("fresh")
    seen(other, app)  # as often as the first: which tab was in front before decides about a pixel of height
    fresh = seen(other, app)
    assert list(switched) == list(fresh)
    for name, image in switched.items():
        assert image.size() == fresh[name].size(), name
        wrong = np.argwhere(pixels(image) != pixels(fresh[name]))
        assert not len(wrong), f"{name}: {len(wrong)} pixels, the first at {wrong[0]}"
        share = alike(image, before[name])
        # what has no ground of its own stands on nothing here
        assert share < (0.3 if name in PANELS else 0.98), f"{name}: {share:.0%} of its pixels are as before"


def entry(window, name):
    """Its entry in the menu of themes."""
    found = [action for action in window.findChildren(QAction) if action.data() == name]
    assert len(found) == 1
    return found[0]


@pytest.mark.long
def test_a_theme_is_chosen_in_the_menu_and_remembered(windows, station, app):
    window = windows("first")
    assert entry(window, "dark").isChecked()
    entry(window, "light").trigger()
    assert wearing().theme is LIGHT
    assert window.workspace.manager.styleSheet() == filled(DOCK_SHEET)
    app.processEvents()
    # the docking library has a sheet of its own for each palette, and must not put it in the place of ours
    assert window.workspace.manager.styleSheet() == filled(DOCK_SHEET)
    assert (entry(window, "dark").isChecked(), entry(window, "light").isChecked()) == (False, True)
    wear(DARK)
    assert entry(window, "dark").isChecked()
    later = MainWindow(station.feed, window._settings)
    assert wearing().theme is LIGHT
    later.deleteLater()


@pytest.mark.parametrize("damaged", ["", "no such theme", 7, ["light"]])
def test_a_theme_that_is_not_known_is_the_first(settings, station, damaged):
    settings.setValue(FORMER_THEME, damaged)
    MainWindow(station.feed, settings).deleteLater()
    assert wearing().theme is DARK


@pytest.mark.long
def test_the_theme_is_found_by_its_name(windows):
    window = windows("first")
    found = matching(entries(window.menu_bar, window.workspace), "theme light")
    # "sunlight" has the letters too, and comes after it
    assert [one.name for one in found] == ["Light", "Sunlight"]
    found[0].run()
    assert wearing().theme is LIGHT


@pytest.mark.long
def test_a_notice_and_an_icon_on_a_button_are_in_the_colours_of_now(windows, app):
    window = windows("first")
    notice = window.floating.notices.notices[-1]
    for theme in (LIGHT, DARK):
        wear(theme)
        app.processEvents()
        assert QColor(picture(notice).pixel(5, 20)) == ink(Ink.WARNING_SURFACE)
        drawn = notice.close_button.icon().pixmap(32, 32).toImage()
        assert ink(Ink.MUTED).rgb() in {drawn.pixel(x, y) for x in range(32) for y in range(32)}


THEMES_OF = {Qt.ColorScheme.Light: LIGHT, Qt.ColorScheme.Dark: DARK}


def test_it_follows_the_system(windows, monkeypatch):
    scheme = Qt.ColorScheme.Light
    monkeypatch.setattr("groundstation.ui.theme_menu.system_theme", lambda: THEMES_OF[scheme])
    window = windows("first")
    (menu,) = window.findChildren(ThemeMenu)
    system = menu.actions()[0]
    system.trigger()
    assert wearing().theme is LIGHT
    assert [one.data() for one in menu.actions() if one.isChecked()] == [SYSTEM]
    scheme = Qt.ColorScheme.Dark
    QGuiApplication.styleHints().colorSchemeChanged.emit(scheme)
    assert wearing().theme is DARK
    # whoever chose one himself keeps it
    menu.actions()[2].trigger()
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert wearing().theme is LIGHT
