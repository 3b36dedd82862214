# SPDX-License-Identifier: Apache-2.0
"""A vehicle in under 400 bytes, for every station and over weak links. Pure."""

from __future__ import annotations

from groundstation.fleet.conditions import conditions, failed_ratios
from groundstation.fleet.overview import Overview
from groundstation.fleet.phrases import code_of
from groundstation.fleet.vehicle import VehicleState

WORST_LETTERS = 40
SAME_TIME_S = 1.0
"""A speed that is so much older than the position is not told beside it, nor is arming beside the mode."""


def overview(state: VehicleState, now_s: float) -> Overview:
    """What `tlm/sum` tells.

    Args:
        state: the vehicle, with `clock_offset_s` 0: its samples' clock is the bridge's own.
        now_s: seconds on the bridge's monotonic clock.
    """
    position = state.position
    found = conditions(state, now_s)
    heading_deg = state.heading_deg
    return Overview(
        lat_deg=position.lat_deg if position else None,
        lon_deg=position.lon_deg if position else None,
        height_home_m=_rounded(state.height.height_m if state.height.above == "home" else None),
        heading_deg=_rounded(heading_deg, 1),
        age_s=_rounded(state.age_s("position", now_s)),
        is_vouched=state.is_place_vouched(now_s),
        failed_ratios=failed_ratios(state, now_s),
        ground_speed_mps=_rounded(_ground_speed_mps(state)),
        charge_fraction=_rounded(state.charge_fraction),
        mode=state.mode.name if state.mode else None,
        is_armed=_is_armed(state),
        mode_age_s=_rounded(state.age_s("mode", now_s)),
        landed=state.landed.state.value if state.landed else None,
        worst=(code_of(found[0].said) or str(found[0].said))[:WORST_LETTERS] if found else None,
    )


def _ground_speed_mps(state: VehicleState) -> float | None:
    velocity, position = state.velocity, state.position
    if velocity is None or position is None or position.at_s - velocity.at_s > SAME_TIME_S:
        return None
    return velocity.ground_speed_mps


def _is_armed(state: VehicleState) -> bool | None:
    """Both have one age in what is told; a satellite link renews the mode alone (HIGH_LATENCY2)."""
    armed, mode = state.armed, state.mode
    if armed is None or mode is None or mode.at_s - armed.at_s > SAME_TIME_S:
        return None
    return armed.is_armed


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)
