# SPDX-License-Identifier: Apache-2.0
"""Finds the files that come with the product. Any thread; no Qt."""

from __future__ import annotations

import functools
from pathlib import Path

from groundstation.fleet.errors import GroundStationError

PACKAGE = Path(__file__).resolve().parents[1]


@functools.cache
def resource_folder() -> Path:
    """The `resources/` folder: inside the package where it was installed, beside it in a checkout.

    Raises:
        GroundStationError: the installation is incomplete.
    """
    # inside comes first: beside an installed package there may be a stranger's folder of that name
    for folder in (PACKAGE / "resources", PACKAGE.parent / "resources"):
        if (folder / "fonts").is_dir():
            return folder
    raise GroundStationError(
        f"the fonts, icons and maps that belong to the program are not in {PACKAGE / 'resources'}; install it again"
    )


def resource(name: str) -> Path:
    """Path of one file, such as `icons/app.svg`."""
    return resource_folder() / name
