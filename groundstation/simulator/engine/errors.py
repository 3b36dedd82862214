# SPDX-License-Identifier: Apache-2.0
"""What can't be simulated. The message tells what to change. Pure."""

from __future__ import annotations


class SimulationError(ValueError):
    """A plan that can't be simulated, or a port that can't be had."""


class FaultFormatError(ValueError):
    """A fault that isn't written as ``kind:sysid@start+duration``."""
