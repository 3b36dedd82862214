# SPDX-License-Identifier: Apache-2.0
"""What an expression is written in: words and signs; and how a mistake in it is told. Pure; see `expressions.py`."""

from __future__ import annotations

import re
from typing import NamedTuple

from groundstation.fleet.errors import UsageError

MAX_LETTERS = 2_000
MAX_DEPTH = 50
"""Parentheses and `not` inside each other."""
_WRITTEN = re.compile(
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


class Token(NamedTuple):
    """A word or a sign."""

    kind: str
    """`sign`, `quoted`, `word`, or `end`."""
    text: str
    begin: int
    end: int

    def is_(self, *signs: str) -> bool:
        """Whether it is one of these."""
        return self.kind in ("sign", "word") and self.text.casefold() in signs


def tokens_of(text: str) -> list[Token]:
    """Words and signs of a text, and its end.

    Raises:
        ExpressionError: there is something that is neither.
    """
    found = []
    for match in _WRITTEN.finditer(text):
        kind, begin, end = match.lastgroup or "", match.start(), match.end()
        if kind == "open":
            raise ExpressionError(f"a quotation mark is open; close it with {text[begin]}", text, begin, begin + 1)
        if kind == "strange":
            raise ExpressionError(f"'{match[0]}' means nothing here", text, begin, end)
        if kind != "blank":
            found.append(Token(kind, match[0], begin, end))
    return [*found, Token("end", "", len(text.rstrip()), len(text.rstrip()))]
