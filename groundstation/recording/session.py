# SPDX-License-Identifier: Apache-2.0
"""How a session begins and goes: its folder, its lock, and room for the next one. Any thread."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from filelock import FileLock, Timeout

from groundstation.logs.session_folder import LOCK, SessionState, load, sessions, size_bytes


def begin(out: Path, began_unix_s: float) -> Path:
    """Make the folder of a new session.

    Raises:
        OSError: it can't be made.
    """
    # UTC, and sorted by name is sorted by time: the oldest are dropped by that
    name = time.strftime("%Y-%m-%d_%H-%M-%S", time.gmtime(began_unix_s))
    out.mkdir(parents=True, exist_ok=True)
    # made and not looked for: two recorders may begin in the same second
    for number in range(1, 1_000):
        folder = out / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(17, "too many sessions began in one second", str(out))


def lock(folder: Path) -> FileLock | None:
    """Tell other processes that a session is being written; None when another one does.

    Raises:
        OSError: the folder can't be written to.
    """
    # the system lets go of it with the process, however that ends; a file with a number would stay
    held = FileLock(folder / LOCK, thread_local=False)
    try:
        held.acquire(timeout=0)
    except Timeout:
        return None
    return held


def unlock(held: FileLock) -> None:
    """Let other processes write the session, or mend it."""
    held.release()
    # behind the release: Windows does not delete what is held
    Path(held.lock_file).unlink(missing_ok=True)


def drop_oldest(out: Path, max_bytes: int, current: Path | None) -> list[str]:
    """Delete the oldest sessions that are not pinned until the rest is small enough.

    Args:
        out: folder of the sessions.
        max_bytes: bound of all of them together.
        current: never touched.

    Returns:
        Names of those that were deleted.
    """
    sizes = {folder: size_bytes(folder) for folder in sessions(out)}
    total, dropped = sum(sizes.values()), []
    for folder, size in sizes.items():
        if total <= max_bytes:
            break
        manifest = load(folder)
        is_free = folder != current and manifest is not None and not manifest.is_pinned
        if is_free and manifest is not None and manifest.state is not SessionState.RECORDING:
            shutil.rmtree(folder, ignore_errors=True)  # what is left of it is told below
            total -= size
            if not folder.exists():
                dropped.append(folder.name)
    return dropped
