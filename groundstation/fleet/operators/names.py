# SPDX-License-Identifier: Apache-2.0
"""When two names are of one operator. Pure."""

from __future__ import annotations

import functools
import unicodedata

MAX_NAME = 200
"""Letters of a name that travels."""
# one person writes them the one and the other way, by the keyboard that is there; `İ` is folded to two characters
_LETTERS = str.maketrans({"\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{COMBINING DOT ABOVE}": None})


@functools.lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """The same for all ways to write a name: capitals, composed and decomposed letters, blanks around it."""
    folded = unicodedata.normalize("NFD", " ".join(name.split()).casefold())
    return unicodedata.normalize("NFC", folded.translate(_LETTERS))


def is_same(one: str, other: str) -> bool:
    """Whether two names are of one operator."""
    return one == other or name_key(one) == name_key(other)


def name_of(text: str) -> str:
    """A name as it can travel: text without ends and at most so long; empty for none.

    Args:
        text: as the system says it, where it may be bytes that are no text.
    """
    found = text.encode("utf-8", "replace").decode()
    return " ".join(found.split())[:MAX_NAME].strip()
