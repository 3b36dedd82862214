# SPDX-License-Identifier: Apache-2.0
"""What the command line does with parameters of vehicles: reads, writes, keeps what was there. Main thread."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

from groundstation.app.ordering import Desk, exit_code, give_order
from groundstation.app.param_work import Snapshots, keep_own_facts, own_facts
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.parameters.parameter import Parameter, ParamType, value_text
from groundstation.fleet.parameters.parameter_entries import ParamEnd, ParamEntry, ParamResult, entries_of
from groundstation.fleet.parameters.parameter_load import LoadPlan, need_reboot
from groundstation.fleet.parameters.parameter_status import SetState
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from pathlib import Path

    from groundstation.fleet.command_book import CommandRecord
    from groundstation.fleet.identity import VehicleInfo, VehicleKey
    from groundstation.fleet.parameters.component_metadata import ParamMeta
    from groundstation.fleet.parameters.fact_entries import ParameterFacts

LIST_S = 10.0
"""How long the list itself may come after the word that it was read."""
STORED_ENDS = frozenset({ParamEnd.STORED, ParamEnd.OTHERWISE})
"""After these the vehicle has another value than before."""


class ParamStation:
    """One connected station that asks for parameters, and shows what it does."""

    def __init__(
        self,
        desk: Desk,
        stop: threading.Event,
        show: Callable[[CommandRecord], None],
        timeout_s: float,
        *,
        is_json: bool,
    ) -> None:
        """Prepare.

        Args:
            desk: connected.
            stop: ends the waiting.
            show: takes each step of each order.
            timeout_s: how long an order may take.
            is_json: whether what is told is for a program.
        """
        self._desk, self._stop, self._show, self._timeout_s = desk, stop, show, timeout_s
        self.is_json = is_json

    def info(self, key: VehicleKey) -> VehicleInfo | None:
        """Who a vehicle is."""
        state = self._desk.fleet.get(key)
        return state.info if state is not None else None

    def order(
        self,
        keys: Sequence[VehicleKey],
        verb: Verb,
        values: Mapping[VehicleKey, tuple[ParamEntry, ...]],
        at_once: int = 0,
    ) -> list[CommandRecord]:
        """Give an order and wait for each end.

        Raises:
            WaitedError: it was not waited for any longer.
        """
        policy = GroupPolicy(at_once=at_once)
        records = give_order(
            self._desk, list(keys), verb, {}, self._show, self._stop, self._timeout_s, policy, values=values
        )
        if not all(one.is_over for one in records):
            raise WaitedError(is_stopped=self._stop.is_set())
        return records

    def read_all(self, keys: Sequence[VehicleKey]) -> dict[VehicleKey, tuple[Parameter, ...]]:
        """All parameters of vehicles, read now.

        Raises:
            NotDoneError: one of them did not give them.
            WaitedError: it was not waited for any longer.
        """
        records = self.order(keys, Verb.PARAM_READ, {})
        if any(one.state is not CommandState.SUCCEEDED for one in records):
            raise NotDoneError(exit_code(one.state for one in records))
        found: dict[VehicleKey, tuple[Parameter, ...]] = {}
        for key in keys:
            self._desk.turn_until(lambda key=key: self._known(key) is not None, LIST_S, self._stop)  # type: ignore[misc]
            parameters = self._known(key)
            if parameters is None:
                raise GroundStationError(f"{key}: they were read, and the list did not come; try again")
            found[key] = parameters
        return found

    def _known(self, key: VehicleKey) -> tuple[Parameter, ...] | None:
        state = self._desk.fleet.get(key)
        if state is None or state.parameters is None or state.parameters.state is not SetState.KNOWN:
            return None
        return state.known_parameters

    def own_facts(self, key: VehicleKey, wait_s: float = 0.0) -> Path | None:
        """The file with which a vehicle describes its parameters, kept for later; None where it gave none.

        Args:
            key: the vehicle.
            wait_s: how long its bridge may take to fetch it; what it has already is taken without.
        """
        self._desk.turn_until(lambda: self.meta(key) != "", wait_s, self._stop)
        name = self.meta(key)
        kept = own_facts(name)
        if kept is not None or not name:
            return kept
        self._desk.commander.ask_metadata(key)

        def came() -> ParamMeta | None:
            state = self._desk.fleet.get(key)
            found = state.parameter_meta if state is not None else None
            return found if found is not None and found.crc == name else None

        self._desk.turn_until(lambda: came() is not None, LIST_S, self._stop)
        told = came()
        return keep_own_facts(told) if told is not None else None

    def meta(self, key: VehicleKey) -> str:
        """The name of that file; empty where the bridge has none."""
        state = self._desk.fleet.get(key)
        return (state.parameters.meta if state is not None and state.parameters is not None else None) or ""

    def read_some(self, keys: Sequence[VehicleKey], names: Iterable[str]) -> list[CommandRecord]:
        """Some parameters of vehicles, by name."""
        asked = tuple(ParamEntry(name) for name in names)
        return self.order(keys, Verb.PARAM_READ, dict.fromkeys(keys, asked))

    def write(
        self,
        wanted: Mapping[VehicleKey, tuple[Parameter, ...]],
        before: Mapping[VehicleKey, Mapping[str, Parameter]],
        what: str,
        snapshots: Snapshots,
        facts: Mapping[str, ParameterFacts],
        at_once: int = 0,
    ) -> int:
        """Write, keep what was there, and tell what became of each.

        Args:
            wanted: what to write, by vehicle.
            before: what each vehicle had, by name, as far as it is known.
            what: who did what, in a few words.
            snapshots: where what was there is kept.
            facts: what metadata tells.
            at_once: so many vehicles at a time; 0 for all.

        Returns:
            The exit code.
        """
        keys = [key for key, parameters in wanted.items() if parameters]
        if not keys:
            return 0
        records = self.order(keys, Verb.PARAM_WRITE, {key: entries_of(wanted[key]) for key in keys}, at_once)
        for record in records:
            held = before.get(record.key, {})
            changes = [(held.get(one.name), _found(one)) for one in record.results if one.end in STORED_ENDS]
            if changes:
                snapshots.keep_writing(record.key, f"{self._desk.actor.op}: {what}", changes)
            self._report(record, facts)
        return exit_code(record.state for record in records)

    def _report(self, record: CommandRecord, facts: Mapping[str, ParameterFacts]) -> None:
        stored = [one.name for one in record.results if one.end in STORED_ENDS]
        reboot = set(need_reboot(stored, facts))
        for one in record.results:
            if self.is_json:
                self.line(
                    vehicle=str(record.key), name=one.name, end=one.end.value, wanted=one.wanted, found=one.found,
                    said=str(one.said), needs_reboot=one.name in reboot,
                )  # fmt: skip
            elif one.end is not ParamEnd.STORED:
                typer.echo(f"{record.key}  {one.end.value:<10} {printable(str(one.said))}")
        if not self.is_json:
            # as the bridge counts them: one that was stored otherwise is not what was wanted
            number = sum(one.end is ParamEnd.STORED for one in record.results)
            typer.echo(f"{record.key}  {number} of {len(record.results)} stored")
            if reboot:
                typer.echo(f"{record.key}  counts after a reboot: {', '.join(sorted(reboot))}")

    def line(self, **fields: object) -> None:
        """A line for a program."""
        typer.echo(msgspec.json.encode(fields).decode())


class NotDoneError(Exception):
    """An order did not succeed; its steps were shown."""

    def __init__(self, code: int) -> None:
        """Remember the exit code."""
        super().__init__(str(code))
        self.code = code


class WaitedError(Exception):
    """An order was not waited for any longer."""

    def __init__(self, *, is_stopped: bool) -> None:
        """Remember whether somebody wanted no more of it."""
        super().__init__("not waited for any longer")
        self.is_stopped = is_stopped


def found_in(result: ParamResult) -> Parameter | None:
    """What a vehicle told of a parameter; None where it did not."""
    return _found(result) if result.end is ParamEnd.READ else None


def _found(result: ParamResult) -> Parameter:
    kind = next((one for one in ParamType if one.value == result.type), None)
    return Parameter(result.name, math.nan if result.found is None else result.found, kind)


def printable(text: str) -> str:
    """Text from outside without what would steer a terminal."""
    return harmless(text, "?")


def shown_value(one: Parameter | None) -> str:
    """A value in a table."""
    return "-" if one is None else value_text(one.value, one.type)


def list_values(
    station: ParamStation, key: VehicleKey, found: Iterable[Parameter], facts: Mapping[str, ParameterFacts]
) -> None:
    """Show parameters, one a line, with what is known of them.

    Args:
        station: whose words they are.
        key: the vehicle.
        found: its parameters.
        facts: what metadata tells, by name.
    """
    for one in found:
        told = facts.get(one.name)
        if station.is_json:
            kind = None if one.type is None else one.type.value
            station.line(vehicle=str(key), name=one.name, value=one.value, type=kind, **_told(told))
            continue
        words = "" if told is None else f"{told.unit:<6} {_described(told, one)}"
        typer.echo(f"{key}  {one.name:<16} {shown_value(one):>14}  {printable(words)}".rstrip())


def _told(facts: ParameterFacts | None) -> dict[str, object]:
    """What is known of a parameter, for a program; nothing without metadata."""
    if facts is None:
        return {}
    return {
        "unit": facts.unit, "default": facts.default, "short": facts.short, "low": facts.low, "high": facts.high,
        "values": facts.values, "bits": facts.bits, "needs_reboot": facts.needs_reboot,
    }  # fmt: skip


def _described(facts: ParameterFacts, one: Parameter) -> str:
    """Title, meaning of the value, and what it may be, in a line."""
    meaning = facts.meaning(one.value)
    default = "" if facts.default is None else f"default {value_text(facts.default, one.type)}"
    # ends say less than words for single values, and nothing where bits are counted together
    allowed = "" if facts.values or facts.bits else facts.range
    told = ", ".join(part for part in (allowed, default, "after a reboot" if facts.needs_reboot else "") if part)
    return facts.short + (f": {meaning}" if meaning else "") + (f" ({told})" if told else "")


def _unusual(facts: ParameterFacts | None, value: float) -> str:
    if facts is None or not (facts.is_outside(value) or facts.is_unknown(value)):
        return ""
    if facts.is_unknown(value):
        return "  (none of the known values)"
    return f"  (outside of the recommended {facts.range})"


def show_plan(station: ParamStation, key: VehicleKey, plan: LoadPlan, facts: Mapping[str, ParameterFacts]) -> None:
    """Show what would be written."""
    reboot = set(need_reboot((row.name for row in plan.rows), facts))
    if station.is_json:
        for row in plan.rows:
            now = None if row.now is None else row.now.value
            station.line(vehicle=str(key), name=row.name, now=now, wanted=row.wanted.value)
        return
    typer.echo(f"{key}: {len(plan.rows)} to be written, {plan.equal} are so already")
    for row in plan.rows:
        title = facts[row.name].short if row.name in facts else ""
        marks = "  (counts after a reboot)" if row.name in reboot else ""
        new = "  (the vehicle does not have it yet)" if row.now is None else ""
        marks += _unusual(facts.get(row.name), row.wanted.value)
        typer.echo(
            f"  {row.name:<16} {shown_value(row.now):>14} -> {shown_value(row.wanted):<14} "
            f"{printable(title)}{marks}{new}".rstrip()
        )
    if plan.left_out:
        names = ", ".join(row.name for row in plan.left_out[:8])
        more = f" and {len(plan.left_out) - 8} more" if len(plan.left_out) > 8 else ""
        typer.echo(
            f"  left out, of one airframe alone ({len(plan.left_out)}): {names}{more}; --with-own writes them too"
        )
