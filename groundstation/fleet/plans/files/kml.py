# SPDX-License-Identifier: Apache-2.0
"""Reads areas, lines and points of KML, and writes plans as KML. Pure.

Source: OGC KML 2.3. Coordinates are longitude, latitude and perhaps height. A document that defines entities can grow
to gigabytes as it is parsed: one with a DOCTYPE, without which it can define none, is refused where that begins.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

from groundstation.fleet.plans.files.drawing import Feature, HeightsOver, ring_of
from groundstation.fleet.plans.files.json_text import MAX_DEPTH
from groundstation.fleet.plans.files.plan_checks import check_place, shown
from groundstation.fleet.plans.files.plan_file import Area, Line, Mark, Notes, PlanFile, PlanFileError, Spot
from groundstation.fleet.plans.files.text_lines import field_number
from groundstation.fleet.plans.plan_items import MAX_ITEMS
from groundstation.fleet.shown_text import harmless

NAMESPACE = "http://www.opengis.net/kml/2.2"
MAX_ELEMENTS = 200_000
MAX_NAME = 200
_LOOSE_COMMA = re.compile(r"\s*,\s*")


def read_kml(text: str) -> PlanFile:
    """The drawing that a KML document holds.

    Raises:
        PlanFileError: it is no KML, could define entities, is too large, or a coordinate is damaged.
    """
    root = _parsed(text)
    notes = Notes()
    found: dict[type[Area | Line | Mark], list[Area | Line | Mark]] = {Area: [], Line: [], Mark: []}
    for number, (name, element) in enumerate(_geometries(root), 1):
        if number > MAX_ITEMS:
            raise PlanFileError(f"more than {MAX_ITEMS} shapes; take some out")
        where = f"shape {number} '{shown(name)}'" if name else f"shape {number}"
        made = _SHAPES[_tag(element)](element, name, where, notes)
        found[type(made)].append(made)
    if not any(found.values()):
        raise PlanFileError("the KML holds no polygon, line or point; draw one")
    return PlanFile(
        areas=tuple(one for one in found[Area] if isinstance(one, Area)),
        lines=tuple(one for one in found[Line] if isinstance(one, Line)),
        marks=tuple(one for one in found[Mark] if isinstance(one, Mark)),
        notes=notes.said(),
    )


class _Builder(ET.TreeBuilder):
    """Builds the tree, as long as it is that of a drawing."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def doctype(self, *_told: object) -> None:
        """Refuse what could define entities."""
        raise PlanFileError("the KML has a DOCTYPE, which is refused; export it again from a map program")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Count."""
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise PlanFileError(f"the KML is more than {MAX_DEPTH} deep or {MAX_ELEMENTS} elements long; simplify it")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        """Count."""
        self._depth -= 1
        return super().end(tag)


def _parsed(text: str) -> ET.Element:
    # the builder above is the guard that S314 asks for
    parser = ET.XMLParser(target=_Builder())  # noqa: S314
    try:
        parser.feed(text)
        root = parser.close()
    except (ET.ParseError, ValueError) as error:
        raise PlanFileError(f"this is no KML ({shown(error)}); export it again from a map program") from None
    if not isinstance(root, ET.Element) or _tag(root) != "kml":
        raise PlanFileError("this XML is no KML; export it as KML")
    return root


def _tag(element: ET.Element) -> str:
    # the namespace differs from version to version, and some programs leave it out
    return element.tag.rpartition("}")[2]


def _child(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (one for one in element if _tag(one) == tag)


def _geometries(root: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for mark in root.iter():
        if _tag(mark) != "Placemark":
            continue
        name = next((harmless((one.text or "").strip())[:MAX_NAME] for one in _child(mark, "name")), "")
        yield from ((name, one) for one in mark.iter() if _tag(one) in _SHAPES)


def _spots(element: ET.Element, where: str) -> list[Spot]:
    texts = [one.text or "" for one in element.iter() if _tag(one) == "coordinates"]
    # people type blanks behind commas, where KML has them between places only
    places = _LOOSE_COMMA.sub(",", texts[0]).split() if texts else []
    if not places:
        raise PlanFileError(f"{where}: it has no coordinates; draw it again")
    if len(places) > MAX_ITEMS:
        raise PlanFileError(f"{where}: {len(places)} places, {MAX_ITEMS} at most are read; simplify it")
    return [_spot(one, where) for one in places]


def _spot(text: str, where: str) -> Spot:
    parts = text.split(",")
    if len(parts) not in {2, 3}:
        raise PlanFileError(f"{where}: '{shown(text)}' is not longitude,latitude,height; correct it in the file")
    lon_deg, lat_deg, *height = (field_number(part, where) for part in parts)
    return Spot(*check_place(lat_deg, lon_deg, where), height[0] if height else None)


def _area(element: ET.Element, name: str, where: str, notes: Notes) -> Area:
    rings = {
        tag: [_spots(one, where) for one in _child(element, tag)] for tag in ("outerBoundaryIs", "innerBoundaryIs")
    }
    outer, inner = rings.values()
    if len(outer) != 1:
        raise PlanFileError(f"{where}: it has {len(outer)} outer rings, one is needed; draw it again")
    holes = tuple(ring_of(one, f"{where}, a hole", notes) for one in inner)
    return Area(outer=ring_of(outer[0], where, notes), holes=holes, name=name)


def _line(element: ET.Element, name: str, where: str, notes: Notes) -> Line:
    del notes
    return Line(spots=tuple(_spots(element, where)), name=name)


def _mark(element: ET.Element, name: str, where: str, notes: Notes) -> Mark:
    del notes
    return Mark(spot=_spots(element, where)[0], name=name)


_SHAPES: dict[str, Callable[[ET.Element, str, str, Notes], Area | Line | Mark]] = {
    "Polygon": _area,
    "LineString": _line,
    "Point": _mark,
}

_MODES: dict[HeightsOver, str] = {
    HeightsOver.SEA: "absolute",
    HeightsOver.GROUND: "relativeToGround",
    HeightsOver.NONE: "clampToGround",
}


def write_kml(features: list[Feature]) -> bytes:
    """What is drawn of a plan, for map programs."""
    root = ET.Element("kml", {"xmlns": NAMESPACE})
    document = ET.SubElement(root, "Document")
    for feature in features:
        mark = ET.SubElement(document, "Placemark")
        ET.SubElement(mark, "name").text = harmless(feature.name)
        if feature.told:
            ET.SubElement(mark, "description").text = harmless(
                ", ".join(f"{key} {value}" for key, value in feature.told.items())
            )
        _write_shape(mark, feature)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _write_shape(mark: ET.Element, feature: Feature) -> None:
    shape = ET.SubElement(mark, feature.shape)
    ET.SubElement(shape, "altitudeMode").text = _MODES[feature.over]
    if feature.shape != "Polygon":
        ET.SubElement(shape, "coordinates").text = _told(feature, feature.rings[0])
        return
    for number, ring in enumerate(feature.rings):
        boundary = ET.SubElement(shape, "innerBoundaryIs" if number else "outerBoundaryIs")
        closed = (*ring, ring[0])
        ET.SubElement(ET.SubElement(boundary, "LinearRing"), "coordinates").text = _told(feature, closed)


def _told(feature: Feature, spots: tuple[Spot, ...]) -> str:
    has_height = feature.over is not HeightsOver.NONE
    return " ".join(
        f"{spot.lon_deg:.9f},{spot.lat_deg:.9f}" + (f",{spot.height_m or 0.0:.3f}" if has_height else "")
        for spot in spots
    )
