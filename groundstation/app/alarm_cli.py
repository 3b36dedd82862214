# SPDX-License-Identifier: Apache-2.0
"""`groundstation alarms`: the engine, and what an operator does about alarms, in a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from groundstation.app.ordering import Desk
    from groundstation.app.processes import Child
    from groundstation.fleet.alarms.alarm import Alarm, AlarmAction
    from groundstation.fleet.alarms.rule import RuleSet

ENGINE_S = 8.0
"""How long an engine that leads is waited for: it takes over within five."""
DONE_S, BEGIN_S = 5.0, 20.0
LISTENS_S = 1.0
"""An engine tells all alarms within so long after it was heard."""

app = typer.Typer(no_args_is_help=True, help="Alarms: the engine that raises them, and what operators do about them.")
Keys = Annotated[
    list[str], typer.Argument(metavar="ALARM...", help="Key of an alarm or its beginning, a vehicle's id, or all.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="alarms")


def alarm_child(broker: str, say: Callable[[str], None], *, is_left: bool = False) -> Child:
    """An engine that a window keeps running; where another one leads it stands by.

    Args:
        broker: URL with its password, which goes by the environment and not by the command line.
        say: takes a line.
        is_left: a window that closes leaves it to its work while something is armed.
    """
    from groundstation.app.company import LINGER_S
    from groundstation.app.processes import Child

    def on_line(line: str) -> None:
        # it means the engine's own terminal; in this one the key ends the window
        if "Ctrl-C ends" not in line:
            say(line)

    environment = {"GROUNDSTATION_BROKER": broker}
    return Child("alarms", ["alarms", "run"], on_line, environment=environment, linger_s=LINGER_S, is_left=is_left)


@app.command()
def run(
    broker: Broker = BrokerDefault,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where rules and alarms are kept; this user's own by default.")
    ] = None,
) -> None:
    """Raise alarms by rules, until Ctrl-C. A window does this by itself; of several engines one leads."""
    from groundstation.app.alarm_file import default_path
    from groundstation.app.alarm_process import AlarmProcess
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.said_store import default_path as default_said
    from groundstation.app.wiring import broker_from_text

    url = broker_from_text(broker)
    path = file or default_path(url.shown)
    said = default_said(url.shown) if file is None else file.with_name(f"{file.stem}-said.sqlite3")
    running: list[AlarmProcess] = []
    begun = threading.Event()

    def stay(is_left: bool, linger_s: float, stop: threading.Event) -> None:
        # a window may die while this one is still beginning
        begun.wait(BEGIN_S)
        for one in running:
            one.stay(is_left, linger_s, stop)

    with stop_on_signal(stay) as stop:
        Console(stderr=True).print(
            f"alarms of {url.shown}; Ctrl-C ends it", soft_wrap=True, markup=False, highlight=False
        )
        running.append(AlarmProcess(url, path, said))
        begun.set()
        running[0].run(stop)


@app.command("list")
def list_(broker: Broker = BrokerDefault, as_json: Json = False) -> None:
    """Show what there is, the most urgent first."""
    import msgspec
    from rich.table import Table
    from rich.text import Text

    from groundstation.app.watch import table_console

    with _desk(broker) as desk:
        _wait_for_engine(desk)
        alarms = desk.fleet.alarms.sorted()
    if as_json:
        for one in alarms:
            sys.stdout.write(msgspec.json.encode(one).decode() + "\n")
        return
    table = Table("key", "level", "state", "source", "what", "for", "who", "note", title=f"{len(alarms)} alarms")
    for one in alarms:
        who, note = one.acknowledged.by.op if one.acknowledged is not None else one.assigned, one.note
        if one.shelf is not None:
            who, note = one.shelf.deed.by.op, one.shelf.reason or note
        words = (one.key[:8], one.level.name.lower(), _state(one), one.source, _what(one), _age(one), who, note)
        table.add_row(*(Text(word) for word in words))
    table_console().print(table)


def _state(one: Alarm) -> str:
    if one.shelf is not None:
        return f"shelved until {time.strftime('%H:%M', time.localtime(one.shelf.until_unix_s))}"
    return one.state.value


def _what(one: Alarm) -> str:
    affected = f", {one.affected} affected" if one.members else ""
    return f"{one.title}: {one.said}{affected}" if one.said else f"{one.title}{affected}"


def _age(one: Alarm) -> str:
    seconds = max(0, int(time.time() - one.raised_unix_s))
    return f"{seconds // 60}:{seconds % 60:02}"


@app.command()
def ack(keys: Keys, broker: Broker = BrokerDefault) -> None:
    """Acknowledge alarms, for every station."""
    from groundstation.fleet.alarms.alarm import AlarmAction

    _do(AlarmAction.ACKNOWLEDGE, keys, broker)


@app.command()
def shelve(
    keys: Keys,
    minutes: Annotated[float, typer.Option("--minutes", help="For how long.", min=0.1, max=1440.0)] = 15.0,
    why: Annotated[str, typer.Option("--why", help="For who comes after you.")] = "",
    broker: Broker = BrokerDefault,
) -> None:
    """Put alarms out of the way for a time; they come back by themselves, and at once when they become worse."""
    from groundstation.fleet.alarms.alarm import AlarmAction

    _do(AlarmAction.SHELVE, keys, broker, seconds=60.0 * minutes, text=why)


@app.command()
def unshelve(keys: Keys, broker: Broker = BrokerDefault) -> None:
    """Bring shelved alarms back."""
    from groundstation.fleet.alarms.alarm import AlarmAction

    _do(AlarmAction.UNSHELVE, keys, broker)


@app.command()
def note(
    keys: Keys, text: Annotated[str, typer.Option("--text", help="The note.")], broker: Broker = BrokerDefault
) -> None:
    """Write a note to alarms, for every station."""
    from groundstation.fleet.alarms.alarm import AlarmAction

    _do(AlarmAction.NOTE, keys, broker, text=text)


@app.command()
def assign(
    keys: Keys,
    to: Annotated[str, typer.Option("--to", help="An operator's name; '' for nobody.")],
    broker: Broker = BrokerDefault,
) -> None:
    """Give alarms to an operator."""
    from groundstation.fleet.alarms.alarm import AlarmAction

    _do(AlarmAction.ASSIGN, keys, broker, text=to)


@app.command()
def rules(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Rules to go by from now on; without it they are shown.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the file means something.")] = False,
    default: Annotated[bool, typer.Option("--default", help="The rules that come along.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write them there instead of showing them.")
    ] = None,
    broker: Broker = BrokerDefault,
) -> None:
    """Show the rules of the engine that leads as YAML, or give it others."""
    from groundstation.fleet.alarms.defaults import DEFAULT_RULES

    if file is None and default and not check:
        _show(DEFAULT_RULES, out)
        return
    wanted = DEFAULT_RULES if default else _read(file) if file is not None else None
    if check:
        if wanted is None:
            raise UsageError("--check looks at a file: groundstation alarms rules FILE --check")
        typer.echo(f"{len(wanted.rules)} rules, all understood")
        return
    with _desk(broker) as desk:
        _wait_for_engine(desk)
        if wanted is None:
            found = desk.fleet.alarms.rules
            if found is None:
                raise GroundStationError("the engine has not told its rules; try again")
            _show(found, out)
            return
        _give(desk, wanted)
    typer.echo(f"{len(wanted.rules)} rules in use")


@app.command("try")
def try_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules, as YAML.")],
    log: Annotated[Path, typer.Argument(metavar="LOG", help="A session, or a log of any format.")],
    as_json: Json = False,
) -> None:
    """Show what rules would have raised in a recorded flight."""
    import msgspec
    from rich.table import Table
    from rich.text import Text

    from groundstation.app.alarm_port import tried_on
    from groundstation.app.watch import table_console

    trial = tried_on(log, _read(file))
    if as_json:
        sys.stdout.write(msgspec.json.encode(trial).decode() + "\n")
        return
    minutes = (trial.end_s - trial.begin_s) / 60.0
    table = Table(
        "at", "for", "what", "source", title=f"would have raised {len(trial.raised)} times in {minutes:.1f} min"
    )
    for one in trial.raised:
        lasts = f"{one.end_s - one.begin_s:.0f} s" if one.end_s is not None else "to the end"
        at_s = int(one.begin_s - trial.begin_s)
        table.add_row(f"{at_s // 60}:{at_s % 60:02}", lasts, Text(one.title), Text(one.source))
    table_console().print(table)


def _show(found: RuleSet, out: Path | None) -> None:
    from groundstation.app.whole_file import write_whole
    from groundstation.fleet.alarms.rule_file import write_rules

    if out is None:
        sys.stdout.write(write_rules(found).decode())
        return
    try:
        write_whole(write_rules(found), out)
    except OSError as error:
        raise GroundStationError(f"{out} can't be written ({error.strerror or error})") from error


def _read(file: Path) -> RuleSet:
    from groundstation.fleet.alarms.rule_file import read_rules

    try:
        return read_rules(file.name, file.read_bytes())
    except OSError as error:
        raise GroundStationError(f"{file} can't be read ({error.strerror or error})") from error


def _give(desk: Desk, wanted: RuleSet) -> None:
    from groundstation.fleet.alarms.alarm import AlarmAction
    from groundstation.fleet.alarms.wishes import new_wish
    from groundstation.transport.commander import alarm_wish

    desk.bus.worker.publish([alarm_wish(new_wish(AlarmAction.RULES, desk.actor, rules=wanted), 0)])

    def taken() -> bool:
        known = desk.fleet.alarms.rules
        return known is not None and known.rules == wanted.rules

    if not desk.turn_until(taken, DONE_S):
        raise GroundStationError("the engine did not take the rules; its terminal says why")


def _desk(broker: str) -> Desk:
    from groundstation.app.ordering import Desk
    from groundstation.app.wiring import broker_from_text

    return Desk(broker_from_text(broker), ("fleet", "sim"), None)


def _wait_for_engine(desk: Desk) -> None:
    """Until one leads and has told all.

    Raises:
        GroundStationError: none is heard.
    """
    if not desk.turn_until(lambda: desk.fleet.alarms.leader(time.monotonic()) is not None, ENGINE_S):
        raise GroundStationError(
            "no engine of alarms is heard on this broker; a window has one, and so has 'groundstation alarms run'"
        )
    if not desk.turn_until(lambda: desk.fleet.alarms.rules is not None, DONE_S):
        raise GroundStationError("the engine of alarms has not told its rules; try again")
    settle_s = time.monotonic() + LISTENS_S
    desk.turn_until(lambda: time.monotonic() >= settle_s, LISTENS_S + 1.0)


def _do(action: AlarmAction, names: list[str], broker: str, seconds: float = 0.0, text: str = "") -> None:
    """Ask for it, and see it done.

    Raises:
        GroundStationError: there is no such alarm, or nothing came of it.
    """
    from groundstation.fleet.alarms.wishes import new_wish
    from groundstation.transport.commander import alarm_wish

    with _desk(broker) as desk:
        _wait_for_engine(desk)
        book = desk.fleet.alarms
        before = {one.key: one for one in _named(book.sorted(), names)}
        wish = new_wish(action, desk.actor, tuple(before), seconds=seconds, text=text)
        desk.bus.worker.publish([alarm_wish(wish, 0)])
        if not desk.turn_until(lambda: all(book.get(key) != one for key, one in before.items()), DONE_S):
            same = [one.key[:8] for key, one in before.items() if book.get(key) == one]
            raise GroundStationError(
                f"nothing changed about {', '.join(same[:10])}: it was so already, or nobody did it"
            )
    typer.echo(f"{action.value}: {len(before)}")


def _names_of(one: Alarm) -> set[str]:
    """What it can be called: its source, each vehicle of it, and those without their root."""
    from groundstation.fleet.alarms.nearness import BETWEEN

    parts = {part for source in (one.source, *one.members) for part in source.split(BETWEEN)}
    return {one.source, *parts, *(part.partition("/")[2] for part in parts)}


def _named(alarms: list[Alarm], names: list[str]) -> list[Alarm]:
    found = [
        one
        for one in alarms
        if any(name == "all" or one.key.startswith(name) or name in _names_of(one) for name in names)
    ]
    if not found:
        shown = ", ".join(f"{one.key[:8]} {one.source}" for one in alarms[:10])
        raise GroundStationError(f"there is no such alarm; there are: {shown}" if shown else "there are no alarms")
    return found
