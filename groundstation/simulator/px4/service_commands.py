# SPDX-License-Identifier: Apache-2.0
"""The commands of a simulated PX4 that fly nowhere: messages, calibration, reboot. Sans-I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.commands import Answer, Command, MavResult
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.px4.arming import arming_of

_MESSAGE_INTERVAL = 244
_VERSION, _PROTOCOL, _HOME = 148, 300, 242
_STREAMS = frozenset({1, 2, 4, 8, 24, 30, 31, 32, 33, 36, 49, 62, 65, 74, 76, 83, 85, 87, 105, 132, 141, 147, 148})
_SCHEDULABLE = _STREAMS | {230, 241, 242, 245, 264, 331, 340}
"""What SET_MESSAGE_INTERVAL accepts; NAV_CONTROLLER_OUTPUT (62) is among them and never comes."""
_SENT_YET_DENIED = frozenset({30})
"""REQUEST_MESSAGE sends it and says no."""
_CALIBRATION_S = 3.0


def _number(value: float) -> int:
    return round(value) if math.isfinite(value) else -1


def _set_interval(vehicle: Vehicle, command: Command) -> Answer:
    """SET_MESSAGE_INTERVAL: HEARTBEAT, MISSION_CURRENT and unknown ones can't be."""
    number, interval_us = _number(command.params[0]), command.params[1]
    if number not in _SCHEDULABLE:
        return MavResult.FAILED
    command.link.schedule.ask(number, interval_us, vehicle.now_s)
    return MavResult.ACCEPTED


def _get_interval(_vehicle: Vehicle, command: Command) -> Answer:
    """GET_MESSAGE_INTERVAL: always accepted; 0 is the interval of what doesn't exist."""
    number = _number(command.params[0])
    interval_us = round(command.link.schedule.interval_s(number) * 1e6)
    command.link.say(_MESSAGE_INTERVAL, message_id=max(number, 0), interval_us=interval_us)
    return MavResult.ACCEPTED


def _request_message(vehicle: Vehicle, command: Command) -> Answer:
    return _send(vehicle, command, _number(command.params[0]))


def _send(vehicle: Vehicle, command: Command, number: int) -> MavResult:
    """Send a message before its acknowledgement."""
    payload = vehicle.payload(number)
    if payload is None:
        return MavResult.DENIED
    command.link.send(number, payload)
    return MavResult.DENIED if number in _SENT_YET_DENIED else MavResult.ACCEPTED


def _refuse_reboot(_vehicle: Vehicle, _command: Command) -> Answer:
    """PREFLIGHT_REBOOT_SHUTDOWN: denied by a build for the simulator, on the ground and in the air."""
    return MavResult.DENIED


def _calibrate(vehicle: Vehicle, command: Command) -> Answer:
    """PREFLIGHT_CALIBRATION: accepted at once; only texts tell how it goes on."""
    arming = arming_of(vehicle)
    if vehicle.armed or arming.is_calibrating:
        return MavResult.TEMPORARILY_REJECTED
    gyro, compass, baro, _ = command.params
    if 1.0 not in (gyro, compass, baro):
        return MavResult.ACCEPTED
    place = (gyro, compass, baro).index(1.0)
    name = ("gyro", "mag", "baro")[place]
    arming.calibrated_at_s = vehicle.now_s + _CALIBRATION_S
    lines = [f"[cal] calibration started: 2 {name}\t", *(f"[cal] progress <{part}>\t" for part in (0, 50, 100))]
    for step, line in enumerate((*lines, f"[cal] calibration done: {name}\t")):
        delay_s = step * _CALIBRATION_S / 4.0
        vehicle.later(delay_s, lambda said=line: vehicle.say(INFO, said))  # type: ignore[misc]
    return MavResult.ACCEPTED


SERVICE_COMMANDS: dict[int, Callable[[Vehicle, Command], Answer]] = {
    241: _calibrate,  # PREFLIGHT_CALIBRATION
    246: _refuse_reboot,  # PREFLIGHT_REBOOT_SHUTDOWN
    410: lambda vehicle, command: _send(vehicle, command, _HOME),  # GET_HOME_POSITION
    510: _get_interval,  # GET_MESSAGE_INTERVAL
    511: _set_interval,  # SET_MESSAGE_INTERVAL
    512: _request_message,  # REQUEST_MESSAGE
    519: lambda vehicle, command: _send(vehicle, command, _PROTOCOL),  # REQUEST_PROTOCOL_VERSION
    520: lambda vehicle, command: _send(vehicle, command, _VERSION),  # REQUEST_AUTOPILOT_CAPABILITIES
}
"""MAV_CMD to what does it."""
