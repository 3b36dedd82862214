# SPDX-License-Identifier: Apache-2.0
"""Whether telemetry shows that one step of a command has had its effect. Bridge thread; no I/O."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple

from groundstation.bridge.endings import Ending
from groundstation.bridge.facts import Facts
from groundstation.bridge.flight_watch import FlightWatch
from groundstation.fleet.commands import Args, CommandState, Reason, Verb
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import say
from groundstation.fleet.proofs import BEGUN, Look, Proof, Seen, shown_mode
from groundstation.fleet.vehicle import VehicleState

HEARTBEAT_S = 1.5
"""So old may be what says that a refused vehicle does already what it was told."""
LEAST_STEP = 0.001
"""Less growth is no progress; a slow vehicle on a long way makes 10 m of 10 km in a stall's time."""


class Finding(enum.Enum):
    """What a look has shown."""

    WAITING = enum.auto()
    PROGRESS = enum.auto()
    DONE = enum.auto()
    NOT_SHOWN = enum.auto()
    """The time for it is over, and nothing shows it."""
    BROKEN_OFF = enum.auto()


class Found(NamedTuple):
    """The outcome of one look."""

    finding: Finding
    seen: Seen
    end: Ending | None = None
    """How the command ends that was broken off; None for one that was not."""


class ProofWatch:
    """Watches for the effect of one step, from the moment that it was sent."""

    def __init__(
        self, proof: Proof, before: VehicleState, sent_s: float, args: Args, parameters: Mapping[str, float]
    ) -> None:
        """Prepare; `start` begins the time for it.

        Args:
            proof: of the step.
            before: the vehicle when it was sent.
            sent_s: when that was, seconds on the bridge's clock.
            args: of the command.
            parameters: those that were read for it.
        """
        self._proof, self._before, self._sent_s = proof, before, sent_s
        self._args, self._parameters = args, parameters
        self._since_s = self._progress_s = self._looked_s = sent_s
        self._best = 0.0
        self._was_in_mode = False
        self._settled_s: float | None = None
        self._flight: FlightWatch | None = None

    def start(self, now_s: float) -> None:
        """The vehicle took it, or shows it: from now on its effect is awaited."""
        self._since_s = self._progress_s = self._looked_s = now_s
        self._best, self._settled_s = 0.0, None
        self._flight = FlightWatch(self._before, self._sent_s) if self._proof.is_flight else None

    def has_come(self, facts: Facts, texts: tuple[str, ...], now_s: float) -> bool:
        """Whether telemetry shows that the step arrived, answered or not: by a change since it was sent."""
        return self._proof.has_come(self._look(facts, texts, now_s, self._sent_s))

    def was_so_before(self, facts: Facts) -> bool:
        """Whether what would prove it was there when it was sent."""
        return self._proof.look(self._look(facts, (), self._sent_s, self._sent_s).at_sending()).is_done

    def is_so_already(self, facts: Facts, texts: tuple[str, ...], now_s: float) -> bool:
        """Whether a vehicle that refuses the step does already what it was told, by its last heartbeat."""
        return self._proof.look(self._look(facts, texts, now_s, self._sent_s - HEARTBEAT_S)).is_done

    def _look(self, facts: Facts, texts: tuple[str, ...], now_s: float, since_s: float) -> Look:
        """What a proof may look at: samples since a moment."""
        return Look(
            before=self._before,
            now=facts.state,
            args=self._args,
            sent_s=since_s,
            now_s=now_s,
            texts=texts,
            parameters=self._parameters,
        )

    def turn(self, verb: Verb, facts: Facts, texts: tuple[str, ...], now_s: float) -> Found:
        """Look once.

        Args:
            verb: of the command.
            facts: the vehicle now.
            texts: that it has said meanwhile.
            now_s: seconds on the bridge's clock.
        """
        seen = self._proof.look(self._look(facts, texts, now_s, self._sent_s))
        if seen.is_done and self._is_settled(now_s):
            return Found(Finding.DONE, seen)
        if not seen.is_done:
            self._settled_s = None
        waited_s, self._looked_s = now_s - self._looked_s, now_s
        end = self._end(verb, facts, now_s)
        if end is not None:
            return Found(Finding.BROKEN_OFF, seen, end)
        if facts.link is LinkState.STALE:
            # back, or given up: that is known within seconds, and nothing else before
            self._since_s, self._progress_s = self._since_s + waited_s, self._progress_s + waited_s
        elif seen.progress is not None and self._proof.stall_s is not None:
            return self._progressed(seen, self._proof.stall_s, now_s)
        elif now_s - self._since_s >= self._proof.window_s:
            return Found(Finding.NOT_SHOWN, seen)
        return Found(Finding.WAITING, seen)

    def _is_settled(self, now_s: float) -> bool:
        """Whether it has been seen done for as long as it must be."""
        self._settled_s = now_s if self._settled_s is None else self._settled_s
        return now_s - self._settled_s >= self._proof.settle_s

    def _end(self, verb: Verb, facts: Facts, now_s: float) -> Ending | None:
        """Why nothing more is to be expected; None while something is."""
        broken_off = self._flight.broken_off(facts.state, now_s) if self._flight is not None else None
        if broken_off is not None:
            return Ending(CommandState.FAILED, *broken_off)
        if self._is_taken_over(facts):
            mode = facts.state.mode
            name = shown_mode(mode) if mode is not None else "?"
            return Ending(CommandState.FAILED, Reason.EXTERNAL, say("mode_became", mode=name))
        # a restart is a silence by itself; the new life behind it ends the command
        if facts.link is LinkState.OFFLINE and verb is not Verb.REBOOT:
            return Ending(CommandState.UNKNOWN, Reason.LINK_LOST, say("link_lost_meanwhile"))
        return None

    def _is_taken_over(self, facts: Facts) -> bool:
        """Whether the vehicle left the mode in which it does this."""
        modes, mode = self._proof.modes, facts.state.mode
        # a heartbeat from before the order shows the mode from before it
        if not modes or mode is None or mode.at_s < self._sent_s:
            return False
        # only who was in it can leave it: PX4 shows a new mode up to 1 s after it took the order (observed)
        if mode.name in modes:
            self._was_in_mode = True
        return self._was_in_mode and mode.name not in modes

    def _progressed(self, seen: Seen, stall_s: float, now_s: float) -> Found:
        progress = seen.progress or 0.0
        if progress > self._best + LEAST_STEP:
            self._best, self._progress_s = progress, now_s
        # who has not begun has the whole window: a plane turns before it comes nearer
        patience_s = stall_s if self._best >= BEGUN else max(stall_s, self._proof.window_s)
        if now_s - self._progress_s < patience_s:
            return Found(Finding.PROGRESS, seen)
        said = say("no_progress", patience_s=patience_s, shown=seen.detail)
        return Found(Finding.BROKEN_OFF, seen, Ending(CommandState.FAILED, Reason.STALLED, said))
