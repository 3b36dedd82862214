# SPDX-License-Identifier: Apache-2.0
"""Groups of vehicles in a file of this user. Any thread."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.groups import MOST_BYTES, NO_GROUPS, GroupBook, read_groups, write_groups
from groundstation.ui.choosing.group_port import GroupAccess


def group_path() -> Path:
    """This user's own."""
    return platformdirs.user_config_path("groundstation", appauthor=False) / "groups.json"


def group_access(path: Path | None = None) -> GroupAccess:
    """The window's ways.

    Args:
        path: the file; None for this user's own.
    """
    place = path or group_path()
    return GroupAccess(read=lambda: read_path(place), write=lambda book: write_path(book, place))


def read_path(path: Path) -> GroupBook:
    """Groups of a file that need not be there.

    Raises:
        GroundStationError: it can't be read, or has none.
    """
    try:
        with path.open("rb") as file:
            return read_groups(path.name, file.read(MOST_BYTES + 1))
    except FileNotFoundError:
        return NO_GROUPS
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error


def write_path(book: GroupBook, path: Path) -> None:
    """Groups to a file, whole or not at all.

    Raises:
        GroundStationError: it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(write_groups(book), path)
    except OSError as error:
        raise GroundStationError(f"{path} can't be written ({error.strerror or error})") from error
