# SPDX-License-Identifier: Apache-2.0
"""A world of its own for flights in a simulator: broker, bridge, recorder and simulator on loopback.

Nobody else is on that broker, and nothing of it is left afterwards but the recording.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from groundstation.app.processes import Child, Supervisor
from groundstation.app.record_cli import recorder_child
from groundstation.app.wiring import free_udp_port
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.plans.pace import Wind as MeanWind
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.refly.flown import metres_from
from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.sitl.fleet import News, NewsKind, SitlFleet
from groundstation.simulator.sitl.fleet_plan import Home, SitlPlan, Wind
from groundstation.simulator.sitl.programs import program_of
from groundstation.simulator.squadron import Squadron
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.embedded_broker import HOST, free_port

MOST_RATE = 10.0
"""Times the usual telemetry rates: so much faster than real time they still tell each second of the flight as often."""
READY_S = 180.0
"""An autopilot that is not ready by then never will be."""
OURS_ALONE: dict[str, float] = {"FS_GCS_ENABLE": 0.0, "FS_GCS_ENABL": 0.0, "NAV_DLL_ACT": 0.0}
"""A station's silence is counted in simulated seconds: at ten times our speed half a second of ours is five of them."""


@dataclass(frozen=True)
class Flyer:
    """One vehicle of the world."""

    name: str
    """For what is said of it; on the bus it is `uav-` and its number."""
    home: Home
    """Where it stands at the beginning."""
    flavour: str = "copter"
    """Of the built-in simulator."""
    program: Path | None = None
    """A real autopilot in its place; all vehicles of a world have one, or none has."""


@dataclass(frozen=True)
class Conditions:
    """What the world is like."""

    speed: float = 1.0
    """Simulated seconds for each real one."""
    wind: MeanWind = field(default_factory=MeanWind)
    parameters: Mapping[str, float] = field(default_factory=dict)
    """For every vehicle. Failsafes for a lost station are off unless these switch them on."""


class Field:
    """A running world."""

    def __init__(self, url: BrokerUrl, recordings: Path, simulator: Squadron | SitlFleet) -> None:
        self.url, self.recordings = url, recordings
        self._simulator = simulator

    @property
    def simulated_s(self) -> float:
        """How long it has been simulated, seconds by the vehicles' own clocks; from any thread."""
        return self._simulator.simulated_s

    def ask_speed(self, speed: float) -> None:
        """Let time go so fast from now on; real autopilots keep the pace that they were started with."""
        if isinstance(self._simulator, Squadron):
            self._simulator.ask_speed(speed)

    def fault(self, fault: Fault, *, begins: bool) -> None:
        """Let something go wrong now, or be mended; from any thread."""
        self._simulator.ask_fault(fault, begins=begins)


@contextlib.contextmanager
def field_of(
    flyers: Sequence[Flyer],
    conditions: Conditions,
    folder: Path,
    say: Callable[[str], None],
    stop: threading.Event,
) -> Iterator[Field]:
    """Start a world for some vehicles; all of it is ended on the way out.

    Args:
        flyers: who flies; vehicle k has system id k + 1.
        conditions: wind, parameters, and how fast time goes.
        folder: where the recording goes.
        say: told what happens, on other threads too.
        stop: gives up.

    Raises:
        GroundStationError: something can't be started.
    """
    link = f"127.0.0.1:{free_udp_port()}"
    port = free_port()
    url = BrokerUrl(host=HOST, port=port)
    supervisor, ended = Supervisor(), threading.Event()
    rate = min(conditions.speed, MOST_RATE)
    with contextlib.ExitStack() as ending:
        ending.callback(supervisor.stop)
        supervisor.add(Child("broker", ["broker", "--port", str(port)], on_line=_quiet))
        if not supervisor.children[0].wait_listening(port, stop):
            raise GroundStationError("the private broker did not start; 'groundstation doctor' looks for the cause")
        bridge = ["bridge", "--broker", url.shown, "--link", f"udpin:{link}", "--root", "sim", "--id", "field"]
        bridge += ["--rate", f"{rate:g}", "--outbox", str(folder / "outbox.sqlite3")]
        supervisor.add(Child("bridge", bridge, on_line=_quiet))
        supervisor.add(recorder_child(url.shown, folder / "recording", _quiet))
        simulator = _simulator(flyers, conditions, f"udpout:{link}", say)
        thread = threading.Thread(target=_run, args=(simulator, ended, say), name="simulator", daemon=True)
        ending.callback(_end, ended, thread)
        thread.start()
        yield Field(url, folder / "recording", simulator)


def _quiet(line: str) -> None:
    """What the parts of the private world say is of no use to who looks at the flight."""
    del line


def _run(simulator: Squadron | SitlFleet, ended: threading.Event, say: Callable[[str], None]) -> None:
    try:
        simulator.run(ended)
    except SimulationError as error:
        say(str(error))


def _end(ended: threading.Event, thread: threading.Thread) -> None:
    ended.set()
    thread.join()


def _simulator(
    flyers: Sequence[Flyer], conditions: Conditions, link: str, say: Callable[[str], None]
) -> Squadron | SitlFleet:
    programs = [one.program for one in flyers if one.program is not None]
    if programs and len(programs) < len(flyers):
        raise GroundStationError("built-in and real autopilots don't fly in one world; take all of one kind")
    try:
        if not programs:
            return Squadron(_ours(flyers, conditions, link))
        alone = {name: value for one in programs for name, value in program_of(one).alone.items()}
        plan = SitlPlan(
            tuple((one, 1) for one in programs),
            link,
            home=flyers[0].home,
            homes=tuple(one.home for one in flyers),
            speed=conditions.speed,
            wind=Wind(conditions.wind.speed_mps, conditions.wind.from_deg),
            parameters={**alone, **conditions.parameters},
        )
        return SitlFleet(plan, lambda news: _tell(news, flyers, say))
    except (OSError, SimulationError) as error:
        raise GroundStationError(str(error)) from error


def _tell(news: News, flyers: Sequence[Flyer], say: Callable[[str], None]) -> None:
    if news.kind in (NewsKind.WAITS, NewsKind.ENDED, NewsKind.PROBLEM):
        words = f"waits for {news.text}" if news.kind is NewsKind.WAITS else news.text
        name = flyers[news.number - 1].name if news.number else ""
        say(f"{name} ({news.title}) {words}" if name else f"{news.title} {words}")


def _ours(flyers: Sequence[Flyer], conditions: Conditions, link: str) -> SquadronPlan:
    home = flyers[0].home
    lat = np.array([one.home.latitude_deg for one in flyers])
    lon = np.array([one.home.longitude_deg for one in flyers])
    north_m, east_m = metres_from(Place(home.latitude_deg, home.longitude_deg), lat, lon)
    return SquadronPlan(
        vehicles=len(flyers),
        link=link,
        ready=True,
        flavours=tuple(one.flavour for one in flyers),
        start_latitude_deg=home.latitude_deg,
        start_longitude_deg=home.longitude_deg,
        start_altitude_amsl_m=home.altitude_amsl_m,
        heading_deg=home.heading_deg,
        places=tuple(zip(north_m.tolist(), east_m.tolist(), strict=True)),
        wind_mps=conditions.wind.speed_mps,
        wind_from_deg=conditions.wind.from_deg,
        # what is flown again is compared with a record, which has errors of its own receiver already
        gps_noise_m=0.0,
        parameters={**OURS_ALONE, **conditions.parameters},
        speed=conditions.speed,
    )
