# SPDX-License-Identifier: Apache-2.0
"""The commands of a simulated ArduPilot that fly nowhere: messages, outputs, calibration, reboot. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.simulator.ardupilot.arming import arming_of
from groundstation.simulator.ardupilot.streams import SCHEDULABLE
from groundstation.simulator.engine.boot import INFO, NOTICE
from groundstation.simulator.engine.commands import Answer, Command, MavResult
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.microservices import acknowledge
from groundstation.simulator.engine.vehicle import Vehicle

_MESSAGE_INTERVAL = 244
_SERVO_CHANNELS = 16


def _set_servo(vehicle: Vehicle, command: Command) -> Answer:
    channel = int(command.params[0])
    if channel in vehicle.flavour.motor_channels:
        vehicle.say(INFO, f"ServoRelayEvent: Channel {channel} is already in use")
        return MavResult.FAILED
    if not 1 <= channel <= _SERVO_CHANNELS:
        return MavResult.FAILED
    vehicle.servo_us[channel] = int(command.params[1])
    return MavResult.ACCEPTED


def _set_relay(vehicle: Vehicle, command: Command) -> Answer:
    """DO_SET_RELAY: relay 0 is the first; one without a function fails."""
    relay = int(command.params[0]) + 1
    function = vehicle.parameters.find(f"RELAY{relay}_FUNCTION")
    return MavResult.ACCEPTED if function is not None and function.value > 0 else MavResult.FAILED


def _grip(vehicle: Vehicle, command: Command) -> Answer:
    """DO_GRIPPER: 0 lets go, 1 grabs; fails while there is none."""
    is_known = int(command.params[1]) in (0, 1)
    return MavResult.ACCEPTED if is_known and vehicle.parameters.value("GRIP_ENABLE") > 0 else MavResult.FAILED


def _ask_camera(_vehicle: Vehicle, _command: Command) -> Answer:
    """Accept what an older camera is asked for, without a camera too."""
    return MavResult.ACCEPTED


def _fail_camera(vehicle: Vehicle, _command: Command) -> Answer:
    """Fail what only a camera can do."""
    return MavResult.ACCEPTED if vehicle.parameters.value("CAM1_TYPE") > 0 else MavResult.FAILED


def _set_interval(vehicle: Vehicle, command: Command) -> Answer:
    number, interval_us = int(command.params[0]), command.params[1]
    if number not in SCHEDULABLE:
        vehicle.say(INFO, f"No ap_message for mavlink id ({number})")
        return MavResult.DENIED
    command.link.schedule.ask(number, interval_us, vehicle.now_s)
    return MavResult.ACCEPTED


def _get_interval(vehicle: Vehicle, command: Command) -> Answer:
    number = int(command.params[0])
    interval_us = round(command.link.schedule.interval_s(number) * 1e6)
    known = number in SCHEDULABLE
    reported = (interval_us or -1) if known else 0
    vehicle.later(0.0, lambda: command.link.say(_MESSAGE_INTERVAL, message_id=number, interval_us=reported))
    return MavResult.ACCEPTED if known else MavResult.FAILED


_SILENTLY_ACCEPTED = frozenset({259, 280})
"""CAMERA_INFORMATION, GIMBAL_MANAGER_INFORMATION: acknowledged, never sent."""


def _request_message(vehicle: Vehicle, command: Command) -> Answer:
    number = int(command.params[0])
    if number in _SILENTLY_ACCEPTED:
        return MavResult.ACCEPTED
    if number not in vehicle.firmware.builders:
        return MavResult.FAILED
    vehicle.later(0.0, lambda: _send_once(vehicle, command.link, number))
    return MavResult.ACCEPTED


def _send_once(vehicle: Vehicle, link: Link, number: int) -> None:
    payload = vehicle.payload(number)
    if payload is not None:
        link.send(number, payload)


def _capabilities(vehicle: Vehicle, command: Command) -> Answer:
    vehicle.later(0.0, lambda: _send_once(vehicle, command.link, 148))
    return MavResult.ACCEPTED


def _get_home(vehicle: Vehicle, command: Command) -> Answer:
    if vehicle.home is None:
        return MavResult.FAILED
    vehicle.later(0.0, lambda: _send_once(vehicle, command.link, 242))
    return MavResult.ACCEPTED


def _run_checks(vehicle: Vehicle, _command: Command) -> Answer:
    arming_of(vehicle).complain()
    return MavResult.ACCEPTED


def _reboot(vehicle: Vehicle, command: Command) -> Answer:
    if vehicle.armed:
        return MavResult.FAILED
    if command.params[0] != 1.0:
        return MavResult.UNSUPPORTED
    vehicle.reboot()
    return MavResult.ACCEPTED


def _calibrate(vehicle: Vehicle, command: Command) -> Answer:
    """PREFLIGHT_CALIBRATION: gyro, baro and level answer late; nothing and compass are not supported."""
    if vehicle.armed:
        vehicle.say(NOTICE, "Disarm to allow calibration")
        return MavResult.FAILED
    gyro, _compass, baro, _radio = command.params
    level = command.latitude_deg

    def done() -> None:
        acknowledge(vehicle, command, MavResult.ACCEPTED)

    if gyro == 1.0:
        vehicle.say(INFO, "Initialising ArduPilot")
        vehicle.later(0.525, done)
        return None
    if baro == 1.0:
        return _calibrate_pressure(vehicle, command)
    if level == 2.0:
        vehicle.later(1.08, lambda: vehicle.say(INFO, "Trim OK: roll=0.01 pitch=0.00 yaw=0.00"))
        vehicle.later(1.08, done)
        return None
    return MavResult.UNSUPPORTED


def _calibrate_pressure(vehicle: Vehicle, command: Command) -> Answer:
    """Barometers (and a plane's airspeed sensor): in progress at once, accepted at the end."""
    steps = (
        [(0.8, MavResult.IN_PROGRESS), (1.8, MavResult.ACCEPTED)]
        if vehicle.flavour.airframe.is_plane
        else [(0.078, MavResult.ACCEPTED)]
    )
    for delay_s, result in steps:
        vehicle.later(delay_s, lambda result=result: acknowledge(vehicle, command, result))  # type: ignore[misc]
    return MavResult.IN_PROGRESS


def _compass_start(vehicle: Vehicle, _command: Command) -> Answer:
    reason = "Compass calibrated requires reboot"
    if reason not in arming_of(vehicle).extra_reasons:
        arming_of(vehicle).extra_reasons.append(reason)
    return MavResult.ACCEPTED


def _nothing(_vehicle: Vehicle, _command: Command) -> Answer:
    return MavResult.ACCEPTED


SERVICE_COMMANDS: dict[int, Callable[[Vehicle, Command], Answer]] = {
    181: _set_relay,  # DO_SET_RELAY
    183: _set_servo,  # DO_SET_SERVO
    203: _ask_camera,  # DO_DIGICAM_CONTROL
    206: _ask_camera,  # DO_SET_CAM_TRIGG_DIST
    211: _grip,  # DO_GRIPPER
    241: _calibrate,  # PREFLIGHT_CALIBRATION
    246: _reboot,  # PREFLIGHT_REBOOT_SHUTDOWN
    401: _run_checks,  # RUN_PREARM_CHECKS
    410: _get_home,  # GET_HOME_POSITION
    510: _get_interval,  # GET_MESSAGE_INTERVAL
    511: _set_interval,  # SET_MESSAGE_INTERVAL
    512: _request_message,  # REQUEST_MESSAGE
    520: _capabilities,  # REQUEST_AUTOPILOT_CAPABILITIES
    1000: lambda _vehicle, _command: MavResult.FAILED,  # DO_GIMBAL_MANAGER_PITCHYAW
    2000: _fail_camera,  # IMAGE_START_CAPTURE
    2001: _fail_camera,  # IMAGE_STOP_CAPTURE
    2500: _fail_camera,  # VIDEO_START_CAPTURE
    2501: _fail_camera,  # VIDEO_STOP_CAPTURE
    42424: _compass_start,  # DO_START_MAG_CAL
    42426: _nothing,  # DO_CANCEL_MAG_CAL
}
"""MAV_CMD to what does it."""
