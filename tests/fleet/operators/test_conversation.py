# SPDX-License-Identifier: Apache-2.0
"""What operators say, as a station knows it: once each, in one order, whoever's clock is wrong."""

from __future__ import annotations

import itertools
import random

import msgspec
import pytest

from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.operators import conversation as module
from groundstation.fleet.operators.conversation import COUNTED_MS, Conversation
from groundstation.fleet.operators.handover_page import (
    MAX_ROWS,
    MOST_BYTES,
    HandoverAlarm,
    HandoverPage,
    HandoverVehicle,
    with_room,
)
from groundstation.fleet.operators.names import is_same, name_of
from groundstation.fleet.operators.said import (
    LATEST_UNIX_S,
    MAX_READERS,
    OperatorMessage,
    Readers,
    ReadMarks,
    SaidAnswer,
    SaidKind,
    answers,
)
from groundstation.fleet.operators.talk import AGAIN_S, MAX_PENDING, Talk, decoded, encoded

NOW_S = 1_800_000_000.0
AYSE, CEM = Actor(op="ayşe", gs="gui-a-1"), Actor(op="cem", gs="gui-b-1", role=Role.OBSERVER)


def word(number, text="", by=AYSE, **more):
    return OperatorMessage(id=f"id-{number}-{text}", number=number, at_unix_s=NOW_S, by=by, text=text, **more)


def talk_of(actor, found=None):
    ids = itertools.count()
    return Talk(actor, found if found is not None else Conversation(), lambda: f"{actor.gs}-{next(ids)}")


def test_every_station_has_the_same_order_and_a_repeat_is_none():
    words = [word(number, text) for number in (7, 3, 5) for text in "ba"]
    orders = set()
    for seed in range(20):
        found = Conversation()
        heard = [*words, *words]
        random.Random(seed).shuffle(heard)
        assert sum(found.fold(one) for one in heard) == len(words)
        orders.add(tuple(one.id for one in found.all()))
    assert orders == {tuple(sorted(one.id for one in words))}


def test_an_answer_stands_behind_what_it_answers_though_its_clock_is_ten_minutes_slow():
    late, early = Conversation(), Conversation()
    asked = talk_of(AYSE, late).say("wind?", NOW_S)
    early.fold(asked)
    answer = talk_of(CEM, early).say("6 m/s", NOW_S - 600.0)
    late.fold(answer)
    assert [one.text for one in late.all()] == ["wind?", "6 m/s"]


@pytest.mark.parametrize("hours", [-24 * 365 * 30, -3, 3, 24 * 365])
def test_words_stand_in_the_order_in_which_they_were_said_whatever_one_clock_shows(hours):
    # a clock set to the time of another zone, a battery that is empty: of hours, and of years
    one, other = Conversation(), Conversation()
    right, wrong = talk_of(AYSE, one), talk_of(CEM, other)
    for number in range(3):
        other.fold(right.say(f"question {number}", NOW_S + number))
        one.fold(wrong.say(f"answer {number}", NOW_S + hours * 3600.0 + number))
    said = [f"{kind} {number}" for number in range(3) for kind in ("question", "answer")]
    assert [word.text for word in one.all()] == [word.text for word in other.all()] == said


@pytest.mark.parametrize(("number", "counts"), [(COUNTED_MS, True), (COUNTED_MS + 1, False)])
def test_a_number_at_the_end_of_time_leaves_room_to_count(number, counts):
    found = Conversation()
    found.fold(word(number))
    said = talk_of(CEM, found).say("on", NOW_S)
    assert said.is_plausible
    assert said.number == (number + 1 if counts else int(NOW_S * 1000))


@pytest.mark.parametrize(
    ("change", "is_taken"),
    [
        ({}, True),
        ({"at_unix_s": LATEST_UNIX_S}, True),
        ({"at_unix_s": LATEST_UNIX_S + 1}, False),
        ({"at_unix_s": float("nan")}, False),
        ({"number": int(LATEST_UNIX_S * 1000) + 1}, False),
        ({"about_unix_s": float("inf")}, False),
        ({"about_unix_s": -1.0}, False),
    ],
)
def test_times_that_can_not_be_are_no_message(change, is_taken):
    found = Conversation()
    assert found.fold(msgspec.structs.replace(word(5), **change)) is is_taken
    assert (len(found), found.ignored) == (int(is_taken), int(not is_taken))


def test_the_earliest_are_forgotten_with_all_that_is_known_of_them(monkeypatch):
    monkeypatch.setattr(module, "MAX_MESSAGES", 3)
    found = Conversation()
    for number in range(4):
        found.fold(word(number))
        found.fold_marks(ReadMarks(by=CEM, ids=(f"id-{number}-",)))
    assert [one.number for one in found.all()] == [1, 2, 3]
    assert found.readers("id-0-") == []
    assert found.readers("id-1-") == ["cem"]


def test_what_is_unread_is_what_others_said_to_me():
    found = Conversation()
    for one in (word(1, "all"), word(2, "cem", to=("cem",)), word(3, "other", to=("deniz",)), word(4, "mine", by=CEM)):
        found.fold(one)
    assert [one.text for one in found.unread("cem")] == ["all", "cem"]
    found.fold_marks(ReadMarks(by=CEM, ids=("id-1-all", "never heard")))
    assert [one.text for one in found.unread("cem")] == ["cem"]
    assert found.readers("id-1-all") == ["cem"]
    assert found.readers("never heard") == []


def test_only_who_was_asked_signs_and_the_first_answer_counts():
    found = Conversation()
    signed = word(3, "yes", by=CEM, kind=SaidKind.ACCEPTED, about="id-1-take over")
    # it may come before what it answers
    found.fold(signed)
    found.fold(word(2, "forged", by=Actor(op="eve", gs="x"), kind=SaidKind.ACCEPTED, about="id-1-take over"))
    assert found.end_of("id-1-take over") is None
    found.fold(word(1, "take over", kind=SaidKind.HANDOVER, to=("cem",)))
    assert found.end_of("id-1-take over") is signed
    found.fold(word(4, "no", by=CEM, kind=SaidKind.DECLINED, about="id-1-take over"))
    assert found.end_of("id-1-take over") is signed


def test_an_answer_goes_in_parts_that_each_fit_and_nothing_is_lost():
    words = [word(number, "ü" * 2_000) for number in range(60)]
    readers = [Readers(id=one.id, ops=("cem",)) for one in words]
    parts = answers("me", words, readers)
    assert max(len(msgspec.json.encode(one)) for one in parts) < 65_536
    assert [one.is_all for one in parts] == [False] * (len(parts) - 1) + [True]
    found = Conversation()
    for one in parts:
        found.fold_answer(one)
    assert found.all() == words
    assert all(found.readers(one.id) == ["cem"] and found.is_kept(one.id) for one in words)


def test_a_long_page_has_room_and_says_what_it_left_out():
    rows = tuple(HandoverVehicle(name=f"fleet/uav-{number}", trouble="ö" * 200) for number in range(400))
    alarms = tuple(HandoverAlarm(title="x" * 200) for _ in range(10))
    page = with_room(HandoverPage(vehicles=rows, alarms=alarms, notes="n" * 2_000))
    assert len(msgspec.json.encode(page)) <= MOST_BYTES
    assert page.left_out == 400 - len(page.vehicles) + 10 - len(page.alarms) > 0
    small = HandoverPage(vehicles=rows[:20])
    assert with_room(small) == small
    assert len(with_room(HandoverPage(vehicles=rows[:1] * (MAX_ROWS + 1))).vehicles) <= MAX_ROWS


def tick(talk, now_s, leader="engine", connections=1, is_connected=True):
    return talk.tick(now_s, leader, connections, is_connected=is_connected)


def test_a_word_is_said_again_until_a_store_has_it():
    found = Conversation()
    talk = talk_of(AYSE, found)
    one = talk.say("landing", NOW_S)
    assert tick(talk, 0.0, is_connected=False) == []
    assert talk.is_waiting(one.id)
    assert one in tick(talk, 1.0)
    assert not talk.is_waiting(one.id)
    assert one not in tick(talk, 1.0 + AGAIN_S - 0.1)
    assert one in tick(talk, 1.0 + AGAIN_S)
    found.fold_answer(SaidAnswer(kept=(one.id,)))
    assert one not in tick(talk, 30.0)
    assert talk.pending == ()


def test_without_a_store_it_is_said_once_for_each_connection():
    talk = talk_of(AYSE)
    one = talk.say("landing", NOW_S)
    assert tick(talk, 0.0, leader="") == [one]
    assert tick(talk, 60.0, leader="") == []
    assert tick(talk, 61.0, leader="", connections=2) == [one]


def test_each_new_leader_is_asked_until_it_has_answered():
    found = Conversation()
    talk = talk_of(AYSE, found)
    found.fold(word(1))
    mine = talk.say("mine", NOW_S)
    (wish,) = [one for one in tick(talk, 0.0) if one is not mine]
    # what is not confirmed is asked for: that it is told is the confirmation
    assert wish.known == ("id-1-",)
    assert [one for one in tick(talk, 1.0) if one is not mine] == []
    assert wish in tick(talk, AGAIN_S)
    found.fold_answer(SaidAnswer(to=AYSE.gs, messages=(mine,)))
    found.fold_answer(SaidAnswer(to="another", is_all=True))
    assert wish not in tick(talk, AGAIN_S + 1.0)
    found.fold_answer(SaidAnswer(to=AYSE.gs, is_all=True))
    assert tick(talk, 100.0) == []
    assert len(tick(talk, 101.0, leader="next")) == 1


def test_what_waits_is_bounded_and_counted():
    talk = talk_of(AYSE)
    words = [talk.say(str(number), NOW_S) for number in range(MAX_PENDING + 1)]
    assert (talk.dropped, talk.pending[0]) == (1, words[1])


def test_what_was_not_confirmed_is_remembered_and_damage_is_nothing():
    talk = talk_of(AYSE)
    one = talk.say("nobody heard this", NOW_S, vehicle="fleet/uav-1")
    later = talk_of(AYSE)
    later.restore(decoded(encoded(talk.pending)))
    assert later.pending == (one,)
    assert decoded("[{") == decoded("{}") == decoded('[{"id": ""}]') == ()


def test_read_marks_go_out_once():
    talk = talk_of(CEM)
    talk.read(["a", "b"])
    (marks,) = tick(talk, 0.0, leader="")
    assert marks.ids == ("a", "b")
    assert tick(talk, 1.0, leader="") == []


def test_lines_of_a_text_stay_lines_and_what_steers_does_not():
    assert word(1, "one\nt\x1b[31mwo\u202e").shown_text == "one\nt [31mwo "


def test_a_word_that_many_have_read_is_read_by_who_comes_last_too():
    found = Conversation()
    found.fold(word(1))
    for number in range(MAX_READERS + 1):
        name = f"operator {number}"
        assert len(found.unread(name)) == 1
        found.fold_marks(ReadMarks(by=Actor(op=name, gs="x"), ids=("id-1-",)))
        assert found.unread(name) == []
    assert len(found.readers("id-1-")) == MAX_READERS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ayşe", "ayşe"),
        ("ayşe", "ays\u0327e"),
        ("  ayşe  k", "Ayşe K"),
        ("İnci", "inci"),
        ("IŞIL", "ışıl"),
    ],
)
def test_ways_to_write_a_name_are_one_operator(one, other):
    found = Conversation()
    found.fold(word(1, "take over", kind=SaidKind.HANDOVER, to=(other,), by=CEM))
    assert len(found.unread(one)) == 1
    found.fold_marks(ReadMarks(by=Actor(op=other, gs="x"), ids=("id-1-take over",)))
    assert found.unread(one) == []
    found.fold(word(2, "mine", by=Actor(op=other, gs="x")))
    assert found.unread(one) == []
    found.fold(word(3, "yes", by=Actor(op=one, gs="y"), kind=SaidKind.ACCEPTED, about="id-1-take over"))
    assert found.end_of("id-1-take over").text == "yes"
    assert not is_same(one, f"{other}2")


def test_nobody_hands_over_to_himself():
    found = Conversation()
    found.fold(word(1, "x", kind=SaidKind.HANDOVER, to=("Ayşe", "cem")))
    found.fold(word(2, "yes", by=AYSE, kind=SaidKind.ACCEPTED, about="id-1-x"))
    assert found.end_of("id-1-x") is None


def test_a_forged_answer_that_is_forgotten_takes_no_signature_with_it(monkeypatch):
    monkeypatch.setattr(module, "MAX_MESSAGES", 3)
    found = Conversation()
    found.fold(word(0, "no", by=Actor(op="eve", gs="x"), kind=SaidKind.ACCEPTED, about="id-1-x"))
    found.fold(word(1, "x", kind=SaidKind.HANDOVER, to=("cem",)))
    signed = word(2, "yes", by=CEM, kind=SaidKind.ACCEPTED, about="id-1-x")
    found.fold(signed)
    found.fold(word(3))
    assert found.end_of("id-1-x") is signed


@pytest.mark.parametrize(
    ("text", "name"),
    [("cem", "cem"), ("x" * 201, "x" * 200), ("a\udcffb", "a?b"), (" \n ", ""), ("a\n b", "a b")],
)
def test_a_name_of_the_system_can_travel(text, name):
    assert name_of(text) == name
