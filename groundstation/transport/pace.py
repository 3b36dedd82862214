# SPDX-License-Identifier: Apache-2.0
"""How much may be given to the system at once, so that nothing urgent has to wait behind it. Sans-I/O, one thread.

The system takes megabytes that a slow way needs minutes for, and the way itself, a modem say, keeps seconds of its own.
So two things are watched: what is not acknowledged yet is held to half a second of what the way carries; and where
our own echo comes back late, what is given is held below what the way carries until it comes back soon.
"""

from __future__ import annotations

from collections import deque

FIRST_BYTES = 16 * 1024
LEAST_BYTES = 1024
MOST_BYTES = 4 * 1024 * 1024
AHEAD_S = 0.5
"""What is not acknowledged may take so long."""
LOOK_S = 0.1
"""Time between two measurements."""
LAG_S = 0.2
"""What is acknowledged so much later than the quickest echo came back has waited; systems acknowledge with a delay."""
LONGEST_TRIP_S = 1.0
"""No way there and back takes longer by nature; one over a satellite takes 0.7 s."""
BACKLOG_S = 0.5
"""A way on which something has waited for so long is the bottleneck."""
MEMORY_S = 3.0
"""Measurements of so long count."""
LATE_S = 0.7
"""An echo that takes so much longer than the quickest has waited behind our own words."""
SOON_S = 0.4
HINT_S = 10.0
"""An echo is late for want of room only where the way was seen full so short a time ago: else a computer is busy."""
LESS, MORE, MUCH_MORE = 0.8, 1.05, 1.4
"""What is given changes so, with each echo: much more where it is far from what was too much."""
SLOWER = 1.02
"""With each echo the quickest one counts for a little less: another way may be slower by nature."""
LEAST_RATE = 200.0
FREE_RATE = 1_000_000.0
"""Bytes a second above which nothing is held back any more."""


class Pace:
    """Watches one connection."""

    def __init__(self, now_s: float, trip_s: float = 0.0) -> None:
        """Begin.

        Args:
            now_s: seconds on the monotonic clock.
            trip_s: how long the broker's first answer took, when nothing else was under way.
        """
        self._limit = FIRST_BYTES
        self._idle_at = 0
        """Bytes given when the way was last seen idle."""
        self._busy_since_s: float | None = None
        self._under_way: deque[tuple[float, int]] = deque()
        """When how many bytes had been given, of what is not acknowledged."""
        self._trip_s = min(trip_s, LONGEST_TRIP_S)
        """The quickest answer of the connection: so long all that is said is under way, on a quick way too."""
        self._seen: deque[tuple[float, int]] = deque([(now_s, 0)])
        """When how many bytes had been acknowledged."""
        self._quickest_s: float | None = None
        self._rate: float | None = None
        """Bytes a second that may be given; None for as many as there are."""
        self._tokens = 0.0
        self._tokens_s = now_s
        self._too_much = 0.0
        """Bytes a second that made the last echo late."""
        self._was_short = self._was_short_before = False
        """Whether something had to wait for its turn since the last echo, and before it."""
        self._backlogged_at_s = -HINT_S

    @property
    def is_slow(self) -> bool:
        """Whether the way carries less than it is given."""
        return self._is_backlogged or (self._rate is not None and (self._was_short or self._was_short_before))

    @property
    def bytes_per_s(self) -> float | None:
        """What the way carries while it is the bottleneck; None while it is not, or before it was seen."""
        return self._carried_rate() if self.is_slow else None

    @property
    def _is_backlogged(self) -> bool:
        return self._busy_since_s is not None and self._seen[-1][0] - self._busy_since_s > BACKLOG_S

    def room(self, given_bytes: int, queued_bytes: int, now_s: float) -> int:
        """Bytes that may be given now.

        Args:
            given_bytes: all that was ever given.
            queued_bytes: what of it the other side has not acknowledged yet.
            now_s: seconds on the monotonic clock.
        """
        if now_s - self._seen[-1][0] >= LOOK_S:
            self._look(given_bytes - queued_bytes, now_s)
        if self._is_lagging(given_bytes, queued_bytes, now_s):
            self._busy_since_s = self._busy_since_s if self._busy_since_s is not None else now_s
            self._idle_at = given_bytes
        else:
            self._busy_since_s = None
            # as TCP begins: doubled while nothing waits, but only where the limit was nearly used; an idle way proves
            # nothing
            if given_bytes - self._idle_at > self._limit // 2:
                self._limit = min(self._limit * 2, MOST_BYTES)
                self._idle_at = given_bytes
        if queued_bytes == 0:
            self._idle_at = given_bytes
        room = self._limit - queued_bytes
        if self._rate is not None:
            # a bucket of tokens beside the limit: the rate holds although what is given comes in gulps
            self._tokens = min(self._tokens + (now_s - self._tokens_s) * self._rate, self._rate * AHEAD_S)
            room = min(room, int(self._tokens))
        self._tokens_s = now_s
        return max(0, room)

    def gave(self, size_bytes: int, *, is_short: bool) -> None:
        """So much was given, by us or by the library.

        Args:
            size_bytes: how much.
            is_short: whether more waits.
        """
        if self._rate is not None:
            # the urgent may go beyond; it is made up for within a second
            self._tokens = max(self._tokens - size_bytes, -self._rate)
        self._was_short |= is_short

    def came_back(self, rtt_s: float, now_s: float) -> None:
        """An echo came back: late means that the way keeps more than it carries.

        Args:
            rtt_s: how long it took, seconds.
            now_s: seconds on the monotonic clock.
        """
        self._trip_s = min(rtt_s, self._trip_s)
        # a millisecond is added too, since a share of nearly nothing would never grow
        self._quickest_s = rtt_s if self._quickest_s is None else min(self._quickest_s * SLOWER + 0.001, rtt_s)
        late_s = rtt_s - self._quickest_s
        is_full = self._rate is not None or now_s - self._backlogged_at_s < HINT_S + rtt_s
        if late_s > LATE_S and is_full:
            carried = self._carried_rate() or LEAST_RATE
            self._too_much = min(carried, self._rate) if self._rate is not None else carried
            self._rate = max(LEAST_RATE, LESS * self._too_much)
        elif self._rate is not None and not self._was_short:
            # the way carries all that there is: find out how much more it would
            self._rate *= 2.0
        elif self._rate is not None and late_s < SOON_S:
            is_near = 0.7 < self._rate / max(1.0, self._too_much) < 1.3
            self._rate *= MORE if is_near else MUCH_MORE
        if self._rate is not None and self._rate > FREE_RATE:
            self._rate = None
        self._was_short_before, self._was_short = self._was_short, False

    def _is_lagging(self, given_bytes: int, queued_bytes: int, now_s: float) -> bool:
        """Whether the oldest of what is not acknowledged is under way for longer than its way takes."""
        under_way = self._under_way
        if given_bytes > (under_way[-1][1] if under_way else given_bytes - queued_bytes):
            # one entry for each gulp: how long the oldest is under way tells what the size of the queue can not
            under_way.append((now_s, given_bytes))
        while under_way and under_way[0][1] <= given_bytes - queued_bytes:
            under_way.popleft()
        return bool(under_way) and now_s - under_way[0][0] > self._trip_s + LAG_S

    def _look(self, carried: int, now_s: float) -> None:
        self._seen.append((now_s, carried))
        # two are kept in any case: a rate needs a distance
        while now_s - self._seen[0][0] > MEMORY_S and len(self._seen) > 2:
            self._seen.popleft()
        rate = self._carried_rate()
        if self._is_backlogged and rate is not None:
            self._backlogged_at_s = now_s
            self._limit = int(min(max(rate * (AHEAD_S + self._trip_s), LEAST_BYTES), MOST_BYTES))

    def _carried_rate(self) -> float | None:
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else None
