# SPDX-License-Identifier: Apache-2.0
"""Layouts on disk: this user's folder, and files of others. Any thread."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError
from groundstation.ui.layouts.layout_file import MOST_BYTES, LayoutFile, checked_name, read_layout, write_layout
from groundstation.ui.layouts.layout_port import LayoutAccess

MOST = 100
"""Layouts that a menu lists."""


def layout_folder() -> Path:
    """This user's own."""
    return platformdirs.user_config_path("groundstation", appauthor=False) / "layouts"


def layout_access(folder: Path | None = None) -> LayoutAccess:
    """The window's ways.

    Args:
        folder: of the layouts; None for this user's own.
    """
    place = folder or layout_folder()
    return LayoutAccess(
        names=lambda: names_in(place),
        read=lambda name: read_path(place / f"{checked_name(name)}.json"),
        write=lambda one: write_path(one, place / f"{checked_name(one.layout)}.json"),
        remove=lambda name: _remove(place / f"{checked_name(name)}.json"),
        read_file=read_path,
        write_file=write_path,
    )


def names_in(folder: Path) -> list[str]:
    """Names of layouts in a folder that need not be there.

    Raises:
        GroundStationError: it can't be read.
    """
    if not folder.is_dir():
        return []
    try:
        return sorted((one.stem for one in folder.glob("*.json")), key=str.casefold)[:MOST]
    except OSError as error:
        raise GroundStationError(f"layouts in {folder} can't be read ({error.strerror or error})") from error


def read_path(path: Path) -> LayoutFile:
    """A layout from a file.

    Raises:
        GroundStationError: it can't be read, or is none.
    """
    try:
        with path.open("rb") as file:
            return read_layout(path.name, file.read(MOST_BYTES + 1))
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error


def write_path(one: LayoutFile, path: Path) -> None:
    """A layout to a file, whole or not at all.

    Raises:
        GroundStationError: it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(write_layout(one), path)
    except OSError as error:
        raise GroundStationError(
            f"{path} can't be written ({error.strerror or error}); choose another place"
        ) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise GroundStationError(f"{path} can't be removed ({error.strerror or error})") from error
