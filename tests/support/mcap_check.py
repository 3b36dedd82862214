# SPDX-License-Identifier: Apache-2.0
"""Reads a recording with the `mcap` library and looks at everything that a reader may rely on."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from pathlib import Path

import zstandard
from mcap.reader import NonSeekingReader, SeekingReader
from mcap.records import Channel, Chunk, DataEnd, Footer, Message, MessageIndex, Schema
from mcap.stream_reader import StreamReader, breakup_chunk

_JSON_TYPES = {"string": str, "number": (int, float), "boolean": bool, "object": dict, "array": list}


def assert_strictly_sound(path: Path) -> int:
    """Everything in a closed file fits together; returns how many messages it has."""
    with path.open("rb") as file:
        indexed = list(SeekingReader(file, validate_crcs=True).iter_messages(log_time_order=True))
    with path.open("rb") as file:
        summary = SeekingReader(file).get_summary()
    with path.open("rb") as file:
        streamed = list(NonSeekingReader(file).iter_messages(log_time_order=False))
    assert summary is not None
    assert summary.statistics is not None
    times = [message.log_time for _, _, message in indexed]
    assert times == sorted(times)
    assert Counter(_key(*one) for one in indexed) == Counter(_key(*one) for one in streamed)
    counts = Counter(channel.id for _, channel, _ in streamed)
    assert summary.statistics.message_count == len(streamed)
    assert {key: count for key, count in summary.statistics.channel_message_counts.items() if count} == dict(counts)
    assert summary.statistics.message_start_time == min(times)
    assert summary.statistics.message_end_time == max(times)
    assert summary.statistics.chunk_count == len(summary.chunk_indexes)
    _assert_records_sound(path, {one.chunk_start_offset: one for one in summary.chunk_indexes})
    for schema, channel, message in streamed:
        if channel.message_encoding == "json":
            assert schema is not None, f"{channel.topic} has no schema"
            assert schema.encoding == "jsonschema"
            _assert_plain(json.loads(schema.data))
            assert_fits(json.loads(message.data), json.loads(schema.data), channel.topic)
    return len(streamed)


def _key(schema: Schema | None, channel: Channel, message: Message) -> tuple[object, ...]:
    del schema
    return channel.topic, channel.id, message.sequence, message.log_time, message.publish_time, message.data


def _assert_records_sound(path: Path, indexes: dict[int, object]) -> None:
    """Checksums and index of each chunk; no record twice, footer and end where they belong."""
    data = path.read_bytes()
    with path.open("rb") as file:
        kinds = list(StreamReader(file, emit_chunks=True, validate_crcs=True).records)
    assert isinstance(kinds[-1], Footer)
    assert any(isinstance(one, DataEnd) for one in kinds)
    for start, index in indexes.items():
        assert data[start] == 6, "the chunk index points at a chunk"
        for channel_id, place in index.message_index_offsets.items():  # type: ignore[attr-defined]
            assert data[place] == 7
            assert int.from_bytes(data[place + 9 : place + 11], "little") == channel_id
    chunk: Chunk | None = None
    for one in kinds:
        if isinstance(one, Chunk):
            chunk = one
            content = zstandard.ZstdDecompressor().decompress(one.data)
            assert len(content) == one.uncompressed_size
            assert zlib.crc32(content) == one.uncompressed_crc
            inner = [message for message in breakup_chunk(one, validate_crc=True) if isinstance(message, Message)]
            assert one.message_start_time == min(message.log_time for message in inner)
            assert one.message_end_time == max(message.log_time for message in inner)
        if isinstance(one, MessageIndex):
            assert chunk is not None
            content = zstandard.ZstdDecompressor().decompress(chunk.data)
            for log_time, offset in one.records:
                assert content[offset] == 5
                assert int.from_bytes(content[offset + 9 : offset + 11], "little") == one.channel_id
                assert int.from_bytes(content[offset + 15 : offset + 23], "little") == log_time


def _assert_plain(schema: dict[str, object]) -> None:
    """Only what viewers read: one type a property, objects with properties, arrays with items."""
    assert schema["type"] in _JSON_TYPES, schema
    if schema["type"] == "object":
        for one in schema["properties"].values():  # type: ignore[attr-defined]
            _assert_plain(one)
    if schema["type"] == "array":
        assert schema["items"]["type"] != "array"  # type: ignore[index]
        _assert_plain(schema["items"])  # type: ignore[arg-type]


def assert_fits(value: object, schema: dict[str, object], where: str) -> None:
    """A value is what its schema says; null is as good as absent."""
    if value is None:
        return
    expected = _JSON_TYPES[str(schema["type"])]
    is_bool = isinstance(value, bool)
    assert isinstance(value, expected) and (schema["type"] == "boolean") == is_bool, (where, value, schema)  # noqa: PT018
    if isinstance(value, dict):
        for name, one in value.items():
            if name in schema["properties"]:  # type: ignore[operator]
                assert_fits(one, schema["properties"][name], f"{where}.{name}")  # type: ignore[index]
    if isinstance(value, list):
        for one in value:
            assert_fits(one, schema["items"], f"{where}[]")  # type: ignore[arg-type]
