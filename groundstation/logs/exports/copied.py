# SPDX-License-Identifier: Apache-2.0
"""A part of a recording as an MCAP file of its own: payloads, channels, schemas as they are. Any thread; writes a file.

What was damaged is left out, so that a damaged recording becomes a sound one. The frames of an imported telemetry log
lie many seconds together; of those what is wanted is taken out.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np
from mcap.records import Channel

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import Progress
from groundstation.logs.exports.selection import FRAMES_BEFORE, ExportScope, wanted_messages
from groundstation.logs.log import Log, LogError
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.readers.mcap_channels import Kind, kind_of
from groundstation.logs.readers.mcap_index import McapIndex, McapMessage
from groundstation.logs.readers.mcap_log import McapLog
from groundstation.logs.readers.recorded_messages import SAID_BEFORE, newest_before
from groundstation.logs.readers.session_log import SessionLog
from groundstation.logs.readers.stamp_clock import frames_in
from groundstation.mavlink.frames import compid_of, msgid_of, sysid_of
from groundstation.transport import frame_batches
from groundstation.transport.frame_batches import FrameBatch


def write(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write the file.

    Args:
        log: an MCAP file or a session.
        out: of the file; must not be there yet.
        selection: what of the log; a name of a MAVLink message takes the vehicle's frames as a whole.
        on_progress: told how far it is; may cancel.

    Returns:
        How many messages were written.

    Raises:
        LogError: no such vehicle or message.
        OSError: the disk does not take it.
    """
    wanted = {(one.vehicle, one.name) for one in wanted_messages(log.info, selection)}
    indexes = _indexes(log)
    count, total, done = 0, sum(one.chunks for one in indexes), 0
    is_utc = log.info.time_base is TimeBase.UTC
    with McapFile(out) as file:
        for index in indexes:
            copy = _Copy(file, index, wanted, selection)
            if selection.has_before and selection.begin_s is not None:
                count += copy.before(selection.begin_s, is_utc=is_utc)
            for number in range(index.chunks):
                count += copy.chunk(number)
                done += 1
                if on_progress is not None:
                    on_progress(done / total)
    return count


def _indexes(log: Log) -> list[McapIndex]:
    if isinstance(log, McapLog):
        return [log.index]
    if isinstance(log, SessionLog):
        return [one.index for one in log.files]
    raise LogError(f"{log.info.path} is no MCAP file")


class _Copy:
    """Copies from one file."""

    def __init__(self, file: McapFile, index: McapIndex, wanted: set[tuple[str, str]], selection: ExportScope) -> None:
        self._file, self._index, self._selection = file, index, selection
        self._vehicles = {vehicle for vehicle, _ in wanted}
        self._ids: dict[int, int] = {}
        self._whole_logs: set[int] = set()
        """Channels with frames of which a part is wanted."""
        for number in index.chunks_of:
            channel = index.channels.get(number)
            kind = kind_of(number, channel)
            # messages whose channel was lost can't be written: nobody knows their topic
            if channel is not None and self._is_wanted(kind, wanted):
                self._ids[number] = self._channel(channel)
                # as a whole it is copied byte for byte; only for a part of it batches are taken apart
                if kind.is_frames and not kind.vehicle and selection != ExportScope():
                    self._whole_logs.add(number)

    def before(self, begin_s: float, *, is_utc: bool) -> int:
        """Copy what was said last before the beginning; returns how many messages."""
        count = 0
        for number, new in self._ids.items():
            channel = self._index.channels[number]
            if number in self._whole_logs:
                count += self._frames_before(number, new, begin_s)
                continue
            for one in newest_before(self._index, channel, begin_s, SAID_BEFORE, is_utc=is_utc):
                self._file.add(new, one.log_ns, one.publish_ns, one.number, one.data)
                count += 1
        return count

    def _frames_before(self, number: int, new: int, begin_s: float) -> int:
        """The newest frames of each message of each component before the beginning, as one batch."""
        newest: dict[tuple[int, int, int], deque[tuple[int, bytes]]] = {}
        last: FrameBatch | None = None
        for chunk in self._index.chunks_of[number]:
            for one in self._index.messages(chunk, frozenset((number,))):
                batch = frame_batches.decode(one.data)
                if batch is None or one.log_ns >= begin_s * 1e9:
                    continue
                last = batch
                for time_us, raw in frames_in(np.frombuffer(batch.body, np.uint8)).frames():
                    if time_us < begin_s * 1e6 and self._vehicles & set(_speakers(raw)):
                        place = sysid_of(raw), compid_of(raw), msgid_of(raw)
                        newest.setdefault(place, deque(maxlen=FRAMES_BEFORE)).append((time_us, raw))
        frames = sorted(frame for some in newest.values() for frame in some)
        if last is None or not frames:
            return 0
        body = b"".join(frame_batches.record(time_us, raw) for time_us, raw in frames)
        first_ns = frames[0][0] * 1000
        data = frame_batches.encode(last._replace(ts=first_ns // 10**6, body=body))
        self._file.add(new, first_ns, first_ns, last.seq, data)
        return 1

    def chunk(self, number: int) -> int:
        """Copy what is wanted of a chunk; returns how many messages."""
        count = 0
        for one in self._index.messages(number):
            new = self._ids.get(one.channel_id)
            part = None if new is None else self._part(one)
            if new is not None and part is not None:
                self._file.add(new, part.log_ns, part.publish_ns, part.number, part.data)
                count += 1
        return count

    def _part(self, message: McapMessage) -> McapMessage | None:
        """What of a message is wanted; None for nothing."""
        if message.channel_id in self._whole_logs:
            return self._frames(message)
        return message if self._selection.includes_time(message.log_ns / 1e9) else None

    def _frames(self, message: McapMessage) -> McapMessage | None:
        """A batch with the wanted frames only."""
        batch = frame_batches.decode(message.data)
        if batch is None:
            return None
        wanted = [
            (time_us, raw)
            for time_us, raw in frames_in(np.frombuffer(batch.body, np.uint8)).frames()
            if self._selection.includes_time(time_us / 1e6) and self._vehicles & set(_speakers(raw))
        ]
        if not wanted:
            return None
        first_us = wanted[0][0]
        body = b"".join(frame_batches.record(time_us, raw) for time_us, raw in wanted)
        data = frame_batches.encode(batch._replace(ts=first_us // 1000, body=body))
        # a batch stands where its first frame does
        return message._replace(log_ns=first_us * 1000, publish_ns=first_us * 1000, data=data)

    def _is_wanted(self, kind: Kind, wanted: set[tuple[str, str]]) -> bool:
        """Frames are in batches of a vehicle, and wanted as soon as anything of it is; a whole telemetry log always."""
        if kind.is_frames:
            return not kind.vehicle or kind.vehicle in self._vehicles
        is_any = self._selection.vehicle is None and not self._selection.messages
        return (kind.vehicle, kind.name) in wanted or (kind.is_copy and is_any)

    def _channel(self, channel: Channel) -> int:
        schema = self._index.schemas.get(channel.schema_id)
        # ids are given anew, since those of several files of a session mean different things
        number = self._file.schema(schema.name, schema.encoding, schema.data) if schema is not None else 0
        return self._file.channel(channel.topic, channel.message_encoding, channel.metadata, number)


def _speakers(raw: bytes) -> tuple[str, str]:
    """What the vehicle of a telemetry log may be called that a frame comes from: its system, and its component."""
    sysid, compid = sysid_of(raw), compid_of(raw)
    return str(sysid), f"{sysid}/{compid}"
