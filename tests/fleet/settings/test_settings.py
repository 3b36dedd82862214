# SPDX-License-Identifier: Apache-2.0
"""What a file of settings may say, and what becomes of what it may not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.errors import UsageError
from groundstation.fleet.settings.settings import (
    SYSTEMS,
    Settings,
    Units,
    VehicleLook,
    changed,
    choices,
    kinds,
    settings_of,
    system_of,
    value_of,
    with_vehicle,
)


def test_an_empty_file_is_what_was_made():
    assert settings_of({}) == (Settings(), [])


def test_each_value_is_read_and_what_is_wrong_costs_itself_alone():
    found, problems = settings_of(
        {
            "units": {"height": "ft", "speed": "furlongs", "hight": "m"},
            "window": {"text_size_percent": 400, "theme": "light"},
            "colour": "red",
            "vehicles": {"uav-1": {"call_sign": "Kartal", "colour": 3}, "a/b": {"call_sign": "x"}, "uav-2": 7},
        }
    )
    assert found.units == Units(height="ft")
    assert found.window.theme == "light"
    assert found.window.text_size_percent == 100
    assert found.vehicles == {"uav-1": VehicleLook(call_sign="Kartal", colour=3)}
    assert [one.partition(":")[0] for one in problems] == [
        "units.speed",
        "units.hight",
        "window.text_size_percent",
        "colour",
        "vehicles.a/b",
        "vehicles.uav-2",
    ]
    assert "'furlongs' is none of m/s, km/h, kn, mph" in problems[0]
    assert "is 'units.height' meant?" in problems[1]


@pytest.mark.parametrize(
    ("key", "inside", "outside"),
    [
        ("window.text_size_percent", 75, 74),
        ("window.text_size_percent", 200, 201),
        ("recording.limit_gb", 0.1, 0.09),
        ("map.cache_mb", 50, 49),
        ("map.cache_mb", 100_000, 100_001),
        ("operator.name", "a" * 32, "a" * 33),
    ],
)
def test_limits(key, inside, outside):
    assert value_of(changed(Settings(), key, inside), key) == inside
    with pytest.raises(UsageError, match=key):
        changed(Settings(), key, outside)


def test_a_number_that_is_none_and_a_text_that_steers_are_not_taken():
    for value in (True, "100", None, [100], float("nan")):
        with pytest.raises(UsageError):
            changed(Settings(), "window.text_size_percent", value)
    assert changed(Settings(), "operator.name", "Ay\u202ese \n").operator.name == "Ay se"


def test_every_setting_can_be_read_and_each_choice_taken():
    for key in kinds():
        assert value_of(Settings(), key) is not None
        for one in choices(key):
            assert value_of(changed(Settings(), key, one), key) == one


def test_systems_are_known_again_whatever_the_places_are_written_as():
    for name, units in SYSTEMS.items():
        assert system_of(replace(units, coordinates="MGRS")) == name
    assert system_of(Units(speed="kn")) == ""


def test_a_vehicle_that_looks_like_itself_leaves_the_table():
    named = with_vehicle(Settings(), "uav-1", VehicleLook(call_sign=" Kartal "))
    assert named.vehicles["uav-1"].call_sign == "Kartal"
    assert with_vehicle(named, "uav-1", VehicleLook()).vehicles == {}
    with pytest.raises(UsageError, match="no id"):
        with_vehicle(named, "../uav", VehicleLook())
