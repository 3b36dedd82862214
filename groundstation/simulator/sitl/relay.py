# SPDX-License-Identifier: Apache-2.0
"""One real autopilot as the ports see it: frames between its terminal and whoever listens."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from groundstation.mavlink.frames import Frame, FrameParser, with_header
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.schedule import Schedule
from groundstation.simulator.sitl.attendant import Attendant

MOST_LINKS = 8
_COMMAND_ACK = 77
_MOST_DELAYED = 1000


class Line(Protocol):
    """Where the autopilot's bytes go and come from."""

    def read(self) -> bytes:
        """What waits."""

    def write(self, data: bytes) -> None:
        """Say something."""


class SitlVehicle:
    """Carries the frames of one autopilot, and lets go wrong on the way what is to go wrong."""

    def __init__(self, number: int, title: str, firmware: str, line: Line, attendant: Attendant) -> None:
        """Nothing is heard yet.

        Args:
            number: its system id.
            title: for messages.
            firmware: ``ardupilot`` or ``px4``.
            line: its terminal.
            attendant: who looks after it.
        """
        self.number, self.title, self.firmware = number, title, firmware
        self.attendant = attendant
        self.neighbour = number
        """System id of another vehicle; its own where there is none."""
        self.links: list[Link] = []
        self.is_silent = False
        self.is_mute = False
        self.answer_delay_s = 0.0
        self.gaps = 0
        self.speaks_as: int | None = None
        self._line = line
        self._parser = FrameParser()
        self._late: deque[tuple[float, bytes]] = deque(maxlen=_MOST_DELAYED)

    @property
    def most_peers(self) -> int:
        """On one UDP port."""
        return MOST_LINKS

    def open_link(self) -> Link:
        """Somebody listens."""
        link = Link(self.number, Schedule(0.0))
        link.is_silent = self.is_silent
        self.links.append(link)
        if len(self.links) > MOST_LINKS:
            self.close_link(self.links[0])
        return link

    def close_link(self, link: Link) -> None:
        """Nobody listens there any more."""
        link.is_closed = True
        if link in self.links:
            self.links.remove(link)

    def receive(self, link: Link, data: bytes, now_s: float) -> None:
        """Somebody says something to the autopilot."""
        del now_s
        if not link.is_silent:
            self._line.write(data)

    def reboot(self) -> None:
        """Make it start anew."""
        self._line.write(self.attendant.reboot())

    def take_input(self, now_s: float) -> None:
        """Bring on what the autopilot has said."""
        for frame in self._parser.feed(self._line.read()):
            if not self.attendant.hear(frame, now_s):
                self._bring(frame, now_s)

    def tick(self, now_s: float) -> None:
        """Let the attendant speak, and bring on what was held back."""
        said = self.attendant.tick(now_s)
        if said:
            self._line.write(said)
        while self._late and self._late[0][0] <= now_s:
            self._forward(self._late.popleft()[1])

    def _bring(self, frame: Frame, now_s: float) -> None:
        if self.gaps:
            self.gaps -= 1
        elif frame.msgid != _COMMAND_ACK:
            self._forward(frame.raw)
        elif self.answer_delay_s:
            self._late.append((now_s + self.answer_delay_s, frame.raw))
        elif not self.is_mute:
            self._forward(frame.raw)

    def _forward(self, raw: bytes) -> None:
        if self.speaks_as is not None:
            raw = with_header(raw, raw[4] if raw[0] == 0xFD else raw[2], self.speaks_as)
        for link in self.links:
            link.forward(raw)
