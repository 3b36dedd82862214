# SPDX-License-Identifier: Apache-2.0
"""Metres east and north of a place, and back. Pure.

Azimuthal equidistant, by geodesics of the ellipsoid (geographiclib): true along every line through the origin, to four
parts in 100,000 across it at the farthest that is allowed. It knows neither longitude 180 nor poles.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import atan2, cos, degrees, hypot, isfinite, radians, sin

import numpy as np
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray

from groundstation.fleet.plans.files.plan_file import PlanFileError, Spot
from groundstation.fleet.plans.plan_path import Place

FARTHEST_M = 100_000.0
"""From the origin: what is larger is no day's work of any vehicle here."""
Points = NDArray[np.float64]
"""Rows of metres east and north."""
_THERE = Geodesic.DISTANCE | Geodesic.AZIMUTH
_BACK = Geodesic.LATITUDE | Geodesic.LONGITUDE


class LocalPlane:
    """The plane that touches the earth at one place."""

    def __init__(self, origin: Place) -> None:
        """Lay it at a place.

        Raises:
            PlanFileError: it is none.
        """
        self._origin = _checked(*origin)

    def points(self, places: Iterable[Place | Spot]) -> Points:
        """Places as metres east and north.

        Raises:
            PlanFileError: one is no place, or too far away.
        """
        return np.array([self._point(*_checked(one.lat_deg, one.lon_deg)) for one in places], float).reshape(-1, 2)

    def place(self, east_m: float, north_m: float) -> Place:
        """The place of a point; its longitude is within 180 degrees."""
        found = Geodesic.WGS84.Direct(*self._origin, degrees(atan2(east_m, north_m)), hypot(east_m, north_m), _BACK)
        return Place(found["lat2"], found["lon2"])

    def places(self, points: Points) -> tuple[Place, ...]:
        """The places of points."""
        return tuple(self.place(float(east), float(north)) for east, north in points)

    def _point(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        found = Geodesic.WGS84.Inverse(*self._origin, lat_deg, lon_deg, _THERE)
        way_m, course = found["s12"], radians(found["azi1"])
        if way_m > FARTHEST_M:
            raise PlanFileError(
                f"it is {way_m / 1000.0:.0f} km wide, {FARTHEST_M / 1000.0:.0f} km at most are laid; split it"
            )
        return way_m * sin(course), way_m * cos(course)


def _checked(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    if not (isfinite(lat_deg) and isfinite(lon_deg) and abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
        raise PlanFileError(f"latitude {lat_deg:g}, longitude {lon_deg:g} is no place; draw the corner again")
    return lat_deg, lon_deg


def turned(points: Points, angle_deg: float) -> Points:
    """Points seen along a course: the second number grows in its direction.

    Args:
        points: metres east and north.
        angle_deg: the course, clockwise from north; the negative one turns back.
    """
    angle = radians(angle_deg)
    found: Points = points @ np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    return found
