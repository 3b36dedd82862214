# SPDX-License-Identifier: Apache-2.0
"""Makes the zip of an incident, see `incident.py`. Any thread; writes files."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.progress import Progress, part_of
from groundstation.logs import large_payloads, session_folder
from groundstation.logs.bookmarks import bookmarks_of
from groundstation.logs.exports import as_mcap
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.incident import BOOKMARKS, COMMANDS, COPY_BYTES, INCIDENT, README, Incident
from groundstation.logs.incident_large import Taken, take
from groundstation.logs.log import Log, LogError
from groundstation.logs.log_lookup import named_vehicle
from groundstation.logs.own_files import new_file
from groundstation.logs.readers.session_log import SessionLog
from groundstation.logs.session_folder import Manifest, SessionFile, SessionState

_SECRET = re.compile(r"(\w+://)[^/\s@\"]*@")
_STORED = (session_folder.SUFFIX, large_payloads.SUFFIX)
_DATE = (1980, 1, 1, 0, 0, 0)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of a log."""

    at_s: float
    before_s: float = 120.0
    after_s: float = 60.0
    vehicle: str | None = None
    """Its id or name; None for all."""
    versions: dict[str, str] = {}
    commands: bytes | None = None
    """CSV of the journal; None for none."""
    command_rows: int | None = None


def pack(log: Log, wish: Wish, out: Path, on_progress: Progress | None = None) -> Incident:
    """Make the zip of an incident.

    Args:
        log: any, open.
        wish: which time of it.
        out: of the zip; must not be there yet.
        on_progress: told how far it is; may cancel.

    Raises:
        LogError: there is nothing at that time, or no such vehicle.
        OSError: the disk does not take it.
    """
    vehicle = None if wish.vehicle is None else named_vehicle(log.info, wish.vehicle).id
    begin_s, end_s = wish.at_s - wish.before_s, wish.at_s + wish.after_s
    about = Incident(
        source=Path(log.info.path).name,
        at_s=wish.at_s,
        begin_s=begin_s,
        end_s=end_s,
        time_base=log.info.time_base.value,
        vehicle=vehicle or "",
        versions=wish.versions,
        commands=wish.command_rows,
    )
    # beside the target: recordings are large, and the folder for temporary files may be small
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name:
        folder = Path(name)
        scope = ExportScope(vehicle=vehicle, begin_s=begin_s, end_s=end_s, has_before=True)
        files = _cut(log, folder, scope, on_progress)
        if not files:
            raise LogError(f"{log.info.path} has nothing between these times; 'groundstation log info' tells them")
        marks, large = bookmarks_of(log, begin_s, end_s), take(log, folder, begin_s, end_s)
        _write_texts(log, folder, about, files, _Beside(marks, large, wish.commands))
        _zip(folder, out)
    return about


def _cut(log: Log, folder: Path, scope: ExportScope, told: Progress | None) -> list[SessionFile]:
    """Cut the log's files, each to one of its own; of no file nothing is left but what has something in it."""
    parts: list[tuple[Log, ExportScope]] = [(log, scope)]
    if isinstance(log, SessionLog):
        has = {one.info.path: {vehicle.id for vehicle in one.info.vehicles} for one in log.files}
        # with one vehicle goes what belongs to none: bookmarks, sensors, bridges
        parts = [
            (one, scope if scope.vehicle in has[one.info.path] else msgspec.structs.replace(scope, vehicle=None))
            for one in log.files
            if scope.vehicle is None or scope.vehicle in has[one.info.path] or _is_rest(one)
        ]
    found = []
    for number, (part, wanted) in enumerate(parts):
        path = folder / _name(part, is_session=isinstance(log, SessionLog))
        count = _written(part, path, wanted, part_of(told, number / len(parts), (number + 1) / len(parts)))
        if count:
            found.append(SessionFile(name=path.name, messages=count, size_bytes=path.stat().st_size))
        else:
            path.unlink(missing_ok=True)
    return found


def _is_rest(log: Log) -> bool:
    return Path(log.info.path).name == session_folder.file_name(None)


def _name(log: Log, *, is_session: bool) -> str:
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(log.info.path).stem, flags=re.ASCII).strip("-_")[:60] or "log"
    return f"{stem}.mcap" if is_session else f"log-{stem}.mcap"


def _written(log: Log, path: Path, scope: ExportScope, told: Progress | None) -> int:
    try:
        return as_mcap.write(log, path, scope, told)
    except LogError:
        # a file of a session may have nothing of that; what is left out as a whole is told by `pack`
        return 0


class _Beside(NamedTuple):
    """What is in the zip beside recorded files."""

    marks: list[Bookmark]
    large: Taken
    commands: bytes | None


def _write_texts(log: Log, folder: Path, about: Incident, files: list[SessionFile], beside: _Beside) -> None:
    texts = {
        INCIDENT: msgspec.json.format(msgspec.json.encode(about)).decode(),
        BOOKMARKS: msgspec.json.format(msgspec.json.encode(beside.marks)).decode(),
        session_folder.MANIFEST: msgspec.json.format(msgspec.json.encode(_manifest(log, about, files))).decode(),
        README: _readme(about, files, beside),
    }
    if beside.commands is not None:
        texts[COMMANDS] = beside.commands.decode()
    for name, text in texts.items():
        (folder / name).write_text(without_secrets(text), encoding="utf-8", newline="")


def without_secrets(text: str) -> str:
    """A text in which no address has a user or a password."""
    return _SECRET.sub(r"\1", text)


def _manifest(log: Log, about: Incident, files: list[SessionFile]) -> Manifest:
    """Of the part, with the notes of the whole that are of its time."""
    whole = session_folder.load(Path(log.info.path)) if isinstance(log, SessionLog) else None
    notes = whole.notes if whole is not None else ()
    made = whole or Manifest(name=about.source, state=SessionState.CLOSED, began_unix_s=about.begin_s)
    return msgspec.structs.replace(
        made,
        state=SessionState.CLOSED,
        began_unix_s=about.begin_s,
        ended_unix_s=about.end_s,
        is_pinned=False,
        files=tuple(files),
        messages=sum(one.messages for one in files),
        notes=tuple(one for one in notes if about.begin_s <= one.at_unix_s <= about.end_s),
    )


def _readme(about: Incident, files: list[SessionFile], beside: _Beside) -> str:
    from_log = f"{about.begin_s:.3f} to {about.end_s:.3f} s of {about.source} ({about.time_base})"
    lines = [
        f"An incident at {about.at_s:.3f} s, cut from {from_log}" + (f", of {about.vehicle}" if about.vehicle else ""),
        "",
        "Drop this zip on the window of groundstation, or: groundstation import THIS.zip -o FOLDER",
        "Foxglove and PlotJuggler open the .mcap files as they are.",
        "",
        *(f"{one.name}: {one.messages:,} messages, with what was said last before the beginning" for one in files),
        f"{session_folder.MANIFEST}: the manifest of the session",
        *_large_lines(beside.large),
        f"{BOOKMARKS}: {len(beside.marks)} bookmarks of that time, with their notes",
        f"{COMMANDS}: "
        + ("no journal of that time was at hand" if about.commands is None else f"{about.commands} rows"),
        f"{INCIDENT}: the same for programs, with the versions of what made it",
        "",
        *(f"{name} {version}" for name, version in about.versions.items()),
        "",
        *(f"{one.at_unix_s:.3f}  {one.vehicle or '-'}  {one.by}: {one.shown_note}" for one in beside.marks),
    ]
    return "\n".join(lines) + "\n"


def _large_lines(large: Taken) -> list[str]:
    if not any(large):
        return []
    left_out = f"; of {large.left_out} more the beginning alone is in the recorded files" if large.left_out else ""
    return [f"{large_payloads.FOLDER}/: {large.whole} large payloads, each named by its SHA-256{left_out}"]


def _zip(folder: Path, out: Path) -> None:
    with new_file(out) as file:
        try:
            with zipfile.ZipFile(file, "w", allowZip64=True) as target:
                for one in sorted(path for path in folder.rglob("*") if path.is_file()):
                    # recordings are packed already; a payload of zeros would look like a bomb
                    kind = zipfile.ZIP_STORED if one.suffix in _STORED else zipfile.ZIP_DEFLATED
                    info = zipfile.ZipInfo(one.relative_to(folder).as_posix(), _DATE)
                    info.compress_type, info.external_attr = kind, (stat.S_IFREG | 0o644) << 16
                    with one.open("rb") as source, target.open(info, "w", force_zip64=True) as place:
                        shutil.copyfileobj(source, place, COPY_BYTES)
        except BaseException:
            out.unlink(missing_ok=True)
            raise
