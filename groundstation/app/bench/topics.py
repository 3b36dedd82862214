# SPDX-License-Identifier: Apache-2.0
"""`bench topics`: a million topics in the tree, beside a plain tree of dicts; one large message while a fleet flies."""

from __future__ import annotations

import threading
from collections.abc import Callable

from groundstation.app.bench import large
from groundstation.app.bench.measured import outcome
from groundstation.app.bench.report import Comparison, Report
from groundstation.ui.resources import resource

TIMES = 3
"""Messages of each topic."""


def run(topics: int, large_mb: float, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; a million take a minute or two, a large message as long.

    Args:
        topics: how many.
        large_mb: size of the large message, MB; 0 for none.
        stop: ends it early.
        say: told what is being done, for the operator who waits.
    """
    counts = [str(topics), str(TIMES)]
    say(f"{topics} topics with {TIMES} messages each: our tree, then a tree of dicts, each in a process of its own")
    ours = outcome(["-m", "groundstation.app.bench.topic_run", *counts], stop)
    plain = outcome([str(resource("bench/plain_topics.py")), *counts], stop)
    a_message_us = 1e6 / ours["messages"]
    comparisons: tuple[Comparison, ...] = (
        Comparison(name="topics kept", unit="", value=ours["topics"], goal=topics, wanted="at_least"),
        Comparison(
            name="memory", unit="MB", value=ours["memory_mb"], peer=plain["memory_mb"], goal=2.0, wanted="at_least"
        ),
        Comparison(
            name="memory, with a fifth more topics than are kept, of that",
            unit="x",
            value=ours["over_mb"] / ours["memory_mb"],
            goal=1.1,
        ),
        Comparison(
            name="CPU a message",
            unit="us",
            value=ours["cpu_s"] * a_message_us,
            peer=plain["cpu_s"] * a_message_us,
            goal=20.0,
            is_by_ratio=False,
        ),
        Comparison(name="search through all of them, CPU", unit="s", value=ours["search_s"], goal=5.0),
        Comparison(name="longest turn of it, CPU", unit="ms", value=ours["search_turn_s"] * 1000, goal=50.0),
    )
    if large_mb:
        comparisons += large.run(large_mb, stop, say)
    settings = {
        "topics": float(topics),
        "times": float(TIMES),
        "large_mb": large_mb,
        "forgotten": float(ours["forgotten"]),
    }
    return Report(bench="topics", settings=settings, comparisons=comparisons)
