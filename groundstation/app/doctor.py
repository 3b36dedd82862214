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

from groundstation.app.display import display_problem
from groundstation.app.qt_libraries import apt_line, missing_libraries, qt_folder, remedy
from groundstation.fleet.errors import GroundStationError
from groundstation.transport.embedded_broker import find_mosquitto
from groundstation.ui.resources import PACKAGE, resource_folder

MIN_FREE_BYTES = 1_000_000_000
MIN_OPEN_FILES = 1_024
CHECKOUT = PACKAGE.parent
"""The project's folder, where there is one."""


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
        # of a library of the system that is missing too, on which one of these was built
        except ImportError as error:
            broken.append(f"{package} ({error})")
    found = "; ".join(broken) or f"{len(_MODULES)} libraries, Qt {_version('PySide6-Essentials')}"
    missing = missing_libraries() if broken else []
    return Finding(
        name="Libraries", is_good=not broken, found=found, remedy=remedy(missing) if missing else _install_again()
    )


def _install_again() -> str:
    """What brings the program's parts, in the way in which it came here."""
    # only a checkout has the set-up; beside an installed package nothing of that name stands
    if (CHECKOUT / "packaging" / "setup.sh").is_file():
        return f"run 'make run' in {CHECKOUT}: it installs what is missing"
    return f"install it again, with all it needs: '{sys.executable} -m pip install --force-reinstall', and its wheel"


def _resources() -> Finding:
    try:
        found, is_good = str(resource_folder()), True
    except GroundStationError as error:
        found, is_good = str(error).partition(";")[0], False
    return Finding(name="Resources", is_good=is_good, found=found, remedy=_install_again())


def _qt_libraries() -> Finding:
    if qt_folder() is None:
        return Finding(name="Qt's libraries", is_good=False, found="no Qt to ask", remedy=_install_again())
    try:
        missing = missing_libraries()
        what = remedy(missing)
    except GroundStationError as error:
        missing, what = ["the list of them"], str(error)
    found = f"not here: {', '.join(missing)}" if missing else "all here"
    return Finding(name="Qt's libraries", is_good=not missing, found=found, remedy=what)


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
        remedy=f"'{apt_line(['mosquitto'])}'",
    )


def _display() -> Finding:
    problem = display_problem()
    return Finding(
        name="Display",
        is_good=problem is None,
        is_needed=False,
        found=problem or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "yes",
        remedy="start it in a desktop session; without one, 'demo --headless' and 'watch' work",
    )


def _serial() -> Finding:
    from serial.tools import list_ports

    ports = [port.device for port in list_ports.comports()]
    # Linux gives serial ports to a group in which a new user is not
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
    # recordings, journal and outbox are below it by default
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
    _qt_libraries,
    _resources,
    _broker,
    _display,
    _serial,
    _mavlink_port,
    _disk,
    _open_files,
)
"""Everything that is looked at, in order."""
