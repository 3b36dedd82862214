# SPDX-License-Identifier: Apache-2.0
"""The reader of the `mcap` library that finds the last message of each topic before a moment: prints what it took.

Run by `groundstation bench replay` as `python -m groundstation.app.bench.replay_peer FOLDER`. This is how a program
seeks that is written with the library alone: the first message backwards from the moment, topic by topic, file by file.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from mcap.reader import make_reader

from groundstation.logs import session_folder

SEEKS = 3
"""Each takes seconds."""
NS = 1_000_000_000


def main(folder: Path) -> dict[str, float]:
    """Open all files of a session, and seek."""
    with ExitStack() as stack:
        began_s = time.perf_counter()
        readers = [make_reader(stack.enter_context(path.open("rb"))) for path in session_folder.mcap_files(folder)]
        summaries = [one.get_summary() for one in readers]
        open_s = time.perf_counter() - began_s
        topics = [
            sorted({channel.topic for channel in summary.channels.values() if "/raw/" not in channel.topic})
            for summary in summaries
            if summary is not None
        ]
        times = [one.statistics for one in summaries if one is not None and one.statistics is not None]
        begin_ns = min(one.message_start_time for one in times)
        end_ns = max(one.message_end_time for one in times)
        dice, took_ms = random.Random(3), []
        for _ in range(SEEKS):
            at_ns = int(dice.uniform(begin_ns / NS, end_ns / NS) * NS)
            began_s = time.perf_counter()
            for reader, names in zip(readers, topics, strict=True):
                for name in names:
                    next(reader.iter_messages(topics=[name], ending_at=at_ns, reverse=True), None)
            took_ms.append((time.perf_counter() - began_s) * 1e3)
    return {"open_s": open_s, "moment_ms": statistics.median(took_ms)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
