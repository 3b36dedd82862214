# SPDX-License-Identifier: Apache-2.0
"""Reads the file that says what topics mean. Any thread; no Qt."""

from __future__ import annotations

from pathlib import Path

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.sensor_map.mapping import SensorMapFile, read_map
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.yaml_file import MOST_BYTES


def read_meanings(path: Path) -> SensorMapFile:
    """Read a file.

    Raises:
        GroundStationError: it can't be read, or is none; says what and where.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise GroundStationError(f"{path} can't be read: {error.strerror or error}") from error
    return read_map(path.name, data)


def meanings_of(path: Path) -> SensorMap:
    """What topics mean by a file.

    Raises:
        GroundStationError: it can't be read, or is none; says what and where.
    """
    return SensorMap(read_meanings(path).sensors)
