# SPDX-License-Identifier: Apache-2.0
"""Finds the files that come with the product. GUI thread; imports nothing of the project."""

from __future__ import annotations

import functools
import sys
from pathlib import Path


@functools.cache
def resource_folder() -> Path:
    """The `resources/` folder: beside the package in a checkout, else where an installation put it.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    candidates = (
        Path(__file__).resolve().parents[2] / "resources",
        Path(sys.prefix) / "share" / "groundstation",
    )
    for folder in candidates:
        if (folder / "fonts").is_dir():
            return folder
    raise FileNotFoundError(f"no resources in {' or '.join(map(str, candidates))}; install the product again")


def resource(name: str) -> Path:
    """Path of one file, such as `icons/app.svg`."""
    return resource_folder() / name
