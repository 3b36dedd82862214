# SPDX-License-Identifier: Apache-2.0
"""What a plan takes of a battery, and what makes it take less. Pure."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from groundstation.fleet.phrases import say
from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.pace import Pace
from groundstation.fleet.plans.plan_check import LANDINGS, TAKEOFFS, Finding
from groundstation.fleet.plans.plan_commands import Cmd, is_flown
from groundstation.fleet.plans.plan_flight import Flight
from groundstation.fleet.plans.plan_items import FRAME_MISSION, PlanItem
from groundstation.fleet.plans.plan_remedies import Act, Remedy

WANTED_BATTERY = 0.3
"""Of the endurance, at the end of a plan."""
SPEEDS_MPS = (6.0, 8.0, 10.0, 12.0, 15.0)
"""That are tried with rotors; wings have a speed of their own."""
MOST_FLIGHTS = 9
GROUND_SPEED = 1.0
"""First parameter of DO_CHANGE_SPEED."""

Flown = Callable[[tuple[PlanItem, ...]], Flight]
"""Flies a mission in thought, as the plan's own was."""


def battery_finding(flight: Flight, pace: Pace, last: int) -> Finding | None:
    """Whether the battery is nearly empty at the end, or before; None where it is not, or nobody knows.

    A plan for which the battery does not do is not given unless somebody was asked. It does not hold the upload: how
    long a battery lasts is a guess, be it an operator's, and only he knows which one is in it.

    Args:
        flight: the plan in time.
        pace: with the endurance.
        last: number of its last item.
    """
    if pace.endurance_s is None or not flight.moments:
        return None
    left = 1.0 - flight.duration_s / pace.endurance_s
    if left >= WANTED_BATTERY:
        return None
    is_usual = not pace.endurance_is_told
    if left < 0.0:
        said = say(
            "check_beyond_battery",
            needed_pct=(1.0 - left) * 100.0,
            flown_min=flight.duration_s / 60.0,
            told_min=None if is_usual else pace.endurance_s / 60.0,
            usual_min=pace.endurance_s / 60.0 if is_usual else None,
        )
        return Finding(item=None, said=said, asks=True)
    said = say(
        "check_battery",
        left_pct=left * 100.0,
        endurance_min=pace.endurance_s / 60.0 if is_usual else None,
        wanted_pct=WANTED_BATTERY * 100.0,
    )
    return Finding(item=last or None, said=said)


def battery_remedies(items: tuple[PlanItem, ...], pace: Pace, flown: Flown, *, is_survey: bool) -> tuple[Remedy, ...]:
    """What lets a plan end before its battery does, each tried in thought.

    Args:
        items: the mission.
        pace: as it is flown.
        flown: flies another one for the same vehicle.
        is_survey: whether lines of a survey are in it: those are shared anew, and not changed by hand.
    """
    if is_survey:
        return (
            Remedy(said=say("remedy_share"), act=Act.SHARE_SURVEY),
            Remedy(said=say("remedy_lay_anew"), act=Act.LAY_ANEW),
        )
    found = [faster(items, pace, flown), split(items, pace, flown)]
    return tuple(one for one in found if one is not None)


def _is_enough(flight: Flight, pace: Pace) -> bool:
    """Whether the reserve is kept."""
    return pace.endurance_s is None or flight.duration_s <= pace.endurance_s * (1.0 - WANTED_BATTERY)


def faster(items: tuple[PlanItem, ...], pace: Pace, flown: Flown) -> Remedy | None:
    """At the least speed that keeps the reserve; None for wings, and where no speed does.

    Args:
        items: the mission.
        pace: as it is flown.
        flown: flies another one for the same vehicle.
    """
    first = next((at for at, one in enumerate(items, start=1) if one.command in TAKEOFFS), 0)
    if pace.is_wing:
        return None
    told = [one.params[1] or 0.0 for one in items if one.command == Cmd.CHANGE_SPEED]
    for speed_mps in SPEEDS_MPS:
        if speed_mps <= min([pace.cruise_mps, *(one for one in told if one > 0.0)]):
            continue
        params = (GROUND_SPEED, speed_mps, -1.0, 0.0)
        changed = tuple(_at_least(one, speed_mps) for one in items)
        item = PlanItem(command=Cmd.CHANGE_SPEED, frame=FRAME_MISSION, params=params)
        changed = plan_edit.inserted(changed, first + 1, item)
        if _is_enough(flown(changed), pace):
            return Remedy(said=say("remedy_faster", speed_mps=speed_mps), mission=changed)
    return None


def _at_least(item: PlanItem, speed_mps: float) -> PlanItem:
    is_slow = item.command == Cmd.CHANGE_SPEED and 0.0 < (item.params[1] or 0.0) < speed_mps
    return replace(item, params=(item.params[0], speed_mps, *item.params[2:])) if is_slow else item


def split(items: tuple[PlanItem, ...], pace: Pace, flown: Flown) -> Remedy | None:
    """In several flights that keep the reserve, each from the take-off and back; None where that can't be done.

    Args:
        items: the mission; one that jumps is left alone, its items would not be those that it means.
        pace: as it is flown.
        flown: flies another one for the same vehicle.
    """
    start = next((one for one in items if one.command in TAKEOFFS), None)
    ends = [one for one in items if one.command in LANDINGS]
    is_plain = start is not None and len(ends) == 1 and items[0] == start and items[-1] == ends[0]
    if start is None or not is_plain or any(one.command in (Cmd.JUMP, Cmd.LAND_START) for one in items):
        return None
    flights: list[tuple[PlanItem, ...]] = []
    rest = items[1:-1]
    while rest and len(flights) < MOST_FLIGHTS:
        count = _most(rest, lambda some: _is_enough(flown((start, *some, ends[0])), pace))
        if not count:
            return None
        flights.append((start, *rest[:count], ends[0]))
        rest = rest[count:]
    if rest or len(flights) < 2:
        return None
    return Remedy(said=say("remedy_split", flights=float(len(flights))), mission=flights[0], later=tuple(flights[1:]))


def _most(items: tuple[PlanItem, ...], fits: Callable[[tuple[PlanItem, ...]], bool]) -> int:
    """How many of the first items can be flown; more of them never take less."""
    low, high = 0, len(items)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(items[:middle]) else (low, middle - 1)
    # what is done at a place stays with it
    while 0 < low < len(items) and not is_flown(items[low]):
        low -= 1
    return low
