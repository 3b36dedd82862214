# SPDX-License-Identifier: Apache-2.0
"""Notices that somebody else commands a vehicle: a pilot, another station, a failsafe. Bridge thread; no I/O."""

from __future__ import annotations

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.mavlink import orders
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import MavResult

FOREIGN_S = 10.0
"""Another station's doings are told this often at most, for each command."""
MAX_FOREIGN = 1_000
BY_ITSELF: frozenset[tuple[Autopilot, str, str]] = frozenset(
    {
        *((Autopilot.PX4, mode, "LOITER") for mode in ("MANUAL", "TAKEOFF", "MISSION", "LAND", "RTL", "ORBIT")),
        (Autopilot.PX4, "MISSION", "RTL"),
        (Autopilot.PX4, "RTL", "LAND"),
        (Autopilot.ARDUPILOT, "AUTO", "RTL"),
        (Autopilot.ARDUPILOT, "INITIALISING", "MANUAL"),
    }
)
"""Mode changes that autopilots make by themselves at the end of what they were told."""


def mode_event(old: Mode, new: Mode, autopilot: Autopilot, *, is_controlled: bool) -> Event | None:
    """What to tell of a mode change that no command of ours caused; None when the autopilot makes it by itself.

    Args:
        old: the mode before.
        new: the mode now.
        autopilot: whose firmware.
        is_controlled: whether a station is in control, and should know at once.
    """
    names = [one.name or str(one.custom_mode) for one in (old, new)]
    if old.custom_mode == new.custom_mode or (autopilot, names[0], names[1]) in BY_ITSELF:
        return None
    severity = Severity.WARNING if is_controlled else Severity.NOTICE
    words = f"mode {names[1]}, was {names[0]}: by no command of ours, but by pilot, failsafe or another station"
    return Event(at_s=new.at_s, kind=EventKind.EXTERNAL_CONTROL, severity=severity, text=words)


class ForeignAnswers:
    """COMMAND_ACKs that are meant for another station."""

    def __init__(self) -> None:
        self._told_s: dict[tuple[int, int], float] = {}

    def event(self, ack: Fields, now_s: float) -> Event | None:
        """What to tell of one; None when it was refused, or told a moment ago."""
        key = (ack["target_system"], ack["command"])
        is_done = ack["result"] in (MavResult.ACCEPTED, MavResult.IN_PROGRESS)
        if not is_done or now_s - self._told_s.get(key, -1e9) < FOREIGN_S:
            return None
        if len(self._told_s) > MAX_FOREIGN:
            self._told_s.clear()
        self._told_s[key] = now_s
        words = f"another station (system {key[0]}) commands: {orders.command_name(key[1])}"
        kind, severity = EventKind.EXTERNAL_CONTROL, Severity.WARNING
        return Event(at_s=round(now_s, 3), kind=kind, severity=severity, text=words)
