# SPDX-License-Identifier: Apache-2.0
"""The links of a bridge, what each of them hears, and what operators want of them (docs/adr/0046). Pure."""

from __future__ import annotations

from typing import Annotated

import msgspec

from groundstation.fleet.commands import Actor
from groundstation.fleet.phrases import Words
from groundstation.fleet.sample import Name, Whole

MAX_LINKS = 64
"""Links of one bridge; each has a descriptor and a turn in its loop."""
MAX_TEXT = 300
MAX_HEARD = 20
"""Speakers that are told of one link."""
LinkText = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class LinkOrigin(Name):
    """Why a link is there."""

    FIXED = "fixed"
    """The command line named it."""
    ADDED = "added"
    """An operator did; it is remembered."""
    FOUND = "found"
    """A serial port that is plugged in."""
    UNKNOWN = "unknown"


class LinkUse(Name):
    """What a link does."""

    OPEN = "open"
    WAITING = "waiting"
    """It can't be had now, see `problem`; tried again and again."""
    PAUSED = "paused"
    """By an operator; remembered."""
    LEFT_ALONE = "left_alone"
    """A port behind which no autopilot is expected, or the second one of a device; an operator can have it used."""
    UNKNOWN = "unknown"


class LinkAction(Name):
    """What an operator wants."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"
    """The link `link` becomes the link `new`."""
    PAUSE = "pause"
    RESUME = "resume"
    """Also: use a port that is left alone."""
    UNKNOWN = "unknown"


class Speaker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody who is heard on a link."""

    sysid: Whole
    compid: Whole
    role: str
    """What it is, as `ground station`; `autopilot` for a vehicle. Empty before it said so."""
    vehicle: str = ""
    """Id of the vehicle; empty for what is none, or not one yet."""
    address: str = ""
    """Where it calls from; empty for a link that has one other end."""
    messages_per_s: float = 0.0


class LinkEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One link."""

    text: str
    """Names it, as `udpin:0.0.0.0:14550`."""
    origin: LinkOrigin = LinkOrigin.ADDED
    use: LinkUse = LinkUse.OPEN
    title: str = ""
    """What is plugged in, as `Cube Orange+`; empty for what is no serial port."""
    about: str = ""
    """Maker, USB ids, speed."""
    problem: Words = ""
    """Why it does not work and what helps; empty when all is well."""
    messages_per_s: float = 0.0
    bytes_per_s: float = 0.0
    damaged: Whole = 0
    """Frames that were refused since it was opened."""
    hears: Annotated[tuple[Speaker, ...], msgspec.Meta(max_length=MAX_HEARD)] = ()
    """Who was heard in the last 10 s."""

    @property
    def vehicles(self) -> tuple[str, ...]:
        """Ids of the vehicles that are heard on it."""
        return tuple(dict.fromkeys(one.vehicle for one in self.hears if one.vehicle))


class LinkAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What became of a request."""

    id: str
    refused: Words = ""
    """Why not; empty for done."""


class LinkTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All links of a bridge (topic `_bridge/<bid>/links`)."""

    links: Annotated[tuple[LinkEntry, ...], msgspec.Meta(max_length=4 * MAX_LINKS)] = ()
    answers: Annotated[tuple[LinkAnswer, ...], msgspec.Meta(max_length=64)] = ()
    """To the newest requests."""
    can_change: bool = True
    """False for a bridge that plays a recording."""


class LinkRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an operator wants of a bridge's links (topic `_bridge/<bid>/links/req`)."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    actor: Actor
    action: LinkAction
    link: LinkText
    new: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    """Of `replace`."""
    is_sure: bool = False
    """The operator knows that an armed vehicle is heard by no other way."""
