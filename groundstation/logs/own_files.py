# SPDX-License-Identifier: Apache-2.0
"""Files of ours are written where they stand and nowhere else: a link that somebody put in their place is taken away.

A folder of recordings may be one that others write to, too; a recorder that runs as root would else overwrite whatever
a link points to. Any thread.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

MODE = 0o644
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_LINK_ERRORS = (errno.ELOOP, errno.EMLINK)
"""What systems say of a link that is not to be followed."""


def no_links(path: str, flags: int) -> int:
    """An opener, as of `open`, that follows no link.

    Args:
        path: of the file.
        flags: of `os.open`.

    Raises:
        OSError: the file can't be opened.
    """
    try:
        return os.open(path, flags | _NO_LINKS, MODE)
    except OSError as error:
        if error.errno not in _LINK_ERRORS:
            raise
    # the link itself goes, not what it points to; where Windows lacks the flag nothing of this happens
    Path(path).unlink()
    return os.open(path, flags | _NO_LINKS, MODE)


def new_file(path: Path, buffering: int = -1) -> BinaryIO:
    """A new file in place of whatever was there.

    Args:
        path: where.
        buffering: as of `open`.

    Raises:
        OSError: it can't be made.
    """
    # "x" below then fails if somebody puts another one there meanwhile
    path.unlink(missing_ok=True)
    return open(path, "xb", buffering=buffering, opener=no_links)
