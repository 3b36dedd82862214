# SPDX-License-Identifier: Apache-2.0
"""The ids by which a vehicle tells its lists apart, and what they say of what was read. Bridge thread; no I/O.

Source: MAVLink common.xml, MISSION_CURRENT.mission_id, fence_id, rally_points_id and MISSION_COUNT.opaque_id: the same
list has the same id, and 0 is that of no list, or of a firmware without ids (ArduPilot to this day, PX4 before 1.14).
"""

from __future__ import annotations

from msgspec import Struct

from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_status import ListStatus, PlanList
from groundstation.mavlink.dialect import Fields

FIELDS = {PlanKind.MISSION: "mission_id", PlanKind.FENCE: "fence_id", PlanKind.RALLY: "rally_points_id"}
FRESH_S = 1.0
"""So long after a change what is told may still be of before it: MISSION_CURRENT comes once a second."""


class KeptList(Struct, frozen=True):
    """A list that was known until something happened, and is known again where its id is still the same."""

    status: ListStatus
    told: PlanList
    id: int
    since_s: float
    """When that happened."""


class PlanIds:
    """Ids of the lists of one vehicle in one life."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._told: dict[PlanKind, tuple[int, float]] = {}
        """What MISSION_CURRENT said last, and when."""
        self._has_any = False
        """Whether it ever told one: else 0 says nothing."""
        self._read: dict[PlanKind, tuple[int, float]] = {}
        """Of each list as it was read last, as far as the vehicle told it, and when."""

    def hear(self, fields: Fields, now_s: float) -> None:
        """MISSION_CURRENT came."""
        ids = {kind: int(fields[name]) for kind, name in FIELDS.items()}
        self._has_any = self._has_any or any(ids.values())
        if self._has_any:
            self._told = {kind: (one, now_s) for kind, one in ids.items()}

    def of_read(self, kind: PlanKind) -> int | None:
        """The id of a list as it was read last; None where that is not known."""
        found = self._read.get(kind)
        return found[0] if found is not None else None

    def was_read(self, kind: PlanKind, opaque_id: int | None, items: int, now_s: float) -> None:
        """A list was read.

        Args:
            kind: which.
            opaque_id: as MISSION_COUNT told it; 0 for none.
            items: how many are in it: of an empty list 0 is the id, where there are ids.
            now_s: seconds on the bridge's clock.
        """
        self._read.pop(kind, None)
        if opaque_id or (opaque_id == 0 and items == 0):
            self._read[kind] = opaque_id, now_s

    def is_changed(self, kind: PlanKind) -> bool:
        """Whether the vehicle tells another id than that of what was read; False where it tells none."""
        read, told = self._read.get(kind), self._told.get(kind)
        return read is not None and told is not None and told[0] != read[0] and told[1] >= read[1] + FRESH_S

    def is_still(self, kept: KeptList, kind: PlanKind) -> bool:
        """Whether the vehicle has told since that it has this list."""
        told = self._told.get(kind)
        return told is not None and told[1] >= kept.since_s + FRESH_S and told[0] == kept.id

    def begin_anew(self) -> None:
        """A new life: what was told was of the old one."""
        self._told, self._has_any = {}, False
        self._read.clear()
