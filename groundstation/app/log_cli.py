# SPDX-License-Identifier: Apache-2.0
"""`groundstation log`: what is in a log, whatever its format, on the command line."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundstation.app import log_times
from groundstation.fleet.errors import UsageError
from groundstation.fleet.shown_text import harmless

if TYPE_CHECKING:
    from groundstation.logs.log import LogInfo

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="MCAP, folder of a session, tlog, DataFlash (.bin, .log) or ULog.")
]

_log = typer.Typer(help="Look into logs: recordings, telemetry logs, DataFlash, ULog.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_log, name="log")


@_log.command()
def info(file: File, json_document: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Say what is in a log: vehicles, messages with counts and times, and what is damaged."""
    import msgspec

    from groundstation.app.long_work import progress_bar
    from groundstation.logs.open_log import open_log

    with progress_bar("reading") as told, open_log(file, told) as log:
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
    exact: Annotated[
        bool, typer.Option("--exact", help="With --csv: texts letter by letter, control characters included.")
    ] = False,
    limit: Annotated[int | None, typer.Option(help="Only so many lines.", min=1)] = None,
    begin: Annotated[str | None, typer.Option("--from", metavar="TIME", help=f"Not earlier: {log_times.HELP}.")] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Earlier than that; written in the same way.")
    ] = None,
) -> None:
    """Print the values of a message, a line for each time it came."""
    from groundstation.app.long_work import progress_bar
    from groundstation.logs.csv_cells import guarded
    from groundstation.logs.exports import rows
    from groundstation.logs.log_lookup import named_vehicle
    from groundstation.logs.open_log import open_log

    with progress_bar("reading") as told, open_log(file, told) as log:
        begin_s, end_s = log_times.span_s(begin, end, log.info)
        name, fields = _split(message, {one.name for one in log.info.messages})
        whose = None if vehicle is None else named_vehicle(log.info, vehicle).id
        found = log.columns(name, fields, vehicle=whose, begin_s=begin_s, end_s=end_s)
    if exact and not as_csv:
        raise UsageError("--exact is for --csv; on a terminal control characters are left out")
    names = rows.heading_of(found)
    heading = [names] if exact else [[guarded(one) for one in names]]
    lines: Iterable[Sequence[object]] = itertools.chain(heading, rows.lines(found, limit, is_exact=exact))
    if as_csv:
        # csv ends its lines by itself, with CR LF (RFC 4180)
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        # JSON may name half a character, for which UTF-8 has no bytes otherwise
        typer.echo(text.getvalue().encode("utf-8", "surrogatepass"), nl=False)
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


def _plain(value: Any) -> str:
    """A value for a terminal: no control characters from outside; degrees to the centimetre."""
    if value is None:
        return "-"
    # ten digits: degrees then have seven behind the point, which is a centimetre
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return harmless(text, "?")


def _show(found: LogInfo) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from groundstation.logs.damage_text import damage_lines, moment_text

    console = Console(highlight=False, markup=False)
    console.print(f"{found.path}: {found.format}, {found.size_bytes:,} bytes", soft_wrap=True)
    if found.begin_s is not None and found.end_s is not None:
        begin = moment_text(found.begin_s, found.time_base)
        console.print(f"from {begin}, {found.end_s - found.begin_s:.1f} s", soft_wrap=True)
    for one in found.vehicles:
        what = one.role or ("ground station" if one.is_station else "vehicle")
        words = [what, one.name, one.autopilot, one.kind]
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
    for line in damage_lines(found) or ("whole: nothing is damaged",):
        console.print(line, soft_wrap=True)
