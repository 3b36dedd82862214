# SPDX-License-Identifier: Apache-2.0
"""What the parts of a plan are called on the screen. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.shown_text import harmless
from groundstation.ui.language.speaking import counted


def part_name(part: PlanPart, index: int) -> str:
    """By its vehicle, else by its name, else, with something to fly, by its number."""
    plan = part.plan
    if not (part.label or plan.mission or plan.fence or plan.rally) and (plan.areas or plan.lines):
        return _tr("Drawings")
    return harmless(part.label) or _tr("Plan {number}").format(number=index + 1)


def drawings_text(fleet: FleetPlan) -> str:
    """How many areas and lines are drawn in plans, that nobody flies yet: `2 areas, 1 line`; empty for none."""
    areas = sum(len(one.plan.areas) for one in fleet.parts)
    lines = sum(len(one.plan.lines) for one in fleet.parts)
    counts = (
        (areas, counted("Plans", "{count} area", "{count} areas", areas)),
        (lines, counted("Plans", "{count} line", "{count} lines", lines)),
    )
    return ", ".join(words.format(count=count) for count, words in counts if count)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Plans", text)
