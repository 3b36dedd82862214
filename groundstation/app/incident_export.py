# SPDX-License-Identifier: Apache-2.0
"""An incident out of a log: its time, the commands of that time, and the versions of what made it. Main thread."""

from __future__ import annotations

import importlib.metadata
import io
import platform
from pathlib import Path

from groundstation import __version__
from groundstation.app import log_times
from groundstation.app.log_times import Around
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import Progress, part_of
from groundstation.logs import incident_pack
from groundstation.logs.incident import Incident
from groundstation.logs.log import LogError, LogInfo
from groundstation.logs.open_log import open_log
from groundstation.recording import journal

LIBRARIES = ("PySide6-Essentials", "pymavlink", "paho-mqtt", "mcap", "msgspec", "numpy")
OPENING = 0.3
"""Share of the work that opening is."""


def export_incident(
    path: Path, around: Around, out: Path, journal_file: Path, *, may_replace: bool, told: Progress | None = None
) -> Incident:
    """Make the zip of an incident.

    Args:
        path: of the log.
        around: which time of it.
        out: of the zip.
        journal_file: the journal of commands; may be missing.
        may_replace: whether a file that is there is replaced.
        told: how far it is; may cancel.

    Raises:
        UsageError: the moment is none, or outside of the log.
        LogError: the log can't be read, has nothing then, or the zip can't be written.
    """
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise LogError(f"{out} can't be written: it is a folder, or in none that is there; give another name with -o")
    if out.exists() and not may_replace:
        raise LogError(f"{out} is there already; give another name with -o, or replace it with --force")
    with open_log(path, part_of(told, 0.0, OPENING)) as log:
        at_s = around.at if isinstance(around.at, float) else _moment_s(around.at, log.info)
        rows = _commands(journal_file, at_s - around.before_s, at_s + around.after_s, log.info)
        wish = incident_pack.Wish(
            at_s=at_s,
            before_s=around.before_s,
            after_s=around.after_s,
            vehicle=around.vehicle,
            versions=versions(),
            commands=None if rows is None else _csv(rows),
            command_rows=None if rows is None else len(rows),
        )
        beside = out.with_name(f".{out.name}.part")
        try:
            made = incident_pack.pack(log, wish, beside, part_of(told, OPENING, 1.0))
            beside.replace(out)
        except OSError as error:
            raise LogError(f"{out} can't be written ({error.strerror or error}); choose another place") from error
        finally:
            beside.unlink(missing_ok=True)
    return made


def _moment_s(text: str, info: LogInfo) -> float:
    at_s = log_times.moment_s(text, info, "--at")
    if at_s is None or info.begin_s is None or info.end_s is None:
        raise UsageError(f"--at '{text}': {info.path} has no message with a time")
    if not info.begin_s <= at_s <= info.end_s:
        raise log_times.outside("--at", text, f"it lasts {info.end_s - info.begin_s:.0f} s")
    return at_s


def _commands(path: Path, begin_s: float, end_s: float, info: LogInfo) -> list[journal.JournalRow] | None:
    """Rows of the journal of that time; None where nobody can tell."""
    if info.time_base is not TimeBase.UTC or not path.exists():
        return None
    try:
        return journal.read_between(path, begin_s, end_s)
    except GroundStationError:
        return None  # damaged: what the recording has is worth more than no incident at all; its README tells


def _csv(rows: list[journal.JournalRow]) -> bytes:
    text = io.StringIO(newline="")
    journal.write_csv(rows, text)
    return text.getvalue().encode()


def versions() -> dict[str, str]:
    """Versions of the program and of what it stands on."""
    found = {"groundstation": __version__, "Python": platform.python_version(), "system": platform.platform(terse=True)}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
