# SPDX-License-Identifier: Apache-2.0
"""Puts the window on its connection. GUI thread; the only module of this room that makes widgets."""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QSettings, QTimer

from groundstation.app.alarm_port import WindowAlarms
from groundstation.app.device_bus import DeviceBus
from groundstation.app.group_work import group_access
from groundstation.app.journal_export import export
from groundstation.app.large_work import large_access
from groundstation.app.layout_work import layout_access
from groundstation.app.logbook_reader import logbook_access
from groundstation.app.meanings_work import meanings_of
from groundstation.app.operators_port import WindowOperators
from groundstation.app.ordering import operator_name
from groundstation.app.page_work import write_page
from groundstation.app.param_work import param_access
from groundstation.app.past_reader import past_access
from groundstation.app.plan_work import plan_access
from groundstation.app.players import player_access
from groundstation.app.plot_work import plot_access
from groundstation.app.procedure_files import procedure_access
from groundstation.app.recent_logs import recent_logs
from groundstation.app.refly_port import refly_access
from groundstation.app.settings_file import own_recordings
from groundstation.app.simulator_port import WindowSimulator
from groundstation.app.window_loop import WindowLoop
from groundstation.app.wiring import StationBus, broker_from_text, client_id, forgetting
from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.drawings.drawing import DrawingBoard
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link_table import LinkRequest
from groundstation.recording import journal as journal_file
from groundstation.recording.journal import Journal, default_path
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.commander import Commander, drawn, link_wish, mark, sensors
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.closing import CloseQuestion
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.orders import Orders
from groundstation.ui.past_loader import PastLoader
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.settings.settings_port import SettingsAccess
from groundstation.ui.start.start_port import BrokerWish, LinkWish, StartAccess

ROOTS = ("fleet", "sim", "replay")
TALK_MS = 500
TELL_SENSORS_MS = 5_000
"""A recorder that starts later than the window hears of its sensors so much later at most."""


def journal_access(path: Path) -> JournalAccess:
    """The window's ways to the journal; each call opens the file for itself, on the caller's thread."""
    return JournalAccess(
        read=lambda search, limit: journal_file.read(path, search, limit),
        export=lambda target, search: export(path, search, None, target),
    )


class FirstPage(msgspec.Struct, frozen=True):
    """The start page is shown at once, and leads to other brokers."""

    broker: BrokerWish = BrokerWish(url="")
    """The one that was used last."""


class Station:
    """A window, what feeds it, and the connection behind both."""

    def __init__(
        self,
        url: BrokerUrl,
        settings: QSettings,
        filters: tuple[str, ...] = (),
        *,
        role: Role = Role.OPERATOR,
        journal: Path | None = None,
        recordings: Path | None = None,
        meanings: Path | None = None,
        first: FirstPage | None = None,
        own: SettingsAccess | None = None,
    ) -> None:
        """Build everything; nothing runs yet.

        Args:
            url: the broker.
            settings: what the window remembers.
            filters: topic filters of sensors besides those that the window remembers.
            role: what this station may do.
            journal: where commands are written down; None for this user's own file.
            recordings: where this window's recordings are; None for this user's own folder.
            meanings: file that says what topics mean; None for the one that the window remembers.
            first: what the start page knows where it is shown at once; None where it is not.
            own: the settings, which count already; None for a window without a file of them.
        """
        self.is_again = False
        """Whether the program is to begin again once this window is closed."""
        own = None if own is None else msgspec.structs.replace(own, open_again=self._open_again)
        actor = Actor(op=operator_name(), gs=client_id("gui"), role=role)
        self._actor, self._marks, self._boards = actor, 0, 0
        self.next_broker: BrokerWish | None = None
        """Where the operator wants to go on once this window is closed; None for the end."""
        # before the first widget: Qt allows none without an application
        self.application = make_application(sys.argv[:1])
        self.inbox = Inbox()
        self.bus = StationBus(url, ROOTS, self.inbox, actor=actor, asks_events=True, hears_devices=False)
        self.devices = DeviceBus(url, self.inbox)
        self.feed = FleetFeed(self.inbox, lambda: self.bus.worker.status)
        self.journal = Journal(journal or default_path(), actor.gs)
        self.orders = Orders(Commander(actor, self.bus.worker, self.journal), self.feed.fleet)
        # commands see what came before the panels do: a refusal is shown with the state that caused it
        self.feed.on_updates = self.orders.tick
        self.simulator = WindowSimulator(url.secret_text())
        self.alarms = WindowAlarms(actor, self.bus.worker.publish)
        self.operators = WindowOperators(
            actor, self.feed.fleet, self.orders.book, self.bus.worker.publish, settings, url.shown
        )
        self.window = MainWindow(
            self.feed,
            settings,
            self.orders,
            journal_access(journal or default_path()),
            logbook_access(recordings),
            players=player_access(self._set_bookmark, journal),
            plans=plan_access(),
            parameters=param_access(),
            refly=refly_access(),
            simulator=self.simulator.access() if role is Role.OPERATOR else None,
            publish=self.bus.worker.publish if role is Role.OPERATOR else None,
            alarms=self.alarms.access(),
            operators=self.operators.access(),
            large=large_access(),
            read_meanings=meanings_of,
            procedures=procedure_access(),
            layouts=layout_access(),
            groups=group_access(),
            write_page=write_page,
            plot_files=plot_access(),
            start=self._start_access(recordings, first) if role is Role.OPERATOR else None,
            own=own,
        )
        self.window.selection.changed.connect(self._on_selected)
        self.feed.followed.changed.connect(self.bus.follow)
        drawings = self.window.panel(MapPanel).drawings
        if drawings is not None:
            drawings.join(actor, self._say_drawings)
        self.past = PastLoader(self.feed, past_access(url.shown, recordings), parent=self.window)
        self.sensors = self.window.panel(SensorsPanel)
        if meanings is not None:
            self.sensors.meanings.open(meanings)
        for one in filters:
            # before its signals are joined: all of them are subscribed to at once, below
            self.sensors.subscribe(one)
        # a window that only looks changes nothing on the broker, where others would miss it
        if role is Role.OPERATOR:
            self.feed.vehicles_forgotten.connect(self._on_forgotten)
        self._explore()
        for one in self.sensors.filters:
            self.devices.subscribe(topics.checked_filter(one))
        self.sensors.filter_added.connect(self._on_filter_added)
        self.sensors.filter_removed.connect(self._on_filter_removed)
        self._told = 0
        self._tell_timer = QTimer(self.window, interval=TELL_SENSORS_MS)
        self._tell_timer.timeout.connect(self._tell_sensors)
        self._talk_timer = QTimer(self.window, interval=TALK_MS)
        self._talk_timer.timeout.connect(self._on_talk)
        self.feed.bus_changed.connect(self._on_bus_changed)
        self._was_connected = False

    def _start_access(self, recordings: Path | None, first: FirstPage | None) -> StartAccess:
        folder = recordings or own_recordings()
        return StartAccess(
            wish=self._wish_link,
            recent=lambda: recent_logs(folder),
            connect=self._connect_elsewhere if first is not None else None,
            broker=first.broker if first is not None else BrokerWish(url=""),
            is_first=first is not None,
        )

    def _wish_link(self, wish: LinkWish) -> str:
        request = LinkRequest(
            id=uuid.uuid4().hex,
            actor=self._actor,
            action=wish.action,
            link=wish.link,
            new=wish.new,
            is_sure=wish.is_sure,
        )
        self.bus.worker.publish([link_wish(wish.root, wish.bridge, request)])
        return request.id

    def _connect_elsewhere(self, wish: BrokerWish) -> None:
        """Close this window for one on another broker.

        Raises:
            UsageError: the URL is wrong, or armed vehicles are in this window's hands.
        """
        if broker_from_text(wish.url).password:
            # it would be remembered beside the URL, where everybody who gets at the settings reads it
            raise UsageError("leave the password out of the URL: it has a field of its own")
        self.next_broker = wish
        if not self.window.close():
            self.next_broker = None
            raise UsageError("armed vehicles are in your hands here; close the window first")

    def _open_again(self) -> None:
        # before: the end of the last window ends the loop
        self.is_again = True
        # where vehicles are in the operator's hands it asks first, and closes when the answer is yes
        if not self.window.close():
            for question in self.window.findChildren(CloseQuestion):
                question.finished.connect(self._on_answered)

    def _on_answered(self, _result: int) -> None:
        """Who stays wants no other window when this one is closed some day."""
        self.is_again = not self.window.isVisible()

    def _set_bookmark(self, at_s: float, note: str, key: VehicleKey | None) -> None:
        """Tell every station and the recording that something happened."""
        vehicle = "" if key is None else str(key)
        bookmark = Bookmark(id=uuid.uuid4().hex, at_unix_s=at_s, note=note, by=self._actor, vehicle=vehicle)
        self.bus.worker.publish([mark(bookmark, self._marks)])
        self._marks += 1

    def _say_drawings(self, board: DrawingBoard) -> None:
        """Every station and the recording hear what is drawn here."""
        self.bus.worker.publish([drawn(board, self._boards)])
        self._boards += 1

    def _on_talk(self) -> None:
        self.operators.tick(self.bus.worker.status, self.window.selection.keys, time.monotonic())
        # where both are cut the banner says it
        is_alone = self.bus.worker.status.state is BusState.CONNECTED
        self.sensors.tell_way(self.devices.problem if is_alone else "")

    def _on_selected(self) -> None:
        """What the operator has chosen is shown closely on the map too."""
        self.feed.followed.show("selection", self.window.selection.keys)

    def _on_forgotten(self, keys: frozenset[VehicleKey]) -> None:
        """What the broker keeps of them would bring them back with the next window."""
        self.bus.worker.publish([one for key in keys for one in forgetting(key)])

    def start(self) -> None:
        """Show the window and connect."""
        self.window.show()
        self.journal.start()
        self.feed.start()
        self._tell_timer.start()
        self._talk_timer.start()
        self.bus.start()
        self.devices.start()

    def run(
        self,
        stop: threading.Event,
        on_tick: Callable[[], None] | None = None,
        at_end: Callable[[], None] | None = None,
        *,
        ends_on_fault: bool = False,
    ) -> None:
        """Serve until the window is closed or `stop` is set; the connection is closed in any case.

        Args:
            stop: set by a signal handler; looked at ten times a second, which also lets Python see the signal.
            on_tick: called as often; what it raises ends the window.
            at_end: called when the window is closed, while it still can be painted.
            ends_on_fault: nobody looks at this window, so it ends with the first fault in any part of it.

        Raises:
            Exception: what `on_tick` or `at_end` raised, or with `ends_on_fault` any part of the window.
        """
        # called backwards: what looks at the window ends first, the journal last, with all that was ordered
        silence = self.alarms.sounds.close
        ends = (
            self.journal.stop,
            self.bus.stop,
            self.devices.stop,
            silence,
            self.simulator.close,
            self.past.stop,
            self.feed.stop,
        )
        loop = WindowLoop(self.application, self.window, on_tick, at_end, ends_on_fault=ends_on_fault)
        loop.run(stop, self.start, ends)

    def _explore(self) -> None:
        """Of the fleet's own tree only what was asked for is shown among the topics: it comes in any case."""
        reaching = (one for one in self.sensors.filters if one.partition("/")[0] in (*topics.ROOTS, "+", "#"))
        self.inbox.explored = tuple(reaching)

    def _on_filter_added(self, topic_filter: str) -> None:
        self._explore()
        self.devices.subscribe(topics.checked_filter(topic_filter))
        self._tell_sensors()

    def _on_filter_removed(self, topic_filter: str) -> None:
        self._explore()
        self.devices.unsubscribe(topic_filter)

    def _on_bus_changed(self, status: BusStatus) -> None:
        is_connected = status.state is BusState.CONNECTED
        if is_connected and not self._was_connected:
            self._tell_sensors()
        self._was_connected = is_connected

    def _tell_sensors(self) -> None:
        """Recorders record what this window listens to."""
        if self._was_connected or self.bus.worker.status.state is BusState.CONNECTED:
            self.bus.worker.publish([sensors(self._actor, self.sensors.filters, self._told)])
            self._told += 1
