# SPDX-License-Identifier: Apache-2.0
"""Checksums of many frames at once find what those of single frames find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fastcrc.crc16 import mcrf4xx
from numpy.typing import NDArray

from groundstation.mavlink import frame_chain, frame_table
from groundstation.mavlink.dialect import CRC_EXTRAS, DEFINITIONS
from groundstation.mavlink.frame_chain import BLOCK_BYTES, PIECE_BLOCKS
from groundstation.mavlink.frame_table import MAX_RECORD_BYTES, STAMP_BYTES, TlogRules, read_frames
from groundstation.mavlink.frames import MAGIC_V1, MAGIC_V2, SIGNATURE_BYTES
from groundstation.mavlink.record_walk import Window

NOW_US = 1_700_000_000_000_000
PERIOD_BYTES = 32_767
"""After so many noughts a state of the checksum comes again, and not before."""
UNKNOWN_ID = 0xABCDE
FEW = 60
MANY = 3 * PIECE_BLOCKS * BLOCK_BYTES // 60
"""Frames of more than two pieces."""


def frame(msgid: int, payload: bytes, *, magic: int = MAGIC_V2, is_signed: bool = False) -> bytes:
    flags = bytes([1 if is_signed else 0, 0]) if magic == MAGIC_V2 else b""
    width = 3 if magic == MAGIC_V2 else 1
    body = bytes([magic, len(payload)]) + flags + bytes([7, 42, 1]) + msgid.to_bytes(width, "little") + payload
    extra = CRC_EXTRAS.get(msgid, b"\0")
    signature = bytes(range(1, 1 + SIGNATURE_BYTES)) if is_signed else b""
    return body + mcrf4xx(body[1:] + extra).to_bytes(2, "little") + signature


def records(frames: list[bytes]) -> list[bytes]:
    return [(NOW_US + at).to_bytes(8, "big") + one for at, one in enumerate(frames)]


def mixed(count: int, seed: int = 1) -> list[bytes]:
    """Frames of both versions, signed ones, and such of unknown messages."""
    random = np.random.default_rng(seed)
    known = [one for one in DEFINITIONS if one < 256]
    frames = []
    for at in range(count):
        payload = random.integers(0, 250, int(random.integers(1, 120)), np.uint8).tobytes()
        msgid = int(random.choice(known))
        if at % 7 == 3:
            frames.append(frame(msgid, payload, magic=MAGIC_V1))
        elif at % 11 == 5:
            frames.append(frame(msgid, payload, is_signed=True))
        elif at % 13 == 6:
            frames.append(frame(UNKNOWN_ID, payload))
        else:
            frames.append(frame(msgid, payload))
    return frames


def window_of(data: bytes) -> Window:
    return Window(np.frombuffer(data, np.uint8), len(data), len(data))


def starts_of(parts: list[bytes]) -> NDArray[np.int64]:
    return np.cumsum([0, *map(len, parts[:-1])])


@pytest.fixture
def each(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Filled with how many frames were looked at one by one, stretch by stretch."""
    seen: list[int] = []
    check = frame_table._check_each

    def noted(window: Window, headers: frame_table.FrameHeaders, *others: Any) -> None:
        seen.append(headers.starts.size)
        check(window, headers, *others)

    monkeypatch.setattr(frame_table, "_check_each", noted)
    return seen


@pytest.mark.parametrize("count", [1, FEW, MANY])
def test_frames_of_all_kinds_that_are_whole_need_no_look_at_each(count: int, each: list[int]) -> None:
    parts = records(mixed(count))
    found = read_frames(window_of(b"".join(parts)), 0)
    np.testing.assert_array_equal(found.headers.starts, starts_of(parts))
    assert found.walk.gaps == []
    assert each == []


def test_each_wrong_byte_is_found_and_only_its_block_is_looked_at(each: list[int]) -> None:
    parts = records(mixed(MANY))
    whole, starts = b"".join(parts), starts_of(parts)
    random = np.random.default_rng(3)
    for at in [0, 1, FEW, len(parts) // 2, len(parts) - 1, *random.integers(0, len(parts), 60).tolist()]:
        part = parts[at]
        is_unknown = part[STAMP_BYTES] == MAGIC_V2 and part[15:18] == UNKNOWN_ID.to_bytes(3, "little")
        signed = SIGNATURE_BYTES if part[STAMP_BYTES] == MAGIC_V2 and part[STAMP_BYTES + 2] == 1 else 0
        # sequence number, payload or checksum: what leaves the frame where it is
        head = STAMP_BYTES + (6 if part[STAMP_BYTES] == MAGIC_V1 else 10)
        place = int(random.integers(head, len(part) - signed))
        data = bytearray(whole)
        data[int(starts[at]) + place] ^= int(random.integers(1, 256))
        each.clear()
        rules, window = TlogRules(), window_of(bytes(data))
        _, good = rules.are_good(window, starts)
        assert np.flatnonzero(~good).tolist() == ([] if is_unknown else [at])
        assert len(each) == (0 if is_unknown else 1)
        assert all(count < BLOCK_BYTES // 20 for count in each)


def test_what_stands_in_stamps_and_signatures_is_not_checked(each: list[int]) -> None:
    parts = records([frame(0, bytes(9), is_signed=True)] * FEW)
    data = bytearray(b"".join(parts))
    for start in starts_of(parts).tolist():
        data[start + 7] ^= 0x55
        data[start + len(parts[0]) - 1] ^= 0x55
    assert read_frames(window_of(bytes(data)), 0).headers.starts.size == FEW
    assert each == []


@pytest.mark.parametrize("flipped", [2, 3])
def test_several_wrong_bits_of_one_block_never_add_up_to_nought(flipped: int) -> None:
    parts = records([frame(30, bytes(range(1, 29)))] * FEW)
    whole, starts = b"".join(parts), starts_of(parts)
    assert len(whole) < BLOCK_BYTES
    random = np.random.default_rng(flipped)
    window = np.frombuffer(whole, np.uint8)
    for _ in range(300):
        data = window.copy()
        frames = np.sort(random.choice(FEW, flipped, replace=False))
        # the same bit of the same byte, as of a line that is stuck, else any
        place = random.integers(18, 46) if random.random() < 0.5 else random.integers(18, 46, flipped)
        data[starts[frames] + place] ^= np.uint8(1 << int(random.integers(8)))
        _, good = TlogRules().are_good(Window(data, data.size, data.size), starts)
        assert np.flatnonzero(~good).tolist() == frames.tolist()


def test_a_block_is_shorter_than_the_checksum_s_period() -> None:
    state, steps = 1, 0
    while steps == 0 or state != 1:
        state, steps = mcrf4xx(b"\0", state), steps + 1
    # a byte more at each step: of bits it is as many, since 8 has no divisor in common with it
    assert steps == PERIOD_BYTES
    assert 8 * (BLOCK_BYTES + MAX_RECORD_BYTES) < PERIOD_BYTES


def test_stamp_and_magic_are_replaced_by_what_leads_from_nought_to_a_checksum_s_beginning() -> None:
    assert mcrf4xx(frame_chain._BEGIN.tobytes(), 0) == 0xFFFF
    for extra in range(256):
        for state in range(0, 1 << 16, 257):
            behind = np.array([mcrf4xx(bytes([extra]), state)], np.uint16)
            assert frame_chain._ends(behind, np.array([extra], np.uint16)).tolist() == [state]
