# SPDX-License-Identifier: Apache-2.0
"""`groundstation simulate --scenario`: flies files, and says what of that which they expect was met."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer
from rich.console import Console

from groundstation.app.refly_cli import NOT_MET, Teller
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.scenario.scenario import MOST_SPEED, Scenario

if TYPE_CHECKING:
    from groundstation.app.scenario.flight import ScenarioResult

RESULT = "scenario.json"


def fly_files(files: list[Path], sitl: list[str], out: Path | None, speed: float | None, *, json_lines: bool) -> None:
    """Fly files together in one world.

    Args:
        files: scenarios.
        sitl: programs of real autopilots that fly them; empty for those that the files name.
        out: where the recording stays; None: nowhere.
        speed: in place of the files' own.
        json_lines: the result as one JSON document.

    Raises:
        typer.Exit: with 3 where something is not as expected.
        UsageError: a file, or something in it, can't be meant.
        GroundStationError: something can't be read or started.
    """
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.scenario.flight import fly_scenario
    from groundstation.app.scenario.prepared import prepared, read_scenarios, with_programs
    from groundstation.app.whole_file import write_whole
    from groundstation.fleet.progress import CancelledError

    if out is not None and out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise UsageError(f"{out} is there already; give another folder with -o")
    scenario = _hurried(read_scenarios(files), speed)
    if sitl:
        scenario = with_programs(scenario, [Path(one).expanduser() for one in sitl])
    told = prepared(scenario)
    with _folder(out) as folder, stop_on_signal() as stop, Teller(is_told=False) as teller:
        try:
            result = fly_scenario(told, folder, teller.tell, teller.say, stop, is_kept=out is not None)
        except CancelledError:
            raise typer.Exit(130) from None
        if out is not None:
            try:
                write_whole(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n", out / RESULT)
            except OSError as error:
                raise GroundStationError(f"{out} can't be written ({error.strerror or error})") from error
    if json_lines:
        typer.echo(msgspec.json.encode(result).decode())
    else:
        _show(result)
    if not result.is_as_expected:
        raise typer.Exit(NOT_MET)


def _hurried(scenario: Scenario, speed: float | None) -> Scenario:
    if speed is None:
        return scenario
    if not 0.1 <= speed <= MOST_SPEED:
        raise UsageError(f"--speed {speed:g}: a scenario goes 0.1 to {MOST_SPEED:g} times as fast")
    return msgspec.structs.replace(scenario, speed=speed)


@contextlib.contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is None:
        with tempfile.TemporaryDirectory(prefix="groundstation-scenario-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GroundStationError(f"{out} can't be made ({error.strerror or error}); give another folder") from error
    yield out


def _show(result: ScenarioResult) -> None:
    console = Console(markup=False, highlight=False, emoji=False)
    for one in result.expected:
        console.print(f"{'met    ' if one.is_met else 'NOT MET'}  {one.text}: {one.seen}", soft_wrap=True)
    for note in result.notes:
        console.print(f"note     {note}", soft_wrap=True)
    met = sum(one.is_met for one in result.expected)
    console.print(
        f"{met} of {len(result.expected)} as expected; {result.flown_s:.0f} s flown by {result.simulator}",
        soft_wrap=True,
    )
