# SPDX-License-Identifier: Apache-2.0
"""Rows and landmarks beside a recording are found whole and exactly, and what a seek makes is freed at once."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from groundstation.fleet.core_values import CORE_PATHS
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.recording import landmark_file
from groundstation.recording.fold import Fold, Kept
from groundstation.recording.seek_files import ROW, SeekPaths, SeekWriter, read_rows

EVENLY = np.arange(1000.0, 5000.0)
WITH_GAPS = np.concatenate((np.arange(1000.0, 1100.0), np.arange(3000.0, 3050.0), np.arange(4990.0, 5000.0)))
TWICE_A_SECOND_LATER = np.concatenate((np.arange(1000.0, 1500.0), np.arange(1500.0, 2000.0, 0.5)))


def paths_with(folder: Path, times: np.ndarray) -> SeekPaths:
    paths = SeekPaths.of(folder, "sim-uav-1.mcap")
    writer = SeekWriter(paths)
    for at_s in times.tolist():
        writer.add_row(at_s, (at_s / 1000.0, 33.0), [at_s] * len(CORE_PATHS))
    writer.put(1, 100, Kept())
    return paths


@pytest.mark.parametrize("times", [EVENLY, WITH_GAPS, TWICE_A_SECOND_LATER, EVENLY[:1], EVENLY[:0]])
def test_rows_between_two_times_are_those_that_stand_there(tmp_path: Path, times: np.ndarray) -> None:
    paths = paths_with(tmp_path, times)
    edges = (
        -np.inf,
        np.inf,
        0.0,
        999.999,
        1000.0,
        1000.001,
        1099.0,
        1500.0,
        1750.5,
        2000.0,
        3049.0,
        3049.5,
        4999.0,
        4999.001,
        9000.0,
    )
    for begin_s in edges:
        for end_s in edges:
            wanted = times[(times >= begin_s) & (times <= end_s)]
            assert read_rows(paths, begin_s, end_s)["at_s"].tolist() == wanted.tolist(), (begin_s, end_s)


def test_rows_of_no_file_and_of_half_a_row_are_none(tmp_path: Path) -> None:
    assert not len(read_rows(SeekPaths.of(tmp_path, "sim-uav-2.mcap"), 0.0, 1e9))
    paths = paths_with(tmp_path, EVENLY[:2])
    paths.rows.write_bytes(paths.rows.read_bytes()[: ROW.itemsize + 5])
    assert read_rows(paths, 0.0, 1e9)["at_s"].tolist() == [1000.0]


def test_landmarks_of_a_vehicle_share_its_key(tmp_path: Path) -> None:
    path = tmp_path / landmark_file.NAME
    keys = [VehicleKey("sim", f"uav-{number % 2}") for number in range(10)]
    landmark_file.append(path, [Landmark(at_s=1.0, kind=LandmarkKind.ARMED, key=key) for key in keys])
    found, _ = landmark_file.read(path)
    assert [one.key for one in found] == keys
    assert len({id(one.key) for one in found}) == 2


def test_what_a_seek_folds_is_freed_without_the_collector_of_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        fold = Fold()
        fold.take("sim/uav-1/tlm", b"{}", 10.0, is_retained=False)
        fold.settle()
        assert fold.now_s == 10.0
        gone = weakref.ref(fold.inbox), weakref.ref(fold.fleet)
        del fold
        assert [one() for one in gone] == [None, None]
    finally:
        gc.enable()
