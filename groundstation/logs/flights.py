# SPDX-License-Identifier: Apache-2.0
"""Flights in a log, from arming to disarming. Used by one thread at a time, as the log is.

What parts two flights, see `arming.py`; what a way along the ground is, see `track.py`.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import Flight, ModeSpan
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.progress import Progress
from groundstation.fleet.vehicle import GROUND_KINDS
from groundstation.logs.arming import ArmedSpan, armings, boot_clock
from groundstation.logs.flight_events import mode_spans
from groundstation.logs.log import Log
from groundstation.logs.series import SeriesOf, ValueSeries
from groundstation.logs.sources import Numbers
from groundstation.logs.track import Track, distances_m, length_m, without_jumps

VERSION = 6
"""Counts up with each change of what is found here, in `arming.py`, `track.py` or in a reader: what is remembered of an
older one is found anew."""
BEFORE_S = 10.0
"""A value that is this old when the vehicle is armed still is that of the arming."""
UP_M = 1.0
"""Where nothing tells whether it is in the air: so high over where it was armed, or so deep under it."""
NEVER_UP_M = 0.5
"""Who never was this high was not in the air: PX4 says so for a moment after arming."""
NEVER_IN_AIR = GROUND_KINDS | {VehicleKind.SUBMARINE}
"""Of whom `air_s` says nothing: those that drive, and submarines, which climb and dive and so are no `GROUND_KINDS`."""

_PATHS = (
    "landed.state",
    "position.lat_deg",
    "position.lon_deg",
    "position.height_home_m",
    "home.lat_deg",
    "home.lon_deg",
    "velocity.ground_speed_mps",
    "battery.0.used_mah",
    "battery.0.charge_fraction",
    "battery.0.voltage_v",
)


def flights(log: Log, vehicle: str | None = None, on_progress: Progress | None = None) -> tuple[Flight, ...]:
    """The flights in a log, in order of time.

    Args:
        log: an open one.
        vehicle: `LogVehicle.id`; None for all. A ground station has no flights.
        on_progress: told how far it is; may cancel.

    Raises:
        LogError: no such vehicle.
        CancelledError: by `on_progress`.
    """
    ids = [one.id for one in log.info.vehicles if not one.is_station] if vehicle is None else [vehicle]
    found: list[Flight] = []
    for place, one in enumerate(ids):
        found += _of_vehicle(SeriesOf(log, one), on_progress, place / len(ids), 1 / len(ids))
    if on_progress is not None:
        on_progress(1.0)
    return tuple(sorted(found, key=lambda one: (one.begin_s, one.vehicle)))


def _of_vehicle(series: SeriesOf, told: Progress | None, done: float, share: float) -> list[Flight]:
    if series.vehicle.is_station:
        return []
    if told is not None:
        told(done)
    spans = armings(series)
    # read here, so that there is a progress to tell; what is asked for below is kept by then
    for place, path in enumerate(_PATHS if spans else ()):
        if told is not None:
            told(done + share * (place + 1) / (len(_PATHS) + 1))
        series.get(path)
    modes = mode_spans(series) if spans else ()
    clock = boot_clock(series) if spans else None
    return [_flight(series, span, modes, clock) for span in spans]


def _boot_s(clock: ValueSeries | None, time_s: float) -> float | None:
    """The vehicle's clock at a moment, by its nearest word."""
    if clock is None:
        return None
    place = int(np.abs(clock.time_s - time_s).argmin())
    apart_s = time_s - float(clock.time_s[place])
    return float(clock.values[place]) / 1e3 + apart_s if abs(apart_s) <= BEFORE_S else None


def _flight(series: SeriesOf, span: ArmedSpan, modes: tuple[ModeSpan, ...], clock: ValueSeries | None) -> Flight:
    in_air, fastest = _in_air(series, span), _inside(series, "velocity.ground_speed_mps", span)
    fastest_mps = None if fastest is None else float(fastest.values.max())
    track = _track(series, span)
    # the speed that it told is what parts its way from jumps of its receiver
    track = None if track is None else without_jumps(track, fastest_mps)
    takeoff = _takeoff(track, span)
    origin = takeoff or _home(series, span)
    return Flight(
        path=series.log.info.path,
        vehicle=series.vehicle.id,
        vehicle_name=series.vehicle.name or series.vehicle.id,
        sysid=series.vehicle.sysid,
        autopilot=series.vehicle.autopilot,
        kind=series.vehicle.kind,
        time_base=series.log.info.time_base,
        begin_s=span.begin_s,
        end_s=span.end_s,
        is_ended=span.is_ended,
        begin_is_known=span.begin_is_known,
        air_s=None if in_air is None else in_air.seconds(),
        distance_m=None if track is None else _distance_m(track, in_air),
        max_height_home_m=_highest(series, "position.height_home_m", span),
        max_ground_speed_mps=fastest_mps,
        farthest_m=float(distances_m(track, *origin).max()) if track is not None and origin is not None else None,
        battery_used_mah=_used_mah(series, span),
        battery_used_fraction=_fall(series, "battery.0.charge_fraction", span),
        battery_begin_v=_at_begin(series, "battery.0.voltage_v", span),
        battery_end_v=_at_end(series, "battery.0.voltage_v", span),
        modes=_clipped(modes, span),
        operator=_operator(series, span),
        takeoff_lat_deg=takeoff[0] if takeoff is not None else None,
        takeoff_lon_deg=takeoff[1] if takeoff is not None else None,
        boot_begin_s=_boot_s(clock, span.begin_s),
        boot_end_s=_boot_s(clock, span.end_s),
    )


class _InAir(msgspec.Struct, frozen=True):
    """Whether it is in the air from each time until the next one."""

    times_s: Numbers
    """Shape (n + 1,): the last one is the end of the arming."""
    is_up: NDArray[np.bool_]
    """Shape (n,)."""

    def seconds(self) -> float:
        """How long it was."""
        return float(np.diff(self.times_s)[self.is_up].sum())

    def rows(self, time_s: Numbers) -> NDArray[np.bool_]:
        """Which times are in the air, shape of `time_s`."""
        places = np.clip(np.searchsorted(self.times_s, time_s, side="right") - 1, 0, len(self.is_up) - 1)
        return self.is_up[places]


def _in_air(series: SeriesOf, span: ArmedSpan) -> _InAir | None:
    """When it was in the air; None when unknown, and for what can't fly."""
    if series.vehicle.kind in NEVER_IN_AIR:
        return None
    height = _inside(series, "position.height_home_m", span)
    risen_m = None if height is None else np.abs(height.values - _ground_m(series, height, span))
    told = series.get("landed.state")
    first = 0 if told is None else int(np.searchsorted(told.time_s, span.begin_s, side="right"))
    last = 0 if told is None else int(np.searchsorted(told.time_s, span.end_s))
    if told is not None and last > max(0, first - 1):
        # what was told last before the arming still holds at its beginning
        first = max(0, first - 1)
        times, is_up = np.maximum(told.time_s[first:last], span.begin_s), told.values[first:last] < 0.5
        # where the arming is not in the log, the height of its ground is not known, and it may be up all the time
        if risen_m is not None and risen_m.max() < NEVER_UP_M and span.begin_is_known:
            is_up = np.zeros_like(is_up)
    elif height is not None and risen_m is not None:
        times, is_up = height.time_s, risen_m > UP_M
    else:
        return None
    return _InAir(np.append(times, span.end_s), is_up)


def _ground_m(series: SeriesOf, height: ValueSeries, span: ArmedSpan) -> float:
    """Height over home of where it was armed; home itself when it was armed before the log began."""
    at_begin_m = _at_begin(series, "position.height_home_m", span) if span.begin_is_known else 0.0
    return float(height.values[0]) if at_begin_m is None else at_begin_m


def _track(series: SeriesOf, span: ArmedSpan) -> Track | None:
    """Positions while it was armed; None for none."""
    lat, lon = series.get("position.lat_deg"), series.get("position.lon_deg")
    # latitudes and longitudes of different moments make places where it never was
    if lat is None or lon is None or not np.array_equal(lat.time_s, lon.time_s):
        return None
    is_inside = (lat.time_s >= span.begin_s) & (lat.time_s <= span.end_s)
    return Track(lat.time_s, lat.values, lon.values).rows(is_inside) if is_inside.any() else None


def _distance_m(track: Track, in_air: _InAir | None) -> float:
    """Metres along the ground while in the air; left out is what a receiver on the ground makes up by jitter."""
    return length_m(track if in_air is None else track.rows(in_air.rows(track.time_s)))


def _takeoff(track: Track | None, span: ArmedSpan) -> tuple[float, float] | None:
    if track is None or not span.begin_is_known or track.time_s[0] > span.begin_s + BEFORE_S:
        return None
    return float(track.lat_deg[0]), float(track.lon_deg[0])


def _home(series: SeriesOf, span: ArmedSpan) -> tuple[float, float] | None:
    found = [series.get(one) for one in ("home.lat_deg", "home.lon_deg")]
    lat, lon = found
    if lat is None or lon is None or len(lat.values) != len(lon.values):
        return None
    # autopilots set home at the arming, and tell it some seconds later
    place = max(0, int(np.searchsorted(lat.time_s, span.begin_s + BEFORE_S, side="right")) - 1)
    return float(lat.values[place]), float(lon.values[place])


def _inside(series: SeriesOf, path: str, span: ArmedSpan) -> ValueSeries | None:
    """What was told while it was armed; what was told with the disarming is of later."""
    found = series.get(path)
    return None if found is None else found.between(span.begin_s, np.nextafter(span.end_s, -np.inf))


def _highest(series: SeriesOf, path: str, span: ArmedSpan) -> float | None:
    found = _inside(series, path, span)
    return None if found is None else float(found.values.max())


def _at_begin(series: SeriesOf, path: str, span: ArmedSpan) -> float | None:
    found = series.get(path)
    before = None if found is None else found.between(span.begin_s - BEFORE_S, span.begin_s)
    if before is not None:
        return float(before.values[-1])
    inside = _inside(series, path, span)
    return None if inside is None else float(inside.values[0])


def _at_end(series: SeriesOf, path: str, span: ArmedSpan) -> float | None:
    found = _inside(series, path, span)
    return None if found is None else float(found.values[-1])


def _used_mah(series: SeriesOf, span: ArmedSpan) -> float | None:
    """Charge used; None where the counter is zero in the whole log, as of a vehicle that does not measure current."""
    counter = series.get("battery.0.used_mah")
    if counter is None or not counter.values.any():
        return None
    return _fall(series, "battery.0.used_mah", span, -1.0)


def _fall(series: SeriesOf, path: str, span: ArmedSpan, sign: float = 1.0) -> float | None:
    """How much less it became; None when it became more: another pack, or a counter that began again."""
    begin, end = _at_begin(series, path, span), _at_end(series, path, span)
    if begin is None or end is None or sign * (begin - end) < 0:
        return None
    return sign * (begin - end) + 0.0  # no minus before nought


def _clipped(modes: tuple[ModeSpan, ...], span: ArmedSpan) -> tuple[ModeSpan, ...]:
    kept = [one for one in modes if one.end_s > span.begin_s and one.begin_s < span.end_s]
    return tuple(ModeSpan(one.name, max(one.begin_s, span.begin_s), min(one.end_s, span.end_s)) for one in kept)


def _operator(series: SeriesOf, span: ArmedSpan) -> str | None:
    """Who was in control when it was armed, or the last who took it until it was disarmed."""
    columns = series.columns("ctl", ("owner.op",))
    if columns is None:
        return None
    found: str | None = None
    order = np.argsort(columns.time_s, kind="stable")
    for place in order.tolist():
        name, at = columns.values["owner.op"][place], float(columns.time_s[place])
        if at > span.end_s:
            break
        is_named = isinstance(name, str) and bool(name)
        if at <= span.begin_s or is_named:
            found = str(name) if is_named else None
    return found
