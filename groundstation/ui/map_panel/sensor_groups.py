# SPDX-License-Identifier: Apache-2.0
"""Devices on the map, those that would cover each other as one. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.sensor_map.placed import Numbers, PlacedSensors
from groundstation.ui.map_panel.mercator import HALF_WORLD_M, WORLD_M, Camera, Points, mercator_from_places

CELL_PX = 38.0
"""Devices in one square of this size are one disc."""
EDGE_PX = 20.0
SQUARES = 1 << 31


class Group(NamedTuple):
    """A disc."""

    x: float
    """Pixels."""
    y: float
    number: int
    """Of devices."""
    share: float | None
    """Mean of the values from low (0) to high (1); None where none of them has a value."""
    is_old: bool
    """Nothing in it was heard lately."""
    row: int
    """Of the only one, or of one of them."""


def on_mercator(placed: PlacedSensors) -> Points:
    """Where they are, Mercator metres, shape (n, 2)."""
    return mercator_from_places(np.clip(placed.places, (-90.0, -180.0), (90.0, 180.0)))


def groups(places: Points, shares: Numbers, old: NDArray[np.bool_], camera: Camera) -> list[Group]:
    """What is in view.

    Args:
        places: of the devices, as `on_mercator` told.
        shares: as `PlacedSensors.shares` told.
        old: which of them were not heard lately, shape (n,), bool.
        camera: the view.
    """
    places = _near(places, camera)
    points = camera.screen_points(places)
    inside = (points[:, 0] > -EDGE_PX) & (points[:, 0] < camera.width + EDGE_PX)
    inside &= (points[:, 1] > -EDGE_PX) & (points[:, 1] < camera.height + EDGE_PX)
    rows = np.flatnonzero(inside)
    if not len(rows):
        return []
    numbers = _squares(places[rows], camera)
    _, first, which, counts = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True)
    which = which.reshape(-1)
    has_value = np.isfinite(shares[rows])
    valued = np.bincount(which, weights=has_value)
    sums = np.bincount(which, weights=np.where(has_value, shares[rows], 0.0))
    olds = np.bincount(which, weights=old[rows])
    xs, ys = (np.bincount(which, weights=points[rows, axis]) / counts for axis in (0, 1))
    return [
        Group(
            float(xs[at]),
            float(ys[at]),
            int(counts[at]),
            float(sums[at] / valued[at]) if valued[at] else None,
            bool(olds[at] == counts[at]),
            int(rows[first[at]]),
        )
        for at in range(len(counts))
    ]


def together_with(row: int, places: Points, camera: Camera) -> NDArray[np.intp]:
    """Rows of those that are one disc with a device, itself too.

    Args:
        row: of the device.
        places: of all, as `on_mercator` told.
        camera: the view.
    """
    numbers = _squares(_near(places, camera), camera)
    return np.flatnonzero(numbers == numbers[row])


def _near(places: Points, camera: Camera) -> Points:
    """On the copy of the world that is nearest to the middle."""
    places = places.copy()
    places[:, 0] = camera.x_m + (places[:, 0] - camera.x_m + HALF_WORLD_M) % WORLD_M - HALF_WORLD_M
    return places


def _squares(places: Points, camera: Camera) -> NDArray[np.int64]:
    # squares of the ground and not of the screen: a map that is dragged keeps its discs
    squares = np.floor(places / (CELL_PX * camera.scale_m)).astype(np.int64)
    # as one number: a map has fewer squares than that at any scale
    numbers: NDArray[np.int64] = squares[:, 0] * SQUARES + squares[:, 1]
    return numbers
