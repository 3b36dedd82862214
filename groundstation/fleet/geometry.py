# SPDX-License-Identifier: Apache-2.0
"""Distances on the ground. Pure."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (IUGG)."""
METRES_PER_DEGREE = radians(EARTH_RADIUS_M)
"""Of latitude; of longitude times the cosine of the latitude."""


def distance_m(lat_deg: float, lon_deg: float, other_lat_deg: float, other_lon_deg: float) -> float:
    """Distance of two places along the ground, metres, to half a percent (a sphere)."""
    lat, other_lat = radians(lat_deg), radians(other_lat_deg)
    # haversine: by the law of cosines the metres between near places would be lost to rounding
    half = sin((other_lat - lat) / 2) ** 2
    half += cos(lat) * cos(other_lat) * sin(radians(other_lon_deg - lon_deg) / 2) ** 2
    # rounding may bring it above 1 for places on opposite sides, where asin raises
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def distances_m(
    lat_deg: ArrayLike, lon_deg: ArrayLike, other_lat_deg: ArrayLike, other_lon_deg: ArrayLike
) -> NDArray[np.float64]:
    """The same for many pairs of places at once; the four go together as numpy broadcasts them."""
    lat, other_lat = np.radians(lat_deg), np.radians(other_lat_deg)
    half = np.sin((other_lat - lat) / 2) ** 2
    half = half + np.cos(lat) * np.cos(other_lat) * np.sin(np.radians(np.subtract(other_lon_deg, lon_deg)) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))), dtype=np.float64)


def bearing_deg(lat_deg: float, lon_deg: float, other_lat_deg: float, other_lon_deg: float) -> float:
    """Direction from one place to another, degrees from true north, 0 to 360 (a sphere)."""
    lat, other_lat, turn = radians(lat_deg), radians(other_lat_deg), radians(other_lon_deg - lon_deg)
    north = cos(lat) * sin(other_lat) - sin(lat) * cos(other_lat) * cos(turn)
    return degrees(atan2(sin(turn) * cos(other_lat), north)) % 360.0


def turn_deg(from_deg: float, to_deg: float) -> float:
    """The shortest turn from one heading to another, degrees, clockwise positive, -180 to 180."""
    return (to_deg - from_deg + 180.0) % 360.0 - 180.0


def moved(lat_deg: float, lon_deg: float, north_m: float, east_m: float) -> tuple[float, float]:
    """Latitude and longitude of the place so many metres away (a sphere); over a pole and the date line too."""
    lat, way, course = radians(lat_deg), hypot(north_m, east_m) / EARTH_RADIUS_M, atan2(east_m, north_m)
    # rounding may pass 1 at a pole
    new = asin(max(-1.0, min(1.0, sin(lat) * cos(way) + cos(lat) * sin(way) * cos(course))))
    turn = atan2(sin(course) * sin(way) * cos(lat), cos(way) - sin(lat) * sin(new))
    # a longitude beyond 180 is refused by autopilots and by our own limits
    return degrees(new), turn_deg(0.0, lon_deg + degrees(turn))
