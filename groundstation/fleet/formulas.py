# SPDX-License-Identifier: Apache-2.0
"""Sums, differences, products and quotients of values, in filters, rules and plots: one grammar (docs/adr/0018). Pure.

    velocity.ground_speed_mps - air_data.airspeed_mps
    abs(attitude.roll_deg)    max(vibration.x_mps2, vibration.y_mps2)    sqrt(x * x + y * y)

A number may have its unit behind it; one without takes that of what it stands beside. What is unknown makes the whole
unknown, and so does what has no result. A text of others costs at most what its bounds let it cost.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import MAX_DEPTH, MAX_LETTERS, ExpressionError
from groundstation.fleet.quantities import WRITABLE, Powers, measured, product, root, symbol_of

Numbers = Any
"""A number, or an array of them; NaN where unknown."""
Values = Callable[[str], Numbers]
"""Tells the value of a name."""
Acts = Mapping[str, Callable[..., Numbers]]
"""What `+ - * /`, `neg`, `abs`, `sqrt`, `min` and `max` do with numbers: unknown of one is unknown of all."""
Compute = Callable[[Values, Acts], Numbers]
MOST_OPERATIONS = 100
MOST_NAMES = 8
"""Different values in one formula."""
_PIECE = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)(?![\w.])"
    r"|(?P<name>[^\W\d]\w*(?:\.\w+)*)|(?P<quoted>\"[^\"]*\")|(?P<sign>[-+*/(),]))"
)


class Leaf(NamedTuple):
    """A value that a formula may be about."""

    name: str
    """By which its values are asked for."""
    symbol: str | None
    """Of its unit; None where nobody knows which it is."""


Look = Callable[[str], Leaf | None]
"""What a word stands for; None for nothing. May raise `UsageError`."""


class Formula(NamedTuple):
    """What was written, understood."""

    text: str
    names: tuple[str, ...]
    """Of the values that it is about, each once."""
    powers: Powers | None
    """Its unit; None of a number to which any may belong."""
    of: Compute
    is_computed: bool
    """Whether it is more than one name or number."""

    @property
    def symbol(self) -> str:
        """Of its unit."""
        return symbol_of(self.powers or ())


class _Part(NamedTuple):
    of: Compute
    powers: Powers | None


_SUMS, _PRODUCTS = ("+", "-"), ("*", "/")
_FUNCTIONS = {"abs": (1, 1), "sqrt": (1, 1), "min": (2, MOST_NAMES), "max": (2, MOST_NAMES)}
"""Least and most arguments."""


def _divided(one: float, other: float) -> float:
    return one / other if other else math.nan


def _known(act: Callable[..., float]) -> Callable[..., float]:
    # min() and max() of NaN are whatever stands first
    return lambda *both: math.nan if any(math.isnan(one) for one in both) else act(*both)


PLAIN: Acts = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "neg": operator.neg,
    "abs": abs,
    "sqrt": lambda one: math.sqrt(one) if one >= 0.0 else math.nan,
    "min": _known(min),
    "max": _known(max),
}
"""With single numbers."""


def parse_formula(text: str, look: Look) -> Formula:
    """A formula from what somebody wrote.

    Args:
        text: all of it.
        look: what words stand for.

    Raises:
        ExpressionError: it means nothing; tells where, and what would.
    """
    if len(text) > MAX_LETTERS:
        words = f"that is longer than {MAX_LETTERS} letters"
        raise ExpressionError(words, text[:MAX_LETTERS], MAX_LETTERS, MAX_LETTERS)
    parser = _Parser(text, 0, look, is_alone=True)
    formula = parser.formula()
    if text[parser.at :].strip():
        raise parser.error("an operation is missing here, as + - * /", parser.at)
    return formula


def formula_at(text: str, begin: int, look: Look) -> tuple[Formula, int] | None:
    """A formula within an expression.

    Args:
        text: all of the expression.
        begin: first letter.
        look: what words stand for.

    Returns:
        The formula, and where it ends; None where none stands there.

    Raises:
        ExpressionError: it is one, and can't be.
    """
    parser = _Parser(text, begin, look, is_alone=False)
    try:
        return parser.formula(), parser.at
    except ExpressionError:
        # what is no formula may be something else, unless only a formula can be meant
        if parser.is_meant:
            raise
        return None


def value_of(formula: Formula, values: Callable[[str], float | None]) -> float | None:
    """Compute one number; None where something is unknown or there is no result."""

    def known(name: str) -> float:
        found = values(name)
        return math.nan if found is None else found

    found = float(formula.of(known, PLAIN))
    return found if math.isfinite(found) else None


def fits(one: Powers | None, other: Powers | None) -> bool:
    """Whether two may be added and compared."""
    return one is None or other is None or one == other


class _Parser:
    """Goes through the letters once."""

    def __init__(self, text: str, begin: int, look: Look, *, is_alone: bool) -> None:
        self._text, self.at, self._look, self._is_alone = text, begin, look, is_alone
        self._begin = begin
        self._names: dict[str, None] = {}
        self._depth = self._operations = 0
        self.is_meant = False
        """Whether what stands here can be nothing but a formula."""

    def formula(self) -> Formula:
        part = self._sum()
        text = self._text[self._begin : self.at].strip()
        return Formula(text, tuple(self._names), part.powers, part.of, self._operations > 0)

    def error(self, words: str, begin: int, end: int | None = None) -> ExpressionError:
        at = begin + len(self._text[begin:]) - len(self._text[begin:].lstrip())
        return ExpressionError(words, self._text, at, max(at, self.at if end is None else end))

    def _peek(self) -> re.Match[str] | None:
        return _PIECE.match(self._text, self.at)

    def _takes(self, *signs: str) -> str:
        """The sign that comes next, if it is one of these; it is taken."""
        piece = self._peek()
        sign = piece["sign"] if piece is not None else None
        if piece is None or sign is None or sign not in signs:
            return ""
        is_apart, is_joined = piece.start("sign") > self.at, not self._text[piece.end() : piece.end() + 1].strip()
        # in a filter `height -armed` is "height, and not armed"
        if sign == "-" and not self._is_alone and is_apart and not is_joined:
            return ""
        self.at = piece.end()
        return sign

    def _sum(self) -> _Part:
        left = self._product()
        while True:
            begin = self.at
            sign = self._takes(*_SUMS)
            if not sign:
                return left
            left = self._added(left, self._product(), begin, sign)

    def _product(self) -> _Part:
        left = self._factor()
        while True:
            begin = self.at
            sign = self._takes(*_PRODUCTS)
            if not sign:
                return left
            right = self._factor()
            self._count(begin)
            both_any = left.powers is None and right.powers is None
            powers = None if both_any else product(left.powers or (), right.powers or (), 1 if sign == "*" else -1)
            left = _Part(_applied(sign, left, right), powers)

    def _added(self, left: _Part, right: _Part, begin: int, sign: str) -> _Part:
        self._count(begin)
        if not fits(left.powers, right.powers):
            self.is_meant = True
            one, other = (_told(part.powers) for part in (left, right))
            raise self.error(f"{one} and {other} have no {'sum' if sign == '+' else 'difference'}", begin)
        return _Part(_applied(sign, left, right), left.powers if left.powers is not None else right.powers)

    def _factor(self) -> _Part:
        begin = self.at
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} parentheses inside each other", begin)
        try:
            return self._factor_at(begin)
        finally:
            self._depth -= 1

    def _factor_at(self, begin: int) -> _Part:
        piece = self._peek()
        if piece is None:
            raise self.error("a value, a number or '(' is missing here", begin)
        if piece["sign"] == "-":
            self.at = piece.end()
            self._count(begin)
            part = self._factor()
            return _Part(lambda values, acts: acts["neg"](part.of(values, acts)), part.powers)
        if piece["sign"] == "(":
            self.at = piece.end()
            part = self._sum()
            self._close(begin)
            return part
        if piece["sign"] is not None:
            raise self.error(f"a value is missing before '{piece['sign']}'", begin, piece.end())
        self.at = piece.end()
        if piece["number"] is not None:
            return self._number(float(piece["number"]))
        return self._named(piece, begin)

    def _number(self, number: float) -> _Part:
        behind = self._text[self.at :]
        unit = WRITABLE.match(behind.lstrip())
        if unit is None:
            return _Part(lambda _values, _acts: number, None)
        self.at += len(behind) - len(behind.lstrip()) + unit.end()
        found = measured(unit[0])
        scaled = number * found.scale
        return _Part(lambda _values, _acts: scaled, found.powers)

    def _named(self, piece: re.Match[str], begin: int) -> _Part:
        word = piece["name"] if piece["name"] is not None else piece["quoted"][1:-1]
        if piece["name"] is not None and word.casefold() in _FUNCTIONS and self._takes("("):
            return self._function(word.casefold(), begin)
        try:
            leaf = self._look(word)
        except UsageError as error:
            raise self.error(str(error), begin) from error
        if leaf is None:
            known = ", ".join(f"{one}()" for one in _FUNCTIONS)
            raise self.error(f"'{word}' is no value; write an address, as in gps.0.satellites, or {known}", begin)
        self._names[leaf.name] = None
        if len(self._names) > MOST_NAMES:
            raise self.error(f"more than {MOST_NAMES} different values", begin)
        name = leaf.name
        if leaf.symbol is None:
            return _Part(lambda values, _acts: values(name), None)
        found = measured(leaf.symbol)
        return _Part(lambda values, acts: acts["*"](values(name), found.scale), found.powers)

    def _function(self, name: str, begin: int) -> _Part:
        self.is_meant = True
        least, most = _FUNCTIONS[name]
        self._count(begin)
        parts = [self._sum()]
        while self._takes(","):
            parts.append(self._sum())
        self._close(begin)
        if not least <= len(parts) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise self.error(f"{name}() takes {wanted} values, and not {len(parts)}", begin)
        if name == "sqrt":
            powers = root(parts[0].powers or ())
            if powers is None:
                raise self.error(f"{_told(parts[0].powers)} has no square root", begin)
            return _Part(_applied(name, parts[0]), None if parts[0].powers is None else powers)
        if len(parts) == 1:
            return _Part(_applied(name, parts[0]), parts[0].powers)
        whole = parts[0]
        for part in parts[1:]:
            if not fits(whole.powers, part.powers):
                raise self.error(f"{_told(whole.powers)} and {_told(part.powers)} can't be compared", begin)
            whole = _Part(_applied(name, whole, part), whole.powers if whole.powers is not None else part.powers)
        return whole

    def _close(self, begin: int) -> None:
        if not self._takes(")"):
            raise self.error("this '(' is not closed; write a ')'", begin)

    def _count(self, begin: int) -> None:
        # each is a call inside another one when it is computed
        self._operations += 1
        if self._operations > MOST_OPERATIONS:
            raise self.error(f"more than {MOST_OPERATIONS} operations", begin)


def _applied(act: str, *parts: _Part) -> Compute:
    return lambda values, acts: acts[act](*(part.of(values, acts) for part in parts))


def _told(powers: Powers | None) -> str:
    return symbol_of(powers or ()) or "a number without a unit"
