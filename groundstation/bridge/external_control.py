# SPDX-License-Identifier: Apache-2.0
"""Notices that somebody else commands a vehicle: a pilot, another station, a failsafe. Bridge thread; no I/O."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_items import KINDS, PlanKind
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.mavlink import orders
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import COMMAND_ACK, MavResult
from groundstation.mavlink.plan_send import MISSION_ACK
from groundstation.mavlink.stream_requests import Outbound

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


_TAKEN = 0
"""MISSION_ACK.type of a mission that was taken (MAV_MISSION_ACCEPTED)."""
_PLANS = {0: "mission", 1: "fence", 2: "rally points"}
"""By MAV_MISSION_TYPE."""


class OtherStations:
    """Listens to what a vehicle answers other stations, and tells what they have done to it."""

    hears = frozenset({COMMAND_ACK, MISSION_ACK})

    def __init__(
        self,
        tell: Callable[[Event], None],
        own_sysid: int,
        plan_changed: Callable[[PlanKind, float, int], None],
    ) -> None:
        """Begin with nothing heard.

        Args:
            tell: takes events.
            own_sysid: our system id; what is addressed to it is no other station's.
            plan_changed: told which list another station changed, when, and the id that it has now, 0 for none.
        """
        self._tell, self._own_sysid = tell, own_sysid
        self._plan_changed = plan_changed
        self._told_s: dict[tuple[int, str], float] = {}

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """An answer."""
        if fields["target_system"] not in (0, self._own_sysid):
            what = self._command(fields) if msgid == COMMAND_ACK else self._plan(fields, now_s)
            if what:
                self._say(fields["target_system"], what, now_s)
        # never taken: somebody else waits for the answer
        return False, []

    def forget(self) -> None:
        """What was told stays told."""

    @staticmethod
    def _command(ack: Fields) -> str:
        # what was refused has changed nothing
        is_done = ack["result"] in (MavResult.ACCEPTED, MavResult.IN_PROGRESS)
        return f"commands: {orders.command_name(ack['command'])}" if is_done else ""

    def _plan(self, ack: Fields, now_s: float) -> str:
        kind = ack.get("mission_type", 0)
        if ack["type"] != _TAKEN or kind not in _PLANS:
            return ""
        self._plan_changed(KINDS[kind], now_s, ack.get("opaque_id", 0))
        return f"changed its {_PLANS[kind]}"

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
