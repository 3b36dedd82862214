# SPDX-License-Identifier: Apache-2.0
"""How far a procedure is, and what is written down of it. Pure."""

from __future__ import annotations

import enum

import msgspec

from groundstation.fleet.commands import Actor, Args, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import AT_ONCE, GroupPolicy
from groundstation.fleet.phrases import Words


class StepState(enum.Enum):
    """What one step is for one vehicle."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


OVER = frozenset({StepState.DONE, StepState.FAILED, StepState.SKIPPED})


class Ending(enum.Enum):
    """How a procedure ended."""

    DONE = "done"
    """Every step for every vehicle."""
    FAILED = "failed"
    STOPPED = "stopped"
    """An operator wanted it so."""


class Cell(msgspec.Struct, frozen=True):
    """One step for one vehicle."""

    state: StepState = StepState.WAITING
    said: Words = ""
    """Why, or what is waited for."""
    command: str = ""
    """Id of the command that was given; empty for none."""


class StepNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is written down: a step came into a state for a vehicle."""

    at_unix_s: float
    run: str
    """Id of the run; commands that it gives have it as their batch."""
    procedure: str
    """Its name."""
    number: int
    """Of the step, from 1; 0 for the procedure as a whole."""
    kind: str
    """Of the step; empty for the whole."""
    text: str
    """What the step is about, as in its file."""
    key: VehicleKey
    by: Actor
    """Who runs it, or confirmed."""
    state: StepState
    said: Words
    """All of it in words."""


class Question(msgspec.Struct, frozen=True):
    """What an operator is asked."""

    number: int
    """Of the step, from 1."""
    key: VehicleKey | None
    """About whom; None for all at once."""
    text: str


class GiveOrder(msgspec.Struct, frozen=True):
    """Commands are to be given now."""

    keys: tuple[VehicleKey, ...]
    verb: Verb
    args: Args
    policy: GroupPolicy = AT_ONCE
    number: int = 0
    """Of the step that waits for their end, from 1; 0 for what is ordered because a step has failed."""


class StopWaiting(msgspec.Struct, frozen=True):
    """What was not sent yet is not to be sent."""

    is_failure: bool
    """One of the group has failed; else an operator wants it."""


class CancelOrder(msgspec.Struct, frozen=True):
    """A command that is under way is to be cancelled."""

    key: VehicleKey
    command: str


class Utter(msgspec.Struct, frozen=True):
    """A word is to be said to all operators."""

    text: str


Wish = GiveOrder | StopWaiting | CancelOrder | Utter
