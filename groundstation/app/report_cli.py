# SPDX-License-Identifier: Apache-2.0
"""`groundstation report`: a printed page a flight, out of a log of any format."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from groundstation.fleet.errors import GroundStationError, UsageError

if TYPE_CHECKING:
    from groundstation.recording.log import Progress
    from groundstation.recording.report.document import Page

SUFFIXES = (".html", ".htm", ".pdf")
READING, DRAWING, WRITING = (0.0, 0.5), (0.5, 0.9), (0.9, 1.0)
"""Which part of the work each step is."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="tlog, DataFlash (.bin, .log) or ULog.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="flight.html or flight.pdf; else FILE's name with .html, here. Overwritten."),
    ] = None,
    vehicle: Annotated[str | None, typer.Option(help="Only this vehicle; see 'log info'.")] = None,
    flight: Annotated[int | None, typer.Option(help="Only this flight, from 1.", min=1)] = None,
    whole: Annotated[bool, typer.Option("--whole", help="The whole log on one page instead of its flights.")] = False,
) -> None:
    """Make a page a flight: track, charts, battery, messages, changed parameters; HTML that prints well, or PDF.

    A log in which nobody was armed becomes one page that says so.
    """
    from groundstation.recording.open_log import open_log
    from groundstation.recording.report.document import pages_of

    if whole and flight is not None:
        raise UsageError("--whole and --flight: the whole log has no flights to choose from; leave one out")
    target = _target(file, out)
    with _progress() as tell:
        with open_log(file, _part(tell, READING)) as log:
            pages = pages_of(log, vehicle, flight, is_whole=whole, on_progress=_part(tell, DRAWING))
        _write(pages, target, _part(tell, WRITING))
    errors = Console(stderr=True, markup=False, highlight=False)
    count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
    errors.print(f"{count} in {target}", soft_wrap=True)
    if pages[0].is_whole and not whole:
        errors.print("no flight in this log: the page shows the whole of it", soft_wrap=True)


def _target(file: Path, out: Path | None) -> Path:
    target = out if out is not None else Path(f"{file.stem}.html")
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out '{target}': reports are written as .html or .pdf; give it one of these endings")
    if target.exists() and file.exists() and target.samefile(file):
        raise UsageError(f"--out '{target}' is the log itself; choose another name")
    return target


def _write(pages: Sequence[Page], target: Path, tell: Progress) -> None:
    """Write beside and rename, so that a half of a document never stands under its name."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise _cannot_write(target, error) from error
    beside = Path(name)
    try:
        _write_to(beside, pages, tell)
        beside.chmod(_usual_mode())
        beside.replace(target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        beside.unlink(missing_ok=True)


def _write_to(path: Path, pages: Sequence[Page], tell: Progress) -> None:
    if path.suffix.lower() == ".pdf":
        from groundstation.app.report_pdf import pdf

        path.write_bytes(pdf(pages, tell))
        return
    from groundstation.recording.report.document import html

    path.write_text(html(pages), encoding="utf-8", newline="\n")
    tell(1.0)


def _cannot_write(target: Path, error: OSError) -> GroundStationError:
    return GroundStationError(f"{target} can't be written: {error.strerror}; choose another --out")


def _usual_mode() -> int:
    """What a new file of this user would have; a temporary one is closed to all others."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _part(tell: Progress, part: tuple[float, float]) -> Progress:
    return lambda done: tell(part[0] + (part[1] - part[0]) * done)


@contextlib.contextmanager
def _progress() -> Iterator[Progress]:
    """A bar beside the output, where somebody looks at it."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("report"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("report", total=1.0)
        yield lambda done: bar.update(task, completed=done)
