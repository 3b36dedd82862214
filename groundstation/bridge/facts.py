# SPDX-License-Identifier: Apache-2.0
"""What is known of a vehicle when it is commanded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from groundstation.fleet.commands import Args
from groundstation.fleet.link import LinkState
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.recipes import Situation

_NONE: Mapping[str, float] = MappingProxyType({})


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution needs to know of its vehicle at one moment."""

    state: VehicleState
    link: LinkState
    sysid: int
    compid: int
    mav_type: int
    mav_autopilot: int
    capabilities: int | None = None
    """AUTOPILOT_VERSION.capabilities; None before it came."""

    def situation(self, args: Args, first: VehicleState, parameters: Mapping[str, float] = _NONE) -> Situation:
        """What a step of a command looks at.

        Args:
            args: of the command.
            first: the vehicle when the command began.
            parameters: those that were read for it.
        """
        return Situation(
            state=self.state,
            first=first,
            args=args,
            mav_type=self.mav_type,
            mav_autopilot=self.mav_autopilot,
            parameters=parameters,
        )
