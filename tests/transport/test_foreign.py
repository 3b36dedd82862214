# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import cbor2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.sensors import PayloadKind, SensorReading
from groundstation.logs.readers.json_fields import content
from groundstation.transport.bus import Message
from groundstation.transport.foreign import MAX_NUMBERS, _numbers, reading_from_message


def read(payload: bytes, size: int | None = None, topic: str = "t") -> SensorReading:
    return reading_from_message(Message(topic, payload, len(payload) if size is None else size, 0, False, 7.0))


@pytest.mark.parametrize(
    ("payload", "value"),
    [(b"45", 45.0), (b"-1.5e3", -1500.0), (b" 21,5\n", 21.5), (b"+3", 3.0), (b".5", 0.5), (b"0", 0.0)],
)
def test_plain_numbers(payload, value) -> None:
    reading = read(payload)
    assert reading.kind is PayloadKind.NUMBER
    assert reading.numbers == {"": value}


@pytest.mark.parametrize("payload", [b"nan", b"inf", b"-inf", b"1e999", b"1,2,3", b"12 34", b"0x10", b"1_000"])
def test_what_only_looks_like_a_number_is_none(payload) -> None:
    assert read(payload).kind is not PayloadKind.NUMBER
    assert "" not in read(payload).numbers


def test_numbers_in_json_have_paths() -> None:
    reading = read('{"nem": 45, "iç": {"sıcaklık": [20.5, true, null, "x"]}}'.encode())
    assert reading.kind is PayloadKind.JSON
    assert reading.numbers == {"nem": 45.0, "iç.sıcaklık.0": 20.5, "iç.sıcaklık.1": 1.0}


def test_text_binary_empty_and_large() -> None:
    assert read("açık".encode()).kind is PayloadKind.TEXT
    assert read(b"\x00\xff\x80").kind is PayloadKind.BINARY
    assert read(b"\x00\xff\x80").text == "00 ff 80"
    assert read(b"").kind is PayloadKind.EMPTY
    large = read(b"1" * 1000, size=268_000_000)
    assert large.kind is PayloadKind.OVERSIZE
    assert large.size_bytes == 268_000_000
    assert len(large.text) < 500


def test_two_bytes_work() -> None:
    assert read(b"45").numbers == {"": 45.0}


def test_a_flood_of_numbers_is_cut() -> None:
    payload = b"[" + b",".join(b"1" for _ in range(20_000)) + b"]"
    assert len(read(payload).numbers) == MAX_NUMBERS


def test_control_characters_do_not_reach_the_screen() -> None:
    assert "\x1b" not in read(b"\x1b[31mred").text
    assert "\n" not in read(b"a\nb").text


@given(st.binary(max_size=300) | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
    lambda value: repr(value).encode(errors="replace")))  # fmt: skip
def test_nothing_raises(payload: bytes) -> None:
    reading = read(payload)
    assert all(number == number for number in reading.numbers.values())  # noqa: PLR0124


@pytest.mark.parametrize("payload", [b"[" * 60_000, b'{"a":' * 12_000, b"9" * 60_000, b'{"a":1' + b"0" * 5_000 + b"}"])
def test_bombs(payload: bytes) -> None:
    read(payload)


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ("nem 45\N{NO-BREAK SPACE}%", "nem 45 %"),
        ("\N{FAMILY}\N{ZERO WIDTH JOINER}x", "\N{FAMILY}\N{ZERO WIDTH JOINER}x"),
        ("می\N{ZERO WIDTH NON-JOINER}روم", "می\N{ZERO WIDTH NON-JOINER}روم"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "a b"),
        ("a\N{LINE SEPARATOR}b\x85c", "a b c"),
        ("\x1b[31mred", " [31mred"),
        ("a\0", "a "),
        ("\N{SOFT HYPHEN}soft", " soft"),
    ],
)
def test_valid_utf_8_is_text_and_what_steers_a_screen_is_a_blank(payload: str, shown: str) -> None:
    reading = read(payload.encode())
    assert (reading.kind, reading.text) == (PayloadKind.TEXT, shown)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(b"a\x01", PayloadKind.TEXT), (b"a\x01\x02", PayloadKind.BINARY), (b"\x01\x00\x00\x00", PayloadKind.BINARY)],
)
def test_what_is_mostly_control_characters_is_no_text(payload: bytes, kind: PayloadKind) -> None:
    assert read(payload).kind is kind


def test_a_large_text_that_is_cut_inside_a_letter_is_text() -> None:
    for cut in (63, 64, 65):
        beginning = ("ğ" * 200).encode()[:cut]
        reading = read(beginning, size=100_000_000)
        assert reading.kind is PayloadKind.OVERSIZE
        assert reading.text.startswith("ğğğ"), cut


@pytest.mark.parametrize(
    "payload",
    [
        b'{"t": 21.5, "odd": NaN}',
        b'{"odd": Infinity, "t": 21.5}',
        b'{"odd": 1e999, "t": 21.5}',
        b'{"t": 21.5, "unit": "\xb0C"}',
        b'{"t": 21.5, "odd": "\\ud800"}',
        b'{"t": 21.5, "odd": ' + b"9" * 5_000 + b"}",
        b'\xef\xbb\xbf{"t": 21.5}\r\n',
        b'{"t": 21.5}\0',
        b'{"t": 21.5, "odd": "a\nb"}',
    ],
)
def test_one_odd_value_costs_nothing_of_the_rest(payload: bytes) -> None:
    reading = read(payload)
    assert (reading.kind, reading.numbers) == (PayloadKind.JSON, {"t": 21.5})
    said = content(payload)
    assert said["t"] == 21.5


def test_a_number_that_a_device_ends_as_c_does_is_one() -> None:
    assert read(b"21.5\0").numbers == {"": 21.5}
    assert content(b"21,5\n") == {"value": 21.5}
    assert content(b"1,2,x,y") == {"text": "1,2,x,y"}
    assert content(b"1,2,3") == {"0": 1.0, "1": 2.0, "2": 3.0}
    assert content(cbor2.dumps({1: {"nem": 3}})) == {"1": {"nem": 3}}
    assert content(msgspec.msgpack.encode([1, 2])) == {"value": [1, 2]}


PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.mark.parametrize(
    ("payload", "kind", "numbers"),
    [
        (cbor2.dumps({"nem": 45, "t": [20.5, None]}), PayloadKind.CBOR, {"nem": 45.0, "t.0": 20.5}),
        (cbor2.dumps([1, 2.5, "x"]), PayloadKind.CBOR, {"0": 1.0, "1": 2.5}),
        (cbor2.dumps(cbor2.CBORTag(55799, {"a": 1})), PayloadKind.BINARY, {}),
        (msgspec.msgpack.encode({"nem": 45, "on": True}), PayloadKind.MSGPACK, {"nem": 45.0, "on": 1.0}),
        (msgspec.msgpack.encode([7, 8]), PayloadKind.MSGPACK, {"0": 7.0, "1": 8.0}),
        (cbor2.dumps({"nem": 45}) + b"\0", PayloadKind.BINARY, {}),
        (cbor2.dumps({1: 2}), PayloadKind.CBOR, {"1": 2.0}),
        (b"1,2,3", PayloadKind.CSV, {"0": 1.0, "1": 2.0, "2": 3.0}),
        (b"1,5;2,5\n", PayloadKind.CSV, {"0": 1.5, "1": 2.5}),
        (b"time;nem;t\n10:00;45;20.5\n10:01;46;21\n", PayloadKind.CSV, {"nem": 46.0, "t": 21.0}),
        ("sıcaklık\tnem\n1\t2".encode(), PayloadKind.CSV, {"sıcaklık": 1.0, "nem": 2.0}),
        (b"kabin1,45,20.5", PayloadKind.CSV, {"1": 45.0, "2": 20.5}),
        (b"May, 2024", PayloadKind.TEXT, {}),
        (b"Door open, code 7, since 3", PayloadKind.TEXT, {}),
        (b"1_000,2_000", PayloadKind.TEXT, {}),
        (PNG, PayloadKind.IMAGE, {}),
        (b"\xff\xd8\xff\xe0" + bytes(90_000), PayloadKind.IMAGE, {}),
        (b"\x83\xa1", PayloadKind.BINARY, {}),
        (bytes(range(256)), PayloadKind.BINARY, {}),
    ],
)
def test_what_is_packed_or_in_columns_is_read(payload, kind, numbers) -> None:
    reading = read(payload)
    assert (reading.kind, reading.numbers) == (kind, numbers)


def test_what_is_packed_is_shown_as_json_would_be() -> None:
    assert read(cbor2.dumps({"iç": [1, "x"]})).text == '{"iç": [1, "x"]}'
    assert read(PNG).text == "PNG"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    )
)
def test_all_numbers_of_a_packed_value_are_those_of_its_json(value) -> None:
    wanted = dict(_numbers(value, "", 0))
    if isinstance(value, dict) and value:
        for packed in (cbor2.dumps(value), msgspec.msgpack.encode(value)):
            reading = read(packed)
            if reading.kind in (PayloadKind.CBOR, PayloadKind.MSGPACK):
                assert reading.numbers == wanted
            else:
                # a short map may be text too, or a number
                assert packed.isascii() or reading.kind is PayloadKind.TEXT


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(payload) -> None:
    reading = read(payload)
    assert len(reading.text) <= 400


@pytest.mark.parametrize(
    "payload", [b"\x9f" * 60_000, b"\x81" * 60_000, b"\xa1\x61a" * 20_000, b"\xdb" + b"\xff" * 8, b"\x91" * 60_000]
)
def test_what_is_meant_to_break_readers_breaks_nothing(payload) -> None:
    assert read(payload).numbers == {}
