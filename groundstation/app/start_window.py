# SPDX-License-Identifier: Apache-2.0
"""The window of `groundstation` alone, and the one after it where the operator wants another broker. Main thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from groundstation.app.alarm_cli import alarm_child
from groundstation.app.display import WINDOW_OPEN
from groundstation.app.gui import FirstPage, Station
from groundstation.app.key_store import keep_password, kept_password
from groundstation.app.processes import Supervisor
from groundstation.app.record_cli import recorder_child
from groundstation.app.settings_file import own_recordings
from groundstation.app.settings_work import begin_again, settings_access
from groundstation.app.start import Say, bridge_child, find_or_start_broker
from groundstation.app.wiring import broker_from_text
from groundstation.transport.broker_url import BrokerUrl
from groundstation.ui.start.start_port import BrokerWish

URL, USER = "start/broker", "start/user"
"""What is remembered of the broker that was chosen last; its password is in the key store."""


def run_windows(
    links: Path,
    recordings: Path | None,
    say: Say,
    stop: threading.Event,
    on_window: Callable[[QWidget], None],
    *,
    is_loopback: bool,
    finds_serial: bool,
) -> None:
    """Serve until a window is closed that leads to no other.

    Args:
        links: where links that operators add are remembered.
        recordings: folder of the recordings; None for this user's own.
        say: takes a line for the terminal.
        stop: ends it.
        on_window: told each window once it is seen.
        is_loopback: whether vehicles of this computer alone are heard.
        finds_serial: whether autopilots on serial ports are opened.

    Raises:
        GroundStationError: no broker can be had.
    """
    settings, own = QSettings("groundstation", "groundstation"), settings_access()
    recordings = recordings or own_recordings()
    chosen: BrokerWish | None = None
    while True:
        supervisor = Supervisor()
        try:
            url = find_or_start_broker(supervisor, say, stop) if chosen is None else url_of(chosen)
            later = [
                recorder_child(url.secret_text(), recordings, say, is_left=True),
                alarm_child(url.secret_text(), say, is_left=True),
            ]
            if chosen is None:
                later.insert(0, bridge_child(url, links, say, is_loopback=is_loopback, finds_serial=finds_serial))
            last = BrokerWish(url=str(settings.value(URL, "")), user=str(settings.value(USER, "")))
            station = Station(url, settings, recordings=recordings, first=FirstPage(last), own=own)
            say(WINDOW_OPEN)
            first: list[Callable[[], None]] = [partial(on_window, station.window)]
            first += [partial(supervisor.add, child) for child in later]
            station.run(stop, partial(_do_one, first))
        finally:
            supervisor.stop()
        if station.is_again and not stop.is_set():
            begin_again()
        chosen = station.next_broker
        if chosen is None or stop.is_set():
            return
        settings.setValue(URL, chosen.url)
        settings.setValue(USER, chosen.user)


def _do_one(first: list[Callable[[], None]]) -> None:
    """Start what the window does without at first, one at each call: it is seen sooner than if all began at once."""
    if first:
        first.pop(0)()


def url_of(wish: BrokerWish) -> BrokerUrl:
    """A broker with the password that was typed, or the one that is kept.

    Args:
        wish: what was typed.
    """
    password = wish.password
    if password and wish.user:
        keep_password(wish.url, wish.user, password)
    elif wish.user:
        password = kept_password(wish.url, wish.user) or ""
    scheme, slashes, rest = wish.url.rpartition("://")
    if not wish.user:
        return broker_from_text(wish.url)
    secret = f":{quote(password, safe='')}" if password else ""
    # user and password that stand in the URL itself give way
    host = rest.rpartition("@")[2]
    return broker_from_text(f"{scheme or 'mqtt'}{slashes or '://'}{quote(wish.user, safe='')}{secret}@{host}")
