# SPDX-License-Identifier: Apache-2.0
"""The commands of a simulated ArduPilot that fly nowhere: messages, outputs, calibration, reboot. Sans-I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstation.simulator import telemetry
from groundstation.simulator.boot import INFO, NOTICE
from groundstation.simulator.orders import (
    ACCEPTED,
    DENIED,
    FAILED,
    IN_PROGRESS,
    UNSUPPORTED,
    acknowledge,
)
from groundstation.simulator.streams import SCHEDULABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.simulator.autopilot import Vehicle
    from groundstation.simulator.links import Link
    from groundstation.simulator.orders import Order, Result

_MESSAGE_INTERVAL = 244
_SERVO_CHANNELS = 16


def _set_servo(vehicle: Vehicle, order: Order) -> Result:
    channel = int(order.params[0])
    if channel in vehicle.flavour.motor_channels:
        vehicle.say(INFO, f"ServoRelayEvent: Channel {channel} is already in use")
        return FAILED
    if not 1 <= channel <= _SERVO_CHANNELS:
        return FAILED
    vehicle.servo_us[channel] = int(order.params[1])
    return ACCEPTED


def _set_relay(vehicle: Vehicle, order: Order) -> Result:
    """DO_SET_RELAY: relay 0 is the first; one without a function fails."""
    relay = int(order.params[0]) + 1
    function = vehicle.parameters.find(f"RELAY{relay}_FUNCTION")
    return ACCEPTED if function is not None and function.value > 0 else FAILED


def _grip(vehicle: Vehicle, order: Order) -> Result:
    """DO_GRIPPER: 0 lets go, 1 grabs; fails while there is none."""
    is_known = int(order.params[1]) in (0, 1)
    return ACCEPTED if is_known and vehicle.parameters.value("GRIP_ENABLE") > 0 else FAILED


def _ask_camera(_vehicle: Vehicle, _order: Order) -> Result:
    """Accept what an older camera is asked for, without a camera too."""
    return ACCEPTED


def _fail_camera(vehicle: Vehicle, _order: Order) -> Result:
    """Fail what only a camera can do."""
    return ACCEPTED if vehicle.parameters.value("CAM1_TYPE") > 0 else FAILED


def _set_interval(vehicle: Vehicle, order: Order) -> Result:
    number, interval_us = int(order.params[0]), order.params[1]
    if number not in SCHEDULABLE:
        vehicle.say(INFO, f"No ap_message for mavlink id ({number})")
        return DENIED
    if interval_us == 0.0:
        order.link.schedule.set_default(number, vehicle.now_s)
    else:
        order.link.schedule.set_interval(number, interval_us * 1e-6, vehicle.now_s)
    return ACCEPTED


def _get_interval(vehicle: Vehicle, order: Order) -> Result:
    number = int(order.params[0])
    interval_us = round(order.link.schedule.interval_s(number) * 1e6)
    known = number in SCHEDULABLE
    reported = (interval_us or -1) if known else 0
    vehicle.later(0.0, lambda: order.link.say(_MESSAGE_INTERVAL, message_id=number, interval_us=reported))
    return ACCEPTED if known else FAILED


_SILENTLY_ACCEPTED = frozenset({259, 280})
"""CAMERA_INFORMATION, GIMBAL_MANAGER_INFORMATION: acknowledged, never sent."""


def _request_message(vehicle: Vehicle, order: Order) -> Result:
    number = int(order.params[0])
    if number in _SILENTLY_ACCEPTED:
        return ACCEPTED
    if number not in telemetry.BUILDERS:
        return FAILED
    vehicle.later(0.0, lambda: _send_once(vehicle, order.link, number))
    return ACCEPTED


def _send_once(vehicle: Vehicle, link: Link, number: int) -> None:
    payload = telemetry.payload(vehicle, number)
    if payload is not None:
        link.send(number, payload)


def _capabilities(vehicle: Vehicle, order: Order) -> Result:
    vehicle.later(0.0, lambda: _send_once(vehicle, order.link, 148))
    return ACCEPTED


def _get_home(vehicle: Vehicle, order: Order) -> Result:
    if vehicle.home is None:
        return FAILED
    vehicle.later(0.0, lambda: _send_once(vehicle, order.link, 242))
    return ACCEPTED


def _run_checks(vehicle: Vehicle, _order: Order) -> Result:
    vehicle.arming.complain()
    return ACCEPTED


def _reboot(vehicle: Vehicle, order: Order) -> Result:
    if vehicle.armed:
        return FAILED
    if order.params[0] != 1.0:
        return UNSUPPORTED
    vehicle.reboot()
    return ACCEPTED


def _calibrate(vehicle: Vehicle, order: Order) -> Result:
    """PREFLIGHT_CALIBRATION: gyro, baro and level answer late; nothing and compass are not supported."""
    if vehicle.armed:
        vehicle.say(NOTICE, "Disarm to allow calibration")
        return FAILED
    gyro, _compass, baro, _radio = order.params
    level = order.latitude_deg

    def done() -> None:
        acknowledge(vehicle, order, ACCEPTED)

    if gyro == 1.0:
        vehicle.say(INFO, "Initialising ArduPilot")
        vehicle.later(0.525, done)
        return None
    if baro == 1.0:
        return _calibrate_pressure(vehicle, order)
    if level == 2.0:
        vehicle.later(1.08, lambda: vehicle.say(INFO, "Trim OK: roll=0.01 pitch=0.00 yaw=0.00"))
        vehicle.later(1.08, done)
        return None
    return UNSUPPORTED


def _calibrate_pressure(vehicle: Vehicle, order: Order) -> Result:
    """Barometers (and a plane's airspeed sensor): in progress at once, accepted at the end."""
    steps = [(0.8, IN_PROGRESS), (1.8, ACCEPTED)] if vehicle.flavour.airframe.is_plane else [(0.078, ACCEPTED)]
    for delay_s, result in steps:
        vehicle.later(delay_s, lambda result=result: acknowledge(vehicle, order, result))  # type: ignore[misc]
    return IN_PROGRESS


def _compass_start(vehicle: Vehicle, _order: Order) -> Result:
    reason = "Compass calibrated requires reboot"
    if reason not in vehicle.arming.extra_reasons:
        vehicle.arming.extra_reasons.append(reason)
    return ACCEPTED


def _nothing(_vehicle: Vehicle, _order: Order) -> Result:
    return ACCEPTED


UPKEEP: dict[int, Callable[[Vehicle, Order], Result]] = {
    181: _set_relay,
    183: _set_servo,
    203: _ask_camera,
    206: _ask_camera,
    211: _grip,
    241: _calibrate,
    246: _reboot,
    401: _run_checks,
    410: _get_home,
    510: _get_interval,
    511: _set_interval,
    512: _request_message,
    520: _capabilities,
    1000: lambda _vehicle, _order: FAILED,
    2000: _fail_camera,
    2001: _fail_camera,
    2500: _fail_camera,
    2501: _fail_camera,
    42424: _compass_start,
    42426: _nothing,
}
"""MAV_CMD to what does it."""
