# SPDX-License-Identifier: Apache-2.0
"""The life of one alarm: each step makes another frozen one. Pure.

    raise ──> ACTIVE ──acknowledge──> ACKNOWLEDGED
                │ returns                  │ returns
                v                          v
             RETURNED ──acknowledge──>   OVER

One that is raised again before it is over is the same alarm. One that becomes worse than it was when somebody
acknowledged it is not acknowledged any more.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.alarms.alarm import Alarm, AlarmState, Deed, Shelf
from groundstation.fleet.conditions import Level
from groundstation.fleet.phrases import Words

MAX_COUNT = 1_000_000
"""A forger could begin with any."""
LONGEST_SHELF_S = 24 * 3600.0


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule sees at one moment at which it holds."""

    level: Level
    said: Words = ""
    value: float | None = None
    unit: str = ""


def seen_again(alarm: Alarm, sight: Sight, now_unix_s: float) -> Alarm:
    """It is so, still or again.

    Returns:
        The same object where nothing has changed but the number.
    """
    is_back = not alarm.is_active
    if not is_back and sight.level == alarm.level:
        return alarm
    # worse than whoever acknowledged or shelved it has seen
    is_worse = sight.level > alarm.worst
    asks = is_back or is_worse or alarm.state is AlarmState.ACTIVE
    return _next(
        alarm,
        level=sight.level,
        worst=max(alarm.worst, sight.level),
        said=sight.said,
        value=sight.value,
        unit=sight.unit,
        state=AlarmState.ACTIVE if asks else alarm.state,
        acknowledged=None if asks else alarm.acknowledged,
        shelf=None if is_worse else alarm.shelf,
        raised_unix_s=now_unix_s if is_back else alarm.raised_unix_s,
        returned_unix_s=None,
        count=min(alarm.count + int(is_back), MAX_COUNT),
    )


def told_anew(alarm: Alarm, sight: Sight) -> Alarm:
    """The same with the number of now."""
    return _next(alarm, said=sight.said, value=sight.value, unit=sight.unit)


def returned(alarm: Alarm, now_unix_s: float) -> Alarm:
    """It is no longer so."""
    if not alarm.is_active:
        return alarm
    is_known = alarm.state is AlarmState.ACKNOWLEDGED
    # who put it on the shelf knows of it
    state = AlarmState.OVER if is_known and alarm.shelf is None else AlarmState.RETURNED
    return _next(alarm, state=state, returned_unix_s=now_unix_s)


def acknowledged(alarm: Alarm, deed: Deed) -> Alarm:
    """Somebody knows."""
    if alarm.state is AlarmState.ACTIVE:
        return _next(alarm, state=AlarmState.ACKNOWLEDGED, acknowledged=deed, worst=alarm.level)
    if alarm.state is AlarmState.RETURNED:
        return _next(alarm, state=AlarmState.OVER, acknowledged=deed)
    return alarm


def shelved(alarm: Alarm, deed: Deed, seconds: float, reason: str) -> Alarm:
    """Out of the way for a time, with a reason; for a day at most."""
    until_unix_s = deed.at_unix_s + min(max(seconds, 1.0), LONGEST_SHELF_S)
    return _next(alarm, shelf=Shelf(deed=deed, until_unix_s=until_unix_s, reason=reason))


def unshelved(alarm: Alarm) -> Alarm:
    """Back from the shelf: who was shelved while it was so asks again; what has returned meanwhile is over."""
    if alarm.shelf is None:
        return alarm
    if not alarm.is_active:
        return _next(alarm, shelf=None, state=AlarmState.OVER)
    return _next(alarm, shelf=None, state=AlarmState.ACTIVE, acknowledged=None)


def assigned(alarm: Alarm, operator: str) -> Alarm:
    """To whom it is given; empty for nobody."""
    return alarm if alarm.assigned == operator else _next(alarm, assigned=operator)


def noted(alarm: Alarm, note: str) -> Alarm:
    """With another note."""
    return alarm if alarm.note == note else _next(alarm, note=note)


def covers(alarm: Alarm, members: tuple[str, ...], affected: int) -> Alarm:
    """A group with other members."""
    if (alarm.members, alarm.affected) == (members, affected):
        return alarm
    return _next(alarm, members=members, affected=affected)


def _next(alarm: Alarm, **changed: object) -> Alarm:
    return msgspec.structs.replace(alarm, revision=alarm.revision + 1, **changed)
