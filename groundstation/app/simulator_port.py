# SPDX-License-Identifier: Apache-2.0
"""The window's simulator: `simulate` as a process of its own, joined to the window's broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from groundstation.app.processes import STOP_S, Child
from groundstation.app.simulate_cli import FAULT, JOINS, MEND
from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.files.plan_file import PlanFile
from groundstation.fleet.plans.files.plan_formats import write_plan
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.scenario.scenario import scenario_of
from groundstation.fleet.scenario.scenario_file import write_scenario
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.simulator.simulator_port import SimulatorAccess, SimulatorWish

END_S = STOP_S + 6.0
"""Real autopilots close their logs first."""


def found() -> tuple[Path, ...]:
    """Real autopilots on this computer."""
    # a window that simulates nothing does without the simulator's modules, a tenth of all that it would load
    from groundstation.simulator.sitl.programs import found_programs

    return tuple(found_programs())


def fault_kinds() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each kind of fault, and what its values are."""
    from groundstation.simulator.engine.faults import KINDS

    return tuple((name, tuple(one.name for one in kind.needs)) for name, kind in KINDS.items())


class WindowSimulator:
    """At most one simulator; GUI thread, but for its lines and its end."""

    def __init__(self, broker: str) -> None:
        """Nothing runs yet.

        Args:
            broker: URL of the window's broker, perhaps with a password: it goes on by an environment variable.
        """
        self._broker = broker
        self._child: Child | None = None
        self._ending: threading.Thread | None = None

    def access(self) -> SimulatorAccess:
        """The window's ways."""
        return SimulatorAccess(
            programs=found,
            start=self.start,
            stop=self.stop,
            is_running=lambda: self._child is not None and self._child.pid is not None,
            fault=self.fault,
            save=save,
            kinds=fault_kinds,
        )

    def start(self, wish: SimulatorWish, on_line: Callable[[str], None]) -> None:
        """Start one; the one before is ended first, on a thread of its own."""
        self.stop()
        before = self._ending
        child = Child(
            "simulator",
            words_of(wish),
            # there is no terminal, and so no key that would end it
            on_line=lambda line: on_line(line.removeprefix("simulator: ").replace("; Ctrl-C ends them", "")),
            environment={JOINS: self._broker},
        )
        self._child = child

        def begin() -> None:
            # two of them would have vehicles of the same ids
            if before is not None:
                before.join()
            if self._child is child:
                child.start()

        threading.Thread(target=begin, name="simulator-start", daemon=True).start()

    def stop(self) -> None:
        """End it; its vehicles are gone with it."""
        child, self._child = self._child, None
        if child is None:
            return

        def end() -> None:
            child.ask_to_stop()
            child.wait_stopped(time.monotonic() + END_S)

        self._ending = threading.Thread(target=end, name="simulator-end", daemon=True)
        self._ending.start()

    def close(self) -> None:
        """The window closes: wait until it has ended."""
        self.stop()
        if self._ending is not None:
            self._ending.join(END_S)

    def fault(self, text: str, begins: bool) -> None:
        """Let something go wrong now, or be mended."""
        if self._child is not None:
            self._child.tell(f"{FAULT if begins else MEND} {text}")


def save(states: Sequence[VehicleState], wish: SimulatorWish, faults: Sequence[str], path: Path) -> None:
    """Write a scenario of simulated vehicles as they are.

    Args:
        states: who flies, in order; their plans are written beside the file.
        wish: what they were started with.
        faults: as texts, those that began until now.
        path: of the file.

    Raises:
        GroundStationError: there is nobody, or the file can't be written.
    """
    plans: dict[VehicleKey, str] = {}
    try:
        for state in states:
            listed = state.plan_list(PlanKind.MISSION)
            if listed is not None and listed.items:
                name = f"{path.stem}-{state.key.id}.plan"
                write_whole(write_plan(".plan", PlanFile(mission=listed.items)), path.with_name(name))
                plans[state.key] = name
        speed_mps, from_deg = (float(one) for one in wish.wind.split(","))
        scenario = scenario_of(states, plans=plans, wind=(speed_mps, from_deg), faults=faults, speed=wish.speed)
        write_whole(write_scenario(scenario), path)
    except OSError as error:
        raise GroundStationError(
            f"{path} can't be written ({error.strerror or error}); choose another place"
        ) from error


def words_of(wish: SimulatorWish) -> list[str]:
    """A wish as words of the command line."""
    words = ["simulate", "--vehicles", str(wish.vehicles), "--speed", f"{wish.speed:g}", "--joined"]
    if wish.program is None:
        words += ["--ready", *(word for one in wish.flavours for word in ("--flavour", one))]
    else:
        words += ["--sitl", str(wish.program)]
    if wish.is_autofly:
        words.append("--autofly")
    for name, value in (("--home", wish.home), ("--wind", wish.wind)):
        if value:
            words += [name, value]
    return words
