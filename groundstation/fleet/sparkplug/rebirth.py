# SPDX-License-Identifier: Apache-2.0
"""When a host asks a node for its births: late enough for what was only overtaken, and seldom. Pure; one thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from groundstation.fleet.sparkplug.address import NodeKey

REORDER_S = 2.0
"""So long what is missing may still come by itself."""
FIRST_S, LONGEST_S = 10.0, 300.0
"""Between two requests to a node: twice as long each time that births did not help."""
CALM_S = 60.0
"""A node that wants nothing for so long is asked like a new one."""
MOST_A_SECOND = 10
"""Of all nodes together: after an outage all of them would say everything at once."""
MAX_KNOWN = 5_000


class _Asked:
    """What is known of a node that was to be asked."""

    def __init__(self) -> None:
        self.since_s: float | None = None
        """Since when it is to be asked; None while it is not."""
        self.calm_s = float("-inf")
        """Since when it is not."""
        self.next_s = float("-inf")
        self.wait_s = FIRST_S


class RebirthPacer:
    """Says whom to ask now."""

    def __init__(self) -> None:
        self._known: OrderedDict[NodeKey, _Asked] = OrderedDict()
        self._second, self._in_second = 0, 0

    def due(self, wanting: Iterable[NodeKey], now_s: float) -> list[NodeKey]:
        """Whom to ask.

        Args:
            wanting: all nodes whose births are wanted.
            now_s: seconds on this computer's monotonic clock.
        """
        wanted = dict.fromkeys(wanting)
        for key, asked in self._known.items():
            if key not in wanted and asked.since_s is not None:
                asked.since_s, asked.calm_s = None, now_s
        found = [key for key in wanted if self._is_due(key, now_s)]
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return found

    def _is_due(self, key: NodeKey, now_s: float) -> bool:
        asked = self._known.setdefault(key, _Asked())
        self._known.move_to_end(key)
        if asked.since_s is None:
            asked.since_s = now_s
            if now_s - asked.calm_s >= CALM_S:
                asked.wait_s = FIRST_S
        if now_s - asked.since_s < REORDER_S or now_s < asked.next_s or not self._has_room(now_s):
            return False
        asked.next_s = now_s + asked.wait_s
        asked.wait_s = min(2 * asked.wait_s, LONGEST_S)
        return True

    def _has_room(self, now_s: float) -> bool:
        if int(now_s) != self._second:
            self._second, self._in_second = int(now_s), 0
        if self._in_second >= MOST_A_SECOND:
            return False
        self._in_second += 1
        return True
