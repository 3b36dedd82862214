# SPDX-License-Identifier: Apache-2.0
"""Ticks and arrows of the style sheet, in the colours of a theme. GUI thread.

A style sheet takes pictures from files only, and a theme is a table, not a folder of files: so they are drawn as SVG
and lie in Qt's resources in memory (its format 1: a tree of nodes, their names, their contents; big endian).
"""

from __future__ import annotations

import struct

from PySide6.QtCore import qRegisterResourceData

from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.theme import Theme

_TICK = "M3.5 8.5 L6.8 11.5 L12.5 4.8"
_DRAWINGS = {
    "tick": (_TICK, Ink.BACKGROUND),
    "menu-tick": (_TICK, Ink.ACCENT),
    "up": ("M4 10 L8 6 L12 10", Ink.MUTED),
    "down": ("M4 6 L8 10 L12 6", Ink.MUTED),
    "right": ("M6 4 L10 8 L6 12", Ink.MUTED),
}
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">'
    '<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>'
    "</svg>"
)
_ANY_LANGUAGE = 1
"""Qt's number of the language `C`: files for whoever has none of his own."""
_registered: dict[str, tuple[bytes, bytes, bytes]] = {}
"""By theme. Qt reads them where they lie, so they stay."""


def sheet_pictures(theme: Theme) -> dict[str, str]:
    """Where each picture of a theme lies, for `url(...)` in a style sheet; by its name in capitals: `$TICK`."""
    # registered twice, Qt would look through both
    if theme.key not in _registered:
        contents = {
            f"{theme.key}-{name}.svg": _SVG.format(path=path, colour=theme.colours[role]).encode()
            for name, (path, role) in _DRAWINGS.items()
        }
        _registered[theme.key] = parts = _packed(contents)
        qRegisterResourceData(1, *parts)
    return {name.upper().replace("-", "_"): f":/{theme.key}-{name}.svg" for name in _DRAWINGS}


def _packed(contents: dict[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """Tree, names and data of one folder with these files; Qt looks for a name by halving, so they go by their hash."""
    files = sorted(contents, key=_hash)
    tree = [struct.pack(">IHII", 0, 2, len(files), 1)]
    names, data = b"\0\0" + bytes(4), b""
    for name in files:
        tree.append(struct.pack(">IHHHI", len(names), 0, 0, _ANY_LANGUAGE, len(data)))
        names += struct.pack(">HI", len(name), _hash(name)) + name.encode("utf-16-be")
        data += struct.pack(">I", len(contents[name])) + contents[name]
    return b"".join(tree), names, data


def _hash(name: str) -> int:
    """Qt's hash of a resource's name."""
    value = 0
    for letter in name:
        value = (value << 4) + ord(letter)
        # `qt_hash` in Qt's qhash.cpp, which `rcc` uses for names
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
