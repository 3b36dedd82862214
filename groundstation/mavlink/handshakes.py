# SPDX-License-Identifier: Apache-2.0
"""The conversation about one order: send, wait for the answer, give up. Sans-I/O: acks and ticks in, messages out.

COMMAND_ACK names the command and nothing else, so only one order of a command may be under way to a vehicle at a time.
What changes something is sent once: a second "arm" six seconds later may reach a vehicle that somebody is holding.
"""

from __future__ import annotations

import enum

from msgspec.structs import replace

from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.phrases import say
from groundstation.mavlink import orders
from groundstation.mavlink.conversation import Outcome
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.orders import Form, Order
from groundstation.mavlink.stream_requests import Outbound

ANSWER_S = 3.0
"""How long a vehicle may take to answer what is sent once."""
QUERY_ANSWER_S, QUERY_TRIES = 1.0, 3
"""For what changes nothing when it is said twice."""
AGAIN_S = 1.0
"""Hold, return and land are said again after so long without an answer: repeating them is harmless, silence is not."""
PROGRESS_S = 10.0
"""How long after the last IN_PROGRESS the next word may take."""
COMMAND_ACK, PARAM_VALUE = MSGIDS["COMMAND_ACK"], MSGIDS["PARAM_VALUE"]


class MavResult(enum.IntEnum):
    """COMMAND_ACK.result (MAV_RESULT)."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5
    CANCELLED = 6
    COMMAND_LONG_ONLY = 7
    COMMAND_INT_ONLY = 8
    UNSUPPORTED_MAV_FRAME = 9
    NOT_IN_CONTROL = 10


OUTCOMES: dict[int, Outcome] = {
    MavResult.ACCEPTED: Outcome(CommandState.ACCEPTED, Reason.NONE, ""),
    MavResult.TEMPORARILY_REJECTED: Outcome(CommandState.REJECTED, Reason.VEHICLE_BUSY, say("vehicle_refuses_now")),
    MavResult.DENIED: Outcome(CommandState.REJECTED, Reason.VEHICLE_DENIED, say("vehicle_denies")),
    MavResult.UNSUPPORTED: Outcome(CommandState.REJECTED, Reason.UNSUPPORTED, say("vehicle_does_not_know")),
    MavResult.FAILED: Outcome(CommandState.FAILED, Reason.VEHICLE_FAILED, say("vehicle_could_not")),
    MavResult.CANCELLED: Outcome(CommandState.CANCELLED, Reason.VEHICLE_CANCELLED, say("vehicle_cancelled")),
    MavResult.COMMAND_LONG_ONLY: Outcome(CommandState.REJECTED, Reason.FORM, say("takes_neither_form")),
    MavResult.COMMAND_INT_ONLY: Outcome(CommandState.REJECTED, Reason.FORM, say("takes_neither_form")),
    MavResult.UNSUPPORTED_MAV_FRAME: Outcome(CommandState.REJECTED, Reason.FRAME, say("takes_no_frame")),
    MavResult.NOT_IN_CONTROL: Outcome(CommandState.REJECTED, Reason.NOT_OWNER_AT_VEHICLE, say("not_owner_at_vehicle")),
}
"""What each MAV_RESULT means; IN_PROGRESS is none of them, since it goes on."""
STRANGE = Outcome(CommandState.FAILED, Reason.VEHICLE_FAILED, say("result_not_known"))

_OTHER_FORM: dict[int, Form] = {MavResult.COMMAND_LONG_ONLY: Form.LONG, MavResult.COMMAND_INT_ONLY: Form.INT}


class Handshake:
    """One order, until it is answered or given up."""

    def __init__(self, order: Order, sysid: int, compid: int, again_until_s: float | None = None) -> None:
        """Prepare; `start` sends.

        Args:
            order: what.
            sysid: of the vehicle.
            compid: of its autopilot.
            again_until_s: it is said again until then while no answer comes; None for what is said once.
        """
        self._order = order
        self._again_until_s = again_until_s
        self.value: float | None = None
        """The value that a parameter was read as; None before the answer."""
        self._target = (sysid, compid)
        self.tries = 0
        """How often it was sent in this form."""
        self._forms_tried = {order.form}
        self._frames_tried = {order.frame}
        self._give_up_s = 0.0
        self._has_other_value = False
        self.result: int | None = None
        """The last COMMAND_ACK.result; None before an answer."""
        self.progress: float | None = None
        """Share that the vehicle says is done."""
        self.has_progressed = False
        """Whether it said that it is under way."""
        self.is_over = False
        """Whether it was answered for good, or given up."""

    @property
    def command(self) -> int:
        """MAV_CMD that is waited for; 0 for none."""
        return 0 if self.is_over else self._order.command

    @property
    def outcome(self) -> Outcome | None:
        """What came of it once it is over; None when no answer came in time."""
        return OUTCOMES.get(self.result, STRANGE) if self.result is not None else None

    def _patience_s(self, now_s: float) -> float:
        if self._again_until_s is not None and now_s + AGAIN_S < self._again_until_s:
            return AGAIN_S
        return QUERY_ANSWER_S if self._order.is_query else ANSWER_S

    def start(self, now_s: float) -> list[Outbound]:
        """Send for the first time."""
        return self._send(now_s)

    def _send(self, now_s: float) -> list[Outbound]:
        self._give_up_s = now_s + self._patience_s(now_s)
        # COMMAND_INT has no such field
        confirmation = self.tries if self._order.form is Form.LONG else 0
        self.tries += 1
        # no COMMAND_ACK follows MISSION_SET_CURRENT: telemetry alone shows what came of it
        if not self._order.is_answered:
            self.result, self.is_over = MavResult.ACCEPTED, True
        return [orders.message(self._order, *self._target, confirmation)]

    @property
    def hears(self) -> frozenset[int]:
        """The message that answers it."""
        if self.is_over:
            return frozenset()
        return frozenset({PARAM_VALUE if self._order.parameter else COMMAND_ACK})

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A COMMAND_ACK or a PARAM_VALUE came; another command's answer or another parameter is not for this.

        Returns:
            The order again in another form, where the answer asks for that.
        """
        if self.is_over or msgid not in self.hears:
            return []
        if msgid == PARAM_VALUE:
            self._on_parameter(fields["param_id"], fields["param_value"])
            return []
        return self._on_ack(fields["result"], fields["progress"], now_s) if fields["command"] == self.command else []

    def _on_ack(self, result: int, percent: int, now_s: float) -> list[Outbound]:
        if result == MavResult.IN_PROGRESS:
            self.has_progressed = True
            # 255 says that the share is not known (MAVLink common, COMMAND_ACK.progress)
            self.progress = percent / 100 if percent <= 100 else None
            self._give_up_s = now_s + PROGRESS_S
            return []
        again = self._otherwise(result)
        if again is not None:
            self._order = again
            return self._send(now_s)
        self.result, self.is_over = result, True
        return []

    def _on_parameter(self, name: str, value: float) -> None:
        """The echo of what was set is the answer; another may be of somebody's list."""
        if name != self._order.parameter:
            return
        if self._order.form is Form.PARAM_READ:
            self.value, self.result, self.is_over = value, MavResult.ACCEPTED, True
            return
        # PARAM_VALUE holds a float32, whose noise is no other value
        is_equal = abs(value - self._order.params[0]) <= 1e-4 * max(1.0, abs(value))
        # not the end yet: a list that another station asked for may still tell the old value
        self._has_other_value = not is_equal
        if is_equal:
            self.result, self.is_over = MavResult.ACCEPTED, True

    def _otherwise(self, result: int) -> Order | None:
        """The order in the form that the answer asks for; None when it has been tried, or it asks for nothing."""
        wanted = _OTHER_FORM.get(result)
        # each form once: two answers that send it to and fro would never end
        if wanted is not None and wanted not in self._forms_tried:
            self._forms_tried.add(wanted)
            return replace(self._order, form=wanted)
        has_frame = result == MavResult.UNSUPPORTED_MAV_FRAME and self._order.form is Form.INT
        frame = orders.OTHER_FRAME.get(self._order.frame) if has_frame else None
        if frame is not None and frame not in self._frames_tried:
            self._frames_tried.add(frame)
            return replace(self._order, frame=frame)
        return None

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: ask again where that is harmless, else give up."""
        if self.is_over or now_s < self._give_up_s:
            return []
        is_worth_it = self._order.is_query and self.tries < QUERY_TRIES
        # who is at it would begin again: a command that comes twice is executed twice (observed)
        if (is_worth_it or now_s < (self._again_until_s or 0.0)) and not self.has_progressed:
            return self._send(now_s)
        self.is_over = True
        if self._has_other_value:
            self.result = MavResult.FAILED
        return []
