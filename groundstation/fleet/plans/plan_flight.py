# SPDX-License-Identifier: Apache-2.0
"""A mission as a flight in time: where the vehicle is when, how long it takes, where nobody can tell. Pure.

An estimate. Rotors pass a corner as slowly as its sharpness demands and stop where they hold; wings keep their speed
through the air, turn in arcs, and are slowed or carried by the wind. Jumps are followed. The ground is taken to be as
high as home.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable

import msgspec

from groundstation.fleet.geometry import bearing_deg, distance_m, moved, turn_deg
from groundstation.fleet.plans.pace import LAND_SLOWS_M, Pace, Wind
from groundstation.fleet.plans.plan_commands import Cmd, is_flown
from groundstation.fleet.plans.plan_heights import height_home_m
from groundstation.fleet.plans.plan_items import FRAME_TERRAIN, PlanItem, plain_frame
from groundstation.fleet.plans.plan_path import WITHOUT_PLACE, Place

MOST_STEPS = 40_000
"""Of a flight; jumps may make any number of them."""
CIRCLE_POINTS, MOST_CIRCLE_POINTS = 12, 360
COPTER_CIRCLE_M = 10.0
"""Of a circle that names no radius (CIRCLE_RADIUS)."""
STILL_M = 0.05
FULL_TURN = math.radians(170.0)
"""Sharper than this no corner is cut."""
LEAST_OVER_GROUND_MPS = 0.5
"""Slower than this against the wind is not getting there."""


class FlightEnd(enum.Enum):
    """How a flight ends."""

    LANDED = "landed"
    """On the ground, or at the last place of what drives."""
    IN_AIR = "in the air"
    """The list is over, and it hangs there."""
    FOR_EVER = "for ever"
    """It loiters, or jumps back, until somebody ends it."""
    TOO_LONG = "too long"
    """More steps than are reckoned."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Where a vehicle is at a time; between two of them it moves evenly."""

    time_s: float
    """Since the mission was started."""
    lat_deg: float
    lon_deg: float
    height_m: float
    """Above home."""
    way_m: float
    """Along the ground since the start."""
    number: int
    """Of the item that is flown, from 1; 0 before the first."""


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """A mission in time."""

    moments: tuple[Moment, ...] = ()
    end: FlightEnd = FlightEnd.IN_AIR
    arrivals_s: dict[int, float] = msgspec.field(default_factory=dict)
    """When each item is reached the first time, by its number; of what does something, when that is done."""
    untimed: tuple[int, ...] = ()
    """Items whose duration nobody can tell: they count nothing."""
    against_wind: tuple[int, ...] = ()
    """Items that the wind does not let it come to; they are reckoned as if it were calm."""
    guessed: tuple[int, ...] = ()
    """Items whose height over home is not known, since it is above the ground or the sea."""

    @property
    def duration_s(self) -> float:
        """Until the end, or until it goes on for ever."""
        return self.moments[-1].time_s if self.moments else 0.0

    @property
    def length_m(self) -> float:
        """Along the ground, jumps and circles counted."""
        return self.moments[-1].way_m if self.moments else 0.0


def never_rest() -> None:
    """Go on at once: nobody else is kept waiting."""


def flight_of(
    items: tuple[PlanItem, ...],
    home: Place | None,
    home_amsl_m: float | None,
    pace: Pace,
    wind: Wind | None = None,
    rest: Callable[[], None] = never_rest,
) -> Flight:
    """Fly a mission in thought.

    Args:
        items: home not among them.
        home: where it begins; None begins at the first item with a place.
        home_amsl_m: how high that is above the sea; None for not known.
        pace: how fast.
        wind: None for calm.
        rest: called about once a millisecond, where the work may stop for a moment.

    Returns:
        The flight; without moments where no item has a place.
    """
    start = home or next((Place(one.x or 0.0, one.y or 0.0) for one in items if is_flown(one)), None)
    if start is None:
        return Flight()
    return _Flyer(items, start, home_amsl_m, pace, wind or Wind(), rest).flown()


class _Leg(msgspec.Struct):
    """A straight piece, or staying somewhere."""

    end: Place
    height_m: float
    number: int
    speed_mps: float
    rate_mps: float
    """Up or down at most."""
    hold_s: float = 0.0
    """Stays so long at its end."""
    stops: bool = False


class _Flyer:
    """Goes through the items once."""

    def __init__(
        self,
        items: tuple[PlanItem, ...],
        start: Place,
        home_amsl_m: float | None,
        pace: Pace,
        wind: Wind,
        rest: Callable[[], None],
    ) -> None:
        self._rest = rest
        self._items, self._home, self._amsl_m, self._pace, self._wind = items, start, home_amsl_m, pace, wind
        self._speed_mps, self._climb_mps, self._sink_mps = pace.cruise_mps, pace.climb_mps, pace.sink_mps
        self._place, self._height_m = start, 0.0
        self._legs: list[_Leg] = []
        self._marks: list[tuple[int, int]] = []
        """Items, and how many legs were there when each was come to."""
        self._jumps: dict[int, int] = {}
        self._untimed: list[int] = []
        self._guessed: list[int] = []
        self._windy: list[int] = []
        self._end = FlightEnd.IN_AIR if pace.return_m else FlightEnd.LANDED

    def flown(self) -> Flight:
        """All of it."""
        at = 0
        while at < len(self._items):
            if len(self._legs) > MOST_STEPS or len(self._marks) > MOST_STEPS:
                self._end = FlightEnd.TOO_LONG
                break
            if not len(self._marks) % REST_EACH:
                self._rest()
            item, number = self._items[at], at + 1
            if item.command == Cmd.JUMP:
                target = self._jump(item, number)
                if target is None:
                    break
                at = target - 1
                continue
            is_last = self._fly(item, number)
            self._marks.append((number, len(self._legs)))
            if is_last:
                break
            at += 1
        moments, times = self._timed()
        arrivals: dict[int, float] = {}
        for number, legs in self._marks:
            arrivals.setdefault(number, times[legs])
        return Flight(
            moments=tuple(moments),
            end=self._end,
            arrivals_s=arrivals,
            untimed=tuple(dict.fromkeys(self._untimed)),
            against_wind=tuple(dict.fromkeys(self._windy)),
            guessed=tuple(dict.fromkeys(self._guessed)),
        )

    # ---- items ----

    def _jump(self, item: PlanItem, number: int) -> int | None:
        """Item that comes after a jump; None for an end."""
        target, times = item.params[0] or 0.0, item.params[1] or 0.0
        done = self._jumps.get(number, 0)
        self._marks.append((number, len(self._legs)))
        if not 1 <= target <= len(self._items) or target == number:
            return number + 1
        if times < 0 and target < number:
            self._end = FlightEnd.FOR_EVER
            return None
        if times >= 0 and done >= times:
            return number + 1
        self._jumps[number] = done + 1
        return int(target)

    def _fly(self, item: PlanItem, number: int) -> bool:
        """Carry out an item; True when the flight ends with it."""
        command = item.command
        if command == Cmd.CHANGE_SPEED:
            self._change_speed(item)
        elif command == Cmd.DELAY:
            self._delay(item, number)
        elif command in (Cmd.TAKEOFF, Cmd.VTOL_TAKEOFF):
            self._take_off(item, number)
        elif command in (Cmd.LAND, Cmd.VTOL_LAND):
            return self._land(item, number)
        elif command == Cmd.RETURN:
            return self._return(number)
        elif is_flown(item) or command in WITHOUT_PLACE:
            return self._go_there(item, number)
        elif command in (Cmd.ALTITUDE_WAIT, Cmd.GUIDED_ENABLE):
            self._untimed.append(number)
        elif command == Cmd.CONTINUE_AND_CHANGE_ALT:
            self._height_m = self._height(item, number)
        return False

    def _change_speed(self, item: PlanItem) -> None:
        # kinds of MAV_CMD_DO_CHANGE_SPEED: through the air, over the ground, up, down
        kind, speed_mps = item.params[0], item.params[1]
        if speed_mps is None or speed_mps <= 0.0:
            return
        if kind == 2.0:
            self._climb_mps = speed_mps
        elif kind == 3.0:
            self._sink_mps = speed_mps
        elif kind == 1.0 and self._pace.ground_speed_is_least:
            self._speed_mps = max(self._speed_mps, speed_mps)
        else:
            self._speed_mps = speed_mps

    def _delay(self, item: PlanItem, number: int) -> None:
        wait_s = item.params[0] or 0.0
        if wait_s > 0.0:
            self._stay(wait_s, number)
        else:
            # until a time of day
            self._untimed.append(number)

    def _take_off(self, item: PlanItem, number: int) -> None:
        if self._pace.begin_s and not self._legs:
            self._stay(self._pace.begin_s, number)
        height_m, place = self._height(item, number), self._place
        if self._pace.is_wing:
            place = self._ahead(number, (height_m - self._height_m) / self._climb_mps * self._speed_mps)
        stops = not self._pace.is_wing
        self._to(place, height_m, number, stops=stops, rate_mps=self._pace.takeoff_mps)

    def _ahead(self, number: int, way_m: float) -> Place:
        """Where wings are when they have climbed: on their way to what comes next; half of that at most."""
        after = next((one for one in self._items[number:] if is_flown(one)), None)
        if after is None or way_m <= 0.0:
            return self._place
        there = Place(after.x or 0.0, after.y or 0.0)
        whole_m = distance_m(*self._place, *there)
        return _between(self._place, there, min(0.5, way_m / whole_m)) if whole_m > STILL_M else self._place

    def _land(self, item: PlanItem, number: int) -> bool:
        place = Place(item.x or 0.0, item.y or 0.0) if is_flown(item) else self._place
        if self._pace.is_wing and item.command == Cmd.LAND:
            ground_m = self._height(item, number)
            self._to(place, min(ground_m, self._height_m), number, stops=True)
        else:
            self._to(place, self._height_m, number, stops=True)
            self._come_down(number)
        self._end = FlightEnd.LANDED
        return True

    def _come_down(self, number: int) -> None:
        if self._height_m > LAND_SLOWS_M:
            self._to(self._place, LAND_SLOWS_M, number, stops=True)
        self._to(self._place, 0.0, number, stops=True, rate_mps=self._pace.land_mps)
        if self._pace.disarm_s:
            self._stay(self._pace.disarm_s, number)

    def _return(self, number: int) -> bool:
        higher_m = max(self._height_m, self._pace.return_m)
        # another mode, which forgets what speed the mission had set
        self._speed_mps = self._pace.return_mps or self._pace.cruise_mps
        if not self._pace.is_wing:
            self._to(self._place, higher_m, number, stops=True)
        self._to(self._home, higher_m, number, stops=True)
        if self._pace.is_wing:
            # it circles over home, unless it was told otherwise where no plan can tell
            self._end = FlightEnd.FOR_EVER
        else:
            if self._pace.hold_home_s:
                self._stay(self._pace.hold_home_s, number)
            self._come_down(number)
            self._end = FlightEnd.LANDED
        return True

    def _go_there(self, item: PlanItem, number: int) -> bool:
        place = Place(item.x or 0.0, item.y or 0.0) if is_flown(item) else self._place
        command, hold_s = item.command, 0.0
        # a height of nothing at a loiter without a place is the height that it has
        height_m = self._height(item, number) if is_flown(item) or item.z else self._height_m
        if command in (Cmd.WAYPOINT, Cmd.SPLINE, Cmd.LOITER_TIME):
            hold_s = max(0.0, item.params[0] or 0.0)
        stops = hold_s > 0.0 or command == Cmd.LOITER_UNLIMITED or number == len(self._items)
        if command == Cmd.LOITER_TURNS:
            self._circle(item, place, height_m, number)
            return False
        self._to(place, height_m, number, stops=stops and not self._pace.is_wing)
        if hold_s > 0.0:
            self._stay(hold_s, number)
        elif command == Cmd.PAYLOAD_PLACE:
            self._untimed.append(number)
        if command == Cmd.LOITER_UNLIMITED:
            self._end = FlightEnd.FOR_EVER
        return command == Cmd.LOITER_UNLIMITED

    def _circle(self, item: PlanItem, centre: Place, height_m: float, number: int) -> None:
        turns = min(max(0.0, item.params[0] or 0.0), 1_000.0)
        radius_m = abs(item.params[2] or 0.0) or self._pace.turn_radius_m or COPTER_CIRCLE_M
        sense = -1.0 if (item.params[2] or 0.0) < 0.0 else 1.0
        # on the side from which it comes
        begin = math.radians(bearing_deg(*centre, *self._place))
        points = min(MOST_CIRCLE_POINTS, max(1, round(turns * CIRCLE_POINTS)))
        for step in range(points + 1):
            angle = begin + sense * math.tau * turns * step / points
            place = Place(*moved(*centre, radius_m * math.cos(angle), radius_m * math.sin(angle)))
            self._to(place, height_m, number)

    def _stay(self, wait_s: float, number: int) -> None:
        leg = _Leg(self._place, self._height_m, number, self._speed_mps, self._climb_mps, hold_s=wait_s, stops=True)
        self._legs.append(leg)

    def _to(
        self, place: Place, height_m: float, number: int, *, stops: bool = False, rate_mps: float | None = None
    ) -> None:
        rate = rate_mps or (self._climb_mps if height_m >= self._height_m else self._sink_mps)
        self._legs.append(_Leg(place, height_m, number, self._speed_mps, rate, stops=stops))
        self._place, self._height_m = place, height_m

    def _height(self, item: PlanItem, number: int) -> float:
        found = height_home_m(item, self._amsl_m)
        if found is not None:
            return found
        self._guessed.append(number)
        is_terrain = plain_frame(item.frame) == FRAME_TERRAIN
        return item.z if is_terrain and item.z is not None else self._height_m

    # ---- times ----

    def _timed(self) -> tuple[list[Moment], list[float]]:
        """Moments, and when each leg was over: one more than legs."""
        place, height_m, time_s, way_m, speed_mps = self._home, 0.0, 0.0, 0.0, 0.0
        moments = [Moment(0.0, *place, 0.0, 0.0, 0)]
        ends = [0.0]
        for at, leg in enumerate(self._legs):
            if not at % REST_EACH:
                self._rest()
            length_m = distance_m(*place, *leg.end)
            leaving_mps = self._leaving_mps(at, place)
            profile = self._profile(place, leg, length_m, leg.height_m - height_m, speed_mps, leaving_mps)
            turn_s = self._turn_s(at, place, leg)
            # a corner that is cut makes the leg to it shorter
            less = 1.0 + min(0.0, turn_s) / profile[-1][1] if profile else 1.0
            for share, after_s in profile:
                spot = _between(place, leg.end, share)
                here_m = height_m + (leg.height_m - height_m) * share
                moments.append(Moment(time_s + after_s * less, *spot, here_m, way_m + length_m * share, leg.number))
            time_s = moments[-1].time_s + max(0.0, turn_s)
            if leg.hold_s or time_s > moments[-1].time_s:
                time_s += leg.hold_s
                moments.append(Moment(time_s, *leg.end, leg.height_m, way_m + length_m, leg.number))
            place, height_m, way_m, speed_mps = leg.end, leg.height_m, way_m + length_m, leaving_mps
            ends.append(time_s)
        return moments, ends

    def _turn(self, at: int, place: Place) -> float | None:
        """Angle between a leg and the next one, radians; None where one of them leads nowhere."""
        if at + 1 >= len(self._legs):
            return None
        end, after = self._legs[at].end, self._legs[at + 1].end
        if distance_m(*place, *end) < STILL_M or distance_m(*end, *after) < STILL_M:
            return None
        return math.radians(abs(turn_deg(bearing_deg(*place, *end), bearing_deg(*end, *after))))

    def _leaving_mps(self, at: int, place: Place) -> float:
        """Speed at the end of a leg."""
        leg, pace = self._legs[at], self._pace
        if pace.is_wing:
            return leg.speed_mps
        turn = self._turn(at, place)
        if leg.stops or turn is None:
            return 0.0
        half = math.cos(turn / 2.0)
        if half >= 0.9999:
            return leg.speed_mps
        # the arc that leaves the corner no farther than the vehicle may
        radius_m = pace.accept_m * half / (1.0 - half)
        return min(leg.speed_mps, self._legs[at + 1].speed_mps, math.sqrt(pace.accel_mps2 * radius_m))

    def _turn_s(self, at: int, place: Place, leg: _Leg) -> float:
        """What wings need more for a turn than to its corner and on: less where they can cut it, else more.

        Autopilots turn in before the corner, by a radius at most. Where that or the legs are too short, it flies past
        the corner and comes back.
        """
        turn = self._turn(at, place) if self._pace.is_wing else None
        if turn is None:
            return 0.0
        radius_m, after = self._pace.turn_radius_m, self._legs[at + 1]
        cut_m = radius_m * math.tan(min(turn, FULL_TURN) / 2.0)
        room_m = min(distance_m(*place, *leg.end) / 2.0, distance_m(*leg.end, *after.end) / 2.0, radius_m)
        share = min(1.0, room_m / cut_m) if cut_m > 0.0 else 1.0
        arc_m, past_m = radius_m * turn, radius_m * (turn - math.sin(turn))
        more_m = share * arc_m + (1.0 - share) * past_m - 2.0 * share * cut_m
        return more_m / max(leg.speed_mps, 1.0)

    def _profile(
        self, place: Place, leg: _Leg, length_m: float, rise_m: float, from_mps: float, to_mps: float
    ) -> list[tuple[float, float]]:
        """Shares of a leg, and after how many seconds each is done."""
        up_s = abs(rise_m) / leg.rate_mps
        if length_m < STILL_M:
            up_s = self._upright_s(abs(rise_m), leg.rate_mps)
            return [(1.0, up_s)] if up_s else []
        speed_mps = self._over_ground_mps(place, leg)
        if self._pace.is_wing:
            return [(1.0, max(length_m / speed_mps, up_s))]
        accel = self._pace.accel_mps2
        # no faster than lets it brake in time
        top = min(speed_mps, math.sqrt(accel * length_m + (from_mps**2 + to_mps**2) / 2.0))
        begin, end = min(from_mps, top), min(to_mps, top)
        first_m, last_m = (top**2 - begin**2) / (2.0 * accel), (top**2 - end**2) / (2.0 * accel)
        even_s = max(0.0, length_m - first_m - last_m) / top
        first_s, last_s = (top - begin) / accel, (top - end) / accel
        whole_s = first_s + even_s + last_s
        if up_s > whole_s:
            return [(1.0, up_s)]
        steps = [(first_m / length_m, first_s), ((first_m + even_s * top) / length_m, first_s + even_s), (1.0, whole_s)]
        return [(share, after) for share, after in steps if share > 0.0 and after > 0.0]

    def _upright_s(self, rise_m: float, rate_mps: float) -> float:
        """Straight up or down, from rest to rest."""
        accel = self._pace.accel_up_mps2
        if rise_m * accel < rate_mps**2:
            return 2.0 * math.sqrt(rise_m / accel)
        return rise_m / rate_mps + rate_mps / accel

    def _over_ground_mps(self, place: Place, leg: _Leg) -> float:
        """Speed along a leg: the autopilots of rotors and wheels hold it against the wind, wings don't."""
        wind = self._wind
        if not self._pace.is_wing or wind.speed_mps <= 0.0:
            return leg.speed_mps
        angle = math.radians(bearing_deg(*place, *leg.end) - (wind.from_deg + 180.0))
        along, across = wind.speed_mps * math.cos(angle), wind.speed_mps * math.sin(angle)
        ahead = math.sqrt(max(0.0, leg.speed_mps**2 - across**2)) + along
        if abs(across) >= leg.speed_mps or ahead < LEAST_OVER_GROUND_MPS:
            # of a take-off that leads there the next leg says it too
            if self._items[leg.number - 1].command not in (Cmd.TAKEOFF, Cmd.VTOL_TAKEOFF):
                self._windy.append(leg.number)
            return leg.speed_mps
        return ahead


def _between(one: Place, other: Place, share: float) -> Place:
    """A place on a leg; over longitude 180 the short way."""
    if share >= 1.0:
        return other
    across = turn_deg(one.lon_deg, other.lon_deg) * share
    lat_deg = one.lat_deg + (other.lat_deg - one.lat_deg) * share
    return Place(lat_deg, turn_deg(0.0, one.lon_deg + across))


REST_EACH = 40
"""Items and legs between two rests."""
