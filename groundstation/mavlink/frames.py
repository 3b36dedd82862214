# SPDX-License-Identifier: Apache-2.0
"""Finds MAVLink 1 and 2 frames in a stream of bytes and checks them. Sans-I/O, one parser for each peer.

Layout and checksum: MAVLink guide, "Packet Serialization". A frame of an unknown message can't be checked; it is
counted and told apart, never decoded.
"""

from __future__ import annotations

import struct

import msgspec
from fastcrc.crc16 import mcrf4xx

from groundstation.mavlink.dialect import CRC_EXTRAS

MAGIC_V1 = 0xFE
MAGIC_V2 = 0xFD
SIGNED_FLAG = 0x01
"""Incompatibility flag of a signed frame; any other flag means a frame we can't read."""
SIGNATURE_BYTES = 13
MAX_FRAME_BYTES = 280
"""10 header + 255 payload + 2 checksum + 13 signature."""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One frame with a good checksum, or one of an unknown message."""

    msgid: int
    sysid: int
    compid: int
    seq: int
    payload: bytes
    version: int
    """1 or 2."""
    is_signed: bool
    is_known: bool
    """False when the dialect doesn't have the message: unchecked, only to be counted."""
    raw: bytes
    """The whole frame as received."""


class FrameParser:
    """Bytes in, frames out. Keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = b""
        self.damaged = 0
        """Frames refused: bad checksum or unknown flags."""
        self.skipped_bytes = 0
        """Bytes that belonged to no frame."""
        self.unknown = 0
        """Frames of messages that the dialect doesn't have."""

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes in.

        Args:
            data: as received, any length, frames may be cut anywhere.

        Returns:
            The frames completed by them.
        """
        buffer = self._rest + data if self._rest else data
        frames: list[Frame] = []
        place, end = 0, len(buffer)
        while place < end:
            magic = buffer[place]
            if magic == MAGIC_V2:
                step = self._version2(buffer, place, end, frames)
            elif magic == MAGIC_V1:
                step = self._version1(buffer, place, end, frames)
            else:
                step = _to_next_magic(buffer, place, end)
                self.skipped_bytes += step
            if step == 0:
                break
            place += step
        self._rest = buffer[place:] if place < end else b""
        return frames

    def whole(self, data: bytes) -> Frame | None:
        """Read a datagram that is exactly one good, unsigned frame of MAVLink 2, as nearly all are.

        Args:
            data: the datagram.

        Returns:
            Its frame; None for any other datagram, which `feed` and `flush` take apart.
        """
        size = len(data)
        if size < 12 or self._rest:
            return None
        magic, length, flags, _, seq, sysid, compid, low, high = _START_V2.unpack_from(data)
        # a signed one has 13 bytes more, and takes the long way
        if magic != MAGIC_V2 or flags or size != length + 12:
            return None
        msgid = low | high << 16
        extra = CRC_EXTRAS.get(msgid)
        if extra is None or mcrf4xx(data[1:-2] + extra) != data[-2] | data[-1] << 8:
            return None
        return Frame(msgid, sysid, compid, seq, data[10:-2], 2, False, True, data)

    def flush(self) -> list[Frame]:
        """Give up on an unfinished frame, as at the end of a datagram; frames hidden behind a false start come out."""
        frames: list[Frame] = []
        while self._rest:
            # one byte behind the false start, until what is left is no beginning of a frame any more
            rest, self._rest = self._rest[1:], b""
            self.skipped_bytes += 1
            frames += self.feed(rest)
        return frames

    def _version2(self, buffer: bytes, place: int, end: int, frames: list[Frame]) -> int:
        """One frame at `place`; returns how many bytes to go on, 0 for "wait for more"."""
        if end - place < 12:
            return 0
        length = buffer[place + 1]
        flags = buffer[place + 2]
        body_end = place + 10 + length
        is_signed = flags == SIGNED_FLAG
        # the signature is stepped over: we have no key to check it with
        frame_end = body_end + 2 + (SIGNATURE_BYTES if is_signed else 0)
        if flags & ~SIGNED_FLAG:
            return self._refuse()
        if frame_end > end:
            return 0
        msgid = buffer[place + 7] | buffer[place + 8] << 8 | buffer[place + 9] << 16
        extra = CRC_EXTRAS.get(msgid)
        if extra is None:
            return self._unknown(buffer, place, frame_end, msgid, frames)
        checksum = buffer[body_end] | buffer[body_end + 1] << 8
        if mcrf4xx(buffer[place + 1 : body_end] + extra) != checksum:
            return self._refuse()
        frames.append(
            Frame(
                msgid,
                buffer[place + 5],
                buffer[place + 6],
                buffer[place + 4],
                buffer[place + 10 : body_end],
                2,
                is_signed,
                True,
                buffer[place:frame_end],
            )
        )
        return frame_end - place

    def _version1(self, buffer: bytes, place: int, end: int, frames: list[Frame]) -> int:
        if end - place < 8:
            return 0
        body_end = place + 6 + buffer[place + 1]
        frame_end = body_end + 2
        if frame_end > end:
            return 0
        msgid = buffer[place + 5]
        extra = CRC_EXTRAS.get(msgid)
        checksum = buffer[body_end] | buffer[body_end + 1] << 8
        # version 1 has no way to step over a message that is not known: only its checksum shows that it is a frame
        if extra is None or mcrf4xx(buffer[place + 1 : body_end] + extra) != checksum:
            return self._refuse()
        frames.append(
            Frame(
                msgid,
                buffer[place + 3],
                buffer[place + 4],
                buffer[place + 2],
                buffer[place + 6 : body_end],
                1,
                False,
                True,
                buffer[place:frame_end],
            )
        )
        return frame_end - place

    def _unknown(self, buffer: bytes, place: int, frame_end: int, msgid: int, frames: list[Frame]) -> int:
        """A frame that can't be checked is believed only when another one, or the end, follows it."""
        if frame_end < len(buffer) and buffer[frame_end] not in (MAGIC_V1, MAGIC_V2):
            return self._refuse()
        self.unknown += 1
        raw = buffer[place:frame_end]
        frames.append(Frame(msgid, raw[5], raw[6], raw[4], b"", 2, bool(raw[2]), False, raw))
        return frame_end - place

    def _refuse(self) -> int:
        """Go on one byte behind the false start: a good frame may begin inside a damaged one."""
        self.damaged += 1
        self.skipped_bytes += 1
        return 1


def _to_next_magic(buffer: bytes, place: int, end: int) -> int:
    # find looks in C: noise of megabytes is passed over at once
    found = [at for at in (buffer.find(MAGIC_V2, place), buffer.find(MAGIC_V1, place)) if at >= 0]
    return min(found) - place if found else end - place


_START_V2 = struct.Struct("<BBBBBBBHB")
"""Header of a MAVLink 2 frame; the message id is its last three bytes."""
_HEADER_V2 = struct.Struct("<BBBBBBB3s")


def sysid_of(raw: bytes) -> int:
    """The system that a whole frame is of."""
    return raw[5] if raw[0] == MAGIC_V2 else raw[3]


def compid_of(raw: bytes) -> int:
    """The component that a whole frame is of."""
    return raw[6] if raw[0] == MAGIC_V2 else raw[4]


def msgid_of(raw: bytes) -> int:
    """The message that a whole frame holds."""
    return int.from_bytes(raw[7:10], "little") if raw[0] == MAGIC_V2 else raw[5]


def payload_of(raw: bytes) -> bytes:
    """The payload of a whole frame."""
    begin = 10 if raw[0] == MAGIC_V2 else 6
    return raw[begin : begin + raw[1]]


def with_header(raw: bytes, seq: int, sysid: int) -> bytes:
    """A whole frame with another number and system, unsigned: its signature would not hold any more.

    Args:
        raw: as received; of a message in the dialect.
        seq: 0 to 255.
        sysid: the system that it is of from now on.
    """
    is_v2 = raw[0] == MAGIC_V2
    begin, place = (10, 4) if is_v2 else (6, 2)
    body = bytearray(raw[: begin + raw[1]])
    if is_v2:
        body[2] &= ~SIGNED_FLAG
    body[place], body[place + 1] = seq, sysid
    return bytes(body) + mcrf4xx(bytes(body[1:]) + CRC_EXTRAS[msgid_of(raw)]).to_bytes(2, "little")


def frame_bytes(msgid: int, payload: bytes, seq: int, sysid: int, compid: int) -> bytes:
    """A MAVLink 2 frame of ours, unsigned.

    Args:
        msgid: id of a message in the dialect.
        payload: all its fields; trailing zeros are cut as MAVLink 2 asks.
        seq: 0 to 255, counted on each link.
        sysid: our system id.
        compid: our component id.
    """
    # the first byte stays even where it is zero (MAVLink guide, "Empty-Byte Payload Truncation")
    payload = payload.rstrip(b"\0") or payload[:1]
    header = _HEADER_V2.pack(MAGIC_V2, len(payload), 0, 0, seq, sysid, compid, msgid.to_bytes(3, "little"))
    body = header + payload
    return body + mcrf4xx(body[1:] + CRC_EXTRAS[msgid]).to_bytes(2, "little")
