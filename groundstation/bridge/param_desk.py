# SPDX-License-Identifier: Apache-2.0
"""The parameters of one vehicle: reads them when somebody asks, writes some, and hears what others change.

Nothing is read by ourselves: 1,400 values of each vehicle of a fleet would fill the links. See docs/adr/0033. Bridge
thread; no I/O.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from groundstation.bridge import endings
from groundstation.bridge.command_memory import CommandMemory
from groundstation.bridge.control_desk import ControlDesk
from groundstation.bridge.endings import Ending
from groundstation.bridge.facts import Facts
from groundstation.bridge.param_job import ParamGoal, ParamJob, ParamJobEnd
from groundstation.bridge.transfer_desk import Order, TransferDesk, TransferVehicle
from groundstation.fleet.commands import Args, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.link import ConnReason
from groundstation.fleet.parameters.parameter import MAX_PARAMETERS, Parameter, is_same_value, value_text
from groundstation.fleet.parameters.parameter_compare import is_own
from groundstation.fleet.parameters.parameter_entries import ParamEnd, entries_of, parameters_of
from groundstation.fleet.parameters.parameter_status import ParamChange, ParamList, ParamStatus, SetState, hash_text
from groundstation.fleet.phrases import Phrase, Words, joined, say
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.sample import Severity
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.verbs import PARAM_VERBS
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.param_read import KnownSet
from groundstation.mavlink.param_wire import HASH_NAME, encoding_of, parameter_of
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport.leaves import PAR_ALL, PAR_CUR, PAR_VAL

PARAM_VALUE = MSGIDS["PARAM_VALUE"]
FLUSH_S = 1.0
"""What changes is told together, so often at most: another station's load is hundreds."""
NAMED = 3
"""Changes that are told by name at once; the others as a number."""
IDENTITY = frozenset({"SYSID_THISMAV", "MAV_SYS_ID"})
"""Of one airframe alone, and never changed by the vehicle itself."""


@dataclass
class _Change:
    """A parameter that is otherwise than it was told last."""

    before: Parameter
    is_foreign: bool


class ParamDesk(TransferDesk[ParamJob, ParamJobEnd]):
    """Parameters of one vehicle."""

    VERBS = PARAM_VERBS

    def __init__(
        self,
        vehicle: TransferVehicle,
        control: ControlDesk,
        memory: CommandMemory,
        limits: Limits,
        now_s: float,
        is_setting: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Begin with nothing known.

        Args:
            vehicle: whose.
            control: who may command it.
            memory: what became of each command, shared with the command desk.
            limits: how far it may be sent.
            now_s: seconds on the bridge's clock.
            is_setting: whether a command of ours sets a parameter at this moment.
        """
        super().__init__(vehicle, control, memory, limits, now_s)
        self._is_setting = is_setting
        self.status = ParamStatus()
        """As published last."""
        self._before = ParamStatus()
        """How well they were known when the transfer began."""
        self._values: dict[str, Parameter] = {}
        """What was heard in this life, by name, whoever asked for it."""
        self._list: ParamList | None = None
        """As published, with what was told as changed since."""
        self._cache: KnownSet | None = None
        """What was read last, also in a former life: a PX4's hash tells whether it is still so."""
        self._changes: dict[str, _Change] = {}
        self._flushed_s = now_s
        self._is_told = self._was_armed = False
        self._meta: str | None = None
        self.on_read: Callable[[float], None] = lambda _now_s: None
        """Told when all were read, at that time."""

    # ---- orders ----

    def _content(self, request: CommandRequest) -> tuple[Reason, Words] | None:
        if request.items or (request.verb is Verb.PARAM_WRITE and not request.values):
            return Reason.ARGUMENTS, say("param_nothing_given")
        return None

    def _job_for(self, request: CommandRequest, args: Args, facts: Facts) -> ParamJob:
        del args
        wanted = parameters_of(request.values)
        if request.verb is Verb.PARAM_WRITE:
            return ParamJob(ParamGoal.WRITE, facts, wanted, self._values)
        goal = ParamGoal.READ_SOME if wanted else ParamGoal.READ
        return ParamJob(goal, facts, wanted, known=self._cache)

    # ---- a transfer ----

    def _on_start(self, job: ParamJob) -> None:
        self._before = self.status
        armed = self._vehicle.facts().state.armed
        self._was_armed = armed is not None and armed.is_armed is True
        state = {ParamGoal.READ: SetState.READING, ParamGoal.WRITE: SetState.WRITING}.get(job.goal)
        if state is not None:
            self._publish(replace(self.status, state=state, why=""))

    def _finish(self, job: ParamJob, order: Order | None, end: ParamJobEnd, now_s: float) -> None:
        if job.goal is ParamGoal.READ:
            self._on_read(end, now_s)
        elif job.goal is ParamGoal.WRITE:
            self._on_written(job, order, end, now_s)
        if order is not None:
            is_done = end.state is CommandState.SUCCEEDED
            is_worth_saying = self._was_armed and job.goal is ParamGoal.WRITE
            order.telling.tell(
                end.state,
                now_s,
                reason=end.reason,
                detail=joined(end.said, say("param_while_armed") if is_worth_saying else ""),
                progress=1.0 if is_done else None,
                results=end.results,
            )

    def _on_read(self, end: ParamJobEnd, now_s: float) -> None:
        if end.known is None:
            # what was there before is as true as it was
            why = self._before.why if self._list is not None else end.said
            self._publish(replace(self.status, state=self._before.state, why=why))
            return
        parameters = end.known.parameters
        self._tell_since(parameters, now_s)
        self._changes.clear()
        self._values, self._cache = {one.name: one for one in parameters}, end.known
        self._list = ParamList(hash=hash_text(parameters), entries=entries_of(parameters))
        # the list before the status that names its hash
        self._vehicle.say(PAR_ALL, self._list)
        count, hash_ = len(parameters), self._list.hash
        at_s = round(now_s, 3)
        told = ParamStatus(state=SetState.KNOWN, count=count, hash=hash_, read_at_s=at_s, by=self._before.by)
        self._publish(replace(told, meta=self._meta))
        self.on_read(now_s)

    def _tell_since(self, parameters: tuple[Parameter, ...], now_s: float) -> None:
        """Tell what somebody changed unheard since the last reading in this life."""
        if self._list is None:
            return
        held = ((self._values.get(one.name), one) for one in parameters)
        names = [
            new.name
            for old, new in held
            if old is not None and not is_same_value(old.value, new.value, new.type) and not _is_by_itself(new.name)
        ]
        if names:
            shown = tuple(harmless(name) for name in names[:NAMED])
            self._event(say("param_changed_since", count=len(names), names=shown), now_s)

    def _on_written(self, job: ParamJob, order: Order | None, end: ParamJobEnd, now_s: float) -> None:
        by = order.request.by if order is not None else self._before.by
        # what was told meanwhile has changed the hash
        self._publish(replace(self.status, state=self._before.state, why=self._before.why, by=by))
        self._flush(now_s)
        unsure = next((one.name for one in end.results if one.end is ParamEnd.NO_ANSWER), None)
        if unsure is not None:
            self._outdate(say("param_unsure", name=harmless(unsure)))
        elif job.count is not None:
            self._look_at_count(job.count)

    def _broken(self, job: ParamJob, end: Ending, *, is_ordered: bool) -> ParamJobEnd:
        del is_ordered
        return job.broken_off(end.state, end.reason, end.said)

    # ---- what is known ----

    def _publish(self, status: ParamStatus) -> None:
        if status != self.status:
            self.status = status
            self._vehicle.say(PAR_CUR, status)

    def describe(self, meta: str) -> None:
        """The vehicle told what its parameters mean, and the file is there under this name."""
        self._meta = meta
        self._publish(replace(self.status, meta=meta))

    def _outdate(self, why: Words) -> None:
        if self._list is not None and self.status.state is SetState.KNOWN:
            self._publish(replace(self.status, state=SetState.OUTDATED, why=why))

    def _look_at_count(self, count: int) -> None:
        """The set in use grows and shrinks: an ArduPilot gets seven more with a sensor that is switched on."""
        known = self.status.count
        if known is not None and 0 < count <= MAX_PARAMETERS and count != known:
            self._outdate(say("param_other_count", found=count, count=known))

    @property
    def hears(self) -> frozenset[int]:
        """What the transfer under way waits for, and every value that anybody is told."""
        return super().hears | {PARAM_VALUE}

    def hear(self, msgid: int, fields: Fields, now_s: float) -> tuple[bool, list[Outbound]]:
        """A message of the vehicle."""
        job, name = self._job, fields.get("param_id", "")
        # looked at before: the last answer ends the transfer
        is_ours = (job is not None and job.writes(name)) or self._is_setting(name)
        is_read = job is not None and job.goal is ParamGoal.READ
        if msgid == PARAM_VALUE and not is_read and name != HASH_NAME:
            self._note(fields, is_foreign=not is_ours)
        return super().hear(msgid, fields, now_s)

    def _note(self, fields: Fields, *, is_foreign: bool) -> None:
        facts = self._vehicle.facts()
        info = facts.state.info
        firmware = info.autopilot if info is not None else Autopilot.UNKNOWN
        new = parameter_of(fields, encoding_of(facts.capabilities, firmware))
        old = self._values.get(new.name)
        self._look_at_count(fields["param_count"])
        if old is None:
            # of a whole set none is missing: what it lacks shows in the count, or was made up
            if self._list is None and len(self._values) < MAX_PARAMETERS:
                self._values[new.name] = new
            return
        if is_same_value(old.value, new.value, new.type) and old.type is new.type:
            return
        self._values[new.name] = new
        known = self._changes.get(new.name)
        is_foreign = is_foreign or (known is not None and known.is_foreign)
        self._changes[new.name] = _Change(known.before if known is not None else old, is_foreign)

    def _flush(self, now_s: float) -> None:
        """Tell what changed."""
        self._flushed_s = now_s
        changes, self._changes = self._changes, {}
        if not changes:
            return
        if self._list is not None:
            self._tell_changes(self._list, tuple(changes))
        foreign = [name for name, one in changes.items() if one.is_foreign and not _is_by_itself(name)]
        for name in foreign[:NAMED]:
            old, new = changes[name].before, self._values[name]
            found, before = (value_text(one.value, one.type) for one in (new, old))
            self._event(say("param_changed", name=harmless(name), found=found, before=before), now_s)
        if len(foreign) > NAMED:
            self._event(say("param_changed_more", more=len(foreign) - NAMED), now_s)

    def _tell_changes(self, held: ParamList, names: tuple[str, ...]) -> None:
        parameters = tuple(self._values[entry.name] for entry in held.entries)
        news = ParamChange(
            before=held.hash,
            hash=hash_text(parameters),
            entries=entries_of(self._values[name] for name in names),
        )
        self._list, self._cache = held.changed(news), KnownSet(parameters=parameters)
        self._vehicle.say(PAR_VAL, news)
        self._publish(replace(self.status, hash=news.hash))

    def _event(self, words: Phrase, now_s: float) -> None:
        kind, severity = EventKind.EXTERNAL_CONTROL, Severity.WARNING
        self._vehicle.tell(Event(at_s=round(now_s, 3), kind=kind, severity=severity, text=str(words)))

    # ---- lives and time ----

    def on_new_life(self, reason: ConnReason, now_s: float) -> None:
        """The vehicle restarted, or came back after it was given up: what it has is not known."""
        self._break_off(endings.new_life(Verb.PARAM_WRITE, reason), now_s)
        self._values.clear()
        self._changes.clear()
        self._list = self._meta = None
        self.status = ParamStatus(why=say("plan_restarted"))
        # under the new session, also where nothing was known before
        self._vehicle.say(PAR_CUR, self.status)

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        if not self._is_told:
            # unknown is told too: else what a bridge of before said would stand
            self._is_told = True
            self._vehicle.say(PAR_CUR, self.status)
        if self._changes and now_s - self._flushed_s >= FLUSH_S:
            self._flush(now_s)
        return self._tick_job(now_s)

    def publish_again(self) -> None:
        """Somebody asked for everything, which the list is no part of: who wants it asks for it alone."""
        self._vehicle.say(PAR_CUR, self.status)

    def publish_list(self) -> None:
        """Somebody asked for what is known already."""
        if self._list is not None:
            self._vehicle.say(PAR_ALL, self._list)
        self._vehicle.say(PAR_CUR, self.status)


def _is_by_itself(name: str) -> bool:
    """Whether vehicles change it by themselves: counters, and calibrations that are learnt in flight."""
    return is_own(name) and name not in IDENTITY
