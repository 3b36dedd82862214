# SPDX-License-Identifier: Apache-2.0
"""The conversation that gives a vehicle a short mission. Sans-I/O: requests, acks and ticks in, messages out.

The vehicle asks for item after item and repeats itself; nothing is sent unasked but the count, until the first
request (MAVLink mission protocol). ArduPilot asks with MISSION_REQUEST and wants MISSION_ITEM_INT all the same.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.phrases import say
from groundstation.mavlink import encode
from groundstation.mavlink.conversation import Outcome
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.handshakes import Handshake, MavResult
from groundstation.mavlink.orders import Order
from groundstation.mavlink.stream_requests import Outbound

COUNT_S, COUNT_TRIES = 1.5, 5
SILENCE_S = 9.0
"""ArduPilot gives up an upload after 8 s, and says so."""
TWICE_S = 0.1
"""The same request this soon after came twice on the way; ArduPilot ends an upload at an item that it has (ack 13)."""
ACCEPTED = 0
"""MISSION_ACK.type MAV_MISSION_ACCEPTED."""
MISSION_REQUEST, MISSION_REQUEST_INT = MSGIDS["MISSION_REQUEST"], MSGIDS["MISSION_REQUEST_INT"]
MISSION_ACK = MSGIDS["MISSION_ACK"]
MESSAGES = frozenset((MISSION_REQUEST, MISSION_REQUEST_INT, MISSION_ACK))
"""What a vehicle says in it."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a mission."""

    command: int
    """MAV_CMD."""
    frame: int
    """MAV_FRAME."""
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    z: float = 0.0
    """Metres, above what the frame says."""
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


class Upload(msgspec.Struct, frozen=True):
    """A mission to be given; an empty one clears what is there."""

    items: tuple[Item, ...]
    """From number 0, which is home on ArduPilot and thrown away."""


class MissionUpload:
    """One upload, until it is acknowledged or given up."""

    def __init__(self, upload: Upload, sysid: int, compid: int) -> None:
        self._items, self._target = upload.items, {"target_system": sysid, "target_component": compid}
        self._tries = 0
        self._is_asked = False
        self._give_up_s = self._repeat_s = 0.0
        self.result: int | None = None
        """A MAV_RESULT that means the same as the MISSION_ACK; None before one."""
        self._ack = 0
        self._answered: tuple[int, float] = (-1, 0.0)
        self.is_over = False

    @property
    def size(self) -> int:
        """How many items it gives."""
        return len(self._items)

    @property
    def outcome(self) -> Outcome | None:
        """What came of it once it is over; None when nothing was heard in time."""
        if self.result is None:
            return None
        if self.result == MavResult.ACCEPTED:
            return Outcome(CommandState.ACCEPTED, Reason.NONE, "")
        said = say("mission_not_taken", ack=self._ack)
        return Outcome(CommandState.FAILED, Reason.VEHICLE_FAILED, said)

    def start(self, now_s: float) -> list[Outbound]:
        """Say how many items there are."""
        self._tries += 1
        self._repeat_s, self._give_up_s = now_s + COUNT_S, now_s + SILENCE_S
        return [encode.payload("MISSION_COUNT", **self._target, count=len(self._items))]

    @property
    def hears(self) -> frozenset[int]:
        """Requests for items, and the end."""
        return frozenset() if self.is_over else MESSAGES

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message of the mission protocol came."""
        # type 0 is the mission: an answer about fence or rally points is not for this talk
        if msgid not in self.hears or fields.get("mission_type", 0) != 0:
            return []
        if msgid == MISSION_ACK:
            self._ack, self.is_over = fields["type"], True
            self.result = MavResult.ACCEPTED if self._ack == ACCEPTED else MavResult.FAILED
            return []
        self._is_asked, self._give_up_s = True, now_s + SILENCE_S
        seq = fields["seq"]
        if self._answered[0] == seq and now_s - self._answered[1] < TWICE_S:
            return []
        self._answered = seq, now_s
        return [self._item(seq)] if seq < len(self._items) else []

    def _item(self, seq: int) -> Outbound:
        item = self._items[seq]
        p1, p2, p3, p4 = item.params
        return encode.payload(
            "MISSION_ITEM_INT",
            **self._target,
            seq=seq,
            frame=item.frame,
            command=item.command,
            current=0,
            autocontinue=1,
            param1=p1,
            param2=p2,
            param3=p3,
            param4=p4,
            # whole numbers: by the float32 of MISSION_ITEM places came out up to 2 m away (observed)
            x=round(item.lat_deg * 1e7),
            y=round(item.lon_deg * 1e7),
            z=item.z,
        )

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: say the count again while nobody asked, or give up."""
        if self.is_over:
            return []
        # once it has asked, the vehicle repeats itself: ArduPilot each 1 s, PX4 each 260 ms (observed)
        if not self._is_asked and now_s >= self._repeat_s and self._tries < COUNT_TRIES:
            return self.start(now_s)
        self.is_over = now_s >= self._give_up_s
        return []


def conversation(
    order: Order | Upload, sysid: int, compid: int, again_until_s: float | None = None
) -> Handshake | MissionUpload:
    """The conversation that an order needs; see `Handshake`."""
    if isinstance(order, Upload):
        return MissionUpload(order, sysid, compid)
    return Handshake(order, sysid, compid, again_until_s)
