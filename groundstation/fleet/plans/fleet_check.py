# SPDX-License-Identifier: Apache-2.0
"""Looks at plans that are flown at the same time: who comes too close to whom, and what would keep them apart. Pure.

All are taken to be started in the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.pace import Pace, Wind
from groundstation.fleet.plans.plan_check import TAKEOFFS, Checked, Finding, findings
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd
from groundstation.fleet.plans.plan_conflicts import MARGIN_M, MARGIN_UP_M, Conflict, Flown, Sky
from groundstation.fleet.plans.plan_flight import Flight, flight_of, never_rest
from groundstation.fleet.plans.plan_items import FRAME_MISSION, PlanItem
from groundstation.fleet.plans.plan_remedies import Remedy
from groundstation.fleet.separation import APART_HEIGHT_M, APART_M, near_homes_m

WAITS_S = (10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0, 420.0, 600.0)
LIFTS_M = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0)
MOST_NEAR = 3
"""Neighbours that are named."""
MOST_CONFLICTS = 5
"""Of one plan, that remedies are looked for; the first ones first."""
SHORT_S = 120.0
"""Who would have to wait longer rather flies higher."""
STAYING = frozenset({Cmd.LAND, Cmd.VTOL_LAND})
"""Commands whose height is that of the ground."""


class Flyer(msgspec.Struct, frozen=True, kw_only=True):
    """One plan with what is known of who flies it."""

    name: str
    checked: Checked
    pace: Pace
    sortie: int = 1
    """Those with another number are in the air at other times."""

    def meets(self, other: Flyer) -> bool:
        """Whether both are in the air at the same time; of who has no vehicle yet nobody knows when, and from where."""
        return self.sortie == other.sortie and self.checked.has_vehicle and other.checked.has_vehicle

    def flight(self, wind: Wind | None = None, rest: Callable[[], None] = never_rest) -> Flight:
        """Its plan in time; see `flight_of`."""
        return flight_of(self.checked.items, self.checked.home, self.checked.home_amsl_m, self.pace, wind, rest)


class Approach(msgspec.Struct, frozen=True, kw_only=True):
    """Two that come too close, and what would help."""

    conflict: Conflict
    remedies: tuple[Remedy, ...] = ()
    """None before they were looked for, and where nothing helps."""


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands so near that near the homes less than the margin is wanted, see `HOME_SHARE`."""

    parts: tuple[int, ...] = ()
    """The nearest first."""
    apart_m: float = 0.0
    """From the home of the nearest."""


class FleetCheck(msgspec.Struct, frozen=True, kw_only=True):
    """All that was noticed of plans that are flown together."""

    flights: tuple[Flight, ...] = ()
    """One for each plan."""
    holding: tuple[int, ...] = ()
    """How many of its own checks hold each plan, meetings not among them."""
    approaches: tuple[Approach, ...] = ()
    """By time."""
    neighbours: tuple[Neighbours, ...] = ()
    """For each plan whose homes are nearer to its own than the margin."""
    is_alarm_wider: bool = False
    """Whether the alarm of vehicles that come near each other is raised for some that keep the margins."""

    def findings_of(
        self, index: int, names: Sequence[str], margin_m: float
    ) -> list[tuple[Finding, tuple[Remedy, ...]]]:
        """What of it concerns one plan."""
        found: list[tuple[Finding, tuple[Remedy, ...]]] = []
        for one in self.approaches:
            conflict = one.conflict
            if index not in (conflict.one, conflict.other):
                continue
            is_one = index == conflict.one
            whom = names[conflict.other if is_one else conflict.one]
            finding = Finding(
                item=conflict.number if is_one else conflict.other_number,
                said=say(
                    "check_conflict",
                    apart_m=conflict.apart_m,
                    whom=whom,
                    at=clock_text(conflict.at_s),
                    lasts_s=conflict.lasts_s or None,
                    late_s=abs(conflict.early_s) if not conflict.lasts_s else None,
                    margin_m=margin_m,
                ),
                holds=True,
            )
            found.append((finding, one.remedies))
        near = self.neighbours[index] if index < len(self.neighbours) else Neighbours()
        if near.parts:
            some, more = tuple(names[at] for at in near.parts[:MOST_NEAR]), max(0, len(near.parts) - MOST_NEAR)
            said = say(
                "check_near_home",
                whom=some,
                more=more or None,
                apart_m=near.apart_m,
                least_m=near_homes_m(near.apart_m, margin_m),
                alarm_m=near_homes_m(near.apart_m, APART_M),
            )
            found.append((Finding(item=None, said=said), ()))
        if self.is_alarm_wider:
            said = say("check_alarm_wider", apart_m=APART_M, height_m=APART_HEIGHT_M)
            found.append((Finding(item=None, said=said), ()))
        return found


def clock_text(time_s: float) -> str:
    """Time since the start: `8:49`, `1:08:49`."""
    minutes, seconds = divmod(max(0, round(time_s)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def check_fleet(
    flyers: Sequence[Flyer],
    wind: Wind | None = None,
    margin_m: float = MARGIN_M,
    margin_up_m: float = MARGIN_UP_M,
    rest: Callable[[], None] = never_rest,
) -> FleetCheck:
    """Fly all plans in thought, and look at who meets whom; remedies are looked for by `remedied`.

    Args:
        flyers: the plans; one alone meets nobody.
        wind: of all; None for calm.
        margin_m: wanted along the ground.
        margin_up_m: wanted in height.
        rest: called again and again, where the work may stop for a moment.
    """
    flights = tuple(one.flight(wind, rest) for one in flyers)
    found = Sky(_flown(flyers, flights), margin_m, margin_up_m).conflicts(rest)
    found = tuple(one for one in found if flyers[one.one].meets(flyers[one.other]))
    holding = tuple(sum(one.holds for one in findings(flyer.checked)) for flyer in flyers)
    return FleetCheck(
        flights=flights,
        holding=holding,
        approaches=tuple(Approach(conflict=one) for one in found),
        neighbours=tuple(_neighbours(flyers, at, margin_m) for at in range(len(flyers))),
        is_alarm_wider=len(flyers) > 1 and (APART_M / margin_m) ** 2 + (APART_HEIGHT_M / margin_up_m) ** 2 > 1.0,
    )


def _neighbours(flyers: Sequence[Flyer], index: int, margin_m: float) -> Neighbours:
    own = flyers[index].checked.home
    near: list[tuple[float, int]] = []
    for at, one in enumerate(flyers):
        home = one.checked.home
        is_other = at != index and one.meets(flyers[index])
        if is_other and own is not None and home is not None and (apart_m := distance_m(*own, *home)) < margin_m:
            near.append((apart_m, at))
    near.sort()
    return Neighbours(parts=tuple(at for _, at in near), apart_m=near[0][0]) if near else Neighbours()


def remedied(
    check: FleetCheck,
    flyers: Sequence[Flyer],
    index: int,
    wind: Wind | None = None,
    margin_m: float = MARGIN_M,
    margin_up_m: float = MARGIN_UP_M,
    goes_on: Callable[[], bool] = lambda: True,
) -> FleetCheck:
    """The same with remedies for the first approaches of one plan.

    Args:
        check: as it was found for these.
        flyers: the plans.
        index: of the one that is looked at.
        wind: of all; None for calm.
        margin_m: wanted along the ground.
        margin_up_m: wanted in height.
        goes_on: asked before each; False ends with what was found.
    """
    finder = _Finder(check, flyers, wind, margin_m, margin_up_m)
    approaches, looked = [], 0
    for one in check.approaches:
        wanted = index in (one.conflict.one, one.conflict.other) and looked < MOST_CONFLICTS and goes_on()
        looked += wanted
        approaches.append(replace(one, remedies=finder.remedies(one.conflict)) if wanted else one)
    return replace(check, approaches=tuple(approaches))


def _flown(flyers: Sequence[Flyer], flights: Sequence[Flight]) -> list[Flown]:
    return [
        Flown(name=one.name, flight=flight, home_amsl_m=one.checked.home_amsl_m)
        for one, flight in zip(flyers, flights, strict=True)
    ]


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """Plans that are kept apart."""

    missions: dict[int, tuple[PlanItem, ...]]
    """By part; those that stay as they are not among them."""
    said: tuple[Words, ...]
    """What was done."""
    left: tuple[int, ...]
    """Parts that still meet others: nothing was found for them."""


def kept_apart(
    flyers: Sequence[Flyer],
    wind: Wind | None = None,
    margin_m: float = MARGIN_M,
    margin_up_m: float = MARGIN_UP_M,
    goes_on: Callable[[], bool] = lambda: True,
) -> Apart:
    """Let each start as late, or fly as high, as keeps it apart from all before it, in the order of the plans.

    Args:
        flyers: the plans; the first stays as it is.
        wind: of all; None for calm.
        margin_m: wanted along the ground.
        margin_up_m: wanted in height.
        goes_on: asked before each; False ends with what was reached.
    """
    flights = [one.flight(wind) for one in flyers]
    sky = Sky(_flown(flyers, flights), margin_m, margin_up_m)
    missions: dict[int, tuple[PlanItem, ...]] = {}
    said: list[Words] = []
    left: list[int] = []
    for part, flyer in enumerate(flyers):
        before = [at for at in range(part) if flyers[at].meets(flyer)]
        if all(sky.is_clear(part, at) for at in before):
            continue
        for way in _ways_out(flyer, part):
            if not goes_on():
                break
            changed = sky.changed(part, _changed(flyer, way.mission or (), wind))
            if all(changed.is_clear(part, at) for at in before):
                sky, missions[part] = changed, way.mission or ()
                said.append(way.said)
                break
        else:
            left.append(part)
    return Apart(missions=missions, said=tuple(said), left=tuple(left))


def _changed(flyer: Flyer, mission: tuple[PlanItem, ...], wind: Wind | None) -> Flown:
    changed = replace(flyer, checked=replace(flyer.checked, items=mission))
    return Flown(name=flyer.name, flight=changed.flight(wind), home_amsl_m=flyer.checked.home_amsl_m)


def _ways_out(flyer: Flyer, part: int) -> Iterator[Remedy]:
    """What can be done with a whole plan, what costs least first."""
    for wait_s in (one for one in WAITS_S if one <= SHORT_S):
        yield from _later(flyer, part, wait_s)
    for by_m in LIFTS_M:
        mission = tuple(_lifted(one, by_m) for one in flyer.checked.items)
        yield Remedy(said=say("remedy_lift_all", whom=flyer.name, by_m=by_m), mission=mission, part=part)
    for wait_s in (one for one in WAITS_S if one > SHORT_S):
        yield from _later(flyer, part, wait_s)


def _lifted(item: PlanItem, by_m: float) -> PlanItem:
    """Higher with all the others; take-off too, which may say no place."""
    row = BY_COMMAND.get(item.command)
    if row is None or not row.has_height or item.z is None or item.command in STAYING:
        return item
    return replace(item, z=item.z + by_m)


def _later(flyer: Flyer, part: int, wait_s: float) -> Iterator[Remedy]:
    items = delayed(flyer.checked.items, wait_s, is_wing=flyer.pace.is_wing)
    if items is not None:
        yield Remedy(said=say("remedy_later", whom=flyer.name, wait_s=wait_s), mission=items, part=part)


class _Finder:
    """Tries what would keep two apart: a remedy brings no other approach with it."""

    def __init__(
        self, check: FleetCheck, flyers: Sequence[Flyer], wind: Wind | None, margin_m: float, margin_up_m: float
    ) -> None:
        self._flyers, self._wind = flyers, wind
        self._sky = Sky(_flown(flyers, check.flights), margin_m, margin_up_m)
        self._met: dict[tuple[int, int], int] = {}
        """How often each two meet as planned."""
        for one in check.approaches:
            pair = one.conflict.one, one.conflict.other
            self._met[pair] = self._met.get(pair, 0) + 1

    def remedies(self, conflict: Conflict) -> tuple[Remedy, ...]:
        """The shortest wait, of either, and the least climb, of either."""
        # who comes later waits: it is the smaller change
        later, sooner = conflict.other, conflict.one
        if conflict.early_s < 0.0:
            later, sooner = sooner, later
        found = [self._wait(later, conflict) or self._wait(sooner, conflict)]
        found += [self._higher(conflict.one, conflict.number, conflict)]
        if found[-1] is None:
            found += [self._higher(conflict.other, conflict.other_number, conflict)]
        return tuple(one for one in found if one is not None)

    def _wait(self, part: int, conflict: Conflict) -> Remedy | None:
        ways = (way for wait_s in WAITS_S for way in _later(self._flyers[part], part, wait_s))
        return next((way for way in ways if self._helps(part, way.mission or (), conflict)), None)

    def _higher(self, part: int, number: int, conflict: Conflict) -> Remedy | None:
        flyer = self._flyers[part]
        numbers = _ends_of_leg(flyer.checked, number)
        if not numbers:
            return None
        for by_m in LIFTS_M:
            items = plan_edit.lifted(flyer.checked.items, numbers, by_m)
            if self._helps(part, items, conflict):
                said = say("remedy_lift", whom=flyer.name, item=number, by_m=by_m)
                return Remedy(said=said, mission=items, part=part)
        return None

    def _helps(self, part: int, items: tuple[PlanItem, ...], conflict: Conflict) -> bool:
        """Whether one approach of these two less, and no new one of anybody, comes of other items."""
        sky = self._sky.changed(part, _changed(self._flyers[part], items, self._wind))
        pair = {conflict.one, conflict.other}
        # the two first: most of what does not help does not help them
        others = sorted((at for at in range(len(self._flyers)) if at != part), key=lambda at: at not in pair)
        for other in others:
            if not self._flyers[other].meets(self._flyers[part]):
                continue
            then = self._met.get((min(part, other), max(part, other)), 0)
            now = sky.count(part, other)
            if now > then or (other in pair and now >= then):
                return False
        return True


def delayed(items: tuple[PlanItem, ...], wait_s: float, *, is_wing: bool) -> tuple[PlanItem, ...] | None:
    """A mission that waits after its take-off; None where nothing takes off.

    In the plan itself, so that it is kept whoever starts it: rotors wait where they rose to, wings circle.

    Args:
        items: the mission.
        wait_s: so much longer than now.
        is_wing: whether it can't stand still.
    """
    at = next((number for number, one in enumerate(items, start=1) if one.command in TAKEOFFS), None)
    if at is None:
        return None
    command = Cmd.LOITER_TIME if is_wing else Cmd.DELAY
    after = items[at] if at < len(items) else None
    if after is not None and after.command == command and after.params[0]:
        wait_s += after.params[0]
        return plan_edit.put(items, at + 1, replace(after, params=(wait_s, *after.params[1:])))
    if not is_wing:
        # hour, minute and second of NAV_DELAY are not used
        new = PlanItem(command=Cmd.DELAY, frame=FRAME_MISSION, params=(wait_s, -1.0, -1.0, -1.0))
    else:
        takeoff = items[at - 1]
        place = takeoff if plan_edit.placed(takeoff) else next((one for one in items if plan_edit.placed(one)), takeoff)
        new = PlanItem(
            command=Cmd.LOITER_TIME,
            frame=takeoff.frame,
            params=(wait_s, 0.0, 0.0, 0.0),
            x=place.x,
            y=place.y,
            z=takeoff.z,
        )
    return plan_edit.inserted(items, at + 1, new)


def _ends_of_leg(plan: Checked, number: int) -> set[int]:
    """Items at both ends of the leg that leads to one; those whose height is their own."""
    path = [one for one in plan.path if one.is_own]
    at = next((place for place, one in enumerate(path) if one.number >= number), None)
    if at is None:
        # on its way home: from the last place
        return {path[-1].number} if path else set()
    return {one.number for one in path[max(0, at - 1) : at + 1] if one.item.command != Cmd.LAND}


def flight_findings(flight: Flight) -> list[Finding]:
    """What the flight of a plan says of it."""
    windy = [Finding(item=number, said=say("check_wind"), holds=False) for number in flight.against_wind]
    return [*windy, *(Finding(item=number, said=say("check_untimed")) for number in flight.untimed)]
