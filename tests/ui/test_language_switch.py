# SPDX-License-Identifier: Apache-2.0
"""Another language is spoken at once, by everything that stands, while all goes on."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from groundstation.fleet.commands import Verb
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.language import switch
from groundstation.ui.language.language_menu import LanguageMenu
from groundstation.ui.language.speaking import speaking
from groundstation.ui.language.switch import FORMER_LANGUAGE, speak
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.main_window import MainWindow
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.settings.chosen import chosen
from tests.ui.conftest import Station
from tests.ui.support.all_texts import all_texts
from tests.ui.support.commanding import Commands, flying
from tests.ui.support.looking_back import go, looking, session, wait
from tests.ui.support.planning import planning, reckoned
from tests.ui.support.talking import Talking

__all__ = ["looking", "session"]


@pytest.fixture(autouse=True)
def english(app):
    yield
    speak("en")


def a_window(app, folder, language, number=0):
    """A window in a language, with three vehicles that fly, one of them selected."""
    station = Station()
    station.wall_clock = lambda: 1_780_000_000.0
    settings = QSettings(str(folder / f"{language}{number}.ini"), QSettings.Format.IniFormat)
    settings.setValue(FORMER_LANGUAGE, language)
    commands = Commands(station)
    window = MainWindow(
        station.feed,
        settings,
        commands.orders,
        alarms=AlarmAccess(),
        operators=Talking(station).access(),
        procedures=ProcedureAccess(),
    )
    window.show()
    for dock in window.workspace.docks.values():
        dock.toggleView(True)
    vehicles = flying(1, 2, 3)
    for one in vehicles:
        commands.hear(one)
    window.selection.select((vehicles[0].key,))
    settle(station, window, app)
    return station, window


def settle(station, window, app):
    """Panels look at what is known, also those that look seldom."""
    for _ in range(3):
        station.pass_time(0.1)
        for panel in window.findChildren(LivePanel):
            if panel.isVisible():
                panel.refresh()
        app.processEvents()


def end(window):
    window.leave()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def differing(one, other):
    return {place: (one[place], other[place]) for place in one if place in other and one[place] != other[place]}


@pytest.mark.long
@pytest.mark.parametrize(("first", "then"), [("en", "tr"), ("tr", "en")])
def test_a_window_that_is_switched_shows_what_one_made_in_that_language_shows(app, tmp_path, first, then):
    station, window = a_window(app, tmp_path, then)
    wanted = all_texts(window)
    end(window)
    station, window = a_window(app, tmp_path, first)
    before = all_texts(window)
    speak(then)
    settle(station, window, app)
    found = all_texts(window)
    end(window)
    assert len(wanted) > 400
    assert wanted.keys() == found.keys()
    assert differing(wanted, found) == {}
    # and it is another language indeed
    assert len(differing(before, found)) > 250


@pytest.mark.long
def test_there_and_back_leaves_every_text_as_it_was(app, tmp_path):
    station, window = a_window(app, tmp_path, "en")
    before = all_texts(window)
    for language in ("tr", "en", "tr", "en"):
        speak(language)
        settle(station, window, app)
    found = all_texts(window)
    end(window)
    assert differing(before, found) == {}


def test_what_is_under_way_and_typed_goes_on(window, commands, app):
    vehicles = flying(1, 2)
    for one in vehicles:
        commands.hear(one)
    window.selection.select((vehicles[0].key,))
    window.desk.ask(Verb.GOTO, (vehicles[0].key,), {"height_m": 42.5})
    sheet = window.floating.sheet
    assert sheet.isVisible()
    height = sheet.editors.fields["height_m"]
    typed = next(one for one in height.findChildren(QLineEdit))
    filter_box = window.workspace.named("fleet").filter_box
    filter_box.setText("uav")
    draft, document, selection = sheet.draft, window.document, window.selection.keys
    threads = {one.name for one in threading.enumerate()}
    speak("tr")
    commands.station.pass_time(0.4)
    app.processEvents()
    assert sheet.isVisible()
    assert sheet.draft is draft
    assert window.document is document
    assert window.selection.keys == selection
    assert filter_box.text() == "uav"
    assert typed.text().startswith("42,5")
    assert sheet.editors.args()["height_m"] == 42.5
    assert {one.name for one in threading.enumerate()} == threads
    assert [state.key for state in commands.station.feed.fleet] == sorted(one.key for one in vehicles)


@pytest.mark.long
def test_the_moment_that_is_looked_at_stays(looking):
    go(looking, 30.0)
    look = looking.past.look
    at_s, playback, threads = look.at_s, look.playback, sorted(one.name for one in threading.enumerate())
    assert looking.windowTitle().startswith("PAST")
    speak("tr")
    QApplication.processEvents()
    assert look.is_past
    assert (look.at_s, look.playback) == (at_s, playback)
    assert sorted(one.name for one in threading.enumerate()) == threads
    assert looking.windowTitle() == "GEÇMİŞ \N{EM DASH} Yer istasyonu"
    assert looking.past.banner.what.isVisible()
    go(looking, 20.0)
    wait(lambda: "önce" in looking.past.banner.age.text())
    # and back into the present, in the language that is spoken by now
    look.leave()
    assert looking.windowTitle() == "Yer istasyonu"


def test_a_plan_that_is_not_saved_stays_and_can_be_undone(commands, app):
    one, other = flying(1, 2)
    commands.hear(one, other)
    items = (PlanItem(command=Cmd.TAKEOFF, z=30.0), PlanItem(command=Cmd.WAYPOINT, x=40.99, y=39.77, z=42.5))
    with planning(commands) as panel:
        panel.document.edit_mission(items, "two items")
        reckoned(panel)
        plan = panel.document.plan
        assert [panel.tabs.tabText(place) for place in range(2)] == ["Mission 2", "Fence"]
        speak("tr")
        reckoned(panel)
        assert panel.document.plan is plan
        assert not panel.document.is_saved
        assert [panel.tabs.tabText(place) for place in range(2)] == ["Görev 2", "Çit"]
        assert panel.model.index(1, panel.model.HEIGHT).data() == "42,5"
        assert panel.model.index(1, panel.model.ITEM).data() == "Yol noktası"
        panel.document.undo()
        assert panel.document.plan.mission == ()


def test_emergency_keys_work_right_after_it(window, commands):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    window.selection.select((vehicle.key,))
    speak("tr")
    window.top_bar.emergency.buttons[Verb.HOLD].click()
    assert [request.verb for _, request in commands.requests()] == [Verb.HOLD]


def test_nothing_is_made_anew_and_nothing_leaks(window, app):
    widgets = {id(one) for one in window.findChildren(QWidget)}
    speak("tr")
    app.processEvents()
    gc.collect()
    assert {id(one) for one in window.findChildren(QWidget)} == widgets
    objects = len(speaking().children())
    for language in ("en", "tr", "en", "tr"):
        speak(language)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(speaking().children()) == objects


def test_words_from_outside_stay_as_they_are(window, commands):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    box = QLineEdit("Fleet", window)
    speak("tr")
    assert box.text() == "Fleet"
    box.deleteLater()


def test_the_menu_speaks_and_remembers(window, settings):
    [menu] = window.findChildren(LanguageMenu)
    names = {action.data(): action for action in menu.actions()}
    assert [action.text() for action in menu.actions()] == ["English", "Türkçe"]
    assert names["en"].isChecked()
    names["tr"].trigger()
    assert speaking().language == "tr"
    assert names["tr"].isChecked()
    assert not names["en"].isChecked()
    assert chosen().now.window.language == "tr"
    assert menu.title() == "Di&l"
    assert window.windowTitle() == "Yer istasyonu"


def test_at_the_first_start_it_is_what_the_computer_speaks(settings, monkeypatch):
    monkeypatch.setattr(switch, "system_language", lambda: "tr")
    switch.speak_remembered(settings)
    assert speaking().language == "tr"
    settings.setValue(FORMER_LANGUAGE, "en")
    switch.speak_remembered(settings)
    assert speaking().language == "en"
    settings.setValue(FORMER_LANGUAGE, "a language that was taken away")
    switch.speak_remembered(settings)
    assert speaking().language == "en"


def test_qts_own_words_are_in_it_too():
    speak("tr")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") != "Cancel"
    assert QLocale().decimalPoint() == ","
    speak("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    assert QLocale().decimalPoint() == "."


def test_no_key_of_a_panel_changes(window):
    def keys():
        return sorted(one.shortcut().toString() for one in window.findChildren(QAction) if not one.shortcut().isEmpty())

    before = keys()
    speak("tr")
    QApplication.processEvents()
    assert keys() == before
