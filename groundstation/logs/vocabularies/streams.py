# SPDX-License-Identifier: Apache-2.0
"""Values in recordings of our own topics, where they are called what they are called everywhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from groundstation.fleet.value_path import codes_of, kind_of
from groundstation.logs.sources import Source, coded, largest, number
from groundstation.transport.leaves import LEAVES, LINK, STATE, VEHICLE

_CARRIERS = (*(one.name for one in LEAVES if one.owner == VEHICLE and one.field == "samples" and one is not STATE),)
"""Streams of samples; which of them a kind comes on is the bridge's choice."""
_AT_ONCE = frozenset({"armed", "landed"})
"""Kinds whose change is told on `state` at once; of all others it only repeats some."""


def sources(path: str, fields: Mapping[str, Iterable[str]]) -> tuple[Source, ...]:
    """Where a value is, the best first.

    Args:
        path: the value's address.
        fields: names of the fields of each message of the vehicle.
    """
    found = []
    first, last = ((STATE.name,), ()) if kind_of(path) in _AT_ONCE else ((), (STATE.name,))
    for message in (*first, *_CARRIERS, *last, LINK.name):
        names = set(fields.get(message, ()))
        if path in names:
            codes = codes_of(path)
            found.append(number(message, path) if codes is None else coded(message, path, codes))
            continue
        # a list has a field for each of its numbers, and the largest counts, as in the other vocabularies
        items = tuple(sorted(one for one in names if re.fullmatch(rf"{re.escape(path)}\.\d+", one)))
        if items:
            found.append(largest(message, items))
    return tuple(found)
