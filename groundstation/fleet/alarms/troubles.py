# SPDX-License-Identifier: Apache-2.0
"""Which vehicles are in trouble that nobody has acknowledged, since when, and how long that is remembered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import VehicleSummary

AFTER_S = 30.0
"""A trouble that is over is still shown for so long: what flickers must not grow and shrink with each beat."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One vehicle's."""

    level: Level
    """How bad: caution or warning."""
    since_s: float
    """When it became so bad, seconds on the clock of the view."""
    seen_s: float
    """The last moment at which it was so bad, on the same clock."""


Troubles = Mapping[VehicleKey, Trouble]


def waiting_level(summary: VehicleSummary, alarms: Iterable[Alarm]) -> Level | None:
    """How bad that is which nobody has acknowledged.

    Args:
        summary: the vehicle as it is now.
        alarms: those that are about it.

    Returns:
        A level, normal where nothing is wrong; None where something is, and all of it is known or shelved.
    """
    if summary.level < Level.CAUTION:
        return Level.NORMAL
    raised = [one for one in alarms if one.is_active and one.level >= Level.CAUTION]
    # before the engine has raised it, and where there is no engine, the station's own finding counts
    if summary.level > max((one.level for one in raised), default=Level.NORMAL):
        return summary.level
    return max((one.level for one in raised if one.waits), default=None)


def remembered(before: Troubles, found: Mapping[VehicleKey, Level | None], now_s: float) -> dict[VehicleKey, Trouble]:
    """Troubles of this moment.

    Args:
        before: those of the last look.
        found: of each vehicle that is shown how bad it is now, see `waiting_level`.
        now_s: seconds on the clock of the view, which may have been set back.
    """
    kept = {key: _later(before.get(key), level, now_s) for key, level in found.items() if level is not None}
    return {key: one for key, one in kept.items() if one is not None}


def _later(old: Trouble | None, level: Level, now_s: float) -> Trouble | None:
    # another moment of a recording is looked at: what comes later there is not known here
    if old is not None and now_s < old.since_s:
        old = None
    if old is not None and level < old.level and now_s - old.seen_s < AFTER_S:
        return old
    if level < Level.CAUTION:
        return None
    since_s = old.since_s if old is not None and old.level == level else now_s
    return Trouble(level=level, since_s=since_s, seen_s=now_s)
