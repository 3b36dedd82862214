# SPDX-License-Identifier: Apache-2.0
"""Formulas: what they compute, in which unit, alone and within a filter; and that no text does harm."""

from __future__ import annotations

import math
import random
import time

import numpy as np
import pytest

from groundstation.fleet.derived import age_limit_s, derived, formula_of, is_derived, parse_derived
from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import MAX_DEPTH, ExpressionError
from groundstation.fleet.fleet_filter import parse_condition, parse_filter
from groundstation.fleet.formulas import MOST_NAMES, MOST_OPERATIONS, Leaf, parse_formula, value_of
from groundstation.fleet.value_names import address_named
from tests.fleet.test_expressions import FLEET

UNITS = {"a": "m", "b": "m", "t": "s", "v": "m/s", "u": "V", "i": "A", "x": "", "late": "ms", "any": None}
VALUES = {"a": 8.0, "b": 2.0, "t": 4.0, "v": 3.0, "u": 12.0, "i": 2.0, "x": 9.0, "late": 500.0, "any": 7.0}


def look(word):
    return Leaf(word, UNITS[word]) if word in UNITS else None


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("a + b", 10.0, "m"),
        ("a-b", 6.0, "m"),
        ("a -b", 6.0, "m"),
        ("a - b - b", 4.0, "m"),
        ("a / t", 2.0, "m/s"),
        ("a / t / t", 0.5, "m/s²"),
        ("v * t + a", 20.0, "m"),
        ("a / b", 4.0, ""),
        ("2 * a + 1", 17.0, "m"),
        ("-(a + b) * 2", -20.0, "m"),
        ("- a", -8.0, "m"),
        ("u * i", 24.0, "W"),
        ("a * a", 64.0, "m²"),
        ("a * u / t", 24.0, "V·m/s"),
        ("1 / t", 0.25, "1/s"),
        ("sqrt(a * b)", 4.0, "m"),
        ("sqrt(x)", 3.0, ""),
        ("abs(b - a)", 6.0, "m"),
        ("min(a, b)", 2.0, "m"),
        ("MAX(a, b, 10)", 10.0, "m"),
        ("a + 5 m", 13.0, "m"),
        ("late + t", 4.5, "s"),
        ("t + 250 ms", 4.25, "s"),
        ("a + any", 15.0, "m"),
        ("1e3 * x", 9000.0, ""),
        (".5 * a", 4.0, "m"),
        ('"a" + "b"', 10.0, "m"),
    ],
)
def test_what_a_formula_is(text, value, unit):
    formula = parse_formula(text, look)
    assert value_of(formula, VALUES.get) == pytest.approx(value)
    assert formula.symbol == unit


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("a + u", "m and V have no sum", 2),
        ("a - t", "m and s have no difference", 2),
        ("a + x", "m and a number without a unit have no sum", 2),
        ("a + 5 s", "m and s have no sum", 2),
        ("max(a, t)", "m and s can't be compared", 0),
        ("sqrt(a)", "m has no square root", 0),
        ("a +", "a value, a number or '(' is missing here", 3),
        ("(a + b", "this '(' is not closed", 0),
        ("a b", "an operation is missing here", 2),
        ("* a", "a value is missing before '*'", 0),
        ("a + nothing", "'nothing' is no value", 4),
        ("abs()", "a value is missing before ')'", 4),
        ("abs(a, b)", "abs() takes 1 values, and not 2", 0),
        ("max(a)", "max() takes 2 to 8 values, and not 1", 0),
        ("a ** b", "a value is missing before '*'", 3),
        ("a + 1_000", "a value, a number or '(' is missing here", 4),
        ("", "a value, a number or '(' is missing here", 0),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, words, place):
    with pytest.raises(ExpressionError) as caught:
        parse_formula(text, look)
    assert caught.value.words.startswith(words)
    assert caught.value.begin == place


@pytest.mark.parametrize("text", ["a + b", "b * a", "min(a, b)", "max(b, a)", "sqrt(a * b)", "abs(a) + b", "a / b"])
def test_unknown_of_one_is_unknown_of_all(text):
    formula = parse_formula(text, look)
    for unknown in (None, math.nan):
        assert value_of(formula, lambda name, unknown=unknown: {**VALUES, "a": unknown}[name]) is None


@pytest.mark.parametrize("text", ["a / (b - b)", "sqrt(x - 10)", "1e308 * x * 1e3"])
def test_what_has_no_result_is_unknown(text):
    assert value_of(parse_formula(text, look), VALUES.get) is None


def test_formulas_are_bounded_and_the_bounds_are_where_they_say():
    parse_formula("a" + " + a" * MOST_OPERATIONS, look)
    with pytest.raises(ExpressionError, match="operations"):
        parse_formula("a" + " + a" * (MOST_OPERATIONS + 1), look)
    parse_formula("(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1), look)
    with pytest.raises(ExpressionError, match="inside each other"):
        parse_formula("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, look)

    def every(word):
        return Leaf(word, "m")

    names = [f"n{number}" for number in range(MOST_NAMES + 1)]
    parse_formula(" + ".join(names[:-1]), every)
    with pytest.raises(ExpressionError, match="different values"):
        parse_formula(" + ".join(names), every)


def test_no_text_does_harm():
    pieces = [
        "a",
        "b",
        "(",
        ")",
        "+",
        "-",
        "*",
        "/",
        "abs(",
        "max(",
        ",",
        "1e999",
        "9" * 300,
        '"',
        "\0",
        "é",
        " ",
        "__",
    ]
    chance = random.Random(11)
    for _ in range(3000):
        text = "".join(chance.choices(pieces, k=chance.randrange(60)))
        try:
            value_of(parse_formula(text, look), VALUES.get)
        except UsageError:
            continue


def test_a_long_row_of_parentheses_costs_a_filter_little():
    began = time.process_time()
    for text in ("(" * 1900, "(" * 45 + "height + 1" + ")" * 45 + " > 3", "((height + (" * 150, "-" * 1900):
        with pytest.raises(ExpressionError):
            parse_filter(text + "§:")
    assert time.process_time() - began < 5.0


# ---- within a filter, a rule, a step of a procedure ----


def passing(text):
    test = parse_filter(text)
    return {one.key.id for one in FLEET if test(one)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("height + 10 > 65", {"low"}),
        ("height+10 m>65", {"low"}),
        ("height * 2 == 0", {"half"}),
        ("abs(height) > 1", {"low", "full"}),
        ("(height + 2) / 2 >= 1", {"low", "half"}),
        ("65 < height + 10", {"low"}),
        ("min(height, 5) >= 5 or battery > 90 %", {"low", "full"}),
        ("not height + 10 > 65", {"half", "full"}),
        ("(armed and height - 1 > 0) or mode == AUTO", {"low", "full"}),
        ("height - 1 > 0 armed", {"low"}),
        # a minus that is joined to a word is still "and not"
        ("height > 30 -alarm", {"low"}),
    ],
)
def test_a_filter_computes(text, ids):
    assert passing(text) == ids


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("height + battery > 3", "m and % have no sum"),
        ("abs(height) > 3 s", "m and s can't be compared"),
        ("height > speed", "m and m/s can't be compared"),
        ("abs(nothing) > 3", "'nothing' is no value"),
        ("max(height) > 3", "max() takes"),
    ],
)
def test_a_filter_tells_what_can_not_be_computed(text, words):
    with pytest.raises(ExpressionError) as caught:
        parse_filter(text)
    assert caught.value.words.startswith(words)


def test_a_condition_computes_too():
    test = parse_condition("velocity.ground_speed_mps - air_data.airspeed_mps > 5")
    assert [test(one) for one in FLEET] == [None] * len(FLEET)


# ---- names of fields ----


def test_a_field_alone_is_the_value_that_has_it():
    assert address_named("airspeed_mps") == "air_data.airspeed_mps"
    assert address_named("ground_speed_mps") == "velocity.ground_speed_mps"
    assert address_named("voltage_v") == "battery.0.voltage_v"
    assert address_named("gps.1.hdop") == "gps.1.hdop"
    assert address_named("nothing") is None
    # no name of a text, nor of yes or no
    assert address_named("is_armed") is None
    with pytest.raises(UsageError, match="several values are called"):
        address_named("temperature_c")


# ---- over time ----


HEIGHT, SPEED = "position.height_home_m", "velocity.ground_speed_mps"


def points(*pairs):
    times, values = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(times, dtype=float), np.array(values, dtype=float)


def told(text, **values):
    formula = parse_derived(text)
    table = {{"height": HEIGHT, "speed": SPEED}[name]: one for name, one in values.items()}
    return [
        (float(at), None if math.isnan(one) else float(one)) for at, one in zip(*derived(formula, table), strict=True)
    ]


def test_values_are_joined_by_what_was_known_last():
    found = told(
        "height / speed", height=points((0, 10), (1, 20), (2, 30)), speed=points((0.5, 2), (1.5, 5)),
    )  # fmt: skip
    assert found == [(0.5, 5.0), (1.0, 10.0), (1.5, 4.0), (2.0, 6.0)]


def test_a_value_that_is_too_old_is_unknown_and_just_before_it_is_not():
    limit = age_limit_s(SPEED)
    found = told("height * 1 s - height * 1 s + speed / speed * 1 m * 1 s",
                 height=points((0, 1), (limit, 1), (limit + 0.01, 1)), speed=points((0, 2)))  # fmt: skip
    assert found == [(0.0, 1.0), (limit, 1.0), (limit + 0.01, None)]


def test_a_gap_of_one_breaks_the_whole_and_a_stretch_of_unknown_is_told_once():
    found = told(
        "height / speed",
        height=points((0, 10), (1, math.nan), (2, math.nan), (3, 30)),
        speed=points((0, 2), (0.5, 2), (1.5, 2), (2.5, 2), (3, 0), (3.5, 3)),
    )
    assert found == [(0.0, 5.0), (0.5, 5.0), (1.0, None), (3.5, 10.0)]


def test_one_part_of_the_time_is_the_same_as_out_of_all():
    chance = np.random.default_rng(5)
    values = {
        HEIGHT: (np.cumsum(chance.uniform(0.01, 0.4, 500)), chance.normal(size=500)),
        SPEED: (np.cumsum(chance.uniform(0.01, 0.4, 500)), chance.normal(size=500)),
    }
    formula = parse_derived("height / speed")
    times, found = derived(formula, values)
    some, part = derived(formula, values, 50.0)
    is_later = times >= 50.0
    assert some.tolist() == times[is_later].tolist()
    np.testing.assert_array_equal(part, found[is_later])


def test_a_part_that_begins_unknown_says_so():
    """What stood before would go on else."""
    values = {HEIGHT: points((0, 10), (1, math.nan), (2, math.nan)), SPEED: points((0, 2))}
    times, found = derived(parse_derived("height / speed"), values, 0.5)
    assert times.tolist() == [1.0]
    assert math.isnan(found[0])


def test_shares_are_percent_as_in_a_filter():
    formula = parse_derived("battery.0.charge_fraction - 10")
    table = {"battery.0.charge_fraction": points((0, 0.5))}
    assert derived(formula, table)[1].tolist() == [40.0]
    assert formula.symbol == "%"


def test_an_address_that_is_no_formula_is_none():
    assert is_derived("=height + 1")
    assert not is_derived(HEIGHT)
    assert formula_of("=height +") is None
    assert formula_of(HEIGHT) is None
    with pytest.raises(ExpressionError, match="there is no value in it"):
        parse_derived("1 + 2")
