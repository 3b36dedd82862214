# SPDX-License-Identifier: Apache-2.0
"""Saved plots on disk: this user's folder, a file each. Any thread."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError
from groundstation.ui.plots.plot_port import SetAccess
from groundstation.ui.plots.plot_set import MOST_BYTES, PlotSet, checked_set_name, read_set, write_set

MOST = 100
"""Sets that a menu lists."""


def set_access(folder: Path | None = None) -> SetAccess:
    """The window's ways.

    Args:
        folder: of the sets; None for this user's own.
    """
    place = folder or platformdirs.user_config_path("groundstation", appauthor=False) / "plots"

    def path_of(name: str) -> Path:
        return place / f"{checked_set_name(name)}.json"

    return SetAccess(
        names=lambda: _names(place),
        read=lambda name: _read(path_of(name)),
        write=lambda one: _write(one, path_of(one.plots_named)),
        remove=lambda name: _remove(path_of(name)),
    )


def _names(folder: Path) -> list[str]:
    try:
        return sorted((one.stem for one in folder.glob("*.json")), key=str.casefold)[:MOST]
    except OSError as error:
        raise _refused(folder, "read", error) from error


def _read(path: Path) -> PlotSet:
    try:
        with path.open("rb") as file:
            return read_set(path.name, file.read(MOST_BYTES + 1))
    except OSError as error:
        raise _refused(path, "read", error) from error


def _write(one: PlotSet, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(write_set(one), path)
    except OSError as error:
        raise _refused(path, "written", error) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path, "removed", error) from error


def _refused(path: Path, what: str, error: OSError) -> GroundStationError:
    return GroundStationError(f"{path} can't be {what} ({error.strerror or error})")
