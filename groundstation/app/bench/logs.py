# SPDX-License-Identifier: Apache-2.0
"""`bench logs`: how fast logs are read, beside pymavlink and pyulog on the same files in the same run.

Each contestant opens a file, checks all of it and gives all columns of one message, then of all of them.
Without files a telemetry log of simulated vehicles is made.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from groundstation.app.bench.capture import Chunk, record
from groundstation.app.bench.report import Comparison, Report
from groundstation.fleet.errors import GroundStationError
from groundstation.mavlink.frames import FrameParser
from groundstation.recording.log import LogFormat
from groundstation.recording.open_log import open_log
from groundstation.ui.resources import resource

ALL = "*"
"""Every field of every message, in place of one message."""
GOALS = {LogFormat.TLOG: 50.0, LogFormat.DATAFLASH: 50.0, LogFormat.ULOG: 1.0}
"""How many times faster than the peer; the design's figures, for one message as for all.

Not all hold: for one message pymavlink has an index of DataFlash logs in C, and pyulog is quick on small logs.
"""
MESSAGES = {
    LogFormat.TLOG: ("ATTITUDE",),
    LogFormat.DATAFLASH: ("ATT", "IMU"),
    LogFormat.ULOG: ("vehicle_attitude", "sensor_combined"),
}
"""What is read, the first that there is."""
PEERS = {LogFormat.TLOG: "pymavlink", LogFormat.DATAFLASH: "pymavlink", LogFormat.ULOG: "pyulog"}
ROUNDS = 3
"""The best of so many runs counts: what is measured is the program, not what else the machine does."""
VEHICLES, SECONDS, TIMES = 10, 60.0, 12
"""Of the made log: vehicles, simulated seconds, how often one behind the other."""
_EPOCH_US = 1_700_000_000_000_000


def run(files: list[Path], stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure.

    Args:
        files: logs; none for a made one.
        stop: ends it early, with what is there.
        say: told what is being done.

    Raises:
        GroundStationError: a file can't be read, or a peer failed.
    """
    comparisons: list[Comparison] = []
    total = 0
    with _logs(files, say) as paths:
        for path in paths:
            if stop.is_set():
                break
            total += path.stat().st_size
            say(f"reading {path.name}")
            comparisons += _compared(path)
    return Report(
        bench="logs", settings={"files": float(len(paths)), "bytes": float(total)}, comparisons=tuple(comparisons)
    )


def _compared(path: Path) -> list[Comparison]:
    with open_log(path) as log:
        format_, counts = log.info.format, {(one.name, one.vehicle): one.count for one in log.info.messages}
    if format_ not in PEERS:
        raise GroundStationError(f"{path.name}: there is no peer for {format_}; give a tlog, a .bin or a .ulg")
    names = {name for name, _ in counts}
    first = next((name for name in MESSAGES[format_] if name in names), max(counts, key=counts.__getitem__)[0])
    return [_comparison(path, format_, message) for message in (first, ALL)]


def _comparison(path: Path, format_: LogFormat, message: str) -> Comparison:
    own = ["-m", "groundstation.app.bench.log_run", str(path), message]
    plain = [str(resource("bench/plain_readers.py")), format_.value, str(path), message]
    ours = min(_contestant(own) for _ in range(ROUNDS))
    theirs = min(_contestant(plain) for _ in range(ROUNDS))
    if message != ALL and ours[1] != theirs[1]:
        raise GroundStationError(f"{path.name}: {ours[1]} {message} here, {theirs[1]} at the peer; no comparison")
    megabytes = path.stat().st_size / 1e6
    what = "everything" if message == ALL else message
    return Comparison(
        name=f"{path.name}, {what} out of {megabytes:.1f} MB, CPU a MB ({PEERS[format_]})",
        unit="ms",
        value=ours[0] * 1e3 / megabytes,
        peer=theirs[0] * 1e3 / megabytes,
        goal=GOALS[format_],
        wanted="at_least",
    )


def _contestant(arguments: list[str]) -> tuple[float, int]:
    """CPU seconds and number of values of a process that reads a log."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GroundStationError(f"a measured process failed: {done.stderr.strip().splitlines()[-1:]}")
    said = json.loads(done.stdout)
    return said["cpu_s"], said["values"]


@contextmanager
def _logs(files: list[Path], say: Callable[[str], None]) -> Iterator[list[Path]]:
    if files:
        yield files
        return
    with tempfile.TemporaryDirectory(prefix="groundstation-bench-") as folder:
        say(f"flying {VEHICLES} simulated vehicles for {SECONDS:.0f} s to have a log")
        path = Path(folder) / "simulated.tlog"
        make_tlog(path, VEHICLES, SECONDS, TIMES)
        yield [path]


def make_tlog(path: Path, vehicles: int, seconds: float, times: int) -> None:
    """Write a telemetry log of simulated vehicles.

    Args:
        path: where to.
        vehicles: how many.
        seconds: simulated time.
        times: how often the same is written, later each time.
    """
    chunks_path = path.with_suffix(".chunks")
    record(vehicles, seconds, chunks_path)
    chunks = msgspec.msgpack.decode(chunks_path.read_bytes(), type=list[Chunk])
    parsers = [FrameParser() for _ in range(vehicles)]
    frames = [(one.at_s, frame.raw) for one in chunks for frame in parsers[one.vehicle].feed(one.data)]
    with path.open("wb") as file:
        for turn in range(times):
            begin_us = _EPOCH_US + int(turn * (seconds + 60) * 1e6)
            for at_s, raw in frames:
                file.write((begin_us + int(at_s * 1e6)).to_bytes(8, "big") + raw)


def measure(path: Path, message: str) -> tuple[float, int]:
    """Our own reader: CPU seconds and number of values."""
    for module in ("tlog_log", "dataflash_log", "ulog_log"):
        importlib.import_module(f"groundstation.recording.{module}")  # nobody is measured while he imports
    path.read_bytes()  # from the disk into memory for everybody
    began_s = time.process_time()
    count = 0
    with open_log(path) as log:
        for one in log.info.messages:
            if message in (ALL, one.name):
                count += log.columns(one.name, vehicle=one.vehicle).time_s.size
    return time.process_time() - began_s, count
