# SPDX-License-Identifier: Apache-2.0
"""Real brokers as child processes on free ports: mosquitto with any configuration, and iotcore."""

from __future__ import annotations

import getpass
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from groundstation.transport.embedded_broker import find_mosquitto
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_S


class BrokerChild:
    """A broker that can be killed, stopped, continued and started again on the same port."""

    def __init__(self, arguments: list[str], port: int) -> None:
        self.port = port
        self._arguments = arguments
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> BrokerChild:
        self._child = subprocess.Popen(
            self._arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port)
        return self

    def send(self, number: signal.Signals) -> None:
        assert self._child is not None
        self._child.send_signal(number)

    def kill(self) -> None:
        """As `kill -9`."""
        assert self._child is not None
        self._child.kill()
        self._child.wait()

    def stop(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGCONT)
            self._child.kill()
            self._child.wait()


def wait_for_port(port: int) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)  # there is no event to wait for: the port belongs to another process
    raise AssertionError(f"nothing listens on port {port}")


def mosquitto(folder: Path, extra: str = "", listener: str = "") -> BrokerChild:
    """mosquitto in its default configuration on a free port; `extra` is added to it."""
    port = free_port()
    config = folder / f"mosquitto-{port}.conf"
    # as root it would become user mosquitto, who may not read a test's folder
    user = f"user {getpass.getuser()}"
    config.write_text(f"{user}\nlistener {port} 127.0.0.1\n{listener}\nallow_anonymous true\n{extra}\n")
    return BrokerChild([find_mosquitto() or "mosquitto", "-c", str(config)], port)


def iotcore() -> BrokerChild:
    port = free_port()
    return BrokerChild(
        [sys.executable, "-m", "groundstation", "broker", "--kind", "iotcore", "--port", str(port)], port
    )
