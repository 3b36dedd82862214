# SPDX-License-Identifier: Apache-2.0
"""A layout as a file: JSON that can be read, compared and given to others. Pure."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec

from groundstation.fleet.errors import UsageError

MOST_BYTES = 1_000_000
MOST_PANELS = 64
NAME = re.compile(r"[^/\\\x00-\x1f:*?\"<>|]{1,60}")
"""What every system takes as the name of a file."""


class LayoutFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    layout: str
    """Its name."""
    version: int
    """Of the docking system's own text below."""
    panels: Annotated[dict[str, dict[str, Any]], msgspec.Meta(max_length=MOST_PANELS)] = {}
    """Panels beside the first of their kind: by kind and name what each shows, such as a vehicle."""
    docks: Annotated[tuple[str, ...], msgspec.Meta(max_length=20_000)] = ()
    """Lines of the docking system's text: who stands beside whom, and how wide."""


def checked_name(text: str) -> str:
    """A name that can be one of a file.

    Raises:
        UsageError: it can't; says why.
    """
    name = text.strip().rstrip(".")
    if not NAME.fullmatch(name):
        raise UsageError("a layout's name has 1 to 60 letters, and none of / \\ : * ? \" < > |")
    return name


def read_layout(name: str, data: bytes) -> LayoutFile:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.

    Raises:
        UsageError: it is none; says why.
    """
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} has {len(data):,} bytes; a layout has at most {MOST_BYTES:,}")
    try:
        found = msgspec.json.decode(data, type=LayoutFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no layout of this program ({error}); save one by View, Layouts") from error
    return msgspec.structs.replace(found, layout=checked_name(found.layout))


def write_layout(one: LayoutFile) -> bytes:
    """A file that reads back equal."""
    return msgspec.json.format(msgspec.json.encode(one), indent=2) + b"\n"
