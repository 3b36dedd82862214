# SPDX-License-Identifier: Apache-2.0
"""When two values of a parameter are the same, and what speaks for a set."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.parameters.parameter import (
    Parameter,
    ParamType,
    float32,
    hash_of,
    is_plain_name,
    is_possible_name,
    is_same_value,
    value_text,
)

REAL, INT = ParamType.REAL32, ParamType.INT32
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


def next_float32(value: float) -> float:
    bits = struct.unpack("<i", struct.pack("<f", value))[0]
    return struct.unpack("<f", struct.pack("<i", bits + 1))[0]


@pytest.mark.parametrize(
    ("one", "other", "kind", "is_same"),
    [
        (0.1, float32(0.1), REAL, True),
        (0.1, next_float32(0.1), REAL, False),
        (16_777_217.0, 16_777_216.0, INT, False),
        (16_777_217.0, 16_777_216.0, REAL, True),
        (3.7, 3.0, ParamType.INT16, False),
        (0.0, -0.0, REAL, True),
        (math.nan, math.nan, REAL, True),
        (math.nan, 1.0, REAL, False),
        (0.1, float32(0.1), None, True),
    ],
)
def test_whole_numbers_are_equal_or_not_and_real_ones_are_as_vehicles_keep_them(one, other, kind, is_same) -> None:
    assert is_same_value(one, other, kind) is is_same


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        # a millionth of the value
        (1_000.0, 1_000.0009, True),
        (1_000.0, 1_000.0011, False),
        # half of the sixth decimal
        (0.0001234, 0.0001239, True),
        (0.0001234, 0.0001240, False),
        (math.inf, 1.0, False),
        (math.inf, math.inf, True),
    ],
)
def test_rounded_decimals_are_the_same_within_what_rounding_takes(one: float, other: float, is_same: bool) -> None:
    assert is_same_value(one, other, REAL, is_rounded=True) is is_same
    # and never without it
    assert is_same_value(one, other, REAL) is (one == other)


def test_whole_numbers_are_never_rounded() -> None:
    assert not is_same_value(10_000_000.0, 10_000_001.0, INT, is_rounded=True)


@given(FLOATS)
def test_what_six_decimals_say_of_a_value_is_that_value(value: float) -> None:
    assert is_same_value(value, float(f"{value:f}"), REAL, is_rounded=True)


@given(FLOATS)
def test_a_value_is_written_so_that_the_same_is_read(value: float) -> None:
    text = value_text(value, REAL)
    assert struct.pack("<f", float(text)) == struct.pack("<f", value)
    assert len(text) <= 16


@given(st.integers(-(2**31), 2**32 - 1))
def test_whole_numbers_are_written_whole(value: int) -> None:
    assert value_text(float(value), INT) == str(value)


def test_the_fewest_digits_are_written() -> None:
    assert [value_text(float32(value)) for value in (0.1, 5.0, 1.5e-7, 1e9, -0.25)] == [
        "0.1",
        "5",
        "1.5e-07",
        "1e+09",
        "-0.25",
    ]


@pytest.mark.parametrize(
    ("name", "is_plain", "is_possible"),
    [
        ("A", True, True),
        ("SIXTEEN_LETTERS_", True, True),
        ("SEVENTEEN_LETTERS", False, False),
        ("", False, False),
        ("wpnav", False, True),
        ("TWO WORDS", False, False),
        ("KÄSE", False, False),
        ("A\n", False, False),
    ],
)
def test_names(name: str, is_plain: bool, is_possible: bool) -> None:
    assert (is_plain_name(name), is_possible_name(name)) == (is_plain, is_possible)


def crc32_of_nuttx(data: bytes) -> int:
    """Bit by bit, as PX4's system library: begins with 0, and nothing is inverted."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return crc


def test_the_hash_is_that_of_px4() -> None:
    found = (Parameter("A", 4.0, INT), Parameter("B_LONG", 0.5, REAL), Parameter("C", -1.0, INT))
    bits = b"A" + struct.pack("<i", 4) + b"B_LONG" + struct.pack("<f", 0.5) + b"C" + struct.pack("<i", -1)
    assert hash_of(found) == crc32_of_nuttx(bits)
    assert hash_of(found, frozenset(("C",))) == crc32_of_nuttx(bits[:-5])
    assert hash_of(()) == 0


def test_the_hash_tells_values_names_and_order_apart() -> None:
    one, other = Parameter("A", 1.0, REAL), Parameter("B", 1.0, REAL)
    sets = [(one, other), (other, one), (one,), (Parameter("A", 2.0, REAL), other), (Parameter("A", 1.0, INT), other)]
    assert len({hash_of(each) for each in sets}) == len(sets)
    # what no type can hold still makes a difference
    assert hash_of([Parameter("A", 300.0, ParamType.INT8)]) != hash_of([Parameter("A", 301.0, ParamType.INT8)])
