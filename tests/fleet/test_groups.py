# SPDX-License-Identifier: Apache-2.0
"""Groups by hand and by rule, in the filter, and as a file; and what may be written next in a filter."""

from __future__ import annotations

import pytest

from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import ExpressionError
from groundstation.fleet.filter_completion import JOINTS, MOST, SIGNS, TEXT_SIGNS, addresses, completion, vocabulary
from groundstation.fleet.fleet_filter import MOST_NESTED, is_filter, parse_filter
from groundstation.fleet.groups import (
    MOST_BYTES,
    MOST_GROUPS,
    NO_GROUPS,
    Group,
    GroupBook,
    read_groups,
    with_members,
    without_members,
    write_groups,
)
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import VehicleSummary


def summary(number, mode="AUTO", charge=0.5, root="fleet"):
    return VehicleSummary(
        key=VehicleKey(root, f"uav-{number:02d}"),
        name="Atmaca",
        level=Level.NORMAL,
        conditions=(),
        is_heard=True,
        is_stale=False,
        heard_age_s=0.1,
        mode=mode,
        is_armed=True,
        is_flying=True,
        charge_fraction=charge,
        height_home_m=10.0,
        ground_speed_mps=5.0,
    )


FLEET = [summary(1), summary(2, "RTL"), summary(3, charge=0.2), summary(1, root="sim")]
BOOK = (
    NO_GROUPS.put(Group(name="north", members=("fleet/uav-01", "fleet/uav-02")))
    .put(Group(name="north-east", members=("fleet/uav-03",)))
    .put(Group(name="low", rule="battery < 30"))
    .put(Group(name="Kuzey ekibi", rule="group:north mode == RTL"))
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("group:north", ["fleet/uav-01", "fleet/uav-02"]),
        ("group == NORTH", ["fleet/uav-01", "fleet/uav-02"]),
        ("group != north", ["fleet/uav-03", "sim/uav-01"]),
        ("not group:north root:fleet", ["fleet/uav-03"]),
        ("group:low", ["fleet/uav-03"]),
        ('group:"kuzey ekibi"', ["fleet/uav-02"]),
        ("group:low or group:north-east", ["fleet/uav-03"]),
    ],
)
def test_groups_choose(text, ids):
    test = parse_filter(text, BOOK)
    assert [str(one.key) for one in FLEET if test(one)] == ids
    assert is_filter(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("group:nor", "there is no group 'nor'; there are: north, north-east, low, Kuzey ekibi"),
        ("group < north", "'group' is a name"),
        ("group:", "a value is missing"),
    ],
)
def test_half_a_name_is_a_mistake_and_chooses_nobody(text, words):
    with pytest.raises(ExpressionError, match=words):
        parse_filter(text, BOOK)


def test_without_groups_it_is_told_that_there_are_none():
    with pytest.raises(ExpressionError, match="none yet"):
        parse_filter("group:north")


def test_rules_that_ask_for_each_other_are_told():
    book = NO_GROUPS.put(Group(name="a", rule="group:b")).put(Group(name="b", rule="flying group:a"))
    with pytest.raises(ExpressionError, match="asks for itself"):
        parse_filter("group:a", book)


@pytest.mark.parametrize(("count", "is_read"), [(MOST_NESTED, True), (MOST_NESTED + 1, False)])
def test_groups_within_each_other_have_a_most(count, is_read):
    book = NO_GROUPS.put(Group(name="g1", rule="flying"))
    for number in range(2, count + 1):
        book = book.put(Group(name=f"g{number}", rule=f"group:g{number - 1}"))
    if is_read:
        assert parse_filter(f"group:g{count}", book)(FLEET[0])
    else:
        with pytest.raises(ExpressionError, match="within each other"):
            parse_filter(f"group:g{count}", book)


def test_a_rule_that_cannot_be_read_says_which():
    with pytest.raises(ExpressionError, match="rule of group 'bad' can't be read"):
        parse_filter("group:bad", NO_GROUPS.put(Group(name="bad", rule="battery <")))


def test_members_come_and_go_and_a_group_of_the_same_name_is_replaced():
    group = with_members(Group(name="x"), [one.key for one in (*FLEET, FLEET[0])])
    assert group.members == ("fleet/uav-01", "fleet/uav-02", "fleet/uav-03", "sim/uav-01")
    assert without_members(group, [FLEET[0].key]).members == group.members[1:]
    book = BOOK.put(Group(name="NORTH", members=()))
    assert [one.name for one in book.groups] == ["NORTH", "north-east", "low", "Kuzey ekibi"]
    assert [one.name for one in BOOK.of_member(FLEET[0].key)] == ["north"]
    assert BOOK.without("north").get("north") is None


@pytest.mark.parametrize("name", ["", "  ", 'a"b', "x" * 41, "a\nb"])
def test_names_that_are_none(name):
    with pytest.raises(UsageError, match="1 to 40 letters"):
        NO_GROUPS.put(Group(name=name, rule="flying"))


@pytest.mark.parametrize(("count", "fits"), [(MOST_GROUPS, True), (MOST_GROUPS + 1, False)])
def test_groups_have_a_most(count, fits):
    book = GroupBook()
    for number in range(count - 1):
        book = book.put(Group(name=f"g{number}", rule="flying"))
    if fits:
        assert len(book.put(Group(name="last", rule="flying")).groups) == count
    else:
        with pytest.raises(UsageError, match="already"):
            book.put(Group(name="last", rule="flying"))
        assert len(book.put(Group(name="g0", rule="armed")).groups) == MOST_GROUPS


def test_a_file_reads_back_equal_and_what_is_none_is_told():
    assert read_groups("x", write_groups(BOOK)) == BOOK
    for data in (b"{", b"[]", b'{"groups": [{"name": "\\""}]}', b'{"more": 1}', b" " * (MOST_BYTES + 1)):
        with pytest.raises(UsageError):
            read_groups("x", data)


KNOWN = vocabulary(FLEET, BOOK)


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("bat", ("battery",)),
        ("flying bat", ("battery",)),
        ("-fly", ("flying",)),
        ("battery ", SIGNS),
        ("mode ", TEXT_SIGNS),
        ("mode == ", ("AUTO", "RTL")),
        ("mode:r", ("RTL",)),
        ("mode == RTL ", JOINTS),
        ("battery < 30 ", JOINTS),
        ("group:", ("north", "north-east", "low", '"Kuzey ekibi"')),
        ("group:ku", ('"Kuzey ekibi"',)),
        ("armed == ", ("yes", "no")),
        ("uav-0", ("uav-01", "uav-02", "uav-03")),
        ("north", ("group:north", "group:north-east", "velocity.north_mps")),
        # what is whole needs no help
        ("flying", ()),
        ("mode == RTL", ()),
    ],
)
def test_what_may_be_written_next(text, suggested):
    found = completion(text, len(text), KNOWN)
    if suggested == ("battery",):
        # addresses of values follow, from the third letter on
        assert found.texts[0] == "battery"
    else:
        assert found.texts == suggested
    assert len(found.texts) <= MOST


@pytest.mark.parametrize(("text", "is_there"), [("sa", False), ("sat", True)])
def test_addresses_are_suggested_from_the_third_letter_on(text, is_there):
    assert ("gps.0.satellites" in completion(text, len(text), KNOWN).texts) is is_there
    assert "gps.0.satellites" in addresses()


def test_the_word_under_the_cursor_is_replaced_and_the_rest_stays():
    text = "battery < 30 mod == AUTO"
    found = completion(text, text.index("mod") + 3, KNOWN)
    assert found.texts[0] == "mode"
    assert text[: found.begin] + found.texts[0] + text[found.end :] == "battery < 30 mode == AUTO"


def test_each_suggestion_of_a_value_can_be_read():
    for name in ("mode", "id", "name", "root", "group"):
        for value in completion(f"{name}:", len(name) + 1, KNOWN).texts:
            parse_filter(f"{name}:{value}", BOOK)
