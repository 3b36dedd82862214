# SPDX-License-Identifier: Apache-2.0
"""The window's ways to flights on disk; all but the totals run on a thread of the panel's. Only frozen values cross."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groundstation.app import logbook_view, report_cli
from groundstation.app.settings_file import own_recordings
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.flight import Logbook, LoggedFlight
from groundstation.fleet.progress import Progress
from groundstation.logs import flight_cache, session_folder
from groundstation.logs.logbook import read_logbook
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess


def logbook_access(recordings: Path | None = None, cache: Path | None = None) -> LogbookAccess:
    """Ways to the logbook.

    Args:
        recordings: where this window's recordings are; None for this user's own.
        cache: what remembers flights; None for this user's own.
    """
    own = recordings or own_recordings()
    return LogbookAccess(
        folder=own,
        read=lambda folder, told: _read(folder, told, cache or flight_cache.default_cache(), is_own=folder == own),
        totals=logbook_view.totals_of,
        csv=_save,
        pin=lambda folder, is_pinned: session_folder.pin(Path(folder), is_pinned=is_pinned),
        report=_report,
    )


def _read(folder: Path, told: Progress, cache: Path, *, is_own: bool) -> Logbook:
    # nothing was ever recorded, which is no fault
    if is_own and not folder.exists():
        return Logbook(folder=str(folder))
    return read_logbook(folder, cache, told)


def _save(flights: Sequence[LoggedFlight], target: Path) -> None:
    try:
        session_folder.write_whole(target, logbook_view.csv_text(flights).encode())
    except OSError as error:
        target.with_name(f".{target.name}.new").unlink(missing_ok=True)
        raise GroundStationError(f"{target} can't be written ({error.strerror}); choose another place") from error


def _report(one: LoggedFlight, target: Path, told: Progress) -> None:
    about = one.flight
    report_cli.write_report(Path(about.path), target, about.vehicle, one.number, on_progress=told)
