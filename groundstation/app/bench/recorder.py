# SPDX-License-Identifier: Apache-2.0
"""`bench recorder`: the memory of a recorder over hours of a fleet, as fast as it takes them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from groundstation.app.bench.recorder_run import WARM_UP
from groundstation.app.bench.report import Comparison, Report
from groundstation.fleet.errors import GroundStationError

MB = 1e6
DAY_H = 24.0
DAY_MB = 300.0
"""What a recorder of 100 vehicles may take after a day."""
FLAT_MB_H = 1.0
"""Growth an hour that still is flat."""
POLL_S = 0.2


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
        command = [sys.executable, "-m", "groundstation.app.bench.recorder_run", folder, str(vehicles)]
        # a process of its own, so that its memory is that of a recorder and nothing else
        child = subprocess.Popen([*command, str(hours * 3600.0)], stdout=subprocess.PIPE)
        while child.poll() is None and not stop.wait(POLL_S):
            pass
        if child.poll() is None:
            child.terminate()
            child.wait()
            raise GroundStationError("ended early; there is nothing to compare yet")
        if child.returncode != 0 or child.stdout is None:
            raise GroundStationError(f"the recorder ended with code {child.returncode}; its words are above")
        outcome = json.loads(child.stdout.read())
    settings = {"vehicles": float(vehicles), "hours": hours, "messages": float(outcome["messages"])}
    return Report(bench="recorder", settings=settings, comparisons=_comparisons(outcome, hours))


def _comparisons(outcome: dict[str, Any], hours: float) -> tuple[Comparison, ...]:
    memory = [(at_s / 3600.0, size / MB) for at_s, size in outcome["memory"]]
    settled = [one for one in memory if one[0] >= WARM_UP * hours]
    (first_h, first_mb), (last_h, last_mb) = settled[0], settled[-1]
    growth = (last_mb - first_mb) / (last_h - first_h) if last_h > first_h else 0.0
    after_day = last_mb + max(0.0, growth) * (DAY_H - last_h)
    return (
        Comparison(name="recorder, memory at the end", unit="MB", value=last_mb, goal=DAY_MB),
        Comparison(name="recorder, growth an hour after warming up", unit="MB", value=growth, goal=FLAT_MB_H),
        Comparison(name="recorder, memory after a day at that growth", unit="MB", value=after_day, goal=DAY_MB),
        Comparison(name="messages dropped", unit="", value=outcome["dropped"], goal=0),
        Comparison(
            name="recorder, CPU a message",
            unit="us",
            value=outcome["cpu_s"] / max(1, outcome["messages"]) * 1e6,
            goal=200.0,
        ),
        Comparison(name="closing the session", unit="s", value=outcome["closing_s"], goal=10.0),
    )
