# SPDX-License-Identifier: Apache-2.0
"""From power-on to armable: what a simulated PX4 knows at each age, in seconds since the process began.

Seen after a cold start of PX4 between 1.13 and 1.14 in its own simulation. Pure.
"""

from __future__ import annotations

from groundstation.simulator.engine.boot import CRITICAL, BootScript, Said, Unready

ORIGIN_S = 10.2
"""GPS_GLOBAL_ORIGIN is sent, once, and the estimator has everything."""
LOGGER_S = 2.61
"""The log begins; no text comes before."""

PX4_BOOT = BootScript(
    heartbeat_s=1.16,
    initialising_until_s=0.0,
    early_status=3,
    early_mode=None,
    telemetry_s=0.6,
    battery_s=0.6,
    alignment_s=9.2,
    gps_s=0.0,
    home_s=3.2,
    healthy_s=11.14,
    local_s=9.4,
    position_s=9.4,
    texts=(
        Said(2.66, CRITICAL, "Attitude invalid"),
        Said(2.71, CRITICAL, "Manual control unavailable"),
    ),
    unready=(Unready(0.0, 9.2, "Attitude invalid"),),
    burst=(),
)
