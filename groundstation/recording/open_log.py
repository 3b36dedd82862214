# SPDX-License-Identifier: Apache-2.0
"""Opens any log by what is in it; names of files say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from groundstation.recording.log import Log, LogError, LogFormat, LogReader, Progress
from groundstation.recording.mapped_file import MappedFile

HEAD_BYTES = 1 << 20
"""So much of the beginning is looked at."""
_MCAP = b"\x89MCAP0\r\n"
_ULOG = b"\x55\x4c\x6f\x67\x01\x12\x35"
_FMT = b"\xa3\x95\x80"
"""Head of a format in a binary DataFlash log."""
_TEXT = re.compile(rb"(?m)^FMT, ?\d+, ?\d+, ?\w{1,4},")
_STAMPED = re.compile(rb"(?s)(?=\x00[\x03-\x0e].{6}(?:\xfd..\x00|\xfe))")
"""A stamp of the years 2000 to 2100 before a MAVLink frame."""


def open_log(path: Path, on_progress: Progress | None = None) -> Log:
    """Open a log of any format that can be read.

    Args:
        path: of the file.
        on_progress: told how far the first reading is; may cancel.

    Raises:
        LogError: it can't be read, or it is no log.
        CancelledError: by `on_progress`.
    """
    format_ = format_of(path)
    reader = _READERS.get(format_) if format_ is not None else None
    if reader is None:
        kind = "no log that is known here" if format_ is None else f"a log of the format {format_}"
        known = ", ".join(sorted(_READERS))
        raise LogError(f"{path} is {kind}; what can be read: {known}")
    return reader()(path, on_progress)


def format_of(path: Path) -> LogFormat | None:
    """The format of a file by its content; None for no log.

    Raises:
        LogError: it can't be read or is empty.
    """
    file = MappedFile(path)
    try:
        return _format_of(file.map[:HEAD_BYTES])
    finally:
        file.close()


def _format_of(head: bytes) -> LogFormat | None:
    by_magic = {_MCAP: LogFormat.MCAP, _ULOG: LogFormat.ULOG, _FMT: LogFormat.DATAFLASH}
    for magic, format_ in by_magic.items():
        if head.startswith(magic):
            return format_
    # the beginning may be damaged: whichever is seen first
    seen = {
        LogFormat.DATAFLASH: head.find(_FMT),
        LogFormat.DATAFLASH_TEXT: _place(_TEXT, head),
        LogFormat.TLOG: _place(_STAMPED, head),
    }
    found = {format_: place for format_, place in seen.items() if place >= 0}
    return min(found, key=lambda one: found[one]) if found else None


def _place(pattern: re.Pattern[bytes], head: bytes) -> int:
    found = pattern.search(head)
    return found.start() if found else -1


def _tlog() -> LogReader:
    from groundstation.recording.tlog_log import TlogLog

    return TlogLog


def _dataflash() -> LogReader:
    from groundstation.recording.dataflash_log import DataflashLog

    return DataflashLog


def _ulog() -> LogReader:
    from groundstation.recording.ulog_log import open_ulog

    return open_ulog


_READERS: dict[LogFormat, Callable[[], LogReader]] = {
    LogFormat.TLOG: _tlog,
    LogFormat.DATAFLASH: _dataflash,
    LogFormat.ULOG: _ulog,
}
"""Who reads a format; imported when it is needed."""
