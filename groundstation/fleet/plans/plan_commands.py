# SPDX-License-Identifier: Apache-2.0
"""The commands that stand in missions, fences and rally lists: name, place, and what their parameters mean. Pure.

Source: MAVLink common.xml, MAV_CMD. A command that is not here is kept as it is: its numbers, and no words.
"""

from __future__ import annotations

import enum

import msgspec

from groundstation.fleet.plans.plan_items import FRAME_MISSION, PlanItem


class Cmd(enum.IntEnum):
    """MAV_CMD of items that are named in the code."""

    WAYPOINT = 16
    LOITER_UNLIMITED = 17
    LOITER_TURNS = 18
    LOITER_TIME = 19
    RETURN = 20
    LAND = 21
    TAKEOFF = 22
    CONTINUE_AND_CHANGE_ALT = 30
    LOITER_TO_ALT = 31
    ROI_OLD = 80
    SPLINE = 82
    ALTITUDE_WAIT = 83
    VTOL_TAKEOFF = 84
    VTOL_LAND = 85
    GUIDED_ENABLE = 92
    DELAY = 93
    PAYLOAD_PLACE = 94
    CONDITION_DELAY = 112
    CONDITION_DISTANCE = 114
    CONDITION_YAW = 115
    JUMP = 177
    CHANGE_SPEED = 178
    SET_HOME = 179
    SET_RELAY = 181
    REPEAT_RELAY = 182
    SET_SERVO = 183
    REPEAT_SERVO = 184
    LAND_START = 189
    ROI_LOCATION = 195
    ROI_WPNEXT_OFFSET = 196
    ROI_NONE = 197
    ROI = 201
    DIGICAM_CONTROL = 203
    MOUNT_CONTROL = 205
    CAMERA_DISTANCE = 206
    FENCE_ENABLE = 207
    PARACHUTE = 208
    INVERTED = 210
    GRIPPER = 211
    AUTOTUNE = 212
    CAMERA_INTERVAL = 214
    SPRAYER = 216
    AUX_FUNCTION = 218
    GUIDED_LIMITS = 222
    ENGINE_CONTROL = 223
    JUMP_TAG = 600
    JUMP_TO_TAG = 601
    GIMBAL = 1000
    CAMERA_MODE = 530
    IMAGE_START = 2000
    IMAGE_STOP = 2001
    VTOL_TRANSITION = 3000
    CONDITION_GATE = 4501
    FENCE_RETURN = 5000
    FENCE_POLYGON_IN = 5001
    FENCE_POLYGON_OUT = 5002
    FENCE_CIRCLE_IN = 5003
    FENCE_CIRCLE_OUT = 5004
    RALLY_POINT = 5100


class Param(msgspec.Struct, frozen=True):
    """What one parameter of a command means."""

    number: int
    """1 to 7."""
    label: str
    unit: str = ""
    """As shown; empty for none."""
    default: float | None = 0.0
    """None leaves it to the vehicle."""


class CommandRow(msgspec.Struct, frozen=True, kw_only=True):
    """One command."""

    command: Cmd
    label: str
    """As operators call it."""
    has_place: bool = False
    """Whether x and y are degrees."""
    has_height: bool = False
    """Whether z is metres by the frame."""
    is_flown: bool = False
    """Whether the vehicle goes there, so that a leg leads to it."""
    params: tuple[Param, ...] = ()


def _flown(command: Cmd, label: str, *params: Param) -> CommandRow:
    return CommandRow(command=command, label=label, has_place=True, has_height=True, is_flown=True, params=params)


def _does(command: Cmd, label: str, *params: Param) -> CommandRow:
    return CommandRow(command=command, label=label, params=params)


def _looks(command: Cmd, label: str, *params: Param) -> CommandRow:
    return CommandRow(command=command, label=label, has_place=True, has_height=True, params=params)


def _limits(command: Cmd, label: str, *params: Param) -> CommandRow:
    return CommandRow(command=command, label=label, has_place=True, params=params)


_HOLD = Param(1, "hold", "s")
_YAW = Param(4, "heading", "°", None)
_RADIUS_3 = Param(3, "radius", "m")

ROWS: tuple[CommandRow, ...] = (
    _flown(Cmd.WAYPOINT, "Waypoint", _HOLD, Param(2, "accept within", "m"), Param(3, "pass by", "m"), _YAW),
    _flown(Cmd.LOITER_UNLIMITED, "Loiter", _RADIUS_3, _YAW),
    _flown(Cmd.LOITER_TURNS, "Loiter turns", Param(1, "turns", "", 1.0), _RADIUS_3),
    _flown(Cmd.LOITER_TIME, "Loiter time", Param(1, "time", "s", 10.0), _RADIUS_3),
    _does(Cmd.RETURN, "Return to launch"),
    _flown(Cmd.LAND, "Land", Param(1, "abort height", "m"), Param(2, "precision"), _YAW),
    _flown(Cmd.TAKEOFF, "Take-off", Param(1, "pitch", "°"), _YAW),
    CommandRow(
        command=Cmd.CONTINUE_AND_CHANGE_ALT, label="Change height", has_height=True, params=(Param(1, "direction"),)
    ),
    _flown(Cmd.LOITER_TO_ALT, "Loiter to height", Param(1, "leave on heading"), Param(2, "radius", "m")),
    _looks(Cmd.ROI_OLD, "Look at (old)", Param(1, "mode")),
    _flown(Cmd.SPLINE, "Spline waypoint", _HOLD),
    _does(Cmd.ALTITUDE_WAIT, "Wait for height", Param(1, "height", "m"), Param(2, "descent", "m/s")),
    _flown(Cmd.VTOL_TAKEOFF, "VTOL take-off", Param(2, "transition heading"), _YAW),
    _flown(Cmd.VTOL_LAND, "VTOL land", Param(1, "options"), Param(3, "approach height", "m"), _YAW),
    _does(Cmd.GUIDED_ENABLE, "Guided by computer", Param(1, "on", "", 1.0)),
    _does(
        Cmd.DELAY,
        "Delay",
        Param(1, "time", "s", 10.0),
        Param(2, "hour", "", -1.0),
        Param(3, "minute", "", -1.0),
        Param(4, "second", "", -1.0),
    ),
    _flown(Cmd.PAYLOAD_PLACE, "Place payload", Param(1, "most descent", "m")),
    _does(Cmd.CONDITION_DELAY, "Wait, then do", Param(1, "time", "s")),
    _does(Cmd.CONDITION_DISTANCE, "Wait for distance, then do", Param(1, "distance", "m")),
    _does(
        Cmd.CONDITION_YAW,
        "Turn the nose",
        Param(1, "heading", "°"),
        Param(2, "rate", "°/s"),
        Param(3, "direction"),
        Param(4, "relative"),
    ),
    _does(Cmd.JUMP, "Jump", Param(1, "to item", "", 1.0), Param(2, "times", "", 1.0)),
    _does(
        Cmd.CHANGE_SPEED,
        "Change speed",
        Param(1, "kind", "", 1.0),
        Param(2, "speed", "m/s", 5.0),
        Param(3, "throttle", "%", -1.0),
    ),
    _looks(Cmd.SET_HOME, "Set home", Param(1, "here")),
    _does(Cmd.SET_RELAY, "Relay", Param(1, "relay"), Param(2, "on")),
    _does(Cmd.REPEAT_RELAY, "Repeat relay", Param(1, "relay"), Param(2, "times"), Param(3, "period", "s")),
    _does(Cmd.SET_SERVO, "Servo", Param(1, "servo", "", 9.0), Param(2, "PWM", "µs", 1500.0)),
    _does(
        Cmd.REPEAT_SERVO,
        "Repeat servo",
        Param(1, "servo"),
        Param(2, "PWM", "µs"),
        Param(3, "times"),
        Param(4, "period", "s"),
    ),
    CommandRow(command=Cmd.LAND_START, label="Landing begins", has_place=True),
    _looks(Cmd.ROI_LOCATION, "Look at", Param(1, "gimbal")),
    _does(
        Cmd.ROI_WPNEXT_OFFSET, "Look along the way", Param(5, "pitch", "°"), Param(6, "roll", "°"), Param(7, "yaw", "°")
    ),
    _does(Cmd.ROI_NONE, "Look ahead", Param(1, "gimbal")),
    _looks(Cmd.ROI, "Look at", Param(1, "mode", "", 3.0)),
    _does(
        Cmd.DIGICAM_CONTROL,
        "Camera control",
        Param(1, "session"),
        Param(2, "zoom"),
        Param(3, "zoom step"),
        Param(4, "focus lock"),
        Param(5, "shoot", "", 1.0),
        Param(6, "command"),
        Param(7, "shot"),
    ),
    _does(
        Cmd.MOUNT_CONTROL,
        "Mount",
        Param(1, "pitch", "°"),
        Param(2, "roll", "°"),
        Param(3, "yaw", "°"),
        Param(7, "mode", "", 2.0),
    ),
    _does(
        Cmd.CAMERA_DISTANCE,
        "Trigger by distance",
        Param(1, "distance", "m", 20.0),
        Param(2, "shutter", "ms"),
        Param(3, "once now"),
    ),
    _does(Cmd.FENCE_ENABLE, "Fence", Param(1, "on", "", 1.0)),
    _does(Cmd.PARACHUTE, "Parachute", Param(1, "action")),
    _does(Cmd.INVERTED, "Fly inverted", Param(1, "on")),
    _does(Cmd.GRIPPER, "Gripper", Param(1, "gripper", "", 1.0), Param(2, "action")),
    _does(Cmd.AUTOTUNE, "Autotune", Param(1, "on", "", 1.0), Param(2, "axes")),
    _does(Cmd.CAMERA_INTERVAL, "Trigger by time", Param(1, "interval", "ms", 1000.0), Param(2, "shutter", "ms", -1.0)),
    _does(Cmd.AUX_FUNCTION, "Auxiliary function", Param(1, "function"), Param(2, "position")),
    _does(
        Cmd.GUIDED_LIMITS,
        "Guided limits",
        Param(1, "time", "s"),
        Param(2, "lowest", "m"),
        Param(3, "highest", "m"),
        Param(4, "distance", "m"),
    ),
    _does(Cmd.ENGINE_CONTROL, "Engine", Param(1, "start", "", 1.0), Param(2, "cold"), Param(3, "height", "m")),
    _does(Cmd.JUMP_TAG, "Tag", Param(1, "tag", "", 1.0)),
    _does(Cmd.JUMP_TO_TAG, "Jump to tag", Param(1, "tag", "", 1.0), Param(2, "times", "", 1.0)),
    _does(
        Cmd.GIMBAL,
        "Gimbal",
        Param(1, "pitch", "°", -90.0),
        Param(2, "yaw", "°", None),
        Param(3, "pitch rate", "°/s", None),
        Param(4, "yaw rate", "°/s", None),
        Param(5, "flags"),
        Param(7, "gimbal"),
    ),
    _does(Cmd.SPRAYER, "Sprayer", Param(1, "on", "", 1.0)),
    _does(Cmd.CAMERA_MODE, "Camera mode", Param(1, "camera"), Param(2, "mode")),
    _does(Cmd.IMAGE_START, "Take pictures", Param(1, "camera"), Param(2, "interval", "s"), Param(3, "number", "", 1.0)),
    _does(Cmd.IMAGE_STOP, "Stop pictures", Param(1, "camera")),
    _does(Cmd.VTOL_TRANSITION, "VTOL transition", Param(1, "to", "", 4.0)),
    _flown(Cmd.CONDITION_GATE, "Gate", Param(1, "geometry"), Param(2, "with height")),
    _limits(Cmd.FENCE_RETURN, "Return point"),
    _limits(Cmd.FENCE_POLYGON_IN, "Stay inside", Param(1, "corners"), Param(2, "group")),
    _limits(Cmd.FENCE_POLYGON_OUT, "Keep out", Param(1, "corners")),
    _limits(Cmd.FENCE_CIRCLE_IN, "Stay inside circle", Param(1, "radius", "m", 100.0), Param(2, "group")),
    _limits(Cmd.FENCE_CIRCLE_OUT, "Keep out of circle", Param(1, "radius", "m", 50.0)),
    _looks(Cmd.RALLY_POINT, "Rally point"),
)
"""Every command that has words."""

BY_COMMAND: dict[int, CommandRow] = {int(row.command): row for row in ROWS}
_PLACES = frozenset(
    {23, 24, 25, 34, 35, 36, 81, 188, 192, 252, 4001, 30001, 43003, *range(31000, 31010)}
    | {int(row.command) for row in ROWS if row.has_place}
)
"""Commands with a place, also those without words (MAV_CMD `hasLocation`)."""


def has_place(command: int, frame: int) -> bool:
    """Whether x and y of an item are degrees.

    ArduPilot gives items without a place back in frame 0, so the command decides; the frame does for a command that
    nobody here knows.
    """
    if command in _PLACES:
        return frame != FRAME_MISSION
    return command not in BY_COMMAND and frame != FRAME_MISSION


def is_flown(item: PlanItem) -> bool:
    """Whether a leg leads to an item: it is flown to and its place is known."""
    row = BY_COMMAND.get(item.command)
    # 0/0 is "here" for a take-off or a landing (both autopilots), and no place at sea
    return row is not None and row.is_flown and item.frame != FRAME_MISSION and bool(item.x or item.y)


def label_of(command: int) -> str:
    """What a command is called."""
    row = BY_COMMAND.get(command)
    return row.label if row is not None else f"Command {command}"
