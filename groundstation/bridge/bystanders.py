# SPDX-License-Identifier: Apache-2.0
"""Who is heard on a link and is no autopilot, so that one sees why no vehicle appears. Bridge thread; no I/O."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from groundstation.bridge.frame_meaning import HEARTBEATS
from groundstation.bridge.peer import Peer
from groundstation.fleet.link_table import Speaker
from groundstation.mavlink.dialect import unpack
from groundstation.mavlink.frames import Frame
from groundstation.mavlink.speaker import SpeakerRole, is_radio, role_of

MAX_KNOWN = 500
"""The one heard longest ago goes first: made-up ids cost no more."""
RATE_SPAN_S = 5.0
SPAN_S = 10.0
"""One that was silent for so long is not told any more."""


class _Bystander(msgspec.Struct):
    peer: Peer
    sysid: int
    compid: int
    role: str = ""
    last_s: float = 0.0
    since_s: float = 0.0
    count: int = 0
    """Messages since then."""
    rate_per_s: float | None = None
    """Of the span before; None for none yet."""

    def add(self, now_s: float) -> None:
        """One more message."""
        self.last_s, self.count = now_s, self.count + 1
        if now_s - self.since_s >= RATE_SPAN_S:
            self.rate_per_s = self.count / (now_s - self.since_s)
            self.since_s, self.count = now_s, 0

    def rate(self, now_s: float) -> float:
        """Messages a second."""
        return self.rate_per_s if self.rate_per_s is not None else self.count / max(1.0, now_s - self.since_s)


class Bystanders:
    """The newest of them."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Peer, int, int], _Bystander] = OrderedDict()

    def take(self, peer: Peer, frame: Frame, now_s: float) -> None:
        """A frame of somebody who is no autopilot."""
        key = (peer, frame.sysid, frame.compid)
        one = self._known.get(key)
        if one is None:
            one = self._known[key] = _Bystander(peer, frame.sysid, frame.compid, since_s=now_s)
            if is_radio(frame.compid):
                one.role = SpeakerRole.RADIO.value
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        one.add(now_s)
        if frame.msgid in HEARTBEATS and not one.role:
            fields = unpack(frame.msgid, frame.payload)
            one.role = role_of(frame.compid, fields["type"], fields["autopilot"]).value

    def leave(self, peer: Peer) -> None:
        """A connection closed."""
        for key in [one for one in self._known if one[0] is peer]:
            del self._known[key]

    def of(self, link: str, now_s: float) -> list[Speaker]:
        """Those of a link, by its text."""
        return [
            Speaker(
                sysid=one.sysid,
                compid=one.compid,
                role=one.role,
                address=one.peer.address if one.peer.is_datagram else "",
                messages_per_s=round(one.rate(now_s), 1),
            )
            for one in self._known.values()
            if one.peer.link == link and now_s - one.last_s < SPAN_S
        ]
