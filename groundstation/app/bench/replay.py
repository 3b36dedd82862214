# SPDX-License-Identifier: Apache-2.0
"""`bench replay`: a long session of a large fleet is opened, looked into and played.

Beside it the reader of the `mcap` library seeks the same moments.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from groundstation.app.bench.measured import outcome
from groundstation.app.bench.report import Comparison, Report
from groundstation.logs import session_folder

MB = 1e6
OPENED_S, SEEK_MS, LOOP_MS, MEMORY_MB, SHOWN_PER_S = 2.0, 100.0, 50.0, 600.0, 5.0
"""What it is held to."""


def run(
    vehicles: int, hours: float, session: Path | None, stop: threading.Event, tell: Callable[[str], None]
) -> Report:
    """Measure; ten hours of 50 vehicles take half an hour to be made, and 6 GB.

    Args:
        vehicles: how many.
        hours: of the fleet's time.
        session: a session that was made before; None to make one.
        stop: ends it early.
        tell: told what is being done.

    Raises:
        GroundStationError: it was ended early, or a part failed.
    """
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as made:
        if session is None:
            tell(f"making a session of {hours:g} h and {vehicles} vehicles; Ctrl-C ends it")
            command = ["-m", "groundstation.app.bench.recorder_run", made, str(vehicles), str(hours * 3600.0)]
            outcome(command, stop)
            session = session_folder.sessions(Path(made))[-1]
        tell("opening it in a window off-screen: seeks, then playing at a hundred times")
        ours = outcome(["-m", "groundstation.app.bench.replay_run", str(session)], stop)
        tell("the same moments by the reader of the mcap library")
        peer = outcome(["-m", "groundstation.app.bench.replay_peer", str(session)], stop)
        size_bytes = session_folder.size_bytes(session)
    settings = {
        "vehicles": float(ours["vehicles"]),
        "hours": ours["hours"],
        "session_mb": size_bytes / MB,
        "seeks": float(ours["seeks"]),
    }
    return Report(bench="replay", settings=settings, comparisons=_comparisons(ours, peer))


def _comparisons(ours: dict[str, Any], peer: dict[str, Any]) -> tuple[Comparison, ...]:
    return (
        Comparison(name="opening to the first picture", unit="s", value=ours["opened_s"], goal=OPENED_S),
        _beside("opening, nothing painted; the library's reader", "s", ours["open_s"], peer["open_s"]),
        Comparison(
            name="seek to the paint of every panel, median", unit="ms", value=ours["seek_median_ms"], goal=SEEK_MS
        ),
        Comparison(name="seek to the paint of every panel, p99", unit="ms", value=ours["seek_p99_ms"], goal=SEEK_MS),
        _beside("all vehicles at a moment; the library's reader", "ms", ours["moment_ms"], peer["moment_ms"]),
        Comparison(name="loop while played at 100x, p99", unit="ms", value=ours["loop_p99_ms"], goal=LOOP_MS),
        Comparison(
            name="moments shown a second at 100x",
            unit="",
            value=ours["shown_per_s"],
            goal=SHOWN_PER_S,
            wanted="at_least",
        ),
        Comparison(name="memory, window alone", unit="MB", value=ours["before_mb"], goal=MEMORY_MB),
        Comparison(name="memory, most, with the process that folds", unit="MB", value=ours["most_mb"], goal=MEMORY_MB),
    )


def _beside(name: str, unit: str, value: float, peer: float) -> Comparison:
    return Comparison(name=name, unit=unit, value=value, peer=peer, goal=1.0, wanted="at_least")
