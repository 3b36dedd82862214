# SPDX-License-Identifier: Apache-2.0
"""The simulated vehicle at the end of a way that loses frames: that of `bench transfers`."""

from __future__ import annotations

from groundstation.app.bench.lossy_vehicle import AUTOPILOTS, ENCODINGS, STEP_S, LossyVehicle, Talk

__all__ = ["AUTOPILOTS", "ENCODINGS", "STEP_S", "LossyVehicle", "Talk"]
