# SPDX-License-Identifier: Apache-2.0
"""What the window wants of simulators; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.vehicle import VehicleState


class SimulatorWish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be simulated."""

    program: Path | None = None
    """A real autopilot; None for the built-in simulator."""
    flavours: tuple[str, ...] = ("copter",)
    """Of the built-in one, in turn."""
    vehicles: int = 3
    home: str = ""
    """``LAT,LON,ALT,HDG``; empty for the usual field."""
    wind: str = ""
    """``SPEED,FROM``; empty for the usual one."""
    speed: float = 1.0
    is_autofly: bool = False
    """Of the built-in one: each flies missions by itself."""


class SimulatorAccess(msgspec.Struct, frozen=True):
    """Ways to simulators. All are quick, called on the GUI thread."""

    programs: Callable[[], tuple[Path, ...]]
    """Real autopilots that were found on this computer."""
    start: Callable[[SimulatorWish, Callable[[str], None]], None]
    """Starts one in place of the one before; the lines that it says come on another thread."""
    stop: Callable[[], None]
    """Ends it, in its own time, on a thread of its own."""
    is_running: Callable[[], bool]
    fault: Callable[[str, bool], None]
    """A fault in its text form, and whether it begins now; else it ends."""
    save: Callable[[Sequence[VehicleState], SimulatorWish, Sequence[str], Path], None]
    """Writes a scenario of the vehicles as they are, with the faults so far; on a thread of its own. Raises
    GroundStationError."""
    kinds: Callable[[], tuple[tuple[str, tuple[str, ...]], ...]]
    """Each kind of fault, and what its values are."""
