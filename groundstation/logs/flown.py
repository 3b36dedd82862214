# SPDX-License-Identifier: Apache-2.0
"""A flight in a log, as what it takes to fly it again. Used by one thread at a time, as the log is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import Flight
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.refly.flown import (
    UP_M,
    Event,
    FlownFlight,
    NothingFlownError,
    Numbers,
    Way,
    is_down,
    metres_from,
    span_of,
)
from groundstation.fleet.vehicle import GROUND_KINDS
from groundstation.logs.arming import boot_clock
from groundstation.logs.flight_events import texts
from groundstation.logs.log import Log
from groundstation.logs.one_clock import armed_unix_s
from groundstation.logs.recorded_mission import recorded_mission
from groundstation.logs.series import SeriesOf, ValueSeries
from groundstation.logs.track import Track, without_jumps

MOST_HZ = 10.0
"""Positions that come more often are thinned: PX4 tells 50 a second."""
MISSION_MODES = frozenset(("AUTO", "MISSION"))
MISSION_SHARE = 0.5
"""Flown in such a mode for this share of its time in the air, a flight is that of its mission."""
NOT_TOLD_S = 3.0
FAILSAFE = "failsafe"


def flown(log: Log, flight: Flight) -> FlownFlight:
    """What was flown.

    Args:
        log: an open one, in which the flight was found.
        flight: of `logs/flights.py`.

    Raises:
        NothingFlownError: its way is not known, or it never was in the air.
    """
    series = SeriesOf(log, flight.vehicle)
    clock = _Clock(series, flight)
    track = _track(series, flight, clock)
    height = series.get("position.height_home_m")
    if track is None or height is None:
        raise NothingFlownError(f"{flight.vehicle_name}: the log tells no places and heights of this flight")
    origin = Place(float(track.lat_deg[0]), float(track.lon_deg[0]))
    way, log_s = _way(series, track, height, origin, clock)
    kind = VehicleKind(flight.kind) if flight.kind else VehicleKind.UNKNOWN
    air = span_of(way, kind, is_ended=flight.is_ended)
    items = recorded_mission(series, flight) if _share_of_mission(flight) >= MISSION_SHARE else ()
    speed, from_deg = _wind(series, flight)
    return FlownFlight(
        # a log that has no names tells the number of its system
        name=f"vehicle {flight.vehicle_name}" if flight.vehicle_name.isdigit() else flight.vehicle_name,
        kind=kind,
        autopilot=flight.autopilot,
        origin=origin,
        origin_amsl_m=_amsl(series, height, flight),
        way=way,
        armed_unix_s=armed_unix_s(log, series, flight, clock.begin_s),
        log_s=log_s,
        is_ended=is_down(way, air) or (flight.is_ended and air.stop < len(way)),
        events=tuple(_events(series, flight, way, clock)),
        items=_relative(items, _amsl(series, height, flight)),
        wind_speed_mps=speed,
        wind_from_deg=from_deg,
        charge_begin=_charge(series, flight),
        charge_used=flight.battery_used_fraction,
        notes=()
        if kind in GROUND_KINDS or way.height_m[0] <= UP_M
        else ("the log begins in the air: it takes off where it was heard first",),
    )


class _Clock:
    """The vehicle's clock: what was recorded faster or slower than it was flown is told in the vehicle's seconds."""

    def __init__(self, series: SeriesOf, flight: Flight) -> None:
        told = boot_clock(series)
        inside = None if told is None else told.between(flight.begin_s - NOT_TOLD_S, flight.end_s + NOT_TOLD_S)
        self._log_s, self._boot_s = np.array([0.0, 1.0]), np.array([0.0, 1.0])
        if inside is not None and len(inside.time_s) > 1:
            self._log_s, first = np.unique(inside.time_s, return_index=True)
            # never back: a message that was overtaken
            self._boot_s = np.maximum.accumulate(inside.values[first]) / 1e3
        self.begin_s = float(self._boot(np.array([flight.begin_s]))[0])
        """Seconds since its boot when it was armed; by the log where it tells no clock."""

    def _boot(self, log_s: Numbers) -> Numbers:
        found = np.interp(log_s, self._log_s, self._boot_s)
        for end, is_beyond in ((0, log_s < self._log_s[0]), (-1, log_s > self._log_s[-1])):
            found = np.where(is_beyond, self._boot_s[end] + log_s - self._log_s[end], found)
        return np.asarray(found, dtype=np.float64)

    def since_arming(self, log_s: Numbers) -> Numbers:
        """Seconds of the vehicle from its arming to times of the log; shape of `log_s`."""
        return self._boot(log_s) - self.begin_s

    def of_values(self, told: ValueSeries) -> Numbers:
        """The same from times since boot that came with each value, milliseconds."""
        return told.values / 1e3 - self.begin_s


def _track(series: SeriesOf, flight: Flight, clock: _Clock) -> Track | None:
    lat, lon = series.get("position.lat_deg"), series.get("position.lon_deg")
    if lat is None or lon is None or not np.array_equal(lat.time_s, lon.time_s):
        return None
    is_inside = (lat.time_s >= flight.begin_s) & (lat.time_s <= flight.end_s)
    if np.count_nonzero(is_inside) < 2:
        return None
    found = Track(lat.time_s, lat.values, lon.values).rows(is_inside)
    return without_jumps(found, flight.max_ground_speed_mps, _flown_s(series, found.time_s, clock))


def _flown_s(series: SeriesOf, time_s: Numbers, clock: _Clock) -> Numbers:
    """Seconds of the vehicle from its arming to positions of the log; shape of `time_s`."""
    boot = series.get("position.boot_ms")
    if boot is not None and np.isin(time_s, boot.time_s).all():
        # told with the place itself: nothing of the way to us is in it
        return clock.of_values(boot)[np.searchsorted(boot.time_s, time_s)]
    return clock.since_arming(time_s)


def _way(series: SeriesOf, track: Track, height: ValueSeries, origin: Place, clock: _Clock) -> tuple[Way, Numbers]:
    """The way, and when each sample of it came by the log's clock, shape (n,)."""
    times = _flown_s(series, track.time_s, clock)
    keep = _thinned(times)
    times, track = times[keep], track.rows(keep)
    north_m, east_m = metres_from(origin, track.lat_deg, track.lon_deg)
    speed = series.get("velocity.ground_speed_mps")
    yaw = series.get("attitude.yaw_deg")
    if speed is not None:
        speeds = np.interp(track.time_s, speed.time_s, speed.values)
    else:
        speeds = np.hypot(np.gradient(north_m, times), np.gradient(east_m, times))
    headings = np.full(len(times), np.nan)
    if yaw is not None:
        turns = np.unwrap(np.radians(yaw.values))
        headings = np.degrees(np.interp(track.time_s, yaw.time_s, turns)) % 360.0
    heights = np.interp(track.time_s, height.time_s, height.values)
    return Way(times, north_m, east_m, heights, speeds, headings), track.time_s


def _thinned(times: Numbers) -> NDArray[np.bool_]:
    """Which samples are kept: rising, at most `MOST_HZ` a second; shape (n,), bool."""
    keep = np.zeros(len(times), dtype=np.bool_)
    last_s = -np.inf
    for index, time_s in enumerate(times.tolist()):
        if time_s >= last_s + 1.0 / MOST_HZ - 1e-3:
            keep[index], last_s = True, time_s
    return keep


def _share_of_mission(flight: Flight) -> float:
    """How much of its time it flew its mission."""
    whole_s = sum(one.end_s - one.begin_s for one in flight.modes)
    mission_s = sum(one.end_s - one.begin_s for one in flight.modes if one.name in MISSION_MODES)
    return mission_s / whole_s if whole_s > 0.0 else 0.0


def _relative(items: tuple[PlanItem, ...], home_amsl_m: float | None) -> tuple[PlanItem, ...]:
    """Heights above the sea would be those of another home's ground; they are told above home, where that is known."""
    if home_amsl_m is None:
        return items
    return tuple(
        PlanItem(
            command=one.command,
            params=one.params,
            x=one.x,
            y=one.y,
            z=one.z - home_amsl_m,
            goes_on=one.goes_on,
        )
        if one.frame in (FRAME_GLOBAL, 5) and one.z is not None and (one.x or one.y)
        else one
        for one in items
    )


def _amsl(series: SeriesOf, height: ValueSeries, flight: Flight) -> float | None:
    """Height of home above the sea, by both heights of one moment."""
    amsl = series.get("position.height_amsl_m")
    if amsl is None:
        return None
    inside = amsl.between(flight.begin_s, flight.end_s)
    if inside is None:
        return None
    return float(inside.values[0] - np.interp(inside.time_s[0], height.time_s, height.values))


def _wind(series: SeriesOf, flight: Flight) -> tuple[float | None, float | None]:
    """The mean wind that it estimated while it flew, as a vector."""
    speed, from_deg = series.get("wind.speed_mps"), series.get("wind.from_deg")
    if speed is None or from_deg is None:
        return None, None
    inside = speed.between(flight.begin_s, flight.end_s)
    if inside is None:
        return None, None
    turns = np.unwrap(np.radians(from_deg.values))
    angle = np.interp(inside.time_s, from_deg.time_s, turns)
    north, east = float((inside.values * np.cos(angle)).mean()), float((inside.values * np.sin(angle)).mean())
    return float(np.hypot(north, east)), float(np.degrees(np.arctan2(east, north)) % 360.0)


def _charge(series: SeriesOf, flight: Flight) -> float | None:
    told = series.get("battery.0.charge_fraction")
    inside = None if told is None else told.between(flight.begin_s - 10.0, flight.end_s)
    return None if inside is None else float(inside.values[0])


def _events(series: SeriesOf, flight: Flight, way: Way, clock: _Clock) -> Iterator[Event]:
    """What happened, by the vehicle's clock."""

    def at(log_s: float) -> float:
        return float(clock.since_arming(np.array([log_s]))[0])

    if flight.begin_is_known:
        yield Event(0.0, "arm")
    kind = VehicleKind(flight.kind) if flight.kind else VehicleKind.UNKNOWN
    air, is_ground = span_of(way, kind, is_ended=flight.is_ended), kind in GROUND_KINDS
    yield Event(float(way.time_s[air.start]), "start" if is_ground else "take-off")
    for one in flight.modes:
        yield Event(at(one.begin_s), f"mode {one.name}")
    for said in texts(series):
        if flight.begin_s <= said.time_s <= flight.end_s and said.is_own and FAILSAFE in said.text.lower():
            yield Event(at(said.time_s), said.text[:60])
    if air.stop < len(way):
        yield Event(float(way.time_s[air.stop - 1]), "stop" if is_ground else "landing")
    if flight.is_ended:
        yield Event(at(flight.end_s), "disarm")
