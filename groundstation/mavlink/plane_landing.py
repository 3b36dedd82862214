# SPDX-License-Identifier: Apache-2.0
"""A landing for a plane that has none in its mission: a straight approach to home, into the wind. Pure.

ArduPlane lands as part of a mission only. The lengths are those of its own later AUTOLAND mode. No DO_LAND_START: with
one in the mission ArduPlane refuses to arm the next time.
"""

from __future__ import annotations

from math import cos, radians, sin

from groundstation.fleet.geometry import bearing_deg as bearing_to_deg
from groundstation.fleet.geometry import moved
from groundstation.fleet.phrases import say
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.orders import FRAME_GLOBAL, FRAME_RELATIVE
from groundstation.mavlink.plan_send import Upload
from groundstation.mavlink.recipes import CannotOrderError, Situation

APPROACH_M, APPROACH_HEIGHT_M = 400.0, 55.0
"""Length and height of the approach (ArduPlane AUTOLAND_WP_DIST, AUTOLAND_WP_ALT)."""
WIND_MPS = 1.0
"""Less wind than this has no direction worth landing against."""
NAV_WAYPOINT, NAV_LAND = 16, 21
CLEAR = Upload(())


def has_mission(state: VehicleState) -> bool:
    """Whether there is a mission that the operator may want to keep; unknown counts as one."""
    mission = state.mission_progress
    return mission is None or (mission.state != "no_mission" and mission.items != 0)


def landing_if_needed(situation: Situation) -> Upload | None:
    """The landing as a mission; None where the vehicle has a mission of its own.

    Raises:
        CannotOrderError: its home or position is not known.
    """
    # of the beginning: a landing of ours that was broken off is taken out of it
    if has_mission(situation.first):
        return None
    home, position = situation.state.home, situation.state.position
    if home is None or home.lat_deg is None or home.lon_deg is None or home.height_amsl_m is None:
        raise CannotOrderError(say("home_not_known"))
    if position is None or position.lat_deg is None or position.lon_deg is None:
        raise CannotOrderError(say("position_not_known"))
    there_deg = bearing_to_deg(home.lat_deg, home.lon_deg, position.lat_deg, position.lon_deg)
    bearing_deg = _approach_from_deg(situation.state, there_deg)
    north_m, east_m = APPROACH_M * cos(radians(bearing_deg)), APPROACH_M * sin(radians(bearing_deg))
    lat_deg, lon_deg = moved(home.lat_deg, home.lon_deg, north_m, east_m)
    approach = PlanItem(command=NAV_WAYPOINT, frame=FRAME_RELATIVE, x=lat_deg, y=lon_deg, z=APPROACH_HEIGHT_M)
    ground = PlanItem(command=NAV_LAND, frame=FRAME_RELATIVE, x=home.lat_deg, y=home.lon_deg)
    # ArduPilot takes item 0 for home and throws it away (observed)
    first = PlanItem(command=NAV_WAYPOINT, frame=FRAME_GLOBAL, x=home.lat_deg, y=home.lon_deg, z=home.height_amsl_m)
    return Upload((first, approach, ground))


def _approach_from_deg(state: VehicleState, plane_deg: float) -> float:
    """Where the approach begins, seen from home: downwind, else on the side where the plane is."""
    wind = state.wind
    if wind is not None and wind.from_deg is not None and (wind.speed_mps or 0.0) >= WIND_MPS:
        return (wind.from_deg + 180.0) % 360.0
    return plane_deg
