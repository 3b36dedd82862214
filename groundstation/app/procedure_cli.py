# SPDX-License-Identifier: Apache-2.0
"""`groundstation procedure`: steps out of a file with vehicles, shown and confirmed in a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.app.order_cli import JournalFile, Root, desk_of
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from groundstation.app.procedure_work import Show, StepLine

FAILED, STOPPED = 11, 13
"""Exit codes as those of `command` for failed and cancelled."""
File = Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, or the name of one that comes along.")]
Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="Which procedure of the file; may be left out for the only one.")
]
EPILOG = (
    "Exit codes: 0 every step was done for every vehicle (with --dry-run: nothing speaks against it now); 11 a step "
    "failed; 13 stopped, since a question had nobody to answer it; 130 stopped by Ctrl-C; 1 no broker, no such "
    "vehicle, a file that is none; 2 wrong usage."
)
app = typer.Typer(
    no_args_is_help=True, help="Procedures: checks, questions and orders, one after the other, for some vehicles."
)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="procedure")


@app.command("list")
def list_(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Of this file; without: those that come along.")
    ] = None,
) -> None:
    """Show procedures of a file, or those that come along."""
    from groundstation.app.procedure_files import bundled_files, read

    for one in [file] if file is not None else [path.stem for path in bundled_files()]:
        for procedure in read(one):
            count = len(procedure.steps)
            steps = f"{count} step{'' if count == 1 else 's'}"
            typer.echo(harmless(f"{one}  {procedure.name}  {procedure.shown}, {steps}", "?"))


@app.command()
def check(file: File, name: Name = None) -> None:
    """Look whether a file can be meant: each order, condition and limit; what can't is told with its line."""
    from groundstation.app.procedure_files import read
    from groundstation.fleet.procedures.procedure_file import named

    found = read(file)
    for one in found if name is None else [named(found, name)]:
        typer.echo(harmless(f"{one.name}: {one.shown}", "?"))
        for number, step in enumerate(one.steps, 1):
            limit = f", within {step.limit_s:g} s" if step.limit_s is not None else ""
            what = f"{step.title}: {step.text}" if step.title else step.text
            fails = f", on fail: {step.on_fail.value}" if step.kind.value != "say" else ""
            typer.echo(harmless(f"  {number:>3}  {step.kind.value:<8} {what}{limit}{fails}", "?"))


@app.command(epilog=EPILOG)
def run(
    file: File,
    name: Name = None,
    vehicles: Annotated[
        str,
        typer.Option(
            "--vehicles",
            metavar="FILTER",
            help="With whom: an id, several with commas, all, or a filter as in the fleet list.",
        ),
    ] = "all",
    broker: Broker = BrokerDefault,
    root: Root = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what holds now and what would be done; send nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm every question without asking.")] = False,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line for each step.")] = False,
    journal: JournalFile = None,
) -> None:
    """Go through a procedure; Ctrl-C stops it: nothing new goes out, what is under way is cancelled."""
    from groundstation.app.procedure_files import read
    from groundstation.app.procedure_work import Terminal, go_through, rehearse
    from groundstation.app.processes import stop_on_signal
    from groundstation.fleet.procedures.procedure_file import named
    from groundstation.fleet.procedures.progress import Ending

    procedure = named(read(file), name)
    ending = None
    with stop_on_signal() as stop, desk_of(broker, root, journal) as desk:
        keys = desk.find(vehicles)
        show = _json_line if json_lines else _shower(max(len(str(key)) for key in keys))
        if dry_run:
            raise typer.Exit(0 if rehearse(desk, procedure, keys, show, stop) else FAILED)
        ask = (lambda _question: True) if yes else Terminal(_question).ask
        try:
            # who confirms without looking is named so in the journal
            ending = go_through(desk, procedure, keys, show, ask, stop, " (--yes)" if yes else "")
        except EOFError:
            typer.echo(
                "groundstation: stopped, there is nobody to ask: run it in a terminal, or confirm all with --yes",
                err=True,
            )
            raise typer.Exit(STOPPED) from None
    if json_lines:
        typer.echo(msgspec.json.encode({"procedure": procedure.name, "ending": ending.value}).decode())
    else:
        typer.echo(harmless(f"{procedure.shown}: {ending.value}", "?"))
    if ending is not Ending.DONE:
        # 130 as for any program that Ctrl-C ended
        raise typer.Exit(130 if ending is Ending.STOPPED else FAILED)


def _question(words: str) -> None:
    # beside what a script reads
    typer.echo(harmless(words, "?"), err=True)


def _json_line(line: StepLine) -> None:
    typer.echo(msgspec.json.encode(line).decode())
    sys.stdout.flush()


def _shower(width: int) -> Show:
    def show(line: StepLine) -> None:
        at = time.strftime("%H:%M:%S", time.localtime(line.at_unix_s))
        number = f"{line.step}/{line.steps}"
        words = f"{line.text}: {line.detail}" if line.detail else line.text
        typer.echo(
            harmless(f"{at}  {line.vehicle:<{width}}  {number:>7} {line.kind:<7}  {line.state:<7}  {words}", "?")
        )
        sys.stdout.flush()

    return show
