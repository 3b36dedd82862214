# SPDX-License-Identifier: Apache-2.0
"""What is larger than 64 KiB travels in parts with a hash, and arrives whole or not at all."""

from __future__ import annotations

import random

import msgspec
import pytest

from groundstation.bridge.publisher import Publisher
from groundstation.fleet.commands import CommandQuery, CommandReport, CommandState, Verb
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleInfo, VehicleKey
from groundstation.transport import parts, payloads, topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import Bus, BusState, BusStatus, Message, Outgoing
from groundstation.transport.commander import outgoing
from groundstation.transport.inbox import Inbox
from groundstation.transport.lanes import MAX_BULK_BYTES, Lane, Lanes, lane_of
from groundstation.transport.leaves import CMD_ACK, EVT, INFO, LEAVES, PART, bridge_filters, station_filters
from groundstation.transport.mqtt_worker import MqttWorker
from groundstation.transport.parts import MAX_CONTENT_BYTES, PATIENCE_S, SLICE_BYTES, WHOLE_BYTES, Joiner, Part, split
from tests.support.brokers import BrokerChild
from tests.support.waiting import Collector, wait_until

KEY = VehicleKey("fleet", "uav-1")
NAME = topics.vehicle(KEY, topics.CMD_ACK)


def payload_of(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def report(size: int) -> CommandReport:
    return CommandReport(id="a", state=CommandState.FAILED, step=0, verb=Verb.ARM, texts=("x" * size,))


class KeepingBus:
    """Keeps what it is given."""

    status = BusStatus(state=BusState.CONNECTED)

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def publish(self, messages: list[Outgoing]) -> int:
        self.sent += messages
        return len(messages)


def said(content: CommandReport) -> list[Outgoing]:
    bus = KeepingBus()
    publisher = Publisher(bus, lambda: 5.0)  # type: ignore[arg-type]
    publisher.say(NAME, CMD_ACK, "life", content)
    publisher.flush()
    return bus.sent


def message(one: Outgoing, at_s: float = 100.0) -> Message:
    return Message(one.topic, one.payload, len(one.payload), one.qos, False, at_s)


@pytest.mark.parametrize(
    "size", [WHOLE_BYTES + 1, 2 * SLICE_BYTES - 1, 2 * SLICE_BYTES, 2 * SLICE_BYTES + 1, 1_000_000]
)
@pytest.mark.parametrize("order", [1, -1])
def test_parts_in_any_order_and_twice_make_the_whole_once(size: int, order: int) -> None:
    payload, joiner = payload_of(size), Joiner()
    given = split("cmd/ack", payload)[::order]
    found = [joiner.take("a", one, 0.0) for one in [*given[:-1], *given[:-1], given[-1]]]
    assert found[-1] == payload
    assert found[:-1] == [None] * (len(found) - 1)
    assert (joiner.spoiled, joiner.given_up) == (0, 0)


@pytest.mark.parametrize(("size", "is_large"), [(WHOLE_BYTES, False), (WHOLE_BYTES + 1, True), (MAX_CONTENT_BYTES, True),
                                                (MAX_CONTENT_BYTES + 1, False)])  # fmt: skip
def test_what_goes_in_parts(size: int, is_large: bool) -> None:
    assert parts.is_large(bytes(size)) is is_large


def test_a_part_is_a_message_of_less_than_96_kb() -> None:
    sent = said(report(500_000))
    assert {one.topic for one in sent} == {"fleet/uav-1/part"}
    assert all(one.qos == 1 and not one.retain for one in sent)
    assert 80_000 < max(len(one.payload) for one in sent) <= payloads.MAX_PAYLOAD_BYTES == 96_000
    (small,) = said(report(60_000))
    assert small.topic == NAME


def test_a_large_report_reaches_a_station_as_if_it_had_come_at_once() -> None:
    inbox, content = Inbox(), report(300_000)
    given = [message(one) for one in said(content)]
    for one in [*given, *given]:
        inbox.offer(one)
    (update,) = inbox.drain().updates
    assert (update.content, update.key, update.session) == (content, KEY, "life")  # type: ignore[union-attr]
    assert (inbox.counts.undecodable, inbox.counts.duplicates) == (0, len(given))


def test_what_overtakes_a_large_report_neither_costs_it_nor_misses_its_number() -> None:
    bus, inbox = KeepingBus(), Inbox()
    publisher = Publisher(bus, lambda: 5.0)  # type: ignore[arg-type]
    for size in (1, 300_000, 2, 3):
        publisher.say(NAME, CMD_ACK, "life", report(size))
    publisher.flush()
    # as the lanes have it: what is urgent first
    for one in sorted(bus.sent, key=lane_of):
        inbox.offer(message(one))
    sizes = [len(one.content.texts[0]) for one in inbox.drain().updates]  # type: ignore[union-attr]
    assert sizes == [1, 2, 3, 300_000]
    assert (inbox.counts.missing, inbox.counts.duplicates) == (0, 0)


def test_a_large_report_that_never_became_whole_is_counted_as_missing() -> None:
    inbox = Inbox()
    for one in said(report(300_000))[:-1]:
        inbox.offer(message(one))
    for one in said(report(200_000)):
        inbox.offer(message(one, 100.1 + PATIENCE_S))
    assert (len(inbox.drain().updates), inbox.counts.missing) == (1, 1)


def test_made_up_numbers_cost_no_true_part() -> None:
    inbox, content = Inbox(), report(300_000)
    first, *rest = [message(one) for one in said(content)]
    inbox.offer(first)
    lie = split("evt", payload_of(100_000))[0]
    for seq in (1, 2, 3, 10**6, 10**6 + 1):
        whole = payloads.encode(payloads.Envelope("life", seq, 0, 0, lie))
        inbox.offer(Message("fleet/uav-1/part", whole, len(whole), 1, False, 100.0))
    for one in rest:
        inbox.offer(one)
    assert [one.content for one in inbox.drain().updates] == [content]


def test_a_part_that_is_missing_gives_nothing_and_is_forgotten() -> None:
    joiner, payload = Joiner(), payload_of(200_000)
    first, *rest = split("evt", payload)
    assert all(joiner.take("a", one, 0.0) is None for one in rest)
    # heard again within the time it is complete, later it begins anew
    assert joiner.take("a", rest[0], PATIENCE_S) is None
    assert joiner.take("a", first, 2 * PATIENCE_S) == payload
    assert all(joiner.take("a", one, 1_000.0) is None for one in rest)
    assert joiner.take("a", first, 1_000.1 + PATIENCE_S) is None
    assert joiner.given_up == 1


def forged(part: Part, **changes: object) -> Part:
    return msgspec.structs.replace(part, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": WHOLE_BYTES},
        {"size": MAX_CONTENT_BYTES + 1},
        {"number": 4},
        {"data": b"x"},
        {"data": bytes(SLICE_BYTES + 1)},
        {"size": 150_000},
    ],
)
def test_a_part_that_contradicts_itself_is_counted_and_the_others_still_make_the_whole(
    changes: dict[str, object],
) -> None:
    joiner, payload = Joiner(), payload_of(200_000)
    first, *rest = split("evt", payload)
    assert joiner.take("a", first, 0.0) is None
    assert joiner.take("a", forged(rest[0], **changes), 0.0) is None
    assert joiner.spoiled == 1
    assert [joiner.take("a", one, 0.0) for one in rest][-1] == payload


def test_a_made_up_size_that_comes_first_does_not_keep_the_true_content_out() -> None:
    joiner, payload = Joiner(), payload_of(200_000)
    given = split("evt", payload)
    joiner.take("a", forged(given[0], size=150_000), 0.0)
    assert [joiner.take("a", one, 0.0) for one in given][-1] == payload
    assert joiner.spoiled == 1


def test_what_is_not_what_its_hash_promises_is_never_given_on() -> None:
    joiner, payload = Joiner(), payload_of(200_000)
    given = split("evt", payload)
    given[1] = forged(given[1], data=bytes(SLICE_BYTES))
    assert [joiner.take("a", one, 0.0) for one in given] == [None] * len(given)
    assert joiner.spoiled == 1
    # the true parts, said again, are believed
    assert [joiner.take("a", one, 0.0) for one in split("evt", payload)][-1] == payload


def test_two_vehicles_that_say_the_same_are_two() -> None:
    joiner, payload = Joiner(), payload_of(100_000)
    first, last = split("evt", payload)
    assert joiner.take("a", first, 0.0) is None
    assert joiner.take("b", last, 0.0) is None
    assert joiner.take("a", last, 0.0) == payload


def test_announcements_without_an_end_stay_within_their_memory() -> None:
    joiner = Joiner()
    for number in range(1_000):
        joiner.take("a", split("evt", payload_of(SLICE_BYTES * 2 + 1, number))[0], 0.0)
    assert joiner.given_up == 1_000 - parts.MAX_OPEN_BYTES // SLICE_BYTES


def test_announcements_of_much_drive_nobody_out() -> None:
    joiner, payload, found = Joiner(), payload_of(200_000), None
    for place, one in enumerate(split("evt", payload)):
        found = joiner.take("a", one, 0.0)
        for number in range(5):
            lie = forged(one, hash=f"{place}{number}".ljust(64, "0"), size=MAX_CONTENT_BYTES, number=0)
            joiner.take("a", forged(lie, data=bytes(SLICE_BYTES)), 0.0)
    assert found == payload


def test_a_part_names_no_leaf_but_one_of_the_bridges_own() -> None:
    info = payloads.encode(payloads.Envelope("life", 0, 0, 0, VehicleInfo(sysid=1, compid=1, name="x" * 100_000)))
    for leaf in (INFO.name, "part", "cmd/req", "late/evt", "nonsense"):
        inbox = Inbox()
        for seq, one in enumerate(split(leaf, info)):
            whole = payloads.encode(payloads.Envelope("life", seq, 0, 0, one))
            inbox.offer(Message("fleet/uav-1/part", whole, len(whole), 1, False, 100.0))
        assert not inbox.drain().updates, leaf


def test_what_is_never_large_is_not_believed_in_parts() -> None:
    inbox = Inbox()
    event = Event(kind=EventKind.STATUS_TEXT, text="x" * 100_000, at_s=1.0)
    for seq, one in enumerate(split(EVT.name, payloads.encode(payloads.Envelope("life", 0, 0, 1_000, event)))):
        whole = payloads.encode(payloads.Envelope("life", seq, 0, 1_000, one))
        inbox.offer(Message("fleet/uav-1/part", whole, len(whole), 1, False, 100.0))
    # a log of a hundred thousand lines would else take whatever a forger has to give
    assert not inbox.drain().updates
    assert not [one for one in LEAVES if one.may_be_large and (one.is_retained or one.is_request or one is PART)]


def test_parts_wait_behind_everything_else_and_have_their_room() -> None:
    lanes, sent = Lanes(), said(report(3_000_000))
    assert {lane_of(one) for one in sent} == {Lane.BULK}
    assert lanes.put(sent, 0.0) == len(sent)
    frames = Outgoing("fleet/uav-1/raw/_mav", bytes(10))
    assert sum(len(one.payload) for one in sent) > MAX_BULK_BYTES
    assert lanes.put([frames], 0.0) == 0
    order = Outgoing("fleet/uav-1/cmd/req", b"hold", 1)
    lanes.put([order], 0.0)
    assert next(iter(lanes.take(100, 10, 0.0))) == order


def test_a_large_request_goes_in_parts_and_no_recording_listens_for_it() -> None:
    query = CommandQuery(ids=tuple(f"{number:040}" for number in range(3_000)), sid="life")
    sent = outgoing(KEY, query, None)
    assert {one.topic for one in sent} == {"fleet/uav-1/part/req"}
    joiner = Joiner()
    whole = [joiner.take("a", payloads.decode_request(Part, one.payload), 0.0) for one in sent][-1]
    assert whole is not None
    assert msgspec.json.decode(whole)["commands"]["sid"] == "life"
    assert "fleet/+/part/req" in bridge_filters("fleet", "b")
    assert not [one for one in bridge_filters("replay", "b") if "part" in one]
    assert station_filters("fleet")["fleet/+/part"] == PART.qos


def test_what_is_larger_than_anything_may_be_is_not_sent_and_that_is_counted() -> None:
    bus = KeepingBus()
    publisher = Publisher(bus, lambda: 5.0)  # type: ignore[arg-type]
    publisher.say(NAME, CMD_ACK, "life", report(MAX_CONTENT_BYTES))
    publisher.flush()
    assert (bus.sent, publisher.dropped) == ([], 1)
    # its number is free again: a recorder would miss it, and an outbox counts on numbers without a gap
    assert publisher.say(NAME, CMD_ACK, "life", report(1)) == 0
    assert outgoing(KEY, CommandQuery(ids=("x" * MAX_CONTENT_BYTES,), sid="life"), None) == []


def test_a_megabyte_over_every_broker(any_broker: BrokerChild) -> None:
    collector, inbox, content = Collector(), Inbox(), report(1_000_000)
    url = parse_broker_url(any_broker.url)
    station = MqttWorker(
        url, client_id="gs", echo_topic="t/e/gs", on_message=inbox.offer, on_status=collector.on_status
    )
    bridge = MqttWorker(
        url, client_id="br", echo_topic="t/e/br", on_message=lambda _: None, on_status=collector.on_status
    )
    station.subscribe(station_filters("fleet"))
    found: list[object] = []

    def has_come() -> bool:
        found.extend(one.content for one in inbox.drain().updates)
        return bool(found)

    try:
        for worker in (station, bridge):
            worker.start()
        wait_until(
            lambda: all(one.status.state is BusState.CONNECTED and one.status.rtt_ms for one in (station, bridge))
        )
        bus: Bus = bridge
        publisher = Publisher(bus)
        publisher.say(NAME, CMD_ACK, "life", content)
        publisher.flush()
        wait_until(has_come)
    finally:
        station.stop()
        bridge.stop()
    assert found == [content]
