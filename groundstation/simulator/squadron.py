# SPDX-License-Identifier: Apache-2.0
"""N simulated vehicles on real sockets, in one loop and one thread: the entry of this room.

`Squadron(plan).run(stop)` is all that the command line needs. The only place of the room with a clock.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from groundstation.simulator.airfield import TICK_S, Airfield
from groundstation.simulator.engine.ports import PORTS, Address, LinkText, Port
from groundstation.simulator.plan import SquadronPlan

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
        self.late_s = 0.0
        """Seconds given up because this machine was too slow."""
        self._ports: list[Port] = []
        try:
            for index, vehicle in enumerate(self.airfield.vehicles):
                self._ports.append(PORTS[link.kind](vehicle, link.of_vehicle(index, plan.seat(index)[0])))
        except (OSError, ValueError):
            self.close()
            raise
        self._selector = selectors.DefaultSelector()
        self._watched: dict[int, set[socket.socket]] = {}
        for port in self._ports:
            self._watch(port)

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

    def run(self, stop: threading.Event) -> None:
        """Simulate until ``stop`` is set, then close all sockets. Call from the thread that shall do it."""
        began_s = self._clock()
        speed = self.plan.speed
        try:
            while not stop.is_set():
                elapsed_s = (self._clock() - began_s) * speed
                behind = int((elapsed_s - self.airfield.now_s) / TICK_S + 1e-6)
                # a machine that is too slow would never catch up: the time is given up, and counted
                if behind > _MOST_TICKS:
                    lost_s = (behind - _MOST_TICKS) * TICK_S
                    self.late_s += lost_s
                    began_s += lost_s / speed
                    behind = _MOST_TICKS
                for _ in range(behind):
                    self.airfield.step()
                if behind:
                    self._flush()
                next_s = began_s + (self.airfield.now_s + TICK_S) / speed
                self._take_input(max(next_s - self._clock(), 0.0))
        finally:
            self.close()

    def close(self) -> None:
        """Close all sockets; called by `run` at its end."""
        for port in self._ports:
            port.close()
        self._ports = []
        if hasattr(self, "_selector"):
            self._selector.close()

    def _take_input(self, timeout_s: float) -> None:
        """Wait for the next tick; what arrives meanwhile is answered at once."""
        answered: dict[int, Port] = {}
        for key, _ in self._selector.select(timeout_s):
            port: Port = key.data
            if port.read(key.fileobj, self.airfield.now_s):  # type: ignore[arg-type]
                self._watch(port)
            answered[id(port)] = port
        # an answer that waited for the next tick would look like 20 ms of link delay
        for port in answered.values():
            if port.flush():
                self._watch(port)

    def _flush(self) -> None:
        for port in self._ports:
            if port.flush():
                self._watch(port)

    def _watch(self, port: Port) -> None:
        """Bring the selector in line with a port's sockets."""
        wanted = set(port.sockets())
        watched = self._watched.setdefault(id(port), set())
        # a closed socket has lost its number, so it is looked for among the registered ones
        for gone in watched - wanted:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(gone)
        for new in wanted - watched:
            self._selector.register(new, selectors.EVENT_READ, port)
        self._watched[id(port)] = wanted
