# SPDX-License-Identifier: Apache-2.0
"""The mission, fence and rally points of one vehicle: gives, clears and reads them, and tells how well each is known.

One transfer at a time; an order goes before what is read by ourselves. See docs/adr/0032. Bridge thread; no I/O.
"""

from __future__ import annotations

import zlib

from msgspec.structs import replace

from groundstation.bridge import endings
from groundstation.bridge.command_memory import CommandMemory
from groundstation.bridge.control_desk import ControlDesk
from groundstation.bridge.endings import Ending
from groundstation.bridge.facts import Facts
from groundstation.bridge.plan_ids import KeptList, PlanIds
from groundstation.bridge.plan_job import Goal, JobEnd, PlanJob
from groundstation.bridge.transfer_desk import Order, TransferDesk, TransferVehicle
from groundstation.fleet.commands import Args, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.plans.plan_items import KINDS, PlanKind, hash_of, unsendable
from groundstation.fleet.plans.plan_status import ListState, ListStatus, PlanList, PlanStatus
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.verbs import PLAN_VERBS
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport.leaves import MSN_CUR, MSN_LISTS

FIRST_S, SPREAD_S = 3.0, 4.0
"""A list is read so long after a life began, and not those of a whole fleet at once."""
AFTER_CHANGE_S = 2.0
"""and so long after somebody changed it: several lists are changed one after the other."""
AGAIN_S = (20.0, 120.0, 600.0)
"""After so long it is tried again to read what could not be read; then no more, until something changes."""
LEAST_APART_S = 10.0
"""Between two readings of a list by ourselves that another station's doings cause."""
COUNT_SETTLES_S = 4.0
"""What MISSION_CURRENT tells of ids and numbers of items lags behind an upload: it comes one to four times a second."""
GOALS = {Verb.PLAN_UPLOAD: Goal.SEND, Verb.PLAN_READ: Goal.READ, Verb.PLAN_CLEAR: Goal.CLEAR}


class PlanDesk(TransferDesk[PlanJob, JobEnd]):
    """Plans of one vehicle."""

    VERBS = PLAN_VERBS

    def __init__(
        self, vehicle: TransferVehicle, control: ControlDesk, memory: CommandMemory, limits: Limits, now_s: float
    ) -> None:
        """Begin with nothing known.

        Args:
            vehicle: whose.
            control: who may command it.
            memory: what became of each command, shared with the command desk.
            limits: how far it may be sent.
            now_s: seconds on the bridge's clock.
        """
        super().__init__(vehicle, control, memory, limits, now_s)
        self.status = PlanStatus()
        """As published last."""
        self._lists: dict[PlanKind, PlanList] = {}
        self._before = ListStatus()
        """How well the list was known when the transfer began."""
        self._due_s: dict[PlanKind, float] = {}
        """Lists that are to be read, and when."""
        self._begun_s: dict[PlanKind, float] = {}
        """When a list was begun to be read by ourselves the last time."""
        self._is_told = False
        self._failures: dict[PlanKind, int] = {}
        self._odd_since_s: dict[PlanKind, float] = {}
        """Since when the vehicle tells another id, or number of items, than was read."""
        self._ids = PlanIds()
        self._kept: dict[PlanKind, KeptList] = {}
        """Lists that need not be read where the vehicle tells that it has them still."""
        self._plan_all(now_s)

    # ---- orders ----

    def _content(self, request: CommandRequest) -> tuple[Reason, Words] | None:
        if (request.verb is Verb.PLAN_UPLOAD) != bool(request.items):
            return Reason.ARGUMENTS, say("plan_is_empty")
        wrong = unsendable(request.items)
        return (Reason.ARGUMENTS, say("plan_not_sendable", item=wrong)) if wrong is not None else None

    def _job_for(self, request: CommandRequest, args: Args, facts: Facts) -> PlanJob:
        return PlanJob(PlanKind(str(args["list"])), GOALS[request.verb], facts, request.items)

    def give_way(self, now_s: float) -> None:
        """What we read by ourselves is read later."""
        if self._job is not None:
            self._due_s[self._job.kind] = now_s + AFTER_CHANGE_S
            self._job = None

    # ---- a transfer ----

    def _on_start(self, job: PlanJob) -> None:
        self._before = self.status.of(job.kind)
        if job.goal is not Goal.READ:
            self._set(job.kind, replace(self._before, state=ListState.SENDING, why=""))

    def _finish(self, job: PlanJob, order: Order | None, end: JobEnd, now_s: float) -> None:
        self._failures[job.kind] = 0 if end.items is not None else self._failures.get(job.kind, 0) + 1
        self._set(job.kind, self._status_after(job, order, end, now_s), end)
        if end.items is None:
            self._plan_again(job.kind, now_s, is_sure=order is not None and job.goal is not Goal.READ)
        if order is not None:
            progress = 1.0 if end.state is CommandState.SUCCEEDED else None
            order.telling.tell(end.state, now_s, reason=end.reason, detail=end.said, progress=progress)

    def _status_after(self, job: PlanJob, order: Order | None, end: JobEnd, now_s: float) -> ListStatus:
        before = self._before
        # refused, and what was there is there: nothing has happened
        is_known = end.items is not None and before.state is ListState.KNOWN
        if end.is_doubtful and is_known and hash_of(end.items or ()) == before.hash:
            return replace(before, read_at_s=round(now_s, 3))
        is_doubtful = end.is_doubtful or (before.state is ListState.DOUBTFUL and order is None)
        why = (end.said if end.is_doubtful else before.why) if is_doubtful else ""
        if end.items is None:
            state = ListState.DOUBTFUL if is_doubtful else ListState.UNKNOWN
            return replace(before, state=state, given=None, by=None, why=why or end.said)
        found = hash_of(end.items)
        is_given = job.goal is Goal.SEND and end.state is CommandState.SUCCEEDED
        # what was read again is what was given, as long as nothing in it changed
        is_still = before.hash == found and not is_doubtful
        return ListStatus(
            state=ListState.DOUBTFUL if is_doubtful else ListState.KNOWN,
            count=len(end.items),
            hash=found,
            given=hash_of(job.wanted) if is_given else before.given if is_still else None,
            by=order.request.by if is_given and order is not None else before.by if is_still else None,
            read_at_s=round(now_s, 3),
            why=why,
        )

    def _set(self, kind: PlanKind, status: ListStatus, end: JobEnd | None = None) -> None:
        # the list before the status that names its hash
        if end is not None and end.items is not None:
            self._ids.was_read(kind, end.opaque_id, len(end.items), status.read_at_s or 0.0)
            self._kept.pop(kind, None)
            told = PlanList(hash=status.hash or "", items=end.items)
            if self._lists.get(kind) != told:
                self._lists[kind] = told
                self._vehicle.say(MSN_LISTS[kind.value], told)
        changed = replace(self.status, **{kind.value: status})
        if changed != self.status:
            self.status = changed
            self._vehicle.say(MSN_CUR, changed)

    def _broken(self, job: PlanJob, end: Ending, *, is_ordered: bool) -> JobEnd:
        said = job.broken_off if job.goal is not Goal.READ else end.said
        state = end.state if is_ordered else CommandState.UNKNOWN
        return JobEnd(state=state, reason=end.reason, said=said, is_doubtful=job.goal is not Goal.READ)

    # ---- the vehicle speaks ----

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """The vehicle restarted, or came back after it was given up: what it has is to be read."""
        self._break_off(endings.new_life(Verb.PLAN_UPLOAD, reason), now_s)
        for kind in KINDS:
            self._keep(kind, now_s)
        self._ids.begin_anew()
        for kind in KINDS:
            before = self.status.of(kind)
            if before.state is not ListState.DOUBTFUL:
                self._set(kind, ListStatus(why=say("plan_restarted")))
        self._lists.clear()
        self._failures.clear()
        self._odd_since_s.clear()
        self._vehicle.say(MSN_CUR, self.status)
        self._plan_all(now_s)

    def changed_by_other(self, kind: PlanKind, now_s: float, opaque_id: int = 0) -> None:
        """Another station gave it a list, or cleared one.

        Args:
            kind: which.
            now_s: seconds on the bridge's clock.
            opaque_id: of the list that it has now, as it told that station; 0 where it told none.
        """
        if opaque_id and opaque_id == self._ids.of_read(kind) and self.status.of(kind).state is ListState.KNOWN:
            # the same list once more
            return
        self._keep(kind, now_s)
        self._set(kind, ListStatus(why=say("plan_changed_by_other")))
        self._failures[kind] = 0
        # however often somebody says so: a forger must not fill the link with our reading
        self._due_s[kind] = max(now_s + AFTER_CHANGE_S, self._begun_s.get(kind, -LEAST_APART_S) + LEAST_APART_S)

    # ---- time ----

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        if not self._is_told:
            # unknown is told too: else a station could not tell a bridge of before from a list that is not read yet
            self._is_told = True
            self._vehicle.say(MSN_CUR, self.status)
        if self.is_busy:
            return self._tick_job(now_s)
        for kind in KINDS:
            self._watch(kind, now_s)
        return self._read_due(now_s)

    def _read_due(self, now_s: float) -> list[Outbound]:
        due = [kind for kind in KINDS if self._due_s.get(kind, now_s + 1.0) <= now_s]
        due = [kind for kind in due if not self._is_restored(kind, now_s)]
        if not due or any(one.is_busy for one in self.beside):
            return []
        facts = self._vehicle.facts()
        info = facts.state.info
        # who can't be commanded is not asked for its plans either, and a satellite's bytes cost money
        is_able = info is not None and Verb.PLAN_READ.value in info.verbs and facts.link is LinkState.ONLINE
        if not is_able or self._vehicle.is_far:
            return []
        del self._due_s[due[0]]
        self._begun_s[due[0]] = now_s
        return self._start(PlanJob(due[0], Goal.READ, facts), None, now_s)

    def hear_ids(self, fields: Fields, now_s: float) -> None:
        """MISSION_CURRENT came, which tells the ids of the lists where the firmware has ids."""
        self._ids.hear(fields, now_s)

    def _keep(self, kind: PlanKind, now_s: float) -> None:
        """A list may be another one by now: it is kept for the case that its id is still told."""
        status, told, id_ = self.status.of(kind), self._lists.get(kind), self._ids.of_read(kind)
        if status.state is ListState.KNOWN and told is not None and id_ is not None:
            self._kept[kind] = KeptList(status, told, id_, now_s)
        elif kind in self._kept:
            self._kept[kind] = replace(self._kept[kind], since_s=now_s)

    def _is_restored(self, kind: PlanKind, now_s: float) -> bool:
        """Whether a list that is to be read is the one that was read before, as the vehicle tells itself."""
        kept = self._kept.get(kind)
        is_unread = self.status.of(kind).state is ListState.UNKNOWN
        if kept is None or not is_unread or not self._ids.is_still(kept, kind):
            return False
        del self._due_s[kind], self._kept[kind]
        self._ids.was_read(kind, kept.id, len(kept.told.items), now_s)
        if self._lists.get(kind) != kept.told:
            self._lists[kind] = kept.told
            self._vehicle.say(MSN_LISTS[kind.value], kept.told)
        self._set(kind, kept.status)
        return True

    def _watch(self, kind: PlanKind, now_s: float) -> None:
        """Another id is another list, and of an ArduPilot another number of items another mission."""
        status = self.status.of(kind)
        if status.state is not ListState.KNOWN or kind in self._due_s or not self._is_odd(kind):
            self._odd_since_s.pop(kind, None)
        elif now_s - self._odd_since_s.setdefault(kind, now_s) >= COUNT_SETTLES_S:
            del self._odd_since_s[kind]
            self._set(kind, replace(status, state=ListState.UNKNOWN, why=say("plan_changed_by_other")))
            self._due_s[kind] = now_s

    def _is_odd(self, kind: PlanKind) -> bool:
        if self._ids.is_changed(kind):
            return True
        mission = self._vehicle.facts().state.mission_progress if kind is PlanKind.MISSION else None
        return mission is not None and mission.items is not None and mission.items != self.status.mission.count

    def _plan_all(self, now_s: float) -> None:
        share = zlib.crc32(str(self._vehicle.key).encode()) % 1000 / 1000.0
        first_s = now_s + FIRST_S + share * SPREAD_S
        self._due_s = dict.fromkeys(KINDS, first_s)

    def _plan_again(self, kind: PlanKind, now_s: float, *, is_sure: bool) -> None:
        failures = self._failures.get(kind, 1)
        if is_sure:
            self._due_s[kind] = now_s + AFTER_CHANGE_S
        elif failures <= len(AGAIN_S):
            self._due_s[kind] = now_s + AGAIN_S[failures - 1]

    def publish_again(self) -> None:
        """Somebody asked for everything."""
        for kind, told in self._lists.items():
            self._vehicle.say(MSN_LISTS[kind.value], told)
        self._vehicle.say(MSN_CUR, self.status)
