# SPDX-License-Identifier: Apache-2.0
"""`groundstation` alone: whatever the window needs and nobody runs yet is started, and left while it is needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from groundstation.app.company import LINGER_S
from groundstation.app.links_file import is_in_use
from groundstation.app.processes import Child, Supervisor
from groundstation.app.wiring import client_id
from groundstation.fleet.errors import GroundStationError
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState
from groundstation.transport.embedded_broker import HOST, check_port
from groundstation.transport.mqtt_worker import MqttWorker

PORTS = (1883, 18830, 18831, 18832, 18833)
"""Where a broker is looked for and else started: MQTT's own port first, so that other programs find it."""
ANSWER_S = 2.0
"""A broker of this computer answers within milliseconds."""

Say = Callable[[str], None]


def speaks_mqtt(url: BrokerUrl, wait_s: float = ANSWER_S) -> bool:
    """Whether a broker is there that lets us in. Waits.

    Args:
        url: where.
        wait_s: how long it is waited for.
    """
    name = client_id("look")
    worker = MqttWorker(
        url, client_id=name, echo_topic=topics.station("fleet", name, topics.ECHO), on_message=lambda _: None
    )
    worker.start()
    try:
        give_up_s = time.monotonic() + wait_s
        while worker.status.state is not BusState.CONNECTED:
            if worker.status.state is BusState.REFUSED or time.monotonic() >= give_up_s:
                return False
            time.sleep(0.01)
        return True
    finally:
        worker.stop()


def is_free(port: int) -> bool:
    """Whether nothing listens on a port of this computer."""
    try:
        check_port(port)
    except GroundStationError:
        return False
    return True


def find_or_start_broker(supervisor: Supervisor, say: Say, stop: threading.Event) -> BrokerUrl:
    """A broker of this computer: one that runs, or a new one.

    Args:
        supervisor: keeps a new one running.
        say: takes a line for the terminal.
        stop: ends the waiting.

    Raises:
        GroundStationError: neither can be had.
    """
    for port in PORTS:
        url = BrokerUrl(host=HOST, port=port)
        if is_free(port):
            child = broker_child(port, say)
            supervisor.add(child)
            if child.wait_listening(port, stop):
                return url
            if stop.is_set():
                return url
        elif speaks_mqtt(url):
            # of the system, or left by a window that was closed while something was armed
            supervisor.add(broker_child(port, say))
            return url
        else:
            say(f"port {port} of this computer is taken by something that lets no MQTT client in; trying another one")
    raise GroundStationError(
        f"no MQTT broker can be started: ports {', '.join(map(str, PORTS))} are taken; "
        "name a broker with 'groundstation gui --broker URL'"
    )


def broker_child(port: int, say: Say) -> Child:
    """The embedded broker; one that another window or the system runs is left to its work."""
    return Child(
        "broker", ["broker", "--port", str(port)], on_line=quiet(say), linger_s=LINGER_S, is_left=True,
        is_taken=lambda: not is_free(port),
    )  # fmt: skip


def bridge_child(url: BrokerUrl, links: Path, say: Say, *, is_loopback: bool, finds_serial: bool) -> Child:
    """A bridge that remembers its links; one that uses the same file already is left to its work."""
    words = ["bridge", "--links", str(links)]
    words += ["--find-serial"] if finds_serial else []
    words += ["--loopback"] if is_loopback else []
    return Child(
        "bridge", words, on_line=quiet(say), environment={"GROUNDSTATION_BROKER": url.secret_text()},
        linger_s=LINGER_S, is_left=True, is_taken=lambda: is_in_use(links),
    )  # fmt: skip


def quiet(say: Say) -> Say:
    """Lines of a child, without what is meant for a terminal of its own."""

    def on_line(line: str) -> None:
        if "Ctrl-C ends" not in line:
            say(line)

    return on_line
