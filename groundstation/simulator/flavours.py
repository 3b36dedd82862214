# SPDX-License-Identifier: Apache-2.0
"""The table of flavours: where the firmwares, which don't know each other, come together. Pure."""

from __future__ import annotations

from groundstation.simulator.ardupilot.firmware import COPTER, PLANE
from groundstation.simulator.engine.vehicle import Firmware
from groundstation.simulator.px4.firmware import PX4

# a table, and no registry that fills itself on import: who reads this line knows all flavours
FLAVOURS: dict[str, Firmware] = {firmware.flavour.name: firmware for firmware in (COPTER, PLANE, PX4)}
"""By the name given on the command line."""
