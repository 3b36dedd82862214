# SPDX-License-Identifier: Apache-2.0
"""A logbook in a terminal, as CSV and as JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundstation.fleet.flight import Flight, Logbook, LoggedFlight, TimeBase, VehicleTotals, name_of
from groundstation.fleet.shown_text import harmless, shown_path
from groundstation.logs.csv_cells import guarded
from groundstation.logs.duplicates import totals

MAX_UNREAD = 20
"""Files that are told one by one; the others are counted."""

DECIMALS = {"battery_used_fraction": 4, "takeoff_lat_deg": 7, "takeoff_lon_deg": 7}
"""Of a number in a file; 3 of all others."""


def _of_flight(name: str) -> Callable[[LoggedFlight], Any]:
    return lambda entry: getattr(entry.flight, name)


def _time(name: str, base: TimeBase) -> Callable[[LoggedFlight], Any]:
    """A time of a flight if it counts from there, UTC as text."""

    def get(entry: LoggedFlight) -> Any:
        time_s = getattr(entry.flight, name)
        # seconds since a boot are no date: each has columns of its own, of which the other's stay empty
        if entry.flight.time_base is not base:
            return None
        return _iso(time_s) if base is TimeBase.UTC else time_s

    return get


COLUMNS: dict[str, Callable[[LoggedFlight], Any]] = {
    "begin_utc": _time("begin_s", TimeBase.UTC),
    "end_utc": _time("end_s", TimeBase.UTC),
    "begin_boot_s": _time("begin_s", TimeBase.BOOT),
    "end_boot_s": _time("end_s", TimeBase.BOOT),
    "boot_begin_s": _of_flight("boot_begin_s"),
    "boot_end_s": _of_flight("boot_end_s"),
    "vehicle": _of_flight("vehicle"),
    "vehicle_name": lambda entry: name_of(entry.flight),
    "sysid": _of_flight("sysid"),
    "autopilot": _of_flight("autopilot"),
    "kind": _of_flight("kind"),
    "duration_s": _of_flight("duration_s"),
    "is_ended": _of_flight("is_ended"),
    "begin_is_known": _of_flight("begin_is_known"),
    "is_recording": lambda entry: entry.is_recording,
    "air_s": _of_flight("air_s"),
    "distance_m": _of_flight("distance_m"),
    "max_height_home_m": _of_flight("max_height_home_m"),
    "max_ground_speed_mps": _of_flight("max_ground_speed_mps"),
    "farthest_m": _of_flight("farthest_m"),
    "battery_used_mah": _of_flight("battery_used_mah"),
    "battery_used_fraction": _of_flight("battery_used_fraction"),
    "battery_begin_v": _of_flight("battery_begin_v"),
    "battery_end_v": _of_flight("battery_end_v"),
    "modes": lambda entry: [one.name for one in entry.flight.modes],
    "operator": _of_flight("operator"),
    "takeoff_lat_deg": _of_flight("takeoff_lat_deg"),
    "takeoff_lon_deg": _of_flight("takeoff_lon_deg"),
    "duplicate_of": lambda entry: None if entry.duplicate_of is None else shown_path(entry.duplicate_of),
    # a file's name may hold bytes that are no text, and CSV and JSON know only text
    "path": lambda entry: shown_path(entry.flight.path),
}
"""What is told of a flight in files, by names with units; None for unknown."""


def row(entry: LoggedFlight) -> dict[str, Any]:
    """All that is known of a flight, see `COLUMNS`.

    Args:
        entry: in the book.
    """
    return {name: _rounded(name, get(entry)) for name, get in COLUMNS.items()}


def csv_out(book: Logbook, entries: Sequence[LoggedFlight]) -> None:
    """Print flights as comma-separated values.

    Args:
        book: that they are in.
        entries: those that are wanted.
    """
    del book
    typer.echo(csv_text(entries).encode(), nl=False)


def csv_text(entries: Sequence[LoggedFlight]) -> str:
    """Flights as RFC 4180 has it, see `COLUMNS`; texts so that no spreadsheet takes one for a formula.

    Args:
        entries: those that are wanted.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([_cell(value) for value in row(entry).values()])
    return text.getvalue()


def json_out(book: Logbook, entries: Sequence[LoggedFlight]) -> None:
    """Print flights, totals and what could not be read as one document.

    Args:
        book: that they are in.
        entries: those that are wanted.
    """
    document = {
        "folder": shown_path(book.folder),
        "flights": [row(one) for one in entries],
        "totals": [msgspec.to_builtins(one) for one in totals_of(entries)],
        "unread": [{"path": shown_path(one.path), "reason": shown_path(one.reason)} for one in book.unread],
    }
    typer.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))


def table_out(book: Logbook, entries: Sequence[LoggedFlight]) -> None:
    """Print flights and totals as tables.

    Args:
        book: that they are in.
        entries: those that are wanted.
    """
    console = Console(highlight=False, markup=False)
    if not entries:
        console.print(f"no flights in {_plain(book.folder)}" + (" that are asked for" if book.entries else ""))
        return
    columns = [one for one in _SHOWN if one.is_there(entries)]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        # what is told last gives way where there is no room, down to its beginning
        is_last = column is columns[-1]
        table.add_column(
            column.name, justify=column.justify, max_width=column.most, no_wrap=not is_last, overflow="ellipsis"
        )
    for entry in entries:
        cells = [Text(_plain(column.get(entry))) for column in columns]
        table.add_row(*cells, style="dim" if entry.duplicate_of is not None else "")
    console.print(table)
    for line in _legend(entries):
        console.print(line)
    console.print()
    console.print(_totals_table(totals_of(entries)))


def unread_out(book: Logbook) -> None:
    """Say on the other channel what could not be read.

    Args:
        book: with it.
    """
    console = Console(stderr=True, highlight=False, markup=False)
    for one in book.unread[:MAX_UNREAD]:
        console.print(f"not read: {_plain(one.reason)}", soft_wrap=True)
    more = len(book.unread) - MAX_UNREAD
    if more > 0:
        console.print(f"and {more} more that could not be read")


def totals_of(entries: Iterable[LoggedFlight]) -> tuple[VehicleTotals, ...]:
    """What each vehicle has flown; a flight that is in two logs counts once.

    Args:
        entries: those that are wanted.
    """
    return totals(one.flight for one in entries if one.duplicate_of is None)


class _Column(NamedTuple):
    """A column of the table of flights."""

    name: str
    get: Callable[[LoggedFlight], str]
    justify: Literal["left", "right"] = "right"
    most: int | None = None
    """Characters at most; None for as many as there are."""
    is_there: Callable[[Sequence[LoggedFlight]], bool] = lambda _: True


def _has_operator(entries: Sequence[LoggedFlight]) -> bool:
    return any(one.flight.operator for one in entries)


def _began(entry: LoggedFlight) -> str:
    flight = entry.flight
    return _minute(flight.begin_s) if flight.time_base is TimeBase.UTC else "no date"


def _armed(entry: LoggedFlight) -> str:
    is_whole = entry.flight.is_ended and entry.flight.begin_is_known
    return clock(entry.flight.duration_s) + ("…" if entry.is_recording else "" if is_whole else "+")


def _log(entry: LoggedFlight) -> str:
    return ("= " if entry.duplicate_of is not None else "") + entry.log_name


_SHOWN = (
    _Column("armed, UTC", _began, "left"),
    _Column("vehicle", lambda one: name_of(one.flight), "left", 14),
    _Column("armed", _armed),
    _Column("in air", lambda one: clock(one.flight.air_s)),
    _Column("way", lambda one: _way(one.flight.distance_m)),
    _Column("high", lambda one: _with(one.flight.max_height_home_m, "m")),
    _Column(
        "fast",
        lambda one: _with(one.flight.max_ground_speed_mps, "m/s"),
        is_there=lambda entries: not _has_operator(entries),
    ),
    _Column("used", lambda one: _used(one.flight)),
    _Column("operator", lambda one: one.flight.operator or "", "left", 12, _has_operator),
    _Column("log", _log, "left"),
)
"""Room for 100 characters: the speed makes room for the operator."""


def _legend(entries: Sequence[LoggedFlight]) -> list[str]:
    """What the marks mean that are there."""
    flights = [one.flight for one in entries if not one.is_recording]
    marks = {
        "+ longer than that: the log does not have the whole flight": any(
            not (one.is_ended and one.begin_is_known) for one in flights
        ),
        "… still being recorded": any(one.is_recording for one in entries),
        "= the same flight is in another log, and counts there": any(one.duplicate_of is not None for one in entries),
    }
    return [words for words, is_there in marks.items() if is_there]


def _totals_table(found: Iterable[VehicleTotals]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("vehicle", overflow="fold", max_width=28)
    for name in ("flights", "bench tests", "armed", "in air", "way", "used", "last flight, UTC"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        last_s = one.last_flight_unix_s
        table.add_row(
            Text(_plain(one.name)),
            str(one.flights),
            str(one.bench_tests),
            clock(one.armed_s),
            clock(one.air_s),
            _way(one.distance_m),
            "" if one.battery_used_mah is None else f"{one.battery_used_mah / 1000:.1f} Ah",
            "" if last_s is None else _minute(last_s),
        )
    return table


def clock(seconds: float | None) -> str:
    """A length of time as `0:07`, `12:34`, `1:02:03`; empty for unknown.

    Args:
        seconds: of it.
    """
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _way(metres: float | None) -> str:
    if metres is None:
        return ""
    return f"{metres:.0f} m" if metres < 1_000 else f"{metres / 1_000:.1f} km"


def _with(value: float | None, unit: str) -> str:
    return "" if value is None else f"{round(value)} {unit}"


def _used(flight: Flight) -> str:
    if flight.battery_used_mah is not None:
        # z: a little less than nothing is 0, not -0
        return f"{flight.battery_used_mah:z.0f} mAh"
    return "" if flight.battery_used_fraction is None else f"{flight.battery_used_fraction:.0%}"


def _minute(time_s: float) -> str:
    return f"{dt.datetime.fromtimestamp(time_s, dt.UTC):%Y-%m-%d %H:%M}"


def _iso(time_s: float) -> str:
    return dt.datetime.fromtimestamp(time_s, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rounded(name: str, value: Any) -> Any:
    return round(value, DECIMALS.get(name, 3)) if isinstance(value, float) else value


def _cell(value: Any) -> Any:
    """A value in a file of texts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = " ".join(value) if isinstance(value, list) else value
    return guarded(text)


def _plain(text: str) -> str:
    """Text for a terminal: no control characters from outside."""
    return harmless(text, "?")
