# SPDX-License-Identifier: Apache-2.0
"""Topics for reading: what is invisible in them is made visible. Pure; a topic itself is never changed."""

from __future__ import annotations

import unicodedata

SPACE_MARK = "\N{MIDDLE DOT}"


def visible_level(level: str) -> str:
    """A level with its leading and trailing blanks as middle dots, an empty one as a mark, controls escaped."""
    if not level:
        return "\N{EMPTY SET}"
    bare = level.strip(" ")
    before = len(level) - len(level.lstrip(" "))
    # a level of blanks only has all of them before
    after = len(level) - len(bare) - before if bare else 0
    shown = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in bare)
    return SPACE_MARK * before + shown + SPACE_MARK * after


def visible_topic(topic: str, separator: str = "/") -> str:
    """A whole topic, level by level."""
    return separator.join(visible_level(level) for level in topic.split("/"))


def has_marks(topic: str) -> bool:
    """Whether a level begins or ends with a blank, is empty, or holds something that doesn't print."""
    return visible_topic(topic) != topic


def look(topic: str) -> str:
    """What a topic looks like: two topics of one look are told apart by their bytes only."""
    return unicodedata.normalize("NFKC", topic)
