# SPDX-License-Identifier: Apache-2.0
"""What came of flying something again: a row for each run, with figures and thinned curves. Pure."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from groundstation.fleet.refly.comparison import Comparison, Curves
from groundstation.fleet.refly.flown import Numbers

AS_RECORDED = "as recorded"
"""Name of the run in which nothing is different."""
UNCHANGED = "flown again, nothing changed"
"""What that one is called where it is read: the record itself is another thing."""
MOST_POINTS = 600
"""Of each curve that is kept with the result."""

LEAST_PACE_S = 1.0
"""Of a log: less of it tells no pace."""


class PlainCurves(msgspec.Struct, frozen=True, kw_only=True):
    """Differences over time of one vehicle, thinned; lists of one length, `None` where there is none."""

    time_s: tuple[float, ...]
    """Of the record, from its take-off."""
    cross_track_m: tuple[float | None, ...]
    along_track_m: tuple[float | None, ...]
    height_m: tuple[float | None, ...]
    speed_mps: tuple[float | None, ...]
    late_s: tuple[float | None, ...]
    # what follows is empty in results of before it was kept
    lat_deg: tuple[float, ...] = ()
    """Where the second flight was."""
    lon_deg: tuple[float, ...] = ()
    recorded_lat_deg: tuple[float, ...] = ()
    """The place of the recorded way that it belongs to."""
    recorded_lon_deg: tuple[float, ...] = ()
    log_s: tuple[float, ...] = ()
    """When the record was there, by the clock of its log."""

    @property
    def recorded_pace(self) -> float | None:
        """Seconds of the vehicle in one of the record's log: more than 1 where it was recorded in hurried time.

        None where the log's clock is not known, or the flight was too short to tell.
        """
        if len(self.log_s) < 2 or self.log_s[-1] - self.log_s[0] < LEAST_PACE_S:
            return None
        return (self.time_s[-1] - self.time_s[0]) / (self.log_s[-1] - self.log_s[0])

    def log_moment_s(self, at_s: float) -> float | None:
        """When that was, by the clock of the record's log; None where that is not known.

        Args:
            at_s: seconds of the vehicle after the record's take-off.
        """
        return float(np.interp(at_s, self.time_s, self.log_s)) if self.log_s else None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One time that everything was flown again."""

    name: str
    """`AS_RECORDED`, or what was different."""
    recording: str
    """Folder of its session, from the folder of the result."""
    vehicles: tuple[Comparison, ...]
    separation_p95_m: float | None = None
    """How much the distances between the vehicles differ from those of the record; None for a single one."""
    separation_max_m: float | None = None
    takeoff_late_s: tuple[float, ...] = ()
    """How much later after the first one each took off than in the record; empty for a single one."""
    expected: tuple[tuple[str, bool], ...] = ()
    """Each expectation and whether it is met by all vehicles."""
    notes: tuple[str, ...] = ()
    curves: tuple[PlainCurves, ...] = ()
    """Of each vehicle."""

    @property
    def title(self) -> str:
        """What it is called where it is read, in English."""
        return title_of(self.name)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    files: tuple[str, ...]
    simulator: str
    """``built-in``, or the name of a program."""
    speed: float
    runs: tuple[Run, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_as_expected(self) -> bool:
        """Whether every expectation is met in every run."""
        return all(met for run in self.runs for _, met in run.expected)


def title_of(name: str) -> str:
    """What a run of this name is called where it is read, in English."""
    return UNCHANGED if name == AS_RECORDED else name


def plain(curves: Curves) -> PlainCurves:
    """Curves as they are kept."""
    count = len(curves.time_s)
    rows = np.linspace(0, count - 1, min(count, MOST_POINTS - 1)).astype(int)
    # the worst place is what somebody looks for
    rows = np.unique(np.append(rows, int(np.argmax(np.abs(curves.cross_track_m)))))

    def some(values: Numbers) -> tuple[float | None, ...]:
        return tuple(round(one, 3) if math.isfinite(one) else None for one in values[rows].tolist())

    def degrees(values: Numbers) -> tuple[float, ...]:
        return tuple(round(one, 7) for one in values[rows].tolist())

    return PlainCurves(
        time_s=tuple(round(one, 2) for one in curves.time_s[rows].tolist()),
        cross_track_m=some(curves.cross_track_m),
        along_track_m=some(curves.along_track_m),
        height_m=some(curves.height_m),
        speed_mps=some(curves.speed_mps),
        late_s=some(curves.late_s),
        lat_deg=degrees(curves.lat_deg),
        lon_deg=degrees(curves.lon_deg),
        recorded_lat_deg=degrees(curves.recorded_lat_deg),
        recorded_lon_deg=degrees(curves.recorded_lon_deg),
        log_s=() if curves.log_s is None else tuple(round(one, 3) for one in curves.log_s[rows].tolist()),
    )
