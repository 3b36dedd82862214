# SPDX-License-Identifier: Apache-2.0
"""Makes the helpers of a session anew, in steps, from its recorded files. One thread."""

from __future__ import annotations

import heapq
import os
import shutil
import tempfile
from pathlib import Path

from groundstation.fleet.past import GoesOn
from groundstation.recording.keyframes import Keyframes
from groundstation.recording.recorded_file import RecordedFile

try:
    import fcntl
except ImportError:  # another system
    fcntl = None  # type: ignore[assignment]

SETTLE_AFTER = 20
"""Messages that are folded together: a recorder folds what came in a tenth of a second."""


class SeekBuilder:
    """Goes through all files in the order of time."""

    def __init__(self, paths: list[Path], folder: Path) -> None:
        """Begin.

        Args:
            paths: of the recorded files.
            folder: where the helpers go; what is there is replaced.

        Raises:
            OSError: it can't be written, or another window makes the same at this moment.
            LogError: a file can't be read.
        """
        self.folder = folder
        self._lock = _locked(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)  # of another format, or damaged
        self._files: list[RecordedFile] = []
        try:
            self._keyframes = Keyframes(folder, is_by_time=True)
            self._files += (RecordedFile(path) for path in paths)
        except BaseException:
            self.close()
            raise
        self._places = {one.name: one.begin for one in self._files}
        # as a station heard them: what one vehicle's bridge says of its end concerns others
        self._messages = heapq.merge(
            *(one.placed_messages(one.begin, one.end()) for one in self._files), key=lambda placed: placed[1].log_ns
        )
        self.until_s = 0.0
        """Moments up to here can be shown."""

    def work(self, goes_on: GoesOn) -> bool:
        """Go on for as long as `goes_on` says, which is asked at each keyframe; returns whether there is more."""
        for count, (place, one) in enumerate(self._messages):
            # between two moments: what is of the time of a keyframe is in it
            is_due = self._keyframes.is_due and one.log_ns > self._keyframes.newest_ns
            if is_due:
                self._keyframes.settle()
                self._write(self._places)
            self._keyframes.take(one)
            self._places[one.name] = place
            if count % SETTLE_AFTER == 0:
                self._keyframes.settle()
            if is_due and not goes_on():
                return True
        self._keyframes.settle()
        self._write({one.name: one.end() for one in self._files})
        return False

    def close(self) -> None:
        """Give the files back."""
        for one in self._files:
            one.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _write(self, places: dict[str, int]) -> None:
        self._keyframes.write(dict(places))
        self.until_s = self._keyframes.fold.now_s


def _locked(session: Path) -> int | None:
    """An open folder that nobody else makes helpers in while it is open; None where there are no such locks.

    Raises:
        OSError: somebody does, or it can't be opened.
    """
    if fcntl is None:
        return None
    folder = os.open(session, os.O_RDONLY)
    try:
        # it goes with the process, however that ends
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(folder)
        raise
    return folder


def own_place() -> tempfile.TemporaryDirectory[str]:
    """A folder for the helpers of a session that can't be written to, for this process alone.

    Whoever has it deletes it with `cleanup`; what is left at the end of the process goes with it.

    Raises:
        OSError: there is no place for temporary files.
    """
    return tempfile.TemporaryDirectory(prefix="groundstation-seek-")
