# SPDX-License-Identifier: Apache-2.0
"""What a process of its own measured: each has its own memory, and nothing else in it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

from groundstation.fleet.errors import GroundStationError

POLL_S = 0.2


def outcome(arguments: list[str], stop: threading.Event) -> dict[str, Any]:
    """Run it and read what it prints.

    Args:
        arguments: of the Python interpreter.
        stop: ends it early.

    Raises:
        GroundStationError: it was ended early, or it failed.
    """
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE)
    while child.poll() is None and not stop.wait(POLL_S):
        pass
    if child.poll() is None:
        child.terminate()
        child.wait()
        raise GroundStationError("ended early; there is nothing to compare yet")
    if child.returncode != 0 or child.stdout is None:
        raise GroundStationError(f"a measured process ended with code {child.returncode}; its words are above")
    found: dict[str, Any] = json.loads(child.stdout.read())
    return found
