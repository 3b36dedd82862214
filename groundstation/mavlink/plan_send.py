# SPDX-License-Identifier: Apache-2.0
"""The conversation that gives a vehicle a list: mission, fence or rally points. Sans-I/O.

The vehicle asks for item after item and repeats itself; nothing is sent unasked but the count, until the first
request (MAVLink mission protocol). ArduPilot asks with MISSION_REQUEST and wants MISSION_ITEM_INT all the same.
What its answer is worth only reading back tells (docs/adr/0032).
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.phrases import say
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.mavlink import encode
from groundstation.mavlink.conversation import Outcome
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.handshakes import Handshake, MavResult
from groundstation.mavlink.orders import Order
from groundstation.mavlink.plan_wire import Target, item_message
from groundstation.mavlink.stream_requests import Outbound

COUNT_S, COUNT_TRIES = 1.5, 5
SILENCE_S = 9.0
"""ArduPilot gives up an upload after 8 s, and says so."""
TWICE_S = 0.1
"""The same request this soon after came twice on the way; ArduPilot ends an upload at an item that it has (ack 13)."""
ACCEPTED, INVALID_SEQUENCE, DENIED = 0, 13, 14
"""MISSION_ACK.type (MAV_MISSION_RESULT)."""
MISSION_REQUEST, MISSION_REQUEST_INT = MSGIDS["MISSION_REQUEST"], MSGIDS["MISSION_REQUEST_INT"]
MISSION_ACK = MSGIDS["MISSION_ACK"]
MESSAGES = frozenset((MISSION_REQUEST, MISSION_REQUEST_INT, MISSION_ACK))
"""What a vehicle says in it."""


class Upload(msgspec.Struct, frozen=True):
    """A list to be given; an empty one clears what is there."""

    items: tuple[PlanItem, ...]
    """From number 0 on the wire, which is home in ArduPilot's missions and thrown away."""
    kind: PlanKind = PlanKind.MISSION


class PlanSend:
    """One upload, until it is acknowledged or given up."""

    def __init__(self, upload: Upload, sysid: int, compid: int) -> None:
        self._items, self._target = upload.items, Target.of(sysid, compid, upload.kind)
        self._tries = 0
        self._give_up_s = self._repeat_s = 0.0
        self.result: int | None = None
        """A MAV_RESULT that means the same as the MISSION_ACK; None before one."""
        self.ack: int | None = None
        """MISSION_ACK.type; None before one."""
        self.asked = 0
        """How many items were asked for."""
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
        said = say("mission_not_taken", ack=self.ack)
        return Outcome(CommandState.FAILED, Reason.VEHICLE_FAILED, said)

    def start(self, now_s: float) -> list[Outbound]:
        """Say how many items there are."""
        self._tries += 1
        self._repeat_s, self._give_up_s = now_s + COUNT_S, now_s + SILENCE_S
        return [encode.payload("MISSION_COUNT", **self._target.fields, count=len(self._items))]

    @property
    def hears(self) -> frozenset[int]:
        """Requests for items, and the end."""
        return frozenset() if self.is_over else MESSAGES

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message of the mission protocol came."""
        # an answer about another list is not for this talk
        if msgid not in self.hears or fields.get("mission_type", 0) != self._target.mission_type:
            return []
        if msgid == MISSION_ACK and fields["type"] == INVALID_SEQUENCE:
            # an item that came twice, on a slow way or of one who asked twice: ArduPilot says so and goes on asking
            return []
        if msgid == MISSION_ACK:
            self.ack, self.is_over = fields["type"], True
            self.result = MavResult.ACCEPTED if self.ack == ACCEPTED else MavResult.FAILED
            return []
        seq = fields["seq"]
        self.asked, self._give_up_s = max(self.asked, min(seq + 1, self.size), 1), now_s + SILENCE_S
        if self._answered[0] == seq and now_s - self._answered[1] < TWICE_S:
            return []
        self._answered = seq, now_s
        if seq >= self.size:
            return [encode.payload("MISSION_ACK", **self._target.fields, type=INVALID_SEQUENCE)]
        return [item_message(self._items[seq], seq, self._target)]

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: say the count again while nobody asked, or give up."""
        if self.is_over:
            return []
        # once it has asked, the vehicle repeats itself: ArduPilot each 1 s, PX4 each 260 ms (observed)
        if not self.asked and now_s >= self._repeat_s and self._tries < COUNT_TRIES:
            return self.start(now_s)
        self.is_over = now_s >= self._give_up_s
        return []


def conversation(
    order: Order | Upload, sysid: int, compid: int, again_until_s: float | None = None
) -> Handshake | PlanSend:
    """The conversation that an order needs; see `Handshake`."""
    if isinstance(order, Upload):
        return PlanSend(order, sysid, compid)
    return Handshake(order, sysid, compid, again_until_s)
