# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from groundstation.fleet import sensors
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.sensors import (
    Life,
    Liveness,
    PayloadKind,
    Quality,
    SensorBoard,
    SensorReading,
    ValueNote,
)

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


def partial(at_s: float, numbers: dict[str, float], **more: Any) -> SensorReading:
    return SensorReading(
        topic="a", received_s=at_s, kind=PayloadKind.SPARKPLUG, size_bytes=9, text="t", numbers=numbers,
        is_partial=True, **more,
    )  # fmt: skip


def known(board: SensorBoard) -> SensorReading:
    found = board.get("a")
    assert found is not None
    return found


def test_what_has_changed_is_put_into_what_is_known() -> None:
    board, unit = SensorBoard(), ValueNote(unit="m")
    board.fold([partial(1.0, {"x": 1.0, "y": 2.0}, notes={"x": unit}), partial(2.0, {"y": 3.0})])
    assert (known(board).numbers, known(board).notes) == ({"x": 1.0, "y": 3.0}, {"x": unit})
    board.fold([partial(3.0, {}, notes={"y": ValueNote(quality=Quality.NONE)})])
    assert known(board).numbers == {"x": 1.0}
    assert known(board).paths == ["x", "y"]
    board.fold([partial(4.0, {"y": 4.0, "x": 5.0})])
    assert (known(board).numbers, known(board).notes) == ({"x": 5.0, "y": 4.0}, {})
    assert board.count("a") == 4


def test_below_a_path_that_is_renewed_nothing_stays_that_is_not_told() -> None:
    board = SensorBoard()
    board.fold([partial(1.0, {"a.0": 1.0, "a.1": 2.0, "ab": 7.0}), partial(2.0, {"a.0": 3.0}, renewed=("a",))])
    assert known(board).numbers == {"a.0": 3.0, "ab": 7.0}


def test_a_life_that_ends_leaves_the_values_and_their_age() -> None:
    board, alive = SensorBoard(), Liveness(Life.ALIVE)
    board.fold([partial(1.0, {"x": 1.0}, liveness=alive), partial(2.0, {"x": 2.0}, liveness=alive)])
    assert board.freshness("a", 1e6) is Freshness.FRESH
    board.fold([partial(300.0, {}, liveness=Liveness(Life.DEAD), is_derived=True)])
    assert (known(board).numbers, known(board).received_s, board.count("a")) == ({"x": 2.0}, 2.0, 2)
    assert board.kept()[0].pace_s == 1.0
    old_s = 2.0 + sensors.EXPIRED_TIMES * sensors.UNKNOWN_STALE_S
    assert board.freshness("a", old_s) is Freshness.STALE
    assert board.freshness("a", old_s + 0.1) is Freshness.EXPIRED


@pytest.mark.parametrize(("names", "kept"), [(4, 4), (5, 4)])
def test_names_that_somebody_makes_up_have_a_bound(monkeypatch: pytest.MonkeyPatch, names: int, kept: int) -> None:
    monkeypatch.setattr(sensors, "MAX_PATHS", 4)
    board = SensorBoard()
    board.fold([partial(0.0, {})])
    for number in range(names):
        board.fold([partial(1.0 + number, {str(number): 1.0})])
    assert len(known(board).numbers) == kept
    board.fold([partial(9.0, {"0": 2.0})])
    assert known(board).numbers["0"] == 2.0, "those that are known go on"
