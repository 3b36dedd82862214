# SPDX-License-Identifier: Apache-2.0
"""Opens any log: what it is, its content tells, not its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.progress import Progress
from groundstation.logs.incident import ZIP_MAGIC, is_incident
from groundstation.logs.log import Log, LogError, LogReader
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.readers.dataflash_log import DataflashLog
from groundstation.logs.readers.dataflash_text_log import DataflashTextLog
from groundstation.logs.readers.mapped_file import MappedFile
from groundstation.logs.readers.mcap_log import McapLog
from groundstation.logs.readers.session_log import SessionLog
from groundstation.logs.readers.tlog_log import TlogLog
from groundstation.logs.readers.ulog_log import UlogLog

LOOKED_AT_BYTES = (1 << 14, 1 << 20)
"""What a file is its beginning tells; where that is damaged, more of it. With a damaged first megabyte it is no log."""
_CERTAIN = 1 << 30


class _Sign(NamedTuple):
    """How a format shows."""

    count: Callable[[bytes], int]
    """How often it shows in the first bytes of a file."""
    reader: LogReader


def _starts_with(magic: bytes) -> Callable[[bytes], int]:
    return lambda data: _CERTAIN if data.startswith(magic) else 0


def _occurrences(pattern: bytes, weight: int = 1) -> Callable[[bytes], int]:
    found = re.compile(pattern)
    # as if a line ended before it: a pattern that begins with that is found much faster than the beginning of a line
    return lambda data: weight * len(found.findall(b"\n" + data))


_SIGNS = (
    _Sign(_starts_with(MAGIC), McapLog),
    _Sign(_starts_with(b"ULog\x01\x12\x35"), UlogLog),
    # a chunk, where the beginning is damaged; so long a pattern counts for many
    _Sign(_occurrences(rb"(?s)\x06.{5}\0\0\0.{28}(?:\x04\0\0\0zstd|\x03\0\0\0lz4)", 1_000), McapLog),
    # the head of a record and its type; FMT counts for many, since nothing else has it
    _Sign(_occurrences(rb"(?s)\xa3\x95."), DataflashLog),
    _Sign(_occurrences(rb"\n[A-Z0-9]{2,4}, ?[-0-9A-Za-z. ]+,"), DataflashTextLog),
    # a stamp of the years 2000 to 2100 before the magic of a frame
    _Sign(_occurrences(rb"(?s)\x00[\x03-\x0e].{6}[\xfd\xfe]"), TlogLog),
    # the same of a computer whose clock was not set
    _Sign(_occurrences(rb"(?s)\x00[\x00-\x02].{6}(?:\xfd.[\x00\x01]|\xfe)"), TlogLog),
)


def _of_zip(path: Path) -> str:
    if is_incident(path):
        return f"{path} is an incident; unpack it with 'groundstation import {path.name}', and open the folder"
    return f"{path} is a zip; unpack it first, and open what is in it"


def _reader_of(beginning: bytes) -> LogReader | None:
    most, reader = 0, None
    for sign in _SIGNS:
        # by how often: single signs stand in any large file; the reader that leads needs no further sign
        if sign.reader is not reader and (count := sign.count(beginning)) > most:
            most, reader = count, sign.reader
    return reader


def open_log(path: Path, on_progress: Progress | None = None) -> Log:
    """Open an MCAP file, a recorded session, a tlog, a DataFlash log (`.bin`, `.log`) or a ULog.

    Args:
        path: of the file, or of the folder of a session.
        on_progress: told how far the first reading is; may cancel.

    Raises:
        LogError: it can't be read or is no log; one line with cause and remedy.
        CancelledError: by `on_progress`.
    """
    if path.is_dir():
        return SessionLog(path, on_progress)
    file = MappedFile(path)
    if file.map[: len(ZIP_MAGIC)] == ZIP_MAGIC:
        file.close()
        raise LogError(_of_zip(path))
    try:
        reader = next(filter(None, (_reader_of(file.map[:size]) for size in LOOKED_AT_BYTES)), None)
    finally:
        file.close()
    if reader is not None:
        return reader(path, on_progress)
    raise LogError(f"{path} is no log that can be read here; there are .mcap, tlog, .bin, .log and .ulg")
