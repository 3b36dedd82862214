# SPDX-License-Identifier: Apache-2.0
"""`groundstation mission`, `fence` and `rally`: plans to vehicles, from vehicles, looked at and converted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app import survey_cli
from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.app.order_cli import EXIT_CODES_HELP, JournalFile, Root, Who, desk_of, shower
from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.app.ordering import Desk
    from groundstation.fleet.command_book import CommandRecord
    from groundstation.fleet.commands import Args, Verb
    from groundstation.fleet.identity import VehicleKey
    from groundstation.fleet.plans.files.plan_file import PlanFile
    from groundstation.fleet.plans.plan_items import PlanKind

PlanPath = Annotated[
    Path, typer.Argument(metavar="FILE", help=".plan, .waypoints, fence or rally text, KML or GeoJSON.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]
Timeout = Annotated[float, typer.Option(help="Wait so many seconds for the end.", min=0.1)]
Replace = Annotated[bool, typer.Option("--replace", help="Also for a vehicle that flies its mission now.")]
AtOnce = Annotated[int, typer.Option(help="So many vehicles at a time; 0 for all.", min=0)]
Endurance = Annotated[
    float | None,
    typer.Option(help="Minutes that a full battery lasts; without, what such a vehicle usually flies.", min=0.1),
]
Force = Annotated[bool, typer.Option("--force", help="Also a plan that takes more than the battery has.")]
MOST_NAMED = 5
LIST_S = 5.0
"""How long the list itself may come after the word that it was read."""
TITLES = {"mission": "missions", "fence": "fences", "rally": "rally points"}


def plan_commands(kind: str) -> typer.Typer:
    """The commands for one list.

    Args:
        kind: `mission`, `fence` or `rally`.
    """
    app = typer.Typer(help=f"Give {TITLES[kind]} to vehicles, read, clear, check, convert them.", no_args_is_help=True)

    @app.command(epilog=EXIT_CODES_HELP)
    def upload(
        vehicle: Who,
        file: PlanPath,
        broker: Broker = BrokerDefault,
        root: Root = "",
        json_lines: Json = False,
        replace: Replace = False,
        at_once: AtOnce = 0,
        yes: Yes = False,
        force: Force = False,
        endurance: Endurance = None,
        timeout: Timeout = 900.0,
        journal: JournalFile = None,
    ) -> None:
        """Give a vehicle what a file has, and read it back: only what was read back equal has succeeded.

        A mission that takes more than the battery has is given after a question alone, or with --force.
        """
        from groundstation.fleet.commands import Verb

        plan = _read(file)
        _preview(plan, kind, quiet=json_lines)
        if not _items_of(plan, kind):
            raise UsageError(f"{file}: there is no {kind} in it; to take it out of a vehicle, use 'clear'")
        _confirm(f"give this to {vehicle}?", is_sure=yes)
        args: Args = {"list": kind, "replace": "yes" if replace else "no"}
        agree = None if force or kind != "mission" else _agree(plan, endurance)
        _order(vehicle, Verb.PLAN_UPLOAD, args, broker, root, journal, json_lines, timeout, at_once, plan, agree=agree)

    @app.command(epilog=EXIT_CODES_HELP)
    def download(
        vehicle: Who,
        file: Annotated[
            Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; its ending says how.")
        ] = None,
        broker: Broker = BrokerDefault,
        root: Root = "",
        json_lines: Json = False,
        timeout: Timeout = 300.0,
        journal: JournalFile = None,
    ) -> None:
        """Read what a vehicle has, show it, and write it to a file where one is named."""
        from groundstation.fleet.commands import Verb

        args: Args = {"list": kind}
        _order(vehicle, Verb.PLAN_READ, args, broker, root, journal, json_lines, timeout, 0, None, file)

    @app.command(epilog=EXIT_CODES_HELP)
    def clear(
        vehicle: Who,
        broker: Broker = BrokerDefault,
        root: Root = "",
        json_lines: Json = False,
        replace: Replace = False,
        yes: Yes = False,
        timeout: Timeout = 120.0,
        journal: JournalFile = None,
    ) -> None:
        """Take it out of a vehicle, and read that it is out."""
        from groundstation.fleet.commands import Verb

        _confirm(f"take the {kind} out of {vehicle}?", is_sure=yes)
        args: Args = {"list": kind, "replace": "yes" if replace else "no"}
        _order(vehicle, Verb.PLAN_CLEAR, args, broker, root, journal, json_lines, timeout, 0)

    @app.command()
    def diff(file: PlanPath, other: PlanPath, json_lines: Json = False) -> None:
        """Tell in what two files differ, item by item; of a vehicle, download first. Exit code 3 where they do."""
        _tell_differences(file, other, kind, is_json=json_lines)

    app.command()(check)
    app.command()(convert)
    if kind == "mission":
        survey_cli.add_to(app)
    return app


def check(
    file: PlanPath,
    autopilot: Annotated[str, typer.Option(help="For whom: ardupilot or px4; as the file says without.")] = "",
    vehicle_kind: Annotated[
        str, typer.Option("--kind", help="multicopter, plane, vtol, rover and so on; as the file says without.")
    ] = "",
    endurance: Endurance = None,
    json_lines: Json = False,
) -> None:
    """Look at a plan: what would be refused or surprise. Exit code 3 where something holds it, or asks before."""
    import msgspec

    from groundstation.app.plan_work import checked

    plan = _read(file)
    found = checked(plan, autopilot, vehicle_kind, None if endurance is None else endurance * 60.0)
    if json_lines:
        for one in found:
            line = {
                "item": one.item,
                "holds": one.holds,
                "asks": one.asks,
                "said": str(one.said),
                "code": one.said.code,
            }
            typer.echo(msgspec.json.encode(line).decode())
    else:
        _preview(plan, "mission", quiet=False)
        for one in found:
            where = "" if one.item is None else f"item {one.item}: "
            sign = "HOLDS  " if one.holds else "ASKS   " if one.asks else "advice "
            typer.echo(f"{sign} {where}{_printable(str(one.said))}")
        typer.echo("nothing to be said" if not found else f"{sum(one.holds for one in found)} of {len(found)} hold it")
    raise typer.Exit(3 if any(one.holds or one.asks for one in found) else 0)


def convert(
    source: PlanPath,
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="Its ending says how: .plan, .waypoints, .kml, .geojson.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Write over a file that is there.")] = False,
) -> None:
    """Write a plan as another kind of file; what that can't hold is told."""
    from groundstation.fleet.plans.files.plan_formats import lost_in

    plan = _read(source)
    for note in plan.notes:
        typer.echo(f"note: {_printable(note)}", err=True)
    for lost in lost_in(target.suffix, plan):
        typer.echo(f"lost in {target.suffix}: {lost}", err=True)
    _write(plan, target, may_replace=yes)
    typer.echo(f"written {target}")


# ---- what they are made of ----


def _tell_differences(file: Path, other: Path, kind: str, *, is_json: bool) -> None:
    import msgspec

    from groundstation.fleet.plans.plan_diff import compared
    from groundstation.fleet.plans.plan_items import PlanKind

    which = PlanKind(kind)
    changes = compared(_read(file).items(which), _read(other).items(which), which)
    for one in changes:
        if is_json:
            line = {"item": one.item, "other": one.other, "said": str(one.said)}
            typer.echo(msgspec.json.encode(line).decode())
        else:
            numbers = f"item {one.item or '-'} / {one.other or '-'}"
            typer.echo(f"{numbers:16} {_printable(str(one.said))}")
    if not is_json:
        typer.echo(f"differences: {len(changes)}")
    raise typer.Exit(3 if changes else 0)


def _read(path: Path) -> PlanFile:
    from groundstation.app.plan_work import read_file

    return read_file(path)


def _write(plan: PlanFile, path: Path, *, may_replace: bool, kind: PlanKind | None = None) -> None:
    from groundstation.app.plan_work import write_file

    write_file(plan, path, may_replace=may_replace, kind=kind)


def _items_of(plan: PlanFile, kind: str) -> tuple[object, ...]:
    from groundstation.fleet.plans.plan_items import PlanKind

    return plan.items(PlanKind(kind))


def _preview(plan: PlanFile, kind: str, *, quiet: bool) -> None:
    from groundstation.app.plan_work import preview

    if not quiet:
        for line in preview(plan, kind):
            typer.echo(_printable(line))


def _printable(text: str) -> str:
    from groundstation.fleet.shown_text import harmless

    return harmless(text, "?")


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


def _agree(plan: PlanFile, endurance_min: float | None) -> Callable[[Desk, list[VehicleKey]], None]:
    """Asks before vehicles are given a plan that their batteries don't do for; nobody to be asked is a no."""
    from groundstation.app.plan_work import beyond_battery

    lasts_s = None if endurance_min is None else endurance_min * 60.0

    def agree(desk: Desk, keys: list[VehicleKey]) -> None:
        told = [(key, beyond_battery(plan, desk.fleet.get(key), lasts_s)) for key in keys]
        found = [f"{key}: {one.said}" for key, one in told if one is not None]
        if not found:
            return
        words = "; ".join(found[:MOST_NAMED]) + (
            f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        )
        if not sys.stdin.isatty():
            raise UsageError(
                f"{words}. Share it among more vehicles (mission split), fly faster or shorter; --force gives it all "
                "the same, --endurance says how long the battery lasts"
            )
        typer.confirm(f"{words}. Give it all the same?", abort=True)

    return agree


def _order(
    vehicle: str,
    verb: Verb,
    args: Args,
    broker: str,
    root: str,
    journal: Path | None,
    json_lines: bool,
    timeout: float,
    at_once: int,
    plan: PlanFile | None = None,
    target: Path | None = None,
    agree: Callable[[Desk, list[VehicleKey]], None] | None = None,
) -> None:
    """Give an order about a plan, wait for its end, and end with its exit code."""
    from groundstation.app.ordering import TIME_OVER, exit_code, give_order
    from groundstation.app.plan_work import list_of, told_list
    from groundstation.app.processes import stop_on_signal
    from groundstation.fleet.commands import CommandState
    from groundstation.fleet.operations import GroupPolicy
    from groundstation.fleet.plans.plan_items import PlanKind

    kind = PlanKind(str(args["list"]))
    with stop_on_signal() as stop, desk_of(broker, root, journal) as desk:
        keys = desk.find(vehicle)
        if target is not None and len(keys) != 1:
            raise UsageError(f"'{vehicle}' means {len(keys)} vehicles; a file holds the plan of one")
        if agree is not None:
            agree(desk, list(keys))
        items = {key: plan.items(kind) for key in keys} if plan is not None else {}
        show: Callable[[CommandRecord], None] = shower(keys, is_json=json_lines)
        records = give_order(desk, keys, verb, args, show, stop, timeout, GroupPolicy(at_once=at_once), items=items)
        is_stopped = stop.is_set()
        if verb.value == "plan_read" and all(one.state is CommandState.SUCCEEDED for one in records):
            for key in keys:
                desk.turn_until(lambda key=key: list_of(desk, key, kind) is not None, LIST_S, stop)  # type: ignore[misc]
                found = list_of(desk, key, kind)
                if found is None:
                    raise GroundStationError(f"{key}: it was read, and the list did not come; try again")
                if target is not None:
                    _write(told_list(desk, key, kind, found), target, may_replace=True, kind=kind)
                    typer.echo(f"written {target}")
                elif not json_lines:
                    _preview(told_list(desk, key, kind, found), kind.value, quiet=False)
    if not all(record.is_over for record in records):
        typer.echo("groundstation: not waited for any longer; the transfer goes on", err=True)
        raise typer.Exit(130 if is_stopped else TIME_OVER)
    raise typer.Exit(exit_code(record.state for record in records))


def add_to(app: typer.Typer) -> None:
    """Put these commands under the program."""
    for kind in TITLES:
        app.add_typer(plan_commands(kind), name=kind)
