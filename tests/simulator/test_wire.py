# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.simulator.ardupilot.telemetry import BUILDERS
from groundstation.simulator.engine.wire import StreamParser, frame_v2, known_type, message_type

SPOKEN = sorted({*BUILDERS, 22, 39, 40, 42, 44, 46, 47, 73, 77, 110, 111, 244, 253})


def _values(number: int) -> dict[str, object]:
    layout = known_type(number)
    made: dict[str, object] = {}
    for place, (name, length, is_text) in enumerate(zip(layout.fields, layout.lengths, layout.text, strict=True)):
        value = place + 1
        made[name] = "AbC_1" if is_text else ([value] * length if length else value)
    return made


@pytest.mark.parametrize("number", SPOKEN)
def test_a_frame_is_the_one_pymavlink_would_have_made(number: int) -> None:
    # ids of plans are newer than that dialect: 0 is cut off their end
    known = set(dialect.mavlink_map[number].fieldnames)
    values = {name: value for name, value in _values(number).items() if name in known}
    ours = frame_v2(number, known_type(number).payload(values), sequence=7, system=42)
    generated = dialect.mavlink_map[number]
    peer = dialect.MAVLink(None, srcSystem=42, srcComponent=1)
    peer.seq = 7
    arguments = {name: value.encode() if isinstance(value, str) else value for name, value in values.items()}
    assert ours == bytes(generated(**arguments).pack(peer))


@pytest.mark.parametrize("number", SPOKEN)
def test_a_frame_is_read_back_with_the_values_it_was_made_of(number: int) -> None:
    values = _values(number)
    frame = frame_v2(number, known_type(number).payload(values), sequence=0, system=9, component=3)
    (message,) = StreamParser().feed(frame)
    assert (message.number, message.system, message.component) == (number, 9, 3)
    assert message.values == values


def test_a_first_version_frame_is_understood() -> None:
    peer = dialect.MAVLink(None, srcSystem=255, srcComponent=190)
    frame = peer.heartbeat_encode(6, 8, 0, 0, 4).pack(peer, force_mavlink1=True)
    assert frame[0] == 0xFE
    (message,) = StreamParser().feed(frame)
    assert message.values["type"] == 6


def test_a_frame_is_found_behind_noise_and_a_broken_one_is_skipped() -> None:
    parser = StreamParser()
    good = frame_v2(0, known_type(0).payload({"type": 2}), sequence=0, system=1)
    broken = good[:-1] + bytes((good[-1] ^ 0xFF,))
    assert [m.number for m in parser.feed(b"\x00\xfd\x09" + broken + good + good)] == [0, 0]
    assert parser.rejected > 0


def test_an_unknown_message_is_stepped_over() -> None:
    good = frame_v2(0, known_type(0).payload({"type": 2}), sequence=0, system=1)
    unknown = bytes((0xFD, 4, 0, 0, 0, 255, 190, 0x34, 0x12, 0x0B)) + bytes(6)
    assert message_type(0x0B1234) is None
    assert [m.number for m in StreamParser().feed(unknown + good)] == [0]


@given(st.binary(max_size=400), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_any_bytes_in_any_pieces_raise_nothing(noise: bytes, piece: int) -> None:
    parser = StreamParser()
    for start in range(0, len(noise), piece):
        parser.feed(noise[start : start + piece])
    good = frame_v2(0, known_type(0).payload({"type": 2}), sequence=0, system=1)
    assert parser.feed(good * 30)


def test_a_parser_keeps_a_bounded_backlog() -> None:
    parser = StreamParser()
    parser.feed(b"\xfd\xff" * 200_000)
    assert len(parser._pending) <= 64 * 1024


def test_not_a_number_travels() -> None:
    payload = known_type(242).payload({"q": [math.nan] * 4})
    assert all(math.isnan(value) for value in known_type(242).values(payload)["q"])
