# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.transport.bus import Message
from groundstation.transport.heard import HeardQueue


def heard(number, size=1):
    return Message(f"a/{number}", b"x" * size, size, 0, False, 0.0)


@pytest.mark.parametrize(("sent", "dropped"), [(5, 0), (6, 1)])
def test_messages_are_bounded_and_the_oldest_goes(sent, dropped):
    queue = HeardQueue(most=5)
    for number in range(sent):
        queue.put(heard(number))
    assert queue.dropped == dropped
    assert [one.topic for one in queue.take()] == [f"a/{number}" for number in range(dropped, sent)]
    assert queue.take() == []


@pytest.mark.parametrize(("last", "dropped"), [(40, 0), (41, 1), (500, 3)])
def test_bytes_are_bounded_but_one_message_always_has_room(last, dropped):
    queue = HeardQueue(most_bytes=100)
    for number in range(3):
        queue.put(heard(number, 20))
    queue.put(heard(3, last))
    assert queue.dropped == dropped
    assert len(queue.take()) == 4 - dropped
    queue.put(heard(4, 100))
    assert queue.dropped == dropped


@pytest.mark.parametrize(("sent", "turns"), [(5, 1), (6, 2)])
def test_what_waits_is_taken_in_turns_so_that_a_window_is_not_held_up(sent, turns):
    queue = HeardQueue(most_bytes=sent)
    for number in range(sent):
        queue.put(heard(number))
    taken = [queue.take(5) for _ in range(turns)]
    assert [one.topic for turn in taken for one in turn] == [f"a/{number}" for number in range(sent)]
    assert (max(map(len, taken)), len(queue)) == (5, 0)
    # its bytes are free again
    queue.put(heard(sent, sent))
    assert queue.dropped == 0
