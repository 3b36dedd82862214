# SPDX-License-Identifier: Apache-2.0
"""N simulated vehicles on real sockets, in one loop and one thread: the entry of this room.

`Squadron(plan).run(stop)` is all that the command line needs. The only place of the room with a clock.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from groundstation.simulator.airfield import TICK_S, Airfield
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.engine.ports import PORTS, Address, LinkText, Port
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.port_loop import PortLoop

_MOST_TICKS = 50
"""Ticks made up for in one go; what is further behind is given up and counted."""


class Squadron:
    """Simulated vehicles that ground stations can reach."""

    def __init__(
        self,
        plan: SquadronPlan,
        *,
        clock: Callable[[], float] = time.monotonic,
        epoch_unix_s: float | None = None,
    ) -> None:
        """Build the vehicles and open their ports.

        Args:
            plan: What to simulate.
            clock: Rising seconds; another one for tests.
            epoch_unix_s: Unix time of simulation second 0, ``None`` for now.

        Raises:
            SimulationError: The link text is wrong, or a port is taken.
        """
        link = LinkText.parse(plan.link)
        self.plan = plan
        self._clock = clock
        self.airfield = Airfield(plan, epoch_unix_s=time.time() if epoch_unix_s is None else epoch_unix_s)
        self._wishes: deque[tuple[Fault, bool]] = deque(maxlen=1000)
        self._speed = plan.speed
        self.late_s = 0.0
        """Seconds given up because this machine was too slow."""
        self._ports: list[Port] = []
        try:
            for index, vehicle in enumerate(self.airfield.vehicles):
                self._ports.append(PORTS[link.kind](vehicle, link.of_vehicle(index, plan.seat(index)[0])))
        except (OSError, ValueError):
            for port in self._ports:
                port.close()
            raise
        self._loop = PortLoop(self._ports)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def addresses(self) -> dict[int, Address]:
        """A vehicle's number to the host and port where it listens (or, for ``udpout``, sends to)."""
        return {number: port.address for number, port in enumerate(self._ports, start=self.plan.first_sysid)}

    @property
    def simulated_s(self) -> float:
        """Seconds of the simulation so far; from any thread."""
        return self.airfield.now_s

    def ask_speed(self, speed: float) -> None:
        """Let time go so fast from now on, simulated seconds for each real one; from any thread."""
        self._speed = speed

    def ask_fault(self, fault: Fault, *, begins: bool) -> None:
        """Let a fault begin or end at the next step; from any thread."""
        self._wishes.append((fault, begins))

    def run(self, stop: threading.Event) -> None:
        """Simulate until ``stop`` is set, then close all sockets. Call from the thread that shall do it."""
        speed = self._speed
        # when second 0 would have been, had time always gone as fast as now
        began_s = self._clock() - self.airfield.now_s / speed
        try:
            while not stop.is_set():
                if speed != self._speed:
                    began_s += self.airfield.now_s * (1.0 / speed - 1.0 / self._speed)
                    speed = self._speed
                elapsed_s = (self._clock() - began_s) * speed
                behind = int((elapsed_s - self.airfield.now_s) / TICK_S + 1e-6)
                # a machine that is too slow would never catch up: the time is given up, and counted
                if behind > _MOST_TICKS:
                    lost_s = (behind - _MOST_TICKS) * TICK_S
                    self.late_s += lost_s
                    began_s += lost_s / speed
                    behind = _MOST_TICKS
                for _ in range(behind):
                    # between two steps, and not after all that a busy machine makes up for: who asks counts from now on
                    while self._wishes:
                        fault, begins = self._wishes.popleft()
                        self.airfield.apply(fault, begins=begins)
                    self.airfield.step()
                if behind:
                    self._loop.flush()
                next_s = began_s + (self.airfield.now_s + TICK_S) / speed
                self._loop.take_input(max(next_s - self._clock(), 0.0), self.airfield.now_s)
        finally:
            self.close()

    def close(self) -> None:
        """Close all sockets; called by `run` at its end."""
        self._loop.close()
