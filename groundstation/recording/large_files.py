# SPDX-License-Identifier: Apache-2.0
"""Large payloads on their way to the disk, and room for them. Thread `large`.

One is a file that grows, and then stands under the name of its hash.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from groundstation.logs import large_payloads, session_folder
from groundstation.logs.large_payloads import KeptFile
from groundstation.logs.own_files import new_file

LOOK_S = 60.0
"""How much there is altogether is counted again so often: sessions go, and another recorder may write to the folder."""
SYNC_BYTES = 8 * 1024 * 1024
"""So much is given to the disk at a time: at the end nobody waits for all of it."""
SPARE = 20
"""Where room is made, a twentieth more is: not each message looks through all files."""


class LargePart:
    """A payload that comes."""

    def __init__(self, session: Path, number: int) -> None:
        """Begin its file.

        Args:
            session: folder of the session.
            number: of this process, so that no two have one name.

        Raises:
            OSError: it can't be made.
        """
        self.session = session
        folder = large_payloads.make_folder(session)
        # whole writes and no buffer: pieces are larger than one
        self._path = folder / f"{os.getpid()}-{number}{large_payloads.PART}"
        self._file = new_file(self._path, buffering=0)
        self._hash = hashlib.sha256()
        self._unsynced = 0

    def write(self, data: bytes) -> None:
        """The next bytes.

        Raises:
            OSError: the disk does not take them.
        """
        self._hash.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._unsynced += len(data)
        if self._unsynced >= SYNC_BYTES:
            self._unsynced = 0
            os.fsync(self._file.fileno())

    def keep(self) -> tuple[str, bool]:
        """All of it came: it gets its name, unless the same lies there already.

        Returns:
            Its hash, and whether it is new.

        Raises:
            OSError: the disk does not take it.
        """
        os.fsync(self._file.fileno())
        size = self._file.tell()
        self._file.close()
        sha256 = self._hash.hexdigest()
        target = self._path.with_name(large_payloads.file_name(sha256))
        if not target.is_symlink() and target.is_file() and target.stat().st_size == size:
            os.utime(target)
            self._path.unlink()
            return sha256, False
        self._path.replace(target)
        return sha256, True

    def discard(self) -> None:
        """It is not wanted any more; never fails."""
        try:
            self._file.close()
            self._path.unlink(missing_ok=True)
        except OSError:
            return  # what is left of it goes when the session is mended or closed


class LargeRoom:
    """How much room large payloads take, of all sessions of a folder that are not pinned."""

    def __init__(self, out: Path, max_bytes: int, keep_free_bytes: int) -> None:
        """Look at nothing yet.

        Args:
            out: folder of the sessions.
            max_bytes: bound of all of them together.
            keep_free_bytes: none is begun that would leave less room on the disk.
        """
        self._out, self.max_bytes, self._keep_free_bytes = out, max_bytes, keep_free_bytes
        self._known_bytes = 0
        self._look_again_s = 0.0

    def check(self, size_bytes: int) -> None:
        """See whether the disk has room for one more.

        Raises:
            OSError: it has not.
        """
        free = shutil.disk_usage(self._out).free
        if free - size_bytes < self._keep_free_bytes:
            raise OSError(28, f"only {free / 1e6:.0f} MB are left", str(self._out))

    def make(self, new: Path, size_bytes: int) -> int:
        """One more lies there: the oldest go, until all are below the bound again.

        Args:
            new: its file, which stays.
            size_bytes: its size; 0 for one that lay there before.

        Returns:
            How many were deleted.
        """
        self._known_bytes += size_bytes
        if self._known_bytes <= self.max_bytes and time.monotonic() < self._look_again_s:
            return 0
        self._look_again_s = time.monotonic() + LOOK_S
        found = sorted(self._found(), key=lambda one: one.newest_s)
        self._known_bytes = sum(one.size_bytes for one in found)
        dropped = 0
        if self._known_bytes <= self.max_bytes:
            return dropped
        for one in found:
            if self._known_bytes <= self.max_bytes - self.max_bytes // SPARE:
                break
            if one.path != new:
                one.path.unlink(missing_ok=True)
                self._known_bytes -= one.size_bytes
                dropped += 1
        return dropped

    def _found(self) -> Iterator[KeptFile]:
        for session in session_folder.sessions(self._out):
            files = large_payloads.kept_files(session)
            manifest = session_folder.load(session) if files else None
            if manifest is None or not manifest.is_pinned:
                yield from files
