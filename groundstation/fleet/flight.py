# SPDX-License-Identifier: Apache-2.0
"""A flight as a log tells it, and the book of them: found by `logs`, shown by whoever asks. Pure."""

from __future__ import annotations

import enum
import math
from pathlib import Path
from typing import NamedTuple

import msgspec

from groundstation.fleet.identity import VehicleKind


class TimeBase(enum.StrEnum):
    """What the times of a log count from."""

    UTC = "utc"
    """Seconds since 1970 UTC."""
    BOOT = "boot"
    """Seconds since the autopilot started; the log never told the date."""
    UNSET = "unset"
    """Seconds on a clock that nobody had set; only differences mean anything."""


class ModeSpan(NamedTuple):
    """A flight mode while it lasted."""

    name: str
    begin_s: float
    end_s: float


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """One arming. Every `None` is unknown: the log does not tell."""

    path: str
    """Of the log."""
    vehicle: str
    """`LogVehicle.id`."""
    vehicle_name: str
    """Its name, else its id; plain text from outside."""
    sysid: int | None = None
    """MAVLink system id."""
    autopilot: str = ""
    """`ardupilot`, `px4`, or empty."""
    kind: str = ""
    """`multicopter`, `plane` ..., or empty."""
    time_base: TimeBase
    """What the times count from."""
    begin_s: float
    """When it was armed, seconds."""
    end_s: float
    """When it was disarmed; when it was last heard where nobody saw that."""
    is_ended: bool
    """False when the log ended, the link was lost or the vehicle restarted while it was armed."""
    begin_is_known: bool
    """False when it was armed already when it was first heard: `begin_s` is that moment."""
    air_s: float | None = None
    """Seconds in the air; 0 for a test on the bench, None when unknown, and for what can't fly."""
    distance_m: float | None = None
    """Along the ground, metres, without jitter and jumps of the receiver."""
    max_height_home_m: float | None = None
    """Highest over home, metres."""
    max_ground_speed_mps: float | None = None
    farthest_m: float | None = None
    """Farthest from where it was armed, metres; from home when it was armed before the log began."""
    battery_used_mah: float | None = None
    """Of the first pack."""
    battery_used_fraction: float | None = None
    """Share of the first pack's charge."""
    battery_begin_v: float | None = None
    battery_end_v: float | None = None
    """The last one while it was armed."""
    modes: tuple[ModeSpan, ...] = ()
    """In order; empty when unknown."""
    operator: str | None = None
    """Who had control of it most recently; plain text from outside; told by recordings of ours only."""
    takeoff_lat_deg: float | None = None
    """Where it was armed; None also when it was armed before the log began."""
    takeoff_lon_deg: float | None = None
    boot_begin_s: float | None = None
    """The vehicle's own clock at the begin, seconds since it started."""
    boot_end_s: float | None = None
    """The same at the end."""

    @property
    def begin_unix_s(self) -> float | None:
        """When it was armed, seconds since 1970; None when the log does not tell the date."""
        # a damaged log may hold any time; what is no date has none
        return self.begin_s if self.time_base is TimeBase.UTC and math.isfinite(self.begin_s) else None

    @property
    def is_whole(self) -> bool:
        """False when it was longer than the log tells."""
        return self.is_ended and self.begin_is_known

    @property
    def duration_s(self) -> float:
        """Seconds armed, as far as the log tells."""
        return self.end_s - self.begin_s


class LoggedFlight(msgspec.Struct, frozen=True, kw_only=True):
    """One flight in the book."""

    flight: Flight
    number: int = 1
    """Of the flight among those of its vehicle in its log, from 1."""
    is_recording: bool = False
    """Whether its log was still being written: it may become longer."""
    parts: tuple[str, ...] = ()
    """Paths of the further logs that it goes on in."""
    duplicate_of: str | None = None
    """Path of the log with the same flight that counts; None when this one does."""
    session: str | None = None
    """Folder of the recorded session that it belongs to; None for a loose log, which can't be pinned."""
    is_pinned: bool = False
    """Whether that session is kept for ever."""

    @property
    def address(self) -> tuple[str, str, float]:
        """Log, vehicle and beginning: what makes a flight one."""
        return self.flight.path, self.flight.vehicle, self.flight.begin_s

    @property
    def log_name(self) -> str:
        """What its log is called: its session, else its file."""
        path = Path(self.flight.path)
        return path.name if self.session is None else path.parent.name


class UnreadLog(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that could not be read."""

    path: str
    reason: str
    """One line with cause and remedy."""


class Logbook(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    folder: str
    entries: tuple[LoggedFlight, ...] = ()
    """In order of time; those whose log never told the date come first."""
    unread: tuple[UnreadLog, ...] = ()
    logs: int = 0
    """Files that could be read."""


class VehicleTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What a vehicle has flown. Sums are over the flights that tell; None when none does."""

    vehicle: str
    """Its id in recordings of ours; else `copter 1`, by kind and system id."""
    name: str
    """Human name; plain text from outside."""
    flights: int
    """Armings, without those that are known never to have left the ground."""
    bench_tests: int
    """Armings that never left the ground."""
    armed_s: float
    air_s: float | None
    distance_m: float | None
    battery_used_mah: float | None
    last_flight_unix_s: float | None
    """When the newest one began, seconds since 1970 UTC; None when no log tells the date."""


_SHORT: dict[str, str] = {VehicleKind.MULTICOPTER: "copter"}


def vehicle_of(flight: Flight) -> str:
    """What a vehicle is counted under; see `VehicleTotals.vehicle`."""
    if is_named(flight) or flight.sysid is None:
        return flight.vehicle
    return f"{_SHORT.get(flight.kind, flight.kind) or 'system'} {flight.sysid}"


def name_of(flight: Flight) -> str:
    """What a vehicle is shown as: its name where it has one."""
    return flight.vehicle_name if flight.vehicle_name != flight.vehicle else vehicle_of(flight)


def is_named(flight: Flight) -> bool:
    """Whether its vehicle has an id in the fleet, as in recordings of ours."""
    # recordings of ours call a vehicle by root and id, other logs by numbers without a slash
    return "/" in flight.vehicle
