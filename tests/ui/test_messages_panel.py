# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from groundstation.fleet.conditions import Level
from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.sample import Severity
from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.messages import message_log, message_view
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.message_model import EntryRole, MessageFilter
from groundstation.ui.messages.message_store import LogEntry, MessageStore
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.selection import Selection
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def log(station):
    station.wall_clock = lambda: 1.7e9 + station.now_s
    return MessageLog(station.feed)


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(log, selection):
    made = MessagesPanel(log, selection)
    made.resize(500, 200)
    made.show()
    return made


def shown(panel):
    model = panel.view.messages
    return [model.index(row, 0).data(EntryRole).text for row in range(model.rowCount())]


def test_messages_are_kept_in_order_with_their_wall_clock(panel, log, station, vehicle):
    station.offer(vehicle.event(station.now_s, "one"), vehicle.event(station.now_s, "two"))
    assert shown(panel) == ["one", "two"]
    assert log.entries.at(0).first_s == pytest.approx(1.7e9 + 1000.0)


def test_repeated_prearm_texts_are_counted(panel, log, station, vehicle):
    for _ in range(4):
        station.now_s += 30
        station.offer(vehicle.event(station.now_s, "PreArm: Compass not calibrated", Severity.CRITICAL))
    station.offer(vehicle.event(station.now_s, "Reached command #1"))
    station.offer(vehicle.event(station.now_s, "Reached command #1"))
    assert [(entry.text, entry.count) for entry in log.entries] == [
        ("PreArm: Compass not calibrated", 4),
        ("Reached command #1", 1),
        ("Reached command #1", 1),
    ]
    station.now_s += 500
    station.offer(vehicle.event(station.now_s, "PreArm: Compass not calibrated", Severity.CRITICAL))
    assert len(log.entries) == 4


def test_severity_text_and_vehicle_narrow_the_log(panel, station, selection):
    one, two = PretendVehicle(1), PretendVehicle(2)
    station.offer(
        one.event(station.now_s, "GPS glitch", Severity.WARNING),
        two.event(station.now_s, "Crash", Severity.EMERGENCY),
        two.event(station.now_s, "Mission: 5 WP"),
    )
    panel.set_least_level(Level.CAUTION)
    assert shown(panel) == ["GPS glitch", "Crash"]
    panel.set_least_level(Level.NORMAL)
    panel.text_box.setText("MISSION")
    assert shown(panel) == ["Mission: 5 WP"]
    panel.text_box.setText("uav-01")
    assert shown(panel) == ["GPS glitch"]
    panel.text_box.clear()
    selection.select((two.key,))
    panel.only_selected.setChecked(True)
    assert shown(panel) == ["Crash", "Mission: 5 WP"]


def test_new_messages_pass_the_filter_too(panel, station, vehicle):
    panel.set_least_level(Level.WARNING)
    station.offer(vehicle.event(station.now_s, "calm"), vehicle.event(station.now_s, "bad", Severity.ALERT))
    assert shown(panel) == ["bad"]


def test_the_log_is_bounded(panel, log, station, vehicle, monkeypatch):
    monkeypatch.setattr(message_log, "MAX_ENTRIES", 50)
    monkeypatch.setattr(message_log, "DROPPED_AT_ONCE", 20)
    for number in range(70):
        station.offer(vehicle.event(station.now_s, f"message {number}"))
    assert len(log.entries) <= 50
    assert log.entries.at(log.entries.end - 1).text == "message 69"
    assert shown(panel) == [entry.text for entry in log.entries]


def test_a_filtered_list_loses_what_the_log_lets_go(panel, log, station, vehicle, monkeypatch):
    monkeypatch.setattr(message_log, "MAX_ENTRIES", 50)
    monkeypatch.setattr(message_log, "DROPPED_AT_ONCE", 20)
    panel.view.messages.set_filter(MessageFilter(text="odd"))
    for number in range(120):
        station.offer(vehicle.event(station.now_s, f"{'odd' if number % 2 else 'even'} {number}"))
        assert shown(panel) == [entry.text for entry in log.entries if "odd" in entry.text]


def test_another_filter_is_one_change(panel, station, vehicle):
    for text in ("one", "two", "three"):
        station.offer(vehicle.event(station.now_s, text))
    model, counts = panel.view.messages, []
    for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
        signal.connect(lambda *_: counts.append(model.rowCount()))
    model.set_filter(MessageFilter(text="t"))
    assert shown(panel) == ["two", "three"]
    assert counts == [2]


def test_the_view_follows_its_end_unless_scrolled_up(app, panel, station, vehicle):
    for number in range(60):
        station.offer(vehicle.event(station.now_s, f"message {number}"))
    app.processEvents()
    bar = panel.view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(3)
    assert not panel.view._is_at_end
    station.offer(vehicle.event(station.now_s, "later"))
    app.processEvents()
    assert bar.value() == 3
    panel.view._on_newer_clicked()
    assert bar.value() == bar.maximum()


def test_a_text_with_a_lost_chunk_says_so(log, station, vehicle):
    from groundstation.fleet.events import Event, EventKind

    event = Event(at_s=station.now_s, kind=EventKind.STATUS_TEXT, text="half of", is_complete=False)
    station.offer(vehicle.wrap(f"{vehicle.key}/evt", event, station.now_s))
    assert log.entries.at(0).text == "half of […]"


def test_the_brokers_death_stands_among_the_messages_with_its_cause_and_its_end(panel, log, station):
    def say(state, reason=""):
        station.feed.bus_changed.emit(BusStatus(state=state, broker="mqtt://b:1883", reason=reason))

    say(BusState.LOST, "nothing listens on b:1883")  # there was none yet: the strip at the top says so
    say(BusState.CONNECTED)
    assert shown(panel) == []
    say(BusState.LOST, "the broker closed the connection")
    say(BusState.CONNECTING, "the broker closed the connection")
    say(BusState.LOST, "nothing listens on b:1883")
    station.now_s += 12
    say(BusState.CONNECTED)
    say(BusState.CONNECTED)
    assert shown(panel) == [
        "mqtt://b:1883: connection lost, the broker closed the connection",
        "mqtt://b:1883: connected again after 12 s",
    ]
    assert [one.severity for one in log.entries] == [Severity.ERROR, Severity.NOTICE]


def test_a_line_of_the_log_leads_back_to_its_moment(panel, station, vehicle):
    station.offer(vehicle.event(station.now_s, "then"))
    at_s = station.now_s
    station.pass_time(30.0)
    wanted = []
    panel.moment_wanted.connect(wanted.append)
    index = panel.view.messages.index(0, 0)
    place = panel.view.visualRect(index).center()
    # a double click begins with a click
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    panel.view.setCurrentIndex(index)
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert wanted == pytest.approx([at_s, at_s], abs=0.01)


def test_times_are_told_as_ages_too(panel, station, vehicle):
    station.offer(vehicle.event(station.now_s, "then"))
    rows = panel.view.itemDelegate()
    entry = panel.view.messages.entry(0)
    station.pass_time(90.0)
    assert ":" in rows._time(entry)
    QTest.mouseClick(panel.ages, Qt.MouseButton.LeftButton)
    assert rows._time(entry) == "90 s"
    assert panel.view._ages.isActive()
    panel.hide()
    assert not panel.view._ages.isActive()


def test_tab_leaves_the_log_and_home_and_end_are_its_ends(panel, station, vehicle):
    for number in range(30):
        station.offer(vehicle.event(station.now_s, f"message {number}"))
    view = panel.view
    assert not view.tabKeyNavigation()
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.currentIndex().row() == 0
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.currentIndex().row() == 29


def test_selected_lines_are_copied_in_order_and_no_more_than_other_programs_take(panel, station, vehicle, monkeypatch):
    monkeypatch.setattr(message_view, "MOST_COPIED", 3)
    for number in range(5):
        station.offer(vehicle.event(station.now_s, f"message {number}"))
    panel.view.selectAll()
    panel.view._copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["message 0", "message 1", "message 2"]


def test_a_million_lines_are_kept_in_columns():
    store, keys = MessageStore(), [VehicleKey("fleet", f"uav-{number}") for number in range(50)]
    for number in range(20_000):
        store.add(
            LogEntry(keys[number % 50], f"text {number % 300}", Severity.INFO, EventKind.STATUS_TEXT, number, number)
        )
    assert len(store._texts.values) == 300
    assert list(store.matching(0, keys=frozenset({keys[7]}))) == list(range(7, 20_000, 50))
    by_text = store.matching(0, text="TEXT 299")
    assert list(by_text) == list(range(299, 20_000, 300))
    # new lines alone, and those alone that pass everything
    assert list(store.matching(19_990, text="uav-49")) == [19_999]
    assert len(store.matching(0, Level.WARNING)) == 0


def test_positions_stay_when_the_oldest_go_and_texts_of_nobody_are_forgotten():
    store, key = MessageStore(), VehicleKey("fleet", "uav-1")
    for number in range(12_000):
        store.add(LogEntry(key, f"number {number}", Severity.INFO, EventKind.STATUS_TEXT, number, number))
    store.drop(11_000)
    assert (store.first, len(store), store.end) == (11_000, 1_000, 12_000)
    assert len(store._texts.values) == 1_000
    assert store.at(11_500).text == "number 11500"
    assert list(store.matching(0, text="number 11999")) == [11_999]
    with pytest.raises(IndexError):
        store.at(10_999)
    assert store.add(LogEntry(key, "number 11500", Severity.INFO, EventKind.STATUS_TEXT, 1.0, 1.0)) == 12_000
    store.repeat(12_000, 5.0)
    store.repeat(3, 5.0)
    assert (store.at(12_000).count, store.at(12_000).last_s) == (2, 5.0)


def test_a_text_is_not_found_across_two_texts():
    store, key = MessageStore(), VehicleKey("fleet", "x")
    for text in ("ends with a", "b begins", "c\nd"):
        store.add(LogEntry(key, text, Severity.INFO, EventKind.STATUS_TEXT, 1.0, 1.0))
    assert list(store.matching(0, text="ab")) == []
    assert list(store.matching(0, text="a\nb")) == []
    assert list(store.matching(0, text="c d")) == [2]
