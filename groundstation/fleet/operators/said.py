# SPDX-License-Identifier: Apache-2.0
"""What operators say to each other: the types that travel. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, TypeVar

import msgspec

from groundstation.fleet.commands import Actor, Id, ShortText
from groundstation.fleet.operators.handover_page import HandoverPage
from groundstation.fleet.operators.names import is_same
from groundstation.fleet.sample import Name, Whole
from groundstation.fleet.shown_text import harmless

MAX_TEXT = 2_000
"""Letters of a message."""
MAX_TO = 50
"""Operators whom one message is for."""
MAX_READERS = 500
"""Of one message, that are remembered: as many as there are stations."""
MAX_IDS = 500
"""Messages that are named at once."""
AT_ONCE = 20
"""Messages in one answer of a store: what each of them may hold leaves it below 64 KiB, see `answers`."""
MOST_BYTES = 48_000
LATEST_UNIX_S = 4_102_444_800.0
"""Year 2100; a clock that shows more is no clock."""

Item = TypeVar("Item")
Ids = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_IDS)]


class SaidKind(Name):
    """What a message is."""

    UNKNOWN = "unknown"
    SAY = "say"
    HANDOVER = "handover"
    """`page` is what is handed over, to the one in `to`."""
    ACCEPTED = "accepted"
    """The handover `about` is taken over: the second signature."""
    DECLINED = "declined"
    """It is not; `text` says why."""


class OperatorMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A word of an operator (topic `_gs/<gid>/say`); one that comes twice counts once."""

    id: Annotated[Id, msgspec.Meta(min_length=1)]
    """Unique for ever."""
    number: Whole
    """Milliseconds since 1970 by the sender's clock, or one more than the newest message that it knew: an answer
    stands behind what it answers whatever the clocks show."""
    at_unix_s: float
    """When it was said, by the sender's clock."""
    by: Actor
    kind: SaidKind = SaidKind.SAY
    to: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=MAX_TO)] = ()
    """Names of operators; empty for all."""
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    """Plain text; never interpreted."""
    vehicle: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """`fleet/uav-1`: which vehicle is meant; empty for none."""
    lat_deg: Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)] | None = None
    """What place is meant; None for none."""
    lon_deg: Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)] | None = None
    about_unix_s: float | None = None
    """What moment is meant, seconds since 1970; None for none."""
    about: Id = ""
    """For `accepted` and `declined`: id of the handover."""
    page: HandoverPage | None = None
    """For `handover`."""
    v: Whole = 1
    """Version of this format."""

    @property
    def order(self) -> tuple[int, str]:
        """By this messages stand one after the other, the same at every station."""
        return self.number, self.id

    @property
    def is_plausible(self) -> bool:
        """Whether its times can be."""
        times = (self.at_unix_s, self.number / 1000.0, self.about_unix_s or 0.0)
        return all(math.isfinite(one) and 0.0 <= one <= LATEST_UNIX_S for one in times)

    @property
    def shown_text(self) -> str:
        """The text, harmless for whoever shows it; its lines stay lines."""
        return "\n".join(harmless(line) for line in self.text.splitlines())

    def is_for(self, operator: str) -> bool:
        """Whether an operator is meant, or said it."""
        return not self.to or any(is_same(one, operator) for one in (*self.to, self.by.op))

    def is_by(self, operator: str) -> bool:
        """Whether an operator said it, in whatever window."""
        return is_same(self.by.op, operator)

    def is_news_for(self, operator: str) -> bool:
        """Whether it is for an operator, and somebody else said it."""
        return self.is_for(operator) and not self.is_by(operator)


class ReadMarks(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator has read (topic `_gs/<gid>/read`)."""

    by: Actor
    ids: Ids = ()
    v: Whole = 1
    """Version of this format."""


class SaidWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a station, or another store, wants to have told (topics `_gs/<gid>/said/req`, `_engine/<id>/said/req`)."""

    known: Ids = ()
    """The newest that it has: all else that is kept is wanted."""
    v: Whole = 1
    """Version of this format."""


class Readers(msgspec.Struct, frozen=True, kw_only=True):
    """Who has read a message; of many there are several of these."""

    id: Id
    ops: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=MAX_TO)] = ()


class SaidAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a store tells (topic `_engine/<id>/said`)."""

    to: ShortText = ""
    """Id of who asked; empty for what it tells all: `kept`."""
    messages: Annotated[tuple[OperatorMessage, ...], msgspec.Meta(max_length=MAX_IDS)] = ()
    readers: Annotated[tuple[Readers, ...], msgspec.Meta(max_length=MAX_IDS)] = ()
    kept: Ids = ()
    """What it has on its disk now."""
    is_all: bool = False
    """Whether this is the last of an answer."""
    v: Whole = 1
    """Version of this format."""


def answers(to: str, messages: list[OperatorMessage], readers: list[Readers]) -> list[SaidAnswer]:
    """An answer in as many messages as it needs, each below what a payload may have."""
    words = [SaidAnswer(to=to, messages=tuple(some)) for some in _batches(messages)]
    marks = [SaidAnswer(to=to, readers=tuple(some)) for some in _batches(readers)]
    return [*words, *marks, SaidAnswer(to=to, is_all=True)]


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for one in items:
        bytes_of_one = len(msgspec.json.encode(one))
        if batch and (len(batch) >= AT_ONCE or size + bytes_of_one > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += bytes_of_one
    if batch:
        yield batch
