# SPDX-License-Identifier: Apache-2.0
"""A program that is started like a real SITL, on a terminal: our simulated vehicle behind ArduPilot's words.

Written into a file named `arducopter`, so that starting, watching and ending are tried where no autopilot was built.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import stat
import sys
import time
from pathlib import Path

SCRIPT = """#!{python}
import sys
sys.path.insert(0, {root!r})
from tests.support.pretend_sitl import main
main(sys.argv[1:], {dies!r}, {ready!r})
"""


def written(folder: Path, *, dies: bool = False, ready: bool = True, name: str = "arducopter") -> Path:
    """A program in a folder.

    Args:
        folder: where.
        dies: it ends with code 3 at its start.
        ready: it needs no time to boot.
        name: of the file.
    """
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    root = str(Path(__file__).parents[2])
    path.write_text(SCRIPT.format(python=sys.executable, root=root, dies=dies, ready=ready))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(words: list[str], dies: bool, ready: bool) -> None:
    """Fly until it is ended."""
    say(f"pretending to be {words[1]}")
    if dies:
        say("no such model")
        sys.exit(3)
    from groundstation.simulator.airfield import TICK_S, Airfield
    from groundstation.simulator.plan import SquadronPlan

    told = dict(itertools.pairwise(words))
    lines = Path(told["--defaults"]).read_text().split("\n")
    values = {name: float(value) for name, value in (line.split() for line in lines if line)}
    number = int(values["SYSID_THISMAV"])
    lat, lon, height, heading = (float(one) for one in told["--home"].split(","))
    place = {"start_latitude_deg": lat, "start_longitude_deg": lon, "start_altitude_amsl_m": height}
    plan = SquadronPlan(
        first_sysid=number, flavours=("copter",), ready=ready, heading_deg=heading, parameters=values, **place
    )
    field = Airfield(plan, epoch_unix_s=time.time())
    vehicle = field.vehicles[0]
    line = os.open(told["--serial0"].split(":")[1], os.O_RDWR | os.O_NONBLOCK)
    link = vehicle.open_link()
    while True:
        if link.is_closed:
            link = vehicle.open_link()
        if select.select([line], [], [], TICK_S)[0]:
            vehicle.receive(link, os.read(line, 65536), field.now_s)
        field.step()
        with contextlib.suppress(BlockingIOError):
            os.write(line, b"".join(link.take()))
