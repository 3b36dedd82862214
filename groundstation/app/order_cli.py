# SPDX-License-Identifier: Apache-2.0
"""The part of the command line that commands: `command`, `control` and `journal`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.app.ordering import Desk
    from groundstation.fleet.command_book import CommandRecord
    from groundstation.fleet.identity import VehicleKey
    from groundstation.fleet.verbs import Arg

Who = Annotated[
    str,
    typer.Argument(
        metavar="VEHICLE",
        help="An id (uav-1, sim/uav-1), several with commas, all, or a filter as in the fleet list: "
        "'battery < 30 and (flying or armed)'.",
    ),
]
Root = Annotated[str, typer.Option(help="Look under fleet or sim only; both without.")]
JournalFile = Annotated[
    Path | None, typer.Option("--journal", metavar="FILE", help="Another journal than this user's own.")
]

EXIT_CODES_HELP = (
    "Exit codes: 0 every vehicle succeeded; 10 accepted_unverified (accepted, no telemetry shows it); 11 failed; "
    "12 rejected; 13 cancelled; 14 expired (never executed); 15 timeout (no answer, outcome not known); 16 unknown "
    "(link or bridge lost, outcome not known); 17 the time of --timeout was over; 1 no broker or no such vehicle; "
    "2 wrong usage. With several vehicles the worst counts."
)


def _verbs_help() -> str:
    from groundstation.fleet.verbs import SPECS

    return "; ".join(" ".join([spec.verb.value, *(_arg_help(arg) for arg in spec.args)]) for spec in SPECS)


def _arg_help(arg: Arg) -> str:
    name = arg.name.upper()
    if arg.is_required:
        return name
    if arg.default is None:
        return f"[{name}]"
    return f"[{name}={arg.default if isinstance(arg.default, str) else f'{arg.default:g}'}]"


ROOTS = ("fleet", "sim")
"""Where vehicles live that can be commanded."""


def _roots(root: str, known: tuple[str, ...]) -> tuple[str, ...]:
    if root not in ("", *known):
        raise UsageError(f"--root '{root}': there are {', '.join(known[:-1])} and {known[-1]}")
    return (root,) if root else known


def desk_of(broker: str, root: str, journal: Path | None, known: tuple[str, ...] = ROOTS) -> Desk:
    """A station for one order; see `ordering.Desk`."""
    from groundstation.app.ordering import Desk
    from groundstation.app.wiring import broker_from_text
    from groundstation.recording.journal import default_path

    return Desk(broker_from_text(broker), _roots(root, known), journal or default_path())


def command(
    vehicle: Who,
    verb: Annotated[str, typer.Argument(metavar="VERB", help="What to do; see below.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARG]...", help="In the verb's order, or as NAME=VALUE."),
    ] = None,
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line for each step.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask the bridge what would be sent, and send nothing.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Wait so many seconds for the end.", min=0.1)] = 600.0,
    stagger: Annotated[float, typer.Option(help="Seconds between two vehicles.", min=0.0)] = 0.0,
    at_once: Annotated[int, typer.Option(help="So many vehicles at a time; 0 for all.", min=0)] = 0,
    stop_on_failure: Annotated[
        bool, typer.Option("--stop-on-failure", help="One vehicle after the other; stop when one does not succeed.")
    ] = False,
    spread: Annotated[
        float, typer.Option(help="Metres between the places of a group that is sent to one point.", min=0.0)
    ] = 0.0,
    height_step: Annotated[
        float, typer.Option(help="Metres that each of a group flies higher than the one before.", min=0.0)
    ] = 0.0,
    journal: JournalFile = None,
) -> None:
    """Tell vehicles what to do, and wait until it is known what became of it."""
    from groundstation.app.ordering import TIME_OVER, exit_code, give_order
    from groundstation.app.processes import stop_on_signal
    from groundstation.fleet.operations import GroupPolicy
    from groundstation.fleet.order_text import parse_args, parse_verb
    from groundstation.fleet.verbs import checked_args

    what = parse_verb(verb)
    args = checked_args(what, parse_args(what, arguments or []))
    policy = GroupPolicy(
        stagger_s=stagger,
        at_once=at_once,
        stops_on_failure=stop_on_failure,
        spread_m=spread,
        height_step_m=height_step,
    )
    with stop_on_signal() as stop, desk_of(broker, root, journal) as desk:
        keys = desk.find(vehicle)
        show = shower(keys, is_json=json_lines)
        records = give_order(desk, keys, what, args, show, stop, timeout, policy, dry=dry_run)
        is_stopped = stop.is_set()
    if all(record.is_over for record in records):
        raise typer.Exit(exit_code(record.state for record in records))
    running = ", ".join(str(record.key) for record in records if not record.is_over)
    typer.echo(f"groundstation: not waited for any longer: {running}; the vehicles go on", err=True)
    # 130 as for any program that Ctrl-C ended: 128 and the number of SIGINT
    raise typer.Exit(130 if is_stopped else TIME_OVER)


def shower(keys: list[VehicleKey], *, is_json: bool) -> Callable[[CommandRecord], None]:
    """Shows each step of each vehicle.

    Args:
        keys: whom it is about.
        is_json: for a program, a line of JSON each.
    """
    return _json_shower() if is_json else _shower(keys)


def _json_shower() -> Callable[[CommandRecord], None]:
    import msgspec

    from groundstation.app.ordering import progress_of

    def show(record: CommandRecord) -> None:
        typer.echo(msgspec.json.encode(progress_of(record)).decode())
        # a program behind a pipe waits for each step, and would get them by the buffer
        sys.stdout.flush()

    return show


def _shower(keys: list[VehicleKey]) -> Callable[[CommandRecord], None]:
    import time

    width = max((len(str(key)) for key in keys), default=0)

    def show(record: CommandRecord) -> None:
        at = time.strftime("%H:%M:%S", time.localtime(record.changed_unix_s))
        state = record.state.value
        if record.progress is not None and not record.is_over:
            state += f" {record.progress:.0%}"
        # below the column of states: the time has 8 signs, and twice 2 blanks stand between
        words = "".join(f"\n{'':>{width + 12}}{line}" for line in record.sends)
        typer.echo(
            f"{at}  {record.key!s:<{width}}  {state:<20} {_printable(record.words())}{_printable(words)}".rstrip()
        )

    return show


def _printable(text: str) -> str:
    """Text from outside without what would steer a terminal."""
    return "\n".join(harmless(line, "?") for line in text.split("\n"))


def forget(vehicle: Who, broker: Broker = BrokerDefault, root: Root = "") -> None:
    """Forget vehicles that are gone: what the broker keeps of them is cleared. One that is heard again is back."""
    # a recording that was played stays on the broker too, though nothing under replay/ takes an order
    with desk_of(broker, root, None, (*ROOTS, "replay")) as desk:
        keys = desk.find(vehicle)
        desk.forget(keys)
        typer.echo(f"forgotten {', '.join(str(key) for key in keys)}")


control = typer.Typer(help="Who may command a vehicle: take control, give it back, look.", no_args_is_help=True)


@control.command()
def acquire(
    vehicle: Who,
    broker: Broker = BrokerDefault,
    root: Root = "",
    force: Annotated[str, typer.Option(metavar="REASON", help="Take it from whoever has it, and tell them why.")] = "",
    duration: Annotated[float | None, typer.Option(help="Give it back after so many seconds.", min=0.1)] = None,
    timeout: Annotated[float, typer.Option(help="Wait so many seconds for the answer.", min=0.1)] = 15.0,
) -> None:
    """Take control and hold it until Ctrl-C; a holder is asked first."""
    from groundstation.app import ordering
    from groundstation.app.processes import stop_on_signal

    with stop_on_signal() as stop, desk_of(broker, root, None) as desk:
        keys = desk.find(vehicle)
        ordering.acquire(desk, keys, force, stop, timeout)
        named = ", ".join(str(key) for key in keys)
        typer.echo(f"in control of {named} as {desk.actor} ({desk.actor.gs}); Ctrl-C gives it back")
        lost = desk.turn_until(lambda: not all(ordering.holds(desk, key) for key in keys), duration or 1e9, stop)
        if lost and not stop.is_set():
            gone = [key for key in keys if not ordering.holds(desk, key)]
            raise GroundStationError(f"control was lost of {', '.join(str(key) for key in gone)}")


@control.command()
def release(
    vehicle: Who,
    broker: Broker = BrokerDefault,
    root: Root = "",
    timeout: Annotated[float, typer.Option(help="Wait so many seconds for the answer.", min=0.1)] = 5.0,
) -> None:
    """Give back control that you hold, at whichever station."""
    from groundstation.app import ordering

    with desk_of(broker, root, None) as desk:
        keys = desk.find(vehicle)
        ordering.release(desk, keys, timeout)
        typer.echo(f"released {', '.join(str(key) for key in keys)}")


@control.command()
def show(
    vehicle: Who = "all",
    broker: Broker = BrokerDefault,
    root: Root = "",
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Say who is in control."""
    import msgspec

    from groundstation.app.ordering import control_words

    with desk_of(broker, root, None) as desk:
        keys = desk.find(vehicle)
        desk.learn_control(keys)
        for key in keys:
            state = desk.fleet.get(key)
            if state is None:
                continue
            if json_lines:
                line = {"vehicle": str(key), "control": msgspec.to_builtins(state.control)}
                typer.echo(msgspec.json.encode(line).decode())
            else:
                typer.echo(f"{key}  {_printable(control_words(state))}")


def journal(
    search: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Rows in which all of these words occur.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(help="So many of the newest; 0 for all. Without: 50 in the terminal, all with --csv.", min=0),
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write them there; - for the terminal.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Look whether a row is missing or was changed.")] = False,
    file: JournalFile = None,
) -> None:
    """Show what was commanded: who, from where, what, to whom, and every state it came into."""
    from groundstation.app.journal_export import NEWEST, check_journal, export, show_rows
    from groundstation.recording.journal import default_path

    path = file or default_path()
    if check:
        typer.echo(check_journal(path))
        return
    words = " ".join(search or [])
    if csv_file is not None:
        export(path, words, limit or None, csv_file)
    else:
        show_rows(path, words, (NEWEST if limit is None else limit) or None)


def add_to(app: typer.Typer) -> None:
    """Put these commands under the program."""
    epilog = f"Verbs and their arguments ([] may be left out): {_verbs_help()}\n\n{EXIT_CODES_HELP}"
    # a negative number is no option
    app.command(epilog=epilog, context_settings={"ignore_unknown_options": True})(command)
    app.command()(forget)
    app.add_typer(control, name="control")
    app.command()(journal)
