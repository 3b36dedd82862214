# SPDX-License-Identifier: Apache-2.0
"""Writers' clocks to ours, by the quickest delivery: a delayed sample shows its true age. Sans-I/O, one thread.

What one message alone claims is not believed: a clock that runs ahead is taken over when a second message agrees. Else
one forged time would make every age absurd for as long as the writer lives.
"""

from __future__ import annotations

from collections import OrderedDict

import msgspec

DRIFT = 1e-4
"""How fast two clocks may run apart, seconds a second; quartz is a tenth of it."""
AGREE_S = 0.25
"""Two deliveries that differ by no more agree on the clock."""
ABSURD_S = 3_600.0
"""No delivery takes an hour on a connection that is given up after seconds: what says so has a wrong clock."""
STRANGE_S = 60.0
"""Ways differ by seconds; what differs by more is counted."""
RIVAL_S = 30.0
"""What nobody has confirmed for so long is forgotten."""
MAX_CLOCKS = 50_000
"""Writers that are followed; the one heard longest ago goes first."""


class _Clock(msgspec.Struct, gc=False):
    """What is known of one writer's clock."""

    offset_s: float
    at_s: float
    rival_s: float = 0.0
    rival_at_s: float = float("-inf")


class ClockOffsets:
    """One offset for each writer's session."""

    def __init__(self) -> None:
        self._clocks: OrderedDict[str, _Clock] = OrderedDict()
        self.strange = 0
        """Times that can hardly be, and were not believed at once."""

    def known(self, session: str) -> float | None:
        """Seconds to add to a writer's time to have ours; None before its first message."""
        clock = self._clocks.get(session)
        return clock.offset_s if clock is not None else None

    def record(self, session: str) -> tuple[float, float] | None:
        """What is known of a writer's clock, for a recording: offset, and when it was learnt; None for nothing."""
        clock = self._clocks.get(session)
        return (clock.offset_s, clock.at_s) if clock is not None else None

    def put_back(self, session: str, offset_s: float, at_s: float) -> None:
        """What `record` told."""
        self._clocks[session] = _Clock(offset_s, at_s)

    def learn(self, session: str, written_s: float, received_s: float) -> float | None:
        """A message came.

        Args:
            session: of the writer.
            written_s: when it was written, by the writer's clock.
            received_s: when it came, seconds on our clock.

        Returns:
            Seconds to add to the writer's time to have ours; None for a time that can't be.
        """
        seen_s = received_s - written_s
        clock = self._clocks.get(session)
        if clock is None:
            self._clocks[session] = _Clock(seen_s, received_s)
            if len(self._clocks) > MAX_CLOCKS:
                self._clocks.popitem(last=False)
            return seen_s
        # the least recently heard is first, and so the one that goes: see the bound above
        self._clocks.move_to_end(session)
        # the quickest delivery of long ago says less and less: the clocks have run apart since
        drifted_s = clock.offset_s + DRIFT * max(0.0, received_s - clock.at_s)
        # later is a slow delivery, and usual; much earlier than the quickest one ever can only be another clock
        if drifted_s - AGREE_S <= seen_s <= drifted_s + ABSURD_S:
            clock.offset_s, clock.at_s = min(seen_s, drifted_s), received_s
            return clock.offset_s
        return self._doubted(clock, seen_s, drifted_s, received_s)

    def _doubted(self, clock: _Clock, seen_s: float, drifted_s: float, received_s: float) -> float | None:
        is_confirmed = received_s - clock.rival_at_s <= RIVAL_S and abs(seen_s - clock.rival_s) <= AGREE_S
        if is_confirmed:
            clock.offset_s, clock.at_s, clock.rival_at_s = min(seen_s, clock.rival_s), received_s, float("-inf")
            return clock.offset_s
        clock.rival_s, clock.rival_at_s = seen_s, received_s
        # a rival that nobody confirms is the rule where ways change; far away ones are worth to be told
        self.strange += abs(seen_s - drifted_s) > STRANGE_S
        return drifted_s if abs(seen_s - drifted_s) <= ABSURD_S else None
