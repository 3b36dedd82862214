# SPDX-License-Identifier: Apache-2.0
"""Plays a log out: one loop for all ways out, at the pace of the recording. Main thread."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from groundstation.app.replaying.output import Output
from groundstation.app.replaying.timeline import Timeline
from groundstation.fleet.progress import CancelledError

TURN_S = 0.02
TOLD_EVERY_S = 0.5


class HowFar(msgspec.Struct, frozen=True):
    """How far a replay is."""

    position_s: float
    """Seconds as the log counts."""
    passes: int
    """Which pass it is, from 1."""
    vehicles: int
    real_speed: float
    """Seconds of the recording for each of ours since the last time that this was told."""
    problem: str
    """Why it waits; empty while it goes on."""


class Player:
    """Plays."""

    def __init__(
        self,
        timeline: Timeline,
        outputs: Sequence[Output],
        tell: Callable[[HowFar], None],
        *,
        is_loop: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            timeline: from when to when, how fast.
            outputs: where to.
            tell: told twice a second how far it is, and at once of a trouble and its end.
            is_loop: begin again at the end, until stopped.
            clock: monotonic seconds.
        """
        self._timeline, self._outputs, self._tell = timeline, outputs, tell
        self._is_loop, self._clock = is_loop, clock
        self._position_s = timeline.begin_s
        self._passes = 1
        self._told_s, self._told_position_s, self._problem = float("-inf"), timeline.begin_s, ""

    def run(self, stop: threading.Event) -> None:
        """Play until the end, or until stopped.

        Raises:
            GroundStationError: an address can't be had.
        """
        for out in self._outputs:
            out.open()
        try:
            self._wait(stop)
            while not stop.is_set():
                # who stops while the log is read cancels the reading; the vehicles are told dead all the same
                with contextlib.suppress(CancelledError):
                    self._play_pass(stop)
                for out in self._outputs:
                    out.end_pass(self._position_s)
                if not self._is_loop:
                    break
                self._passes += 1
        finally:
            for out in self._outputs:
                out.close()

    def _wait(self, stop: threading.Event) -> None:
        """Nothing is played before everybody can hear it."""
        self._timeline.hold(self._position_s, self._clock())
        while not stop.is_set() and not self._is_ready():
            self._turn(stop)

    def _play_pass(self, stop: threading.Event) -> None:
        line = self._timeline
        self._position_s = self._told_position_s = line.begin_s
        line.hold(line.begin_s, self._clock())
        for out in self._outputs:
            out.begin_pass()
        # reading what was before the beginning may have taken seconds
        line.hold(line.begin_s, self._clock())
        while not stop.is_set():
            now_s = self._clock()
            if self._is_ready():
                wanted_s = line.position_s(now_s)
                self._position_s = min(out.play(wanted_s, now_s) for out in self._outputs)
                if self._position_s < wanted_s:
                    # too much for this computer or the broker: the replay is slower, and nothing is left out
                    line.hold(self._position_s, now_s)
                elif wanted_s >= line.end_s:
                    return
            self._turn(stop)

    def _is_ready(self) -> bool:
        # a list: each of them is asked, since it says then what is wrong with it
        return all([out.is_ready for out in self._outputs])  # noqa: C419

    def _turn(self, stop: threading.Event) -> None:
        """What is done in every turn, also while the recording stands still."""
        now_s = self._clock()
        if not self._is_ready():
            self._timeline.hold(self._position_s, now_s)
        for out in self._outputs:
            out.tick(self._position_s, now_s)
        self._report(now_s)
        stop.wait(TURN_S)

    def _report(self, now_s: float) -> None:
        problem = next((out.problem for out in self._outputs if out.problem), "")
        passed_s = now_s - self._told_s
        if passed_s < TOLD_EVERY_S and bool(problem) == bool(self._problem):
            return
        real = (self._position_s - self._told_position_s) / passed_s if passed_s < 1e6 else self._timeline.speed
        self._told_s, self._told_position_s, self._problem = now_s, self._position_s, problem
        vehicles = max(out.vehicles for out in self._outputs)
        self._tell(HowFar(self._position_s, self._passes, vehicles, max(real, 0.0), problem))
