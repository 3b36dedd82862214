# SPDX-License-Identifier: Apache-2.0
"""Files of the plots: tables of curves, and pictures. Any thread."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from groundstation.app.plot_set_work import set_access
from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import Progress
from groundstation.logs.csv_cells import guarded
from groundstation.ui.plots.plot_port import Column, PlotAccess

ROWS_AT_ONCE = 5_000
LAST_S = 253_402_300_799.0
"""The end of the year 9999: later moments have no date."""


def plot_access(folder: Path | None = None) -> PlotAccess:
    """The window's ways.

    Args:
        folder: of saved plots; None for this user's own.
    """
    return PlotAccess(write_table=write_table, write_bytes=write_bytes, sets=set_access(folder))


def write_table(columns: Sequence[Column], path: Path, told: Progress) -> int:
    """Curves as comma-separated values: a row for each moment of any, with a cell for those that have a point then.

    Raises:
        CancelledError: `told` raised it; there is no file then.
        GroundStationError: it can't be written; what was there stays.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _refused(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            rows = _write_rows(columns, file, told)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)
    return rows


def write_bytes(data: bytes, path: Path) -> None:
    """A file, whole or not at all.

    Raises:
        GroundStationError: it can't be written; what was there stays.
    """
    try:
        write_whole(data, path)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> GroundStationError:
    return GroundStationError(f"{path} can't be written ({error.strerror or error}); choose another place")


def _write_rows(columns: Sequence[Column], file: TextIO, told: Progress) -> int:
    table = csv.writer(file)
    table.writerow(["time_utc", "time_unix_s", *(guarded(one.title) for one in columns)])
    known = [one.values == one.values for one in columns]
    every = [one.times[is_known] for one, is_known in zip(columns, known, strict=True)]
    moments = np.unique(np.concatenate([np.empty(0), *every]))
    points = [one.values[is_known] for one, is_known in zip(columns, known, strict=True)]
    for first in range(0, len(moments), ROWS_AT_ONCE):
        told(first / len(moments))
        table.writerows(_rows(moments[first : first + ROWS_AT_ONCE], every, points))
    return len(moments)


def _rows(moments: np.ndarray, times: list[np.ndarray], values: list[np.ndarray]) -> Iterator[list[str]]:
    cells = []
    for at, numbers in zip(times, values, strict=True):
        places = np.searchsorted(at, moments)
        places = np.minimum(places, max(0, len(at) - 1))
        is_there = at[places] == moments if len(at) else np.zeros(len(moments), bool)
        found = numbers[places].tolist() if len(at) else [0.0] * len(moments)
        cells.append([f"{one:.12g}" if there else "" for one, there in zip(found, is_there.tolist(), strict=True)])
    has_date = (moments >= 0.0) & (moments <= LAST_S)
    dates = np.datetime_as_string((np.where(has_date, moments, 0.0) * 1e6).astype("datetime64[us]"), unit="ms")
    for row, (date, is_dated, at_s) in enumerate(zip(dates.tolist(), has_date.tolist(), moments.tolist(), strict=True)):
        yield [f"{date}Z" if is_dated else "", f"{at_s:.6f}", *(column[row] for column in cells)]
