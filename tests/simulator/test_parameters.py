# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.simulator.engine.parameters import ParameterSet
from groundstation.simulator.flavours import FLAVOURS


def _set(station, name: str, value: float, kind: int = 9) -> None:
    station.send(station.mav.param_set_encode(1, 1, name.encode(), value, kind))


def _read(station, name: str, index: int = -1) -> None:
    station.send(station.mav.param_request_read_encode(1, 1, name.encode(), index))


@pytest.mark.parametrize("flavour", ["copter", "plane"])
def test_the_table_is_sound(flavour: str) -> None:
    table = FLAVOURS[flavour].flavour.parameters
    assert len(table) > 850
    assert len({entry.name for entry in table}) == len(table)
    assert all(len(entry.name) <= 16 and entry.kind in (2, 4, 6, 9) for entry in table)


@pytest.mark.parametrize("flavour", ["copter", "plane"])
def test_the_list_comes_whole_in_order_with_three_texts(request, flavour: str) -> None:
    station = request.getfixturevalue(flavour)
    station.send(station.mav.param_request_list_encode(1, 1))
    station.bench.run(1.0)
    values = station.all("PARAM_VALUE")
    count = values[0].param_count
    assert [m.param_index for m in values] == list(range(count))
    assert count == len(FLAVOURS[flavour].flavour.parameters)
    assert len(station.texts()) == 3
    assert station.texts()[0].startswith(f"Ardu{flavour.title()} V4.5.7")


def test_a_second_request_starts_the_list_again(bench) -> None:
    station = bench(parameter_count=300).station()
    for _ in range(2):
        station.send(station.mav.param_request_list_encode(1, 1))
        station.bench.run(0.04)
    station.bench.run(1.0)
    indices = [m.param_index for m in station.all("PARAM_VALUE")]
    assert indices[80:] == list(range(300))
    assert station.last("PARAM_VALUE").param_count == 300


def test_a_read_by_name_is_late_and_without_an_index(copter) -> None:
    _read(copter, "WPNAV_SPEED")
    copter.bench.run(0.06)
    assert not copter.all("PARAM_VALUE")
    copter.bench.run(0.06)
    answer = copter.last("PARAM_VALUE")
    assert (answer.param_id, answer.param_value, answer.param_type, answer.param_index) == (
        "WPNAV_SPEED",
        1000,
        9,
        65535,
    )


def test_a_read_by_index_has_it(copter) -> None:
    _read(copter, "", 3)
    copter.bench.run(0.2)
    assert copter.last("PARAM_VALUE").param_index == 3


@pytest.mark.parametrize(("name", "index"), [("NO_SUCH", -1), ("wpnav_speed", -1), ("", 30000)])
def test_what_does_not_exist_is_met_with_silence(copter, name: str, index: int) -> None:
    _read(copter, name, index)
    copter.bench.run(1.0)
    assert not copter.all("PARAM_VALUE")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("WPNAV_SPEED", 500.0, 500.0),
        ("WPNAV_SPEED", -5.0, -5.0),
        ("WPNAV_SPEED", 1e9, 1e9),
        ("LAND_SPEED", 3.7, 3.0),
        ("LAND_SPEED", 99999.0, 32767.0),
        ("FORMAT_VERSION", 1.0, 1.0),
    ],
)
def test_anything_is_stored_and_echoed_on_every_link(copter, name: str, value: float, stored: float) -> None:
    other = copter.bench.station(own_id=254)
    _set(copter, name, value)
    other.listen()
    for station in (copter, other):
        echo = station.last("PARAM_VALUE")
        assert (echo.param_id, echo.param_value, echo.param_index) == (name, pytest.approx(stored), 65535)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_not_a_number_is_ignored_without_a_word(copter, value: float) -> None:
    _set(copter, "WPNAV_SPEED", value)
    copter.bench.run(0.3)
    assert not copter.all("PARAM_VALUE")
    assert copter.vehicle.parameters.value("WPNAV_SPEED") == 1000.0


@given(st.sampled_from([entry.name for entry in FLAVOURS["copter"].flavour.parameters]), st.floats(width=32))
def test_what_is_stored_can_always_be_sent(name: str, value: float) -> None:
    parameters = ParameterSet(FLAVOURS["copter"].flavour.parameters, {})
    stored = parameters.store(name, value)
    kept = parameters.find(name)
    assert kept is not None
    assert math.isfinite(kept.value)
    assert stored is None or stored == kept


def test_the_run_time_is_told_every_half_minute(copter) -> None:
    copter.bench.run(61.0)
    assert [m.param_id for m in copter.all("PARAM_VALUE")] == ["STAT_RUNTIME"] * 2
