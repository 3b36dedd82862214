# SPDX-License-Identifier: Apache-2.0
"""Vehicles that are gone can be forgotten, for good; those that are heard can't."""

from __future__ import annotations

import json

import pytest

from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program, run_program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mosquitto


def shown(url: str) -> set[str]:
    done = run_program("watch", "--broker", url, "--json", "--duration", "3")
    return {f"{one['root']}/{one['id']}" for one in map(json.loads, done.stdout.splitlines())}


@pytest.mark.long
def test_what_a_broker_keeps_of_a_vehicle_that_is_gone_is_cleared(mosquitto_broker: BrokerChild) -> None:
    url, link = mosquitto_broker.url, f"127.0.0.1:{free_port()}"
    bridge = Program("bridge", "--broker", url, "--link", f"udpin:{link}", "--root", "sim")
    simulator = Program("simulate", "--vehicles", "2", "--link", f"udpout:{link}", "--ready")
    try:
        wait_until(lambda: shown(url) == {"sim/uav-1", "sim/uav-2"}, what=bridge.said)
        refused = run_program("forget", "sim/uav-1", "--broker", url)
        assert refused.returncode == 1
        assert "sim/uav-1: heard now, and would be back at once" in refused.stderr
        simulator.end()
        bridge.end()
        assert shown(url) == {"sim/uav-1", "sim/uav-2"}, "the broker keeps them"
        done = run_program("forget", "uav-1", "--broker", url)
        assert (done.returncode, done.stdout.strip()) == (0, "forgotten sim/uav-1"), done.stderr
        assert shown(url) == {"sim/uav-2"}
    finally:
        simulator.close()
        bridge.close()
