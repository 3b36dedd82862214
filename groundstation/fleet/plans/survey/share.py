# SPDX-License-Identifier: Apache-2.0
"""Shares a survey or a corridor among vehicles. Pure.

By time the longest flight takes least, the ways there and home counted: where it is cut and who gets which part is
decided in one (dynamic programming over cuts and vehicles), on times that are guessed first and corrected by those of
the flights that come out. On the way to its strip and home a vehicle may fly over those of others; its lines and the
ways between them stay in its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import msgspec
import numpy as np
from shapely.geometry.base import BaseGeometry

from groundstation.fleet.plans.files.plan_file import PlanFileError
from groundstation.fleet.plans.survey.coverage import Coverage, Flyer, Share
from groundstation.fleet.plans.survey.cuts import Times, best_cuts, fairest
from groundstation.fleet.plans.survey.flights import check_flyer, findings_of, flight_time_s, pace_for
from groundstation.fleet.plans.survey.flying import Ends
from groundstation.fleet.plans.survey.ground import ground_of
from groundstation.fleet.plans.survey.lay import (
    Laid,
    corner_of,
    in_order,
    lines_of,
    path_length,
    pictures_of,
    swaths_of,
    ways_in,
)
from groundstation.fleet.plans.survey.parts import (
    Bands,
    Numbers,
    Part,
    apart,
    bands_of,
    equal_cuts,
    new_part_of,
    outlines_of,
    part_of,
)
from groundstation.fleet.plans.survey.survey_task import (
    AnyTask,
    By,
    CorridorTask,
    SurveyTask,
    Trigger,
    spacing_of,
    trigger_of,
)

MAX_FLYERS = 64
MAX_FLIGHTS = 500
ROUNDS = 5
"""Of guessing times and looking at the flights."""
INNER = 0.8
"""Part of a flight that is taken to be in the area where a guess is mended."""
TRIES = 24
"""Of giving one line more or less to a neighbour."""
Cut = tuple[int, int, int]
"""Number of a vehicle, and its stretch of bands."""
GOOD = 1.02
"""A longest flight so near to the mean of all needs no further round."""


def share(coverage: Coverage, flyers: Sequence[Flyer], by: By = By.TIME) -> tuple[Share, ...]:
    """Share a coverage among vehicles.

    Args:
        coverage: what is shared.
        flyers: among whom.
        by: what is made even.

    Returns:
        The flights, by time and area one of each vehicle, in their order; by endurance as many as batteries need.

    Raises:
        PlanFileError: it can't be shared so; says why, and what to do.
    """
    if not 1 <= len(flyers) <= MAX_FLYERS:
        raise PlanFileError(f"{len(flyers)} vehicles; 1 to {MAX_FLYERS} can share an area")
    for flyer in flyers:
        check_flyer(flyer)
    task = coverage.task
    sharing = _Sharing(task, lines_of(task, ground_of(task)), flyers)
    if by is By.AREA:
        return sharing.by_area()
    return sharing.by_endurance() if by is By.ENDURANCE else sharing.by_time()


class _Sharing:
    """One area and its vehicles."""

    def __init__(self, task: AnyTask, laid: Laid, flyers: Sequence[Flyer]) -> None:
        self._task, self._laid, self._flyers = task, laid, flyers
        self._bands = bands_of(task, laid)
        plane = laid.ground.plane
        # an antenna's place is near: a start on another continent is a slip
        self._starts = [None if one.start is None else plane.points([one.start])[0] for one in flyers]
        self._ways = ways_in(task, laid.ground)

    # ---- by time ----

    def by_time(self) -> tuple[Share, ...]:
        """Cut between lines so that the longest flight takes least."""
        return self._told(self._even())

    def _even(self) -> list[Share]:
        """Flights along the row of bands, those that there is something left for."""
        order = self._order()
        slower = np.ones(self._bands.count)
        best: list[Share] = []
        best_of: list[Cut] = []
        for _ in range(ROUNDS):
            guesses = [self._guess(number, slower) for number in order]
            cuts = [(order[one], begin, end) for one, begin, end in best_cuts(guesses)]
            shares = self._flights(cuts)
            if not best or _longest(shares) < _longest(best):
                best, best_of = shares, cuts
            if _longest(shares) <= GOOD * _mean(shares):
                break
            for (number, begin, end), one in zip(cuts, shares, strict=True):
                guess_s = float(guesses[order.index(number)][begin, end])
                # the ways there and home are known: what was guessed wrong is the time in the area
                inner_s = guess_s * INNER
                slower[begin:end] *= min(5.0, max(0.2, (inner_s + one.time_s - guess_s) / inner_s))
        return self._evened(best_of, best)

    def _evened(self, cuts: list[Cut], shares: list[Share]) -> list[Share]:
        """Give lines of the longest flight to its neighbours as long as that helps."""
        for _ in range(TRIES):
            longest = max(range(len(shares)), key=lambda at: shares[at].time_s)
            for step in (-1, 1):
                other = longest + step
                if not 0 <= other < len(cuts) or cuts[longest][2] - cuts[longest][1] <= 1:
                    continue
                pair = [_given(cuts[longest], 1, step), _given(cuts[other], -1, -step)]
                tried = self._flights(pair)
                if _longest(tried) < shares[longest].time_s - 0.1:
                    for at, cut, one in zip((longest, other), pair, tried, strict=True):
                        cuts[at], shares[at] = cut, one
                    break
            else:
                break
        return self._drawn(shares, self._shapes(self._parts(cuts)))

    def _drawn(self, shares: list[Share], shapes: list[BaseGeometry]) -> list[Share]:
        """Flights with what of the area is theirs."""
        return [
            msgspec.structs.replace(one, outlines=outlines_of(self._laid.ground, shape), area_m2=shape.area)
            for one, shape in zip(shares, shapes, strict=True)
        ]

    def _order(self) -> list[int]:
        """Vehicles along the row of bands, for where they are too many for all orders."""
        middle = (self._bands.low + self._bands.high) / 2.0
        along = middle[-1] - middle[0]
        return sorted(
            range(len(self._flyers)),
            key=lambda number: 0.0 if self._starts[number] is None else float(self._starts[number] @ along),
        )

    def _guess(self, number: int, slower: Numbers) -> Times:
        """Seconds for every stretch of bands.

        Args:
            number: of the vehicle.
            slower: how much longer each band was found to take than is guessed here.
        """
        flyer, bands, task = self._flyers[number], self._bands, self._task
        pace = pace_for(flyer, task)
        speed_mps = pace.cruise_mps
        # a turn slows a copter down twice; wings fly half a circle more
        turn_s = flyer.turn_s + (math.pi * pace.turn_radius_m if pace.is_wing else 0.0) / speed_mps
        turn_s += (2.0 * task.turnaround_m + spacing_of(task)) / speed_mps
        turn_s += 0.0 if pace.is_wing else speed_mps / pace.accel_mps2
        apart_m = trigger_of(task)
        seen_m = bands.length_m + (bands.area_m2 / spacing_of(task) if _is_crossed(task) else 0.0)
        each_s = seen_m / speed_mps + bands.lines * turn_s
        if task.trigger is Trigger.HOVER and apart_m:
            each_s += seen_m / apart_m * (task.hover_s + speed_mps / pace.accel_mps2)
        done_s = np.concatenate([[0.0], np.cumsum(each_s * slower)])
        times: Times = done_s[None] - done_s[:, None] + _transit_m(bands, self._starts[number]) / speed_mps
        times += task.height_m / pace.climb_mps + task.height_m / pace.sink_mps
        if isinstance(task, CorridorTask):
            times += len(self._laid.lanes) * turn_s
        size = len(done_s)
        times[np.tril_indices(size)] = np.inf
        np.fill_diagonal(times, 0.0)
        return times

    def _flights(self, cuts: list[Cut]) -> list[Share]:
        return [self._share(cut[0], part) for cut, part in zip(cuts, self._parts(cuts), strict=True)]

    def _parts(self, cuts: list[Cut]) -> list[Part]:
        edges = self._bands.cuts
        return [part_of(self._task, self._laid, edges[begin], edges[end]) for _, begin, end in cuts]

    def _shapes(self, parts: list[Part]) -> list[BaseGeometry]:
        shapes = [part.shape for part in parts]
        return apart(shapes, self._laid.ground.target) if isinstance(self._task, CorridorTask) else shapes

    def _share(self, number: int, part: Part) -> Share:
        flyer, start, task, ground = self._flyers[number], self._starts[number], self._task, self._laid.ground
        # where it begins is left to each of several: a corner of the whole is none of their parts'
        corner = corner_of(task, part.laid) if len(self._flyers) == 1 else None
        flown = in_order(task, part.laid, Ends(start=start, home=start, corner=corner), part.limit)
        swaths = swaths_of(ground, flown)
        path_m, home = path_length(flown), np.empty((0, 2))
        # none are taken on the way there and home
        pictures = pictures_of(task, swaths, path_m)
        if start is not None and flown:
            way = self._ways.between(flown[-1].track.lead_out, start)
            home = way.between
            path_m += flown[0].way_m + way.length_m
        made = Share(
            flyer=flyer,
            task=task,
            swaths=swaths,
            outlines=(),
            area_m2=part.shape.area,
            length_m=sum(one.length_m for one in swaths),
            path_m=path_m,
            time_s=0.0,
            pictures=pictures,
            way_home=ground.plane.places(home),
        )
        return msgspec.structs.replace(made, time_s=flight_time_s(made))

    # ---- by area ----

    def by_area(self) -> tuple[Share, ...]:
        """Parts of the same area, given out so that the longest flight takes least."""
        count = len(self._flyers)
        cuts = equal_cuts(self._task, self._laid, count)
        parts = [self._new_part(begin, end) for begin, end in itertools.pairwise(cuts)]
        shapes = self._shapes(parts)
        shares = [[self._share(number, part) for part in parts] for number in range(count)]
        chosen = fairest(np.array([[one.time_s for one in row] for row in shares]))
        drawn = [self._drawn([shares[number][part]], [shapes[part]])[0] for number, part in enumerate(chosen)]
        return self._told(drawn)

    def _new_part(self, begin: float, end: float) -> Part:
        if isinstance(self._task, SurveyTask):
            return new_part_of(self._task, self._laid, begin, end)
        return part_of(self._task, self._laid, begin, end)

    # ---- by endurance ----

    def by_endurance(self) -> tuple[Share, ...]:
        """Flights as long as batteries last, one vehicle after the other, and all of them again."""
        for flyer in self._flyers:
            if flyer.endurance_s is None:
                raise PlanFileError(f"{flyer.id}: how long its battery lasts is not known; give it")
        order = self._order()
        cuts: list[Cut] = []
        begin = 0
        while begin < self._bands.count:
            if len(cuts) >= MAX_FLIGHTS:
                raise PlanFileError(f"it takes more than {MAX_FLIGHTS} flights; make the area smaller")
            number = order[len(cuts) % len(order)]
            end = self._farthest(number, begin)
            cuts.append((number, begin, end))
            begin = end
        shares = self._evened_flights(cuts) or self._drawn(self._flights(cuts), self._shapes(self._parts(cuts)))
        flown: dict[str, int] = {}
        numbered = []
        for one in shares:
            flown[one.flyer.id] = flown.get(one.flyer.id, 0) + 1
            numbered.append(msgspec.structs.replace(one, sortie=flown[one.flyer.id]))
        return self._told(numbered)

    def _evened_flights(self, cuts: list[Cut]) -> list[Share]:
        """As many flights, equally long; none where a battery would not last for one of them."""
        if len(cuts) > MAX_FLYERS:
            return []
        flights = [self._flyers[number] for number, _, _ in cuts]
        shares = _Sharing(self._task, self._laid, flights)._even()  # noqa: SLF001
        is_enough = all(one.time_s <= (one.flyer.endurance_s or 0.0) for one in shares)
        return shares if is_enough and len(shares) == len(cuts) else []

    def _farthest(self, number: int, begin: int) -> int:
        """How far one flight gets, by bands."""
        lasts_s = self._flyers[number].endurance_s or 0.0
        edges = self._bands.cuts

        def time_s(end: int) -> float:
            part = part_of(self._task, self._laid, edges[begin], edges[end])
            return self._share(number, part).time_s

        low, high = begin, self._bands.count
        while low < high:
            middle = (low + high + 1) // 2
            if time_s(middle) <= lasts_s:
                low = middle
            else:
                high = middle - 1
        if low == begin:
            raise PlanFileError(
                f"{self._flyers[number].id}: one line with the way there and home takes {time_s(begin + 1):.0f} s, its "
                f"battery lasts {lasts_s:.0f} s; start nearer, or turn the lines"
            )
        return low

    # ---- what is said ----

    def _told(self, shares: list[Share]) -> tuple[Share, ...]:
        """Findings, and who has nothing; in the order of the vehicles, then of their flights."""
        have = {share.flyer.id for share in shares}
        idle = [
            Share(flyer=one, task=self._task, swaths=(), outlines=(), area_m2=0.0, length_m=0.0, path_m=0.0, time_s=0.0)
            for one in self._flyers
            if one.id not in have
        ]
        places = {flyer.id: at for at, flyer in enumerate(self._flyers)}
        told = [msgspec.structs.replace(one, findings=tuple(findings_of(one))) for one in [*shares, *idle]]
        return tuple(sorted(told, key=lambda one: (one.sortie, places[one.flyer.id])))


def _is_crossed(task: AnyTask) -> bool:
    return isinstance(task, SurveyTask) and task.crosshatch


def _transit_m(bands: Bands, start: np.ndarray | None) -> Times:
    """To the first line of each stretch and home from its last, metres, flown from its better end."""
    size = bands.count + 1
    if start is None:
        return np.zeros((size, size))
    low, high = (np.linalg.norm(ends - start, axis=1) for ends in (bands.low, bands.high))
    first = np.arange(size)[:, None]
    last = np.arange(size)[None] - 1
    begin, end = np.minimum(first, bands.count - 1), np.maximum(last, 0)
    # with an even number of lines it leaves at the side where it came
    same = np.minimum(low[begin] + low[end], high[begin] + high[end])
    other = np.minimum(low[begin] + high[end], high[begin] + low[end])
    found: Times = np.where((last - first) % 2 == 1, same, other)
    return found


def _longest(shares: Sequence[Share]) -> float:
    return max((one.time_s for one in shares), default=0.0)


def _mean(shares: Sequence[Share]) -> float:
    return math.fsum(one.time_s for one in shares) / max(1, len(shares))


def _given(cut: Cut, bands: int, side: int) -> Cut:
    """A stretch without so many bands at its beginning (side -1) or its end; with more where they are negative."""
    number, begin, end = cut
    return (number, begin + bands, end) if side < 0 else (number, begin, end - bands)
