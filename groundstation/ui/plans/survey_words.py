# SPDX-License-Identifier: Apache-2.0
"""A survey in words: what it covers, and who flies how long. GUI thread."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.survey.survey_plan import Survey, SurveyFlight
from groundstation.fleet.plans.survey.survey_task import SurveyTask
from groundstation.fleet.settings.measures import Dimension
from groundstation.ui.call_signs import call_sign
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted
from groundstation.ui.units import quantity, way_text

HECTARE_M2 = 10_000.0


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("Survey", text)


def survey_name(survey: Survey, place: int) -> str:
    """What a survey is called.

    Args:
        survey: which.
        place: among those of the fleet, from 0.
    """
    is_area = isinstance(survey.task, SurveyTask)
    drawn = survey.task.area.name if isinstance(survey.task, SurveyTask) else survey.task.line.name
    return drawn or (tr("Survey {number}") if is_area else tr("Corridor {number}")).format(number=place + 1)


def area_text(area_m2: float) -> str:
    """An area in square metres, hectares or square kilometres, whichever reads well."""
    if area_m2 < HECTARE_M2 / 2.0:
        return f"{area_m2:.0f} m²"
    hectares = area_m2 / HECTARE_M2
    return f"{shown(hectares):.1f} ha" if hectares < 1_000.0 else f"{shown(hectares / 100.0):.1f} km²"


def summary_text(survey: Survey) -> str:
    """The numbers of all of it, in a line or two."""
    found = [area_text(survey.area_m2), tr("lines {way}").format(way=way_text(survey.length_m))]
    if survey.spacing_m is not None:
        found.append(tr("{length} apart").format(length=quantity(survey.spacing_m, Dimension.DISTANCE)))
    if survey.angle_deg is not None:
        found.append(tr("course {degrees:.0f}°").format(degrees=survey.angle_deg % 180.0))
    if survey.gsd_cm_px is not None:
        found.append(tr("{gsd:.2f} cm/px").format(gsd=shown(survey.gsd_cm_px)))
    if survey.pictures is not None:
        found.append(_pictures(survey.pictures))
    if survey.interval_s is not None and survey.pictures is not None:
        found.append(tr("one in {seconds:.1f} s").format(seconds=shown(survey.interval_s)))
    return ", ".join(found)


def flight_text(flight: SurveyFlight, time_s: float | None = None) -> str:
    """What one vehicle flies, in a line.

    Args:
        flight: its lines.
        time_s: how long its whole plan takes, with waits; None while that is not known.
    """
    name = call_sign(flight.vehicle) if flight.vehicle is not None else flight.name or tr("nobody yet")
    if not flight.block:
        return f"{name}: {tr('nothing is left for it')}"
    words = [clock_text(time_s)] if time_s is not None else []
    words += [area_text(flight.area_m2)] if flight.area_m2 else []
    words += [tr("lines {way}").format(way=way_text(flight.length_m))] if flight.length_m else []
    words += [_pictures(flight.pictures)] if flight.pictures is not None else []
    return f"{name}: {', '.join(words)}"


def findings_of(survey: Survey) -> Iterator[tuple[str, Finding]]:
    """All that is to be said, each with the vehicle that it is of; empty for all of them."""
    yield from (("", one) for one in survey.findings)
    for flight in survey.flights:
        name = flight.vehicle.id if flight.vehicle is not None else flight.name
        yield from ((name, one) for one in flight.findings if one.said.code != "survey_idle")


def _pictures(count: int) -> str:
    return counted("Survey", "{count} picture", "{count} pictures", count).format(count=count)
