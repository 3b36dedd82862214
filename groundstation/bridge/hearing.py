# SPDX-License-Identifier: Apache-2.0
"""Frames of all peers to vehicles: who speaks, for which vehicle, what must be answered. Bridge thread; no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from groundstation.bridge.ear import BOOT_OFFSET, Ear
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.bridge.roll_call import ALIVE_S, Verdict, conflict_text, judge
from groundstation.bridge.streams import scaled
from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.mavlink.decode import DECODABLE, is_listed
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS, Fields, unpack
from groundstation.mavlink.frames import Frame, FrameParser
from groundstation.mavlink.modes import MAV_AUTOPILOT_INVALID, MAV_TYPE_GCS
from groundstation.mavlink.stream_requests import Outbound

LOST_S = 3.5
"""Silence of the heartbeat after which a link is lost."""
OFFLINE_S = 10.0
"""and after which the vehicle is given up: the next heartbeat begins a new session."""
FAILOVER_S = 1.5
"""The other link takes over when the active one was silent for so long."""
FORGET_EAR_S = 120.0
MAX_EARS = 2_000
REBOOTS_OF_TWO = 3
"""A boot clock that went back this often within `REBOOT_WINDOW_S` is the clocks of two autopilots in turn."""
REBOOT_WINDOW_S = 5.0
TICK_S = 0.1
"""Requests, texts and silences are looked after this often."""

_HEARTBEAT, _HIGH_LATENCY2 = MSGIDS["HEARTBEAT"], MSGIDS["HIGH_LATENCY2"]
_STATUSTEXT, _TIMESYNC = MSGIDS["STATUSTEXT"], MSGIDS["TIMESYNC"]
_COMMAND_ACK, _AUTOPILOT_VERSION = MSGIDS["COMMAND_ACK"], MSGIDS["AUTOPILOT_VERSION"]

EarKey = tuple[Peer, int, int]


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
    ) -> None:
        """Begin with nobody.

        Args:
            root: `fleet` or `sim`.
            bridge_id: our id on the bus.
            publisher: what vehicles publish with.
            names: vehicle id and human name by system id.
            rate_scale: factor on every telemetry rate.
            own_sysid: our system id towards the vehicles.
        """
        self._own_sysid = own_sysid
        self._root = root
        self._bridge_id = bridge_id
        self._publisher = publisher
        self._names = names
        self._rate_scale = rate_scale
        self._streams = scaled(rate_scale)
        self._parsers: dict[Peer, FrameParser] = {}
        self._ears: dict[EarKey, Ear] = {}
        self._vehicle_of: dict[Ear, VehicleSession] = {}
        self._undecided: list[Ear] = []
        self._went_back_s: dict[Ear, deque[float]] = {}
        self._unlisted: dict[int, bool] = {}
        self._next_tick_s = 0.0
        self.vehicles: dict[VehicleKey, VehicleSession] = {}
        """Every vehicle that was heard since the start."""

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
        answers: list[Outbound] = []
        frames = parser.feed(data)
        if peer.is_datagram:
            frames += parser.flush()
        peer.damaged = parser.damaged
        for frame in frames:
            answers += self._on_frame(peer, frame, now_s)
        return answers

    def _on_frame(self, peer: Peer, frame: Frame, now_s: float) -> list[Outbound]:
        key = (peer, frame.sysid, frame.compid)
        ear = self._ears.get(key)
        if ear is None:
            ear = self._new_ear(key, frame, now_s)
            if ear is None:
                return []
        ear.loss.on_frame(frame.seq, len(frame.raw), now_s)
        ear.last_frame_s = now_s
        msgid = frame.msgid
        if not frame.is_known or not is_known_message(msgid):
            self._unlisted.setdefault(msgid, True)
            return []
        ear.requests.on_message(msgid)
        handler = _HANDLERS.get(msgid)
        if handler is not None:
            return handler(self, ear, frame, now_s)
        if msgid in DECODABLE:
            self._on_telemetry(ear, frame, now_s)
        return []

    def _new_ear(self, key: EarKey, frame: Frame, now_s: float) -> Ear | None:
        """The first heartbeat of an autopilot makes an ear; other stations, cameras and radios don't."""
        if frame.msgid not in (_HEARTBEAT, _HIGH_LATENCY2) or frame.sysid == 0 or len(self._ears) >= MAX_EARS:
            return None
        fields = unpack(frame.msgid, frame.payload)
        if fields["autopilot"] == MAV_AUTOPILOT_INVALID or fields["type"] == MAV_TYPE_GCS:
            return None
        peer, sysid, compid = key
        ear = self._ears[key] = Ear(peer, sysid, compid, fields, now_s, self._rate_scale)
        peer.is_known = True
        self._undecided.append(ear)
        self._decide(now_s)
        return ear

    def _on_telemetry(self, ear: Ear, frame: Frame, now_s: float) -> None:
        if frame.msgid in BOOT_OFFSET and ear.on_boot_clock(frame, now_s):
            self._on_boot_clock_back(ear, now_s)
        vehicle = self._vehicle_of.get(ear)
        if vehicle is not None and vehicle.active is ear:
            vehicle.take(frame.msgid, frame.payload, now_s)

    def _on_heartbeat(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        if fields["autopilot"] == MAV_AUTOPILOT_INVALID:
            return []
        ear.on_heartbeat(now_s, is_high_latency=frame.msgid == _HIGH_LATENCY2)
        if (ear.mav_type, ear.mav_autopilot) != (fields["type"], fields["autopilot"]):
            ear.mav_type, ear.mav_autopilot = fields["type"], fields["autopilot"]
            ear.begin_anew(now_s)
        vehicle = self._vehicle_of.get(ear)
        if vehicle is None:
            return []
        self._revive(vehicle, now_s)
        if vehicle.active is ear:
            vehicle.take(frame.msgid, frame.payload, now_s)
        return []

    def _on_text(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        vehicle = self._vehicle_of.get(ear)
        for text in ear.texts.feed(frame.payload, now_s):
            if vehicle is not None:
                vehicle.on_text(text, ear)
        return []

    def _on_timesync(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        ear.time_sync.on_message(fields["tc1"], fields["ts1"], now_s)
        ear.learn_boot_from_timesync()
        return []

    def _on_ack(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        if fields["target_system"] not in (0, self._own_sysid):
            return []
        return ear.requests.on_ack(fields["command"], fields["result"], now_s)

    def _on_version(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        ear.uid, ear.firmware = _uid(fields), _firmware(fields)
        vehicle = self._vehicle_of.get(ear)
        if vehicle is not None and vehicle.uid is None:
            vehicle.uid = ear.uid
        elif vehicle is not None and ear.uid is not None and ear.uid != vehicle.uid:
            self._part(ear, vehicle, now_s)
        return []

    # ---- which vehicle ----

    def _decide(self, now_s: float) -> None:
        """Give each ear its vehicle as soon as it is clear which."""
        for ear in list(self._undecided):
            if self._place(ear, now_s):
                self._undecided.remove(ear)

    def _place(self, ear: Ear, now_s: float) -> bool:
        """Find or make the vehicle of an ear; False while nothing tells."""
        namesakes = [one for one in self.vehicles.values() if one.active.sysid == ear.sysid]
        verdicts = [(one, judge(ear, one.ears, one.uid, one.booted_s, now_s)) for one in namesakes]
        for wanted in (Verdict.SAME, Verdict.RESTARTED):
            for vehicle, verdict in verdicts:
                if verdict is wanted:
                    self._join(ear, vehicle, verdict, now_s)
                    return True
        if any(verdict is Verdict.UNDECIDED for _, verdict in verdicts):
            return False
        self._found(ear, namesakes, now_s)
        return True

    def _join(self, ear: Ear, vehicle: VehicleSession, verdict: Verdict, now_s: float) -> None:
        vehicle.ears.append(ear)
        self._vehicle_of[ear] = vehicle
        if verdict is Verdict.RESTARTED:
            vehicle.active = ear
            vehicle.begin_new_life(ConnReason.REBOOTED, now_s)
        vehicle.booted_s = ear.booted_s if verdict is Verdict.RESTARTED else vehicle.booted_s or ear.booted_s
        self._revive(vehicle, now_s)

    def _found(self, ear: Ear, namesakes: list[VehicleSession], now_s: float) -> None:
        """A vehicle that was not there before."""
        vehicle_id, name = self._names.get(ear.sysid, (f"uav-{ear.sysid}", f"uav-{ear.sysid}"))
        key = VehicleKey(self._root, vehicle_id)
        number = 2
        while key in self.vehicles:
            key = VehicleKey(self._root, f"{vehicle_id[:28]}-{number}")
            number += 1
        shown = name if number == 2 else f"{name} ({number - 1})"
        vehicle = VehicleSession(key, shown, self._bridge_id, self._streams, self._publisher, ear, now_s)
        self.vehicles[key] = vehicle
        self._vehicle_of[ear] = vehicle
        if ear.sysid == self._own_sysid:
            text = f"the vehicle on {ear.peer.name} uses this station's own system id {ear.sysid}; give it another"
            vehicle.set_conflict(text, now_s)
        for other in namesakes:
            text = conflict_text(ear.sysid, other.active, ear)
            other.set_conflict(text, now_s)
            vehicle.set_conflict(text, now_s)

    def _part(self, ear: Ear, vehicle: VehicleSession, now_s: float) -> None:
        """An ear turned out to hear another autopilot than its vehicle's."""
        if len(vehicle.ears) == 1:
            vehicle.uid = ear.uid
            vehicle.begin_new_life(ConnReason.IDENTITY_CONFLICT, now_s)
            return
        vehicle.ears.remove(ear)
        del self._vehicle_of[ear]
        if vehicle.active is ear:
            vehicle.active = vehicle.ears[0]
        self._undecided.append(ear)
        self._decide(now_s)

    def _on_boot_clock_back(self, ear: Ear, now_s: float) -> None:
        """Restarted, or two autopilots behind one peer speak in turn."""
        vehicle = self._vehicle_of.get(ear)
        moments = self._went_back_s.setdefault(ear, deque(maxlen=REBOOTS_OF_TWO))
        moments.append(now_s)
        if vehicle is None:
            return
        if len(moments) == REBOOTS_OF_TWO and now_s - moments[0] < REBOOT_WINDOW_S:
            vehicle.set_conflict(conflict_text(ear.sysid, ear, ear), now_s)
            return
        ear.begin_anew(now_s)
        vehicle.booted_s = ear.booted_s
        vehicle.begin_new_life(ConnReason.REBOOTED, now_s)

    def _revive(self, vehicle: VehicleSession, now_s: float) -> None:
        if vehicle.link_state is LinkState.STALE:
            vehicle.set_link_state(LinkState.ONLINE, ConnReason.LINK_BACK, now_s, "link back")
        elif vehicle.link_state is LinkState.OFFLINE:
            vehicle.begin_new_life(ConnReason.LINK_BACK, now_s)
            for ear in vehicle.ears:
                ear.begin_anew(now_s)

    # ---- time ----

    def tick(self, now_s: float) -> Iterator[tuple[Peer, list[Outbound]]]:
        """Publish what is due; ten times a second also look after requests and silences.

        Yields:
            Messages for peers.
        """
        is_slow_turn = now_s >= self._next_tick_s
        if is_slow_turn:
            self._next_tick_s = now_s + TICK_S
            self._decide(now_s)
            for ear in list(self._ears.values()):
                yield from self._tend(ear, now_s)
        for vehicle in self.vehicles.values():
            if is_slow_turn:
                self._watch(vehicle, now_s)
            vehicle.publish_due(now_s)

    def _tend(self, ear: Ear, now_s: float) -> Iterator[tuple[Peer, list[Outbound]]]:
        if now_s - ear.last_frame_s > FORGET_EAR_S:
            self._forget(ear)
            return
        vehicle = self._vehicle_of.get(ear)
        for text in ear.texts.tick(now_s):
            if vehicle is not None:
                vehicle.on_text(text, ear)
        if vehicle is not None and vehicle.booted_s is None:
            vehicle.booted_s = ear.booted_s
        messages = [*ear.requests.tick(now_s), *ear.time_sync.tick(now_s)]
        if messages:
            yield ear.peer, messages

    def _watch(self, vehicle: VehicleSession, now_s: float) -> None:
        """Choose the ear that counts, and notice when there is none."""
        best = min(vehicle.ears, key=lambda one: one.silence_s(now_s))
        if vehicle.active is not best and vehicle.active.silence_s(now_s) > FAILOVER_S:
            vehicle.active = best
        silence_s = best.silence_s(now_s)
        if silence_s > OFFLINE_S:
            vehicle.set_link_state(LinkState.OFFLINE, ConnReason.LINK_LOST, now_s, "given up after 10 s of silence")
        elif silence_s > LOST_S:
            vehicle.set_link_state(LinkState.STALE, ConnReason.LINK_LOST, now_s, "link lost")
        if vehicle.conflict is not None and self._is_conflict_over(vehicle, now_s):
            vehicle.set_conflict(None, now_s)

    def _is_conflict_over(self, vehicle: VehicleSession, now_s: float) -> bool:
        namesakes = [one for one in self.vehicles.values() if one.active.sysid == vehicle.active.sysid]
        alive = [one for one in namesakes if one.link_state is LinkState.ONLINE]
        moments = self._went_back_s.get(vehicle.active)
        is_in_turn = bool(moments) and now_s - moments[-1] < 10 * ALIVE_S if moments else False
        return len(alive) < 2 and not is_in_turn and vehicle.active.sysid != self._own_sysid

    def _forget(self, ear: Ear) -> None:
        self._ears.pop((ear.peer, ear.sysid, ear.compid), None)
        self._went_back_s.pop(ear, None)
        if ear in self._undecided:
            self._undecided.remove(ear)
        vehicle = self._vehicle_of.pop(ear, None)
        if vehicle is not None and len(vehicle.ears) > 1:
            vehicle.ears.remove(ear)

    def peer_gone(self, peer: Peer) -> None:
        """A connection closed: its ears are deaf; a new connection makes new ones."""
        self._parsers.pop(peer, None)
        for key in [key for key in self._ears if key[0] is peer]:
            self._forget(self._ears[key])

    # ---- asked from outside ----

    def publish_again(self, key: VehicleKey | None, from_event: int | None) -> None:
        """Publish conn, info and state again, of one vehicle or of all."""
        for vehicle in self.vehicles.values():
            if key is None or vehicle.key == key:
                vehicle.publish_again(from_event)

    def publish_deaths(self, reason: ConnReason) -> None:
        """The bridge ends: so do its vehicles, as far as the bus is concerned."""
        for vehicle in self.vehicles.values():
            vehicle.publish_death(reason)

    def take_unlisted(self) -> list[str]:
        """Names of messages in no table that came for the first time since the last call."""
        new = [msgid for msgid, is_new in self._unlisted.items() if is_new]
        for msgid in new:
            self._unlisted[msgid] = False
        return [DEFINITIONS[msgid].name if msgid in DEFINITIONS else str(msgid) for msgid in new]


_LISTED: dict[int, bool] = {msgid: is_listed(msgid) for msgid in DEFINITIONS}


def is_known_message(msgid: int) -> bool:
    """Whether a message is decoded, read elsewhere or ignored for a reason."""
    return _LISTED.get(msgid, False)


_HANDLERS = {
    _HEARTBEAT: Hearing._on_heartbeat,  # noqa: SLF001 - a table of this module's own methods
    _HIGH_LATENCY2: Hearing._on_heartbeat,  # noqa: SLF001
    _STATUSTEXT: Hearing._on_text,  # noqa: SLF001
    _TIMESYNC: Hearing._on_timesync,  # noqa: SLF001
    _COMMAND_ACK: Hearing._on_ack,  # noqa: SLF001
    _AUTOPILOT_VERSION: Hearing._on_version,  # noqa: SLF001
}
"""Messages that are read at once."""


def _uid(fields: Fields) -> str | None:
    """Hardware id: uid2 where it is set, else uid; all zero is none."""
    uid2 = bytes(fields["uid2"])
    if any(uid2):
        return uid2.hex()
    return f"{fields['uid']:016x}" if fields["uid"] else None


def _firmware(fields: Fields) -> str | None:
    version = fields["flight_sw_version"]
    return f"{version >> 24 & 0xFF}.{version >> 16 & 0xFF}.{version >> 8 & 0xFF}" if version else None
