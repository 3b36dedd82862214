# SPDX-License-Identifier: Apache-2.0
"""A command of MAVLink as it arrives: what the command tables of all firmwares are given. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.wire import Message

FORCE_MAGIC = 21196.0
"""param2 of COMPONENT_ARM_DISARM as MAVLink publishes it: by force."""
COMMAND_ACK = 77
_COMMAND_INT = 75


class MavResult(IntEnum):
    """MAV_RESULT."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5


@dataclass(frozen=True)
class Command:
    """One command as it arrived, by COMMAND_LONG or COMMAND_INT."""

    link: Link
    system: int
    """Who asks."""
    component: int
    number: int
    """MAV_CMD."""
    params: tuple[float, float, float, float]
    """param1 to param4."""
    latitude_deg: float
    """param5 of a COMMAND_LONG, whatever its meaning."""
    longitude_deg: float
    """param6 of a COMMAND_LONG."""
    height_m: float
    """param7, by the frame."""
    frame: int
    """MAV_FRAME; 3 (above home) for a COMMAND_LONG."""
    is_int: bool


_QUERIES = frozenset({410, 510, 511, 512, 519, 520, 521, 522, 525, 526, 527})
"""MAV_CMDs that ask and change nothing: what stations send by themselves."""
_ORDERS = frozenset({11, 39, 41, 44, 45, 69, 70, 73, 84, 86})
"""SET_MODE, the mission protocol's writing half, sticks, and targets."""
_COMMANDS = frozenset({75, 76})


def is_order(message: Message, system: int) -> bool:
    """Whether a message is somebody's wish about what a vehicle does; a question is none."""
    if message.values.get("target_system", message.values.get("target")) not in (0, system):
        return False
    if message.number in _COMMANDS:
        return int(message.values["command"]) not in _QUERIES
    return message.number in _ORDERS


Answer = MavResult | None
"""What a command comes to, ``None`` when it answers by itself later."""


def read_command(link: Link, message: Message, *, keeps_unset: bool = False) -> Command:
    """Read a COMMAND_LONG or COMMAND_INT.

    Args:
        link: It came by.
        message: The command.
        keeps_unset: Whether "not set" (NaN) stays so; else it, and infinity, become 0: nothing to calculate with.
    """
    is_int = message.number == _COMMAND_INT
    values = dict(message.values)
    if not keeps_unset:
        values = {name: value if math.isfinite(value) else 0.0 for name, value in values.items()}
    return Command(
        link=link,
        system=message.system,
        component=message.component,
        number=int(values["command"]),
        params=(values["param1"], values["param2"], values["param3"], values["param4"]),
        latitude_deg=values["x"] * 1e-7 if is_int else values["param5"],
        longitude_deg=values["y"] * 1e-7 if is_int else values["param6"],
        height_m=values["z"] if is_int else values["param7"],
        frame=int(values["frame"]) if is_int else 3,
        is_int=is_int,
    )
