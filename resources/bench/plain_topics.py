# SPDX-License-Identifier: Apache-2.0
"""The peer of our tree of topics: a tree of dicts with every payload in memory, as it is written in an afternoon.

Usage: python plain_topics.py TOPICS TIMES; prints memory and CPU seconds as JSON.
"""

import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

QUANTITIES = ("temperature", "humidity", "battery", "rssi", "state")


def messages(topics: int, turn: int) -> Iterator[tuple[str, bytes]]:
    """The same as ours."""
    for number in range(topics):
        device, quantity = divmod(number, len(QUANTITIES))
        place = f"city/district-{device // 5000}/street-{device // 50}/device-{device:06d}"
        yield f"{place}/{QUANTITIES[quantity]}", b'{"value": %d.%d, "unit": "C"}' % (device % 40, turn)


def resident_mb() -> float:
    """Memory of this process, MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def node() -> dict[str, Any]:
    """A topic, or what topics are under."""
    return {"count": 0, "last_s": 0.0, "children": {}, "messages": []}


def main(topics: int, times: int) -> None:
    """Hear them."""
    gc.disable()
    before_mb, tree, cpu_s = resident_mb(), node(), time.process_time()
    for turn in range(times):
        for topic, payload in messages(topics, turn):
            at = tree
            at["count"] += 1
            for level in topic.split("/"):
                children = at["children"]
                if level not in children:
                    children[level] = node()
                at = children[level]
                at["count"] += 1
                at["last_s"] = turn + 1.0
            at["messages"].append(payload)
    cpu_s = time.process_time() - cpu_s
    sys.stdout.write(json.dumps({"cpu_s": cpu_s, "memory_mb": resident_mb() - before_mb}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
