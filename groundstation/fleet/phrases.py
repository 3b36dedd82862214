# SPDX-License-Identifier: Apache-2.0
"""What the product says, as a code with arguments; words are made of it where they are shown. Pure.

A bridge does not know in which language its operators read, and a program wants no sentence: so conditions, refusals
and proofs travel as `Phrase`. What somebody else said, such as the vehicle's own STATUSTEXT, is a plain `str`.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated

import msgspec

from groundstation.fleet.english import ENGLISH
from groundstation.fleet.errors import UsageError

MAX_ARGS, MAX_PARTS, MAX_DEPTH = 16, 64, 6
"""Arguments of a phrase, entries of one that is a list, and phrases within phrases; more is not written."""
MAX_WRITTEN = 1_000
"""Characters of words; what a stranger sends may be longer."""

SEVERAL = "several"
"""Code of things that are said one after the other."""

Translate = Callable[[str], str]
Number = Callable[[float], float]
"""Gives an English template or word in another language; what it does not know it returns as it is."""


class Phrase(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One thing that is said."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    """Key of `ENGLISH`; another one, of a newer bridge, is shown as it is."""
    args: Annotated[dict[str, Value], msgspec.Meta(max_length=MAX_ARGS)] = {}
    """Numbers in the units of their names, words, or further phrases."""

    def __str__(self) -> str:
        """In English, for logs, files and errors."""
        return written(self)


class RefusedError(UsageError):
    """What was asked for can't be; says why."""

    def __init__(self, said: Words) -> None:
        """Remember why; the text of the error is English."""
        super().__init__(str(said))
        self.said = said


Value = float | str | Phrase | tuple[Phrase | str, ...]
_DECODER = msgspec.json.Decoder(Phrase)
Words = Phrase | str
"""Our own words as a code; those of others, and none at all (empty), as they are."""


def say(code: str, **args: Value | None) -> Phrase:
    """A phrase; what is not known, and what no JSON holds, is left out.

    Args:
        code: key of `ENGLISH`.
        args: what its template names.
    """
    known = {name: value for name, value in args.items() if value is not None}
    # JSON has no NaN and no infinity: they would come as null, and cost the whole message
    return Phrase(code, {name: one for name, one in known.items() if not isinstance(one, float) or math.isfinite(one)})


def joined(*parts: Words) -> Words:
    """Several things that are said one after the other; empty ones are left out."""
    said = tuple(one for one in parts if one)
    if len(said) <= 1:
        return said[0] if said else ""
    return Phrase(SEVERAL, {"parts": said})


def code_of(words: Words) -> str:
    """What is said, for programs; empty for the words of others."""
    return words.code if isinstance(words, Phrase) else ""


def every_part(words: Words) -> Iterator[Words]:
    """What is said, taken apart where it was joined."""
    parts = words.args.get("parts") if isinstance(words, Phrase) and words.code == SEVERAL else None
    yield from parts if isinstance(parts, tuple) else (words,)


def stored(words: Words) -> str:
    """As a text that a file keeps: JSON for a phrase."""
    return msgspec.json.encode(words).decode() if isinstance(words, Phrase) else words


def restored(text: str) -> Words:
    """What `stored` made; any other text is somebody's words."""
    # msgspec writes fields in their order, so what `stored` made begins with this; no vehicle's text does
    if not text.startswith('{"code":'):
        return text
    try:
        # the journal is a file on a disk: a row may be damaged, or written by a newer version
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def written(words: Words, translate: Translate = str, number: Number = float) -> str:
    """Words for people.

    Args:
        words: what is said.
        translate: gives templates and words of ours in the reader's language.
        number: gives a number that is formatted as the reader's language writes it.
    """
    # each part is bounded by its type, but many parts together are not
    return _written(words, translate, number, 0)[:MAX_WRITTEN]


def _written(words: Words, translate: Translate, number: Number, depth: int) -> str:
    if isinstance(words, str):
        return words
    # a stranger's phrase may hold itself as often as a message has room
    if depth > MAX_DEPTH:
        return "..."
    if words.code == SEVERAL:
        return "; ".join(_written(one, translate, number, depth + 1) for one in islice(every_part(words), MAX_PARTS))
    template = ENGLISH.get(words.code)
    values = {name: _value(one, translate, number, depth) for name, one in words.args.items()}
    if template is not None:
        try:
            return "".join(_sections(translate(template), values, translate))
        except (ValueError, LookupError, TypeError, AttributeError):
            # a stranger's arguments, a newer bridge's, or a slip of a translator: all of it is shown, in its own form
            pass
    shown = ", ".join(f"{name} {value}" for name, value in values.items())
    return words.code.replace("_", " ") + (f" ({shown})" if shown else "")


def _value(value: Value, translate: Translate, number: Number, depth: int) -> float | str:
    if isinstance(value, Phrase):
        return _written(value, translate, number, depth + 1)
    if isinstance(value, tuple | list):
        return ", ".join(_written(one, translate, number, depth + 1) for one in value[:MAX_PARTS])
    return number(value) if isinstance(value, float) else value


def _sections(template: str, values: dict[str, float | str], translate: Translate) -> Iterator[str]:
    for text, names, own_words, is_optional in _parsed(template):
        if is_optional and not all(values.get(name, "") != "" for name in names):
            continue
        if own_words:
            # a list of our own words came joined; each is translated by itself
            values = values | {one: ", ".join(map(translate, str(values[one]).split(", "))) for one in own_words}
        yield text.format_map(values)


_SECTION = re.compile(r"\[([^][]*)\]|([^][]+)")
_FIELD = re.compile(r"\{(\w+)(!w)?")


@functools.lru_cache(maxsize=2_048)
def _parsed(template: str) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...]:
    """Text for `str.format`, its fields, those of our own words, and whether it is left out where one is missing."""
    found = []
    for optional, plain in _SECTION.findall(template):
        fields = _FIELD.findall(optional or plain)
        names = tuple(name for name, _ in fields)
        own_words = tuple(name for name, mark in fields if mark)
        found.append(((optional or plain).replace("!w", ""), names, own_words, bool(optional)))
    return tuple(found)
