# SPDX-License-Identifier: Apache-2.0
"""What is known of parameters beside their values, from the metadata files of ArduPilot and PX4. Pure.

Sources: ArduPilot `apm.pdef.json` and `apm.pdef.xml` (Tools/autotest/param_metadata), PX4 `parameter.json` (MAVLink
component metadata, and the older keys of px4params/jsonout.py). They come packed, from strangers, and often not at all.
"""

from __future__ import annotations

import json
import lzma
import zlib
from collections.abc import Callable
from typing import Any

from groundstation.fleet.parameters.fact_entries import (
    MAX_FACTS,
    ParameterFacts,
    ParameterFactsError,
    facts_of_ardupilot,
    facts_of_px4,
)
from groundstation.fleet.parameters.fact_xml import facts_of_xml

MAX_UNPACKED_BYTES = 64_000_000
"""The largest real one, ArduPilot's XML of one vehicle, has 5 MB; more is a bomb."""
MAX_LZMA_BYTES = 128_000_000
"""Memory that unpacking may take: xz's default dictionary has 8 MB, and its head may claim 4 GB."""
GZIP, XZ = b"\x1f\x8b", b"\xfd7zXZ\0"


def facts_of(data: bytes) -> dict[str, ParameterFacts]:
    """What a metadata file says, by name of the parameter.

    Args:
        data: the file as it came: JSON or XML, plain, gzip or xz.

    Raises:
        ParameterFactsError: it is none of these, damaged, or larger than any real one.
    """
    text = unpacked(data).lstrip(b"\xef\xbb\xbf \t\r\n")
    found = facts_of_xml(text) if text.startswith(b"<") else _facts_of_json(text)
    if not found:
        raise ParameterFactsError("the file describes no parameter; fetch the vehicle's own")
    if len(found) > MAX_FACTS:
        raise ParameterFactsError(f"more than {MAX_FACTS} parameters; this is no file of one vehicle")
    return found


def unpacked(data: bytes, most: int = MAX_UNPACKED_BYTES) -> bytes:
    """A file as it was before it was packed with gzip or xz; one that was not packed as it is.

    Args:
        data: the file as it came.
        most: bytes; more is no file of its kind.

    Raises:
        ParameterFactsError: it is damaged, breaks off or is larger.
    """
    for magic, unpack in _PACKINGS.items():
        if data.startswith(magic):
            try:
                data = unpack(data, most)
            except (zlib.error, lzma.LZMAError, EOFError, MemoryError):
                raise ParameterFactsError("the packed file is damaged; fetch it again") from None
            break
    # one byte more was asked for, to tell a file of just this size from a larger one
    if len(data) > most:
        raise ParameterFactsError(f"larger than {most / 1e6:g} MB unpacked; fetch it again")
    return data


def _gunzip(data: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    found = unpacker.decompress(data, most + 1)
    return _whole(found, most, is_whole=unpacker.eof)


def _unxz(data: bytes, most: int) -> bytes:
    unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MAX_LZMA_BYTES)
    found = unpacker.decompress(data, most + 1)
    return _whole(found, most, is_whole=unpacker.eof)


def _whole(found: bytes, most: int, *, is_whole: bool) -> bytes:
    if not is_whole and len(found) <= most:
        raise ParameterFactsError("the packed file breaks off; fetch it again")
    return found


_PACKINGS: dict[bytes, Callable[[bytes, int], bytes]] = {GZIP: _gunzip, XZ: _unxz}


def _facts_of_json(text: bytes) -> dict[str, ParameterFacts]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise ParameterFactsError("this is neither JSON nor XML of parameters; fetch the file again") from None
    if not isinstance(document, dict):
        raise ParameterFactsError("the JSON is no list of parameters; fetch the vehicle's own")
    return facts_of_px4(document) if "parameters" in document else facts_of_ardupilot(document)
