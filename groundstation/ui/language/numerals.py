# SPDX-License-Identifier: Apache-2.0
"""How numbers and dates are written in the language of the window, and what is understood when they are typed. Pure.

Only for what an operator reads and types: files, messages and the command line have a point and ISO dates everywhere.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from PySide6.QtCore import QLocale

_FIELDS = {"d": "%d", "M": "%m", "y": "%Y"}
_PERCENT_FIRST = (QLocale.Language.Turkish, QLocale.Language.Basque)
"""By CLDR, the Unicode Consortium's table of locales."""
_ISO = ("%Y-%m-%d", "%Y-%m", "%m-%d")
"""Dates in layouts, the whole one first: the others are parts of it."""


class Numerals(NamedTuple):
    """The signs of a language."""

    decimal: str = "."
    """Between whole and parts."""
    group: str = ","
    """Between thousands."""
    order: tuple[str, ...] = ("%Y", "%m", "%d")
    """Of year, month and day."""
    sign: str = "-"
    """Between them."""
    is_percent_first: bool = False
    """Whether the sign of a share stands before its number."""

    def written(self, text: str) -> str:
        """A number as Python writes it, with the signs of the language."""
        return text.translate({ord("."): self.decimal, ord(","): self.group})

    def percent(self, number: str) -> str:
        """A share, given the number of its hundredths."""
        return f"%{number}" if self.is_percent_first else f"{number} %"

    def layout(self, layout: str) -> str:
        """A layout for `strftime` whose dates are ISO's, with the order and signs of the language."""
        for iso in _ISO:
            layout = layout.replace(iso, self.sign.join(one for one in self.order if one in iso))
        return layout


def numerals_of(locale: QLocale) -> Numerals:
    """The signs of a locale; of English, and of what is not known, a point and ISO dates.

    English has ISO dates: 03/04 is two days in two countries that speak it.
    """
    if locale.language() in (QLocale.Language.C, QLocale.Language.English):
        return Numerals()
    group = locale.groupSeparator()
    # a space at which no line is broken, whatever the locale's is
    signs = locale.decimalPoint(), "\N{NO-BREAK SPACE}" if not group.strip() else group
    day = locale.dateFormat(QLocale.FormatType.ShortFormat)
    order = tuple(dict.fromkeys(_FIELDS[letter] for letter in day if letter in _FIELDS))
    between = re.search(r"[dMy]([./-])[dMy]", day)
    is_first = locale.language() in _PERCENT_FIRST
    if len(order) != 3 or between is None:
        return Numerals(*signs, is_percent_first=is_first)
    return Numerals(*signs, order, between[1], is_first)


def number_from_text(text: str) -> float:
    """A number that was typed or pasted, with a comma or a point.

    Raises:
        ValueError: it is none.
    """
    bare = text.strip().replace("\N{MINUS SIGN}", "-")
    if bare.count(",") + bare.count(".") > 1 or "_" in bare:
        raise ValueError(f"no number: {text}")
    return float(bare.replace(",", "."))
