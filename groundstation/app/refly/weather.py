# SPDX-License-Identifier: Apache-2.0
"""Of recorded flights what a world of their own needs: who stands where, the wind, the pace. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from groundstation.app.field import Conditions, Flyer
from groundstation.fleet.plans.pace import Wind
from groundstation.fleet.refly.flown import FlownFlight
from groundstation.fleet.refly.retrace import WING_LEAST_MPS, WINGS
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.sitl.fleet_plan import Home

SEA_LEVEL_M = 0.0
CRUISE_PERCENTILE = {True: 50.0, False: 90.0}
"""Of its speeds in the air, by whether it has wings: a multicopter slows down at each corner."""
LEAST_CRUISE_MPS = 1.0


@dataclass(frozen=True)
class Weather:
    """What is not as in the record: one run of several."""

    wind: Wind | None = None
    """None: as recorded, or calm."""
    faults: tuple[Fault, ...] = ()
    """Their times count from the take-off of the first one."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    charge: float | None = None
    """Of the battery at the start, 0 to 1; None: as recorded."""


@dataclass(frozen=True)
class Simulators:
    """What flies it."""

    program: Path | None = None
    """A real autopilot; None for the built-in simulator."""
    flavours: tuple[str, ...] = ("copter",)
    """Of the built-in one, one a vehicle, and again from the first."""
    speed: float = 1.0


def flyers_of(flights: Sequence[FlownFlight], simulators: Simulators) -> tuple[Flyer, ...]:
    """Each where it stood in its record."""
    flavours = simulators.flavours
    return tuple(
        Flyer(flight.name, _home(flight), flavours[index % len(flavours)], simulators.program)
        for index, flight in enumerate(flights)
    )


def conditions_of(flights: Sequence[FlownFlight], simulators: Simulators, weather: Weather) -> Conditions:
    """As recorded, but for what is to be different."""
    return Conditions(
        speed=simulators.speed,
        wind=weather.wind or _recorded_wind(flights),
        parameters={**pace_parameters(flights[0]), **weather.parameters},
    )


def _recorded_wind(flights: Sequence[FlownFlight]) -> Wind:
    known = [one for one in flights if one.wind_speed_mps is not None and one.wind_from_deg is not None]
    return Wind(known[0].wind_speed_mps or 0.0, known[0].wind_from_deg or 0.0) if known else Wind()


def pace_parameters(flight: FlownFlight) -> dict[str, float]:
    """The speed that it was set to, as far as its way tells: a recorded mission says nothing of it.

    A mission that was made of the way has its speeds as items; what has wings is told how fast all the same, since
    autopilots differ in what they fly at by themselves.
    """
    air = flight.under_way
    is_wing = flight.kind in WINGS
    speeds = flight.way.speed_mps[air]
    # what hovers, as a VTOL does, is not flying on its wings
    speeds = speeds[speeds >= (WING_LEAST_MPS if is_wing else LEAST_CRUISE_MPS)]
    if not len(speeds):
        return {}
    cruise_mps = float(np.percentile(speeds, CRUISE_PERCENTILE[is_wing]))
    if is_wing:
        return {"AIRSPEED_CRUISE": round(cruise_mps, 1), "AIRSPEED_MAX": round(1.3 * cruise_mps, 1)}
    if not flight.items:
        return {}
    if flight.autopilot == "px4":
        return {"MPC_XY_CRUISE": round(cruise_mps, 1)}
    return {"WPNAV_SPEED": round(100.0 * cruise_mps)}


def _home(flight: FlownFlight) -> Home:
    heading = float(flight.way.heading_deg[0])
    amsl_m = SEA_LEVEL_M if flight.origin_amsl_m is None else flight.origin_amsl_m
    return Home(flight.origin.lat_deg, flight.origin.lon_deg, amsl_m, heading if np.isfinite(heading) else 0.0)
