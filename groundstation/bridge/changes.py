# SPDX-License-Identifier: Apache-2.0
"""What of a vehicle's state deserves to be told at once when it changes, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.link import ConnReason
from groundstation.fleet.motion import Home
from groundstation.fleet.sample import Sample, Severity
from groundstation.fleet.status import Armed, FlightStatus, Landed, LandedState, Mode, SystemStatus


def change_event(now_s: float, kind: EventKind, severity: Severity, text: str) -> Event:
    """An event that the bridge itself noticed."""
    return Event(at_s=round(now_s, 3), kind=kind, severity=severity, text=text)


def _content(kind: type[Sample]) -> Callable[[Any], Any]:
    """Reads all of a sample but its time."""
    # in C: this is called for each sample of the retained state
    return attrgetter(*(name for name in kind.__struct_fields__ if name != "at_s"))


DECISIVE: dict[str, Callable[[Any], Any]] = {
    "mode": _content(Mode),
    "armed": _content(Armed),
    "landed": _content(Landed),
    "flight_status": _content(FlightStatus),
    "home": _content(Home),
    "mission_progress": attrgetter("item", "state"),
    "health": attrgetter("sensors"),
    "gps": lambda receivers: [(one.index, one.fix) for one in receivers],
    "battery": lambda packs: [(pack.index, pack.charge_state) for pack in packs],
}
"""What of a kind deserves a message at once when it changes. Compared for each sample, so it copies nothing."""


def _tell_mode(old: Mode, new: Mode) -> Event | None:
    # the number decides: a mode without a name is one too
    if old.custom_mode == new.custom_mode:
        return None
    return change_event(new.at_s, EventKind.MODE, Severity.NOTICE, f"mode {new.name or new.custom_mode}")


def _tell_armed(old: Armed, new: Armed) -> Event | None:
    if old.is_armed == new.is_armed:
        return None
    return change_event(new.at_s, EventKind.ARMED, Severity.NOTICE, "armed" if new.is_armed else "disarmed")


_LANDED_TEXTS = {
    LandedState.ON_GROUND: "on the ground",
    LandedState.IN_AIR: "in the air",
    LandedState.TAKING_OFF: "taking off",
    LandedState.LANDING: "landing",
}


def _tell_landed(old: Landed, new: Landed) -> Event | None:
    if old.state is new.state or new.state not in _LANDED_TEXTS:
        return None
    return change_event(new.at_s, EventKind.LANDED, Severity.INFO, _LANDED_TEXTS[new.state])


def _tell_failsafe(old: FlightStatus, new: FlightStatus) -> Event | None:
    was, is_now = (one.system_status in (SystemStatus.CRITICAL, SystemStatus.EMERGENCY) for one in (old, new))
    if was == is_now:
        return None
    severity = Severity.CRITICAL if is_now else Severity.NOTICE
    return change_event(
        new.at_s, EventKind.FAILSAFE, severity, "failsafe" if is_now else "failsafe cleared, mode unchanged"
    )


TELLERS: dict[str, Callable[[Any, Any], Event | None]] = {
    "mode": _tell_mode,
    "armed": _tell_armed,
    "landed": _tell_landed,
    "flight_status": _tell_failsafe,
}
"""Changes that are told as events, by kind: the sample before and the new one."""

NEW_LIFE_EVENTS: dict[ConnReason, tuple[EventKind, Severity, str]] = {
    ConnReason.REBOOTED: (EventKind.REBOOT, Severity.WARNING, "autopilot restarted"),
    ConnReason.LINK_BACK: (EventKind.LINK, Severity.NOTICE, "link back after it was given up"),
}
"""What is told when a new life begins, by its reason."""
