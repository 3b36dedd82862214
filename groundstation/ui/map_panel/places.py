# SPDX-License-Identifier: Apache-2.0
"""Names on the bundled map: cities by rank, and seas. Pure; GUI thread."""

from __future__ import annotations

import csv
import functools
from typing import NamedTuple

from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.resources import resource


class Place(NamedTuple):
    """One name."""

    x_m: float
    y_m: float
    rank: int
    """1 is shown from far away, 4 from near; 0 is a sea."""
    name: str


@functools.cache
def places() -> tuple[Place, ...]:
    """Every place, the most important first."""
    with resource("places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        Place(*mercator_from_degrees(float(row["lat_deg"]), float(row["lon_deg"])), int(row["rank"]), row["name"])
        for row in rows
    ]
    return tuple(sorted(found, key=lambda place: place.rank))
