# SPDX-License-Identifier: Apache-2.0
"""What a plan takes of a battery: told, asked about, and mended."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans.pace import Pace, pace_of
from groundstation.fleet.plans.plan_battery import WANTED_BATTERY, battery_finding, battery_remedies, faster, split
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_flight import Flight, flight_of
from groundstation.fleet.plans.plan_items import FRAME_MISSION, PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.plan_remedies import Act

HOME = Place(41.0, 39.0)
ROTOR = pace_of(VehicleKind.MULTICOPTER, Autopilot.ARDUPILOT)
TAKEOFF = PlanItem(command=Cmd.TAKEOFF, z=40.0)
RETURN = PlanItem(command=Cmd.RETURN, frame=FRAME_MISSION)


def lines(count: int, speed_mps: float | None = None) -> tuple[PlanItem, ...]:
    """So many lines of 500 m side by side, each with a picture at its end."""
    items: list[PlanItem] = [TAKEOFF]
    if speed_mps is not None:
        items.append(PlanItem(command=Cmd.CHANGE_SPEED, frame=FRAME_MISSION, params=(1.0, speed_mps, -1.0, 0.0)))
    for at in range(count):
        for north_m in (0.0, 500.0) if at % 2 == 0 else (500.0, 0.0):
            lat_deg, lon_deg = moved(*HOME, north_m, 20.0 * at)
            items.append(PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=40.0))
        items.append(PlanItem(command=Cmd.CAMERA_DISTANCE, frame=FRAME_MISSION))
    return (*items, RETURN)


def flown(items: tuple[PlanItem, ...], pace: Pace = ROTOR) -> Flight:
    return flight_of(items, HOME, 100.0, pace)


def with_share(items: tuple[PlanItem, ...], share: float) -> Pace:
    """A battery of which a mission takes such a share."""
    return replace(ROTOR, endurance_s=flown(items).duration_s / share)


@pytest.mark.parametrize(("share", "code"), [(0.69, None), (0.71, "check_battery"), (0.99, "check_battery")])
def test_an_empty_battery_is_advice_from_70_percent_used_on(share: float, code: str | None) -> None:
    found = battery_finding(flown(lines(4)), with_share(lines(4), share), 9)
    assert (found.said.code if found is not None else None) == code
    assert found is None or not (found.holds or found.asks)
    assert battery_finding(flown(lines(4)), replace(ROTOR, endurance_s=None), 9) is None


def test_more_than_the_battery_has_is_asked_about_with_the_figure() -> None:
    items = lines(4)
    found = battery_finding(flown(items), with_share(items, 1.01), 9)
    assert found is not None
    assert found.asks
    assert "it takes 101 % of the battery" in str(found.said)
    assert "usually flies" in str(found.said)
    told = replace(with_share(items, 1.98), endurance_is_told=True)
    words = str(getattr(battery_finding(flown(items), told, 9), "said", ""))
    assert "it takes 198 % of the battery" in words
    assert "usually" not in words
    assert "are said to be in it" in words


def test_faster_is_the_least_speed_that_keeps_the_reserve() -> None:
    items = lines(8, 4.0)
    pace = with_share(items, 1.1)
    way = faster(items, pace, flown)
    assert way is not None
    assert way.mission is not None
    speeds = [one.params[1] for one in way.mission if one.command == Cmd.CHANGE_SPEED]
    assert len(set(speeds)) == 1
    assert flown(way.mission).duration_s <= (1.0 - WANTED_BATTERY) * (pace.endurance_s or 0.0)
    # slower does not do
    slower = tuple(
        replace(one, params=(1.0, 6.0, -1.0, 0.0)) if one.command == Cmd.CHANGE_SPEED else one for one in way.mission
    )
    assert speeds[0] == 8.0
    assert flown(slower).duration_s > (1.0 - WANTED_BATTERY) * (pace.endurance_s or 0.0)
    # no speed does for three times the battery, and wings have their own
    assert faster(items, with_share(items, 30.0), flown) is None
    assert faster(items, replace(pace, is_wing=True), flown) is None


def test_split_flights_have_all_items_once_in_their_order_and_keep_the_reserve() -> None:
    items = lines(12)
    pace = with_share(items, 1.98)
    way = split(items, pace, flown)
    assert way is not None
    assert way.mission is not None
    flights = (way.mission, *way.later)
    assert len(flights) >= 3
    for flight in flights:
        assert (flight[0], flight[-1]) == (TAKEOFF, RETURN)
        assert flown(flight).duration_s <= (1.0 - WANTED_BATTERY) * (pace.endurance_s or 0.0)
        # the picture stays with the line that it is taken at the end of
        assert flight[1].command == Cmd.WAYPOINT
    assert tuple(one for flight in flights for one in flight[1:-1]) == items[1:-1]


def test_what_can_not_be_split_is_not() -> None:
    items = lines(12)
    jump = PlanItem(command=Cmd.JUMP, frame=FRAME_MISSION, params=(2.0, 1.0, 0.0, 0.0))
    pace = with_share(items, 1.98)
    assert split((*items[:-1], jump, items[-1]), pace, flown) is None
    assert split(items[1:], pace, flown) is None, "nothing takes off"
    assert split(items[:-1], pace, flown) is None, "nothing comes back"
    assert split(items, with_share(items, 100.0), flown) is None, "not even the first place is reached"


def test_lines_of_a_survey_are_shared_anew_and_not_cut_by_hand() -> None:
    items = lines(12)
    ways = battery_remedies(items, with_share(items, 1.98), flown, is_survey=True)
    assert [one.act for one in ways] == [Act.SHARE_SURVEY, Act.LAY_ANEW]
    own = battery_remedies(items, with_share(items, 1.98), flown, is_survey=False)
    assert [one.said.code for one in own] == ["remedy_split"]
