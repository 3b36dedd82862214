# SPDX-License-Identifier: Apache-2.0
"""The reports of one command, numbered; progress is told when it is worth a message. Bridge thread; no I/O."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.fleet.commands import Args, CommandReport, CommandRequest, CommandState, Reason
from groundstation.fleet.parameters.parameter_entries import ParamResult
from groundstation.fleet.phrases import Words
from groundstation.fleet.proofs import Seen

SHOWN_STEP, SHOWN_PERIOD_S = 0.02, 0.5
"""Progress is told when it has grown by so much, and not more often."""

Reporter = Callable[[CommandReport], None]


class Telling:
    """What was told of one command."""

    def __init__(self, request: CommandRequest, args: Args, report: Reporter) -> None:
        """Begin with nothing told.

        Args:
            request: the command.
            args: its arguments, checked.
            report: takes each step in its life.
        """
        self._request, self._args, self._report = request, args, report
        self._steps = 0
        self._progress: float | None = None
        self._at_s = 0.0
        self.state = CommandState.RECEIVED
        """What was told last."""

    def tell(
        self,
        state: CommandState,
        now_s: float,
        *,
        reason: Reason = Reason.NONE,
        detail: Words = "",
        progress: float | None = None,
        result: int | None = None,
        texts: tuple[str, ...] = (),
        results: tuple[ParamResult, ...] = (),
    ) -> None:
        """One step; see `CommandReport`."""
        self.state, self._progress, self._at_s = state, progress, now_s
        report = CommandReport(
            id=self._request.id,
            state=state,
            step=self._steps,
            verb=self._request.verb,
            args=self._args,
            by=self._request.by,
            batch=self._request.batch,
            reason=reason,
            detail=detail,
            texts=texts,
            progress=None if progress is None else round(progress, 3),
            result=result,
            results=results,
            at_s=round(now_s, 3),
        )
        self._steps += 1
        self._report(report)

    def is_worth(self, seen: Seen, now_s: float) -> bool:
        """Whether progress has grown enough since it was told."""
        grown = (seen.progress or 0.0) - (self._progress or 0.0)
        is_first = self.state is not CommandState.IN_PROGRESS
        return is_first or (grown >= SHOWN_STEP and now_s - self._at_s >= SHOWN_PERIOD_S)
