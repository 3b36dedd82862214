# SPDX-License-Identifier: Apache-2.0
"""What our tree of topics needs for a million of them. Usage: python -m groundstation.app.bench.topic_run TOPICS TIMES.

A process of its own, so that its memory is its own; prints JSON. The peer is `resources/bench/plain_topics.py`, which
hears the same messages.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from groundstation.fleet.topics.topic_search import TopicSearch
from groundstation.fleet.topics.topic_tree import TopicTree

QUANTITIES = ("temperature", "humidity", "battery", "rssi", "state")
MORE = 0.2
"""Share of topics that come beyond those that are kept."""
TURN = 2_000
"""Nodes that a search looks at in one turn of the window."""


def messages(first: int, topics: int, turn: int) -> Iterator[tuple[str, bytes]]:
    """A city's sensors, each with five quantities."""
    for number in range(first, first + topics):
        device, quantity = divmod(number, len(QUANTITIES))
        place = f"city/district-{device // 5000}/street-{device // 50}/device-{device:06d}"
        yield f"{place}/{QUANTITIES[quantity]}", b'{"value": %d.%d, "unit": "C"}' % (device % 40, turn)


def resident_mb() -> float:
    """Memory of this process, MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main(topics: int, times: int) -> None:
    """Hear them, hear too many, look for one."""
    gc.disable()
    before_mb = resident_mb()
    tree, cpu_s = TopicTree(0.0, max_topics=topics), time.process_time()
    for turn in range(times):
        for topic, payload in messages(0, topics, turn):
            tree.take(topic, payload, len(payload), turn + 1.0)
    cpu_s = time.process_time() - cpu_s
    full_mb = resident_mb() - before_mb
    for topic, payload in messages(topics, round(MORE * topics), 0):
        tree.take(topic, payload, len(payload), times + 1.0)
    over_mb = resident_mb() - before_mb
    search, search_s, longest_s, more = TopicSearch(tree, "DEVİCE-000nowhere"), time.process_time(), 0.0, True
    while more:
        began_s = time.process_time()
        more = search.step(TURN)
        longest_s = max(longest_s, time.process_time() - began_s)
    found = {
        "topics": len(tree),
        "forgotten": tree.forgotten,
        "messages": topics * times,
        "cpu_s": cpu_s,
        "memory_mb": full_mb,
        "over_mb": over_mb,
        "search_s": time.process_time() - search_s,
        "search_turn_s": longest_s,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
