# SPDX-License-Identifier: Apache-2.0
"""One transfer of a list: given, cleared or read, and read back, until there is one true end. Bridge thread; no I/O.

What a vehicle answered to an upload is not believed either way: ArduPilot keeps half of one that broke off, and the
last answer may be lost. What is read back decides.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

import msgspec

from groundstation.bridge.facts import Facts
from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.phrases import Phrase, Words, say
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.plans.plan_match import Difference, differences
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.plan_read import PlanClear, PlanRead
from groundstation.mavlink.plan_send import ACCEPTED, DENIED, PlanSend, Upload
from groundstation.mavlink.plan_wire import with_home, without_home
from groundstation.mavlink.stream_requests import Outbound

MOST_TRIES = 8
"""Of a whole upload: at a fifth lost each way ArduPilot gives up one in forty of a hundred items."""
TRIES_OF_REFUSED, TRIES_OF_DIFFERENT, TRIES_OF_READING = 3, 2, 3
PAUSE_S = 1.5
"""Before it is tried again: PX4 is busy for 5 s after a reading whose end it did not hear (observed)."""
TOTAL_S, TOTAL_ITEM_S = 120.0, 0.5
"""Longer no transfer takes, and so much more for each item."""
NOT_NOW = frozenset({1, 13, 14, 15})
"""MISSION_ACK that may be otherwise the next time: busy (PX4 says "error"), out of turn, denied, given up."""


class Goal(enum.Enum):
    """What a transfer is for."""

    SEND = enum.auto()
    CLEAR = enum.auto()
    READ = enum.auto()


class JobEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a transfer ended."""

    state: CommandState
    reason: Reason = Reason.NONE
    said: Words = ""
    items: tuple[PlanItem, ...] | None = None
    """What was read, home not among them; None where nothing whole was."""
    opaque_id: int | None = None
    """Id of that list as the vehicle told it, 0 for none; None where nothing was read."""
    is_doubtful: bool = False
    """Whether it may have left something that nobody wanted."""


class PlanJob:
    """One transfer."""

    def __init__(self, kind: PlanKind, goal: Goal, facts: Facts, wanted: tuple[PlanItem, ...] = ()) -> None:
        """Prepare; `start` sends.

        Args:
            kind: which list.
            goal: what for.
            facts: the vehicle now.
            wanted: what is to be there in the end, without home.
        """
        self.kind, self.goal, self.wanted = kind, goal, wanted
        self._facts = facts
        self._talk: PlanSend | PlanClear | PlanRead | None = None
        self._tries = self._readings = 0
        self._sent = wanted
        """What was wanted, in the form in which its firmware takes it."""
        self._home = 0
        """Items on the wire before the first of ours."""
        self._pause_s = 0.0
        self._then: Callable[[float], list[Outbound]] = self._begin
        self._give_up_s = 0.0
        self._refusal: Phrase | None = None
        """Why the vehicle did not take it, the last time."""
        self.end: JobEnd | None = None
        """How it ended; None while it goes on."""

    @property
    def _firmware(self) -> Autopilot:
        info = self._facts.state.info
        return info.autopilot if info is not None else Autopilot.UNKNOWN

    @property
    def hears(self) -> frozenset[int]:
        """What is waited for."""
        return self._talk.hears if self._talk is not None and self.end is None else frozenset()

    @property
    def progress(self) -> tuple[float, Words]:
        """Share that is done, and how far in words."""
        talk, items = self._talk, len(self.wanted)
        if isinstance(talk, PlanSend):
            attempt = self._tries if self._tries > 1 else None
            share = talk.asked / max(1, talk.size)
            return 0.7 * share, say("plan_item_sent", item=round(share * items), items=items, attempt=attempt)
        if isinstance(talk, PlanRead):
            number = len(talk.items)
            if self.goal is Goal.READ:
                return talk.share, say("plan_reading", item=number, items=talk.count or 0)
            return 0.7 + 0.3 * talk.share, say("plan_reading_back", item=number, items=talk.count or 0)
        return 0.0, ""

    def start(self, now_s: float) -> list[Outbound]:
        """Begin."""
        self._give_up_s = now_s + TOTAL_S + TOTAL_ITEM_S * len(self.wanted)
        return self._begin(now_s)

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message that it hears came."""
        if self._talk is None or self.end is not None:
            return []
        return [*self._talk.take(msgid, fields, now_s), *self._look(now_s)]

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        if self.end is not None:
            return []
        if self._talk is None:
            return self._then(now_s) if now_s >= self._pause_s else []
        return [*self._talk.tick(now_s), *self._look(now_s)]

    # ---- its steps ----

    def _begin(self, now_s: float) -> list[Outbound]:
        if self.goal is Goal.READ:
            return self._read(now_s)
        self._tries += 1
        facts = self._facts
        target = facts.sysid, facts.compid
        if self.goal is Goal.CLEAR:
            self._talk = PlanClear(self.kind, *target)
        else:
            items = with_home(self.wanted, self.kind, self._firmware, facts.state.home)
            self._home = len(items) - len(self.wanted)
            self._sent = without_home(items, self.kind, self._firmware)
            self._talk = PlanSend(Upload(items, self.kind), *target)
        return self._talk.start(now_s)

    def _read(self, now_s: float) -> list[Outbound]:
        self._readings += 1
        self._talk = PlanRead(self.kind, self._facts.sysid, self._facts.compid)
        return self._talk.start(now_s)

    def _pause(self, now_s: float, then: Callable[[float], list[Outbound]]) -> list[Outbound]:
        self._talk, self._pause_s, self._then = None, now_s + PAUSE_S, then
        return []

    def _look(self, now_s: float) -> list[Outbound]:
        """What comes after the present talk, once it is over."""
        talk = self._talk
        if talk is None or not talk.is_over:
            return []
        if isinstance(talk, PlanRead):
            return self._after_reading(talk, now_s)
        return self._after_giving(talk, now_s)

    def _after_giving(self, talk: PlanSend | PlanClear, now_s: float) -> list[Outbound]:
        is_given = talk.ack == ACCEPTED or (talk.ack is None and _was_asked_for_all(talk))
        self._refusal = None if is_given else _refusal(talk, self._home)
        is_worth_it = talk.ack is None or talk.ack in NOT_NOW
        most = MOST_TRIES if talk.ack is None or talk.ack in (13, 15) else TRIES_OF_REFUSED
        if not is_given and is_worth_it and self._tries < most and now_s < self._give_up_s:
            return self._pause(now_s, self._begin)
        # also after a refusal: what is there now is half of it, or what was there before
        self._readings = 0
        return self._read(now_s)

    def _after_reading(self, talk: PlanRead, now_s: float) -> list[Outbound]:
        if not talk.is_whole:
            if talk.ack in (None, 1, DENIED) and self._readings < TRIES_OF_READING and now_s < self._give_up_s:
                return self._pause(now_s, self._read)
            self.end = self._unread(talk)
            return []
        items = without_home(talk.items, self.kind, self._firmware)
        if self.goal is Goal.READ:
            self._finish(CommandState.SUCCEEDED, say("plan_was_read", items=len(items)), items)
            return []
        found = differences(self._sent, items, self.kind, self._firmware)
        wrong = [one for one in found if not one.is_loss]
        if not wrong:
            self._finish(CommandState.SUCCEEDED, self._verified(found), items)
        elif self._refusal is None and self._tries < TRIES_OF_DIFFERENT and now_s < self._give_up_s:
            return self._pause(now_s, self._begin)
        else:
            said = self._refusal or (_cleared_not(items) if self.goal is Goal.CLEAR else _different(wrong[0]))
            self._finish(CommandState.FAILED, said, items, Reason.VEHICLE_FAILED, is_doubtful=True)
        return []

    def _verified(self, losses: list[Difference]) -> Phrase:
        if self.goal is Goal.CLEAR:
            return say("plan_cleared")
        lost = ", ".join(sorted({f"{one.field} of item {one.item}" for one in losses})[:3])
        return say("plan_verified", items=len(self.wanted), lost=lost or None)

    def _unread(self, talk: PlanRead) -> JobEnd:
        if self.goal is not Goal.READ:
            said = self._refusal or say("plan_not_read_back")
            return JobEnd(state=CommandState.UNKNOWN, reason=Reason.NO_ANSWER, said=said, is_doubtful=True)
        if talk.ack is not None:
            said = say("plan_no_such_list") if talk.ack == UNSUPPORTED else _said_of(talk.ack)
            return JobEnd(state=CommandState.REJECTED, reason=Reason.UNSUPPORTED, said=said)
        items = talk.count
        said = say("plan_not_read", item=len(talk.items), items=items) if items else say("plan_not_asked")
        return JobEnd(state=CommandState.TIMEOUT, reason=Reason.NO_ANSWER, said=said)

    def _finish(
        self,
        state: CommandState,
        said: Words,
        items: tuple[PlanItem, ...],
        reason: Reason = Reason.NONE,
        *,
        is_doubtful: bool = False,
    ) -> None:
        talk = self._talk
        opaque_id = talk.opaque_id if isinstance(talk, PlanRead) else None
        self.end = JobEnd(
            state=state, reason=reason, said=said, items=items, opaque_id=opaque_id, is_doubtful=is_doubtful
        )

    @property
    def broken_off(self) -> Phrase:
        """Where it was, for who ends it from outside."""
        share, _ = self.progress
        return say("plan_broken_off", item=round(min(1.0, share / 0.7) * len(self.wanted)), items=len(self.wanted))


UNSUPPORTED = 3
_ACKS: dict[int, str] = {
    1: "ack_error",
    2: "ack_frame",
    3: "ack_unsupported",
    4: "ack_no_space",
    5: "ack_invalid",
    13: "ack_sequence",
    14: "ack_denied",
    15: "ack_cancelled",
}
_FIRST_PARAM, _LAST_PARAM = 6, 12
"""MISSION_ACK.type of a parameter with an impossible value, 1 to 7."""


def _said_of(ack: int) -> Phrase:
    if _FIRST_PARAM <= ack <= _LAST_PARAM:
        return say("ack_invalid_param", param=ack - _FIRST_PARAM + 1, ack=ack)
    return say(_ACKS.get(ack, "ack_other"), ack=ack)


def _was_asked_for_all(talk: PlanSend | PlanClear) -> bool:
    """The last answer was lost, perhaps: what is read back tells."""
    return isinstance(talk, PlanClear) or talk.asked >= talk.size


def _refusal(talk: PlanSend | PlanClear, home: int) -> Phrase:
    if isinstance(talk, PlanClear) or not talk.asked:
        return say("plan_not_asked") if talk.ack is None else say("plan_refused_whole", why=_said_of(talk.ack))
    if talk.ack is None:
        return say("plan_silent", item=talk.asked, items=talk.size)
    return say("plan_refused", item=max(1, talk.asked - home), items=talk.size - home, why=_said_of(talk.ack))


def _cleared_not(items: tuple[PlanItem, ...]) -> Phrase:
    return say("plan_not_cleared", items=len(items))


def _different(one: Difference) -> Phrase:
    if one.item == 0:
        return say("plan_differs_count", found=one.found, wanted=one.wanted)
    found, wanted = ("none" if value is None else f"{value:.8g}" for value in (one.found, one.wanted))
    return say("plan_differs", item=one.item, field=one.field, found=found, wanted=wanted)
