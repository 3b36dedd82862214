# SPDX-License-Identifier: Apache-2.0
"""The bridge: links on one side, the bus on the other, one thread between them.

The main thread of a bridge: read links, hear vehicles, publish what is due, say that we are alive.
The heartbeat to the vehicles is sent by this loop and by nothing else, so that it stops when the loop does. Bus
callbacks run on the worker thread and only append.
"""

from __future__ import annotations

import logging
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation import __version__
from groundstation.bridge.backfill import Backfill
from groundstation.bridge.hearing import Hearing
from groundstation.bridge.link_desk import LinkDesk
from groundstation.bridge.link_set import KeptLinks, LinkSet
from groundstation.bridge.link_text import LinkSpec
from groundstation.bridge.outbox import Outbox
from groundstation.bridge.outbox_store import OutboxStore
from groundstation.bridge.peer import Chunk, Link, Peer
from groundstation.bridge.publisher import Publisher, new_session
from groundstation.bridge.raw_frames import RawFrames
from groundstation.bridge.requests import Requests
from groundstation.bridge.serial_finder import SerialFinder
from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.identity import Root
from groundstation.fleet.link import BridgePresence, ConnReason, LinkState
from groundstation.fleet.link_table import LinkRequest, LinkTable
from groundstation.fleet.preconditions import Limits
from groundstation.mavlink import encode
from groundstation.mavlink.frames import frame_bytes
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Bus, BusState, BusStatus, Message, Outgoing
from groundstation.transport.leaves import BRIDGE_CONN, BRIDGE_LINKS, bridge_filters

log = logging.getLogger("groundstation.bridge")

TICK_S = 0.02
"""Longest wait for bytes: the loop turns at least so often."""
HEARTBEAT_S = 1.0
MAX_REQUESTS = 10_000
"""Requests that wait for a turn; a group order to a whole fleet comes at once. More are dropped, and counted."""
LOG_PERIOD_S = 5.0


class BridgeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a bridge is told at its start."""

    links: tuple[LinkSpec, ...]
    """Links to open."""
    root: str
    """`fleet`, `sim`, or `replay` for recordings; see `root_of`."""
    bridge_id: str
    """Its id on the bus, stable over restarts."""
    names: dict[int, tuple[str, str]] = {}
    """Vehicle id and human name by system id; `uav-<sysid>` for the others."""
    sysid: int = encode.GCS_SYSID
    """Our system id towards the vehicles."""
    compid: int = encode.GCS_COMPID
    """Our component id."""
    rate_scale: float = 1.0
    """Factor on every telemetry rate."""
    limits: Limits = Limits()
    """How far vehicles may be sent."""
    outbox: Path | None = None
    """Where messages are kept on disk while the broker is away; None to keep the last minutes in memory only."""
    has_raw: bool = True
    """Publish every frame as it came, for recorders."""
    finds_serial: bool = False
    """Open autopilots on serial ports as they are plugged in."""
    kept: KeptLinks | None = None
    """Links that operators added in an earlier run; None for a bridge that remembers none."""
    exit_at_end: bool = True
    """End when every link is a file that was played to its end."""


def root_of(links: tuple[LinkSpec, ...], wanted: str) -> str:
    """The root that vehicles of these links belong under: recorded traffic is no living vehicle.

    Args:
        links: as they were asked for.
        wanted: `fleet` or `sim` where it was asked for; empty for the usual.

    Raises:
        UsageError: a recording beside living links, or under a root of living vehicles.
    """
    played = [one for one in links if one.is_recorded]
    if not played and wanted == Root.REPLAY.value:
        raise UsageError("only recordings go under replay/; leave --root out for living vehicles")
    if not played:
        return wanted or Root.FLEET.value
    if len(played) < len(links):
        raise UsageError(f"'{played[0].text}' is a recording: a bridge plays recordings or hears vehicles; run two")
    if wanted not in ("", Root.REPLAY.value):
        raise UsageError(f"'{played[0].text}' is a recording: it goes under replay/, never under {wanted}/")
    return Root.REPLAY.value


class BridgeWill(msgspec.Struct, frozen=True):
    """The session of a bridge and the last will that speaks for it."""

    session: str
    message: Outgoing


def bridge_will(root: str, bridge_id: str) -> BridgeWill:
    """The will to connect with: the bridge is lost, and with it every vehicle that it hears."""
    session = new_session()
    presence = BridgePresence(state=LinkState.OFFLINE, reason=ConnReason.BRIDGE_LOST, version=__version__)
    envelope = payloads.Envelope(sid=session, seq=0, ts=int(time.time() * 1000), bms=0, d=presence)
    topic = topics.bridge(root, bridge_id, topics.CONN)
    return BridgeWill(session, Outgoing(topic, payloads.encode(envelope), qos=1, retain=True))


class BridgeService:
    """Runs links and vehicles; `run` is the loop."""

    def __init__(
        self,
        settings: BridgeSettings,
        bus: Bus,
        session: str,
        clock: Callable[[], float] = time.monotonic,
        keep: Callable[[KeptLinks], None] = lambda _: None,
    ) -> None:
        """Prepare a bridge.

        Args:
            settings: what it was told.
            bus: connected with the will of `bridge_will`, `on_message` and `on_status` wired to this service.
            session: the session in that will.
            clock: monotonic seconds.
            keep: remembers the links that operators wish for; must not wait.
        """
        if root_of(settings.links, settings.root) != settings.root:
            raise UsageError(f"these links don't belong under {settings.root}/")
        self._settings = settings
        self._bus = bus
        self._session = session
        self._clock = clock
        self._outbox = Outbox(OutboxStore(settings.outbox) if settings.outbox is not None else None)
        self._publisher = Publisher(bus, clock, self._outbox)
        self._backfill = Backfill(self._outbox, self._publisher, session)
        raw_topic = topics.bridge(settings.root, settings.bridge_id, topics.RAW_FRAMES)
        self._raw = RawFrames(self._publisher, raw_topic, session) if settings.has_raw else None
        self._selector = selectors.DefaultSelector()
        self.hearing = Hearing(
            settings.root,
            settings.bridge_id,
            self._publisher,
            settings.names,
            settings.rate_scale,
            settings.sysid,
            settings.limits,
            self._raw,
        )
        """Peers and vehicles."""
        self.link_set = LinkSet(self._selector, settings.links, self._link_gone)
        self._finder = SerialFinder() if settings.finds_serial else None
        is_recorded = any(spec.is_recorded for spec in settings.links)
        self.link_desk = LinkDesk(self.link_set, self.hearing, self._finder, keep, can_change=not is_recorded)
        """What operators want of the links."""
        if settings.kept is not None:
            self.link_set.put_back(settings.kept)
        self._peer_seq: dict[Peer, int] = {}
        self._waiting: deque[Message] = deque()
        self._requests = Requests(
            self.hearing.vehicles, settings.bridge_id, self._send_to, self._publish_all, self._backfill.ask
        )
        self.dropped_requests = 0
        """Requests that found the queue full."""
        self._connections = 0
        self._is_heard = False
        """Whether the bus was ever there: a file is not played before, to nobody."""
        self._was_connected = threading.Event()
        self._next_heartbeat_s = 0.0
        self._next_log_s = 0.0
        self._problems: dict[str, str] = {}

    # ---- worker thread ----

    def on_message(self, message: Message) -> None:
        """A request came; the loop takes it."""
        if len(self._waiting) >= MAX_REQUESTS:
            self.dropped_requests += 1
            return
        # a deque: appending on one thread and taking on another needs no lock in CPython
        self._waiting.append(message)

    def on_status(self, status: BusStatus) -> None:
        """The bus connected anew: the loop publishes births again."""
        if status.state is BusState.CONNECTED and status.connections != self._connections:
            self._connections = status.connections
            self._was_connected.set()

    # ---- bridge thread ----

    @property
    def links(self) -> list[Link]:
        """The links, for their ports and problems."""
        return self.link_set.open_links

    def open(self) -> None:
        """Open every link.

        Raises:
            GroundStationError: a link can't be had; names it and the remedy.
        """
        self.link_set.open_fixed()
        if self._finder is not None:
            self._finder.start()
        if self._outbox.store is not None:
            self._outbox.store.start()
        # after the links are open: a request that comes at once finds a bridge that can answer
        self._bus.subscribe(bridge_filters(self._settings.root, self._settings.bridge_id))

    def run(self, stop: threading.Event) -> None:
        """Serve until stopped, or until every file has been played.

        Raises:
            GroundStationError: a file that was played held no MAVLink.
        """
        while not stop.is_set():
            self.step()
            # a bridge whose links are all paused goes on: it waits for one to be taken up again
            if self._settings.exit_at_end and self.links and all(link.is_ended for link in self.links):
                break
        self._end()
        # behind the end: an error here must not leave vehicles that seem to live
        for link in self.links:
            if link.was_empty:
                raise GroundStationError(f"link '{link.text}': there is no MAVLink in it; is it a telemetry log?")

    def step(self) -> None:
        """One turn of the loop: wait for bytes at most a tick, then do what is due."""
        chunks: list[Chunk] = []
        # waits at most a tick: what is due by the clock must not wait for bytes
        for key, _ in self._selector.select(TICK_S):
            chunks += key.data()
        now_s = self._clock()
        self._is_heard = self._is_heard or self._bus.status.state is BusState.CONNECTED
        for link in self.links:
            if self._is_heard or not link.is_recorded:
                chunks += link.tick(now_s)
        for peer, data in chunks:
            if data:
                peer.bytes += len(data)
                self._send_all(peer, self.hearing.take(peer, data, now_s))
            else:
                self.hearing.peer_gone(peer)
                self._peer_seq.pop(peer, None)
        # behind the bytes of this turn, so that what is due holds the newest
        for peer, messages in self.hearing.tick(now_s):
            self._send_all(peer, messages)
        self._say_alive(now_s)
        self._answer_requests(now_s)
        if self._raw is not None:
            self._raw.tick(now_s)
        if self._bus.status.state is not BusState.CONNECTED:
            self._backfill.forget()
        elif not self._bus.status.is_slow:
            # a way that does not carry what is new has no room for what was missed
            self._backfill.tick(now_s)
        self._publisher.flush()
        self._log_problems(now_s)

    def _send_all(self, peer: Peer, messages: list[Outbound]) -> None:
        for msgid, payload in messages:
            seq = self._peer_seq.get(peer, 0)
            # counted by peer: sequence numbers are those of a link (MAVLink guide, "Packet Serialization")
            self._peer_seq[peer] = (seq + 1) & 0xFF
            peer.send(frame_bytes(msgid, payload, seq, self._settings.sysid, self._settings.compid))

    def _say_alive(self, now_s: float) -> None:
        """Our heartbeat to every peer that we know, whether it answers yet or not."""
        if now_s < self._next_heartbeat_s:
            return
        # where time is hurried and all comes so much more often, a vehicle counts our silence in its own seconds
        self._next_heartbeat_s = now_s + HEARTBEAT_S / max(1.0, self._settings.rate_scale)
        called = {link.peer for link in self.links if link.peer is not None}
        for peer in {*self.hearing.peers, *called}:
            self._send_all(peer, [encode.heartbeat()])

    def _answer_requests(self, now_s: float) -> None:
        if self._was_connected.is_set():
            # before publishing: a connection that is lost meanwhile sets it again
            self._was_connected.clear()
            self._publish_all(None)
        while self._waiting:
            message = self._waiting.popleft()
            if message.topic.endswith(f"/{topics.LINKS_REQ}"):
                self._take_link_wish(message)
            else:
                self._requests.take(message, now_s)
        self._requests.tick(now_s)
        table = self.link_desk.tick(now_s)
        if table is not None:
            self._publish_links(table)

    def _take_link_wish(self, message: Message) -> None:
        if message.retain:
            # kept by a broker it would be carried out again at each connection
            return
        try:
            self.link_desk.take(payloads.decode_request(LinkRequest, message.payload))
        except payloads.PayloadError:
            self._requests.undecodable += 1

    def _link_gone(self, text: str) -> None:
        for peer in self.hearing.peers_of(text):
            self.hearing.peer_gone(peer)
            self._peer_seq.pop(peer, None)

    def _publish_links(self, table: LinkTable) -> None:
        topic = topics.bridge(self._settings.root, self._settings.bridge_id, topics.LINKS)
        self._publisher.say(topic, BRIDGE_LINKS, self._session, table)

    def _publish_all(self, from_event: int | None) -> None:
        self._publish_presence(LinkState.ONLINE, ConnReason.BRIDGE_STARTED)
        self._publish_links(self.link_desk.table(self._clock()))
        self.hearing.publish_again(None, from_event)
        self._backfill.publish_marks()

    def _send_to(self, vehicle: VehicleSession, messages: list[Outbound]) -> None:
        self._send_all(vehicle.active.peer, messages)

    def _publish_presence(self, state: LinkState, reason: ConnReason) -> None:
        links = tuple(one.text for one in self.link_set.entries)
        presence = BridgePresence(state=state, reason=reason, links=links, version=__version__)
        topic = topics.bridge(self._settings.root, self._settings.bridge_id, topics.CONN)
        self._publisher.say(topic, BRIDGE_CONN, self._session, presence)

    def _log_problems(self, now_s: float) -> None:
        """Say what is wrong with a link once when it begins, and what is unknown on it."""
        if now_s < self._next_log_s:
            return
        self._next_log_s = now_s + LOG_PERIOD_S
        for link in self.links:
            if self._problems.get(link.text, "") != link.problem:
                self._problems[link.text] = link.problem
                is_trouble = bool(link.problem) and not link.is_ended
                log.log(
                    logging.WARNING if is_trouble else logging.INFO, "link %s: %s", link.text, link.problem or "works"
                )
        for name in self.hearing.take_unlisted():
            log.info("message %s is not known to this version; it is counted and left alone", name)

    def _end(self) -> None:
        """Tell the death of every vehicle, then of the bridge, and close the links.

        The last minutes go to the disk: nobody knows yet what of them was missed.
        """
        if self._raw is not None:
            # first, since its batches belong to sessions that end below
            self._raw.publish_all()
        self.hearing.publish_deaths(ConnReason.BRIDGE_STOPPED, self._clock())
        self._publish_presence(LinkState.OFFLINE, ConnReason.BRIDGE_STOPPED)
        self._publisher.flush()
        # off and on again: only the step to away gives the last minutes to the disk
        self._outbox.set_away(is_away=False)
        self._outbox.set_away(is_away=True)
        self._outbox.close()
        if self._finder is not None:
            self._finder.stop()
        for link in self.links:
            link.close()
        self._selector.close()
