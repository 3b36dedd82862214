# SPDX-License-Identifier: Apache-2.0
"""A real autopilot in its own simulator, where somebody has built one: GROUNDSTATION_SITL names the program.

Several, such as arducopter, arduplane and px4 (`build/.../bin/px4`, with its own physics), are separated as in PATH.
None of it is part of this project.
"""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

from groundstation.simulator.sitl.launch import px4_model

VARIABLE = "GROUNDSTATION_SITL"
HOME = "41.0015,39.7178,30,353"
PX4 = "px4"
MODELS = {"arducopter": "+", "arduplane": "plane", "ardurover": "rover"}
# what a calibrated vehicle has: an unconfigured one refuses to arm
_SENSORS = {
    **{f"INS_ACC{number}OFFS_{axis}": 0.001 for number in ("", 2) for axis in "XYZ"},
    **{f"INS_ACC{number}SCAL_{axis}": 1.001 for number in ("", 2) for axis in "XYZ"},
    **{
        f"COMPASS_OFS{number}_{axis}": value
        for number in ("", 2, 3)
        for axis, value in zip("XYZ", (5, 13, -18), strict=True)
    },
    "BATT_MONITOR": 4,
}
_RC = {f"RC{number}_{end}": value for number in range(1, 9) for end, value in (("MIN", 1000), ("MAX", 2000))}
# an idle of 1100 us would let a plane roll on for ever after its landing
_THROTTLE = {"SERVO3_MIN": 1000, "SERVO3_MAX": 2000, "RC3_MIN": 1000, "RC3_MAX": 2000, "RC3_TRIM": 1000}
PARAMETERS = {
    "arducopter": {**_SENSORS, **_RC, "FRAME_CLASS": 1, "FS_THR_ENABLE": 1},
    "arduplane": {**_SENSORS, "ARSPD_TYPE": 2, "ARSPD_PIN": 1, **_THROTTLE},
    "ardurover": {**_SENSORS, "CRUISE_SPEED": 5, "CRUISE_THROTTLE": 30},
}


def programs() -> dict[str, Path]:
    """Programs that are there, by name."""
    paths = [Path(one) for one in os.environ.get(VARIABLE, "").split(os.pathsep) if one]
    return {path.name: path for path in paths if path.name in (*MODELS, PX4) and os.access(path, os.X_OK)}


class Sitl:
    """One running autopilot; listens on `link`."""

    vehicle = "uav-1"

    def __init__(self, program: Path, folder: Path, speed: float = 1.0) -> None:
        instance = random.randint(20, 250)  # eight bits over there
        self.link = f"tcp:127.0.0.1:{5760 + 10 * instance}"
        defaults = folder / "defaults.parm"
        defaults.write_text("".join(f"{name} {value}\n" for name, value in PARAMETERS[program.name].items()))
        words = [
            "--model",
            MODELS[program.name],
            "--speedup",
            f"{speed:g}",
            "--wipe",
            "-I",
            str(instance),
            "--home",
            HOME,
        ]
        with (folder / "sitl.log").open("wb") as said:
            self.process = subprocess.Popen(
                [str(program), *words, "--defaults", str(defaults), "--serial0", "tcp:0"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Px4Sitl:
    """One running PX4, which flies in its own physics in real time; it talks to `link`."""

    def __init__(self, program: Path, folder: Path) -> None:
        instance = random.randint(10, 200)
        self.link, self.vehicle = f"udpout:127.0.0.1:{18570 + instance}", f"uav-{instance + 1}"
        lat, lon, height, _ = HOME.split(",")
        home = {"PX4_HOME_LAT": lat, "PX4_HOME_LON": lon, "PX4_HOME_ALT": height}
        built = program.parent.parent
        environment = {
            **os.environ,
            **home,
            "PX4_SIM_MODEL": px4_model(built / "etc" / "init.d-posix", "quadx"),
            "SIM_MODE": "sihsim",
            "HOME": str(folder),
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        }
        words = ["-i", str(instance), "-d", "-s", "etc/init.d-posix/rcS", "-w", str(folder), str(built / "etc")]
        with (folder / "px4.log").open("wb") as said:
            self.process = subprocess.Popen(
                [str(program), *words],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def begun(program: Path, folder: Path, speed: float = 1.0) -> Sitl | Px4Sitl:
    """Start an autopilot; how much faster than real time it flies is only a wish."""
    return Px4Sitl(program, folder) if program.name == PX4 else Sitl(program, folder, speed)
