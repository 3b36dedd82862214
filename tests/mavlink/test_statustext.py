# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from groundstation.fleet.sample import Severity
from groundstation.mavlink.statustext import MAX_OPEN, TextJoiner


def payload(text: str, text_id: int = 0, chunk: int = 0, severity: int = 6) -> bytes:
    return bytes([severity]) + text.encode().ljust(50, b"\0")[:50] + text_id.to_bytes(2, "little") + bytes([chunk])


LONG = "PreArm: " + "x" * 80


def test_a_text_of_its_own_comes_at_once_without_its_tab() -> None:
    (text,) = TextJoiner().feed(payload("Data link regained\t", text_id=7, severity=5), 1.0)
    assert (text.text, text.severity, text.is_complete) == ("Data link regained", Severity.NOTICE, True)


def test_mavlink_1_has_neither_id_nor_chunks() -> None:
    (text,) = TextJoiner().feed(payload("x" * 50)[:51], 1.0)
    assert text.text == "x" * 50


def test_chunks_are_joined_in_whatever_order_they_come() -> None:
    joiner = TextJoiner()
    assert joiner.feed(payload(LONG[50:], 3, 1), 1.1) == []
    (text,) = joiner.feed(payload(LONG[:50], 3, 0), 1.2)
    assert (text.text, text.is_complete) == (LONG, True)


def test_a_missing_chunk_is_told_after_a_second() -> None:
    joiner = TextJoiner()
    joiner.feed(payload(LONG[:50], 3, 0), 1.0)
    joiner.feed(payload("tail", 3, 2), 1.1)
    assert joiner.tick(1.9) == []
    (text,) = joiner.tick(2.1)
    assert (text.text, text.is_complete) == (LONG[:50] + "tail", False)
    assert joiner.tick(9.0) == []


def test_exactly_fifty_characters_alone_are_whole() -> None:
    joiner = TextJoiner()
    joiner.feed(payload("y" * 50, 4, 0), 1.0)
    (text,) = joiner.tick(3.0)
    assert text.is_complete


def test_unfinished_texts_are_bounded() -> None:
    joiner = TextJoiner()
    for number in range(1, 500):
        joiner.feed(payload("z" * 50, number, 1), 1.0)
    assert len(joiner._open) <= MAX_OPEN


def test_bad_bytes_and_severities_do_not_hurt() -> None:
    (text,) = TextJoiner().feed(bytes([200]) + b"\xff\xfe\x00", 1.0)
    assert text.severity is Severity.UNKNOWN
    assert TextJoiner().feed(b"", 1.0)[0].text == ""
