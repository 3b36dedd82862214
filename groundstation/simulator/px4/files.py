# SPDX-License-Identifier: Apache-2.0
"""The files that a simulated PX4 gives over MAVLink FTP: what describes its parameters, and where that is. Sans-I/O.

As PX4's own server does (read in its mavlink_ftp.cpp): one session on a link, which closes by itself when nobody uses
it for ten seconds; a question with the number of the one before gets the same answer; a burst ends after 35,000 bytes.
"""

from __future__ import annotations

import json
import lzma
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from groundstation.simulator.engine.links import FileSession, Link
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.engine.wire import Message
from groundstation.simulator.px4.parameter_facts import parameter_document

FTP = 110
GENERAL, PARAMETERS = "/etc/extras/component_general.json.xz", "/etc/extras/parameters.json.xz"
"""By their paths from the root; their URIs name them without the first slash, and without it they are not found."""
_HEAD = struct.Struct("<HBBBBBBI")
_ROOM, _MOST_DATA = 251, 239
_ACK, _NAK = 128, 129
_TERMINATE, _RESET, _OPEN, _READ, _BURST = 1, 2, 4, 5, 15
_NO_SUCH_SESSION, _NO_SESSIONS, _END_OF_FILE, _UNKNOWN, _NOT_FOUND = 4, 5, 6, 7, 10
_BURST_BYTES = 35_000
_IDLE_S = 10.0


class _Question(NamedTuple):
    seq: int
    opcode: int
    offset: int
    size: int
    data: bytes


def crc_of(data: bytes) -> int:
    """The CRC32 that PX4 tells of a file: it begins with 0 and is not inverted at its end."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


@cache
def general_crc() -> int:
    """The CRC of the general file as COMPONENT_METADATA tells it: before it was packed (observed)."""
    return crc_of(lzma.decompress(files()[GENERAL]))


@cache
def files() -> dict[str, bytes]:
    """Every file by its path; made once, and the same in every process."""
    parameters = lzma.compress(json.dumps(parameter_document()).encode())
    types = [{"type": 1, "uri": f"mftp:/{PARAMETERS}", "fileCrc": crc_of(parameters)}]
    general = lzma.compress(json.dumps({"version": 1, "metadataTypes": types}).encode())
    return {GENERAL: general, PARAMETERS: parameters}


def take_file_transfer(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Answer a question about a file."""
    payload = bytes(message.values["payload"]).ljust(_ROOM, b"\0")
    seq, _, opcode, size, _, _, _, offset = _HEAD.unpack_from(payload)
    asked = _Question(seq, opcode, offset, size, payload[_HEAD.size : _HEAD.size + size])
    session, number = link.files, (seq + 1) & 0xFFFF
    if session.last[0] == number:
        link.answer(message, FTP, payload=session.last[1])
        return
    if vehicle.now_s - session.used_s > _IDLE_S:
        session.data = None
    session.used_s, session.last = vehicle.now_s, (-1, b"")
    for answer, is_short in _answers(session, asked):
        session.last = (number, answer) if is_short else session.last
        link.answer(message, FTP, payload=answer)


def _answers(session: FileSession, asked: _Question) -> Iterator[tuple[bytes, bool]]:
    """Payloads of answers, and whether each is kept for a question that is asked again."""
    match asked.opcode:
        case code if code in (_TERMINATE, _RESET):
            session.data = None
            yield _packed(asked, _ACK), True
        case code if code == _OPEN:
            yield _opened(session, asked), True
        case code if code == _READ:
            yield _piece(session, asked), False
        case code if code == _BURST:
            for answer in _burst(session, asked):
                yield answer, False
        case _:
            yield _packed(asked, _NAK, bytes([_UNKNOWN])), True


def _opened(session: FileSession, asked: _Question) -> bytes:
    if session.data is not None:
        return _packed(asked, _NAK, bytes([_NO_SESSIONS]))
    session.data = files().get(asked.data.rstrip(b"\0").decode("utf-8", "replace"))
    if session.data is None:
        return _packed(asked, _NAK, bytes([_NOT_FOUND]))
    return _packed(asked, _ACK, struct.pack("<I", len(session.data)))


def _piece(session: FileSession, asked: _Question) -> bytes:
    if session.data is None:
        return _packed(asked, _NAK, bytes([_NO_SUCH_SESSION]))
    found = session.data[asked.offset : asked.offset + min(asked.size, _MOST_DATA)]
    return _packed(asked, _ACK, found) if found else _packed(asked, _NAK, bytes([_END_OF_FILE]))


def _burst(session: FileSession, asked: _Question) -> Iterator[bytes]:
    if session.data is None:
        yield _packed(asked, _NAK, bytes([_NO_SUCH_SESSION]))
        return
    end = min(len(session.data), asked.offset + _BURST_BYTES)
    place, seq = asked.offset, asked.seq
    for place in range(asked.offset, end, _MOST_DATA):
        found = session.data[place : place + _MOST_DATA]
        is_last = place + _MOST_DATA >= end and end < len(session.data)
        yield _packed(asked._replace(seq=seq, offset=place), _ACK, found, is_last=is_last)
        seq += 1
    if end >= len(session.data):
        yield _packed(asked._replace(seq=seq), _NAK, bytes([_END_OF_FILE]))


def _packed(asked: _Question, opcode: int, data: bytes = b"", *, is_last: bool = False) -> bytes:
    number = (asked.seq + 1) & 0xFFFF
    head = _HEAD.pack(number, 0, opcode, len(data), asked.opcode, is_last, 0, asked.offset)
    return (head + data).ljust(_ROOM, b"\0")
