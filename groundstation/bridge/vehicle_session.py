# SPDX-License-Identifier: Apache-2.0
"""One vehicle on the bridge: what came from its autopilot, and what of it is published when. Bridge thread; no I/O.

Telemetry is kept as it came, newest of each message, and decoded when its stream is due: a message that is overtaken
costs nothing but its frame. Heartbeats and texts are read at once.
"""

from __future__ import annotations

from collections import deque
from math import floor
from typing import Any

from msgspec.structs import replace

from groundstation.bridge.changes import DECISIVE, TELLERS, change_event
from groundstation.bridge.claims import Claims
from groundstation.bridge.command_desk import CommandDesk
from groundstation.bridge.conversation_board import ConversationBoard
from groundstation.bridge.ear import Ear
from groundstation.bridge.external_control import OtherStations
from groundstation.bridge.facts import Facts
from groundstation.bridge.flood import FloodGate
from groundstation.bridge.overview import overview
from groundstation.bridge.publisher import Publisher, new_session
from groundstation.bridge.silent_desk import SilentDesk
from groundstation.bridge.streams import MOTION, STATE_KINDS, STREAM_OF, STREAM_OF_MESSAGE
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Root, StreamInfo, VehicleInfo, VehicleKey
from groundstation.fleet.kinds import INDEXED_KINDS, Samples, merge_indexed
from groundstation.fleet.link import Connection, ConnReason, LinkReport, LinkState
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.decode import SUPERSEDED_BY, decode
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.modes import mode_names
from groundstation.mavlink.statustext import Text
from groundstation.mavlink.verb_table import verb_table
from groundstation.transport import leaves, topics
from groundstation.transport.leaves import Leaf

STATE_MIN_S = 0.2
"""`state` at most five times a second."""
STATE_MAX_S = 10.0
"""and at least every ten seconds."""
SUMMARY_PERIOD_S = 1.0
LINK_PERIOD_S = 1.0
SLOWER = 5.0
"""Times as seldom is all but motion and the heartbeat told while the way to the broker is slow."""
KEPT_EVENTS = 1_000
"""Events kept for a station that missed some."""
SUPERSEDED_FOR_S = 5.0
MAX_PARTS = 40
"""Batteries or range finders of other components than the autopilot; a forged flood costs no more."""
TEXT_TWICE_S = 1.5
"""The same text within this time on another link is the same text."""

_SUPERSEDED: dict[tuple[int, str], int] = {
    (MSGIDS[poorer], kind): MSGIDS[richer] for (poorer, kind), richer in SUPERSEDED_BY.items()
}
_MAY_BE_SUPERSEDED = frozenset(msgid for msgid, _ in _SUPERSEDED)
_RICHER = frozenset(_SUPERSEDED.values())
_READ_AT_ONCE = frozenset(MSGIDS[name] for name in ("HEARTBEAT", "BATTERY_STATUS", "DISTANCE_SENSOR"))
"""Heartbeats, and messages that come several times, each about another part: the newest of each must survive."""
_REPETITIVE = frozenset(
    MSGIDS[name]
    for name in (
        "HEARTBEAT",
        "SYS_STATUS",
        "EXTENDED_SYS_STATE",
        "MISSION_CURRENT",
        "NAV_CONTROLLER_OUTPUT",
        "BATTERY_STATUS",
        "EKF_STATUS_REPORT",
    )
)
"""Messages that hold no clock and are often the same, byte by byte, as the one before."""

if set(DECISIVE) != set(STATE_KINDS):
    raise AssertionError("every kind of the retained state needs to know what is decisive in it")

_OURS = tuple(one for one in leaves.LEAVES if one.owner == leaves.VEHICLE and not one.is_request)

_NEW_LIFE_EVENTS = {
    ConnReason.REBOOTED: (EventKind.REBOOT, Severity.WARNING, "autopilot restarted"),
    ConnReason.LINK_BACK: (EventKind.LINK, Severity.NOTICE, "link back after it was given up"),
}


class VehicleSession:
    """One vehicle, from its discovery on."""

    def __init__(
        self,
        key: VehicleKey,
        name: str,
        bridge_id: str,
        streams: tuple[StreamInfo, ...],
        publisher: Publisher,
        ear: Ear,
        now_s: float,
        limits: Limits,
        own_sysid: int,
    ) -> None:
        self.key = key
        self.name = name
        self.ears: list[Ear] = [ear]
        self.active = ear
        """The ear whose telemetry counts."""
        self.session = new_session()
        self.link_state = LinkState.ONLINE
        self.reason = ConnReason.DISCOVERED
        self.conflict: str | None = None
        self._claims = Claims(key.id)
        self.booted_s = ear.booted_s
        self.uid: str | None = None
        self._bridge_id = bridge_id
        self._streams = streams
        self._publisher = publisher
        self._stream_leaves = [leaves.stream(one.name) for one in streams]
        self._topics = {one.name: topics.vehicle(key, one.name) for one in _OURS}
        self._kept = tuple(one.name for one in _OURS if one.is_kept)
        self.raw_topic = self._topics[topics.RAW_FRAMES]
        """Where its frames go as they came."""
        self._reset(now_s)
        self._sysid = ear.sysid
        self._sent_conn: Connection | None = None
        self._sent_info: VehicleInfo | None = None
        self._shown: tuple[object, ...] = ()
        self._events: deque[tuple[int, bytes]] = deque(maxlen=KEPT_EVENTS)
        self.commands = None if key.root == Root.REPLAY else CommandDesk(self, limits, publisher.now_s)
        """Its commands and who may give them; None for a recording, which can't be commanded."""
        self.desk = self.commands or SilentDesk()
        """What is told of all that may concern a command."""
        self.board = ConversationBoard(own_sysid)
        """Who talks with it; nobody with a recording."""
        if self.commands is not None:
            self.board.join(self.commands)
            self.board.listen(OtherStations(self.tell, own_sysid, self.commands.is_setting))
        self._recent_texts: deque[tuple[float, Severity, str, Ear | None]] = deque(maxlen=20)
        self._flood = FloodGate(now_s)
        self._components: dict[int, str] = {}

    def _reset(self, now_s: float) -> None:
        """Forget every measurement."""
        count = len(self._streams)
        self._raw: list[dict[int, tuple[bytes, float]]] = [{} for _ in range(count)]
        self._pending: list[dict[str, Any]] = [{} for _ in range(count)]
        self._due_s = [now_s] * count
        self._last_seen_s: dict[int, float] = {}
        self._last_decoded: dict[int, tuple[bytes, Decoded]] = {}
        self._known: dict[str, Any] = {}
        """Newest sample of each kind."""
        self._told: dict[str, Any] = {}
        """What of them was decisive in the last `state`."""
        self._is_state_dirty = False
        self._state_sent_s = 0.0
        self._next_summary_s = self._next_link_s = now_s
        self.wake_s = now_s
        """When something is to be published at the earliest; what makes an idle turn cost next to nothing."""

    # ---- what comes in ----

    def take(self, msgid: int, payload: bytes, now_s: float) -> None:
        """Keep a telemetry message until its stream is due."""
        stream = STREAM_OF_MESSAGE[msgid]
        if msgid in _RICHER:
            self._last_seen_s[msgid] = now_s
        if msgid in _READ_AT_ONCE:
            self._absorb(msgid, payload, now_s)
        else:
            self._raw[stream][msgid] = (payload, now_s)
        self._wake_by(self._due_s[stream])

    def _wake_by(self, at_s: float) -> None:
        if at_s < self.wake_s:  # noqa: PLR1730 - min() takes thrice as long, and every message comes by here
            self.wake_s = at_s

    def _absorb(self, msgid: int, payload: bytes, at_s: float) -> None:
        """Decode a message into what is known and into what is to be published."""
        known = self._known
        may_be_superseded = msgid in _MAY_BE_SUPERSEDED
        for kind, sample in self._decode(msgid, payload, floor(at_s * 1000.0 + 0.5) / 1000.0):
            if may_be_superseded and self._is_superseded(msgid, kind, at_s):
                continue
            pending = self._pending[STREAM_OF[kind]]
            old = known.get(kind)
            if kind in INDEXED_KINDS:
                news = (sample,)
                known[kind] = merge_indexed(old, news) if old else news  # type: ignore[arg-type]
                pending[kind] = merge_indexed(pending[kind], news) if kind in pending else news  # type: ignore[arg-type]
            else:
                known[kind] = pending[kind] = sample
            if kind in DECISIVE:
                self._notice(kind, old)

    def _decode(self, msgid: int, payload: bytes, at_s: float) -> Decoded:
        """Samples of a message; one that repeats its predecessor, as slow ones mostly do, only gets the new time."""
        if msgid not in _REPETITIVE:
            return decode(msgid, payload, at_s)
        last = self._last_decoded.get(msgid)
        if last is not None and last[0] == payload:
            return [(kind, replace(sample, at_s=at_s)) for kind, sample in last[1]]
        decoded = decode(msgid, payload, at_s)
        self._last_decoded[msgid] = (payload, decoded)
        return decoded

    def _is_superseded(self, msgid: int, kind: str, now_s: float) -> bool:
        richer = _SUPERSEDED.get((msgid, kind))
        return richer is not None and now_s - self._last_seen_s.get(richer, -1e9) < SUPERSEDED_FOR_S

    def _notice(self, kind: str, old: Any) -> None:
        """Tell a change as an event, and mark the retained state for publishing."""
        new = self._known[kind]
        tell = TELLERS.get(kind)
        if tell is not None and old is not None:
            event = self._external(old, new) or tell(old, new)
            if event is not None:
                self.tell(event)
        if not self._is_state_dirty and (kind not in self._told or DECISIVE[kind](new) != self._told[kind]):
            self._is_state_dirty = True
            self._wake_by(self._state_sent_s + STATE_MIN_S)

    def _external(self, old: Any, new: Any) -> Event | None:
        is_mode = isinstance(new, Mode)
        return self.desk.external_mode(old, new, self.active.autopilot) if is_mode else None

    def take_part(self, kind: str, sample: Any) -> None:
        """A sample about a further part, as another component tells it: beside those of the autopilot."""
        known, pending = self._known, self._pending[STREAM_OF[kind]]
        others = [one.index for one in known.get(kind, ()) if one.component]
        if len(others) >= MAX_PARTS and sample.index not in others:
            return
        known[kind] = merge_indexed(known.get(kind, ()), (sample,))
        pending[kind] = merge_indexed(pending.get(kind, ()), (sample,))
        self._wake_by(self._due_s[STREAM_OF[kind]])

    def meet(self, compid: int, name: str) -> None:
        """Another component of its system was heard."""
        self._components[compid] = name

    def miss(self, compid: int) -> None:
        """Another component fell silent."""
        self._components.pop(compid, None)

    def on_text(self, text: Text, ear: Ear | None = None, component: str = "") -> None:
        """A STATUSTEXT; the same one on two links is told once.

        Args:
            text: what was said.
            ear: by whom it was heard; None where another component of the system said it.
            component: who that was, as `gimbal (154)`; empty for the autopilot.
        """
        if not text.text:
            return
        for at_s, severity, words, heard_by in self._recent_texts:
            is_same = severity is text.severity and words == text.text
            if is_same and heard_by is not ear and abs(text.at_s - at_s) < TEXT_TWICE_S:
                return
        if not component:
            self.desk.on_text(text.text, text.severity)
        self._recent_texts.append((text.at_s, text.severity, text.text, ear))
        self.tell(
            Event(
                at_s=round(text.at_s, 3),
                kind=EventKind.STATUS_TEXT,
                severity=text.severity,
                text=text.text,
                component=component,
                is_complete=text.is_complete,
            )
        )

    def current_session(self) -> str:
        """The session that what is published now belongs to."""
        return self.session

    # ---- births and deaths ----

    def begin_new_life(self, reason: ConnReason, now_s: float) -> None:
        """A new session: the autopilot restarted, or came back after it was given up."""
        self.session = new_session()
        self.reason = reason
        self.link_state = LinkState.ONLINE
        self._reset(now_s)
        self._events.clear()
        self._sent_conn = self._sent_info = None
        if reason in _NEW_LIFE_EVENTS:
            self.tell(change_event(now_s, *_NEW_LIFE_EVENTS[reason]))
        self.desk.on_new_life(reason, now_s)
        self.board.begin_anew()

    def set_link_state(self, state: LinkState, reason: ConnReason, now_s: float, text: str) -> None:
        """The vehicle is heard, or not any more."""
        if state is self.link_state:
            return
        self.link_state, self.reason = state, reason
        severity = Severity.INFO if state is LinkState.ONLINE else Severity.WARNING
        self.tell(change_event(now_s, EventKind.LINK, severity, text))

    def set_conflict(self, conflict: str | None, now_s: float) -> None:
        """Another autopilot uses the same system id, or no longer."""
        if conflict == self.conflict:
            return
        self.conflict = conflict
        severity = Severity.NOTICE if conflict is None else Severity.ALERT
        text = "system id is unique again" if conflict is None else conflict
        self.tell(change_event(now_s, EventKind.IDENTITY, severity, text))

    def set_claim(self, bridge: str, now_s: float, *, is_claimed: bool) -> None:
        """Another bridge publishes a vehicle under our id, or no longer; a claim that isn't repeated expires."""
        conflict = self._claims.take(bridge, now_s, is_claimed=is_claimed)
        if conflict is not None:
            self.set_conflict(conflict, now_s)

    def tend_claims(self, now_s: float) -> None:
        """Claim our id again while another bridge does."""
        if self._claims.is_to_be_said(now_s):
            self._sent_conn, self._shown = None, ()

    @property
    def is_claimed(self) -> bool:
        """Whether another bridge publishes under our id."""
        return bool(self._claims)

    def may_be(self, other: VehicleSession) -> bool:
        """Whether an order to the other vehicle may be meant for this one: both use one system id, and it is told."""
        return self.conflict is not None and self._sysid == other.active.sysid

    # ---- what goes out ----

    def facts(self) -> Facts:
        """What is known now, for those who command."""
        connection = Connection(state=self.link_state, reason=self.reason, via=self._bridge_id, conflict=self.conflict)
        state = VehicleState(
            key=self.key,
            info=self._sent_info or self._info(),
            connection=connection,
            clock_offset_s=0.0,
            session=self.session,
            **self._known,
        )
        ear = self.active
        return Facts(
            state=state,
            link=self.link_state,
            sysid=self._sysid,
            compid=self.active.compid,
            mav_type=ear.mav_type,
            mav_autopilot=ear.mav_autopilot,
        )

    def say(self, leaf: Leaf, content: Any) -> int:
        """Publish something under this vehicle; returns its number."""
        return self._publisher.say(self._topics[leaf.name], leaf, self.session, content)

    def tell(self, event: Event) -> None:
        """Publish an event and keep it for those who miss it; one of a flood is only counted."""
        if self._flood.lets_through(event, self._publisher.now_s()):
            self._tell(event)

    def _tell(self, event: Event) -> None:
        seq = self.say(leaves.EVT, event)
        self._events.append((seq, self._publisher.encode(self.session, seq, event)))

    def publish_due(self, now_s: float) -> None:
        """Publish every stream that is due and has news, and the slow topics; for when `wake_s` has come."""
        if self._sent_conn is None:
            self.publish_presence()
        due_s, slower = self._due_s, self._slower
        for number, stream in enumerate(self._streams):
            if now_s < due_s[number]:
                continue
            raw = self._raw[number]
            if raw:
                self._raw[number] = {}
                for msgid, (payload, at_s) in raw.items():
                    self._absorb(msgid, payload, at_s)
            pending = self._pending[number]
            if pending:
                self._pending[number] = {}
                # keep the pace although the loop looks only now and then, but never catch up with a burst
                period_s = stream.period_s * (slower if number != MOTION else 1.0)
                due_s[number] = max(due_s[number] + period_s, now_s + period_s / 2)
                self.say(self._stream_leaves[number], Samples(**pending))
        self._publish_state(now_s)
        note = self._flood.note(now_s)
        if note is not None:
            self._tell(note)
        if now_s >= self._next_summary_s:
            self._next_summary_s = now_s + SUMMARY_PERIOD_S * slower
            self.say(leaves.TLM_SUM, overview(VehicleState(key=self.key, clock_offset_s=0.0, **self._known), now_s))
        if now_s >= self._next_link_s:
            self._next_link_s = now_s + LINK_PERIOD_S
            self._publish_link(now_s)
        self.wake_s = self._next_wake_s()

    @property
    def _slower(self) -> float:
        return SLOWER if self._publisher.bus_status.is_slow else 1.0

    def _next_wake_s(self) -> float:
        waiting = [self._due_s[number] for number, raw in enumerate(self._raw) if raw or self._pending[number]]
        state_s = self._state_sent_s + (STATE_MIN_S * self._slower if self._is_state_dirty else STATE_MAX_S)
        return min(self._next_summary_s, self._next_link_s, state_s, *waiting)

    def publish_again(self, from_event: int | None) -> None:
        """Answer a resync request: everything a newcomer needs, and events from a number on."""
        self._sent_conn = self._sent_info = None
        self.publish_presence()
        self._publish_state_now(self._state_sent_s)
        self.desk.publish_again(self._publisher.now_s())
        topic = self._topics[topics.EVT]
        for seq, payload in self._events if from_event is not None else ():
            if seq >= (from_event or 0):
                self._publisher.again(topic, payload, qos=1)

    def publish_death(self, reason: ConnReason, now_s: float) -> None:
        """The bridge ends: what waits for its stream's turn goes out before, as the last that is known."""
        self.desk.end(now_s)
        self._due_s = [now_s] * len(self._streams)
        self.wake_s = now_s
        self.publish_due(now_s)
        if self._is_state_dirty:
            self._publish_state_now(now_s)
        self.link_state, self.reason = LinkState.OFFLINE, reason
        self.publish_presence()

    def publish_presence(self) -> None:
        """`conn` and `info`, when they changed; looked at several times a second."""
        ear = self.active
        shown = (
            *(self.link_state, self.reason, self.conflict, self.uid, ear, ear.firmware, ear.mav_type),
            *(self.desk.unsupported, self.desk.lacking_modes, *self.ears, *self._components.values()),
        )
        if shown == self._shown and self._sent_info is not None:
            return
        self._shown = shown
        info = self._info()
        if info != self._sent_info:
            self._sent_info = info
            self.say(leaves.INFO, info)
        conn = Connection(state=self.link_state, reason=self.reason, via=self._bridge_id, conflict=self.conflict)
        if conn != self._sent_conn:
            self._sent_conn = conn
            self.say(leaves.CONN, conn)

    def _publish_state(self, now_s: float) -> None:
        age_s = now_s - self._state_sent_s
        if age_s >= STATE_MAX_S or (self._is_state_dirty and age_s >= STATE_MIN_S * self._slower):
            self._publish_state_now(now_s)

    def _publish_state_now(self, now_s: float) -> None:
        self._state_sent_s = now_s
        self._is_state_dirty = False
        known = {kind: self._known[kind] for kind in STATE_KINDS if kind in self._known}
        self._told = {kind: DECISIVE[kind](value) for kind, value in known.items()}
        self.say(leaves.STATE, Samples(**known))

    def _publish_link(self, now_s: float) -> None:
        links = tuple(ear.quality(now_s, is_best=ear is self.active) for ear in self.ears)
        damaged = sum(ear.peer.damaged for ear in self.ears)
        bus = self._publisher.bus_status
        report = LinkReport(
            links=links,
            damaged=damaged,
            dropped=self._publisher.dropped,
            thinned=bus.thinned,
            bus_bytes_per_s=bus.bytes_per_s,
        )
        self.say(leaves.LINK, report)

    def _info(self) -> VehicleInfo:
        ear = self.active
        return VehicleInfo(
            name=self.name,
            sysid=self._sysid,
            compid=self.active.compid,
            kind=ear.kind,
            autopilot=ear.autopilot,
            mav_type=ear.mav_type,
            firmware=ear.firmware,
            uid=self.uid,
            modes=self._modes(),
            verbs=self._verbs(),
            components=tuple(name for _, name in sorted(self._components.items())),
            links=tuple(one.peer.name for one in self.ears),
            streams=self._streams,
            kept=self._kept,
            bridge=self._bridge_id,
        )

    def _modes(self) -> tuple[str, ...]:
        ear = self.active
        names = mode_names(ear.mav_type, ear.mav_autopilot, ear.firmware)
        return tuple(one for one in names if one not in self.desk.lacking_modes)

    def _verbs(self) -> tuple[str, ...]:
        ear = self.active
        return tuple(one.value for one in verb_table(ear.autopilot, ear.kind) if one not in self.desk.unsupported)
