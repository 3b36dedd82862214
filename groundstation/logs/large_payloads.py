# SPDX-License-Identifier: Apache-2.0
"""Large payloads beside a session: a folder `large/` with a file for each content, and a list of what came. Any thread.

A file is named by its hash and nothing else: a topic never becomes a name, and what comes twice lies there once. The
list has a line of JSON for each that came (docs/adr/0040). A folder from elsewhere is believed in nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from groundstation.fleet.large import LargePayload
from groundstation.fleet.progress import Progress
from groundstation.logs.log import LogError
from groundstation.logs.own_files import new_file, no_links

FOLDER, INDEX = "large", "index.jsonl"
SUFFIX, PART = ".bin", ".part"
NAME = re.compile(r"[0-9a-f]{64}\.bin", re.ASCII)
MAX_INDEX_BYTES = 16 * 1024 * 1024
"""A longer list is written anew, with what is still there."""
KEPT_INDEX_BYTES = MAX_INDEX_BYTES // 2
COPY_BYTES = 1 << 20
_decoder, _encoder = msgspec.json.Decoder(LargePayload), msgspec.json.Encoder()


class KeptFile(NamedTuple):
    """A file with a large payload."""

    path: Path
    size_bytes: int
    newest_s: float
    """When its content came the last time, seconds since 1970."""


def file_name(sha256: str) -> str:
    """Name of the file of a content."""
    return f"{sha256}{SUFFIX}"


def folder_of(session: Path) -> Path:
    """Where the large payloads of a session lie."""
    return session / FOLDER


def make_folder(session: Path) -> Path:
    """The same, made where it is missing; a link that somebody put there is taken away.

    Raises:
        OSError: it can't be made; so of a session that is gone.
    """
    folder = folder_of(session)
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(exist_ok=True)
    return folder


def entries(session: Path) -> list[LargePayload]:
    """What came, the oldest first; lines that make no sense are left out. Not all of it need be there still."""
    folder = folder_of(session)
    if folder.is_symlink():
        return []
    try:
        with open(folder / INDEX, "rb", opener=_read_no_links) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2 * MAX_INDEX_BYTES))
            lines = file.read(2 * MAX_INDEX_BYTES).splitlines()
    except OSError:
        return []
    return list(_decoded(lines))


def _decoded(lines: list[bytes]) -> Iterator[LargePayload]:
    for line in lines:
        try:
            yield _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # a kill cut the last line, or a stranger wrote it


def add_entry(session: Path, one: LargePayload) -> None:
    """Note that one came, behind all others.

    Raises:
        OSError: the disk does not take it.
    """
    path = make_folder(session) / INDEX
    line = _encoder.encode(one) + b"\n"
    with open(path, "ab", opener=no_links) as file:
        # a line that a kill cut stays alone
        if file.tell() and not _ends_with_line(path):
            file.write(b"\n")
        file.write(line)
        is_long = file.tell() > MAX_INDEX_BYTES
    if is_long:
        _shorten(session, path)


def _ends_with_line(path: Path) -> bool:
    with open(path, "rb", opener=_read_no_links) as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _shorten(session: Path, path: Path) -> None:
    """Write the list anew: the newest of those whose files are there."""
    kept: list[bytes] = []
    size = 0
    for one in reversed(entries(session)):
        line = _encoder.encode(one) + b"\n"
        if size + len(line) > KEPT_INDEX_BYTES:
            break
        if path_of(session, one) is not None:
            kept.append(line)
            size += len(line)
    beside = path.with_name(f".{INDEX}.new")
    with new_file(beside) as file:
        file.writelines(reversed(kept))
    beside.replace(path)


def path_of(session: Path, one: LargePayload) -> Path | None:
    """The file of one that came; None where it is gone, or not all of it is there."""
    folder = folder_of(session)
    path = folder / file_name(one.sha256)
    try:
        found = path.lstat()
    except OSError:
        return None
    is_whole = stat.S_ISREG(found.st_mode) and found.st_size == one.size_bytes and not folder.is_symlink()
    return path if is_whole else None


def kept_files(session: Path) -> list[KeptFile]:
    """The files of a session, in no order; links are not followed."""
    folder, found = folder_of(session), []
    if folder.is_symlink() or not folder.is_dir():
        return []
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(OSError):  # it may go at this moment
            told = path.lstat()
            if NAME.fullmatch(path.name) and stat.S_ISREG(told.st_mode):
                found.append(KeptFile(path, told.st_size, told.st_mtime))
    return found


def remove_parts(session: Path) -> int:
    """Delete what an earlier life of a recorder left half; returns how many. Only for who holds the session's lock."""
    folder = folder_of(session)
    if folder.is_symlink() or not folder.is_dir():
        return 0
    parts = list(folder.glob(f"*{PART}"))
    for one in parts:
        with contextlib.suppress(OSError):  # Windows deletes nothing that is open
            one.unlink(missing_ok=True)
    return len(parts)


def read_bytes(path: Path, begin: int, count: int) -> bytes:
    """Some bytes of a file; fewer at its end.

    Raises:
        LogError: it can't be read.
    """
    try:
        with open_file(path) as file:
            file.seek(begin)
            return file.read(count)
    except OSError as error:
        raise LogError(f"{path} can't be read ({error.strerror or error}); it may have been dropped") from error


def open_file(path: Path) -> BinaryIO:
    """Open a kept file for reading; a link is not followed.

    Raises:
        OSError: it can't be opened.
    """
    return open(path, "rb", opener=_read_no_links)


def save(path: Path, one: LargePayload, target: Path, told: Progress | None = None) -> None:
    """Copy one to a file of the operator's, and see that it is the one by its hash.

    Args:
        path: of the kept file.
        one: what it is.
        target: where; what is there already is replaced once all is copied.
        told: how far it is; may cancel.

    Raises:
        LogError: it can't be read or written, or is damaged; nothing half is left behind.
        CancelledError: by `told`; the same.
    """
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise LogError(f"{target} can't be written: it is a folder, or in none that is there; give another name")
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    done, digest = 0, hashlib.sha256()
    try:
        with open_file(path) as source, new_file(beside) as place:
            while data := source.read(COPY_BYTES):
                place.write(data)
                digest.update(data)
                done += len(data)
                if told is not None:
                    told(min(1.0, done / max(one.size_bytes, 1)))
        if digest.hexdigest() != one.sha256:
            raise LogError(f"{path} is damaged: it is not what its name says any more")
        beside.replace(target)
    except OSError as error:
        place_name = error.filename or target
        raise LogError(f"{place_name}: {error.strerror or error}; choose another place, or make room") from error
    finally:
        beside.unlink(missing_ok=True)


def _read_no_links(path: str, flags: int) -> int:
    # a pipe that somebody put there must hold nobody up
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
