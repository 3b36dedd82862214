# SPDX-License-Identifier: Apache-2.0
"""Child processes: each a subcommand of this program, supervised, and never outliving its parent.

A child's standard input is a pipe that only its parent holds: when the parent ends, however it ends, the pipe closes
and the child stops. A child that dies is started again with growing waits.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import psutil

from groundstation.transport.backoff import Backoff

SUPERVISED = "GROUNDSTATION_SUPERVISED"
"""Set in a child's environment: it ends when its standard input does."""
STOP_S = 4.0
"""How long a child may take to end before it is killed."""
HEALTHY_S = 10.0
"""A child that lived so long is started again without a long wait."""
POLL_S = 0.1
START_S = 20.0
"""Longer than any child takes to begin; on a busy computer the slower broker needs several seconds."""
LOOK_S = 0.05


class Child:
    """One subcommand, kept running."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        on_line: Callable[[str], None] | None = None,
        program: list[str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Describe a child.

        Args:
            name: for messages.
            arguments: of the program.
            on_line: called with each line of its standard error, on a reader thread.
            program: what is run; None for `groundstation`.
            environment: variables besides ours; where a secret goes, since everybody may read a command line.
        """
        self._environment = environment or {}
        self._program = program or [sys.executable, "-m", "groundstation"]
        self.name = name
        self.restarts = 0
        self._arguments = arguments
        self._on_line = on_line
        self._backoff = Backoff(first_s=0.2, last_s=10.0)
        self._process: subprocess.Popen[str] | None = None
        self._started_s = 0.0
        self._again_s: float | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [*self._program, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **self._environment, SUPERVISED: "1"},
            start_new_session=True,
        )
        self._started_s = time.monotonic()
        threading.Thread(target=self._read_lines, args=(self._process,), name=f"{self.name}-log", daemon=True).start()

    def poll(self, now_s: float) -> None:
        """Start it again when it has died and the wait is over."""
        if self._process is None or self._process.poll() is None:
            return
        if self._again_s is None:
            self._kill_group()
            if now_s - self._started_s > HEALTHY_S:
                self._backoff.reset()
            self._again_s = now_s + self._backoff.next_s()
            if self._on_line is not None:
                self._on_line(f"{self.name} ended (code {self._process.returncode}); starting it again")
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

    def kill(self) -> None:
        """As `kill -9`, and with it what it had started."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._kill_group()

    def ask_to_stop(self) -> None:
        """Close its standard input: the sign to end."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def wait_stopped(self, deadline_s: float) -> None:
        """Wait until it has ended; kill it at the deadline."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.0, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._kill_group()

    def _kill_group(self) -> None:
        """What a dead child had started and left behind would hold its port: a broker's mosquitto. POSIX only."""
        if self._process is not None and os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _read_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None  # noqa: S101 - asked for
        for line in process.stderr:
            if self._on_line is not None:
                self._on_line(f"{self.name}: {line.rstrip()}")


class Supervisor:
    """Keeps children running until it is stopped. Thread `supervisor`."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def add(self, child: Child) -> None:
        """Start a child, unless it runs already, and keep it running; children are stopped in reverse order."""
        if child.pid is None:
            child.start()
        self._children.append(child)
        if not self._thread.is_alive():
            self._thread.start()

    def stop(self) -> None:
        """End every child, the last one first."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)
        for child in reversed(self._children):
            child.ask_to_stop()
            child.wait_stopped(time.monotonic() + STOP_S)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_S):
            for child in self._children:
                child.poll(time.monotonic())


def _listens(pid: int, port: int) -> bool:
    with contextlib.suppress(psutil.Error):
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        found = (one for process in family for one in process.net_connections("tcp"))
        return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)
    return False


@contextlib.contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C, by SIGTERM, and in a supervised child by the end of its parent."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    old = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_watch_parent, args=(stop,), name="parent-watch", daemon=True).start()
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _watch_parent(stop: threading.Event) -> None:
    """The pipe from the parent closes with it."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    stop.set()
