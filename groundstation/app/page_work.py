# SPDX-License-Identifier: Apache-2.0
"""Pages that the window writes. Any thread."""

from __future__ import annotations

from pathlib import Path

from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError


def write_page(text: str, path: Path) -> None:
    """Write a page whole or not at all.

    Args:
        text: of the page.
        path: where it goes.

    Raises:
        GroundStationError: it can't be written.
    """
    try:
        write_whole(text.encode(), path)
    except OSError as error:
        raise GroundStationError(
            f"{path} can't be written ({error.strerror or error}); choose another place"
        ) from error
