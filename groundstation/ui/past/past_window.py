# SPDX-License-Identifier: Apache-2.0
"""What of the window is another one while the past is shown: frame, banner, panels, menus, keys. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QMessageBox

from groundstation.fleet.alignment import Anchor
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign, call_signs
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.language.speaking import speaking
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.panel_types import Asks, PanelContext
from groundstation.ui.past.banner import PastBanner, PastFrame
from groundstation.ui.past.bookmark_dialog import BookmarkDialog
from groundstation.ui.past.incident_dialog import IncidentDialog
from groundstation.ui.past.look_back import LookBack
from groundstation.ui.past.past_keys import PastKeys
from groundstation.ui.past.past_raw import PastRaw
from groundstation.ui.past.player_port import PlayerAccess
from groundstation.ui.past.recorded_values import RecordedValues
from groundstation.ui.past.timeline_panel import TimelinePanel
from groundstation.ui.refly.refly_port import Both
from groundstation.ui.selection import Selection
from groundstation.ui.top_bar.top_bar import TopBar
from groundstation.ui.workspace import Workspace

CLOSE_S = 2.0
"""How long the end of the window may wait for the player, which deletes what it had unpacked."""
LOGS = "*.mcap *.tlog *.bin *.BIN *.log *.LOG *.ulg *.ulog"


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("PastWindow", text)


class PastWindow(QObject):
    """Puts the window into the past, and back."""

    def __init__(
        self, window: QMainWindow, centre: PastFrame, feed: FleetFeed, selection: Selection, access: PlayerAccess
    ) -> None:
        """Add banner and timeline to the window; `join` is called when its panels and menus are there.

        Args:
            window: the window.
            centre: what fills it, the top bar first.
            feed: what is now.
            selection: shared by the window.
            access: ways to recordings.
        """
        super().__init__(window)
        self._window, self._centre, self._feed = window, centre, feed
        self._access, self._selection = access, selection
        self.dialog: IncidentDialog | None = None
        """The one that was opened last."""
        self.timeline = TimelinePanel(selection)
        self.banner = PastBanner()
        self.banner.hide()
        self.look = LookBack(feed, access, self.timeline, self)
        self.keys = PastKeys(window)
        centre.column.insertWidget(1, self.banner)
        centre.column.addWidget(self.timeline)
        self._title = window.windowTitle()
        self._gone: list[QMenu] = []
        self.look.entered.connect(self._on_entered)
        self.look.left.connect(self._on_left)
        self.look.opened.connect(self._on_opened)
        self.look.moment_shown.connect(self._on_moment_shown)
        self._is_to_fit = False
        """Whether the map has still to show where a log that was opened is."""
        self.look.noticed.connect(self._on_noticed)
        self.banner.live_wanted.connect(self.look.leave)
        feed.timeline.passed.connect(lambda _now_s: self._show_age())
        self.timeline.canvas.name_of = self._name_of
        speaking().changed.connect(self._speak)

    def _speak(self) -> None:
        """Another language is spoken: the title is kept here while the past is in it."""
        self._title = QCoreApplication.translate("MainWindow", "Ground station")
        self._show_title()

    def _show_title(self) -> None:
        past = f"{tr('PAST')} \N{EM DASH} " if self.look.is_past else ""
        self._window.setWindowTitle(past + self._title)

    def join(self, workspace: Workspace, context: PanelContext, top_bar: TopBar, commands: list[QMenu]) -> None:
        """Everything is there.

        Args:
            workspace: the panels.
            context: what the panels of now are made of.
            top_bar: what stays of now while the past is shown.
            commands: menus that command; they are gone meanwhile.
        """
        self._desk, self._top_bar = context.desk, top_bar
        selection = context.selection
        context.asks.log_wanted.connect(lambda path, at_s: self.look.open_files([Path(path)], at_s))
        context.asks.past_wanted.connect(lambda at_s: self.look.look_back(at_s + self.look.present_offset_s))
        context.asks.both_wanted.connect(self._show_both)
        self.timeline.bar.refly_wanted.connect(lambda: self._ask_to_refly(context.asks))
        self.timeline.bar.refly.setEnabled(context.refly is not None)
        self._workspace, self._gone = workspace, commands
        asks = Asks(self)
        asks.panel_wanted.connect(workspace.bring)
        asks.moment_wanted.connect(self.look.seek)
        self._log = MessageLog(self.look.view, parent=self)
        self.look.view.history.older = RecordedValues(self.look, is_live=False)
        self._feed.history.older = RecordedValues(self.look, is_live=True)
        self.look.view.raw = PastRaw(self.look)
        # no desk, and nothing in it that has one: what is made of this can't command
        self._context = PanelContext(
            self.look.view,
            selection,
            self._log,
            asks,
            parameters=context.parameters,
            groups=context.groups,
            plot_files=context.plot_files,
        )
        self._add_keys()
        self._window.installEventFilter(self)
        self._window.setAcceptDrops(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a log that is dropped anywhere on the window is opened."""
        if isinstance(event, QDropEvent) and event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
            if paths:
                event.acceptProposedAction()
                if event.type() is QEvent.Type.Drop:
                    self.open_files(paths)
                return True
        if event.type() is QEvent.Type.Resize and watched is self._window:
            self.timeline.canvas.fit_to_window()
        return super().eventFilter(watched, event)

    def _add_keys(self) -> None:
        look = self.look
        rows: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Space", look.playing.play_or_pause),
            ("Left", lambda: look.step(is_forward=False)),
            ("Right", lambda: look.step(is_forward=True)),
            ("Ctrl+Left", lambda: look.jump(is_forward=False)),
            ("Ctrl+Right", lambda: look.jump(is_forward=True)),
            ("Shift+Left", lambda: look.seek(look.at_s - 10.0)),
            ("Shift+Right", lambda: look.seek(look.at_s + 10.0)),
            (",", lambda: look.playing.change_rate(-1)),
            (".", lambda: look.playing.change_rate(1)),
            ("J", look.playing.reverse),
            ("Home", look.to_begin),
            ("End", look.to_end),
        )
        for keys, act in rows:
            self.keys.add(keys, act, repeats=keys.endswith(("Left", "Right", ",", ".")))
        self.keys.add("F9", look.toggle, always=True)
        self.keys.add("B", self.set_bookmark, always=True)
        bar = self.timeline.bar
        bar.bookmark_wanted.connect(self.set_bookmark)
        bar.incident_wanted.connect(self.save_incident)
        bar.bookmark.setEnabled(self._access.set_bookmark is not None)
        bar.incident.setEnabled(self._access.save_incident is not None)
        self.keys.add("Ctrl+G", self._focus_field, always=True)

    # ---- noting ----

    def set_bookmark(self) -> None:
        """Mark that something happened: now, or at the moment that is shown of what is recorded now."""
        note = self._access.set_bookmark
        if note is None or self.look.is_file:
            self._on_noticed(tr("A bookmark is for what is recorded now; this is a file that is over."))
            return
        at_s = self.look.at_s if self.look.is_past else self._feed.timeline.now_unix_s
        # what is chosen is what the operator is looking at; without a choice it is about all of them
        key = self._selection.current
        about = self._name_of(key) if key is not None else ""
        show_beside(BookmarkDialog(at_s, about, lambda text: note(at_s, text, key), self._window))

    def save_incident(self) -> None:
        """Pack the time around the moment that is shown."""
        save, source = self._access.save_incident, self.look.source
        if save is None or source is None:
            return
        self.dialog = IncidentDialog(source, self.look.at_s, save, self._window)
        show_beside(self.dialog)

    def _ask_to_refly(self, asks: Asks) -> None:
        """Fly again what is shown: the selected vehicle of it, else all."""
        paths = self.look.sources
        if not paths:
            return
        key = self._selection.current
        state = self.look.view.fleet.get(key) if key is not None else None
        vehicle = key.id if key is not None and state is not None and len(paths) == 1 else ""
        asks.refly_wanted.emit(list(paths), vehicle, None, "")

    # ---- opening ----

    def ask_for_log(self) -> None:
        """Let the operator choose logs."""
        # by name, since loggers write either; what has another name is found under all files
        filters = f"{tr('Flight logs')} ({LOGS});;{tr('All files')} (*)"
        names, _ = QFileDialog.getOpenFileNames(self._window, tr("Open logs"), "", filters)
        self.open_files([Path(one) for one in names])

    def open_files(self, paths: list[Path]) -> None:
        """Show logs; several are laid over each other."""
        if paths:
            self.look.open_files(paths)

    def _show_both(self, both: Both) -> None:
        """Show a record and what was flown again; at another moment where they are shown already."""
        look = self.look
        if look.sources != both.files:
            look.open_files(both.files, both.at_s, Anchor.TAKE_OFF)
        elif both.at_s is not None:
            look.seek(both.at_s)
        look.view.error_ways = both.ways

    def _on_moment_shown(self, at_s: float) -> None:
        del at_s
        self._show_age()
        if not self.look.view.timeline.rate:
            # one moment and no other after it: nobody waits for the turn of a panel
            self._workspace.refresh_past()
        # the map fits the log once, when a place is known, and is the operator's from then on
        places = (state.position for state in self.look.view.fleet)
        if self._is_to_fit and any(one is not None and one.lat_deg is not None for one in places):
            self._is_to_fit = False
            panel = self._workspace.shown("map")
            if isinstance(panel, MapPanel):
                panel.fit_fleet()

    def _on_opened(self) -> None:
        self._is_to_fit = self.look.is_file
        # its panels keep what they read, and would show it as of the new one
        self._workspace.drop_past()

    # ---- going and coming ----

    def _on_entered(self) -> None:
        self._centre.show_past(is_past=True)
        self.banner.show()
        for menu in self._gone:
            # with the menu its keys are gone
            menu.menuAction().setVisible(False)
            menu.setEnabled(False)
        self._mark_now(is_past=True)
        self._show_title()
        self._workspace.show_past(self._context)
        self.keys.switch(is_on=True)
        # else a key for the player would end in the panel that had the keyboard, which is hidden now
        self.timeline.canvas.setFocus()
        self._show_age()

    def _on_left(self) -> None:
        self._centre.show_past(is_past=False)
        self.banner.hide()
        for menu in self._gone:
            menu.menuAction().setVisible(True)
            menu.setEnabled(True)
        self._mark_now(is_past=False)
        self._show_title()
        self.keys.switch(is_on=False)
        self._workspace.show_now()

    def _mark_now(self, *, is_past: bool) -> None:
        """The top bar is of now: it says so, and the keys in it reach those alone who are heard."""
        if self._desk is not None:
            self._desk.is_past_shown = is_past
        self._top_bar.show_past(is_past=is_past)

    def _show_age(self) -> None:
        look = self.look
        if not look.is_past:
            return
        has_date = look.age_s is not None
        name = look.told.name if look.is_file and look.told is not None else ""
        self.banner.show_moment(look.view.now_s(), look.age_s, name, has_date=has_date)
        self._workspace.show_age(look.age_text)

    def _name_of(self, key: VehicleKey) -> str:
        # a vehicle may have a lane before the moment at which it was first heard
        state = self.look.view.fleet.get(key) or self._feed.fleet.get(key)
        if state is not None:
            call_signs().tell(key, state.name, is_live=False)
        return call_sign(key)

    def _focus_field(self) -> None:
        self.timeline.bar.field.setFocus()
        self.timeline.bar.field.selectAll()

    def _on_noticed(self, words: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, tr("Looking back"), words, parent=self._window)
        show_beside(box)

    def stop(self) -> None:
        """The window closes."""
        self.look.close(CLOSE_S)
