# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.flight import (
    Flight,
    Logbook,
    LoggedFlight,
    ModeSpan,
    TimeBase,
    UnreadLog,
    VehicleTotals,
    name_of,
)
from groundstation.ui.logbook_panel.disarm_watch import DisarmWatch
from groundstation.ui.logbook_panel.logbook_panel import FLIGHTS, HOURS, UNREAD, LogbookPanel
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess
from groundstation.ui.main_window import MainWindow
from groundstation.ui.units import DASH, length_text
from tests.support.waiting import PATIENCE_S
from tests.ui.support.pretend_fleet import PretendVehicle

EVIL = "<b>x</b>"
HOUR_S = 3600.0


def entry(path, **fields):
    """A flight in the book; what is of the entry is told by its name."""
    told = {"vehicle": "1", "vehicle_name": "1", "time_base": TimeBase.UTC, "begin_s": 0.0, "is_ended": True,
            "begin_is_known": True}  # fmt: skip
    of_entry = {name: fields.pop(name) for name in LoggedFlight.__struct_fields__ if name in fields}
    fields["end_s"] = fields.get("begin_s", 0.0) + fields.pop("armed_s", 100.0)
    return LoggedFlight(flight=Flight(path=path, **(told | fields)), **of_entry)


def flight(number, **fields):
    told = {
        "vehicle_name": f"copter {number}", "begin_s": 1.7e9 + number * HOUR_S, "number": number,
        "armed_s": 100.0 + number, "air_s": 90.0 + number, "distance_m": 1000.0 * number,
        "max_height_home_m": 20.0, "max_ground_speed_mps": 7.5, "battery_used_mah": 655.0, "operator": "ayse",
        "modes": (ModeSpan("GUIDED", 0.0, 1.0), ModeSpan("RTL", 1.0, 2.0)),
    }  # fmt: skip
    return entry(f"/rec/{number}.tlog", **(told | fields))


BARE = entry("/rec/b", vehicle_name="bare", armed_s=5.0, time_base=TimeBase.BOOT)


class Logs:
    """Logs on a disk that a test controls."""

    def __init__(self):
        self.flights, self.unread, self.logs = (flight(1), flight(2), flight(3)), (), 3
        self.folders, self.threads, self.done = [], [], []
        self.error = ""
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()

    def read(self, folder, told):
        self.folders.append(folder)
        self.threads.append(threading.current_thread().name)
        self.begun.set()
        while not self.go.wait(0.005):
            told(0.4)
        if self.error:
            raise GroundStationError(self.error)
        return Logbook(folder=str(folder), entries=self.flights, unread=self.unread, logs=self.logs)

    def totals(self, flights):
        return [
            VehicleTotals(
                vehicle=one.flight.vehicle,
                name=name_of(one.flight),
                flights=1,
                bench_tests=0,
                armed_s=one.flight.duration_s,
                air_s=one.flight.air_s,
                distance_m=None,
                battery_used_mah=None,
                last_flight_unix_s=None,
            )
            for one in flights
        ]

    def note(self, *what):
        self.threads.append(threading.current_thread().name)
        if self.error:
            raise GroundStationError(self.error)
        self.done.append(what)
        return True

    def access(self, **fields):
        told = {
            "folder": Path("/rec"), "read": self.read, "totals": self.totals,
            "csv": lambda flights, target: self.note("csv", [one.number for one in flights], target),
            "pin": lambda folder, is_pinned: self.note("pin", folder, is_pinned),
            "report": lambda one, target, told: self.note("report", one.number, target),
        }  # fmt: skip
        return LogbookAccess(**(told | fields))


@pytest.fixture
def logs():
    return Logs()


@pytest.fixture
def made(station, logs, app):
    """Makes panels, and waits for the end of what they do."""
    panels = []

    def make(size=(1300, 400), **fields):
        panel = LogbookPanel(logs.access(**fields), station.feed)
        panels.append(panel)
        panel.resize(*size)
        panel.show()
        settle(panel)
        return panel

    yield make
    logs.go.set()
    for one in panels:
        settle(one)
        one.close()
        one.deleteLater()


def settle(panel):
    """Until the work is through and its result has come over; one that a slow machine began anew too."""
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        task = panel.loader.task
        if task is not None and task.thread is not None:
            task.thread.join(PATIENCE_S)
        QApplication.processEvents()
        # one that waits for the end of the one before has no thread yet, and some have no share to tell
        is_begun = task is None or task.thread is not None
        if is_begun and panel.loader.task is task and panel.loader.share is None:
            return


def place_of(panel, title):
    return next(place for place, one in enumerate(panel.flights.columns) if one.title == title)


def texts(panel, title, model=None):
    model = model or panel.flights
    column = next(place for place, one in enumerate(model.columns) if one.title == title)
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_each_flight_is_a_row_with_the_newest_first(made, logs):
    logs.flights = (BARE, flight(1), flight(2, is_ended=False, battery_used_mah=None, battery_used_fraction=0.49))
    panel = made()
    assert texts(panel, "Vehicle") == ["copter 2", "copter 1", "bare"]
    began = time.strftime("%Y-%m-%d %H:%M", time.localtime(1.7e9 + 2 * HOUR_S))
    assert texts(panel, "Armed at")[0] == began
    assert texts(panel, "Armed") == ["≥ 1:42", "1:41", "0:05"]
    assert texts(panel, "In the air") == ["1:32", "1:31", DASH]
    assert texts(panel, "Distance") == ["2\N{THIN SPACE}000 m", "1\N{THIN SPACE}000 m", DASH]
    assert texts(panel, "Battery") == ["49 %", "655 mAh", DASH]
    assert texts(panel, "Modes")[1] == "GUIDED, RTL"
    for title in ("Armed at", "In the air", "Distance", "Height", "Speed", "Battery", "Operator", "Modes"):
        assert texts(panel, title)[2] == DASH, title
    assert set(logs.threads) == {"logbook-reader"}


def test_numbers_stand_right_and_so_do_their_titles(made):
    panel = made()
    for place, column in enumerate(panel.flights.columns):
        wanted = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
        role = Qt.ItemDataRole.TextAlignmentRole
        assert panel.flights.index(0, place).data(role) & wanted
        assert panel.flights.headerData(place, Qt.Orientation.Horizontal, role) & wanted


@pytest.mark.parametrize("order", [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])
@pytest.mark.parametrize("title", ["Armed at", "In the air", "Distance", "Height", "Speed", "Battery", "Operator"])
def test_what_is_unknown_comes_last_in_either_order(made, logs, title, order):
    logs.flights = (BARE, flight(10), flight(2))
    panel = made()
    panel.table.sortByColumn(place_of(panel, title), order)
    assert texts(panel, "Vehicle")[-1] == "bare"


def test_rows_are_sorted_by_value_and_not_by_letters(made, logs):
    logs.flights = (flight(2), flight(10), flight(1))
    panel = made()
    for title in ("Vehicle", "Distance", "Log"):
        panel.table.sortByColumn(place_of(panel, title), Qt.SortOrder.AscendingOrder)
        assert texts(panel, "Vehicle") == ["copter 1", "copter 2", "copter 10"], title


def test_a_click_on_a_title_sorts(made):
    panel = made()
    header = panel.table.horizontalHeader()
    place = place_of(panel, "Distance")
    at = header.sectionViewportPosition(place) + 20
    point = header.viewport().rect().topLeft()
    point.setX(at)
    point.setY(10)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert header.sortIndicatorSection() == place
    assert texts(panel, "Distance") == sorted(texts(panel, "Distance"), reverse=False)


def test_all_words_of_the_filter_must_occur(made, logs):
    logs.flights = (
        flight(1, vehicle_name="Heron"),
        flight(2, operator="mehmet"),
        flight(3, modes=(ModeSpan("AUTO", 0.0, 1.0),)),
    )
    panel = made()
    assert panel.status.text() == "3 flights in 3 logs"
    panel.bar.filter_box.setText("HERON ayse")
    assert texts(panel, "Vehicle") == ["Heron"]
    assert panel.status.text() == "1 of 3 flights in 3 logs"
    assert panel.air.text() == "1:31 in the air"
    panel.bar.filter_box.setText("auto")
    assert texts(panel, "Vehicle") == ["copter 3"]
    panel.bar.filter_box.setText("nobody")
    assert panel.empty.text() == "No flight passes the filter."
    assert panel.stack.currentWidget() is panel.empty
    assert not panel.bar.csv_button.isEnabled()


def test_hours_are_those_of_the_flights_that_are_shown(made):
    panel = made()
    panel.tabs.setCurrentIndex(HOURS)
    assert texts(panel, "Vehicle", panel.hours) == ["copter 1", "copter 2", "copter 3"]
    assert texts(panel, "In the air", panel.hours) == ["1:31", "1:32", "1:33"]
    assert texts(panel, "Battery", panel.hours) == [DASH] * 3
    panel.bar.filter_box.setText("copter 2")
    assert texts(panel, "Vehicle", panel.hours) == ["copter 2"]


def test_a_flight_in_two_logs_counts_once_and_has_a_sign(made, logs):
    logs.flights = (flight(1), flight(2, duplicate_of="/rec/1.tlog"))
    panel = made()
    assert panel.status.text() == "1 flight in 3 logs"
    assert panel.air.text() == "1:31 in the air"
    first = panel.flights.index(0, 0)
    assert first.data(Qt.ItemDataRole.DecorationRole) is not None
    assert first.data(Qt.ItemDataRole.ToolTipRole) == "The same flight is in /rec/1.tlog, and counts there"
    assert panel.flights.index(1, 0).data(Qt.ItemDataRole.DecorationRole) is None


def test_logs_that_can_not_be_read_are_told_with_the_reason(made, logs):
    panel = made()
    assert not panel.tabs.isTabVisible(UNREAD)
    logs.unread = (UnreadLog(path="/rec/x.bin", reason="/rec/x.bin is empty; choose another file"),)
    panel.read()
    settle(panel)
    assert panel.status.text() == "3 flights in 3 logs, 1 could not be read"
    assert panel.status.toolTip() == "/rec/x.bin is empty; choose another file"
    assert panel.tabs.isTabVisible(UNREAD)
    panel.tabs.setCurrentIndex(UNREAD)
    assert panel.stack.currentWidget() is panel.unread_table
    assert [panel.unread.index(0, column).data() for column in range(2)] == ["x.bin", "is empty; choose another file"]


def test_a_reading_can_be_cancelled_and_what_was_known_stays(made, logs):
    panel = made()
    logs.go.clear()
    logs.begun.clear()
    panel.bar.refresh_button.click()
    assert logs.begun.wait(PATIENCE_S)
    assert panel.bar.cancel_button.isVisible()
    assert not panel.bar.refresh_button.isVisible()
    assert panel.progress.share is not None
    panel.bar.cancel_button.click()
    settle(panel)
    assert (panel.notice.text(), panel.bar.refresh_button.isVisible()) == ("Stopped", True)
    assert panel.progress.share is None
    assert panel.flights.rowCount() == 3


def test_the_window_goes_on_while_logs_are_read(made, logs, station):
    logs.go.clear()
    panel = LogbookPanel(logs.access(), station.feed)
    panel.show()
    assert logs.begun.wait(PATIENCE_S)
    QApplication.processEvents()
    panel.bar.filter_box.setText("copter 2")
    assert panel.empty.text() == "Reading logs…"
    # nothing of this waited for the reading, which goes on until it is let
    assert panel.loader.task.thread.is_alive()
    assert not logs.go.is_set()
    logs.go.set()
    settle(panel)
    assert texts(panel, "Vehicle") == ["copter 2"]
    panel.close()
    panel.deleteLater()


def test_another_folder_gives_up_the_reading_of_the_first(made, logs):
    panel = made()
    logs.go.clear()
    logs.begun.clear()
    panel.read()
    assert logs.begun.wait(PATIENCE_S)
    first = panel.loader.task.thread
    panel.set_folder(Path("/other"))
    first.join(PATIENCE_S)
    logs.go.set()
    settle(panel)
    assert logs.folders[-1] == Path("/other")
    assert panel.notice.text() == ""
    assert panel.found.folder == "/other"
    assert panel.bar.folder_button.text() == "other"
    assert panel.bar.folder_button.toolTip() == "Logs in /other"


def test_a_folder_that_is_gone_is_told(made, logs):
    logs.error = "/rec is not there; name a folder with logs in it"
    panel = made()
    assert panel.empty.text() == "/rec is not there; name a folder with logs in it."
    assert panel.stack.currentWidget() is panel.empty


def test_a_fault_in_reading_is_told_and_the_panel_goes_on(made, logs, caplog):
    logs.flights = None
    panel = made(read=lambda folder, told: 1 // 0)
    assert "ZeroDivisionError" in panel.empty.text()
    assert panel.bar.refresh_button.isVisible()


def test_without_flights_it_says_when_there_will_be_some(made, logs):
    logs.flights, logs.logs = (), 0
    panel = made()
    assert panel.empty.text().startswith("No flights yet: they appear here when a vehicle was armed and disarmed")
    assert panel.status.text() == "0 flights in 0 logs"


def test_names_from_outside_are_plain_text(made, logs):
    logs.flights = (entry(f"/rec/{EVIL}", vehicle_name=EVIL, operator=EVIL, modes=(ModeSpan(EVIL, 0.0, 1.0),)),)
    logs.unread = (UnreadLog(path=f"/{EVIL}", reason=f"{EVIL} is bad"),)
    panel = made()
    assert texts(panel, "Vehicle") == [EVIL]
    for model in (panel.flights, panel.unread):
        for place in range(model.columnCount()):
            assert "<b>" not in (model.index(0, place).data(Qt.ItemDataRole.ToolTipRole) or "")
    assert "<b>" not in panel.status.toolTip()
    panel.loader.refused.emit(EVIL)
    assert panel.notice.text() == f"{EVIL}."
    assert {one.textFormat() for one in panel.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_the_flights_that_are_shown_are_saved_in_the_order_of_the_book(made, logs):
    panel = made()
    panel.save_to("/out/all.csv")
    settle(panel)
    panel.bar.filter_box.setText("copter 2")
    panel.save_to("/out/two.csv")
    settle(panel)
    assert logs.done == [("csv", [1, 2, 3], Path("/out/all.csv")), ("csv", [2], Path("/out/two.csv"))]
    assert panel.notice.text() == "Saved /out/two.csv"
    logs.error = "/out can't be written (No space left on device); choose another place"
    panel.save_to("/out/two.csv")
    settle(panel)
    assert panel.notice.text() == "/out can't be written (No space left on device); choose another place."
    assert set(logs.threads) == {"logbook-reader"}


def test_the_report_of_one_flight_is_written_and_shown(made, logs, monkeypatch):
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()) or True)
    panel = made()
    assert not panel.bar.report_button.isEnabled()
    panel.table.selectRow(1)
    assert panel.bar.report_button.isEnabled()
    panel.bar.report_button.click()
    assert panel.dialog.isVisible()
    assert panel.dialog.selectedFiles()[0].endswith("2-copter-2.html")
    panel.dialog.close()
    panel.report_to(panel.selected(), "/out/r.html")
    settle(panel)
    assert logs.done == [("report", 2, Path("/out/r.html"))]
    assert shown == ["/out/r.html"]
    panel.table.selectAll()
    assert not panel.bar.report_button.isEnabled()


def test_a_flight_is_opened_where_it_began(made, logs):
    panel = made()
    opened = []
    panel.log_wanted.connect(lambda path, at_s: opened.append((path, at_s)))
    assert not panel.bar.open_button.isEnabled()
    panel.table.activated.emit(panel.flights.index(0, 0))
    assert opened == []
    panel.table.selectRow(1)
    flight = panel.selected()
    panel.table.activated.emit(panel.flights.index(1, 1))
    panel.bar.open_button.click()
    panel.open_action.trigger()
    assert opened == [(flight.session or flight.flight.path, flight.flight.begin_s)] * 3


def test_a_flight_is_flown_again_from_its_row(made):
    panel = made()
    asked = []
    panel.refly_wanted.connect(lambda *told: asked.append(told))
    assert not panel.bar.refly_button.isEnabled()
    panel.table.selectRow(1)
    one = panel.selected()
    panel.bar.refly_button.click()
    panel.refly_action.trigger()
    (first, second) = asked
    assert first == second
    paths, vehicle, number, about = first
    assert [str(path) for path in paths] == [one.session or one.flight.path]
    assert (vehicle, number) == (one.flight.vehicle, one.number)
    assert one.flight.vehicle_name in about


def test_where_no_report_can_be_made_the_button_is_off(made):
    panel = made(report=None)
    panel.table.selectRow(0)
    assert not panel.bar.report_button.isEnabled()
    assert not panel.report_action.isEnabled()


def test_the_session_of_a_flight_is_pinned_and_let_go(made, logs):
    session = {"session": "/rec/2026-05-31_08-15-00"}
    logs.flights = (flight(1), flight(2, **session), flight(3, **session))
    panel = made()
    panel.table.selectRow(2)
    assert not panel.pin_action.isEnabled()
    panel.table.selectRow(0)
    assert panel.pin_action.text() == "Keep its session for ever"
    panel.pin_action.trigger()
    settle(panel)
    assert logs.done == [("pin", "/rec/2026-05-31_08-15-00", True)]
    tips = [panel.flights.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert tips == ["Its session is kept for ever"] * 2 + [""]
    assert panel.selected().number == 3
    assert panel.pin_action.text() == "Unpin its session"
    panel.pin_action.trigger()
    settle(panel)
    assert logs.done[-1] == ("pin", "/rec/2026-05-31_08-15-00", False)


def test_what_is_selected_stays_so_when_rows_move(made):
    panel = made()
    panel.table.selectRow(2)
    assert panel.selected().number == 1
    panel.table.sortByColumn(place_of(panel, "Vehicle"), Qt.SortOrder.AscendingOrder)
    assert panel.selected().number == 1
    panel.read()
    settle(panel)
    assert panel.selected().number == 1


def test_narrow_panels_keep_what_matters_most(made, logs):
    panel = made(size=(1500, 400))
    count = panel.flights.columnCount()
    assert not any(panel.table.isColumnHidden(place) for place in range(count))
    panel.resize(480, 300)
    QApplication.processEvents()
    shown = [one.title for place, one in enumerate(panel.flights.columns) if not panel.table.isColumnHidden(place)]
    assert shown == ["", "Armed at", "Vehicle", "In the air", "Distance"]
    assert "Modes: GUIDED, RTL" in panel.flights.index(0, 2).data(Qt.ItemDataRole.ToolTipRole)
    logs.flights = tuple(flight(number, distance_m=None) for number in (1, 2, 3))
    panel.read()
    settle(panel)
    assert panel.table.isColumnHidden(place_of(panel, "Distance"))


def test_nothing_is_read_while_hidden(station, logs, app):
    panel = LogbookPanel(logs.access(), station.feed)
    panel.set_folder(Path("/other"))
    assert logs.folders == []
    panel.show()
    settle(panel)
    panel.hide()
    panel.show()
    settle(panel)
    assert logs.folders == [Path("/other")]
    panel.hide()
    assert not panel._timer.isActive()
    station.pass_time(59.9)
    panel.show()
    settle(panel)
    assert len(logs.folders) == 1
    panel.hide()
    station.pass_time(0.2)
    panel.show()
    settle(panel)
    assert len(logs.folders) == 2
    panel.close()
    panel.deleteLater()


def test_the_end_of_a_flight_is_noticed(station, app):
    watch, ended = DisarmWatch(station.feed), []
    watch.ended.connect(lambda: ended.append(1))
    flying, resting = PretendVehicle(1), PretendVehicle(2, is_flying=False)
    station.hear(flying, resting)
    watch.start()
    flying.is_flying = False
    station.hear(flying, resting)
    assert watch.timer.isActive()
    watch.timer.timeout.emit()
    assert ended == [1]
    watch.stop()
    assert not watch.timer.isActive()


def test_a_flight_that_ended_is_looked_for(made, logs):
    panel = made()
    panel.watch.ended.emit()
    settle(panel)
    assert len(logs.folders) == 2


def test_lengths_of_time_read_like_a_clock():
    assert [length_text(one) for one in (None, 0.0, 7.4, 754.0, 3723.0)] == [DASH, "0:00", "0:07", "12:34", "1:02:03"]


@pytest.fixture
def window(station, settings, logs):
    made = MainWindow(station.feed, settings, logbook=logs.access())
    made.show()
    yield made
    settle(made.panel(LogbookPanel))
    made.close()
    made.deleteLater()


def test_alt_9_brings_the_logbook_and_its_filter(window, logs, app):
    assert logs.folders == []
    assert not window.panel(LogbookPanel).isVisible()
    key = next(one for one in window.actions() if one.shortcut().toString() == "Alt+9")
    key.trigger()
    app.processEvents()
    assert window.panel(LogbookPanel).isVisible()
    settle(window.panel(LogbookPanel))
    assert logs.folders == [Path("/rec")]
    assert window.focusWidget() is window.panel(LogbookPanel).bar.filter_box


@pytest.mark.long
def test_the_folder_is_remembered(window, station, settings, logs):
    window.panel(LogbookPanel).set_folder(Path("/other"))
    window.save()
    again = MainWindow(station.feed, settings, logbook=logs.access())
    assert again.panel(LogbookPanel).folder == Path("/other")
    again.panel(LogbookPanel).bar.own_action.trigger()
    again.save()
    last = MainWindow(station.feed, settings, logbook=logs.access())
    assert last.panel(LogbookPanel).folder is None
    for one in (again, last):
        one.close()
        one.deleteLater()


def test_a_layout_from_before_the_logbook_still_has_a_place_for_it(station, settings, logs, app):
    before = MainWindow(station.feed, settings)
    before.show()
    before.dock("links").toggleView(False)
    before.save()
    before.close()
    before.deleteLater()
    window = MainWindow(station.feed, settings, logbook=logs.access())
    window.show()
    assert window.dock("links").isClosed()
    assert not window.dock("map").isClosed()
    window.workspace.focus("logbook")
    app.processEvents()
    assert window.panel(LogbookPanel).isVisible()
    assert not window.dock("logbook").isFloating()
    assert window.dock("logbook").dockAreaWidget() is window.dock("map").dockAreaWidget()
    settle(window.panel(LogbookPanel))
    window.close()
    window.deleteLater()


def test_every_key_reaches_flights_hours_and_buttons(made):
    panel = made()
    for widget in (panel.tabs, panel.table, panel.bar.refresh_button, panel.bar.folder_button, panel.bar.csv_button):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    panel.tabs.setFocus()
    QTest.keyClick(panel.tabs, Qt.Key.Key_Right)
    assert panel.tabs.currentIndex() == HOURS
    QTest.keyClick(panel.tabs, Qt.Key.Key_Left)
    assert panel.tabs.currentIndex() == FLIGHTS


def test_a_log_whose_name_is_no_text_is_shown(made, logs):
    odd = b"/rec/\xff\xfe.tlog".decode("utf-8", "surrogateescape")
    logs.flights = (entry(odd, duplicate_of=odd),)
    logs.unread = (UnreadLog(path=odd, reason=f"{odd} is empty; choose another file"),)
    panel = made()
    assert texts(panel, "Log") == ["\ufffd\ufffd.tlog"]
    assert texts(panel, "Log", panel.unread) == ["\ufffd\ufffd.tlog"]
    panel.table.selectRow(0)
    for row in range(panel.flights.columnCount()):
        panel.flights.index(0, row).data(Qt.ItemDataRole.ToolTipRole)
