# SPDX-License-Identifier: Apache-2.0
"""Plans that are flown at the same time: what is told of them, and that its remedies help."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.plans import plan_conflicts
from groundstation.fleet.plans.fleet_check import (
    Flyer,
    check_fleet,
    clock_text,
    delayed,
    flight_findings,
    kept_apart,
    remedied,
)
from groundstation.fleet.plans.pace import Pace, Wind, pace_of
from groundstation.fleet.plans.plan_check import Checked
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_flight import flight_of
from groundstation.fleet.plans.plan_items import FRAME_MISSION, PlanItem
from groundstation.fleet.plans.plan_path import Place

HOME = Place(41.0, 39.0)
ROTOR = pace_of(VehicleKind.MULTICOPTER, Autopilot.ARDUPILOT)
WING = pace_of(VehicleKind.PLANE, Autopilot.ARDUPILOT)
RETURN = PlanItem(command=Cmd.RETURN, frame=FRAME_MISSION)


def flyer(name: str, start: tuple[float, float], *spots: tuple[float, float, float], pace: Pace = ROTOR) -> Flyer:
    home = Place(*moved(*HOME, *start))
    points = []
    for north_m, east_m, up_m in spots:
        lat_deg, lon_deg = moved(*HOME, north_m, east_m)
        points.append(PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=up_m))
    items = (PlanItem(command=Cmd.TAKEOFF, z=spots[0][2]), *points, RETURN)
    return Flyer(name=name, checked=Checked(items=items, home=home, home_amsl_m=100.0), pace=pace)


def crossing() -> list[Flyer]:
    """Two that meet in the middle at the same time, and one far away."""
    return [
        flyer("Doğan", (0.0, -200.0), (0.0, 200.0, 40.0)),
        flyer("Kartal", (-200.0, 0.0), (200.0, 0.0, 40.0)),
        flyer("Atmaca", (1_000.0, 1_000.0), (1_200.0, 1_000.0, 40.0)),
    ]


def test_a_meeting_is_told_to_both_and_to_nobody_else() -> None:
    found = remedied(check_fleet(crossing()), crossing(), 0)
    assert len(found.approaches) >= 1
    names = [one.name for one in crossing()]
    (one, ways), *_ = found.findings_of(0, names, 20.0)
    (other, _), *_ = found.findings_of(1, names, 20.0)
    assert one.holds
    assert other.holds
    assert "Kartal" in str(one.said)
    assert "Doğan" in str(other.said)
    assert one.item == 2
    assert ways
    assert found.findings_of(2, names, 20.0) == []


@pytest.mark.parametrize(("apart_m", "is_told"), [(19.9, True), (20.1, False)])
def test_who_stands_nearer_than_the_margin_is_told_that_it_is_not_looked_at_there(
    apart_m: float, is_told: bool
) -> None:
    side = [flyer("Doğan", (0.0, 0.0), (200.0, 0.0, 40.0)), flyer("Kartal", (0.0, apart_m), (200.0, 400.0, 40.0))]
    check = check_fleet(side, margin_m=20.0)
    told = [str(one.said) for one, _ in check.findings_of(0, ["Doğan", "Kartal"], 20.0) if not one.holds]
    words = (
        "home is 19.9 m from that of Kartal: around the homes only nearer than 15.9 m is told;"
        " there the alarm in flight is raised nearer than 10.0 m"
    )
    assert told == ([words] if is_told else [])
    # in the air at other times they don't meet
    later = check_fleet([side[0], replace(side[1], sortie=2)], margin_m=20.0)
    assert later.findings_of(0, ["Doğan", "Kartal"], 20.0) == []


def test_around_homes_plan_and_alarm_go_by_the_same_number() -> None:
    # as far as the demo puts them apart
    side = [flyer("Doğan", (0.0, 0.0), (200.0, 0.0, 40.0)), flyer("Kartal", (0.0, 7.7), (200.0, 400.0, 40.0))]
    (said,) = [str(one.said) for one, _ in check_fleet(side).findings_of(0, ["Doğan", "Kartal"], 20.0) if not one.holds]
    assert "nearer than 6.2 m is told; there the alarm in flight is raised nearer than 6.2 m" in said


@pytest.mark.parametrize(("margin_m", "is_told"), [(11.4, True), (11.7, False)])
def test_where_the_alarm_is_wider_than_the_margin_it_is_said(margin_m: float, is_told: bool) -> None:
    far = [flyer("Doğan", (0.0, 0.0), (200.0, 0.0, 40.0)), flyer("Kartal", (0.0, 900.0), (200.0, 900.0, 40.0))]
    check = check_fleet(far, margin_m=margin_m, margin_up_m=10.0)
    told = [one.said.code for one, _ in check.findings_of(0, ["Doğan", "Kartal"], margin_m)]
    assert told == (["check_alarm_wider"] if is_told else [])
    # one alone meets nobody
    assert check_fleet(far[:1], margin_m=1.0).findings_of(0, ["Doğan"], 1.0) == []


def test_of_many_neighbours_three_are_named() -> None:
    row = [flyer(f"uav-{at}", (0.0, 5.0 * at), (200.0, 5.0 * at, 40.0 + 20.0 * at)) for at in range(5)]
    told = check_fleet(row, margin_m=30.0).findings_of(0, [one.name for one in row], 30.0)
    assert "home is 5.0 m from that of uav-1, uav-2, uav-3 and 1 more:" in str(told[-1][0].said)


def test_each_remedy_keeps_them_apart_and_brings_nothing_new() -> None:
    before = crossing()
    found = remedied(check_fleet(before), before, 1)
    first = found.approaches[0]
    assert {one.said.code for one in first.remedies} == {"remedy_later", "remedy_lift"}
    for way in first.remedies:
        assert way.part is not None
        assert way.mission is not None
        after = list(before)
        after[way.part] = replace(after[way.part], checked=replace(after[way.part].checked, items=way.mission))
        assert len(check_fleet(after).approaches) < len(found.approaches)


def test_a_remedy_that_would_meet_a_third_is_not_offered() -> None:
    one, other, _ = crossing()
    # who fills the level above: lifting by less than it takes to pass over all of them helps nobody
    third = flyer("Şahin", (-200.0, 15.0), (200.0, 15.0, 52.0))
    everybody = [one, other, third]
    found = remedied(check_fleet(everybody), everybody, 0)
    assert any(approach.remedies for approach in found.approaches)
    for approach in found.approaches:
        for way in approach.remedies:
            assert way.part is not None
            assert way.mission is not None
            flyers = [one, other, third]
            flyers[way.part] = replace(flyers[way.part], checked=replace(flyers[way.part].checked, items=way.mission))
            assert len(check_fleet(flyers).approaches) < len(found.approaches)


def test_giving_up_leaves_the_findings_without_remedies() -> None:
    found = remedied(check_fleet(crossing()), crossing(), 0, goes_on=lambda: False)
    assert found.approaches
    assert all(one.remedies == () for one in found.approaches)


def test_remedies_are_those_of_the_plan_that_is_looked_at() -> None:
    found = remedied(check_fleet(crossing()), crossing(), 2)
    assert all(one.remedies == () for one in found.approaches)


def test_all_are_kept_apart_in_their_order_and_the_first_stays_as_it_is() -> None:
    before = [*crossing(), flyer("Şahin", (-200.0, 15.0), (200.0, 15.0, 40.0))]
    assert check_fleet(before).approaches
    apart = kept_apart(before)
    assert apart.left == ()
    assert 0 not in apart.missions
    assert 2 not in apart.missions, "who meets nobody waits for nobody"
    after = [
        replace(one, checked=replace(one.checked, items=apart.missions.get(at, one.checked.items)))
        for at, one in enumerate(before)
    ]
    assert check_fleet(after).approaches == ()
    # a wait of a minute is less than a climb that nobody asked for
    assert {one.code for one in apart.said} == {"remedy_later"}


def test_who_can_t_be_kept_apart_is_named() -> None:
    same = [flyer(str(at), (150.0 * at, -300.0), (300.0, 200.0, 40.0)) for at in range(8)]
    # none of them lands: a wait helps nobody, and there are six levels, ten metres apart
    hanging = [replace(one, checked=replace(one.checked, items=one.checked.items[:2])) for one in same]
    apart = kept_apart(hanging)
    assert apart.left == (6, 7)
    assert len(apart.missions) == 5
    assert {one.code for one in apart.said} == {"remedy_lift_all"}
    assert kept_apart(crossing(), goes_on=lambda: False).missions == {}


@pytest.mark.parametrize(("wait_s", "is_wing"), [(20.0, False), (20.0, True)])
def test_a_delay_is_in_the_plan_and_grows(wait_s: float, is_wing: bool) -> None:
    plan = flyer("a", (0.0, 0.0), (200.0, 0.0, 40.0)).checked
    once = delayed(plan.items, wait_s, is_wing=is_wing)
    assert once is not None
    assert once[1].command == (Cmd.LOITER_TIME if is_wing else Cmd.DELAY)
    twice = delayed(once, wait_s, is_wing=is_wing)
    assert twice is not None
    assert len(twice) == len(once) == len(plan.items) + 1
    pace = WING if is_wing else ROTOR
    times = [flight_of(items, HOME, 100.0, pace).duration_s for items in (plan.items, once, twice)]
    assert times[2] - times[1] == pytest.approx(wait_s, abs=0.5)
    assert delayed(plan.items[1:], wait_s, is_wing=is_wing) is None


def test_wind_and_unknown_times_are_told() -> None:
    plan = flyer("a", (0.0, 0.0), (900.0, 0.0, 40.0), pace=WING).checked
    flight = flight_of(
        (*plan.items[:2], PlanItem(command=Cmd.GUIDED_ENABLE, frame=2)), HOME, 100.0, WING, Wind(25.0, 0.0)
    )
    assert [(one.item, one.said.code) for one in flight_findings(flight)] == [(2, "check_wind"), (3, "check_untimed")]


@pytest.mark.parametrize(("time_s", "text"), [(0.4, "0:00"), (529.0, "8:49"), (59.6, "1:00"), (4129.0, "1:08:49")])
def test_times_are_read_as_clocks(time_s: float, text: str) -> None:
    assert clock_text(time_s) == text


def test_a_check_rests_between_plans_and_between_stretches_of_two(monkeypatch) -> None:
    # a row of legs at a time
    monkeypatch.setattr(plan_conflicts, "AT_ONCE", 1)
    rests: list[int] = []
    found = check_fleet(crossing(), rest=lambda: rests.append(1))
    legs = len(crossing()[0].flight().moments) - 1
    assert len(rests) >= len(crossing()) + legs
    assert found == check_fleet(crossing())


def test_who_has_no_vehicle_meets_nobody_and_is_told_so_once() -> None:
    one, other, _ = crossing()
    nobody = replace(other, checked=replace(other.checked, has_vehicle=False))
    assert check_fleet([one, other]).approaches
    check = check_fleet([one, nobody])
    assert check.approaches == ()
    assert check.holding == (0, 1)
    assert kept_apart([one, nobody]).missions == {}
    # near homes of nobody in particular are no neighbours
    beside = replace(nobody, checked=replace(nobody.checked, home=one.checked.home))
    assert check_fleet([one, beside]).findings_of(0, ["a", "b"], 20.0) == []
