# SPDX-License-Identifier: Apache-2.0
"""What comes from the bus for vehicles: commands, wishes about control, resyncs, news of stations and other bridges.

What a bridge asks of autopilots is in `mavlink/stream_requests.py`.

Bridge thread; no I/O. Requests are never retained: a retained one would be carried out again at each reconnection.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from groundstation.bridge.command_desk import CommandDesk
from groundstation.bridge.command_gate import is_emergency
from groundstation.bridge.transfer_desk import TransferDesk
from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.commands import CommandRequest, Reason
from groundstation.fleet.control import ControlRequest
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import say
from groundstation.fleet.recorder import Missed
from groundstation.fleet.verbs import TRANSFER_VERBS
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport import parts, payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.leaves import BRIDGE_CONN, CONN, STATION_CONN, SyncRequest, leaf_of
from groundstation.transport.parts import Joiner, Part
from groundstation.transport.payloads import PayloadError

SYNC_SPREAD_S = 2.0
"""Bridges answer a resync request within this time, each at its own moment."""

Send = Callable[[VehicleSession, list[Outbound]], None]


class _IdOnly(msgspec.Struct):
    """As much of a request as can be read when the rest can't."""

    id: str = ""


class Requests:
    """Takes messages and gives them to the vehicles that they are for."""

    def __init__(
        self,
        vehicles: dict[VehicleKey, VehicleSession],
        bridge_id: str,
        send: Send,
        publish_all: Callable[[int | None], None],
        ask_late: Callable[[str, tuple[Missed, ...]], None],
    ) -> None:
        """Begin.

        Args:
            vehicles: every vehicle of this bridge; looked at, not kept.
            bridge_id: our id on the bus.
            send: sends frames to a vehicle.
            publish_all: publishes bridge and vehicles again, and events from a number on.
            ask_late: takes what a recorder missed of an owner, as `fleet/uav-1`.
        """
        self._ask_late = ask_late
        self._vehicles, self._bridge_id = vehicles, bridge_id
        self._send, self._publish_all = send, publish_all
        self._resync_s: float | None = None
        self._resync_events: int | None = None
        self._rng = random.Random()
        self._joiner = Joiner()
        self.undecodable = 0
        """Requests that could not be read."""

    def take(self, message: Message, now_s: float) -> None:
        """A message of `leaves.bridge_filters` came."""
        topic = topics.parse(message.topic)
        if message.topic.endswith(f"/{topics.SYNC_REQ}") and self._is_about_the_past(message):
            return
        if isinstance(topic, topics.ServiceTopic):
            self._on_service(topic, message, now_s)
        elif isinstance(topic, topics.VehicleTopic):
            vehicle = self._vehicles.get(topic.key)
            if vehicle is not None and topic.leaf in _USES:
                self._try(_USES[topic.leaf], vehicle, message, now_s)
        elif message.topic.endswith(topics.SYNC_REQ) and not message.retain:
            self._plan_resync(message, now_s)

    def tick(self, now_s: float) -> None:
        """Answer the request for a whole fleet when its moment has come."""
        if self._resync_s is not None and now_s >= self._resync_s:
            from_event, self._resync_s, self._resync_events = self._resync_events, None, None
            self._publish_all(from_event)

    def _is_about_the_past(self, message: Message) -> bool:
        """Take a recorder's request for what it missed, also of a vehicle that is not heard any more."""
        gaps = _sync_request(message.payload).gaps if not message.retain else ()
        if gaps:
            self._ask_late(message.topic.removesuffix(f"/{topics.SYNC_REQ}"), gaps)
        return bool(gaps)

    def _try(
        self,
        use: Callable[[Requests, VehicleSession, Message, float], None],
        vehicle: VehicleSession,
        message: Message,
        now_s: float,
    ) -> None:
        try:
            use(self, vehicle, message, now_s)
        except PayloadError:
            self.undecodable += 1

    def _on_part(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        """A part of a large request: with its last one the whole is taken as if it had come on its own leaf."""
        if message.retain:
            return
        part = payloads.decode_request(Part, message.payload)
        whole = self._joiner.take(str(vehicle.key), part, now_s)
        # requests only: parts that bring parts would have no bound
        if whole is not None and part.leaf in _REQUESTS:
            self.take(
                msgspec.structs.replace(message, payload=whole, topic=topics.vehicle(vehicle.key, part.leaf)), now_s
            )

    def _on_command(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        desk = vehicle.commands
        if desk is None:
            return
        request = self._read_command(desk, message, now_s)
        if request is None:
            return
        if request.verb in TRANSFER_VERBS:
            desk.memory.refuse_unread(request.id, Reason.MALFORMED, say("wrong_topic"), now_s)
            return
        if not is_emergency(request) or vehicle.conflict is None:
            self._send(vehicle, desk.take(request, now_s))
            return
        # unclear which of them is meant: both get it
        both = [one for one in self._vehicles.values() if one is vehicle or one.may_be(vehicle)]
        for one in both:
            others = tuple(other.key.id for other in both if other is not one)
            remark = say("given_to_too", others=others, conflict=vehicle.conflict) if others else vehicle.conflict
            # one that was given to another life has no age by any clock of ours
            is_of_this_life = one is not vehicle and request.sid == vehicle.session
            meant = replace(request, sid=one.session) if is_of_this_life else request
            if one.commands is not None:
                self._send(one, one.commands.take(meant, now_s, remark))

    def _on_plan(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        """An order about a plan; who may give those alone must not command by this way."""
        self._on_transfer(vehicle, vehicle.plans, message, now_s)

    def _on_parameters(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        """The same of parameters."""
        self._on_transfer(vehicle, vehicle.parameters, message, now_s)

    def _on_transfer(
        self, vehicle: VehicleSession, desk: TransferDesk[Any, Any] | None, message: Message, now_s: float
    ) -> None:
        commands = vehicle.commands
        if commands is None or desk is None:
            return
        request = self._read_command(commands, message, now_s)
        if request is None:
            return
        if request.verb not in desk.VERBS:
            commands.memory.refuse_unread(request.id, Reason.MALFORMED, say("wrong_topic"), now_s)
        else:
            self._send(vehicle, desk.take(request, now_s))

    @staticmethod
    def _read_command(desk: CommandDesk, message: Message, now_s: float) -> CommandRequest | None:
        """A request; None for one that was retained.

        Raises:
            PayloadError: it can't be read; it was answered under its id, else its station would wait for it.
        """
        if message.retain:
            desk.memory.refuse_unread(_id_of(message.payload), Reason.RETAINED, say("must_not_be_retained"), now_s)
            return None
        try:
            return payloads.decode_request(CommandRequest, message.payload, parts.MAX_CONTENT_BYTES)
        except PayloadError as error:
            desk.memory.refuse_unread(_id_of(message.payload), Reason.MALFORMED, str(error)[:200], now_s)
            raise

    def _on_control(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        if not message.retain and vehicle.commands is not None:
            vehicle.commands.control.take(
                payloads.decode_request(ControlRequest, message.payload, parts.MAX_CONTENT_BYTES), now_s
            )

    def _on_sync(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        if message.retain:
            return
        request = _sync_request(message.payload)
        if request.commands is not None:
            if vehicle.commands is not None:
                vehicle.commands.answer_query(request.commands, now_s)
        elif request.parameters:
            if vehicle.parameters is not None:
                vehicle.parameters.publish_list()
        elif request.metadata:
            if vehicle.metadata is not None:
                vehicle.metadata.publish_file()
        else:
            vehicle.publish_again(request.from_event)

    def _on_conn(self, vehicle: VehicleSession, message: Message, now_s: float) -> None:
        """A birth or death under the id of a vehicle of ours: by us, or by another bridge that hears it too."""
        envelope = payloads.decode(CONN, message.payload) if message.payload else None
        via = envelope.d.via if envelope is not None else ""
        # a retained one was said before we listened, perhaps by a bridge that is gone
        if envelope is None or via in ("", self._bridge_id) or message.retain:
            return
        vehicle.set_claim(via, now_s, is_claimed=envelope.d.state is not LinkState.OFFLINE)

    def _on_service(self, topic: topics.ServiceTopic, message: Message, now_s: float) -> None:
        """A station died: what it controlled is free. Another bridge died: its claims on our vehicles are over."""
        leaf = leaf_of(topic)
        if leaf not in (STATION_CONN, BRIDGE_CONN) or not message.payload or message.retain:
            return
        try:
            presence = payloads.decode(leaf, message.payload).d
        except PayloadError:
            self.undecodable += 1
            return
        if presence.state is not LinkState.OFFLINE:
            return
        for vehicle in self._vehicles.values():
            if leaf is STATION_CONN:
                if vehicle.commands is not None:
                    vehicle.commands.control.station_gone(topic.id, now_s)
            else:
                vehicle.set_claim(topic.id, now_s, is_claimed=False)

    def _plan_resync(self, message: Message, now_s: float) -> None:
        """A whole fleet is answered at a random moment, since every bridge was asked."""
        wished = (self._resync_events, _sync_request(message.payload).from_event)
        # one answer serves all who ask meanwhile, with the events of whoever misses most
        self._resync_events = min((one for one in wished if one is not None), default=None)
        if self._resync_s is None:
            self._resync_s = now_s + self._rng.uniform(0.0, SYNC_SPREAD_S)


_USES: dict[str, Callable[[Requests, VehicleSession, Message, float], None]] = {
    topics.CMD_REQ: Requests._on_command,  # noqa: SLF001 - this module's own
    topics.MSN_REQ: Requests._on_plan,  # noqa: SLF001
    topics.PAR_REQ: Requests._on_parameters,  # noqa: SLF001
    topics.CTL_REQ: Requests._on_control,  # noqa: SLF001
    topics.SYNC_REQ: Requests._on_sync,  # noqa: SLF001
    topics.CONN: Requests._on_conn,  # noqa: SLF001
    topics.PART_REQ: Requests._on_part,  # noqa: SLF001
}
"""By the end of the topic."""
_REQUESTS = (topics.CMD_REQ, topics.MSN_REQ, topics.PAR_REQ, topics.CTL_REQ, topics.SYNC_REQ)
"""What may come in parts."""


def _sync_request(payload: bytes) -> SyncRequest:
    """A request; what is no JSON counts as an empty one, so that a test message written by hand is answered too."""
    try:
        return payloads.decode_request(SyncRequest, payload, parts.MAX_CONTENT_BYTES)
    except PayloadError:
        return SyncRequest()


def _id_of(payload: bytes) -> str:
    try:
        return msgspec.json.decode(payload[: payloads.MAX_PAYLOAD_BYTES], type=_IdOnly).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
