# SPDX-License-Identifier: Apache-2.0
"""From a scenario's texts to what can be flown; says in one line what can't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from groundstation.app.field import Conditions, Flyer
from groundstation.app.plan_work import read_file
from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.geometry import moved
from groundstation.fleet.order_text import parse_args, parse_verb
from groundstation.fleet.plans.pace import Wind as MeanWind
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.scenario.expectation import END_OF, TAKEOFF, Expectation
from groundstation.fleet.scenario.scenario import (
    KINDS,
    Scenario,
    ScenarioVehicle,
    expectations_of,
    names_of,
    together,
)
from groundstation.fleet.scenario.scenario_file import read_scenario
from groundstation.fleet.verbs import PLAN_VERBS, TRANSFER_VERBS, checked_args
from groundstation.fleet.yaml_file import MOST_BYTES
from groundstation.simulator.engine.errors import FaultFormatError, SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.sitl.fleet_plan import Home, Wind
from groundstation.simulator.sitl.programs import PROGRAMS, found_programs, program_of

PROGRAM_OF = {"copter": "arducopter", "plane": "arduplane", "px4": "px4"}
"""The real autopilot for each kind of ours."""


@dataclass(frozen=True)
class Order:
    """An order with its moment."""

    at_s: float
    vehicle: str
    verb: Verb
    args: Args


@dataclass(frozen=True)
class Prepared:
    """Everything for a flight, looked at."""

    scenario: Scenario
    flyers: tuple[Flyer, ...]
    conditions: Conditions
    missions: dict[str, tuple[PlanItem, ...]]
    """By the vehicle's name, of those that have one."""
    faults: tuple[Fault, ...]
    orders: tuple[Order, ...]
    expected: tuple[Expectation, ...]


def read_scenarios(paths: Sequence[Path]) -> Scenario:
    """Files as one scenario; paths in them count from their own folders.

    Raises:
        GroundStationError: one can't be read, or is none.
        UsageError: they don't go together.
    """
    found = []
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error
        one = read_scenario(path.name, data)
        vehicles = tuple(
            msgspec.structs.replace(
                vehicle,
                plan=None if vehicle.plan is None else str(path.parent / Path(vehicle.plan).expanduser()),
                sitl=None if vehicle.sitl is None else _program_text(path.parent, vehicle.sitl),
            )
            for vehicle in one.vehicles
        )
        found.append(msgspec.structs.replace(one, vehicles=vehicles))
    return together(found)


def _program_text(folder: Path, text: str) -> str:
    return text if text in PROGRAMS else str(folder / Path(text).expanduser())


def with_programs(scenario: Scenario, programs: Sequence[Path]) -> Scenario:
    """The same flown by real autopilots: each kind by the program of its firmware.

    Raises:
        UsageError: there is none for one of them.
    """
    by_name = {path.name.removesuffix(".exe"): path for path in programs}
    vehicles = []
    for number, vehicle in enumerate(scenario.vehicles, start=1):
        program = by_name.get(PROGRAM_OF.get(vehicle.kind, ""))
        if program is None:
            raise UsageError(
                f"uav-{number} is a {vehicle.kind}: give --sitl the path of {PROGRAM_OF[vehicle.kind]} too"
            )
        vehicles.append(msgspec.structs.replace(vehicle, sitl=str(program)))
    return msgspec.structs.replace(scenario, vehicles=tuple(vehicles))


def prepared(scenario: Scenario) -> Prepared:
    """Look at everything in a scenario before anything is started.

    Raises:
        UsageError: a text means nothing, or names what is not there.
        GroundStationError: a plan can't be read, or has no mission.
    """
    names = names_of(scenario)
    try:
        home = Home() if scenario.home is None else Home.parse(scenario.home)
        wind = Wind() if scenario.wind is None else Wind.parse(scenario.wind)
        faults = tuple(Fault.parse(text) for text in scenario.faults)
        flyers = tuple(_flyer(index, one, home) for index, one in enumerate(scenario.vehicles))
        slow = [one for one in flyers if one.program is not None and not program_of(one.program).can_hurry]
    except (SimulationError, FaultFormatError) as error:
        raise UsageError(str(error).replace("--home ", "home ").replace("--wind ", "wind ")) from error
    if slow and scenario.speed != 1.0:
        raise UsageError(f"speed {scenario.speed:g}: the time of {slow[0].name}'s autopilot can't be changed; take 1")
    for fault in faults:
        if not 1 <= fault.number <= len(names):
            raise UsageError(
                f"fault {fault.text}: there is no vehicle {fault.number}; they count from 1 to {len(names)}"
            )
    orders = tuple(_order(one.at, one.vehicle, one.order, names) for one in scenario.orders)
    expected = expectations_of(scenario)
    _see_moments(expected, faults, orders)
    return Prepared(
        scenario,
        flyers,
        Conditions(scenario.speed, MeanWind(wind.speed_mps, wind.from_deg), scenario.parameters),
        {name: _mission(one.plan) for name, one in zip(names, scenario.vehicles, strict=True) if one.plan is not None},
        faults,
        orders,
        expected,
    )


def _flyer(index: int, vehicle: ScenarioVehicle, home: Home) -> Flyer:
    name = f"uav-{index + 1}"
    if vehicle.home is not None:
        home = Home.parse(vehicle.home)
    elif vehicle.place is not None:
        lat_deg, lon_deg = moved(home.latitude_deg, home.longitude_deg, *vehicle.place)
        home = Home(lat_deg, lon_deg, home.altitude_amsl_m, home.heading_deg)
    else:
        home = home.beside(index)
    if vehicle.kind not in KINDS:
        raise UsageError(f"vehicles[{index}].kind: there is no '{vehicle.kind[:40]}'; choose among {', '.join(KINDS)}")
    return Flyer(name, home, vehicle.kind, None if vehicle.sitl is None else _program(vehicle.sitl))


def _program(text: str) -> Path:
    path = Path(text)
    if text in PROGRAMS:
        found = [one for one in found_programs() if one.name.removesuffix(".exe") == text]
        if not found:
            raise UsageError(f"sitl {text}: it is neither on PATH nor where builds usually lie; give its path")
        path = found[0]
    program_of(path)
    return path.resolve()


def _order(at_s: float, vehicle: str, text: str, names: tuple[str, ...]) -> Order:
    if vehicle not in names:
        raise UsageError(f"order '{text[:60]}': there is no {vehicle[:40]}; there are {names[0]} to {names[-1]}")
    word, *words = text.split() or [""]
    verb = parse_verb(word)
    if verb in TRANSFER_VERBS:
        hint = "give the vehicle a plan:" if verb in PLAN_VERBS else "give them as parameters:"
        raise UsageError(f"order '{text[:60]}': a scenario has other words for that; {hint}")
    return Order(at_s, vehicle, verb, checked_args(verb, parse_args(verb, words)))


def _see_moments(expected: Sequence[Expectation], faults: Sequence[Fault], orders: Sequence[Order]) -> None:
    """See that what expectations count from will come."""
    for one in expected:
        there = {TAKEOFF}
        for fault in faults:
            if f"uav-{fault.number}" in one.vehicles:
                there |= {fault.kind, END_OF + fault.kind} if fault.duration_s is not None else {fault.kind}
        there |= {order.verb.value for order in orders if order.vehicle in one.vehicles}
        if one.of not in there:
            raise UsageError(
                f"'{one.text}': no such moment; of {' and '.join(one.vehicles)} there are {_listed(there)}"
            )


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))


def _mission(plan: str) -> tuple[PlanItem, ...]:
    mission = read_file(Path(plan)).mission
    if not mission:
        raise GroundStationError(f"{plan} has no mission; take another plan, or leave it out and order a take-off")
    return mission
