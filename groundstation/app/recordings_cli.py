# SPDX-License-Identifier: Apache-2.0
"""`groundstation recordings`: the recorded sessions, which of them are kept for ever, and what is large in them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundstation.app import large_cli
from groundstation.app.session_names import Recordings, Session, session_named
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from groundstation.logs.session_folder import Manifest

_recordings = typer.Typer(
    help="List recorded sessions, keep the ones that matter, and take large payloads out of them.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    large_cli.add_to(_recordings)
    app.add_typer(_recordings, name="recordings")


@_recordings.command(name="list")
def list_sessions(
    recordings: Recordings = None,
    json_document: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the sessions, the oldest first: when, how long, which vehicles, how large."""
    import msgspec

    from groundstation.app.settings_file import own_recordings
    from groundstation.logs import session_folder

    out = recordings or own_recordings()
    # a folder that was named has to be there; this user's own is made by the first recorder
    if recordings is not None and not out.is_dir():
        raise GroundStationError(f"{out} is no folder; name the one that holds the sessions")
    found = [_described(folder) for folder in session_folder.sessions(out)]
    if json_document:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    elif found:
        _show(found)
    else:
        typer.echo(f"no sessions in {out}")


@_recordings.command()
def pin(name: Session, recordings: Recordings = None) -> None:
    """Keep a session for ever: it is never dropped to make room."""
    _set_pin(name, recordings, is_pinned=True)


@_recordings.command()
def unpin(name: Session, recordings: Recordings = None) -> None:
    """Keep a session no longer than there is room for it."""
    _set_pin(name, recordings, is_pinned=False)


def _set_pin(name: str, recordings: Path | None, *, is_pinned: bool) -> None:
    from groundstation.logs import session_folder

    folder = session_named(name, recordings)
    session_folder.pin(folder, is_pinned=is_pinned)
    words = "is kept for ever" if is_pinned else "goes when room is needed and it is the oldest"
    typer.echo(f"{folder.name} {words}")


def _described(folder: Path) -> dict[str, Any]:
    """What is known of a session; None for unknown."""
    from groundstation.logs import session_folder

    manifest = session_folder.load(folder)
    try:
        size_bytes: int | None = session_folder.size_bytes(folder)
    except OSError:
        # a recorder may drop the session at this moment to make room
        size_bytes = None
    if manifest is None:
        return {"name": folder.name, "state": session_folder.SessionState.UNKNOWN, "size_bytes": size_bytes}
    return {
        "name": folder.name,
        "state": manifest.state,
        "began_unix_s": manifest.began_unix_s,
        "duration_s": _duration_s(manifest),
        "vehicles": [one.vehicle for one in manifest.files if one.vehicle],
        "size_bytes": size_bytes,
        "is_pinned": manifest.is_pinned,
        "missing": manifest.missing,
        "dropped": manifest.dropped,
    }


def _duration_s(manifest: Manifest) -> float:
    """How long it is by now."""
    end_s = time.time() if manifest.ended_unix_s is None else manifest.ended_unix_s
    return max(0.0, end_s - manifest.began_unix_s)


def _show(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from groundstation.app.logbook_view import clock

    table = Table(box=None, pad_edge=False)
    table.add_column("session", no_wrap=True)
    for name in ("length", "size"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state")
    table.add_column("pinned")
    table.add_column("vehicles", overflow="fold")
    for one in found:
        size_bytes = one["size_bytes"]
        texts = (
            one["name"],
            clock(one.get("duration_s")),
            "" if size_bytes is None else f"{size_bytes / 1e6:,.1f} MB",
            "no manifest" if "duration_s" not in one else str(one["state"]),
            "pinned" if one.get("is_pinned") else "",
            ", ".join(one.get("vehicles", ())),
        )
        table.add_row(*(Text(harmless(text, "?")) for text in texts))
    Console(highlight=False, markup=False).print(table)
