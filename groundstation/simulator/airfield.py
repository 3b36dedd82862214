# SPDX-License-Identifier: Apache-2.0
"""All simulated vehicles on one field: the physics and the autopilots, stepped together. Sans-I/O, deterministic."""

from __future__ import annotations

from groundstation.simulator.engine.autofly import OnboardPilot
from groundstation.simulator.engine.faults import KINDS, Fault, FaultBoard, Victim
from groundstation.simulator.engine.field import Field
from groundstation.simulator.engine.flavour import Flavour
from groundstation.simulator.engine.flight import Demand, Flight
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.flavours import FLAVOURS
from groundstation.simulator.plan import SquadronPlan

TICK_S = 0.02
"""Physics and autopilots run at 50 Hz."""
_SPACING_M = 8.0
_ROW = 10
_RUNWAY_NORTH_M = -60.0
_RUNWAY_HEADING_DEG = 70.0


class Airfield:
    """The simulated world, without any socket."""

    def __init__(self, plan: SquadronPlan, *, epoch_unix_s: float) -> None:
        """Stand all vehicles on the field.

        Args:
            plan: What to build.
            epoch_unix_s: Unix time of simulation second 0, for SYSTEM_TIME.
        """
        self.now_s = 0.0
        self._ticks = 0
        field = Field(plan.start_latitude_deg, plan.start_longitude_deg, plan.start_altitude_amsl_m)
        firmwares = [FLAVOURS[plan.flavours[index % len(plan.flavours)]] for index in range(plan.vehicles)]
        flavours = [firmware.flavour for firmware in firmwares]
        self.flight = Flight(
            [flavour.airframe for flavour in flavours],
            seed=plan.seed,
            wind_mps=plan.wind_mps,
            wind_from_deg=plan.wind_from_deg,
            gps_noise_m=plan.gps_noise_m,
        )
        self.vehicles = [
            Vehicle(
                plan.seat(index)[1],
                firmware,
                field,
                tick_s=TICK_S,
                epoch_unix_s=epoch_unix_s,
                seed=plan.seed,
                ready=plan.ready,
                number=plan.first_sysid + index,
                overrides=_overrides(plan, firmware.flavour),
                parameter_count=plan.parameter_count,
            )
            for index, firmware in enumerate(firmwares)
        ]
        self._park(flavours, plan)
        motions = self.flight.motions()
        for vehicle, motion in zip(self.vehicles, motions, strict=True):
            vehicle.stand(motion)
        self._demands = [Demand()] * len(self.vehicles)
        self._faults = FaultBoard(plan.faults)
        self._pilots = (
            [OnboardPilot(vehicle, self.flight, index, plan.seed) for index, vehicle in enumerate(self.vehicles)]
            if plan.autofly
            else []
        )

    def _park(self, flavours: list[Flavour], plan: SquadronPlan) -> None:
        """Multicopters in rows of ten facing north, planes in rows along the runway, or where the plan says."""
        counts = {"plane": 0, "copter": 0}
        for index, flavour in enumerate(flavours):
            kind = "plane" if flavour.airframe.is_plane else "copter"
            row, place = divmod(counts[kind], _ROW)
            counts[kind] += 1
            north_m, heading_deg = row * _SPACING_M, 353.0
            if kind == "plane":
                north_m, heading_deg = _RUNWAY_NORTH_M - row * 2.0 * _SPACING_M, _RUNWAY_HEADING_DEG
            east_m = place * _SPACING_M
            if plan.places:
                north_m, east_m = plan.places[index]
            if plan.heading_deg is not None:
                heading_deg = plan.heading_deg
            self.flight.place(index, north_m=north_m, east_m=east_m, heading_deg=heading_deg)

    def vehicle(self, number: int) -> Vehicle:
        """Return a vehicle by its number: its system id, counted on where the ids begin anew."""
        return self.vehicles[number - self.vehicles[0].system]

    def step(self) -> None:
        """Go on by one tick."""
        self._ticks += 1
        self.now_s = self._ticks * TICK_S  # counted, not summed: rounding would drift within hours
        self.flight.step(TICK_S, self._demands)
        motions = self.flight.motions()
        for fault, begins in self._faults.due(self.now_s):
            self.apply(fault, begins=begins)
        now_s = self.now_s
        self._demands = [vehicle.tick(now_s, motion) for vehicle, motion in zip(self.vehicles, motions, strict=True)]
        # behind the vehicles, as an operator's order would come
        for pilot in self._pilots:
            pilot.tick(now_s)

    def apply(self, fault: Fault, *, begins: bool) -> None:
        """Let a fault begin or end now; on the simulator's thread."""
        vehicle = self.vehicle(fault.number)
        others = tuple(other.system for other in self.vehicles if other.system != vehicle.system)
        victim = Victim(vehicle, self.flight, fault.number - self.vehicles[0].system, others, fault.values)
        if begins:
            KINDS[fault.kind].begin(victim)
        else:
            KINDS[fault.kind].end(victim)


def _overrides(plan: SquadronPlan, flavour: Flavour) -> dict[str, float]:
    """Return the plan's parameters this flavour has; on their own no station has to be heard."""
    names = {entry.name for entry in flavour.parameters}
    own = {flavour.gcs_failsafe_parameter: 0.0} if plan.autofly else {}
    return {**own, **{name: value for name, value in plan.parameters.items() if name in names}}
