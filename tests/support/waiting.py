# SPDX-License-Identifier: Apache-2.0
"""Waits for what another thread or process does, with a deadline instead of a sleep of hope.

No test decides by the time that it took: a machine with fifteen others at work is ten times slower, and right.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from groundstation.transport.bus import BusState, BusStatus, Message

PATIENCE_S = 120.0
"""How long anything is waited for: no measure of what is waited for, only a net against hanging."""


def wait_until(is_true: Callable[[], bool], timeout_s: float = PATIENCE_S, what: str = "") -> None:
    give_up_s = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < give_up_s, f"waited {timeout_s} s in vain: {what}"
        time.sleep(0.005)


def soon_enough(attempt: Callable[[], float], limit_s: float, tries: int = 5) -> None:
    """A promise in seconds: kept in one of some tries. A busy machine spoils some, a fault all of them.

    Args:
        attempt: tries it once; returns the seconds that it took.
        limit_s: what is promised.
        tries: so many at most.
    """
    took_s: list[float] = []
    while not took_s or (took_s[-1] >= limit_s and len(took_s) < tries):
        took_s.append(attempt())
    assert min(took_s) < limit_s, took_s


class Collector:
    """Keeps messages and states as the worker thread delivers them; can be waited on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.messages: list[Message] = []
        self.statuses: list[tuple[float, BusStatus]] = []

    def on_message(self, message: Message) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def on_status(self, status: BusStatus) -> None:
        with self._changed:
            self.statuses.append((time.monotonic(), status))
            self._changed.notify_all()

    def wait_for(self, is_there: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        with self._changed:
            assert self._changed.wait_for(is_there, timeout_s), (self.messages[-3:], self.statuses[-3:])

    def wait_topic(self, topic: str, count: int = 1) -> list[Message]:
        self.wait_for(lambda: sum(one.topic == topic for one in self.messages) >= count)
        return [one for one in self.messages if one.topic == topic]

    def wait_state(self, state: BusState, connections: int | None = None, timeout_s: float = PATIENCE_S) -> float:
        """Wait for a state; returns when it was reported first (since the last call with a higher count)."""

        def found() -> float | None:
            for at_s, status in self.statuses:
                if status.state is state and (connections is None or status.connections == connections):
                    return at_s
            return None

        self.wait_for(lambda: found() is not None, timeout_s)
        at_s = found()
        assert at_s is not None
        return at_s
