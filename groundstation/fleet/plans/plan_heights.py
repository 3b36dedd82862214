# SPDX-License-Identifier: Apache-2.0
"""How high an item of a plan is. Pure."""

from __future__ import annotations

from groundstation.fleet.plans.plan_items import FRAME_GLOBAL, FRAME_RELATIVE, PlanItem, plain_frame


def height_home_m(item: PlanItem, home_amsl_m: float | None) -> float | None:
    """Height of an item above home, metres; None where that can't be told.

    Args:
        item: of a mission.
        home_amsl_m: how high home is above the sea; None for not known.
    """
    frame = plain_frame(item.frame)
    if frame == FRAME_RELATIVE:
        return item.z
    if frame == FRAME_GLOBAL and home_amsl_m is not None and item.z is not None:
        return item.z - home_amsl_m
    return None
