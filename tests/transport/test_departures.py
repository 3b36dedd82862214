# SPDX-License-Identifier: Apache-2.0
"""What waits for a connection: nothing of it is kept for the next one, and what is given up is counted."""

from __future__ import annotations

from groundstation.transport.bus import Outgoing
from groundstation.transport.departures import Departures

TWO = [Outgoing("a", b"1", 1), Outgoing("b", b"2", 1)]


def test_nothing_is_taken_while_there_is_no_connection() -> None:
    one = Departures(lambda: False)
    assert one.put(TWO, 0.0) == (0, True)
    assert (len(one), one.refused, one.sent) == (0, 2, 0)


def test_what_waits_at_the_end_of_a_connection_is_given_up_and_counted() -> None:
    one = Departures(lambda: True)
    assert one.put(TWO, 0.0) == (2, True)
    assert one.put(TWO[:1], 0.0) == (1, False), "something waited already: nobody needs to be woken"
    one.clear()
    assert (len(one), one.refused, one.sent) == (0, 3, 0)


def test_what_is_taken_counts_as_sent_and_what_the_system_did_not_take_as_refused() -> None:
    one = Departures(lambda: True)
    one.put(TWO, 0.0)
    assert one.take(0, 0, 80, 0.1) == TWO
    one.gave(40, 1)
    assert (len(one), one.sent, one.refused) == (0, 2, 1)
