# SPDX-License-Identifier: Apache-2.0
"""The messages of MAVLink FTP, there and back. Pure.

Source: MAVLink guide, "File Transfer Protocol (FTP)": twelve bytes of head and up to 239 of data in the 251 bytes of
FILE_TRANSFER_PROTOCOL.payload, little endian.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence
from typing import NamedTuple

from groundstation.mavlink import encode
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.stream_requests import Outbound

FILE_TRANSFER = MSGIDS["FILE_TRANSFER_PROTOCOL"]
MOST_DATA = 239
"""Bytes of a file in one message."""
_HEAD = struct.Struct("<HBBBBBBI")
"""Sequence, session, opcode, size, opcode that is answered, end of a burst, padding, offset."""
_ROOM = 251


class Opcode(enum.IntEnum):
    """What is asked, and the two kinds of answers; those that change files are not here."""

    TERMINATE = 1
    OPEN_READ = 4
    READ = 5
    BURST_READ = 15
    ACK = 128
    NAK = 129


class FtpError(enum.IntEnum):
    """First byte of a NAK."""

    FAIL_ERRNO = 2
    """The second byte is an errno."""
    NO_SESSIONS = 5
    """All are in use."""
    END_OF_FILE = 6
    UNKNOWN_COMMAND = 7
    NOT_FOUND = 10


NO_SUCH_FILE = 2
"""errno ENOENT, as FAIL_ERRNO tells it."""


class FtpMessage(NamedTuple):
    """One message."""

    seq: int
    """An answer has that of its question plus one; those of a burst count on."""
    session: int
    opcode: int
    answers: int
    """Opcode of the question, of an answer."""
    is_last: bool
    """Whether a burst ends with it."""
    offset: int
    data: bytes

    @property
    def error(self) -> int:
        """Code of a NAK; 0 for one that tells none."""
        return self.data[0] if self.data else 0

    @property
    def is_missing_file(self) -> bool:
        """Whether a NAK says that there is no such file."""
        return self.error == FtpError.NOT_FOUND or (
            self.error == FtpError.FAIL_ERRNO and self.data[1:2] == bytes([NO_SUCH_FILE])
        )


def message_of(payload: Sequence[int]) -> FtpMessage | None:
    """A message that came; None for one whose size is impossible.

    Args:
        payload: FILE_TRANSFER_PROTOCOL.payload, 251 bytes.
    """
    data = bytes(payload)
    seq, session, opcode, size, answers, is_last, _, offset = _HEAD.unpack_from(data)
    if size > MOST_DATA:
        return None
    return FtpMessage(seq, session, opcode, answers, bool(is_last), offset, data[_HEAD.size : _HEAD.size + size])


def question(
    target: tuple[int, int], seq: int, opcode: Opcode, *, session: int = 0, offset: int = 0, size: int = 0,
    data: bytes = b"",
) -> Outbound:  # fmt: skip
    """A message to a vehicle.

    Args:
        target: its system and component.
        seq: another one with each question; the same when a question is asked again.
        opcode: what is asked.
        session: which file, once it is open.
        offset: where in the file.
        size: how many bytes are wanted; of a question with data, their number.
        data: a path.
    """
    head = _HEAD.pack(seq & 0xFFFF, session, opcode, size or len(data), 0, 0, 0, offset)
    fields = {"target_system": target[0], "target_component": target[1]}
    return encode.whole_payload("FILE_TRANSFER_PROTOCOL", **fields, payload=tuple((head + data).ljust(_ROOM, b"\0")))
