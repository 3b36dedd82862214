# SPDX-License-Identifier: Apache-2.0
"""The newest recordings of a folder, by a look at names and sizes alone. Any thread."""

from __future__ import annotations

import contextlib
from pathlib import Path

from groundstation.ui.start.start_port import RecentLog

MOST = 4
MOST_LOOKED_AT = 5_000


def recent_logs(folder: Path) -> list[RecentLog]:
    """The newest ones first.

    Args:
        folder: of the recordings; need not be there.

    Raises:
        OSError: the folder can't be read.
    """
    if not folder.is_dir():
        return []
    found = []
    for number, one in enumerate(folder.iterdir()):
        if number >= MOST_LOOKED_AT:
            break
        # a session may be deleted meanwhile
        with contextlib.suppress(OSError):
            if one.is_dir() and any(one.glob("*.mcap")):
                files = [file.stat() for file in one.glob("*.mcap")]
                size = sum(file.st_size for file in files)
                # one without a vehicle has nothing to look at
                if size > EMPTY_BYTES:
                    found.append(RecentLog(one, max(file.st_mtime for file in files), size))
    return sorted(found, key=lambda one: -one.when_unix_s)[:MOST]


EMPTY_BYTES = 50_000
