# SPDX-License-Identifier: Apache-2.0
"""Vehicles that count what they execute, behind a link that loses and delays. Thread `fake-fleet`.

They know one command, MAV_CMD_USER_1, which means nothing to anybody; its param1 tells which order it was.
"""

from __future__ import annotations

import heapq
import random
import select
import socket
import threading
import time
from collections.abc import Callable

import msgspec

from groundstation.mavlink import encode
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.frames import FrameParser, frame_bytes

USER_COMMAND = 31_010
"""MAV_CMD_USER_1."""
HEARTBEAT_S = 1.0
POLL_S = 0.005
ACCEPTED = 0


class LinkFaults(msgspec.Struct, frozen=True, kw_only=True):
    """What the link between bridge and vehicles does to each frame, in both directions."""

    loss: float
    """Share that never arrives."""
    jitter_s: float
    """Each is late by up to this long, so that they overtake each other."""


class Executed(msgspec.Struct, frozen=True):
    """A vehicle did what an order said."""

    order: int
    """Number of the order (param1)."""
    system: int
    """Which vehicle."""
    at_s: float
    """When, monotonic seconds of this computer."""


class FakeFleet:
    """Many autopilots on one socket each, calling a bridge."""

    def __init__(self, vehicles: int, address: tuple[str, int], faults: LinkFaults, seed: int) -> None:
        """Prepare.

        Args:
            vehicles: how many, with system ids from 1.
            address: where the bridge listens, UDP.
            faults: of the link.
            seed: of the faults.
        """
        self.executed: list[Executed] = []
        """Everything that was executed, in order."""
        self._faults, self._rng = faults, random.Random(seed)
        self._vehicles = {self._socket(address): number for number in range(1, vehicles + 1)}
        self._parsers = {one: FrameParser() for one in self._vehicles}
        self._seq = dict.fromkeys(self._vehicles, 0)
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._began_s = time.monotonic() - 100.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-fleet", daemon=True)

    @staticmethod
    def _socket(address: tuple[str, int]) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.connect(address)
        made.setblocking(False)
        return made

    def start(self) -> None:
        """Begin to speak."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for one in self._vehicles:
            one.close()

    # ---- thread `fake-fleet` ----

    def _run(self) -> None:
        next_beat_s = 0.0
        while not self._stopping.is_set():
            readable, _, _ = select.select(list(self._vehicles), [], [], POLL_S)
            for one in readable:
                self._read(one)
            now_s = time.monotonic()
            if now_s >= next_beat_s:
                next_beat_s = now_s + HEARTBEAT_S
                for one in self._vehicles:
                    self._beat(one, now_s)
            while self._later and self._later[0][0] <= now_s:
                heapq.heappop(self._later)[2]()

    def _read(self, one: socket.socket) -> None:
        try:
            # where the bridge's port is closed, ICMP says so, and a connected socket raises it at the next call
            data = one.recv(65_536)
        except OSError:
            return
        for frame in self._parsers[one].feed(data):
            if frame.msgid in (MSGIDS["COMMAND_LONG"], MSGIDS["COMMAND_INT"]):
                fields = unpack(frame.msgid, frame.payload)
                # the way down is as bad as the way up: an order comes late, or never
                self._badly(lambda fields=fields: self._execute(one, fields))  # type: ignore[misc]

    def _execute(self, one: socket.socket, fields: dict[str, float]) -> None:
        command = int(fields["command"])
        if command == USER_COMMAND:
            self.executed.append(Executed(int(fields["param1"]), self._vehicles[one], time.monotonic()))
        system = {"target_system": encode.GCS_SYSID, "target_component": encode.GCS_COMPID}
        answer = encode.payload("COMMAND_ACK", command=command, result=ACCEPTED, progress=255, **system)
        self._say(one, answer)
        if self._rng.random() < self._faults.loss:
            # real autopilots answer some commands twice
            self._say(one, answer)

    def _beat(self, one: socket.socket, now_s: float) -> None:
        beat = encode.payload("HEARTBEAT", type=2, autopilot=3, base_mode=81, system_status=3, mavlink_version=3)
        self._say(one, beat)
        boot_ms = int((now_s - self._began_s) * 1000)
        self._say(one, encode.payload("ATTITUDE", time_boot_ms=boot_ms))

    def _say(self, one: socket.socket, message: tuple[int, bytes]) -> None:
        seq = self._seq[one]
        self._seq[one] = (seq + 1) & 0xFF
        frame = frame_bytes(*message, seq, self._vehicles[one], 1)
        self._badly(lambda: self._send(one, frame))

    def _badly(self, job: Callable[[], None]) -> None:
        """Do it late, or never."""
        if self._rng.random() < self._faults.loss:
            return
        # a heap compares what is equal in time by what stands next, and functions can't be compared
        self._order += 1
        at_s = time.monotonic() + self._rng.random() * self._faults.jitter_s
        heapq.heappush(self._later, (at_s, self._order, job))

    @staticmethod
    def _send(one: socket.socket, frame: bytes) -> None:
        try:
            one.send(frame)
        except OSError:
            return  # the bridge is dead at the moment
