# SPDX-License-Identifier: Apache-2.0
"""How fast a kind of vehicle flies a plan, and how long its battery lasts, where nobody told. Pure.

Sources: defaults of the autopilots' parameters. Copters: WPNAV_SPEED, _UP, _DN, _ACCEL_Z, LAND_SPEED, RTL_ALT,
RTL_LOIT_TIME; PX4: MPC_XY_CRUISE, MPC_Z_V_AUTO_UP, _DN, MPC_TKO_SPEED, MPC_ACC_UP_MAX, MPC_LAND_SPEED, RTL_RETURN_ALT;
planes: AIRSPEED_CRUISE, TECS_CLMB_MAX and TECS_SINK_MIN. Compared with flights of ArduCopter and ArduPlane 4.5.7 and of
PX4 in their simulators: an acceleration is less than its parameter, since it is reached only by and by (WPNAV_JERK 1,
MPC_JERK_AUTO 4 m/s3), and PX4 brakes early: 230 m at 12 m/s took it 30 to 32 s, a copter 24 to 26 s, where 19 s would
do without ramps.
"""

from __future__ import annotations

import math

import msgspec

from groundstation.fleet.identity import Autopilot, VehicleKind

GRAVITY_MPS2 = 9.80665


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What times along a plan are reckoned with."""

    cruise_mps: float
    """Over the ground of what has rotors or wheels, through the air of what has wings."""
    climb_mps: float
    sink_mps: float
    land_mps: float
    """Below `LAND_SLOWS_M`, down to the ground."""
    accel_mps2: float
    """Along the way, jerk counted in; what has wings is taken to keep its speed."""
    accel_up_mps2: float = math.inf
    """Straight up and down."""
    begin_s: float = 0.0
    """From the start of the mission until it leaves the ground: motors spin up, wings roll."""
    takeoff_mps: float | None = None
    """Up from the ground, where that is slower than later on."""
    return_mps: float | None = None
    """On the way home of a return, which knows nothing of speeds that the mission set; None is the cruise."""
    hold_home_s: float = 0.0
    """Over home, before a return comes down."""
    disarm_s: float = 0.0
    """From touching the ground until the motors stop."""
    accept_m: float = 2.0
    """How far from a corner the way may be left; 0 stops at each."""
    turn_radius_m: float = 0.0
    """Of wings in a turn, and of a loiter; 0 turns on the spot."""
    is_wing: bool = False
    ground_speed_is_least: bool = False
    """Whether DO_CHANGE_SPEED over the ground only says how slow it may become, as an ArduPlane takes it."""
    return_m: float = 15.0
    """Height over home of a return, where it flies lower."""
    endurance_s: float | None = None
    """With a full battery; None for not known."""
    endurance_is_told: bool = False
    """Whether an operator said so; else it is what such a vehicle has usually."""


class Wind(msgspec.Struct, frozen=True):
    """Of the whole way."""

    speed_mps: float = 0.0
    from_deg: float = 0.0
    """Direction that it comes from, degrees from true north."""


LAND_SLOWS_M = 10.0
"""Height over the ground below which a copter comes down slowly (LAND_ALT_LOW; PX4 MPC_LAND_ALT1)."""
_ROTOR = Pace(
    cruise_mps=10.0,
    climb_mps=2.5,
    sink_mps=1.5,
    land_mps=0.5,
    accel_mps2=1.5,
    accel_up_mps2=0.7,
    begin_s=2.0,
    return_mps=10.0,
    hold_home_s=5.0,
    disarm_s=2.0,
    return_m=15.0,
    endurance_s=1_200.0,
)
_PX4_ROTOR = Pace(
    cruise_mps=5.0,
    climb_mps=3.0,
    sink_mps=1.0,
    land_mps=0.7,
    accel_mps2=1.1,
    accel_up_mps2=3.0,
    begin_s=3.0,
    takeoff_mps=1.5,
    return_mps=5.0,
    disarm_s=2.0,
    return_m=30.0,
    endurance_s=1_200.0,
)
_WING = Pace(
    cruise_mps=18.0,
    climb_mps=5.0,
    sink_mps=2.0,
    land_mps=2.0,
    accel_mps2=3.0,
    begin_s=3.0,
    turn_radius_m=60.0,
    is_wing=True,
    ground_speed_is_least=True,
    return_m=100.0,
    endurance_s=3_600.0,
)
_WHEELS = Pace(
    cruise_mps=2.0, climb_mps=2.0, sink_mps=2.0, land_mps=2.0, accel_mps2=1.0, return_m=0.0, endurance_s=7_200.0
)
_PACES: dict[VehicleKind, Pace] = {
    VehicleKind.PLANE: _WING,
    VehicleKind.VTOL: _WING,
    VehicleKind.ROVER: _WHEELS,
    VehicleKind.BOAT: _WHEELS,
}


def pace_of(
    kind: VehicleKind,
    autopilot: Autopilot = Autopilot.UNKNOWN,
    cruise_mps: float | None = None,
    endurance_s: float | None = None,
) -> Pace:
    """How such a vehicle usually flies.

    Args:
        kind: of the vehicle; what is not known is taken for a copter.
        autopilot: whose defaults count.
        cruise_mps: as the plan or an operator says it; None for the usual.
        endurance_s: likewise.
    """
    usual = _PACES.get(kind, _PX4_ROTOR if autopilot is Autopilot.PX4 else _ROTOR)
    found = msgspec.structs.replace(
        usual, ground_speed_is_least=usual.ground_speed_is_least and autopilot is not Autopilot.PX4
    )
    if cruise_mps is not None and math.isfinite(cruise_mps) and cruise_mps > 0.0:
        radius_m = _turn_radius_m(cruise_mps) if usual.is_wing else 0.0
        found = msgspec.structs.replace(found, cruise_mps=cruise_mps, turn_radius_m=max(usual.turn_radius_m, radius_m))
    if endurance_s is not None and math.isfinite(endurance_s) and endurance_s > 0.0:
        found = msgspec.structs.replace(found, endurance_s=endurance_s, endurance_is_told=True)
    return found


def _turn_radius_m(speed_mps: float) -> float:
    """Of a turn banked by 30 degrees."""
    return speed_mps**2 / (GRAVITY_MPS2 * math.tan(math.radians(30.0)))
