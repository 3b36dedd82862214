# SPDX-License-Identifier: Apache-2.0
"""A telemetry log made of a recording has exactly the frames that went into the bridge, an outage of the broker included."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from groundstation.logs import session_folder
from groundstation.logs.exports.export import export
from groundstation.logs.exports.formats import ExportFormat
from groundstation.logs.open_log import open_log
from groundstation.mavlink.frames import FrameParser
from tests.support.brokers import BrokerChild
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.recorder_witness import Witness
from tests.support.waiting import wait_until

VEHICLES = 2
OUTAGE_S = 1.5


class Tap:
    """Passes datagrams on between the simulator and a bridge, and keeps those of the simulator."""

    def __init__(self, bridge: tuple[str, int]) -> None:
        self._bridge = bridge
        self._inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._inner.bind(("127.0.0.1", 0))
        self.port = self._inner.getsockname()[1]
        self._outer: dict[tuple[str, int], socket.socket] = {}
        self.heard: dict[tuple[str, int], list[bytes]] = defaultdict(list)
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._is_ending.is_set():
            ready, _, _ = select.select([self._inner, *self._outer.values()], [], [], 0.1)
            for one in ready:
                if one is self._inner:
                    data, source = one.recvfrom(65_536)
                    self.heard[source].append(data)
                    self._socket_of(source).sendto(data, self._bridge)
                else:
                    data, _ = one.recvfrom(65_536)
                    self._inner.sendto(data, next(key for key, known in self._outer.items() if known is one))

    def _socket_of(self, source: tuple[str, int]) -> socket.socket:
        if source not in self._outer:
            self._outer[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._outer[source].bind(("127.0.0.1", 0))
        return self._outer[source]

    def close(self) -> None:
        self._is_ending.set()
        self._thread.join()
        for one in (self._inner, *self._outer.values()):
            one.close()


def by_system(datagrams: Iterable[bytes]) -> dict[int, list[bytes]]:
    parser, found = FrameParser(), defaultdict(list)
    for data in datagrams:
        for frame in parser.feed(data):
            found[frame.sysid].append(frame.raw)
    return found


@pytest.mark.long
def test_the_frames_of_a_recording_are_those_that_came_in(any_broker: BrokerChild, tmp_path: Path) -> None:
    port = free_port()
    tap = Tap(("127.0.0.1", port))
    out = tmp_path / "recordings"
    recorder = Program("record", "--broker", any_broker.url, "--out", str(out))
    witness = Witness(any_broker.url, VEHICLES)
    wait_until(lambda: bool(witness.recorder()), what="the recorder reports")
    bridge = Program(
        "bridge", "--broker", any_broker.url, "--root", "sim", "--id", "b1",
        "--link", f"udpin:127.0.0.1:{port}", "--outbox", str(tmp_path / "outbox.sqlite3"),
    )  # fmt: skip
    wait_until(lambda: "Ctrl-C" in bridge.said, what="the bridge listens")
    simulator = Program(
        "simulate", "--vehicles", str(VEHICLES), "--ready", "--autofly",
        "--link", f"udpout:127.0.0.1:{tap.port}",
    )  # fmt: skip
    try:
        wait_until(lambda: witness.recorder().get("vehicles") == VEHICLES, what="vehicles are recorded")
        any_broker.kill()
        time.sleep(OUTAGE_S)  # the length of the outage is what is tried
        any_broker.start()
        (folder,) = session_folder.sessions(out)
        witness.wait_whole(folder)
        simulator.end()
        expected = {key: count for key, count in witness.wait_whole(folder).items() if key[0].endswith("raw/_mav")}
        assert len(expected) == VEHICLES
    finally:
        witness.close()
        recorder.end()
        for one in (bridge, simulator, recorder):
            one.close()
        tap.close()
    (folder,) = session_folder.sessions(out)
    with open_log(folder) as log:
        frames = [one.raw for one in log.frames()]
    sent: dict[int, list[bytes]] = {}
    for datagrams in tap.heard.values():
        sent |= by_system(datagrams)
    assert {key: len(one) for key, one in by_system(frames).items()} == {key: len(one) for key, one in sent.items()}
    assert by_system(frames) == sent
    made = export(folder, ExportFormat.TLOG, tmp_path / "back.tlog")
    with open_log(made.path) as log:
        assert log.info.damage.is_none
        assert [one.raw for one in log.frames()] == frames
