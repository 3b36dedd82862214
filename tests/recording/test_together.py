# SPDX-License-Identifier: Apache-2.0
"""Several flights laid over each other: what counts happens at one moment, and how far they are apart is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from groundstation.app.players import open_files
from groundstation.fleet.alignment import Alignment, Anchor, difference
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import LandmarkKind
from groundstation.fleet.past import Moment
from groundstation.fleet.value_path import ValueRef
from groundstation.recording.log_player import LogPlayer
from groundstation.recording.together import MAX_FLIGHTS, TogetherPlayer
from tests.conftest import shared_log

SAME = ("copter0_square_1x.tlog", "copter1_square_1x.tlog")
HEIGHT = "position.height_home_m"


@pytest.fixture
def opened() -> Iterator[Callable[..., TogetherPlayer]]:
    made: list[TogetherPlayer] = []

    def open_them(*names: str) -> TogetherPlayer:
        player = open_files([shared_log(name) for name in names])
        assert isinstance(player, TogetherPlayer)
        made.append(player)
        while player.work(lambda: True):
            pass
        return player

    yield open_them
    for one in made:
        one.close()


def armed(player: TogetherPlayer) -> dict[VehicleKey, float]:
    first: dict[VehicleKey, float] = {}
    for one in player.landmarks():
        if one.kind is LandmarkKind.ARMED and one.key is not None:
            first.setdefault(one.key, one.at_s)
    return first


def at(player: TogetherPlayer, at_s: float) -> Moment:
    found = player.moment(at_s)
    assert found is not None
    return found


def test_flights_of_one_time_stand_by_their_clocks(opened: Callable[..., TogetherPlayer]) -> None:
    player = opened(*SAME)
    assert player.alignment.anchor is Anchor.CLOCK
    assert {str(one) for one in player.vehicles()} == {"replay/uav-1", "replay/uav-2"}
    begun = armed(player)
    player.align(Alignment(Anchor.ARM))
    moved = armed(player)
    assert len(set(moved.values())) == 1
    # the first flight stays where it was
    first = player.vehicles()[0]
    assert moved[first] == begun[first]


def test_flights_of_different_days_are_laid_over_each_other_by_arming(opened: Callable[..., TogetherPlayer]) -> None:
    player = opened("copter_square.tlog", "px4_0_square.tlog")
    assert player.alignment.anchor is Anchor.ARM
    # both are system 1: the number of the file tells them apart
    assert {str(one) for one in player.vehicles()} == {"replay/uav-1-1", "replay/uav-1-2"}
    names = {state.name for state in at(player, next(iter(armed(player).values()))).states}
    assert names == {"uav-1-1", "uav-1-2"}
    assert len({round(one, 3) for one in armed(player).values()}) == 1


def test_by_take_off_both_leave_the_ground_at_once(opened: Callable[..., TogetherPlayer]) -> None:
    player = opened("copter_square.tlog", "px4_0_square.tlog")
    player.align(Alignment(Anchor.TAKE_OFF))
    extent = player.extent
    left = []
    for key in player.vehicles():
        found = player.values(ValueRef(key, HEIGHT), extent.begin_s, extent.end_s, lambda: True)
        since = found.times >= armed(player)[key]
        left.append(float(found.times[since][found.values[since] > 1.5][0]))
    assert left[0] == pytest.approx(left[1], abs=1e-6)


def test_a_state_that_is_moved_is_as_old_as_it_was(opened: Callable[..., TogetherPlayer]) -> None:
    player = opened("copter_square.tlog", "px4_0_square.tlog")
    at_s = max(armed(player).values()) + 5.0
    for state in at(player, at_s).states:
        age_s = state.age_s("position", at_s)
        assert age_s is not None
        assert age_s < 1.0
        assert state.is_heard


def test_one_without_the_mission_item_stands_by_its_beginning_and_is_named(
    opened: Callable[..., TogetherPlayer],
) -> None:
    player = opened("copter_mission.tlog", "copter_square.tlog")
    player.align(Alignment(Anchor.MISSION_ITEM, 250))
    assert set(player.missing) == {"copter_mission.tlog", "copter_square.tlog"}
    assert player.extent.begin_s <= min(armed(player).values())


def test_differences_are_numbers_and_what_is_not_known_is_none(opened: Callable[..., TogetherPlayer]) -> None:
    player = opened("copter_square.tlog", "px4_0_square.tlog")
    at_s = max(armed(player).values()) + 8.0
    first, other = at(player, at_s).states
    found = difference(first, other)
    assert found.height_m == pytest.approx(other.height.height_m - first.height.height_m)
    assert found.distance_m is not None
    assert found.distance_m > 1_000_000.0
    early = at(player, player.extent.begin_s - 100.0).states
    nothing = difference(*early)
    assert (nothing.distance_m, nothing.height_m, nothing.speed_mps, nothing.charge_fraction) == (None,) * 4


def test_too_many_are_refused_in_one_line() -> None:
    players = [LogPlayer(shared_log("copter_square.tlog")) for _ in range(MAX_FLIGHTS + 1)]
    with pytest.raises(GroundStationError, match=f"open {MAX_FLIGHTS} at most"):
        TogetherPlayer(players)
    TogetherPlayer(players[:MAX_FLIGHTS]).close()
    players[-1].close()


def test_one_that_was_recorded_faster_runs_by_the_vehicles_own_clocks(opened: Callable[..., TogetherPlayer]) -> None:
    # five times as fast by its log, and once in its own time
    player = opened("copter_square.tlog", "copter0_square_1x.tlog")
    player.align(Alignment(Anchor.TAKE_OFF))
    fast, slow = player.vehicles()
    begun = armed(player)
    times = {key: player.values(ValueRef(key, HEIGHT), begun[key], player.extent.end_s, lambda: True) for key in begun}

    def up(key: VehicleKey, height_m: float) -> float:
        found = times[key]
        return float(found.times[(found.values >= height_m).nonzero()[0][0]])

    # both climb as fast by their own clocks: 10 m of both take the same time here
    assert up(slow, 12.0) - up(slow, 2.0) == pytest.approx(up(fast, 12.0) - up(fast, 2.0), rel=0.25)
    state = next(one for one in at(player, up(slow, 12.0)).states if one.key == slow)
    assert state.position is not None
    assert state.position.height_home_m == pytest.approx(12.0, abs=1.0)
    age_s = up(slow, 12.0) - (state.position.at_s + (state.clock_offset_s or 0.0))
    assert -0.1 <= age_s < 1.0
