# SPDX-License-Identifier: Apache-2.0
"""Texts as they are compared when somebody searches. Pure."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans("ıİ", "ii")


def folded(text: str) -> str:
    """A text as it is compared: without case, accents and the dot of the i, so that a Turkish keyboard finds all."""
    # nearly every text, and of a million topics each is asked: there is nothing to take apart
    if text.isascii():
        return text.lower()
    # accents apart from their letters, so that they can be left out
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()
