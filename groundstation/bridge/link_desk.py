# SPDX-License-Identifier: Apache-2.0
"""What operators want of a bridge's links, and what stations are told of them (docs/adr/0046). Bridge thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import islice

import msgspec

from groundstation.bridge.ear import Ear
from groundstation.bridge.hearing import Hearing
from groundstation.bridge.link_set import KeptLinks, LinkSet, OpenLink
from groundstation.bridge.link_text import parse_link
from groundstation.bridge.serial_finder import SerialFinder
from groundstation.bridge.serial_port import SerialPort
from groundstation.bridge.usb_ids import known_as
from groundstation.fleet.commands import Role
from groundstation.fleet.errors import UsageError
from groundstation.fleet.link_table import (
    MAX_HEARD,
    LinkAction,
    LinkAnswer,
    LinkEntry,
    LinkOrigin,
    LinkRequest,
    LinkTable,
    LinkUse,
    Speaker,
)
from groundstation.fleet.phrases import RefusedError, Words, say
from groundstation.mavlink.speaker import SpeakerRole

ANSWERS = 20
"""Requests whose answer is repeated; each is taken once."""
TELL_S, TELL_RATES_S = 0.5, 5.0
"""What changed is told so soon; numbers alone so seldom."""


class _Counted(msgspec.Struct):
    """Numbers of a link at the last look."""

    at_s: float
    frames: int
    bytes: int
    messages_per_s: float = 0.0
    bytes_per_s: float = 0.0


class LinkDesk:
    """Carries out requests, and tells when something has changed."""

    def __init__(
        self,
        links: LinkSet,
        hearing: Hearing,
        finder: SerialFinder | None = None,
        keep: Callable[[KeptLinks], None] = lambda _: None,
        *,
        can_change: bool = True,
    ) -> None:
        """Begin.

        Args:
            links: of this bridge.
            hearing: knows who is heard on them.
            finder: tells of serial ports; None where none are looked for.
            keep: remembers what operators decided; must not wait.
            can_change: False for who plays a recording.
        """
        self._links, self._hearing, self._finder, self._keep = links, hearing, finder, keep
        self._can_change = can_change
        self._answers: OrderedDict[str, LinkAnswer] = OrderedDict()
        self._counted: dict[str, _Counted] = {}
        self._next_look_s = self._next_rates_s = 0.0
        self._told: LinkTable | None = None

    def tick(self, now_s: float) -> LinkTable | None:
        """Open what is due, and look what has changed.

        Returns:
            What is to be told; None for nothing new.
        """
        if self._finder is not None:
            self._links.see(self._finder.ports, now_s)
        self._links.tick(now_s)
        if now_s < self._next_look_s:
            return None
        self._next_look_s = now_s + TELL_S
        table = self.table(now_s)
        is_same = self._told is not None and _without_rates(table) == _without_rates(self._told)
        if is_same and (now_s < self._next_rates_s or table == self._told):
            return None
        self._next_rates_s = now_s + TELL_RATES_S
        self._told = table
        return table

    # ---- requests ----

    def take(self, request: LinkRequest) -> None:
        """A wish of an operator; one that comes twice is carried out once."""
        if request.id in self._answers:
            return
        refused: Words = ""
        try:
            self._carry_out(request)
        except RefusedError as error:
            refused = error.said
        except UsageError as error:
            refused = str(error)
        self._answers[request.id] = LinkAnswer(id=request.id, refused=refused)
        if len(self._answers) > ANSWERS:
            self._answers.popitem(last=False)
        if not refused:
            self._keep(self._links.kept())
        # who asked is told in this turn
        self._next_look_s = 0.0

    def _carry_out(self, request: LinkRequest) -> None:
        if not self._can_change:
            raise RefusedError(say("link_is_recorded"))
        if request.actor.role is not Role.OPERATOR:
            raise RefusedError(say("link_wants_operator"))
        if request.action is LinkAction.ADD:
            self._add(request.link)
            return
        one = self._links.get(request.link)
        if one is None:
            raise RefusedError(say("link_unknown", link=request.link))
        act = _ACTS.get(request.action)
        if act is None:
            raise RefusedError(say("link_wish_unknown"))
        act(self, one, request)

    def _add(self, text: str) -> OpenLink:
        spec = parse_link(text)
        if spec.is_recorded:
            raise RefusedError(say("link_is_recorded"))
        if self._links.get(text) is not None:
            raise RefusedError(say("link_known", link=text))
        if self._links.is_full:
            raise RefusedError(say("links_full"))
        # what was found by itself is from now on as the operator wants it
        for other in [one for one in self._links.entries if one.port is not None and one.spec.device == spec.device]:
            self._links.remove(other)
        return self._links.add(text)

    def _check_sure(self, one: OpenLink, request: LinkRequest) -> None:
        """A link that alone carries a vehicle in the air is not taken away by a slip."""
        carried = self._hearing.carries_alone(one.text)
        if carried and not request.is_sure:
            raise RefusedError(say("link_carries", vehicles=tuple(vehicle.key.id for vehicle in carried)))

    def _remove(self, one: OpenLink, request: LinkRequest) -> None:
        if one.origin is LinkOrigin.FOUND:
            raise RefusedError(say("link_is_plugged_in"))
        self._check_sure(one, request)
        self._links.remove(one)

    def _replace(self, one: OpenLink, request: LinkRequest) -> None:
        if request.new == one.text:
            return
        # before the old one goes: a text that means nothing costs no link
        spec = parse_link(request.new)
        if spec.is_recorded:
            raise RefusedError(say("link_is_recorded"))
        if self._links.get(request.new) is not None:
            raise RefusedError(say("link_known", link=request.new))
        self._check_sure(one, request)
        place = self._links.entries.index(one)
        self._links.remove(one)
        added = self._add(request.new)
        self._links.entries.remove(added)
        self._links.entries.insert(place, added)

    def _pause(self, one: OpenLink, request: LinkRequest) -> None:
        if one.use in (LinkUse.PAUSED, LinkUse.LEFT_ALONE):
            return
        self._check_sure(one, request)
        self._links.decide(one, is_used=False)
        self._links.close(one, LinkUse.PAUSED)

    def _resume(self, one: OpenLink, request: LinkRequest) -> None:
        del request
        if one.link is None:
            self._links.decide(one, is_used=True)
            self._links.reopen(one)

    # ---- what is told ----

    def table(self, now_s: float) -> LinkTable:
        """All links as they are now."""
        return LinkTable(
            links=tuple(self._entry(one, now_s) for one in self._links.entries),
            answers=tuple(self._answers.values()),
            can_change=self._can_change,
        )

    def _entry(self, one: OpenLink, now_s: float) -> LinkEntry:
        peers = self._hearing.peers_of(one.text)
        counted = self._count(one.text, sum(peer.frames for peer in peers), sum(peer.bytes for peer in peers), now_s)
        problem = one.link.problem if one.link is not None else one.problem
        title, about = ("", "") if one.port is None else (known_as(one.port).title, one.port.about)
        if isinstance(one.link, SerialPort):
            about = " · ".join(part for part in (about, f"{one.link.baud}") if part)
        return LinkEntry(
            text=one.text,
            origin=one.origin,
            use=LinkUse.WAITING if problem and one.use is LinkUse.OPEN and not peers else one.use,
            title=title,
            about=about,
            problem=problem,
            messages_per_s=counted.messages_per_s,
            bytes_per_s=counted.bytes_per_s,
            damaged=sum(peer.damaged for peer in peers),
            hears=self._heard(one.text, now_s),
        )

    def _heard(self, text: str, now_s: float) -> tuple[Speaker, ...]:
        # vehicles first: a flood of strangers must not hide them; and no more than are told, a fleet may be large
        ears = (ear for ear in self._hearing.ears_of(text) if now_s - ear.last_frame_s < HEARD_S)
        vehicles = [self._speaker(ear, now_s) for ear in islice(ears, MAX_HEARD)]
        others = self._hearing.bystanders_of(text, now_s) if len(vehicles) < MAX_HEARD else []
        return tuple([*vehicles, *others][:MAX_HEARD])

    def _speaker(self, ear: Ear, now_s: float) -> Speaker:
        return Speaker(
            sysid=ear.sysid,
            compid=ear.compid,
            role=SpeakerRole.AUTOPILOT.value,
            vehicle=self._hearing.vehicle_id(ear),
            address=ear.peer.address if ear.peer.is_datagram else "",
            messages_per_s=round(ear.loss.rates(now_s)[0] or 0.0),
        )

    def _count(self, text: str, frames: int, size: int, now_s: float) -> _Counted:
        known = self._counted.get(text)
        if known is None or frames < known.frames:
            known = self._counted[text] = _Counted(now_s, frames, size)
        elif now_s - known.at_s >= RATE_S:
            span_s = now_s - known.at_s
            rates = (round((frames - known.frames) / span_s, 1), round((size - known.bytes) / span_s))
            known = self._counted[text] = _Counted(now_s, frames, size, *rates)
        return known


HEARD_S = 10.0
RATE_S = 2.0
_ACTS: dict[LinkAction, Callable[[LinkDesk, OpenLink, LinkRequest], None]] = {
    LinkAction.REMOVE: LinkDesk._remove,  # noqa: SLF001 - this module's own
    LinkAction.REPLACE: LinkDesk._replace,
    LinkAction.PAUSE: LinkDesk._pause,  # noqa: SLF001
    LinkAction.RESUME: LinkDesk._resume,  # noqa: SLF001
}


def _without_rates(table: LinkTable) -> LinkTable:
    """What is told at once."""
    links = tuple(
        msgspec.structs.replace(
            one,
            messages_per_s=0.0,
            bytes_per_s=0.0,
            damaged=0,
            hears=tuple(msgspec.structs.replace(speaker, messages_per_s=0.0) for speaker in one.hears),
        )
        for one in table.links
    )
    return msgspec.structs.replace(table, links=links)
