# SPDX-License-Identifier: Apache-2.0
"""Whether bytes are a whole picture of a kind that tiles have. Pure.

Looked at before anything decodes them: a server that is wrong answers with a page, a cable that is cut with a half.
"""

from __future__ import annotations

import struct
import zlib

from groundstation.fleet.tiles.tile_file import MOST_BYTES, VECTOR, TileError

_PNG = b"\x89PNG\r\n\x1a\n"


def picture_kind(data: bytes) -> str:
    """`png`, `jpg` or `webp`.

    Raises:
        TileError: it is no picture, or not all of it.
    """
    if len(data) > MOST_BYTES:
        raise TileError("a tile of more than 4 MB")
    if data.startswith(_PNG):
        return _whole("png", is_whole=_is_whole_png(data))
    if data.startswith(b"\xff\xd8\xff"):
        # some writers fill up with zeros
        return _whole("jpg", is_whole=data.rstrip(b"\0").endswith(b"\xff\xd9"))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _whole("webp", is_whole=len(data) >= 8 + int.from_bytes(data[4:8], "little"))
    if data[:2] == b"\x1f\x8b":
        raise TileError(VECTOR)
    if data.lstrip()[:1] == b"<":
        raise TileError("a page in place of a picture")
    raise TileError("no picture")


def _whole(kind: str, *, is_whole: bool) -> str:
    if not is_whole:
        raise TileError("a picture that is cut off or damaged")
    return kind


def _is_whole_png(data: bytes) -> bool:
    at = len(_PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            return False
        if zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            return False
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at = end
    return False
