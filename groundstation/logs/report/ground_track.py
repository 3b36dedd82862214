# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle flew, north up, both directions in one scale, coloured by flight mode."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import ModeSpan
from groundstation.fleet.geometry import METRES_PER_DEGREE
from groundstation.logs.report import paper, scales
from groundstation.logs.report.colours import mode_colour
from groundstation.logs.report.sheet import Point, Sheet, polyline
from groundstation.logs.report.strokes import gaps
from groundstation.logs.series import SeriesOf
from groundstation.logs.sources import Numbers

LEAST_EXTENT_M = 20.0
"""A vehicle that stood still shows the noise of its GPS no larger than this."""
LEAST_STEP_MM = 0.15
"""Points that are nearer to the one before are left out."""
MOST_POINTS = 40_000
"""Of a longer flight each n-th point counts."""
OUTLIER_EXTENTS = 4.0
"""Positions this many times farther out than almost all others are told and left out."""
MOST_NAMES = 16
"""Modes in the legend."""
_EDGE_MM = 5.0


class Track(NamedTuple):
    """Positions over time in metres from their middle."""

    time_s: Numbers
    east_m: Numbers
    north_m: Numbers
    home: Point | None
    """East and north of home, metres; None when unknown or far away."""
    begin_deg: Point
    """Latitude and longitude of the first position."""
    left_out: int
    """Positions that are too far from all others to be true."""


def track_of(series: SeriesOf, begin_s: float, end_s: float) -> Track | None:
    """The positions between two times; None when the log has none."""
    place = _places(series, begin_s, end_s)
    if place is None:
        return None
    time_s, lat_deg, lon_deg = place
    # the median: one absurd position would move the mean
    middle_lat, middle_lon = float(np.median(lat_deg)), float(np.median(lon_deg))
    east_per_degree_m = METRES_PER_DEGREE * math.cos(math.radians(middle_lat))
    east_m = _wrapped(lon_deg - middle_lon) * east_per_degree_m
    north_m = (lat_deg - middle_lat) * METRES_PER_DEGREE
    is_good = _is_good(east_m) & _is_good(north_m)
    home = _home(series, end_s)
    if home is not None:
        east = float(_wrapped(np.array([home[1] - middle_lon]))[0]) * east_per_degree_m
        home = (east, (home[0] - middle_lat) * METRES_PER_DEGREE)
    extent_m = max(LEAST_EXTENT_M, float(np.ptp(east_m[is_good])), float(np.ptp(north_m[is_good])))
    # a home far away would make a dot of the track
    if home is not None and max(map(abs, home)) > 3.0 * extent_m:
        home = None
    first = int(np.argmax(is_good))
    begin_deg = float(lat_deg[first]), float(lon_deg[first])
    left_out = int(np.count_nonzero(~is_good))
    return Track(time_s[is_good], east_m[is_good], north_m[is_good], home, begin_deg, left_out)


def draw(
    track: Track, spans: Sequence[ModeSpan], sheet: Sheet, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    """Draw a track with its frame, scale bar and legend.

    Args:
        track: what to draw.
        spans: flight modes, for the colours.
        sheet: where to.
        corner: left and upper edge, mm.
        size: width and height, mm; the legend below is in it.
    """
    (left, top), names = corner, tuple(dict.fromkeys(one.name for one in spans))
    legend_mm = _legend(names, track, sheet, left, top, size)
    width, height = size[0], size[1] - legend_mm
    sheet.box(left, top, width, height, fill="#fbfcfd", line=paper.FRAME)
    east, north, mm_per_m = _fitted(track, left, top, width, height)
    _scale_bar(sheet, left + 3.0, top + height - 3.0, mm_per_m, width * 0.35)
    _north(sheet, left + width - 5.0, top + 4.0)
    words = f"begin {track.begin_deg[0]:.5f}°, {track.begin_deg[1]:.5f}°"
    at = left + width - 2.0, top + height - 2.2
    sheet.text(*at, words, size=paper.SMALL_MM, colour=paper.MUTED, anchor="end")
    points = list(zip(east, north, strict=True))
    for begin, end, name in _pieces(track, spans):
        # up to the first point of the next piece, so that no gap shows where a mode changed
        piece = points[begin : end + 1] if end < len(points) else points[begin:end]
        sheet.path(polyline(_thinned(piece)), colour=mode_colour(names, name), width=0.4)
    if track.home is not None:
        middle_x = (track.home[0] - _middle(track, 0)) * mm_per_m + left + width / 2
        middle_y = (_middle(track, 1) - track.home[1]) * mm_per_m + top + height / 2
        home_mark(sheet, middle_x, middle_y)
    begin_mark(sheet, *points[0])
    end_mark(sheet, *points[-1])


def home_mark(sheet: Sheet, x: float, y: float) -> None:
    """A cross where home is."""
    for dx, dy in ((1.9, 0.0), (0.0, 1.9)):
        sheet.line(x - dx, y - dy, x + dx, y + dy, colour=paper.INK, width=0.25)


def begin_mark(sheet: Sheet, x: float, y: float) -> None:
    """A ring where it began."""
    sheet.circle(x, y, 1.25, fill="none", line=paper.INK, width=0.35)


def end_mark(sheet: Sheet, x: float, y: float) -> None:
    """A square where it ended; it fits into the ring."""
    sheet.box(x - 0.6, y - 0.6, 1.2, 1.2, fill=paper.INK)


def _places(series: SeriesOf, begin_s: float, end_s: float) -> tuple[Numbers, Numbers, Numbers] | None:
    pair = [series.get(one) for one in ("position.lat_deg", "position.lon_deg")]
    lat, lon = (one.between(begin_s, end_s) if one else None for one in pair)
    if lat is None or lon is None:
        return None
    every = math.ceil(len(lat.time_s) / MOST_POINTS)
    if len(lat.time_s) == len(lon.time_s) and np.array_equal(lat.time_s, lon.time_s):
        return lat.time_s[::every], lat.values[::every], lon.values[::every]
    beside = np.interp(lat.time_s, lon.time_s, lon.values)
    return lat.time_s[::every], lat.values[::every], beside[::every]


def _home(series: SeriesOf, end_s: float) -> Point | None:
    """Latitude and longitude of home at the end, degrees."""
    found = []
    for path in ("home.lat_deg", "home.lon_deg"):
        one = series.get(path)
        if one is None:
            return None
        # a log may tell home for the first time behind the flight
        before = one.between(-math.inf, end_s) or one
        found.append(float(before.values[-1]))
    return found[0], found[1]


def _wrapped(lon_deg: Numbers) -> Numbers:
    """Differences of longitude over the date line."""
    return np.asarray((lon_deg + 180.0) % 360.0 - 180.0, dtype=np.float64)


def _is_good(values_m: Numbers) -> NDArray[np.bool_]:
    low, high = np.percentile(values_m, (1.0, 99.0))
    room = OUTLIER_EXTENTS * max(LEAST_EXTENT_M, float(high - low))
    return np.asarray((values_m >= low - room) & (values_m <= high + room), dtype=np.bool_)


def _middle(track: Track, axis: int) -> float:
    values = (track.east_m, track.north_m)[axis]
    edges = [float(values.min()), float(values.max())]
    if track.home is not None:
        edges.append(track.home[axis])
    return (min(edges) + max(edges)) / 2


def _extent(track: Track, axis: int) -> float:
    values = (track.east_m, track.north_m)[axis]
    edges = [float(values.min()), float(values.max())]
    if track.home is not None:
        edges.append(track.home[axis])
    return max(edges) - min(edges)


def _fitted(track: Track, left: float, top: float, width: float, height: float) -> tuple[Numbers, Numbers, float]:
    """Positions on the sheet, mm, and millimetres for a metre."""
    wide, high = (max(LEAST_EXTENT_M / 2, _extent(track, axis)) for axis in (0, 1))
    mm_per_m = min((width - 2 * _EDGE_MM) / wide, (height - 2 * _EDGE_MM - 3.0) / high)
    east = (track.east_m - _middle(track, 0)) * mm_per_m + left + width / 2
    north = (_middle(track, 1) - track.north_m) * mm_per_m + top + height / 2
    return east, north, mm_per_m


def _pieces(track: Track, spans: Sequence[ModeSpan]) -> list[tuple[int, int, str]]:
    """Parts of the track in one mode and without a gap: first and last place, name of the mode or nothing."""
    edges = {0: "", len(track.time_s): ""}
    for one in spans:
        edges[int(np.searchsorted(track.time_s, one.begin_s))] = one.name
    edges.setdefault(0, "")
    open_at = set(gaps(track.time_s).tolist())
    places = sorted({*edges, *open_at})
    found, name = [], ""
    for begin, end in itertools.pairwise(places):
        name = edges.get(begin, name)
        if begin < len(track.time_s):
            found.append((begin, end - 1 if end in open_at else end, name))
    return found


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Points that can be told apart on paper; the first and the last stay."""
    kept = list(points[:1])
    for x, y in points[1:]:
        if math.hypot(x - kept[-1][0], y - kept[-1][1]) >= LEAST_STEP_MM:
            kept.append((x, y))
    if len(points) > 1:
        kept.append(points[-1])
    return kept


def _scale_bar(sheet: Sheet, x: float, y: float, mm_per_m: float, most_mm: float) -> None:
    length_m = scales.step_for(most_mm / mm_per_m, 1)
    while length_m * mm_per_m > most_mm:
        # from 10 to 5 and from 2 to 1 by 2, from 5 to 2 by 2.5; 0.699 is the logarithm of 5
        length_m /= 2.0 if round(math.log10(length_m) % 1, 3) != 0.699 else 2.5
    end = x + length_m * mm_per_m
    sheet.path(polyline(((x, y - 1.2), (x, y), (end, y), (end, y - 1.2))), colour=paper.INK, width=0.25)
    words = f"{length_m / 1000.0:g} km" if length_m >= 1000.0 else f"{length_m:g} m"
    sheet.text((x + end) / 2, y - 1.0, words, size=paper.SMALL_MM, anchor="middle")


def _north(sheet: Sheet, x: float, y: float) -> None:
    sheet.polygon(((x, y - 2.0), (x + 1.2, y + 1.2), (x, y + 0.5), (x - 1.2, y + 1.2)), fill=paper.INK)
    sheet.text(x, y + 4.0, "N", size=paper.SMALL_MM, weight=paper.BOLD, anchor="middle")


def _legend(
    names: Sequence[str], track: Track, sheet: Sheet, left: float, top: float, size: tuple[float, float]
) -> float:
    """Marks and colours below the picture; how high it is, mm."""
    entries: list[tuple[str, str]] = [("begin", "begin"), ("end", "end")]
    if track.home is not None:
        entries.append(("home", "home"))
    entries += [(name, mode_colour(names, name)) for name in names[:MOST_NAMES]]
    rows: list[list[tuple[str, str, float]]] = [[]]
    x = left
    for words, look in entries:
        wide = paper.text_width_mm(words, paper.SMALL_MM) + 8.0
        if x + wide > left + size[0] and rows[-1]:
            rows.append([])
            x = left
        rows[-1].append((words, look, x))
        x += wide
    height = paper.ROW_MM * (len(rows) + bool(track.left_out)) + 1.0
    for row, cells in enumerate(rows):
        y = top + size[1] - height + paper.ROW_MM * (row + 1)
        for words, look, at in cells:
            _legend_entry(sheet, at, y, words, look)
    if track.left_out:
        many = (
            "1 position far from all others is"
            if track.left_out == 1
            else f"{track.left_out} positions far from all others are"
        )
        words = f"{many} left out"
        sheet.text(left, top + size[1] - 0.2, words, size=paper.SMALL_MM, colour=paper.CAUTION)
    return height


def _legend_entry(sheet: Sheet, x: float, y: float, words: str, look: str) -> None:
    marks = {"begin": begin_mark, "end": end_mark, "home": home_mark}
    if look in marks:
        marks[look](sheet, x + 2.0, y - 0.8)
    else:
        sheet.line(x, y - 0.8, x + 4.0, y - 0.8, colour=look, width=0.6)
    sheet.text(x + 5.0, y, words, size=paper.SMALL_MM)
