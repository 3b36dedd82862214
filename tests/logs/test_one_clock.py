# SPDX-License-Identifier: Apache-2.0
"""When vehicles of one log were armed, in their own seconds."""

from __future__ import annotations

import numpy as np
import pytest

from groundstation.fleet.flight import Flight, TimeBase
from groundstation.logs.one_clock import armed_unix_s
from groundstation.logs.series import SeriesOf
from tests.support.memory_log import MemoryLog

START_S = 1.7e9
PACE = 4.0
"""Simulated seconds in one of the log."""


def armed(vehicle, begin_s, time_base=TimeBase.UTC):
    return Flight(
        path="", vehicle=vehicle, vehicle_name="", time_base=time_base, begin_s=begin_s, end_s=begin_s + 10.0,
        is_ended=True, begin_is_known=True,
    )  # fmt: skip


def log_of(*booted_s, restarts=False):
    """One that heard each vehicle 40 s long, most messages at once, some half a second late."""
    log, random = MemoryLog(), np.random.default_rng(1)
    for number, boot_s in enumerate(booted_s, start=1):
        moments = np.arange(0.0, 40.0, 0.25)
        clock = (boot_s + moments * PACE) * 1e3
        if restarts:
            clock[80:] -= clock[80]
        heard = START_S + moments + np.where(random.random(len(moments)) < 0.1, 0.5, 0.0)
        log.vehicle(str(number)).add(str(number), "ATTITUDE", heard, time_boot_ms=clock)
    return log


def moments_of(log, *armed_at_s):
    """Each is armed so many seconds of the log after its begin."""
    found = []
    for number, (at_s, boot_s) in enumerate(armed_at_s, start=1):
        flight = armed(str(number), START_S + at_s)
        found.append(armed_unix_s(log, SeriesOf(log, str(number)), flight, boot_s + at_s * PACE))
    return found


def test_who_was_armed_ten_of_their_seconds_later_was_so_in_hurried_time():
    log = log_of(3.0, 500.0)
    first, second = moments_of(log, (5.0, 3.0), (7.5, 500.0))
    # each late message is two of its seconds late; the median does not mind
    assert second - first == pytest.approx(10.0, abs=0.01)
    assert first == pytest.approx(START_S + 20.0, abs=0.01)


def test_who_restarted_is_told_by_the_clock_of_the_log():
    first, second = moments_of(log_of(3.0, 500.0, restarts=True), (5.0, 3.0), (7.5, 500.0))
    assert (first, second) == (START_S + 5.0, START_S + 7.5)


def test_without_clock_or_date_nothing_is_made_up():
    log = MemoryLog().vehicle("1")
    series = SeriesOf(log, "1")
    assert armed_unix_s(log, series, armed("1", START_S), 3.0) == START_S
    assert armed_unix_s(log, series, armed("1", 12.0, TimeBase.BOOT), 3.0) is None
