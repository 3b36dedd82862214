# SPDX-License-Identifier: Apache-2.0
"""Plans of vehicles as the map draws them: points in Mercator metres, made once for each list. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, shapes_of
from groundstation.fleet.plans.files.plan_file import PlanFileError, Spot
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_path import Place, path_of
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.map_panel.mercator import MAX_LAT_DEG, WORLD_M, Points, mercator_from_places

CIRCLE_POINTS = 72
MAX_KEPT = 1_000
"""Lists whose shapes are kept; the one drawn longest ago goes."""


class Way(msgspec.Struct, frozen=True):
    """A mission."""

    points: Points
    """Shape (n, 2)."""
    numbers: tuple[int, ...]
    """Of the items that stand there, from 1."""
    is_own: tuple[bool, ...]
    """Whether the item names the place itself; a return and a landing "here" don't."""


class Ring(msgspec.Struct, frozen=True):
    """A border of a fence."""

    points: Points
    """Shape (n, 2), the first point again at the end."""
    is_inside: bool


def way_of(items: tuple[PlanItem, ...], home: Place | None) -> Way | None:
    """A mission as a line; None where nothing in it has a place."""
    path = [one for one in path_of(items, home) if is_on_map(*one.place)]
    if not path:
        return None
    points = _continuous([one.place for one in path])
    return Way(points, tuple(one.number for one in path), tuple(one.is_own for one in path))


def line_of(spots: Iterable[Spot]) -> Points:
    """A line of a drawing, shape (n, 2); what can't be drawn is left out."""
    return _continuous(Place(one.lat_deg, one.lon_deg) for one in spots if is_on_map(one.lat_deg, one.lon_deg))


def rings_of(items: tuple[PlanItem, ...]) -> tuple[Ring, ...]:
    """The borders of a fence; those that make no sense are left out, since the vehicle said so."""
    try:
        shapes = shapes_of(items)
    except PlanFileError:
        return ()
    return tuple(_ring(one) for one in shapes if not isinstance(one, ReturnPoint))


def _ring(shape: Polygon | Circle) -> Ring:
    if isinstance(shape, Circle):
        turns = np.linspace(0.0, 2.0 * np.pi, CIRCLE_POINTS, endpoint=False)
        centre = shape.centre
        places = [
            Place(*moved(centre.lat_deg, centre.lon_deg, shape.radius_m * np.cos(turn), shape.radius_m * np.sin(turn)))
            for turn in turns.tolist()
        ]
    else:
        places = [Place(one.lat_deg, one.lon_deg) for one in shape.corners]
    return Ring(_continuous([*places, places[0]]), shape.is_inside)


def _continuous(places: Iterable[Place]) -> Points:
    """A line that goes on beyond longitude 180 instead of round the world."""
    found = np.array([(one.lat_deg, one.lon_deg) for one in places], dtype=np.float64).reshape(-1, 2)
    points = mercator_from_places(found)
    points[:, 0] = np.unwrap(points[:, 0], period=WORLD_M)
    return points


def is_on_map(lat_deg: float, lon_deg: float) -> bool:
    """Whether a place can be drawn: a vehicle may tell any number."""
    return abs(lat_deg) <= MAX_LAT_DEG and abs(lon_deg) <= 180.0


def home_place(state: VehicleState) -> Place | None:
    """Where a vehicle returns to; None when not known, or no place."""
    home = state.home
    if home is None or home.lat_deg is None or home.lon_deg is None or not is_on_map(home.lat_deg, home.lon_deg):
        return None
    return Place(home.lat_deg, home.lon_deg)


class PlanShapes:
    """Shapes of lists, kept by their hash."""

    def __init__(self) -> None:
        self._ways: dict[tuple[str, Place | None], Way | None] = {}
        self._rings: dict[str, tuple[Ring, ...]] = {}

    def way(self, state: VehicleState) -> Way | None:
        """The mission of a vehicle; None where it has none, or it is not known."""
        told = state.plan_list(PlanKind.MISSION)
        if told is None or not told.items:
            return None
        key = told.hash, home_place(state)
        if key not in self._ways:
            _make_room(self._ways)
            self._ways[key] = way_of(told.items, key[1])
        return self._ways[key]

    def rings(self, state: VehicleState) -> tuple[Ring, ...]:
        """The fence of a vehicle."""
        told = state.plan_list(PlanKind.FENCE)
        if told is None or not told.items:
            return ()
        if told.hash not in self._rings:
            _make_room(self._rings)
            self._rings[told.hash] = rings_of(told.items)
        return self._rings[told.hash]

    @staticmethod
    def rallies(state: VehicleState) -> list[tuple[int, Place]]:
        """Rally points of a vehicle with their numbers from 1."""
        told = state.plan_list(PlanKind.RALLY)
        items = told.items if told is not None else ()
        return [
            (number, Place(one.x, one.y))
            for number, one in enumerate(items, start=1)
            if one.x is not None and one.y is not None and is_on_map(one.x, one.y)
        ]


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= MAX_KEPT:
        kept.pop(next(iter(kept)))
