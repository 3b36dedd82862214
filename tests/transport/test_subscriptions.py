# SPDX-License-Identifier: Apache-2.0
"""What a broker has of the filters that are wanted, and what is still to be asked of it."""

from __future__ import annotations

from groundstation.transport.subscriptions import Subscriptions


def test_what_is_wanted_is_asked_for_once_and_anew_on_each_connection() -> None:
    one = Subscriptions({"echo": 0})
    one.add({"a/#": 1})
    for _ in range(2):
        one.begin()
        assert one.changes() == ([], [("echo", 0), ("a/#", 1)])
        assert one.changes() == ([], [])


def test_what_is_not_wanted_any_more_is_taken_back_and_another_quality_asked_for() -> None:
    one = Subscriptions({"echo": 0})
    one.add({"a": 0, "b": 1})
    one.changes()
    one.remove(["a", "never asked for"])
    one.add({"b": 0})
    assert one.changes() == (["a"], [("b", 0)])


def test_nobody_takes_back_the_filter_of_the_connection_itself() -> None:
    one = Subscriptions({"echo": 0})
    one.add({"echo": 1})
    assert one.changes() == ([], [("echo", 1)])
    one.remove(["echo"])
    assert one.changes() == ([], [("echo", 0)])
