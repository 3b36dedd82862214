# SPDX-License-Identifier: Apache-2.0
"""An engine's part in what operators say: who asks is answered, however many ask."""

from __future__ import annotations

import itertools

import pytest

from groundstation.app import said_desk
from groundstation.app.said_desk import ANSWER_S, SaidDesk
from groundstation.app.said_store import SaidStore
from groundstation.fleet.commands import Actor
from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.said import OperatorMessage, ReadMarks, SaidAnswer, SaidWish
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message, Outgoing
from groundstation.transport.leaves import ENGINE_SAID

AYSE = Actor(op="ayşe", gs="gui-a-1")


class Engine:
    """A desk that leads, and what it told."""

    def __init__(self, path):
        self._seq = itertools.count()
        self.told: list[Outgoing] = []
        self.desk = SaidDesk("me", SaidStore(path), self._wrap, self.told.extend)

    def _wrap(self, topic, content):
        envelope = payloads.Envelope(sid="x", seq=next(self._seq), ts=0, bms=0, d=content)
        return Outgoing(topic, payloads.encode(envelope))

    def hear(self, topic, content):
        payload = self._wrap(topic, content).payload
        assert self.desk.take(topics.parse(topic), Message(topic, payload, len(payload), 1, False, 0.0))

    def ask(self, station, known=()):
        self.hear(topics.station("fleet", station, topics.SAID_REQ), SaidWish(known=known))

    def answers(self):
        told, self.told[:] = list(self.told), []
        return [payloads.decode(ENGINE_SAID, one.payload).d for one in told]

    def said(self, count):
        for number in range(count):
            one = OperatorMessage(id=f"id-{number}", number=number, at_unix_s=1.0, by=AYSE, text="x")
            self.hear(topics.station("fleet", AYSE.gs, topics.SAY), one)
        self.desk.tick("me", 0.0)
        self.answers()


@pytest.fixture
def engine(tmp_path):
    made = Engine(tmp_path / "said.sqlite3")
    yield made
    made.desk.close()


def test_all_who_ask_at_once_are_answered_with_one_telling(engine):
    engine.said(30)
    for number in range(50):
        engine.ask(f"gui-{number}", known=("id-0", "id-1") if number else ("id-0",))
    engine.desk.tick("me", 1.0)
    told = engine.answers()
    assert [one.id for answer in told for one in answer.messages] == [f"id-{number}" for number in range(1, 30)]
    assert {answer.to for answer in told if answer.is_all} == {f"gui-{number}" for number in range(50)}
    # nobody is told that this is all before it is
    assert not any(answer.messages or answer.readers for answer in told[-50:])


@pytest.mark.parametrize(("passed_s", "is_answered"), [(ANSWER_S - 0.01, False), (ANSWER_S, True)])
def test_who_asks_again_and_again_does_not_make_it_talk_without_end(engine, passed_s, is_answered):
    engine.said(1)
    engine.ask("gui-1")
    engine.desk.tick("me", 10.0)
    assert engine.answers()
    engine.ask("gui-1")
    engine.desk.tick("me", 10.0 + passed_s)
    assert bool(engine.answers()) is is_answered


@pytest.mark.parametrize(("count", "dropped"), [(3, 0), (4, 1)])
def test_who_waits_is_bounded_and_counted(engine, monkeypatch, count, dropped):
    monkeypatch.setattr(said_desk, "MAX_WISHES", 3)
    engine.said(1)
    for number in range(count):
        engine.ask(f"gui-{number}")
    engine.desk.tick("me", 1.0)
    assert {one.to for one in engine.answers() if one.is_all} == {f"gui-{number}" for number in range(dropped, count)}
    assert engine.desk.dropped == dropped


def test_of_hundreds_who_read_a_word_each_is_told(engine):
    engine.said(1)
    for number in range(120):
        marks = ReadMarks(by=Actor(op=f"op {number}", gs="x"), ids=("id-0",))
        engine.hear(topics.station("fleet", "x", topics.READ), marks)
    engine.ask("gui-1")
    engine.desk.tick("me", 1.0)
    found = Conversation()
    for answer in engine.answers():
        found.fold_answer(answer)
    assert len(found.readers("id-0")) == 120


def test_what_one_may_say_at_most_is_told_in_what_a_payload_may_have(engine):
    one = OperatorMessage(id="id", number=1, at_unix_s=1.0, by=AYSE, text="\N{GRINNING FACE}" * 2_000)
    assert len(engine._wrap("t", SaidAnswer(messages=(one,))).payload) < payloads.MAX_PAYLOAD_BYTES
