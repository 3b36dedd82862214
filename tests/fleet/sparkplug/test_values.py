# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest

from groundstation.fleet.sparkplug.payload import DataSet, DataType
from groundstation.fleet.sparkplug.values import MAX_CELLS, MAX_ITEMS, MistypedError, told, typed, unit_of, whole


@pytest.mark.parametrize(
    ("datatype", "raw", "number"),
    [
        (DataType.INT8, 0xFB, -5), (DataType.INT8, 0xFFFFFFFB, -5), (DataType.INT8, (1 << 64) - 5, -5),
        (DataType.INT8, 127, 127), (DataType.INT8, 0x80, -128), (DataType.INT16, 0x8000, -32768),
        (DataType.INT32, 0xFFFFFFFF, -1), (DataType.INT32, (1 << 64) - 1, -1), (DataType.INT64, (1 << 64) - 7, -7),
        (DataType.UINT8, 255, 255), (DataType.UINT32, (1 << 32) - 1, (1 << 32) - 1),
        (DataType.UINT64, (1 << 64) - 1, (1 << 64) - 1),
    ],
)  # fmt: skip
def test_signed_numbers_travel_in_fields_without_a_sign(datatype, raw, number):
    assert whole(raw, datatype) == number


@pytest.mark.parametrize(
    ("datatype", "raw"),
    [
        (DataType.INT8, 300), (DataType.UINT8, 256), (DataType.INT16, 70_000), (DataType.UINT16, 65_536),
        (DataType.INT32, 1 << 33), (DataType.UINT32, 1 << 32), (DataType.INT32, 1.0), (DataType.INT32, True),
        (DataType.DOUBLE, 1), (DataType.DOUBLE, "1"), (DataType.BOOLEAN, 2), (DataType.STRING, b"x"),
        (DataType.BYTES, "x"), (DataType.DATETIME, "now"), (DataType.INT16_ARRAY, b"abc"), (DataType.STRING_ARRAY, b"a"),
        (DataType.BOOLEAN_ARRAY, b"\x09\0\0\0\xff"), (DataType.BOOLEAN_ARRAY, b"\0\0"), (99, 1), (20, 1), (21, "x"),
        (DataType.DATASET, 1), (DataType.INT32, None),
    ],
)  # fmt: skip
def test_what_is_not_of_its_type_is_no_value(datatype, raw):
    with pytest.raises(MistypedError):
        typed(raw, datatype)


@pytest.mark.parametrize(
    ("datatype", "raw", "items"),
    [
        (DataType.INT8_ARRAY, b"\xff\x01", (-1, 1)), (DataType.UINT16_ARRAY, b"\x01\x02\xff\xff", (513, 65_535)),
        (DataType.INT32_ARRAY, b"\xfe\xff\xff\xff", (-2,)), (DataType.DOUBLE_ARRAY, b"\0\0\0\0\0\0\xf8\x3f", (1.5,)),
        (DataType.FLOAT_ARRAY, b"", ()), (DataType.STRING_ARRAY, "é\0b c\0".encode(), ("é", "b c")),
        # the specification's own example: twelve, the first one in the highest bit
        (DataType.BOOLEAN_ARRAY, b"\x0c\0\0\0\x34\xd0",
         (False, False, True, True, False, True, False, False, True, True, False, True)),
    ],
)  # fmt: skip
def test_arrays_are_packed_into_bytes(datatype, raw, items):
    assert typed(raw, datatype) == items


@pytest.mark.parametrize(("items", "paths"), [(MAX_ITEMS, MAX_ITEMS), (MAX_ITEMS + 1, MAX_ITEMS)])
def test_of_a_long_array_the_first_items_have_a_path(items, paths):
    found = list(told("a", b"\x01" * items, DataType.UINT8_ARRAY))
    assert len(found) == 1 + paths
    assert found[0].text.endswith("…]")


def test_a_table_has_a_path_for_each_cell():
    table = DataSet(("t", "name"), (DataType.DOUBLE, DataType.STRING), ((1.5, "a"), (2.5, "b")))
    found = {one.path: one.number if one.number is not None else one.text for one in told("x", table, DataType.DATASET)}
    assert found == {"x": "2 rows of t, name", "x.0.t": 1.5, "x.0.name": "a", "x.1.t": 2.5, "x.1.name": "b"}


@pytest.mark.parametrize(("rows", "cells"), [(MAX_CELLS, MAX_CELLS), (MAX_CELLS + 1, MAX_CELLS)])
def test_of_a_long_table_the_first_cells_have_a_path(rows, cells):
    table = DataSet(("t",), (DataType.DOUBLE,), ((1.0,),) * rows)
    assert len(list(told("x", table, None))) == 1 + cells


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_shown_and_is_none(number):
    (one,) = told("x", number, DataType.DOUBLE)
    assert (one.number, one.text) == (None, str(number))


@pytest.mark.parametrize(
    ("raw", "text"), [(1_700_000_000_123, "2023-11-14T22:13:20.123Z"), ((1 << 62), f"{1 << 62} ms")]
)
def test_a_time_is_shown_as_one(raw, text):
    (one,) = told("x", raw, DataType.DATETIME)
    assert (one.number, one.text) == (float(raw), text)


@pytest.mark.parametrize(
    ("properties", "unit"),
    [
        ({"engUnit": " °C "}, "°C"),
        ({"Units": "bar"}, "bar"),
        ({"engUnit": 5}, ""),
        ({}, ""),
        ({"engUnit": "x" * 99}, "x" * 20),
    ],
)
def test_units_are_properties(properties, unit):
    assert unit_of(properties) == unit


@pytest.mark.parametrize(("raw", "text"), [(1 << 53, ""), ((1 << 53) + 1, "9007199254740993")])
def test_a_whole_number_that_no_float_holds_is_shown_in_all_its_digits(raw, text):
    (one,) = told("x", raw, DataType.UINT64)
    assert (one.number, one.text) == (float(raw), text)


def test_truths_in_a_list_are_words():
    assert next(told("x", b"\x02\0\0\0\x80", DataType.BOOLEAN_ARRAY)).text == "[true, false]"
