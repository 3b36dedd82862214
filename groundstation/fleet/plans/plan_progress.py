# SPDX-License-Identifier: Apache-2.0
"""Which item of its mission a vehicle flies, counted from 1 for everybody. Pure."""

from __future__ import annotations

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.vehicle import VehicleState


def current_number(state: VehicleState) -> int | None:
    """Number of the active item of a mission, from 1; None where none is, or nobody tells.

    ArduPilot counts home as item 0 (MISSION_CURRENT.seq), all others begin with the first item.
    """
    mission = state.mission_progress
    if mission is None or mission.item is None or mission.state == "no_mission":
        return None
    is_from_home = state.info is not None and state.info.autopilot is Autopilot.ARDUPILOT
    number = mission.item if is_from_home else mission.item + 1
    return number if number > 0 else None


MISSION_MODES = frozenset({"AUTO", "MISSION", "AUTO.MISSION"})
"""What ArduPilot and PX4 call the mode that flies missions."""


def flown_number(state: VehicleState) -> int | None:
    """Number of the item that is flown at this moment, from 1; None while none is."""
    mission, mode = state.mission_progress, state.mode
    is_meant = mode is not None and mode.name in MISSION_MODES
    if mission is None or not is_meant or state.is_flying is not True or mission.state in ("complete", "not_started"):
        return None
    return current_number(state)


def start_number(state: VehicleState) -> int | None:
    """Number of the item with which its mission goes on when it is started now, from 1; None where nobody tells.

    ArduPilot begins anew behind the end, and where a plan that was given since has no such number (observed).
    """
    mission = state.mission_progress
    if mission is None or mission.item is None or mission.state == "no_mission":
        return None
    number, count = current_number(state) or 1, item_count(state)
    return 1 if mission.state == "complete" or (count is not None and number > count) else number


def item_count(state: VehicleState) -> int | None:
    """How many items its mission has; None where neither the vehicle tells nor the list is known."""
    if state.mission_list is not None and state.mission_list.items:
        return len(state.mission_list.items)
    return state.mission_progress.items or None if state.mission_progress is not None else None
