# SPDX-License-Identifier: Apache-2.0
"""What a recorder writes beside its files so that a moment is found at once. Thread `disk`.

It is a help and no more: whatever goes wrong with it, recording goes on, and a player makes it anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from groundstation.logs.log import LogError
from groundstation.recording.keyframes import Keyframes, Taken
from groundstation.recording.recorded_file import FRAMES, RecordedFile
from groundstation.recording.seek_files import FOLDER
from groundstation.recording.session_files import SessionFiles
from groundstation.recording.sorter import Entry

log = logging.getLogger("groundstation.recorder")


class Seeking:
    """Keyframes of the session that is recorded."""

    def __init__(self, files: SessionFiles) -> None:
        """Begin, or go on where an earlier life ended.

        Args:
            files: of the session; those that are gone on with are open already.
        """
        self._files = files
        self._keyframes: Keyframes | None = None
        self._try(self._begin)

    @property
    def is_kept(self) -> bool:
        """Whether keyframes are written."""
        return self._keyframes is not None

    def take(self, name: str, entry: Entry) -> None:
        """A message was written.

        Args:
            name: of the file that it stands in.
            entry: the message.
        """
        # frames say nothing that the messages made of them don't
        if self._keyframes is not None and not entry.place.topic.endswith(FRAMES):
            one = Taken(name, entry.place.topic, entry.times_ns[0], entry.is_late, entry.is_retained, entry.data)
            self._try(lambda: self._take(one))

    def write_due(self) -> None:
        """Fold what came, and write keyframes when their time has come.

        Raises:
            OSError: the disk does not take the session's own files.
        """
        if self._keyframes is None:
            return
        self._try(self._settle)
        if self._keyframes is not None and self._keyframes.is_due:
            # first all that is in them: a keyframe may never tell of what a cut would take
            self._files.flush()
            self._try(self._write)

    def end(self) -> None:
        """The last keyframe."""
        if self._keyframes is not None:
            self._try(self._settle)
            self._try(self._write)

    def _begin(self) -> None:
        ends = self._files.ends()
        keyframes = Keyframes(self._files.folder / FOLDER)
        for name, begin in keyframes.go_on(ends).items():
            try:
                file = RecordedFile(self._files.folder / name)
            except LogError:
                continue
            try:
                for one in file.messages(begin, ends[name]):
                    keyframes.take(one)
                keyframes.settle()
            finally:
                file.close()
        self._keyframes = keyframes

    def _take(self, one: Taken) -> None:
        assert self._keyframes is not None  # noqa: S101 - asked before
        self._keyframes.take(one)

    def _settle(self) -> None:
        if self._keyframes is not None:
            self._keyframes.settle()

    def _write(self) -> None:
        if self._keyframes is not None:
            self._keyframes.write(self._files.ends())

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            log.warning("no keyframes any more (%s); looking back makes them anew", error.strerror or error)
            self._keyframes = None
        except Exception:  # a message that we stumble over must not cost the recording; it is logged whole
            log.exception("no keyframes any more; looking back makes them anew")
            self._keyframes = None
