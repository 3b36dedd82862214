# SPDX-License-Identifier: Apache-2.0
"""The same faults as of the built-in simulator, for a real autopilot: on its link, or by its simulator's parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from groundstation.simulator.engine.faults import GAP_FRAMES, KINDS, SLOW_S, Fault
from groundstation.simulator.sitl.relay import SitlVehicle

_FULL_V, _EMPTY_V = 12.6, 10.3
_LOW_V = 10.2
"""Below BATT_LOW_VOLT (10.5), above what a copter would call critical."""
_LOW_PERCENT = 12.0
"""Below BAT_LOW_THR (15 %), above BAT_CRIT_THR (7 %)."""

Set = Mapping[str, float]
"""Parameters of the simulator. Several of one kind are the names of several releases: one of them is enough."""


class OnLink(NamedTuple):
    """A fault of the way between the autopilot and us."""

    begin: Callable[[SitlVehicle], None]
    end: Callable[[SitlVehicle], None]


class BySimulator(NamedTuple):
    """A fault that the autopilot's own simulator knows."""

    begin: Callable[[tuple[float, ...]], Set]
    end: Callable[[], Set]


def _nothing(vehicle: SitlVehicle) -> None:
    """Leave it as it is."""
    del vehicle


def _gap(vehicle: SitlVehicle) -> None:
    vehicle.gaps += GAP_FRAMES


def _silent(vehicle: SitlVehicle, *, silent: bool) -> None:
    for link in vehicle.links:
        link.is_silent = silent
    vehicle.is_silent = silent


def _delay(vehicle: SitlVehicle, delay_s: float) -> None:
    vehicle.answer_delay_s = delay_s


def _mute(vehicle: SitlVehicle, *, mute: bool) -> None:
    vehicle.is_mute = mute


def _speak_as(vehicle: SitlVehicle, system: int | None) -> None:
    vehicle.speaks_as = system


ON_LINK: dict[str, OnLink] = {
    "link_loss": OnLink(lambda v: _silent(v, silent=True), lambda v: _silent(v, silent=False)),
    "sequence_gap": OnLink(_gap, _nothing),
    "slow_ack": OnLink(lambda v: _delay(v, SLOW_S), lambda v: _delay(v, 0.0)),
    "no_ack": OnLink(lambda v: _mute(v, mute=True), lambda v: _mute(v, mute=False)),
    "reboot": OnLink(lambda v: v.reboot(), _nothing),
    "duplicate_sysid": OnLink(lambda v: _speak_as(v, v.neighbour), lambda v: _speak_as(v, None)),
}

BY_SIMULATOR: dict[str, dict[str, BySimulator]] = {
    "ardupilot": {
        "gps_loss": BySimulator(
            lambda _: {"SIM_GPS_DISABLE": 1.0, "SIM_GPS1_ENABLE": 0.0},
            lambda: {"SIM_GPS_DISABLE": 0.0, "SIM_GPS1_ENABLE": 1.0},
        ),
        "battery_low": BySimulator(lambda _: {"SIM_BATT_VOLTAGE": _LOW_V}, dict),
        "battery": BySimulator(
            lambda values: {"SIM_BATT_VOLTAGE": _EMPTY_V + (_FULL_V - _EMPTY_V) * values[0] / 100.0}, dict
        ),
        # which motor: its servo output from 0 in 4.5
        "motor": BySimulator(
            lambda values: {"SIM_ENGINE_MUL": values[0] / 100.0},
            lambda: {"SIM_ENGINE_MUL": 1.0},
        ),
        "wind": BySimulator(
            lambda values: {"SIM_WIND_SPD": values[0], "SIM_WIND_DIR": values[1]},
            lambda: {"SIM_WIND_SPD": 0.0},
        ),
    },
    "px4": {
        "gps_loss": BySimulator(
            lambda _: {"SIH_GPS_USED": 3.0, "SIM_GPS_USED": 3.0}, lambda: {"SIH_GPS_USED": 10.0, "SIM_GPS_USED": 10.0}
        ),
        "battery_low": BySimulator(lambda _: {"SIM_BAT_MIN_PCT": _LOW_PERCENT, "SIM_BAT_DRAIN": 1.0}, dict),
        "battery": BySimulator(lambda values: {"SIM_BAT_MIN_PCT": values[0], "SIM_BAT_DRAIN": 1.0}, dict),
    },
}
"""Firmware to fault to what it sets. PX4's own physics have neither wind nor motors that fail."""

ALTERNATIVES = (frozenset(("SIM_GPS_DISABLE", "SIM_GPS1_ENABLE")), frozenset(("SIH_GPS_USED", "SIM_GPS_USED")))
"""Names of one thing in several releases."""
WHOLE_NUMBERS = frozenset(("SIH_GPS_USED", "SIM_GPS_USED"))


def apply_fault(vehicle: SitlVehicle, fault: Fault, *, begins: bool, now_s: float) -> str:
    """Let a fault begin or end.

    Args:
        vehicle: what it happens to.
        fault: which one; its kind is one of `KINDS`.
        begins: else it ends.
        now_s: of the fleet's clock.

    Returns:
        Why it can't be; empty when it is under way.
    """
    assert fault.kind in KINDS  # noqa: S101 - parsed
    on_link = ON_LINK.get(fault.kind)
    if on_link is not None:
        (on_link.begin if begins else on_link.end)(vehicle)
        return ""
    by_simulator = BY_SIMULATOR[vehicle.firmware].get(fault.kind)
    if by_simulator is None:
        return f"{vehicle.title} can't do '{fault.kind}': its simulator has nothing for it"
    vehicle.attendant.set(by_simulator.begin(fault.values) if begins else by_simulator.end(), now_s)
    return ""
