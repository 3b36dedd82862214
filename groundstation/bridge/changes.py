# SPDX-License-Identifier: Apache-2.0
"""What of a vehicle's state deserves to be told at once when it changes, and in which words. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.sample import Sample, Severity
from groundstation.fleet.status import LandedState, SystemStatus
from groundstation.fleet.vehicle import VehicleState


def change_event(now_s: float, kind: EventKind, severity: Severity, text: str) -> Event:
    """An event that the bridge itself noticed."""
    return Event(at_s=round(now_s, 3), kind=kind, severity=severity, text=text)


def _content(sample: Sample | None) -> Any:
    """A sample without its time, for comparing."""
    return None if sample is None else msgspec.structs.replace(sample, at_s=0.0)


def decisive(state: VehicleState) -> tuple[Any, ...]:
    """What of the state deserves a message at once when it changes."""
    return (
        *(_content(getattr(state, kind)) for kind in ("mode", "armed", "landed", "flight_status", "home")),
        state.mission_progress and (state.mission_progress.item, state.mission_progress.state),
        state.health and state.health.sensors,
        tuple((one.index, one.fix) for one in state.gps),
        tuple((pack.index, pack.charge_state) for pack in state.battery),
    )


def _tell_mode(before: VehicleState, after: VehicleState) -> Event | None:
    old, new = before.mode, after.mode
    if old is None or new is None or old.custom_mode == new.custom_mode:
        return None
    return change_event(new.at_s, EventKind.MODE, Severity.NOTICE, f"mode {new.name or new.custom_mode}")


def _tell_armed(before: VehicleState, after: VehicleState) -> Event | None:
    old, new = before.armed, after.armed
    if old is None or new is None or old.is_armed == new.is_armed:
        return None
    return change_event(new.at_s, EventKind.ARMED, Severity.NOTICE, "armed" if new.is_armed else "disarmed")


_LANDED_TEXTS = {
    LandedState.ON_GROUND: "on the ground",
    LandedState.IN_AIR: "in the air",
    LandedState.TAKING_OFF: "taking off",
    LandedState.LANDING: "landing",
}


def _tell_landed(before: VehicleState, after: VehicleState) -> Event | None:
    old, new = before.landed, after.landed
    if old is None or new is None or old.state is new.state or new.state not in _LANDED_TEXTS:
        return None
    return change_event(new.at_s, EventKind.LANDED, Severity.INFO, _LANDED_TEXTS[new.state])


def _tell_failsafe(before: VehicleState, after: VehicleState) -> Event | None:
    old, new = before.flight_status, after.flight_status
    if old is None or new is None:
        return None
    was, is_now = (one.system_status in (SystemStatus.CRITICAL, SystemStatus.EMERGENCY) for one in (old, new))
    if was == is_now:
        return None
    severity = Severity.CRITICAL if is_now else Severity.NOTICE
    return change_event(
        new.at_s, EventKind.FAILSAFE, severity, "failsafe" if is_now else "failsafe cleared, mode unchanged"
    )


TELLERS = {
    "mode": _tell_mode,
    "armed": _tell_armed,
    "landed": _tell_landed,
    "flight_status": _tell_failsafe,
}
"""Changes that are told as events."""
