# SPDX-License-Identifier: Apache-2.0
"""Bookmarks: once each, the newest note, bounded, and harmless whatever is in them."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.bookmark import LATEST_UNIX_S, MAX_BOOKMARKS, MAX_NOTE, MAX_REVISION, Bookmark, Bookmarks
from groundstation.fleet.commands import Actor
from groundstation.fleet.roster import Fleet
from groundstation.transport import payloads
from groundstation.transport.bus import Message
from groundstation.transport.commander import mark
from groundstation.transport.inbox import Inbox

AYSE, VELI = Actor(op="ayse", gs="gs-1"), Actor(op="veli", gs="gs-2")


def bookmark(**changes: object) -> Bookmark:
    return Bookmark(**{"id": "m1", "at_unix_s": 1_790_000_000.0, "note": "it fell", "by": AYSE, **changes})


def test_each_is_taken_once_and_an_edited_note_takes_its_place() -> None:
    board = Bookmarks()
    first = bookmark()
    assert (board.fold(first), board.fold(first)) == (True, False)
    assert board.take_changed() == [first]
    edited = first.changed("it fell on the left wing", VELI)
    assert board.fold(edited)
    # a repeat of the old one that comes late
    assert not board.fold(first)
    assert (board.all(), board.take_changed(), board.take_changed()) == ([edited], [edited], [])
    assert (edited.revision, edited.by, board.ignored) == (1, VELI, 2)


def test_they_are_bounded_and_the_earliest_go_first() -> None:
    board = Bookmarks()
    for number in range(MAX_BOOKMARKS + 2):
        board.fold(bookmark(id=str(number), at_unix_s=float(number)))
    assert len(board) == MAX_BOOKMARKS
    assert (board.get("1"), board.get("2") is not None) == (None, True)
    assert len(board.take_changed()) == MAX_BOOKMARKS


@pytest.mark.parametrize("at_unix_s", [-0.1, LATEST_UNIX_S + 1, float("nan"), float("inf")])
def test_a_moment_that_can_not_be_is_none(at_unix_s: float) -> None:
    board = Bookmarks()
    assert not board.fold(bookmark(at_unix_s=at_unix_s))
    assert board.fold(bookmark(at_unix_s=LATEST_UNIX_S))


def test_a_note_can_not_steer_who_shows_it() -> None:
    assert bookmark(note="a\n\x1b[31mb\u202ec\t d").shown_note == "a [31mb c d"


def test_it_may_be_about_a_vehicle_or_about_none() -> None:
    assert str(bookmark(vehicle="sim/uav-1").key) == "sim/uav-1"
    for none in ("", "uav-1", "sim/", "sim/a/b", "sim/_gs"):
        assert bookmark(vehicle=none).key is None


def offered(**changes: object) -> tuple[Inbox, Fleet]:
    """A station that hears one, some of its fields being whatever somebody wrote."""
    plain = {**msgspec.to_builtins(bookmark()), **changes}
    envelope = {"sid": "gs-1", "seq": 0, "ts": 0, "bms": 0, "d": plain}
    payload = msgspec.json.encode(envelope)
    inbox, fleet = Inbox(), Fleet()
    inbox.offer(Message("fleet/_gs/gs-1/mark", payload, len(payload), 1, False, 5.0))
    fleet.fold(inbox.drain().updates)
    return inbox, fleet


@pytest.mark.parametrize(
    ("just_inside", "just_outside"),
    [
        ({"note": "n" * MAX_NOTE}, {"note": "n" * (MAX_NOTE + 1)}),
        ({"id": "i" * 64}, {"id": "i" * 65}),
        ({"id": "i"}, {"id": ""}),
        ({"revision": MAX_REVISION}, {"revision": MAX_REVISION + 1}),
        ({"revision": 0}, {"revision": -1}),
        ({"vehicle": "v" * 64}, {"vehicle": "v" * 65}),
    ],
)
def test_what_is_larger_than_ours_costs_itself(just_inside: dict[str, object], just_outside: dict[str, object]) -> None:
    inbox, fleet = offered(**just_inside)
    assert (len(fleet.bookmarks), inbox.counts.undecodable) == (1, 0)
    inbox, fleet = offered(**just_outside)
    assert (len(fleet.bookmarks), inbox.counts.undecodable) == (0, 1)


def test_what_a_station_says_is_what_the_others_fold() -> None:
    said = mark(bookmark(), 3)
    assert (said.topic, said.qos, said.retain) == ("fleet/_gs/gs-1/mark", 1, False)
    inbox, fleet = Inbox(), Fleet()
    # at QoS 1 it may come twice
    for _ in range(2):
        inbox.offer(Message(said.topic, said.payload, len(said.payload), 1, False, 5.0))
    fleet.fold(inbox.drain().updates)
    assert fleet.bookmarks.all() == [bookmark()]
    assert len(said.payload) < payloads.MAX_PAYLOAD_BYTES
