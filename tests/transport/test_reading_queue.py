# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random

import pytest

from groundstation.fleet.sensors import (
    Life,
    Liveness,
    PayloadKind,
    Quality,
    SensorBoard,
    SensorReading,
    ValueNote,
)
from groundstation.transport.reading_queue import ReadingQueue

ALIVE = Liveness(Life.ALIVE)
NONE = ValueNote(quality=Quality.NONE)


def reading(topic="a", at_s=0.0, *, liveness=ALIVE, numbers=None, **more):
    known = {"x": at_s} if numbers is None else numbers
    return SensorReading(
        topic=topic, received_s=at_s, kind=PayloadKind.SPARKPLUG, size_bytes=1, text="t", numbers=known,
        liveness=liveness, **more,
    )  # fmt: skip


@pytest.mark.parametrize(("put", "dropped"), [(5, 0), (6, 1)])
def test_readings_are_bounded_and_the_oldest_goes(put, dropped):
    queue = ReadingQueue(most=5)
    for number in range(put):
        queue.put(reading(at_s=float(number), liveness=None))
    assert queue.dropped == dropped
    assert [one.received_s for one in queue.take()] == [float(one) for one in range(dropped, put)]
    assert queue.take() == []


@pytest.mark.parametrize(("topics", "kept"), [(3, 3), (4, 3)])
def test_topics_that_are_kept_together_are_bounded(topics, kept):
    queue = ReadingQueue(most=1, most_topics=3)
    for number in range(topics + 1):
        queue.put(reading(topic=str(number)))
    assert len(queue.take()) == kept + 1
    assert queue.take() == []


def told(dice):
    """What a node says: a birth, a change, a null, an array that became shorter, a death."""
    kind, at_s = dice.randrange(6), dice.random() * 100
    if kind == 0:
        return reading(at_s=at_s, numbers={"x": at_s, "a.0": 1.0, "a.1": 2.0}, notes={"a": ValueNote(unit="m")})
    if kind == 1:
        life = dice.choice((Life.DEAD, Life.UNSURE))
        return reading(at_s=at_s, numbers={}, liveness=Liveness(life), is_partial=True, is_derived=True)
    numbers, notes, renewed = {dice.choice("xyz"): at_s}, {}, ()
    if kind == 2:
        numbers, notes = {}, {dice.choice("xyz"): NONE}
    elif kind == 3:
        numbers, renewed = {"a.0": at_s}, ("a",)
    return reading(at_s=at_s, numbers=numbers, notes=notes, renewed=renewed, is_partial=True)


@pytest.mark.parametrize("seed", range(200))
def test_a_board_knows_the_same_however_much_was_put_together(seed):
    dice = random.Random(seed)
    said, queue, whole, short = [told(dice) for _ in range(12)], ReadingQueue(most=3), SensorBoard(), SensorBoard()
    first = dice.randint(0, 4)
    short.fold(said[:first])
    for one in said[first:]:
        queue.put(one)
    whole.fold(said)
    short.fold(queue.take())
    known, found = whole.get("a"), short.get("a")
    assert (found.numbers, found.notes, found.liveness) == (known.numbers, known.notes, known.liveness)
