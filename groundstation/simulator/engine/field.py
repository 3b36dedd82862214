# SPDX-License-Identifier: Apache-2.0
"""The ground under the simulated vehicles: flat metres around one point, to and from latitude and longitude. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

METRES_PER_DEGREE = 111_319.4908
"""Of latitude, on the WGS84 equator's radius; ArduPilot uses the same sphere."""


class Spot(NamedTuple):
    """A place relative to the field's origin."""

    north_m: float
    east_m: float
    down_m: float
    """Below the field's ground; heights are negative."""

    def distance_to(self, other: Spot) -> float:
        """Return the horizontal distance in metres."""
        return math.hypot(other.north_m - self.north_m, other.east_m - self.east_m)

    def course_to(self, other: Spot) -> float:
        """Return the bearing of ``other`` in radians, 0 is north, clockwise."""
        return math.atan2(other.east_m - self.east_m, other.north_m - self.north_m)


@dataclass(frozen=True)
class Field:
    """A flat field."""

    latitude_deg: float
    longitude_deg: float
    altitude_amsl_m: float
    """Height of the ground."""

    @property
    def _metres_per_longitude(self) -> float:
        return METRES_PER_DEGREE * math.cos(math.radians(self.latitude_deg))

    def coordinates(self, north_m: float, east_m: float) -> tuple[float, float]:
        """Return latitude and longitude in degrees."""
        return (
            self.latitude_deg + north_m / METRES_PER_DEGREE,
            self.longitude_deg + east_m / self._metres_per_longitude,
        )

    def scaled(self, north_m: float, east_m: float) -> tuple[int, int]:
        """Return latitude and longitude in 1e-7 degrees."""
        latitude, longitude = self.coordinates(north_m, east_m)
        return round(latitude * 1e7), round(longitude * 1e7)

    def spot(self, latitude_deg: float, longitude_deg: float, altitude_amsl_m: float) -> Spot:
        """Return the place at the given coordinates."""
        return Spot(
            (latitude_deg - self.latitude_deg) * METRES_PER_DEGREE,
            (longitude_deg - self.longitude_deg) * self._metres_per_longitude,
            self.altitude_amsl_m - altitude_amsl_m,
        )
