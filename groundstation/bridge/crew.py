# SPDX-License-Identifier: Apache-2.0
"""The other components of a vehicle's system: what they say belongs to their vehicle, and names them. Bridge thread.

A gimbal, a companion or a smart battery speaks on the system id of its autopilot, on the same link or on one of its
own. It never makes, renames or blocks a vehicle (docs/adr/0015).
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.kinds import INDEXED_KINDS
from groundstation.mavlink.decode import decode
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.frames import Frame
from groundstation.mavlink.speaker import SpeakerRole, named, role_of
from groundstation.mavlink.statustext import TextJoiner

MAX_MEMBERS = 500
"""Components of all vehicles that are followed; a forged flood of ids costs no more."""
SILENT_S = 30.0
"""A component that was silent for so long is not listed any more."""
FIRST_INDEX = 100
"""A further pack of component 180 is number 18000, 18001...: never that of the autopilot's own, and always the same."""

_HEARTBEAT, _STATUSTEXT = MSGIDS["HEARTBEAT"], MSGIDS["STATUSTEXT"]
_INDEXED = frozenset(MSGIDS[name] for name in ("BATTERY_STATUS", "DISTANCE_SENSOR"))
"""Messages about one of several parts, which a component may have more of."""

VehicleOf = Callable[[int], VehicleSession | None]


class _Member:
    """One component."""

    def __init__(self, sysid: int, compid: int) -> None:
        self.sysid, self.compid = sysid, compid
        self.role = role_of(compid)
        self.texts = TextJoiner()
        self.last_s = 0.0

    @property
    def name(self) -> str:
        return named(self.compid, self.role)


class Crew:
    """Everybody on board who is not the autopilot."""

    def __init__(self, vehicle_of: VehicleOf) -> None:
        """Begin with nobody.

        Args:
            vehicle_of: gives the one vehicle with a system id; None where there is none, or more than one.
        """
        self._vehicle_of = vehicle_of
        self._members: dict[tuple[int, int], _Member] = {}
        self.refused = 0
        """Components beyond `MAX_MEMBERS`."""

    def take(self, frame: Frame, now_s: float) -> None:
        """A frame of a component that is no autopilot."""
        # a companion may send all of the autopilot's telemetry again: none of it counts
        if frame.msgid not in _USES:
            return
        vehicle = self._vehicle_of(frame.sysid)
        if vehicle is None:
            return
        member = self._member(frame.sysid, frame.compid)
        if member is not None:
            member.last_s = now_s
            _USES[frame.msgid](member, vehicle, frame, now_s)
            # after the use of the frame: a heartbeat has named it by then
            vehicle.meet(member.compid, member.name)

    def _member(self, sysid: int, compid: int) -> _Member | None:
        member = self._members.get((sysid, compid))
        if member is None and len(self._members) >= MAX_MEMBERS:
            self.refused += 1
            return None
        return self._members.setdefault((sysid, compid), member or _Member(sysid, compid))

    def tick(self, now_s: float) -> None:
        """Texts whose end was lost are told; who fell silent is forgotten."""
        for key, member in list(self._members.items()):
            vehicle = self._vehicle_of(member.sysid)
            for text in member.texts.tick(now_s):
                if vehicle is not None:
                    vehicle.on_text(text, component=member.name)
            if now_s - member.last_s > SILENT_S:
                del self._members[key]
                if vehicle is not None:
                    vehicle.miss(member.compid)


def _on_heartbeat(member: _Member, vehicle: VehicleSession, frame: Frame, now_s: float) -> None:
    del vehicle, now_s
    fields = unpack(frame.msgid, frame.payload)
    role = role_of(member.compid, fields["type"], fields["autopilot"])
    # a second autopilot on one system is somebody's mistake; it is named by its number
    member.role = SpeakerRole.UNKNOWN if role is SpeakerRole.AUTOPILOT else role


def _on_text(member: _Member, vehicle: VehicleSession, frame: Frame, now_s: float) -> None:
    for text in member.texts.feed(frame.payload, now_s):
        vehicle.on_text(text, component=member.name)


def _on_part(member: _Member, vehicle: VehicleSession, frame: Frame, now_s: float) -> None:
    """A further battery, a further range finder."""
    for kind, sample in decode(frame.msgid, frame.payload, round(now_s, 3)):
        if kind in INDEXED_KINDS:
            index = member.compid * FIRST_INDEX + getattr(sample, "index", 0)
            vehicle.take_part(kind, replace(sample, index=index, component=member.name))


_USES: dict[int, Callable[[_Member, VehicleSession, Frame, float], None]] = {
    _HEARTBEAT: _on_heartbeat,
    _STATUSTEXT: _on_text,
    **dict.fromkeys(_INDEXED, _on_part),
}
