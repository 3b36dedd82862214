# SPDX-License-Identifier: Apache-2.0
"""Decides which vehicle an ear belongs to. Bridge thread; no I/O.

A vehicle is its autopilot, not its link: two links to one autopilot are one vehicle, two autopilots with one system
id are two vehicles and an alarm. What tells them apart: the hardware id (AUTOPILOT_VERSION), and the moment their
clocks began.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

from groundstation.bridge.ear import SAME_BOOT_S, Ear
from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.phrases import Phrase, say

ALIVE_S = 3.0
"""An ear that was silent for longer is no proof that its autopilot still lives."""
UNDECIDED_S = 5.0
"""How long to wait for proof before a second link of equal type is taken for the same vehicle."""


class Verdict(enum.Enum):
    """What is known about an ear and a vehicle."""

    SAME = "same"
    """The same autopilot in the same life."""
    RESTARTED = "restarted"
    """The same autopilot after a restart."""
    OTHER = "other"
    """Another autopilot."""
    UNDECIDED = "undecided"
    """Nothing has told yet."""


def is_same_boot(first_s: float | None, second_s: float | None) -> bool:
    """Whether two estimates of a boot moment, on our monotonic clock, are of one boot; False while one is unknown."""
    return first_s is not None and second_s is not None and abs(first_s - second_s) <= SAME_BOOT_S


def judge(ear: Ear, others: list[Ear], uid: str | None, booted_s: float | None, now_s: float) -> Verdict:
    """Whether an ear hears the autopilot of a vehicle.

    Args:
        ear: the ear in question.
        others: ears that the vehicle has already.
        uid: the vehicle's hardware id, None when unknown.
        booted_s: when the vehicle's clock began, None when unknown.
        now_s: seconds on the monotonic clock.
    """
    alive = [one for one in others if one is not ear and not one.peer.is_closed and now_s - one.last_frame_s < ALIVE_S]
    # first, as it is known from the first heartbeat on; hardware id and boot clock come later
    if alive and (ear.mav_type, ear.mav_autopilot) != (alive[0].mav_type, alive[0].mav_autopilot):
        return Verdict.OTHER
    if ear.uid is not None and uid is not None and ear.uid != uid:
        return Verdict.OTHER
    if ear.booted_s is not None and booted_s is not None:
        if is_same_boot(ear.booted_s, booted_s):
            return Verdict.SAME
        # two clocks at the same time are two autopilots; one after the other they are one that restarted
        return Verdict.OTHER if alive else Verdict.RESTARTED
    # nothing tells, and nobody else is there any more: the simplest is that it came back
    if not alive:
        return Verdict.SAME
    return Verdict.UNDECIDED if now_s - ear.began_s < UNDECIDED_S else Verdict.SAME


def two_autopilots(sysid: int, first: Ear, second: Ear) -> Phrase:
    """Names both autopilots and the remedy."""
    one, other = (f"{ear.peer.name}{f' (uid {ear.uid[:12]})' if ear.uid else ''}" for ear in (first, second))
    return say("two_autopilots", sysid=sysid, one=one, other=other)


def revive(vehicle: VehicleSession, now_s: float) -> None:
    """A heartbeat of a vehicle came: it is there, if it was not before."""
    if vehicle.link_state is LinkState.STALE:
        vehicle.set_link_state(LinkState.ONLINE, ConnReason.LINK_BACK, now_s, "link back")
    elif vehicle.link_state is LinkState.OFFLINE:
        vehicle.begin_new_life(ConnReason.LINK_BACK, now_s)
        for ear in vehicle.ears:
            ear.begin_anew(now_s)


class RollCall:
    """Every vehicle, and which ear belongs to which."""

    def __init__(self, make_vehicle: Callable[[Ear, int, float], VehicleSession], own_sysid: int) -> None:
        """Begin with nobody.

        Args:
            make_vehicle: makes a vehicle for an ear; given how many share its system id, and the time.
            own_sysid: our system id, which no vehicle may have.
        """
        self._make_vehicle = make_vehicle
        self._own_sysid = own_sysid
        self._vehicle_of: dict[Ear, VehicleSession] = {}
        self.vehicle_of: Callable[[Ear], VehicleSession | None] = self._vehicle_of.get
        """The vehicle that an ear hears; None while that is undecided. No method, since every frame asks."""
        self._namesakes: dict[int, list[VehicleSession]] = {}
        self._undecided: list[Ear] = []
        self.vehicles: dict[VehicleKey, VehicleSession] = {}
        """Every vehicle that was heard since the start."""

    def namesakes(self, sysid: int) -> list[VehicleSession]:
        """Vehicles with one system id: one, if all is well."""
        return self._namesakes.get(sysid, [])

    def enter(self, ear: Ear, now_s: float) -> None:
        """A new ear."""
        if not self._place(ear, now_s):
            self._undecided.append(ear)

    def succeed(self, former: Ear, ear: Ear, now_s: float) -> None:
        """Another component of the same system turned out to be its autopilot: the vehicle stays, its ear changes."""
        vehicle = self._vehicle_of.pop(former, None)
        if vehicle is None:
            self.leave(former)
            self.enter(ear, now_s)
            return
        vehicle.ears = [ear if one is former else one for one in vehicle.ears]
        vehicle.active = ear if vehicle.active is former else vehicle.active
        self._vehicle_of[ear] = vehicle
        vehicle.begin_new_life(ConnReason.IDENTITY_CONFLICT, now_s)
        vehicle.booted_s = ear.booted_s

    def leave(self, ear: Ear) -> None:
        """An ear is deaf for good."""
        if ear in self._undecided:
            self._undecided.remove(ear)
        vehicle = self._vehicle_of.pop(ear, None)
        if vehicle is not None and len(vehicle.ears) > 1:
            vehicle.ears.remove(ear)

    def decide(self, now_s: float) -> None:
        """Give each ear its vehicle as soon as it is clear which."""
        self._undecided = [ear for ear in self._undecided if not self._place(ear, now_s)]

    def part(self, ear: Ear, vehicle: VehicleSession, now_s: float) -> None:
        """An ear turned out to hear another autopilot than its vehicle's."""
        if len(vehicle.ears) == 1:
            vehicle.uid = ear.uid
            vehicle.begin_new_life(ConnReason.IDENTITY_CONFLICT, now_s)
            return
        vehicle.ears.remove(ear)
        del self._vehicle_of[ear]
        if vehicle.active is ear:
            vehicle.active = vehicle.ears[0]
        self.enter(ear, now_s)

    def compare_boots(self, ear: Ear, vehicle: VehicleSession, now_s: float) -> None:
        """The first heartbeat on a connection tells no boot clock; what follows may tell a restart, or a stranger.

        A moment that was agreed on and turns out to be earlier is neither: a delay has gone, or a log is played fast.
        """
        if ear.booted_s is None:
            return
        known_s = vehicle.booted_s
        is_better_known = ear.is_boot_agreed and known_s is not None and ear.booted_s < known_s
        if known_s is None or is_better_known or is_same_boot(ear.booted_s, known_s):
            ear.is_boot_agreed = True
            if ear is vehicle.active or known_s is None:
                vehicle.booted_s = ear.booted_s
            return
        if judge(ear, vehicle.ears, vehicle.uid, vehicle.booted_s, now_s) is Verdict.OTHER:
            self.part(ear, vehicle, now_s)
            return
        vehicle.begin_new_life(ConnReason.REBOOTED, now_s)
        vehicle.booted_s = ear.booted_s

    def _place(self, ear: Ear, now_s: float) -> bool:
        """Find or make the vehicle of an ear; False while nothing tells."""
        namesakes = self.namesakes(ear.sysid)
        verdicts = [(one, judge(ear, one.ears, one.uid, one.booted_s, now_s)) for one in namesakes]
        # the same one before one that restarted, whatever their order
        for wanted in (Verdict.SAME, Verdict.RESTARTED):
            for vehicle, verdict in verdicts:
                if verdict is wanted:
                    self._join(ear, vehicle, verdict, now_s)
                    return True
        if any(verdict is Verdict.UNDECIDED for _, verdict in verdicts):
            return False
        self._found(ear, now_s)
        return True

    def _join(self, ear: Ear, vehicle: VehicleSession, verdict: Verdict, now_s: float) -> None:
        # an ear whose connection closed stayed only as the last one of its vehicle
        vehicle.ears = [*(one for one in vehicle.ears if not one.peer.is_closed), ear]
        if vehicle.active not in vehicle.ears:
            vehicle.active = ear
        self._vehicle_of[ear] = vehicle
        if verdict is Verdict.RESTARTED:
            vehicle.active = ear
            vehicle.begin_new_life(ConnReason.REBOOTED, now_s)
            vehicle.booted_s = ear.booted_s
        revive(vehicle, now_s)

    def _found(self, ear: Ear, now_s: float) -> None:
        """A vehicle that was not there before."""
        namesakes = self._namesakes.setdefault(ear.sysid, [])
        vehicle = self._make_vehicle(ear, len(namesakes) + 1, now_s)
        self.vehicles[vehicle.key] = vehicle
        self._vehicle_of[ear] = vehicle
        if ear.sysid == self._own_sysid:
            vehicle.set_conflict(say("own_system_id", peer=ear.peer.name, sysid=ear.sysid), now_s)
        for other in namesakes:
            conflict = two_autopilots(ear.sysid, other.active, ear)
            other.set_conflict(conflict, now_s)
            vehicle.set_conflict(conflict, now_s)
        namesakes.append(vehicle)
