# SPDX-License-Identifier: Apache-2.0
"""Our bridge on a recording, as a process of its own: prints messages and CPU seconds as JSON.

Run by `groundstation bench` as `python -m groundstation.app.bench.bridge_run RECORDING HOST PORT PACE`, beside
`resources/bench/plain_bridge.py`, which does the same with pymavlink, json and paho.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from groundstation.app.bench.capture import BATCH_S, read
from groundstation.app.wiring import calm_collector
from groundstation.bridge.hearing import Hearing
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.mqtt_worker import MqttWorker

CONNECT_S = 10.0


def main(recording: str, host: str, port: str, pace: str) -> None:
    """Feed the recording through at `pace` times real time and say what it cost."""
    chunks = read(Path(recording))
    # as the real bridge has it: its cost is to be measured, not that of the default thresholds
    calm_collector()
    connected = threading.Event()

    def on_status(status: BusStatus) -> None:
        if status.state is BusState.CONNECTED:
            connected.set()

    bus = MqttWorker(
        BrokerUrl(host=host, port=int(port)),
        client_id="bench-bridge",
        echo_topic="bench/echo",
        on_message=lambda _: None,
        on_status=on_status,
    )
    bus.start()
    if not connected.wait(CONNECT_S):
        raise SystemExit("no broker")
    now_s = 0.0
    publisher = Publisher(bus, lambda: now_s)
    hearing = Hearing("sim", "bench", publisher, {}, 1.0, 255)
    peers: dict[int, Peer] = {}
    began_s, cpu_s, place = time.monotonic(), time.process_time(), 0
    while place < len(chunks):
        now_s += BATCH_S
        while place < len(chunks) and chunks[place].at_s <= now_s:
            chunk = chunks[place]
            peer = peers.get(chunk.vehicle)
            if peer is None:
                peer = Peer("sim", str(chunk.vehicle), lambda _: None, is_known=True, is_datagram=True)
                peers[chunk.vehicle] = peer
            hearing.take(peer, chunk.data, now_s)
            place += 1
        for _ in hearing.tick(now_s):
            pass
        publisher.flush()
        # by the clock and not by a pause: both contestants are fed at the same pace, however long a turn takes them
        time.sleep(max(0.0, began_s + now_s / float(pace) - time.monotonic()))
    # before the time is taken: to send what still waits is part of the cost
    bus.stop()
    cpu_s = time.process_time() - cpu_s
    # what was heard and not what was published: a bridge puts many frames into one message
    messages = sum(ear.loss.frames for vehicle in hearing.vehicles.values() for ear in vehicle.ears)
    outcome = {"messages": messages, "cpu_s": cpu_s, "published": bus.status.sent, "refused": bus.status.refused}
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:5])
