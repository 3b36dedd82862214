# SPDX-License-Identifier: Apache-2.0
"""Decides which vehicle an ear belongs to. Bridge thread; no I/O.

A vehicle is its autopilot, not its link: two links to one autopilot are one vehicle, two autopilots with one system
id are two vehicles and an alarm. What tells them apart: the hardware id (AUTOPILOT_VERSION), and the moment their
clocks began.
"""

from __future__ import annotations

import enum

from groundstation.bridge.ear import SAME_BOOT_S, Ear

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


def judge(ear: Ear, others: list[Ear], uid: str | None, booted_s: float | None, now_s: float) -> Verdict:
    """Whether an ear hears the autopilot of a vehicle.

    Args:
        ear: the ear in question.
        others: ears that the vehicle has already.
        uid: the vehicle's hardware id, None when unknown.
        booted_s: when the vehicle's clock began, None when unknown.
        now_s: seconds on the monotonic clock.
    """
    alive = [one for one in others if one is not ear and now_s - one.last_frame_s < ALIVE_S]
    if alive and (ear.mav_type, ear.mav_autopilot) != (alive[0].mav_type, alive[0].mav_autopilot):
        return Verdict.OTHER
    if ear.uid is not None and uid is not None and ear.uid != uid:
        return Verdict.OTHER
    if ear.booted_s is not None and booted_s is not None:
        if abs(ear.booted_s - booted_s) <= SAME_BOOT_S:
            return Verdict.SAME
        return Verdict.OTHER if alive else Verdict.RESTARTED
    if not alive:
        return Verdict.SAME
    return Verdict.UNDECIDED if now_s - ear.began_s < UNDECIDED_S else Verdict.SAME


def conflict_text(sysid: int, first: Ear, second: Ear) -> str:
    """One line that names both autopilots and the remedy."""
    names = " and ".join(f"{one.peer.name}{f' (uid {one.uid[:12]})' if one.uid else ''}" for one in (first, second))
    return f"two autopilots use system id {sysid}: {names}; give one of them another id"
