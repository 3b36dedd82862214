# SPDX-License-Identifier: Apache-2.0
"""When something was, on one clock for all vehicles of a log: that of the first one of them.

The times of a log are those of whoever received it. Where a simulation went five times as fast, two vehicles that took
off ten of their seconds apart did so two seconds apart by the log. One thread, as the log is.
"""

from __future__ import annotations

import numpy as np

from groundstation.fleet.flight import Flight
from groundstation.logs.arming import BACK_S, boot_clock
from groundstation.logs.log import Log
from groundstation.logs.series import SeriesOf, ValueSeries


def armed_unix_s(log: Log, series: SeriesOf, flight: Flight, boot_s: float) -> float | None:
    """When a vehicle was armed: the date of the log's first message of the clock, and from there by the clock.

    Args:
        log: an open one, in which the flight was found.
        series: of the flight's vehicle.
        flight: which one.
        boot_s: the same moment in seconds since the vehicle's boot.

    Returns:
        Unix seconds, by the time of the log where a vehicle tells no clock or restarted; None where it has no date.
    """
    if flight.begin_unix_s is None:
        return None
    own = boot_clock(series)
    first = next((one.id for one in log.info.vehicles if not one.is_station), flight.vehicle)
    clock = own if first == flight.vehicle else boot_clock(SeriesOf(log, first))
    ahead_ms = None if own is None or clock is None else _ahead_ms(own, clock)
    if ahead_ms is None or clock is None:
        return flight.begin_unix_s
    # the times of a log with a date are Unix seconds
    return float(clock.time_s[0]) + boot_s - (ahead_ms + float(clock.values[0])) / 1e3


def _ahead_ms(own: ValueSeries, clock: ValueSeries) -> float | None:
    """How far a vehicle's clock is ahead of another one's; None where they were not heard at the same time."""
    if any((np.diff(one.values) < -BACK_S * 1e3).any() for one in (own, clock)):
        return None
    both = own.between(float(clock.time_s[0]), float(clock.time_s[-1]))
    if both is None:
        return None
    # the median: some messages came late
    return float(np.median(both.values - np.interp(both.time_s, clock.time_s, clock.values)))
