# SPDX-License-Identifier: Apache-2.0
"""Units that follow from others: m by s is m/s. What is no sum of like and like is told. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

Powers = tuple[tuple[str, int], ...]
"""Powers of units, sorted by name; empty for a number without a unit."""


class Measured(NamedTuple):
    """What the numbers of a unit are made of."""

    powers: Powers
    scale: float = 1.0
    """What a number in it is multiplied with."""


_KNOWN: dict[str, Measured] = {
    "": Measured(()),
    "m": Measured((("m", 1),)),
    "s": Measured((("s", 1),)),
    "ms": Measured((("s", 1),), 1e-3),
    "µs": Measured((("s", 1),), 1e-6),
    "1/s": Measured((("s", -1),)),
    "m/s": Measured((("m", 1), ("s", -1))),
    "m/s²": Measured((("m", 1), ("s", -2))),
    "°/s": Measured((("s", -1), ("°", 1))),
    "B/s": Measured((("B", 1), ("s", -1))),
    "W": Measured((("A", 1), ("V", 1))),
}
"""Any other symbol is a unit of its own."""
_SYMBOLS = {one.powers: symbol for symbol, one in _KNOWN.items() if one.scale == 1.0}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
WRITABLE = re.compile(r"(?:m/s²|m/s2|m/s|°/s|ms|µs|mAh|Wh|hPa|rpm|°C|%|°|[msVAWB])(?![\w/°²])")
"""Units that may stand behind a number."""


def measured(symbol: str) -> Measured:
    """What a unit is made of, by its symbol."""
    symbol = {"m/s2": "m/s²"}.get(symbol, symbol)
    return _KNOWN.get(symbol) or Measured(((symbol, 1),))


def product(one: Powers, other: Powers, sign: int = 1) -> Powers:
    """The unit of a product; with a sign of -1 of a quotient."""
    found = dict(one)
    for name, power in other:
        found[name] = found.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in found.items() if power))


def root(one: Powers) -> Powers | None:
    """The unit of a square root; None where there is none."""
    if any(power % 2 for _, power in one):
        return None
    return tuple((name, power // 2) for name, power in one)


def symbol_of(powers: Powers) -> str:
    """How a unit is written."""
    known = _SYMBOLS.get(powers)
    if known is not None:
        return known
    above = "·".join(name + _raised(power) for name, power in powers if power > 0)
    below = "·".join(name + _raised(-power) for name, power in powers if power < 0)
    return f"{above or '1'}/{below}" if below else above


def _raised(power: int) -> str:
    return "" if power == 1 else str(power).translate(_RAISED)
