# SPDX-License-Identifier: Apache-2.0
"""`bench logs`: how fast logs are read, beside pymavlink and pyulog on the same files in the same run.

Each contestant opens a file, checks all of it and gives all columns of one message, then of all of them. Native parsers
read all of it too, where they are installed; the product needs none of them.
A telemetry log of simulated vehicles and a DataFlash log are made for it.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from groundstation.app.bench.made_logs import make_dataflash, make_tlog
from groundstation.app.bench.report import Comparison, Report
from groundstation.fleet.errors import GroundStationError
from groundstation.logs.log import LogFormat
from groundstation.logs.open_log import open_log
from groundstation.ui.resources import resource

ALL = "*"
"""Every field of every message, in place of one message."""
GOALS = {
    LogFormat.TLOG: 50.0,
    LogFormat.DATAFLASH: 50.0,
    LogFormat.DATAFLASH_TEXT: 50.0,
    LogFormat.ULOG: 1.0,
}
"""How many times faster than the peer; the design's figures, which are for every message of a large log, for all rows.

Not all rows hold: for one message pymavlink has an index of DataFlash logs in C, below 2 MB the fixed cost of some
milliseconds counts, and numpy has nothing that reads decimals, of which DataFlash as text is made.
"""
MESSAGES = {
    LogFormat.TLOG: ("ATTITUDE",),
    LogFormat.DATAFLASH: ("ATT", "IMU"),
    LogFormat.DATAFLASH_TEXT: ("ATT", "CTUN"),
    LogFormat.ULOG: ("vehicle_attitude", "sensor_combined"),
}
"""What is read, the first that there is."""
PEERS = {
    LogFormat.TLOG: "pymavlink",
    LogFormat.DATAFLASH: "pymavlink",
    LogFormat.DATAFLASH_TEXT: "pymavlink",
    LogFormat.ULOG: "pyulog",
}
NATIVE = {LogFormat.TLOG: "fasttlogparser", LogFormat.DATAFLASH: "mavparser"}
"""Parsers in C and C++, by the names of their packages. `fasttlogparser` is built from its source: it needs cmake, a
compiler, `pybind11` and `scikit-build-core` installed, and `pip install --no-build-isolation`."""
NATIVE_GOAL = 2.0
LEAST_NATIVE_BYTES = 1_000_000
"""From this size on the goal beside them counts."""
ROUNDS = 3
SHORT_ROUNDS = 9
"""The best of so many runs counts: what is measured is the program, not what else the machine does. Of a short file,
which a native parser reads in some milliseconds too, the best of three still changes by a third."""
SHORT_BYTES = 2_000_000
LARGE_BYTES = 20_000_000
"""Of a larger file one run is enough."""


def run(files: list[Path], made_mb: float, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure.

    Args:
        files: logs.
        made_mb: size of each made log; 0 for none.
        stop: ends it early, with what is there.
        say: told what is being done.

    Raises:
        GroundStationError: a file can't be read, or a peer failed.
    """
    comparisons: list[Comparison] = []
    total = 0
    with _logs(files, made_mb, say) as paths:
        for path in paths:
            if stop.is_set():
                break
            total += path.stat().st_size
            say(f"reading {path.name}")
            comparisons += _compared(path, say)
    return Report(
        bench="logs", settings={"files": float(len(paths)), "bytes": float(total)}, comparisons=tuple(comparisons)
    )


def _compared(path: Path, say: Callable[[str], None]) -> list[Comparison]:
    with open_log(path) as log:
        format_, counts = log.info.format, {(one.name, one.vehicle): one.count for one in log.info.messages}
    if format_ not in PEERS:
        raise GroundStationError(f"{path.name}: there is no peer for {format_}; give a tlog, a .bin or a .ulg")
    names = {name for name, _ in counts}
    first = next((name for name in MESSAGES[format_] if name in names), max(counts, key=counts.__getitem__)[0])
    peer, goal = PEERS[format_], GOALS[format_]
    found = [_comparison(path, format_.value, message, peer, goal) for message in (first, ALL)]
    native = _native(path, format_, say)
    return found if native is None else [*found, _comparison(path, native, ALL, native, NATIVE_GOAL)]


def _native(path: Path, format_: LogFormat, say: Callable[[str], None]) -> str | None:
    """The native parser that a file is compared with; None for none, and it is told why."""
    name = NATIVE.get(format_)
    if name is None:
        return None
    if path.stat().st_size < LEAST_NATIVE_BYTES:
        say(f"{path.name} is too small to be compared with {name}: there is a goal from 1 MB on")
        return None
    if importlib.util.find_spec(name) is None:
        say(f"{name} is not installed: no comparison with it")
        return None
    return name


def _comparison(path: Path, reader: str, message: str, peer: str, goal: float) -> Comparison:
    own = ["-m", "groundstation.app.bench.log_run", str(path), message]
    plain = [str(resource("bench/plain_readers.py")), reader, str(path), message]
    rounds = _rounds(path.stat().st_size, peer)
    # in turns: what else the machine does then is the same for both
    pairs = [(_contestant(own), _contestant(plain)) for _ in range(rounds)]
    ours, theirs = (min(one) for one in zip(*pairs, strict=True))
    # who finds fewer values would be quicker for nothing
    if message != ALL and ours[1] != theirs[1]:
        raise GroundStationError(f"{path.name}: {ours[1]} {message} here, {theirs[1]} at the peer; no comparison")
    megabytes = path.stat().st_size / 1e6
    what = "everything" if message == ALL else message
    return Comparison(
        name=f"{path.name}, {what} out of {megabytes:.1f} MB, CPU a MB ({peer})",
        unit="ms",
        value=ours[0] * 1e3 / megabytes,
        peer=theirs[0] * 1e3 / megabytes,
        goal=goal,
        wanted="at_least",
    )


def _rounds(size_bytes: int, peer: str) -> int:
    if size_bytes < SHORT_BYTES and peer in NATIVE.values():
        return SHORT_ROUNDS
    return ROUNDS if size_bytes < LARGE_BYTES else 1


def _contestant(arguments: list[str]) -> tuple[float, int]:
    """CPU seconds and number of values of a process that reads a log."""
    # numpy's threads for matrices spin for some milliseconds after its import: no contestant has work for them, and
    # who is measured soon after that would pay for it
    quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, env=quiet)
    if done.returncode != 0:
        raise GroundStationError(f"a measured process failed: {done.stderr.strip().splitlines()[-1:]}")
    said = json.loads(done.stdout)
    return said["cpu_s"], said["values"]


@contextmanager
def _logs(files: list[Path], made_mb: float, say: Callable[[str], None]) -> Iterator[list[Path]]:
    if not made_mb:
        yield files
        return
    size_bytes = int(made_mb * 1e6)
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as folder:
        say(f"making a telemetry log and a DataFlash log of {made_mb:.0f} MB")
        tlog, dataflash = Path(folder) / "made.tlog", Path(folder) / "made.bin"
        make_tlog(tlog, size_bytes)
        make_dataflash(dataflash, size_bytes)
        yield [*files, tlog, dataflash]


def measure(path: Path, message: str) -> tuple[float, int]:
    """Our own reader: CPU seconds and number of values."""
    for module in ("tlog_log", "dataflash_log", "dataflash_text_log", "ulog_log"):
        importlib.import_module(f"groundstation.logs.readers.{module}")  # nobody is measured while he imports
    path.read_bytes()  # from the disk into memory for everybody
    began_s = time.process_time()
    count = 0
    with open_log(path) as log:
        for one in log.info.messages:
            if message in (ALL, one.name):
                count += log.columns(one.name, vehicle=one.vehicle).time_s.size
    return time.process_time() - began_s, count
