# SPDX-License-Identifier: Apache-2.0
"""The broker that a station brings along: mosquitto when it is on PATH, else amqtt. Runs in a process of its own.

Bound to 127.0.0.1 only, so it needs no password; a broker for other machines is one that somebody set up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from groundstation.fleet.errors import GroundStationError

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
max_inflight_messages 100
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
"""
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
    """`mosquitto` or `amqtt`, from what was asked for.

    Args:
        kind: `auto`, `mosquitto` or `amqtt`.

    Raises:
        GroundStationError: mosquitto was asked for and isn't there.
    """
    if kind == "auto":
        return "mosquitto" if find_mosquitto() else "amqtt"
    if kind == "mosquitto" and find_mosquitto() is None:
        raise GroundStationError("mosquitto is not installed; 'sudo apt-get install -y mosquitto', or use --kind amqtt")
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
        kind: `auto`, `mosquitto` or `amqtt`.
        stop: set by another thread or a signal handler.

    Raises:
        GroundStationError: it can't be started, or dies again and again.
    """
    check_port(port)
    run = _run_mosquitto if choose_broker(kind) == "mosquitto" else _run_amqtt
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
    return subprocess.Popen(
        ["/bin/sh", "-c", WATCHER, "mosquitto-watch", find_mosquitto() or "mosquitto", str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


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
        child.stdin.close()
    try:
        child.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _run_amqtt(port: int, stop: threading.Event) -> None:
    asyncio.run(_serve_amqtt(port, stop))


async def _serve_amqtt(port: int, stop: threading.Event) -> None:
    from amqtt.broker import Broker

    logging.getLogger("amqtt").setLevel(logging.ERROR)
    logging.getLogger("transitions").setLevel(logging.ERROR)
    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}", "max_connections": 200}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(config)
    await broker.start()
    try:
        await asyncio.to_thread(stop.wait)
    finally:
        await broker.shutdown()
