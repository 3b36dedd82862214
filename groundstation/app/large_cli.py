# SPDX-License-Identifier: Apache-2.0
"""`groundstation recordings large`: payloads of more than 192 KiB, which lie whole beside a session."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundstation.app.session_names import Recordings, Session, session_named
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.hex_rows import A_ROW, hex_rows
from groundstation.fleet.large import LargePayload
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

Which = Annotated[
    str,
    typer.Argument(metavar="WHICH", help="The beginning of its hash (4 letters or more), or its topic: the newest."),
]
LEAST_LETTERS = 4
SHOWN_LETTERS = 12
"""Of a hash in a table: enough for `show` and `save`."""
MOST_SHOWN_BYTES = 1_000_000

_large = typer.Typer(
    help="Payloads of more than 192 KiB, which lie whole beside a session: list them, look into them, save them.",
    no_args_is_help=True,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to `recordings`."""
    app.add_typer(_large, name="large")


@_large.command(name="list")
def list_large(
    name: Session,
    recordings: Recordings = None,
    json_document: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the large payloads of a session, the oldest first: when, how large, hash, whether it is there, topic."""
    import msgspec

    from groundstation.logs import large_payloads

    folder = session_named(name, recordings)
    every = large_payloads.entries(folder)
    paths = [large_payloads.path_of(folder, one) for one in every]
    if json_document:
        rows = [
            {**msgspec.to_builtins(one), "path": None if path is None else str(path)}
            for one, path in zip(every, paths, strict=True)
        ]
        typer.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
    elif every:
        _show_table(every, paths)
    else:
        typer.echo(f"no large payloads came in {folder.name}")


@_large.command()
def show(
    name: Session,
    which: Which,
    recordings: Recordings = None,
    count: Annotated[
        int, typer.Option("--bytes", help="How many of its beginning, and of its end.", min=0, max=MOST_SHOWN_BYTES)
    ] = 256,
    at: Annotated[
        int | None, typer.Option(help="Show so many bytes from here on instead; below 0 from the end.")
    ] = None,
) -> None:
    """Show one: topic, length, hash, file, and its first and last bytes as a hex dump."""
    from groundstation.logs import large_payloads

    one, path = _chosen(name, which, recordings)
    for label, text in _facts(one, path):
        typer.echo(f"{label:<8} {text}")
    size = one.size_bytes
    begin = 0 if at is None else max(0, size + at if at < 0 else at)
    parts = [(begin, count)]
    if at is None and size > count:
        # whole rows, so that places are easy to read
        begin = max(count, (size - count) // A_ROW * A_ROW)
        parts.append((begin, size - begin))
    for begin, wanted in parts:
        typer.echo()
        for row in hex_rows(large_payloads.read_bytes(path, begin, wanted), begin):
            typer.echo(row)


@_large.command()
def save(
    name: Session,
    which: Which,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where to.")],
    recordings: Recordings = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Copy one to a file, and check by its hash that it is whole."""
    from rich.console import Console
    from rich.progress import Progress

    from groundstation.logs import large_payloads

    one, path = _chosen(name, which, recordings)
    if out.exists() and not force:
        raise UsageError(f"{out} is there already; give another name with -o, or replace it with --force")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(out.name, total=1.0)
        large_payloads.save(path, one, out, lambda share: bar.update(task, completed=share))
    typer.echo(f"{out}: {one.size_bytes:,} bytes, sha256 {one.sha256}")


def _chosen(name: str, which: str, recordings: Path | None) -> tuple[LargePayload, Path]:
    """The newest that is meant and still there."""
    from groundstation.logs import large_payloads

    folder = session_named(name, recordings)
    every = large_payloads.entries(folder)
    is_hash = len(which) >= LEAST_LETTERS
    meant = [one for one in every if one.topic == which or (is_hash and one.sha256.startswith(which.lower()))]
    remedy = f"see 'groundstation recordings large list {folder.name}'"
    if not meant:
        raise GroundStationError(f"no large payload '{harmless(which)}' in {folder.name}; {remedy}")
    if len({one.sha256 for one in meant if one.topic != which}) > 1:
        raise UsageError(f"'{which}' begins several hashes; write more of it, {remedy}")
    found = [(one, path) for one in meant if (path := large_payloads.path_of(folder, one)) is not None]
    if not found:
        raise GroundStationError(f"'{harmless(which)}' came, but was dropped to make room; its beginning is recorded")
    return found[-1]


def _facts(one: LargePayload, path: Path) -> tuple[tuple[str, str], ...]:
    return (
        ("topic", harmless(one.topic, "?")),
        ("came", f"{_clock(one.at_unix_s)} UTC, QoS {one.qos}{', kept by the broker' if one.retain else ''}"),
        ("length", f"{one.size_bytes:,} bytes"),
        ("sha256", one.sha256),
        ("file", str(path)),
    )


def _clock(at_unix_s: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_unix_s))
    except (ValueError, OverflowError, OSError):
        return "at no time that can be"


def _show_table(every: Sequence[LargePayload], paths: Sequence[Path | None]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name, options in _COLUMNS:
        table.add_column(name, **options)
    for one, path in zip(every, paths, strict=True):
        size, there = f"{one.size_bytes / 1e6:,.1f} MB", "whole" if path is not None else "dropped"
        texts = (_clock(one.at_unix_s), size, one.sha256[:SHOWN_LETTERS], there, harmless(one.topic, "?"))
        table.add_row(*map(Text, texts))
    Console(highlight=False, markup=False).print(table)


_COLUMNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("UTC", {"no_wrap": True}),
    ("size", {"justify": "right", "no_wrap": True}),
    ("sha256", {"no_wrap": True}),
    ("file", {"no_wrap": True}),
    ("topic", {"overflow": "fold"}),
)
