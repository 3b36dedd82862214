# SPDX-License-Identifier: Apache-2.0
"""One reader for the parameter files of four programs; what it does not take it tells."""

from __future__ import annotations

import codecs
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.parameters.file_lines import MAX_LINE, FileKind
from groundstation.fleet.parameters.parameter import MAX_PARAMETERS, Parameter, ParamType, float32, is_same_value
from groundstation.fleet.parameters.parameter_files import (
    MAX_BYTES,
    MAX_LINES,
    ParameterFileError,
    read_parameters,
    write_parameters,
)

QGC = b"# Onboard parameters for Vehicle 7\n#\n7\t1\tWPNAV_SPEED\t1000.000000000000000000\t9\n7\t1\tRTL_ALT\t1500\t4\n"
PLANNER = b"#NOTE: made at noon\nRTL_ALT,1500\nWPNAV_SPEED,1000\n"
PROXY = b"RTL_ALT          1500.000000\nWPNAV_SPEED      1000.000000\n"
DEFAULTS = b"RTL_ALT 1500 @READONLY\nWPNAV_SPEED\t1000\n"
VALUES = {"RTL_ALT": 1500.0, "WPNAV_SPEED": 1000.0}


def values(data: bytes) -> dict[str, float]:
    return {one.name: one.value for one in read_parameters(data).parameters}


def refusals(data: bytes) -> dict[int, str]:
    """By line, beside one line that is good."""
    return {one.line: one.reason for one in read_parameters(data + b"\nGOOD 1").refused}


def refusal(data: bytes) -> str:
    with pytest.raises(ParameterFileError) as caught:
        read_parameters(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (QGC, FileKind.QGC),
        (PLANNER, FileKind.MISSION_PLANNER),
        (PROXY, FileKind.MAVPROXY),
        (DEFAULTS, FileKind.MAVPROXY),
        # written by people and converted by others
        (QGC.replace(b"\t", b" "), FileKind.QGC),
        (QGC.replace(b"\t", b","), FileKind.QGC),
        (PLANNER.replace(b",", b", "), FileKind.MISSION_PLANNER),
        (PLANNER.replace(b",", b"\t"), FileKind.MAVPROXY),
    ],
)
def test_whose_file_it_is_its_content_decides(data: bytes, kind: FileKind) -> None:
    found = read_parameters(data)
    assert (found.kind, values(data), found.refused) == (kind, VALUES, ())


@pytest.mark.parametrize("data", [QGC, PLANNER, PROXY])
@pytest.mark.parametrize(
    "change",
    [
        lambda data: codecs.BOM_UTF8 + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: data.replace(b"\n", b"\n\n   \n# \xe9t\xe9\n"),
        lambda data: data.replace(b"1500", b"0x5DC").replace(b"0x5DC.000000", b"0x5dc"),
        lambda data: codecs.BOM_UTF16_LE + data.decode().encode("utf-16-le"),
        lambda data: data.rstrip(b"\n"),
    ],
)
def test_marks_ends_of_lines_comments_and_hexadecimals_are_taken(data: bytes, change) -> None:
    found = read_parameters(change(data))
    assert ({one.name: one.value for one in found.parameters}, found.refused) == (VALUES, ())


def test_types_and_the_vehicle_come_from_files_that_have_them() -> None:
    found = read_parameters(QGC)
    assert found.parameters == (
        Parameter("RTL_ALT", 1500.0, ParamType.INT16),
        Parameter("WPNAV_SPEED", 1000.0, ParamType.REAL32),
    )
    assert found.sysid == 7
    assert read_parameters(PLANNER).parameters[0].type is None
    assert read_parameters(PLANNER).sysid is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"RTL_ALT", "no value"),
        (b"RTL_ALT fast", "no number"),
        (b"RTL_ALT nan", "no number"),
        (b"RTL_ALT inf", "no number"),
        (b"RTL_ALT 1_000", "no number"),
        ("RTL_ALT \N{ARABIC-INDIC DIGIT ONE}".encode(), "no number"),
        (b"RTL_ALT 0x1FFFFFFFFF", "no number"),
        (b"RTL_ALT 3.5e38", "beyond"),
        (b"RTL_ALT 1,5", "comma"),
        (b"RTL_ALT,1,5", "comma"),
        (b"7\t1\tRTL_ALT\t1,5\t9", "five fields"),
        (b"7\t1\tRTL_ALT\t\t9", "five fields"),
        (b"7\t1\tRTL_ALT\t5", "five fields"),
        (b"SEVENTEEN_LETTERS 5", "no name"),
        ("KÄSE 5".encode(), "no name"),
        (b"42 5", "no name"),
        (b"@include other.parm", "not followed"),
        (b"A" * (MAX_LINE + 1), "longer"),
    ],
)
def test_a_line_that_is_none_is_told_with_its_number(line: bytes, reason: str) -> None:
    found = refusals(b"# head\n" + line)
    assert list(found) == [2]
    assert reason in found[2]
    assert len(found[2]) < 200


def test_a_line_just_short_enough_and_the_largest_number_are_taken() -> None:
    line = b"GOOD 1 " + b"x" * (MAX_LINE - 7)
    assert len(line) == MAX_LINE
    assert values(line) == {"GOOD": 1.0}
    assert values(b"GOOD 3.4028234e38") == {"GOOD": pytest.approx(3.4028234e38)}


@pytest.mark.parametrize(
    ("line", "note"),
    [
        (b"GOOD 1 @READONLY", "@READONLY was passed over"),
        (b"GOOD,1,what it does", "'what it does' behind its value was passed over"),
        (b"good 1", "no name that autopilots use"),
        (b"7\t1\tGOOD\t1\t8", "type 8 is not known"),
        (b"GOOD 2\nGOOD 1", "again with another value"),
    ],
)
def test_what_is_passed_over_in_a_line_that_is_taken_is_told(line: bytes, note: str) -> None:
    found = read_parameters(line)
    assert [one.value for one in found.parameters] == [1.0]
    assert found.refused == ()
    assert len(found.notes) == 1
    assert note in found.notes[0]


@pytest.mark.parametrize("line", [b"GOOD 1 # why", b"GOOD,1 // why", b"GOOD 1\nGOOD 1"])
def test_comments_behind_values_and_the_same_said_twice_need_no_note(line: bytes) -> None:
    found = read_parameters(line)
    assert (found.notes, found.refused, values(line)) == ((), (), {"GOOD": 1.0})


def test_parameters_of_a_camera_or_of_another_vehicle_are_refused_and_told() -> None:
    data = b"7\t100\tCAM_MODE\t1\t6\n7\t1\tRTL_ALT\t5\t9\n8\t1\tRTL_ALT\t6\t9\n7\t1\tLAND_ALT\t5\t9\n"
    found = read_parameters(data)
    assert values(data) == {"LAND_ALT": 5.0, "RTL_ALT": 5.0}
    assert [one.line for one in found.refused] == [1, 3]
    # a file of a camera alone is that camera's
    assert values(data.splitlines()[0]) == {"CAM_MODE": 1.0}


@pytest.mark.parametrize(
    ("data", "is_rounded"),
    [
        (b"A 0.100000\nB 12345.678901", True),
        (b"A 0.1\nB 1234.567", True),
        (b"A 0.100000001490116119384765625", False),
        (b"A 0.12345678", False),
        (b"A 0.00001234567", True),
    ],
)
def test_whether_values_were_rounded_their_digits_tell(data: bytes, is_rounded: bool) -> None:
    assert read_parameters(data).is_rounded is is_rounded


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no parameter"),
        (b"# nothing\n", "no parameter"),
        (b"PK\x03\x04\x00\x00", "no text"),
        (b"hello world", "no number"),
        (b"A 1\n" * (MAX_BYTES // 4 + 1), "MB"),
        (b"#\n" * MAX_LINES + b"A 1", "lines"),
        (b"".join(b"A%d 1\n" % number for number in range(MAX_PARAMETERS + 1)), "parameters"),
    ],
)
def test_what_is_no_parameter_file_is_refused_in_one_line(data: bytes, word: str) -> None:
    assert word in refusal(data)


def test_as_many_parameters_and_lines_as_are_allowed_are_taken() -> None:
    assert len(read_parameters(b"".join(b"A%d 1\n" % number for number in range(MAX_PARAMETERS))).parameters) == 10_000
    assert values(b"#\n" * (MAX_LINES - 1) + b"A 1") == {"A": 1.0}


@given(st.binary(max_size=300))
def test_no_bytes_make_anything_but_a_file_or_a_refusal(data: bytes) -> None:
    try:
        found = read_parameters(data)
    except ParameterFileError:
        return
    assert found.parameters


KINDS = st.sampled_from([ParamType.REAL32, ParamType.INT8, ParamType.INT16, ParamType.INT32, ParamType.UINT32])
LIMITS = {ParamType.INT8: (-128, 127), ParamType.INT16: (-32768, 32767), ParamType.INT32: (-(2**31), 2**31 - 1)}


@st.composite
def parameter_sets(draw) -> tuple[Parameter, ...]:
    names = draw(
        st.lists(st.from_regex(r"[A-Z_][A-Z0-9_]{0,15}", fullmatch=True), min_size=1, max_size=12, unique=True)
    )
    found = []
    for name in sorted(names):
        kind = draw(KINDS)
        low, high = LIMITS.get(kind, (0, 2**32 - 1))
        whole = st.integers(low, high).map(float)
        value = draw(st.floats(width=32, allow_nan=False, allow_infinity=False) if kind is ParamType.REAL32 else whole)
        found.append(Parameter(name, value, kind))
    return tuple(found)


def bits(value: float) -> bytes:
    return struct.pack("<f", value)


@given(parameter_sets(), st.sampled_from(list(FileKind)), st.text(max_size=40))
@pytest.mark.long
def test_what_was_written_is_read_again_exactly(found, kind: FileKind, comment: str) -> None:
    again = read_parameters(write_parameters(found, kind, comment=comment, sysid=3))
    assert (again.refused, again.notes) == ((), ())
    assert [one.name for one in again.parameters] == [one.name for one in found]
    for one, other in zip(found, again.parameters, strict=True):
        same = bits(one.value) == bits(other.value) if one.type is ParamType.REAL32 else one.value == other.value
        assert same
        assert other.type is (one.type if kind is FileKind.QGC else None)


@pytest.mark.parametrize(
    ("text", "is_fine"), [("3.4028235e+38", True), ("-3.4028235e+38", True), ("3.4028236e+38", False)]
)
def test_the_largest_number_is_read_as_it_is_written_and_one_step_more_is_refused(text, is_fine) -> None:
    found = read_parameters(f"A 1\nB {text}\n".encode())
    assert [one.name for one in found.parameters] == (["A", "B"] if is_fine else ["A"])
    assert bool(found.refused) is not is_fine


@given(parameter_sets())
@pytest.mark.long
def test_what_mavproxy_writes_itself_is_the_same_within_its_rounding(found) -> None:
    rows = "".join(f"{one.name:<16.16s} {one.value:f}\n" for one in found if abs(one.value) < 1e20)
    if not rows:
        return
    again = read_parameters(rows.encode())
    assert again.is_rounded
    known = {one.name: one for one in found}
    assert all(is_same_value(known[one.name].value, one.value, None, is_rounded=True) for one in again.parameters)


def test_files_look_like_those_of_their_programs() -> None:
    found = [Parameter("WPNAV_SPEED", 1000.0, ParamType.REAL32), Parameter("A_GAIN", float32(0.1), ParamType.REAL32)]
    assert write_parameters(found, FileKind.MISSION_PLANNER) == b"A_GAIN,0.1\nWPNAV_SPEED,1000\n"
    assert write_parameters(found, FileKind.MAVPROXY) == b"A_GAIN           0.1\nWPNAV_SPEED      1000\n"
    rows = write_parameters(found, FileKind.QGC, sysid=7, comment="a\nb").split(b"\n")
    assert rows[:2] == [b"# a", b"# b"]
    assert rows[-3:] == [b"7\t1\tA_GAIN\t0.1\t9", b"7\t1\tWPNAV_SPEED\t1000\t9", b""]


def test_what_can_not_be_written_is_refused_and_what_is_no_number_is_told() -> None:
    assert (
        write_parameters([Parameter("A", float("nan"), ParamType.REAL32)], FileKind.MAVPROXY)
        == b"# A is no number (nan)\n"
    )
    for one, kind in (
        (Parameter("A", 1.0), FileKind.QGC),
        (Parameter("A,B", 1.0), FileKind.MISSION_PLANNER),
        (Parameter("#A", 1.0), FileKind.MAVPROXY),
        (Parameter("A\nB", 1.0), FileKind.MAVPROXY),
        (Parameter("A", 1.5, ParamType.INT8), FileKind.MAVPROXY),
    ):
        with pytest.raises(ParameterFileError):
            write_parameters([one], kind)
