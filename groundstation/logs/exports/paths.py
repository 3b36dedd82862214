# SPDX-License-Identifier: Apache-2.0
"""The ways that vehicles flew, for maps: one for each flight. Used by one thread at a time, as the log is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import Progress
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.flights import flights
from groundstation.logs.log import Log, LogError, LogVehicle
from groundstation.logs.series import SeriesOf, ValueSeries
from groundstation.logs.sources import Numbers


class FlownPath(NamedTuple):
    """One way; arrays of shape (n,), n at least 1."""

    name: str
    """Vehicle and number of the flight, plain text from outside."""
    vehicle: str
    time_s: Numbers
    """Float64, seconds, see `is_utc`."""
    lat_deg: Numbers
    lon_deg: Numbers
    height_amsl_m: Numbers | None
    """Over mean sea level; None when the log does not tell."""
    height_home_m: Numbers | None
    """Over home; None when the log does not tell."""
    is_utc: bool
    """Whether times count from 1970; else from the start of the autopilot."""

    def moments(self) -> Iterator[dt.datetime | None]:
        """Time of each position, None where the log has no date."""
        for time_s in self.time_s.tolist():
            yield dt.datetime.fromtimestamp(time_s, dt.UTC) if self.is_utc else None


def flown_paths(log: Log, selection: ExportScope, on_progress: Progress | None = None) -> list[FlownPath]:
    """The ways of the flights in a log; of a vehicle that was never armed in it all that it has.

    Args:
        log: an open one.
        selection: which vehicle, from when to when.
        on_progress: told how far it is; may cancel.

    Raises:
        LogError: no position of that is in it.
    """
    wanted = [one for one in log.info.vehicles if not one.is_station and selection.vehicle in (None, one.id)]
    found: list[FlownPath] = []
    for place, vehicle in enumerate(wanted):
        found += _of_vehicle(log, vehicle, selection)
        if on_progress is not None:
            on_progress((place + 1) / len(wanted))
    if not found:
        raise LogError(f"{log.info.path} has no position of that in it; 'groundstation log info' lists what there is")
    return found


def _of_vehicle(log: Log, vehicle: LogVehicle, selection: ExportScope) -> Iterator[FlownPath]:
    series = SeriesOf(log, vehicle.id)
    flown = [(one.begin_s, one.end_s) for one in flights(log, vehicle.id)] or [(-np.inf, np.inf)]
    name = vehicle.name or vehicle.id
    for number, (begin_s, end_s) in enumerate(flown, start=1):
        first_s = begin_s if selection.begin_s is None else max(begin_s, selection.begin_s)
        last_s = end_s if selection.end_s is None else min(end_s, selection.end_s)
        path = _between(series, f"{name} flight {number}" if len(flown) > 1 else name, first_s, last_s)
        if path is not None:
            yield path


def _between(series: SeriesOf, name: str, begin_s: float, end_s: float) -> FlownPath | None:
    lat, lon = (series.get(one) for one in ("position.lat_deg", "position.lon_deg"))
    if lat is None or lon is None:
        return None
    lat, lon = lat.between(begin_s, end_s), lon.between(begin_s, end_s)
    if lat is None or lon is None:
        return None
    return FlownPath(
        name,
        series.vehicle.id,
        lat.time_s,
        lat.values,
        # a log may have more rows of one than of the other
        np.interp(lat.time_s, lon.time_s, lon.values) if lon.values.size != lat.values.size else lon.values,
        _at(series.get("position.height_amsl_m"), lat.time_s),
        _at(series.get("position.height_home_m"), lat.time_s),
        series.log.info.time_base is TimeBase.UTC,
    )


def _at(series: ValueSeries | None, time_s: Numbers) -> Numbers | None:
    """Values at other times, by straight lines between; None when there are none."""
    return None if series is None else np.interp(time_s, series.time_s, series.values)
