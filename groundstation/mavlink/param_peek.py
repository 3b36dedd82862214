# SPDX-License-Identifier: Apache-2.0
"""The conversation that asks a vehicle for some parameters by their names. Sans-I/O.

A name that a vehicle does not have is answered with silence (observed), so silence ends it, name by name.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundstation.fleet.parameters.parameter import Parameter, is_possible_name
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.param_wire import HASH_NAME, Encoding, ParamTarget, parameter_of, read_by_name
from groundstation.mavlink.stream_requests import Outbound

ANSWER_S, TRIES, IN_FLIGHT = 1.0, 6, 5
"""Of each name; ArduPilot takes 95 ms for an answer (observed). A fifth lost each way leaves one in 450."""
PARAM_VALUE, PARAM_ERROR = MSGIDS["PARAM_VALUE"], MSGIDS["PARAM_ERROR"]


class ParamPeek:
    """One asking, until each name was answered or given up."""

    def __init__(self, names: Iterable[str], sysid: int, compid: int, encoding: Encoding) -> None:
        """Prepare; `start` asks.

        Args:
            names: which; what is no name of a parameter is not asked for.
            sysid: of the vehicle.
            compid: of its autopilot.
            encoding: of its values.
        """
        self._target, self._encoding = ParamTarget(sysid, compid), encoding
        self.names = tuple(dict.fromkeys(names))
        self._waiting = [name for name in self.names if is_possible_name(name) and name != HASH_NAME]
        self._flights: dict[str, tuple[int, float]] = {}
        """Tries of each that is asked for, and when it is asked for again."""
        self.found: dict[str, Parameter] = {}
        """What the vehicle told."""
        self.count: int | None = None
        """How many parameters the vehicle said that it has."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is waited for any more."""
        return not self._waiting and not self._flights

    @property
    def missing(self) -> tuple[str, ...]:
        """Names that were not answered, once it is over."""
        return tuple(name for name in self.names if name not in self.found)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        left = len(self._waiting) + len(self._flights)
        return 1.0 - left / len(self.names) if self.names else 1.0

    @property
    def hears(self) -> frozenset[int]:
        """Values and errors, until it is over."""
        return frozenset() if self.is_over else frozenset((PARAM_VALUE, PARAM_ERROR))

    def start(self, now_s: float) -> list[Outbound]:
        """Ask for the first of them."""
        return self._ask_more(now_s)

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A value or an error came."""
        name = fields["param_id"]
        if msgid not in self.hears or name not in self._flights:
            return []
        del self._flights[name]
        if msgid == PARAM_VALUE:
            self.found[name] = parameter_of(fields, self._encoding)
            self.count = fields["param_count"]
        return self._ask_more(now_s)

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: ask again, or give a name up."""
        messages: list[Outbound] = []
        for name, (tries, again_s) in list(self._flights.items()):
            if now_s < again_s:
                continue
            if tries >= TRIES:
                del self._flights[name]
            else:
                messages += self._ask(name, tries + 1, now_s)
        return [*messages, *self._ask_more(now_s)]

    def _ask(self, name: str, tries: int, now_s: float) -> list[Outbound]:
        self._flights[name] = tries, now_s + ANSWER_S
        return [read_by_name(name, self._target)]

    def _ask_more(self, now_s: float) -> list[Outbound]:
        messages: list[Outbound] = []
        while self._waiting and len(self._flights) < IN_FLIGHT:
            messages += self._ask(self._waiting.pop(0), 1, now_s)
        return messages
