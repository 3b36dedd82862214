# SPDX-License-Identifier: Apache-2.0
"""What of a vehicle the map shows: a place that is known, or nothing. Pure."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import QCoreApplication

from groundstation.fleet.conditions import Level, silent_s
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.summary import VehicleSummary
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.map_panel.mercator import MAX_LAT_DEG, mercator_from_degrees
from groundstation.ui.units import age_text, quantity


class MapMark(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle on the map."""

    key: VehicleKey
    x_m: float
    y_m: float
    heading_deg: float | None
    is_live: bool
    """False for the last place of a vehicle that is not heard, or whose position is old."""
    is_flying: bool
    level: Level
    is_known: bool
    """Somebody has acknowledged what is wrong with it."""
    title: str
    detail: str


def mark_of(state: VehicleState, summary: VehicleSummary, now_s: float) -> MapMark | None:
    """The mark of a vehicle; None while its place is unknown, impossible or off the map."""
    position = state.position
    if position is None or position.lat_deg is None or position.lon_deg is None:
        return None
    lat, lon = position.lat_deg, position.lon_deg
    # Mercator has no poles, and a number from outside may be any
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > MAX_LAT_DEG or abs(lon) > 180:
        return None
    is_live = state.is_heard and state.freshness("position", now_s) is Freshness.FRESH
    x_m, y_m = mercator_from_degrees(lat, lon)
    return MapMark(
        key=state.key,
        x_m=x_m,
        y_m=y_m,
        heading_deg=state.heading_deg,
        is_live=is_live,
        # unknown is drawn as flying: the larger mark
        is_flying=summary.is_flying is not False,
        level=summary.level,
        is_known=summary.is_known,
        title=f"SIM {call_sign(state.key)}" if state.key.root == "sim" else call_sign(state.key),
        detail=_detail(state, is_live, now_s),
    )


def _detail(state: VehicleState, is_live: bool, now_s: float) -> str:
    if not is_live:
        age_s = silent_s(state, now_s) if not state.is_heard else state.age_s("position", now_s)
        words = _tr("position {age} old") if state.is_heard else _tr("last heard {age} ago")
        return words.format(age=age_text(age_s))
    if state.is_flying is False or state.position is None:
        return ""
    return quantity(state.position.height_home_m, Dimension.HEIGHT, 0)


def home_of(state: VehicleState) -> tuple[float, float] | None:
    """Latitude and longitude of a vehicle's home; None when unknown."""
    home = state.home
    if home is None or home.lat_deg is None or home.lon_deg is None:
        return None
    return (home.lat_deg, home.lon_deg) if abs(home.lat_deg) <= MAX_LAT_DEG and abs(home.lon_deg) <= 180 else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("Map", text)
