# SPDX-License-Identifier: Apache-2.0
"""Which commands of a plan each firmware carries out, passes over in flight, or refuses at the upload. Pure.

ArduPilot takes every command that it knows for any vehicle, and passes over in flight what that vehicle has no use for;
PX4 refuses at the upload. Source: ArduCopter/mode_auto.cpp, ArduPlane/commands_logic.cpp, Rover/mode_auto.cpp,
AP_Mission.cpp; PX4 mavlink_mission.cpp; where a real ArduPilot 4.5.7 or a PX4 of 2022 answered otherwise, that counts.
"""

from __future__ import annotations

import enum

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.plan_commands import Cmd


class Support(enum.Enum):
    """What becomes of a command."""

    DONE = "Y"
    PASSED_OVER = "s"
    REFUSED = "N"
    QUADPLANE = "q"
    """Done by planes with rotors alone."""
    UNKNOWN = "?"
    """Nobody here knows; mounts and cameras depend on what is fitted."""


_COLUMNS: dict[int, str] = {
    Cmd.WAYPOINT: "YYYY",
    Cmd.LOITER_UNLIMITED: "YYYY",
    Cmd.LOITER_TURNS: "YYYN",
    Cmd.LOITER_TIME: "YYYY",
    Cmd.RETURN: "YYYY",
    Cmd.LAND: "YYsY",
    Cmd.TAKEOFF: "YYsY",
    Cmd.CONTINUE_AND_CHANGE_ALT: "sYsN",
    Cmd.LOITER_TO_ALT: "YYsY",
    Cmd.ROI_OLD: "NNNY",
    Cmd.SPLINE: "YNsN",
    Cmd.ALTITUDE_WAIT: "sYsN",
    Cmd.VTOL_TAKEOFF: "YqsY",
    Cmd.VTOL_LAND: "YqsY",
    Cmd.GUIDED_ENABLE: "YsYN",
    Cmd.DELAY: "YYYY",
    Cmd.PAYLOAD_PLACE: "YqsN",
    Cmd.CONDITION_DELAY: "YYYY",
    Cmd.CONDITION_DISTANCE: "YYYY",
    Cmd.CONDITION_YAW: "YssN",
    Cmd.JUMP: "YYYY",
    Cmd.CHANGE_SPEED: "YYYY",
    Cmd.SET_HOME: "YYYY",
    Cmd.SET_RELAY: "YYYN",
    Cmd.REPEAT_RELAY: "YYYN",
    Cmd.SET_SERVO: "YYYN",
    Cmd.REPEAT_SERVO: "YYYN",
    Cmd.LAND_START: "YYsY",
    Cmd.ROI_LOCATION: "???Y",
    Cmd.ROI_WPNEXT_OFFSET: "NNNY",
    Cmd.ROI_NONE: "???Y",
    Cmd.ROI: "Y??Y",
    Cmd.DIGICAM_CONTROL: "???Y",
    Cmd.MOUNT_CONTROL: "??sY",
    Cmd.CAMERA_DISTANCE: "???Y",
    Cmd.FENCE_ENABLE: "YYYN",
    Cmd.PARACHUTE: "YYsN",
    Cmd.INVERTED: "sYsN",
    Cmd.GRIPPER: "YYY?",
    Cmd.AUTOTUNE: "sYs?",
    Cmd.CAMERA_INTERVAL: "NNNY",
    Cmd.AUX_FUNCTION: "YYYN",
    Cmd.GUIDED_LIMITS: "YsYN",
    Cmd.ENGINE_CONTROL: "sYsN",
    Cmd.JUMP_TAG: "YYYN",
    Cmd.JUMP_TO_TAG: "YYYN",
    Cmd.GIMBAL: "???Y",
    Cmd.CAMERA_MODE: "NNNY",
    Cmd.IMAGE_START: "???Y",
    Cmd.IMAGE_STOP: "???Y",
    Cmd.VTOL_TRANSITION: "sqsY",
    Cmd.CONDITION_GATE: "NNNY",
}
"""ArduPilot's copters, planes and rovers, then PX4; a letter of `Support` each."""
_ARDUPILOT_COLUMN: dict[VehicleKind, int] = {
    VehicleKind.MULTICOPTER: 0,
    VehicleKind.HELICOPTER: 0,
    VehicleKind.PLANE: 1,
    VehicleKind.VTOL: 1,
    VehicleKind.ROVER: 2,
    VehicleKind.BOAT: 2,
}
_PX4_COLUMN = 3


def support_of(command: int, autopilot: Autopilot, kind: VehicleKind) -> Support:
    """What becomes of a command in a mission.

    Args:
        command: MAV_CMD.
        autopilot: whose firmware.
        kind: of the vehicle.
    """
    column = _PX4_COLUMN if autopilot is Autopilot.PX4 else _ARDUPILOT_COLUMN.get(kind)
    if column is None or autopilot not in (Autopilot.PX4, Autopilot.ARDUPILOT):
        return Support.UNKNOWN
    letters = _COLUMNS.get(command)
    if letters is None:
        # PX4 refuses all that it has no name for; of ArduPilot newer versions know more than this table
        return Support.REFUSED if autopilot is Autopilot.PX4 else Support.UNKNOWN
    found = Support(letters[column])
    if found is Support.QUADPLANE:
        return Support.DONE if kind is VehicleKind.VTOL else Support.PASSED_OVER
    return found
