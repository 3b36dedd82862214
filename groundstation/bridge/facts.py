# SPDX-License-Identifier: Apache-2.0
"""What is known of a vehicle when it is commanded. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.link import LinkState
from groundstation.fleet.vehicle import VehicleState


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution needs to know of its vehicle at one moment."""

    state: VehicleState
    link: LinkState
    sysid: int
    compid: int
    mav_type: int
    mav_autopilot: int
