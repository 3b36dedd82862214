# SPDX-License-Identifier: Apache-2.0
"""`groundstation params`: parameters of vehicles, and files of them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.app.order_cli import EXIT_CODES_HELP, JournalFile, Root, Who, desk_of, shower
from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundstation.app.ordering import Desk
    from groundstation.app.param_orders import ParamStation
    from groundstation.fleet.identity import VehicleInfo, VehicleKey
    from groundstation.fleet.parameters.fact_entries import ParameterFacts
    from groundstation.fleet.parameters.parameter import Parameter
    from groundstation.fleet.parameters.parameter_compare import Comparison

OWN_S = 30.0
"""How long a vehicle may take to give the file with which it describes its parameters."""
NOT_DESCRIBED = 11
"""Exit code where a vehicle has no such file."""
DIFFERS = 3
"""Exit code where a comparison finds a difference."""
COMPARE_HELP = "Exit codes: 0 all the same; 3 something differs; others as of an order."
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]
Timeout = Annotated[float, typer.Option(help="Wait so many seconds for the end.", min=0.1)]
WithOwn = Annotated[
    bool, typer.Option("--with-own", help="Also what belongs to one airframe alone: calibration, identity, counters.")
]
Metadata = Annotated[
    Path | None,
    typer.Option("--metadata", metavar="FILE", help="apm.pdef.json or .xml, parameter.json; packed or not."),
]
Snapshot = Annotated[
    Path | None, typer.Option("--snapshots", metavar="FOLDER", help="Another place for what was there before.")
]
AtOnce = Annotated[int, typer.Option(help="So many vehicles at a time; 0 for all.", min=0)]

params = typer.Typer(help="Read, write, compare the parameters of vehicles and files of them.", no_args_is_help=True)


@params.command(epilog=EXIT_CODES_HELP)
def get(
    vehicle: Who,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; with * several; all without.")
    ] = None,
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    timeout: Timeout = 300.0,
    journal: JournalFile = None,
    metadata: Metadata = None,
) -> None:
    """Read parameters and show them."""
    from groundstation.app.param_orders import found_in, list_values

    wanted = [name.upper() for name in names or []]
    with _station(broker, root, journal, timeout, vehicle, is_json=json_lines) as (station, keys):
        if wanted and not any("*" in name for name in wanted):
            from groundstation.app.ordering import exit_code

            records = station.read_some(keys, wanted)
            for record in records:
                told = [one for one in map(found_in, record.results) if one is not None]
                list_values(station, record.key, told, _facts(station, record.key, metadata))
            raise typer.Exit(exit_code(one.state for one in records))
        for key, found in station.read_all(keys).items():
            chosen = [one for one in found if not wanted or any(fnmatchcase(one.name, name) for name in wanted)]
            list_values(station, key, sorted(chosen, key=lambda one: one.name), _facts(station, key, metadata))


@params.command(name="set", epilog=EXIT_CODES_HELP, context_settings={"ignore_unknown_options": True})
def set_(
    vehicle: Who,
    pairs: Annotated[list[str], typer.Argument(metavar="NAME VALUE...", help="Or NAME=VALUE; several are taken.")],
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    timeout: Timeout = 300.0,
    journal: JournalFile = None,
    metadata: Metadata = None,
    snapshots: Snapshot = None,
    at_once: AtOnce = 0,
) -> None:
    """Write some parameters, and read back what the vehicle made of them."""
    from groundstation.app.param_orders import found_in
    from groundstation.app.param_work import Snapshots

    wanted = tuple(_pairs(pairs))
    with _station(broker, root, journal, timeout, vehicle, is_json=json_lines) as (station, keys):
        records = station.read_some(keys, [one.name for one in wanted])
        before = {
            record.key: {one.name: one for one in map(found_in, record.results) if one is not None}
            for record in records
        }
        facts = _facts(station, keys[0], metadata)
        what = "params set " + " ".join(one.name for one in wanted)
        code = station.write(dict.fromkeys(keys, wanted), before, what, Snapshots(snapshots), facts, at_once)
    raise typer.Exit(code)


@params.command(epilog=EXIT_CODES_HELP)
def dump(
    vehicle: Who,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="A file; for several vehicles a folder.")
    ] = Path(),
    form: Annotated[str, typer.Option("--format", help="mp, qgc or mavproxy; by the ending without.")] = "",
    without_own: Annotated[
        bool, typer.Option("--without-own", help="Leave out calibration, identity and counters.")
    ] = False,
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    yes: Yes = False,
    timeout: Timeout = 600.0,
    journal: JournalFile = None,
) -> None:
    """Read all parameters and write them to text, one vehicle a file; the same values give the same bytes."""
    from groundstation.app.param_work import kind_of, write_file
    from groundstation.fleet.parameters.parameter_compare import is_own

    kind_of(output, form)
    with _station(broker, root, journal, timeout, vehicle, is_json=json_lines) as (station, keys):
        is_folder = output.is_dir() or len(keys) > 1 or not output.suffix
        for key, found in station.read_all(keys).items():
            path = output / f"{key.id}.param" if is_folder else output
            kept = [one for one in found if not (without_own and is_own(one.name))]
            write_file(kept, path, kind=kind_of(path, form), info=station.info(key), may_replace=yes or is_folder)
            if json_lines:
                station.line(vehicle=str(key), file=str(path), count=len(kept))
            else:
                typer.echo(f"written {path} ({len(kept)} parameters)")


@params.command(epilog=EXIT_CODES_HELP)
def load(
    vehicle: Who,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Of any program; its content says whose.")],
    over: Annotated[
        list[Path] | None, typer.Option("--over", metavar="FILE", help="A profile laid over it; several are taken.")
    ] = None,
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, and write nothing.")] = False,
    with_own: WithOwn = False,
    timeout: Timeout = 900.0,
    journal: JournalFile = None,
    metadata: Metadata = None,
    snapshots: Snapshot = None,
    at_once: AtOnce = 0,
) -> None:
    """Show what a file would change, ask, keep what was there, write, read back, and report."""
    from groundstation.app.param_work import overlaid, read_file

    base = read_file(file)
    profiles = [(path.stem, read_file(path)) for path in over or []]
    for path, one in ((file, base), *zip(over or [], (one for _, one in profiles), strict=True)):
        for refused in one.refused:
            typer.echo(f"{path}: line {refused.line} was not taken: {refused.reason}", err=True)
        for note in one.notes:
            typer.echo(f"{path}: {note}", err=True)
    wanted = overlaid(base, profiles)
    names = " over ".join([*(path.name for path in reversed(over or [])), file.name])
    with _station(broker, root, journal, timeout, vehicle, is_json=json_lines) as (station, keys):
        _write(
            station, dict.fromkeys(keys, wanted), f"params load {names}", metadata, snapshots, at_once,
            yes=yes, dry_run=dry_run, with_own=with_own, is_rounded=base.is_rounded,
        )  # fmt: skip


@params.command(epilog=EXIT_CODES_HELP)
def revert(
    vehicle: Who,
    day: Annotated[
        str, typer.Option("--day", metavar="YYYY-MM-DD", help="Back to what it had before that day's first writing.")
    ] = "",
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, and write nothing.")] = False,
    with_own: WithOwn = False,
    timeout: Timeout = 900.0,
    journal: JournalFile = None,
    snapshots: Snapshot = None,
) -> None:
    """Write back what a vehicle had before the last writing, or before a day."""
    import re

    from groundstation.app.param_work import Snapshots, read_file

    if day and not re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII):
        raise UsageError(f"--day '{day[:20]}': say it as 2026-11-28")
    kept = Snapshots(snapshots)
    with _station(broker, root, journal, timeout, vehicle, is_json=json_lines) as (station, keys):
        wanted: dict[VehicleKey, tuple[Parameter, ...]] = {}
        for key in keys:
            if day:
                path = kept.of_day(key, day)
                if not path.exists():
                    days = ", ".join(kept.days(key)) or "none"
                    raise GroundStationError(f"{key}: nothing was kept on {day}; there are: {days}")
                wanted[key] = read_file(path).parameters
            else:
                last = kept.last_writing(key)
                if last is None:
                    raise GroundStationError(f"{key}: nothing was written by this user that could be undone")
                if not json_lines:
                    typer.echo(f"{key}: undoes {last.title}")
                wanted[key] = last.before
        what = f"params revert{' to ' + day if day else ''}"
        # what a writing has changed goes back whatever it is; of a whole day counters and calibrations stay
        is_all = with_own or not day
        _write(station, wanted, what, None, snapshots, 0, yes=yes, dry_run=dry_run, with_own=is_all, is_rounded=False)


@params.command(epilog=COMPARE_HELP)
def diff(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A file, or a vehicle.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="A file, or a vehicle.")],
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    with_own: WithOwn = False,
    timeout: Timeout = 300.0,
    journal: JournalFile = None,
) -> None:
    """Show what differs between two files, a vehicle and a file, or two vehicles."""
    from groundstation.fleet.parameters.parameter_compare import compare as compared

    sides: list[tuple[tuple[Parameter, ...], bool]] = []
    with contextlib.ExitStack() as stack:
        station: ParamStation | None = None
        for word in (first, second):
            if Path(word).is_file():
                from groundstation.app.param_work import read_file

                found = read_file(Path(word))
                sides.append((found.parameters, found.is_rounded))
                continue
            if "/" in word and word.endswith((".param", ".params", ".parm")):
                raise GroundStationError(f"{word} can't be read (No such file or directory)")
            opened = _station(broker, root, journal, timeout, word, is_json=json_lines)
            station, keys = stack.enter_context(opened)
            if len(keys) != 1:
                raise UsageError(f"'{word}' means {len(keys)} vehicles; for several there is 'params compare'")
            sides.append((station.read_all(keys)[keys[0]], False))
    is_rounded = any(one for _, one in sides)
    found_ = compared(sides[0][0], sides[1][0], is_rounded=is_rounded, with_own=with_own)
    _show_difference(found_, (first, second), is_json=json_lines)
    raise typer.Exit(0 if found_.is_same else DIFFERS)


@params.command(epilog=COMPARE_HELP)
def compare(
    vehicle: Who,
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Json = False,
    with_own: WithOwn = False,
    timeout: Timeout = 600.0,
    journal: JournalFile = None,
) -> None:
    """Show which vehicles of several differ from most of them, and in what."""
    from groundstation.app.param_orders import printable
    from groundstation.fleet.parameters.parameter import value_text
    from groundstation.fleet.parameters.parameter_compare import across

    with _station(broker, root, journal, timeout, vehicle, is_json=json_lines) as (station, keys):
        if len(keys) < 2:
            raise UsageError("one vehicle can't be compared with itself; name several")
        rows = across({str(key): found for key, found in station.read_all(keys).items()}, with_own=with_own)
    different = [row for row in rows if not row.is_same]
    for row in different:
        if json_lines:
            station.line(name=row.name, values=row.values, most=row.majority, others=row.outliers, lacking=row.missing)
            continue
        most = "no two agree" if row.majority is None else f"most have {value_text(row.majority)}"
        others = ", ".join(f"{one} has {value_text(row.values[one])}" for one in row.outliers)
        lacking = f"{', '.join(row.missing)} has none" if row.missing else ""
        said = "; ".join(part for part in (most, others, lacking) if part)
        typer.echo(printable(f"{row.name:<16} {said}"))
    if not json_lines:
        typer.echo(f"{len(different)} of {len(rows)} differ")
    raise typer.Exit(DIFFERS if different else 0)


@params.command(epilog=EXIT_CODES_HELP)
def metadata(
    vehicle: Who,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="apm.pdef.json or .xml, parameter.json; packed or not. Without: the vehicle's own."
        ),
    ] = None,
    broker: Broker = BrokerDefault,
    root: Root = "",
    timeout: Timeout = 300.0,
    journal: JournalFile = None,
) -> None:
    """Keep what describes the parameters of a vehicle's firmware, so that the window and this program find it."""
    from groundstation.app.param_work import keep_facts

    if file is None:
        with _station(broker, root, journal, timeout, vehicle, is_json=False) as (station, keys):
            station.read_all([key for key in keys if not station.meta(key)])
            found = {key: station.own_facts(key, OWN_S) for key in keys}
        for key, kept in found.items():
            typer.echo(f"{key}: kept as {kept}" if kept is not None else f"{key}: it describes none; name a FILE")
        raise typer.Exit(NOT_DESCRIBED if None in found.values() else 0)
    with desk_of(broker, root, None) as desk:
        for key in desk.find(vehicle):
            info = _info(desk, key)
            if info is None:
                raise GroundStationError(f"{key}: who it is did not come; try again")
            typer.echo(f"{key}: kept as {keep_facts(file, info)}")


# ---- what they are made of ----


def _info(desk: Desk, key: VehicleKey) -> VehicleInfo | None:
    state = desk.fleet.get(key)
    return state.info if state is not None else None


def _facts(station: ParamStation, key: VehicleKey, file: Path | None) -> Mapping[str, ParameterFacts]:
    from groundstation.app.param_work import facts_for

    # what its bridge has of the vehicle itself; a file that was named is enough
    if file is None:
        station.own_facts(key)
    return facts_for(station.info(key), file, station.meta(key))


@contextlib.contextmanager
def _station(
    broker: str, root: str, journal: Path | None, timeout: float, vehicle: str, *, is_json: bool
) -> Iterator[tuple[ParamStation, list[VehicleKey]]]:
    """A station that has found its vehicles; says why it did not wait any longer."""
    from groundstation.app.ordering import TIME_OVER
    from groundstation.app.param_orders import NotDoneError, ParamStation, WaitedError
    from groundstation.app.processes import stop_on_signal

    with stop_on_signal() as stop, desk_of(broker, root, journal) as desk:
        keys = desk.find(vehicle)
        show = shower(keys, is_json=is_json)
        try:
            yield ParamStation(desk, stop, show, timeout, is_json=is_json), keys
        except NotDoneError as error:
            raise typer.Exit(error.code) from None
        except WaitedError as error:
            typer.echo("groundstation: not waited for any longer; the transfer goes on", err=True)
            raise typer.Exit(130 if error.is_stopped else TIME_OVER) from None


def _pairs(words: list[str]) -> Iterator[Parameter]:
    """Names and values, as NAME VALUE or NAME=VALUE.

    Raises:
        UsageError: a name without a value, or a value that is no number.
    """
    from groundstation.fleet.parameters.parameter import Parameter

    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        name, equals, text = word.partition("=")
        if not equals:
            if not waiting:
                raise UsageError(f"'{name[:20]}' has no value; say NAME VALUE or NAME=VALUE")
            text = waiting.pop(0)
        try:
            yield Parameter(name.upper(), float(text))
        except ValueError:
            raise UsageError(f"{name[:20]}: '{text[:20]}' is no number") from None


def _write(
    station: ParamStation,
    wanted: Mapping[VehicleKey, tuple[Parameter, ...]],
    what: str,
    metadata: Path | None,
    snapshots: Path | None,
    at_once: int,
    *,
    yes: bool,
    dry_run: bool,
    with_own: bool,
    is_rounded: bool,
) -> None:
    """Show, ask, keep, write, report; ends with the exit code of it."""
    from groundstation.app.param_orders import show_plan
    from groundstation.app.param_work import Snapshots
    from groundstation.fleet.parameters.parameter_load import load_plan

    keys = list(wanted)
    held = station.read_all(keys)
    facts = {key: _facts(station, key, metadata) for key in keys}
    plans = {
        key: load_plan(held[key], wanted[key], is_rounded=is_rounded, with_own=with_own, facts=facts[key])
        for key in keys
    }
    for key, plan in plans.items():
        show_plan(station, key, plan, facts[key])
    if dry_run or not any(plan.rows for plan in plans.values()):
        raise typer.Exit(0)
    count = sum(len(plan.rows) for plan in plans.values())
    named = ", ".join(str(key) for key, plan in plans.items() if plan.rows)
    _confirm(f"write {count} parameters to {named}?", is_sure=yes)
    kept = Snapshots(snapshots)
    for key in keys:
        if plans[key].rows:
            kept.keep_whole(key, held[key], station.info(key))
    before = {key: {one.name: one for one in found} for key, found in held.items()}
    told = {name: fact for each in facts.values() for name, fact in each.items()}
    changes = {key: plan.wanted for key, plan in plans.items()}
    raise typer.Exit(station.write(changes, before, what, kept, told, at_once))


def _confirm(question: str, *, is_sure: bool) -> None:
    """Ask before something is sent.

    Raises:
        UsageError: nobody is there to be asked.
    """
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked; say --yes to do it all the same")
    typer.confirm(question, abort=True)


def _show_difference(found: Comparison, sides: tuple[str, str], *, is_json: bool) -> None:
    import msgspec

    from groundstation.app.param_orders import printable, shown_value
    from groundstation.fleet.parameters.parameter_compare import Standing

    rows = [row for row in found.rows if row.standing is not Standing.EQUAL]
    if not is_json and rows:
        typer.echo(printable(f"{'':<16} {sides[0]:>14}    {sides[1]}"))
    for row in rows:
        if is_json:
            line = {
                "name": row.name,
                "standing": row.standing.value,
                "first": None if row.first is None else row.first.value,
                "second": None if row.second is None else row.second.value,
            }
            typer.echo(msgspec.json.encode(line).decode())
        else:
            typer.echo(f"{row.name:<16} {shown_value(row.first):>14}    {shown_value(row.second)}")
    if not is_json:
        left = f"; left out, of one airframe alone: {len(found.left_out)}" if found.left_out else ""
        typer.echo(f"{len(rows)} of {len(found.rows)} differ{left}")


def add_to(app: typer.Typer) -> None:
    """Put these commands under the program."""
    app.add_typer(params, name="params")
