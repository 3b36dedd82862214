# SPDX-License-Identifier: Apache-2.0
"""What a plan amounts to, in a few numbers. Pure."""

from __future__ import annotations

import msgspec
import numpy as np

from groundstation.fleet.geometry import distances_m
from groundstation.fleet.plans.plan_heights import height_home_m
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place, path_of


class PlanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a mission."""

    items: int
    points: int
    """Items that are flown to."""
    length_m: float
    """Along the way over the ground, from home where it is known; jumps not counted."""
    lowest_m: float | None
    """Above home, metres, of what is flown to; None where no height can be told."""
    highest_m: float | None
    farthest_m: float | None
    """From home; None where home is not known."""


def plan_summary(items: tuple[PlanItem, ...], home: Place | None, home_amsl_m: float | None) -> PlanSummary:
    """What a mission amounts to.

    Args:
        items: home not among them.
        home: where it begins.
        home_amsl_m: how high that is above the sea.
    """
    path = path_of(items, home)
    places = [*([home] if home is not None else []), *(point.place for point in path)]
    found = (height_home_m(point.item, home_amsl_m) for point in path if point.is_own)
    heights = [one for one in found if one is not None]
    lats, lons = np.array(places, dtype=np.float64).reshape(-1, 2).T
    return PlanSummary(
        items=len(items),
        points=len(path),
        length_m=float(distances_m(lats[:-1], lons[:-1], lats[1:], lons[1:]).sum()),
        lowest_m=min(heights, default=None),
        highest_m=max(heights, default=None),
        farthest_m=float(distances_m(lats, lons, *home).max()) if home is not None else None,
    )
