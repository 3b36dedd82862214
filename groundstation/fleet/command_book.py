# SPDX-License-Identifier: Apache-2.0
"""What a station knows of every command it saw, its own and others': one record a command. Pure; one thread owns it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice

import msgspec
from msgspec.structs import replace

from groundstation.fleet.commands import (
    END_STATES,
    Actor,
    Args,
    CommandReport,
    CommandState,
    Reason,
    Verb,
    is_step,
)
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.parameters.parameter_entries import ParamResult
from groundstation.fleet.phrases import Number, Translate, Words, written

MAX_RECORDS = 5_000
"""Records kept in memory; the journal keeps all."""
NOTE = -4
"""Step of a remark on a record that stays in its state."""
LOOKED_AT = 100
"""So many of the oldest are looked at for one that has its end; what is under way is forgotten last."""


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One command to one vehicle, as far as is known."""

    id: str
    key: VehicleKey
    verb: Verb
    args: Args = {}
    by: Actor | None = None
    batch: str | None = None
    state: CommandState = CommandState.QUEUED
    reason: Reason = Reason.NONE
    detail: Words = ""
    texts: tuple[str, ...] = ()
    progress: float | None = None
    result: int | None = None
    sends: tuple[str, ...] = ()
    results: tuple[ParamResult, ...] = ()
    """What became of each parameter."""
    began_unix_s: float
    """When this station first knew of it, seconds since 1970."""
    changed_unix_s: float
    """When it came into its state."""
    changed_s: float
    """The same on this station's monotonic clock."""

    @property
    def is_over(self) -> bool:
        """Whether it has its end state."""
        return self.state in END_STATES

    def words(self, translate: Translate = str, number: Number = float) -> str:
        """Why, or how far, with the vehicle's own words.

        Args:
            translate: gives our own words in the reader's language.
            number: gives a number as the reader's language writes it.
        """
        detail = written(self.detail, translate, number)
        # a detail may quote the vehicle, whose words must not stand there twice
        return "; ".join(part for part in (detail, *(text for text in self.texts if text not in detail)) if part)


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A record came into a state; what a journal keeps."""

    record: CommandRecord
    step: int
    """Number among the bridge's reports of the command; -1 and below for the station's own steps."""


class CommandBook:
    """All records, newest last."""

    def __init__(self) -> None:
        # by vehicle, too: ids are chosen by whoever orders, and a bridge remembers them for each vehicle apart
        self._records: OrderedDict[tuple[VehicleKey, str], CommandRecord] = OrderedDict()
        self._transitions: list[Transition] = []

    def __iter__(self) -> Iterator[CommandRecord]:
        return iter(self._records.values())

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: VehicleKey, command_id: str) -> CommandRecord | None:
        """One record; None when it is not known, or no longer."""
        return self._records.get((key, command_id))

    def of_batch(self, batch: str) -> list[CommandRecord]:
        """Records of a group order, in order of creation."""
        return [one for one in self._records.values() if one.batch == batch]

    def latest(self, key: VehicleKey) -> CommandRecord | None:
        """The newest record of a vehicle; None when there is none."""
        return next((one for one in reversed(self._records.values()) if one.key == key), None)

    def take_transitions(self) -> list[Transition]:
        """Everything that happened since the last call."""
        taken, self._transitions = self._transitions, []
        return taken

    def put(self, record: CommandRecord, step: int) -> None:
        """Store a record in a new state."""
        place = (record.key, record.id)
        self._records[place] = record
        self._transitions.append(Transition(record=record, step=step))
        # reports of strangers make records, too: they must not push out what is under way
        if len(self._records) > MAX_RECORDS:
            oldest = islice(self._records, LOOKED_AT)
            over = next((one for one in oldest if self._records[one].is_over), None)
            self._records.pop(over or next(iter(self._records)))

    def move(
        self,
        record: CommandRecord,
        state: CommandState,
        *,
        now_s: float,
        unix_s: float,
        step: int,
        reason: Reason = Reason.NONE,
        detail: Words = "",
    ) -> CommandRecord:
        """Bring a record into a state by the station's own doing; an ended one stays as it is."""
        # a bridge may have told the end of it already, and what a bridge saw counts for more than what the station
        # supposes
        if not is_step(record.state, state):
            return record
        moved = replace(
            record, state=state, reason=reason, detail=detail, changed_unix_s=unix_s, changed_s=now_s, progress=None
        )
        self.put(moved, step)
        return moved

    def note(self, record: CommandRecord, detail: Words, *, now_s: float, unix_s: float) -> None:
        """Say why a record is still in its state; told once for each text."""
        # asked at each tick while it waits; each different text is a row of the journal
        if detail != record.detail and not record.is_over:
            self.put(replace(record, detail=detail, changed_unix_s=unix_s, changed_s=now_s), NOTE)

    def report(self, key: VehicleKey, report: CommandReport, now_s: float, unix_s: float) -> None:
        """A bridge told a step.

        Args:
            key: the vehicle.
            report: the step.
            now_s: when it came, monotonic.
            unix_s: when it was written, by the bridge's wall clock.
        """
        known = self._records.get((key, report.id))
        # reports come twice and late at QoS 1, and again to whoever asks for them: only a step forward is news
        if known is not None and not is_step(known.state, report.state):
            return
        # of another station's command nothing but the reports comes by here, never its request
        base = known or CommandRecord(
            id=report.id,
            key=key,
            verb=report.verb,
            began_unix_s=unix_s,
            changed_unix_s=unix_s,
            changed_s=now_s,
        )
        self.put(
            replace(
                base,
                # a bridge that never got a command answers for it by its id alone: what is known of it already stays
                verb=report.verb if report.verb is not Verb.UNKNOWN else base.verb,
                args=report.args or base.args,
                by=report.by or base.by,
                batch=report.batch or base.batch,
                state=report.state,
                reason=report.reason,
                detail=report.detail,
                texts=report.texts,
                progress=report.progress,
                result=report.result,
                sends=report.sends,
                results=report.results,
                changed_unix_s=unix_s,
                changed_s=now_s,
            ),
            report.step,
        )
