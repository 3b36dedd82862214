# SPDX-License-Identifier: Apache-2.0
"""From the words of the command line to a squadron; says in one line what is wrong with them."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable

from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.simulator.engine.errors import FaultFormatError, SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.squadron import Squadron

Announce = Callable[[dict[int, tuple[str, int]]], None]
"""Told the address of each vehicle by its number."""

FLY_ON = 5.0
SPARE_FILES = 100
LATE_TOLD_S = 1.0
DEFAULT_FLAVOURS = ("copter", "copter", "plane")


def make_plan(*, flavours: list[str] | None, faults: list[str], **fields: object) -> SquadronPlan:
    """A plan from texts and numbers.

    Args:
        flavours: names in the order in which the vehicles take them in turn; None for the default mix.
        faults: texts such as `link_loss:2@30+10`.
        fields: fields of `SquadronPlan`.

    Raises:
        UsageError: says which of them can't be.
    """
    try:
        return SquadronPlan(
            flavours=tuple(flavours or DEFAULT_FLAVOURS),
            faults=tuple(Fault.parse(text) for text in faults),
            **fields,  # type: ignore[arg-type]
        )
    except (SimulationError, FaultFormatError) as error:
        raise UsageError(str(error)) from error


def fly_on(is_left: bool, linger_s: float, stop: threading.Event) -> None:
    """Vehicles outlive a window that died, for the next one to find; not for long, since they may never disarm.

    Args:
        is_left: the window was closed on purpose.
        linger_s: how long other children linger; these are given five times that.
        stop: ends the wait.
    """
    if not is_left:
        stop.wait(FLY_ON * linger_s)


def allow_files(count: int) -> None:
    """Let this process open so many files and sockets, where the system leaves that to it: 1,024 are usual."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (count if hard == resource.RLIM_INFINITY else min(count, hard), hard)
        )


def run_simulation(plan: SquadronPlan, stop: threading.Event, announce: Announce | None = None) -> None:
    """Open the vehicles' ports and fly until stopped.

    Raises:
        GroundStationError: a port can't be had.
    """
    # with tcpin each vehicle has a socket that listens, and one for its connection
    allow_files(2 * plan.vehicles + SPARE_FILES)
    try:
        squadron = Squadron(plan)
    except SimulationError as error:
        # what the system refused is no wrong usage
        kind = GroundStationError if isinstance(error.__cause__, OSError) else UsageError
        raise kind(str(error)) from error
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise GroundStationError(
                f"{plan.vehicles} vehicles need more open sockets than allowed; simulate fewer, or 'ulimit -n 4096'"
            ) from error
        raise GroundStationError(
            f"link '{plan.link}': {error.strerror or error}; is the port in use? choose another"
        ) from error
    with squadron:
        if announce is not None:
            announce(squadron.addresses)
        squadron.run(stop)
    if squadron.late_s >= LATE_TOLD_S:
        words = (
            "this machine was too slow for %d vehicles and left out %.0f s of their flight; simulate fewer, or slower"
        )
        logging.getLogger("groundstation").warning(words, plan.vehicles, squadron.late_s)
