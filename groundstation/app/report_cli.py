# SPDX-License-Identifier: Apache-2.0
"""`groundstation report`: a printed page a flight, out of a log of any format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from groundstation.fleet.progress import Progress
    from groundstation.logs.report.document import Page

SUFFIXES = (".html", ".htm", ".pdf")
READ, DRAWN = 0.5, 0.9
"""Shares of the work that are done by then."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="MCAP, folder of a session, tlog, DataFlash (.bin, .log) or ULog.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Where to, .html or .pdf; beside the log, as .html, when left out."),
    ] = None,
    vehicle: Annotated[str | None, typer.Option(help="Only of this one; 'log info' lists them.")] = None,
    flight: Annotated[int | None, typer.Option(help="Only this flight, from 1.", min=1)] = None,
    whole: Annotated[bool, typer.Option("--whole", help="The whole log on one page instead of its flights.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there already.")] = False,
) -> None:
    """Make a page a flight: track, charts, battery, messages, changed parameters; HTML that prints well, or PDF.

    A log in which nobody was armed becomes one page that says so.
    """
    from groundstation.app.long_work import progress_bar

    if whole and flight is not None:
        raise UsageError("--whole and --flight: the whole log has no flights to choose from; leave one out")
    target = _target(file, out, force=force)
    with progress_bar("report") as told:
        pages = write_report(file, target, vehicle, flight, is_whole=whole, on_progress=told)
    errors = Console(stderr=True, markup=False, highlight=False)
    count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
    typer.echo(f"{target}: {count}, {target.stat().st_size:,} bytes")
    if pages[0].is_whole and not whole:
        errors.print("no flight in this log: the page shows the whole of it", soft_wrap=True)


def write_report(
    file: Path,
    target: Path,
    vehicle: str | None = None,
    number: int | None = None,
    *,
    is_whole: bool = False,
    on_progress: Progress | None = None,
) -> tuple[Page, ...]:
    """Make the pages of a log and write them to a file, in place of what is there. Any thread.

    Args:
        file: the log.
        target: ends in .html or .pdf.
        vehicle: `LogVehicle.id`; None for all.
        number: only this flight, from 1; None for all.
        is_whole: a page for each vehicle over the whole log instead.
        on_progress: told how far it is; may cancel.

    Raises:
        GroundStationError: the log can't be read, there is no such flight, or the file can't be written.
        CancelledError: by `on_progress`.
    """
    from groundstation.fleet.progress import part_of
    from groundstation.logs.log_lookup import named_vehicle
    from groundstation.logs.open_log import open_log
    from groundstation.logs.report.document import pages_of

    with open_log(file, part_of(on_progress, 0.0, READ)) as log:
        whose = None if vehicle is None else named_vehicle(log.info, vehicle).id
        pages = pages_of(log, whose, number, is_whole=is_whole, on_progress=part_of(on_progress, READ, DRAWN))
    _write(pages, target, part_of(on_progress, DRAWN, 1.0))
    return pages


def _target(file: Path, out: Path | None, *, force: bool) -> Path:
    # the name of a session's folder has no ending that could be taken away
    target = out if out is not None else file.with_name(f"{file.name if file.is_dir() else file.stem}.html")
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{target}: reports are written as .html or .pdf; give a name with one of these endings with -o"
        )
    if target.exists() and file.exists() and target.samefile(file):
        raise UsageError(f"{target} is the log itself; give another name with -o")
    if target.exists() and not force:
        raise GroundStationError(f"{target} is there already; give another name with -o, or replace it with --force")
    return target


def _write(pages: Sequence[Page], target: Path, told: Progress | None) -> None:
    from groundstation.logs.session_folder import write_whole

    try:
        write_whole(target, _document(pages, target, told))
    except OSError as error:
        raise GroundStationError(f"{target} can't be written ({error.strerror}); choose another place") from error


def _document(pages: Sequence[Page], target: Path, told: Progress | None) -> bytes:
    if target.suffix.lower() == ".pdf":
        from groundstation.app.pdf_apart import pdf

        return pdf(pages, told)
    from groundstation.logs.report.document import html

    return html(pages).encode()
