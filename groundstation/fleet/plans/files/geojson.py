# SPDX-License-Identifier: Apache-2.0
"""Reads areas, lines and points of GeoJSON, and writes plans as GeoJSON. Pure.

Source: RFC 7946. Coordinates are longitude, latitude and perhaps height over the sea.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstation.fleet.plans.files.drawing import Feature, HeightsOver, ring_of
from groundstation.fleet.plans.files.json_text import laid_out
from groundstation.fleet.plans.files.plan_checks import (
    check_place,
    mapping,
    number_or_none,
    required,
    sequence,
    shown,
)
from groundstation.fleet.plans.files.plan_file import Area, Line, Mark, Notes, PlanFile, PlanFileError, Spot
from groundstation.fleet.plans.plan_items import MAX_ITEMS
from groundstation.fleet.shown_text import harmless

MAX_NAME = 200
_PARTS: dict[str, str] = {"MultiPolygon": "Polygon", "MultiLineString": "LineString", "MultiPoint": "Point"}
_PLAIN = frozenset(_PARTS.values())
TYPES = frozenset(("FeatureCollection", "Feature", "GeometryCollection", *_PARTS, *_PLAIN))
"""What a document of GeoJSON can be."""


def read_geojson(document: dict[str, Any]) -> PlanFile:
    """The drawing that a GeoJSON document holds.

    Raises:
        PlanFileError: a shape is damaged; says which.
    """
    notes = Notes()
    areas: list[Area] = []
    lines: list[Line] = []
    marks: list[Mark] = []
    for number, (kind, name, kept) in enumerate(_geometries(document, ""), 1):
        where = f"shape {number} '{shown(name)}'" if name else f"shape {number}"
        if number > MAX_ITEMS:
            raise PlanFileError(f"more than {MAX_ITEMS} shapes; take some out")
        if kind == "Polygon":
            areas.append(_area(kept, name, where, notes))
        elif kind == "LineString":
            lines.append(Line(spots=tuple(_spots(kept, where)), name=name))
        else:
            marks.append(Mark(spot=_spot(kept, where), name=name))
    if not (areas or lines or marks):
        raise PlanFileError("the GeoJSON holds no polygon, line or point; draw one")
    return PlanFile(areas=tuple(areas), lines=tuple(lines), marks=tuple(marks), notes=notes.said())


def _geometries(holder: Any, name: str) -> Iterator[tuple[str, str, Any]]:
    holder = mapping(holder, "GeoJSON")
    kind = required(holder, "type", "GeoJSON")
    if kind == "FeatureCollection":
        for one in sequence(required(holder, "features", "GeoJSON"), "GeoJSON, features"):
            yield from _geometries(one, name)
    elif kind == "Feature":
        # a feature without a place has null here
        if holder.get("geometry") is not None:
            yield from _geometries(holder["geometry"], _name(holder) or name)
    elif kind == "GeometryCollection":
        for one in sequence(required(holder, "geometries", "GeoJSON"), "GeoJSON, geometries"):
            yield from _geometries(one, name)
    elif isinstance(kind, str) and kind in _PARTS:
        parts = sequence(required(holder, "coordinates", kind), f"{kind}, coordinates")
        yield from ((_PARTS[kind], name, one) for one in parts)
    elif isinstance(kind, str) and kind in _PLAIN:
        yield kind, name, required(holder, "coordinates", kind)
    else:
        raise PlanFileError(f"GeoJSON: type {shown(kind)} is not known; export it again from a map program")


def _name(feature: dict[str, Any]) -> str:
    told = feature.get("properties")
    found = (told.get("name") or told.get("title")) if isinstance(told, dict) else None
    return harmless(found.strip())[:MAX_NAME] if isinstance(found, str) else ""


def _area(kept: Any, name: str, where: str, notes: Notes) -> Area:
    rings = [_spots(one, where) for one in sequence(kept, where)]
    if not rings:
        raise PlanFileError(f"{where}: it has no ring; draw it again")
    outer, *holes = (ring_of(ring, where, notes) for ring in rings)
    return Area(outer=outer, holes=tuple(holes), name=name)


def _spots(kept: Any, where: str) -> list[Spot]:
    spots = [_spot(one, where) for one in sequence(kept, where)]
    if not spots:
        raise PlanFileError(f"{where}: it has no coordinates; draw it again")
    return spots


def _spot(kept: Any, where: str) -> Spot:
    if not isinstance(kept, list) or len(kept) < 2:
        raise PlanFileError(f"{where}: longitude and latitude are expected; correct it in the file")
    # more than three are allowed, and mean nothing
    lon_deg, lat_deg, *height = (number_or_none(one, where) for one in kept[:3])
    return Spot(*check_place(lat_deg, lon_deg, where), height[0] if height else None)


def write_geojson(features: list[Feature]) -> bytes:
    """What is drawn of a plan, for geographic information systems."""
    return laid_out({"type": "FeatureCollection", "features": [_written(one) for one in features]})


def _written(feature: Feature) -> dict[str, Any]:
    rings = [[_place(spot, feature.over) for spot in ring] for ring in feature.rings]
    coordinates: Any = rings[0]
    if feature.shape == "Polygon":
        coordinates = [[*ring, ring[0]] for ring in rings]
    elif feature.shape == "Point":
        coordinates = rings[0][0]
    told = {"name": feature.name, "heights_over": feature.over.value, **feature.told}
    return {"type": "Feature", "properties": told, "geometry": {"type": feature.shape, "coordinates": coordinates}}


def _place(spot: Spot, over: HeightsOver) -> list[float]:
    # the standard has heights over the sea only: others stand in the properties
    is_told = over is HeightsOver.SEA and spot.height_m is not None
    return [spot.lon_deg, spot.lat_deg, *([spot.height_m] if is_told and spot.height_m is not None else [])]
