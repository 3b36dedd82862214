# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.units import label_of, unit_of
from groundstation.fleet.value_path import field_of
from groundstation.ui.units import DASH, age_text, at_a_glance, compact, fixed, text_of


@pytest.mark.parametrize(
    ("field", "label", "unit"),
    [
        ("ground_speed_mps", "Ground speed", "m/s"),
        ("height_amsl_m", "Height AMSL", "m"),
        ("lat_deg", "Latitude", "°"),
        ("charge_fraction", "Charge", "%"),
        ("messages_per_s", "Messages", "1/s"),
        ("x_mps2", "X", "m/s²"),
        ("satellites", "Satellites", ""),
        ("yaw_rate_dps", "Yaw rate", "°/s"),
    ],
)
def test_labels_and_units_follow_from_the_field(field, label, unit):
    assert (label_of(field), unit_of(field).symbol) == (label, unit)


def test_at_a_glance_has_about_four_digits():
    told = (29.87684, 101.325, 1013.249, 3.0, 0.0, -0.001234, 0.05, 1e9, -61.5)
    assert [at_a_glance(one) for one in told] == [
        "29.88", "101.3", "1013", "3", "0", "-0.00123", "0.05", "1e+09", "-61.50",
    ]  # fmt: skip


def test_unknown_is_a_dash_and_zero_is_zero():
    assert text_of(None, "voltage_v") == DASH
    assert fixed(None) == compact(None) == age_text(None) == DASH
    assert text_of(0.0, "voltage_v") == "0.00"


def test_a_share_is_shown_in_percent():
    assert text_of(0.834, "charge_fraction") == "83"


def test_there_is_no_minus_zero():
    assert fixed(-0.04) == "0.0"
    assert fixed(-0.06) == "-0.1"


def test_the_field_of_a_list_item_is_its_name():
    assert field_of("battery.0.cells_v.3") == "cells_v"
