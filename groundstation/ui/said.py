# SPDX-License-Identifier: Apache-2.0
"""What was said by code, in the operator's language. GUI thread; no widgets.

A language is a Qt translation of the templates of `fleet/english.py`, in a context of their own.
"""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.english import ENGLISH
from groundstation.fleet.errors import UsageError
from groundstation.fleet.phrases import RefusedError, Words, written
from groundstation.fleet.settings.measures import Dimension, dimension_of
from groundstation.ui.language.shown import shown
from groundstation.ui.settings.chosen import chosen

CONTEXT = "Phrases"
"""Of the templates in Qt's translations."""


MARK, LONG, BARE = "|", "long", "-"
_NUMBER = re.compile(r"\{(\w+)(?::([^{}|]*))?\}(?:\s?(km|m/s|m)\b(?!\u00b2|/))?")
"""A number with its unit, as templates have them in every language."""
HEIGHTS_OF = {
    (ENGLISH[code], name): "height_m"
    for code, name in (
        ("point_too_low", "limit_m"),
        ("point_too_high", "limit_m"),
        ("at_of", "target_m"),
        ("home_height_is_off", "off_m"),
        ("check_high", "limit_m"),
        ("remedy_raise", "by_m"),
        ("remedy_lift", "by_m"),
        ("remedy_lift_all", "by_m"),
        ("diff_height", "other_m"),
        ("check_near_ground", "apart_m"),
        ("check_near_ground", "wanted_m"),
    )
}
"""Numbers that are heights although their names say it not: a height is never told beside a limit in another unit."""


def translated(template: str) -> str:
    """A template or a word of ours in the operator's language."""
    return QCoreApplication.translate(CONTEXT, template)


class _Measured(float):
    """Writes itself in the unit that the operator has chosen, where its layout says what it measures."""

    def __format__(self, layout: str) -> str:
        layout, mark, what = layout.partition(MARK)
        what, bare = what.removesuffix(BARE), what.endswith(BARE)
        if not mark:
            return format(shown(float(self)), layout)
        metres = float(self) * (1_000.0 if what == LONG else 1.0)
        unit = chosen().measures.long() if what == LONG else chosen().measures.of(Dimension(what))
        number = metres * unit.factor + unit.offset
        # a limit of exactly 120 m is not said with seven digits in feet
        is_free = layout.endswith("g") and unit.factor not in (1.0, 1e-3)
        text = format(shown(float(f"{number:.4g}") if is_free else number), layout)
        return text if bare else f"{text} {unit.symbol}"


def _measured(value: float) -> float:
    return _Measured(value)


@functools.lru_cache(maxsize=4_096)
def _marked(template: str, english: str) -> str:
    """A translated template whose lengths, heights and speeds are followed by no unit, but write theirs themselves."""

    def mark(found: re.Match[str]) -> str:
        name, layout, symbol = found.groups()
        # without a unit behind it, as the first of `5 of 10 m`
        bare = "" if symbol else BARE
        field = HEIGHTS_OF.get((english, name), name)
        what = LONG if symbol == "km" else getattr(dimension_of(field), "value", None)
        return found[0] if what is None else f"{{{name}:{layout or ''}{MARK}{what}{bare}}}"

    return _NUMBER.sub(mark, template)


def _measuring(template: str) -> str:
    return _marked(translated(template), template)


def said(words: Words) -> str:
    """A condition, a refusal or a proof in words, its numbers in the units of the settings."""
    return written(words, _measuring, _measured)


def said_by(error: UsageError) -> str:
    """Why something was refused here, in words."""
    return said(error.said) if isinstance(error, RefusedError) else str(error)


def said_of(record: CommandRecord) -> str:
    """Why a command ended, or how far it is, with the vehicle's own words."""
    return record.words(_measuring, _measured)
