# SPDX-License-Identifier: Apache-2.0
"""Files of the operator's that are written whole or not at all. Any thread."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(data: bytes, path: Path) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: the disk does not take it; what was there stays.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
