# SPDX-License-Identifier: Apache-2.0
"""The broker that a station brings along: mosquitto when it is on PATH, else iotcore. Runs in a process of its own.

Bound to 127.0.0.1 only, so it needs no password; a broker for other machines is one that somebody set up.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from groundstation.fleet.errors import GroundStationError

if TYPE_CHECKING:
    from iotcore import Broker

log = logging.getLogger("groundstation.broker")

HOST = "127.0.0.1"
DEFAULT_PORT = 1883
RESTART_S = 0.3
"""Before a mosquitto that died is started again."""
MAX_RESTARTS_IN_A_ROW = 5
QUICK_DEATH_S = 2.0
"""A broker that dies sooner than this has not worked at all."""
STOP_S = 3.0

MOSQUITTO_CONFIG = """\
listener {port} {host}
allow_anonymous true
persistence false
max_queued_messages 20000
max_queued_bytes 67108864
max_inflight_messages 100
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
"""
WORTH_TELLING = ("dropped", "rror", "arning", "nable", "memory", "denied", "ailed")
"""In what mosquitto says: that it drops messages for a client is a notice, among one for each connection."""
IOTCORE_CONFIG = """\
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 20000
max_segment_size = 10485760
max_segment_count = 10
[v4.1]
name = "v4"
listen = "{host}:{port}"
next_connection_delay_ms = 0
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = 268435455
max_inflight_count = 100
[v5.1]
name = "v5"
listen = "{host}:{port_5}"
next_connection_delay_ms = 0
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 268435455
max_inflight_count = 100
"""
"""rumqttd's own bounds are 20 kB a message and 10,000 connections; its default address is every network's."""
LESS_THAN_MOSQUITTO = (
    "The broker iotcore forgets what it holds when it ends, and gives newcomers at QoS 1 no more than 100 retained "
    "messages; mosquitto (apt install mosquitto) has no such limits"
)
POLL_S = 0.1
WATCHER = """\
exec 3<&0
"$1" -c "$2/mosquitto.conf" <&- 3<&- & broker=$!
( read -r _ <&3; kill "$broker" ) 2>/dev/null & reader=$!
wait "$broker"; code=$?
kill "$reader" 2>/dev/null
rm -rf "$2"
exit "$code"
"""
"""A pipe closes with the last process that holds it: the reader sees the end of its parent, however it ended."""
SBIN = "/usr/sbin"
"""Where Debian puts mosquitto, which is not on every user's PATH."""


def find_mosquitto() -> str | None:
    """Path of mosquitto; None when it isn't installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=SBIN)


def choose_broker(kind: str) -> str:
    """`mosquitto` or `iotcore`, from what was asked for.

    Args:
        kind: `auto`, `mosquitto` or `iotcore`.

    Raises:
        GroundStationError: what was asked for isn't there.
    """
    if kind == "auto":
        kind = "mosquitto" if find_mosquitto() else "iotcore"
    if kind == "iotcore" and importlib.util.find_spec("iotcore") is None:
        raise GroundStationError("no broker is here: 'sudo apt-get install -y mosquitto', or give another's URL")
    if kind == "mosquitto" and find_mosquitto() is None:
        raise GroundStationError(
            "mosquitto is not installed; 'sudo apt-get install -y mosquitto', or use --kind iotcore"
        )
    return kind


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def check_port(port: int) -> None:
    """See that the port can be had.

    Raises:
        GroundStationError: somebody has it.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise GroundStationError(
            f"port {port} on {HOST} can't be had ({os.strerror(error.errno or 0)}); "
            "another broker may run there: choose one with --port"
        ) from error


def run_broker(port: int, kind: str, stop: threading.Event) -> None:
    """Serve until stopped; blocks.

    Args:
        port: TCP port on 127.0.0.1.
        kind: `auto`, `mosquitto` or `iotcore`.
        stop: set by another thread or a signal handler.

    Raises:
        GroundStationError: it can't be started, or dies again and again.
    """
    check_port(port)
    run = _run_mosquitto if choose_broker(kind) == "mosquitto" else _run_iotcore
    run(port, stop)


def _run_mosquitto(port: int, stop: threading.Event) -> None:
    deaths = 0
    while not stop.is_set():
        child = _start_mosquitto(port)
        try:
            lived_long = _wait(child, stop)
        finally:
            _end(child)
        if stop.is_set():
            return
        deaths = 0 if lived_long else deaths + 1
        if deaths >= MAX_RESTARTS_IN_A_ROW:
            raise GroundStationError(f"mosquitto ends at once (code {child.returncode}); see its words above")
        log.warning("mosquitto ended (code %s); starting it again", child.returncode)
        stop.wait(RESTART_S)


def _start_mosquitto(port: int) -> subprocess.Popen[bytes]:
    """Mosquitto behind a shell that ends it, and clears up, when this process is gone, even by `kill -9`."""
    folder = Path(tempfile.mkdtemp(prefix="groundstation-broker-"))
    (folder / "mosquitto.conf").write_text(MOSQUITTO_CONFIG.format(port=port, host=HOST))
    folder.chmod(0o755)  # as root mosquitto becomes a user of its own before it reads the file again
    child = subprocess.Popen(
        ["/bin/sh", "-c", WATCHER, "mosquitto-watch", find_mosquitto() or "mosquitto", str(folder)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Ctrl-C goes to the whole group of a terminal: the broker must outlive those that have last words to say
        start_new_session=True,
    )
    threading.Thread(target=_tell, args=(child,), name="mosquitto-log", daemon=True).start()
    return child


def _tell(child: subprocess.Popen[bytes]) -> None:
    """Repeat what is worth telling. Thread `mosquitto-log`; ends with the child."""
    for line in child.stderr or ():
        # mosquitto writes the time and a colon in front of each line
        text = line.decode("utf-8", "replace").strip().partition(": ")[2]
        if any(word in text for word in WORTH_TELLING):
            log.warning("mosquitto: %s", text)


def _wait(child: subprocess.Popen[bytes], stop: threading.Event) -> bool:
    """Wait for the child's end or ours; True when it lived for a while."""
    waited_s = 0.0
    while not stop.is_set():
        try:
            child.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            waited_s += 0.1
            continue
        break
    return waited_s >= QUICK_DEATH_S


def _end(child: subprocess.Popen[bytes]) -> None:
    """Close the pipe that keeps it alive, and see it end."""
    if child.stdin is not None:
        # the shell that watches reads from it, see WATCHER: its end is the order to stop
        child.stdin.close()
    try:
        child.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _run_iotcore(port: int, stop: threading.Event) -> None:
    """Rumqttd in a child of its own, which ends when the pipe to this process closes."""
    port_5, deaths = free_port(), 0
    broker = _start_iotcore(port, port_5)
    log.warning("%s; MQTT 5 is at mqtt://%s", LESS_THAN_MOSQUITTO, broker.listeners[-1])
    try:
        while not stop.is_set():
            began_s = time.monotonic()
            while broker.is_running and not stop.wait(POLL_S):
                pass
            if stop.is_set():
                return
            deaths = 0 if time.monotonic() - began_s >= QUICK_DEATH_S else deaths + 1
            if deaths >= MAX_RESTARTS_IN_A_ROW:
                raise GroundStationError("the broker iotcore ends at once; install mosquitto: apt install mosquitto")
            log.warning("the broker iotcore ended; starting it again")
            stop.wait(RESTART_S)
            broker = _start_iotcore(port, port_5)
    finally:
        broker.stop()


def _start_iotcore(port: int, port_5: int) -> Broker:
    """Start it; its configuration is gone again once it was read.

    Raises:
        GroundStationError: it does not start.
    """
    from iotcore import Broker

    with tempfile.TemporaryDirectory(prefix="groundstation-broker-") as folder:
        config = Path(folder) / "rumqttd.toml"
        config.write_text(IOTCORE_CONFIG.format(host=HOST, port=port, port_5=port_5))
        broker = Broker(config_path=str(config))
        try:
            return broker.start()
        except (OSError, RuntimeError) as error:
            raise GroundStationError(f"the broker iotcore can't be started: {error}") from error
