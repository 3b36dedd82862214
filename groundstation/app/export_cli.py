# SPDX-License-Identifier: Apache-2.0
"""`groundstation import` and `groundstation export`: logs in other formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.app import log_times
from groundstation.fleet.errors import UsageError
from groundstation.logs.exports.formats import ExportFormat

if TYPE_CHECKING:
    from groundstation.logs.exports.selection import ExportScope
    from groundstation.logs.log import Log

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="MCAP, folder of a session, tlog, DataFlash (.bin, .log) or ULog.")
]
Out = Annotated[
    Path | None, typer.Option("-o", "--out", help="Where to; beside the log, with its name, when left out.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]
Vehicle = Annotated[
    str | None, typer.Option(help="Only of this one: uav-1, sim/uav-1, or its name; 'log info' lists them.")
]
Begin = Annotated[str | None, typer.Option("--from", metavar="TIME", help=f"Not earlier: {log_times.HELP}.")]
End = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Earlier than that; written in the same way.")]
Messages = Annotated[
    list[str] | None,
    typer.Option("--message", metavar="NAME", help="Only messages of this name; several times for several."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="import")(import_log)
    app.command(name="export")(export_log)


def import_log(file: File, out: Out = None, force: Force = False) -> None:
    """Make a recording (MCAP) of any log, for Foxglove and PlotJuggler and for all that is done with recordings here.

    Every message is in it as JSON; of a telemetry log the frames too, so that nothing is lost.

    An incident (a zip of 'export --incident') is unpacked into a folder, which opens as a session.
    """
    if file.suffix.lower() == ".zip":
        _unpack(file, out)
        return
    _export(file, ExportFormat.MCAP, out, None, force=force)


def export_log(
    file: File,
    form: Annotated[
        ExportFormat | None, typer.Option("--format", help="What to make; what -o ends with when left out.")
    ] = None,
    out: Out = None,
    vehicle: Vehicle = None,
    messages: Messages = None,
    begin: Begin = None,
    end: End = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="csv: texts letter by letter, formulas and control characters included.")
    ] = False,
    force: Force = False,
    is_incident: Annotated[
        bool, typer.Option("--incident", help="A zip of the time around --at, for another computer.")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="With --incident: when it happened; as --from.")
    ] = None,
    before: Annotated[float, typer.Option(help="With --incident: seconds before it.", min=0.0)] = 120.0,
    after: Annotated[float, typer.Option(help="With --incident: seconds after it.", min=0.0)] = 60.0,
) -> None:
    """Make other programs' files out of a log.

    csv: one file for --message NAME, else a folder with a file for each message.

    tlog: the MAVLink frames, byte for byte as they came in.

    kml, gpx, geojson: the flown ways, one for each flight.

    mcap: a recording, or a part of one.

    --incident: a zip with the recording of that time, what was known before it, bookmarks, commands and versions.
    """
    if is_incident or at is not None:
        if messages or exact or form is not None or begin is not None or end is not None:
            raise UsageError("--incident takes all messages around --at; leave --message, --format, --from, --to out")
        if not is_incident or at is None:
            raise UsageError("an incident is made with both: --incident --at TIME")
        _incident(file, log_times.Around(at, before, after, vehicle), out, force=force)
        return
    what = form if form is not None else _form_of(out)
    if messages and what not in (ExportFormat.CSV, ExportFormat.MCAP):
        raise UsageError(f"--message chooses what goes into csv and mcap; {what.value} has no messages by name")

    if exact and what is not ExportFormat.CSV:
        raise UsageError(f"--exact is for csv; {what.value} holds texts as they are")

    def selected(log: Log) -> ExportScope:
        from groundstation.logs.exports.selection import ExportScope
        from groundstation.logs.log_lookup import named_vehicle

        # once the log is open: only then it is known whether its times have a date
        begin_s, end_s = log_times.span_s(begin, end, log.info)
        whose = None if vehicle is None else named_vehicle(log.info, vehicle).id
        return ExportScope(vehicle=whose, messages=tuple(messages or ()), begin_s=begin_s, end_s=end_s, is_exact=exact)

    _export(file, what, out, selected, force=force)


def _form_of(out: Path | None) -> ExportFormat:
    """What a name asks for by its end."""
    suffix = "" if out is None else out.suffix.removeprefix(".").lower()
    if suffix not in tuple(ExportFormat):
        known = ", ".join(ExportFormat)
        raise UsageError(f"say what to make: --format, or an -o that ends with one of {known}")
    return ExportFormat(suffix)


def _export(
    file: Path, form: ExportFormat, out: Path | None, selected: Callable[[Log], ExportScope] | None, *, force: bool
) -> None:
    from groundstation.app.long_work import progress_bar
    from groundstation.logs.exports.export import export
    from groundstation.logs.exports.formats import COUNTED

    with progress_bar(f"writing {form.value}") as told:
        made = export(file, form, out, selected, may_replace=force, on_progress=told)
    typer.echo(f"{made.path}: {made.messages:,} {COUNTED[form]}, {made.size_bytes:,} bytes")
    for line in made.notes:
        # beside what a script reads: standard output is the one line about the file
        typer.echo(line, err=True)


def _incident(file: Path, around: log_times.Around, out: Path | None, *, force: bool) -> None:
    from groundstation.app.incident_export import export_incident
    from groundstation.app.long_work import progress_bar
    from groundstation.recording.journal import default_path

    stem = file.resolve().name if file.is_dir() else file.stem
    target = out if out is not None else file.with_name(f"{stem}-incident.zip")
    with progress_bar("cutting the incident") as told:
        made = export_incident(file, around, target, default_path(), may_replace=force, told=told)
    rows = "no journal of that time" if made.commands is None else f"{made.commands} rows of the journal"
    typer.echo(f"{target}: {made.end_s - made.begin_s:.0f} s of {made.source}, {rows}, {target.stat().st_size:,} bytes")


def _unpack(file: Path, out: Path | None) -> None:
    from groundstation.app.long_work import progress_bar
    from groundstation.logs.incident import unpack

    folder = out if out is not None else file.with_suffix("")
    with progress_bar("unpacking") as told:
        about = unpack(file, folder, told)
    typer.echo(f"{folder}: {about.end_s - about.begin_s:.0f} s of {about.source}; open it as a session")
