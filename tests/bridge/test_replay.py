# SPDX-License-Identifier: Apache-2.0
"""Recorded traffic is shown as recorded, and there is no way to command it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstation.bridge.link_text import parse_link
from groundstation.bridge.service import BridgeService, BridgeSettings, root_of
from groundstation.fleet.commands import Actor, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import Operations
from groundstation.fleet.preconditions import Limits, refusal
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS
from groundstation.transport.bus import Message
from groundstation.transport.leaves import bridge_filters
from tests.conftest import shared_log
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus


def bridge_of(path: Path) -> tuple[BridgeService, FakeBus]:
    specs = (parse_link(f"tlog:{path}@max"),)
    bus = FakeBus()
    service = BridgeService(
        BridgeSettings(links=specs, root=root_of(specs, ""), bridge_id="br"), bus, "session", ManualClock()
    )
    service.open()
    while not all(link.is_ended for link in service.links):
        service.step()
    return service, bus


def test_a_recording_goes_under_replay_and_takes_no_word() -> None:
    service, bus = bridge_of(shared_log("copter_square.tlog"))
    (vehicle,) = service.hearing.vehicles.values()
    assert str(vehicle.key) == "replay/uav-1"
    assert vehicle.commands is None
    assert bus.contents("info")[-1].verbs == ()
    assert {one.topic.split("/")[0] for one in bus.sent} == {"replay"}
    assert not any(one.topic.endswith(("/ctl", "/cmd/ack")) for one in bus.sent)
    before = len(bus.sent)
    for verb in VERBS:
        request = {
            "id": verb.value,
            "by": {"op": "a", "gs": "b"},
            "sid": vehicle.session,
            "verb": verb.value,
            "ref_bms": 0,
            "ttl_ms": 60_000,
        }
        for leaf in ("cmd/req", "ctl/req"):
            payload = json.dumps(request).encode()
            service.on_message(Message(f"replay/uav-1/{leaf}", payload, len(payload), 1, False, 0.0))
    service._answer_requests(1_000.0)
    service._publisher.flush()
    assert not [one for one in bus.sent[before:] if "cmd" in one.topic or "ctl" in one.topic]


def test_a_bridge_of_recordings_does_not_even_listen_for_orders() -> None:
    assert not [one for one in bridge_filters("replay", "br") if one.endswith(("cmd/req", "ctl/req"))]
    assert [one for one in bridge_filters("fleet", "br") if one.endswith("cmd/req")]


@pytest.mark.parametrize("verb", VERBS)
def test_a_station_gives_a_recording_no_order(verb: Verb) -> None:
    key = VehicleKey("replay", "uav-1")
    found = refusal(verb, {}, VehicleState(key=key), Limits())
    assert found is not None
    assert "the past can't be commanded" in str(found.said)
    operations = Operations(Actor(op="a", gs="b"), lambda: "id", lambda: 0.0)
    with pytest.raises(UsageError, match="replay/uav-1 is a recording"):
        operations.order([key], Verb.HOLD, {}, 0.0)


def test_recordings_and_living_vehicles_share_neither_bridge_nor_root(tmp_path: Path) -> None:
    file = tmp_path / "a.tlog"
    file.write_bytes(b"x")
    played, living = parse_link(f"tlog:{file}"), parse_link("udpin:127.0.0.1:0")
    assert root_of((played,), "") == root_of((played,), "replay") == "replay"
    assert (root_of((living,), ""), root_of((living,), "sim")) == ("fleet", "sim")
    with pytest.raises(UsageError, match="run two"):
        root_of((played, living), "")
    with pytest.raises(UsageError, match="never under fleet"):
        root_of((played,), "fleet")
    with pytest.raises(UsageError, match="only recordings"):
        root_of((living,), "replay")
    with pytest.raises(UsageError, match="never under sim"):
        BridgeService(BridgeSettings(links=(played,), root="sim", bridge_id="b"), FakeBus(), "s")


def test_a_log_of_a_computer_without_a_clock_is_played_whole() -> None:
    service, _ = bridge_of(shared_log("clock1970.tlog"))
    (link,) = service.links
    assert (link.damaged_bytes, len(service.hearing.vehicles)) == (0, 1)  # type: ignore[attr-defined]
    assert link.frames > 100  # type: ignore[attr-defined]
