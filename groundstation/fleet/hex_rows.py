# SPDX-License-Identifier: Apache-2.0
"""Bytes for reading. Pure."""

from __future__ import annotations

A_ROW = 16


def hex_rows(data: bytes, first: int = 0) -> list[str]:
    """Bytes in rows of sixteen: where, which, and as letters.

    Args:
        data: as many as are to be shown.
        first: where they stand in the whole.
    """
    rows = []
    for at in range(0, len(data), A_ROW):
        part = data[at : at + A_ROW]
        letters = "".join(chr(one) if 32 <= one < 127 else "." for one in part)
        rows.append(f"{first + at:06x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  {letters}")
    return rows
