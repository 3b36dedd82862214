# SPDX-License-Identifier: Apache-2.0
"""The children of a window that died, for the next one to find (docs/adr/0017). Any thread.

Each window that starts a broker keeps a note of its children while it lives. A note whose window is gone without
having taken it away names what still runs.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
from filelock import FileLock

from groundstation.app.processes import runs
from groundstation.logs.session_folder import write_whole

SLACK_S = 1.0
"""The system tells when a process began to a hundredth of a second, not always the same one."""
MOST_BYTES = 64 * 1024


class Running(msgspec.Struct, frozen=True):
    """A process, told apart from a later one with its number."""

    pid: int
    began_unix_s: float

    def process(self) -> psutil.Process | None:
        """The process while it runs."""
        with contextlib.suppress(psutil.Error):
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.began_unix_s) < SLACK_S and runs(found):
                return found
        return None


def running(pid: int) -> Running | None:
    """A process that runs now; None when it has ended."""
    with contextlib.suppress(psutil.Error):
        return Running(pid, psutil.Process(pid).create_time())
    return None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a window started."""

    owner: Running
    plan: str
    """What was asked for; only who asks for the same takes it over."""
    broker_port: int
    link: str
    """Where the bridge listens for its vehicles."""
    children: dict[str, Running] = {}
    """By name."""


class NoteFile:
    """The note of this window."""

    def __init__(self, folder: Path) -> None:
        """Choose a name; nothing is written yet.

        Args:
            folder: of all notes.
        """
        self._path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:6]}.json"

    def write(self, note: Note) -> None:
        """Write it in place of an earlier one; a note that can't be written only keeps others from finding it."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, msgspec.json.encode(note))

    def remove(self) -> None:
        """Remove the note: the window ends on purpose, and has stopped its children itself."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def take_over(folder: Path, plan: str) -> Note | None:
    """Find what a window left behind that died, so that nobody else finds it.

    Args:
        folder: of all notes.
        plan: what is asked for.

    Returns:
        Its note; None when nothing that fits is there, or its broker has ended.
    """
    if not folder.is_dir():
        return None
    try:
        # two windows that start in one moment must not both take the same children
        with FileLock(folder / ".lock", timeout=5.0):
            for path, note in _left(folder):
                broker = note.children.get("broker")
                is_there = broker is not None and broker.process() is not None
                # without its broker nothing of it can be gone on with, and what is taken over is nobody else's any more
                if not is_there or note.plan == plan:
                    path.unlink(missing_ok=True)
                if is_there and note.plan == plan:
                    return note
    except (OSError, TimeoutError):
        return None
    return None


def _left(folder: Path) -> Iterator[tuple[Path, Note]]:
    """Notes whose window is gone."""
    for path in sorted(folder.glob("*.json")):
        try:
            with path.open("rb") as file:
                note = msgspec.json.decode(file.read(MOST_BYTES), type=Note)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            continue
        if note.owner.process() is None:
            yield path, note
