# SPDX-License-Identifier: Apache-2.0
"""How a program of each firmware is started: words, variables and files. Pure.

No autopilot gets a network: its MAVLink goes over a terminal of ours (ArduPilot's ``uart:``, PX4's ``mavlink start
-d``), so that nothing of it listens anywhere and no port can be taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.sitl.fleet_plan import Seat, SitlPlan, Wind

_BAUD = 921600
"""Only a word: a pseudo terminal is as fast as its reader."""
PX4_PHYSICS = "sihsim"
"""What PX4 calls its own physics."""
_PX4_BYTES_PER_S = 80_000


@dataclass(frozen=True)
class Launch:
    """What to run."""

    words: list[str]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Over those of this process."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path in its folder to text; written before it starts."""


def launch_of(seat: Seat, plan: SitlPlan, folder: Path, terminal: str) -> Launch:
    """What to run for one vehicle.

    Args:
        seat: which one.
        plan: what holds for all.
        folder: its own; it exists.
        terminal: device file of its MAVLink.

    Raises:
        SimulationError: files that belong to the program are not beside it.
    """
    return _LAUNCHES[seat.program.firmware](seat, plan, folder, terminal)


def wind_parameters(firmware: str, wind: Wind | None) -> dict[str, float]:
    """The wind as the simulator's own parameters; empty where it has none."""
    if wind is None or firmware != "ardupilot":
        return {}
    return {"SIM_WIND_SPD": wind.speed_mps, "SIM_WIND_DIR": wind.from_deg}


def _ardupilot(seat: Seat, plan: SitlPlan, folder: Path, terminal: str) -> Launch:
    home = seat.home
    own = {"SYSID_THISMAV": float(seat.number), **wind_parameters("ardupilot", plan.wind)}
    parameters = {**seat.program.parameters, **plan.parameters, **own}
    words = [
        *(str(seat.path), "--model", seat.program.model, "--speedup", f"{plan.speed:g}", "--wipe"),
        # only where it has a network: its port for a remote control is 5501 + 10 * instance
        *("--instance", str(seat.number)),
        "--home",
        f"{home.latitude_deg:.7f},{home.longitude_deg:.7f},{home.altitude_amsl_m:g},{home.heading_deg:g}",
        *("--defaults", str(folder / "defaults.parm")),
        *("--serial0", f"uart:{terminal}:{_BAUD}"),
        # they would listen on TCP ports
        *(word for port in (1, 2) for word in (f"--serial{port}", "none:")),
    ]
    text = "".join(f"{name} {value:.9g}\n" for name, value in parameters.items())
    return Launch(words, files={"defaults.parm": text})


_PX4_WHOLE_PLACES = """case "$(param show -q SIH_LOC_LAT0)" in
*.*) ;;
*) PX4_HOME_LAT={lat}; PX4_HOME_LON={lon}; export PX4_HOME_LAT PX4_HOME_LON ;;
esac
"""
"""PX4 1.14 takes the place of its own physics in ten millionths of a degree, others in degrees: its parameter tells."""


def px4_model(scripts: Path, model: str) -> str:
    """What a build calls an airframe that flies in its own physics: from PX4 1.14 on `sihsim_quadx`, before `quadx`.

    Args:
        scripts: its `etc/init.d-posix`.
        model: the older name.
    """
    newer = f"{PX4_PHYSICS}_{model}"
    return newer if any((scripts / "airframes").glob(f"*_{newer}")) else model


def _px4(seat: Seat, plan: SitlPlan, folder: Path, terminal: str) -> Launch:
    built = seat.path.parent.parent
    scripts = built / "etc" / "init.d-posix"
    if not (scripts / "rcS").is_file():
        raise SimulationError(f"--sitl {seat.path}: {scripts / 'rcS'} is not there; use the px4 of a whole build")
    home = seat.home
    variables = {
        "PX4_SIM_MODEL": px4_model(scripts, seat.program.model),
        "SIM_MODE": PX4_PHYSICS,
        "PX4_HOME_LAT": f"{home.latitude_deg:.7f}",
        "PX4_HOME_LON": f"{home.longitude_deg:.7f}",
        "PX4_HOME_ALT": f"{home.altitude_amsl_m:g}",
        "HOME": str(folder),
        # its start script looks for its parts along PATH: ours are found before its own
        "PATH": os.pathsep.join((str(folder / "start"), str(seat.path.parent), os.environ.get("PATH", ""))),
    }
    link = f"mavlink start -x -d {terminal} -b {_BAUD} -r {_PX4_BYTES_PER_S}\n"
    parameters = {**seat.program.parameters, **plan.parameters}
    settings = "".join(f"param set {name} {value:.9g}\n" for name, value in parameters.items())
    settings += _PX4_WHOLE_PLACES.format(lat=round(home.latitude_deg * 1e7), lon=round(home.longitude_deg * 1e7))
    words = [
        # PX4 takes its system id from its instance: one more
        *(str(seat.path), "-i", str(seat.number - 1), "-d", "-s", "etc/init.d-posix/rcS"),
        *("-w", str(folder), str(built / "etc")),
    ]
    files = {"start/px4-rc.mavlink": f"#!/bin/sh\n{link}", "start/px4-rc.params": f"#!/bin/sh\n{settings}"}
    return Launch(words, variables, files)


_LAUNCHES: dict[str, Callable[[Seat, SitlPlan, Path, str], Launch]] = {"ardupilot": _ardupilot, "px4": _px4}
