# SPDX-License-Identifier: Apache-2.0
"""One real autopilot as a process: terminal, folder, what it prints, its end. Runs on the simulator's thread."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import BinaryIO

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.sitl import keeper
from groundstation.simulator.sitl.launch import Launch

MOST_LINE_BYTES = 4096
_READ_BYTES = 65536
_LAST_WORDS = 12
_MOST_UNSENT_BYTES = 65536
END_S = keeper.GRACE_S + 1.5


class Terminal:
    """A pseudo terminal in raw form, the serial line to one autopilot."""

    def __init__(self) -> None:
        """Open it.

        Raises:
            SimulationError: this system has none, or no more of them.
        """
        try:
            import pty
            import tty
        except ImportError as error:
            raise SimulationError("real autopilots need Linux or macOS; on Windows start them in WSL") from error
        try:
            self.ours, self._theirs = pty.openpty()
        except OSError as error:
            raise SimulationError(f"no more terminals ({error.strerror}); start fewer autopilots") from error
        tty.setraw(self._theirs)
        self.name = os.ttyname(self._theirs)
        os.set_blocking(self.ours, False)
        self._unsent = b""
        self.dropped_bytes = 0
        """Not taken, since the autopilot reads nothing."""

    def fileno(self) -> int:
        """Our end, to be watched for reading."""
        return self.ours

    def read(self) -> bytes:
        """What the autopilot has said; empty when nothing waits."""
        with contextlib.suppress(OSError):
            return os.read(self.ours, _READ_BYTES)
        return b""

    def write(self, data: bytes) -> None:
        """Say something to it; what it has no room for waits, as far as there is reason."""
        waiting = self._unsent + data
        with contextlib.suppress(OSError):
            waiting = waiting[os.write(self.ours, waiting) :]
        if len(waiting) > _MOST_UNSENT_BYTES:
            self.dropped_bytes += len(waiting)
            waiting = b""
        self._unsent = waiting

    def close(self) -> None:
        """Close both ends."""
        for end in (self.ours, self._theirs):
            with contextlib.suppress(OSError):
                os.close(end)


class Autopilot:
    """One process, from its start to its end."""

    def __init__(self, title: str, launch: Launch, folder: Path) -> None:
        """Start it.

        Args:
            title: for messages.
            launch: what to run.
            folder: its own; where it keeps its parameters and logs.

        Raises:
            SimulationError: the folder can't be written, or the program can't be started.
        """
        self.title, self.folder = title, folder
        self.is_shut_in = False
        """It has no network at all; known once it has begun."""
        self.last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._said = b""
        try:
            for name, text in launch.files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            self._log: BinaryIO = (folder / "console.log").open("ab")
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, *launch.words],
                cwd=folder,
                env={**os.environ, **launch.variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise SimulationError(f"{title} can't be started: {error.strerror or error}") from error
        assert self._process.stdout is not None  # noqa: S101 - asked for
        self.console = self._process.stdout
        os.set_blocking(self.console.fileno(), False)

    @property
    def pid(self) -> int:
        """Of the process that keeps it, which leads its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def lines(self) -> list[str]:
        """What it has printed since the last time, whole lines; also written to ``console.log`` in its folder."""
        with contextlib.suppress(OSError):
            data = os.read(self.console.fileno(), _READ_BYTES)
            with contextlib.suppress(OSError):  # a full disk costs the log, not the flight
                self._log.write(data)
                self._log.flush()
            self._said += data
        *whole, self._said = self._said.split(b"\n")
        if len(self._said) > MOST_LINE_BYTES:
            whole, self._said = [*whole, self._said], b""
        texts = [line[:MOST_LINE_BYTES].decode("utf-8", "replace").strip() for line in whole]
        if keeper.SHUT_IN in texts:
            self.is_shut_in = True
        kept = [text for text in texts if text and text not in (keeper.SHUT_IN, keeper.OPEN)]
        self.last_words.extend(kept)
        return kept

    def ask_to_end(self) -> None:
        """Let it close its log and end; `end` waits for it."""
        assert self._process.stdin is not None  # noqa: S101 - asked for
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def end(self) -> None:
        """End it, and all that it had started, within `END_S`."""
        self.ask_to_end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)
        self.kill()
        self.lines()
        self._log.close()
        self.console.close()

    def kill(self) -> None:
        """End its whole group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
