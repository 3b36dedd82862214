# SPDX-License-Identifier: Apache-2.0
"""What a vehicle itself tells of its parameters: where its files are, and how they travel. Pure.

Source: MAVLink guide, "Component Metadata Protocol": a general file names one file for each type of metadata, with its
URI and a CRC32 (PX4 `generate_component_general.py`: begins with 0 and is not inverted at its end).
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any, NamedTuple

import msgspec

from groundstation.fleet.commands import ShortText
from groundstation.fleet.parameters.fact_entries import ParameterFactsError
from groundstation.fleet.parameters.parameter_facts import unpacked

PARAMETERS = 1
"""COMP_METADATA_TYPE_PARAMETER."""
MAX_GENERAL_BYTES = 200_000
"""Of the general file, unpacked: a real one has 800."""
MAX_FILE_BYTES = 1_000_000
"""Of a file as it is transferred: PX4's parameters have 64,000."""
_BY_FTP = re.compile(r"mftp://(?:\[;comp=(\d{1,3})\])?(.+)")


class MetadataFile(NamedTuple):
    """A file of the vehicle."""

    path: str
    crc: int | None
    """As the vehicle tells it, see `is_of`; None where it does not."""


class ParamMeta(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What describes the parameters of a firmware, as its vehicle gave it (topic `par/meta`)."""

    crc: ShortText
    """Of the file, as `is_of` has it; names it."""
    data: bytes
    """The file, packed as it was; in JSON as base64."""


def crc_of(data: bytes) -> int:
    """The CRC32 of a file, as metadata tells it."""
    # zlib inverts before and after; done twice it is undone
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def is_of(crc: int, data: bytes) -> bool:
    """Whether a file is the one of a CRC.

    A PX4 tells that of the general file before it was packed, and that of the others after (observed).
    """
    if crc_of(data) == crc:
        return True
    try:
        return crc_of(unpacked(data)) == crc
    except ParameterFactsError:
        return False


def crc_text(crc: int) -> str:
    """A CRC as it travels, and names a file."""
    return f"{crc:08x}"


def is_crc_text(text: str) -> bool:
    """Whether a text is a CRC: nothing else may name a file."""
    return re.fullmatch(r"[0-9a-f]{8}", text, re.ASCII) is not None


def path_of(uri: str, compid: int) -> str:
    """The path that a URI names for MAVLink FTP; empty for what is elsewhere, as in the internet.

    Args:
        uri: as the vehicle tells it.
        compid: of the component that is asked; files of another one can't be had from it.
    """
    found = _BY_FTP.fullmatch(uri)
    if found is None or (found[1] is not None and int(found[1]) != compid):
        return ""
    path = found[2]
    if not path.isprintable():
        return ""
    # a PX4 in its own simulation looks for what does not begin with a slash beside its root (observed); `@` is a name
    # of ArduPilot's
    return path if path.startswith(("/", "@")) else f"/{path}"


def parameter_file(general: bytes, compid: int) -> MetadataFile | None:
    """The file that describes the parameters; None where the vehicle has none.

    Args:
        general: the general file as it came, packed or not.
        compid: of the component that gave it.

    Raises:
        ParameterFactsError: it is damaged, or larger than any real one.
    """
    text = unpacked(general, MAX_GENERAL_BYTES)
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    types = document.get("metadataTypes") if isinstance(document, dict) else None
    for one in types if isinstance(types, list) else ():
        if isinstance(one, dict) and one.get("type") == PARAMETERS:
            # the second address is where the first one's file is too
            for uri, crc in (("uri", "fileCrc"), ("uriFallback", "fileCrcFallback")):
                path = path_of(one[uri], compid) if isinstance(one.get(uri), str) else ""
                if path:
                    told = one.get(crc, one.get("fileCrc"))
                    return MetadataFile(path, told if isinstance(told, int) and 0 < told < 1 << 32 else None)
    return None
