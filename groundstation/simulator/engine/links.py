# SPDX-License-Identifier: Apache-2.0
"""One of a vehicle's links: its own sequence numbers, schedule and bounded output. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundstation.simulator.engine.schedule import Schedule
from groundstation.simulator.engine.wire import Message, StreamParser, frame_v1, frame_v2, known_type

MAX_WAITING_BYTES = 128 * 1024
"""A full list of parameters fits; beyond it new frames are not made, as an autopilot does with a full UART."""


@dataclass
class FileSession:
    """What of the vehicle's files is open on a link."""

    data: bytes | None = None
    """The file; None while none is open."""
    used_s: float = 0.0
    """When it was asked for last, seconds on the vehicle's clock."""
    last: tuple[int, bytes] = (-1, b"")
    """Number and payload of the last answer, for a question that is asked again."""


class Link:
    """What one ground station hears and says."""

    def __init__(self, system: int, schedule: Schedule, first_as_v1: Mapping[int, int] | None = None) -> None:
        self.system = system
        """Sender of every frame."""
        self.first_as_v1 = first_as_v1 or {}
        """Message id to its MAVLink 1 length, of those that leave as MAVLink 1 when they are the first of all."""
        self._has_spoken = False
        self._sequence = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self.schedule = schedule
        self.parser = StreamParser()
        self.is_closed = False
        """The vehicle hung up (a reboot); whoever carries the bytes must close the connection and open a new link."""
        self.is_silent = False
        """A fault: nothing of what the vehicle says gets out, nothing of what is said gets in."""
        self.gaps = 0
        """Frames to count but not to send: a fault that makes the sequence jump."""
        self.listed: int | None = None
        """Index of the parameter that a list under way goes on with, ``None`` while none is."""
        self.files = FileSession()
        self.dropped = 0
        """Frames not made because nobody took the ones before."""

    @property
    def has_room(self) -> bool:
        """May more telemetry be made for this link."""
        return self._waiting_bytes < MAX_WAITING_BYTES

    def send(self, number: int, payload: bytes) -> None:
        """Frame a payload and put it into the output."""
        if self.is_closed:
            return
        if not self.has_room:
            self.dropped += 1
            return
        size = self.first_as_v1.get(number)
        if size is not None and not self._has_spoken:
            frame = frame_v1(number, payload, size=size, sequence=self._sequence, system=self.system)
        else:
            frame = frame_v2(number, payload, sequence=self._sequence, system=self.system)
        self._has_spoken = True
        self._sequence = (self._sequence + 1) & 0xFF
        if self.gaps:  # counted in the sequence, and lost on the way
            self.gaps -= 1
        else:
            self.forward(frame)

    def say(self, number: int, **values: Any) -> None:
        """Send a message by its field values."""
        self.send(number, known_type(number).payload(values))

    def answer(self, message: Message, number: int, **values: Any) -> None:
        """Send a message to whom another one came from."""
        self.say(number, target_system=message.system, target_component=message.component, **values)

    def forward(self, frame: bytes) -> None:
        """Put a whole frame of somebody else into the output."""
        if self.is_closed or self.is_silent or not self.has_room:
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame)

    def take(self) -> list[bytes]:
        """Hand over the frames made since the last time."""
        frames, self._waiting, self._waiting_bytes = self._waiting, [], 0
        return frames
