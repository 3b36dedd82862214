# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import unicodedata

from groundstation.fleet import sensors
from groundstation.fleet.sensors import PayloadKind, SensorBoard, SensorReading

TOPIC = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/Nem-Sıcaklık/Nem"


def reading(topic: str) -> SensorReading:
    return SensorReading(
        topic=topic, received_s=0.0, kind=PayloadKind.NUMBER, size_bytes=2, text="45", numbers={"": 45.0}
    )


def test_names_are_kept_byte_for_byte() -> None:
    board = SensorBoard()
    others = [TOPIC.replace("/Nem-", "/ Nem-"), unicodedata.normalize("NFD", TOPIC), TOPIC + " "]
    board.fold([reading(topic) for topic in (TOPIC, *others)])
    assert len(board) == 4
    assert board.take_changed() == {TOPIC, *others}
    assert board.take_changed() == set()


def test_the_topic_heard_longest_ago_goes_first(monkeypatch) -> None:
    monkeypatch.setattr(sensors, "MAX_TOPICS", 2)
    board = SensorBoard()
    board.fold([reading("a"), reading("b"), reading("a"), reading("c")])
    assert board.topics() == ["a", "c"]
    assert board.count("a") == 2
    assert board.count("b") == 0
    assert board.forgotten == 1
