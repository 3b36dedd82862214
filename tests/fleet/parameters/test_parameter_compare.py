# SPDX-License-Identifier: Apache-2.0
"""What differs between sets of parameters, and within a fleet."""

from __future__ import annotations

import pytest

from groundstation.fleet.parameters.parameter import Parameter, ParamType, float32
from groundstation.fleet.parameters.parameter_compare import (
    Change,
    Profile,
    Standing,
    across,
    compare,
    is_own,
    overlay,
    typed,
)
from groundstation.simulator.flavours import FLAVOURS

REAL, INT = ParamType.REAL32, ParamType.INT16


def real(**values: float) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, value, REAL) for name, value in values.items())


def test_a_vehicle_and_a_file_are_compared_by_name() -> None:
    vehicle = (*real(GAIN=0.25, GONE=1.0), Parameter("STEPS", 3.0, INT))
    file = (Parameter("GAIN", 0.5), Parameter("NEW", 1.0), Parameter("STEPS", 3.0))
    found = compare(vehicle, file)
    standings = {row.name: row.standing for row in found.rows}
    assert standings == {
        "GAIN": Standing.DIFFERENT,
        "GONE": Standing.ONLY_FIRST,
        "NEW": Standing.ONLY_SECOND,
        "STEPS": Standing.EQUAL,
    }
    assert [row.name for row in found.of(Standing.ONLY_FIRST, Standing.DIFFERENT)] == ["GAIN", "GONE"]
    assert not found.is_same
    assert compare(vehicle, vehicle).is_same


def test_noise_of_float32_and_of_decimals_is_no_difference() -> None:
    vehicle = real(GAIN=float32(0.1), TINY=float32(1.234e-4))
    assert compare(vehicle, [Parameter("GAIN", 0.1), Parameter("TINY", 1.234e-4)]).is_same
    rounded = [Parameter("GAIN", 0.100000), Parameter("TINY", 0.000123)]
    assert compare(vehicle, rounded, is_rounded=True).is_same
    assert [row.name for row in compare(vehicle, rounded).of(Standing.DIFFERENT)] == ["TINY"]


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [(1.0, 1.0, Change.NEITHER), (2.0, 1.0, Change.FIRST), (1.0, 2.0, Change.SECOND), (2.0, 3.0, Change.BOTH)],
)
def test_with_a_default_it_is_told_who_left_it(first: float, second: float, change: Change) -> None:
    (row,) = compare(real(GAIN=first), real(GAIN=second), defaults={"GAIN": 1.0}).rows
    assert (row.default, row.change) == (1.0, change)
    (row,) = compare(real(GAIN=first), real(GAIN=second), defaults={}).rows
    assert (row.default, row.change) == (None, None)
    (row,) = compare(real(GAIN=first), (), defaults={"GAIN": 1.0}).rows
    assert (row.default, row.change) == (1.0, None)


def test_what_belongs_to_one_airframe_is_left_out_and_told_unless_it_is_asked_for() -> None:
    one = real(COMPASS_OFS_X=5.0, GAIN=1.0, STAT_RUNTIME=7.0)
    other = real(COMPASS_OFS_X=9.0, GAIN=1.0, STAT_RUNTIME=7.0)
    found = compare(one, other)
    assert found.is_same
    assert found.left_out == ("COMPASS_OFS_X",)
    asked = compare(one, other, with_own=True)
    assert [row.name for row in asked.of(Standing.DIFFERENT)] == ["COMPASS_OFS_X"]
    assert asked.left_out == ()


OWN = [
    "COMPASS_OFS_X",
    "COMPASS_OFS2_Z",
    "COMPASS_DEV_ID",
    "COMPASS_DEV_ID2",
    "COMPASS_PRIO1_ID",
    "COMPASS_MOT3_X",
    "COMPASS_SCALE",
    "INS_ACCOFFS_X",
    "INS_ACC2SCAL_Z",
    "INS_GYR3OFFS_Y",
    "INS_GYR_ID",
    "INS_ACC1_CALTEMP",
    "INS_TCAL1_ENABLE",
    "BARO1_GND_PRESS",
    "BARO1_DEVID",
    "SYSID_THISMAV",
    "MAV_SYS_ID",
    "STAT_BOOTCNT",
    "MIS_TOTAL",
    "FENCE_TOTAL",
    "CAL_ACC0_ID",
    "CAL_MAG1_XOFF",
    "COM_FLIGHT_UUID",
    "FORMAT_VERSION",
]
SHARED = [
    "COMPASS_OFFS_MAX",
    "COMPASS_MOTCT",
    "COMPASS_USE",
    "COMPASS_ORIENT",
    "INS_GYRO_FILTER",
    "INS_HNTCH_ENABLE",
    "INS_ACCEL_FILTER",
    "INS_POS1_X",
    "BARO_PRIMARY",
    "SYSID_MYGCS",
    "MAV_COMP_ID",
    "FRSKY_UPLINK_ID",
    "WPNAV_SPEED",
    "ARMING_MIS_ITEMS",
    "AHRS_ORIENTATION",
]


@pytest.mark.parametrize("name", OWN)
def test_calibration_identity_and_counters_belong_to_one_airframe(name: str) -> None:
    assert is_own(name)


@pytest.mark.parametrize("name", SHARED)
def test_settings_belong_to_all(name: str) -> None:
    assert not is_own(name)


def test_the_names_are_those_of_autopilots() -> None:
    known = {one.name for flavour in FLAVOURS.values() for one in flavour.flavour.parameters}
    assert {*OWN, *SHARED} - known == set()


def test_across_a_fleet_the_majority_and_who_differs_are_told() -> None:
    fleet = {
        "one": real(GAIN=float32(0.1), SPEED=5.0, SPLIT=1.0),
        "two": [Parameter("GAIN", 0.1), *real(SPEED=7.0, SPLIT=2.0)],
        "three": real(GAIN=0.1, SPEED=5.0, STAT_RUNTIME=1.0),
    }
    rows = {row.name: row for row in across(fleet)}
    assert rows.keys() == {"GAIN", "SPEED", "SPLIT"}
    assert rows["GAIN"].is_same
    assert (rows["SPEED"].majority, rows["SPEED"].outliers, rows["SPEED"].missing) == (5.0, ("two",), ())
    assert rows["SPEED"].values == {"one": 5.0, "two": 7.0, "three": 5.0}
    # one of two is no majority
    assert (rows["SPLIT"].majority, rows["SPLIT"].outliers) == (None, ("one", "two"))
    assert rows["SPLIT"].missing == ("three",)
    assert "STAT_RUNTIME" in {row.name for row in across(fleet, with_own=True)}
    assert across({}) == ()


def test_a_profile_is_laid_over_a_baseline() -> None:
    baseline = (Parameter("B", 1.0, INT), Parameter("A", 1.0, REAL))
    profile = Profile(name="heavy payload", parameters=(Parameter("B", 2.0), Parameter("C", 3.0, REAL)))
    assert overlay(profile, baseline) == (
        Parameter("A", 1.0, REAL),
        Parameter("B", 2.0, INT),
        Parameter("C", 3.0, REAL),
    )


def test_what_a_file_wants_gets_the_types_of_the_vehicle() -> None:
    wanted = (Parameter("B", 2.0), Parameter("A", 1.0, REAL), Parameter("NEW", 3.0))
    held = (Parameter("A", 5.0, INT), Parameter("B", 5.0, REAL))
    assert typed(wanted, held) == (Parameter("B", 2.0, REAL), Parameter("A", 1.0, INT), Parameter("NEW", 3.0))
