# SPDX-License-Identifier: Apache-2.0
"""`groundstation logbook`: the flights of all logs in a folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app.settings_file import own_recordings
from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from groundstation.fleet.flight import LoggedFlight

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="Folder of logs, or one log; this user's recordings by default.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(logbook)


def logbook(
    folder: Folder = None,
    vehicle: Annotated[str | None, typer.Option(help="Only of this one, by its id or name.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only flights that began then or later, UTC: 2026-05-31.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values, all that is known.")] = False,
    json_document: Annotated[bool, typer.Option("--json", help="One JSON document, totals included.")] = False,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Remember what was found, so that a log is read once.")
    ] = True,
) -> None:
    """List the flights in sessions and loose logs, from arming to disarming, and the hours of each vehicle.

    MCAP, tlog, DataFlash (.bin, .log), ULog. Exit code 1 when there are logs and none of them can be read.
    """
    from groundstation.app import logbook_view
    from groundstation.app.long_work import progress_bar
    from groundstation.fleet.flight import Logbook
    from groundstation.logs import flight_cache
    from groundstation.logs.logbook import read_logbook

    if as_csv and json_document:
        raise UsageError("--csv and --json: choose one of them")
    earliest_s = None if since is None else _unix_s(since)
    where = own_recordings() if folder is None else folder
    # nothing was ever recorded, which is no fault
    if folder is None and not where.exists():
        found = Logbook(folder=str(where))
    else:
        with progress_bar("reading logs") as told:
            found = read_logbook(where, flight_cache.default_cache() if cache else None, told)
    kept = _kept(found.entries, vehicle, earliest_s)
    show = logbook_view.csv_out if as_csv else logbook_view.json_out if json_document else logbook_view.table_out
    show(found, kept)
    logbook_view.unread_out(found)
    if found.unread and not found.logs:
        raise typer.Exit(1)


def _unix_s(text: str) -> float:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"--since '{text}': write a date such as 2026-05-31, or 2026-05-31T08:00") from error
    # without a zone it is UTC, as all times of the table are
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)).timestamp()


def _kept(entries: tuple[LoggedFlight, ...], vehicle: str | None, earliest_s: float | None) -> tuple[LoggedFlight, ...]:
    """The flights that were asked for; those without a date are none of a time."""
    from groundstation.fleet.flight import TimeBase, name_of, vehicle_of

    if vehicle is not None:
        wanted = vehicle.casefold()
        labels = [{one.flight.vehicle, name_of(one.flight), vehicle_of(one.flight)} for one in entries]
        matching = [wanted in {label.casefold() for label in some} for some in labels]
        if entries and not any(matching):
            known = ", ".join(sorted({f"'{name_of(one.flight)}'" for one in entries}))
            raise GroundStationError(f"no flight of '{vehicle}' here; there are flights of {known}")
        entries = tuple(one for one, is_wanted in zip(entries, matching, strict=True) if is_wanted)
    if earliest_s is not None:
        entries = tuple(
            one for one in entries if one.flight.time_base is TimeBase.UTC and one.flight.begin_s >= earliest_s
        )
    return entries
