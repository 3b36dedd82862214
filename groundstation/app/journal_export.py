# SPDX-License-Identifier: Apache-2.0
"""The journal in a terminal and as a file."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundstation.fleet.errors import GroundStationError
from groundstation.logs.session_folder import write_whole
from groundstation.recording import journal

NEWEST = 50
"""Rows in the terminal where nothing else is asked for."""


def show_rows(path: Path, search: str, limit: int | None) -> None:
    """Rows as a table, oldest first.

    Raises:
        GroundStationError: there is no journal.
    """
    table = Table(box=None, pad_edge=False)
    for name in ("time", "vehicle", "verb", "state", "operator", "why, and the vehicle's own words"):
        table.add_column(name, overflow="fold")
    rows = journal.read(path, search, limit)
    if not rows:
        _say(f"{path}: no row" + (f" with '{search}'" if search else ""))
        return
    for row in rows:
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.at_unix_s))
        words = "; ".join(part for part in (str(row.detail), row.texts) if part)
        texts = (at, f"{row.root}/{row.vehicle}", row.verb, row.state, row.operator, words)
        # as Text: words of vehicles and operators are no markup of rich
        table.add_row(*(Text(one) for one in texts))
    Console().print(table)


def export(path: Path, search: str, limit: int | None, target: Path) -> None:
    """Rows as CSV to a file, or to the terminal for `-`.

    Raises:
        GroundStationError: there is no journal, or the file can't be written.
    """
    rows = journal.read(path, search, limit)
    if str(target) == "-":
        journal.write_csv(rows, sys.stdout)
        return
    try:
        # csv ends its lines by itself, with CR LF (RFC 4180)
        text = io.StringIO(newline="")
        journal.write_csv(rows, text)
        write_whole(target, text.getvalue().encode())
    except OSError as error:
        raise GroundStationError(f"{target} can't be written: {error.strerror}; choose another --csv") from error
    _say(f"{len(rows)} row{'' if len(rows) == 1 else 's'} in {target}")


def _say(words: str) -> None:
    """Beside what a script reads."""
    Console(stderr=True).print(Text(words), soft_wrap=True)


def check_journal(path: Path) -> str:
    """One line: whether the journal is whole.

    Raises:
        GroundStationError: there is none, or a row is missing or was changed.
    """
    broken = journal.first_break(path)
    if broken is not None:
        raise GroundStationError(
            f"{path}: row {broken} does not follow from the one before it; it was changed, or one is missing"
        )
    return f"{path}: every row follows from the one before it"
