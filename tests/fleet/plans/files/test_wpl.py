# SPDX-License-Identifier: Apache-2.0
"""`QGC WPL` is read as liberally as the most liberal program reads it, and written for the strictest."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.plans.files.plan_file import PlanFile, PlanFileError, PlannedHome
from groundstation.fleet.plans.files.wpl import read_wpl, write_wpl
from groundstation.fleet.plans.plan_items import MAX_ITEMS, PlanItem, PlanKind
from tests.fleet.plans.files.drafts import LAT, LON, waypoint

HOME = "0\t1\t0\t16\t0\t0\t0\t0\t47.1\t8.1\t400\t1"
FIRST = "1\t0\t3\t22\t15\t0\t0\t0\t47.2\t8.2\t20\t1"
SECOND = "2\t0\t3\t16\t0\t1\t2\t3\t47.3\t8.3\t30.5\t0"
TEXT = f"QGC WPL 110\n{HOME}\n{FIRST}\n{SECOND}"
PLAN = PlanFile(
    mission=(
        PlanItem(command=22, params=(15.0, 0.0, 0.0, 0.0), x=47.2, y=8.2, z=20.0),
        PlanItem(command=16, params=(0.0, 1.0, 2.0, 3.0), x=47.3, y=8.3, z=30.5, goes_on=False),
    ),
    home=PlannedHome(47.1, 8.1, 400.0),
)


def rows(*lines: str, version: int = 110) -> str:
    return "\n".join((f"QGC WPL {version}", *lines))


def refusal(text: str) -> str:
    with pytest.raises(PlanFileError) as caught:
        read_wpl(text)
    return str(caught.value)


def test_the_first_line_is_home_and_the_next_is_item_one() -> None:
    assert read_wpl(TEXT) == PLAN


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "\n",
        "\ufeff" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\n\n# a comment\n   \n") + "\n\n",
        TEXT.replace("\n", "  \t \n"),
        TEXT.replace("\t", " "),
        TEXT.replace("\t", "   "),
        TEXT.replace("\t", ","),
        TEXT.replace("\t", ", "),
        TEXT.replace("47.2\t8.2", "47,2\t8,2").replace("30.5", "30,5"),
        TEXT.replace("2\t0\t3\t16", "2.0\t0\t3.000000\t16.0"),
        TEXT.replace("47.3", "4.73e+01").replace("30.5", "30.500000000000000"),
        TEXT.replace("47.2\t8.2", "47.2 8.2"),
        "\n\n# made by hand\n" + TEXT,
        TEXT.replace("QGC WPL 110", "QGC  WPL\t110 "),
    ],
)
def test_what_other_programs_and_people_write_is_read_alike(text: str) -> None:
    assert read_wpl(text) == PLAN


def test_decimal_commas_are_read_between_tabs_only() -> None:
    # between spaces nobody can tell: the fields are too many then
    assert "line 3: 13 fields" in refusal(rows(HOME, FIRST.replace("47.2", "47,2").replace("\t", " ")))
    assert "line 3: '1,234,5'" in refusal(rows(HOME, FIRST.replace("47.2", "1,234,5")))


def test_nan_leaves_it_to_the_vehicle() -> None:
    text = rows(HOME, FIRST.replace("15\t0\t0\t0", "15\tnan\tNaN\t-nan"))
    assert read_wpl(text).mission[0].params == (15.0, None, None, None)
    assert "null or NaN" in refusal(rows(HOME, SECOND.replace("47.3", "nan")))


@pytest.mark.parametrize(("line", "said"), [(SECOND[:-2], "11 fields"), (SECOND + "\t1", "13 fields"),
                                            (SECOND.replace("30.5", "high"), "'high'"),
                                            (SECOND.replace("30.5", ""), "''"),
                                            (SECOND.replace("30.5", "inf"), "'inf'"),
                                            (SECOND.replace("30.5", "1_0"), "'1_0'"),
                                            (SECOND.replace("\t16\t", "\t16.5\t"), "command"),
                                            (SECOND.replace("\t16\t", "\t65536\t"), "command"),
                                            (SECOND.replace("\t16\t", "\tWAYPOINT\t"), "'WAYPOINT'"),
                                            (SECOND.replace("2\t0\t3", "2\t0\t256"), "frame"),
                                            (SECOND.replace("2\t0\t3", "-2\t0\t3"), "index"),
                                            (SECOND.replace("2\t0\t3", "65536\t0\t3"), "index"),
                                            (SECOND.replace("47.3\t8.3", "149.3\t-35.3"), "swapped"),
                                            (SECOND.replace("8.3", "180.1"), "180")])  # fmt: skip
def test_a_damaged_line_is_named(line: str, said: str) -> None:
    text = refusal(rows("# the lines of comments count too", HOME, FIRST, line))
    assert text.startswith("line 5")
    assert said in text


def test_numbers_at_their_limits_are_taken() -> None:
    line = SECOND.replace("2\t0\t3\t16", "2\t0\t255\t65535").replace("30.5", "3.4e38")
    assert read_wpl(rows(HOME, FIRST, line)).mission[1].command == 65_535
    assert "line 4" in refusal(rows(HOME, FIRST, line.replace("3.4e38", "3.5e38")))


@pytest.mark.parametrize("first", ["QGC WPL 130", "QGC WPL", "PB 110", "QGC WPL 110x", ""])
def test_another_version_is_refused(first: str) -> None:
    assert refusal(f"{first}\n{HOME}")


def test_a_file_with_nothing_in_it_is_an_empty_plan() -> None:
    assert read_wpl("QGC WPL 110\n") == PlanFile()
    assert read_wpl(rows(HOME)) == PlanFile(home=PLAN.home)


def test_jumps_count_as_the_lines_do() -> None:
    jump = "3\t0\t2\t177\t2\t5\t0\t0\t0\t0\t0\t1"
    assert read_wpl(rows(HOME, FIRST, SECOND, jump)).mission[2].params[0] == 2.0
    # line 0 is item 1 in the version without a home
    lines = (
        FIRST.replace("1", "0", 1),
        SECOND.replace("2", "1", 1),
        jump.replace("3", "2", 1).replace("177\t2", "177\t1"),
    )
    found = read_wpl(rows(*lines, version=120))
    assert (found.home, found.mission[2].params[0], found.notes) == (None, 2.0, ())


@pytest.mark.parametrize("target", ["4", "1.5", "nan", "-1"])
def test_a_jump_to_nowhere_is_kept_and_told(target: str) -> None:
    found = read_wpl(rows(HOME, FIRST, SECOND, f"3\t0\t2\t177\t{target}\t5\t0\t0\t0\t0\t0\t1"))
    assert found.notes[0].startswith("item 3: jumps to")
    assert found.mission[2].params[0] == (None if target == "nan" else float(target))


def test_lines_out_of_order_are_told_and_jumps_follow() -> None:
    jump = "7\t0\t2\t177\t5\t5\t0\t0\t0\t0\t0\t1"
    found = read_wpl(rows(HOME, FIRST.replace("1", "5", 1), SECOND.replace("2", "6", 1), jump))
    assert found.mission[2].params[0] == 1.0
    assert "not numbered" in found.notes[0]


def test_a_file_that_begins_at_one_has_no_home() -> None:
    found = read_wpl(rows(FIRST, SECOND))
    assert (found.mission, found.home, found.notes) == (PLAN.mission, None, ())


@pytest.mark.parametrize(("line", "home", "is_told"), [
    (HOME, PLAN.home, False),
    (HOME.replace("\t16\t", "\t0\t"), PLAN.home, False),
    (HOME.replace("0\t1\t0", "0\t1\t3"), PlannedHome(47.1, 8.1), True),
    (HOME.replace("0\t1\t0", "0\t1\t5"), PLAN.home, False),
    (HOME.replace("47.1\t8.1", "0\t0"), None, False),
    (HOME.replace("47.1\t8.1", "0\t8.1"), PlannedHome(0.0, 8.1, 400.0), False),
    (HOME.replace("47.1\t8.1", "nan\tnan"), None, False),
    (HOME.replace("\t16\t", "\t22\t"), PLAN.home, True),
    (HOME.replace("400", "20001"), PlannedHome(47.1, 8.1, 20_001.0), True),
])  # fmt: skip
def test_home_is_what_the_first_line_says(line: str, home: PlannedHome | None, is_told: bool) -> None:
    found = read_wpl(rows(line, FIRST, SECOND))
    assert (found.home, found.mission, bool(found.notes)) == (home, PLAN.mission, is_told)


def test_version_100_has_its_own_columns() -> None:
    # index, frame, action, parameters 3, 4, 1, 2, current, longitude, latitude, height, unused, autocontinue
    lines = ("0 0 25 0 0 0 0 1 8.1 47.1 400 0 1", "1 3 2 3 4 15 2 0 8.2 47.2 20 0 1", "2 3 3 0 0 0 0 0 8.3 47.3 0 0 1")
    found = read_wpl(rows(*lines, version=100))
    assert found.home == PLAN.home
    assert found.mission[0] == PlanItem(command=22, params=(15.0, 2.0, 3.0, 4.0), x=47.2, y=8.2, z=20.0)
    assert found.mission[1].command == 20
    assert "12 fields" in refusal(rows(lines[0][:-2], version=100))


@pytest.mark.parametrize(
    ("action", "command"), [(2, 22), (24, 22), (3, 20), (4, 21), (26, 21), (25, 16), (27, 17), (99, 99)]
)
def test_actions_of_version_100_are_commands(action: int, command: int) -> None:
    found = read_wpl(rows("0 0 25 0 0 0 0 1 8.1 47.1 400 0 1", f"1 3 {action} 0 0 0 0 0 8.2 47.2 20 0 1", version=100))
    assert found.mission[0].command == command


CORNERS = [f"{number}\t0\t3\t5001\t3\t0\t0\t0\t47.{number}\t8.{number % 2}\t0\t1" for number in (1, 2, 3)]
RALLY = "1\t0\t3\t5100\t0\t0\t0\t0\t47.1\t8.1\t40\t1"


def test_fences_and_rally_points_are_known_by_their_commands() -> None:
    fence = read_wpl(rows(HOME, *CORNERS))
    assert (len(fence.fence), fence.mission, fence.rally, fence.home) == (3, (), (), PLAN.home)
    rally = read_wpl(rows(HOME, RALLY))
    assert (len(rally.rally), rally.mission, rally.notes) == (1, (), ())
    # some programs write them without a home
    bare = read_wpl(rows(*(line.replace(str(at + 1), str(at), 1) for at, line in enumerate(CORNERS))))
    assert (len(bare.fence), bare.home, bare.notes) == (3, None, ())


def test_a_fence_with_a_wrong_count_is_refused() -> None:
    assert "fence item 1" in refusal(rows(HOME, *CORNERS[:2]))
    assert "fence item 1" in refusal(rows(HOME, *CORNERS[:2], CORNERS[2].replace("5001", "5002")))
    for count in ("3.5", "0", "nan", "-3", "2", "4"):
        assert "fence item 1" in refusal(rows(HOME, *(line.replace("5001\t3", f"5001\t{count}") for line in CORNERS)))


def test_groups_of_a_fence_go_with_its_corners() -> None:
    lines = [line.replace("5001\t3\t0", "5001\t3\t2") for line in CORNERS]
    fence = read_wpl(rows(HOME, *lines)).fence
    assert [item.params for item in fence] == [(3.0, 2.0, 0.0, 0.0)] * 3


def test_lists_that_are_mixed_are_parted() -> None:
    jump = "5\t0\t2\t177\t4\t5\t0\t0\t0\t0\t0\t1"
    found = read_wpl(rows(HOME, *CORNERS, SECOND.replace("2", "4", 1), jump, RALLY.replace("1", "6", 1)))
    assert (len(found.mission), len(found.fence), len(found.rally)) == (2, 3, 1)
    assert found.mission[1].params[0] == 1.0
    assert len(found.notes) == 1


def test_the_approaches_of_a_vtol_stay_with_their_rally_points() -> None:
    approach = "2\t0\t3\t31\t0\t80\t0\t0\t47.1\t8.1\t40\t1"
    assert [item.command for item in read_wpl(rows(HOME, RALLY, approach)).rally] == [5100, 31]
    mixed = read_wpl(rows(HOME, RALLY, approach, SECOND.replace("2", "3", 1)))
    assert (len(mixed.rally), len(mixed.mission)) == (1, 2)


def test_as_many_lines_are_read_as_a_list_holds() -> None:
    line = "1 0 2 20 0 0 0 0 0 0 0 1"
    assert len(read_wpl(rows(HOME, *[line] * MAX_ITEMS)).mission) == MAX_ITEMS
    assert str(MAX_ITEMS) in refusal(rows(HOME, *[line] * (MAX_ITEMS + 1)))


def test_it_is_written_for_the_strictest_reader() -> None:
    assert write_wpl(PLAN) == (
        b"QGC WPL 110\n"
        b"0\t1\t0\t16\t0.00000000\t0.00000000\t0.00000000\t0.00000000\t47.10000000\t8.10000000\t400.00000000\t1\n"
        b"1\t0\t3\t22\t15.00000000\t0.00000000\t0.00000000\t0.00000000\t47.20000000\t8.20000000\t20.00000000\t1\n"
        b"2\t0\t3\t16\t0.00000000\t1.00000000\t2.00000000\t3.00000000\t47.30000000\t8.30000000\t30.50000000\t0\n"
    )
    empty = write_wpl(PlanFile()).split(b"\n")
    assert (len(empty), empty[1].split(b"\t")[8:11]) == (3, [b"0.00000000"] * 3)


def test_unknown_numbers_and_negative_zeros_are_written_as_such() -> None:
    plan = PlanFile(mission=(waypoint(-1e-9, -0.0, params=(None, -0.0, 0.0, 1e-9)),))
    parts = write_wpl(plan).split(b"\n")[2].split(b"\t")
    assert parts[4:10] == [b"nan", b"0.00000000", b"0.00000000", b"0.00000000", b"0.00000000", b"0.00000000"]


def test_each_list_has_its_own_file() -> None:
    rally = PlanItem(command=5100, x=LAT, y=LON, z=40.0)
    plan = msgspec.structs.replace(PLAN, rally=(rally,))
    assert read_wpl(write_wpl(plan, PlanKind.RALLY).decode()) == PlanFile(rally=(rally,), home=PLAN.home)
    assert read_wpl(write_wpl(plan).decode()) == PLAN
