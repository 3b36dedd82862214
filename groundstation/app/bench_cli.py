# SPDX-License-Identifier: Apache-2.0
"""`groundstation bench`: what the product is held to, measured. The benchmark itself is in no wheel, see `setup.py`."""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from groundstation.fleet.errors import UsageError

NOT_INSTALLED = "the benchmark is part of the source tree, not of the installed program: run 'make bench' in a checkout"
NAMES = (
    "fleet",
    "commands",
    "logs",
    "recorder",
    "broker",
    "sensors",
    "plots",
    "replay",
    "plans",
    "transfers",
    "topics",
    "alarms",
    "ui",
)
MODULES = {"broker": "brokers"}
"""Those that are not called as their measurement."""
ONE_BRIDGE = 250
"""As many vehicles as one bridge can tell apart by their system ids, which are a byte."""
_errors = Console(stderr=True)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bench)


def bench(
    name: Annotated[
        str,
        typer.Argument(
            help="fleet: from simulated bytes to the window. commands: orders through losses and kills, "
            "counted at the vehicles. logs: reading logs. recorder: its memory over hours. broker: what each carries. "
            "sensors: a window full of other devices. plots: long curves that are panned and zoomed. "
            "replay: a long session that is opened, looked into and played. plans: long plans edited and looked at. "
            "transfers: plans and parameters over ways that lose frames. "
            "topics: a million topics in the tree of any broker; a message of 256 MB while vehicles fly. "
            "alarms: hundreds that are raised at once, seen and heard. "
            "ui: frames, lateness and memory of the window by the size of the fleet."
        ),
    ] = "fleet",
    vehicles: Annotated[
        int | None, typer.Option(help="How many vehicles; 100, for commands, recorder and replay 50.", min=1, max=1_000)
    ] = None,
    commands: Annotated[int, typer.Option(help="commands: how many orders.", min=10)] = 10_000,
    seed: Annotated[int, typer.Option(help="commands, transfers: seed of the faults.")] = 1,
    runs: Annotated[
        int, typer.Option(help="transfers: seeded runs of each; of the peer, in real time, 40 at most.", min=2)
    ] = 100,
    devices: Annotated[int, typer.Option("--sensors", help="sensors: how many.", min=10, max=10_000)] = 10_000,
    topics: Annotated[int, typer.Option(help="topics: how many.", min=1_000, max=1_000_000)] = 1_000_000,
    large: Annotated[
        float, typer.Option(metavar="MB", help="topics: size of the large message; 0 for none.", min=0, max=268.4)
    ] = 268.4,
    raised: Annotated[int, typer.Option("--alarms", help="alarms: how many at once.", min=5, max=5_000)] = 500,
    points: Annotated[
        int, typer.Option(help="plots: of each of ten curves; 10 million take 3 GB of memory.", min=10_000)
    ] = 10_000_000,
    duration: Annotated[float, typer.Option(help="Seconds to watch the whole.", min=5.0)] = 60.0,
    warm_up: Annotated[float, typer.Option(help="Seconds before that, in which buffers fill.", min=5.0)] = 150.0,
    hours: Annotated[float, typer.Option(help="recorder, replay: how long the fleet flies.", min=0.01)] = 1.0,
    session: Annotated[
        Path | None, typer.Option(metavar="DIR", help="replay: a session that is there already.")
    ] = None,
    log: Annotated[
        list[Path] | None, typer.Option("--log", metavar="FILE", help="logs: read this one too; several.")
    ] = None,
    made: Annotated[
        float,
        typer.Option(metavar="MB", help="logs: size of the tlog and of the .bin that are made; 0 for none.", min=0),
    ] = 100.0,
    json_document: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Measure what the product is held to, beside its peer in the same run."""
    _check(name, vehicles)
    from groundstation.app.processes import stop_on_signal

    with stop_on_signal() as stop:
        words: dict[str, tuple[object, ...]] = {
            "commands": (commands, vehicles or 50, seed),
            "logs": (log or [], made),
            "broker": (vehicles or 100,),
            "recorder": (vehicles or 50, hours),
            "sensors": (devices, duration),
            "replay": (vehicles or 50, hours, session),
            "plans": (),
            "plots": (points,),
            "transfers": (runs, seed),
            "topics": (topics, large),
            "alarms": (raised,),
            "ui": ((vehicles,) if vehicles else (1, 100, 500, 1_000), duration),
            "fleet": (vehicles or 100, duration, warm_up),
        }
        # only here: an installed program has none of these modules
        trial = importlib.import_module(f"groundstation.app.bench.{MODULES.get(name, name)}")
        report = trial.run(*words[name], stop, _errors.print)
    if json_document:
        typer.echo(json.dumps(report.document(), indent=2))
    else:
        Console().print(report.table())
    if not all(one.holds for one in report.comparisons):
        raise typer.Exit(1)


def _check(name: str, vehicles: int | None) -> None:
    if importlib.util.find_spec("groundstation.app.bench") is None:
        raise UsageError(NOT_INSTALLED)
    if name not in NAMES:
        raise UsageError(f"bench '{name}': there are {', '.join(NAMES[:-1])} and {NAMES[-1]}")
    if name not in ("fleet", "ui") and (vehicles or 0) > ONE_BRIDGE:
        raise UsageError(
            f"bench {name}: at most {ONE_BRIDGE} vehicles, as it has one bridge; 'bench fleet' and 'bench ui' take more"
        )
