# SPDX-License-Identifier: Apache-2.0
"""Web Mercator (EPSG:3857) and what part of it the screen shows. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_M = 6_378_137.0
MAX_LAT_DEG = 85.05
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
WORLD_M = 2 * HALF_WORLD_M
"""Width of the world: so far apart stand the two names of one place, 180° E and 180° W."""

Points = NDArray[np.float64]


def mercator_from_degrees(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Easting and northing in Mercator metres."""
    # at the poles the projection has no number
    lat = math.radians(max(-MAX_LAT_DEG, min(MAX_LAT_DEG, lat_deg)))
    return math.radians(lon_deg) * EARTH_RADIUS_M, math.log(math.tan(math.pi / 4 + lat / 2)) * EARTH_RADIUS_M


def degrees_from_mercator(x_m: float, y_m: float) -> tuple[float, float]:
    """Latitude and longitude in degrees, the longitude within 180 of Greenwich."""
    lat_deg = math.degrees(2 * math.atan(math.exp(y_m / EARTH_RADIUS_M)) - math.pi / 2)
    return lat_deg, normalised_lon(math.degrees(x_m / EARTH_RADIUS_M))


def normalised_lon(lon_deg: float) -> float:
    """A longitude from -180 to below 180 degrees."""
    return (lon_deg + 180.0) % 360.0 - 180.0


def near(x_m: float, around_m: float) -> float:
    """The name of a place's easting that is nearest to another easting: the world goes round."""
    return around_m + (x_m - around_m + HALF_WORLD_M) % WORLD_M - HALF_WORLD_M


def together(eastings: Sequence[float]) -> list[float]:
    """Eastings of places as one group, on whichever side of longitude 180: across the widest gap nothing is drawn."""
    if not eastings:
        return []
    # as on a circle: the widest gap is where the group does not go
    order = sorted(x % WORLD_M for x in eastings)
    gaps = [after - before for before, after in itertools.pairwise([*order, order[0] + WORLD_M])]
    start = order[(gaps.index(max(gaps)) + 1) % len(order)]
    first = near(start, 0.0)
    return [first + (x - start) % WORLD_M for x in eastings]


def mercator_from_places(places: Points) -> Points:
    """Latitudes and longitudes, shape (n, 2), degrees, to Mercator metres, shape (n, 2), easting first."""
    lat = np.radians(np.clip(places[:, 0], -MAX_LAT_DEG, MAX_LAT_DEG))
    y = np.log(np.tan(np.pi / 4 + lat / 2))
    return np.stack([np.radians(places[:, 1]), y], axis=1) * EARTH_RADIUS_M


def stretch(y_m: float) -> float:
    """Mercator metres for one metre on the ground at this northing."""
    return math.cosh(y_m / EARTH_RADIUS_M)


@dataclass(frozen=True)
class Camera:
    """The part of the map on the screen. Screen coordinates are logical pixels from the top left corner."""

    x_m: float
    """Easting of the middle, Mercator metres."""
    y_m: float
    """Northing of the middle."""
    scale_m: float
    """Mercator metres in a pixel."""
    width: float
    """Pixels."""
    height: float
    """Pixels."""

    @property
    def ground_scale_m(self) -> float:
        """Metres on the ground in a pixel, in the middle."""
        return self.scale_m / stretch(self.y_m)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in Mercator metres."""
        half_x, half_y = self.width * self.scale_m / 2, self.height * self.scale_m / 2
        return self.x_m - half_x, self.y_m - half_y, self.x_m + half_x, self.y_m + half_y

    def screen(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Where a place stands on the screen: the nearest of its copies round the world."""
        across = near(x_m, self.x_m) - self.x_m
        return self.width / 2 + across / self.scale_m, self.height / 2 - (y_m - self.y_m) / self.scale_m

    def nearest_points(self, points: Points) -> Points:
        """The same as `screen` for many places, shape (n, 2)."""
        across = (points[:, 0] - self.x_m + HALF_WORLD_M) % WORLD_M - HALF_WORLD_M
        x, y = self.width / 2 + across / self.scale_m, self.height / 2 - (points[:, 1] - self.y_m) / self.scale_m
        return np.stack([x, y], axis=1)

    def screen_points(self, points: Points) -> Points:
        """Where places, shape (n, 2), stand on the screen."""
        shifted = (points - (self.x_m, self.y_m)) / (self.scale_m, -self.scale_m)
        return np.asarray(shifted + np.array((self.width / 2, self.height / 2)))

    def copies(self) -> list[Camera]:
        """This view of each copy of the world that it touches, one on each side more."""
        west, _, east, _ = self.bounds
        first = math.floor((west + HALF_WORLD_M) / WORLD_M) - 1
        last = math.floor((east + HALF_WORLD_M) / WORLD_M) + 1
        return [replace(self, x_m=self.x_m - number * WORLD_M) for number in range(first, last + 1)]

    def world(self, x: float, y: float) -> tuple[float, float]:
        """Which place a pixel shows, Mercator metres."""
        return self.x_m + (x - self.width / 2) * self.scale_m, self.y_m - (y - self.height / 2) * self.scale_m


def nice_length(metres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer than this."""
    power = 10.0 ** math.floor(math.log10(metres))
    # the last factor is for rounding, else a length of exactly 200 might become 100
    return max(factor * power for factor in (1, 2, 5) if factor * power <= metres * 1.0000001)
