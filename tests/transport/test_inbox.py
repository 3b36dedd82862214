# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, LinkReport, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.operations import CLOCK_AGE_S, bridge_clock_ms
from groundstation.fleet.overview import Overview
from groundstation.fleet.roster import Fleet
from groundstation.transport import inbox as module
from groundstation.transport import payloads
from groundstation.transport.bus import Message
from groundstation.transport.inbox import TOLD_EVENTS, Inbox

KEY = VehicleKey("fleet", "uav-1")


def message(leaf: str, content: object, seq: int = 0, *, at_s: float = 100.0, bms: int = 1_000, sid: str = "s",
            retain: bool = False, ts: int = 0) -> Message:  # fmt: skip
    payload = payloads.encode(payloads.Envelope(sid=sid, seq=seq, ts=ts, bms=bms, d=content))
    return Message(f"fleet/uav-1/{leaf}", payload, len(payload), 0, retain, at_s)


def motion(seq: int = 0, at_s: float = 100.0, bms: int = 1_000, **more: object) -> Message:
    samples = Samples(position=Position(at_s=bms / 1000, lat_deg=1.0))
    return message("tlm/motion", samples, seq, at_s=at_s, bms=bms, **more)


def test_births_and_events_come_before_telemetry() -> None:
    inbox = Inbox()
    presence = BridgePresence(state=LinkState.ONLINE)
    inbox.offer(motion())
    inbox.offer(message("link", LinkReport()))
    inbox.offer(message("conn", Connection(state=LinkState.ONLINE)))
    inbox.offer(message("evt", Event(at_s=1.0, kind=EventKind.MODE, text="x")))
    payload = payloads.encode(payloads.Envelope(sid="b", seq=0, ts=0, bms=0, d=presence))
    inbox.offer(Message("fleet/_bridge/b1/conn", payload, len(payload), 1, False, 100.0))
    kinds = [type(one.content) for one in inbox.drain().updates]
    assert kinds == [Connection, Event, BridgePresence, Samples, LinkReport]
    assert inbox.drain().updates == []


def test_gaps_are_counted_and_duplicates_dropped() -> None:
    inbox = Inbox()
    for seq in (5, 6, 9, 9, 10, 7):
        inbox.offer(motion(seq))
    assert inbox.counts.missing == 2
    assert inbox.counts.duplicates == 2
    assert len(inbox.drain().updates) == 4


FORGED = [1 << 53, (1 << 53) - 1, 10_000, 200, 30]


@pytest.mark.parametrize("seq", FORGED)
@pytest.mark.parametrize("leaf", ["tlm/motion", "conn", "state"])
def test_one_forged_number_blinds_nobody(seq: int, leaf: str) -> None:
    def one(number: int) -> Message:
        content = Connection(state=LinkState.ONLINE) if leaf == "conn" else Samples()
        return message(leaf, content, number, bms=1_000 + number % 1_000, at_s=100.0 + number % 1_000 / 1000)

    inbox = Inbox()
    for number in range(5):
        inbox.offer(one(number))
    inbox.offer(one(seq))
    inbox.drain()
    for number in range(5, 195):
        inbox.offer(one(number))
    assert len(inbox.drain().updates) >= 189, "one message at most may fall to it"
    assert inbox.counts.implausible > 0


def test_a_whole_run_of_forged_numbers_is_got_over_within_two_messages() -> None:
    inbox = Inbox()
    for number in (0, 1, 2, *range(1 << 50, (1 << 50) + 500)):
        inbox.offer(motion(number))
    inbox.drain()
    for number in range(3, 193):
        inbox.offer(motion(number))
    assert len(inbox.drain().updates) == 189


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1" + "0" * 5_000, "-1" + "0" * 30])
@pytest.mark.parametrize("field", ["seq", "ts", "bms"])
def test_a_number_of_400_digits_is_counted_and_raises_nothing(number: str, field: str) -> None:
    inbox = Inbox()
    fields = {"seq": "0", "ts": "0", "bms": "0"} | {field: number}
    head = ",".join(f'"{name}":{value}' for name, value in fields.items())
    for leaf, content in (("tlm/motion", "{}"), ("conn", '{"state":"online"}'), ("cmd/ack", "{}"), ("ctl", "{}")):
        payload = f'{{"sid":"s",{head},"d":{content}}}'.encode()
        inbox.offer(Message(f"fleet/uav-1/{leaf}", payload, len(payload), 0, False, 1.0))
    assert inbox.counts.undecodable == 4
    assert inbox.drain().updates == []


@pytest.mark.parametrize("bms", [10**15, -(10**15), 0, 10_000_000, 50_100_000])
def test_one_forged_clock_makes_no_age_absurd(bms: int) -> None:
    inbox, fleet = Inbox(), Fleet()
    for number in range(3):
        inbox.offer(motion(number, at_s=100.0 + number, bms=50_000_000 + 1_000 * number))
    inbox.offer(motion(3, at_s=103.0, bms=bms))
    for number in range(4, 8):
        inbox.offer(motion(number, at_s=100.0 + number, bms=50_000_000 + 1_000 * number))
        fleet.fold(inbox.drain().updates)
        state = fleet.get(KEY)
        assert state is not None
        assert state.age_s("position", 100.0 + number) == pytest.approx(0.0, abs=0.01)
        assert state.age_s("position", 130.0 + number) == pytest.approx(30.0, abs=0.01)
    assert inbox.counts.implausible == 1


def test_a_forged_first_clock_is_got_over_with_the_second_true_message() -> None:
    inbox, fleet = Inbox(), Fleet()
    inbox.offer(motion(0, at_s=99.0, bms=10**15))
    for number in range(1, 4):
        inbox.offer(motion(number, at_s=100.0 + number, bms=1_000 * number))
    fleet.fold(inbox.drain().updates)
    state = fleet.get(KEY)
    assert state is not None
    assert state.age_s("position", 113.0) == pytest.approx(10.0, abs=0.01)


def test_a_sample_from_after_its_own_message_is_not_believed() -> None:
    """Just inside: a clock that is rounded; just outside: nothing that a bridge can have heard yet."""
    for ahead_s, is_believed in ((0.99, True), (1.01, False)):
        inbox, fleet = Inbox(), Fleet()
        inbox.offer(message("tlm/motion", Samples(position=Position(at_s=50.0 + ahead_s, lat_deg=2.0)), 0, bms=50_000))
        fleet.fold(inbox.drain().updates)
        state = fleet.get(KEY)
        assert state is not None
        assert (state.position is not None) is is_believed


def test_a_quicker_way_is_taken_over_once_it_is_confirmed() -> None:
    inbox, fleet = Inbox(), Fleet()
    for number, delay_s in enumerate((3.0, 3.0, 0.0, 0.0, 0.0)):
        inbox.offer(motion(number, at_s=100.0 + number + delay_s, bms=1_000 * number))
    fleet.fold(inbox.drain().updates)
    state = fleet.get(KEY)
    assert state is not None
    assert state.age_s("position", 109.0) == pytest.approx(5.0, abs=0.01)


def test_a_new_session_begins_a_new_count() -> None:
    inbox = Inbox()
    inbox.offer(motion(500))
    inbox.offer(motion(0, sid="t"))
    assert inbox.counts.missing == 0
    assert inbox.counts.duplicates == 0


def test_a_delayed_sample_shows_its_true_age() -> None:
    """The quickest delivery sets the clock; what comes 10 s late is 10 s old."""
    inbox, fleet = Inbox(), Fleet()
    inbox.offer(motion(0, at_s=100.0, bms=1_000))
    inbox.offer(motion(1, at_s=111.0, bms=2_000))
    fleet.fold(inbox.drain().updates)
    state = fleet.get(KEY)
    assert state is not None
    assert state.age_s("position", 111.0) == pytest.approx(10.0, abs=0.01)


def test_a_retained_message_is_as_old_as_the_wall_clock_says() -> None:
    inbox, fleet = Inbox(wall_clock=lambda: 2_000.0), Fleet()
    inbox.offer(motion(0, at_s=100.0, bms=1_000, retain=True, ts=1_970_000))
    fleet.fold(inbox.drain().updates)
    state = fleet.get(KEY)
    assert state is not None
    assert state.age_s("position", 100.0) == pytest.approx(30.0, abs=0.01)
    inbox.offer(motion(7, at_s=101.0, bms=32_000))
    fleet.fold(inbox.drain().updates)
    state = fleet.get(KEY)
    assert state is not None
    assert state.age_s("position", 101.0) == pytest.approx(0.0, abs=0.01)


def test_full_queues_drop_their_oldest_and_count(monkeypatch) -> None:
    monkeypatch.setattr(module, "TELEMETRY_QUEUE", 10)
    inbox = Inbox()
    inbox.offer(message("evt", Event(at_s=1.0, kind=EventKind.MODE, text="kept")))
    for seq in range(25):
        inbox.offer(motion(seq))
    updates = inbox.drain().updates
    assert len(updates) == 11
    assert isinstance(updates[0].content, Event)
    assert inbox.counts.dropped == 15


def test_what_can_not_be_decoded_is_counted() -> None:
    inbox = Inbox()
    for payload in (b"{", b"x" * 100_000, b"\xff"):
        inbox.offer(Message("fleet/uav-1/tlm/motion", payload, len(payload), 0, False, 1.0))
    assert inbox.counts.undecodable == 3
    assert inbox.drain().updates == []


def test_cleared_retained_messages_are_no_news() -> None:
    inbox = Inbox()
    inbox.offer(Message("fleet/uav-1/conn", b"", 0, 1, True, 1.0))
    assert inbox.drain().updates == []
    assert inbox.counts.undecodable == 0


@pytest.mark.parametrize(("topic", "count"), [("fleet/_gs/here/echo", 0), ("fleet/_gs/here/ecko", 1)])
def test_what_a_process_tells_itself_is_nothing_lost(topic: str, count: int) -> None:
    inbox = Inbox()
    inbox.offer(Message(topic, b"17", 2, 0, False, 1.0))
    assert inbox.counts.undecodable == count


def test_other_topics_are_readings() -> None:
    inbox = Inbox()
    topic = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/ Nem-Sıcaklık/Nem"
    inbox.offer(Message(topic, b"45", 2, 0, False, 1.0))
    (reading,) = inbox.drain().readings
    assert reading.topic == topic
    assert reading.numbers == {"": 45.0}


def test_what_is_for_recorders_is_never_taken_for_live() -> None:
    inbox = Inbox()
    payload = b'{"sid":"s","seq":0,"ts":0,"bms":0,"d":{}}'
    for leaf in ("late/tlm/motion", "late/marks", "late/end", "raw/_mav"):
        inbox.offer(Message(f"sim/uav-1/{leaf}", payload, len(payload), 1, False, 1.0))
    assert inbox.drain().updates == []


def test_a_message_that_was_long_on_its_way_takes_nothing_newer_away() -> None:
    inbox, fleet = Inbox(), Fleet()
    inbox.offer(motion(0, at_s=98.0, bms=98_000))
    inbox.offer(motion(1, at_s=100.0, bms=100_000))
    old = Samples(position=Position(at_s=98.0, lat_deg=0.0))
    inbox.offer(message("state", old, 0, at_s=100.1, bms=98_000))
    fleet.fold(inbox.drain().updates)
    state = fleet.get(KEY)
    assert state is not None
    assert state.position is not None
    assert state.position.at_s == 100.0


def test_a_bridge_is_heard_by_any_message_that_no_broker_had_kept() -> None:
    for retain, is_heard in ((False, True), (True, False)):
        inbox, fleet = Inbox(wall_clock=lambda: 0.0), Fleet()
        inbox.offer(message("state", Samples(), 0, at_s=100.0, bms=5_000, retain=retain))
        fleet.fold(inbox.drain().updates)
        assert (bridge_clock_ms(fleet.get(KEY), 101.0) is not None) is is_heard
    assert bridge_clock_ms(fleet.get(KEY), 100.0 + CLOCK_AGE_S) is None


def event(seq: int, text: str = "") -> Message:
    return message("evt", Event(at_s=90.0 + seq / 10, kind=EventKind.STATUS_TEXT, text=text or f"text {seq}"), seq)


def texts(inbox: Inbox) -> list[str]:
    return [one.content.text for one in inbox.drain().updates if isinstance(one.content, Event)]


def test_events_that_are_told_again_for_another_window_come_once() -> None:
    inbox = Inbox()
    for seq in range(60):
        inbox.offer(event(seq))
    assert len(texts(inbox)) == 60
    for seq in range(60):
        inbox.offer(event(seq))
    inbox.offer(event(60))
    assert texts(inbox) == ["text 60"]
    assert (inbox.counts.duplicates, inbox.counts.missing, inbox.counts.implausible) == (60, 0, 0)


def test_a_new_window_takes_events_of_before_though_a_newer_one_came_first() -> None:
    inbox = Inbox()
    inbox.offer(event(40))
    for seq in range(40):
        inbox.offer(event(seq))
    inbox.offer(event(41))
    assert texts(inbox) == ["text 40", *(f"text {seq}" for seq in range(40)), "text 41"]
    assert (inbox.counts.duplicates, inbox.counts.missing) == (0, 0)


@pytest.mark.parametrize(("between", "again"), [(TOLD_EVENTS - 1, 0), (TOLD_EVENTS, 1)])
def test_so_many_events_of_a_vehicle_are_remembered(between: int, again: int) -> None:
    inbox = Inbox()
    for seq in range(between + 1):
        inbox.offer(event(seq))
    texts(inbox)
    inbox.offer(event(0))
    assert len(texts(inbox)) == again


@pytest.mark.parametrize("asked", ["fleet/uav-1/tlm/motion", "fleet/+/tlm/motion"])
def test_what_was_not_asked_for_is_not_missing(asked: str) -> None:
    inbox = Inbox()
    for seq in (5, 6):
        inbox.offer(motion(seq))
        inbox.offer(message("tlm/sum", Overview(), seq))
    inbox.asked_anew([asked])
    for seq in (3_000, 3_001):
        inbox.offer(motion(seq))
    assert inbox.counts.missing == 0
    inbox.offer(message("tlm/sum", Overview(), 9))
    inbox.offer(message("tlm/sum", Overview(), 10))
    assert inbox.counts.missing == 2, "what was asked for all the time is"
