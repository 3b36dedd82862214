# SPDX-License-Identifier: Apache-2.0
"""The direction of one place from another, by spherical trigonometry: another way than the product's."""

from __future__ import annotations

from math import atan2, cos, degrees, radians, sin


def bearing_deg(lat_deg: float, lon_deg: float, to_lat_deg: float, to_lon_deg: float) -> float:
    lat, to_lat, way = radians(lat_deg), radians(to_lat_deg), radians(to_lon_deg - lon_deg)
    north = cos(lat) * sin(to_lat) - sin(lat) * cos(to_lat) * cos(way)
    return degrees(atan2(sin(way) * cos(to_lat), north)) % 360.0
