# SPDX-License-Identifier: Apache-2.0
"""The lives of one vehicle as a station hears them: which session is shown, and which others still speak. Pure.

A bridge stamps each life with a session id. A new one is shown at once, since that is a restart nearly always; but one
message with a made-up id, or a second bridge that dies again, must not blind the station for the life that goes on.
"""

from __future__ import annotations

import copy

import msgspec

from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.vehicle import SAME_S, VehicleState

MAX_OTHERS = 3
"""Lives of a vehicle that are followed besides the one that is shown."""
BACK_MESSAGES, BACK_SPAN_S = 3, 1.0
"""A former life is shown again when it said at least so many messages, and the first and last are so far apart."""
SILENT_S = 1.5
"""and the life that is shown has been silent for so long. A vehicle is told of once a second at least."""
ALIVE_MESSAGES, ALIVE_SPAN_S = 3, 1.5
"""So much fresh telemetry after a death that was told, over so long, shows that the vehicle is heard."""
_BY_AUTOPILOT = ("mode", "attitude", "position")
"""Kinds of samples that only a vehicle that is heard can renew."""


class Spoken(msgspec.Struct):
    """Live messages in a row: how many, and when."""

    first_s: float = 0.0
    last_s: float = -1e9
    count: int = 0

    def add(self, at_s: float) -> None:
        """One more."""
        self.first_s = at_s if not self.count else self.first_s
        self.last_s, self.count = max(self.last_s, at_s), self.count + 1

    def is_enough(self, messages: int, span_s: float) -> bool:
        """Whether it was not a single message, nor a heap that came at once."""
        return self.count >= messages and self.last_s - self.first_s >= span_s


class Other(msgspec.Struct):
    """A life that is not shown."""

    state: VehicleState
    spoken: Spoken
    said: int
    """Live messages of it before, while it was shown."""

    @property
    def worth(self) -> tuple[bool, float]:
        """What counts when one has to be forgotten: whether it ever spoke more than a forger does at once, and when."""
        return self.said + self.spoken.count >= BACK_MESSAGES, self.spoken.last_s


class LivesRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of `Lives` at a moment, for a recording: from there it goes on as if it had never stopped."""

    shown: VehicleState
    spoken: Spoken
    said: int = 0
    others: dict[str, Other] = {}
    before_death: Connection | None = None
    since_death: Spoken = msgspec.field(default_factory=Spoken)


class Lives:
    """All lives of one vehicle."""

    def __init__(self, state: VehicleState) -> None:
        """Begin with the first.

        Args:
            state: of that life; its `session` names it.
        """
        self.shown = state
        """What the station shows."""
        self._spoken = Spoken()
        self._said = 0
        """Live messages of the life that is shown, before it was shown again."""
        self._others: dict[str, Other] = {}
        self._before_death: Connection | None = None
        self._since_death = Spoken()

    def record(self) -> LivesRecord:
        """All of it as it is now; what was said (`messages`) is left out, a recording has that apart."""
        others = {
            name: Other(_without_messages(one.state), copy.copy(one.spoken), one.said)
            for name, one in self._others.items()
        }
        return LivesRecord(
            shown=_without_messages(self.shown),
            spoken=copy.copy(self._spoken),
            said=self._said,
            others=others,
            before_death=self._before_death,
            since_death=copy.copy(self._since_death),
        )

    @classmethod
    def of(cls, record: LivesRecord) -> Lives:
        """Lives as they were when they were recorded."""
        # copies: who goes back to a moment goes on from the same record again
        found = cls(record.shown)
        found._spoken, found._said = copy.copy(record.spoken), record.said
        found._others = {name: Other(one.state, copy.copy(one.spoken), one.said) for name, one in record.others.items()}
        found._before_death, found._since_death = record.before_death, copy.copy(record.since_death)
        return found

    def open(self, session: str, heard_s: float | None) -> tuple[VehicleState, bool]:
        """The state that a message of a session belongs to.

        Args:
            session: its session id.
            heard_s: when it came, seconds on the station's clock; None for what a broker had kept or has no time.

        Returns:
            The state, and whether it is shown.
        """
        if self.shown.session == session:
            if heard_s is not None:
                self._spoken.add(heard_s)
            return self.shown, True
        other = self._others.get(session)
        if other is None:
            # nearly always a restart, which must be seen at once; a made-up session is given up again below
            self._show(self.shown.forgotten(session), heard_s)
            return self.shown, True
        if heard_s is not None:
            other.spoken.add(heard_s)
            # while both speak, the one that is shown stays: two that took turns would make the window flicker
            is_silent = heard_s - self._spoken.last_s > SILENT_S
            if is_silent and other.spoken.is_enough(BACK_MESSAGES, BACK_SPAN_S):
                self._show(other.state, heard_s, other.said + other.spoken.count)
                return self.shown, True
        return other.state, False

    def _show(self, state: VehicleState, heard_s: float | None, said_before: int = 0) -> None:
        former = self.shown
        if former.session is not None:
            self._others.pop(state.session or "", None)
            while len(self._others) >= MAX_OTHERS:
                # made-up sessions are dropped before one that really spoke
                self._others.pop(min(self._others, key=lambda one: self._others[one].worth))
            # it has to speak anew to come back: what it said before must not count as a sign that it goes on
            spoken = Spoken(last_s=self._spoken.last_s)
            self._others[former.session] = Other(former, spoken, self._said + self._spoken.count)
        self.shown, self._spoken, self._said, self._before_death = state, Spoken(), said_before, None
        if heard_s is not None:
            self._spoken.add(heard_s)

    def put(self, state: VehicleState) -> bool:
        """Take in a state that `open` gave and that was changed; returns whether it is the one that is shown."""
        if state.session == self.shown.session:
            self.shown = state
            return True
        other = self._others.get(state.session or "")
        if other is not None:
            other.state = state
        return False

    def told_connection(self, connection: Connection) -> None:
        """The connection of the shown life is about to change; a death is remembered with what was before it."""
        known = self.shown.connection
        # a second death, such as the bridge's will after the vehicle's, must not hide what was before the first
        if connection.state is LinkState.OFFLINE and known is not None and known.state is not LinkState.OFFLINE:
            self._before_death, self._since_death = known, Spoken()
        elif connection.state is not LinkState.OFFLINE:
            self._before_death = None

    def after_telemetry(self, samples: Samples, heard_s: float | None) -> bool:
        """Whether live telemetry, about to be folded into the shown life, shows that a death was told wrongly.

        The connection is then what it was before.
        """
        if self._before_death is None or heard_s is None or not _is_newer(samples, self.shown):
            return False
        self._since_death.add(heard_s)
        if not self._since_death.is_enough(ALIVE_MESSAGES, ALIVE_SPAN_S):
            return False
        # no message says that a death was a mistake: a bridge tells its connection on changes, and for it there was
        # none
        self.shown = msgspec.structs.replace(self.shown, connection=self._before_death)
        self._before_death = None
        return True

    def via(self, bridge: str) -> list[VehicleState]:
        """States, shown or not, whose connection is by a bridge."""
        states = [self.shown, *(one.state for one in self._others.values())]
        return [one for one in states if one.connection is not None and one.connection.via == bridge]


def _is_newer(samples: Samples, held: VehicleState) -> bool:
    """Whether the autopilot itself has said something since; a bridge repeats what it knows of a silent one."""
    # overviews repeat it to the millisecond only
    for kind in _BY_AUTOPILOT:
        new, old = getattr(samples, kind), getattr(held, kind)
        if new is not None and (old is None or new.at_s > old.at_s + SAME_S):
            return True
    return False


def _without_messages(state: VehicleState) -> VehicleState:
    return msgspec.structs.replace(state, messages=()) if state.messages else state
