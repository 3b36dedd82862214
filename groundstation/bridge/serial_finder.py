# SPDX-License-Identifier: Apache-2.0
"""Looks which serial ports are plugged in. Thread `serial-ports`; its owner takes what it saw."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from serial.tools import list_ports

from groundstation.bridge.usb_ids import UsbPort

log = logging.getLogger("groundstation.bridge")

LOOK_S = 1.0
"""How often; a board that was plugged in appears within 5 s."""
MAX_PORTS = 64


def usb_ports() -> list[UsbPort]:
    """Serial ports that hang on USB; those that are built in are not guessed at.

    Raises:
        OSError: the system does not tell.
    """
    return [
        UsbPort(
            device=one.device,
            vid=one.vid,
            pid=one.pid or 0,
            product=_plain(one.product),
            maker=_plain(one.manufacturer),
            serial=_plain(one.serial_number),
            interface=_plain(one.interface),
            location=_plain(one.location),
        )
        for one in list_ports.comports()
        if one.vid is not None
    ][:MAX_PORTS]


def _plain(text: str | None) -> str:
    """What a device calls itself: a stranger's text, on one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in (text or "")[:80]).strip()


class SerialFinder:
    """Asks the system again and again: some take a tenth of a second, which a loop with vehicles has not."""

    def __init__(self, look: Callable[[], Iterable[UsbPort]] = usb_ports) -> None:
        """Prepare; nothing is looked at yet.

        Args:
            look: tells which ports there are.
        """
        self._look = look
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serial-ports", daemon=True)
        self._problem = ""
        self.ports: tuple[UsbPort, ...] = ()
        """As seen last; replaced as a whole."""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; a system that does not answer is not waited for."""
        self._stopping.set()

    def look_once(self) -> None:
        """Look now, on the caller's thread."""
        try:
            self.ports = tuple(self._look())
            problem = ""
        except OSError as error:
            problem = error.strerror or str(error)
        if problem and problem != self._problem:
            log.warning("serial ports can't be looked for: %s", problem)
        self._problem = problem

    def _run(self) -> None:
        self.look_once()
        while not self._stopping.wait(LOOK_S):
            self.look_once()
