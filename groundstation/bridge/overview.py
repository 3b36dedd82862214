# SPDX-License-Identifier: Apache-2.0
"""A vehicle in under 400 bytes, for lists of hundreds over weak links. Pure."""

from __future__ import annotations

from groundstation.fleet.conditions import conditions
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.payloads import Summary

WORST_LETTERS = 80


def overview(state: VehicleState, now_s: float) -> Summary:
    """What `tlm/sum` tells.

    Args:
        state: the vehicle, with `clock_offset_s` 0: its samples' clock is the bridge's own.
        now_s: seconds on the bridge's monotonic clock.
    """
    position, velocity = state.position, state.velocity
    charges = [pack.charge_fraction for pack in state.battery if pack.charge_fraction is not None]
    found = conditions(state, now_s)
    age_s = state.age_s("position", now_s)
    heading_deg = state.heading_deg
    return Summary(
        lat_deg=position.lat_deg if position else None,
        lon_deg=position.lon_deg if position else None,
        height_home_m=state.height.height_m,
        heading_deg=None if heading_deg is None else round(heading_deg, 1),
        ground_speed_mps=velocity.ground_speed_mps if velocity else None,
        charge_fraction=min(charges) if charges else None,
        mode=state.mode.name if state.mode else None,
        is_armed=state.armed.is_armed if state.armed else None,
        landed=state.landed.state.value if state.landed else None,
        worst=found[0].text[:WORST_LETTERS] if found else None,
        age_s=None if age_s is None else round(age_s, 2),
    )
