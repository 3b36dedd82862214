# SPDX-License-Identifier: Apache-2.0
"""Make `resources/world.npz` from the TopoJSON files of the npm package `world-atlas` (Natural Earth, public domain).

    python packaging/build_world.py land-10m.json land-110m.json countries-50m.json resources/world.npz

Each layer becomes one array of Web Mercator points in units of `UNIT_M`, stored as differences, and one array of ring
lengths. `fine` and `coarse` are closed rings of land, `borders` are open lines between countries.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

EARTH_RADIUS_M = 6_378_137.0
UNIT_M = 50.0
"""Coordinates are whole multiples of this; a tenth of the source's own accuracy at 1:10 million."""
MAX_LAT_DEG = 85.05
SMALLEST_RING_M = {"fine": 400.0, "coarse": 20_000.0, "borders": 0.0}


def arcs_of(topology: dict[str, Any]) -> list[np.ndarray]:
    """Arcs of a TopoJSON file as arrays of longitude and latitude, degrees."""
    scale = np.array(topology["transform"]["scale"])
    translate = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]


def joined(arcs: list[np.ndarray], indices: list[int]) -> np.ndarray:
    """One ring from arcs; a negative index means the arc backwards."""
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def rings_of(topology: dict[str, Any], name: str) -> list[np.ndarray]:
    """Every ring of an object."""
    arcs = arcs_of(topology)
    rings = []
    for geometry in topology["objects"][name]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings += [joined(arcs, ring) for polygon in polygons for ring in polygon]
    return rings


def borders_of(topology: dict[str, Any]) -> list[np.ndarray]:
    """Arcs that two countries share."""
    users: dict[int, int] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for index in {index if index >= 0 else ~index for polygon in polygons for ring in polygon for index in ring}:
            users[index] = users.get(index, 0) + 1
    arcs = arcs_of(topology)
    return [arcs[index] for index, count in sorted(users.items()) if count > 1]


def mercator(ring: np.ndarray) -> np.ndarray:
    """Degrees to whole units of Web Mercator, points that fall together removed."""
    lat = np.radians(np.clip(ring[:, 1], -MAX_LAT_DEG, MAX_LAT_DEG))
    points = np.stack([np.radians(ring[:, 0]), np.log(np.tan(np.pi / 4 + lat / 2))], axis=1)
    units = np.round(points * EARTH_RADIUS_M / UNIT_M).astype(np.int32)
    keep = np.ones(len(units), dtype=bool)
    keep[1:] = np.any(np.diff(units, axis=0) != 0, axis=1)
    return units[keep]


def layer(rings: list[np.ndarray], smallest_m: float) -> tuple[np.ndarray, np.ndarray]:
    """A layer's points as differences, and the lengths of its rings."""
    kept = [ring for ring in map(mercator, rings) if len(ring) > 1 and np.ptp(ring, axis=0).max() * UNIT_M > smallest_m]
    points = np.concatenate(kept)
    return np.diff(points, axis=0, prepend=0).astype(np.int32), np.array([len(ring) for ring in kept], dtype=np.int32)


def main(fine: str, coarse: str, countries: str, target: str) -> None:
    """Read three files, write one."""
    load = {path: json.loads(Path(path).read_text(encoding="utf-8")) for path in (fine, coarse, countries)}
    rings = {
        "fine": rings_of(load[fine], "land"),
        "coarse": rings_of(load[coarse], "land"),
        "borders": borders_of(load[countries]),
    }
    arrays: dict[str, np.ndarray] = {"unit_m": np.array(UNIT_M)}
    for name, found in rings.items():
        points, lengths = layer(found, SMALLEST_RING_M[name])
        for axis, letter in enumerate("xy"):
            column = points[:, axis]
            low, high = column.astype(np.int16), column
            wide = np.flatnonzero(low != high).astype(np.int32)
            arrays |= {f"{name}_{letter}": low, f"{name}_{letter}_wide": wide, f"{name}_{letter}_values": high[wide]}
        arrays[f"{name}_lengths"] = lengths
    np.savez_compressed(target, allow_pickle=False, **arrays)
    print(target, Path(target).stat().st_size, "bytes", {name: len(found) for name, found in rings.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
