# SPDX-License-Identifier: Apache-2.0
"""Says the messages of a recording again, under `replay/`, as of now (docs/adr/0030). One thread.

Sessions are new ones in each pass, numbers count anew, and clocks are ours: what a window shows of a replay has the
age that it should have. Deaths of recorded bridges become those of their vehicles, since one bridge plays them all.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Any

import msgspec

from groundstation.app.replaying.names import Names
from groundstation.app.replaying.played import Played
from groundstation.app.replaying.recorded_source import leaf_played
from groundstation.app.replaying.retiming import is_deep, merged, retimed
from groundstation.app.replaying.timeline import Timeline
from groundstation.bridge.publisher import Publisher, new_session
from groundstation.fleet.commands import CommandReport
from groundstation.fleet.control import ControlDecision
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import BridgePresence, Connection, ConnReason, LinkState
from groundstation.transport import payloads, topics
from groundstation.transport.clock_offsets import ClockOffsets
from groundstation.transport.leaves import (
    ACKS,
    CMD_ACK,
    CONN,
    CTL,
    EVT,
    INFO,
    LINK,
    PAR_VAL,
    PART,
    STATE,
    TLM_SUM,
    Audience,
    Leaf,
)
from groundstation.transport.parts import Joiner, Part
from groundstation.transport.payloads import Envelope

MAX_VEHICLES = 2_000
"""As many as a station shows; a recording of more is a flood that was recorded."""
MAX_TOPICS = 30_000
MAX_SESSIONS = 20_000
KEPT_EVENTS = 200
"""Of each vehicle, for a station that asks for those before it came."""
REPEAT_S = 1.0
"""While a replay is slower than it was, what is known is said again so often."""
_MAYBE = msgspec.json.Decoder(Envelope[Any])
_MAYBE_PART = msgspec.json.Decoder(Envelope[Part])
_GONE = Connection(state=LinkState.OFFLINE, reason=ConnReason.BRIDGE_STOPPED)
_TOLD_ONCE = (EVT, *ACKS, PAR_VAL)
"""Leaves of what happened, of which nothing is kept."""


class _Kept(msgspec.Struct):
    """What is known of a topic of a vehicle."""

    leaf: Leaf
    topic: str
    session: str
    content: dict[str, Any]
    """As recorded, of streams with all that was said before."""
    written_s: float
    """When the newest of it was written, seconds as the log counts."""
    offset_s: float
    """From the recorded writer's clock to the log's."""
    said_s: float = float("-inf")
    """When it was said last, on our clock."""


class Republisher:
    """The messages of one recording."""

    def __init__(self, publisher: Publisher, names: Names, timeline: Timeline, bridge_id: str) -> None:
        """Begin with nothing said.

        Args:
            publisher: numbers and sends; its clock is our `clock_s`.
            names: of the vehicles.
            timeline: where in the recording it is.
            bridge_id: our id on the bus.
        """
        self._publisher, self._names, self._timeline, self._bridge_id = publisher, names, timeline, bridge_id
        self.clock_s = 0.0
        """When what is being said is said, on our clock: what the publisher writes into envelopes."""
        self.unreadable = 0
        """Recorded messages that made no sense."""
        self._forget()

    def _forget(self) -> None:
        self._sessions: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._clocks, self._joiner = ClockOffsets(), Joiner()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._events: dict[VehicleKey, deque[tuple[int, bytes]]] = {}
        self._via: dict[VehicleKey, str] = {}
        self._online: dict[VehicleKey, str] = {}
        """Session by vehicle, of those that were not told dead."""
        self._vehicles: dict[VehicleKey, str] = {}

    @property
    def vehicles(self) -> dict[VehicleKey, str]:
        """Vehicles that were told of in this pass, and their newest session."""
        return self._vehicles

    # ---- what comes of the recording ----

    def learn(self, one: Played) -> None:
        """What was known before the beginning; said by `say_all`."""
        found = self._read(one)
        if found is not None and found.leaf not in _TOLD_ONCE:
            self._keep(found)

    def say_all(self, position_s: float) -> None:
        """Say everything that is known, as old as it is."""
        for one in self._kept.values():
            self._say(one, position_s)

    def take(self, one: Played) -> None:
        """Say a message again."""
        found = self._read(one)
        if found is None:
            return
        news = found.content
        kept = self._keep(found) if found.leaf not in _TOLD_ONCE else found
        # what was known before is in what is kept: on the bus goes what was recorded
        self._say(msgspec.structs.replace(kept, content=news), one.time_s)
        kept.said_s = self._timeline.clock_s(one.time_s)

    def repeat(self, position_s: float, now_s: float) -> None:
        """While the replay is slow: say again what nothing has renewed for a second, with the age that it had."""
        for one in list(self._kept.values()):
            is_told_often = one.leaf.audience is Audience.DETAIL or one.leaf in (STATE, LINK, TLM_SUM)
            if is_told_often and now_s - one.said_s >= REPEAT_S:
                self._say(one, position_s)
                one.said_s = now_s

    def end_pass(self, position_s: float) -> None:
        """Tell the death of every vehicle that lives, and forget the recording: the next pass is another life."""
        self._now(position_s)
        for key, session in self._online.items():
            self._publisher.say(topics.vehicle(key, CONN.name), CONN, session, self._death())
        self._forget()

    # ---- what is asked for ----

    def say_again(self, key: VehicleKey | None, from_event: int | None, position_s: float) -> None:
        """Say what a newcomer needs, of one vehicle or of all.

        Args:
            key: as it is called now.
            from_event: number of the first event that is wanted too; None for none.
            position_s: where in the recording we are.
        """
        wanted = None if key is None else f"{key}/"
        for one in self._kept.values():
            if one.leaf.is_retained and (wanted is None or one.topic.startswith(wanted)):
                self._say(one, position_s)
        for vehicle, events in self._events.items():
            for number, payload in events if from_event is not None and key in (None, vehicle) else ():
                if from_event is not None and number >= from_event:
                    self._publisher.again(topics.vehicle(vehicle, EVT.name), payload, EVT.qos)

    def answer(self, key: VehicleKey, report: CommandReport, position_s: float) -> None:
        """Tell every station what became of an order."""
        self._now(position_s)
        self._publisher.say(topics.vehicle(key, CMD_ACK.name), CMD_ACK, self._vehicles[key], report)

    def refuse_control(self, key: VehicleKey, decision: ControlDecision, position_s: float) -> None:
        """Tell who was in control in the recording, and that a wish about it is refused."""
        self._now(position_s)
        topic = topics.vehicle(key, CTL.name)
        known = self._kept.get(topic)
        content = {**(known.content if known is not None else {}), "last": msgspec.to_builtins(decision)}
        session = self._vehicles[key]
        offset_s = known.offset_s if known is not None else 0.0
        self._say(_Kept(CTL, topic, session, content, position_s, offset_s), position_s)

    def _now(self, position_s: float) -> float:
        """What is said from here on is of a moment of the recording; that moment on our clock."""
        self.clock_s = self._timeline.clock_s(position_s)
        return self.clock_s

    # ---- inside ----

    def _read(self, one: Played) -> _Kept | None:
        """A recorded message with its new topic and session; None for what is not to be said."""
        leaf, parsed = leaf_played(one.topic), topics.parse(one.topic)
        if leaf is None or parsed is None:
            return None
        try:
            if leaf is PART:
                return self._joined(one, parsed)
            return self._of(one, parsed, leaf, _envelope(one.payload))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, TypeError):
            self.unreadable += 1
            return None

    def _joined(self, one: Played, parsed: topics.VehicleTopic | topics.ServiceTopic) -> _Kept | None:
        part = _MAYBE_PART.decode(one.payload).d
        whole = self._joiner.take(one.topic, part, one.time_s)
        if whole is None or not isinstance(parsed, topics.VehicleTopic):
            return None
        topic = topics.vehicle(parsed.key, part.leaf)
        leaf = leaf_played(topic)
        if leaf is None or not leaf.may_be_large:
            return None
        return self._of(one, topics.VehicleTopic(parsed.key, part.leaf), leaf, _MAYBE.decode(whole))

    def _of(
        self, one: Played, parsed: topics.VehicleTopic | topics.ServiceTopic, leaf: Leaf, envelope: Envelope[Any]
    ) -> _Kept | None:
        if isinstance(parsed, topics.ServiceTopic):
            self._bridge_said(one, parsed, envelope.d)
            return None
        key = self._names.key_of(parsed.key)
        if key not in self._vehicles and len(self._vehicles) >= MAX_VEHICLES:
            return None
        if not isinstance(envelope.d, dict) or is_deep(envelope.d):
            raise ValueError("no content of ours")  # before its clock is believed
        offset_s = self._clocks.learn(f"{parsed.key} {envelope.sid}", envelope.bms / 1000.0, one.time_s)
        if offset_s is None:
            raise ValueError("a time that can't be")
        session = self._session(key, envelope.sid)
        self._vehicles[key] = session
        content = self._ours(key, leaf, envelope.d, session)
        written_s = envelope.bms / 1000.0 + offset_s
        return _Kept(leaf, topics.vehicle(key, parsed.leaf), session, content, written_s, offset_s)

    def _session(self, key: VehicleKey, recorded: str) -> str:
        place = str(key), recorded
        found = self._sessions.get(place)
        if found is None:
            found = self._sessions[place] = new_session()
            if len(self._sessions) > MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return found

    def _ours(self, key: VehicleKey, leaf: Leaf, content: dict[str, Any], session: str) -> dict[str, Any]:
        """Content with us as its bridge, and nothing that could be asked of a vehicle."""
        if leaf is CONN:
            self._via[key] = str(content.get("via", ""))
            if content.get("state") == LinkState.OFFLINE.value:
                self._online.pop(key, None)
            else:
                self._online[key] = session
            return {**content, "via": self._bridge_id}
        if leaf is INFO:
            return {**content, "bridge": self._bridge_id, "verbs": [], "kept": []}
        return content

    def _bridge_said(self, one: Played, parsed: topics.ServiceTopic, content: Any) -> None:
        """A recorded bridge died, and its vehicles with it; while it lives it has nothing to say here."""
        told = msgspec.convert(content, BridgePresence)
        if told.state is not LinkState.OFFLINE:
            return
        lost = Connection(state=LinkState.OFFLINE, reason=told.reason, via=self._bridge_id)
        for key in [key for key in self._online if self._via.get(key) == parsed.id]:
            session = self._online.pop(key)
            topic = topics.vehicle(key, CONN.name)
            kept = _Kept(CONN, topic, session, msgspec.to_builtins(lost), one.time_s, 0.0)
            self._kept[topic] = kept
            if one.time_s >= self._timeline.begin_s:
                self._say(kept, one.time_s)

    def _keep(self, news: _Kept) -> _Kept:
        known = self._kept.get(news.topic)
        if known is not None and known.session == news.session and _is_samples(news.leaf):
            news.content = merged(known.content, news.content)
        self._kept[news.topic] = news
        if len(self._kept) > MAX_TOPICS:
            self._kept.popitem(last=False)
        return news

    def _say(self, one: _Kept, position_s: float) -> None:
        """Say it as of a moment of the recording, with the ages that it has then."""
        line = self._timeline
        position_s = max(position_s, line.begin_s)
        clock_s, scale = self._now(position_s), line.age_scale

        def moment(at_s: float) -> float:
            return clock_s - (position_s - (at_s + one.offset_s)) / scale

        def age(age_s: float) -> float:
            return (age_s + position_s - one.written_s) / scale

        try:
            content = retimed(one.leaf, one.content, moment, age)
            number = self._publisher.say(one.topic, one.leaf, one.session, content)
        # a number of a thousand digits, or a time beyond all bounds: it was recorded as it came
        except (OverflowError, ValueError, msgspec.MsgspecError):
            self.unreadable += 1
            return
        if one.leaf is EVT:
            self._keep_event(one, number)

    def _keep_event(self, one: _Kept, number: int) -> None:
        parsed = topics.parse(one.topic)
        if isinstance(parsed, topics.VehicleTopic):
            kept = self._events.setdefault(parsed.key, deque(maxlen=KEPT_EVENTS))
            kept.append((number, self._publisher.newest))

    def _death(self) -> Connection:
        return msgspec.structs.replace(_GONE, via=self._bridge_id)


def _is_samples(leaf: Leaf) -> bool:
    return leaf.field == "samples"


def _envelope(payload: bytes) -> Envelope[Any]:
    if len(payload) > payloads.MAX_PAYLOAD_BYTES:
        raise ValueError("larger than any message of ours")
    return _MAYBE.decode(payload)
