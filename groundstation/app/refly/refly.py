# SPDX-License-Identifier: Apache-2.0
"""From logs to flights that were flown again, and how they differ: all of it. Any thread.

Everything goes into one folder: missions as `.plan` files, a recording of each run, `comparison.json`, `report.html`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from groundstation.app.field import field_of
from groundstation.app.refly.flying import TellNews, begins_s, fly
from groundstation.app.refly.weather import Simulators, Weather, conditions_of, flyers_of
from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.flight import Flight
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.plans.files.plan_file import PlanFile, PlannedHome
from groundstation.fleet.plans.files.plan_formats import write_plan
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.refly.comparison import P95, Curves, compared, separation_m
from groundstation.fleet.refly.expectation import Expectation
from groundstation.fleet.refly.flown import FlownFlight, NothingFlownError
from groundstation.fleet.refly.news import FlightNews, Phase
from groundstation.fleet.refly.result import AS_RECORDED, Result, Run, plain
from groundstation.fleet.refly.retrace import Tolerance, retraced
from groundstation.fleet.vehicle import GROUND_KINDS
from groundstation.logs.flights import flights
from groundstation.logs.flown import flown
from groundstation.logs.log import Log
from groundstation.logs.log_lookup import named_vehicle
from groundstation.logs.open_log import open_log

COMPARISON, REPORT = "comparison.json", "report.html"
WINGED = frozenset({VehicleKind.PLANE, VehicleKind.VTOL})
FLY_SHARE = 0.9
MOST_VEHICLES = 20


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be flown again."""

    files: tuple[Path, ...]
    out: Path
    vehicle: str | None = None
    number: int | None = None
    """Of the flight in its log, from 1; None for the longest one of each vehicle."""
    program: Path | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    speed: float = 1.0
    what_ifs: tuple[tuple[str, Weather], ...] = ()
    """Name and weather of each run besides the one as recorded."""
    expected: tuple[Expectation, ...] = ()


@dataclass
class Flown:
    """Everything for a report: the flights beside their figures."""

    result: Result
    recorded: tuple[FlownFlight, ...]
    again: dict[str, tuple[FlownFlight, ...]] = field(default_factory=dict)
    """By the name of the run."""
    curves: dict[str, tuple[Curves, ...]] = field(default_factory=dict)


def refly(wish: Wish, tell: TellNews, say: Callable[[str], None], stop: threading.Event) -> Flown:
    """Fly it again.

    Args:
        wish: what.
        tell: told how far it is, often; on this thread.
        say: told what an operator should know, a line each.
        stop: gives up; what was flown until then stays in the folder.

    Raises:
        UsageError: there is no such flight, or the simulator can't fly it.
        GroundStationError: a log can't be read, or something can't be started.
        CancelledError: by `stop`.
    """
    tell(FlightNews(share=0.0, phase=Phase.READING))
    recorded = flights_of(wish)
    for name, weather in wish.what_ifs:
        astray = [fault.number for fault in weather.faults if not 1 <= fault.number <= len(recorded)]
        if astray:
            raise UsageError(f"{name}: there is no vehicle {astray[0]}; they count from 1 to {len(recorded)}")
    missions, notes = _missions(recorded, wish.tolerance)
    for note in notes:
        say(note)
    simulators = simulators_for(recorded, wish)
    wish.out.mkdir(parents=True, exist_ok=True)
    _write_plans(recorded, missions, wish.out)
    weathers = [(AS_RECORDED, Weather()), *wish.what_ifs]
    found = Flown(_result(wish, simulators, (), notes), recorded)
    runs: list[Run] = []
    names = tuple(name for name, _ in weathers)
    for index, (name, weather) in enumerate(weathers):

        def told(news: FlightNews, index: int = index) -> None:
            share = (index + news.share) * FLY_SHARE / len(names)
            tell(msgspec.structs.replace(news, share=share, runs=names, run=index))

        told(FlightNews(share=0.0, phase=Phase.SIMULATOR))

        folder = wish.out / f"run-{index + 1}"
        if folder.exists():
            raise UsageError(f"{folder} is there already; give another folder with -o")
        folder.mkdir()
        flyers, conditions = flyers_of(recorded, simulators), conditions_of(recorded, simulators, weather)
        with field_of(flyers, conditions, folder, say, stop) as world:
            said = fly(world, recorded, missions, weather, simulators.speed, told, stop)
        told(FlightNews(share=1.0, phase=Phase.COMPARES))
        again = _again(folder / "recording", recorded)
        runs.append(_run(name, wish, recorded, again, found, tuple(said)))
    found.result = _result(wish, simulators, tuple(runs), notes)
    _write(found.result, wish.out / COMPARISON)
    return found


def _result(wish: Wish, simulators: Simulators, runs: tuple[Run, ...], notes: Sequence[str]) -> Result:
    simulator = "built-in" if simulators.program is None else simulators.program.name
    return Result(
        files=tuple(str(one) for one in wish.files),
        simulator=simulator,
        speed=simulators.speed,
        runs=runs,
        notes=tuple(notes),
    )


def flights_of(wish: Wish) -> tuple[FlownFlight, ...]:
    """The flights that are meant, one a vehicle and file.

    Raises:
        UsageError: there is none, or too many.
        GroundStationError: a log can't be read.
    """
    found: list[FlownFlight] = []
    why = ""
    for path in wish.files:
        with open_log(path) as log:
            for one in _chosen(log, wish):
                try:
                    found.append(flown(log, one))
                except NothingFlownError as error:
                    why = f"{path.name}: {error}"
    if not found:
        raise UsageError(why or f"no flight in {', '.join(one.name for one in wish.files)}: nobody was armed")
    if len(found) > MOST_VEHICLES:
        raise UsageError(f"{len(found)} vehicles are too many at once; choose some with --vehicle")
    return tuple(found)


def _chosen(log: Log, wish: Wish) -> list[Flight]:
    ids = [one.id for one in log.info.vehicles if not one.is_station]
    if wish.vehicle is not None:
        ids = [named_vehicle(log.info, wish.vehicle).id]
    chosen: list[Flight] = []
    for one in ids:
        every = flights(log, one)
        if wish.number is not None:
            if not 1 <= wish.number <= len(every):
                raise UsageError(f"{one} has no flight {wish.number} in {log.info.path}; there are {len(every)}")
            chosen.append(every[wish.number - 1])
        elif every:
            chosen.append(max(every, key=lambda flight: flight.duration_s))
    return chosen


def _missions(recorded: Sequence[FlownFlight], tolerance: Tolerance) -> tuple[list[tuple[PlanItem, ...]], list[str]]:
    missions, notes = [], []
    for one in recorded:
        notes += [f"{one.name}: {note}" for note in one.notes]
        if one.items:
            missions.append(one.items)
            continue
        made = retraced(one, tolerance)
        notes += [f"{one.name}: {note}" for note in made.notes]
        missions.append(made.items)
    return missions, notes


def simulators_for(recorded: Sequence[FlownFlight], wish: Wish) -> Simulators:
    """What can fly them.

    Raises:
        UsageError: the built-in simulator has no such vehicle.
    """
    if wish.program is not None:
        return Simulators(wish.program.resolve(), speed=wish.speed)
    return Simulators(flavours=tuple(_flavour(one) for one in recorded), speed=wish.speed)


def _flavour(flight: FlownFlight) -> str:
    if flight.kind in GROUND_KINDS or flight.kind is VehicleKind.SUBMARINE:
        raise UsageError(
            f"{flight.name} is a {flight.kind.value}, which the built-in simulator has not; give a real one with --sitl"
        )
    if flight.autopilot == "px4":
        return "px4"
    return "plane" if flight.kind in WINGED else "copter"


def _write_plans(recorded: Sequence[FlownFlight], missions: Sequence[tuple[PlanItem, ...]], out: Path) -> None:
    for index, (flight, items) in enumerate(zip(recorded, missions, strict=True), start=1):
        home = PlannedHome(flight.origin.lat_deg, flight.origin.lon_deg, flight.origin_amsl_m)
        _write_bytes(write_plan(".plan", PlanFile(mission=items, home=home)), out / f"uav-{index}.plan")


def _write_bytes(data: bytes, path: Path) -> None:
    try:
        write_whole(data, path)
    except OSError as error:
        raise GroundStationError(f"{path} can't be written ({error.strerror or error})") from error


def _write(result: Result, path: Path) -> None:
    _write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n", path)


def _again(recording: Path, recorded: Sequence[FlownFlight]) -> tuple[FlownFlight, ...]:
    sessions = (
        sorted(one for one in recording.iterdir() if (one / "session.json").is_file()) if recording.is_dir() else []
    )
    if not sessions:
        raise GroundStationError(f"nothing was recorded in {recording}; is the disk full?")
    with open_log(sessions[-1]) as log:
        found = []
        for number in range(1, len(recorded) + 1):
            every = flights(log, named_vehicle(log.info, f"sim/uav-{number}").id)
            if not every:
                raise GroundStationError(f"uav-{number} was never armed; its recording is {sessions[-1]}")
            try:
                found.append(flown(log, max(every, key=lambda one: one.duration_s)))
            except NothingFlownError as error:
                raise GroundStationError(f"uav-{number}, flown again: {error}; see {sessions[-1]}") from error
    return tuple(found)


def _run(
    name: str,
    wish: Wish,
    recorded: Sequence[FlownFlight],
    again: tuple[FlownFlight, ...],
    found: Flown,
    notes: tuple[str, ...],
) -> Run:
    pairs = [compared(one, other) for one, other in zip(recorded, again, strict=True)]
    found.again[name], found.curves[name] = again, tuple(curves for _, curves in pairs)
    comparisons = tuple(one for one, _ in pairs)
    apart = _separations(recorded, again)
    folder = f"run-{len(found.again)}"
    return Run(
        name=name,
        recording=f"{folder}/recording",
        vehicles=comparisons,
        separation_p95_m=None if apart is None else apart[0],
        separation_max_m=None if apart is None else apart[1],
        takeoff_late_s=_late_s(recorded, again),
        expected=tuple((one.text, all(one.is_met(comparison) for comparison in comparisons)) for one in wish.expected),
        notes=notes,
        curves=tuple(plain(curves) for _, curves in pairs),
    )


def _separations(recorded: Sequence[FlownFlight], again: Sequence[FlownFlight]) -> tuple[float, float] | None:
    """How much the distances of all pairs differ, at the same time after the first take-off."""
    if len(recorded) < 2:
        return None
    off: list[float] = []
    first, second = begins_s(recorded), begins_s(again)
    for one in range(len(recorded)):
        for other in range(one + 1, len(recorded)):
            pairs = []
            for flights_, begins in ((recorded, first), (again, second)):
                chosen = [flights_[one], flights_[other]]
                offsets = [begins[place] - takeoff_s(flights_[place]) for place in (one, other)]
                pairs.append(separation_m(chosen, offsets))
            count = min(len(pairs[0]), len(pairs[1]))
            off += np.abs(pairs[0][:count] - pairs[1][:count]).tolist()
    if not off:
        return None
    return float(np.percentile(off, P95)), float(max(off))


def _late_s(recorded: Sequence[FlownFlight], again: Sequence[FlownFlight]) -> tuple[float, ...]:
    """How much later after the first one each took off than in the record, seconds."""
    if len(recorded) < 2:
        return ()
    return tuple(late - early for early, late in zip(begins_s(recorded), begins_s(again), strict=True))


def takeoff_s(flight: FlownFlight) -> float:
    """When it took off, by the vehicle's clock from its arming."""
    return float(flight.way.time_s[flight.under_way.start])
