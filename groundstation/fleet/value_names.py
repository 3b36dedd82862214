# SPDX-License-Identifier: Apache-2.0
"""Values by the names of their fields alone: `airspeed_mps` is `air_data.airspeed_mps`. Pure."""

from __future__ import annotations

import functools
import types
import typing

from groundstation.fleet.core_values import CORE_PATHS
from groundstation.fleet.errors import UsageError
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS
from groundstation.fleet.value_path import exists, sample_type

_NO_VALUES = frozenset({"at_s", "index", "invalid"})


@functools.cache
def _by_field() -> dict[str, tuple[str, ...]]:
    """Addresses of numbers by the field that is at their end; of what there can be several, the first."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        hints = typing.get_type_hints(sample_type(kind))
        before = f"{kind}.0" if kind in INDEXED_KINDS else kind
        for field, hint in hints.items():
            if field not in _NO_VALUES and _is_number(hint):
                found[field] = (*found.get(field, ()), f"{before}.{field}")
    return found


def _is_number(hint: object) -> bool:
    parts = set(typing.get_args(hint)) if isinstance(hint, types.UnionType) else {hint}
    return bool(parts & {int, float}) and parts <= {int, float, type(None)}


@functools.cache
def fields_named() -> tuple[str, ...]:
    """Names of fields that stand for one value, and addresses where a name stands for several; for who completes."""
    found: list[str] = []
    for field, addresses in _by_field().items():
        is_one = len(addresses) == 1 or sum(one in CORE_PATHS for one in addresses) == 1
        found += [field] if is_one else addresses
    return tuple(sorted(found))


@functools.lru_cache(maxsize=4096)
def address_named(word: str) -> str | None:
    """The address that a word stands for; None for none.

    Args:
        word: an address, or the name of a field.

    Raises:
        UsageError: several values have that name.
    """
    if exists(word):
        return word
    addresses = _by_field().get(word, ())
    if len(addresses) > 1:
        # what every vehicle tells, whatever it is
        core = tuple(one for one in addresses if one in CORE_PATHS)
        if len(core) != 1:
            raise UsageError(f"several values are called '{word}': {', '.join(addresses)}; write one of these")
        addresses = core
    return addresses[0] if addresses else None
