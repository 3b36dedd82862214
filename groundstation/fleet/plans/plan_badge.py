# SPDX-License-Identifier: Apache-2.0
"""Whether a vehicle has the plan that is on the screen. Pure."""

from __future__ import annotations

import enum

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind, hash_of
from groundstation.fleet.plans.plan_match import is_same
from groundstation.fleet.plans.plan_status import ListState
from groundstation.fleet.vehicle import VehicleState


class Badge(enum.Enum):
    """What is known of it."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """It was not read, is being sent, or a transfer broke off."""


def badge_of(state: VehicleState, items: tuple[PlanItem, ...], kind: PlanKind) -> Badge:
    """Whether a vehicle has these items.

    Args:
        state: the vehicle.
        items: on the screen, home not among them.
        kind: which list.
    """
    status = state.plans.of(kind) if state.plans is not None else None
    # a vehicle that is not heard may have anything by now
    if status is None or status.state is not ListState.KNOWN or not state.is_heard:
        return Badge.UNKNOWN
    if status.given is not None and status.given == hash_of(items):
        return Badge.EQUAL
    told = state.plan_list(kind)
    if told is None:
        return Badge.UNKNOWN
    autopilot = state.info.autopilot if state.info is not None else Autopilot.UNKNOWN
    return Badge.EQUAL if is_same(items, told.items, kind, autopilot) else Badge.DIFFERS
