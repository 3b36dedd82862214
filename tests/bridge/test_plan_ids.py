# SPDX-License-Identifier: Apache-2.0
"""When an id that a vehicle tells says something of what was read, and when it is too old to."""

from __future__ import annotations

from groundstation.bridge.plan_ids import FRESH_S, KeptList, PlanIds
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_status import ListStatus, PlanList

MISSION, FENCE = PlanKind.MISSION, PlanKind.FENCE


def told(mission: int = 0, fence: int = 0, rally: int = 0) -> dict[str, int]:
    return {"mission_id": mission, "fence_id": fence, "rally_points_id": rally}


def kept(id_: int, since_s: float) -> KeptList:
    return KeptList(ListStatus(), PlanList(hash="x"), id_, since_s)


def test_another_id_counts_from_a_second_after_the_reading_on() -> None:
    ids = PlanIds()
    ids.was_read(MISSION, 5, 3, 10.0)
    ids.hear(told(4), 10.0 + FRESH_S - 0.01)
    assert not ids.is_changed(MISSION)
    ids.hear(told(4), 10.0 + FRESH_S)
    assert ids.is_changed(MISSION)
    ids.hear(told(5), 12.0)
    assert not ids.is_changed(MISSION)


def test_the_same_id_counts_from_a_second_after_what_happened_on() -> None:
    ids = PlanIds()
    ids.hear(told(5), 10.0 + FRESH_S - 0.01)
    assert not ids.is_still(kept(5, 10.0), MISSION)
    ids.hear(told(5), 10.0 + FRESH_S)
    assert ids.is_still(kept(5, 10.0), MISSION)
    assert not ids.is_still(kept(6, 10.0), MISSION)
    ids.begin_anew()
    assert not ids.is_still(kept(5, 10.0), MISSION)


def test_0_is_the_id_of_no_list_only_where_there_are_ids() -> None:
    ids = PlanIds()
    ids.was_read(FENCE, 0, 0, 0.0)
    ids.hear(told(), 5.0)
    assert not ids.is_still(kept(0, 0.0), FENCE)
    ids.hear(told(mission=9), 6.0)
    assert ids.is_still(kept(0, 0.0), FENCE)
    assert not ids.is_changed(FENCE)
    # a list that has items and no id
    ids.was_read(FENCE, 0, 4, 7.0)
    ids.hear(told(mission=9, fence=3), 9.0)
    assert (ids.of_read(FENCE), ids.is_changed(FENCE)) == (None, False)
