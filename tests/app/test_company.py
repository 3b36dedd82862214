# SPDX-License-Identifier: Apache-2.0
"""Whether a process without its window is still needed, on a clock that the test moves."""

from __future__ import annotations

import pytest

from groundstation.app.company import LINGER_S, LOST_S, MAX_KNOWN, STATION_S, Company
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.status import Armed
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message, Outgoing
from groundstation.transport.commander import presence, sensors

ACTOR = Actor(op="ada", gs="gs-gui-1", role=Role.OPERATOR)


def message(topic: str, content: object, *, retain: bool = False) -> Message:
    envelope = payloads.Envelope(sid="s", seq=0, ts=0, bms=0, d=content)
    return came(topic, payloads.encode(envelope), retain=retain)


def came(topic: str, payload: bytes, *, retain: bool = False) -> Message:
    return Message(topic=topic, payload=payload, size_bytes=len(payload), qos=1, retain=retain, received_s=0.0)


def state(root: str = "fleet", *, is_armed: bool, retain: bool = False) -> Message:
    content = Samples(armed=Armed(at_s=0.0, is_armed=is_armed))
    return message(topics.vehicle(VehicleKey(root, "uav-1"), topics.STATE), content, retain=retain)


def gone(root: str) -> Message:
    content = Connection(state=LinkState.OFFLINE)
    return message(topics.vehicle(VehicleKey(root, "uav-1"), topics.CONN), content)


def last_s(company: Company, from_s: float) -> float:
    """The last whole second at which it is needed."""
    now_s = from_s
    while not company.is_over(now_s):
        now_s += 1.0
    return now_s - 1.0 - from_s


def test_nobody_and_nothing_is_waited_out() -> None:
    assert last_s(Company(100.0), 100.0) == LINGER_S - 1


def test_it_stays_while_armed_and_so_long_after() -> None:
    company = Company(0.0)
    for now_s in range(0, 3000, 10):
        company.take(state(is_armed=True), float(now_s))
        assert not company.is_over(float(now_s))
        assert company.armed(float(now_s)) == ["fleet/uav-1"]
    company.take(state(is_armed=False), 3000.0)
    assert company.armed(3000.0) == []
    assert last_s(company, 3000.0) == LINGER_S - 11  # it was needed ten seconds before, at the last look


@pytest.mark.parametrize(("root", "more_s"), [("fleet", LOST_S), ("sim", 0.0)])
def test_an_armed_vehicle_that_is_lost_may_come_back_a_simulated_one_is_gone(root: str, more_s: float) -> None:
    company = Company(0.0)
    company.take(state(root, is_armed=True), 0.0)
    company.take(gone(root), 0.0)
    assert last_s(company, 0.0) == pytest.approx(LINGER_S + more_s - 1, abs=1)


def test_what_the_broker_had_kept_proves_nothing() -> None:
    company = Company(0.0)
    company.take(state(is_armed=True, retain=True), 0.0)
    assert company.armed(0.0) == []


def outgoing(out: Outgoing) -> Message:
    return came(out.topic, out.payload)


def test_a_station_is_company_until_it_says_goodbye_or_is_silent() -> None:
    company = Company(0.0)
    company.take(outgoing(presence(ACTOR, LinkState.ONLINE)), 0.0)
    assert last_s(company, 0.0) == pytest.approx(LINGER_S + STATION_S, abs=2)
    company.take(outgoing(sensors(ACTOR, (), 1)), 1000.0)
    assert not company.is_over(1000.0)
    company.take(outgoing(presence(ACTOR, LinkState.OFFLINE)), 1000.0)
    assert last_s(company, 1000.0) == LINGER_S - 1


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b'{"v":1}', b"[]"])
def test_payloads_of_strangers_are_nothing(payload: bytes) -> None:
    company = Company(0.0)
    for topic in ("fleet/uav-1/state", "fleet/uav-1/conn", "fleet/_gs/x/conn", "other", "fleet/_gs/x/conn/y"):
        company.take(came(topic, payload), 0.0)
    assert company.armed(0.0) == []
    assert last_s(company, 0.0) == LINGER_S - 1


def test_a_flood_of_made_up_ids_costs_no_more_than_its_bound() -> None:
    company = Company(0.0)
    armed = b'{"v":1,"sid":"s","seq":0,"ts":0,"bms":0,"d":{"armed":{"at_s":0.0,"is_armed":true}}}'
    there = b'{"v":1,"sid":"s","seq":0,"ts":0,"bms":0,"d":{"state":"online"}}'
    for number in range(MAX_KNOWN + 100):
        for topic, payload in ((f"fleet/v{number}/state", armed), (f"fleet/_gs/g{number}/conn", there)):
            company.take(Message(topic, payload, len(payload), 1, False, 0.0), 0.0)
    assert len(company._armed) == len(company._stations) == MAX_KNOWN
