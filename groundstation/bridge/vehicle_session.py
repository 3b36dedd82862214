# SPDX-License-Identifier: Apache-2.0
"""One vehicle on the bridge: what came from its autopilot, and what of it is published when. Bridge thread; no I/O.

Telemetry is kept as it came, newest of each message, and decoded when its stream is due: a message that is overtaken
costs nothing but its frame. Heartbeats and texts are read at once.
"""

from __future__ import annotations

from typing import Any

from groundstation.bridge.certificate import certificate
from groundstation.bridge.changes import DECISIVE, NEW_LIFE_EVENTS, TELLERS, change_event
from groundstation.bridge.claims import Claims
from groundstation.bridge.command_desk import CommandDesk
from groundstation.bridge.conversation_board import ConversationBoard
from groundstation.bridge.ear import Ear
from groundstation.bridge.event_log import EventLog, event_of_text
from groundstation.bridge.external_control import OtherStations
from groundstation.bridge.facts import Facts
from groundstation.bridge.metadata_desk import MetadataDesk, MetadataShelf
from groundstation.bridge.overview import overview
from groundstation.bridge.param_desk import ParamDesk
from groundstation.bridge.plan_desk import PlanDesk
from groundstation.bridge.publisher import Publisher, new_session
from groundstation.bridge.silent_desk import SilentDesk
from groundstation.bridge.streams import STATE_KINDS
from groundstation.bridge.telemetry import Telemetry
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Root, StreamInfo, VehicleInfo, VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, ConnReason, LinkReport, LinkState
from groundstation.fleet.phrases import Words
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.sample import Severity
from groundstation.fleet.status import Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.statustext import Text
from groundstation.mavlink.stream_requests import Outbound
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

if set(DECISIVE) != set(STATE_KINDS):
    raise AssertionError("every kind of the retained state needs to know what is decisive in it")

_OURS = tuple(one for one in leaves.LEAVES if one.owner == leaves.VEHICLE and not one.is_request)


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
        shelf: MetadataShelf,
    ) -> None:
        self.key = key
        self.name = name
        self.ears: list[Ear] = [ear]
        self.active = ear
        """The ear whose telemetry counts."""
        self.session = new_session()
        self.link_state = LinkState.ONLINE
        self.reason = ConnReason.DISCOVERED
        self.conflict: Words | None = None
        self._claims = Claims(key.id)
        self.booted_s = ear.booted_s
        self.uid: str | None = None
        self._bridge_id, self._streams, self._publisher = bridge_id, streams, publisher
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
        self._events = EventLog(now_s, self._publish_event)
        self.commands = None if key.root == Root.REPLAY else CommandDesk(self, limits, publisher.now_s)
        """Its commands and who may give them; None for a recording, which can't be commanded."""
        self.desk = self.commands or SilentDesk()
        """What is told of all that may concern a command."""
        self.plans: PlanDesk | None = None
        """Its mission, fence and rally points; None for a recording."""
        self.parameters: ParamDesk | None = None
        """Its parameters; None for a recording."""
        self.metadata: MetadataDesk | None = None
        """What it tells of them; None for a recording."""
        self.board = ConversationBoard(own_sysid)
        """Who talks with it; nobody with a recording."""
        if self.commands is not None:
            self._open_desks(self.commands, limits, now_s, own_sysid, shelf)
        self._components: dict[int, str] = {}

    def _open_desks(
        self, commands: CommandDesk, limits: Limits, now_s: float, own_sysid: int, shelf: MetadataShelf
    ) -> None:
        own = (self, commands.control, commands.memory, limits, now_s)
        plans = self.plans = PlanDesk(*own)
        parameters = self.parameters = ParamDesk(*own, commands.is_setting)
        metadata = self.metadata = MetadataDesk(self, shelf, parameters.describe)
        parameters.on_read = metadata.wish
        plans.beside, parameters.beside, metadata.beside = (
            (parameters, metadata),
            (plans, metadata),
            (plans, parameters),
        )
        commands.elsewhere = (plans, parameters)
        for one in (commands, plans, parameters, metadata):
            self.board.join(one)
        self.board.listen(OtherStations(self.tell, own_sysid, plans.changed_by_other))

    @property
    def _transfers(self) -> tuple[PlanDesk | ParamDesk | MetadataDesk, ...]:
        """The desks of its lists; none for a recording."""
        return tuple(one for one in (self.plans, self.parameters, self.metadata) if one is not None)

    def _reset(self, now_s: float) -> None:
        """Forget every measurement."""
        self.telemetry = Telemetry(self._streams, now_s, self._notice)
        self._told: dict[str, Any] = {}
        """What of them was decisive in the last `state`."""
        self._is_state_dirty = False
        self._state_sent_s = 0.0
        self._next_summary_s = self._next_link_s = now_s
        self.wake_s = now_s
        """When something is to be published at the earliest; what makes an idle turn cost next to nothing."""

    # ---- what comes in ----

    def take(self, msgid: int, payload: bytes, now_s: float) -> None:
        """A telemetry message."""
        due_s = self.telemetry.take(msgid, payload, now_s)
        if due_s < self.wake_s:  # noqa: PLR1730 - min() takes thrice as long, and every message comes by here
            self.wake_s = due_s

    def take_part(self, kind: str, sample: Any) -> None:
        """A sample about a further part, as another component tells it."""
        due_s = self.telemetry.take_part(kind, sample)
        self.wake_s = min(self.wake_s, self.wake_s if due_s is None else due_s)

    def _notice(self, kind: str, old: Any, new: Any) -> None:
        """Tell a change as an event, and mark the retained state for publishing."""
        # the first sample of a life is no change: a window shows it by itself
        tell = TELLERS.get(kind)
        if tell is not None and old is not None:
            event = self._external(old, new) or tell(old, new)
            if event is not None:
                self.tell(event)
        if not self._is_state_dirty and (kind not in self._told or DECISIVE[kind](new) != self._told[kind]):
            self._is_state_dirty = True
            self.wake_s = min(self.wake_s, self._state_sent_s + STATE_MIN_S)

    def _external(self, old: Any, new: Any) -> Event | None:
        is_mode = isinstance(new, Mode)
        return self.desk.external_mode(old, new, self.active.autopilot) if is_mode else None

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
        if not text.text or self._events.is_repeated(text, ear):
            return
        if not component:
            self.desk.on_text(text.text, text.severity)
        self.tell(event_of_text(text, component))

    def tick(self, now_s: float, *, is_slow_turn: bool) -> list[Outbound]:
        """Time passed, for orders and lists; who has nothing under way is asked in the slow turns alone."""
        messages = self.desk.tick(now_s) if self.desk.is_busy else []
        for one in self._transfers:
            if one.is_busy or is_slow_turn:
                messages += one.tick(now_s)
        return messages

    # ---- births and deaths ----

    def begin_new_life(self, reason: ConnReason, now_s: float) -> None:
        """A new session: the autopilot restarted, or came back after it was given up."""
        self.session = new_session()
        self.reason = reason
        self.link_state = LinkState.ONLINE
        self._reset(now_s)
        self._events.clear()
        self._sent_conn = self._sent_info = None
        if reason in NEW_LIFE_EVENTS:
            self.tell(change_event(now_s, *NEW_LIFE_EVENTS[reason]))
        # behind the new session: what ends by it is published as of the new life
        self.desk.on_new_life(reason, now_s)
        for one in self._transfers:
            one.on_new_life(reason, now_s)
        self.board.begin_anew()

    def set_link_state(self, state: LinkState, reason: ConnReason, now_s: float, text: str) -> None:
        """The vehicle is heard, or not any more."""
        if state is self.link_state:
            return
        self.link_state, self.reason = state, reason
        severity = Severity.INFO if state is LinkState.ONLINE else Severity.WARNING
        self.tell(change_event(now_s, EventKind.LINK, severity, text))

    def set_conflict(self, conflict: Words | None, now_s: float) -> None:
        """Another autopilot uses the same system id, or no longer."""
        if conflict == self.conflict:
            return
        self.conflict = conflict
        severity = Severity.NOTICE if conflict is None else Severity.ALERT
        text = "system id is unique again" if conflict is None else str(conflict)
        self.tell(change_event(now_s, EventKind.IDENTITY, severity, text))

    def set_claim(self, bridge: str, now_s: float, *, is_claimed: bool) -> None:
        """Another bridge publishes a vehicle under our id, or no longer; a claim that isn't repeated expires."""
        conflict = self._claims.take(bridge, now_s, is_claimed=is_claimed)
        if conflict is not None:
            self.set_conflict(conflict, now_s)

    def tend_claims(self, now_s: float) -> None:
        """Claim our id again while another bridge does."""
        if self._claims.is_to_be_said(now_s):
            # `conn` counts as not sent, since publishing it is the claim
            self._sent_conn, self._shown = None, ()

    @property
    def is_far(self) -> bool:
        """Whether it is heard over a satellite alone (HIGH_LATENCY2)."""
        return self.active.patience > 1.0

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
            plans=self.plans.status if self.plans is not None else None,
            **self.telemetry.known,
        )
        ear = self.active
        return Facts(
            state=state,
            link=self.link_state,
            sysid=self._sysid,
            compid=self.active.compid,
            mav_type=ear.mav_type,
            mav_autopilot=ear.mav_autopilot,
            capabilities=ear.capabilities,
        )

    @property
    def may_be_armed(self) -> bool:
        """False only for one that said that it is disarmed."""
        armed = self.telemetry.known.get("armed")
        return armed is None or armed.is_armed is not False

    def say(self, leaf: Leaf, content: Any) -> int:
        """Publish something under this vehicle; returns its number."""
        return self._publisher.say(self._topics[leaf.name], leaf, self.session, content)

    def tell(self, event: Event) -> None:
        """Publish an event and keep it for those who miss it; one of a flood is only counted."""
        self._events.tell(event, self._publisher.now_s())

    def _publish_event(self, event: Event) -> tuple[int, bytes]:
        seq = self.say(leaves.EVT, event)
        return seq, self._publisher.newest

    def publish_due(self, now_s: float) -> None:
        """Publish every stream that is due and has news, and the slow topics; for when `wake_s` has come."""
        if self._sent_conn is None:
            self.publish_presence()
        slower = self._slower
        for number, samples in self.telemetry.due(now_s, slower):
            self.say(self._stream_leaves[number], samples)
        self._publish_state(now_s)
        self._events.tick(now_s)
        if now_s >= self._next_summary_s:
            self._next_summary_s = now_s + SUMMARY_PERIOD_S * slower
            self.say(
                leaves.TLM_SUM, overview(VehicleState(key=self.key, clock_offset_s=0.0, **self.telemetry.known), now_s)
            )
        if now_s >= self._next_link_s:
            self._next_link_s = now_s + LINK_PERIOD_S
            self._publish_link(now_s)
        self.wake_s = self._next_wake_s()

    @property
    def _slower(self) -> float:
        return SLOWER if self._publisher.bus_status.is_slow else 1.0

    def _next_wake_s(self) -> float:
        state_s = self._state_sent_s + (STATE_MIN_S * self._slower if self._is_state_dirty else STATE_MAX_S)
        return min(self._next_summary_s, self._next_link_s, state_s, *self.telemetry.waiting_s())

    def publish_again(self, from_event: int | None) -> None:
        """Answer a resync request: everything a newcomer needs, and events from a number on."""
        self._sent_conn = self._sent_info = None
        self.publish_presence()
        self._publish_state_now(self._state_sent_s)
        self.desk.publish_again(self._publisher.now_s())
        for one in self._transfers:
            one.publish_again()
        for payload in self._events.since(from_event) if from_event is not None else ():
            self._publisher.again(self._topics[topics.EVT], payload, qos=leaves.EVT.qos)

    def publish_death(self, reason: ConnReason, now_s: float) -> None:
        """The bridge ends: what waits for its stream's turn goes out before, as the last that is known."""
        # before the last words: a command that is under way ends in them
        self.desk.end(now_s)
        for one in self._transfers:
            one.end(now_s)
        self.telemetry.hurry(now_s)
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
        known = {kind: self.telemetry.known[kind] for kind in STATE_KINDS if kind in self.telemetry.known}
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
        others = (name for _, name in sorted(self._components.items()))
        own = (self.name, self._sysid, self.active, self.ears, self.uid, others)
        return certificate(*own, self.desk, self._streams, self._kept, self._bridge_id)
