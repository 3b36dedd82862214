# SPDX-License-Identifier: Apache-2.0
"""From the words of the command line to simulated vehicles, ours or real autopilots; says in one line what is wrong."""

from __future__ import annotations

import contextlib
import errno
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from groundstation.app.processes import Child, Supervisor
from groundstation.app.wiring import broker_from_text, free_udp_port
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.parameters.parameter_files import read_parameters
from groundstation.simulator.engine.errors import FaultFormatError, SimulationError
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.simulator.sitl.fleet import News, NewsKind, SitlFleet
from groundstation.simulator.sitl.fleet_plan import Home, SitlPlan, Wind, parse_sitl
from groundstation.simulator.squadron import Squadron

Announce = Callable[[dict[int, tuple[str, int]]], None]
"""Told the address of each vehicle by its number."""

FLY_ON = 5.0
SPARE_FILES = 100
LATE_TOLD_S = 1.0
DEFAULT_FLAVOURS = ("copter", "copter", "plane")
DEFAULT_LINK = "udpout:127.0.0.1:14550"
BRIDGE_ID = "simulator"
OPEN_NETWORK = (
    "this system does not let programs be shut off from its network: the autopilots listen on ports of this computer "
    "for whoever reaches it"
)


def make_plan(
    *,
    flavours: list[str] | None,
    faults: list[str],
    home: str | None = None,
    wind: str | None = None,
    parameters: Mapping[str, float] | None = None,
    **fields: object,
) -> SquadronPlan:
    """A plan from texts and numbers.

    Args:
        flavours: names in the order in which the vehicles take them in turn; None for the default mix.
        faults: texts such as `link_loss:2@30+10`.
        home: `LAT,LON,ALT,HDG`; None for the usual field.
        wind: `SPEED,FROM`; None for the usual one.
        parameters: over those of the flavours.
        fields: fields of `SquadronPlan`.

    Raises:
        UsageError: says which of them can't be.
    """
    with _as_usage():
        if home is not None:
            place = Home.parse(home)
            fields["start_latitude_deg"], fields["start_longitude_deg"] = place.latitude_deg, place.longitude_deg
            fields["start_altitude_amsl_m"], fields["heading_deg"] = place.altitude_amsl_m, place.heading_deg
        if wind is not None:
            blows = Wind.parse(wind)
            fields["wind_mps"], fields["wind_from_deg"] = blows.speed_mps, blows.from_deg
        return SquadronPlan(
            flavours=tuple(flavours or DEFAULT_FLAVOURS),
            faults=tuple(Fault.parse(text) for text in faults),
            parameters=dict(parameters or {}),
            **fields,  # type: ignore[arg-type]
        )


def make_sitl_plan(
    programs: list[str],
    vehicles: int | None,
    *,
    faults: list[str],
    home: str | None = None,
    wind: str | None = None,
    parameters: Mapping[str, float] | None = None,
    **fields: object,
) -> SitlPlan:
    """Real autopilots from texts and numbers.

    Args:
        programs: `PATH` or `PATH:N`.
        vehicles: how many of a single program; None for one.
        faults: as of `make_plan`, counted from the moment when all are ready.
        home: `LAT,LON,ALT,HDG`; None for the usual field.
        wind: `SPEED,FROM`; None for what the autopilots' simulators blow.
        parameters: over those that they begin with.
        fields: fields of `SitlPlan`.

    Raises:
        UsageError: says which of them can't be.
    """
    with _as_usage():
        return SitlPlan(
            parse_sitl(programs, vehicles),
            home=Home() if home is None else Home.parse(home),
            wind=None if wind is None else Wind.parse(wind),
            faults=tuple(Fault.parse(text) for text in faults),
            parameters=dict(parameters or {}),
            **fields,  # type: ignore[arg-type]
        )


@contextlib.contextmanager
def _as_usage() -> Iterator[None]:
    try:
        yield
    except (SimulationError, FaultFormatError) as error:
        raise UsageError(str(error)) from error


def parameters_of(path: Path | None) -> dict[str, float]:
    """Values of a parameter file by name; empty without one.

    Raises:
        GroundStationError: it can't be read.
    """
    if path is None:
        return {}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GroundStationError(f"{path}: {error.strerror}; give another --params") from error
    return {one.name: float(one.value) for one in read_parameters(data).parameters}


@contextlib.contextmanager
def joined(broker: str | None, link: str | None, say: Callable[[str], None]) -> Iterator[str]:
    """Where simulated vehicles are to send: to a bridge of their own under `sim/`, or where the user says.

    Args:
        broker: whom to join; None: nobody is started.
        link: as the user gave it; None for the usual one.
        say: told what the bridge says, on a thread of its own.

    Raises:
        UsageError: the broker's URL is none.
    """
    if broker is None:
        yield link or DEFAULT_LINK
        return
    url, port = broker_from_text(broker), free_udp_port()
    supervisor = Supervisor()
    words = ["bridge", "--link", f"udpin:127.0.0.1:{port}", "--root", "sim", "--id", BRIDGE_ID]
    # the URL may hold a password, and everybody may read a command line
    supervisor.add(Child("bridge", words, on_line=say, environment={"GROUNDSTATION_BROKER": broker}))
    say(f"joined to {url.shown} under sim/")
    try:
        yield f"udpout:127.0.0.1:{port}"
    finally:
        supervisor.stop()


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


class Failing:
    """Faults that somebody asks for while it flies, as lines of text. `take` is called on any thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Nobody fails yet.

        Args:
            say: told what was wrong with a line.
        """
        self._say = say
        self.simulator: Squadron | SitlFleet | None = None
        """Whose vehicles fail; None until it flies."""

    def take(self, line: str) -> None:
        """Let something go wrong now, or be mended: `fault TEXT` or `mend TEXT`."""
        word, _, text = line.partition(" ")
        if word not in ("fault", "mend"):
            return
        try:
            fault = Fault.parse(text)
        except FaultFormatError as error:
            self._say(str(error))
            return
        if self.simulator is None:
            self._say("nothing flies yet")
        elif fault.number not in self.simulator.addresses:
            self._say(f"there is no vehicle {fault.number}; they are {', '.join(map(str, self.simulator.addresses))}")
        else:
            self.simulator.ask_fault(fault, begins=word == "fault")


def run_simulation(
    plan: SquadronPlan, stop: threading.Event, announce: Announce | None = None, failing: Failing | None = None
) -> None:
    """Open the vehicles' ports and fly until stopped.

    Args:
        plan: what to simulate.
        stop: ends it.
        announce: told the addresses.
        failing: who may ask for faults meanwhile; None: nobody.

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
    if failing is not None:
        failing.simulator = squadron
    with squadron:
        if announce is not None:
            announce(squadron.addresses)
        squadron.run(stop)
    if squadron.late_s >= LATE_TOLD_S:
        words = (
            "this machine was too slow for %d vehicles and left out %.0f s of their flight; simulate fewer, or slower"
        )
        logging.getLogger("groundstation").warning(words, plan.vehicles, squadron.late_s)


def run_sitl(plan: SitlPlan, stop: threading.Event, say: Callable[[str], None], failing: Failing | None = None) -> None:
    """Start real autopilots and carry their bytes until stopped; whatever happens, none is left behind.

    Args:
        plan: what to start.
        stop: ends it.
        say: told in lines what happens to each.
        failing: who may ask for faults meanwhile; None: nobody.

    Raises:
        UsageError: a program can't be run.
        GroundStationError: a port can't be had, one ended before it was ready, or all have ended.
    """
    left = {seat.number for seat in plan.seats()}

    def tell(news: News) -> None:
        say(line_of(news))
        if news.kind is NewsKind.READY:
            left.discard(news.number)
            if not left:
                say(f"all {plan.vehicles} are ready; Ctrl-C ends them")
                if not fleet.is_shut_in:
                    say(OPEN_NETWORK)

    try:
        fleet = SitlFleet(plan, tell)
    except SimulationError as error:
        kind = GroundStationError if isinstance(error.__cause__, OSError) else UsageError
        raise kind(str(error)) from error
    if failing is not None:
        failing.simulator = fleet
    host, port = next(iter(fleet.addresses.values()))
    say(f"{plan.vehicles} autopilots, the first on {host}:{port}; their files are in {fleet.folder}")
    try:
        fleet.run(stop)
    except SimulationError as error:
        raise GroundStationError(str(error)) from error


_WORDS: dict[NewsKind, str] = {
    NewsKind.SAYS: "{title} | {text}",
    NewsKind.WAITS: "{title} waits for {text}",
    NewsKind.READY: "{title} is ready",
    NewsKind.ENDED: "{title} {text}; the others fly on",
    NewsKind.PROBLEM: "{title}: {text}",
}


def line_of(news: News) -> str:
    """What happened to an autopilot, as a line of text."""
    return _WORDS[news.kind].format(title=news.title, text=news.text)
