# SPDX-License-Identifier: Apache-2.0
"""Any log as an MCAP file: for Foxglove and PlotJuggler, and to be read here again with nothing lost. Any thread.

Of a recording the messages are taken as they are. Of any other log each message becomes JSON on a channel that says
what it was there (`logs/mcap/origin.py`); the frames of a telemetry log are in it too, and count. Messages stand in the
order of time. JSON knows no NaN and no infinity: both become null, and are read as NaN.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.progress import Progress
from groundstation.logs.exports import copied
from groundstation.logs.exports.selection import FRAMES_BEFORE, ROWS_BEFORE, ExportScope, spans, wanted_messages
from groundstation.logs.log import Columns, FieldInfo, FrameRecord, Log, LogFormat, LogVehicle, MessageInfo, Vocabulary
from groundstation.logs.mcap import channels, origin, schemas
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.mcap.origin import Origin
from groundstation.mavlink.frames import compid_of, msgid_of, sysid_of
from groundstation.transport import frame_batches
from groundstation.transport.frame_batches import FrameBatch

BATCH_BYTES = 32 * 1024
SESSION = "import"
"""Session id of batches that no bridge made."""
_TYPES = {"str": "string", "bytes": "string", "bool": "boolean"}


class _Entry(NamedTuple):
    """A message to be written."""

    time_ns: int
    channel_id: int
    number: int
    data: bytes


def write(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write the file.

    Args:
        log: any.
        out: of the file; must not be there yet.
        selection: what of the log.
        on_progress: told how far it is; may cancel.

    Returns:
        How many messages were written.

    Raises:
        LogError: no such vehicle or message.
        OSError: the disk does not take it.
    """
    if log.info.format is LogFormat.MCAP:
        return copied.write(log, out, selection, on_progress)
    messages = wanted_messages(log.info, selection)
    with McapFile(out) as file:
        has_frames = log.info.format is LogFormat.TLOG
        count = _Frames(file).write(log, selection) if has_frames else 0
        return count + _Rows(file, log, messages, has_frames).write(selection, on_progress)


class _Frames:
    """Writes the frames of a telemetry log as they came."""

    def __init__(self, file: McapFile) -> None:
        self._file = file
        told = origin.metadata(Origin(message="", vocabulary=Vocabulary.MAVLINK))
        self._channel = file.channel("mavlink/raw/_mav", frame_batches.CONTENT_TYPE, told)
        self._records: list[bytes] = []
        self._size = self._number = self._first_us = 0

    def write(self, log: Log, selection: ExportScope) -> int:
        """Write all of a selection's vehicle."""
        count = 0
        for time_us, raw in _wanted_frames(log, selection):
            if not self._records:
                self._first_us = time_us
            self._records.append(frame_batches.record(time_us, raw))
            self._size += len(self._records[-1])
            count += 1
            if self._size >= BATCH_BYTES:
                self._put()
        self._put()
        return count

    def _put(self) -> None:
        if not self._records:
            return
        batch = FrameBatch(SESSION, self._number, self._first_us // 1000, 0, b"".join(self._records))
        time_ns = self._first_us * 1000
        self._file.add(self._channel, time_ns, time_ns, self._number, frame_batches.encode(batch))
        self._records.clear()
        self._size, self._number = 0, self._number + 1


def _wanted_frames(log: Log, selection: ExportScope) -> Iterator[FrameRecord]:
    """Frames of a selection; before them the newest of each message of each component, where that is wanted."""
    begin_us = -math.inf if selection.begin_s is None else selection.begin_s * 1e6
    newest: dict[tuple[int, int, int], deque[FrameRecord]] = {}
    for one in log.frames(selection.vehicle):
        if one.time_us < begin_us:
            if selection.has_before:
                place = sysid_of(one.raw), compid_of(one.raw), msgid_of(one.raw)
                newest.setdefault(place, deque(maxlen=FRAMES_BEFORE)).append(one)
            continue
        yield from sorted(itertools.chain.from_iterable(newest.values()), key=lambda before: before.time_us)
        newest.clear()
        if selection.includes_time(one.time_us / 1e6):
            yield one


class _Rows:
    """Writes messages as JSON, all of them in the order of time."""

    def __init__(self, file: McapFile, log: Log, messages: tuple[MessageInfo, ...], is_copy: bool) -> None:
        self._file, self._log, self._messages = file, log, messages
        vehicles = {one.id: one for one in log.info.vehicles}
        self._channels = [self._channel(one, vehicles.get(one.vehicle), is_copy=is_copy) for one in messages]
        self._numbers = [0] * len(messages)

    def write(self, selection: ExportScope, told: Progress | None) -> int:
        """Write all of a selection."""
        count = self._put(self._untimed())
        if selection.has_before and selection.begin_s is not None:
            count += self._put(self._before(selection.begin_s))
        for begin_s, end_s, share in spans(self._log, self._messages, selection):
            count += self._put(self._between(begin_s, end_s))
            if told is not None:
                told(share)
        return count

    def _channel(self, message: MessageInfo, vehicle: LogVehicle | None, *, is_copy: bool) -> int:
        told = Origin(
            message=message.name,
            vocabulary=message.vocabulary,
            vehicle=vehicle,
            fields=message.fields,
            is_copy=is_copy,
        )
        parts = [message.vocabulary.value, message.vehicle, message.name]
        schema = schemas.schema_bytes(schema_of(message.fields))
        number = self._file.schema(f"{message.vocabulary}/{message.name}", schemas.ENCODING, schema)
        # `vehicle` is what readers call the only vehicle of a log, which tells nobody anything
        topic = "/".join(one for one in parts if one and one != "vehicle")
        return self._file.channel(topic, channels.JSON, origin.metadata(told), number)

    def _untimed(self) -> Iterator[_Entry]:
        """Messages without a time of their own, which go to the beginning."""
        for place, one in enumerate(self._messages):
            if one.first_s is None:
                yield from self._entries(place, self._log.columns(one.name, vehicle=one.vehicle))

    def _before(self, begin_s: float) -> Iterator[_Entry]:
        """The last rows of each message before the beginning."""
        for place, one in enumerate(self._messages):
            if one.first_s is None or one.first_s >= begin_s:
                continue
            found = self._log.columns(one.name, vehicle=one.vehicle, end_s=begin_s)
            last = {name: column[-ROWS_BEFORE:] for name, column in found.values.items()}
            times = found.time_s[-ROWS_BEFORE:]
            yield from self._entries(place, msgspec.structs.replace(found, time_s=times, values=last))

    def _between(self, begin_s: float, end_s: float) -> Iterator[_Entry]:
        for place, one in enumerate(self._messages):
            is_there = one.first_s is not None and one.last_s is not None
            if is_there and (one.last_s or 0.0) >= begin_s and (one.first_s or 0.0) < end_s:
                found = self._log.columns(one.name, vehicle=one.vehicle, begin_s=begin_s, end_s=end_s)
                yield from self._entries(place, found)

    def _entries(self, place: int, found: Columns) -> Iterator[_Entry]:
        names = tuple(found.values)
        columns = [json_cells(column) for column in found.values.values()]
        # MCAP knows no message without a time: what has none stands at the beginning
        begin_s = self._log.info.begin_s or 0.0
        for time_s, *row in zip(found.time_s.tolist(), *columns, strict=True):
            # by whole microseconds: what float64 has below them, of seconds since 1970, is made up
            time_ns = round((time_s if math.isfinite(time_s) else begin_s) * 1e6) * 1000
            data = msgspec.json.encode(dict(zip(names, row, strict=True)))
            yield _Entry(time_ns, self._channels[place], self._numbers[place], data)
            self._numbers[place] += 1

    def _put(self, entries: Iterator[_Entry]) -> int:
        # spans follow on each other, so that the whole is in order once each of them is
        ordered = sorted(entries, key=lambda one: one.time_ns)
        for one in ordered:
            self._file.add(one.channel_id, one.time_ns, one.time_ns, one.number, one.data)
        return len(ordered)


def json_cells(values: NDArray[Any]) -> list[Any]:
    """A column of shape (n,) or (n, length) as values that JSON has; of 32 bits as short as can be."""
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        # the shortest decimals that tell a number from its neighbours, not those of the same number in 64 bits
        flat = [float(one) for one in values.ravel().astype(str)]
        return flat if values.ndim == 1 else np.array(flat).reshape(values.shape).tolist()
    if values.dtype == object:
        return [one.hex() if isinstance(one, bytes) else one for one in values.tolist()]
    found: list[Any] = values.tolist()
    return found


def schema_of(fields: tuple[FieldInfo, ...]) -> dict[str, Any]:
    """A schema as other people's viewers read it, see `logs/mcap/schemas.py`."""
    return {"type": "object", "properties": {one.name: _schema_of_one(one) for one in fields}}


def _schema_of_one(field: FieldInfo) -> dict[str, Any]:
    kind = {"type": _TYPES.get(field.dtype, "number")}
    if field.length:
        return {"type": "array", "items": kind}
    return kind if field.unit is None else {**kind, "description": field.unit}
