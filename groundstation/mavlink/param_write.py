# SPDX-License-Identifier: Apache-2.0
"""The conversation that writes parameters of a vehicle, one or many, and reads back what it made of them. Sans-I/O.

Source: MAVLink parameter protocol: PARAM_SET is answered with the PARAM_VALUE that is stored. Vehicles check no ranges,
cut whole numbers and limit them by their type (observed), so what came back is told, not what was sent. ArduPilot tells
every station of every change, also while its list is on its way: a value that differs may be an old one, and is asked
for a second time.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

import msgspec

from groundstation.fleet.parameters.parameter import Parameter, is_same_value, value_text
from groundstation.fleet.phrases import Words, say
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.param_wire import (
    Encoding,
    ParamTarget,
    parameter_of,
    read_by_name,
    set_message,
    why_not,
)
from groundstation.mavlink.stream_requests import Outbound

ANSWER_S, SET_TRIES, READ_TRIES = 1.0, 3, 5
"""Of each parameter: how long an answer is waited for, and how often it is set, then read."""
TWICE_S = 0.1
"""The same value this soon after came twice on the way, perhaps; PX4 itself says it again after 20 ms (observed)."""
IN_FLIGHT = 5
PARAM_VALUE, PARAM_ERROR = MSGIDS["PARAM_VALUE"], MSGIDS["PARAM_ERROR"]
_ERRORS = {error: f"ack_param_{error}" for error in range(1, 9)}
"""PARAM_ERROR.error (MAV_PARAM_ERROR), a message that is work in progress: heard, and never waited for."""


class WriteEnd(enum.Enum):
    """What became of one parameter."""

    STORED = "stored"
    """Read back equal."""
    OTHERWISE = "stored otherwise"
    """Read back, and another value than the wanted one."""
    REFUSED = "refused"
    """The vehicle said that it does not take it."""
    UNSENT = "unsent"
    """It can't be said on the wire, so nothing was sent."""
    NO_ANSWER = "no answer"
    """Whether it was stored is not known."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one parameter."""

    wanted: Parameter
    end: WriteEnd
    found: Parameter | None = None
    """What the vehicle has; None where it did not say."""
    said: Words = ""
    """One line for the operator."""


class _Flight:
    """One parameter on its way."""

    def __init__(self, place: int, wanted: Parameter) -> None:
        self.place, self.wanted = place, wanted
        self.sets = self.reads = 0
        self.again_s = 0.0
        self.other: Parameter | None = None
        """A value that is not the wanted one."""
        self.other_s = 0.0
        """When it came first."""


class ParamWrite:
    """One writing, until something is known of every parameter."""

    def __init__(self, wanted: Sequence[Parameter], sysid: int, compid: int, encoding: Encoding) -> None:
        """Prepare; `start` sends.

        Args:
            wanted: what to write, in this order; of a name that is there twice the last value stays.
            sysid: of the vehicle.
            compid: of its autopilot.
            encoding: of its values.
        """
        self._target, self._encoding = ParamTarget(sysid, compid), encoding
        self._wanted = tuple(wanted)
        self._ends: dict[int, Written] = {}
        self._waiting: list[int] = []
        self._flights: dict[str, _Flight] = {}
        self.count: int | None = None
        """How many parameters the vehicle said last that it has; None before it did. What is written may add some."""
        for place, one in enumerate(self._wanted):
            why = why_not(one, encoding)
            if why is None:
                self._waiting.append(place)
            else:
                self._ends[place] = Written(wanted=one, end=WriteEnd.UNSENT, said=why)

    @property
    def results(self) -> tuple[Written, ...]:
        """What became of those that are done, in the order in which they were given."""
        return tuple(self._ends[place] for place in sorted(self._ends))

    @property
    def results_by_place(self) -> dict[int, Written]:
        """The same, by the place in which each was given, from 0."""
        return dict(self._ends)

    @property
    def in_flight(self) -> tuple[int, ...]:
        """Places of those that were sent, and not answered yet."""
        return tuple(flight.place for flight in self._flights.values())

    @property
    def is_over(self) -> bool:
        """Whether something is known of all."""
        return len(self._ends) == len(self._wanted)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return len(self._ends) / len(self._wanted) if self._wanted else 1.0

    @property
    def hears(self) -> frozenset[int]:
        """Values and errors, until it is over."""
        return frozenset() if self.is_over else frozenset((PARAM_VALUE, PARAM_ERROR))

    def start(self, now_s: float) -> list[Outbound]:
        """Send the first of them."""
        return self._send_more(now_s)

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A value or an error came."""
        flight = self._flights.get(fields["param_id"]) if msgid in self.hears else None
        if flight is None:
            return []
        if msgid == PARAM_ERROR:
            return [*self._on_error(flight, fields["error"]), *self._send_more(now_s)]
        self.count = fields["param_count"]
        return [*self._on_value(flight, parameter_of(fields, self._encoding), now_s), *self._send_more(now_s)]

    def _on_value(self, flight: _Flight, found: Parameter, now_s: float) -> list[Outbound]:
        wanted, name = flight.wanted, flight.wanted.name
        if is_same_value(wanted.value, found.value, found.type):
            said = say("param_stored", name=name, found=value_text(found.value, found.type))
            return self._end(flight, WriteEnd.STORED, said, found)
        if flight.other is None:
            # an old value, of a list on its way, while ours was lost? said once more, its answer tells
            flight.other, flight.other_s, flight.sets, flight.reads = found, now_s, 0, 0
            return self._set(flight, now_s)
        if now_s < flight.other_s + TWICE_S:
            flight.again_s = now_s + TWICE_S
            return []
        told = value_text(found.value, found.type)
        said = say("param_stored_otherwise", name=name, found=told, wanted=value_text(wanted.value, wanted.type))
        return self._end(flight, WriteEnd.OTHERWISE, said, found)

    def _on_error(self, flight: _Flight, error: int) -> list[Outbound]:
        wanted = flight.wanted
        why = say(_ERRORS.get(error, "ack_param_other"), error=error)
        shown = value_text(wanted.value, wanted.type)
        said = say("param_refused", name=wanted.name, wanted=shown, why=why)
        return self._end(flight, WriteEnd.REFUSED, said, flight.other)

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: say again what was not answered, read instead, or give up."""
        due = [flight for flight in self._flights.values() if now_s >= flight.again_s]
        return [*(message for flight in due for message in self._again(flight, now_s)), *self._send_more(now_s)]

    def _again(self, flight: _Flight, now_s: float) -> list[Outbound]:
        if flight.sets < SET_TRIES:
            return self._set(flight, now_s)
        if flight.reads < READ_TRIES:
            # the answers may be what is lost: then it is there already
            flight.reads, flight.again_s = flight.reads + 1, now_s + ANSWER_S
            return [read_by_name(flight.wanted.name, self._target)]
        return self._end(flight, WriteEnd.NO_ANSWER, say("param_no_answer", name=flight.wanted.name), flight.other)

    def _set(self, flight: _Flight, now_s: float) -> list[Outbound]:
        flight.sets, flight.again_s = flight.sets + 1, now_s + ANSWER_S
        return [set_message(flight.wanted, self._target, self._encoding)]

    def _end(self, flight: _Flight, end: WriteEnd, said: Words, found: Parameter | None = None) -> list[Outbound]:
        del self._flights[flight.wanted.name]
        self._ends[flight.place] = Written(wanted=flight.wanted, end=end, found=found, said=said)
        return []

    def _send_more(self, now_s: float) -> list[Outbound]:
        """Send those whose turn it is: never two of one name, whose answers nobody could tell apart."""
        messages: list[Outbound] = []
        for place in tuple(self._waiting):
            if len(self._flights) >= IN_FLIGHT:
                break
            one = self._wanted[place]
            if one.name in self._flights:
                continue
            self._waiting.remove(place)
            flight = self._flights[one.name] = _Flight(place, one)
            messages += self._set(flight, now_s)
        return messages
