# SPDX-License-Identifier: Apache-2.0
"""MCAP files for tests: as we write them, and as the `mcap` library does."""

from __future__ import annotations

import json
from pathlib import Path

from mcap.writer import CompressionType, Writer

from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.frames import frame_bytes
from groundstation.transport import frame_batches
from groundstation.transport.frame_batches import FrameBatch

S = 1_000_000_000
BEGIN_NS = 1_700_000_000 * S
METADATA = {"qos": "0", "retain": "false", "late": "false"}
LATE = METADATA | {"late": "true"}


def heartbeat(number: int, sysid: int = 1) -> bytes:
    return frame_bytes(MSGIDS["HEARTBEAT"], bytes([number % 250, 0, 0, 0, 2, 3, 81, 3, 3]), number % 256, sysid, 1)


def envelope(number: int, content: dict[str, object], sid: str = "s") -> bytes:
    return json.dumps({"v": 1, "sid": sid, "seq": number, "ts": 1, "bms": 1, "d": content}).encode()


def batch(number: int, frames: list[bytes], sid: str = "0123456789abcdef", ahead_s: float = 0.0) -> bytes:
    """A batch of frames of the second `number`, by a clock that is ahead of the recorder's."""
    time_us = BEGIN_NS // 1000 + int((number + ahead_s) * 1e6)
    body = b"".join(frame_batches.record(time_us, one) for one in frames)
    return frame_batches.encode(FrameBatch(sid, number, time_us // 1000, 1, body))


def written(path: Path, messages: list[tuple[str, str, dict[str, str], int, bytes]], per_chunk: int = 3) -> Path:
    """A file of ours; each message is topic, encoding, metadata, second, payload."""
    with McapFile(path) as file:
        for number, (topic, encoding, metadata, second, data) in enumerate(messages):
            time_ns = BEGIN_NS + second * S
            file.add(file.channel(topic, encoding, metadata), time_ns, time_ns, number, data)
            if number % per_chunk == per_chunk - 1:
                file.flush()
    return path


def foreign(path: Path, compression: CompressionType = CompressionType.ZSTD, **options: object) -> Path:
    """A file by the `mcap` library's own writer."""
    with path.open("wb") as file:
        writer = Writer(file, compression=compression, **options)  # type: ignore[arg-type]
        writer.start()
        schema = writer.register_schema("S", "jsonschema", b'{"type": "object"}')
        one = writer.register_channel("/imu", "json", schema)
        other = writer.register_channel("/scan", "protobuf", 0)
        for number in range(200):
            time_ns = BEGIN_NS + number * S
            writer.add_message(one, time_ns, json.dumps({"a": {"x": number}, "l": [1, number]}).encode(), time_ns)
            writer.add_message(other, time_ns, b"\x08\x96\x01", time_ns)
        writer.finish()
    return path
