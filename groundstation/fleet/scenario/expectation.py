# SPDX-License-Identifier: Apache-2.0
"""What is expected of a flight, as a sentence: `uav-2 lands within 90 s of gps_loss`. One table of forms. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

import msgspec

from groundstation.fleet.errors import UsageError

TAKEOFF = "take-off"
"""The moment that all times count from: the first take-off."""
END_OF = "the end of "
LONGEST = 120


class What(StrEnum):
    """What a sentence is about."""

    LANDS = "lands"
    DISARMS = "disarms"
    TAKES_OFF = "takes off"
    MODE = "is in"
    SAYS = "says"
    REACHES = "reaches item"
    OBEYS = "obeys"
    SILENT = "falls silent"
    RESTARTS = "restarts"
    BELOW = "stays below"
    ABOVE = "stays above"
    NEAR = "stays within"
    APART = "stay apart"


class Form(NamedTuple):
    """One kind of sentence."""

    what: What
    says: str
    """Between the vehicle and its times; `{}` is the argument."""
    negated: str
    """The same with `not`; empty where that means nothing."""
    argument: str
    """What the argument is, as a regular expression; empty for none."""
    example: str
    """The argument, for people."""
    is_pair: bool = False


_N = r"\d+(?:\.\d+)?"
FORMS: tuple[Form, ...] = (
    Form(What.LANDS, "lands", "does not land", "", ""),
    Form(What.DISARMS, "disarms", "does not disarm", "", ""),
    Form(What.TAKES_OFF, "takes off", "does not take off", "", ""),
    Form(What.MODE, "is in {}", "is not in {}", r"[A-Za-z][\w.]*", "RTL"),
    Form(What.SAYS, "says '{}'", "does not say '{}'", r"[^']+", "Battery Failsafe"),
    Form(What.REACHES, "reaches item {}", "does not reach item {}", r"\d{1,5}", "3"),
    Form(What.OBEYS, "obeys {}", "does not obey {}", r"\w+", "rtl"),
    Form(What.SILENT, "falls silent", "does not fall silent", "", ""),
    Form(What.RESTARTS, "restarts", "does not restart", "", ""),
    Form(What.BELOW, "stays below {} m", "does not stay below {} m", _N, "60"),
    Form(What.ABOVE, "stays above {} m", "does not stay above {} m", _N, "5"),
    Form(What.NEAR, "stays within {} m", "does not stay within {} m", _N, "200"),
    Form(What.APART, "stay {} m apart", "", _N, "5", is_pair=True),
)
"""Every sentence there is."""
STAYS = frozenset((What.BELOW, What.ABOVE, What.NEAR, What.APART))
"""These are looked at for some time: `for 30 s`; the others may come within some."""

_ROWS = {form.what: form for form in FORMS}
_TIMES = re.compile(
    rf"(?P<body>.*?)(?: (?P<word>within|for) (?P<seconds>{_N}) s(?: of (?P<of>.+?))?| after (?P<after>.+?))?"
)
_VEHICLE = re.compile(r"(?P<one>uav-\d+)(?: and (?P<other>uav-\d+))? (?P<rest>.+)")


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence."""

    what: What
    vehicles: tuple[str, ...]
    """One, or two that stay apart."""
    argument: str = ""
    is_negated: bool = False
    within_s: float | None = None
    """It has to come so soon, or to stay so long; None: until the end."""
    of: str = TAKEOFF
    """From when on: a kind of fault, a verb of an order, or `the end of` a fault."""

    @classmethod
    def parse(cls, text: str) -> Expectation:
        """Read a sentence.

        Raises:
            UsageError: it is none; lists the forms.
        """
        head = _VEHICLE.fullmatch(" ".join(text.split()))
        times = _split(head["rest"]) if head is not None else None
        if head is None or times is None:
            raise _no_form(text)
        body, word, seconds, of = times
        for form in FORMS:
            for is_negated, says in ((False, form.says), (True, form.negated)):
                if says and form.is_pair == (head["other"] is not None):
                    before, _, after = says.partition("{}")
                    pattern = re.escape(before) + (f"({form.argument})" if form.argument else "") + re.escape(after)
                    match = re.fullmatch(pattern, body)
                    if match is not None and word in ("", "for" if form.what in STAYS else "within"):
                        return cls(
                            what=form.what,
                            vehicles=(head["one"], head["other"]) if form.is_pair else (head["one"],),
                            argument=match[1] if form.argument else "",
                            is_negated=is_negated,
                            within_s=seconds,
                            of=of,
                        )
        raise _no_form(text)

    @property
    def text(self) -> str:
        """As it is written."""
        form = _ROWS[self.what]
        says = (form.negated if self.is_negated else form.says).format(self.argument)
        return f"{' and '.join(self.vehicles)} {says}{self.times}"

    @property
    def times(self) -> str:
        """How soon, or how long, from when on; with a space before, or empty."""
        if self.within_s is None:
            return "" if self.of == TAKEOFF else f" after {self.of}"
        word = "for" if self.what in STAYS else "within"
        of = "" if self.of == TAKEOFF else f" of {self.of}"
        return f" {word} {self.within_s:.10g} s{of}"

    @property
    def number(self) -> float:
        """The argument of the forms that have a number."""
        return float(self.argument)

    def moved(self, by: int) -> Expectation:
        """The same of the vehicles that stand so many places further on."""
        return msgspec.structs.replace(self, vehicles=tuple(f"uav-{int(name[4:]) + by}" for name in self.vehicles))


def _split(rest: str) -> tuple[str, str, float | None, str] | None:
    """Body, `within` or `for` or neither, seconds, and from when on.

    What a vehicle says is in quotes and may have any of these words.
    """
    quoted = re.match(r"(?P<quoted>.*'[^']+')(?P<tail>.*)", rest)
    body, tail = (quoted["quoted"], quoted["tail"]) if quoted is not None else ("", rest)
    match = _TIMES.fullmatch(tail)
    if match is None:
        return None
    body += match["body"]
    seconds = None if match["seconds"] is None else float(match["seconds"])
    return body, match["word"] or "", seconds, match["of"] or match["after"] or TAKEOFF


def forms() -> str:
    """All forms in one line."""
    shown = []
    for form in FORMS:
        names = "uav-1 and uav-2" if form.is_pair else "uav-1"
        shown.append(f"{names} {form.says.format(form.example)}")
    return ", ".join(shown)


def _no_form(text: str) -> UsageError:
    return UsageError(
        f"expect '{text[:LONGEST]}': no sentence that can be judged; there are: {forms()}; most with 'does not', "
        "'is not'; then perhaps 'within 20 s', 'within 20 s of gps_loss', 'after rtl' (what stays: 'for 30 s')"
    )
