# SPDX-License-Identifier: Apache-2.0
"""Fields to survey, drawn in metres, and what is measured of the lines over them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import shapely
from hypothesis import strategies as st

from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.plan_file import Area, Line, PlanFileError, Spot
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.coverage import Coverage, Flyer, Swath
from groundstation.fleet.plans.survey.lay import lay
from groundstation.fleet.plans.survey.local_plane import LocalPlane
from groundstation.fleet.plans.survey.survey_task import AnyTask, CorridorTask, SurveyTask

HOME = Place(47.397, 8.545)
Ring = Sequence[tuple[float, float]]
"""Corners, metres east and north."""

SQUARE: Ring = ((0, 0), (300, 0), (300, 300), (0, 300))
L_SHAPE: Ring = ((0, 0), (300, 0), (300, 100), (100, 100), (100, 300), (0, 300))
U_SHAPE: Ring = ((0, 0), (300, 0), (300, 300), (200, 300), (200, 100), (100, 100), (100, 300), (0, 300))
FIELD: Ring = ((0, 0), (420, 60), (500, 300), (330, 420), (150, 380), (120, 250), (-40, 180))
HOUSE: Ring = ((200, 150), (280, 160), (270, 240), (190, 230))
BOW_TIE: Ring = ((0, 0), (100, 100), (100, 0), (0, 100))
PINCHED: Ring = ((0, 0), (100, 100), (200, 0), (200, 200), (100, 100), (0, 200))
"""It touches itself in the middle."""
SLIVER: Ring = ((0, 0), (1000, 2), (1000, 3))


def spot(east_m: float, north_m: float, home: Place = HOME) -> Spot:
    return Spot(*moved(*home, north_m, east_m))


def area(ring: Ring, *holes: Ring, home: Place = HOME) -> Area:
    outer, *inner = (tuple(spot(*corner, home) for corner in one) for one in (ring, *holes))
    return Area(outer=outer, holes=tuple(inner))


def line(*corners: tuple[float, float]) -> Line:
    return Line(spots=tuple(spot(*corner) for corner in corners))


def survey(ring: Ring = SQUARE, *holes: Ring, **keys: Any) -> SurveyTask:
    said: dict[str, Any] = {"area": area(ring, *holes), "spacing_m": 20.0, "trigger_m": 15.0}
    return SurveyTask(**said | keys)


def corridor(*corners: tuple[float, float], **keys: Any) -> CorridorTask:
    said: dict[str, Any] = {"line": line(*corners), "width_m": 100.0, "spacing_m": 30.0, "trigger_m": 15.0}
    return CorridorTask(**said | keys)


def laid_or_told(task: AnyTask) -> tuple[Coverage | None, str]:
    """The lines of a task, or None with what was said."""
    try:
        return lay(task), ""
    except PlanFileError as error:
        return None, str(error)


def flyers(*starts: tuple[float, float], **keys: Any) -> list[Flyer]:
    return [Flyer(id=f"uav-{number}", start=spot(*start), **keys) for number, start in enumerate(starts, 1)]


def changed(task: Any, **keys: Any) -> Any:
    return msgspec.structs.replace(task, **keys)


# ---- measuring ----


def plane_of(task: AnyTask) -> LocalPlane:
    first = task.line.spots[0] if isinstance(task, CorridorTask) else task.area.outer[0]
    return LocalPlane(Place(first.lat_deg, first.lon_deg))


def shape(one: Area, plane: LocalPlane) -> shapely.Geometry:
    rings = [shapely.make_valid(shapely.Polygon(plane.points(ring))) for ring in (one.outer, *one.holes)]
    return shapely.difference(rings[0], shapely.union_all(rings[1:]))


def whole(task: SurveyTask) -> shapely.Geometry:
    """What is to be seen, reckoned apart from the product."""
    plane = plane_of(task)
    outs = shapely.union_all([shape(one, plane).buffer(task.margin_m) for one in task.keep_outs])
    return shapely.difference(shape(task.area, plane), outs)


def lines(swaths: Iterable[Swath], plane: LocalPlane) -> list[shapely.LineString]:
    return [shapely.LineString(plane.points(one.spots)) for one in swaths]


def legs(swaths: Sequence[Swath], plane: LocalPlane) -> list[shapely.LineString]:
    """Everything that is flown but the lines themselves."""
    found = []
    for at, one in enumerate(swaths):
        if at:
            found.append([swaths[at - 1].lead_out, *one.way, one.lead_in])
        found += [[one.lead_in, one.spots[0]], [one.spots[-1], one.lead_out]]
    return [shapely.LineString(plane.points(places)) for places in found]


def covered(task: SurveyTask, swaths: Iterable[Swath]) -> float:
    """Part of what is to be seen under lines of the spacing's width."""
    plane, seen = plane_of(task), whole(task)
    under = shapely.union_all([one.buffer(spacing(task) / 2.0 + 1e-4) for one in lines(swaths, plane)])
    return float(shapely.intersection(seen, under).area / seen.area)


def spacing(task: AnyTask) -> float:
    assert task.spacing_m is not None
    return task.spacing_m


# ---- any field ----

HOMES = st.one_of(
    st.sampled_from([HOME, Place(0.0, 179.999), Place(-17.5, -179.9995), Place(89.97, 12.0), Place(-89.99, -120.0)]),
    st.builds(Place, st.floats(-89.9, 89.9), st.floats(-180.0, 180.0)),
)


@st.composite
def rings(draw: st.DrawFn, size_m: float) -> list[tuple[float, float]]:
    """Stars of any kind: convex, concave, with spikes and slivers; none crosses itself."""
    count = draw(st.integers(3, 12))
    turns = sorted(
        draw(st.lists(st.floats(0.0, 0.95), min_size=count, max_size=count, unique_by=lambda one: round(one, 3)))
    )
    away = draw(st.lists(st.floats(0.05, 1.0), min_size=count, max_size=count))
    flat = draw(st.sampled_from([1.0, 1.0, 0.3, 0.02]))
    return [
        (size_m * far * math.cos(math.tau * turn), size_m * flat * far * math.sin(math.tau * turn))
        for turn, far in zip(turns, away, strict=True)
    ]


@st.composite
def surveys(draw: st.DrawFn) -> SurveyTask:
    size_m = draw(st.sampled_from([2.0, 30.0, 200.0, 2000.0]))
    home = draw(HOMES)
    apart_m = max(0.2, size_m / draw(st.floats(0.7, 40.0)))
    ring = draw(rings(size_m))
    holes = []
    if draw(st.booleans()):
        holes = [[(0.1 * size_m + 0.3 * east, 0.3 * north) for east, north in draw(rings(size_m))]]
    outs = []
    if draw(st.booleans()):
        east_m, north_m = draw(st.floats(-size_m, size_m)), draw(st.floats(-size_m, size_m))
        outs = [area([(east_m + 0.2 * east, north_m + 0.2 * north) for east, north in draw(rings(size_m))], home=home)]
    return SurveyTask(
        area=area(ring, *holes, home=home),
        keep_outs=tuple(outs),
        margin_m=draw(st.sampled_from([0.0, 0.02 * size_m])),
        angle_deg=draw(st.one_of(st.none(), st.floats(-400.0, 400.0))),
        spacing_m=apart_m,
        trigger_m=max(0.1, apart_m),
        turnaround_m=draw(st.sampled_from([0.0, apart_m])),
        crosshatch=draw(st.booleans()),
        every_other=draw(st.booleans()),
    )
