# SPDX-License-Identifier: Apache-2.0
"""`groundstation operators`: who is on, and what operators say to each other, in a terminal."""

from __future__ import annotations

import sys
import time
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.app.ordering import Desk
    from groundstation.fleet.operators.talk import Talk

KEPT_S = 10.0
"""How long a store is waited for: an engine leads three seconds after it has begun, and says so once a second."""
ON_S = 6.0
"""Stations say every five seconds that they are there."""
NO_STORE = (
    "nobody keeps it: no engine of alarms is heard, so who is away is not told. A window starts one by itself; "
    "'groundstation alarms run' is one without a window"
)

app = typer.Typer(no_args_is_help=True, help="Operators: who is on, and what they say to each other.")
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="operators")


@app.command("list")
def list_(broker: Broker = BrokerDefault, as_json: Json = False) -> None:
    """Show who is on, in which role, and which vehicles each looks at. Takes six seconds: stations speak every five."""
    import msgspec
    from rich.table import Table
    from rich.text import Text

    from groundstation.app.watch import table_console

    with _desk(broker) as desk:
        until_s = time.monotonic() + ON_S
        desk.turn_until(lambda: time.monotonic() >= until_s, ON_S)
        on = [one for one in desk.fleet.stations.on(time.monotonic()) if one.actor.gs != desk.actor.gs]
    if as_json:
        for one in on:
            told = {"op": one.actor.op, "station": one.actor.gs, "role": one.actor.role.value}
            line = {**told, "looks_at": [str(key) for key in one.looks_at], "version": one.version}
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        return
    table = Table("operator", "at", "role", "looks at", "version", title=f"{len(on)} on")
    for one in on:
        looks_at = ", ".join(str(key) for key in one.looks_at)
        words = (one.actor.op, one.actor.place, one.actor.role.value, looks_at, one.version)
        table.add_row(*(Text(word) for word in words))
    table_console().print(table)


@app.command()
def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say.")],
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="NAME", help="To one operator, may be repeated; else to all.")
    ] = None,
    vehicle: Annotated[
        str | None, typer.Option(help="Which one it is about: uav-1, sim/uav-1, or a filter that one vehicle fits.")
    ] = None,
    broker: Broker = BrokerDefault,
) -> None:
    """Say something to operators, on whatever station they are; who is away reads it later.

    The exit code is 0 once a store has it on its disk.
    """
    from groundstation.fleet.operators.names import MAX_NAME
    from groundstation.fleet.operators.said import MAX_TEXT, MAX_TO

    # a terminal passes on bytes that are no text
    text, names = text.encode("utf-8", "replace").decode(), to or []
    if not text.strip():
        raise UsageError("write what you want to say")
    if len(text) > MAX_TEXT:
        raise UsageError(f"the text has {len(text):,} letters; write at most {MAX_TEXT:,}")
    if any(not name.strip() or len(name) > MAX_NAME or _is_no_text(name) for name in names):
        raise UsageError(f"--to: a name has 1 to {MAX_NAME} letters")
    if len(names) > MAX_TO:
        raise UsageError(f"name at most {MAX_TO} operators, or nobody: then it is for all")
    with _desk(broker) as desk:
        about = ""
        if vehicle is not None:
            keys = desk.find(vehicle)
            if len(keys) != 1:
                raise UsageError(f"--vehicle '{vehicle[:80]}' may be {', '.join(map(str, keys[:5]))}; name one")
            about = str(keys[0])
        talk, turn = talking(desk)
        one = talk.say(text, time.time(), to=tuple(dict.fromkeys(names)), vehicle=about)
        if not _turn_until(desk, turn, lambda: desk.fleet.conversation.is_kept(one.id), KEPT_S):
            if desk.fleet.alarms.leader(time.monotonic()) is None:
                raise GroundStationError(f"said, but {NO_STORE}")
            raise GroundStationError("no store confirmed it; may this user publish to fleet/_gs/#, is its disk full?")
    typer.echo(one.id)


@app.command()
def messages(
    broker: Broker = BrokerDefault,
    last: Annotated[int, typer.Option(help="How many, the newest.", min=1, max=500)] = 50,
    as_json: Json = False,
) -> None:
    """Show what operators said, the earliest first, with who has read it."""
    import msgspec

    with _desk(broker) as desk:
        _, turn = talking(desk)
        conversation = desk.fleet.conversation
        if not _turn_until(desk, turn, lambda: conversation.answered(desk.actor.gs) > 0, KEPT_S):
            raise GroundStationError(f"nothing can be shown: {NO_STORE}")
        said = conversation.all()[-last:]
    for one in said:
        if as_json:
            told = {**msgspec.to_builtins(one), "read_by": conversation.readers(one.id)}
            sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
            continue
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(one.at_unix_s))
        to = f" to {', '.join(one.to)}" if one.to else ""
        about = f"  ({one.vehicle})" if one.vehicle else ""
        words = " ".join(one.shown_text.split()) or one.kind.value
        read = ", ".join(conversation.readers(one.id))
        typer.echo(f"{when}  {one.by.op}{to}: {words}{about}" + (f"  [read by {read}]" if read else ""))


def _is_no_text(name: str) -> bool:
    return name != name.encode("utf-8", "replace").decode()


def _desk(broker: str) -> Desk:
    from groundstation.app import ordering
    from groundstation.app.wiring import broker_from_text

    return ordering.Desk(broker_from_text(broker), ("fleet", "sim", "replay"), None)


def talking(desk: Desk) -> tuple[Talk, Callable[[], None]]:
    """A voice of a station without a window, and its turn: to be called as often as the desk is turned.

    Args:
        desk: connected.
    """
    from groundstation.fleet.operators.talk import Talk
    from groundstation.transport.bus import BusState
    from groundstation.transport.commander import spoken

    talk = Talk(desk.actor, desk.fleet.conversation, lambda: uuid.uuid4().hex)
    number = 0

    def turn() -> None:
        nonlocal number
        now_s, status = time.monotonic(), desk.bus.worker.status
        leader = desk.fleet.alarms.leader(now_s) or ""
        is_connected = status.state is BusState.CONNECTED
        for word in talk.tick(now_s, leader, status.connections, is_connected=is_connected):
            desk.bus.worker.publish([spoken(desk.actor, word, number)])
            number += 1

    return talk, turn


def _turn_until(desk: Desk, turn: Callable[[], None], is_true: Callable[[], bool], timeout_s: float) -> bool:
    def look() -> bool:
        turn()
        return is_true()

    return desk.turn_until(look, timeout_s)
