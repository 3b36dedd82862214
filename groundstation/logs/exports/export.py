# SPDX-License-Identifier: Apache-2.0
"""Makes a file in another format out of a log: beside its place first, then there, so that nothing half stands there.

Any thread; long, with progress and cancel.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.progress import Progress, part_of
from groundstation.logs import large_payloads
from groundstation.logs.damage_text import damage_lines
from groundstation.logs.exports import as_csv, as_mcap, as_tlog, as_tracks
from groundstation.logs.exports.formats import ExportFormat
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.log import Log, LogError
from groundstation.logs.open_log import open_log

OPENING = 0.4
"""Share of the work that opening is."""


Writer = Callable[[Log, Path, ExportScope, Progress | None], int]
"""Writes a selection of a log to a path; returns how many of what `formats.COUNTED` says."""

WRITERS: dict[ExportFormat, Writer] = {
    ExportFormat.CSV: as_csv.write,
    ExportFormat.TLOG: as_tlog.write,
    ExportFormat.KML: as_tracks.write_kml,
    ExportFormat.GPX: as_tracks.write_gpx,
    ExportFormat.GEOJSON: as_tracks.write_geojson,
    ExportFormat.MCAP: as_mcap.write,
}


class Exported(NamedTuple):
    """What was made."""

    path: Path
    """The file, or the folder of files."""
    messages: int
    """How many of what `formats.COUNTED` says."""
    size_bytes: int
    notes: tuple[str, ...]
    """What could not be brought along, a line each."""


def default_out(path: Path, form: ExportFormat, *, is_folder: bool) -> Path:
    """Where it goes when nobody says: beside the log, with its name.

    Args:
        path: of the log.
        form: of what is made.
        is_folder: whether that is a folder of files.
    """
    stem = path.name if path.is_dir() else path.stem
    return path.with_name(f"{stem}-{form.value}" if is_folder else f"{stem}.{form.value}")


def export(
    path: Path,
    form: ExportFormat,
    out: Path | None = None,
    selection: Callable[[Log], ExportScope] | None = None,
    *,
    may_replace: bool = False,
    on_progress: Progress | None = None,
) -> Exported:
    """Make a file, or for CSV of several messages a folder of files.

    Args:
        path: of the log.
        form: what to make.
        out: where; None for beside the log.
        selection: what of it, asked for when the log is open; None for all.
        may_replace: whether what is there already may go.
        on_progress: told how far it is; may cancel.

    Raises:
        LogError: the log can't be read, has nothing of that, or something is there already; one line with a remedy.
        CancelledError: by `on_progress`; nothing is left behind.
    """
    with open_log(path, part_of(on_progress, 0.0, OPENING)) as log:
        notes = (*damage_lines(log.info), *_large_note(path, form))
        wanted = ExportScope() if selection is None else selection(log)
        is_folder = form is ExportFormat.CSV and as_csv.is_folder(log, wanted)
        target = out if out is not None else default_out(path, form, is_folder=is_folder)
        try:
            _check(path, target, is_folder=is_folder, may_replace=may_replace)
            with _beside(target) as place:
                messages = WRITERS[form](log, place, wanted, part_of(on_progress, OPENING, 1.0))
                if not messages:
                    raise LogError(
                        f"{path} has nothing of that between these times; 'groundstation log info' tells them"
                    )
            return Exported(target, messages, _size(target), notes)
        except OSError as error:
            raise LogError(f"{target} can't be written ({error.strerror or error}); choose another place") from error


def _large_note(path: Path, form: ExportFormat) -> tuple[str, ...]:
    """Large payloads lie beside a session, and are in no other file."""
    count = len(large_payloads.entries(path)) if form is ExportFormat.MCAP else 0
    if not count:
        return ()
    return (f"{count} large payloads are in it by their beginning; 'groundstation recordings large' saves them whole",)


def _check(path: Path, target: Path, *, is_folder: bool, may_replace: bool) -> None:
    if not target.name or target.name == "..":
        raise LogError(f"'{target}' is no name for what is made; give one with -o")
    if target.exists() and target.resolve() == path.resolve():
        raise LogError(f"{target} is the log itself; give another name with -o")
    if target.exists() and not may_replace:
        raise LogError(f"{target} is there already; give another name with -o, or replace it with --force")
    if target.is_dir() and not is_folder:
        raise LogError(f"{target} is a folder; give the name of a file in it with -o")
    # it would be replaced as a whole, with what belongs to somebody else
    if target.is_dir() and any(one.suffix != ".csv" and one.is_file() for one in target.rglob("*")):
        raise LogError(f"{target} is a folder with other things in it; give another name with -o")
    if not target.parent.is_dir():
        raise LogError(f"there is no folder {target.parent}; make it first, or give another name with -o")


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place beside the target; what was written there comes to the target, unless something went wrong."""
    # with the number of this process: two exports to one target must not write into one file
    place = target.with_name(f".{target.name}.{os.getpid()}.part")
    _delete(place)
    try:
        yield place
        # the system puts no folder in place of one that has something in it (POSIX, rename)
        if target.is_dir() or place.is_dir():
            _swap(place, target)
        else:
            place.replace(target)
    finally:
        _delete(place)


def _swap(place: Path, target: Path) -> None:
    """Put a folder where something may be already, which stays whole until then."""
    old = place.with_suffix(".old")
    _delete(old)
    if target.exists():
        target.replace(old)
    try:
        place.replace(target)
    # also of a cancel: what was there comes back
    except BaseException:
        if old.exists():
            old.replace(target)
        raise
    _delete(old)


def _delete(path: Path) -> None:
    # of a link only the link goes, never the folder that it points to
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) if path.is_dir() else path.stat().st_size
