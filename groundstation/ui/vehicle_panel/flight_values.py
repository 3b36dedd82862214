# SPDX-License-Identifier: Apache-2.0
"""What the flight instruments show, taken from a vehicle's state. Pure; GUI thread."""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.vehicle import VehicleState


class FlightValues(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers for attitude, tapes and heading. None is unknown or too old, and is drawn as a failed instrument."""

    roll_deg: float | None = None
    pitch_deg: float | None = None
    heading_deg: float | None = None
    track_deg: float | None = None
    target_deg: float | None = None
    """Direction of the active waypoint."""
    speed_mps: float | None = None
    is_airspeed: bool = False
    height_m: float | None = None
    """Above what `height_above` says."""
    height_above: str = "home"
    """`home`, or `start` for a vehicle that does not know where home is."""
    climb_mps: float | None = None
    attitude_age_s: float | None = None
    """Set when the attitude is stale but not yet expired."""
    speed_is_stale: bool = False
    height_is_stale: bool = False


def _usable(state: VehicleState, kind: str, now_s: float) -> bool:
    return state.freshness(kind, now_s) in (Freshness.FRESH, Freshness.STALE)


def flight_values(state: VehicleState | None, now_s: float) -> FlightValues:
    """What to show for a vehicle now; nothing for None."""
    if state is None:
        return FlightValues()
    attitude = state.attitude if _usable(state, "attitude", now_s) else None
    position = state.position if _usable(state, "position", now_s) else None
    velocity = state.velocity if _usable(state, "velocity", now_s) else None
    air = state.air_data if _usable(state, "air_data", now_s) else None
    target = state.navigation_target if _usable(state, "navigation_target", now_s) else None
    height = state.height
    speed, is_airspeed = _speed(state, now_s)
    is_old = state.freshness("attitude", now_s) is Freshness.STALE
    heading = attitude.yaw_deg if attitude is not None else None
    # GLOBAL_POSITION_INT.hdg, where no ATTITUDE comes
    if heading is None and position is not None:
        heading = position.heading_deg
    climb = air.climb_mps if air is not None else None
    if climb is None and velocity is not None and velocity.down_mps is not None:
        # MAVLink's velocity counts downwards
        climb = -velocity.down_mps
    return FlightValues(
        roll_deg=attitude.roll_deg if attitude is not None else None,
        pitch_deg=attitude.pitch_deg if attitude is not None else None,
        heading_deg=heading,
        track_deg=velocity.track_deg if velocity is not None else None,
        target_deg=target.bearing_deg if target is not None else None,
        speed_mps=speed,
        is_airspeed=is_airspeed,
        height_m=height.height_m if _usable(state, height.kind, now_s) else None,
        height_above=height.above,
        climb_mps=climb,
        attitude_age_s=state.age_s("attitude", now_s) if is_old else None,
        speed_is_stale=state.freshness("air_data" if is_airspeed else "velocity", now_s) is Freshness.STALE,
        height_is_stale=state.freshness(height.kind, now_s) is Freshness.STALE,
    )


def _speed(state: VehicleState, now_s: float) -> tuple[float | None, bool]:
    """Airspeed for what flies on wings and measures it, else speed over ground."""
    is_winged = state.info is not None and state.info.kind in (VehicleKind.PLANE, VehicleKind.VTOL)
    air = state.air_data if _usable(state, "air_data", now_s) else None
    # a wing stalls by its airspeed; a copter without a sensor tells an estimate or zero
    if is_winged and air is not None and air.airspeed_mps is not None:
        return air.airspeed_mps, True
    if state.velocity is not None and _usable(state, "velocity", now_s):
        return state.velocity.ground_speed_mps, False
    return (air.ground_speed_mps if air is not None else None), False
