# SPDX-License-Identifier: Apache-2.0
"""Frames of all peers to vehicles: who speaks, and for which vehicle. Bridge thread; no I/O.

What a frame of an autopilot is good for stands in `frame_meaning.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundstation.bridge.boot_watch import BootWatch
from groundstation.bridge.bystanders import Bystanders
from groundstation.bridge.crew import Crew
from groundstation.bridge.ear import Ear
from groundstation.bridge.frame_meaning import HEARTBEATS, RADIO, FrameMeaning
from groundstation.bridge.link_watch import LinkWatch
from groundstation.bridge.metadata_desk import MetadataShelf
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.bridge.raw_frames import RawFrames
from groundstation.bridge.roll_call import RollCall
from groundstation.bridge.seats import EarKey, Seats
from groundstation.bridge.streams import scaled
from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.link_table import Speaker
from groundstation.fleet.preconditions import Limits
from groundstation.mavlink.dialect import DEFINITIONS, unpack
from groundstation.mavlink.frames import Frame, FrameParser
from groundstation.mavlink.speaker import SpeakerRole, is_radio, role_of
from groundstation.mavlink.stream_requests import Outbound

FORGET_EAR_S = 120.0
MAX_EARS = 2_000
TICK_S = 0.2
"""Requests, texts and silences are looked after this often."""
PUBLISH_S = 0.04
"""and this often it is looked what is due to be published."""


class Hearing:
    """Every autopilot that is heard, and the vehicles that they are."""

    def __init__(
        self,
        root: str,
        bridge_id: str,
        publisher: Publisher,
        names: dict[int, tuple[str, str]],
        rate_scale: float,
        own_sysid: int,
        limits: Limits | None = None,
        raw: RawFrames | None = None,
    ) -> None:
        """Begin with nobody.

        Args:
            root: `fleet` or `sim`.
            bridge_id: our id on the bus.
            publisher: what vehicles publish with.
            names: vehicle id and human name by system id.
            rate_scale: factor on every telemetry rate.
            own_sysid: our system id towards the vehicles.
            limits: how far vehicles may be sent; None for the usual.
            raw: takes every frame as it came; None where nobody wants them.
        """
        self._raw = raw
        self._limits = limits or Limits()
        self._own_sysid = own_sysid
        self._shelf = MetadataShelf()
        self._root = root
        self._bridge_id = bridge_id
        self._publisher = publisher
        self._names = names
        self._rate_scale = rate_scale
        self._streams = scaled(rate_scale)
        self._parsers: dict[Peer, FrameParser] = {}
        self._ears: dict[EarKey, Ear] = {}
        self._unlisted: dict[int, bool] = {}
        self._next_tick_s = self._next_publish_s = 0.0
        self._roll = RollCall(self._make_vehicle, own_sysid)
        self._boots = BootWatch(self._roll)
        self._meaning = FrameMeaning(self._roll, self._boots)
        self._uses = self._meaning.uses
        self._links = LinkWatch(self._roll, self._boots, own_sysid)
        self._crew = Crew(self._only_vehicle)
        self._seats = Seats()
        self._bystanders = Bystanders()

    def _only_vehicle(self, sysid: int) -> VehicleSession | None:
        """The vehicle with a system id, for those who speak for it; None where it is none, or not clear which."""
        namesakes = self._roll.namesakes(sysid)
        if len(namesakes) > 1:
            # one that is not heard any more, and perhaps never was, has no crew
            namesakes = [one for one in namesakes if one.link_state is not LinkState.OFFLINE]
        return namesakes[0] if len(namesakes) == 1 else None

    @property
    def vehicles(self) -> dict[VehicleKey, VehicleSession]:
        """Every vehicle that was heard since the start."""
        return self._roll.vehicles

    def _make_vehicle(self, ear: Ear, number: int, now_s: float) -> VehicleSession:
        """A vehicle for an ear; `number` counts those that share a system id, from 1."""
        vehicle_id, name = self._names.get(ear.sysid, (f"uav-{ear.sysid}", f"uav-{ear.sysid}"))
        if number > 1:
            # an id has 32 letters at most: room for a hyphen and a number
            vehicle_id, name = f"{vehicle_id[:28]}-{number}", f"{name} ({number})"
        key = VehicleKey(self._root, vehicle_id)
        return VehicleSession(
            key,
            name,
            self._bridge_id,
            self._streams,
            self._publisher,
            ear,
            now_s,
            self._limits,
            self._own_sysid,
            self._shelf,
        )

    @property
    def peers(self) -> set[Peer]:
        """Peers behind which an autopilot was heard."""
        return {ear.peer for ear in self._ears.values()}

    def take(self, peer: Peer, data: bytes, now_s: float) -> list[Outbound]:
        """Bytes of a peer in.

        Returns:
            What to answer to that peer at once.
        """
        parser = self._parsers.get(peer)
        if parser is None:
            parser = self._parsers[peer] = FrameParser()
        if peer.is_datagram:
            # nearly every datagram is one whole frame: no buffer and no search for it
            whole = parser.whole(data)
            if whole is not None:
                return self._on_frame(peer, whole, now_s)
        return self._take_apart(peer, parser, data, now_s)

    def _take_apart(self, peer: Peer, parser: FrameParser, data: bytes, now_s: float) -> list[Outbound]:
        """Several frames, parts of frames, or damage."""
        answers: list[Outbound] = []
        frames = parser.feed(data)
        if peer.is_datagram:
            # the next datagram is of somebody who knows nothing of this one's end
            frames += parser.flush()
        peer.damaged = parser.damaged
        for frame in frames:
            answers += self._on_frame(peer, frame, now_s)
        return answers

    def _on_frame(self, peer: Peer, frame: Frame, now_s: float) -> list[Outbound]:
        peer.frames += 1
        key = (peer, frame.sysid, frame.compid)
        ear = self._ears.get(key)
        if ear is None:
            ear = self._new_ear(key, frame, now_s)
        if self._raw is not None:
            self._keep_raw(self._raw, peer, frame, ear)
        if ear is None:
            self._on_other(peer, frame, now_s)
            return []
        ear.loss.on_frame(frame.seq, len(frame.raw), now_s)
        ear.last_frame_s = now_s
        msgid = frame.msgid
        use = self._uses.get(msgid)
        if use is None:
            # PX4 sends some that the dialect lacks, such as EVENT (observed): told once, not with each frame
            self._unlisted.setdefault(msgid, True)
            return []
        ear.requests.on_message(msgid)
        return use(ear, frame, now_s)

    def _keep_raw(self, raw: RawFrames, peer: Peer, frame: Frame, ear: Ear | None) -> None:
        """A frame as it came, to its vehicle; a camera's or a gimbal's to the vehicle that carries it."""
        if ear is None:
            carried = (one for (by, sysid, _), one in self._ears.items() if by is peer and sysid == frame.sysid)
            ear = next(carried, None)
        vehicle = self._roll.vehicle_of(ear) if ear is not None else None
        if vehicle is None:
            raw.take_nobodys(frame)
        else:
            is_doubled = len(vehicle.ears) > 1
            raw.take(frame, vehicle.raw_topic, lambda: vehicle.session, is_doubled=is_doubled)

    def _on_other(self, peer: Peer, frame: Frame, now_s: float) -> None:
        """A frame of somebody who is no autopilot: a radio speaks for its link, a component for its vehicle."""
        self._bystanders.take(peer, frame, now_s)
        if frame.msgid in RADIO and is_radio(frame.compid):
            self._meaning.take_radio(peer, frame, now_s)
        else:
            self._crew.take(frame, now_s)

    def _new_ear(self, key: EarKey, frame: Frame, now_s: float) -> Ear | None:
        """The first heartbeat of an autopilot makes an ear; other stations, cameras and radios don't."""
        # only a heartbeat says what its sender is; and each ear costs memory, so noise must not make any
        if frame.msgid not in HEARTBEATS or frame.sysid == 0 or len(self._ears) >= MAX_EARS:
            return None
        fields = unpack(frame.msgid, frame.payload)
        if role_of(frame.compid, fields["type"], fields["autopilot"]) is not SpeakerRole.AUTOPILOT:
            return None
        if not self._seats.is_its_turn(key, now_s):
            return None
        peer, sysid, compid = key
        ear = self._ears[key] = Ear(peer, sysid, compid, fields, now_s, self._rate_scale)
        peer.is_known = True
        former = self._seats.take(ear)
        if former is not None:
            # one link speaks for one autopilot of a system: the better claim takes the other's place
            self._roll.succeed(former, ear, now_s)
            self._ears.pop((peer, sysid, former.compid), None)
        else:
            self._roll.enter(ear, now_s)
        return ear

    # ---- time ----

    def tick(self, now_s: float) -> Iterator[tuple[Peer, list[Outbound]]]:
        """Publish what is due; five times a second also look after requests and silences.

        Yields:
            Messages for peers.
        """
        is_slow_turn = now_s >= self._next_tick_s
        if is_slow_turn:
            self._next_tick_s = now_s + TICK_S
            self._roll.decide(now_s)
            self._crew.tick(now_s)
            self._seats.tick(now_s)
            for ear in list(self._ears.values()):
                messages = self._tend(ear, now_s)
                if messages:
                    yield ear.peer, messages
            for vehicle in self.vehicles.values():
                vehicle.tend_claims(now_s)
                self._links.look(vehicle, now_s)
                vehicle.publish_presence()
                # a busy one has its turn below, five times as often: a next step waits for what this turn sees
                if not vehicle.desk.is_busy:
                    vehicle.desk.tick(now_s)
        if now_s >= self._next_publish_s:
            self._next_publish_s = now_s + PUBLISH_S
            for vehicle in self.vehicles.values():
                yield vehicle.active.peer, vehicle.tick(now_s, is_slow_turn=is_slow_turn)
                if now_s >= vehicle.wake_s:
                    vehicle.publish_due(now_s)

    def _tend(self, ear: Ear, now_s: float) -> list[Outbound]:
        """Look after texts, boot clock and requests of an ear; returns what to send to its peer."""
        if now_s - ear.last_frame_s > FORGET_EAR_S:
            self._forget(ear)
            return []
        vehicle = self._roll.vehicle_of(ear)
        for text in ear.texts.tick(now_s):
            if vehicle is not None:
                vehicle.on_text(text, ear)
        if vehicle is not None:
            self._roll.compare_boots(ear, vehicle, now_s)
        return [*ear.requests.tick(now_s), *ear.time_sync.tick(now_s)]

    def _forget(self, ear: Ear) -> None:
        self._ears.pop((ear.peer, ear.sysid, ear.compid), None)
        self._boots.forget(ear)
        self._seats.leave(ear)
        self._roll.leave(ear)

    def peer_gone(self, peer: Peer) -> None:
        """A connection closed: its ears are deaf; a new connection makes new ones."""
        peer.is_closed = True
        self._parsers.pop(peer, None)
        self._bystanders.leave(peer)
        # a list, since forgetting takes them out
        for key in [key for key in self._ears if key[0] is peer]:
            self._forget(self._ears[key])

    # ---- asked from outside ----

    def peers_of(self, link: str) -> list[Peer]:
        """Other ends from which bytes came on a link, by its text."""
        return [one for one in self._parsers if one.link == link]

    def ears_of(self, link: str) -> Iterator[Ear]:
        """Autopilots that are heard on a link."""
        return (one for one in self._ears.values() if one.peer.link == link)

    def vehicle_id(self, ear: Ear) -> str:
        """Whom an ear hears; empty where it is not clear yet."""
        vehicle = self._roll.vehicle_of(ear)
        return vehicle.key.id if vehicle is not None else ""

    def bystanders_of(self, link: str, now_s: float) -> list[Speaker]:
        """Who else was heard on a link lately: other ground stations, radios, components."""
        return self._bystanders.of(link, now_s)

    def carries_alone(self, link: str) -> list[VehicleSession]:
        """Vehicles that may be armed and are heard on this link and on no other."""
        return [
            one
            for one in self.vehicles.values()
            if one.link_state is not LinkState.OFFLINE
            and one.may_be_armed
            and {ear.peer.link for ear in one.ears} == {link}
        ]

    def publish_again(self, key: VehicleKey | None, from_event: int | None) -> None:
        """Publish conn, info and state again, of one vehicle or of all."""
        for vehicle in self.vehicles.values():
            if key is None or vehicle.key == key:
                vehicle.publish_again(from_event)

    def publish_deaths(self, reason: ConnReason, now_s: float) -> None:
        """The bridge ends: so do its vehicles, as far as the bus is concerned."""
        for vehicle in self.vehicles.values():
            vehicle.publish_death(reason, now_s)

    def take_unlisted(self) -> list[str]:
        """Names of messages in no table that came for the first time since the last call."""
        new = [msgid for msgid, is_new in self._unlisted.items() if is_new]
        for msgid in new:
            self._unlisted[msgid] = False
        return [DEFINITIONS[msgid].name if msgid in DEFINITIONS else str(msgid) for msgid in new]
