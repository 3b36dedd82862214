# SPDX-License-Identifier: Apache-2.0
"""How bad something is, told on the map without a colour. Pure."""

from __future__ import annotations

from groundstation.fleet.conditions import Level

SHAPES = {
    (Level.WARNING, False): "warning",
    (Level.WARNING, True): "warning_seen",
    (Level.CAUTION, False): "caution",
    (Level.CAUTION, True): "caution_seen",
}
"""Names of icons by level and whether somebody has acknowledged it; of no other level there is one."""
