# SPDX-License-Identifier: Apache-2.0
"""When what failed may be tried again: 500 ms, then twice as long each time. Pure; the caller locks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

FIRST_S = 0.5
LONGEST_S = 300.0
MOST_KEPT = 4000
"""Things that are remembered; the oldest is forgotten, and may be tried at once."""


class Retries:
    """For one server: each tile by itself, and the server as a whole."""

    def __init__(self) -> None:
        self._until: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()

    def failed(self, what: Hashable, now_s: float, at_least_s: float = 0.0) -> float:
        """It failed once more.

        Args:
            what: a tile or a server.
            now_s: any clock that only goes on.
            at_least_s: what the server itself asked for.

        Returns:
            When it may be tried again.
        """
        count, until_s = self._until.pop(what, (0, 0.0))
        # what was on its way together fails together: that is one failure
        count = count + 1 if now_s >= until_s else count
        wait_s = min(LONGEST_S, FIRST_S * 2.0 ** min(count - 1, 20))
        self._until[what] = (count, max(until_s, now_s + max(wait_s, min(at_least_s, LONGEST_S))))
        if len(self._until) > MOST_KEPT:
            self._until.popitem(last=False)
        return self._until[what][1]

    def succeeded(self, what: Hashable) -> None:
        """All is well again."""
        self._until.pop(what, None)

    def until_s(self, what: Hashable) -> float:
        """Before this it is left alone; the past for what never failed."""
        return self._until.get(what, (0, float("-inf")))[1]

    def is_failing(self, what: Hashable) -> bool:
        """Whether the last try failed."""
        return what in self._until
