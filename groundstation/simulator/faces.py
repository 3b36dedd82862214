# SPDX-License-Identifier: Apache-2.0
"""What differs between the flavours in code: a table from flavour to the parts its autopilot is made of.

What differs in numbers and words stands in `flavours`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundstation.simulator import ardupilot, telemetry
from groundstation.simulator.arming import Arming
from groundstation.simulator.copter import CopterGuidance
from groundstation.simulator.failsafes import Failsafes
from groundstation.simulator.mission_transfer import MissionTransfer
from groundstation.simulator.parameters import ParameterSet
from groundstation.simulator.plane import PlaneGuidance
from groundstation.simulator.px4 import face as px4
from groundstation.simulator.px4 import telemetry as px4_telemetry
from groundstation.simulator.px4.arming import Px4Arming
from groundstation.simulator.px4.failsafes import Px4Failsafes
from groundstation.simulator.px4.guidance import Px4Guidance
from groundstation.simulator.px4.mission_transfer import Px4MissionTransfer
from groundstation.simulator.px4.parameters import Px4ParameterSet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from groundstation.simulator.autopilot import Vehicle
    from groundstation.simulator.guidance import Guidance
    from groundstation.simulator.links import Link
    from groundstation.simulator.wire import Message


@dataclass(frozen=True)
class Face:
    """The parts of one kind of autopilot."""

    guidance: type[Guidance]
    take: Callable[[Vehicle, Link, Message], None]
    """Is given every frame that arrives."""
    begin: Callable[[Vehicle], None]
    """Starts what a life does of its own accord."""
    builders: Mapping[int, Callable[[Vehicle], dict[str, Any] | None]]
    """Message id to what fills it."""
    arming: type[Arming] = Arming
    failsafes: type[Failsafes] = Failsafes
    transfer: type[MissionTransfer] = MissionTransfer
    parameters: type[ParameterSet] = ParameterSet


FACES: dict[str, Face] = {
    "copter": Face(CopterGuidance, ardupilot.take, ardupilot.begin, telemetry.BUILDERS),
    "plane": Face(PlaneGuidance, ardupilot.take, ardupilot.begin, telemetry.BUILDERS),
    "px4": Face(
        Px4Guidance,
        px4.take,
        px4.begin,
        px4_telemetry.BUILDERS,
        Px4Arming,
        Px4Failsafes,
        Px4MissionTransfer,
        Px4ParameterSet,
    ),
}
"""By the name of the flavour."""
