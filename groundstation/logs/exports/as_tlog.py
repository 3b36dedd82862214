# SPDX-License-Identifier: Apache-2.0
"""A telemetry log of the frames in a log: byte for byte those that came in. Any thread; writes a file.

Layout: 8 bytes, big-endian microseconds since 1970, before each frame, as MAVProxy, Mission Planner and QGroundControl
write it.
"""

from __future__ import annotations

from pathlib import Path

from groundstation.fleet.progress import Progress
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.log import Log, LogError
from groundstation.logs.own_files import new_file
from groundstation.transport import frame_batches

BUFFER_BYTES = 1 << 20


def write(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write the file.

    Args:
        log: with frames.
        out: of the file; written over.
        selection: which vehicle, from when to when; names of messages don't count.
        on_progress: told how far it is; may cancel.

    Returns:
        How many frames were written.

    Raises:
        LogError: there are no frames in it.
        OSError: the disk does not take it.
    """
    count = 0
    with new_file(out, BUFFER_BYTES) as file:
        for time_us, raw in log.frames(selection.vehicle, on_progress):
            if selection.includes_time(time_us / 1e6):
                # batches hold their frames as telemetry logs do: a stamp of 8 bytes before each
                file.write(frame_batches.record(time_us, raw))
                count += 1
    if not count:
        raise LogError(f"{log.info.path} has no MAVLink frames of that; export it as csv or mcap, which need none")
    return count
