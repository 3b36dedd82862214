# SPDX-License-Identifier: Apache-2.0
"""Comma-separated values (RFC 4180): a file for each message of each vehicle. Any thread; writes files.

The first line names the cells, time first: seconds since 1970 UTC, or since the start of the autopilot where the log
does not tell the date. Unknown is empty; bytes are hexadecimal. Neither a spreadsheet nor a terminal obeys the
texts, unless they are asked for exactly.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from groundstation.fleet.progress import Progress
from groundstation.logs.csv_cells import guarded
from groundstation.logs.exports import rows
from groundstation.logs.exports.selection import ExportScope, spans, wanted_messages
from groundstation.logs.log import Columns, Log, MessageInfo
from groundstation.logs.own_files import new_file

_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL"}) | {f"{name}{n}" for name in ("COM", "LPT") for n in range(1, 10)}
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,+[]()")


def write(log: Log, out: Path, selection: ExportScope, on_progress: Progress | None = None) -> int:
    """Write one file, or a folder of files.

    Args:
        log: any.
        out: the file, when one message is selected; else the folder, which must not be there yet.
        selection: what of the log.
        on_progress: told how far it is; may cancel.

    Returns:
        How many lines were written, headings left out.

    Raises:
        LogError: no such vehicle or message.
        OSError: the disk does not take it.
    """
    messages = wanted_messages(log.info, selection)
    total, done, lines = sum(one.count for one in messages), 0, 0
    paths = {(one.vehicle, one.name): out for one in messages}
    if len(messages) > 1:
        out.mkdir()
        paths = _paths(messages, out)
    for one in messages:
        lines += _write_one(log, one, paths[one.vehicle, one.name], selection)
        done += one.count
        if on_progress is not None:
            on_progress(done / max(total, 1))
    return lines


def is_folder(log: Log, selection: ExportScope) -> bool:
    """Whether a selection becomes a folder of files."""
    return len(wanted_messages(log.info, selection)) > 1


def _write_one(log: Log, message: MessageInfo, path: Path, selection: ExportScope) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    # JSON may name half a character, which reads back in this way only
    with (
        new_file(path) as below,
        io.TextIOWrapper(below, encoding="utf-8", errors="surrogatepass", newline="") as file,
    ):
        table = csv.writer(file)
        for number, part in enumerate(_parts(log, message, selection)):
            if number == 0:
                names = rows.heading_of(part)
                table.writerow(names if selection.is_exact else map(guarded, names))
            table.writerows(rows.lines(part, is_exact=selection.is_exact))
            count += part.time_s.size
    return count


def _parts(log: Log, message: MessageInfo, selection: ExportScope) -> Iterator[Columns]:
    """The message in parts that fit into memory; one without times in one."""
    if message.first_s is None:
        yield log.columns(message.name, vehicle=message.vehicle)
        return
    for begin_s, end_s, _ in spans(log, (message,), selection):
        yield log.columns(message.name, vehicle=message.vehicle, begin_s=begin_s, end_s=end_s)


def _paths(messages: tuple[MessageInfo, ...], out: Path) -> dict[tuple[str, str], Path]:
    """A path for each message; two that differ in letters that a file name can't have get a number."""
    folders = {one.vehicle for one in messages}
    taken: Counter[str] = Counter()  # some file systems don't tell capitals from small letters
    found = {}
    for one in messages:
        folder = out / _file_name(one.vehicle or "no vehicle") if len(folders) > 1 else out
        path = folder / f"{_file_name(one.name)}.csv"
        key = str(path).casefold()
        taken[key] += 1
        if taken[key] > 1:  # no other name has a space in it
            path = path.with_name(f"{path.stem} {taken[key]}.csv")
        found[one.vehicle, one.name] = path
    return found


def _file_name(text: str) -> str:
    """A name that any file system takes: `/` becomes `-`, and what is a device on Windows gets one before it."""
    name = "".join(one if one in _SAFE else "-" for one in text).strip(".")[:100] or "-"
    return f"-{name}" if name.split(".")[0].upper() in _DEVICES else name
