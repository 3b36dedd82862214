# SPDX-License-Identifier: Apache-2.0
"""Facts of parameters, and how the entries of ArduPilot's and PX4's metadata say them. Pure.

An entry that is damaged costs its field, not the file: metadata helps, and nothing depends on it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.parameters.parameter import is_possible_name, value_text
from groundstation.fleet.shown_text import harmless

MAX_FACTS = 20_000
"""Parameters of one file; ArduPilot describes 6,000, with those of every option."""
MAX_SHORT, MAX_LONG, MAX_CHOICES = 200, 5_000, 1_000
"""Characters of a title and of an explanation, and values or bits of one parameter."""
_RANGE = re.compile(r"\s*(\S+)\s+(\S+)\s*")
_INDEX = re.compile(r"\{n\}")
MOST_PLAIN = 2**32
"""Ends of ranges below are written in all their digits."""
MOST_INSTANCES = 16
"""How many numbers a `{n}` in a name of PX4 stands for, 0 to 15."""


class ParameterFactsError(GroundStationError):
    """A metadata file that can't be used."""


class ParameterFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known of one parameter; plain text of strangers."""

    name: str
    short: str = ""
    """A title."""
    long: str = ""
    """An explanation, of many lines."""
    unit: str = ""
    """As its file writes it: `m/s`, `cdeg`; empty without one, or where it is not known."""
    low: float | None = None
    """Least recommended value; autopilots store others too. None where it is not known."""
    high: float | None = None
    increment: float | None = None
    default: float | None = None
    """None where it is not known, as in ArduPilot's files."""
    values: tuple[tuple[float, str], ...] = ()
    """Values that have a meaning, and which."""
    bits: tuple[tuple[int, str], ...] = ()
    """Numbers of bits, from 0, and their meaning."""
    needs_reboot: bool = False
    is_read_only: bool = False
    """A word alone: ArduPilot stores what is written all the same (observed)."""
    is_calibration: bool = False
    is_volatile: bool = False
    """Whether the vehicle changes it by itself."""
    group: str = ""
    is_advanced: bool = False
    """Whether it is for those who know what they do."""

    def is_outside(self, value: float) -> bool:
        """Whether a value is outside of the recommended range, as far as there is one."""
        return (self.low is not None and value < self.low) or (self.high is not None and value > self.high)

    @property
    def range(self) -> str:
        """The recommended range: `0 to 20`, or with one end `≥ 0.07`; empty without any."""
        low, high = ("" if end is None else _end_text(end) for end in (self.low, self.high))
        if low and high:
            return f"{low} to {high}"
        return f"\N{GREATER-THAN OR EQUAL TO} {low}" if low else f"\N{LESS-THAN OR EQUAL TO} {high}" if high else ""

    def meaning(self, value: float) -> str:
        """What a value means; empty where it has no word."""
        return next((words for one, words in self.values if one == value), "")

    def is_unknown(self, value: float) -> bool:
        """Whether values have a meaning, and this one has none; of bits every sum has one."""
        return bool(self.values) and not self.bits and all(value != one for one, _ in self.values)


def facts_of_ardupilot(document: Mapping[str, Any]) -> dict[str, ParameterFacts]:
    """What `apm.pdef.json` says: groups of parameters, in which every value is a text."""
    found: dict[str, ParameterFacts] = {}
    for group, entries in document.items():
        if group == "json" or not isinstance(entries, dict):
            continue
        for key, entry in entries.items():
            name = key.rpartition(":")[2]
            if isinstance(entry, dict) and is_possible_name(name):
                found[name] = of_ardupilot(name, group, entry)
    return found


def of_ardupilot(name: str, group: str, entry: Mapping[str, Any]) -> ParameterFacts:
    """One parameter of ArduPilot.

    Args:
        name: without the vehicle's.
        group: whose parameter it is.
        entry: its fields by their names in `apm.pdef.json`, which begin with a capital where ArduPilot itself makes the
            file, and partly without in what others have made of it.
    """
    low, high = _range(entry.get("Range"))
    return ParameterFacts(
        name=name,
        short=text_of(_either(entry, "DisplayName", "displayName"), MAX_SHORT),
        long=text_of(_either(entry, "Description", "description"), MAX_LONG),
        unit=text_of(entry.get("Units"), MAX_SHORT),
        low=low,
        high=high,
        increment=number_of(entry.get("Increment")),
        values=_choices(entry.get("Values")),
        bits=_bits(entry.get("Bitmask")),
        needs_reboot=is_true(entry.get("RebootRequired")),
        is_read_only=is_true(entry.get("ReadOnly")),
        is_calibration=is_true(entry.get("Calibration")),
        is_volatile=is_true(entry.get("Volatile")),
        group=text_of(group, MAX_SHORT),
        is_advanced=_either(entry, "User", "user") == "Advanced",
    )


def facts_of_px4(document: Mapping[str, Any]) -> dict[str, ParameterFacts]:
    """What `parameter.json` says, in either of its spellings."""
    entries = document.get("parameters")
    found: dict[str, ParameterFacts] = {}
    for entry in entries if isinstance(entries, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else None
        for one in _names(name) if isinstance(name, str) else ():
            found[one] = _of_px4(one, entry)
    return found


def _names(name: str) -> Iterable[str]:
    """The names that one of PX4 stands for: `{n}` is a number."""
    if not _INDEX.search(name):
        return (name,) if is_possible_name(name) else ()
    made = (_INDEX.sub(str(number), name) for number in range(MOST_INSTANCES))
    return tuple(one for one in made if is_possible_name(one))


def _of_px4(name: str, entry: Mapping[str, Any]) -> ParameterFacts:
    return ParameterFacts(
        name=name,
        short=text_of(_either(entry, "shortDesc", "shortDescription"), MAX_SHORT),
        long=text_of(_either(entry, "longDesc", "longDescription"), MAX_LONG),
        unit=text_of(entry.get("units"), MAX_SHORT),
        low=number_of(_either(entry, "min", "minValue")),
        high=number_of(_either(entry, "max", "maxValue")),
        increment=number_of(entry.get("increment")),
        default=number_of(_either(entry, "default", "defaultValue")),
        values=_choices(_pairs(entry.get("values"), "value")),
        bits=_bits(_pairs(entry.get("bitmask"), "index")),
        needs_reboot=is_true(entry.get("rebootRequired")),
        is_read_only=is_true(entry.get("readOnly")),
        # PX4 has no word for it, but a family of names
        is_calibration=name.startswith("CAL_"),
        is_volatile=is_true(entry.get("volatile")),
        group=text_of(entry.get("group"), MAX_SHORT),
        is_advanced=entry.get("category") in ("Developer", "System"),
    )


def _end_text(end: float) -> str:
    # a PX4 recommends up to 9999999 and 10000000, which six digits or a power of ten would not tell
    return str(int(end)) if end.is_integer() and abs(end) < MOST_PLAIN else value_text(end)


def _either(entry: Mapping[str, Any], new: str, old: str) -> Any:
    return entry[new] if new in entry else entry.get(old)


def _pairs(rows: Any, key: str) -> dict[Any, Any]:
    """PX4's rows as ArduPilot's pairs."""
    told = rows if isinstance(rows, list) else []
    pairs = [(one.get(key), one.get("description")) for one in told if isinstance(one, dict)]
    return {code: words for code, words in pairs if isinstance(code, (int, float, str))}


def text_of(value: Any, most: int) -> str:
    """A text of strangers made harmless and short; empty for what is none."""
    if not isinstance(value, str):
        return ""
    lines = (" ".join(harmless(line).split()) for line in value[:most].splitlines())
    return "\n".join(lines).strip()


def number_of(value: Any) -> float | None:
    """A finite number, or a text of one; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def is_true(value: Any) -> bool:
    """Whether a flag is set, as a word or as JSON's own."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1", "yes"))


def _range(value: Any) -> tuple[float | None, float | None]:
    if isinstance(value, dict):
        return number_of(value.get("low")), number_of(value.get("high"))
    found = _RANGE.fullmatch(value) if isinstance(value, str) else None
    return (number_of(found[1]), number_of(found[2])) if found is not None else (None, None)


def _choices(codes: Any) -> tuple[tuple[float, str], ...]:
    if not isinstance(codes, dict):
        return ()
    rows = ((number_of(code), text_of(words, MAX_SHORT)) for code, words in list(codes.items())[:MAX_CHOICES])
    # JSON sorts them as texts, "10" before "2"
    return tuple(sorted((code, words) for code, words in rows if code is not None))


def _bits(codes: Any) -> tuple[tuple[int, str], ...]:
    # of 32 bits, from 0, in their order: as texts "10" stands before "2"
    return tuple(sorted((int(code), words) for code, words in _choices(codes) if code.is_integer() and 0 <= code < 32))
