# SPDX-License-Identifier: Apache-2.0
"""Has moments of a session folded by a process of its own, so that no panel waits for it with the interpreter's lock.

Used by the player's thread alone. Whatever becomes of the process, the player goes on without it: it folds in its own
thread then, as it does until the process has begun.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.vehicle import VehicleState
from groundstation.recording.fold_process import LENGTH, Answer, Question, framed
from groundstation.recording.segments import Part

log = logging.getLogger("groundstation.player")

PROGRAM = (sys.executable, "-m", "groundstation.recording.fold_process")
PATIENCE_S = 5.0
"""A disk that wakes up needs seconds; longer than this nobody waits for an answer."""
LOOK_S = 0.5
PIPE_BYTES = 1024 * 1024
"""An answer comes in one piece: each further one would have to wait for the interpreter."""
MOST_BYTES = 256 * 1024 * 1024
"""A longer answer is none."""


class FoldApart:
    """The process, from the opening of a session to its end."""

    def __init__(self, paths: Sequence[Path], program: Sequence[str] = PROGRAM) -> None:
        """Start it; it can be asked as soon as `is_ready`.

        Args:
            paths: of the recorded files, which it opens meanwhile.
            program: what is run.

        Raises:
            OSError: it can't be started.
        """
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._is_ready = self._is_hung = False
        self._asked_s: float | None = None
        """Since when an answer is awaited, on the monotonic clock."""
        self._states: dict[VehicleKey, VehicleState] = {}
        """As of the answer before."""
        self._decoder = msgspec.msgpack.Decoder(Answer)
        # a group of its own: Ctrl-C in a terminal reaches us alone; it ends when its input does
        self._process = subprocess.Popen(
            list(program),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101 - asked for
        assert self._process.stdout is not None  # noqa: S101 - asked for
        self._given, self._answers = self._process.stdin, self._process.stdout
        _widen(self._answers.fileno())
        opened = tuple(Part(str(one), "", b"", b"", 0, 0, 0, 0, 0, ()) for one in paths)
        self._watcher = threading.Thread(
            target=self._watch, args=(Question(0, opened),), name="fold-watch", daemon=True
        )
        self._watcher.start()

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked."""
        return self._is_ready and not self._closed.is_set()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, at_ns: int, parts: tuple[Part, ...]) -> bool:
        """Ask for a moment; an answer that nobody fetched is lost.

        Args:
            at_ns: nanoseconds since 1970.
            parts: what leads to it, of each file.

        Returns:
            Whether an answer is to be expected; it is fetched by `answer`.
        """
        if self._asked_s is not None:
            self.answer()
        if not self.is_ready:
            return False
        self._asked_s = time.monotonic()
        try:
            self._send(Question(at_ns, parts))
        except OSError:
            self._asked_s = None
            self._give_up()
            return False
        return True

    def answer(self) -> tuple[Answer, tuple[VehicleState, ...]] | None:
        """Wait for the answer, `PATIENCE_S` at most; None where there is none, and the player has to fold itself.

        States that are the same as in the answer before are the same objects.
        """
        if self._asked_s is None:
            return None
        try:
            answer = self._receive()
            # here, so that a state that is no state is found out too
            states = {one.key: one for one in answer.states}
            found = {key: states.get(key) or self._states[key] for key in answer.keys} if answer.is_folded else None
        except (OSError, EOFError, msgspec.DecodeError, KeyError) as error:
            self._give_up("" if isinstance(error, EOFError | OSError) else f"its answer makes no sense ({error!r})")
            return None
        finally:
            self._asked_s = None
        if answer.problem:
            self._give_up(answer.problem)
        if found is None:
            return None
        self._states = found
        return answer, tuple(found.values())

    def close(self) -> None:
        """End it; it has nothing to lose."""
        self._closed.set()
        with self._lock:
            self._process.kill()
            self._process.wait()
        # it reads, at most, the end of what the process said
        self._watcher.join()
        for one in (self._given, self._answers):
            with contextlib.suppress(OSError):
                one.close()

    def _give_up(self, why: str = "") -> None:
        """Say once why, and go on without it."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._is_hung:
            why = f"it did not answer within {PATIENCE_S:g} s"
        with self._lock:
            if not why:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    why = f"it ended with code {self._process.wait(LOOK_S)}"
            self._process.kill()
            self._process.wait()
        log.warning("moments are folded without a process of their own from now on: %s", why or "it says no more")

    # ---- thread `fold-watch` ----

    def _watch(self, opened: Question) -> None:
        """Wait until it has begun; then see to it that nobody waits for ever."""
        try:
            self._send(opened)
            self._receive()
        except (OSError, EOFError, ValueError, msgspec.DecodeError):
            self._give_up()
            return
        self._is_ready = True
        while not self._closed.wait(LOOK_S):
            asked_s = self._asked_s
            if asked_s is not None and time.monotonic() - asked_s > PATIENCE_S:
                self._is_hung = True
                with self._lock:
                    # who waits for its answer reads the end of it now
                    self._process.kill()
                return

    # ---- either, one after the other ----

    def _send(self, question: Question) -> None:
        rest = memoryview(framed(msgspec.msgpack.encode(question)))
        while rest:
            rest = rest[os.write(self._given.fileno(), rest) :]

    def _receive(self) -> Answer:
        """The next answer.

        Raises:
            EOFError: it ended.
        """
        data = bytearray()
        wanted = LENGTH.size
        while len(data) < wanted:
            piece = os.read(self._answers.fileno(), max(PIPE_BYTES, wanted - len(data)))
            if not piece:
                raise EOFError
            data += piece
            if wanted == LENGTH.size and len(data) >= wanted:
                wanted += int(LENGTH.unpack_from(data)[0])
                if wanted > MOST_BYTES:
                    raise EOFError
        return self._decoder.decode(memoryview(data)[LENGTH.size :])


def _widen(pipe: int) -> None:
    """Let a whole answer stand in a pipe, where the system can."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
