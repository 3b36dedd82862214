# SPDX-License-Identifier: Apache-2.0
"""Decodes messages of state, health, radio and clocks. Pure; fields after MAVLink common and ardupilotmega."""

from __future__ import annotations

from groundstation.fleet.status import (
    Armed,
    FlightStatus,
    Health,
    Landed,
    LandedState,
    MissionProgress,
    Mode,
    Radio,
    Rc,
    SensorHealth,
    SystemStatus,
    VehicleClock,
)
from groundstation.mavlink.checks import U8, U16, UNIX_S, Checks, fraction
from groundstation.mavlink.decoders.energy import battery_of_sys_status
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import Fields, enum_names
from groundstation.mavlink.modes import SAFETY_ARMED, mode_name

SYSTEM_STATES = (
    SystemStatus.UNINITIALISED,
    SystemStatus.BOOT,
    SystemStatus.CALIBRATING,
    SystemStatus.STANDBY,
    SystemStatus.ACTIVE,
    SystemStatus.CRITICAL,
    SystemStatus.EMERGENCY,
    SystemStatus.POWEROFF,
    SystemStatus.TERMINATION,
)
"""MAV_STATE by number."""
LANDED_STATES = (
    LandedState.UNKNOWN,
    LandedState.ON_GROUND,
    LandedState.IN_AIR,
    LandedState.TAKING_OFF,
    LandedState.LANDING,
)
"""MAV_LANDED_STATE by number."""
MISSION_STATES = (None, "no_mission", "not_started", "active", "paused", "complete")
"""MISSION_STATE by number."""
PREARM_CHECK = 0x10000000
"""MAV_SYS_STATUS_PREARM_CHECK."""
_RC_CHANNELS = tuple(f"chan{number}_raw" for number in range(1, 19))
_SENSORS = {
    bit: name.removeprefix("sensor_") for bit, name in enum_names("MAV_SYS_STATUS_SENSOR", "MAV_SYS_STATUS_").items()
}


def heartbeat(fields: Fields, at_s: float) -> Decoded:
    """HEARTBEAT of an autopilot."""
    base_mode, custom_mode = fields["base_mode"], fields["custom_mode"]
    number = fields["system_status"]
    name = mode_name(fields["type"], fields["autopilot"], base_mode, custom_mode)
    status = SYSTEM_STATES[number] if number < len(SYSTEM_STATES) else SystemStatus.UNKNOWN
    return (
        ("mode", Mode(at_s=at_s, name=name, custom_mode=custom_mode)),
        ("armed", Armed(at_s=at_s, is_armed=bool(base_mode & SAFETY_ARMED))),
        ("flight_status", FlightStatus(at_s=at_s, system_status=status)),
    )


def extended_sys_state(fields: Fields, at_s: float) -> Decoded:
    """EXTENDED_SYS_STATE."""
    number = fields["landed_state"]
    state = LANDED_STATES[number] if number < len(LANDED_STATES) else LandedState.UNKNOWN
    return (("landed", Landed(at_s=at_s, state=state)),)


def sys_status(fields: Fields, at_s: float) -> Decoded:
    """SYS_STATUS: parts, load, and the first battery for want of a BATTERY_STATUS."""
    present = fields["onboard_control_sensors_present"]
    enabled = fields["onboard_control_sensors_enabled"]
    healthy = fields["onboard_control_sensors_health"]
    sensors = tuple(
        SensorHealth(name=name, is_enabled=bool(enabled & bit), is_healthy=bool(healthy & bit))
        for bit, name in _SENSORS.items()
        # what is not fitted is neither good nor bad
        if present & bit
    )
    checks = Checks()
    health = Health(
        at_s=at_s,
        sensors=sensors,
        # PX4 from 1.14 on says that the check passes, and never that it has one
        is_armable=True if healthy & PREARM_CHECK else False if present & PREARM_CHECK else None,
        load_fraction=checks.number("load_fraction", fields["load"], 0.0, 1.0, 1000.0, (U16,)),
        comm_errors=fields["errors_comm"],
        invalid=checks.invalid,
    )
    return (("health", health), ("battery", battery_of_sys_status(fields, at_s)))


def mission_current(fields: Fields, at_s: float) -> Decoded:
    """MISSION_CURRENT. total 0 (PX4, older versions) and 65535 (no mission) are no counts."""
    state, total = fields["mission_state"], fields["total"]
    sample = MissionProgress(
        at_s=at_s,
        item=fields["seq"],
        items=None if total in (0, U16) else total,
        state=MISSION_STATES[state] if state < len(MISSION_STATES) else None,
    )
    return (("mission_progress", sample),)


def rc_channels(fields: Fields, at_s: float) -> Decoded:
    """RC_CHANNELS: 65535 is an unused channel, and so is ArduPilot's 0."""
    raw = [fields[name] for name in _RC_CHANNELS]
    channels = [None if value in (0, U16) else value for value in raw]
    # the message has 18 places, whatever the receiver has
    while channels and channels[-1] is None:
        channels.pop()
    rssi_fraction = fraction(fields["rssi"], 254, (U8,))
    return (("rc", Rc(at_s=at_s, channels_us=tuple(channels), rssi_fraction=rssi_fraction)),)


def radio_status(fields: Fields, at_s: float) -> Decoded:
    """RADIO_STATUS and RADIO: 255 is unknown."""
    sample = Radio(
        at_s=at_s,
        rssi=_known(fields["rssi"]),
        remote_rssi=_known(fields["remrssi"]),
        noise=_known(fields["noise"]),
        remote_noise=_known(fields["remnoise"]),
        buffer_free_fraction=fraction(fields["txbuf"], 100, ()),
        receive_errors=fields["rxerrors"],
    )
    return (("radio", sample),)


def _known(value: int) -> int | None:
    return None if value == U8 else value


def system_time(fields: Fields, at_s: float) -> Decoded:
    """SYSTEM_TIME: time_unix_usec is 0 until the vehicle knows the time."""
    checks = Checks()
    unix_s = checks.number("unix_s", fields["time_unix_usec"], *UNIX_S, 1e6, (0,))
    sample = VehicleClock(at_s=at_s, unix_s=unix_s, boot_ms=fields["time_boot_ms"], invalid=checks.invalid)
    return (("clock", sample),)
