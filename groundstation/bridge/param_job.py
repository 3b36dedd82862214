# SPDX-License-Identifier: Apache-2.0
"""One transfer of parameters: read, all or some, or written and read back. Bridge thread; no I/O.

What is written goes in rounds: a parameter that the vehicle does not have yet may be there once others are written (an
`_ENABLE`), and of what it does not have no type is known.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping

import msgspec

from groundstation.bridge.facts import Facts
from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.parameters.parameter import Parameter
from groundstation.fleet.parameters.parameter_entries import ParamEnd, ParamResult, number_of
from groundstation.fleet.phrases import Phrase, Words, say
from groundstation.fleet.shown_text import harmless
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.param_peek import ParamPeek
from groundstation.mavlink.param_read import KnownSet, ParamRead
from groundstation.mavlink.param_wire import encoding_of
from groundstation.mavlink.param_write import ParamWrite, WriteEnd, Written
from groundstation.mavlink.stream_requests import Outbound

MOST_ROUNDS = 4
"""Of writing: what three of them brought to light is enough."""
SILENCE_S = 15.0
"""Without any answer so long while parameters are written that it has: nobody is there to write to."""


class ParamGoal(enum.Enum):
    """What a transfer is for."""

    READ = enum.auto()
    READ_SOME = enum.auto()
    WRITE = enum.auto()


class ParamJobEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a transfer ended."""

    state: CommandState
    reason: Reason = Reason.NONE
    said: Words = ""
    known: KnownSet | None = None
    """Everything, as it was read; None where not everything was."""
    results: tuple[ParamResult, ...] = ()
    """What became of each that was written, or asked for by name."""


class ParamJob:
    """One transfer."""

    def __init__(
        self,
        goal: ParamGoal,
        facts: Facts,
        wanted: tuple[Parameter, ...] = (),
        held: Mapping[str, Parameter] | None = None,
        known: KnownSet | None = None,
    ) -> None:
        """Prepare; `start` sends.

        Args:
            goal: what for.
            facts: the vehicle now.
            wanted: what is to be written, or the names that are asked for.
            held: what is known of the vehicle, by name, for the types of what is written.
            known: what was read in whole before, by which a vehicle with a hash spares its list.
        """
        self.goal, self._facts, self._wanted, self._known = goal, facts, wanted, known
        info = facts.state.info
        firmware = info.autopilot if info is not None else Autopilot.UNKNOWN
        self.encoding = encoding_of(facts.capabilities, firmware)
        """How the vehicle encodes whole numbers."""
        self._kinds = {name: one.type for name, one in (held or {}).items() if one.type is not None}
        self._talk: ParamRead | ParamPeek | ParamWrite | None = None
        self._open = list(range(len(wanted)))
        """Places of what is to be written and was not yet."""
        self._round: list[int] = []
        """Places of what the present talk writes."""
        self._results: dict[int, ParamResult] = {}
        self._rounds = 0
        self._answer_s = 0.0
        """When the vehicle answered last."""
        self.count: int | None = None
        """How many parameters the vehicle said that it has, while some were written."""
        self.end: ParamJobEnd | None = None
        """How it ended; None while it goes on."""

    @property
    def hears(self) -> frozenset[int]:
        """What is waited for."""
        return self._talk.hears if self._talk is not None and self.end is None else frozenset()

    def writes(self, name: str) -> bool:
        """Whether a change of a parameter is by this."""
        return self.goal is ParamGoal.WRITE and any(one.name == name for one in self._wanted)

    @property
    def progress(self) -> tuple[float, Words]:
        """Share that is done, and how far in words."""
        talk, items = self._talk, len(self._wanted)
        if isinstance(talk, ParamRead):
            count = talk.count
            if not count:
                return 0.0, say("param_list_asked")
            return talk.share, say("param_reading", item=round(talk.share * count), items=count)
        if self.goal is ParamGoal.WRITE:
            fresh = len(talk.results) if isinstance(talk, ParamWrite) else 0
            number = min(items, len(self._results) + fresh)
            return number / max(1, items), say("param_writing", item=number, items=items)
        share = talk.share if talk is not None else 0.0
        return share, say("param_reading", item=round(share * items), items=items)

    def start(self, now_s: float) -> list[Outbound]:
        """Begin."""
        self._answer_s = now_s
        if self.goal is ParamGoal.WRITE:
            return self._next_round(now_s)
        target = self._facts.sysid, self._facts.compid
        if self.goal is ParamGoal.READ:
            self._talk = ParamRead(*target, self.encoding, self._known)
        else:
            self._talk = ParamPeek((one.name for one in self._wanted), *target, self.encoding)
        return [*self._talk.start(now_s), *self._look(now_s)]

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message that it hears came."""
        if self._talk is None or self.end is not None:
            return []
        before = self._done
        messages = self._talk.take(msgid, fields, now_s)
        if self._done != before:
            self._answer_s = now_s
        return [*messages, *self._look(now_s)]

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        talk = self._talk
        if self.end is not None or talk is None:
            return []
        if isinstance(talk, ParamWrite) and now_s - self._answer_s >= SILENCE_S:
            self.end = self.broken_off(CommandState.TIMEOUT, Reason.NO_ANSWER)
            return []
        return [*talk.tick(now_s), *self._look(now_s)]

    @property
    def _done(self) -> int:
        return len(self._talk.results) if isinstance(self._talk, ParamWrite) else 0

    # ---- its steps ----

    def _look(self, now_s: float) -> list[Outbound]:
        """What comes after the present talk, once it is over."""
        talk = self._talk
        if talk is None or not talk.is_over:
            return []
        if isinstance(talk, ParamRead):
            self.end = self._after_reading(talk)
        elif isinstance(talk, ParamWrite):
            return self._after_writing(talk, now_s)
        elif self.goal is ParamGoal.READ_SOME:
            self.end = self._after_asking(talk)
        else:
            return self._after_peeking(talk, now_s)
        return []

    def _after_reading(self, talk: ParamRead) -> ParamJobEnd:
        if talk.is_whole:
            known = KnownSet(parameters=talk.parameters, hash=talk.hash)
            odd = tuple(harmless(name) for name in talk.odd_names[:3]) or None
            items = len(talk.parameters)
            said = say("param_was_read", items=items, odd=odd)
            if talk.is_from_known:
                said = say("param_was_known", items=items, odd=odd)
            return ParamJobEnd(state=CommandState.SUCCEEDED, said=said, known=known)
        count = talk.count
        came = len(talk.parameters)
        said = say("param_not_read", item=came, items=count) if count and came else say("plan_not_asked")
        return ParamJobEnd(state=CommandState.TIMEOUT, reason=Reason.NO_ANSWER, said=said)

    def _after_asking(self, talk: ParamPeek) -> ParamJobEnd:
        results = tuple(_read(one.name, talk.found.get(one.name)) for one in self._wanted)
        if not talk.missing:
            said = say("param_was_read", items=len(results))
            return ParamJobEnd(state=CommandState.SUCCEEDED, said=said, results=results)
        names = tuple(harmless(name) for name in talk.missing[:5])
        said = say("param_not_there", names=names)
        state = CommandState.FAILED if talk.found else CommandState.TIMEOUT
        return ParamJobEnd(state=state, reason=Reason.NO_ANSWER, said=said, results=results)

    def _next_round(self, now_s: float) -> list[Outbound]:
        """Write what has a type; then ask for the types of the rest."""
        target = self._facts.sysid, self._facts.compid
        self._round = [place for place in self._open if self._wanted[place].name in self._kinds]
        if self._round:
            self._rounds += 1
            self._open = [place for place in self._open if place not in set(self._round)]
            typed = [self._with_type(self._wanted[place]) for place in self._round]
            self._talk = ParamWrite(typed, *target, self.encoding)
        elif self._open and self._rounds < MOST_ROUNDS:
            self._talk = ParamPeek((self._wanted[place].name for place in self._open), *target, self.encoding)
        else:
            self._finish()
            return []
        self._answer_s = now_s
        return [*self._talk.start(now_s), *self._look(now_s)]

    def _with_type(self, one: Parameter) -> Parameter:
        return Parameter(one.name, one.value, self._kinds[one.name])

    def _after_writing(self, talk: ParamWrite, now_s: float) -> list[Outbound]:
        self._keep(talk)
        return self._next_round(now_s)

    def _after_peeking(self, talk: ParamPeek, now_s: float) -> list[Outbound]:
        self.count = talk.count or self.count
        self._kinds |= {name: one.type for name, one in talk.found.items() if one.type is not None}
        if not talk.found:
            self._finish()
            return []
        return self._next_round(now_s)

    def _keep(self, talk: ParamWrite) -> None:
        self.count = talk.count or self.count
        for place, one in talk.results_by_place.items():
            self._results[self._round[place]] = _written(one)

    def _finish(self) -> None:
        for place in self._open:
            name = self._wanted[place].name
            said = say("param_not_there", names=(harmless(name),))
            self._results[place] = self._open_result(place, ParamEnd.NOT_THERE, said)
        self._open = []
        self.end = self._summed_up()

    def _open_result(self, place: int, end: ParamEnd, said: Words) -> ParamResult:
        one = self._wanted[place]
        return ParamResult(name=one.name, end=end, wanted=_number(one.value), said=said)

    def _summed_up(self) -> ParamJobEnd:
        results = tuple(self._results[place] for place in sorted(self._results))
        wrong = [one for one in results if one.end is not ParamEnd.STORED]
        stored = len(results) - len(wrong)
        if not wrong:
            return ParamJobEnd(state=CommandState.SUCCEEDED, said=_all_stored(results), results=results)
        ends = {one.end for one in wrong}
        more = len(wrong) - 1
        said = say("param_some_stored", stored=stored, items=len(results), first=wrong[0].said, more=more or None)
        state, reason = CommandState.FAILED, Reason.VEHICLE_FAILED
        if not stored and ends <= {ParamEnd.NO_ANSWER, ParamEnd.NOT_THERE}:
            state, reason = CommandState.TIMEOUT, Reason.NO_ANSWER
        elif not stored and ends == {ParamEnd.UNSENT}:
            state, reason = CommandState.REJECTED, Reason.ARGUMENTS
        return ParamJobEnd(state=state, reason=reason, said=said, results=results)

    def broken_off(self, state: CommandState, reason: Reason, said: Words = "") -> ParamJobEnd:
        """Its end from outside, with what became of each so far.

        Args:
            state: how it ends.
            reason: why.
            said: the same in words, for a reading.
        """
        if self.goal is not ParamGoal.WRITE:
            return ParamJobEnd(state=state, reason=reason, said=said)
        talk = self._talk
        in_flight: set[int] = set()
        if isinstance(talk, ParamWrite):
            self._keep(talk)
            in_flight = {self._round[place] for place in talk.in_flight}
        for place, one in enumerate(self._wanted):
            if place in in_flight:
                words = say("param_no_answer", name=harmless(one.name))
                self._results[place] = self._open_result(place, ParamEnd.NO_ANSWER, words)
            elif place not in self._results:
                words = say("param_turn_never_came", name=harmless(one.name))
                self._results[place] = self._open_result(place, ParamEnd.UNSENT, words)
        results = tuple(self._results[place] for place in sorted(self._results))
        stored = sum(one.end is ParamEnd.STORED for one in results)
        words = say("param_broken_off", stored=stored, items=len(results))
        return ParamJobEnd(state=state, reason=reason, said=words, results=results)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read(name: str, found: Parameter | None) -> ParamResult:
    if found is None:
        return ParamResult(name=name, end=ParamEnd.NOT_THERE, said=say("param_not_there", names=(harmless(name),)))
    kind = None if found.type is None else found.type.value
    return ParamResult(name=name, end=ParamEnd.READ, found=number_of(found), type=kind)


def _written(one: Written) -> ParamResult:
    found = one.found
    return ParamResult(
        name=one.wanted.name,
        end=_ENDS[one.end],
        wanted=_number(one.wanted.value),
        found=None if found is None else number_of(found),
        type=None if found is None or found.type is None else found.type.value,
        said=one.said,
    )


_ENDS = {
    WriteEnd.STORED: ParamEnd.STORED,
    WriteEnd.OTHERWISE: ParamEnd.OTHERWISE,
    WriteEnd.REFUSED: ParamEnd.REFUSED,
    WriteEnd.UNSENT: ParamEnd.UNSENT,
    WriteEnd.NO_ANSWER: ParamEnd.NO_ANSWER,
}
SHOWN = 3
"""Parameters that are named in words; the others are in the results."""


def _all_stored(results: tuple[ParamResult, ...]) -> Phrase:
    first = tuple(one.said for one in results[:SHOWN])
    return say("param_all_stored", items=len(results), first=first, more=max(0, len(results) - SHOWN) or None)
