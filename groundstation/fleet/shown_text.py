# SPDX-License-Identifier: Apache-2.0
"""Text from outside made harmless for whatever shows it. Pure.

A no-break space and what joins the parts of a letter are text; what steers a terminal, begins a line or turns the
direction of writing is not.
"""

from __future__ import annotations

import unicodedata

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Between letters of Persian, and between the parts of a picture."""
_STEERING = frozenset(("Cc", "Cf", "Cn", "Cs", "Zl", "Zp"))
"""Unicode's categories: control characters, marks of format and direction, no characters, surrogates, ends of lines."""


def is_harmless(letter: str) -> bool:
    """Whether a letter may be shown as it is."""
    return letter.isprintable() or letter in JOINERS or unicodedata.category(letter) not in (*_STEERING, "Zs")


def harmless(text: str, mark: str = " ") -> str:
    """A text in which nothing steers who shows it.

    Args:
        text: any.
        mark: in place of each character that would; spaces of all kinds become plain ones.
    """
    # nearly every text: looked at in C, without a step for each letter
    if text.isprintable():
        return text
    return "".join(
        letter if is_harmless(letter) else " " if unicodedata.category(letter) == "Zs" else mark for letter in text
    )


def shown_path(path: str) -> str:
    """A path as text that can be shown: file names on Linux are bytes, and may be no text."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
