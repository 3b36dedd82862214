# SPDX-License-Identifier: Apache-2.0
"""`groundstation link`: the links of a bridge that runs, seen and changed from anywhere."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.link_table import LinkAction, LinkEntry, LinkTable, LinkUse
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from groundstation.app.ordering import Desk

TOLD_S, ANSWER_S = 5.0, 5.0
"""How long bridges are waited for: they tell of themselves within 2 s when asked."""
BRIDGE_HELP = "Id of the bridge, as 'link list' shows it; needed where there are several."

links = typer.Typer(
    help="See and change the links of a bridge while it runs.", no_args_is_help=True, pretty_exceptions_enable=False
)
Bridge = Annotated[str, typer.Option("--bridge", metavar="ID", help=BRIDGE_HELP)]
LinkName = Annotated[str, typer.Argument(metavar="LINK", help="As 'link list' shows it, such as udpin:0.0.0.0:14550.")]
Sure = Annotated[
    bool, typer.Option("--force", help="Also where an armed vehicle is heard by no other link: it is lost with it.")
]


def add_to(app: typer.Typer) -> None:
    """Add the group of commands."""
    app.add_typer(links, name="link")


@links.command("list")
def show(
    broker: Broker = BrokerDefault,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a bridge, a line each.")] = False,
) -> None:
    """Show every link of every bridge, and whom it hears."""
    with _desk(broker) as desk:
        tables = _tables(desk)
    if json_lines:
        for (root, bridge), table in sorted(tables.items()):
            told = {"bridge": f"{root}/{bridge}", **msgspec.to_builtins(table)}
            typer.echo(msgspec.json.encode(told).decode())
        return
    shown = Table(box=None, pad_edge=False)
    for name in ("bridge", "link", "state", "hears"):
        shown.add_column(name, overflow="fold")
    for (root, bridge), table in sorted(tables.items()):
        for one in table.links:
            name = f"{one.text}\n{one.title} {one.about}".strip()
            shown.add_row(
                Text(f"{root}/{bridge}"),
                Text(harmless(name)),
                Text(harmless(state_of(one))),
                Text(harmless(heard(one))),
            )
    Console().print(shown)


@links.command()
def add(
    link: Annotated[
        str,
        typer.Argument(
            metavar="LINK",
            help="udpin:0.0.0.0:14550, udpout:host:port, tcp:host:port, tcpin:host:port, serial:/dev/ttyUSB0:57600",
        ),
    ],
    bridge: Bridge = "",
    broker: Broker = BrokerDefault,
) -> None:
    """Add a link; the bridge remembers it."""
    from groundstation.bridge.link_text import parse_link

    # wrong words are told before anybody is asked
    parse_link(link)
    _wish(broker, bridge, LinkAction.ADD, link)


@links.command()
def remove(link: LinkName, bridge: Bridge = "", force: Sure = False, broker: Broker = BrokerDefault) -> None:
    """Close a link and forget it."""
    _wish(broker, bridge, LinkAction.REMOVE, link, is_sure=force)


@links.command()
def replace(
    link: LinkName,
    new: Annotated[str, typer.Argument(metavar="NEW", help="What it becomes.")],
    bridge: Bridge = "",
    force: Sure = False,
    broker: Broker = BrokerDefault,
) -> None:
    """Make a link another one."""
    from groundstation.bridge.link_text import parse_link

    parse_link(new)
    _wish(broker, bridge, LinkAction.REPLACE, link, new, is_sure=force)


@links.command()
def pause(link: LinkName, bridge: Bridge = "", force: Sure = False, broker: Broker = BrokerDefault) -> None:
    """Close a link until it is resumed."""
    _wish(broker, bridge, LinkAction.PAUSE, link, is_sure=force)


@links.command()
def resume(link: LinkName, bridge: Bridge = "", broker: Broker = BrokerDefault) -> None:
    """Open a link that was paused, or a port that was left alone."""
    _wish(broker, bridge, LinkAction.RESUME, link)


def state_of(one: LinkEntry) -> str:
    """What a link does, in words."""
    if one.problem:
        return f"{one.use.replace('_', ' ')}: {one.problem}"
    return one.use.value.replace("_", " ")


def heard(one: LinkEntry) -> str:
    """Whom it hears, in words."""
    if not one.hears:
        return "nobody" if one.use is LinkUse.OPEN else ""
    return ", ".join(who.vehicle or f"{who.role or 'somebody'} (system {who.sysid})" for who in one.hears)


def _desk(broker: str) -> Desk:
    from groundstation.app import ordering
    from groundstation.app.wiring import broker_from_text

    return ordering.Desk(broker_from_text(broker), ("fleet", "sim"), None)


def _tables(desk: Desk) -> dict[tuple[str, str], LinkTable]:
    """Tables of the bridges that are there.

    Raises:
        GroundStationError: no bridge tells of its links.
    """
    from groundstation.fleet.link import LinkState

    def there() -> dict[tuple[str, str], LinkTable]:
        alive = {key for key, one in desk.fleet.bridges.items() if one.state is LinkState.ONLINE}
        return {key: table for key, table in desk.fleet.link_tables.items() if key in alive}

    if not desk.turn_until(lambda: bool(there()), TOLD_S):
        raise GroundStationError(
            f"no bridge on {desk.bus.worker.status.broker} tells of its links; "
            "start one with 'groundstation bridge', or 'groundstation' alone"
        )
    # others may answer a little later
    desk.turn_until(lambda: False, 0.5)
    return there()


def _wish(broker: str, bridge: str, action: LinkAction, link: str, new: str = "", *, is_sure: bool = False) -> None:
    from groundstation.fleet.link_table import LinkRequest
    from groundstation.transport.commander import link_wish

    with _desk(broker) as desk:
        root, name = _chosen(_tables(desk), bridge)
        asked = LinkRequest(id=uuid.uuid4().hex, actor=desk.actor, action=action, link=link, new=new, is_sure=is_sure)
        desk.bus.worker.publish([link_wish(root, name, asked)])

        def answer() -> str | None:
            told = desk.fleet.link_tables[root, name].answers
            return next((str(one.refused) for one in told if one.id == asked.id), None)

        if not desk.turn_until(lambda: answer() is not None, ANSWER_S):
            raise GroundStationError(f"bridge {root}/{name} did not answer within {ANSWER_S:.0f} s; is it older?")
        refused = answer()
        if refused:
            hint = "; --force does it all the same" if refused.endswith("no other link") else ""
            raise GroundStationError(f"bridge {root}/{name}: {refused}{hint}")
        done = next((one for one in desk.fleet.link_tables[root, name].links if one.text == (new or link)), None)
        typer.echo(f"{new or link}  {state_of(done) if done is not None else 'removed'}")


def _chosen(tables: dict[tuple[str, str], LinkTable], bridge: str) -> tuple[str, str]:
    """Which bridge is meant.

    Raises:
        UsageError: none or several.
    """
    found = [key for key in sorted(tables) if bridge in ("", key[1], "/".join(key))]
    if len(found) == 1:
        return found[0]
    names = ", ".join("/".join(key) for key in sorted(tables))
    words = f"there is no '{bridge[:40]}'" if bridge else "there are several"
    raise UsageError(f"--bridge: {words}; choose one of {names}")
