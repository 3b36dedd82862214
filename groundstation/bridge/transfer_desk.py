# SPDX-License-Identifier: Apache-2.0
"""What the desks of plans and of parameters have in common: orders that move a list, one at a time on a vehicle.

An order goes before what a desk does by itself. See docs/adr/0032 and 0033. Bridge thread; no I/O.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from groundstation.bridge import endings
from groundstation.bridge.command_gate import CommandGate
from groundstation.bridge.command_memory import CommandMemory
from groundstation.bridge.control_desk import ControlDesk
from groundstation.bridge.endings import Ending
from groundstation.bridge.facts import Facts
from groundstation.bridge.telling import Telling
from groundstation.fleet.commands import Actor, Args, CommandReport, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.proofs import Seen
from groundstation.fleet.verbs import checked_args
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport.leaves import Leaf

QUIET_S = 3.0
"""A transfer ends so long after the vehicle is not heard any more, which shows after some seconds of silence."""


class TransferVehicle(Protocol):
    """What a desk needs of its vehicle."""

    key: VehicleKey
    link_state: LinkState

    def facts(self) -> Facts:
        """The vehicle as it is now."""

    def say(self, leaf: Leaf, content: Any) -> int:
        """Publish under the vehicle."""

    def tell(self, event: Event) -> None:
        """Publish an event."""

    @property
    def is_far(self) -> bool:
        """Whether it is heard over a satellite alone (HIGH_LATENCY2)."""


class JobEnd(Protocol):
    """How a transfer ended, as far as every desk tells it."""

    @property
    def state(self) -> CommandState:
        """In which state of a command."""

    @property
    def reason(self) -> Reason:
        """Why, for programs."""

    @property
    def said(self) -> Words:
        """Why, for people."""


EndT_co = TypeVar("EndT_co", bound=JobEnd, covariant=True)


class Job(Protocol[EndT_co]):
    """One transfer, as far as every desk has to know it."""

    @property
    def end(self) -> EndT_co | None:
        """How it ended; None while it goes on."""

    @property
    def hears(self) -> frozenset[int]:
        """What is waited for."""

    @property
    def progress(self) -> tuple[float, Words]:
        """Share that is done, and how far in words."""

    def start(self, now_s: float) -> list[Outbound]:
        """Begin."""

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message that it hears came."""

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""


class Order:
    """A transfer that somebody asked for."""

    def __init__(self, request: CommandRequest, telling: Telling) -> None:
        self.request, self.telling = request, telling


JobT = TypeVar("JobT", bound=Job[Any])
EndT = TypeVar("EndT", bound=JobEnd)


class Beside(Protocol):
    """Another desk of the vehicle, as far as an order has to know it."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""

    @property
    def orderer(self) -> Actor | None:
        """Who ordered that; None where nothing is under way, or by itself."""

    def give_way(self, now_s: float) -> None:
        """What is under way by itself ends without a word."""


class TransferDesk(ABC, Generic[JobT, EndT]):
    """Orders about one kind of list of one vehicle."""

    VERBS: ClassVar[frozenset[Verb]]
    """What it is ordered by."""

    def __init__(
        self, vehicle: TransferVehicle, control: ControlDesk, memory: CommandMemory, limits: Limits, now_s: float
    ) -> None:
        """Begin with nothing under way.

        Args:
            vehicle: whose.
            control: who may command it.
            memory: what became of each command, shared with the command desk.
            limits: how far it may be sent.
            now_s: seconds on the bridge's clock.
        """
        self._vehicle, self._memory = vehicle, memory
        # its own: an upload in parts is overtaken by what is said after it, and not out of order for that
        self._gate = CommandGate(control, limits)
        self._job: JobT | None = None
        self._order: Order | None = None
        """Who asked for the job; None for what is done by ourselves."""
        self._heard_s = now_s
        """When the vehicle was heard last while a transfer was under way."""
        self.beside: tuple[Beside, ...] = ()
        """The other desks of the vehicle: one transfer at a time."""

    @property
    def is_busy(self) -> bool:
        """Whether a transfer is under way."""
        return self._job is not None

    @property
    def orderer(self) -> Actor | None:
        """Who ordered what is under way; None where nothing is, or by ourselves."""
        return self._order.request.by if self._order is not None else None

    # ---- orders ----

    def take(self, request: CommandRequest, now_s: float) -> list[Outbound]:
        """An order came.

        Args:
            request: as it came.
            now_s: seconds on the bridge's clock.

        Returns:
            What to send to the vehicle.
        """
        if self._memory.answer_known(request.id):
            return []
        facts = self._vehicle.facts()
        objection = self._gate.objection(request, facts, now_s) or self._own_objection(request) or self._busy()
        if objection is not None:
            state = CommandState.EXPIRED if objection[0] is Reason.TOO_OLD else CommandState.REJECTED
            self._telling(request).tell(state, now_s, reason=objection[0], detail=objection[1])
            return []
        args = checked_args(request.verb, request.args)
        if request.dry:
            said = say("dry_run_sent_nothing")
            self._telling(request).tell(CommandState.SUCCEEDED, now_s, reason=Reason.DRY_RUN, detail=said)
            return []
        # what is done by ourselves gives way, and comes later
        self.give_way(now_s)
        for desk in self.beside:
            desk.give_way(now_s)
        order = Order(request, self._telling(request))
        order.telling.tell(CommandState.RECEIVED, now_s)
        return self._start(self._job_for(request, args, facts), order, now_s)

    def _own_objection(self, request: CommandRequest) -> tuple[Reason, Words] | None:
        return (Reason.MALFORMED, say("no_id_or_verb")) if request.verb not in self.VERBS else self._content(request)

    @abstractmethod
    def _content(self, request: CommandRequest) -> tuple[Reason, Words] | None:
        """What is wrong with what an order brings; None for nothing."""

    def _busy(self) -> tuple[Reason, Words] | None:
        orderers = (self.orderer, *(one.orderer for one in self.beside))
        who = next((one for one in orderers if one is not None), None)
        return None if who is None else (Reason.BUSY, say("plan_busy", who=str(who)))

    @abstractmethod
    def _job_for(self, request: CommandRequest, args: Args, facts: Facts) -> JobT:
        """The transfer that an order means."""

    def give_way(self, now_s: float) -> None:
        """What is under way by itself ends without a word, since an order came."""

    def _telling(self, request: CommandRequest) -> Telling:
        return Telling(request, request.args, self._store)

    def _store(self, report: CommandReport) -> None:
        self._memory.store(report, report.at_s)

    def giver(self, command_id: str) -> Actor | None:
        """Who gave the order that is under way here; None for any other."""
        order = self._order
        return order.request.by if order is not None and order.request.id == command_id else None

    def cancel(self, now_s: float) -> None:
        """The operator wants no more of what is under way."""
        self._break_off(Ending(CommandState.CANCELLED, Reason.ASKED), now_s)

    # ---- a transfer ----

    def _start(self, job: JobT, order: Order | None, now_s: float) -> list[Outbound]:
        self._job, self._order, self._heard_s = job, order, now_s
        self._on_start(job)
        return [*job.start(now_s), *self._look(now_s)]

    @abstractmethod
    def _on_start(self, job: JobT) -> None:
        """Tell that it begins."""

    def _look(self, now_s: float) -> list[Outbound]:
        job, order = self._job, self._order
        if job is None:
            return []
        if job.end is not None:
            self._end_with(job.end, now_s)
        elif order is not None:
            share, said = job.progress
            if order.telling.is_worth(Seen(progress=share, detail=said), now_s):
                order.telling.tell(CommandState.IN_PROGRESS, now_s, detail=said, progress=share)
        return []

    def _end_with(self, end: EndT, now_s: float) -> None:
        job, order = self._job, self._order
        if job is not None:
            self._job = self._order = None
            self._finish(job, order, end, now_s)

    @abstractmethod
    def _finish(self, job: JobT, order: Order | None, end: EndT, now_s: float) -> None:
        """A transfer ended: tell what is known now, then its end."""

    @abstractmethod
    def _broken(self, job: JobT, end: Ending, *, is_ordered: bool) -> EndT:
        """How a transfer ends that is ended from outside."""

    def _break_off(self, end: Ending, now_s: float) -> None:
        """What is under way ends from outside."""
        if self._job is not None:
            self._end_with(self._broken(self._job, end, is_ordered=self._order is not None), now_s)

    # ---- the vehicle speaks ----

    @property
    def hears(self) -> frozenset[int]:
        """What the transfer under way waits for."""
        return self._job.hears if self._job is not None else frozenset()

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message of the vehicle that is addressed to us, or to nobody."""
        if self._job is None or msgid not in self._job.hears:
            return False, []
        messages = self._job.take(msgid, fields, now_s)
        return True, [*messages, *self._look(now_s)]

    def forget(self) -> None:
        """What is under way ends by `on_new_life`."""

    def _tick_job(self, now_s: float) -> list[Outbound]:
        """Time passed for what is under way."""
        job = self._job
        if job is None:
            return []
        if self._is_lost(now_s):
            self._break_off(Ending(CommandState.UNKNOWN, Reason.LINK_LOST, say("link_lost_meanwhile")), now_s)
            return []
        return [*job.tick(now_s), *self._look(now_s)]

    def _is_lost(self, now_s: float) -> bool:
        """Whether the vehicle is not heard at all: a transfer never outlives it by more than some seconds."""
        if self._vehicle.link_state is LinkState.ONLINE:
            self._heard_s = now_s
        return now_s - self._heard_s >= QUIET_S

    def end(self, now_s: float) -> None:
        """The bridge stops."""
        self._break_off(endings.ABANDONED, now_s)
