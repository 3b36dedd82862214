# SPDX-License-Identifier: Apache-2.0
"""The conversation that reads a list of a vehicle, item after item, and the one that clears it. Sans-I/O.

Reading is ours to repeat: one request at a time, again after a time that follows the way's round trip, twelve times an
item (at a fifth lost each way five tries would lose a hundred items in two transfers of ten).
"""

from __future__ import annotations

from groundstation.fleet.plans.plan_items import MAX_ITEMS, PlanItem, PlanKind
from groundstation.mavlink import encode
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.plan_send import ACCEPTED, COUNT_S, COUNT_TRIES, MISSION_ACK
from groundstation.mavlink.plan_wire import Target, item_of
from groundstation.mavlink.stream_requests import Outbound

ITEM_TRIES = 12
FIRST_WAIT_S, LEAST_WAIT_S, LONGEST_WAIT_S = 0.5, 0.25, 1.5
"""How long an item is waited for before it is asked for again: at first, and by round trips of 1.5 to as many."""
ROUND_TRIPS = 3.0
MISSION_COUNT = MSGIDS["MISSION_COUNT"]
MISSION_ITEM, MISSION_ITEM_INT = MSGIDS["MISSION_ITEM"], MSGIDS["MISSION_ITEM_INT"]
_ANSWERS = frozenset((MISSION_COUNT, MISSION_ITEM, MISSION_ITEM_INT, MISSION_ACK))


class PlanRead:
    """One reading, until it is whole or given up."""

    def __init__(self, kind: PlanKind, sysid: int, compid: int) -> None:
        """Prepare; `start` asks.

        Args:
            kind: which list.
            sysid: of the vehicle.
            compid: of its autopilot.
        """
        self._target = Target.of(sysid, compid, kind)
        self._count: int | None = None
        self._items: list[PlanItem] = []
        self._tries = 0
        self._asked_s = self._again_s = 0.0
        self._wait_s = FIRST_WAIT_S
        self.opaque_id: int | None = None
        """Id of the list as MISSION_COUNT told it, 0 for none; None before it came."""
        self.ack: int | None = None
        """MISSION_ACK.type of a refusal; None before one."""
        self.is_over = False
        self.is_whole = False
        """Whether every item came."""

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """What came so far, from number 0 on the wire."""
        return tuple(self._items)

    @property
    def count(self) -> int | None:
        """How many there are; None before the vehicle told."""
        return self._count

    @property
    def share(self) -> float:
        """How much of it came, 0 to 1."""
        return len(self._items) / self._count if self._count else 0.0

    @property
    def hears(self) -> frozenset[int]:
        """The count, items, and a refusal."""
        return frozenset() if self.is_over else _ANSWERS

    def start(self, now_s: float) -> list[Outbound]:
        """Ask how many there are."""
        self._tries += 1
        self._again_s = now_s + COUNT_S
        return [encode.payload("MISSION_REQUEST_LIST", **self._target.fields)]

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message of the mission protocol came."""
        if msgid not in self.hears:
            return []
        if msgid in (MISSION_ITEM, MISSION_ITEM_INT):
            # PX4 says of every list that it is a mission (observed): the number alone decides
            return self._on_item(fields, now_s, is_int=msgid == MISSION_ITEM_INT)
        if fields.get("mission_type", 0) != self._target.mission_type:
            return []
        if msgid != MISSION_COUNT:
            return self._on_ack(fields["type"])
        return self._on_count(fields["count"], fields.get("opaque_id", 0), now_s)

    def _on_count(self, count: int, opaque_id: int, now_s: float) -> list[Outbound]:
        # the same once more is an echo of a request that was said twice; another number or id is another list
        if (count, opaque_id) == (self._count, self.opaque_id):
            return []
        self._count, self._items, self.opaque_id = count, [], opaque_id
        if count > MAX_ITEMS:
            self.is_over = True
            return []
        return self._finish() if count == 0 else self._ask(now_s)

    def _on_ack(self, kind: int) -> list[Outbound]:
        # ArduPilot says so of a number beyond the end, and the count again before it: that one decides
        if kind != ACCEPTED and not self._items:
            self.ack, self.is_over = kind, True
        return []

    def _on_item(self, fields: Fields, now_s: float, *, is_int: bool) -> list[Outbound]:
        if self._count is None or fields["seq"] != len(self._items):
            return []
        if self._tries == 1:
            # by an answer to what was asked once alone: else nobody knows which of them it answers
            trip_s = ROUND_TRIPS * (now_s - self._asked_s)
            self._wait_s = min(LONGEST_WAIT_S, max(LEAST_WAIT_S, trip_s, self._wait_s * 0.9))
        self._items.append(item_of(fields, is_int=is_int))
        return self._finish() if len(self._items) == self._count else self._ask(now_s)

    def _ask(self, now_s: float, tries: int = 1) -> list[Outbound]:
        self._tries, self._asked_s, self._again_s = tries, now_s, now_s + self._wait_s
        return [encode.payload("MISSION_REQUEST_INT", **self._target.fields, seq=len(self._items))]

    def _finish(self) -> list[Outbound]:
        self.is_over = self.is_whole = True
        # without it PX4 is busy for the next 5 s (observed)
        return [encode.payload("MISSION_ACK", **self._target.fields, type=ACCEPTED)]

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: ask again, or give up."""
        if self.is_over or now_s < self._again_s:
            return []
        if self._count is None:
            self.is_over = self._tries >= COUNT_TRIES
            return [] if self.is_over else self.start(now_s)
        self.is_over = self._tries >= ITEM_TRIES
        return [] if self.is_over else self._ask(now_s, self._tries + 1)


class PlanClear:
    """Clears a list."""

    def __init__(self, kind: PlanKind, sysid: int, compid: int) -> None:
        """Prepare; `start` sends.

        Args:
            kind: which list.
            sysid: of the vehicle.
            compid: of its autopilot.
        """
        self._target = Target.of(sysid, compid, kind)
        self._tries, self._again_s = 0, 0.0
        self.ack: int | None = None
        """MISSION_ACK.type; None before one."""
        self.is_over = False

    @property
    def hears(self) -> frozenset[int]:
        """The answer."""
        return frozenset() if self.is_over else frozenset({MISSION_ACK})

    def start(self, now_s: float) -> list[Outbound]:
        """Say it; clearing twice does no harm."""
        self._tries, self._again_s = self._tries + 1, now_s + COUNT_S
        return [encode.payload("MISSION_CLEAR_ALL", **self._target.fields)]

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """The answer came."""
        del now_s
        if msgid in self.hears and fields.get("mission_type", 0) == self._target.mission_type:
            self.ack, self.is_over = fields["type"], True
        return []

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: say it again, or give up."""
        if self.is_over or now_s < self._again_s:
            return []
        self.is_over = self._tries >= COUNT_TRIES
        return [] if self.is_over else self.start(now_s)
