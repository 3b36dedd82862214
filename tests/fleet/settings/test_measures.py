# SPDX-License-Identifier: Apache-2.0
"""Units by what a number measures, with figures from outside: exact definitions of foot, mile, nautical mile."""

from __future__ import annotations

import pytest

from groundstation.fleet.kinds import KINDS
from groundstation.fleet.settings.measures import Dimension, Measures, dimension_of
from groundstation.fleet.settings.settings import SYSTEMS, Units
from groundstation.fleet.units import unit_of


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("height_home_m", Dimension.HEIGHT),
        ("height_amsl_m", Dimension.HEIGHT),
        ("vertical_accuracy_m", Dimension.HEIGHT),
        ("horizontal_accuracy_m", Dimension.DISTANCE),
        ("distance_m", Dimension.DISTANCE),
        ("ground_speed_mps", Dimension.SPEED),
        ("climb_mps", Dimension.CLIMB),
        ("down_mps", Dimension.CLIMB),
        ("temperature_c", Dimension.TEMPERATURE),
        ("voltage_v", None),
        ("x_mps2", None),
        ("lat_deg", None),
        ("heading_deg", None),
    ],
)
def test_what_a_field_measures(field, what):
    assert dimension_of(field) is what


@pytest.mark.parametrize(
    ("units", "field", "si", "shown", "symbol"),
    [
        (SYSTEMS["aviation"], "height_home_m", 304.8, 1000.0, "ft"),
        (SYSTEMS["aviation"], "ground_speed_mps", 1852.0 / 3.6, 1000.0, "kn"),
        (SYSTEMS["aviation"], "climb_mps", 5.08, 1000.0, "ft/min"),
        (SYSTEMS["imperial"], "ground_speed_mps", 44.704, 100.0, "mph"),
        (SYSTEMS["imperial"], "temperature_c", -40.0, -40.0, "°F"),
        (SYSTEMS["imperial"], "temperature_c", 100.0, 212.0, "°F"),
        (Units(speed="km/h"), "ground_speed_mps", 10.0, 36.0, "km/h"),
        (Units(), "height_home_m", 12.5, 12.5, "m"),
    ],
)
def test_numbers(units, field, si, shown, symbol):
    unit = Measures(units).unit(field)
    assert unit.symbol == symbol
    assert si * unit.factor + unit.offset == pytest.approx(shown, rel=1e-12)


def test_metric_is_what_every_field_has_by_itself():
    measures = Measures()
    for kind in KINDS:
        assert measures.unit(kind) == unit_of(kind)
    for field in ("height_home_m", "ground_speed_mps", "temperature_c", "voltage_v", "lat_deg"):
        assert measures.unit(field) == unit_of(field)


@pytest.mark.parametrize(
    ("distance", "short_m", "long_m", "symbols"),
    [
        ("m, km", 999.4, 999.6, ("m", "km")),
        ("ft, mi", 799.0, 800.0, ("ft", "mi")),
        ("m, NM", 1851.0, 1852.0, ("m", "NM")),
    ],
)
def test_where_long_distances_begin(distance, short_m, long_m, symbols):
    measures = Measures(Units(distance=distance))
    assert (measures.length(short_m).symbol, measures.length(long_m).symbol) == symbols


def test_names_of_strangers_without_end_cost_no_memory():
    measures = Measures(SYSTEMS["aviation"])
    for number in range(10_000):
        measures.unit(f"height_{number}_m")
    assert len(measures._fields) <= 4_097
