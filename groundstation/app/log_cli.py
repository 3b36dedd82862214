# SPDX-License-Identifier: Apache-2.0
"""`groundstation log`: what is in a log, whatever its format, on the command line."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from groundstation.recording.log import Columns, Damage, LogInfo

File = Annotated[Path, typer.Argument(metavar="FILE", help="tlog, DataFlash (.bin, .log) or ULog.")]

_log = typer.Typer(help="Look into logs: telemetry logs, DataFlash, ULog.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_log, name="log")


@_log.command()
def info(file: File, json_document: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Say what is in a log: vehicles, messages with counts and times, and what is damaged."""
    import msgspec

    from groundstation.recording.open_log import open_log

    with open_log(file) as log:
        found = log.info
    if json_document:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(found)


@_log.command()
def columns(
    file: File,
    message: Annotated[str, typer.Argument(metavar="MESSAGE[.FIELD]", help="Such as ATTITUDE or GPS.Alt.")],
    vehicle: Annotated[
        str | None, typer.Option(help="Of which vehicle, where several have that message; see 'log info'.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values for scripts.")] = False,
    limit: Annotated[int | None, typer.Option(help="Only so many lines.", min=1)] = None,
) -> None:
    """Print the values of a message, a line for each time it came."""
    from groundstation.recording.open_log import open_log

    with open_log(file) as log:
        name, fields = _split(message, {one.name for one in log.info.messages})
        found = log.columns(name, fields, vehicle=vehicle)
    lines = _lines(found, limit)
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
    else:
        for line in lines:
            typer.echo("  ".join(f"{_plain(one):>12}" for one in line))


def _split(text: str, names: set[str]) -> tuple[str, list[str] | None]:
    """Message and field; a message may have dots in its name."""
    if text in names or "." not in text:
        return text, None
    known = [name for name in names if text.startswith(name + ".")]
    name = max(known, key=len) if known else text.split(".", 1)[0]
    return name, [text[len(name) + 1 :]]


def _lines(found: Columns, limit: int | None) -> Iterator[list[Any]]:
    """A heading, then time and values of each message; arrays spread out."""
    heading: list[Any] = ["time_s"]
    arrays = []
    for name, values in found.values.items():
        part = values[:limit]
        if part.ndim == 1:
            heading.append(name)
            arrays.append(part.tolist())
        else:
            heading += [f"{name}[{place}]" for place in range(part.shape[1])]
            arrays += [part[:, place].tolist() for place in range(part.shape[1])]
    yield heading
    for time_s, *line in zip(found.time_s[:limit].tolist(), *arrays, strict=True):
        yield [f"{time_s:.6f}", *(one.hex() if isinstance(one, bytes) else one for one in line)]


def _plain(value: Any) -> str:
    """A value for a terminal: no control characters from outside."""
    text = f"{value:.7g}" if isinstance(value, float) else str(value)
    return "".join(one if one.isprintable() else "?" for one in text)


def _show(found: LogInfo) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False)
    is_utc = found.time_base.value == "utc"
    console.print(f"{found.path}: {found.format}, {found.size_bytes:,} bytes", soft_wrap=True)
    if found.begin_s is not None and found.end_s is not None:
        begin = _moment(found.begin_s) if is_utc else f"{found.begin_s:.1f} s after the start of the autopilot"
        console.print(f"from {begin}, {found.end_s - found.begin_s:.1f} s", soft_wrap=True)
    for one in found.vehicles:
        words = ["ground station" if one.is_station else "vehicle", one.name, one.autopilot, one.kind]
        console.print(f"{_plain(one.id)}: {_plain(' '.join(word for word in words if word))}", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for name in ("vehicle", "message"):
        table.add_column(name)
    for name in ("count", "first s", "last s"):
        table.add_column(name, justify="right")
    begin_s = found.begin_s or 0.0
    for kind in found.messages:
        times = ("" if one is None else f"{one - begin_s:.1f}" for one in (kind.first_s, kind.last_s))
        table.add_row(Text(_plain(kind.vehicle)), Text(_plain(kind.name)), f"{kind.count:,}", *times)
    console.print(table)
    for line in _damage_lines(found.damage):
        console.print(line, soft_wrap=True)


def _moment(time_s: float) -> str:
    return f"{dt.datetime.fromtimestamp(time_s, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _damage_lines(damage: Damage) -> Iterator[str]:
    if damage.is_none:
        yield "whole: nothing is damaged"
    if damage.parts:
        yield f"damaged: {damage.parts:,} places, {damage.size_bytes:,} bytes"
    for part in damage.first:
        yield f"  at byte {part.offset:,}: {part.size_bytes:,} bytes, {part.what}"
    if damage.is_cut:
        yield "the file ends in the middle of a message"
    if damage.refused_times:
        yield f"{damage.refused_times:,} messages left out, their times are absurd"
