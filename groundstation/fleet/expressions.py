# SPDX-License-Identifier: Apache-2.0
"""The language in which vehicles are chosen: in the fleet list, on the command line, in alarms (docs/adr/0018). Pure.

    battery < 30 and mode == "AUTO"
    flying not alarm (height > 50 or speed >= 10)

Terms that stand side by side must all hold. From the loosest to the tightest: `or`, `and`, `not` (or `-`), comparisons.
What is not known is neither so nor not so: `not battery < 30` does not let a vehicle through whose battery nobody
knows. What the words mean is a `Words`: this file knows only the grammar. A parser after Pratt.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from groundstation.fleet.errors import UsageError
from groundstation.fleet.folded import folded

Subject = TypeVar("Subject")
Test = Callable[[Subject], bool | None]
"""Whether something holds of a subject; None where that is not known."""

MAX_LETTERS = 2_000
MAX_DEPTH = 50
"""Parentheses and `not` inside each other."""
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
_TOKEN = re.compile(
    r"""(?P<blank>\s+)|(?P<sign><=|>=|==|!=|[<>=:()])|(?P<quoted>"[^"]*"|'[^']*')|(?P<open>["'].*)"""
    r"""|(?P<word>[^\s<>=:!()"]+)|(?P<strange>.)""",
    re.DOTALL,
)


class ExpressionError(UsageError):
    """A text that means nothing; tells where, and what would."""

    def __init__(self, words: str, text: str, begin: int, end: int) -> None:
        """Say it.

        Args:
            words: what is wrong and what helps.
            text: the whole text.
            begin: first letter of what is wrong, from 0.
            end: behind its last letter; `begin` where something is missing there.
        """
        self.words, self.text, self.begin, self.end = words, text, begin, end
        place = "at the end" if begin >= len(text.rstrip()) else f"at letter {begin + 1}"
        super().__init__(f"{words}, {place}: {self.marked}")

    @property
    def marked(self) -> str:
        """The text with marks around what is wrong."""
        return f"{self.text[: self.begin]}▸{self.text[self.begin : self.end]}◂{self.text[self.end :]}"


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


class _Token(NamedTuple):
    kind: str
    """`sign`, `quoted`, `word`, or `end`."""
    text: str
    begin: int
    end: int

    def is_(self, *signs: str) -> bool:
        return self.kind in ("sign", "word") and self.text.casefold() in signs


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


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind, begin, end = match.lastgroup or "", match.start(), match.end()
        if kind == "open":
            raise ExpressionError(f"a quotation mark is open; close it with {text[begin]}", text, begin, begin + 1)
        if kind == "strange":
            raise ExpressionError(f"'{match[0]}' means nothing here", text, begin, end)
        if kind != "blank":
            found.append(_Token(kind, match[0], begin, end))
    return [*found, _Token("end", "", len(text.rstrip()), len(text.rstrip()))]


class _Parser(Generic[Subject]):
    """Goes through the tokens once."""

    def __init__(self, text: str, words: Words[Subject]) -> None:
        self._text, self._words = text, words
        self._tokens = _tokens(text)
        self._place = self._depth = 0

    def whole(self) -> Test[Subject]:
        if self._next.kind == "end":
            return lambda _: True
        test = self._either()
        if self._next.kind != "end":
            raise self._error("there is no '(' for this ')'", self._next)
        return test

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _error(self, words: str, token: _Token) -> ExpressionError:
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

    def _term_of(self, token: _Token) -> Test[Subject]:
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
            rest = _Token("word", token.text[1:], token.begin + 1, token.end)
            return _not(self._word(rest))
        return self._word(token)

    def _word(self, token: _Token) -> Test[Subject]:
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

    def _comparison(self, left: _Token, sign: _Token) -> Test[Subject]:
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

    def _value(self, sign: _Token) -> _Token:
        token = self._take()
        if token.kind in ("word", "quoted"):
            return token
        raise self._error(f"a value is missing behind '{sign.text}', as in battery {sign.text} 30", token)

    def _of_number(self, name: str, sign: _Token, value: _Token) -> Test[Subject]:
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

    def _of_text(self, name: str, sign: _Token, value: _Token) -> Test[Subject]:
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

    def _of_set(self, name: str, sign: _Token, value: _Token) -> Test[Subject]:
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

    def _of_question(self, name: str, sign: _Token, value: _Token) -> Test[Subject]:
        wanted = _TRUTHS.get(value.text.casefold())
        if wanted is None:
            raise self._error(f"'{name}' is yes or no, as in {name} == yes, or just {name}", value)
        question, is_it = self._words.questions[name], wanted is (sign.text != "!=")
        return question if is_it else _not(question)

    def _anywhere(self, wanted: str) -> Test[Subject]:
        letters, places = folded(wanted), self._words.anywhere
        return lambda one: any(letters in folded(text) for text in places(one))


def _content(token: _Token) -> str:
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
