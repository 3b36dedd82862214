# SPDX-License-Identifier: Apache-2.0
"""What the parts of a plan are called on the screen. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.plans.fleet_plan import PlanPart
from groundstation.fleet.shown_text import harmless


def part_name(part: PlanPart, index: int) -> str:
    """By its vehicle, else by its name, else by its number."""
    return harmless(part.label) or QCoreApplication.translate("Plans", "Plan {number}").format(number=index + 1)
