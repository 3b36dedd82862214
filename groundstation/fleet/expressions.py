# SPDX-License-Identifier: Apache-2.0
"""The language in which vehicles are chosen: in the fleet list, on the command line, in alarms (docs/adr/0018). Pure.

    battery < 30 and mode == "AUTO"
    flying not alarm (height > 50 or speed >= 10)
    abs(velocity.ground_speed_mps - air_data.airspeed_mps) > 5 m/s

Terms that stand side by side must all hold. From the loosest to the tightest: `or`, `and`, `not` (or `-`), comparisons.
What is not known is neither so nor not so: `not battery < 30` does not let a vehicle through whose battery nobody
knows. What the words mean is a `Words`: this file knows only the grammar. A parser after Pratt.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import MAX_DEPTH, MAX_LETTERS, ExpressionError, Token, tokens_of
from groundstation.fleet.folded import folded
from groundstation.fleet.formulas import Formula, Leaf, fits, formula_at, value_of

Subject = TypeVar("Subject")
Test = Callable[[Subject], bool | None]
"""Whether something holds of a subject; None where that is not known."""

_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_EQUAL, _CONTAINS = ("=", "==", "!="), ":"


class Number(NamedTuple, Generic[Subject]):
    """A word that stands for a number."""

    get: Callable[[Subject], float | None]
    unit: str = ""
    """May be written behind a number that it is compared with."""
    told_unit: Callable[[Subject], str] | None = None
    """Of a value that tells its unit itself."""


class Set(NamedTuple, Generic[Subject]):
    """A word that stands for what a subject is in, as a group."""

    test: Callable[[str], Test[Subject] | None]
    """Whether a subject is in the one of this name; None where there is no such one. Raises `UsageError`."""
    names: Callable[[], Sequence[str]]
    """All of them, for what is said of a mistake."""


class Words(NamedTuple, Generic[Subject]):
    """What words mean; all names in small letters."""

    numbers: Mapping[str, Number[Subject]]
    texts: Mapping[str, Callable[[Subject], str | None]]
    questions: Mapping[str, Callable[[Subject], bool | None]]
    anywhere: Callable[[Subject], tuple[str, ...]]
    """Where a word that is none of these is looked for."""
    address: Callable[[str], Number[Subject] | None] = lambda _: None
    """What a word stands for that is no name of a number, and may be the address of one."""
    has_names_with_blanks: bool = False
    """Whether what stands in quotation marks before a comparison is a name."""
    takes_any_word: bool = True
    """Whether a word that is none of these is looked for; else it is a mistake."""
    sets: Mapping[str, Set[Subject]] = MappingProxyType({})

    def number(self, name: str) -> Number[Subject] | None:
        """What a word stands for, in small letters; None when it is no number."""
        return self.numbers.get(name) or self.address(name)


def parse(text: str, words: Words[Subject]) -> Test[Subject]:
    """A test from what somebody wrote; an empty text lets everything through.

    Args:
        text: as written.
        words: what it may be about.

    Raises:
        ExpressionError: it means nothing.
    """
    if len(text) > MAX_LETTERS:
        raise ExpressionError(
            f"that is longer than {MAX_LETTERS} letters", text[:MAX_LETTERS], MAX_LETTERS, MAX_LETTERS
        )
    return _Parser(text, words).whole()


class _Parser(Generic[Subject]):
    """Goes through the tokens once."""

    def __init__(self, text: str, words: Words[Subject]) -> None:
        self._text, self._words = text, words
        self._tokens = tokens_of(text)
        self._place = self._depth = 0

    def whole(self) -> Test[Subject]:
        if self._next.kind == "end":
            return lambda _: True
        test = self._either()
        if self._next.kind != "end":
            raise self._error("there is no '(' for this ')'", self._next)
        return test

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _error(self, words: str, token: Token) -> ExpressionError:
        return ExpressionError(words, self._text, token.begin, token.end)

    def _either(self) -> Test[Subject]:
        tests = [self._both()]
        while self._next.is_("or"):
            self._take()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda one: _any(test(one) for test in tests)

    def _both(self) -> Test[Subject]:
        tests = [self._term()]
        # `and` may be left out, as it always could in the filter box
        while self._next.kind != "end" and not self._next.is_("or", ")"):
            if self._next.is_("and"):
                self._take()
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda one: _all(test(one) for test in tests)

    def _term(self) -> Test[Subject]:
        token = self._take()
        # the parser calls itself for each: a long row of '(' would end in a RecursionError
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} parentheses inside each other", token)
        test = self._term_of(token)
        self._depth -= 1
        return test

    def _term_of(self, token: Token) -> Test[Subject]:
        sums = self._sums(token)
        if sums is not None:
            return sums
        if token.is_("("):
            test = self._either()
            if not self._take().is_(")"):
                raise self._error("this '(' is not closed; write a ')'", token)
            return test
        if token.is_("not") or (token.kind == "word" and token.text == "-"):
            return _not(self._term())
        if token.kind == "end" or token.is_("and", "or", ")"):
            raise self._error("a word, a comparison or '(' is missing here", token)
        if token.kind == "sign":
            raise self._error(f"write what is compared before '{token.text}', as in battery {token.text} 30", token)
        if token.kind == "word" and token.text.startswith("-"):
            rest = Token("word", token.text[1:], token.begin + 1, token.end)
            return _not(self._word(rest))
        return self._word(token)

    def _sums(self, token: Token) -> Test[Subject] | None:
        """A comparison in which something is computed; None where none stands here."""
        left = formula_at(self._text, token.begin, self._look) if token.kind != "end" else None
        sign = self._token_from(left[1]) if left is not None else None
        if left is None or sign is None or sign.text not in _COMPARISONS:
            return None
        right = formula_at(self._text, sign.end, self._look)
        # what is compared with a plain number has its own words of what is wrong
        if right is None or not (left[0].is_computed or right[0].is_computed or (left[0].names and right[0].names)):
            return None
        if not fits(left[0].powers, right[0].powers):
            one, other = (one.symbol or "a number without a unit" for one in (left[0], right[0]))
            raise self._error(f"{one} and {other} can't be compared", sign)
        self._skip_to(right[1])
        return self._compared(left[0], sign.text, right[0])

    def _compared(self, left: Formula, sign: str, right: Formula) -> Test[Subject]:
        gets = {name: known.get for name in (*left.names, *right.names) if (known := self._words.number(name))}
        compare = _COMPARISONS[sign]

        def holds(one: Subject) -> bool | None:
            both = [value_of(side, lambda name: gets[name](one)) for side in (left, right)]
            return None if both[0] is None or both[1] is None else compare(both[0], both[1])

        return holds

    def _look(self, word: str) -> Leaf | None:
        name = word.casefold()
        known = self._words.number(name)
        return None if known is None else Leaf(name, known.unit if known.told_unit is None else None)

    def _token_from(self, begin: int) -> Token:
        """The first one that begins there or later."""
        return next(one for one in self._tokens[self._place :] if one.begin >= begin or one.kind == "end")

    def _skip_to(self, begin: int) -> None:
        while self._next.kind != "end" and self._next.begin < begin:
            self._place += 1

    def _word(self, token: Token) -> Test[Subject]:
        """A comparison, a question, or a word that is looked for."""
        sign = self._next
        if sign.kind == "sign" and sign.text not in ("(", ")"):
            self._take()
            return self._comparison(token, sign)
        question = self._words.questions.get(token.text.casefold()) if token.kind == "word" else None
        if question is None and not self._words.takes_any_word:
            known = ", ".join(self._words.questions)
            raise self._error(f"'{token.text}' is no question; there are {known}, and comparisons", token)
        return question if question is not None else self._anywhere(_content(token))

    def _comparison(self, left: Token, sign: Token) -> Test[Subject]:
        is_name = left.kind == "word" or self._words.has_names_with_blanks
        name, right = (_content(left) if is_name else left.text).casefold(), self._value(sign)
        if is_name and self._words.number(name) is not None:
            return self._of_number(name, sign, right)
        if name in self._words.texts:
            return self._of_text(name, sign, right)
        if name in self._words.questions and sign.text in _EQUAL:
            return self._of_question(name, sign, right)
        if name in self._words.sets:
            return self._of_set(name, sign, right)
        # 30 > battery is written, too; what has the sign in the middle then turns round
        mirrored = right.text.casefold()
        is_mirrored = right.kind == "word" and self._words.number(mirrored) is not None
        if is_mirrored and _number(left.text, "") is not None and sign.text != _CONTAINS:
            return self._of_number(mirrored, sign._replace(text=_MIRRORED.get(sign.text, sign.text)), left)
        known = ", ".join((*self._words.numbers, *self._words.texts, *self._words.sets))
        raise self._error(
            f"'{left.text}' is nothing that can be compared; there are {known}, "
            "and the address of any value, as in gps.0.satellites",
            left,
        )

    def _value(self, sign: Token) -> Token:
        token = self._take()
        if token.kind in ("word", "quoted"):
            return token
        raise self._error(f"a value is missing behind '{sign.text}', as in battery {sign.text} 30", token)

    def _of_number(self, name: str, sign: Token, value: Token) -> Test[Subject]:
        known = self._words.number(name)
        assert known is not None  # noqa: S101 - looked up by who calls
        number = _number(value.text, known.unit) if value.kind == "word" else None
        if number is None or sign.text == _CONTAINS:
            example = f"{name} {'<' if sign.text == _CONTAINS else sign.text} 30"
            raise self._error(f"'{name}' is compared with a number, as in {example}", value)
        # the unit apart from its number, as in 10 m
        if known.unit and self._next.kind == "word" and self._next.text == known.unit:
            self._take()
        get, compare = known.get, _COMPARISONS[sign.text]

        def holds(one: Subject) -> bool | None:
            found = get(one)
            # each comparison with NaN is false, which would be an answer where none is known
            return None if found is None or math.isnan(found) else compare(found, number)

        return holds

    def _of_text(self, name: str, sign: Token, value: Token) -> Test[Subject]:
        if sign.text not in (*_EQUAL, _CONTAINS):
            raise self._error(f"'{name}' is a text: ask with '==', '!=' or ':' (which means contains)", sign)
        get, wanted = self._words.texts[name], folded(_content(value))

        def holds(one: Subject) -> bool | None:
            found = get(one)
            if found is None:
                return None
            if sign.text == _CONTAINS:
                return wanted in folded(found)
            return (wanted == folded(found)) is (sign.text != "!=")

        return holds

    def _of_set(self, name: str, sign: Token, value: Token) -> Test[Subject]:
        """Of one by its whole name: half a name would choose vehicles that nobody meant."""
        if sign.text not in (*_EQUAL, _CONTAINS):
            raise self._error(f"'{name}' is a name: ask with ':' or '!='", sign)
        one = self._words.sets[name]
        try:
            test = one.test(_content(value))
        except UsageError as error:
            raise self._error(str(error), value) from error
        if test is None:
            known = ", ".join(one.names()) or "none yet"
            raise self._error(f"there is no {name} '{_content(value)}'; there are: {known}", value)
        return _not(test) if sign.text == "!=" else test

    def _of_question(self, name: str, sign: Token, value: Token) -> Test[Subject]:
        wanted = _TRUTHS.get(value.text.casefold())
        if wanted is None:
            raise self._error(f"'{name}' is yes or no, as in {name} == yes, or just {name}", value)
        question, is_it = self._words.questions[name], wanted is (sign.text != "!=")
        return question if is_it else _not(question)

    def _anywhere(self, wanted: str) -> Test[Subject]:
        letters, places = folded(wanted), self._words.anywhere
        return lambda one: any(letters in folded(text) for text in places(one))


def _content(token: Token) -> str:
    return token.text[1:-1] if token.kind == "quoted" else token.text


def _number(text: str, unit: str) -> float | None:
    try:
        number = float(text.removesuffix(unit) if unit else text)
    except ValueError:
        return None
    # float() also takes 1_000, nan, and digits of other scripts, which would be misread names here
    return number if math.isfinite(number) and text.isascii() and "_" not in text else None


def _not(test: Test[Subject]) -> Test[Subject]:
    def holds(one: Subject) -> bool | None:
        found = test(one)
        return None if found is None else not found

    return holds


def _all(found: object) -> bool | None:
    verdicts = list(found)  # type: ignore[call-overload]
    # one that does not hold decides, whatever is not known of the others
    return False if False in verdicts else None if None in verdicts else True


def _any(found: object) -> bool | None:
    verdicts = list(found)  # type: ignore[call-overload]
    # one that holds decides, whatever is not known of the others
    return True if True in verdicts else None if None in verdicts else False
