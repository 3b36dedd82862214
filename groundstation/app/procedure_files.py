# SPDX-License-Identifier: Apache-2.0
"""Procedures on disk: a user's own, and those that come with the product. Any thread."""

from __future__ import annotations

from pathlib import Path

from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.procedures.procedure import Procedure
from groundstation.fleet.procedures.procedure_file import read_procedures
from groundstation.fleet.yaml_file import MOST_BYTES
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.resources import resource


def bundled_files() -> list[Path]:
    """The files that come with the product."""
    return sorted(resource("procedures").glob("*.yaml"))


def read(file: str) -> tuple[Procedure, ...]:
    """Procedures of a file, or of one that comes with the product.

    Args:
        file: its path, or the name of one that comes along.

    Raises:
        GroundStationError: it can't be read, or is none; says where.
    """
    path = Path(file).expanduser()
    bundled = {one.stem: one for one in bundled_files()}
    if not path.exists() and file.replace("-", "_") in bundled:
        path = bundled[file.replace("-", "_")]
    elif not path.exists():
        raise UsageError(f"there is no file '{file[:200]}'; {', '.join(sorted(bundled))} come along")
    return read_procedures(path.name, _bytes_of(path))


def procedure_access() -> ProcedureAccess:
    """The window's ways to them; called on threads of its own."""
    return ProcedureAccess(read=lambda path: read_procedures(path.name, _bytes_of(path)), bundled=bundled_files)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # one more: that there are too many is told where they are read
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error
