# SPDX-License-Identifier: Apache-2.0
"""Which programs are autopilots that can be simulated, what each needs to begin with, and where they may lie."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstation.simulator.engine.errors import SimulationError

# what a calibrated vehicle has: one that was never configured refuses to arm ("3D Accel calibration needed")
_CALIBRATED: dict[str, float] = {
    **{f"INS_ACC{number}OFFS_{axis}": 0.001 for number in ("", 2) for axis in "XYZ"},
    **{f"INS_ACC{number}SCAL_{axis}": 1.001 for number in ("", 2) for axis in "XYZ"},
    **{
        f"COMPASS_OFS{number}_{axis}": value
        for number in ("", 2, 3)
        for axis, value in zip("XYZ", (5.0, 13.0, -18.0), strict=True)
    },
    "BATT_MONITOR": 4.0,
}
_RADIO: dict[str, float] = {
    f"RC{number}_{end}": value for number in range(1, 9) for end, value in (("MIN", 1000.0), ("MAX", 2000.0))
}
# an idle of 1100 us, the default, lets a plane roll on for ever after its landing
_PLANE_THROTTLE: dict[str, float] = {
    "SERVO3_MIN": 1000.0,
    "SERVO3_MAX": 2000.0,
    "RC3_MIN": 1000.0,
    "RC3_MAX": 2000.0,
    "RC3_TRIM": 1000.0,
}


@dataclass(frozen=True)
class Program:
    """One kind of autopilot program."""

    name: str
    """Of the file."""
    firmware: str
    """``ardupilot`` or ``px4``: how it is started and asked."""
    model: str
    """Name of its physics: ``--model`` of ArduPilot, PX4_SIM_MODEL of PX4."""
    title: str
    """As an operator says it."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """What it needs to be armable; the built-in defaults for the rest."""
    can_hurry: bool = True
    """Its time may go faster than ours."""
    alone: Mapping[str, float] = field(default_factory=dict)
    """What keeps it from returning when no station is heard: in hurried time half a second of ours is long."""


PROGRAMS: dict[str, Program] = {
    one.name: one
    for one in (
        Program(
            "arducopter",
            "ardupilot",
            "+",
            "ArduCopter",
            {**_CALIBRATED, **_RADIO, "FRAME_CLASS": 1.0, "FS_THR_ENABLE": 1.0},
            alone={"FS_GCS_ENABLE": 0.0},
        ),
        Program(
            "arduplane",
            "ardupilot",
            "plane",
            "ArduPlane",
            {
                **_CALIBRATED,
                **_PLANE_THROTTLE,
                "ARSPD_TYPE": 2.0,
                "ARSPD_PIN": 1.0,
                "ARSPD_USE": 1.0,
                "SIM_ENGINE_FAIL": 2.0,
            },
            alone={"FS_GCS_ENABL": 0.0, "FS_LONG_ACTN": 0.0},
        ),
        Program(
            "ardurover",
            "ardupilot",
            "rover",
            "ArduRover",
            {**_CALIBRATED, "CRUISE_SPEED": 5.0, "CRUISE_THROTTLE": 30.0},
            alone={"FS_GCS_ENABLE": 0.0},
        ),
        Program(
            "ardusub",
            "ardupilot",
            "vectored",
            "ArduSub",
            {**_CALIBRATED, "FRAME_CONFIG": 1.0},
            alone={"FS_GCS_ENABLE": 0.0},
        ),
        # Its own physics (SIH) follow the computer's clock. The voltage of its simulated battery does not sag under
        # load: with what it adds for that in flight, a battery of 12 % is one of more than 20 until it lands.
        Program("px4", "px4", "quadx", "PX4", {"BAT1_V_LOAD_DROP": 0.0}, can_hurry=False, alone={"NAV_DLL_ACT": 0.0}),
    )
}
"""File name to what is known of it."""

_USUAL = (
    "ardupilot/build/sitl/bin",
    "src/ardupilot/build/sitl/bin",
    "PX4-Autopilot/build/px4_sitl_default/bin",
    "src/PX4-Autopilot/build/px4_sitl_default/bin",
)
"""Where the build instructions of both firmwares leave their programs, below the home folder."""


def program_of(path: Path) -> Program:
    """What a file is, by its name.

    Raises:
        SimulationError: there is no such file, it can't be run, or nothing is known of it.
    """
    if not path.exists():
        raise SimulationError(f"--sitl {path}: there is no such file; give the path of a built autopilot")
    program = PROGRAMS.get(path.name.removesuffix(".exe"))
    if program is None:
        raise SimulationError(f"--sitl {path}: known are {', '.join(PROGRAMS)}, told by the name of the file")
    if path.is_dir() or not os.access(path, os.X_OK):
        raise SimulationError(f"--sitl {path}: can't be run; allow it with 'chmod +x {path}'")
    return program


def found_programs(home: Path | None = None) -> list[Path]:
    """Autopilots on PATH and where their builds usually lie, those of PATH first, each file once.

    Args:
        home: the user's folder; None for the one that the system names.
    """
    base = Path.home() if home is None else home
    on_path = [Path(found) for name in PROGRAMS if (found := shutil.which(name)) is not None]
    built = [base / folder / name for folder in _USUAL for name in PROGRAMS]
    found_all = {one.resolve(): one for one in [*on_path, *built] if one.is_file() and os.access(one, os.X_OK)}
    return list(found_all.values())
