# SPDX-License-Identifier: Apache-2.0
"""The window's ways to flights on disk; all but the totals run on a thread of the panel's. Only frozen values cross."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from groundstation.app import logbook_view, report_cli
from groundstation.fleet.errors import GroundStationError
from groundstation.logs import flight_cache, session_folder
from groundstation.logs.duplicates import name_of
from groundstation.logs.log import CancelledError, Progress, TimeBase
from groundstation.logs.logbook import Entry, read_logbook
from groundstation.ui.logbook_panel.logbook_port import (
    FlightRow,
    FoundFlights,
    LogbookAccess,
    Told,
    UnreadLog,
    VehicleHours,
)


class _Source(NamedTuple):
    """What the panel hands back."""

    entry: Entry
    number: int
    """Of the flight among those of its vehicle in its log, from 1."""


def logbook_access(recordings: Path | None = None, cache: Path | None = None) -> LogbookAccess:
    """Ways to the logbook.

    Args:
        recordings: where this window's recordings are; None for this user's own.
        cache: what remembers flights; None for this user's own.
    """
    own = recordings or session_folder.default_recordings()
    return LogbookAccess(
        folder=own,
        read=lambda folder, told: _read(folder, told, cache or flight_cache.default_cache(), is_own=folder == own),
        totals=_totals,
        csv=_save,
        pin=lambda folder, is_pinned: session_folder.pin(Path(folder), is_pinned=is_pinned),
        report=_report,
    )


def _read(folder: Path, told: Told, cache: Path, *, is_own: bool) -> FoundFlights | None:
    if is_own and not folder.exists():
        return FoundFlights(folder=str(folder))
    try:
        book = read_logbook(folder, cache, _progress(told))
    except CancelledError:
        return None
    pinned = {parent: session_folder.load(parent) for parent in {Path(one.flight.path).parent for one in book.entries}}
    pins = {str(parent): manifest.is_pinned for parent, manifest in pinned.items() if manifest is not None}
    return FoundFlights(
        folder=book.folder,
        flights=tuple(_rows(book.entries, pins)),
        unread=tuple(UnreadLog(_text(one.path), _text(one.reason)) for one in book.unread),
        logs=book.logs,
    )


def _progress(told: Told) -> Progress:
    def tell(done: float) -> None:
        if not told(done):
            raise CancelledError("not wanted any more")

    return tell


def _rows(entries: Iterable[Entry], pins: dict[str, bool]) -> Iterator[FlightRow]:
    """In order of time, as the flights of a log are."""
    numbers: Counter[tuple[str, str]] = Counter()
    for one in entries:
        numbers[one.flight.path, one.flight.vehicle] += 1
        yield _row(_Source(one, numbers[one.flight.path, one.flight.vehicle]), pins)
        # what goes on in another log is a flight of that one, too
        numbers.update((path, one.flight.vehicle) for path in one.parts)


def _row(source: _Source, pins: dict[str, bool]) -> FlightRow:
    entry, flight = source.entry, source.entry.flight
    folder = str(Path(flight.path).parent)
    is_dated = flight.time_base is TimeBase.UTC and math.isfinite(flight.begin_s)
    return FlightRow(
        source=source,
        address=(flight.path, flight.vehicle, flight.begin_s),
        path=_text(flight.path),
        log=_text(logbook_view.log_name(flight)),
        session=folder if folder in pins else None,
        is_pinned=pins.get(folder, False),
        duplicate_of=None if entry.duplicate_of is None else _text(entry.duplicate_of),
        vehicle=name_of(flight),
        begin_unix_s=flight.begin_s if is_dated else None,
        armed_s=flight.duration_s,
        is_whole=flight.is_ended and flight.begin_is_known,
        is_recording=entry.is_recording,
        air_s=_known(flight.air_s),
        distance_m=_known(flight.distance_m),
        max_height_home_m=_known(flight.max_height_home_m),
        max_ground_speed_mps=_known(flight.max_ground_speed_mps),
        battery_used_mah=_known(flight.battery_used_mah),
        battery_used_fraction=_known(flight.battery_used_fraction),
        operator=flight.operator,
        modes=tuple(one.name for one in flight.modes),
    )


def _totals(flights: Sequence[FlightRow]) -> list[VehicleHours]:
    return [
        VehicleHours(
            vehicle=one.name,
            flights=one.flights,
            bench_tests=one.bench_tests,
            armed_s=one.armed_s,
            air_s=_known(one.air_s),
            distance_m=_known(one.distance_m),
            battery_used_mah=_known(one.battery_used_mah),
            last_flight_unix_s=_known(one.last_flight_unix_s),
        )
        for one in logbook_view.totals_of(_entries(flights))
    ]


def _save(flights: Sequence[FlightRow], target: Path) -> None:
    try:
        session_folder.write_whole(target, logbook_view.csv_text(_entries(flights)).encode())
    except OSError as error:
        target.with_name(f".{target.name}.new").unlink(missing_ok=True)
        raise GroundStationError(f"{target} can't be written ({error.strerror}); choose another place") from error


def _report(flight: FlightRow, target: Path, told: Told) -> bool:
    source: _Source = flight.source
    about = source.entry.flight
    try:
        report_cli.write_report(Path(about.path), target, about.vehicle, source.number, on_progress=_progress(told))
    except CancelledError:
        return False
    return True


def _entries(flights: Sequence[FlightRow]) -> list[Entry]:
    return [one.source.entry for one in flights]


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _text(path: str) -> str:
    """A path whose name is no text can't be shown as it is."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
