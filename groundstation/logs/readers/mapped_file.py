# SPDX-License-Identifier: Apache-2.0
"""A file as an array of bytes that the operating system fetches when they are looked at. Any thread, one at a time."""

from __future__ import annotations

import contextlib
import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.log import LogError

SHORT_BYTES = 4 << 20
"""A file so short is fetched at once: each page that is fetched when it is looked at costs more than its bytes."""


class MappedFile:
    """A file, mapped for reading.

    Args:
        path: of the file.

    Raises:
        LogError: it can't be opened, or there is nothing in it.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self.map = _mapped(file.fileno())
        except OSError as error:
            raise LogError(_reason(path, error)) from error
        except ValueError as error:  # nothing to map
            raise LogError(f"{path} is empty; the recording never began, choose another file") from error
        self.bytes: NDArray[np.uint8] = np.frombuffer(self.map, np.uint8)
        """Shape (n,), uint8, read only; not to be used after `close`."""

    @property
    def size_bytes(self) -> int:
        """Size when it was opened."""
        return len(self.map)

    def close(self) -> None:
        """Give the file back; at the latest when the last array that looks into it is gone."""
        self.bytes = np.empty(0, np.uint8)
        # an array that somebody still has keeps the map open, and closes it when it goes
        with contextlib.suppress(BufferError):
            self.map.close()


def _mapped(descriptor: int) -> mmap.mmap:
    # only Linux has the flag
    if hasattr(mmap, "MAP_POPULATE") and os.fstat(descriptor).st_size <= SHORT_BYTES:
        return mmap.mmap(descriptor, 0, mmap.MAP_SHARED | mmap.MAP_POPULATE, mmap.PROT_READ)
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


def _reason(path: Path, error: OSError) -> str:
    if path.is_dir():
        return f"{path} is a folder; give a file in it"
    remedies = {
        FileNotFoundError: "is not there; check the path",
        PermissionError: "may not be read; check its permissions",
    }
    words = remedies.get(type(error), f"can't be read ({error.strerror or error}); try a copy on a local disk")
    return f"{path} {words}"
