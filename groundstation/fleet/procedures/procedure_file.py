# SPDX-License-Identifier: Apache-2.0
"""Procedures as YAML. Pure: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.fleet.errors import UsageError
from groundstation.fleet.procedures.procedure import Procedure, ProcedureFile
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.yaml_file import from_yaml, to_yaml


def read_procedures(name: str, data: bytes) -> tuple[Procedure, ...]:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.

    Raises:
        YamlFileError: it is none; says where.
    """
    return from_yaml(name, data, ProcedureFile, "file of procedures", "procedures").procedures


def write_procedures(procedures: Sequence[Procedure]) -> bytes:
    """A file that reads back equal."""
    return to_yaml(ProcedureFile(procedures=tuple(procedures)))


def named(procedures: Sequence[Procedure], name: str | None) -> Procedure:
    """One of a file.

    Args:
        procedures: all of it.
        name: which; None for the only one.

    Raises:
        UsageError: there is none of that name, or several and none is named.
    """
    known = ", ".join(one.name for one in procedures)
    if name is None:
        if len(procedures) > 1:
            raise UsageError(f"the file has several procedures; name one: {known}")
        return procedures[0]
    found = next((one for one in procedures if one.name == name), None)
    if found is None:
        raise UsageError(f"there is no procedure '{harmless(name[:40])}'; there are: {known}")
    return found
