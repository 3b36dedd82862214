# SPDX-License-Identifier: Apache-2.0
"""Records every message that arrives. Thread `disk` writes; others only hand over and look.

What can't be written waits in memory, bounded; what memory can't keep leaves a gap in the numbers, and gaps are asked
for again. See docs/adr/0011.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
from filelock import FileLock

from groundstation import __version__
from groundstation.fleet.recorder import Missed, RecorderState, RecorderStatus
from groundstation.logs import large_payloads, session_folder
from groundstation.logs.session_folder import Manifest, Note, SessionState
from groundstation.recording import resume, session
from groundstation.recording.intake import MAX_BYTES, Intake
from groundstation.recording.large_files import LargeRoom
from groundstation.recording.large_store import LargeCounts, LargeStore
from groundstation.recording.seeking import Seeking
from groundstation.recording.session_files import SessionFiles
from groundstation.recording.sorter import Entry, Sorter
from groundstation.transport import topics
from groundstation.transport.bus import Message
from groundstation.transport.sequence import Gap, Sequences

log = logging.getLogger("groundstation.recorder")

TICK_S = 0.1
SYNC_S = 1.0
MANIFEST_S = 5.0
PRUNE_S = 60.0
RETRY_S = 0.5
SLOW_S = 1.5
"""A disk that takes longer for one turn is told to the operator."""
ALMOST_FULL_S = 600.0
GAPS_A_REQUEST = 300
LARGE_END_S = 1.0
"""So long the end waits for what large payloads have on the way to the disk."""
RATE_S = 60.0
"""The rate of writing is taken over so long."""


class RecorderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a recorder is told at its start."""

    out: Path
    """Folder of the sessions."""
    broker: str = ""
    """Its URL without a password."""
    filters: tuple[str, ...] = ()
    """Topic filters besides the fleet's trees."""
    max_bytes: int = 20_000_000_000
    """Bound of all sessions together; the oldest that are not pinned go first."""
    large_bytes: int = 4_000_000_000
    """Bound of the large payloads among them; the oldest in sessions that are not pinned go first. 0: none is kept."""
    keep_free_bytes: int = 50_000_000
    """Stop writing when the disk has less room than that."""
    memory_bytes: int = MAX_BYTES
    """What may wait in memory while the disk does not take it."""
    host: str = ""
    """Name of this computer."""


class Recorder:
    """A recording that lasts until it is stopped."""

    def __init__(
        self,
        settings: RecorderSettings,
        ask: Callable[[str, tuple[Missed, ...]], None],
        can_ask: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            settings: what it was told.
            ask: asks on a topic for what was missed; called on the disk's thread.
            can_ask: whether there is anybody to ask at all.
            clock: monotonic seconds.
            wall_clock: seconds since 1970.
        """
        self._settings, self._clock, self._wall_clock = settings, clock, wall_clock
        self._ask, self._can_ask = ask, can_ask
        self._intake = Intake(settings.memory_bytes)
        room = LargeRoom(settings.out, settings.large_bytes, settings.keep_free_bytes)
        self.large = LargeStore(room, self._folder, self._intake.offer, clock, wall_clock)
        """Takes payloads that are too large for memory, piece by piece."""
        self._before = LargeCounts()
        """Of an earlier life of the session."""
        self._sequences = Sequences()
        self._sorter = Sorter(self._sequences, clock, wall_clock)
        self._entries: deque[Entry] = deque()
        self._files: SessionFiles | None = None
        self._seeking: Seeking | None = None
        self._manifest: Manifest | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
        self._lock: FileLock | None = None
        self._problem = ""
        self._messages = self._missing = self._refused = 0
        self._turn_began_s: float | None = None
        self._began_s: float | None = None
        """When the session began, on the monotonic clock: the computer's own may be set meanwhile."""
        self._next_sync_s = self._next_manifest_s = self._next_prune_s = 0.0
        self._free_bytes: int | None = None
        self._rates: deque[tuple[float, int]] = deque()
        self.filters = set(settings.filters)
        """Topic filters besides the fleet's trees; grows by what stations listen to."""
        self.on_filters: Callable[[set[str]], None] = lambda _: None
        """Called on the disk's thread with filters that are new."""

    # ---- any thread ----

    def offer(self, message: Message) -> None:
        """Take a message in; called on the worker thread."""
        self._intake.offer(message)

    def hurry(self) -> None:
        """The connection is new: what is missing is asked for soon. Worker thread."""
        self._sorter.is_reconnected.set()

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()
        self.large.start()

    def stop(self, timeout_s: float = 2.5) -> None:
        """Write what waits, close the files, and end."""
        # first: what it says of the last one is recorded too
        self.large.stop(LARGE_END_S)
        self._stopping.set()
        self._intake.end()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def status(self) -> RecorderStatus:
        """How it goes."""
        manifest, files, sequences = self._manifest, self._files, self._sequences
        problem = self._problem or self._slowness() or self._silence()
        left_s = self._left_s()
        return RecorderStatus(
            state=RecorderState.TROUBLE if problem else RecorderState.RECORDING,
            problem=problem,
            warning=self._warning(left_s),
            folder=str(self._settings.out),
            session=manifest.name if manifest is not None else "",
            elapsed_s=self._clock() - self._began_s if self._began_s is not None else None,
            vehicles=files.vehicles if files is not None else 0,
            messages=self._messages,
            size_bytes=self._rates[-1][1] if self._rates else 0,
            waiting=len(self._intake) + len(self._entries),
            dropped=self._intake.dropped + self._refused + self._sorter.refused,
            missing=self._missing,
            recovered=sequences.recovered,
            lost=sequences.lost,
            implausible=sequences.implausible + self._sorter.strange_times,
            large=self.large.counts.kept,
            large_lost=self.large.counts.lost,
            large_dropped=self.large.counts.dropped,
            free_bytes=self._free_bytes,
            left_s=left_s,
            pid=os.getpid(),
            host=self._settings.host,
        )

    def _folder(self) -> Path | None:
        """Of the session that is recorded now; None while there is none."""
        files = self._files
        return files.folder if files is not None else None

    def _slowness(self) -> str:
        began_s = self._turn_began_s
        late_s = self._clock() - began_s if began_s is not None else 0.0
        if late_s < SLOW_S:
            return ""
        return f"the disk of {self._settings.out} does not answer for {late_s:.0f} s; what arrives waits in memory"

    def _silence(self) -> str:
        """One line where the thread ended by itself, which only a fault can cause; empty otherwise."""
        is_over = self._thread.ident is not None and not self._thread.is_alive() and not self._stopping.is_set()
        return "recording has ended by itself; restart the recorder and look at its log" if is_over else ""

    def _left_s(self) -> float | None:
        """Seconds until the disk is full, by the rate of the last minute."""
        if self._free_bytes is None or len(self._rates) < 2:
            return None
        (first_s, first), (last_s, last) = self._rates[0], self._rates[-1]
        rate = (last - first) / (last_s - first_s) if last_s > first_s else 0.0
        return max(0.0, self._free_bytes - self._settings.keep_free_bytes) / rate if rate > 0 else None

    def _warning(self, left_s: float | None) -> str:
        if left_s is None or left_s > ALMOST_FULL_S:
            return ""
        return f"the disk of {self._settings.out} is full in {left_s / 60:.0f} min; delete or move old sessions"

    # ---- thread `disk` ----

    def _run(self) -> None:
        while not self._stopping.is_set() or self._has_work():
            self._turn_began_s = self._clock()
            try:
                # first what an earlier life had: a retained message that it recorded is no news
                self._opened()
                if not self._problem:
                    messages = self._intake.take(TICK_S)
                    self._turn_began_s = self._clock()
                    self._entries.extend(self._sorter.sort(messages))
                self._turn()
                self._problem = ""
            except OSError as error:
                self._complain(error)
            except Exception:  # the thread must outlive any fault: it is logged whole, and told
                log.exception("a message could not be recorded")
                self._skip()
            self._turn_began_s = None
            if self._problem and self._stopping.wait(RETRY_S):
                break
        self._end()

    def _skip(self) -> None:
        """Leave out the message that can't be written, so that those behind it can be."""
        if self._entries:
            entry = self._entries.popleft()
            self._refused += 1
            self._say(f"a message on {entry.place.topic[:80]!r} could not be recorded, see the log")
        else:
            self._problem = "recording fails at an internal fault, see the log of the recorder"

    def _has_work(self) -> bool:
        return not self._problem and bool(len(self._intake) or self._entries)

    def _turn(self) -> None:
        """Write what waits, and do what is due."""
        now_s = self._clock()
        if self._files is not None and (self._problem or now_s >= self._next_sync_s) and not self._files.is_there:
            self._leave(self._files)
        files = self._opened()
        self._look_at_disk(now_s)
        while self._entries:
            entry = self._entries[0]
            name = files.write(entry.key, entry.place, entry.times_ns, entry.seq, entry.data)
            self._entries.popleft()
            self._messages += 1
            if self._seeking is not None:
                self._seeking.take(name, entry)
        if self._seeking is not None:
            self._seeking.write_due()
        files.flush_due(now_s)
        if now_s >= self._next_sync_s:
            self._next_sync_s = now_s + SYNC_S
            files.sync()
            self._note_rate(now_s, sum(files.ends().values()))
        if now_s >= self._next_manifest_s:
            self._next_manifest_s = now_s + MANIFEST_S
            # the numbers that go with it may name nothing that a kill would take
            files.sync()
            self._write_manifest(SessionState.RECORDING)
        self._look_after(now_s)

    def _look_after(self, now_s: float) -> None:
        while self._sorter.clock_steps:
            self._say(
                f"{session_folder.CLOCK_SET} by {self._sorter.clock_steps.pop(0):+.0f} s; times go on by the old one"
            )
        for text in self.large.take_notes():
            self._say(text)
        new = self._sorter.take_filters() - self.filters
        if new:
            self.filters |= new
            self.on_filters(new)
        self._missing = self._sequences.missing
        if self._missing and self._can_ask():
            by_topic: dict[str, list[Missed]] = {}
            for gap in self._sorter.due(now_s):
                by_topic.setdefault(topics.sync_for(gap.topic), []).append(_missed(gap))
            for topic, missed in by_topic.items():
                for start in range(0, len(missed), GAPS_A_REQUEST):
                    self._ask(topic, tuple(missed[start : start + GAPS_A_REQUEST]))

    def _opened(self) -> SessionFiles:
        """The session's files; the session begins, or an earlier one is gone on with, when there is none yet."""
        if self._files is not None:
            return self._files
        out = self._settings.out
        out.mkdir(parents=True, exist_ok=True)
        now_unix_s = self._wall_clock()
        found = resume.mend_all(out, now_unix_s, self._settings.broker) if self._manifest is None else None
        if found is not None:
            self._go_on(found)
        else:
            folder = session.begin(out, now_unix_s)
            self._lock = session.lock(folder)
            self._files = SessionFiles(folder)
            self._manifest = self._new_manifest(folder.name, now_unix_s)
        if self._files is not None:
            self._seeking = Seeking(self._files)
        if self._manifest is not None:
            self._began_s = self._clock() - max(0.0, now_unix_s - self._manifest.began_unix_s)
        self._write_manifest(SessionState.RECORDING)
        assert self._files is not None  # noqa: S101 - made above
        return self._files

    def _new_manifest(self, name: str, began_unix_s: float) -> Manifest:
        notes = self._manifest.notes if self._manifest is not None else ()
        return Manifest(
            name=name,
            state=SessionState.RECORDING,
            began_unix_s=began_unix_s,
            host=self._settings.host,
            software=__version__,
            broker=self._settings.broker,
            notes=notes,
        )

    def _go_on(self, found: resume.Resumed) -> None:
        files = SessionFiles(found.folder)
        for name, layout in found.layouts.items():
            files.go_on(name, resume.vehicle_of(name), layout)
        now_s = self._clock()
        self._sequences.kept.update(found.numbers.kept)
        self._sequences.restore(found.numbers.runs, now_s)
        for topic, stamp in found.later:
            self._sequences.take(topic, stamp.sid, stamp.seq, now_s)
        self._sequences.duplicates = 0
        self._files, self._manifest, self._lock = files, found.manifest, found.lock
        told = found.manifest
        self._before = LargeCounts(kept=told.large, lost=told.large_lost, dropped=told.large_dropped)
        self.filters |= set(found.manifest.filters)
        self.on_filters(set(found.manifest.filters))
        self._messages = sum(layout.messages for layout in found.layouts.values())
        self._say(found.words)

    def _leave(self, files: SessionFiles) -> None:
        """The folder was deleted or taken away under us: what was in it is gone, recording goes on in a new session.

        Raises:
            OSError: to be told; the next turn begins anew.
        """
        files.abandon()
        self._files = self._seeking = None
        self._unlock()
        self._say(f"the folder {files.folder} is gone, and with it what was recorded there")
        raise FileNotFoundError(2, "the folder is gone", str(files.folder))

    def _look_at_disk(self, now_s: float) -> None:
        """Stop in time.

        Raises:
            OSError: too little room is left.
        """
        self._free_bytes = shutil.disk_usage(self._settings.out).free
        if now_s >= self._next_prune_s:
            self._next_prune_s = now_s + PRUNE_S
            for name in session.drop_oldest(self._settings.out, self._settings.max_bytes, self._folder()):
                self._say(f"session {name} was dropped to keep recordings below {self._settings.max_bytes} bytes")
        if self._free_bytes < self._settings.keep_free_bytes:
            free_mb = self._free_bytes / 1e6
            raise OSError(28, f"only {free_mb:.0f} MB are left", str(self._settings.out))

    def _note_rate(self, now_s: float, size_bytes: int) -> None:
        self._rates.append((now_s, size_bytes))
        while now_s - self._rates[0][0] > RATE_S:
            self._rates.popleft()

    def _write_manifest(self, state: SessionState) -> None:
        if self._manifest is None or self._files is None:
            return
        folder = self._files.folder
        is_over = state is not SessionState.RECORDING
        known = session_folder.load(folder)
        sequences = self._sequences
        self._manifest = msgspec.structs.replace(
            self._manifest,
            state=state,
            ended_unix_s=self._wall_clock() if is_over else None,
            is_pinned=known.is_pinned if known is not None else self._manifest.is_pinned,
            filters=tuple(sorted(self.filters)),
            files=self._files.described() or self._manifest.files,
            messages=self._messages,
            duplicates=sequences.duplicates,
            recovered=sequences.recovered,
            missing=sequences.missing,
            lost=sequences.lost,
            dropped=self._intake.dropped + self._refused + self._sorter.refused,
            large=self._before.kept + self.large.counts.kept,
            large_lost=self._before.lost + self.large.counts.lost,
            large_dropped=self._before.dropped + self.large.counts.dropped,
        )
        if not is_over:
            numbers = resume.Numbers(sequences.snapshot(), sorted(sequences.kept), self._files.ends())
            session_folder.write_whole(folder / session_folder.NUMBERS, msgspec.json.encode(numbers))
        session_folder.save(folder, self._manifest)

    def _say(self, text: str) -> None:
        log.warning("%s", text)
        if self._manifest is not None:
            notes = (*self._manifest.notes, Note(self._wall_clock(), text))[-session_folder.MAX_NOTES :]
            self._manifest = msgspec.structs.replace(self._manifest, notes=notes)

    def _complain(self, error: OSError) -> None:
        place = error.filename or self._settings.out
        problem = f"can't record to {place}: {error.strerror or error}; make room or choose another folder"
        if problem != self._problem:
            self._say(problem)
        self._problem = problem

    def _end(self) -> None:
        """Close everything; what can't be closed is mended at the next start."""
        if self._files is None:
            return
        try:
            self._files.sync()
            if self._seeking is not None:
                self._seeking.end()
            described = self._files.described()
            self._files.close()
            large_payloads.remove_parts(self._files.folder)
            if self._manifest is not None:
                self._manifest = msgspec.structs.replace(self._manifest, files=described)
            self._write_manifest(SessionState.CLOSED)
            (self._files.folder / session_folder.NUMBERS).unlink(missing_ok=True)
        except OSError as error:
            self._complain(error)
        self._unlock()

    def _unlock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            session.unlock(lock)


def _missed(gap: Gap) -> Missed:
    return Missed(topics.owner_and_leaf(gap.topic)[1], gap.sid, gap.first, gap.last)
