# SPDX-License-Identifier: Apache-2.0
"""What a frame of an autopilot is good for, and what it is answered with. Bridge thread; no I/O."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.bridge.boot_watch import BootWatch
from groundstation.bridge.conversation_board import CONVERSATIONAL
from groundstation.bridge.ear import BOOT_OFFSET, Ear, boot_ms_of
from groundstation.bridge.peer import Peer
from groundstation.bridge.roll_call import RollCall, revive
from groundstation.fleet.status import Radio
from groundstation.mavlink import encode
from groundstation.mavlink.decode import DECODABLE, decode, is_listed
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS, Fields, unpack
from groundstation.mavlink.frames import Frame
from groundstation.mavlink.speaker import SpeakerRole, role_of
from groundstation.mavlink.stream_requests import Outbound

NS_IN_MS = 1_000_000
MAX_BOOT_MS = 1 << 32
"""An autopilot's own TIMESYNC question tells its boot clock, often as the first after a restart; more is a date."""

_HEARTBEAT, _HIGH_LATENCY2 = MSGIDS["HEARTBEAT"], MSGIDS["HIGH_LATENCY2"]
_MISSION_CURRENT = MSGIDS["MISSION_CURRENT"]
HEARTBEATS = frozenset((_HEARTBEAT, _HIGH_LATENCY2))
"""Messages that show an autopilot to be there; over a satellite HIGH_LATENCY2 is all that comes."""
RADIO = frozenset((MSGIDS["RADIO_STATUS"], MSGIDS["RADIO"]))
"""Messages of a telemetry radio about its link."""

Use = Callable[[Ear, Frame, float], list[Outbound]]
"""What is done with a frame at a time, seconds on the monotonic clock; returns the answer to it."""


class FrameMeaning:
    """Gives each frame of an autopilot to what of its vehicle it concerns."""

    def __init__(self, roll: RollCall, boots: BootWatch) -> None:
        """Begin.

        Args:
            roll: knows which vehicle an ear hears.
            boots: looks at the boot clocks.
        """
        self._roll, self._boots = roll, boots
        self.uses: dict[int, Use] = {
            # the later rows win: all that is listed, then what is decoded, then what tells more than its values
            **{msgid: self._on_ignored for msgid in DEFINITIONS if is_listed(msgid)},
            **dict.fromkeys(DECODABLE, self._on_telemetry),
            **dict.fromkeys(BOOT_OFFSET, self._on_timed),
            **dict.fromkeys(RADIO, self._on_radio),
            _MISSION_CURRENT: self._on_mission_current,
            **dict.fromkeys(HEARTBEATS, self._on_heartbeat),
            MSGIDS["STATUSTEXT"]: self._on_text,
            MSGIDS["TIMESYNC"]: self._on_timesync,
            MSGIDS["AUTOPILOT_VERSION"]: self._on_version,
            **dict.fromkeys(CONVERSATIONAL, self._on_conversation),
            MSGIDS["COMMAND_ACK"]: self._on_ack,
        }
        """By message id; a message that is not here is in none of the tables of `decode.py`."""

    def take_radio(self, peer: Peer, frame: Frame, now_s: float) -> None:
        """A radio's report: of the link, and so of every vehicle that is heard best over it."""
        for _, sample in decode(frame.msgid, frame.payload, round(now_s, 3)):
            peer.radio = sample if isinstance(sample, Radio) else peer.radio
        for vehicle in self._roll.vehicles.values():
            if vehicle.active.peer is peer:
                vehicle.take(frame.msgid, frame.payload, now_s)

    def _on_timed(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        """Telemetry that also tells the boot clock."""
        answer = self._boots.on_clock(ear, boot_ms_of(frame), now_s)
        return [*answer, *self._on_telemetry(ear, frame, now_s)] if answer else self._on_telemetry(ear, frame, now_s)

    def _on_telemetry(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        vehicle = self._roll.vehicle_of(ear)
        # of one link at a time: the other one says the same, perhaps later
        if vehicle is not None and vehicle.active is ear:
            vehicle.take(frame.msgid, frame.payload, now_s)
        return []

    def _on_mission_current(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        """Telemetry that also tells the ids of the lists, behind the six bytes that every firmware sends."""
        vehicle = self._roll.vehicle_of(ear)
        # ids of 0 are cut off its end: a list that was cleared may leave nothing behind
        if vehicle is not None and vehicle.active is ear and vehicle.plans is not None:
            vehicle.plans.hear_ids(unpack(frame.msgid, frame.payload), now_s)
        return self._on_telemetry(ear, frame, now_s)

    def _on_radio(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        """A radio that speaks as the autopilot itself."""
        self.take_radio(ear.peer, frame, now_s)
        return []

    def _on_ignored(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        """A message that is of no use here, for a reason."""
        del ear, frame, now_s
        return []

    def _on_heartbeat(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        if role_of(ear.compid, fields["type"], fields["autopilot"]) is not SpeakerRole.AUTOPILOT:
            return []
        # before the type is compared: whoever it is, somebody is there
        ear.on_heartbeat(now_s, is_high_latency=frame.msgid == _HIGH_LATENCY2)
        if not ear.is_of_type(fields["type"], fields["autopilot"], now_s):
            return []
        vehicle = self._roll.vehicle_of(ear)
        if vehicle is None:
            return []
        revive(vehicle, now_s)
        if vehicle.active is ear:
            vehicle.take(frame.msgid, frame.payload, now_s)
        return []

    def _on_text(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        vehicle = self._roll.vehicle_of(ear)
        for text in ear.texts.feed(frame.payload, now_s):
            if vehicle is not None:
                vehicle.on_text(text, ear)
        return []

    def _on_timesync(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        ear.time_sync.on_message(fields["tc1"], fields["ts1"], now_s)
        ear.learn_boot_from_timesync()
        # its clock is in its own question, and in its answer to ours
        asked_ms = (fields["ts1"] if fields["tc1"] == 0 else fields["tc1"]) // NS_IN_MS
        return self._boots.on_clock(ear, asked_ms, now_s) if 0 < asked_ms < MAX_BOOT_MS else []

    def _on_ack(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        vehicle = self._roll.vehicle_of(ear)
        if vehicle is None:
            return ear.requests.on_ack(fields["command"], fields["result"], now_s)
        board = vehicle.board
        if fields["target_system"] == ear.sysid and not board.is_ours(fields):
            return []  # PX4 tells itself what became of its mission's items
        is_taken, messages = board.take(frame.msgid, fields, now_s)
        if is_taken or not board.is_ours(fields):
            return messages
        board.unexpected += ear.requests.awaits != fields["command"]
        return [*messages, *ear.requests.on_ack(fields["command"], fields["result"], now_s)]

    def _on_conversation(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        """A part of a talk with this station or another one."""
        vehicle = self._roll.vehicle_of(ear)
        if vehicle is None or not vehicle.board.wants(frame.msgid):
            return []
        return vehicle.board.take(frame.msgid, unpack(frame.msgid, frame.payload), now_s)[1]

    def _on_version(self, ear: Ear, frame: Frame, now_s: float) -> list[Outbound]:
        fields = unpack(frame.msgid, frame.payload)
        if not ear.is_uid(_uid(fields)):
            # one id against another: asked again, since one that is said twice is believed
            return [encode.request_message(ear.sysid, ear.compid, frame.msgid)]
        ear.firmware, ear.capabilities = _firmware(fields), fields["capabilities"]
        vehicle = self._roll.vehicle_of(ear)
        if vehicle is not None and vehicle.uid is None:
            vehicle.uid = ear.uid
        elif vehicle is not None and ear.uid is not None and ear.uid != vehicle.uid:
            self._roll.part(ear, vehicle, now_s)
        return []


def _uid(fields: Fields) -> str | None:
    """Hardware id: uid2 where it is set, else uid; all zero is none."""
    uid2 = bytes(fields["uid2"])
    if any(uid2):
        return uid2.hex()
    return f"{fields['uid']:016x}" if fields["uid"] else None


def _firmware(fields: Fields) -> str | None:
    version = fields["flight_sw_version"]
    return f"{version >> 24 & 0xFF}.{version >> 16 & 0xFF}.{version >> 8 & 0xFF}" if version else None
