# SPDX-License-Identifier: Apache-2.0
"""The fate of every command that a bridge heard of, so that none is carried out twice. Bridge thread; no I/O."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import msgspec

from groundstation.fleet.commands import MAX_ID, CommandQuery, CommandReport, CommandState, Reason, Verb
from groundstation.fleet.phrases import Words, say

KEPT_IDS, KEPT_S = 10_000, 600.0
"""Commands remembered against repetition: at least so many, and each at least so long."""
MOST_IDS = 100_000
"""However many come, no more than this."""
MAX_QUERY = 100
"""Commands asked for in one query."""


class _Stored(msgspec.Struct):
    """What is known of a command's fate."""

    report: CommandReport
    at_s: float


class CommandMemory:
    """The newest report on each command of one vehicle."""

    def __init__(self, publish: Callable[[CommandReport], None]) -> None:
        """Begin with nothing.

        Args:
            publish: takes each report that stations are to hear.
        """
        self._publish = publish
        self._stored: OrderedDict[str, _Stored] = OrderedDict()

    def answer_known(self, command_id: str) -> bool:
        """Tell again what became of a command; False when it was never heard of."""
        known = self._stored.get(command_id)
        if known is not None:
            self._publish(known.report)
        return known is not None

    def store(self, report: CommandReport, now_s: float) -> None:
        """Remember and publish a step; what is remembered is what a repeated request is answered with."""
        self._stored[report.id] = _Stored(report, now_s)
        # by the newest step, so that the first one in it has been quiet for longest
        self._stored.move_to_end(report.id)
        self._forget_old(now_s)
        self._publish(report)

    def _forget_old(self, now_s: float) -> None:
        while len(self._stored) > KEPT_IDS:
            oldest = next(iter(self._stored.values()))
            # a young one may still be repeated on its way; only a flood of ids drives it out
            if now_s - oldest.at_s < KEPT_S and len(self._stored) <= MOST_IDS:
                return
            self._stored.popitem(last=False)

    def refuse_unread(self, command_id: str, reason: Reason, detail: Words, now_s: float) -> None:
        """A request that could not be read, or was retained: its id alone is known."""
        # an id that has a fate keeps it, whatever comes under it later
        if 0 < len(command_id) <= MAX_ID and command_id not in self._stored:
            self.store(_bare_report(command_id, CommandState.REJECTED, reason, detail, now_s), now_s)

    def answer_query(self, query: CommandQuery, session: str | None, now_s: float) -> None:
        """Tell what became of commands; one that never came is refused from now on, so that "expired" stays true.

        Args:
            query: as it came.
            session: the vehicle's present one.
            now_s: seconds on the bridge's clock.
        """
        state, reason = CommandState.EXPIRED, Reason.NEVER_ARRIVED
        detail = say("never_came")
        if query.sid != session:
            state, reason = CommandState.UNKNOWN, Reason.BRIDGE_LOST
            detail = say("former_life_not_known")
        for command_id in query.ids[:MAX_QUERY]:
            if not self.answer_known(command_id) and 0 < len(command_id) <= MAX_ID:
                self.store(_bare_report(command_id, state, reason, detail, now_s), now_s)


def _bare_report(command_id: str, state: CommandState, reason: Reason, detail: Words, now_s: float) -> CommandReport:
    return CommandReport(
        id=command_id,
        state=state,
        step=0,
        verb=Verb.UNKNOWN,
        reason=reason,
        detail=detail,
        at_s=round(now_s, 3),
    )
