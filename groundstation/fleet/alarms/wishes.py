# SPDX-License-Identifier: Apache-2.0
"""What operators want of alarms, and what becomes of an alarm by it. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from groundstation.fleet.alarms import life
from groundstation.fleet.alarms.alarm import Alarm, AlarmAction, Deed, Note
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.commands import Actor, Id
from groundstation.fleet.sample import Whole

MAX_KEYS = 1_000


class AlarmWish(msgspec.Struct, frozen=True, kw_only=True):
    """A wish about alarms (topic `_gs/<gid>/alm`)."""

    id: Annotated[Id, msgspec.Meta(min_length=1)]
    """Unique; one that comes twice counts once."""
    action: AlarmAction
    by: Actor
    keys: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_KEYS)] = ()
    """Which alarms."""
    seconds: Annotated[float, msgspec.Meta(ge=0.0, le=life.LONGEST_SHELF_S)] = 0.0
    """For `shelve`."""
    text: Note = ""
    """For `shelve` why, for `note` which, for `assign` to whom."""
    rules: RuleSet | None = None
    """For `rules`."""
    v: Whole = 1
    """Version of this format."""


def new_wish(action: AlarmAction, by: Actor, keys: tuple[str, ...] = (), **more: Any) -> AlarmWish:
    """A wish with an id of its own; `more` are its further fields."""
    return AlarmWish(id=uuid.uuid4().hex, action=action, by=by, keys=keys[:MAX_KEYS], **more)


_DONE: dict[AlarmAction, Callable[[AlarmWish, Alarm, Deed], Alarm]] = {
    AlarmAction.ACKNOWLEDGE: lambda _, alarm, deed: life.acknowledged(alarm, deed),
    AlarmAction.SHELVE: lambda wish, alarm, deed: life.shelved(alarm, deed, wish.seconds, wish.text),
    AlarmAction.UNSHELVE: lambda _, alarm, __: life.unshelved(alarm),
    AlarmAction.ASSIGN: lambda wish, alarm, _: life.assigned(alarm, wish.text[:100]),
    AlarmAction.NOTE: lambda wish, alarm, _: life.noted(alarm, wish.text),
}


def fulfilled(wish: AlarmWish, alarm: Alarm, now_unix_s: float) -> Alarm:
    """The alarm after it; the same object where nothing changes."""
    done = _DONE.get(wish.action)
    return alarm if done is None else done(wish, alarm, Deed(wish.by, now_unix_s))
