# SPDX-License-Identifier: Apache-2.0
"""An alarm and what operators do about it: the types that travel. Pure.

States after ISA-18.2: an alarm is active or has returned to normal, and is acknowledged or not; one that has returned
and is acknowledged is over. Beside that it can be shelved for a time.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec

from groundstation.fleet.commands import Actor, Id
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey, is_vehicle_id
from groundstation.fleet.phrases import Words
from groundstation.fleet.sample import Name, Whole

MAX_MEMBERS = 1_000
"""Sources that a group names; how many there are is told beside it."""
MAX_NOTE = 500
SourceText = Annotated[str, msgspec.Meta(max_length=300)]
Note = Annotated[str, msgspec.Meta(max_length=MAX_NOTE)]


def alarm_key(rule: str, source: str) -> str:
    """What identifies an alarm: the same everywhere."""
    return hashlib.blake2s(f"{rule}\0{source}".encode(), digest_size=12).hexdigest()


class AlarmState(Name):
    """Where in its life an alarm is."""

    UNKNOWN = "unknown"
    ACTIVE = "active"
    """Raised, and nobody has acknowledged it."""
    ACKNOWLEDGED = "acknowledged"
    """Still so, and somebody knows."""
    RETURNED = "returned"
    """No longer so, and nobody has acknowledged that it was."""
    OVER = "over"
    """No longer so, and known; told once, then forgotten."""


class Deed(msgspec.Struct, frozen=True, gc=False):
    """Who did something, and when."""

    by: Actor
    at_unix_s: float
    """By the clock of the engine's computer."""


class Shelf(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An alarm is out of the way for a time."""

    deed: Deed
    until_unix_s: float
    reason: Note = ""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm (topic `_alm/<key>/now`), said again with each change."""

    key: Id
    """The same for the same rule and source, for ever."""
    rule: Id
    """Name of the rule."""
    source: SourceText
    """`fleet/uav-1`, a sensor's topic, or what a group has in common."""
    title: Annotated[str, msgspec.Meta(max_length=100)]
    """What is wrong, in a few words of the rule."""
    said: Words = ""
    """What, with the number that matters; of the latest moment at which it was so."""
    value: float | None = None
    """That number, where the rule is about one, in `unit`."""
    unit: Annotated[str, msgspec.Meta(max_length=20)] = ""
    advice: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """What to do."""
    level: Level
    """How bad it is now; of one that has returned how bad it was last."""
    worst: Level
    """The worst since somebody acknowledged it."""
    state: AlarmState
    raised_unix_s: float
    """When it became so, by the engine's computer."""
    returned_unix_s: float | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    """How often it was raised since it was over last."""
    acknowledged: Deed | None = None
    shelf: Shelf | None = None
    assigned: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """To which operator."""
    note: Note = ""
    members: Annotated[tuple[SourceText, ...], msgspec.Meta(max_length=MAX_MEMBERS)] = ()
    """Whom a group covers now; empty for a single one."""
    affected: Whole = 1
    """How many it covers."""
    revision: Whole = 0
    """Grows with each change."""
    v: Whole = 1
    """Version of this format."""

    @property
    def vehicle(self) -> VehicleKey | None:
        """Whose alarm it is; None for a sensor's or a group's."""
        root, _, own_id = self.source.partition("/")
        return VehicleKey(root, own_id) if root in ("fleet", "sim") and is_vehicle_id(own_id) else None

    @property
    def is_active(self) -> bool:
        """Whether it is so now."""
        return self.state in (AlarmState.ACTIVE, AlarmState.ACKNOWLEDGED)

    @property
    def waits(self) -> bool:
        """Whether somebody has to acknowledge it."""
        return self.state in (AlarmState.ACTIVE, AlarmState.RETURNED) and self.shelf is None

    @property
    def urgency(self) -> tuple[int, int, int, float]:
        """A sort key, the most urgent first: shelved ones last, then who waits, by level, the newest first."""
        level = self.worst if self.waits else self.level
        return int(self.shelf is not None), int(not self.waits), -level, -self.raised_unix_s


class AlarmAction(Name):
    """What an operator does about alarms."""

    UNKNOWN = "unknown"
    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    ASSIGN = "assign"
    NOTE = "note"
    RULES = "rules"
    """The rules are replaced."""


class EngineState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An engine says that it is there (topic `_alm/<engine>/engine`, and its MQTT will)."""

    is_online: bool = True
    leads: bool = False
    """Whether it is the one that raises."""
    term: Whole = 0
    """Grows with each change of the leader; of two leaders the one with the lower term steps back."""
    rules: Whole = 0
    """Revision of its rules."""
    alarms: Whole = 0
    """How many it keeps."""
    dropped: Whole = 0
    """Wishes and changes that a full queue cost."""
    version: Annotated[str, msgspec.Meta(max_length=60)] = ""
