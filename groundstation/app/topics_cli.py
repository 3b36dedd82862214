# SPDX-License-Identifier: Apache-2.0
"""`groundstation topics`: the file that says what topics of other devices mean."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.fleet.errors import GroundStationError

if TYPE_CHECKING:
    from groundstation.fleet.sensor_map.sensor_map import SensorMap

app = typer.Typer(
    no_args_is_help=True, help="Topics of other devices: the file of their names, units, places and periods."
)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="topics")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML; 'groundstation topics schema' tells its form.")],
    topic: Annotated[str | None, typer.Option(help="Tell what this topic means by it.")] = None,
    payload: Annotated[str, typer.Option(help="With --topic: what the device says.")] = "",
) -> None:
    """Look whether a file means something, and what a topic means by it."""
    from groundstation.app.meanings_work import read_meanings
    from groundstation.fleet.sensor_map.sensor_map import SensorMap

    found = read_meanings(file)
    typer.echo(f"{file}: {len(found.sensors)} rows, all mean something")
    if topic is not None:
        _tell(SensorMap(found.sensors), topic, payload)


def _tell(meanings: SensorMap, topic: str, payload: str) -> None:
    from groundstation.transport.bus import Message
    from groundstation.transport.foreign import reading_from_message

    meaning = meanings.of(topic)
    if not meaning.is_mapped:
        raise GroundStationError(f"no row fits '{topic}'")
    typer.echo(f"name    {meaning.name}")
    if meaning.kind:
        typer.echo(f"kind    {meaning.kind}")
    if meaning.period_s is not None:
        typer.echo(f"period  {meaning.period_s:g} s")
    data = payload.encode()
    numbers = reading_from_message(Message(topic, data, len(data), 0, False, time.monotonic())).numbers
    place = meaning.place(numbers)
    typer.echo(f"place   {place[0]:.6f}, {place[1]:.6f}" if place is not None else "place   unknown")
    for path, number in numbers.items():
        shown = f"{meaning.shown(path, number):g} {meaning.unit(path)}".rstrip()
        typer.echo(f"value   {meaning.label(path) or '(the payload)'}: {shown}")


@app.command()
def schema() -> None:
    """Write the form of the file as JSON Schema, for editors."""
    from groundstation.fleet.sensor_map.mapping import json_schema

    json.dump(json_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
