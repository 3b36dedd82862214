# SPDX-License-Identifier: Apache-2.0
"""`groundstation settings`: what the window is told in its dialog, in a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from groundstation.fleet.errors import UsageError

if TYPE_CHECKING:
    from groundstation.fleet.settings.settings import Settings

_settings = typer.Typer(help="Settings of this user: units, names, sounds, recordings, map.", no_args_is_help=True)
Key = Annotated[str, typer.Argument(metavar="KEY", help="Section and name, such as units.height.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_settings, name="settings")


def _read() -> Settings:
    from groundstation.app.settings_file import read_settings

    settings, problems = read_settings()
    for problem in problems:
        typer.echo(problem, err=True)
    return settings


@_settings.command(name="list")
def list_settings(
    json_document: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List all settings, and what each may be."""
    import msgspec

    from groundstation.fleet.settings.settings import choices, kinds, value_of

    settings = _read()
    if json_document:
        typer.echo(json.dumps(msgspec.to_builtins(settings), indent=2, ensure_ascii=False))
        return
    for key in kinds():
        may = choices(key)
        words = f"  (one of: {' | '.join(may)})" if may else ""
        typer.echo(f"{key} = {value_of(settings, key)!r}{words}")
    for vehicle_id, look in settings.vehicles.items():
        typer.echo(f"vehicles.{vehicle_id} = {look.call_sign!r}, colour {look.colour or 'of its number'}")


@_settings.command()
def get(key: Key) -> None:
    """Print one value."""
    from groundstation.fleet.settings.settings import value_of

    typer.echo(value_of(_read(), key))


@_settings.command(name="set")
def set_value(key: Key, value: Annotated[str, typer.Argument(help="The new value; empty for as it was made.")]) -> None:
    """Change one value. Windows that are open take it when they are opened again."""
    from groundstation.app.settings_file import write_settings
    from groundstation.fleet.settings.settings import Settings, changed, value_of

    settings = _read()
    usual = value_of(Settings(), key)
    try:
        taken = type(usual)(value) if value else usual
    except ValueError as error:
        raise UsageError(f"{key}: '{value}' is no number") from error
    write_settings(changed(settings, key, taken))


@_settings.command()
def name(
    vehicle: Annotated[str, typer.Argument(metavar="ID", help="Id of a vehicle.")],
    call_sign: Annotated[str, typer.Argument(metavar="NAME", help="Its call sign; empty for its own.")],
    colour: Annotated[int, typer.Option(min=0, max=10, help="Place in the table of colours; 0 for its own.")] = 0,
) -> None:
    """Give a vehicle a call sign, and a colour, on this computer."""
    from groundstation.app.settings_file import write_settings
    from groundstation.fleet.settings.settings import CALL_SIGN_LETTERS, VehicleLook, with_vehicle

    if len(call_sign) > CALL_SIGN_LETTERS:
        raise UsageError(f"'{call_sign[:40]}' is longer than {CALL_SIGN_LETTERS} letters")
    write_settings(with_vehicle(_read(), vehicle, VehicleLook(call_sign=call_sign, colour=colour)))


@_settings.command()
def path() -> None:
    """Print where the file is."""
    from groundstation.app.settings_file import settings_path

    typer.echo(settings_path())
