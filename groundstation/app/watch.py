# SPDX-License-Identifier: Apache-2.0
"""`groundstation watch`: the fleet in a terminal, as a live table or as JSON lines. Main thread."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from groundstation.app.wiring import StationBus
from groundstation.fleet.conditions import Level, conditions, heartbeat_age_s
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.kinds import KINDS, Freshness
from groundstation.fleet.roster import Fleet
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox

ROOTS = ("fleet", "sim", "replay")
PIPED_WIDTH = 130
"""Columns of a table that goes to a file or a pipe, which has no width of its own."""
TABLE_PERIOD_S = 0.25
UNKNOWN = "—"
_STYLES = {Level.WARNING: "bold red", Level.CAUTION: "yellow", Level.ADVISORY: "cyan", Level.NORMAL: ""}


def table_console() -> Console:
    """Where tables go: the terminal as wide as it is, a pipe as wide as the table needs."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPED_WIDTH)


def watch_table(url: BrokerUrl, stop: threading.Event, duration_s: float | None) -> None:
    """Show a live table until stopped."""
    inbox, fleet = Inbox(), Fleet()
    bus = StationBus(url, ROOTS, inbox, role="watch")
    bus.start()
    give_up_s = None if duration_s is None else time.monotonic() + duration_s
    try:
        with Live(console=table_console(), refresh_per_second=4, transient=False) as live:
            while not stop.wait(TABLE_PERIOD_S) and (give_up_s is None or time.monotonic() < give_up_s):
                fleet.fold(inbox.drain().updates)
                live.update(fleet_table(fleet, time.monotonic(), bus.worker.status))
    finally:
        bus.stop()
    _check_heard(bus)


def watch_json(url: BrokerUrl, stop: threading.Event, duration_s: float | None, period_s: float) -> None:
    """Print one JSON object a line for each vehicle that changed, at most once per period and vehicle.

    A bookmark has a line of its own, when it is set and when its note changes.

    Args:
        url: the broker.
        stop: ends it.
        duration_s: ends it after so long; None for never.
        period_s: seconds between two lines of one vehicle.
    """
    inbox, fleet = Inbox(), Fleet()
    bus = StationBus(url, ROOTS, inbox, role="watch")
    bus.start()
    give_up_s = None if duration_s is None else time.monotonic() + duration_s
    encoder = msgspec.json.Encoder()
    try:
        while not stop.wait(period_s) and (give_up_s is None or time.monotonic() < give_up_s):
            fleet.fold(inbox.drain().updates)
            now_s = time.monotonic()
            for key in sorted(fleet.take_changed()):
                state = fleet.get(key)
                if state is not None:
                    line = {"id": key.id, "root": key.root, "state": state_for_scripts(state, now_s)}
                    sys.stdout.write(encoder.encode(line).decode() + "\n")
            for mark in fleet.bookmarks.take_changed():
                sys.stdout.write(encoder.encode({"bookmark": mark}).decode() + "\n")
            # once a period: a program behind a pipe would else wait for a whole buffer
            sys.stdout.flush()
    # whoever read has enough, such as `head`
    except BrokenPipeError:
        return
    finally:
        bus.stop()
    _check_heard(bus)


def _check_heard(bus: StationBus) -> None:
    """An empty fleet and an absent broker are two things.

    Raises:
        GroundStationError: there never was a connection; says why.
    """
    status = bus.worker.status
    if status.connections == 0:
        raise GroundStationError(f"never connected to {status.broker}: {bus.last_problem or 'no answer in time'}")


def state_for_scripts(state: VehicleState, now_s: float) -> dict[str, object]:
    """The whole state in the domain's field names: every kind (null when it never came), and its age in seconds."""
    plain: dict[str, object] = {kind: msgspec.to_builtins(getattr(state, kind)) for kind in KINDS}
    return {
        "name": state.name,
        "session": state.session,
        "connection": msgspec.to_builtins(state.connection),
        "info": msgspec.to_builtins(state.info),
        "link": msgspec.to_builtins(state.link),
        **plain,
        "ages_s": {kind: round(age_s, 3) for kind, age_s in state.ages_s(now_s).items()},
        "conditions": [
            {"level": one.level.name.lower(), "text": str(one.said), "said": msgspec.to_builtins(one.said)}
            for one in conditions(state, now_s)
        ],
        "messages": msgspec.to_builtins(state.messages),
    }


def fleet_table(fleet: Iterable[VehicleState], now_s: float, status: BusStatus | None) -> Table:
    """All vehicles, worst first, as a table."""
    table = Table(title=_title(status), title_justify="left", title_style="", expand=False, pad_edge=False)
    for name in ("vehicle", "mode", "armed"):
        table.add_column(name, no_wrap=True)
    for name in ("height m", "speed m/s", "heading", "battery", "GPS", "heard s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("conditions")
    rows = [(conditions(state, now_s), state) for state in fleet]
    rows.sort(key=lambda row: (-(row[0][0].level if row[0] else 0), str(row[1].key)))
    for found, state in rows:
        style = _STYLES[found[0].level] if found else ""
        words = Text(", ".join(str(one.said) for one in found), style=style)
        table.add_row(Text(_name(state), style=style), *_cells(state, now_s), words)
    return table


def _title(status: BusStatus | None) -> Text:
    if status is None:
        return Text("")
    if status.state is BusState.CONNECTED:
        rtt = UNKNOWN if status.rtt_ms is None else f"{status.rtt_ms:.0f} ms"
        return Text(f"{status.broker}  {status.protocol}  {rtt}")
    return Text(f"{status.broker}  {status.state.value}: {status.reason}", style="bold red")


def _name(state: VehicleState) -> str:
    # real vehicles are the usual case; what is simulated or played is marked
    prefix = "" if state.key.root == "fleet" else f"{state.key.root}/"
    shown = "" if state.name == state.key.id else f" {state.name}"
    return f"{prefix}{state.key.id}{shown}"


def _cells(state: VehicleState, now_s: float) -> list[Text]:
    velocity = state.velocity
    best = max(state.gps, key=lambda one: one.satellites or 0, default=None)
    is_armed = state.armed.is_armed if state.armed else None
    return [
        _cell(state.mode.name if state.mode else None, state.freshness("mode", now_s)),
        _cell({True: "ARMED", False: "no"}.get(is_armed) if is_armed is not None else None, Freshness.FRESH),
        _number(state.height.height_m, "{:.1f}", state.freshness(state.height.kind, now_s)),
        _number(velocity.ground_speed_mps if velocity else None, "{:.1f}", state.freshness("velocity", now_s)),
        _number(state.heading_deg, "{:03.0f}°", state.freshness("attitude", now_s)),
        _number(state.charge_fraction, "{:.0%}", state.freshness("battery", now_s)),
        _cell(None if best is None else f"{best.fix.value} {best.satellites or 0}", state.freshness("gps", now_s)),
        _number(heartbeat_age_s(state, now_s), "{:.1f}", Freshness.FRESH),
    ]


def _number(value: float | None, form: str, fresh: Freshness) -> Text:
    return _cell(None if value is None else form.format(value), fresh)


def _cell(text: str | None, fresh: Freshness) -> Text:
    """Unknown is a dash, stale is dim, expired is struck through."""
    if text is None:
        return Text(UNKNOWN, style="dim")
    return Text(text, style={Freshness.STALE: "dim", Freshness.EXPIRED: "dim strike"}.get(fresh, ""))
