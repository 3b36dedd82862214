# SPDX-License-Identifier: Apache-2.0
"""Decodes messages of batteries and motors. Pure; fields after MAVLink common and ardupilotmega."""

from __future__ import annotations

from groundstation.fleet.energy import BatteryPack, ChargeState, Esc
from groundstation.fleet.sample import Sample
from groundstation.mavlink.checks import I16, U16, Checks, fraction
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import Fields

UNKNOWN_CURRENT = (-1, -100)
"""Marks of an unknown current: the definition's -1, and the -1 A in centiamperes that PX4 sends for it (observed)."""
MAX_PACK_V = 1_000.0
CURRENT_A = (-2_000.0, 2_000.0)
TEMPERATURE_C = (-100.0, 300.0)
HECTOJOULES_PER_WH = 36.0

_ESC_COLUMNS = ("count", "rpm", "voltage", "totalcurrent", "current", "temperature")

CHARGE_STATES = (
    ChargeState.UNKNOWN,
    ChargeState.OK,
    ChargeState.LOW,
    ChargeState.CRITICAL,
    ChargeState.EMERGENCY,
    ChargeState.FAILED,
    ChargeState.UNHEALTHY,
    ChargeState.CHARGING,
)
"""MAV_BATTERY_CHARGE_STATE by number."""


def battery_status(fields: Fields, at_s: float) -> Decoded:
    """BATTERY_STATUS. One valid cell means that the cells are not measured and it holds the whole pack."""
    checks = Checks()
    cells = [mv / 1000.0 for mv in fields["voltages"] if mv != U16]
    # an extension: MAVLink 1 has none of it, and reads as zeros
    cells += [mv / 1000.0 for mv in fields["voltages_ext"] if mv not in (0, U16)]
    charge_state = fields["charge_state"]
    sample = BatteryPack(
        at_s=at_s,
        index=fields["id"],
        voltage_v=checks.number("voltage_v", round(sum(cells), 3), 0.0, MAX_PACK_V) if cells else None,
        current_a=checks.number("current_a", fields["current_battery"], *CURRENT_A, 100.0, UNKNOWN_CURRENT),
        charge_fraction=fraction(fields["battery_remaining"], 100, (-1,)),
        used_mah=checks.number("used_mah", fields["current_consumed"], 0.0, 1e9, unknown=(-1,)),
        used_wh=checks.number("used_wh", fields["energy_consumed"], 0.0, 1e9, HECTOJOULES_PER_WH, (-1,)),
        temperature_c=checks.number("temperature_c", fields["temperature"], *TEMPERATURE_C, 100.0, (I16,)),
        time_left_s=checks.number("time_left_s", fields["time_remaining"], 0.0, 1e7, unknown=(0,)),
        charge_state=CHARGE_STATES[charge_state] if charge_state < len(CHARGE_STATES) else ChargeState.UNKNOWN,
        # one alone holds the whole pack, see above
        cells_v=tuple(cells) if len(cells) > 1 else (),
        invalid=checks.invalid,
    )
    return (("battery", sample),)


def battery_of_sys_status(fields: Fields, at_s: float) -> BatteryPack:
    """The first pack as SYS_STATUS tells it. 0 mV is what ArduPilot sends before it has measured."""
    checks = Checks()
    return BatteryPack(
        at_s=at_s,
        voltage_v=checks.number("voltage_v", fields["voltage_battery"], 0.0, MAX_PACK_V, 1000.0, (0, U16)),
        current_a=checks.number("current_a", fields["current_battery"], *CURRENT_A, 100.0, UNKNOWN_CURRENT),
        charge_fraction=fraction(fields["battery_remaining"], 100, (-1,)),
        invalid=checks.invalid,
    )


def esc_telemetry(first: int, fields: Fields, at_s: float) -> Decoded:
    """ESC_TELEMETRY_1_TO_4 and its followers: four motors, those that never reported (count 0, all zero) left out.

    Args:
        first: index of the first motor in the message.
        fields: the message.
        at_s: when it came.
    """
    found: list[tuple[str, Sample]] = []
    columns = zip(*(fields[name] for name in _ESC_COLUMNS), strict=True)
    for index, (count, *values) in enumerate(columns, start=first):
        # a motor that stands still reports too: its count goes on
        if not count and not any(values):
            continue
        rpm, voltage, _, current, temperature = values
        checks = Checks()
        sample = Esc(
            at_s=at_s,
            index=index,
            rpm=rpm,
            voltage_v=checks.number("voltage_v", voltage, 0.0, MAX_PACK_V, 100.0),
            current_a=checks.number("current_a", current, *CURRENT_A, 100.0),
            temperature_c=checks.number("temperature_c", temperature, *TEMPERATURE_C),
            invalid=checks.invalid,
        )
        found.append(("esc", sample))
    return tuple(found)
