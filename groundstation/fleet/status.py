# SPDX-License-Identifier: Apache-2.0
"""Samples of what a vehicle is doing, how well it is, and how well it is heard. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.sample import Name, Sample, Whole


class LandedState(Name):
    """Ground or air (MAVLink MAV_LANDED_STATE)."""

    UNKNOWN = "unknown"
    ON_GROUND = "on_ground"
    IN_AIR = "in_air"
    TAKING_OFF = "taking_off"
    LANDING = "landing"


class SystemStatus(Name):
    """The autopilot's own state (MAVLink MAV_STATE)."""

    UNKNOWN = "unknown"
    UNINITIALISED = "uninitialised"
    BOOT = "boot"
    CALIBRATING = "calibrating"
    STANDBY = "standby"
    ACTIVE = "active"
    CRITICAL = "critical"
    EMERGENCY = "emergency"
    POWEROFF = "poweroff"
    TERMINATION = "termination"


class Mode(Sample, frozen=True, kw_only=True, gc=False):
    """Flight mode (MAVLink HEARTBEAT.custom_mode)."""

    name: str | None = None
    """The autopilot's own name for it, such as AUTO or LOITER; None when the number has no known name."""
    custom_mode: Whole | None = None
    """HEARTBEAT.custom_mode as sent."""


class Armed(Sample, frozen=True, kw_only=True, gc=False):
    """Whether the motors may turn (MAVLink HEARTBEAT.base_mode, MAV_MODE_FLAG_SAFETY_ARMED)."""

    is_armed: bool | None = None
    """True when armed."""


class Landed(Sample, frozen=True, kw_only=True, gc=False):
    """Ground or air (MAVLink EXTENDED_SYS_STATE.landed_state)."""

    state: LandedState = LandedState.UNKNOWN
    """Where it is in that sense."""


class FlightStatus(Sample, frozen=True, kw_only=True, gc=False):
    """The autopilot's judgement of itself (MAVLink HEARTBEAT.system_status, HIGH_LATENCY2.failure_flags)."""

    system_status: SystemStatus = SystemStatus.UNKNOWN
    """Its state; `critical` is ArduPilot's sign of a failsafe."""
    is_failsafe: bool | None = None
    """True while a failsafe acts; None where the autopilot doesn't tell."""
    failures: tuple[str, ...] = ()
    """Names of failed parts as reported over a high-latency link."""

    @property
    def is_in_failsafe(self) -> bool:
        """Whether it acts on its own because something failed, as far as it tells."""
        return self.is_failsafe is True or self.system_status in (SystemStatus.CRITICAL, SystemStatus.EMERGENCY)


class MissionProgress(Sample, frozen=True, kw_only=True, gc=False):
    """Where in its mission the vehicle is (MAVLink MISSION_CURRENT)."""

    item: Whole | None = None
    """Number of the active item."""
    items: Whole | None = None
    """How many items there are; None where the autopilot doesn't tell (PX4 says 0)."""
    state: str | None = None
    """`no_mission`, `not_started`, `active`, `paused`, `complete`; None when not told."""


class SensorHealth(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One part of the vehicle as SYS_STATUS lists it. Parts that are not present are not listed."""

    name: str
    """The part, after MAV_SYS_STATUS_SENSOR, lower case: `gyro`, `gps`, `battery`, `prearm_check`."""
    is_enabled: bool
    """True when it is in use."""
    is_healthy: bool
    """True when it works."""


class Health(Sample, frozen=True, kw_only=True, gc=False):
    """Parts of the vehicle, present ones only, and its load (MAVLink SYS_STATUS)."""

    sensors: tuple[SensorHealth, ...] = ()
    """Every present part."""
    is_armable: bool | None = None
    """Whether the pre-arm check passes in the present mode; lags a mode change by up to 1 s. None on no report."""
    load_fraction: float | None = None
    """Load of the autopilot's processor, 0 to 1."""
    comm_errors: Whole | None = None
    """Communication errors that the autopilot counted."""


class Rc(Sample, frozen=True, kw_only=True, gc=False):
    """The pilot's radio control (MAVLink RC_CHANNELS)."""

    channels_us: tuple[Whole | None, ...] = ()
    """Pulse widths, microseconds; None for a channel not in use."""
    rssi_fraction: float | None = None
    """Received signal strength, 0 to 1."""


class Radio(Sample, frozen=True, kw_only=True, gc=False):
    """The telemetry radio's own report (MAVLink RADIO_STATUS). Device units: compare, don't convert."""

    rssi: Whole | None = None
    """Signal strength at this end, device units."""
    remote_rssi: Whole | None = None
    """Signal strength at the vehicle's end, device units."""
    noise: Whole | None = None
    """Noise at this end, device units."""
    remote_noise: Whole | None = None
    """Noise at the vehicle's end, device units."""
    buffer_free_fraction: float | None = None
    """Free share of the transmit buffer, 0 to 1."""
    receive_errors: Whole | None = None
    """Damaged packets so far."""


class VehicleClock(Sample, frozen=True, kw_only=True, gc=False):
    """The vehicle's clocks (MAVLink SYSTEM_TIME)."""

    unix_s: float | None = None
    """Seconds since 1970 UTC; None before the vehicle knows the time."""
    boot_ms: Whole | None = None
    """Milliseconds since the autopilot started."""
