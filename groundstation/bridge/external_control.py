# SPDX-License-Identifier: Apache-2.0
"""Notices that somebody else commands a vehicle: a pilot, another station, a failsafe. Bridge thread; no I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.mavlink import orders
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import COMMAND_ACK, PARAM_VALUE, MavResult
from groundstation.mavlink.mission_upload import MISSION_ACK
from groundstation.mavlink.stream_requests import Outbound

FOREIGN_S = 10.0
"""Another station's doings are told this often at most, for each command."""
MAX_FOREIGN = 1_000
MAX_PARAMETERS = 5_000
"""ArduPilot has some 1,400."""
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


_TAKEN = 0
"""MISSION_ACK.type of a mission that was taken (MAV_MISSION_ACCEPTED)."""
_PLANS = {0: "mission", 1: "fence", 2: "rally points"}
"""By MAV_MISSION_TYPE."""


class OtherStations:
    """Listens to what a vehicle answers other stations, and tells what they have done to it."""

    hears = frozenset({COMMAND_ACK, PARAM_VALUE, MISSION_ACK})

    def __init__(self, tell: Callable[[Event], None], own_sysid: int, is_setting: Callable[[str], bool]) -> None:
        """Begin with nothing heard.

        Args:
            tell: takes events.
            own_sysid: our system id; what is addressed to it is no other station's.
            is_setting: whether a command of ours sets a parameter at this moment.
        """
        self._tell, self._own_sysid, self._is_setting = tell, own_sysid, is_setting
        self._told_s: dict[tuple[int, str], float] = {}
        self.parameters: dict[str, float] = {}
        """Values that were heard, by name, whoever asked for them."""

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """An answer, or a parameter."""
        if msgid == PARAM_VALUE:
            self._on_parameter(fields["param_id"], fields["param_value"], now_s)
        elif fields["target_system"] not in (0, self._own_sysid):
            what = self._command(fields) if msgid == COMMAND_ACK else self._plan(fields)
            if what:
                self._say(fields["target_system"], what, now_s)
        # never taken: somebody else waits for the answer
        return False, []

    def forget(self) -> None:
        """Drop all values: a restart may change parameters by itself, which would be told as somebody's doing."""
        self.parameters.clear()

    @staticmethod
    def _command(ack: Fields) -> str:
        # what was refused has changed nothing
        is_done = ack["result"] in (MavResult.ACCEPTED, MavResult.IN_PROGRESS)
        return f"commands: {orders.command_name(ack['command'])}" if is_done else ""

    @staticmethod
    def _plan(ack: Fields) -> str:
        kind = _PLANS.get(ack.get("mission_type", 0))
        return f"changed its {kind}" if ack["type"] == _TAKEN and kind else ""

    def _on_parameter(self, name: str, value: float, now_s: float) -> None:
        """Tell of a value that differs from the one heard before; values that are only read again are the same."""
        before = self.parameters.get(name)
        if before is None and len(self.parameters) >= MAX_PARAMETERS:
            return
        self.parameters[name] = value
        # the first value that is heard is no change, whoever asked for it
        is_same = before is None or before == value or (math.isnan(before) and math.isnan(value))
        if not is_same and not self._is_setting(name):
            self._event(f"parameter {name} is {value:g} now, was {before:g}: by no command of ours", now_s)

    def _say(self, system: int, what: str, now_s: float) -> None:
        """Told, unless it was a moment ago."""
        key = (system, what)
        if now_s - self._told_s.get(key, -1e9) < FOREIGN_S:
            return
        # bounded in the simplest way: the worst of it is a line told twice
        if len(self._told_s) > MAX_FOREIGN:
            self._told_s.clear()
        self._told_s[key] = now_s
        self._event(f"another station (system {system}) {what}", now_s)

    def _event(self, words: str, now_s: float) -> None:
        kind, severity = EventKind.EXTERNAL_CONTROL, Severity.WARNING
        self._tell(Event(at_s=round(now_s, 3), kind=kind, severity=severity, text=words))
