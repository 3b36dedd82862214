# SPDX-License-Identifier: Apache-2.0
"""Our frame reader against pymavlink's, on real captures and on damage."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as dialect
from pymavlink.generator.mavcrc import x25crc

from groundstation.mavlink.dialect import DEFINITIONS, LATER_FIELDS, PARAM_BITS, unpack
from groundstation.mavlink.frames import Frame, FrameParser, frame_bytes
from tests.conftest import shared_log
from tests.support.peer_tlog import pymavlink_log

HEARTBEAT = dialect.MAVLink_heartbeat_message(2, 3, 81, 4, 4, 3)


def sender(sysid: int = 1) -> dialect.MAVLink:
    return dialect.MAVLink(None, srcSystem=sysid, srcComponent=1)


def log_frames(name: str) -> list[bytes]:
    log = pymavlink_log(shared_log(name))
    frames = []
    while (message := log.recv_match()) is not None:
        if not message.get_type().startswith(("BAD", "UNKNOWN")):
            frames.append(bytes(message.get_msgbuf()))
    return frames


@pytest.mark.parametrize("name", ["copter_boot.tlog", "px4_refused_arming.tlog", "copter_mission.tlog"])
def test_every_frame_of_a_capture_is_read_as_pymavlink_reads_it(name: str) -> None:
    frames = log_frames(name)
    parser = FrameParser()
    ours = parser.feed(b"".join(frames))
    assert [one.raw for one in ours] == frames
    assert parser.damaged == parser.skipped_bytes == 0
    theirs = dialect.MAVLink(None)
    for frame in ours:
        message = theirs.decode(bytearray(frame.raw))
        head = message.get_header()
        assert (frame.msgid, frame.sysid, frame.compid, frame.seq) == (
            head.msgId,
            head.srcSystem,
            head.srcComponent,
            head.seq,
        )
        assert_equal_fields(frame.payload, unpack(frame.msgid, frame.payload), message)


def assert_equal_fields(payload: bytes, fields: dict, message: object) -> None:
    for name, value in fields.items():
        if name == PARAM_BITS:
            assert value.to_bytes(4, "little") == payload[:4].ljust(4, b"\0")
            continue
        if name in LATER_FIELDS.get(message.get_msgId(), ()):
            continue  # which that dialect lacks
        expected = getattr(message, name)
        expected = tuple(expected) if isinstance(expected, list) else expected
        assert repr(value) == repr(expected), f"{message.get_type()}.{name}"


def test_every_message_of_the_dialect_is_unpacked_as_pymavlink_does() -> None:
    rng = random.Random(7)
    for msgid, definition in DEFINITIONS.items():
        if msgid not in dialect.mavlink_map:
            continue  # COMMAND_CANCEL and COMPONENT_METADATA, which are defined here
        payload = bytes(rng.randrange(1, 128) for _ in range(definition.layout.size))
        frame = frame_bytes(msgid, payload, 3, 9, 8)
        assert_equal_fields(payload, unpack(msgid, payload), dialect.MAVLink(None).decode(bytearray(frame)))


def test_a_message_that_pymavlink_lacks_has_the_checksum_of_its_definition() -> None:
    """MAVLink guide, "CRC_EXTRA calculation": name and fields in wire order through the X.25 checksum."""
    cancel = (("uint16_t", "command"), ("uint8_t", "target_system"), ("uint8_t", "target_component"))
    metadata = (("uint32_t", "time_boot_ms"), ("uint32_t", "file_crc"), ("char", "uri"))
    for msgid, fields, length in ((80, cancel, b""), (397, metadata, bytes([100]))):
        crc = x25crc()
        crc.accumulate_str(f"{DEFINITIONS[msgid].name} ")
        for kind, name in fields:
            crc.accumulate_str(f"{kind} ")
            crc.accumulate_str(f"{name} ")
        # of an array, which is the last of them here, its length
        crc.accumulate(length)
        assert DEFINITIONS[msgid].crc_extra[0] == (crc.crc & 0xFF) ^ (crc.crc >> 8)


def test_fields_that_are_newer_than_pymavlink_stand_behind_all_others_and_are_0_where_they_are_cut_off() -> None:
    """MAVLink common.xml: MISSION_CURRENT has seq, then total, state and mode as extensions, then the three ids."""
    whole = struct.pack("<HHBBIII", 3, 9, 2, 1, 0xDEADBEEF, 0, 7)
    fields = unpack(42, whole)
    assert (fields["seq"], fields["total"], fields["mission_mode"]) == (3, 9, 1)
    assert [fields[name] for name in LATER_FIELDS[42]] == [0xDEADBEEF, 0, 7]
    for length in range(2, len(whole)):
        cut = unpack(42, whole[:length])
        assert [cut[name] for name in LATER_FIELDS[42]] == [
            0xDEADBEEF & ((1 << 8 * max(0, min(4, length - 6))) - 1), 0, 7 if length > 14 else 0,
        ]  # fmt: skip
    assert unpack(44, struct.pack("<HBBBI", 5, 255, 190, 1, 99))["opaque_id"] == 99
    assert unpack(47, struct.pack("<BBBBI", 255, 190, 0, 2, 98))["opaque_id"] == 98


def test_version_1_and_signed_frames() -> None:
    v1, signed = sender(), sender()
    signed.signing.secret_key = b"k" * 32
    signed.signing.sign_outgoing = True
    data = HEARTBEAT.pack(v1, force_mavlink1=True) + HEARTBEAT.pack(signed)
    first, second = FrameParser().feed(data)
    assert (first.version, first.is_signed, second.version, second.is_signed) == (1, False, 2, True)
    assert unpack(0, first.payload) == unpack(0, second.payload)


@given(st.lists(st.integers(1, 40), max_size=60))
def test_frames_cut_anywhere_are_joined(sizes: list[int]) -> None:
    mav = sender()
    whole = b"".join(HEARTBEAT.pack(mav) for _ in range(20))
    parser, found, place = FrameParser(), [], 0
    for size in sizes:
        found += parser.feed(whole[place : place + size])
        place += size
    found += parser.feed(whole[place:])
    assert b"".join(one.raw for one in found) == whole


@settings(max_examples=300)
@given(st.data())
def test_damage_costs_the_damaged_frame_at_most(data) -> None:
    """A flipped byte may make a false start that waits for more, never lose the frames behind it once it is given up."""
    mav = sender()
    frames = [HEARTBEAT.pack(mav) for _ in range(30)]
    place = data.draw(st.integers(0, 29))
    broken = bytearray(frames[place])
    broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    parser = FrameParser()
    found = parser.feed(b"".join([*frames[:place], bytes(broken), *frames[place + 1 :]])) + parser.flush()
    kept = {one.raw for one in found if one.is_known}
    assert kept >= {bytes(one) for number, one in enumerate(frames) if number != place}


@given(st.binary(max_size=2_000))
def test_no_bytes_raise_and_nothing_grows(data: bytes) -> None:
    parser = FrameParser()
    for start in range(0, len(data), 100):
        parser.feed(data[start : start + 100])
    assert len(parser._rest) <= 300
    parser.flush()
    assert parser._rest == b""


def test_a_frame_of_an_unknown_message_is_counted_and_not_believed() -> None:
    raw = bytes([0xFD, 4, 0, 0, 77, 5, 1, 0x9A, 1, 0]) + b"abcd" + b"\x12\x34"
    good = HEARTBEAT.pack(sender())
    parser = FrameParser()
    unknown, known = parser.feed(raw + good)
    assert (unknown.is_known, unknown.msgid, unknown.sysid, unknown.seq) == (False, 410, 5, 77)
    assert known.is_known
    assert parser.unknown == 1


def test_our_frames_are_what_pymavlink_packs() -> None:
    mav = dialect.MAVLink(None, srcSystem=255, srcComponent=190)
    theirs = dialect.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3).pack(mav)
    payload = DEFINITIONS[0].layout.pack(0, 6, 8, 0, 4, 3)
    assert frame_bytes(0, payload, 0, 255, 190) == bytes(theirs)


def test_a_frame_is_a_plain_value() -> None:
    (frame,) = FrameParser().feed(HEARTBEAT.pack(sender(3)))
    assert isinstance(frame, Frame)
    assert frame.sysid == 3
