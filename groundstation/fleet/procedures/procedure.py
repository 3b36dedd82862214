# SPDX-License-Identifier: Apache-2.0
"""What a procedure is made of, as its file has it. Pure.

Conditions are in the language of the fleet list's filter (docs/adr/0018), orders are written as for `command`. What
means nothing is an error of the type, so that it is told with its place and its line.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.fleet_filter import Condition as Verdict
from groundstation.fleet.fleet_filter import parse_condition
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.order_text import parse_order
from groundstation.fleet.verbs import TRANSFER_VERBS, VERBS, Risk
from groundstation.fleet.yaml_file import wrong_field

MAX_STEPS = 100
MAX_PROCEDURES = 50
MAX_VEHICLES = 100
"""Whom one run is for."""
LONGEST_S = 24 * 3600.0
CHECK_S = 5.0
"""How long a check waits where it does not say: telemetry of every kind has come by then."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Condition = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=LONGEST_S)]
Metres = Annotated[float, msgspec.Meta(ge=0.0, le=1_000.0)]


class StepKind(enum.Enum):
    """What a step is; its value is the field that says it."""

    CHECK = "check"
    CONFIRM = "confirm"
    DO = "do"
    WAIT = "wait"
    SAY = "say"


class OnFail(enum.Enum):
    """What comes of a step that fails for a vehicle."""

    STOP = "stop"
    """Nothing new is begun for anybody."""
    GO_ON = "go_on"
    """The vehicle goes on with the next step."""
    HOLD = "hold"
    """The vehicle is told to hold and leaves the procedure, the others go on; so do the next two."""
    RETURN = "return"
    LAND = "land"


RESCUES: dict[OnFail, Verb] = {OnFail.HOLD: Verb.HOLD, OnFail.RETURN: Verb.RTL, OnFail.LAND: Verb.LAND}
"""What the vehicle is told."""
_TAKES: dict[StepKind, frozenset[str]] = {
    StepKind.CHECK: frozenset({"within_s", "on_fail"}),
    StepKind.CONFIRM: frozenset({"within_s", "on_fail", "each"}),
    StepKind.DO: frozenset({"within_s", "on_fail", "stagger_s", "spread_m", "height_step_m"}),
    StepKind.WAIT: frozenset({"within_s", "on_fail"}),
    StepKind.SAY: frozenset(),
}
"""Which further fields a kind of step has a use for: another one is a mistake of its writer."""
_DEFAULTS = {
    "within_s": None,
    "on_fail": OnFail.STOP,
    "each": False,
    "stagger_s": 0.0,
    "spread_m": 0.0,
    "height_step_m": 0.0,
}


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step; exactly one of the first five says what it is."""

    check: Condition | None = None
    """Must hold for each vehicle within `within_s`."""
    confirm: Text | None = None
    """An operator confirms it, for all at once or for each."""
    do: Text | None = None
    """A verb with its arguments; done when the command ends well for each vehicle."""
    wait: Condition | None = None
    """As `check`, but it is expected to take its time, which must be said."""
    say: Text | None = None
    """A word to all operators."""
    title: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """What it is for, in a few words."""
    within_s: Seconds | None = None
    """What is not done so long after it began has failed; None: `CHECK_S` for a check, for ever for others."""
    each: bool = False
    """A confirmation for each vehicle, in place of one for all."""
    on_fail: OnFail = OnFail.STOP
    stagger_s: Seconds = 0.0
    """Between two vehicles."""
    spread_m: Metres = 0.0
    """Between the places of a group that is sent to one point."""
    height_step_m: Metres = 0.0
    """That each of a group flies higher than the one before."""

    def __post_init__(self) -> None:
        """Look whether it means something.

        Raises:
            ValueError: it does not; names the field.
        """
        given = [kind.value for kind in StepKind if getattr(self, kind.value) is not None]
        if len(given) != 1:
            has = f"has {' and '.join(given)}" if given else "has none"
            raise ValueError(f"a step is one of {', '.join(kind.value for kind in StepKind)}; this one {has}")
        kind = self.kind
        for name, default in _DEFAULTS.items():
            if getattr(self, name) != default and name not in _TAKES[kind]:
                takes = ", ".join(sorted(_TAKES[kind])) or "nothing more"
                raise wrong_field(name, f"a step '{kind.value}' has no use for it; it takes {takes}")
        if not self.text.strip():
            raise wrong_field(kind.value, "write something")
        try:
            if kind in (StepKind.CHECK, StepKind.WAIT):
                parse_condition(self.text)
            elif kind is StepKind.DO:
                _see_order(self.order[0])
        except UsageError as error:
            raise wrong_field(kind.value, str(error)) from error
        if kind is StepKind.WAIT and self.within_s is None:
            raise wrong_field("wait", "how long at most? Give 'within_s:', in seconds")

    @property
    def kind(self) -> StepKind:
        """What it is."""
        return next(kind for kind in StepKind if getattr(self, kind.value) is not None)

    @property
    def text(self) -> str:
        """Its condition, question, order or word."""
        return str(getattr(self, self.kind.value))

    @property
    def shown(self) -> str:
        """Its title, or what it is about."""
        return self.title or self.text

    @property
    def limit_s(self) -> float | None:
        """After so long it has failed; None for never."""
        return CHECK_S if self.within_s is None and self.kind is StepKind.CHECK else self.within_s

    @property
    def test(self) -> Verdict:
        """The condition of a check or a wait, understood."""
        return parse_condition(self.text)

    @property
    def order(self) -> tuple[Verb, Args]:
        """What `do` orders, with all arguments."""
        return parse_order(self.text)

    @property
    def policy(self) -> GroupPolicy:
        """How `do` goes for a group."""
        return GroupPolicy(stagger_s=self.stagger_s, spread_m=self.spread_m, height_step_m=self.height_step_m)


def _see_order(verb: Verb) -> None:
    """See that it is an order that a procedure may give.

    Raises:
        UsageError: it is not.
    """
    if verb in TRANSFER_VERBS or verb is Verb.CANCEL:
        raise UsageError(f"'{verb.value}' needs more than a line; give it by hand before the procedure")
    # a typed word is asked for each time that it is given, whoever wrote the file
    if VERBS[verb].risk is Risk.TYPE:
        raise UsageError(f"'{verb.value}' is too dangerous for a procedure; give it by hand")


class Procedure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Steps with a name."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    """Unique in its file."""
    title: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """What it is for."""
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=MAX_STEPS)]

    @property
    def shown(self) -> str:
        """Its title, or its name."""
        return self.title or self.name

    @property
    def risk(self) -> Risk:
        """The worst that one of its orders asks of an operator."""
        return max((VERBS[one.order[0]].risk for one in self.steps if one.kind is StepKind.DO), default=Risk.NONE)


class ProcedureFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a file."""

    procedures: Annotated[tuple[Procedure, ...], msgspec.Meta(min_length=1, max_length=MAX_PROCEDURES)]

    def __post_init__(self) -> None:
        """Look whether names are unique.

        Raises:
            ValueError: two have the same.
        """
        names = [one.name for one in self.procedures]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise wrong_field("procedures", f"two are called '{twice}'")
