# SPDX-License-Identifier: Apache-2.0
"""`groundstation doctor`: what this machine lacks and how to get it."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import msgspec

from groundstation.transport.embedded_broker import find_mosquitto

MIN_FREE_BYTES = 1_000_000_000
MIN_OPEN_FILES = 1_024


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    """What."""
    is_good: bool
    """False when it needs doing."""
    is_needed: bool = True
    """False for what only makes things better."""
    found: str
    """What there is."""
    remedy: str = ""
    """What helps, as a command where there is one."""


def examine() -> list[Finding]:
    """Look at everything; takes a second or two."""
    return [check() for check in CHECKS]


def _python() -> Finding:
    version = platform.python_version()
    is_good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(name="Python", is_good=is_good, found=version, remedy="use Python 3.11, 3.12 or 3.13")


_MODULES = {
    "PySide6.QtWidgets": "PySide6-Essentials",
    "PySide6QtAds": "PySide6-QtAds",
    "pyqtgraph": "pyqtgraph",
    "numpy": "numpy",
    "paho.mqtt.client": "paho-mqtt",
    "pymavlink": "pymavlink",
    "msgspec": "msgspec",
    "serial": "pyserial",
    "iotcore": "iotcore",
}


def _libraries() -> Finding:
    broken: list[str] = []
    for module, package in _MODULES.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            broken.append(f"{package} ({error})")
    found = "; ".join(broken) or f"{len(_MODULES)} libraries, Qt {_version('PySide6-Essentials')}"
    remedy = "run 'make run' in the project's folder: it installs them and the shared libraries that Qt needs"
    return Finding(name="Libraries", is_good=not broken, found=found, remedy=remedy)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "?"


def _broker() -> Finding:
    path = find_mosquitto()
    return Finding(
        name="Broker",
        is_good=path is not None,
        is_needed=False,
        found=f"mosquitto at {path}" if path else "iotcore, which keeps nothing over its own end",
        remedy="apt install mosquitto",
    )


def _display() -> Finding:
    name = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    is_good = bool(name) or sys.platform in ("win32", "darwin")
    return Finding(
        name="Display",
        is_good=is_good,
        is_needed=False,
        found=name or ("yes" if is_good else "none"),
        remedy="start it in a desktop session; without one, 'demo --headless' and 'watch' work",
    )


def _serial() -> Finding:
    from serial.tools import list_ports

    ports = [port.device for port in list_ports.comports()]
    closed = [port for port in ports if not os.access(port, os.R_OK | os.W_OK)]
    return Finding(
        name="Serial ports",
        is_good=not closed,
        is_needed=False,
        found=", ".join(ports) or "none plugged in",
        remedy=f"you may not use {', '.join(closed)}: 'sudo usermod -aG dialout $USER', then log in again",
    )


def _mavlink_port() -> Finding:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("0.0.0.0", 14_550))  # noqa: S104 - the address that vehicles call
        except OSError as error:
            return Finding(
                name="UDP port 14550",
                is_good=False,
                is_needed=False,
                found=error.strerror or str(error),
                remedy="another ground station is using it: end it, or give the bridge another port",
            )
    return Finding(name="UDP port 14550", is_good=True, found="free")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.home()).free
    return Finding(
        name="Disk", is_good=free > MIN_FREE_BYTES, found=f"{free / 1e9:.1f} GB free", remedy="make room in your home"
    )


def _open_files() -> Finding:
    try:
        import resource
    except ImportError:
        return Finding(name="Open files", is_good=True, found="no limit to look at on this system")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    remedy = f"'ulimit -n 4096' before a simulation of more than {MIN_OPEN_FILES // 2} vehicles"
    return Finding(
        name="Open files", is_good=soft >= MIN_OPEN_FILES, is_needed=False, found=f"at most {soft}", remedy=remedy
    )


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _libraries,
    _broker,
    _display,
    _serial,
    _mavlink_port,
    _disk,
    _open_files,
)
"""Everything that is looked at, in order."""
