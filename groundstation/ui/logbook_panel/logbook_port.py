# SPDX-License-Identifier: Apache-2.0
"""What the panel wants of the logs on disk; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

Told = Callable[[float], bool]
"""Told which share is done, 0 to 1, on the thread of the work; False when it is not wanted any more."""
Address = tuple[str, str, float]
"""Log, vehicle and beginning: what makes a flight one."""


class FlightRow(msgspec.Struct, frozen=True, kw_only=True):
    """One flight, from arming to disarming. `None` is unknown: the log does not tell."""

    source: Any
    """The reader's own, which it is handed back as it was."""
    address: Address
    path: str
    """Of the log."""
    log: str
    """What the log is called: its session, else its file."""
    session: str | None = None
    """Folder of the recorded session that it belongs to; None for a loose log, which can't be pinned."""
    is_pinned: bool = False
    """Whether its session is kept for ever."""
    duplicate_of: str | None = None
    """Path of the log with the same flight that counts; None when this one does."""
    vehicle: str
    """What it is called; plain text from outside."""
    begin_unix_s: float | None = None
    """When it was armed, seconds since 1970; None when the log does not tell the date."""
    armed_s: float
    is_whole: bool = True
    """False when it was longer than that."""
    is_recording: bool = False
    """Whether the log was still being written while it was armed."""
    air_s: float | None = None
    distance_m: float | None = None
    max_height_home_m: float | None = None
    max_ground_speed_mps: float | None = None
    battery_used_mah: float | None = None
    battery_used_fraction: float | None = None
    operator: str | None = None
    """Who had control of it most recently; plain text from outside."""
    modes: tuple[str, ...] = ()
    """In order; empty when unknown."""


class VehicleHours(msgspec.Struct, frozen=True, kw_only=True):
    """What a vehicle has flown. Sums are over the flights that tell; None when none does."""

    vehicle: str
    """Plain text from outside."""
    flights: int
    """Armings, without those that are known never to have left the ground."""
    bench_tests: int
    """Armings that never left the ground."""
    armed_s: float
    air_s: float | None = None
    distance_m: float | None = None
    battery_used_mah: float | None = None
    last_flight_unix_s: float | None = None
    """When the newest one began; None when no log tells the date."""


class UnreadLog(msgspec.Struct, frozen=True):
    """A file or folder that could not be read."""

    path: str
    reason: str
    """One line with cause and remedy."""


class FoundFlights(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a folder."""

    folder: str
    flights: tuple[FlightRow, ...] = ()
    """In the order of the book: by time, those without a date first."""
    unread: tuple[UnreadLog, ...] = ()
    logs: int = 0
    """Files that could be read."""


class LogbookAccess(msgspec.Struct, frozen=True):
    """Ways to the logs. `totals` is quick; the others are called on a thread of their own and may take their time."""

    folder: Path
    """Where the recordings of this window are; need not be there yet."""
    read: Callable[[Path, Told], FoundFlights | None]
    """Searches a folder; None when it was cancelled. Raises GroundStationError."""
    totals: Callable[[Sequence[FlightRow]], Sequence[VehicleHours]]
    """What each vehicle has flown, by name; what is in two logs counts once."""
    csv: Callable[[Sequence[FlightRow], Path], None]
    """Writes flights to a file as comma-separated values. Raises GroundStationError."""
    pin: Callable[[str, bool], None]
    """Keeps a session, by its folder, for ever or no longer. Raises GroundStationError."""
    report: Callable[[FlightRow, Path, Told], bool] | None = None
    """Writes a printable page of a flight to an HTML file; False when it was cancelled. None where nobody can.
    Raises GroundStationError."""
