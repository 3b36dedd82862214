# SPDX-License-Identifier: Apache-2.0
"""The conversation that reads all parameters of a vehicle. Sans-I/O.

Source: MAVLink parameter protocol. The vehicle sends its list once, as fast as it can; what was lost on the way is
asked for by its place in the list. That place is no key: lists grow and shrink while they are sent (observed: PX4 from
716 to 720, ArduPilot by seven when a sensor is switched on), so values are kept by name, and which places came is
forgotten when the count changes.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.parameters.parameter import MAX_PARAMETERS, PX4_VOLATILE, Parameter, hash_of, is_plain_name
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.param_wire import (
    HASH_NAME,
    UNINDEXED,
    Encoding,
    ParamTarget,
    hash_bits,
    hash_message,
    list_request,
    parameter_of,
    read_by_index,
)
from groundstation.mavlink.stream_requests import Outbound

LIST_S, LIST_TRIES = 5.0, 5
"""How long the first word of an answer is waited for, and how often the list is asked for."""
QUIET_S = 1.5
"""Without news so long the list is over, and its gaps are asked for."""
READ_S, READ_TRIES, IN_FLIGHT = 1.0, 8, 10
"""Of each gap; ArduPilot takes 95 ms for an answer and keeps 20 questions at most."""
LEAST_WAIT_S, LONGEST_WAIT_S, LONGER = 0.3, 1.5, 1.5
"""How long a gap is waited for before it is asked for again: `READ_S` at first, then by round trips, and so many times
longer with each try up to `READ_S`, so that a way that is dead for some seconds does not use them all up."""
ROUND_TRIPS = 3.0
MORE_LISTS = 2
"""Lists that are asked for once more: at a fifth lost each way one gap in 3,500 stays after eight tries."""
SILENCE_S = 14.0
"""Without news so long nobody is there: longer than eight tries of the last gap."""
MAX_RESTARTS = 50
"""How often the count may change; more is no vehicle."""
PARAM_VALUE = MSGIDS["PARAM_VALUE"]


class KnownSet(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the vehicle from an earlier reading."""

    parameters: tuple[Parameter, ...]
    """In the order of their indices."""
    hash: int | None = None
    """The vehicle's `_HASH_CHECK` at that reading; None after anything in it was changed, and where it has none."""
    volatile: frozenset[str] = frozenset()
    """Names that the vehicle may leave out of its hash (`ParameterFacts.is_volatile`), beside `PX4_VOLATILE`."""

    def is_of(self, told: int) -> bool:
        """Whether a vehicle's hash is that of this set."""
        if not self.parameters:
            return False
        usual = frozenset(one.name for one in self.parameters if PX4_VOLATILE.fullmatch(one.name))
        made = (hash_of(self.parameters, without) for without in (usual, self.volatile, frozenset[str]()))
        return told == self.hash or told in made


class ParamRead:
    """One reading, until it is whole or given up."""

    def __init__(self, sysid: int, compid: int, encoding: Encoding, known: KnownSet | None = None) -> None:
        """Prepare; `start` asks.

        Args:
            sysid: of the vehicle.
            compid: of its autopilot.
            encoding: of its values.
            known: what it had before; spares the list where its hash is still the same.
        """
        self._target, self._encoding, self._known = ParamTarget(sysid, compid), encoding, known
        self._count: int | None = None
        self._values: dict[str, Parameter] = {}
        self._names: dict[int, str] = {}
        """Name by place, as far as the present list came."""
        self._asked: dict[int, float] = {}
        """When each gap in flight is asked for again."""
        self._tries: dict[int, int] = {}
        self._first_s: dict[int, float] = {}
        """When gaps were asked for, of those that were so once."""
        self._wait_s = READ_S
        self._unheard = self._more_lists = self._restarts = 0
        self._quiet_s = self._silent_s = 0.0
        self._has_news = self._is_filling = False
        self.hash: int | None = None
        """What the vehicle told as `_HASH_CHECK`; None where it told none."""
        self.is_over = False
        self.is_whole = False
        """Whether every parameter came."""
        self.is_from_known = False
        """Whether the known set is still true; what the vehicle calls volatile may be old then."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What came so far, in the order of the list; each name once."""
        if self.is_from_known and self._known is not None:
            return self._known.parameters
        names = dict.fromkeys(self._names[index] for index in sorted(self._names))
        # before it is whole, also what came before the count changed, and what was told out of turn
        rest = () if self.is_whole else (name for name in self._values if name not in names)
        return tuple(self._values[name] for name in (*names, *rest))

    @property
    def count(self) -> int | None:
        """How many there are; None before the vehicle told."""
        return self._count

    @property
    def missing(self) -> tuple[int, ...]:
        """Places in the list of what did not come; empty also while nothing is known."""
        if self._count is None or self._count > MAX_PARAMETERS:
            return ()
        return tuple(index for index in range(self._count) if index not in self._names)

    @property
    def odd_names(self) -> tuple[str, ...]:
        """Names that no autopilot uses: kept, and to be told."""
        return tuple(one.name for one in self.parameters if not is_plain_name(one.name))

    @property
    def share(self) -> float:
        """How much of it came, 0 to 1."""
        if self.is_whole:
            return 1.0
        return len(self._names) / self._count if self._count else 0.0

    @property
    def hears(self) -> frozenset[int]:
        """Values, until it is over."""
        return frozenset() if self.is_over else frozenset((PARAM_VALUE,))

    def start(self, now_s: float) -> list[Outbound]:
        """Ask for the list."""
        if self._count is None:
            self._unheard += 1
        else:
            self._more_lists += 1
        self._is_filling = False
        self._asked, self._tries, self._first_s = {}, {}, {}
        self._quiet_s = now_s + (QUIET_S if self._has_news else LIST_S)
        self._silent_s = max(self._silent_s, now_s + SILENCE_S)
        return [list_request(self._target)]

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A parameter came."""
        if msgid not in self.hears:
            return []
        if fields["param_id"] == HASH_NAME:
            return self._on_hash(fields, now_s)
        count, index = fields["param_count"], fields["param_index"]
        if count != self._count and not self._is_new_list(count):
            return []
        one = parameter_of(fields, self._encoding)
        self._values[one.name] = one
        if index == UNINDEXED or index >= count:
            return []
        if self._names.get(index, one.name) != one.name:
            # the list moved on without a change of its count: what else came by its place may have moved too
            self._restart()
        if index not in self._names:
            self._names[index] = one.name
            self._on_news(now_s)
        self._asked.pop(index, None)
        self._learn(index, now_s)
        if len(self._names) == self._count:
            return self._on_all(now_s)
        return self._fill(now_s) if self._is_filling else []

    def _learn(self, index: int, now_s: float) -> None:
        """By an answer to what was asked once alone: else nobody knows which of them it answers."""
        asked_s = self._first_s.pop(index, None)
        if asked_s is not None:
            trip_s = ROUND_TRIPS * (now_s - asked_s)
            self._wait_s = min(LONGEST_WAIT_S, max(LEAST_WAIT_S, trip_s, self._wait_s * 0.9))

    def _on_news(self, now_s: float) -> None:
        self._has_news = True
        self._quiet_s, self._silent_s = now_s + QUIET_S, now_s + SILENCE_S

    def _on_hash(self, fields: Fields, now_s: float) -> list[Outbound]:
        self.hash = hash_bits(fields)
        self._on_news(now_s)
        if self._known is None or not self._known.is_of(self.hash):
            return []
        self.is_over = self.is_whole = self.is_from_known = True
        self._count = len(self._known.parameters)
        return [hash_message(self.hash, self._target)]

    def _is_new_list(self, count: int) -> bool:
        """Note another count; returns whether there is a list to be read."""
        # one message of who claims the impossible does not end what is under way
        if count == 0 or (count > MAX_PARAMETERS and self._count is not None):
            return False
        if self._count is not None:
            self._restart()
        self._count = count
        self.is_over = self.is_over or count > MAX_PARAMETERS
        return not self.is_over

    def _restart(self) -> None:
        self._restarts += 1
        self._names, self._asked, self._tries, self._first_s = {}, {}, {}, {}
        self._is_filling = False
        self.is_over = self._restarts > MAX_RESTARTS

    def _on_all(self, now_s: float) -> list[Outbound]:
        if len(set(self._names.values())) == self._count:
            self.is_over = self.is_whole = True
            return []
        # one name at two places: it moved while the list was sent, and another was passed over
        self._restart()
        return self._again(now_s)

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: ask for what is missing, or give up."""
        if self.is_over or now_s < self._quiet_s:
            return self._fill(now_s) if self._is_filling and not self.is_over else []
        if self._count is None:
            self.is_over = self._unheard >= LIST_TRIES
            return [] if self.is_over else self.start(now_s)
        if now_s >= self._silent_s:
            self.is_over = True
            return []
        # so little came that the rest of the list is shorter to ask for than its gaps, as after its count changed
        if not self._is_filling and 2 * len(self._names) < self._count and self._more_lists < MORE_LISTS:
            return self.start(now_s)
        self._is_filling = True
        return self._fill(now_s)

    def _again(self, now_s: float) -> list[Outbound]:
        """Ask for the whole list once more, or give up."""
        self.is_over = self._more_lists >= MORE_LISTS
        return [] if self.is_over else self.start(now_s)

    def _fill(self, now_s: float) -> list[Outbound]:
        """Ask for gaps, as many as may be in flight."""
        for index in [index for index, again_s in self._asked.items() if now_s >= again_s]:
            del self._asked[index]
        room = IN_FLIGHT - len(self._asked)
        if room <= 0:
            return []
        open_gaps = [one for one in self.missing if one not in self._asked and self._tries.get(one, 0) < READ_TRIES]
        if not open_gaps and not self._asked:
            return self._again(now_s)
        gaps = open_gaps[:room]
        for index in gaps:
            tries = self._tries[index] = self._tries.get(index, 0) + 1
            self._first_s.pop(index, None)
            if tries == 1:
                self._first_s[index] = now_s
            longest_s = max(READ_S, self._wait_s)
            self._asked[index] = now_s + min(longest_s, self._wait_s * LONGER ** (tries - 1))
        return [read_by_index(index, self._target) for index in gaps]
