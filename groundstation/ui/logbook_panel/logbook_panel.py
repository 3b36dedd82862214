# SPDX-License-Identifier: Apache-2.0
"""The logbook: flights, hours, and logs that could not be read. GUI thread; works only while visible.

Logs are read elsewhere (`logbook_loader.py`): when the panel is first seen, when it is seen again after a while, when a
flight ended, and when the operator wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from groundstation.fleet.flight import Logbook, LoggedFlight, name_of
from groundstation.fleet.shown_text import shown_path
from groundstation.ui.command_bar.progress_line import ProgressBar
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.letters import capital
from groundstation.ui.language.shown import shown_time
from groundstation.ui.language.speaking import speaking
from groundstation.ui.logbook_panel.disarm_watch import DisarmWatch
from groundstation.ui.logbook_panel.logbook_bar import LogbookBar
from groundstation.ui.logbook_panel.logbook_columns import (
    NEWEST_FIRST,
    flight_columns,
    hours_columns,
    unread_columns,
)
from groundstation.ui.logbook_panel.logbook_dialogs import csv_dialog, folder_dialog, report_dialog
from groundstation.ui.logbook_panel.logbook_loader import LogbookLoader
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess
from groundstation.ui.logbook_panel.logbook_words import air_words, count_words, empty_words
from groundstation.ui.logbook_panel.row_model import RowModel
from groundstation.ui.logbook_panel.row_table import RowTable
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

REFRESH_MS = 100
OLD_S = 60.0
"""What was read longer ago is read again when the panel is seen again."""
FLIGHTS, HOURS, UNREAD = range(3)
MOST_REASONS = 20
"""Reasons in a tool tip; all stand in the table."""


class LogbookPanel(QWidget):
    """The panel of the `logbook` dock."""

    log_wanted = Signal(str, float)
    refly_wanted = Signal(object, str, object, str)
    """As `Asks.refly_wanted`."""
    """A flight is to be looked at: path of its log or session, and when it began, on the log's clock."""

    def __init__(self, access: LogbookAccess, feed: FleetView, parent: QWidget | None = None) -> None:
        """Build the panel; nothing is read yet.

        Args:
            access: ways to the logs.
            feed: tells when a flight ended.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setObjectName("panel")
        self._access, self._feed = access, feed
        self.folder: Path | None = None
        """Where the logs are; None for the recordings of this window."""
        self.found: Logbook | None = None
        self._problem = ""
        self._read_s: float | None = None
        self.flights = RowModel(flight_columns(), self)
        self.hours = RowModel(hours_columns(), self)
        self.unread = RowModel(unread_columns(), self)
        self.loader = LogbookLoader(access, self)
        self.watch = DisarmWatch(feed, self)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self._show_progress)
        self._build()
        self._add_actions()
        self._connect()
        self._show_folder()
        self._show_found()
        speaking().changed.connect(self._speak)

    def _speak(self) -> None:
        for model, columns in (
            (self.flights, flight_columns),
            (self.hours, hours_columns),
            (self.unread, unread_columns),
        ):
            model.speak(columns())
        self._show_rows()

    def set_folder(self, folder: Path | None) -> None:
        """Look elsewhere.

        Args:
            folder: with logs; None for the recordings of this window.
        """
        if folder != self.folder:
            # at once, not when the new folder is read: flights of the old one would stand under its name
            self.folder, self.found = folder, None
            self._show_folder()
            self._show_found()
            if self.isVisible():
                self.read()

    def read(self) -> None:
        """Read what is new in the folder."""
        self._problem = ""
        self.notice.setText("")
        self.loader.read(self.folder or self._access.folder)
        self._read_s = self._feed.now_s()
        self._timer.start()
        self._show_found()

    def stop(self) -> None:
        """Give up what is under way: the window closes."""
        self.loader.cancel()

    def selected(self) -> LoggedFlight | None:
        """The one flight that is selected."""
        found = self.table.selected()
        return found[0] if len(found) == 1 else None

    def save_to(self, path: str) -> None:
        """Write the flights that are shown to a file, in the order of the book."""
        if path and self.found is not None:
            shown = {one.address for one in self.flights.rows}
            # not as the table is sorted: a spreadsheet sorts by itself, and wants the order of time
            self.loader.save([one for one in self.found.entries if one.address in shown], Path(path))

    def report_to(self, flight: LoggedFlight, path: str) -> None:
        """Write a page about a flight, and show it."""
        if path:
            self.loader.report(flight, Path(path))
            self._timer.start()
            self._show_progress()

    # ---- building ----

    def _build(self) -> None:
        self.bar = LogbookBar()
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("What is shown"))
        for title in (self.tr("Flights"), self.tr("Hours"), self.tr("Not read")):
            self.tabs.addTab(title)
        self.progress = ProgressBar()
        self.table = RowTable(self.flights, self.tr("Flights"))
        self.table.sort_by(NEWEST_FIRST, Qt.SortOrder.DescendingOrder)
        self.hours_table = RowTable(self.hours, self.tr("Hours"))
        self.hours_table.sort_by(0, Qt.SortOrder.AscendingOrder)
        self.unread_table = RowTable(self.unread, self.tr("Not read"))
        self.empty = QLabel()
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(24, 0, 24, 0)
        self.stack = QStackedWidget()
        for widget in (self.table, self.hours_table, self.unread_table, self.empty):
            self.stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for above in (self.bar, self.tabs, self.progress):
            layout.addWidget(above)
        layout.addWidget(self.stack, 1)
        layout.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 6)
        foot.setSpacing(16)
        self.status, self.notice, self.air = ElidingLabel(), ElidingLabel(), QLabel()
        self.air.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.status, self.notice, self.air):
            label.setProperty("role", "small")
        foot.addWidget(self.status)
        foot.addWidget(self.notice, 1)
        foot.addWidget(self.air)
        return foot

    def _add_actions(self) -> None:
        self.open_action = self._action("open", self.tr("Open: look at it as it was"), self._on_open_wanted)
        self.refly_action = self._action("refly", self.tr("Fly again…"), self._on_refly_wanted)
        self.report_action = self._action("report", self.tr("Flight report…"), self._on_report_wanted)
        self.pin_action = self._action("pin", "", self._on_pin_wanted)
        self.show_action = self._action("folder", self.tr("Show folder"), self._on_folder_of_flight_wanted)
        if self._access.report is None:
            self.bar.report_button.setToolTip(self.tr("Reports can't be made here"))
        self._show_choice()

    def _action(self, icon_name: str, text: str, slot: Callable[[], object]) -> QAction:
        action = QAction(icon(icon_name), text, self.table)
        action.triggered.connect(lambda _checked=False: slot())
        self.table.insertAction(self.table.copy_action, action)
        return action

    def _connect(self) -> None:
        bar, loader = self.bar, self.loader
        bar.filter_box.textChanged.connect(self._on_filter_changed)
        bar.own_action.triggered.connect(self._on_own_folder_wanted)
        bar.choose_action.triggered.connect(self._on_folder_wanted)
        bar.show_action.triggered.connect(lambda: self._open(self.folder or self._access.folder))
        bar.refresh_button.clicked.connect(self.read)
        bar.cancel_button.clicked.connect(loader.cancel)
        bar.csv_button.clicked.connect(self._on_csv_wanted)
        bar.report_button.clicked.connect(self._on_report_wanted)
        bar.refly_button.clicked.connect(self._on_refly_wanted)
        self.tabs.currentChanged.connect(self._show_page)
        self.table.activated.connect(self._on_open_wanted)
        bar.open_button.clicked.connect(self._on_open_wanted)
        self.table.selectionModel().selectionChanged.connect(self._show_choice)
        self.flights.modelAboutToBeReset.connect(self._keep_selection)
        self.flights.modelReset.connect(self._select_again)
        loader.loaded.connect(self._on_loaded)
        loader.stopped.connect(lambda: self._on_ended(self.tr("Stopped")))
        loader.failed.connect(self._on_failed)
        loader.refused.connect(lambda why: self._on_ended(_sentence(why)))
        loader.saved.connect(lambda path: self._on_ended(self.tr("Saved {path}").format(path=path)))
        loader.reported.connect(self._on_reported)
        loader.pinned.connect(self._on_pinned)
        self.watch.ended.connect(self._on_flight_ended)
        self._kept: set[tuple[str, str, float]] = set()

    # ---- showing ----

    def _show_folder(self) -> None:
        self.bar.show_folder(self.folder or self._access.folder, is_own=self.folder is None)

    def _show_found(self) -> None:
        """Everything that depends on what was read."""
        found = self.found
        self.flights.set_rows(found.entries if found is not None else ())
        self.unread.set_rows(found.unread if found is not None else ())
        count = len(found.unread) if found is not None else 0
        self.tabs.setTabText(UNREAD, self.tr("Not read ({count})").format(count=count))
        # a tab that says that nothing is wrong is one too many
        self.tabs.setTabVisible(UNREAD, count > 0)
        reasons = [shown_path(one.reason) for one in found.unread[:MOST_REASONS]] if found is not None else []
        self.status.setToolTip(plain_tip("\n".join([*reasons, "…"] if count > MOST_REASONS else reasons)))
        self._show_progress()
        self._show_rows()

    def _show_rows(self) -> None:
        """Everything that depends on the filter."""
        counting = [one for one in self.flights.rows if one.duplicate_of is None]
        self.status.setText(count_words(self.found, self.flights.rows) if self.found is not None else "")
        self.air.setText(air_words(counting))
        self.bar.csv_button.setEnabled(bool(self.flights.rows))
        self._show_page()

    def _show_page(self) -> None:
        page = self.tabs.currentIndex()
        if page == HOURS:
            self.hours.set_rows(self._access.totals(self.flights.rows))
        is_empty = page != UNREAD and not self.flights.rows
        is_reading = self.loader.share is not None
        words = self._problem or empty_words(self.found, self.folder, is_reading=is_reading)
        self.empty.setText(words if is_empty else "")
        self.stack.setCurrentIndex(self.stack.indexOf(self.empty) if is_empty else page)

    def _show_progress(self) -> None:
        share = self.loader.share
        self.progress.show_share(share, Ink.ACCENT)
        self.bar.show_working(is_working=share is not None)
        self._show_choice()
        if share is None:
            self._timer.stop()

    def _show_choice(self) -> None:
        """What can be done with the flight that is selected."""
        flight = self.selected()
        can_report = flight is not None and self._access.report is not None and self.loader.share is None
        self.bar.report_button.setEnabled(can_report)
        for one in (self.bar.open_button, self.bar.refly_button):
            one.setEnabled(flight is not None)
        self.refly_action.setEnabled(flight is not None)
        self.open_action.setEnabled(flight is not None)
        self.report_action.setEnabled(can_report)
        is_pinned = flight is not None and flight.is_pinned
        self.pin_action.setText(self.tr("Unpin its session") if is_pinned else self.tr("Keep its session for ever"))
        self.pin_action.setIcon(icon("unpin" if is_pinned else "pin"))
        self.pin_action.setEnabled(flight is not None and flight.session is not None)
        self.show_action.setEnabled(flight is not None)
        self.table.copy_action.setEnabled(bool(self.table.selectionModel().hasSelection()))

    def _keep_selection(self) -> None:
        # a filter may hide what is selected: it is selected again when it comes back
        self._kept = {one.address for one in self.table.selected()} or self._kept

    def _select_again(self) -> None:
        """What was selected still is, wherever it stands now."""
        chosen = self.table.selectionModel()
        for place, one in enumerate(self.flights.rows if self._kept else ()):
            if one.address in self._kept:
                index = self.flights.index(place, NEWEST_FIRST)
                flags = chosen.SelectionFlag.Select | chosen.SelectionFlag.Rows
                chosen.setCurrentIndex(index, chosen.SelectionFlag.NoUpdate)
                chosen.select(index, flags)
        self._show_choice()

    # ---- what happened ----

    def _on_filter_changed(self, text: str) -> None:
        self.flights.set_filter(text)
        self._show_rows()

    def _on_loaded(self, found: Logbook) -> None:
        self.found, self._problem = found, ""
        self._read_s = self._feed.now_s()
        self._show_found()

    def _on_failed(self, why: str) -> None:
        self.found, self._problem = None, _sentence(why)
        self._show_found()

    def _on_ended(self, words: str) -> None:
        self.notice.setText(words)
        self.notice.setToolTip(plain_tip(words))
        self._show_progress()
        self._show_page()

    def _on_reported(self, path: str) -> None:
        self._on_ended(self.tr("Saved {path}").format(path=path))
        self._open(Path(path))

    def _on_pinned(self, session: str, is_pinned: bool) -> None:
        if self.found is not None:
            entries = tuple(
                msgspec.structs.replace(one, is_pinned=is_pinned) if one.session == session else one
                for one in self.found.entries
            )
            self.found = msgspec.structs.replace(self.found, entries=entries)
            self._show_found()

    def _on_flight_ended(self) -> None:
        if self.loader.share is None:
            self.read()
        else:
            # its log is perhaps not among those that are being read: read again when the panel is next seen
            self._read_s = None

    # ---- what the operator wants ----

    def _on_open_wanted(self) -> None:
        flight = self.selected()
        if flight is not None:
            path = flight.flight.path if flight.session is None else flight.session
            self.log_wanted.emit(path, flight.flight.begin_s)

    def _on_refly_wanted(self) -> None:
        flight = self.selected()
        if flight is None:
            return
        path = Path(flight.flight.path if flight.session is None else flight.session)
        begun = shown_time(flight.flight.begin_s, "%Y-%m-%d %H:%M:%S") if flight.flight.begin_unix_s is not None else ""
        about = f"{name_of(flight.flight)}  {begun}".strip()
        self.refly_wanted.emit([path], flight.flight.vehicle, flight.number, about)

    def _on_report_wanted(self) -> None:
        flight = self.selected()
        # a double click comes by here as well, also while a report is being written
        if flight is not None and self.report_action.isEnabled():
            self.dialog = report_dialog(self.window(), flight, lambda path: self.report_to(flight, path))

    def _on_csv_wanted(self) -> None:
        self.dialog = csv_dialog(self.window(), self._feed.timeline.now_unix_s, self.save_to)

    def _on_folder_wanted(self) -> None:
        where = self.folder or self._access.folder
        self.dialog = folder_dialog(self.window(), where, lambda path: self.set_folder(Path(path)))

    def _on_own_folder_wanted(self) -> None:
        self.set_folder(None)
        self._show_folder()

    def _on_pin_wanted(self) -> None:
        flight = self.selected()
        if flight is not None and flight.session is not None:
            self.loader.pin(flight.session, is_pinned=not flight.is_pinned)

    def _on_folder_of_flight_wanted(self) -> None:
        flight = self.selected()
        if flight is not None:
            self._open(Path(flight.flight.path).parent)

    def _open(self, path: Path) -> None:
        """Show a file or folder in the program that this computer has for it."""
        # a computer without a desktop has no program for it: where it is, is told then
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(shown_path(str(path)))):
            self.notice.setText(self.tr("It is in {path}").format(path=path))

    # ---- Qt ----

    def sizeHint(self) -> QSize:
        """Qt: room for the columns that matter most."""
        return QSize(560, 260)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        super().showEvent(event)
        self.watch.start()
        # logs of other programs come into the folder, which nobody tells
        is_old = self._read_s is None or self._feed.now_s() - self._read_s > OLD_S
        if is_old and self.loader.share is None:
            self.read()
        elif self.loader.share is not None:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working; a reading goes on to its end."""
        self.watch.stop()
        self._timer.stop()
        super().hideEvent(event)


def _sentence(text: str) -> str:
    return f"{capital(text)}."
