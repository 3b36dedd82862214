# SPDX-License-Identifier: Apache-2.0
"""Which real autopilots to start, where each stands and what it is told at its start. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.sitl.programs import Program, program_of

MOST = 50
"""Each is a process that computes all the time."""
_SPACING_M = 8.0
_ROW = 10
_METRES_PER_DEGREE = 111_319.49
_MOST_LATITUDE_DEG, _MOST_LONGITUDE_DEG = 85.0, 180.0


@dataclass(frozen=True)
class Home:
    """Where the first vehicle stands."""

    latitude_deg: float = 40.9940
    longitude_deg: float = 39.7710
    altitude_amsl_m: float = 80.0
    heading_deg: float = 353.0

    @classmethod
    def parse(cls, text: str) -> Home:
        """Read ``LAT,LON,ALT,HDG``; height and heading may be left out.

        Raises:
            SimulationError: it is none.
        """
        try:
            numbers = [float(one) for one in text.split(",")]
            lat, lon, altitude, heading = [*numbers, *(80.0, 0.0)[len(numbers) - 2 :]]
        except ValueError:
            numbers, lat, lon, altitude, heading = [], math.nan, 0.0, 0.0, 0.0
        is_place = abs(lat) <= _MOST_LATITUDE_DEG and abs(lon) <= _MOST_LONGITUDE_DEG
        if len(numbers) < 2 or not is_place or not math.isfinite(altitude + heading):
            raise SimulationError(
                f"--home {text!r}: expected LAT,LON,ALT,HDG in degrees and metres, such as 40.994,39.771,80,353"
            )
        return cls(lat, lon, altitude, heading % 360.0)

    def beside(self, index: int) -> Home:
        """Place `index` of the grid: rows of ten towards east, further rows north."""
        row, place = divmod(index, _ROW)
        north_m, east_m = row * _SPACING_M, place * _SPACING_M
        east_deg = east_m / (_METRES_PER_DEGREE * math.cos(math.radians(self.latitude_deg)))
        return Home(
            self.latitude_deg + north_m / _METRES_PER_DEGREE,
            self.longitude_deg + east_deg,
            self.altitude_amsl_m,
            self.heading_deg,
        )


@dataclass(frozen=True)
class Wind:
    """The wind that a simulator is to blow."""

    speed_mps: float = 0.0
    from_deg: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Wind:
        """Read ``SPEED`` or ``SPEED,FROM`` in m/s and degrees.

        Raises:
            SimulationError: it is none.
        """
        try:
            speed_mps, from_deg = [*(float(one) for one in text.split(",")), 0.0][:2]
            is_wind = 0.0 <= speed_mps <= 60.0 and math.isfinite(from_deg) and text.count(",") <= 1
        except ValueError:
            is_wind = False
        if not is_wind:
            raise SimulationError(f"--wind {text!r}: expected SPEED,FROM in m/s (0 to 60) and degrees, such as 6,305")
        return cls(speed_mps, from_deg % 360.0)


@dataclass(frozen=True)
class Seat:
    """One autopilot of the fleet."""

    number: int
    """System id."""
    path: Path
    program: Program
    home: Home


@dataclass(frozen=True)
class SitlPlan:
    """Everything a fleet of real autopilots is started from."""

    programs: tuple[tuple[Path, int], ...]
    """Each program and how many of it."""
    link: str
    """As of `SquadronPlan`."""
    home: Home = Home()
    first_sysid: int = 1
    speed: float = 1.0
    """Simulated seconds for each real one."""
    wind: Wind | None = None
    """None: as the autopilot's own defaults have it."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Over those of the program, for every vehicle."""
    faults: tuple[Fault, ...] = ()
    folder: Path | None = None
    """Where their files stay; None: a folder that is gone at the end."""
    homes: tuple[Home, ...] = ()
    """Of each vehicle, in order; empty for a grid at `home`."""

    def __post_init__(self) -> None:
        """Check what can be checked.

        Raises:
            SimulationError: a field has an impossible value.
        """
        last = self.first_sysid + self.vehicles - 1
        if not 1 <= self.vehicles <= MOST or self.first_sysid < 1 or last > 250:
            raise SimulationError(
                f"{self.vehicles} autopilots from system id {self.first_sysid}: 1 to {MOST} of them, ids up to 250"
            )
        if not 0.01 <= self.speed <= 100.0:
            raise SimulationError(f"speed {self.speed:g}: must lie within 0.01 to 100")
        slow = [seat.program.title for seat in self.seats() if not seat.program.can_hurry]
        if slow and self.speed != 1.0:
            raise SimulationError(f"speed {self.speed:g}: the time of {slow[0]} can't be changed; leave --speed out")
        astray = [fault.text for fault in self.faults if not self.first_sysid <= fault.number <= last]
        if astray:
            raise SimulationError(f"fault {astray[0]}: there is no vehicle with that system id")

    @property
    def vehicles(self) -> int:
        """How many."""
        return sum(count for _, count in self.programs)

    def seats(self) -> list[Seat]:
        """All of them, in the order of their system ids.

        Raises:
            SimulationError: a program can't be run.
        """
        paths = [path for path, count in self.programs for _ in range(count)]
        homes = self.homes or tuple(self.home.beside(index) for index in range(len(paths)))
        return [
            Seat(self.first_sysid + index, path.resolve(), program_of(path), homes[index])
            for index, path in enumerate(paths)
        ]


def parse_sitl(texts: list[str], vehicles: int | None) -> tuple[tuple[Path, int], ...]:
    """Read ``PATH`` and ``PATH:N``.

    Args:
        texts: as they were given.
        vehicles: how many of a single program without a number; None for one.

    Raises:
        SimulationError: a number is none, or it is not clear how many of which are meant.
    """
    found: list[tuple[Path, int]] = []
    for text in texts:
        head, colon, tail = text.rpartition(":")
        # a path may have a colon of its own (C:\...): only digits behind the last one are a number
        is_counted = bool(colon) and tail.isdecimal()
        if not is_counted and vehicles is not None and len(texts) > 1:
            raise SimulationError(f"--sitl {text}: with several programs say how many of each, as PATH:N")
        found.append((Path(head if is_counted else text).expanduser(), int(tail) if is_counted else vehicles or 1))
    return tuple(found)
