# SPDX-License-Identifier: Apache-2.0
"""MAVLink frames as the simulated autopilots write and read them.

The typed door to pymavlink of this room: message layouts and CRC extras come from its ardupilotmega dialect,
the packing and the parsing are done here with precomputed structs, since a hundred vehicles send thousands
of frames a second. Pure functions and one stream parser; no I/O, no clock. Runs on the simulator's thread.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fastcrc import crc16
from pymavlink.dialects.v20 import ardupilotmega as dialect

MAGIC_V1 = 0xFE
MAGIC_V2 = 0xFD
_HEADER_V1 = struct.Struct("<BBBBBB")
_HEADER_V2 = struct.Struct("<BBBBBBBHB")
_SIGNED_FLAG = 0x01
_SIGNATURE_LENGTH = 13
_LARGEST_FLOAT = 3.4e38
MAX_BACKLOG_BYTES = 64 * 1024
"""How much undecoded input a parser keeps; a peer that sends noise faster than that loses the oldest."""


@dataclass(frozen=True)
class MessageType:
    """The layout of one MAVLink message, taken from pymavlink's generated class."""

    number: int
    """Message id."""
    name: str
    crc_extra: int
    fields: tuple[str, ...]
    """Field names in wire order."""
    lengths: tuple[int, ...]
    """For each field in wire order: 0 is a scalar, n an array of n elements."""
    text: tuple[bool, ...]
    """For each field in wire order: is it a char array."""
    layout: struct.Struct

    def payload(self, values: dict[str, Any]) -> bytes:
        """Pack a payload; a field that is not given is zero.

        Args:
            values: Field name to number, to a sequence for an array, to ``str`` for characters.

        Returns:
            The payload with its trailing zeros cut, as MAVLink 2 wants it.
        """
        flat: list[Any] = []
        for name, length, is_text in zip(self.fields, self.lengths, self.text, strict=True):
            value = values.get(name)
            if is_text:
                flat.append((value or "").encode("ascii", "replace")[:length])
            elif length:
                flat.extend(value if value is not None else (0,) * length)
            else:
                flat.append(0 if value is None else value)
        try:
            packed = self.layout.pack(*flat)
        except (struct.error, OverflowError):
            packed = self.layout.pack(*map(_limited, flat, self._codes()))
        return packed.rstrip(b"\0") or b"\0"

    def _codes(self) -> list[str]:
        """Return the struct code of each packed value."""
        codes: list[str] = []
        for count, code in re.findall(r"(\d*)([a-zA-Z])", self.layout.format):
            codes += [code] if code == "s" else [code] * int(count or 1)
        return codes

    def values(self, payload: bytes) -> dict[str, Any]:
        """Unpack a payload; bytes cut off by the sender are zeros."""
        size = self.layout.size
        flat = iter(self.layout.unpack(payload[:size].ljust(size, b"\0")))
        values: dict[str, Any] = {}
        for name, length, is_text in zip(self.fields, self.lengths, self.text, strict=True):
            if is_text:
                values[name] = next(flat).split(b"\0")[0].decode("ascii", "replace")
            elif length:
                values[name] = [next(flat) for _ in range(length)]
            else:
                values[name] = next(flat)
        return values


FOREIGN: dict[int, MessageType] = {
    42: MessageType(
        42,
        "MISSION_CURRENT",
        28,
        ("seq", "total", "mission_state", "mission_mode", "mission_id", "fence_id", "rally_points_id"),
        (0,) * 7,
        (False,) * 7,
        struct.Struct("<HHBBIII"),
    ),
    44: MessageType(
        44,
        "MISSION_COUNT",
        221,
        ("count", "target_system", "target_component", "mission_type", "opaque_id"),
        (0,) * 5,
        (False,) * 5,
        struct.Struct("<HBBBI"),
    ),
    47: MessageType(
        47,
        "MISSION_ACK",
        153,
        ("target_system", "target_component", "type", "mission_type", "opaque_id"),
        (0,) * 5,
        (False,) * 5,
        struct.Struct("<BBBBI"),
    ),
    8: MessageType(
        8,
        "LINK_NODE_STATUS",
        117,
        (
            "timestamp",
            "tx_rate",
            "rx_rate",
            "messages_sent",
            "messages_received",
            "messages_lost",
            "rx_parse_err",
            "tx_overflows",
            "rx_overflows",
            "tx_buf",
            "rx_buf",
        ),
        (0,) * 11,
        (False,) * 11,
        struct.Struct("<QIIIIIHHHBB"),
    ),
    300: MessageType(
        300,
        "PROTOCOL_VERSION",
        217,
        ("version", "min_version", "max_version", "spec_version_hash", "library_version_hash"),
        (0, 0, 0, 8, 8),
        (False,) * 5,
        struct.Struct("<HHH8B8B"),
    ),
    397: MessageType(
        397,
        "COMPONENT_METADATA",
        182,
        ("time_boot_ms", "file_crc", "uri"),
        (0, 0, 100),
        (False, False, True),
        struct.Struct("<II100s"),
    ),
    411: MessageType(
        411, "CURRENT_EVENT_SEQUENCE", 106, ("sequence", "flags"), (0, 0), (False, False), struct.Struct("<HB")
    ),
}
"""What PX4 says although the ardupilotmega dialect doesn't know it, or not all of it (MAVLink's development and common
XML)."""


def _limited(value: Any, code: str) -> Any:
    """Bring a number into the range of its wire type; wild commands make wild telemetry, never an exception."""
    if code == "s":
        return value
    if code in "fd":
        return math.copysign(_LARGEST_FLOAT, value) if abs(value) > _LARGEST_FLOAT else value
    bits = 8 * struct.calcsize("<" + code)
    low, high = (0, 2**bits - 1) if code.isupper() else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return min(max(int(value), low), high)


@cache
def message_type(number: int) -> MessageType | None:
    """Return the layout of message ``number``, ``None`` when the dialect doesn't know it."""
    if number in FOREIGN:
        return FOREIGN[number]
    generated = dialect.mavlink_map.get(number)
    if generated is None:
        return None
    # pymavlink lists the types in XML order, the array lengths in wire order
    kinds = dict(zip(generated.fieldnames, generated.fieldtypes, strict=True))
    codes = generated.native_format.decode()[1:]
    ordered = generated.ordered_fieldnames
    lengths = tuple(generated.array_lengths)
    text = tuple(kinds[name] == "char" and length > 0 for name, length in zip(ordered, lengths, strict=True))
    packing = "".join(
        f"{length}s" if is_text else (f"{length}{code}" if length else code)
        for code, length, is_text in zip(codes, lengths, text, strict=True)
    )
    return MessageType(
        number=number,
        name=generated.msgname,
        crc_extra=generated.crc_extra,
        fields=tuple(ordered),
        lengths=lengths,
        text=text,
        layout=struct.Struct("<" + packing),
    )


def known_type(number: int) -> MessageType:
    """Return the layout of a message the simulator itself speaks.

    Raises:
        KeyError: The dialect has no such message.
    """
    found = message_type(number)
    if found is None:
        raise KeyError(f"message {number} is not in the ardupilotmega dialect")
    return found


def frame_v2(number: int, payload: bytes, *, sequence: int, system: int, component: int = 1) -> bytes:
    """Frame a payload as an unsigned MAVLink 2 frame.

    Args:
        number: Message id.
        payload: As `MessageType.payload` returns it.
        sequence: 0 to 255, of the link it leaves by.
        system: System id of the sender.
        component: Component id of the sender, 1 for an autopilot.
    """
    header = _HEADER_V2.pack(MAGIC_V2, len(payload), 0, 0, sequence, system, component, number & 0xFFFF, number >> 16)
    body = header + payload  # the checksum covers all of it but the first byte, and CRC_EXTRA behind it
    checksum = crc16.mcrf4xx(body[1:] + bytes((known_type(number).crc_extra,)))
    return body + checksum.to_bytes(2, "little")


def frame_v1(number: int, payload: bytes, *, size: int, sequence: int, system: int, component: int = 1) -> bytes:
    """Frame a payload as a MAVLink 1 frame, which knows no extension fields and cuts no zeros.

    Args:
        number: Message id, below 256.
        payload: As `MessageType.payload` returns it.
        size: Length of the message without its extension fields.
        sequence: 0 to 255, of the link it leaves by.
        system: System id of the sender.
        component: Component id of the sender, 1 for an autopilot.
    """
    header = _HEADER_V1.pack(MAGIC_V1, size, sequence, system, component, number)
    body = header + payload[:size].ljust(size, b"\0")
    checksum = crc16.mcrf4xx(body[1:] + bytes((known_type(number).crc_extra,)))
    return body + checksum.to_bytes(2, "little")


@dataclass(frozen=True)
class Message:
    """One frame that arrived whole."""

    number: int
    """Message id; known to the dialect."""
    system: int
    """Sender's system id."""
    component: int
    """Sender's component id."""
    values: dict[str, Any]
    """Field name to value."""
    frame: bytes
    """The frame as it came, to be forwarded to other links."""

    @property
    def payload(self) -> bytes:
        """The packed fields, without the zeros a MAVLink 2 sender cuts."""
        start = 6 if self.frame[0] == MAGIC_V1 else 10
        return self.frame[start : start + self.frame[1]]

    @property
    def target_system(self) -> int:
        """The addressed system, 0 for all or for a message without address."""
        return int(self.values.get("target_system", 0))


@dataclass
class StreamParser:
    """Cuts a byte stream into frames; resynchronises after noise and never raises on input."""

    rejected: int = 0
    """Bytes skipped as noise plus frames with a wrong checksum."""
    _pending: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes in, return the frames completed by them. Frames with unknown ids are skipped."""
        pending = self._pending
        pending += data
        if len(pending) > MAX_BACKLOG_BYTES:
            del pending[:-MAX_BACKLOG_BYTES]  # the newest is what still matters
        messages: list[Message] = []
        position = 0
        while position < len(pending):
            magic = pending[position]
            if magic not in (MAGIC_V1, MAGIC_V2):  # noise: a frame may begin at the very next byte
                position += 1
                self.rejected += 1
                continue
            length = _frame_length(pending, position)
            if length is None or position + length > len(pending):
                break  # the rest of it is still on its way
            frame = bytes(pending[position : position + length])
            message, is_sound = _parsed(frame)
            if not is_sound:  # damage, or no frame at all: one may begin inside it
                position += 1
                self.rejected += 1
                continue
            position += length
            if message is not None:
                messages.append(message)
        del pending[:position]
        return messages


def _frame_length(pending: bytearray, position: int) -> int | None:
    """Return the length of the frame that starts at ``position``, ``None`` when its header isn't there yet."""
    if position + 3 > len(pending):
        return None
    if pending[position] == MAGIC_V1:
        return 8 + pending[position + 1]
    signature = _SIGNATURE_LENGTH if pending[position + 2] & _SIGNED_FLAG else 0
    return 12 + pending[position + 1] + signature


def _parsed(frame: bytes) -> tuple[Message | None, bool]:
    """Check and decode one frame; an unknown id is sound (its checksum cannot be judged) and yields nothing."""
    if frame[0] == MAGIC_V1:
        system, component, number = frame[3], frame[4], frame[5]
        start = 6
    else:
        system, component = frame[5], frame[6]
        number = frame[7] | frame[8] << 8 | frame[9] << 16
        start = 10
    layout = message_type(number)
    if layout is None:
        return None, True
    end = start + frame[1]
    expected = int.from_bytes(frame[end : end + 2], "little")
    if crc16.mcrf4xx(frame[1:end] + bytes((layout.crc_extra,))) != expected:
        return None, False
    return Message(number, system, component, layout.values(frame[start:end]), frame), True
