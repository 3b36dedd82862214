# SPDX-License-Identifier: Apache-2.0
"""`groundstation mark`: something happened, with a note, for every station and the recording."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from groundstation.app.ordering import Desk
    from groundstation.fleet.bookmark import Bookmark
    from groundstation.transport.bus import Outgoing

HEARD_S = 5.0
"""How long it is waited until the broker has said the bookmark to us, as to every other station."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mark)


def mark(
    note: Annotated[str, typer.Argument(metavar="NOTE", help="What happened; '' for a bookmark without words.")],
    vehicle: Annotated[
        str | None, typer.Option(help="Which one it is about: uav-1, sim/uav-1, or a filter that one vehicle fits.")
    ] = None,
    ago: Annotated[float, typer.Option(help="It happened so many seconds ago.", min=0.0)] = 0.0,
    broker: Broker = BrokerDefault,
) -> None:
    """Mark that something happened: every window shows it, and the recording has it.

    'groundstation export SESSION --incident --at TIME' makes a file of the time around it.
    """
    from groundstation.app import ordering
    from groundstation.app.wiring import broker_from_text
    from groundstation.fleet.bookmark import MAX_NOTE, Bookmark
    from groundstation.transport.commander import mark as said

    if len(note) > MAX_NOTE:
        raise UsageError(f"the note has {len(note):,} letters; write at most {MAX_NOTE:,}")
    at_unix_s = time.time() - ago
    with ordering.Desk(broker_from_text(broker), ("fleet", "sim", "replay"), None) as desk:
        about = ""
        if vehicle is not None:
            keys = desk.find(vehicle)
            if len(keys) != 1:
                names = ", ".join(str(key) for key in keys[:5])
                raise UsageError(f"--vehicle '{vehicle[:80]}' may be {names}; a bookmark is about one, or none")
            about = str(keys[0])
        one = Bookmark(id=uuid.uuid4().hex, at_unix_s=at_unix_s, note=note, by=desk.actor, vehicle=about)
        _publish(desk, one, said(one, 0))
    typer.echo(f"{one.id}  {time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at_unix_s))}  {about}".rstrip())


def _publish(desk: Desk, one: Bookmark, message: Outgoing) -> None:
    """Say it, and hear it: only then every station can have it.

    Raises:
        GroundStationError: the broker did not say it again.
    """
    desk.bus.worker.publish([message])
    if not desk.turn_until(lambda: desk.fleet.bookmarks.get(one.id) is not None, HEARD_S):
        name = desk.bus.worker.status.broker
        raise GroundStationError(
            f"{name} did not pass the bookmark on; may this user publish and subscribe to fleet/_gs/#?"
        )
