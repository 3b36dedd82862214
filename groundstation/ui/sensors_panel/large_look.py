# SPDX-License-Identifier: Apache-2.0
"""Looks for the whole of a payload of which the window has the beginning. GUI thread; disks are asked on a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.hex_rows import hex_rows
from groundstation.fleet.large import HEAD_BYTES
from groundstation.fleet.recorder import SILENT_S, RecorderStatus
from groundstation.fleet.shown_text import harmless, shown_path
from groundstation.fleet.updates import ServiceUpdate
from groundstation.transport.bus import Message
from groundstation.transport.large import WHOLE_BYTES
from groundstation.ui.language.shown import shown, shown_time
from groundstation.ui.sensors_panel.large_port import LargeAccess, LargeFound
from groundstation.ui.sensors_panel.topic_words import size_text
from groundstation.ui.task import Ended, Task, Tasks

RETRY_S, LATE_S = 1.0, 60.0
"""Until it is there it is looked for again and again, seldom once it should have been."""
SELDOM_S = 10.0
SHOWN_LETTERS = 16
"""Of a hash in one line."""


class LargeLook(QObject):
    """What is known of one large payload; another one can be looked at any time."""

    changed = Signal()
    """There is something new to say."""

    def __init__(
        self,
        access: LargeAccess | None,
        recorders: Callable[[], Iterable[ServiceUpdate]],
        clock: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        """Look at nothing.

        Args:
            access: ways to recordings; None for a window without.
            recorders: the newest report of each recorder.
            clock: now, as messages count, seconds.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access, self._recorders, self._clock = access, recorders, clock
        self._tasks = Tasks("large-look", self.tr("large payloads can't be looked at"), self)
        self._copies = Tasks("large-copy", self.tr("it can't be saved"), self)
        self._message: Message | None = None
        self._looking: Task | None = None
        self._next_s = 0.0
        self.copying: Task | None = None
        """A copy that is under way."""
        self.found: LargeFound | None = None
        """What a recorder of this computer has of it; None while it is not known to have it."""
        self.outcome = ""
        """One line: how the last copy ended."""
        self.version = 0
        """Another one whenever there is something new to say."""

    def look_at(self, message: Message | None) -> None:
        """Look at the whole of a message; None where all of it is here. Called again and again with the same."""
        if _identity(message) != _identity(self._message):
            self._message, self.found, self.outcome, self._next_s = message, None, "", 0.0
            self._say()
        now_s = self._clock()
        is_done = message is None or self._access is None or (self.found is not None and self.found.path is not None)
        if is_done or self._looking is not None or now_s < self._next_s:
            return
        sessions = self._sessions()
        if message is not None and sessions:
            is_late = now_s - message.received_s > LATE_S
            self._next_s = now_s + (SELDOM_S if is_late else RETRY_S)
            self._ask(message, sessions)

    def _ask(self, message: Message, sessions: tuple[Path, ...]) -> None:
        access = self._access
        if access is None:
            return
        head = message.payload[:HEAD_BYTES]
        self._looking = self._tasks.run_task(
            lambda _task: access.find(sessions, message.topic, message.size_bytes, head),
            lambda ended: self._on_found(message, ended),
        )

    def _on_found(self, message: Message, ended: Ended[LargeFound | None]) -> None:
        self._looking = None
        # of one that is not looked at any more nothing is said
        if ended.value is not None and ended.value != self.found and _identity(message) == _identity(self._message):
            self.found = ended.value
            self._say()

    def _sessions(self) -> tuple[Path, ...]:
        """Of recorders of this computer, also of one that fell silent: what it wrote is there.

        Whether the folders are there is looked at where disks may take their time.
        """
        every = (one.content for one in self._recorders())
        return tuple(Path(one.folder) / one.session for one in every if one.session and self._is_here(one))

    def _is_here(self, one: RecorderStatus) -> bool:
        host = self._access.host if self._access is not None else ""
        return not host or one.host == host

    def _writing(self) -> list[RecorderStatus]:
        """Recorders that are heard now."""
        now_s = self._clock()
        return [one.content for one in self._recorders() if now_s - one.received_s <= SILENT_S]

    def _say(self) -> None:
        self.version += 1
        self.changed.emit()

    # ---- words ----

    def words(self) -> str:
        """One line: where the whole of it is."""
        message, found = self._message, self.found
        if message is None:
            return ""
        if self.outcome:
            return self.outcome
        if found is not None:
            hash_words = f"SHA-256 {found.payload.sha256[:SHOWN_LETTERS]}…"
            if found.path is None:
                return self.tr("only its first {0} are here; the whole was dropped to make room").format(
                    size_text(len(message.payload))
                )
            return self.tr("whole on this computer's disk") + f"  ·  {hash_words}"
        return self._words_without(message)

    def _words_without(self, message: Message) -> str:
        here = self.tr("only its first {0} are here").format(size_text(len(message.payload)))
        writing = self._writing()
        if message.size_bytes <= WHOLE_BYTES and writing:
            return self.tr("{0}; it is whole in the recording").format(here)
        if any(self._is_here(one) for one in writing):
            if self._clock() - message.received_s <= LATE_S:
                return self.tr("{0}; not whole on disk yet").format(here)
            return self.tr("{0}; the recorder does not have it whole").format(here)
        hosts = sorted({one.host for one in writing if one.host})
        if hosts:
            return self.tr("{0}; it is recorded on {1}").format(here, harmless(", ".join(hosts)[:60]))
        return self.tr("{0}; record to keep it whole").format(here)

    def text(self) -> str:
        """Length, hash, file, beginning and end, as far as they are known."""
        message, found = self._message, self.found
        if message is None:
            return ""
        rows = [f"{self.tr('length'):<8} {shown(message.size_bytes):,} B"]
        if found is None or found.path is None:
            return "\n".join([*rows, "", self.words()])
        came = shown_time(found.payload.at_unix_s, "%Y-%m-%d %H:%M:%S")
        rows += [
            f"{'SHA-256':<8} {found.payload.sha256}",
            f"{self.tr('came'):<8} {came}",
            f"{self.tr('file'):<8} {harmless(shown_path(str(found.path)))}",
            "",
            *hex_rows(found.head),
        ]
        if found.tail_at > len(found.head):
            rows.append(self.tr("… {0} bytes between").format(f"{shown(found.tail_at - len(found.head)):,}"))
        rows += hex_rows(found.tail[max(0, len(found.head) - found.tail_at) :], max(found.tail_at, len(found.head)))
        return "\n".join(rows)

    # ---- copies ----

    def save(self, target: Path) -> None:
        """Begin to copy it to a file; what is there is replaced once all is copied and was looked at."""
        access, found = self._access, self.found
        if access is None or found is None or self.copying is not None:
            return

        def work(task: Task) -> None:
            access.save(found, target, task.told)

        self.outcome = ""
        self.copying = self._copies.run_task(work, lambda ended: self._on_saved(ended, target))
        self._say()

    def cancel(self) -> None:
        """Give a copy up that is under way."""
        if self.copying is not None:
            self.copying.cancel()

    def _on_saved(self, ended: Ended[None], target: Path) -> None:
        self.copying = None
        if ended.is_cancelled:
            self.outcome = ""
        else:
            self.outcome = ended.problem or self.tr("saved as {0}").format(harmless(shown_path(str(target))))
        self._say()


def _identity(message: Message | None) -> tuple[object, ...]:
    return () if message is None else (message.topic, message.size_bytes, message.received_s)
