# SPDX-License-Identifier: Apache-2.0
"""Files read from a simulated PX4 over ways that lose frames, and from servers that mean no good; by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from groundstation.mavlink import encode
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.file_read import (
    BUSY_S,
    BUSY_TRIES,
    LONGEST_S,
    OPEN_TRIES,
    QUIET_S,
    READ_TRIES,
    FileEnd,
    FileRead,
)
from groundstation.mavlink.ftp_wire import MOST_DATA, FtpError, FtpMessage, Opcode, message_of
from groundstation.mavlink.stream_requests import Outbound
from groundstation.simulator.px4 import files as px4_files
from tests.support.lossy_vehicle import LossyVehicle

FTP = MSGIDS["FILE_TRANSFER_PROTOCOL"]
BIG = "etc/big.bin"
MOST = 1_000_000


@pytest.fixture
def big() -> Iterator[bytes]:
    """A file of more than one burst, no two pieces of which are the same."""
    data = random.Random(5).randbytes(90_001)
    px4_files.files()[BIG] = data
    yield data
    del px4_files.files()[BIG]


def read(path: str = BIG, most: int = MOST, seq: int = 7) -> FileRead:
    return FileRead(path, 1, 1, seq, most)


def asked(messages: list[Outbound]) -> list[FtpMessage]:
    found = [message_of(tuple(payload[3:])) for msgid, payload in messages if msgid == FTP]
    return [one for one in found if one is not None]


def told(
    question: FtpMessage, opcode: Opcode = Opcode.ACK, data: bytes = b"", *, offset: int = 0, is_last: bool = False,
    seq: int | None = None, session: int = 0, component: int = encode.GCS_COMPID, size: int | None = None,
) -> Fields:  # fmt: skip
    number = question.seq + 1 if seq is None else seq
    head = [
        number & 255,
        number >> 8,
        session,
        opcode,
        len(data) if size is None else size,
        question.opcode,
        is_last,
        0,
    ]
    payload = bytes(head) + offset.to_bytes(4, "little") + data
    return {"target_component": component, "payload": tuple(payload.ljust(251, b"\0"))}


def opened(talk: FileRead, size: int, now_s: float = 0.0) -> FtpMessage:
    """The burst that is asked for once a file of this size is open."""
    (first,) = asked(talk.start(now_s))
    (burst,) = asked(talk.take(FTP, told(first, data=size.to_bytes(4, "little")), now_s))
    return burst


# ---- of a simulated PX4 ----


def test_a_file_of_several_bursts_comes_and_its_session_is_closed(big: bytes) -> None:
    way = LossyVehicle("px4")
    talk = read()
    took_s = way.talk(talk)
    assert (talk.end, talk.missing) == (FileEnd.READ, 0)
    assert talk.data == big
    assert took_s < 1.0
    assert way.link.files.data is None


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("loss", "limit_s"), [(0.05, 15.0), (0.2, 60.0)])
def test_what_is_lost_on_the_way_is_asked_for_again(big: bytes, seed: int, loss: float, limit_s: float) -> None:
    way = LossyVehicle("px4", loss, seed)
    talk = read()
    took_s = way.talk(talk)
    assert talk.end is FileEnd.READ
    assert talk.data == big
    assert took_s < limit_s


def test_a_small_file_and_an_empty_one(big: bytes) -> None:
    del big
    for data in (b"x", b"", b"y" * MOST_DATA, b"z" * (MOST_DATA + 1)):
        px4_files.files()[BIG] = data
        talk = read()
        LossyVehicle("px4").talk(talk)
        assert (talk.end, talk.data) == (FileEnd.READ, data)


def test_a_file_that_is_not_there_and_one_that_is_too_large(big: bytes) -> None:
    way = LossyVehicle("px4")
    missing, large, fits = read("etc/none"), read(most=len(big) - 1, seq=50), read(most=len(big), seq=90)
    for talk in (missing, large, fits):
        way.talk(talk)
    assert [one.end for one in (missing, large, fits)] == [FileEnd.NOT_THERE, FileEnd.TOO_LARGE, FileEnd.READ]
    assert (missing.data, large.data) == (b"", b"")
    assert way.link.files.data is None


def test_a_vehicle_without_files_says_so_at_once() -> None:
    talk = read()
    assert LossyVehicle("copter").talk(talk) < 0.5
    assert talk.end is FileEnd.NOT_THERE


def test_a_session_that_somebody_else_has_is_waited_for_and_not_ended(big: bytes) -> None:
    way = LossyVehicle("px4")
    session = way.link.files
    session.data, session.used_s = b"theirs", way.vehicle.now_s
    talk = read()
    # the other one goes on using it, then stops
    way.talk(talk, until=lambda: way.now_s > BUSY_S / 2)
    session.used_s = way.vehicle.now_s
    while way.now_s < 2 * BUSY_S - 2.0:
        way.step_talk(talk)
    assert (session.data, talk.end) == (b"theirs", None)
    while not talk.is_over:
        way.step_talk(talk)
    assert talk.data == big


def test_what_is_given_up_is_closed(big: bytes) -> None:
    del big
    way = LossyVehicle("px4")
    talk = read()
    way.talk(talk, until=lambda: talk.missing > 0)
    assert not talk.is_over
    way.send(talk.stop())
    assert (talk.is_over, talk.hears, talk.stop(), way.link.files.data) == (True, frozenset(), [], None)


# ---- of others ----


def test_a_question_that_is_not_answered_is_asked_again_with_its_number_then_given_up() -> None:
    talk = read()
    numbers = [one.seq for one in asked(talk.start(0.0))]
    for second in range(1, OPEN_TRIES + 2):
        numbers += [one.seq for one in asked(talk.tick(second * 1.0))]
    assert numbers == [8] * OPEN_TRIES
    assert (talk.is_over, talk.end) == (True, FileEnd.NO_ANSWER)


def test_a_busy_vehicle_is_asked_a_few_times() -> None:
    talk = read()
    (first,) = asked(talk.start(0.0))
    now_s, tries = 0.0, 1
    while not talk.is_over:
        talk.take(FTP, told(first, Opcode.NAK, bytes([FtpError.NO_SESSIONS])), now_s)
        now_s += BUSY_S
        for one in asked(talk.tick(now_s)):
            first, tries = one, tries + 1
    assert (talk.end, tries) == (FileEnd.BUSY, BUSY_TRIES + 1)


def test_answers_to_others_are_none() -> None:
    talk = read()
    (first,) = asked(talk.start(0.0))
    size = (5).to_bytes(4, "little")
    for wrong in (
        told(first, data=size, component=230),
        told(first, data=size, seq=3),
        told(first, data=size, size=MOST_DATA + 1),
        told(first, Opcode.BURST_READ, data=size),
        told(first._replace(opcode=Opcode.READ), data=size),
    ):
        assert talk.take(FTP, wrong, 0.0) == []
    assert (talk.is_over, talk.end) == (False, None)
    assert len(asked(talk.take(FTP, told(first, data=size), 0.0))) == 1


@pytest.mark.parametrize(("offset", "length"), [(999, 2), (1_000, 1), (2**32 - 1, 4), (0, 0)])
def test_a_piece_that_can_t_be_of_the_file_ends_it(offset: int, length: int) -> None:
    talk = read()
    burst = opened(talk, 1_000)
    (closing,) = asked(talk.take(FTP, told(burst, data=b"x" * length, offset=offset), 0.1))
    assert (closing.opcode, talk.end) == (Opcode.TERMINATE, FileEnd.REFUSED)


def test_pieces_of_another_session_are_not_taken() -> None:
    talk = read()
    burst = opened(talk, 10)
    talk.take(FTP, told(burst, data=b"0123456789", session=3), 0.1)
    assert talk.missing == 10


def test_pieces_twice_over_each_other_and_out_of_order_are_one_file() -> None:
    data = random.Random(1).randbytes(1_000)
    talk = read()
    burst = opened(talk, 1_000)
    for first, after in ((700, 900), (0, 239), (100, 300), (100, 300), (290, 700), (850, 999)):
        talk.take(FTP, told(burst, data=data[first : first + 200][: after - first], offset=first), 0.1)
    waiting = asked(talk.tick(0.1 + QUIET_S))
    while talk.end is None:
        one = waiting.pop(0)
        # each of them less than was asked for
        piece = data[one.offset :][:20]
        waiting += asked(talk.take(FTP, told(one, data=piece, offset=one.offset), 2.0))
    assert talk.data == data


def test_a_file_shorter_than_was_told_ends_refused() -> None:
    talk = read()
    burst = opened(talk, 1_000)
    talk.take(FTP, told(burst, data=b"x" * 200), 0.1)
    again = asked(talk.take(FTP, told(burst, Opcode.NAK, bytes([FtpError.END_OF_FILE])), 0.2))
    now_s = 0.2
    while again and again[0].opcode == Opcode.BURST_READ:
        now_s += 0.1
        again = asked(talk.take(FTP, told(again[0], Opcode.NAK, bytes([FtpError.END_OF_FILE])), now_s))
    (closing,) = asked(talk.take(FTP, told(again[0], Opcode.NAK, bytes([FtpError.END_OF_FILE])), now_s))
    assert (closing.opcode, talk.end) == (Opcode.TERMINATE, FileEnd.REFUSED)


def test_a_vehicle_that_falls_silent_is_given_up_piece_by_piece_and_in_bounded_time() -> None:
    talk = read()
    opened(talk, 5_000)
    now_s, pieces = 0.0, 0
    while not talk.is_over:
        now_s += 0.25
        pieces += sum(one.opcode == Opcode.READ for one in asked(talk.tick(now_s)))
        assert now_s < 60.0
    assert talk.end is FileEnd.NO_ANSWER
    assert pieces == 4 * READ_TRIES


def test_who_gives_a_byte_at_a_time_is_not_waited_for_without_end() -> None:
    talk = read()
    opened(talk, MOST)
    now_s = QUIET_S
    (question, *_) = asked(talk.tick(now_s) or talk.tick(now_s + QUIET_S))
    while talk.end is None and now_s < 2 * LONGEST_S:
        now_s += 0.5
        answer = told(question._replace(opcode=Opcode.READ), data=b"x", offset=question.offset)
        question = next((one for one in asked([*talk.take(FTP, answer, now_s), *talk.tick(now_s)])), question)
    assert (talk.end, now_s <= LONGEST_S + 1.0) == (FileEnd.NO_ANSWER, True)


def test_a_vehicle_without_bursts_is_read_piece_by_piece() -> None:
    data = random.Random(2).randbytes(700)
    talk = read()
    burst = opened(talk, 700)
    questions = asked(talk.take(FTP, told(burst, Opcode.NAK, bytes([FtpError.UNKNOWN_COMMAND])), 0.1))
    if questions[0].opcode == Opcode.BURST_READ:
        questions = asked(talk.take(FTP, told(questions[0], Opcode.NAK, bytes([FtpError.UNKNOWN_COMMAND])), 0.1))
    assert [(one.offset, one.opcode) for one in questions] == [(0, 5), (239, 5), (478, 5)]
    for one in questions:
        talk.take(FTP, told(one, data=data[one.offset :][:MOST_DATA], offset=one.offset), 0.2)
    assert (talk.end, talk.data) == (FileEnd.READ, data)
