# SPDX-License-Identifier: Apache-2.0
"""What a scenario is made of, as its file has it. Pure.

Faults, orders and expectations are kept as the texts that people write; vehicles are called `uav-1`, `uav-2` and so on
in the order of the file, which are also their system ids. Times are simulated seconds after the first take-off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.scenario.expectation import Expectation
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState

MOST_VEHICLES = 50
MOST_SPEED = 20.0
MOST_S = 36_000.0
KINDS = ("copter", "plane", "px4")
"""Of the built-in simulator."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=MOST_S)]
Metres = Annotated[float, msgspec.Meta(ge=-100_000.0, le=100_000.0)]
Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
_NUMBER = re.compile(r":(\d+)@")
_NAME = re.compile(r"uav-(\d+)")


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all that stands in a file: a field that nobody knows is a mistake of its writer."""


class ScenarioVehicle(Part, frozen=True, kw_only=True):
    """One vehicle."""

    kind: Text = "copter"
    """Of the built-in simulator, one of `KINDS`."""
    sitl: Text | None = None
    """A real autopilot in its place: the path of a program, from the file on, or the name of one that is found."""
    home: Text | None = None
    """`LAT,LON,ALT,HDG`; None: a place of the grid at the scenario's home."""
    place: tuple[Metres, Metres] | None = None
    """Metres north and east of the scenario's home, in place of the grid."""
    battery: Annotated[float, msgspec.Meta(ge=1.0, le=100.0)] | None = None
    """Charge at the beginning, percent; None: full."""
    plan: Text | None = None
    """Path of a plan, from the file on, whose mission it is given and starts."""
    delay: Seconds = 0.0
    """When it starts its mission."""
    until: Seconds | None = None
    """From then on nobody waits for it to be disarmed; None: until it is."""


class ScenarioOrder(Part, frozen=True, kw_only=True):
    """One order of an operator."""

    at: Seconds
    """At 0 it is given before the first take-off, and again while it is refused."""
    vehicle: Text
    order: Text
    """A verb with its arguments, as of `command`: `takeoff 20`."""


class Scenario(Part, frozen=True, kw_only=True):
    """All of it."""

    vehicles: Annotated[tuple[ScenarioVehicle, ...], msgspec.Meta(min_length=1, max_length=MOST_VEHICLES)]
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    home: Text | None = None
    """`LAT,LON,ALT,HDG` of the first vehicle; None for the usual field."""
    wind: Text | None = None
    """`SPEED,FROM`; None for calm."""
    speed: Annotated[float, msgspec.Meta(ge=0.1, le=MOST_SPEED)] = 1.0
    """Simulated seconds for each real one."""
    parameters: dict[Text, Number] = {}
    """Of every vehicle, over its own."""
    faults: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()
    """As of `--fault`: `gps_loss:1@30+20`."""
    orders: Annotated[tuple[ScenarioOrder, ...], msgspec.Meta(max_length=1000)] = ()
    expect: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)] = ()
    """One of the forms of `expectation.py` each."""
    duration: Seconds | None = None
    """When it ends at the latest; before that when all that were armed are disarmed again and nothing is due."""


def names_of(scenario: Scenario) -> tuple[str, ...]:
    """What its vehicles are called."""
    return tuple(f"uav-{number}" for number in range(1, len(scenario.vehicles) + 1))


def expectations_of(scenario: Scenario) -> tuple[Expectation, ...]:
    """What is expected.

    Raises:
        UsageError: one is none, or is about a vehicle that is not there.
    """
    found = tuple(Expectation.parse(text) for text in scenario.expect)
    names = names_of(scenario)
    for one in found:
        for name in one.vehicles:
            if name not in names:
                raise UsageError(f"'{one.text}': there is no {name}; there are {names[0]} to {names[-1]}")
    return found


def together(scenarios: Sequence[Scenario]) -> Scenario:
    """Several scenarios as one, whose vehicles share a world: those of the second are counted on after the first's.

    Raises:
        UsageError: they want different winds, speeds, homes or values of one parameter, or are too many.
    """
    first = scenarios[0]
    if len(scenarios) == 1:
        return first
    parameters: dict[str, float] = {}
    vehicles: list[ScenarioVehicle] = []
    faults: list[str] = []
    orders: list[ScenarioOrder] = []
    expect: list[str] = []
    for one in scenarios:
        for field in ("wind", "speed", "home"):
            if getattr(one, field) != getattr(first, field):
                raise UsageError(f"scenarios of different {field} don't fly in one world; fly them one by one")
        for name, value in one.parameters.items():
            if parameters.setdefault(name, value) != value:
                raise UsageError(f"scenarios with different {name} don't fly in one world; fly them one by one")
        by = len(vehicles)
        vehicles += [_until(vehicle, one.duration) for vehicle in one.vehicles]
        faults += [_fault_moved(text, by) for text in one.faults]
        orders += [msgspec.structs.replace(order, vehicle=_moved(order.vehicle, by)) for order in one.orders]
        expect += [text.moved(by).text for text in expectations_of(one)]
    if len(vehicles) > MOST_VEHICLES:
        raise UsageError(f"{len(vehicles)} vehicles are too many at once; {MOST_VEHICLES} are the most")
    durations = [one.duration for one in scenarios]
    return Scenario(
        name=", ".join(one.name for one in scenarios if one.name)[:200],
        vehicles=tuple(vehicles),
        home=first.home,
        wind=first.wind,
        speed=first.speed,
        parameters=parameters,
        faults=tuple(faults),
        orders=tuple(orders),
        expect=tuple(expect),
        duration=None if None in durations else max(one for one in durations if one is not None),
    )


def _until(vehicle: ScenarioVehicle, duration_s: float | None) -> ScenarioVehicle:
    """A vehicle whose scenario has an end of its own, among others that have a later one."""
    given = [one for one in (vehicle.until, duration_s) if one is not None]
    return msgspec.structs.replace(vehicle, until=min(given, default=None))


def _fault_moved(text: str, by: int) -> str:
    return _NUMBER.sub(lambda match: f":{int(match[1]) + by}@", text)


def _moved(name: str, by: int) -> str:
    return _NAME.sub(lambda match: f"uav-{int(match[1]) + by}", name)


def scenario_of(
    states: Sequence[VehicleState],
    *,
    plans: Mapping[VehicleKey, str] = {},
    wind: tuple[float, float] | None = None,
    faults: Sequence[str] = (),
    speed: float = 1.0,
    expect: Sequence[str] = (),
) -> Scenario:
    """A scenario of vehicles as they stand now.

    Args:
        states: who flies, in order.
        plans: paths of their plans, as the file is to name them.
        wind: speed in m/s and degrees where it comes from; None for calm.
        faults: as texts, by the places of `states`, from 1.
        speed: simulated seconds for each real one.
        expect: as texts.

    Raises:
        UsageError: there is nobody, or one is of a kind that is not simulated.
    """
    if not states:
        raise UsageError("a scenario needs a vehicle; choose at least one")
    return Scenario(
        vehicles=tuple(_vehicle(state, plans.get(state.key)) for state in states),
        wind=None if wind is None else f"{wind[0]:g},{wind[1]:g}",
        faults=tuple(faults),
        speed=speed,
        expect=tuple(expect),
    )


def _vehicle(state: VehicleState, plan: str | None) -> ScenarioVehicle:
    info = state.info
    kind = info.kind if info is not None else VehicleKind.UNKNOWN
    if kind in GROUND_KINDS or kind is VehicleKind.SUBMARINE:
        raise UsageError(f"{state.name} is a {kind.value}, which the built-in simulator has not; leave it out")
    flavour = "plane" if kind in (VehicleKind.PLANE, VehicleKind.VTOL) else "copter"
    if info is not None and info.autopilot is Autopilot.PX4:
        flavour = "px4"
    charge = state.charge_fraction
    return ScenarioVehicle(
        kind=flavour,
        home=_home(state),
        battery=None if charge is None else min(max(round(100.0 * charge, 1), 1.0), 100.0),
        plan=plan,
    )


def _home(state: VehicleState) -> str | None:
    """Where it takes off: its home, else where it is."""
    place = state.home if state.home is not None and state.home.lat_deg is not None else state.position
    if place is None or place.lat_deg is None or place.lon_deg is None:
        return None
    amsl_m = state.home_amsl_m if state.home_amsl_m is not None else 0.0
    return f"{place.lat_deg:.7f},{place.lon_deg:.7f},{amsl_m:.1f},{state.heading_deg or 0.0:.0f}"
