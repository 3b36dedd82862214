# SPDX-License-Identifier: Apache-2.0
"""How a run went, in a sentence that a new user understands. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.refly.comparison import Comparison
from groundstation.fleet.refly.result import AS_RECORDED, PlainCurves, Run
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted

AS_LONG_S = 0.5
"""Durations that differ by less are told as the same."""
SAME_PACE = 0.1
"""A record whose pace differs by less was recorded in real time."""


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("ReflyVerdict", text)


def run_title(run: Run) -> str:
    """What a run is called: the one in which nothing is different is not the record."""
    return name_title(run.name)


def name_title(name: str) -> str:
    """The same by its name."""
    return tr("Flown again, nothing changed") if name == AS_RECORDED else name


def verdict(run: Run, vehicle: int) -> str:
    """One sentence of a vehicle of a run, and one more where the record is not of real time.

    Args:
        run: of the result.
        vehicle: its place in the run.
    """
    one = run.vehicles[vehicle]
    parts = [
        tr("{aside:.1f} m aside and {height:.1f} m off in height for 95 % of the way").format(
            aside=shown(one.cross_track.p95), height=shown(one.height.p95)
        ),
        _duration(one),
    ]
    begin = tr("Flown again") if run.name == AS_RECORDED else tr("Flown again with {change}:").format(change=run.name)
    words = f"{begin} {', '.join(parts)}; {_events(one)}."
    unmet = [text for text, is_met in run.expected if not is_met]
    if unmet:
        words += " " + tr("Not as wanted: {what}.").format(what=", ".join(unmet))
    pace = pace_words(run.curves[vehicle]) if vehicle < len(run.curves) else ""
    return f"{words} {pace}" if pace else words


def pace_words(curves: PlainCurves) -> str:
    """That the record is not of real time; empty where it is, or where that is not known."""
    pace = curves.recorded_pace
    if pace is None or abs(pace - 1.0) < SAME_PACE:
        return ""
    return tr("Recorded at {pace:.2g} times real time; seconds are the vehicle's own.").format(pace=shown(pace))


def _duration(one: Comparison) -> str:
    longer_s = one.again_s - one.recorded_s
    if abs(longer_s) < AS_LONG_S:
        return tr("as long as recorded")
    words = tr("{seconds:.0f} s longer") if longer_s > 0.0 else tr("{seconds:.0f} s shorter")
    return words.format(seconds=abs(longer_s))


def _events(one: Comparison) -> str:
    count = sum(not pair.is_alike for pair in one.events)
    if count == 0:
        return tr("all events alike")
    return counted("ReflyVerdict", "one event differs", "{count} events differ", count).format(count=count)
