# SPDX-License-Identifier: Apache-2.0
"""What stands on a timeline: when something of a vehicle changed, was said, ordered or noted. Pure.

A recorder writes them as it goes (`recording/keyframes.py`), a reader of foreign logs makes the same of what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from groundstation.fleet.commands import CommandReport
from groundstation.fleet.conditions import Level
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import Words, code_of
from groundstation.fleet.sample import Name
from groundstation.fleet.vehicle import VehicleState


class LandmarkKind(Name):
    """What happened."""

    UNKNOWN = "unknown"
    ARMED = "armed"
    DISARMED = "disarmed"
    MODE = "mode"
    """`said` is the new one."""
    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    RESTART = "restart"
    """A new life of the vehicle on its bridge."""
    LEVEL = "level"
    """How bad its conditions are changed to `level`; `said` is the worst of them."""
    ALARM = "alarm"
    """One was raised that is no condition of a vehicle: `said` is what and whose, `level` how bad."""
    EVENT = "event"
    """`event` is what was told."""
    COMMAND = "command"
    """`report` is a step in the life of a command."""
    GAP = "gap"
    """Nothing at all was heard, of anybody, until `until_s`: the recorder was away, or the broker."""
    BOOKMARK = "bookmark"
    """An operator noted something; `said` is the note, `by` who."""


# a day of a large fleet has hundreds of thousands: the collector of cycles need not walk them
class Landmark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that happened."""

    at_s: float
    """When, on the clock of the recording: seconds since 1970, or since a start where no date is known."""
    kind: LandmarkKind
    key: VehicleKey | None = None
    """Which vehicle; None for none."""
    said: Words = ""
    level: Level = Level.NORMAL
    event: Event | None = None
    came_s: float | None = None
    """When an event was heard, which is later than it happened; None for what was heard as it happened."""
    report: CommandReport | None = None
    until_s: float | None = None
    """When a gap ended."""
    by: str = ""
    id: str = ""
    """Of a bookmark; a later one with the same id takes its place."""


class _Seen(msgspec.Struct):
    """What was true of a vehicle when it was looked at last."""

    session: str | None = None
    connection: LinkState | None = None
    is_armed: bool | None = None
    mode: str | None = None
    level: Level = Level.NORMAL
    said: Words = ""


_LINKS = {
    LinkState.ONLINE: LandmarkKind.ONLINE,
    LinkState.STALE: LandmarkKind.STALE,
    LinkState.OFFLINE: LandmarkKind.OFFLINE,
}


class LandmarkFinder:
    """Finds what changed in the states of a fleet that is looked at again and again."""

    def __init__(self) -> None:
        self._seen: dict[VehicleKey, _Seen] = {}

    def look(self, state: VehicleState, at_s: float) -> Iterator[Landmark]:
        """What changed of a vehicle since the last look.

        Args:
            state: as it is now.
            at_s: the moment, on the recording's clock.
        """
        seen = self._seen.get(state.key)
        is_new = seen is None
        if seen is None:
            seen = self._seen[state.key] = _Seen()
        if state.session != seen.session:
            if not is_new:
                yield Landmark(at_s=at_s, kind=LandmarkKind.RESTART, key=state.key)
            # a new life has to tell everything anew, and all of it is news
            seen.session, seen.is_armed, seen.mode = state.session, None, None
        link = state.connection.state if state.connection is not None else None
        if link is not None and link is not seen.connection:
            seen.connection = link
            yield Landmark(at_s=at_s, kind=_LINKS.get(link, LandmarkKind.UNKNOWN), key=state.key)
        is_armed = state.armed.is_armed if state.armed is not None else None
        if is_armed is not None and is_armed is not seen.is_armed:
            seen.is_armed = is_armed
            kind = LandmarkKind.ARMED if is_armed else LandmarkKind.DISARMED
            yield Landmark(at_s=at_s, kind=kind, key=state.key)
        mode = state.mode.name if state.mode is not None else None
        if mode is not None and mode != seen.mode:
            seen.mode = mode
            yield Landmark(at_s=at_s, kind=LandmarkKind.MODE, key=state.key, said=mode)

    def judge(self, key: VehicleKey, level: Level, said: Words, at_s: float) -> Iterator[Landmark]:
        """Tell when the level of a vehicle's conditions, or the worst of them while it is a bad one, changed.

        Args:
            key: which vehicle; one that was looked at.
            level: of the worst condition.
            said: the worst one.
            at_s: the moment, on the recording's clock.
        """
        seen = self._seen.get(key)
        if seen is None:
            return
        # by its code: the numbers in it change all the time
        is_other = level >= Level.CAUTION and _code(said) != _code(seen.said)
        if level != seen.level or is_other:
            seen.level, seen.said = level, said
            yield Landmark(at_s=at_s, kind=LandmarkKind.LEVEL, key=key, level=level, said=said)


def _code(said: Words) -> str:
    return code_of(said) or str(said)
