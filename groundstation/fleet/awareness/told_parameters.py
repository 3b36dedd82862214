# SPDX-License-Identifier: Apache-2.0
"""A few of a vehicle's parameters, kept by the hash of all: nobody goes through a thousand twice a second. Pure."""

from __future__ import annotations

from groundstation.fleet.vehicle import VehicleState

NAMES = frozenset(
    {
        "WPNAV_SPEED", "MPC_XY_CRUISE", "AIRSPEED_CRUISE", "TRIM_ARSPD_CM",
        "FENCE_ENABLE", "FENCE_TYPE", "FENCE_ALT_MAX", "FENCE_RADIUS", "GF_ACTION", "GF_MAX_VER_DIST",
        "GF_MAX_HOR_DIST",
    }
)  # fmt: skip
MAX_KEPT = 2_000


class ToldParameters:
    """By hash."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, float]] = {}

    def of(self, state: VehicleState) -> dict[str, float]:
        """What of `NAMES` a vehicle has; empty where its parameters are not known now."""
        told, status = state.parameter_list, state.parameters
        if told is None or status is None or status.hash != told.hash:
            return {}
        found = self._kept.get(told.hash)
        if found is None:
            found = {one.name: one.value for one in told.entries if one.name in NAMES and one.value is not None}
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[told.hash] = found
        return found
