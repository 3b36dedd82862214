# SPDX-License-Identifier: Apache-2.0
"""Damages logs in every way and reads them. In the tests a little; by hand as much as one likes:

`python -m tests.logs.mutations tlog 100000` (dataflash, dataflash_text, ulog, mcap, mcap_loose) damages at random;
`python -m tests.logs.mutations tlog cuts` cuts at every byte.
"""

from __future__ import annotations

import io
import itertools
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from mcap.reader import NonSeekingReader
from mcap.writer import Writer

from groundstation.logs.exports import as_mcap
from groundstation.logs.exports.export import export
from groundstation.logs.exports.formats import ExportFormat
from groundstation.logs.log import Log, LogError
from groundstation.logs.mcap import mcap_file
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log

SIZE = 64 * 1024
LIMIT_S = 1.0
LIMIT_MEMORY = 1 << 30
FILES = {
    "tlog": "copter_square.tlog",
    "dataflash": "dronekit-la_log171.bin",
    "dataflash_text": "ardupilot_loganalyzer_nan.log",
    "ulog": "pyulog_sample_log_small.ulg",
    "mcap": "copter_boot.tlog",
    "mcap_loose": "copter_boot.tlog",
}
"""Where the samples come from; MCAP files are made of one."""
ULOG_TOPICS = 12


def sample(kind: str, size: int = SIZE) -> bytes:
    """The first bytes of a recording; of a ULog a few topics, since its definitions alone are longer."""
    path = shared_log(FILES[kind])
    if kind.startswith("mcap"):
        return (_recording(path) if kind == "mcap" else _loose(path))[:size]
    data = path.read_bytes()
    return (_few_topics(data) if kind == "ulog" else data)[:size]


def _recording(path: Path) -> bytes:
    """A recording of ours in small chunks, as a live one has them."""
    small = mock.patch.object(mcap_file, "CHUNK_BYTES", 8 * 1024), mock.patch.object(as_mcap, "BATCH_BYTES", 4 * 1024)
    with tempfile.TemporaryDirectory() as folder, small[0], small[1]:
        return export(path, ExportFormat.MCAP, Path(folder) / "a.mcap").path.read_bytes()


def _loose(path: Path) -> bytes:
    """The same messages as the `mcap` library writes them outside of chunks, where no checksum looks after them."""
    whole, out, ids = io.BytesIO(_recording(path)), io.BytesIO(), {}
    writer = Writer(out, use_chunking=False)
    writer.start()
    for schema, channel, message in NonSeekingReader(whole).iter_messages():
        if channel.id not in ids:
            number = writer.register_schema(schema.name, schema.encoding, schema.data) if schema is not None else 0
            ids[channel.id] = writer.register_channel(channel.topic, channel.message_encoding, number, channel.metadata)
        writer.add_message(ids[channel.id], message.log_time, message.data, message.publish_time, message.sequence)
    writer.finish()
    return out.getvalue()


def _few_topics(data: bytes) -> bytes:
    kept, numbers, place = [data[:16]], set(), 16
    while place < len(data):
        size, kind = data[place] | data[place + 1] << 8, chr(data[place + 2])
        message = data[place : place + 3 + size]
        if kind == "A" and len(numbers) < ULOG_TOPICS:
            numbers.add(message[4:6])
            kept.append(message)
        elif kind in "BFLOS" or (kind == "D" and message[3:5] in numbers) or (kind in "IP" and place % 7 == 0):
            kept.append(message)
        place += 3 + size
    return b"".join(kept)


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 1, 3, 30))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite(data: bytearray, chance: random.Random) -> None:
    begin, size = _range(data, chance)
    data[begin : begin + size] = chance.choice((chance.randbytes(size), bytes(size), b"\xff" * size))


def _insert(data: bytearray, chance: random.Random) -> None:
    begin, size = _range(data, chance)
    data[begin:begin] = chance.randbytes(size)


def _delete(data: bytearray, chance: random.Random) -> None:
    begin, size = _range(data, chance)
    del data[begin : begin + size]


def _repeat(data: bytearray, chance: random.Random) -> None:
    begin, size = _range(data, chance)
    data[begin:begin] = data[begin : begin + size]


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(1, len(data)) :]


def _range(data: bytearray, chance: random.Random) -> tuple[int, int]:
    begin = chance.randrange(len(data))
    return begin, min(int(chance.expovariate(1 / 200)) + 1, len(data) - begin)


WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _overwrite, _insert, _delete, _repeat, _cut)


def mutations(data: bytes, count: int, seed: int = 1) -> Iterator[bytes]:
    """Damaged copies; the same seed gives the same ones."""
    chance = random.Random(seed)
    for _ in range(count):
        copy = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            if len(copy) > 1:
                chance.choice(WAYS)(copy, chance)
        yield bytes(copy)


def read(path: Path, data: bytes) -> int:
    """Read all of a damaged log; returns how many messages there are, 0 when it is no log any more.

    Raises:
        AssertionError: it took too long, or what it says of itself is not so.
    """
    path.write_bytes(data)
    # of this process: what else the machine does is not counted
    began_s = time.process_time()
    try:
        log = open_log(path)
    except LogError:
        return 0
    with log:
        count = _read_all(log)
    took_s = time.process_time() - began_s
    assert took_s < LIMIT_S, f"{took_s:.1f} s"
    return count


def _read_all(log: Log) -> int:
    for one in log.info.messages:
        columns = log.columns(one.name, vehicle=one.vehicle)
        for name, values in columns.values.items():
            assert len(values) == columns.time_s.size, f"{one.name}.{name}"
    assert log.info.damage.size_bytes <= log.info.size_bytes
    return sum(one.count for one in log.info.messages)


def _cuts(data: bytes) -> Iterator[bytes]:
    return (data[:size] for size in range(1, len(data)))


def main(kind: str, what: str) -> None:
    """Run, and say how it went."""
    resource.setrlimit(resource.RLIMIT_AS, (2 * LIMIT_MEMORY, 2 * LIMIT_MEMORY))
    data = sample(kind)
    cases = _cuts(data) if what == "cuts" else mutations(data, int(what))
    slowest_s, failed, began_s = 0.0, 0, time.monotonic()
    last = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        for number, case in enumerate(cases):
            at_s = time.monotonic()
            try:
                count = read(path, case)
                if what == "cuts":
                    assert count >= last, f"{last} messages were here before, now {count}"
                    last = count
            except Exception as error:  # noqa: BLE001
                failed += 1
                Path(f"failed-{kind}-{number}").write_bytes(case)
                sys.stdout.write(f"case {number}: {type(error).__name__}: {error}\n")
            slowest_s = max(slowest_s, time.monotonic() - at_s)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{kind} {what}: {number + 1} cases, {failed} failed, slowest {slowest_s * 1000:.0f} ms, "
        f"{memory_mb:.0f} MB at most, {time.monotonic() - began_s:.0f} s\n"
    )


if __name__ == "__main__":
    main(*itertools.islice(sys.argv, 1, 3))
