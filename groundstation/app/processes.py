# SPDX-License-Identifier: Apache-2.0
"""Child processes: each a subcommand of this program, supervised (docs/adr/0017).

A child's standard input is a pipe that only its parent holds. A parent that ends on purpose says so on it, and the
child stops. A pipe that closes without a word tells that the parent died: a child that lingers then goes on as long
as it is needed, any other stops. A child that dies is started again with growing waits.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TextIO

import psutil

from groundstation.transport.backoff import Backoff

log = logging.getLogger("groundstation.processes")

SUPERVISED = "GROUNDSTATION_SUPERVISED"
"""Set in a child's environment: it ends when its parent says so, see `LINGERS` for when the parent says nothing."""
LINGERS = "lingers "
"""Begins the variable of a child that may outlive its parent; seconds follow, see `Company`."""
END, LEAVE = b"end\n", b"leave\n"
"""Words to a child: end now; end unless you are needed."""
GOES_ON = "goes on without its window"
"""In what a child says when it was left and stays."""
STOP_S = 4.0
"""How long a child may take to end before it is killed."""
HEALTHY_S = 10.0
"""A child that lived so long is started again without a long wait."""
POLL_S = 0.1
START_S = 20.0
"""Longer than any child takes to begin; on a busy computer the slower broker needs several seconds."""
LOOK_S = 0.05
TAKEN_S = 1.0
"""Between two looks whether somebody else still does a child's work."""


class Child:
    """One subcommand, kept running."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        on_line: Callable[[str], None] | None = None,
        program: list[str] | None = None,
        environment: dict[str, str] | None = None,
        *,
        linger_s: float | None = None,
        is_left: bool = False,
        is_taken: Callable[[], bool] = lambda: False,
    ) -> None:
        """Describe a child.

        Args:
            name: for messages.
            arguments: of the program.
            on_line: called with each line of its standard error, on a reader thread.
            program: what is run; None for `groundstation`.
            environment: variables besides ours; where a secret goes, since everybody may read a command line.
            linger_s: it outlives a parent that died, until it was not needed for so long; None: it ends with it.
            is_left: a parent that closes leaves it to its work, while it is needed.
            is_taken: whether another process does this work already; ours then starts when that one ends.
        """
        supervised = "1" if linger_s is None else f"{LINGERS}{linger_s}"
        self._environment = {**(environment or {}), SUPERVISED: supervised}
        self._last_word, self._is_taken = LEAVE if is_left else END, is_taken
        self._adopted: psutil.Process | None = None
        self._goes_on = threading.Event()
        self._look_s: float | None = None
        self._program = program or [sys.executable, "-m", "groundstation"]
        self.name = name
        self.restarts = 0
        self.on_start: Callable[[], None] = lambda: None
        """Called after each start, on the thread of the supervisor from the second on."""
        self._arguments = arguments
        self.on_line = on_line
        """See the argument; may be changed."""
        self._backoff = Backoff(first_s=0.2, last_s=10.0)
        self._process: subprocess.Popen[str] | None = None
        self._started_s = 0.0
        self._again_s: float | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs; None too while somebody else's does its work."""
        if self._adopted is not None:
            return self._adopted.pid if runs(self._adopted) else None
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def adopt(self, process: psutil.Process) -> None:
        """Take over one that a parent left behind that died.

        Args:
            process: of this same work.
        """
        self._adopted = process

    def start(self) -> None:
        """Start it, unless somebody else does its work."""
        if self._is_taken():
            self._look_s = time.monotonic() + TAKEN_S
            return
        self._look_s, self._adopted = None, None
        self._process = subprocess.Popen(
            [*self._program, *self._arguments],
            # what tells it of our end, however that comes; see the beginning of this file
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **self._environment},
            # a group of its own: Ctrl-C in a terminal reaches us alone, and `_kill_group` all that it had started
            start_new_session=True,
        )
        self._started_s = time.monotonic()
        # somebody reads all the time: a child stands still once the pipe is full
        threading.Thread(target=self._read_lines, args=(self._process,), name=f"{self.name}-log", daemon=True).start()
        self.on_start()

    def poll(self, now_s: float) -> None:
        """Start it again when it has died and the wait is over."""
        if self._look_s is not None:
            if now_s >= self._look_s:
                self.start()
            return
        if self.pid is not None or (self._process is None and self._adopted is None):
            return
        if self._again_s is None:
            self._kill_group()
            # a child that dies at once has a reason that will not go away: it waits longer each time
            if now_s - self._started_s > HEALTHY_S:
                self._backoff.reset()
            self._again_s = now_s + self._backoff.next_s()
            if self.on_line is not None:
                code = "unknown" if self._process is None else self._process.returncode
                self.on_line(f"{self.name} ended (code {code}); starting it again")
        elif now_s >= self._again_s:
            self._again_s = None
            self.restarts += 1
            self.start()

    def wait_listening(self, port: int, stop: threading.Event) -> bool:
        """Wait until it, or what it started, listens on a TCP port; whoever else listens there does not count.

        Returns:
            False when it has ended, when it was stopped, or when nothing came within `START_S`.
        """
        give_up_s = time.monotonic() + START_S
        while self.pid is not None and not stop.is_set() and time.monotonic() < give_up_s:
            if _listens(self.pid, port):
                return True
            stop.wait(LOOK_S)
        return False

    def tell(self, word: str) -> None:
        """Say something to it, a line on its standard input; what it does not know it leaves alone."""
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.closed:
            with contextlib.suppress(OSError):
                os.write(self._process.stdin.fileno(), f"{word}\n".encode())

    def kill(self) -> None:
        """As `kill -9`, and with it what it had started."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._kill_group()

    def ask_to_stop(self) -> None:
        """Say that its parent ends on purpose; one that was adopted has no pipe to us and gets a signal."""
        if self._adopted is not None:
            with contextlib.suppress(psutil.Error):
                self._adopted.terminate()
        elif self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                # below the buffer of Python, which would fail once more when it is collected
                os.write(self._process.stdin.fileno(), self._last_word)
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def wait_stopped(self, deadline_s: float) -> None:
        """Wait until it has ended, or said that it goes on; kill it at the deadline."""
        while self.pid is not None and time.monotonic() < deadline_s:
            if self._goes_on.wait(LOOK_S):
                return
        if self._adopted is not None:
            with contextlib.suppress(psutil.Error):
                self._adopted.kill()
        elif self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
        self._kill_group()

    def _kill_group(self) -> None:
        """What a dead child had started and left behind would hold its port: a broker's mosquitto. POSIX only."""
        led = self._adopted or self._process
        if led is not None and os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(led.pid, signal.SIGKILL)

    def _read_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None  # noqa: S101 - asked for
        for line in process.stderr:
            if GOES_ON in line:
                self._goes_on.set()
            if self.on_line is not None:
                self.on_line(f"{self.name}: {line.rstrip()}")


class Supervisor:
    """Keeps children running until it is stopped. Thread `supervisor`."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        """In the order in which they were added."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def add(self, child: Child) -> None:
        """Start a child, unless it runs already, and keep it running; children are stopped in reverse order."""
        if child.pid is None:
            child.start()
        self.children.append(child)
        if not self._thread.is_alive():
            self._thread.start()

    def stop(self) -> None:
        """End every child, the last one first."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)
        # what was started first is needed by the others to say goodbye: the broker goes last
        for child in reversed(self.children):
            child.ask_to_stop()
            child.wait_stopped(time.monotonic() + STOP_S)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_S):
            for child in self.children:
                child.poll(time.monotonic())


def _listens(pid: int, port: int) -> bool:
    with contextlib.suppress(psutil.Error):
        # the broker behind a shell is a grandchild
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        found = (one for process in family for one in process.net_connections("tcp"))
        return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)
    return False


def runs(process: psutil.Process) -> bool:
    """Whether a process runs. A zombie does not; one that another process started may stay for a while."""
    with contextlib.suppress(psutil.Error):
        # one that nobody waited for still has its number; psutil looks at when it began too
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


class Left:
    """What a supervised process learns of its parent. Thread `parent-watch`."""

    def __init__(
        self,
        stop: threading.Event,
        stay: Callable[[bool, float, threading.Event], None] | None,
        on_word: Callable[[str], None] | None = None,
    ) -> None:
        self._stop, self._stay, self._on_word = stop, stay, on_word

    def watch(self) -> None:
        """Wait for the end of the pipe, and for as long as this process is needed after that; then stop it."""
        said = rest = b""
        with contextlib.suppress(OSError):
            # an empty read is the end of the pipe: all that held it are gone
            while said != END and (more := os.read(0, 4096)):
                *lines, rest = (rest + more).split(b"\n")
                for line in lines:
                    said = line + b"\n"
                    if said not in (END, LEAVE):
                        self._hear(line.decode("utf-8", "replace"))
                    elif said == END:
                        break
        linger = os.environ.get(SUPERVISED, "")
        if said != END and linger.startswith(LINGERS) and self._stay is not None:
            try:
                self._stay(said == LEAVE, float(linger.removeprefix(LINGERS)), self._stop)
            except Exception:  # whatever happens, it ends
                log.exception("nobody can tell whether this process is still needed")
        self._stop.set()

    def _hear(self, word: str) -> None:
        if self._on_word is None:
            return
        try:
            self._on_word(word)
        except Exception:  # whatever is wrong with a word, the next one may be the last
            log.exception("a word of the parent came to nothing")


@contextlib.contextmanager
def stop_on_signal(
    stay: Callable[[bool, float, threading.Event], None] | None = None,
    on_word: Callable[[str], None] | None = None,
) -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C, by SIGTERM, and in a supervised child by the end of its parent.

    Args:
        stay: called on another thread when the parent died, or left this process to its work: whether it was left,
            how long to linger in seconds, and the event; returns when the process is needed no longer. None: never.
        on_word: called on another thread with each line that the parent says besides.
    """
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    old = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    if os.environ.get(SUPERVISED):
        sys.stderr = OutlivingStream(sys.stderr)
        threading.Thread(target=Left(stop, stay, on_word).watch, name="parent-watch", daemon=True).start()
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


class OutlivingStream(io.TextIOBase):
    """Standard error of a process that may outlive its reader: without one, words are dropped and nothing fails.

    rich ends a process whose reader is gone.
    """

    def __init__(self, below: TextIO) -> None:
        self._below = below

    def write(self, text: str) -> int:
        """Write as far as there is a reader."""
        with contextlib.suppress(OSError):
            # below the stream: one that failed once would fail at every later write, and at the exit
            os.write(self._below.fileno(), text.encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        """Nothing waits here."""

    def fileno(self) -> int:
        """That of the stream below."""
        return self._below.fileno()

    def isatty(self) -> bool:
        """Whether a person reads."""
        return self._below.isatty()
