# SPDX-License-Identifier: Apache-2.0
"""Summaries of a large fleet are made a few at a time, and a change that matters is never kept back."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet import summary as module
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.status import Mode
from groundstation.fleet.summary import FRESH_FOR_EACH_S, FRESH_S, Summaries
from groundstation.fleet.vehicle import VehicleState

TICK_S = 0.033


@pytest.fixture
def made(monkeypatch) -> list[VehicleKey]:
    """Whose summaries were made, in order."""
    found: list[VehicleKey] = []
    make = module.summary_of

    def counted(state: VehicleState, now_s: float) -> module.VehicleSummary:
        found.append(state.key)
        return make(state, now_s)

    monkeypatch.setattr(module, "summary_of", counted)
    return found


def fleet_of(count: int) -> dict[VehicleKey, VehicleState]:
    keys = [VehicleKey("fleet", f"uav-{number}") for number in range(count)]
    return {key: VehicleState(key=key, clock_offset_s=0.0) for key in keys}


@pytest.mark.parametrize("count", [5, 500])
def test_after_the_first_time_nobody_has_to_wait_for_a_whole_fleet(made: list[VehicleKey], count: int) -> None:
    fleet, summaries, now_s, most = fleet_of(count), Summaries(), 100.0, 0
    for state in fleet.values():
        summaries.of(state, now_s)
    for turn in range(200):
        now_s += TICK_S
        made.clear()
        summaries.renew_some(fleet.get, TICK_S, now_s)
        if turn % 9 == 0:
            for state in fleet.values():
                summaries.of(state, now_s)
        most = max(most, len(made))
    assert most <= max(5, count * 0.1)


@pytest.mark.parametrize(("later", "is_kept"), [(0.999, True), (1.001, False)])
@pytest.mark.parametrize("count", [1, 500])
def test_a_summary_serves_so_long_and_no_longer(
    made: list[VehicleKey], count: int, later: float, is_kept: bool
) -> None:
    fleet, summaries = fleet_of(count), Summaries()
    for state in fleet.values():
        summaries.of(state, 100.0)
    made.clear()
    first = next(iter(fleet.values()))
    summaries.of(first, 100.0 + later * max(FRESH_S, FRESH_FOR_EACH_S * count))
    assert made == ([] if is_kept else [first.key])


def test_another_mode_is_told_at_once_and_who_is_gone_is_left_alone(made: list[VehicleKey]) -> None:
    fleet, summaries = fleet_of(500), Summaries()
    for state in fleet.values():
        summaries.of(state, 100.0)
    first = next(iter(fleet.values()))
    changed = msgspec.structs.replace(first, mode=Mode(at_s=100.0, name="RTL"))
    assert summaries.of(changed, 100.01).mode == "RTL"
    made.clear()
    summaries.renew_some(lambda _: None, 10.0, 110.0)
    assert made == []
