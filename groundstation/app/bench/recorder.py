# SPDX-License-Identifier: Apache-2.0
"""`bench recorder`: the memory of a recorder over hours of a fleet, as fast as it takes them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from typing import Any

from groundstation.app.bench.measured import outcome
from groundstation.app.bench.recorder_run import WARM_UP
from groundstation.app.bench.report import Comparison, Report

MB = 1e6
DAY_H = 24.0
DAY_MB = 300.0
"""What a recorder of 100 vehicles may take after a day."""
FLAT_MB_H = 1.0
"""Growth an hour that still is flat."""


def run(vehicles: int, hours: float, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; an hour of 50 vehicles takes some minutes.

    Args:
        vehicles: how many.
        hours: of the fleet's time.
        stop: ends it early.
        say: told what is being done.

    Raises:
        GroundStationError: it was ended early, or the recorder failed.
    """
    say(f"recording {hours:g} h of {vehicles} vehicles as fast as the recorder takes them; Ctrl-C ends it")
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as folder:
        # a process of its own, so that its memory is that of a recorder and nothing else
        arguments = ["-m", "groundstation.app.bench.recorder_run", folder, str(vehicles), str(hours * 3600.0)]
        found = outcome(arguments, stop)
    settings = {"vehicles": float(vehicles), "hours": hours, "messages": float(found["messages"])}
    return Report(bench="recorder", settings=settings, comparisons=_comparisons(found, hours))


def _comparisons(found: dict[str, Any], hours: float) -> tuple[Comparison, ...]:
    memory = [(at_s / 3600.0, size / MB) for at_s, size in found["memory"]]
    settled = [one for one in memory if one[0] >= WARM_UP * hours]
    (first_h, first_mb), (last_h, last_mb) = settled[0], settled[-1]
    growth = (last_mb - first_mb) / (last_h - first_h) if last_h > first_h else 0.0
    after_day = last_mb + max(0.0, growth) * (DAY_H - last_h)
    return (
        Comparison(name="recorder, memory at the end", unit="MB", value=last_mb, goal=DAY_MB),
        Comparison(name="recorder, growth an hour after warming up", unit="MB", value=growth, goal=FLAT_MB_H),
        Comparison(name="recorder, memory after a day at that growth", unit="MB", value=after_day, goal=DAY_MB),
        Comparison(name="messages dropped", unit="", value=found["dropped"], goal=0),
        Comparison(
            name="recorder, CPU a message",
            unit="us",
            value=found["cpu_s"] / max(1, found["messages"]) * 1e6,
            goal=200.0,
        ),
        Comparison(name="closing the session", unit="s", value=found["closing_s"], goal=10.0),
    )
