# SPDX-License-Identifier: Apache-2.0
"""What to simulate: how many vehicles, of which flavours, where, how they are reached and what goes wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.flavours import FLAVOURS

MAX_SYSTEM_ID = 250
"""Higher ids are for ground stations. More vehicles than that are on several networks, each with ids of its own."""
MAX_VEHICLES = 1_000


@dataclass(frozen=True)
class SquadronPlan:
    """Everything a squadron is built from; the same plan and the same input give the same bytes."""

    vehicles: int = 1
    link: str = "udpout:127.0.0.1:14550"
    """``udpout:host:port`` sends to a ground station, each vehicle from its own socket, network k to port + k;
    ``tcpin:host:port`` and ``udpin:host:port`` listen, vehicle k on port + 10 k, on ports chosen by the system when
    ``port`` is 0."""
    seed: int = 1
    ready: bool = False
    """Skip the boot: armable at once."""
    autofly: bool = False
    """Every vehicle flies missions of its own accord."""
    flavours: tuple[str, ...] = ("copter", "copter", "plane")
    """Repeated over the vehicles in order; the names are those of `FLAVOURS`."""
    first_sysid: int = 1
    faults: tuple[Fault, ...] = ()
    start_latitude_deg: float = 40.9940
    start_longitude_deg: float = 39.7710
    start_altitude_amsl_m: float = 80.0
    heading_deg: float | None = None
    """Which way all of them face, ``None``: multicopters and planes as their rows stand."""
    places: tuple[tuple[float, float], ...] = ()
    """Metres north and east of the start for each vehicle, empty for rows."""
    wind_mps: float = 3.0
    """Mean wind; gusts are a third of it."""
    wind_from_deg: float = 290.0
    gps_noise_m: float = 0.6
    """Standard deviation of the GPS' horizontal error."""
    parameter_count: int | None = None
    """How many parameters each vehicle lists, ``None`` for all of its flavour."""
    parameters: dict[str, float] = field(default_factory=dict)
    """Values that differ from the defaults, for every vehicle; names a flavour doesn't have are left out for it."""
    speed: float = 1.0
    """Simulated seconds for each real one."""

    def __post_init__(self) -> None:
        """Check what can be checked.

        Raises:
            SimulationError: A field has an impossible value.
        """
        last = self.first_sysid + self.vehicles - 1
        is_too_far = last > MAX_SYSTEM_ID and self.first_sysid != 1
        if not 1 <= self.vehicles <= MAX_VEHICLES or self.first_sysid < 1 or is_too_far:
            raise SimulationError(
                f"{self.vehicles} vehicles from system id {self.first_sysid}: ids must lie within 1 to {MAX_SYSTEM_ID}"
                f"; up to {MAX_VEHICLES} vehicles begin at id 1"
            )
        unknown = [name for name in self.flavours if name not in FLAVOURS]
        if unknown or not self.flavours:
            raise SimulationError(f"flavours {list(self.flavours)}: choose among {', '.join(FLAVOURS)}")
        if not self.speed > 0.0:
            raise SimulationError(f"speed {self.speed}: must be above 0")
        astray = [fault.text for fault in self.faults if not self.first_sysid <= fault.number <= last]
        if astray:
            raise SimulationError(f"fault {astray[0]}: there is no vehicle with that system id")

    def seat(self, index: int) -> tuple[int, int]:
        """Return the network (from 0) and the system id of vehicle ``index`` (from 0)."""
        network, place = divmod(index, MAX_SYSTEM_ID)
        return network, self.first_sysid + place
