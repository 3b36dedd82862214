# SPDX-License-Identifier: Apache-2.0
"""Drawings as GeoJSON and back. Pure.

Source: RFC 7946. A circle is a point with the property `radius_m`, since GeoJSON has none.
"""

from __future__ import annotations

import math
import uuid
from typing import Any, NamedTuple

import msgspec

from groundstation.fleet.drawings.drawing import COLOURS, MAX_DRAWINGS, MAX_TEXT, Drawing, DrawnKind
from groundstation.fleet.errors import GroundStationError

MAX_FILE_BYTES = 8_000_000
_KINDS = {DrawnKind.POINT: "Point", DrawnKind.CIRCLE: "Point", DrawnKind.LINE: "LineString"}


class DrawingFileError(GroundStationError):
    """No GeoJSON, or nothing in it that can be drawn; says why."""


class ReadDrawings(NamedTuple):
    """What a file held."""

    drawings: tuple[Drawing, ...]
    left_out: int
    """Shapes that can't be drawn: of another kind, damaged, or too many."""


def geojson_of(drawings: tuple[Drawing, ...]) -> bytes:
    """A file of these, a feature each."""
    features = [_feature(one) for one in drawings if one.is_whole]
    return msgspec.json.format(msgspec.json.encode({"type": "FeatureCollection", "features": features}), indent=1)


def _feature(one: Drawing) -> dict[str, Any]:
    places = [[lon, lat] for lat, lon in one.places]
    geometry: dict[str, Any] = {"type": _KINDS.get(one.kind, "Polygon"), "coordinates": places}
    if one.kind in (DrawnKind.POINT, DrawnKind.CIRCLE):
        geometry["coordinates"] = places[0]
    elif one.kind is DrawnKind.POLYGON:
        # a ring ends where it began
        geometry["coordinates"] = [[*places, places[0]]]
    properties: dict[str, Any] = {"name": one.text, "colour": one.colour}
    if one.kind is DrawnKind.CIRCLE:
        properties["radius_m"] = one.radius_m
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def drawings_from(content: bytes) -> ReadDrawings:
    """What a file of GeoJSON holds, with new ids.

    Raises:
        DrawingFileError: it is none, or holds nothing that can be drawn.
    """
    if len(content) > MAX_FILE_BYTES:
        raise DrawingFileError("the file is larger than 8 MB; take some shapes out")
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DrawingFileError("this is no JSON") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise DrawingFileError("this is no collection of features of GeoJSON")
    found = [_drawing(one) for one in features[: 10 * MAX_DRAWINGS]]
    kept = tuple(one for one in found if one is not None)[:MAX_DRAWINGS]
    if not kept:
        raise DrawingFileError("the GeoJSON holds no point, line or polygon that can be drawn")
    return ReadDrawings(kept, len(features) - len(kept))


def _drawing(feature: object) -> Drawing | None:
    """A feature as a drawing; None for what can't be drawn."""
    feature = feature if isinstance(feature, dict) else {}
    geometry, properties = feature.get("geometry"), feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    if not isinstance(geometry, dict):
        return None
    kind, ring = geometry.get("type"), geometry.get("coordinates")
    radius_m = properties.get("radius_m")
    drawn = {"Point": DrawnKind.POINT, "LineString": DrawnKind.LINE, "Polygon": DrawnKind.POLYGON}.get(str(kind))
    if drawn is DrawnKind.POINT:
        ring, drawn = [ring], DrawnKind.POINT if radius_m is None else DrawnKind.CIRCLE
    elif drawn is DrawnKind.POLYGON and isinstance(ring, list) and ring:
        # holes can't be drawn; the outer ring ends where it began
        ring = ring[0][:-1] if isinstance(ring[0], list) else None
    colour = properties.get("colour")
    raw = {
        "id": uuid.uuid4().hex,
        "kind": drawn,
        "places": [(_coordinate(one, 1), _coordinate(one, 0)) for one in ring] if isinstance(ring, list) else None,
        "radius_m": radius_m if drawn is DrawnKind.CIRCLE else None,
        "text": str(properties.get("name") or "")[:MAX_TEXT],
        "colour": colour % COLOURS if isinstance(colour, int) else 0,
    }
    try:
        made = msgspec.convert(raw, Drawing)
    except msgspec.ValidationError:
        return None
    return made if made.is_whole else None


def _coordinate(place: object, index: int) -> float | None:
    """Longitude or latitude of a position; None for what is none."""
    value = place[index] if isinstance(place, list) and len(place) > index else None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
