# SPDX-License-Identifier: Apache-2.0
"""Surveys in words and numbers, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from groundstation.app.survey_work import FRAMES, Flight
from groundstation.fleet.plans.plan_check import Finding
from groundstation.fleet.plans.survey.coverage import Coverage
from groundstation.fleet.plans.survey.survey_task import above_ground_m

HECTARE_M2 = 10_000.0


def head_of(coverage: Coverage) -> Iterator[str]:
    """What is flown, in lines."""
    task = coverage.task
    above = next(word for word, frame in FRAMES.items() if frame == task.frame)
    gsd = "" if coverage.gsd_cm_px is None else f", {coverage.gsd_cm_px:.1f} cm a pixel"
    yield f"{hectares(coverage.area_m2)} at {task.height_m:g} m above {above}, {task.speed_mps:g} m/s{gsd}"
    course = "" if coverage.angle_deg is None else f" on a course of {coverage.angle_deg % 180.0:.0f} degrees"
    camera = f"; {task.camera.name}" if task.camera is not None else ""
    yield f"{len(coverage.swaths)} lines {coverage.spacing_m:.1f} m apart{course}{camera}"
    if coverage.trigger_m is not None:
        each = "standing still" if coverage.interval_s is None else f"{coverage.interval_s:.1f} s"
        yield f"{coverage.pictures} pictures, one each {coverage.trigger_m:.1f} m, {each}"


def table_of(flights: Sequence[Flight], files: Sequence[str]) -> Iterator[str]:
    """A line for each flight.

    Args:
        flights: them.
        files: what each was written to; empty for none.
    """
    rows = [("vehicle", "flight", "area", "lines", "way", "pictures", "time", "items", "file")]
    for flight, file in zip(flights, files, strict=True):
        made = flight.share
        if flight.plan is None:
            rows.append((made.flyer.id or "any", "-", "-", "-", "-", "-", "-", "-", ""))
            continue
        pictures = "-" if made.pictures is None else str(made.pictures)
        numbers = (hectares(made.area_m2), _km(made.length_m), _km(made.path_m), pictures, clock(made.time_s))
        rows.append((made.flyer.id or "any", str(made.sortie), *numbers, str(len(flight.plan.mission)), file))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for name, *cells, file in rows:
        told = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=False))
        yield f"{name.ljust(widths[0])}  {told}  {file}".rstrip()
    times_s = [one.share.time_s for one in flights if one.plan is not None]
    if len(times_s) > 1:
        yield f"the longest flight takes {clock(max(times_s))}, all together {clock(sum(times_s))}"


def findings_in(coverage: Coverage, flights: Sequence[Flight]) -> Iterator[tuple[str, Finding]]:
    """What is to be said: of whom (empty for all), and the finding."""
    yield from (("", one) for one in coverage.findings)
    yield from ((flight.share.flyer.id, one) for flight in flights for one in flight.share.findings)


def told_coverage(coverage: Coverage) -> dict[str, Any]:
    """The whole, for programs."""
    return {
        "area_m2": round(coverage.area_m2, 1),
        "lines": len(coverage.swaths),
        "length_m": round(coverage.length_m, 1),
        "covered": round(coverage.covered, 5),
        "spacing_m": coverage.spacing_m,
        "angle_deg": coverage.angle_deg,
        "height_m": coverage.task.height_m,
        "above_ground_m": above_ground_m(coverage.task),
        "gsd_cm_px": coverage.gsd_cm_px,
        "trigger_m": coverage.trigger_m,
        "interval_s": coverage.interval_s,
        "pictures": coverage.pictures,
        "findings": [_told(one) for one in coverage.findings],
    }


def told_flight(flight: Flight, file: str, meetings: Sequence[Finding]) -> dict[str, Any]:
    """One flight, for programs.

    Args:
        flight: it.
        file: what it was written to; empty for none.
        meetings: with which others it would come too close.
    """
    made = flight.share
    return {
        "vehicle": made.flyer.id,
        "flight": made.sortie,
        "area_m2": round(made.area_m2, 1),
        "length_m": round(made.length_m, 1),
        "way_m": round(made.path_m, 1),
        "pictures": made.pictures,
        "time_s": round(made.time_s, 1),
        "items": 0 if flight.plan is None else len(flight.plan.mission),
        "file": file,
        "findings": [_told(one) for one in (*made.findings, *meetings)],
    }


def _told(finding: Finding) -> dict[str, Any]:
    return {"holds": finding.holds, "said": str(finding.said), "code": finding.said.code}


def hectares(area_m2: float) -> str:
    """An area as surveyors say it."""
    return f"{area_m2 / HECTARE_M2:.2f} ha"


def _km(length_m: float) -> str:
    return f"{length_m / 1000.0:.2f} km"


def clock(time_s: float) -> str:
    """A time as minutes and seconds."""
    minutes, seconds = divmod(round(time_s), 60)
    return f"{minutes}:{seconds:02}"
