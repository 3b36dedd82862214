# SPDX-License-Identifier: Apache-2.0
"""What is wanted of a comparison, as a word: ``cross_track_p95<2``. Pure."""

from __future__ import annotations

import re

import msgspec

from groundstation.fleet.errors import UsageError
from groundstation.fleet.refly.comparison import FIGURES, Comparison

_FORM = re.compile(r"\s*(?P<name>\w+)\s*(?P<sign><=|<)\s*(?P<limit>\d+(?:\.\d+)?)\s*")


class Expectation(msgspec.Struct, frozen=True):
    """A figure and what it must stay below."""

    name: str
    """A key of `FIGURES`."""
    limit: float
    may_equal: bool = False

    @classmethod
    def parse(cls, text: str) -> Expectation:
        """Read an expectation.

        Raises:
            UsageError: it is none; names the figures.
        """
        match = _FORM.fullmatch(text)
        if match is None or match["name"] not in FIGURES:
            raise UsageError(
                f"--expect '{text[:60]}': write a figure, < or <=, and a number, such as 'cross_track_p95<2'; "
                f"figures are {', '.join(FIGURES)}"
            )
        return cls(match["name"], float(match["limit"]), match["sign"] == "<=")

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.name}{'<=' if self.may_equal else '<'}{self.limit:g}"

    def value(self, comparison: Comparison) -> float:
        """The figure."""
        return FIGURES[self.name](comparison)

    def is_met(self, comparison: Comparison) -> bool:
        """Whether it is as wanted."""
        value = self.value(comparison)
        return value <= self.limit if self.may_equal else value < self.limit
