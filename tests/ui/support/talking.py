# SPDX-License-Identifier: Apache-2.0
"""Operators who talk with the one at the window."""

from __future__ import annotations

import itertools
import time

import msgspec

from groundstation.app.handover_document import document
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.control import StationPresence
from groundstation.fleet.link import LinkState
from groundstation.fleet.operators.said import OperatorMessage, SaidAnswer
from groundstation.fleet.operators.talk import Talk
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.ui.operators.operators_port import Delivery, OperatorsAccess

ME = Actor(op="ayşe", gs="gui-desk-1")
CEM = Actor(op="cem", gs="gui-lab-7")


class Talking:
    """The window's ways to others, and what others say."""

    def __init__(self, station, me=ME):
        self.station, self._ids, self._seq = station, itertools.count(), itertools.count()
        self.talk = Talk(me, station.feed.fleet.conversation, lambda: f"mine-{next(self._ids)}")
        self.said, self.written = [], {}

    def access(self, **more):
        known = {
            "me": self.talk.actor,
            "say": self._say,
            "read": self.talk.read,
            "delivery": self._delivery,
            "document": lambda one: document(one, self.station.feed.fleet.conversation),
            "write": self.written.__setitem__,
        }
        return OperatorsAccess(**(known | more))

    def _say(self, text, **more):
        self.said.append(self.talk.say(text, self.station.unix_s(), **more))
        return self.said[-1]

    def _delivery(self, own_id):
        if self.station.feed.fleet.conversation.is_kept(own_id):
            return Delivery.KEPT
        return Delivery.WAITING if self.talk.is_waiting(own_id) else Delivery.SENT

    def hear(self, text, by=CEM, **more):
        """Somebody says something."""
        now_s = self.station.unix_s()
        number = self.station.feed.fleet.conversation.next_number(now_s)
        one = OperatorMessage(id=f"theirs-{next(self._ids)}", number=number, at_unix_s=now_s, by=by, text=text, **more)
        self.tell(topics.station("fleet", by.gs, topics.SAY), one)
        return one

    def keep(self, *ids):
        self.tell(topics.engine("e", topics.SAID), SaidAnswer(kept=ids))

    def be_on(self, by=CEM, role=Role.OPERATOR, looks_at=(), state=LinkState.ONLINE):
        told = StationPresence(state=state, op=by.op, role=role, looks_at=looks_at)
        self.tell(topics.station("fleet", by.gs, topics.CONN), told)

    def tell(self, topic, content):
        envelope = payloads.Envelope(sid="x", seq=next(self._seq), ts=int(time.time() * 1000), bms=0, d=content)
        payload = payloads.encode(envelope)
        self.station.offer(Message(topic, payload, len(payload), 1, False, self.station.now_s))


def changed(one, **more):
    return msgspec.structs.replace(one, **more)
