# SPDX-License-Identifier: Apache-2.0
"""What Qt's translator takes, made of a catalogue in memory: no build step between a file and the window. Pure.

The format is that of Qt's .qm files (qtbase `qtranslator.cpp`, qttools `linguist/shared/qm.cpp`): a table of hashes
behind which the messages stand. Plural forms have their number as Qt's comment, see `speaking.counted`.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator

from groundstation.ui.language.catalogue import Catalogue

_MAGIC = bytes((0x3C, 0xB8, 0x64, 0x18, 0xCA, 0xEF, 0x9C, 0x95, 0xCD, 0x21, 0x1C, 0xBF, 0x60, 0xA1, 0xBD, 0xDD))
_HASHES, _MESSAGES = 0x42, 0x69
_END, _TRANSLATION, _SOURCE, _CONTEXT, _COMMENT = 1, 3, 6, 7, 8


def form_mark(number: int) -> str:
    """Qt's comment of a plural form."""
    return f"form {number}"


@functools.lru_cache(maxsize=4)
def compiled(catalogue: Catalogue) -> bytes:
    """A catalogue for `QTranslator.load`; what is not finished is left out, and shown in English."""
    hashes, messages = [], bytearray()
    for context, source, comment, translation in _told(catalogue):
        hashes.append((_elf_hash(source.encode() + comment.encode()), len(messages)))
        messages += _message(context, source, comment, translation)
    table = b"".join(struct.pack(">II", *one) for one in sorted(hashes))
    return _MAGIC + _section(_HASHES, table) + _section(_MESSAGES, bytes(messages))


def _told(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str]]:
    for entry in catalogue.entries:
        if not entry.is_finished:
            continue
        if not entry.plural:
            yield entry.context, entry.source, "", entry.translations[0]
            continue
        for number, text in enumerate(entry.translations):
            yield entry.context, entry.source, form_mark(number), text


def _section(tag: int, data: bytes) -> bytes:
    return struct.pack(">BI", tag, len(data)) + data


def _message(context: str, source: str, comment: str, translation: str) -> bytes:
    parts = ((_COMMENT, comment.encode()), (_SOURCE, source.encode()), (_CONTEXT, context.encode()))
    told = _section(_TRANSLATION, translation.encode("utf-16-be"))
    return told + b"".join(_section(tag, data) for tag, data in parts) + bytes((_END,))


def _elf_hash(data: bytes) -> int:
    found = 0
    for byte in data:
        found = (found << 4) + byte
        high = found & 0xF0000000
        found = (found ^ (high >> 24)) & ~high & 0xFFFFFFFF
    # zero is no hash to Qt
    return found or 1
