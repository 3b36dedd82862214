# SPDX-License-Identifier: Apache-2.0
"""The pages of a log's flights, and the HTML document that they are in. Used by one thread at a time, as the log is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from groundstation.fleet.flight import Flight
from groundstation.fleet.progress import Progress, part_of
from groundstation.logs.flight_events import mode_spans
from groundstation.logs.flights import flights
from groundstation.logs.log import Log, LogError
from groundstation.logs.report import page, reported_flight, timeline
from groundstation.logs.report.reported_flight import Subject
from groundstation.logs.report.sheet import escaped
from groundstation.logs.series import SeriesOf

FLIGHTS_SHARE = 0.4
"""Share of the work that finding the flights is."""

# a vehicle's texts stand in it: the policy forbids scripts and whatever would be fetched, should one get through
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page {{ size: A4 portrait; margin: 0; }}
html {{ background: #dfe4e9; -webkit-print-color-adjust: exact; print-color-adjust: exact; }}
body {{ margin: 0; }}
svg {{ display: block; max-width: 100%; height: auto; margin: 6mm auto; box-shadow: 0 1px 6px #0003;
    font-variant-numeric: tabular-nums; }}
@media print {{
    html {{ background: none; }}
    svg {{ margin: 0; box-shadow: none; width: 210mm; height: 296.9mm; break-after: page; break-inside: avoid; }}
    svg:last-child {{ break-after: auto; }}
}}
</style>
</head>
<body>
{pages}
</body>
</html>
"""


class Page(NamedTuple):
    """One page."""

    title: str
    """Vehicle and time; plain text from outside."""
    svg: str
    """The whole of it."""
    is_whole: bool
    """It shows a whole log, no flight."""


def pages_of(
    log: Log,
    vehicle: str | None = None,
    number: int | None = None,
    *,
    is_whole: bool = False,
    on_progress: Progress | None = None,
) -> tuple[Page, ...]:
    """A page for each flight; for a log without one a page for each vehicle that says so.

    Args:
        log: an open one.
        vehicle: `LogVehicle.id`; None for all.
        number: only this flight, from 1; None for all.
        is_whole: a page for each vehicle over the whole log instead.
        on_progress: told how far it is; may cancel.

    Raises:
        LogError: no such vehicle or flight, or nothing but ground stations.
        CancelledError: by `on_progress`.
    """
    tell = on_progress or (lambda _: None)
    subjects = _subjects(log, vehicle, is_whole, part_of(on_progress, 0.0, FLIGHTS_SHARE))
    if not subjects:
        raise LogError(f"{log.info.path} has no vehicle in it; look with 'groundstation log info'")
    if number is not None:
        if not 1 <= number <= len(subjects):
            raise LogError(f"no flight {number} in {log.info.path}; there {_are(len(subjects))}")
        subjects = [subjects[number - 1]]
    found = []
    for place, one in enumerate(subjects):
        tell(FLIGHTS_SHARE + (1.0 - FLIGHTS_SHARE) * place / len(subjects))
        svg = page.draw(one, f"page {place + 1} of {len(subjects)}")
        found.append(
            Page(
                f"{reported_flight.title(one.flight)}, {reported_flight.when(one.flight)[0]}",
                svg,
                bool(one.whole_because),
            )
        )
    tell(1.0)
    return tuple(found)


def html(pages: Sequence[Page]) -> str:
    """One document with all pages; needs nothing from outside, prints one page on each sheet."""
    title = pages[0].title if len(pages) == 1 else f"{pages[0].title} and {len(pages) - 1} more"
    return _HTML.format(title=escaped(title), pages="\n".join(one.svg for one in pages))


def _are(count: int) -> str:
    return "is one" if count == 1 else f"are {count}"


def _subjects(log: Log, vehicle: str | None, is_whole: bool, told: Progress | None) -> list[Subject]:
    every = {one.id: SeriesOf(log, one.id) for one in log.info.vehicles if not one.is_station}
    if vehicle is not None:
        # who is asked for may be a station, which is not among them, or nobody, which is an error
        every = {vehicle: every.get(vehicle) or SeriesOf(log, vehicle)}
    found = () if is_whole else flights(log, vehicle, told)
    if found:
        return [
            Subject(one, every[one.vehicle], f"flight {place + 1} of {len(found)}") for place, one in enumerate(found)
        ]
    return [_whole(one, is_whole) for one in every.values()]


def _whole(series: SeriesOf, is_wanted: bool) -> Subject:
    begin_s, end_s = timeline.axis_of(series)
    flight = Flight(
        path=series.log.info.path,
        vehicle=series.vehicle.id,
        vehicle_name=series.vehicle.name or series.vehicle.id,
        sysid=series.vehicle.sysid,
        autopilot=series.vehicle.autopilot,
        kind=series.vehicle.kind,
        time_base=series.log.info.time_base,
        begin_s=begin_s,
        end_s=end_s,
        is_ended=False,
        begin_is_known=False,
        modes=mode_spans(series),
    )
    if is_wanted:
        reason = "The whole log, not a single flight."
    elif series.get("armed.is_armed") is None:
        reason = "The whole log: it does not tell when the vehicle was armed."
    else:
        reason = "The whole log: the vehicle was never armed in it."
    return Subject(flight, series, "whole log", reason)
