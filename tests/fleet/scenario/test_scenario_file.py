# SPDX-License-Identifier: Apache-2.0
"""Scenarios as YAML: what is written reads back equal, and what is wrong is told with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.motion import Home
from groundstation.fleet.scenario.scenario import (
    Scenario,
    ScenarioOrder,
    ScenarioVehicle,
    names_of,
    scenario_of,
    together,
)
from groundstation.fleet.scenario.scenario_file import read_scenario, write_scenario
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.yaml_file import MOST_BYTES
from tests.fleet.scenario.test_expectation import sentences

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
SECONDS = st.floats(0.0, 36_000.0)
VEHICLES = st.builds(
    ScenarioVehicle,
    kind=TEXTS,
    sitl=st.none() | TEXTS,
    home=st.none() | TEXTS,
    place=st.none() | st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)),
    battery=st.none() | st.floats(1.0, 100.0),
    plan=st.none() | TEXTS,
    delay=SECONDS,
    until=st.none() | SECONDS,
)
SCENARIOS = st.builds(
    Scenario,
    vehicles=st.lists(VEHICLES, min_size=1, max_size=3).map(tuple),
    name=st.text(st.characters(codec="utf-8"), max_size=40),
    home=st.none() | TEXTS | st.just("40.994,39.771,80,353"),
    wind=st.none() | TEXTS | st.just("6,305"),
    speed=st.floats(0.1, 20.0),
    parameters=st.dictionaries(TEXTS, st.floats(-1e9, 1e9), max_size=3),
    faults=st.lists(TEXTS | st.just("gps_loss:1@30+20"), max_size=3).map(tuple),
    orders=st.lists(st.builds(ScenarioOrder, at=SECONDS, vehicle=TEXTS, order=TEXTS), max_size=3).map(tuple),
    duration=st.none() | SECONDS,
)


@given(SCENARIOS, st.lists(sentences(), max_size=3))
@pytest.mark.long
def test_what_is_written_reads_back_equal(scenario, expected):
    there = tuple(one.text for one in expected if set(one.vehicles) <= set(names_of(scenario)))
    whole = Scenario(**{**{name: getattr(scenario, name) for name in scenario.__struct_fields__}, "expect": there})
    assert read_scenario("a.yaml", write_scenario(whole)) == whole


def test_a_line_end_of_unicode_is_kept():
    scenario = Scenario(vehicles=(ScenarioVehicle(plan="\x85 a\u2028b.plan"),))
    assert read_scenario("a.yaml", write_scenario(scenario)) == scenario


def test_the_earlier_end_of_a_vehicle_and_its_scenario_holds_among_others():
    vehicles = (ScenarioVehicle(until=10.0), ScenarioVehicle(until=50.0))
    both = together([Scenario(vehicles=vehicles, duration=30.0), Scenario(vehicles=vehicles)])
    assert [vehicle.until for vehicle in both.vehicles] == [10.0, 30.0, 10.0, 50.0]


def state(number, kind=VehicleKind.MULTICOPTER, autopilot=Autopilot.ARDUPILOT, charge=0.5):
    return VehicleState(
        key=VehicleKey("sim", f"x-{number}"),
        info=VehicleInfo(name="x", sysid=number, kind=kind, autopilot=autopilot),
        home=Home(at_s=1.0, lat_deg=41.0, lon_deg=39.7 + number / 1000, height_amsl_m=30.0),
        battery=(BatteryPack(at_s=1.0, index=0, charge_fraction=charge),),
        clock_offset_s=0.0,
    )


def test_a_scenario_of_the_present_has_everybody_where_he_is():
    states = [state(1), state(2, VehicleKind.PLANE), state(3, autopilot=Autopilot.PX4, charge=0.0)]
    made = scenario_of(states, plans={states[1].key: "two.plan"}, wind=(6.0, 305.0), faults=["gps_loss:1@30"], speed=4)
    assert [one.kind for one in made.vehicles] == ["copter", "plane", "px4"]
    assert [one.plan for one in made.vehicles] == [None, "two.plan", None]
    assert [one.battery for one in made.vehicles] == [50.0, 50.0, 1.0]
    assert made.vehicles[1].home == "41.0000000,39.7020000,30.0,0"
    assert (made.wind, made.faults, made.speed) == ("6,305", ("gps_loss:1@30",), 4)
    assert read_scenario("a.yaml", write_scenario(made)) == made


def test_who_is_not_simulated_is_named():
    with pytest.raises(UsageError, match="rover"):
        scenario_of([state(1, VehicleKind.ROVER)])
    with pytest.raises(UsageError, match="at least one"):
        scenario_of([])


GOOD = "vehicles:\n  - kind: copter\n"
DEEP = "[" * 3000 + "]" * 3000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vehicles:\n  - kind: copter\n    bateri: 3\n", "line 3: vehicles[0].bateri: no such field"),
        (GOOD + "wnd: 3\n", "line 3: wnd: no such field"),
        (GOOD + "orders:\n  - {at: 3, vehicle: uav-1, odrer: rtl}\n", "line 4: orders[0].odrer: no such field"),
        (GOOD + "speed: fast\n", "line 3: speed: expected `float`, got `str`"),
        (GOOD + "speed: 21\n", "line 3: speed: expected `float` <= 20.0"),
        (GOOD + "speed: .nan\n", "line 3: speed: "),
        ("vehicles:\n  - battery: 0\n", "line 2: vehicles[0].battery: expected `float` >= 1.0"),
        ("vehicles: []\n", "line 1: vehicles: expected `array` of length >= 1"),
        ("name: x\n", "missing required field `vehicles`"),
        ("- a\n", "begins with 'vehicles:'"),
        ("", "begins with 'vehicles:'"),
        ("a: [1\n", "line 2"),
        ("\x00", "no YAML"),
        ("!!python/object/apply:os.system [true]\n", "no YAML"),
        ("a: &x [1]\nb: *x\n", "line 2: anchors and aliases are not read"),
        (DEEP, "nested too deep"),
        (GOOD + "#" * MOST_BYTES, "no scenario"),
        (GOOD + "expect: ['uav-1 explodes']\n", "no sentence that can be judged"),
        (GOOD + "expect: ['uav-2 lands']\n", "there is no uav-2"),
        (GOOD + "date: 2026-99-99\n", "no YAML"),
    ],
)
@pytest.mark.long
def test_what_is_wrong_is_one_line_with_its_place(text, said):
    with pytest.raises(GroundStationError) as told:
        read_scenario("a.yaml", text.encode())
    assert said in str(told.value)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 1000


def one(**fields):
    return Scenario(vehicles=(ScenarioVehicle(), ScenarioVehicle(kind="plane")), **fields)


def test_several_are_counted_on_in_one_world():
    first = one(faults=("wind=5,20:2@3",), expect=("uav-2 lands",), parameters={"A": 1.0})
    second = one(
        faults=("gps_loss:1@30+20",),
        orders=(ScenarioOrder(at=0, vehicle="uav-2", order="rtl"),),
        expect=("uav-1 and uav-2 stay 5 m apart", "uav-1 says 'uav-1 lands'"),
        parameters={"A": 1.0, "B": 2.0},
        duration=30.0,
    )
    both = together([first, second])
    assert len(both.vehicles) == 4
    assert both.faults == ("wind=5,20:2@3", "gps_loss:3@30+20")
    assert both.orders[0].vehicle == "uav-4"
    assert both.expect == ("uav-2 lands", "uav-3 and uav-4 stay 5 m apart", "uav-3 says 'uav-1 lands'")
    assert both.parameters == {"A": 1.0, "B": 2.0}
    assert (both.duration, [vehicle.until for vehicle in both.vehicles]) == (None, [None, None, 30.0, 30.0])


@pytest.mark.parametrize("fields", [{"wind": "3,4"}, {"speed": 2.0}, {"home": "1,2"}, {"parameters": {"A": 2.0}}])
def test_worlds_that_differ_are_not_one(fields):
    with pytest.raises(UsageError, match="one by one"):
        together([one(parameters={"A": 1.0}), one(**fields)])
