# SPDX-License-Identifier: Apache-2.0
"""Values of parameters on the wire, in both encodings."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.parameters.parameter import Parameter, ParamType, float32
from groundstation.fleet.phrases import code_of
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.encode import whole_payload
from groundstation.mavlink.param_wire import (
    BYTEWISE_BIT,
    C_CAST_BIT,
    Encoding,
    ParamTarget,
    encoding_of,
    hash_bits,
    hash_message,
    list_request,
    parameter_of,
    read_by_index,
    read_by_name,
    set_message,
    why_not,
)

TARGET = ParamTarget(7, 1)
C_CAST, BYTEWISE = Encoding.C_CAST, Encoding.BYTEWISE
SET = MSGIDS["PARAM_SET"]


def value_payload(bits: bytes, kind: int, name: str = "A") -> bytes:
    _, payload = whole_payload("PARAM_VALUE", param_id=name, param_type=kind, param_count=1)
    return bits + payload[4:]


def heard(bits: bytes, kind: int, encoding: Encoding) -> Parameter:
    return parameter_of(unpack(MSGIDS["PARAM_VALUE"], value_payload(bits, kind)), encoding)


def sent_and_heard(parameter: Parameter, encoding: Encoding) -> Parameter:
    """What a vehicle would tell that stores the four bytes as they are."""
    assert why_not(parameter, encoding) is None
    msgid, payload = set_message(parameter, TARGET, encoding)
    fields = unpack(msgid, payload)
    assert (fields["target_system"], fields["target_component"]) == (7, 1)
    return parameter_of(fields, encoding)


@pytest.mark.parametrize(
    ("capabilities", "autopilot", "encoding"),
    [
        (None, Autopilot.ARDUPILOT, C_CAST),
        (None, Autopilot.PX4, BYTEWISE),
        (None, Autopilot.UNKNOWN, C_CAST),
        (0, Autopilot.PX4, BYTEWISE),
        (BYTEWISE_BIT, Autopilot.ARDUPILOT, BYTEWISE),
        (C_CAST_BIT | 1, Autopilot.PX4, C_CAST),
        (C_CAST_BIT | BYTEWISE_BIT, Autopilot.PX4, BYTEWISE),
        (C_CAST_BIT | BYTEWISE_BIT, Autopilot.ARDUPILOT, C_CAST),
    ],
)
def test_the_encoding_is_told_by_its_bit_or_else_by_habit(capabilities, autopilot, encoding) -> None:
    assert encoding_of(capabilities, autopilot) is encoding


@pytest.mark.parametrize(
    ("bits", "kind", "encoding", "value"),
    [
        (struct.pack("<f", 4.0), 6, C_CAST, 4.0),
        (struct.pack("<f", -1.0), 2, C_CAST, -1.0),
        (struct.pack("<i", 4), 6, BYTEWISE, 4.0),
        # NaN as a float
        (struct.pack("<i", -1), 6, BYTEWISE, -1.0),
        # a NaN that Python's float does not keep
        (struct.pack("<i", -5_000_000), 6, BYTEWISE, -5_000_000.0),
        (struct.pack("<I", 4_294_967_295), 5, BYTEWISE, 4_294_967_295.0),
        (b"\xff\0\0\0", 2, BYTEWISE, -1.0),
        (b"\xff\0\0\0", 1, BYTEWISE, 255.0),
        (b"\xfe\xff\0\0", 4, BYTEWISE, -2.0),
        (b"\xfe\xff\0\0", 3, BYTEWISE, 65_534.0),
        (struct.pack("<f", 0.5), 9, BYTEWISE, 0.5),
        (struct.pack("<f", 0.5), 9, C_CAST, 0.5),
        (struct.pack("<f", 0.5), 10, BYTEWISE, 0.5),
        # 64 bits, and no type at all
        (struct.pack("<f", 8.0), 8, BYTEWISE, 8.0),
        (struct.pack("<f", 8.0), 77, C_CAST, 8.0),
    ],
)
def test_what_is_heard(bits: bytes, kind: int, encoding: Encoding, value: float) -> None:
    found = heard(bits, kind, encoding)
    assert found.value == value
    assert found.type == (kind if kind in {one.value for one in ParamType} else ParamType.REAL32)


def test_whole_numbers_are_heard_from_fields_without_their_bits_too() -> None:
    fields = {"param_id": "A", "param_type": 6, "param_value": struct.unpack("<f", struct.pack("<i", -1))[0]}
    assert parameter_of(fields, BYTEWISE).value == -1.0


@given(st.integers(-(2**31), 2**31 - 1))
@example(-5_000_000)
@example(2_140_000_000)
def test_every_whole_number_travels_bytewise(value: int) -> None:
    wanted = Parameter("A", float(value), ParamType.INT32)
    assert sent_and_heard(wanted, BYTEWISE) == wanted


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (ParamType.INT8, (-128, -1, 127)),
        (ParamType.UINT8, (0, 200, 255)),
        (ParamType.INT16, (-32_768, 300, 32_767)),
        (ParamType.UINT16, (0, 40_000, 65_535)),
        (ParamType.UINT32, (0, 70_000, 4_294_967_040)),
    ],
)
def test_whole_numbers_of_every_size_travel(kind: ParamType, values: tuple[int, ...], encoding: Encoding) -> None:
    for value in values:
        wanted = Parameter("A", float(value), kind)
        assert sent_and_heard(wanted, encoding) == wanted


@given(st.integers(-(2**24), 2**24))
def test_whole_numbers_up_to_two_to_the_24_travel_as_floats(value: int) -> None:
    wanted = Parameter("A", float(value), ParamType.INT32)
    assert sent_and_heard(wanted, C_CAST) == wanted


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(list(Encoding)))
def test_every_real_number_travels(value: float, encoding: Encoding) -> None:
    wanted = Parameter("SIXTEEN_LETTERS_", value, ParamType.REAL32)
    found = sent_and_heard(wanted, encoding)
    assert found.name == wanted.name
    assert struct.pack("<f", found.value) == struct.pack("<f", value)


@pytest.mark.parametrize(
    ("value", "kind", "encoding", "code"),
    [
        (math.nan, ParamType.REAL32, C_CAST, "param_no_number"),
        (math.inf, ParamType.REAL32, BYTEWISE, "param_no_number"),
        (-math.inf, ParamType.INT8, C_CAST, "param_no_number"),
        (3.5e38, ParamType.REAL32, C_CAST, "param_no_number"),
        (3.4028234e38, ParamType.REAL32, C_CAST, ""),
        (1.0, None, C_CAST, "param_no_type"),
        (16_777_216.0, ParamType.INT32, C_CAST, ""),
        (16_777_217.0, ParamType.INT32, C_CAST, "param_not_exact"),
        # the vehicle's to cut and to limit, which is read back
        (3.7, ParamType.INT16, C_CAST, ""),
        (99_999.0, ParamType.INT16, C_CAST, ""),
        # that can't be said bytewise
        (3.7, ParamType.INT32, BYTEWISE, "param_not_exact"),
        (127.0, ParamType.INT8, BYTEWISE, ""),
        (128.0, ParamType.INT8, BYTEWISE, "param_not_exact"),
        (-1.0, ParamType.UINT8, BYTEWISE, "param_not_exact"),
        (2_147_483_647.0, ParamType.INT32, BYTEWISE, ""),
        (2_147_483_648.0, ParamType.INT32, BYTEWISE, "param_not_exact"),
    ],
)
def test_what_can_not_be_said_is_refused(value: float, kind, encoding: Encoding, code: str) -> None:
    assert code_of(why_not(Parameter("A", value, kind), encoding) or "") == code


@pytest.mark.parametrize("name", ["", "SEVENTEEN_LETTERS", "KÄSE", "A\0B", "_HASH_CHECK"])
def test_no_name_that_the_wire_can_not_carry(name: str) -> None:
    assert code_of(why_not(Parameter(name, 1.0, ParamType.REAL32), C_CAST) or "") == "param_no_name"


def test_requests_are_for_a_name_or_for_a_place() -> None:
    def fields(message: tuple[int, bytes]) -> dict:
        return unpack(*message)

    by_name, by_index = fields(read_by_name("RTL_ALT", TARGET)), fields(read_by_index(403, TARGET))
    assert (by_name["param_index"], by_name["param_id"]) == (-1, "RTL_ALT")
    assert (by_index["param_index"], by_index["param_id"]) == (403, "")
    assert fields(list_request(TARGET)) == {"target_system": 7, "target_component": 1}


@given(st.integers(0, 2**32 - 1))
def test_the_hash_is_said_with_the_bits_that_it_was_heard_with(value: int) -> None:
    told = unpack(MSGIDS["PARAM_VALUE"], value_payload(value.to_bytes(4, "little"), 5, "_HASH_CHECK"))
    assert hash_bits(told) == value
    msgid, payload = hash_message(hash_bits(told), TARGET)
    assert msgid == SET
    assert payload[:4] == value.to_bytes(4, "little")
    assert (unpack(msgid, payload)["param_id"], unpack(msgid, payload)["param_type"]) == ("_HASH_CHECK", 5)


def test_values_are_as_doubled_by_float32() -> None:
    assert sent_and_heard(Parameter("A", 0.1, ParamType.REAL32), C_CAST).value == float32(0.1)
