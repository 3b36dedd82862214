# SPDX-License-Identifier: Apache-2.0
"""Takes large payloads while they come and puts them whole beside the session. See docs/adr/0040.

The connection's thread hands pieces over through a queue of some MiB and waits only while that is full; thread `large`
hashes and writes. What can't be kept whole is recorded by its beginning, counted, and told once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from groundstation.fleet.large import HEAD_BYTES, LargePayload, head_hash
from groundstation.logs import large_payloads
from groundstation.recording.large_files import LargePart, LargeRoom
from groundstation.transport import topics
from groundstation.transport.bus import Message

log = logging.getLogger("groundstation.recorder")

QUEUE_BYTES = 8 * 1024 * 1024
PATIENCE_S = 2.0
"""So long the connection waits for a disk that takes nothing: the echo, telemetry and all else wait with it."""
MOST_WAITED_S, FORGIVEN = 30.0, 0.5
"""On a disk that is slow and not stuck it waits so long, and in the long run half of the time: behind a flood of large
payloads telemetry has to come through too."""
SESSION_S = 2.0
"""So long the thread waits for a session to begin: what a broker has kept comes at once."""
BROKEN_OFF = "the connection was lost in the middle of it"
ENDED = "the recorder was ended in the middle of it"
STUCK = "the disk does not take it in time"


class LargeCounts(NamedTuple):
    """What became of them."""

    kept: int = 0
    """Whole on disk, those that came again included."""
    again: int = 0
    """Of these, that lay there already."""
    lost: int = 0
    """Recorded by their beginning alone."""
    dropped: int = 0
    """Deleted to make room for newer ones."""


class _End(NamedTuple):
    """No more of it comes."""

    reason: str
    """Why not all came; empty when all did."""


class LargeStore:
    """A `LargePayloads` that keeps them in the folder of the session."""

    def __init__(
        self,
        room: LargeRoom,
        session: Callable[[], Path | None],
        offer: Callable[[Message], None],
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            room: how much of it there may be.
            session: folder of the session that is recorded now; None before there is one.
            offer: takes a message that is to be recorded, with the beginning of its payload.
            clock: monotonic seconds.
            wall_clock: seconds since 1970.
        """
        self._room, self._session, self._offer = room, session, offer
        self._clock, self._wall_clock = clock, wall_clock
        self._waiting: deque[Message | bytes | _End] = deque()
        self._bytes = 0
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="large", daemon=True)
        self._is_stopping = self._is_stuck = False
        # of the payload that comes; the connection's thread, but for `stop`
        self._is_open = False
        self._waited_s = self._waited_until_s = 0.0
        # of the payload that is written; thread `large`
        self._first: Message | None = None
        self._part: LargePart | None = None
        self._numbers = 0
        self._problem = ""
        self.counts = LargeCounts()
        """Replaced as a whole; any thread may look."""
        self._notes: deque[str] = deque(maxlen=20)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.5) -> None:
        """End; what is under way is recorded by its beginning. Any thread."""
        with self._news:
            self._is_stopping = True
            if self._is_open:
                self._is_open = False
                self._waiting.append(_End(ENDED))
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def take_notes(self) -> list[str]:
        """What is to be told since the last call, a line each. Any thread."""
        taken = []
        while self._notes:
            taken.append(self._notes.popleft())
        return taken

    # ---- the connection's thread ----

    def begin(self, first: Message) -> bool:
        """One has begun to come; see `LargePayloads`. On topics of ours nothing large has a meaning."""
        if topics.parse(first.topic) is not None or self._room.max_bytes <= 0:
            return False
        with self._news:
            if self._is_stopping:
                return False
            # a disk that hangs costs one wait, not one for each
            if first.size_bytes > self._room.max_bytes or self._is_stuck or self._patience_s() <= 0.0:
                self._count(lost=1)
                return False
            self._is_open = True
            self._put(first, len(first.payload))
        return True

    def more(self, data: bytes) -> None:
        """The next bytes."""
        with self._news:
            if not self._is_open:
                return
            if self._bytes + len(data) > QUEUE_BYTES and not self._has_room(len(data)):
                self._is_open, self._is_stuck = False, True
                self._put(_End(STUCK), 0)
                return
            self._put(data, len(data))

    def _has_room(self, size: int) -> bool:
        limit_s, began_s = min(PATIENCE_S, self._patience_s()), self._clock()
        is_free = self._news.wait_for(lambda: self._bytes + size <= QUEUE_BYTES or not self._is_open, limit_s)
        self._waited_s += self._clock() - began_s
        return is_free

    def _patience_s(self) -> float:
        """How much longer the connection may wait; what it has waited is forgiven as time passes."""
        now_s = self._clock()
        self._waited_s = max(0.0, self._waited_s - FORGIVEN * (now_s - self._waited_until_s))
        self._waited_until_s = now_s
        return max(0.0, MOST_WAITED_S - self._waited_s)

    def end(self) -> None:
        """All of it came."""
        self._close("")

    def break_off(self) -> None:
        """No more of it comes."""
        self._close(BROKEN_OFF)

    def _close(self, reason: str) -> None:
        with self._news:
            if self._is_open:
                self._is_open = False
                self._put(_End(reason), 0)

    def _put(self, item: Message | bytes | _End, size: int) -> None:
        self._waiting.append(item)
        self._bytes += size
        self._news.notify_all()

    # ---- thread `large` ----

    def _run(self) -> None:
        while (item := self._next()) is not None:
            try:
                self._do(item)
            except OSError as error:
                place = error.filename or "the disk"
                self._fail(f"large payloads can't be kept whole at {place}: {error.strerror or error}; make room")
            except Exception:  # the thread must outlive any fault: it is logged whole, and told
                log.exception("a large payload could not be kept")
                self._fail("large payloads can't be kept whole by an internal fault, see the log of the recorder")
            with self._news:
                self._bytes -= _size(item)
                self._is_stuck = False
                self._news.notify_all()

    def _next(self) -> Message | bytes | _End | None:
        """What is to be done next; None at the end. It counts as waiting until it is done."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._is_stopping)
            return self._waiting.popleft() if self._waiting else None

    def _do(self, item: Message | bytes | _End) -> None:
        if isinstance(item, Message):
            self._first = item
            self._room.check(item.size_bytes)
            self._numbers += 1
            self._part = LargePart(self._begun_session(), self._numbers)
            self._part.write(item.payload)
        elif isinstance(item, bytes):
            if self._part is not None:
                self._part.write(item)
        elif self._first is not None and self._part is not None:
            if item.reason:
                self._lose(item.reason)
            else:
                self._keep(self._first, self._part)

    def _begun_session(self) -> Path:
        give_up_s = time.monotonic() + SESSION_S
        while (found := self._session()) is None:
            if time.monotonic() >= give_up_s or self._is_stopping:
                raise OSError(2, "there is no session to keep it in")
            time.sleep(0.02)  # a session begins once, and nobody waits for this thread meanwhile
        return found

    def _keep(self, first: Message, part: LargePart) -> None:
        sha256, is_new = part.keep()
        large = LargePayload(
            topic=first.topic,
            at_unix_s=self._wall_clock() - max(0.0, self._clock() - first.received_s),
            size_bytes=first.size_bytes,
            sha256=sha256,
            head_sha256=head_hash(first.payload),
            qos=first.qos,
            retain=first.retain,
        )
        large_payloads.add_entry(part.session, large)
        self._first = self._part = None
        self._problem = ""
        self._count(kept=1, again=not is_new)
        self._record(first, sha256)
        path = large_payloads.folder_of(part.session) / large_payloads.file_name(sha256)
        dropped = self._room.make(path, first.size_bytes if is_new else 0)
        if dropped and not self.counts.dropped:
            self._notes.append(f"large payloads are more than {self._room.max_bytes} bytes: the oldest are dropped")
        self._count(dropped=dropped)

    def _lose(self, reason: str) -> None:
        """Of the payload that is written nothing but the beginning is kept."""
        first, part, self._first, self._part = self._first, self._part, None, None
        if part is not None:
            part.discard()
        if first is not None:
            self._count(lost=1)
            log.info("a payload of %d bytes on %r is not kept whole: %s", first.size_bytes, first.topic[:80], reason)
            self._record(first, "")

    def _fail(self, problem: str) -> None:
        if problem != self._problem:
            self._notes.append(problem)
        self._problem = problem
        self._lose(problem)

    def _record(self, first: Message, sha256: str) -> None:
        self._offer(msgspec.structs.replace(first, payload=first.payload[:HEAD_BYTES], sha256=sha256))

    def _count(self, kept: int = 0, again: int = 0, lost: int = 0, dropped: int = 0) -> None:
        # by two threads: under the lock, which neither holds for longer than this
        with self._news:
            now = self.counts
            self.counts = LargeCounts(now.kept + kept, now.again + again, now.lost + lost, now.dropped + dropped)


def _size(item: Message | bytes | _End) -> int:
    if isinstance(item, Message):
        return len(item.payload)
    return len(item) if isinstance(item, bytes) else 0
