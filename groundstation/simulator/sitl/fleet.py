# SPDX-License-Identifier: Apache-2.0
"""Real autopilots, started together, watched, and ended together: the loop. Runs on the thread that calls `run`."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import Fault, FaultBoard
from groundstation.simulator.engine.ports import PORTS, Address, LinkText, Port
from groundstation.simulator.port_loop import PortLoop
from groundstation.simulator.sitl.attendant import Attendant
from groundstation.simulator.sitl.autopilot import Autopilot, Terminal
from groundstation.simulator.sitl.fleet_plan import Seat, SitlPlan
from groundstation.simulator.sitl.launch import launch_of
from groundstation.simulator.sitl.relay import SitlVehicle
from groundstation.simulator.sitl.sitl_faults import ALTERNATIVES, WHOLE_NUMBERS, apply_fault

PREFIX = "groundstation-sitl-"
"""Of temporary folders, before the process id of who made them."""
_TICK_S = 0.02
_WAITING_S = 5.0
"""Between two words about what one waits for, while that does not change."""


class NewsKind(StrEnum):
    """What there is to tell of one autopilot."""

    SAYS = "says"
    """A line that it printed."""
    WAITS = "waits"
    """It can't be armed yet, and for what it waits."""
    READY = "ready"
    ENDED = "ended"
    PROBLEM = "problem"
    """Something that was asked of its simulator and can't be."""


@dataclass(frozen=True)
class News:
    """Something happened to one autopilot."""

    number: int
    """System id; 0 for all of them."""
    title: str
    kind: NewsKind
    text: str = ""


Tell = Callable[[News], None]


def _sweep(base: Path) -> None:
    """Folders of launchers that were killed: nobody else takes them away."""
    for folder in base.glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


class _Member:
    """One autopilot with all that belongs to it."""

    def __init__(self, seat: Seat, plan: SitlPlan, folder: Path) -> None:
        self.seat = seat
        self.title = f"{seat.program.title} {seat.number}"
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.terminal = Terminal()
        attendant = Attendant(seat.number, WHOLE_NUMBERS, ALTERNATIVES)
        self.vehicle = SitlVehicle(seat.number, self.title, seat.program.firmware, self.terminal, attendant)
        try:
            launch = launch_of(seat, plan, folder, self.terminal.name)
            self.process = Autopilot(self.title, launch, folder)
        except SimulationError:
            self.terminal.close()
            raise
        self.waits_for = ""
        self.told_s = 0.0
        self.is_over = False

    @property
    def attendant(self) -> Attendant:
        """Who looks after it."""
        return self.vehicle.attendant

    def close(self) -> None:
        """End it."""
        self.process.end()
        self.terminal.close()


class SitlFleet:
    """Real autopilots that ground stations can reach, as they reach a `Squadron`."""

    def __init__(self, plan: SitlPlan, tell: Tell, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start all of them and open their ports.

        Args:
            plan: what to start.
            tell: told what happens, on the thread that calls `run`.
            clock: rising seconds.

        Raises:
            SimulationError: a program can't be started, a folder can't be written, or a port is taken.
        """
        self.plan = plan
        self._tell, self._clock = tell, clock
        self._began_s = clock()
        self._ready_s: float | None = None
        self._wishes: deque[Callable[[], None]] = deque(maxlen=1000)
        self._faults = FaultBoard(plan.faults)
        self._members: list[_Member] = []
        self._temporary = plan.folder is None
        if plan.folder is None:
            _sweep(Path(tempfile.gettempdir()))
        self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")) if plan.folder is None else plan.folder
        ports: list[Port] = []
        try:
            self._open(ports)
        except (OSError, SimulationError, ValueError):
            for port in ports:
                port.close()
            self._end_all()
            raise
        self._loop = PortLoop(ports)
        self._ports = ports
        for member in self._members:
            self._watch(member)

    def _open(self, ports: list[Port]) -> None:
        link = LinkText.parse(self.plan.link)
        seats = self.plan.seats()
        for seat in seats:
            folder = self._folder / f"{seat.program.name}-{seat.number}"
            self._members.append(_Member(seat, self.plan, folder))
        for index, member in enumerate(self._members):
            member.vehicle.neighbour = seats[(index + 1) % len(seats)].number
            ports.append(PORTS[link.kind](member.vehicle, link.of_vehicle(index, 0)))

    @property
    def addresses(self) -> dict[int, Address]:
        """System id to the host and port where it listens (or, for ``udpout``, sends to)."""
        return {member.seat.number: port.address for member, port in zip(self._members, self._ports, strict=True)}

    @property
    def pids(self) -> list[int]:
        """Of the processes that keep the autopilots; each leads a group."""
        return [member.process.pid for member in self._members]

    @property
    def folder(self) -> Path:
        """Where their files are."""
        return self._folder

    @property
    def is_shut_in(self) -> bool:
        """None of them has a network; else they listen on ports of this computer, for whoever reaches it."""
        return all(member.process.is_shut_in for member in self._members)

    @property
    def simulated_s(self) -> float:
        """Seconds by the autopilots' own clocks so far, of the one that was heard longest; from any thread."""
        return max((member.attendant.lived_s for member in list(self._members)), default=0.0)

    def ask_fault(self, fault: Fault, *, begins: bool) -> None:
        """Let a fault begin or end; from any thread."""
        self._wishes.append(lambda: self._apply(fault, begins=begins))

    def run(self, stop: threading.Event) -> None:
        """Carry their bytes until ``stop`` is set; then end all of them.

        Raises:
            SimulationError: one ended before it was ready, or all have ended.
        """
        try:
            while not stop.is_set():
                now_s = self._now_s()
                for member in self._members:
                    member.vehicle.tick(now_s)
                    self._look_at(member, now_s)
                while self._wishes:
                    self._wishes.popleft()()
                self._run_faults(now_s)
                self._loop.flush()
                self._loop.take_input(_TICK_S, now_s)
        finally:
            self.close()

    def close(self) -> None:
        """End all of them and close what is open; called by `run` at its end."""
        for member in self._members:
            for number in (member.terminal.fileno(), member.process.console.fileno()):
                self._loop.forget_file(number)
        self._loop.close()
        self._end_all()

    def _end_all(self) -> None:
        for member in self._members:  # all at once: each may take its time to close its log
            member.process.ask_to_end()
        for member in self._members:
            member.close()
        self._members = []
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _now_s(self) -> float:
        return self._clock() - self._began_s

    def _watch(self, member: _Member) -> None:
        self._loop.watch_file(member.terminal.fileno(), lambda: member.vehicle.take_input(self._now_s()))
        self._loop.watch_file(member.process.console.fileno(), lambda: self._take_lines(member))

    def _take_lines(self, member: _Member) -> None:
        lines = member.process.lines()
        for line in lines:
            self._say(member, NewsKind.SAYS, line)
        if not lines and member.process.exit_code is not None:
            # the end of a pipe is readable for ever
            self._loop.forget_file(member.process.console.fileno())

    def _say(self, member: _Member, kind: NewsKind, text: str = "") -> None:
        self._tell(News(member.seat.number, member.title, kind, text))

    def _look_at(self, member: _Member, now_s: float) -> None:
        for problem in member.attendant.problems:
            self._say(member, NewsKind.PROBLEM, problem)
        member.attendant.problems.clear()
        code = member.process.exit_code
        if code is not None and not member.is_over:
            self._take_lines(member)
            self._end_of(member, code)
        if member.is_over:
            return
        waits_for = member.attendant.waits_for(now_s)
        if not waits_for and member.waits_for != "ready":
            member.waits_for = "ready"
            self._say(member, NewsKind.READY)
        elif waits_for and (waits_for != member.waits_for or now_s - member.told_s >= _WAITING_S):
            member.waits_for, member.told_s = waits_for, now_s
            self._say(member, NewsKind.WAITS, waits_for)
        if self._ready_s is None and all(one.attendant.is_ready for one in self._members):
            self._ready_s = now_s

    def _end_of(self, member: _Member, code: int) -> None:
        """One has ended by itself: at its start nothing has flown yet and all end, later the others fly on."""
        member.is_over = True
        member.process.kill()
        # negative: of the keeper itself; above 128: told by it, as shells do
        number = -code if code < 0 else code - 128
        how = f"by signal {number}" if number > 0 else f"with code {code}"
        said = f': "{member.process.last_words[-1]}"' if member.process.last_words else ""
        if self._ready_s is None:
            raise SimulationError(f"{member.title} ended {how} before it was ready{said}")
        self._say(member, NewsKind.ENDED, f"ended {how}{said}")
        if all(one.is_over for one in self._members):
            raise SimulationError(f"all autopilots have ended, the last one {how}{said}")

    def _run_faults(self, now_s: float) -> None:
        """Faults count from the moment when the last one was ready, in their own seconds."""
        if self._ready_s is not None:
            for fault, begins in self._faults.due((now_s - self._ready_s) * self.plan.speed):
                self._apply(fault, begins=begins)

    def _apply(self, fault: Fault, *, begins: bool) -> None:
        with contextlib.suppress(StopIteration):
            member = next(one for one in self._members if one.seat.number == fault.number)
            problem = apply_fault(member.vehicle, fault, begins=begins, now_s=self._now_s())
            if problem:
                self._say(member, NewsKind.PROBLEM, problem)
