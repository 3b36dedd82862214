# SPDX-License-Identifier: Apache-2.0
"""A part of a recording as an MCAP file of its own: payloads, channels, schemas as they are. Any thread; writes a file.

What was damaged is left out, so that a damaged recording becomes a sound one.
"""

from __future__ import annotations

from pathlib import Path

from mcap.records import Channel

from groundstation.recording.exports.selection import Selection, wanted_messages
from groundstation.recording.log import Log, LogError, Progress
from groundstation.recording.mcap_file import McapFile
from groundstation.recording.readers.mcap_channels import Kind, kind_of
from groundstation.recording.readers.mcap_index import McapIndex
from groundstation.recording.readers.mcap_log import McapLog
from groundstation.recording.readers.session_log import SessionLog


def write(log: Log, out: Path, selection: Selection, on_progress: Progress | None = None) -> int:
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
    with McapFile(out) as file:
        for index in indexes:
            copy = _Copy(file, index, wanted, selection)
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

    def __init__(self, file: McapFile, index: McapIndex, wanted: set[tuple[str, str]], selection: Selection) -> None:
        self._file, self._index, self._selection = file, index, selection
        vehicles = {vehicle for vehicle, _ in wanted}
        self._ids: dict[int, int] = {}
        for number in index.chunks_of:
            channel = index.channels.get(number)
            kind = kind_of(number, channel)
            if channel is not None and _is_wanted(kind, wanted, vehicles):
                self._ids[number] = self._channel(channel)

    def chunk(self, number: int) -> int:
        """Copy what is wanted of a chunk; returns how many messages."""
        count = 0
        for one in self._index.messages(number):
            new = self._ids.get(one.channel_id)
            if new is not None and self._selection.includes_time(one.log_ns / 1e9):
                self._file.add(new, one.log_ns, one.publish_ns, one.number, one.data)
                count += 1
        return count

    def _channel(self, channel: Channel) -> int:
        schema = self._index.schemas.get(channel.schema_id)
        number = self._file.schema(schema.name, schema.encoding, schema.data) if schema is not None else 0
        return self._file.channel(channel.topic, channel.message_encoding, channel.metadata, number)


def _is_wanted(kind: Kind, wanted: set[tuple[str, str]], vehicles: set[str]) -> bool:
    """Frames are in batches of a vehicle, and wanted as soon as anything of it is; of a whole telemetry log always."""
    if kind.is_frames:
        return not kind.vehicle or kind.vehicle in vehicles
    return (kind.vehicle, kind.name) in wanted or kind.is_copy
