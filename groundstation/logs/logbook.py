# SPDX-License-Identifier: Apache-2.0
"""Flights of all logs in a folder: sessions of ours, and loose files of any format that can be read.

A log is read once and remembered (`flight_cache.py`), unless it is still being written. Any thread, one at a time.
"""

from __future__ import annotations

import logging
import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec

from groundstation.fleet.flight import Flight, Logbook, LoggedFlight, TimeBase, UnreadLog, vehicle_of
from groundstation.fleet.progress import CancelledError, Progress
from groundstation.logs import session_folder
from groundstation.logs.duplicates import duplicates
from groundstation.logs.flight_cache import FlightCache, LogState
from groundstation.logs.flights import flights
from groundstation.logs.joined import follows, join
from groundstation.logs.log import LogError
from groundstation.logs.open_log import open_log
from groundstation.logs.session_folder import Manifest, SessionState

log = logging.getLogger("groundstation.logbook")

SUFFIXES = frozenset({".mcap", ".tlog", ".bin", ".log", ".ulg"})
"""What logs are called; in capitals too."""
FRESH_S = 60.0
"""A loose file that was written to so short a time ago may still be growing."""
OPENING = 0.6
"""Share of the work on a log that is to open it."""


def read_logbook(folder: Path, cache: Path | None = None, on_progress: Progress | None = None) -> Logbook:
    """Search a folder and all in it for flights. Links are not followed.

    Args:
        folder: to search; a file is searched alone.
        cache: file that remembers flights; None to remember nothing.
        on_progress: told how far it is; may cancel. What was found until then is remembered.

    Raises:
        LogError: there is no such folder.
        CancelledError: by `on_progress`.
    """
    if not folder.exists():
        raise LogError(f"{folder} is not there; name a folder with logs in it")
    # one name for each log, however the folder was written: what is remembered goes by it
    folder = folder.resolve()
    unread: list[UnreadLog] = []
    states = sorted(_states(folder, unread))
    found: list[LoggedFlight] = []
    with FlightCache(cache) if cache is not None else nullcontext() as kept:
        reading = _Reading(kept, sum(one.size_bytes for one in states), on_progress)
        for state in states:
            try:
                found += reading.entries(state)
            except LogError as error:
                unread.append(UnreadLog(path=str(state.path), reason=str(error)))
        if kept is not None:
            kept.keep_only(folder, (one.path for one in states))
    if on_progress is not None:
        on_progress(1.0)
    entries = _numbered(_in_order(found))
    return Logbook(folder=str(folder), entries=entries, unread=tuple(unread), logs=reading.logs)


class _Reading:
    """Reads one log after the other."""

    def __init__(self, cache: FlightCache | None, total_bytes: int, on_progress: Progress | None) -> None:
        self.logs = 0
        self._cache = cache
        self._total_bytes = max(1, total_bytes)
        self._done_bytes = 0
        self._told = on_progress
        self._sessions: dict[Path, Manifest | None] = {}

    def entries(self, state: LogState) -> list[LoggedFlight]:
        """The flights in one log.

        Raises:
            LogError: it can't be read.
            CancelledError: by whom progress is told.
        """
        try:
            is_growing = self._is_growing(state)
            found = None if self._cache is None or is_growing else self._cache.get(state)
            if found is None:
                found = self._search(state)
                if self._cache is not None and not is_growing:
                    self._cache.put(state, found)
        finally:
            # also where it failed: progress is a share of all bytes
            self._done_bytes += state.size_bytes
        self._tell(state, 0.0)
        self.logs += 1
        session = self._session(state.path.parent)
        return [
            LoggedFlight(
                flight=one,
                is_recording=is_growing and not one.is_ended,
                session=None if session is None else str(state.path.parent),
                is_pinned=session is not None and session.is_pinned,
            )
            for one in found
        ]

    def _search(self, state: LogState) -> tuple[Flight, ...]:
        try:
            with open_log(state.path, lambda done: self._tell(state, OPENING * done)) as opened:
                return flights(opened, on_progress=lambda done: self._tell(state, OPENING + (1 - OPENING) * done))
        # these are said in words of their own; all else is a fault of ours
        except (LogError, CancelledError):
            raise
        except Exception as error:  # a log that a reader trips over must not hide the others
            log.exception("%s: a fault in reading it", state.path)
            raise LogError(f"{state.path} can't be read: {type(error).__name__}; report it with the file") from error

    def _tell(self, state: LogState, done: float) -> None:
        if self._told is not None:
            self._told(min(1.0, (self._done_bytes + done * state.size_bytes) / self._total_bytes))

    def _session(self, folder: Path) -> Manifest | None:
        if folder not in self._sessions:
            self._sessions[folder] = session_folder.load(folder)
        return self._sessions[folder]

    def _is_growing(self, state: LogState) -> bool:
        session = self._session(state.path.parent)
        if session is not None:
            return session.state is SessionState.RECORDING
        # a time in the future is of another clock: it says nothing about now
        return 0 <= time.time() - state.mtime_ns / 1e9 < FRESH_S


def _numbered(entries: Iterable[LoggedFlight]) -> tuple[LoggedFlight, ...]:
    """Each with its number among the flights of its vehicle in its log.

    Args:
        entries: in order of time, as the flights of a log are.
    """
    numbers: Counter[tuple[str, str]] = Counter()
    found = []
    for one in entries:
        path, vehicle = one.flight.path, one.flight.vehicle
        numbers[path, vehicle] += 1
        found.append(msgspec.structs.replace(one, number=numbers[path, vehicle]))
        # what goes on in another log is a flight of that one, too
        numbers.update((part, vehicle) for part in one.parts)
    return tuple(found)


def _states(folder: Path, unread: list[UnreadLog]) -> Iterator[LogState]:
    """Logs in a folder by their names; hidden ones and links are none."""

    def on_error(error: OSError) -> None:
        reason = f"{error.filename} can't be looked into ({error.strerror}); check its permissions"
        unread.append(UnreadLog(path=str(error.filename), reason=reason))

    if not folder.is_dir():
        found = _state(folder)
        yield from () if found is None else (found,)
        return
    for parent, folders, names in os.walk(folder, onerror=on_error):
        # in place: `os.walk` goes into what this very list holds
        folders[:] = [one for one in folders if not one.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES:
                found = _state(path)
                yield from () if found is None else (found,)


def _state(path: Path) -> LogState | None:
    """How a file is now; None when it is gone, or no file."""
    try:
        told = path.lstat()
    except OSError:
        return None
    return LogState(path, told.st_size, told.st_mtime_ns) if stat.S_ISREG(told.st_mode) else None


def _joined(entries: Sequence[LoggedFlight]) -> Iterator[LoggedFlight]:
    """Flights that go on in further logs made one.

    Args:
        entries: in order of time.
    """
    open_ends: dict[str, list[list[LoggedFlight]]] = {}
    wholes: list[list[LoggedFlight]] = []
    for one in entries:
        waiting = open_ends.setdefault(vehicle_of(one.flight), [])
        found = next((parts for parts in waiting if follows(parts[-1].flight, one.flight)), None)
        if found is None:
            found = []
            wholes.append(found)
        else:
            waiting.remove(found)
        found.append(one)
        if not one.flight.is_ended:
            waiting.append(found)
    for parts in wholes:
        whole = join([one.flight for one in parts])
        later = tuple(one.flight.path for one in parts[1:])
        yield (
            msgspec.structs.replace(parts[0], flight=whole, is_recording=parts[-1].is_recording, parts=later)
            if later
            else parts[0]
        )


def _in_order(entries: Iterable[LoggedFlight]) -> tuple[LoggedFlight, ...]:
    """Sorted, and duplicates marked."""

    def key(one: LoggedFlight) -> tuple[bool, float, str, str]:
        flight = one.flight
        # those without a date stand together: their times count from a boot and are in no order with the others
        return flight.time_base is TimeBase.UTC, flight.begin_s, flight.path, flight.vehicle

    ordered = sorted(_joined(sorted(entries, key=key)), key=key)
    same = duplicates([one.flight for one in ordered])
    return tuple(msgspec.structs.replace(one, duplicate_of=same.get(place)) for place, one in enumerate(ordered))
