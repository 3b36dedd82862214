# SPDX-License-Identifier: Apache-2.0
"""What an earlier life of a recorder left: its files are mended, and a young session is gone on with. Thread `disk`."""

from __future__ import annotations

import logging
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from filelock import FileLock
from mcap.opcode import Opcode

from groundstation.logs import large_payloads, session_folder
from groundstation.logs.log import LogError
from groundstation.logs.mcap.chunk_ledger import Layout
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.mcap.mcap_records import MESSAGE_HEAD, content_of, records
from groundstation.logs.session_folder import Manifest, Note, SessionFile, SessionState
from groundstation.recording import session
from groundstation.recording.mcap_scan import mend
from groundstation.transport import topics
from groundstation.transport.sequence import RunState
from groundstation.transport.stamps import Stamp, stamp_of

log = logging.getLogger("groundstation.recorder")

YOUNG_S = 600.0
"""A session that was written to so short a time ago is gone on with: a flight stays in one piece."""


class Numbers(msgspec.Struct, frozen=True):
    """What had come when it was written, and how long the files were then."""

    runs: list[RunState]
    kept: list[str]
    ends: dict[str, int]


class Resumed(NamedTuple):
    """A session to go on with."""

    folder: Path
    manifest: Manifest
    lock: FileLock
    layouts: dict[str, Layout]
    """By file name."""
    numbers: Numbers
    later: list[tuple[str, Stamp]]
    """Topic and stamp of what came after the numbers were written, in order of the files."""
    words: str
    """One line: what was lost."""


def mend_all(out: Path, now_unix_s: float, broker: str) -> Resumed | None:
    """Mend every session whose recorder was killed.

    Args:
        out: folder of the sessions.
        now_unix_s: seconds since 1970.
        broker: a session of the same broker is gone on with when it is young.

    Returns:
        The session to go on with; None for none.
    """
    folders = session_folder.sessions(out)
    resumed: Resumed | None = None
    for folder in folders:
        try:
            resumed = _mend_one(folder, now_unix_s, broker, is_newest=folder == folders[-1]) or resumed
        except Exception:  # an old session that can't be mended must not keep a new one from being recorded
            log.exception("session %s can't be mended; it is left as it is", folder.name)
    return resumed


def _mend_one(folder: Path, now_unix_s: float, broker: str, *, is_newest: bool) -> Resumed | None:
    """Mend a session that nobody writes any more; it is given back when it is to be gone on with."""
    manifest = session_folder.load(folder)
    if manifest is None or manifest.state is not SessionState.RECORDING:
        return None
    held = session.lock(folder)
    # another recorder writes it: what is not whole yet will be
    if held is None:
        return None
    found: Resumed | None = None
    try:
        large_payloads.remove_parts(folder)
        last_unix_s = _last_written_unix_s(folder, manifest)
        # a time to come is of a clock that was set: how young it is nobody can tell
        is_young = 0 <= now_unix_s - last_unix_s < YOUNG_S
        if is_newest and is_young and manifest.broker == broker:
            found = _open_again(folder, manifest, held, last_unix_s, now_unix_s)
        else:
            _close_for_good(folder, manifest, last_unix_s)
    finally:
        if found is None:
            session.unlock(held)
    return found


def _last_written_unix_s(folder: Path, manifest: Manifest) -> float:
    # by the files: a recorder that was killed wrote no end into its manifest
    times = [one.stat().st_mtime for one in session_folder.mcap_files(folder)]
    return max([manifest.began_unix_s, *times])


def _mended(folder: Path, *, close: bool) -> tuple[dict[str, Layout], int, list[str]]:
    """Layout of each file, bytes behind the last whole chunks, files that are none."""
    layouts: dict[str, Layout] = {}
    lost_bytes, strange = 0, []
    for path in session_folder.mcap_files(folder):
        try:
            found = mend(path, close=close)
        except LogError:
            # kept, since somebody may still save what is in it; but never opened again by us
            path.rename(path.with_name(f"{path.name}.damaged"))
            strange.append(path.name)
            continue
        layouts[path.name] = found.layout
        lost_bytes += found.lost_bytes
    return layouts, lost_bytes, strange


def _words(lost_bytes: int, strange: list[str], layouts: dict[str, Layout], last_unix_s: float) -> str:
    ends_ns = [layout.last_ns for layout in layouts.values() if layout.last_ns is not None]
    unwritten_s = max(0.0, last_unix_s - max(ends_ns) / 1e9) if ends_ns else 0.0
    lost = f"{lost_bytes} bytes behind the last whole chunks, {unwritten_s:.1f} s at most" if lost_bytes else "nothing"
    named = f"; {', '.join(strange)} had no whole beginning and was set aside" if strange else ""
    return f"the recorder was ended in the middle; {len(layouts)} files were mended, lost: {lost}{named}"


def _open_again(folder: Path, manifest: Manifest, held: FileLock, last_unix_s: float, now_unix_s: float) -> Resumed:
    layouts, lost_bytes, strange = _mended(folder, close=False)
    words = f"{_words(lost_bytes, strange, layouts, last_unix_s)}; going on after {now_unix_s - last_unix_s:.1f} s"
    log.warning("session %s: %s", manifest.name, words)
    numbers = _numbers(folder)
    later = [
        one
        for name, layout in layouts.items()
        for one in _stamps_behind(folder / name, layout, numbers.ends.get(name, 0))
    ]
    return Resumed(folder, manifest, held, layouts, numbers, later, words)


def _numbers(folder: Path) -> Numbers:
    try:
        return msgspec.json.decode((folder / session_folder.NUMBERS).read_bytes(), type=Numbers)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Numbers([], [], {})


def _stamps_behind(path: Path, layout: Layout, end: int) -> Iterator[tuple[str, Stamp]]:
    """Stamps of the messages in chunks that begin at `end`, between two records, or later."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        # only what came after the numbers were written: what was before is in them
        for record in records(data, max(end, len(MAGIC)), layout.end):
            content = content_of(data, record.start, record.end) if record.opcode == Opcode.CHUNK else None
            if content is not None:
                yield from _stamps_in(content, layout)


def _stamps_in(content: bytes, layout: Layout) -> Iterator[tuple[str, Stamp]]:
    for record in records(content, 0, len(content)):
        if record.opcode != Opcode.MESSAGE or record.end - record.body < MESSAGE_HEAD.size:
            continue
        channel = layout.channels.get(MESSAGE_HEAD.unpack_from(content, record.body)[0])
        if channel is None:
            continue
        topic = topics.parse(channel.topic)
        leaf = topic.leaf if topic is not None else ""
        stamp = stamp_of(leaf, content[record.body + MESSAGE_HEAD.size : record.end]) if leaf else None
        if stamp is not None:
            yield channel.topic, stamp


def _close_for_good(folder: Path, manifest: Manifest, last_unix_s: float) -> None:
    layouts, lost_bytes, strange = _mended(folder, close=True)
    words = _words(lost_bytes, strange, layouts, last_unix_s)
    log.warning("session %s: %s", manifest.name, words)
    vehicles = {one.name: one.vehicle for one in manifest.files}
    files = tuple(
        SessionFile(
            name=name,
            vehicle=vehicles.get(name) or vehicle_of(name),
            messages=layout.messages,
            size_bytes=(folder / name).stat().st_size,
        )
        for name, layout in sorted(layouts.items())
    )
    session_folder.save(
        folder,
        msgspec.structs.replace(
            manifest,
            state=SessionState.MENDED,
            ended_unix_s=last_unix_s,
            files=files,
            messages=sum(one.messages for one in files),
            notes=(*manifest.notes, Note(last_unix_s, words))[-session_folder.MAX_NOTES :],
        ),
    )
    (folder / session_folder.NUMBERS).unlink(missing_ok=True)


def vehicle_of(name: str) -> str:
    """The vehicle of a file by its name; empty for the rest."""
    root, dash, rest = name.removesuffix(session_folder.SUFFIX).partition("-")
    return f"{root}/{rest}" if dash else ""
