# SPDX-License-Identifier: Apache-2.0
"""What may be written next in a filter, by what stands before the cursor. Pure; see `fleet_filter.py`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from groundstation.fleet.awareness.derived import AWARENESS, Awareness
from groundstation.fleet.fleet_filter import GROUP, WORDS
from groundstation.fleet.folded import folded
from groundstation.fleet.groups import GroupBook
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS
from groundstation.fleet.summary import VehicleSummary, natural_order
from groundstation.fleet.value_path import exists, sample_type

MOST = 12
"""Suggestions at once."""
LEAST_OF_ADDRESS = 3
"""Letters before addresses of values are among them: there are hundreds."""
HIDDEN = ("at_s", "index", "invalid")
SIGNS = ("<", "<=", ">", ">=", "==", "!=")
TEXT_SIGNS = (":", "==", "!=")
JOINTS = ("and", "or")
_PLAIN = re.compile(r"[^\s<>=:!()\"',-][^\s<>=:!()\"']*")
_BEFORE = re.compile(
    r"(?P<left>[^\s<>=:!()\"']+)\s*(?P<sign><=|>=|==|!=|[<>=:])\s*(?P<value>\"[^\"]*|'[^']*|[^\s<>=:!()\"']*)$"
)
_OPERATOR = re.compile(r"(?P<left>[^\s<>=:!()\"']+)\s+$")
_WORD = re.compile(r"[^\s<>=:!()\"']*$")
_DONE = re.compile(r"(?:[<>=:]\s*(?:[^\s<>=:!()\"']+|\"[^\"]*\"|'[^']*')|\))\s+$")


class Completion(NamedTuple):
    """What may stand in the place of some letters."""

    begin: int
    """First letter that is replaced."""
    end: int
    """Behind the last one: the cursor."""
    texts: tuple[str, ...]
    """What may stand there, the likeliest first; empty for nothing."""


class Vocabulary(NamedTuple):
    """What values there are now."""

    values: Mapping[str, Sequence[str]]
    """Of each text of the filter, as `mode`, those that vehicles have."""


def vocabulary(summaries: Iterable[VehicleSummary], groups: GroupBook) -> Vocabulary:
    """Values of a fleet as it is now."""
    found = list(summaries)
    values: dict[str, list[str]] = {}
    for name, get in WORDS.texts.items():
        # conditions are sentences with numbers that change: nobody completes them
        if name != "is":
            values[name] = sorted({text for one in found if (text := get(one))}, key=natural_order)
    values[GROUP] = [one.name for one in groups.groups]
    return Vocabulary(values)


def completion(text: str, cursor: int, known: Vocabulary) -> Completion:
    """What may be written next.

    Args:
        text: of the filter.
        cursor: behind which letter the cursor stands.
        known: values of the fleet.
    """
    before = text[:cursor]
    value = _BEFORE.search(before)
    if value is not None:
        return _of_value(value, cursor, known)
    if _DONE.search(before):
        return Completion(cursor, cursor, JOINTS)
    operator = _OPERATOR.search(before)
    if operator is not None:
        name = operator["left"].casefold()
        return Completion(cursor, cursor, _signs(name) or _words("", known))
    word = _WORD.search(before)
    begun = word[0] if word is not None else ""
    negated = begun.startswith("-")
    begin = cursor - len(begun) + negated
    return Completion(begin, cursor, _words(begun[negated:], known))


def _of_value(match: re.Match[str], cursor: int, known: Vocabulary) -> Completion:
    name, begun = match["left"].casefold(), match["value"]
    begin = cursor - len(begun)
    wanted = folded(begun.lstrip("\"'"))
    found = [one for one in known.values.get(name, ()) if wanted in folded(one)]
    found.sort(key=lambda one: not folded(one).startswith(wanted))
    if name in WORDS.questions:
        found = [one for one in ("yes", "no") if one.startswith(wanted)]
    texts = tuple(_written(one) for one in found[:MOST])
    # what is written whole needs no help
    return Completion(begin, cursor, () if texts == (begun,) else texts)


def _written(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    # what has both kinds of quotation marks can't be written at all
    return f'"{text}"' if '"' not in text else f"'{text}'"


def _signs(name: str) -> tuple[str, ...]:
    if WORDS.number(name) is not None:
        return SIGNS
    return TEXT_SIGNS if name in WORDS.texts else (":", "!=") if name == GROUP else ()


def _words(begun: str, known: Vocabulary) -> tuple[str, ...]:
    wanted = folded(begun)
    groups = [f"{GROUP}:{_written(name)}" for name in known.values.get(GROUP, ())]
    words = [*WORDS.numbers, *WORDS.texts, GROUP, *WORDS.questions, "not", *groups]
    found = [one for one in words if folded(one).startswith(wanted)]
    if begun:
        ids = (*known.values.get("id", ()), *known.values.get("name", ()))
        found += [_written(one) for one in ids if folded(one).startswith(wanted)]
        found += [one for one in groups if one not in found and wanted in folded(one)]
    if len(begun) >= LEAST_OF_ADDRESS:
        found += [one for one in addresses() if wanted in one.casefold() and one not in found]
    unique = tuple(dict.fromkeys(found))[:MOST]
    return () if unique == (begun,) else unique


@functools.cache
def addresses() -> Sequence[str]:
    """Addresses of all values of a vehicle; of what there may be several of, the first."""
    found: list[str] = []
    for kind in KINDS:
        begin = f"{kind}.0" if kind in INDEXED_KINDS else kind
        found += (f"{begin}.{field}" for field in sample_type(kind).__struct_fields__ if field not in HIDDEN)
    found += (f"{AWARENESS}.{field}" for field in Awareness.__struct_fields__ if field not in HIDDEN)
    return tuple(one for one in found if exists(one))
