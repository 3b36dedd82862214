# SPDX-License-Identifier: Apache-2.0
"""Serial links: USB cables and telemetry radios. Bridge thread only; polled, as not every system can wait on one."""

from __future__ import annotations

import os
import selectors

import serial

from groundstation.bridge.link_text import LinkSpec
from groundstation.bridge.peer import READ_BYTES, Chunk, Link, Peer

RETRY_S = 1.0
"""Between two tries to open a device; a cable may be plugged in later."""


HUNT_S = 3.5
"""How long a heartbeat is listened for at one speed; autopilots send one a second."""


class SerialPort(Link):
    """One serial device, opened again when it comes back."""

    is_listener = False
    """Whether nothing is sent before an autopilot was heard, and no line is raised that resets a board."""

    def __init__(self, spec: LinkSpec) -> None:
        super().__init__(spec, "opening")
        self.baud = spec.baud
        """Speed of now, bits a second."""
        self._port: serial.Serial | None = None
        self._next_s = 0.0

    def open(self, selector: selectors.BaseSelector) -> None:
        """Nothing yet: the device may not be plugged in."""
        del selector

    def tick(self, now_s: float) -> list[Chunk]:
        """Open when closed, read when open."""
        if self._port is None:
            if now_s >= self._next_s:
                self._next_s = now_s + RETRY_S
                self._try_open()
            return []
        peer = self.peer
        assert peer is not None  # noqa: S101 - set with the port
        try:
            waiting = self._port.in_waiting
            data = self._port.read(min(waiting, READ_BYTES)) if waiting else b""
        except (OSError, serial.SerialException) as error:
            self.problem = f"{self.spec.device} is gone ({error}); plug it in again"
            self.close()
            peer.is_closed = True
            return [(peer, b"")]
        return [(peer, data)] if data else []

    def close(self) -> None:
        """Give the device back."""
        if self._port is not None:
            self._port.close()
            self._port = self.peer = None

    def _try_open(self) -> None:
        try:
            self._port = self._opened()
        except (OSError, ValueError, serial.SerialException) as error:
            self.problem = f"can't open {self.spec.device}: {error}; is it plugged in, and may you use it?"
            return
        self.problem = ""
        self.peer = Peer(self.text, self.spec.device, self._send, is_known=not self.is_listener, is_datagram=False)

    def _opened(self) -> serial.Serial:
        """The device, open.

        Raises:
            OSError: and the others that pyserial knows.
        """
        # timeouts of 0: this thread serves all other links as well
        return serial.Serial(self.spec.device, self.baud, timeout=0, write_timeout=0)

    def _send(self, data: bytes) -> None:
        if self._port is None:
            return
        try:
            self._write(self._port, data)
        except BlockingIOError:
            return  # what it can't take now is lost, as on the radio behind it
        except (OSError, serial.SerialException) as error:
            self.problem = f"can't send on {self.spec.device}: {error}"

    @staticmethod
    def _write(port: serial.Serial, data: bytes) -> None:
        """Write without waiting; pyserial's own `write` turns in a circle for ever while a POSIX device is full."""
        if os.name == "posix":
            os.write(port.fileno(), data)
        else:
            port.write(data)


class SerialListener(SerialPort):
    """A device that anything may be behind: listened to at one speed after the other until frames come."""

    is_listener = True

    def __init__(self, spec: LinkSpec, bauds: tuple[int, ...]) -> None:
        """Not open yet.

        Args:
            spec: the device.
            bauds: speeds to try, bits a second, the likeliest first.
        """
        super().__init__(spec)
        self._bauds = bauds
        self.baud = bauds[0]
        self._next_speed_s = 0.0

    def tick(self, now_s: float) -> list[Chunk]:
        """Another speed where no frame came; one at which frames came is kept."""
        chunks: list[Chunk] = []
        peer = self.peer
        if peer is None or peer.frames:
            self._next_speed_s = now_s + HUNT_S
        elif now_s >= self._next_speed_s:
            self._next_speed_s = now_s + HUNT_S
            self.baud = self._bauds[(self._bauds.index(self.baud) + 1) % len(self._bauds)]
            self.close()
            peer.is_closed = True
            chunks.append((peer, b""))
            self._try_open()
        return chunks + super().tick(now_s)

    def _opened(self) -> serial.Serial:
        port = serial.Serial(timeout=0, write_timeout=0, exclusive=True if os.name == "posix" else None)
        port.port, port.baudrate = self.spec.device, self.baud
        # these lines reset many boards when they rise
        port.dtr = port.rts = False
        port.open()
        return port
