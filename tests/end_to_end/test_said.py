# SPDX-License-Identifier: Apache-2.0
"""What operators say reaches all of them once and in order, who was away too, on real brokers."""

from __future__ import annotations

import threading
import time
import uuid

import pytest

from groundstation.app.alarm_process import AlarmProcess
from groundstation.app.ordering import Desk
from groundstation.fleet.commands import Actor
from groundstation.fleet.operators.said import SaidKind
from groundstation.fleet.operators.talk import Talk
from groundstation.transport import topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.commander import spoken
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.mosquitto]


class Operator:
    """A station whose operator speaks."""

    def __init__(self, url, name):
        self.desk = Desk(url, ("fleet", "sim"), None)
        self.desk.__enter__()
        self.talk = Talk(Actor(op=name, gs=self.desk.actor.gs), self.desk.fleet.conversation, lambda: uuid.uuid4().hex)
        self._number = 0

    def turn(self):
        self.desk.turn()
        status, now_s = self.desk.bus.worker.status, time.monotonic()
        words = self.talk.tick(
            now_s,
            self.desk.fleet.alarms.leader(now_s) or "",
            status.connections,
            is_connected=status.state is BusState.CONNECTED,
        )
        for word in words:
            self.desk.bus.worker.publish([spoken(self.talk.actor, word, self._number)])
            self._number += 1

    def say(self, text, **more):
        return self.talk.say(text, time.time(), **more)

    @property
    def texts(self):
        return [one.text for one in self.desk.fleet.conversation.all()]

    def leave(self):
        self.desk.__exit__(None, None, None)


class Room:
    """Engines and operators on one broker; all are ended at the end."""

    def __init__(self, broker, folder):
        self.url, self.folder = parse_broker_url(broker.url), folder
        self._engines, self.operators = [], []

    def engine(self, name="a"):
        process = AlarmProcess(self.url, self.folder / f"{name}.json", self.folder / f"{name}.sqlite3")
        stop = threading.Event()
        thread = threading.Thread(target=process.run, args=(stop,), name=f"engine-{name}")
        thread.start()
        self._engines.append((process, stop, thread))
        return process

    def silence(self, process):
        """As a computer that hangs: it is there, and says nothing any more; no goodbye, no will."""
        process.tick = lambda *_: None

    def stop(self):
        for _, stop, _ in self._engines:
            stop.set()
        for _, _, thread in self._engines:
            thread.join()
        self._engines = []

    def operator(self, name):
        self.operators.append(Operator(self.url, name))
        return self.operators[-1]

    def leave(self, operator):
        self.operators.remove(operator)
        operator.leave()

    def wait(self, is_true, what=""):
        def found():
            for one in self.operators:
                one.turn()
            return is_true()

        wait_until(found, what=what)

    def wait_kept(self, operator):
        self.wait(lambda: not operator.talk.pending, "a store has it on its disk")

    def close(self):
        self.stop()
        for one in list(self.operators):
            self.leave(one)


@pytest.fixture
def room(any_broker, tmp_path):
    found = Room(any_broker, tmp_path)
    yield found
    found.close()


def test_who_was_away_has_everything_once_in_order_with_who_read_it(room):
    room.engine()
    ayse, cem = room.operator("ayşe"), room.operator("cem")
    first = ayse.say("uav-3 lands in the north field", vehicle="fleet/uav-3", lat_deg=41.0, lon_deg=39.7)
    room.wait(lambda: cem.texts == [first.text], "it arrives")
    cem.say("understood", to=("ayşe",))
    cem.talk.read([first.id])
    room.wait(lambda: len(ayse.texts) == 2, "the answer arrives")
    room.wait_kept(cem)
    room.wait_kept(ayse)
    deniz = room.operator("deniz")
    room.wait(lambda: len(deniz.texts) == 2, "who was away is told")
    room.wait(lambda: deniz.desk.fleet.conversation.readers(first.id) == ["cem"], "who read it")
    assert deniz.texts == ["uav-3 lands in the north field", "understood"]
    assert deniz.desk.fleet.conversation.get(first.id) == first
    # the one that only cem and ayşe are meant by is none of hers
    assert [one.text for one in deniz.desk.fleet.conversation.unread("deniz")] == [first.text]
    assert ayse.texts == cem.texts == deniz.texts


def test_the_store_that_answers_dies_and_nothing_is_lost_or_doubled(room):
    one_engine, other_engine = room.engine("a"), room.engine("b")
    ayse = room.operator("ayşe")
    ayse.say("before")
    room.wait_kept(ayse)
    room.wait(lambda: one_engine.lease.leads != other_engine.lease.leads, "one leads")
    leader, heir = (one_engine, other_engine) if one_engine.lease.leads else (other_engine, one_engine)
    room.silence(leader)
    ayse.say("between")
    room.wait(lambda: heir.lease.leads, "the other one leads")
    room.wait_kept(ayse)
    cem = room.operator("cem")
    room.wait(lambda: len(cem.texts) == 2, "all of it")
    assert cem.texts == ["before", "between"]


def test_a_store_that_was_not_there_learns_it_from_the_other_one(room):
    room.engine("a")
    ayse = room.operator("ayşe")
    one = ayse.say("said while the other store was off")
    room.wait_kept(ayse)
    late = room.engine("b")
    room.wait(lambda: [each.id for each in late.said._store.newest()] == [one.id], "it has it too")


def test_it_is_there_after_everything_was_off_and_a_word_without_a_store_goes_out_when_there_is_one(room):
    ayse = room.operator("ayşe")
    one = ayse.say("nobody keeps this yet")
    cem = room.operator("cem")
    room.wait(lambda: not ayse.talk.is_waiting(one.id), "it is said")
    assert [each.id for each in ayse.talk.pending] == [one.id]
    room.engine()
    room.wait_kept(ayse)
    room.stop()
    for each in (ayse, cem):
        room.leave(each)
    room.engine()
    deniz = room.operator("deniz")
    room.wait(lambda: deniz.texts == [one.text], "after the night")


def test_a_handover_is_signed_by_whom_it_was_for(room):
    room.engine()
    ayse, cem, eve = (room.operator(name) for name in ("ayşe", "cem", "eve"))
    page = ayse.say("night shift", kind=SaidKind.HANDOVER, to=("cem",))
    room.wait(lambda: page.id in cem.desk.fleet.conversation.newest_ids(), "it arrives")
    eve.say("mine", kind=SaidKind.ACCEPTED, about=page.id)
    room.wait(lambda: "mine" in ayse.texts, "the forged one arrives")
    assert ayse.desk.fleet.conversation.end_of(page.id) is None
    cem.say("", kind=SaidKind.ACCEPTED, about=page.id)
    room.wait(lambda: ayse.desk.fleet.conversation.end_of(page.id) is not None, "both have signed")
    assert ayse.desk.fleet.conversation.end_of(page.id).by.op == "cem"


@pytest.mark.parametrize("payload", [b"{", b"\xff" * 10, b'{"v":1,"sid":"x","seq":0,"ts":0,"bms":0,"d":{"id":""}}'])
def test_what_is_no_word_of_an_operator_harms_neither_store_nor_station(room, payload):
    engine = room.engine()
    ayse = room.operator("ayşe")
    for leaf in (topics.SAY, topics.READ, topics.SAID_REQ):
        ayse.desk.bus.worker.publish([Outgoing(topics.station("fleet", "x", leaf), payload, qos=1)])
    ayse.desk.bus.worker.publish([Outgoing(topics.engine("x", topics.SAID), payload, qos=1)])
    one = ayse.say("still here")
    room.wait_kept(ayse)
    assert [each.id for each in engine.said._store.newest()] == [one.id]
