# SPDX-License-Identifier: Apache-2.0
"""A small process between us and one autopilot: it takes the network away from it, and ends it when we are gone.

Run as a file by a bare interpreter, so it imports nothing of ours. Whatever dies first, the others follow: this
process leads the group of the autopilot; our end closes the pipe on its standard input; its own end is told to the
autopilot by the system (Linux) and to us by its exit.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

SHUT_IN, OPEN = "keeper: shut in", "keeper: open"
"""First line on standard output: whether the autopilot has no network, or that of this computer."""
GRACE_S = 1.5
"""For an autopilot that is asked to end, to close its log."""
LOOK_S = 0.1
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_DEATH_SIGNAL = 1


def shut_in() -> bool:
    """Leave the network of this computer, where the system lets us: on Linux, by a namespace of our own."""
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    if system.unshare(_NEW_NET) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if system.unshare(_NEW_USER | _NEW_NET) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with contextlib.suppress(OSError):
            Path("/proc/self", name).write_text(text, encoding="ascii")
    return True


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _die_with_us() -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_S)


def keep(words: list[str]) -> int:
    """Run a program until it ends or our parent is gone.

    Returns:
        Its exit code, 128 and the signal where one ended it.
    """
    _say(SHUT_IN if shut_in() else OPEN)
    try:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, preexec_fn=_die_with_us)  # noqa: PLW1509 - no thread
    except OSError as error:
        _say(f"{words[0]}: {error.strerror}")
        return 127
    while process.poll() is None:
        readable, _, _ = select.select([0], [], [], LOOK_S)
        if readable and not os.read(0, 4096):
            _end(process)
            os.killpg(0, signal.SIGKILL)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
