# SPDX-License-Identifier: Apache-2.0
"""A simulated autopilot in place of the one with switches of `command_world.py`, on the same manual clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from groundstation.mavlink.dialect import unpack
from groundstation.mavlink.frames import FrameParser, frame_bytes
from groundstation.mavlink.plan_send import PlanSend
from groundstation.simulator.airfield import Airfield
from groundstation.simulator.plan import SquadronPlan
from tests.support.clock import ManualClock
from tests.support.command_world import World


class SimulatedVehicle:
    """One vehicle of the simulator."""

    def __init__(self, flavour: str, clock: ManualClock, send: Callable[[bytes], None]) -> None:
        self.airfield = Airfield(SquadronPlan(flavours=(flavour,), ready=True), epoch_unix_s=1.7e9)
        self.vehicle = self.airfield.vehicle(1)
        self.link = self.vehicle.open_link()
        self._clock, self._send, self._began_s, self._seq = clock, send, clock(), 0
        self.is_silent = False

    def hear(self, frame: tuple[int, bytes]) -> None:
        self._seq = (self._seq + 1) & 0xFF
        self.vehicle.receive(self.link, frame_bytes(*frame, self._seq, 255, 190), self.airfield.now_s)

    def run(self) -> None:
        while self.airfield.now_s < self._clock() - self._began_s - 1e-9:
            self.airfield.step()
        if self.link not in self.vehicle.links and self.vehicle.age_s >= 0.0:
            # it hung up to restart, and calls again
            self.link = self.vehicle.open_link()
        for data in self.link.take():
            if not self.is_silent:
                self._send(data)

    def set_as(self, sysid: int, message: tuple[int, bytes]) -> None:
        """Another station says something to it; we overhear the answer."""
        self._seq = (self._seq + 1) & 0xFF
        self.vehicle.receive(self.link, frame_bytes(*message, self._seq, sysid, 190), self.airfield.now_s)

    def talk_as(self, sysid: int, talk: PlanSend, world: World) -> None:
        """Another station on the same way talks with it until that is over; we overhear the answers."""
        ear = FrameParser()
        take = self.link.take
        heard: list[bytes] = []

        def overheard() -> list[bytes]:
            heard.extend(found := take())
            return found

        self.link.take = overheard  # type: ignore[method-assign]
        messages = talk.start(self.airfield.now_s)
        while not talk.is_over:
            for one in messages:
                self._seq = (self._seq + 1) & 0xFF
                self.vehicle.receive(self.link, frame_bytes(*one, self._seq, sysid, 190), self.airfield.now_s)
            world.step()
            frames = [frame for data in heard for frame in ear.feed(data) if frame.msgid in talk.hears]
            heard.clear()
            messages = talk.tick(self.airfield.now_s)
            for frame in frames:
                messages += talk.take(frame.msgid, unpack(frame.msgid, frame.payload), self.airfield.now_s)
        self.link.take = take  # type: ignore[method-assign]


def simulated(flavour: str, **world: Any) -> World:
    """A world with such a vehicle."""
    return World(make_vehicle=partial(SimulatedVehicle, flavour), **world)
