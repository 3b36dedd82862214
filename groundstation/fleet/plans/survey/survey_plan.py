# SPDX-License-Identifier: Apache-2.0
"""A survey as it stands in a fleet's plans: what was wanted, who flies what of it. Saved in files. Pure.

It can be changed again as long as it is there: the items that were made of it are found in the plans and exchanged.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.plan_file import Area
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.survey.survey_task import AnyTask, By

MAX_SURVEYS = 50


class SurveyFlight(msgspec.Struct, frozen=True, kw_only=True):
    """What one vehicle flies of it in one flight."""

    vehicle: VehicleKey | None = None
    """Whose; None for a part without a vehicle, which `name` says."""
    name: str = ""
    """Of the part, where no vehicle says it."""
    sortie: int = 1
    """Which flight of this vehicle it is."""
    block: tuple[PlanItem, ...] = ()
    """The items of its lines, as they were put into the plan; empty where there was nothing left for it."""
    mission: tuple[PlanItem, ...] = ()
    """All items of the part, where the whole of it was made of the survey; else empty."""
    outlines: tuple[Area, ...] = ()
    area_m2: float = 0.0
    length_m: float = 0.0
    """Of its lines."""
    time_s: float = 0.0
    pictures: int | None = None
    findings: tuple[Finding, ...] = ()


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """A survey or a corridor."""

    task: AnyTask
    by: By = By.TIME
    flights: tuple[SurveyFlight, ...] = ()
    area_m2: float = 0.0
    length_m: float = 0.0
    """Of all lines."""
    spacing_m: float | None = None
    """None where it was read from a file that does not say it, here and below."""
    angle_deg: float | None = None
    """Course of the lines; None for a corridor too."""
    gsd_cm_px: float | None = None
    trigger_m: float | None = None
    interval_s: float | None = None
    pictures: int | None = None
    findings: tuple[Finding, ...] = ()


def block_start(mission: tuple[PlanItem, ...], block: tuple[PlanItem, ...]) -> int | None:
    """Where a block of items begins in a mission, from 0; None where it is not there as it was."""
    if not block:
        return None
    first, count = block[0], len(block)
    for at in range(len(mission) - count + 1):
        if mission[at] == first and mission[at : at + count] == block:
            return at
    return None
