# SPDX-License-Identifier: Apache-2.0
"""Which topic filters are wanted of a broker, and which of them it has. Any thread asks, the connection's acts."""

from __future__ import annotations

import threading


class Subscriptions:
    """Filters with their QoS; they outlive a connection, what the broker has of them does not."""

    def __init__(self, always: dict[str, int]) -> None:
        """Begin.

        Args:
            always: filters of the connection itself, which nobody takes back.
        """
        self._always = always
        self._asked: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, filters: dict[str, int]) -> None:
        """These are wanted from now on. Any thread."""
        with self._lock:
            self._asked.update(filters)

    def remove(self, filters: list[str]) -> None:
        """These are not wanted any more. Any thread."""
        with self._lock:
            for one in filters:
                self._asked.pop(one, None)

    def begin(self) -> None:
        """A new connection: the broker has none of them, since each connection begins with a clean session."""
        self._held = {}

    def changes(self) -> tuple[list[str], list[tuple[str, int]]]:
        """What is to be taken back at the broker, and what asked of it with which QoS; it then counts as done."""
        with self._lock:
            wanted = {**self._always, **self._asked}
        if wanted == self._held:  # at nearly every turn
            return [], []
        gone = [one for one in self._held if one not in wanted]
        new = [(one, qos) for one, qos in wanted.items() if self._held.get(one) != qos]
        self._held = wanted
        return gone, new
