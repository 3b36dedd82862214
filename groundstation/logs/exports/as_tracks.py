# SPDX-License-Identifier: Apache-2.0
"""Flown ways for maps: KML (OGC 2.3), GPX (1.1), GeoJSON (RFC 7946). Any thread; writes files.

Heights are those over mean sea level. Where a log has none, KML says heights over ground, taken from those over home;
the others leave them out, since they know no such height.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gpxpy.gpx
import msgspec

from groundstation.fleet.progress import Progress
from groundstation.fleet.shown_text import harmless
from groundstation.logs.exports.paths import FlownPath, flown_paths
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.log import Log
from groundstation.logs.own_files import new_file

_KML, _GX = "http://www.opengis.net/kml/2.2", "http://www.google.com/kml/ext/2.2"
WIDTH_PIXELS = 3
COLOURS = ("#43b8ff", "#ffb224", "#8bd450", "#e879c6", "#ff7a59", "#9d8cff")
"""Of the ways, one after the other."""


def write_kml(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write ways for Google Earth; returns how many positions. Errors: see `flown_paths`; OSError of the disk."""
    return _write(log, out, selection, on_progress, _kml)


def write_gpx(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write ways for navigation devices and map programs; see `write_kml`."""
    return _write(log, out, selection, on_progress, _gpx)


def write_geojson(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write ways for geographic information systems; see `write_kml`."""
    return _write(log, out, selection, on_progress, _geojson)


def _write(
    log: Log, out: Path, selection: ExportScope, told: Progress | None, made: Callable[[list[FlownPath]], bytes]
) -> int:
    found = flown_paths(log, selection, told)
    with new_file(out) as file:
        file.write(made(found))
    return sum(one.time_s.size for one in found)


def _kml(paths: list[FlownPath]) -> bytes:
    ET.register_namespace("", _KML)
    # the usual names: ElementTree would write ns0 and ns1
    ET.register_namespace("gx", _GX)
    root = ET.Element(f"{{{_KML}}}kml")
    document = _child(root, "Document")
    for number, path in enumerate(paths):
        place = _child(document, "Placemark")
        _child(place, "name", _plain(path.name))
        style = _child(_child(place, "Style"), "LineStyle")
        red, green, blue = (COLOURS[number % len(COLOURS)][at : at + 2] for at in (1, 3, 5))
        # alpha, blue, green, red (KML 2.3, kml:color)
        _child(style, "color", f"ff{blue}{green}{red}")
        _child(style, "width", str(WIDTH_PIXELS))
        _kml_geometry(place, path)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _kml_geometry(place: ET.Element, path: FlownPath) -> None:
    heights = path.height_amsl_m if path.height_amsl_m is not None else path.height_home_m
    mode = "absolute" if path.height_amsl_m is not None else "relativeToGround"
    metres = heights.tolist() if heights is not None else [0.0] * path.time_s.size
    mode = mode if heights is not None else "clampToGround"
    positions = list(zip(path.lon_deg.tolist(), path.lat_deg.tolist(), metres, strict=True))
    # a track tells the time of each position; without a date a line is left
    if not path.is_utc:
        line = _child(place, "LineString")
        _child(line, "altitudeMode", mode)
        _child(line, "coordinates", " ".join(f"{lon:.7f},{lat:.7f},{up:.3f}" for lon, lat, up in positions))
        return
    track = ET.SubElement(place, f"{{{_GX}}}Track")
    _child(track, "altitudeMode", mode)
    for moment in path.moments():
        _child(track, "when", "" if moment is None else _utc_text(moment))
    for lon, lat, up in positions:
        ET.SubElement(track, f"{{{_GX}}}coord").text = f"{lon:.7f} {lat:.7f} {up:.3f}"


def _child(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    found = ET.SubElement(parent, f"{{{_KML}}}{name}")
    found.text = text
    return found


def _gpx(paths: list[FlownPath]) -> bytes:
    document = gpxpy.gpx.GPX()
    document.creator = "groundstation"
    for path in paths:
        track = gpxpy.gpx.GPXTrack(name=_plain(path.name))
        segment = gpxpy.gpx.GPXTrackSegment()
        heights = [None] * path.time_s.size if path.height_amsl_m is None else path.height_amsl_m.tolist()
        columns = (path.lat_deg.tolist(), path.lon_deg.tolist(), heights, path.moments())
        for lat, lon, height, moment in zip(*columns, strict=True):
            up = None if height is None else round(height, 3)
            point = gpxpy.gpx.GPXTrackPoint(round(lat, 7), round(lon, 7), elevation=up, time=moment)
            segment.points.append(point)
        track.segments.append(segment)
        document.tracks.append(track)
    return document.to_xml(version="1.1").encode()


def _geojson(paths: list[FlownPath]) -> bytes:
    features = [_feature(path) for path in paths]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _feature(path: FlownPath) -> dict[str, Any]:
    columns = [path.lon_deg.round(7).tolist(), path.lat_deg.round(7).tolist()]
    if path.height_amsl_m is not None:
        columns.append(path.height_amsl_m.round(3).tolist())
    positions = [list(one) for one in zip(*columns, strict=True)]
    # a LineString has two positions at least (RFC 7946, 3.1.4)
    is_line = len(positions) > 1
    geometry = {"type": "LineString" if is_line else "Point", "coordinates": positions if is_line else positions[0]}
    properties: dict[str, Any] = {"name": path.name, "vehicle": path.vehicle}
    if path.is_utc:
        # the name that converters of GPX and KML use; the RFC has no place for times
        properties["coordTimes"] = [_utc_text(one) for one in path.moments() if one is not None]
    else:
        properties["times_s"] = path.time_s.round(6).tolist()
    if path.height_home_m is not None:
        properties["height_home_m"] = path.height_home_m.round(3).tolist()
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _utc_text(moment: Any) -> str:
    return str(moment.isoformat(timespec="microseconds")).replace("+00:00", "Z")


def _plain(text: str) -> str:
    """Text that XML can hold."""
    return harmless(text)
