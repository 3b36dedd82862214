# SPDX-License-Identifier: Apache-2.0
"""Five vehicles fly, the broker is ended with `kill -9`, and nothing is missing in the recording, nothing twice.

`GROUNDSTATION_OUTAGES=1,10,60` tries other lengths, in seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstation.logs import session_folder
from tests.support.brokers import BrokerChild
from tests.support.mcap_check import assert_strictly_sound
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.recorder_witness import Witness
from tests.support.recordings import holes, numbers, recorded, repeats
from tests.support.waiting import wait_until

OUTAGES_S = [float(one) for one in os.environ.get("GROUNDSTATION_OUTAGES", "1,5").split(",")]
VEHICLES = 5


class Flight:
    """Simulator, bridge and recorder around a broker, each in its process."""

    def __init__(self, broker: BrokerChild, folder: Path) -> None:
        self.broker, self.out = broker, folder / "recordings"
        link = f"127.0.0.1:{free_port()}"
        self.simulator = Program(
            "simulate", "--vehicles", str(VEHICLES), "--ready", "--autofly", "--link", f"udpout:{link}"
        )
        self.bridge = self.start_bridge(link, folder)
        self.recorder = self.start_recorder()

    def start_bridge(self, link: str, folder: Path) -> Program:
        arguments = [
            "--link",
            f"udpin:{link}",
            "--root",
            "sim",
            "--id",
            "b1",
            "--outbox",
            str(folder / "outbox.sqlite3"),
        ]
        return Program("bridge", "--broker", self.broker.url, *arguments)

    def start_recorder(self) -> Program:
        return Program("record", "--broker", self.broker.url, "--out", str(self.out))

    @property
    def folder(self) -> Path:
        (only,) = session_folder.sessions(self.out)
        return only

    def close(self) -> None:
        for one in (self.recorder, self.bridge, self.simulator):
            one.close()


@pytest.fixture
def flight(any_broker: BrokerChild, tmp_path: Path) -> Iterator[Flight]:
    flight = Flight(any_broker, tmp_path)
    yield flight
    flight.close()


@pytest.mark.long
def test_nothing_is_missing_and_nothing_twice_when_the_broker_is_killed(flight: Flight) -> None:
    witness = Witness(flight.broker.url, VEHICLES)
    wait_until(lambda: witness.recorder().get("vehicles") == VEHICLES, what="five vehicles are recorded")
    for outage_s in OUTAGES_S:
        flight.broker.kill()
        time.sleep(outage_s)  # the length of the outage is what is tried
        flight.broker.start()
        witness.wait_whole(flight.folder)
    expected = witness.wait_whole(flight.folder)
    last = witness.recorder()
    witness.close()
    assert flight.recorder.end()[0] == 0, flight.recorder.said
    found = numbers(flight.folder)
    assert holes(found) == {}
    assert repeats(found) == {}
    assert {key: seqs[0] for key, seqs in found.items() if seqs[0] != 0} == {}
    ends = {key: found.get(key, [-1])[-1] + 1 for key in expected}
    assert {key: (ends[key], following) for key, following in expected.items() if ends[key] < following} == {}
    late = [one for one in recorded(flight.folder) if one.is_late]
    assert len(late) > VEHICLES * sum(OUTAGES_S) * 5
    assert last["lost"] == 0
    for path in flight.folder.glob("*.mcap"):
        assert assert_strictly_sound(path) > 0
