# SPDX-License-Identifier: Apache-2.0
"""The language in which vehicles are chosen: what it lets through, and that what it does not understand is said."""

from __future__ import annotations

import random

import pytest

from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import MAX_DEPTH, MAX_LETTERS, ExpressionError
from groundstation.fleet.fleet_filter import WORDS, is_filter, parse_filter
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import say
from groundstation.fleet.summary import VehicleSummary


def vehicle(vehicle_id: str, **known: object) -> VehicleSummary:
    usual: dict[str, object] = {
        "key": VehicleKey("fleet", vehicle_id),
        "name": vehicle_id,
        "level": Level.NORMAL,
        "conditions": (),
        "is_heard": True,
        "is_stale": False,
        "heard_age_s": 0.5,
        "mode": None,
        "is_armed": None,
        "is_flying": None,
        "charge_fraction": None,
        "height_home_m": None,
        "ground_speed_mps": None,
    }
    return VehicleSummary(**{**usual, **known})


FLEET = [
    vehicle("low", charge_fraction=0.12, mode="AUTO", is_armed=True, is_flying=True, height_home_m=60.0),
    vehicle("half", charge_fraction=0.50, mode="GUIDED", is_armed=True, is_flying=False, height_home_m=0.0),
    vehicle("full", charge_fraction=0.985, mode="AUTO", is_armed=False, is_flying=False, height_home_m=-2.0),
    vehicle("mute"),
    vehicle(
        "or-1",
        name="Doğan",
        level=Level.WARNING,
        conditions=(Condition(level=Level.WARNING, said=say("battery_low", name="battery")),),
    ),
]


def passing(text: str) -> set[str]:
    test = parse_filter(text)
    return {one.key.id for one in FLEET if test(one)}


ALL = {one.key.id for one in FLEET}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ALL),
        ("  ", ALL),
        ("battery < 99", {"low", "half", "full"}),
        ("battery<99", {"low", "half", "full"}),
        ("battery<  99 % armed", {"low", "half"}),
        ("battery < 99%", {"low", "half", "full"}),
        ("98.5 > battery", {"low", "half"}),
        ("98.5 >= battery", {"low", "half", "full"}),
        ("battery < 98.5", {"low", "half"}),
        ("battery <= 98.5", {"low", "half", "full"}),
        ('battery < 30 and mode == "AUTO"', {"low"}),
        ("battery < 30 AND mode == auto", {"low"}),
        ("battery < 60 mode:AUT", {"low"}),
        ("mode != AUTO", {"half"}),
        ("battery = 50 or battery == 12", {"low", "half"}),
        ("mode:AUTO and battery > 90 or half", {"full", "half"}),
        ("mode:AUTO and (battery > 90 or half)", {"full"}),
        ("half or mode:AUTO and battery > 90", {"full", "half"}),
        ("not armed", {"full"}),
        ("-armed", {"full"}),
        ("- armed", {"full"}),
        ("not (armed or flying)", {"full"}),
        ("not not armed", {"low", "half"}),
        ("armed == no", {"full"}),
        ("armed != no", {"low", "half"}),
        ("not battery < 30", {"half", "full"}),
        ("battery < 30 or not battery < 30", {"low", "half", "full"}),
        ("height >= -2", {"low", "half", "full"}),
        ("height > -2m", {"low", "half"}),
        ("height < 60", {"half", "full"}),
        ('"battery low"', {"or-1"}),
        ("'battery low'", {"or-1"}),
        ("is:low", {"or-1"}),
        ("low", {"low", "or-1"}),
        ("doğan", {"or-1"}),
        ("or-1", {"or-1"}),
        ('"or"', {"or-1"}),
        ("-low", {"half", "full", "mute"}),
        ("alarm", {"or-1"}),
        ("((((armed))))", {"low", "half"}),
        ("ARMED Battery<20", {"low"}),
        ("mode=='AUTO'", {"low", "full"}),
    ],
)
def test_what_is_let_through(text: str, wanted: set[str]) -> None:
    assert passing(text) == wanted


@pytest.mark.parametrize(
    ("bare", "wanted", "quoted"),
    [
        # a question without quotes, a text within them, which nobody here has
        ("armed", {"low", "half"}, set()),
        ("not armed", {"full"}, set()),
        ("-low", {"half", "full", "mute"}, set()),
        # words that only join others, where they are a part of a text
        ("low or full", {"low", "full", "or-1"}, set()),
        ("half", {"half"}, {"half"}),
        ("auto", {"low", "full"}, {"low", "full"}),
    ],
)
def test_words_in_quotes_are_a_text_that_is_looked_for_whatever_they_mean_otherwise(
    bare: str, wanted: set[str], quoted: set[str]
) -> None:
    assert passing(bare) == wanted
    assert passing(f'"{bare}"') == quoted
    assert passing(f"'{bare}'") == quoted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"battery" < 30', "nothing that can be compared"),
        ('battery < "30"', "compared with a number"),
        ('30 > "battery"', "nothing that can be compared"),
        ('"mode" == AUTO', "nothing that can be compared"),
    ],
)
def test_words_in_quotes_are_neither_a_name_nor_a_number(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        passing(text)


def test_a_text_in_quotes_may_have_the_other_kind_of_quotes_and_more_terms_beside_it() -> None:
    assert passing('"battery low" or half') == {"or-1", "half"}
    assert passing("not 'battery low' half") == {"half"}
    assert passing('"it\'s"') == set()
    assert passing('mode:"UT"') == {"low", "full"}


@pytest.mark.parametrize(
    ("text", "marked", "words"),
    [
        ("battery <", "battery <▸◂", "a value is missing behind '<'"),
        ("battery < 30 and", "battery < 30 and▸◂", "is missing here"),
        ("battery < low", "battery < ▸low◂", "compared with a number"),
        ("battery < 3_0", "battery < ▸3_0◂", "compared with a number"),
        ("battery < nan", "battery < ▸nan◂", "compared with a number"),
        ("battery : 3", "battery : ▸3◂", "compared with a number, as in battery < 30"),
        ("battery << 30", "battery <▸<◂ 30", "a value is missing"),
        ("weight > 3", "▸weight◂ > 3", "nothing that can be compared; there are battery, height"),
        ("mode < 3", "mode ▸<◂ 3", "is a text"),
        ("armed == maybe", "armed == ▸maybe◂", "is yes or no"),
        ("or low", "▸or◂ low", "is missing here"),
        ("low and or half", "low and ▸or◂ half", "is missing here"),
        ("not", "not▸◂", "is missing here"),
        ("(low", "▸(◂low", "is not closed"),
        ("low)", "low▸)◂", "there is no '(' for this ')'"),
        ("()", "(▸)◂", "is missing here"),
        ("< 30", "▸<◂ 30", "write what is compared before"),
        ('mode == "AUTO', 'mode == ▸"◂AUTO', "a quotation mark is open"),
        ("low ! half", "low ▸!◂ half", "means nothing here"),
        ("id == 30 < battery", "id == 30 ▸<◂ battery", "write what is compared before"),
    ],
)
def test_what_is_not_understood_is_said_and_marked(text: str, marked: str, words: str) -> None:
    with pytest.raises(ExpressionError) as found:
        parse_filter(text)
    assert found.value.marked == marked
    assert words in found.value.words
    assert isinstance(found.value, UsageError)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(("depth", "is_good"), [(MAX_DEPTH - 1, True), (MAX_DEPTH, False), (100_000 // 60, False)])
def test_parentheses_inside_each_other_have_a_bound(depth: int, is_good: bool) -> None:
    text = f"{'(' * depth}low{')' * depth}"[:MAX_LETTERS]
    if is_good:
        assert passing(text) == {"low", "or-1"}
    else:
        with pytest.raises(ExpressionError):
            parse_filter(text)


def test_a_text_has_a_bound() -> None:
    assert passing("low " * (MAX_LETTERS // 4)) == {"low", "or-1"}
    with pytest.raises(ExpressionError, match="longer than 2000"):
        parse_filter("l" * (MAX_LETTERS + 1))


def test_whatever_is_written_is_a_test_or_an_error_with_its_place() -> None:
    rng = random.Random(3)
    pieces = [
        "battery",
        "<",
        ">=",
        "==",
        "!=",
        ":",
        "30",
        "(",
        ")",
        "and",
        "or",
        "not",
        "-",
        '"x y"',
        "low",
        " ",
        "'",
        "!",
        "%",
    ]
    understood = 0
    for _ in range(4_000):
        text = rng.choice(["", " "]).join(rng.choice(pieces) for _ in range(rng.randrange(1, 9)))
        try:
            passing(text)
        except ExpressionError as error:
            begin, end = error.begin, error.end
        else:
            understood += 1
            continue
        assert 0 <= begin <= end <= len(text)
    assert 200 < understood < 3_800


def test_a_name_is_no_filter() -> None:
    assert not any(is_filter(one) for one in ("uav-1", "sim/uav-1", "doğan_2", "or"))
    assert all(is_filter(one) for one in ("battery<30", "a b", "mode:AUTO", "armed", "LOST", "(x)", "a!=b"))
    assert set(WORDS.questions) >= {"armed", "flying", "lost", "alarm"}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("3-7", [3, 5, 7]),
        ("7 - 3", [3, 5, 7]),
        ("1,5", [1, 5]),
        (" 1, 7-9 ,12", [1, 7, 12]),
        # one number alone is a word: it is found in others, too
        ("2", [2, 12]),
        ("3-", []),
        ("3-7-9", []),
    ],
)
def test_vehicles_by_the_numbers_of_their_ids(text, chosen):
    fleet = [vehicle(f"uav-{number}") for number in (1, 2, 3, 5, 7, 12)]
    test = parse_filter(text)
    assert [int(one.key.id.partition("-")[2]) for one in fleet if test(one)] == chosen


def test_an_id_that_looks_like_a_range_is_found_and_stays_a_name():
    test = parse_filter("2023-7")
    assert [one.key.id for one in (vehicle("2023-7"), vehicle("x-6"), vehicle("x")) if test(one)] == ["2023-7"]
    # on a command line it names one: no order goes to two thousand vehicles by chance
    assert not is_filter("2023-7")
