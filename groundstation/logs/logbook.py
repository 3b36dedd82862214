# SPDX-License-Identifier: Apache-2.0
"""Flights of all logs in a folder: sessions of ours, and loose files of any format that can be read.

A log is read once and remembered (`flight_cache.py`), unless it is still being written. Any thread, one at a time.
"""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec

from groundstation.logs import session_folder
from groundstation.logs.duplicates import duplicates, vehicle_of
from groundstation.logs.flight_cache import FlightCache, LogState
from groundstation.logs.flights import Flight, flights
from groundstation.logs.joined import follows, join
from groundstation.logs.log import CancelledError, LogError, Progress, TimeBase
from groundstation.logs.open_log import open_log
from groundstation.logs.session_folder import SessionState

log = logging.getLogger("groundstation.logbook")

SUFFIXES = frozenset({".mcap", ".tlog", ".bin", ".log", ".ulg"})
"""What logs are called; in capitals too."""
FRESH_S = 60.0
"""A loose file that was written to so short a time ago may still be growing."""
OPENING = 0.6
"""Share of the work on a log that is to open it."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One flight in the book."""

    flight: Flight
    is_recording: bool = False
    """Whether its log was still being written: it may become longer."""
    parts: tuple[str, ...] = ()
    """Paths of the further logs that it goes on in."""
    duplicate_of: str | None = None
    """Path of the log with the same flight that counts; None when this one does."""


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that could not be read."""

    path: str
    reason: str
    """One line with cause and remedy."""


class Logbook(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    folder: str
    entries: tuple[Entry, ...] = ()
    """In order of time; those whose log never told the date come first."""
    unread: tuple[Unread, ...] = ()
    logs: int = 0
    """Files that could be read."""


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
    folder = folder.resolve()
    unread: list[Unread] = []
    states = sorted(_states(folder, unread))
    found: list[Entry] = []
    with FlightCache(cache) if cache is not None else nullcontext() as kept:
        reading = _Reading(kept, sum(one.size_bytes for one in states), on_progress)
        for state in states:
            try:
                found += reading.entries(state)
            except LogError as error:
                unread.append(Unread(path=str(state.path), reason=str(error)))
        if kept is not None:
            kept.keep_only(folder, (one.path for one in states))
    if on_progress is not None:
        on_progress(1.0)
    entries = _in_order(found)
    return Logbook(folder=str(folder), entries=entries, unread=tuple(unread), logs=reading.logs)


class _Reading:
    """Reads one log after the other."""

    def __init__(self, cache: FlightCache | None, total_bytes: int, on_progress: Progress | None) -> None:
        self.logs = 0
        self._cache = cache
        self._total_bytes = max(1, total_bytes)
        self._done_bytes = 0
        self._told = on_progress
        self._sessions: dict[Path, SessionState | None] = {}

    def entries(self, state: LogState) -> list[Entry]:
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
            self._done_bytes += state.size_bytes
        self._tell(state, 0.0)
        self.logs += 1
        return [Entry(flight=one, is_recording=is_growing and not one.is_ended) for one in found]

    def _search(self, state: LogState) -> tuple[Flight, ...]:
        try:
            with open_log(state.path, lambda done: self._tell(state, OPENING * done)) as opened:
                return flights(opened, on_progress=lambda done: self._tell(state, OPENING + (1 - OPENING) * done))
        except (LogError, CancelledError):
            raise
        except Exception as error:  # a log that a reader trips over must not hide the others
            log.exception("%s: a fault in reading it", state.path)
            raise LogError(f"{state.path} can't be read: {type(error).__name__}; report it with the file") from error

    def _tell(self, state: LogState, done: float) -> None:
        if self._told is not None:
            self._told(min(1.0, (self._done_bytes + done * state.size_bytes) / self._total_bytes))

    def _is_growing(self, state: LogState) -> bool:
        folder = state.path.parent
        if folder not in self._sessions:
            manifest = session_folder.load(folder)
            self._sessions[folder] = None if manifest is None else manifest.state
        known = self._sessions[folder]
        if known is not None:
            return known is SessionState.RECORDING
        return 0 <= time.time() - state.mtime_ns / 1e9 < FRESH_S


def _states(folder: Path, unread: list[Unread]) -> Iterator[LogState]:
    """Logs in a folder by their names; hidden ones and links are none."""

    def on_error(error: OSError) -> None:
        reason = f"{error.filename} can't be looked into ({error.strerror}); check its permissions"
        unread.append(Unread(path=str(error.filename), reason=reason))

    if not folder.is_dir():
        found = _state(folder)
        yield from () if found is None else (found,)
        return
    for parent, folders, names in os.walk(folder, onerror=on_error):
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


def _joined(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Flights that go on in further logs made one.

    Args:
        entries: in order of time.
    """
    open_ends: dict[str, list[list[Entry]]] = {}
    wholes: list[list[Entry]] = []
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
        yield Entry(flight=whole, is_recording=parts[-1].is_recording, parts=later) if later else parts[0]


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sorted, and duplicates marked."""

    def key(one: Entry) -> tuple[bool, float, str, str]:
        flight = one.flight
        return flight.time_base is TimeBase.UTC, flight.begin_s, flight.path, flight.vehicle

    ordered = sorted(_joined(sorted(entries, key=key)), key=key)
    same = duplicates([one.flight for one in ordered])
    return tuple(msgspec.structs.replace(one, duplicate_of=same.get(place)) for place, one in enumerate(ordered))
