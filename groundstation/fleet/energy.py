# SPDX-License-Identifier: Apache-2.0
"""Samples of batteries and motors. Pure."""

from __future__ import annotations

from groundstation.fleet.sample import Name, Sample, Whole


class ChargeState(Name):
    """The vehicle's own judgement of a pack (MAVLink MAV_BATTERY_CHARGE_STATE)."""

    UNKNOWN = "unknown"
    OK = "ok"
    LOW = "low"
    CRITICAL = "critical"
    EMERGENCY = "emergency"
    FAILED = "failed"
    UNHEALTHY = "unhealthy"
    CHARGING = "charging"


class BatteryPack(Sample, frozen=True, kw_only=True, gc=False):
    """One battery of a vehicle (MAVLink BATTERY_STATUS, or SYS_STATUS and HIGH_LATENCY2 for the first)."""

    index: Whole = 0
    """Number of the pack: the autopilot's own from 0, those of other components from 100 times their component id."""
    component: str = ""
    """Who reports it: empty for the autopilot, else as `battery (180)`."""
    voltage_v: float | None = None
    """Voltage of the whole pack, volts."""
    current_a: float | None = None
    """Current drawn, amperes, discharge positive."""
    charge_fraction: float | None = None
    """Charge left, 0 to 1, as the autopilot estimates it."""
    used_mah: float | None = None
    """Charge drawn since power-on, milliampere hours."""
    used_wh: float | None = None
    """Energy drawn since power-on, watt hours."""
    temperature_c: float | None = None
    """Degrees Celsius."""
    time_left_s: float | None = None
    """Flying time left by the autopilot's estimate, seconds."""
    charge_state: ChargeState = ChargeState.UNKNOWN
    """The vehicle's own judgement."""
    cells_v: tuple[float, ...] = ()
    """Voltages of the cells, volts; empty when cells are not measured one by one."""


class Esc(Sample, frozen=True, kw_only=True, gc=False):
    """One motor controller (MAVLink ESC_TELEMETRY_1_TO_4 and following)."""

    index: Whole = 0
    """Number of the motor, from 0."""
    rpm: Whole | None = None
    """Revolutions per minute; negative when reversed."""
    voltage_v: float | None = None
    """Volts."""
    current_a: float | None = None
    """Amperes."""
    temperature_c: float | None = None
    """Degrees Celsius."""
