# SPDX-License-Identifier: Apache-2.0
"""`groundstation refly`: a recorded flight is flown again in a simulator, and compared with the record."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich.console import Console

from groundstation.fleet.errors import UsageError

if TYPE_CHECKING:
    from groundstation.app.refly.weather import Weather
    from groundstation.fleet.refly.news import FlightNews
    from groundstation.fleet.refly.result import Result, Run

errors = Console(stderr=True, emoji=False)
NOT_MET = 3
PROGRESS = "progress "
"""Begins a line of `--tell`: what follows is a `FlightNews`."""
NEWS_S = 0.25
"""Between two lines of `--tell` that say the same phase."""
MOST_SPEED = 20.0


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(refly)


def refly(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Folder of a session, MCAP, tlog, DataFlash (.bin, .log) or ULog. All vehicles of all files fly "
            "together, each when it did.",
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where everything goes; made anew.")],
    vehicle: Annotated[str | None, typer.Option(help="Only this one; 'log info' lists them.")] = None,
    flight: Annotated[
        int | None, typer.Option(help="Which flight of it, from 1; the longest one by default.", min=1)
    ] = None,
    sitl: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A real autopilot in place of the built-in simulator.")
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(metavar="M", help="How far a way that is made into a mission may be from the record.", min=0.2),
    ] = 1.0,
    speed_up: Annotated[
        float, typer.Option(metavar="K", help="Simulated seconds for each real one.", min=0.1, max=MOST_SPEED)
    ] = 1.0,
    wind: Annotated[
        list[str] | None,
        typer.Option(metavar="SPEED,FROM", help="What if: flown once more with this wind, m/s and degrees. Several."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAULT:N@START+SECONDS",
            help="What if: flown once more with this fault of vehicle N, START seconds after the first take-off; the "
            "words are those of 'simulate'. Several.",
        ),
    ] = None,
    params: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="What if: flown once more with these parameters. Several.")
    ] = None,
    battery: Annotated[
        list[float] | None,
        typer.Option(metavar="PERCENT", help="What if: flown once more with this charge. Several.", min=1, max=100),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIGURE<NUMBER",
            help="Exit code 3 where it is not met by every vehicle and run, such as 'cross_track_p95<2'. Several.",
        ),
    ] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="The result as one JSON document.")] = False,
    is_told: Annotated[bool, typer.Option("--tell", hidden=True, help="Progress as lines, for a window.")] = False,
) -> None:
    """Fly a recorded flight again in a simulator, and say how the two differ.

    The mission is the recorded one where the log has it and it was flown, else it is made of the way: take-off, legs
    with their speeds, stops, landing. It starts at the recorded home, in the recorded wind as far as the log knows it.
    DIR gets the missions (.plan), a recording of each run, comparison.json and report.html.
    """
    import msgspec

    from groundstation.app.processes import stop_on_signal
    from groundstation.app.refly.refly import Wish
    from groundstation.app.refly.refly import refly as fly_again
    from groundstation.app.refly.report import write_reports
    from groundstation.fleet.progress import CancelledError
    from groundstation.fleet.refly.expectation import Expectation
    from groundstation.fleet.refly.retrace import Tolerance
    from groundstation.simulator.engine.errors import SimulationError
    from groundstation.simulator.sitl.programs import program_of

    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise UsageError(f"{out} is there already; give another folder with -o")
    if sitl is not None:
        try:
            if not program_of(sitl).can_hurry and speed_up != 1.0:
                raise UsageError(f"--speed-up: the time of {program_of(sitl).title} can't be changed; leave it out")
        except SimulationError as error:
            raise UsageError(str(error)) from error
    wish = Wish(
        files=tuple(files),
        out=out,
        vehicle=vehicle,
        number=flight,
        program=sitl,
        tolerance=Tolerance(metres=tolerance),
        speed=speed_up,
        what_ifs=tuple(_what_ifs(wind or [], fault or [], params or [], battery or [])),
        expected=tuple(Expectation.parse(text) for text in expect or []),
    )
    with stop_on_signal() as stop, Teller(is_told) as teller:
        try:
            found = fly_again(wish, teller.hear, teller.say, stop)
        except CancelledError:
            raise typer.Exit(130) from None
    write_reports(found, out)
    if json_lines:
        # the curves are in comparison.json
        runs = tuple(msgspec.structs.replace(run, curves=()) for run in found.result.runs)
        typer.echo(msgspec.json.encode(msgspec.structs.replace(found.result, runs=runs)).decode())
    else:
        _show(found.result)
        errors.print(f"written to {out}", markup=False, highlight=False, soft_wrap=True)
    if not found.result.is_as_expected:
        raise typer.Exit(NOT_MET)


def _what_ifs(
    winds: list[str], faults: list[str], params: list[Path], batteries: list[float]
) -> list[tuple[str, Weather]]:
    """A run for each.

    Raises:
        UsageError: one of them means nothing.
    """
    from groundstation.app.refly.weather import Weather
    from groundstation.app.simulation import parameters_of
    from groundstation.fleet.plans.pace import Wind as MeanWind
    from groundstation.simulator.engine.errors import FaultFormatError, SimulationError
    from groundstation.simulator.engine.faults import Fault
    from groundstation.simulator.sitl.fleet_plan import Wind

    found = []
    try:
        for text in winds:
            wind = Wind.parse(text)
            name = f"wind {wind.speed_mps:g} m/s from {wind.from_deg:g}°"
            found.append((name, Weather(wind=MeanWind(wind.speed_mps, wind.from_deg))))
        found += [(f"fault {text}", Weather(faults=(Fault.parse(text),))) for text in faults]
    except (SimulationError, FaultFormatError) as error:
        raise UsageError(str(error)) from error
    found += [(f"parameters {path.name}", Weather(parameters=parameters_of(path))) for path in params]
    found += [(f"battery {percent:g} %", Weather(charge=percent / 100.0)) for percent in batteries]
    return found


class Teller:
    """How far it is: a bar on a terminal, lines for a window, else a line for each new word."""

    def __init__(self, is_told: bool) -> None:
        from rich.progress import Progress

        self._is_told = is_told
        self._last: tuple[int, str] = (-1, "")
        self._last_s = -math.inf
        self._bar = Progress(console=errors, transient=True) if errors.is_terminal and not is_told else None
        self._task = self._bar.add_task("", total=1.0) if self._bar is not None else None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, share: float, words: str) -> None:
        """Which share is done, and what is done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=share, description=words)

    def hear(self, news: FlightNews) -> None:
        """How far a flight that is flown again is: for a window a line for each phase, and some a second."""
        if not self._is_told:
            self.tell(news.share, news_words(news))
            return
        import msgspec

        phase, now_s = (news.run, str(news.phase)), time.monotonic()
        if phase != self._last or news.ways or now_s - self._last_s >= NEWS_S:
            self._last, self._last_s = phase, now_s
            self.say(f"{PROGRESS}{msgspec.json.encode(news).decode()}")

    def say(self, line: str) -> None:
        """What an operator should know."""
        errors.print(line, markup=False, highlight=False, soft_wrap=True)


def news_words(news: FlightNews) -> str:
    """How far it is, for a terminal."""
    from groundstation.fleet.refly.news import Phase
    from groundstation.fleet.refly.result import title_of

    words = str(news.phase)
    if news.phase is Phase.FLIES:
        far_m = [one.distance_m for one in news.vehicles if one is not None and one.distance_m is not None]
        words = f"flies {news.flown_s:.0f} of {news.of_s:.0f} s"
        words += f", {max(far_m):.1f} m from the record now" if far_m else ""
    return f"{title_of(news.runs[news.run])}: {words}" if news.runs else words


def _show(result: Result) -> None:
    from rich.table import Table

    from groundstation.app.watch import PIPED_WIDTH

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:  # in a file or a pipe nothing is cut
        console.width = PIPED_WIDTH
    table = Table(box=None, pad_edge=False)
    for name in ("run", "vehicle", "aside p95", "max m", "height p95", "speed p95", "late p95 s", "time", "battery"):
        table.add_column(name, justify="left" if name in ("run", "vehicle") else "right", overflow="fold")
    for run in result.runs:
        for index, one in enumerate(run.vehicles):
            battery = "-" if one.again_charge is None else f"{100 * one.again_charge:.0f} %"
            table.add_row(
                run.title if not index else "",
                one.vehicle,
                *(f"{value:.2f}" for value in (one.cross_track.p95, one.cross_track.max, one.height.p95)),
                *(f"{value:.2f}" for value in (one.speed.p95, one.time.p95)),
                f"{one.again_s - one.recorded_s:+.1f}",
                battery,
            )
    console.print(table)
    for run in result.runs:
        for line in _words(run):
            console.print(line, soft_wrap=True)


def _words(run: Run) -> list[str]:
    found = [f"{run.title}: {note}" for note in run.notes]
    if run.separation_p95_m is not None:
        late = ", ".join(f"{one:+.1f}" for one in run.takeoff_late_s)
        found.append(
            f"{run.title}: distances between them differ by {run.separation_p95_m:.2f} m (p95); took off {late} s later"
        )
    for one in run.vehicles:
        odd = [pair for pair in one.events if not pair.is_alike]
        only = [f"{pair.what} ({'recorded' if pair.again_s is None else 'again'})" for pair in odd]
        if only:
            found.append(f"{run.title}, {one.vehicle}: in one of both only: {', '.join(only)}")
    found += [f"{run.title}: {text} is {'met' if met else 'NOT met'}" for text, met in run.expected]
    return found
