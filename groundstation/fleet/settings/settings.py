# SPDX-License-Identifier: Apache-2.0
"""The settings of an operator: sections of a file, each value with its type and its default. Pure.

A file is written by people: what is wrong in it costs that value alone, and is told in one line that names the value.
"""

from __future__ import annotations

import difflib
import functools
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import is_vehicle_id
from groundstation.fleet.shown_text import harmless

CALL_SIGN_LETTERS = 24
MOST_VEHICLES = 1_000
COLOURS = 10
"""Colours of vehicles that each theme has."""

HeightUnit = Literal["m", "ft"]
DistanceUnit = Literal["m, km", "ft, mi", "ft, NM", "m, NM"]
SpeedUnit = Literal["m/s", "km/h", "kn", "mph"]
ClimbUnit = Literal["m/s", "ft/min"]
TemperatureUnit = Literal["°C", "°F"]
CoordinateFormat = Literal["degrees", "minutes", "seconds", "MGRS", "UTM"]
AlarmSounds = Literal["voice", "tone", "warnings"]
CallSign = Annotated[str, Meta(max_length=CALL_SIGN_LETTERS)]


class WindowSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the window looks and speaks."""

    theme: Annotated[str, Meta(max_length=32)] = ""
    """Key of a theme, or `system`; empty for the one that the product begins with."""
    language: Annotated[str, Meta(max_length=16)] = ""
    """As its file is called; empty for what this computer speaks."""
    text_size_percent: Annotated[int, Meta(ge=75, le=200)] = 100
    """Of everything in the window."""


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """In which units numbers are shown and typed; files, topics and the command line are always in SI."""

    height: HeightUnit = "m"
    distance: DistanceUnit = "m, km"
    """Short and long ones."""
    speed: SpeedUnit = "m/s"
    climb: ClimbUnit = "m/s"
    temperature: TemperatureUnit = "°C"
    coordinates: CoordinateFormat = "degrees"


class OperatorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits here."""

    name: Annotated[str, Meta(max_length=32)] = ""
    """As others read it; empty for the name that this computer knows."""


class SoundSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How alarms are heard."""

    alarms: AlarmSounds = "voice"
    """By a voice, where there is one; by tones; or warnings alone, by tones."""


class RecordingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where recordings go."""

    folder: Annotated[str, Meta(max_length=1_024)] = ""
    """Empty for this user's own."""
    limit_gb: Annotated[float, Meta(ge=0.1, le=100_000.0)] = 20.0
    """Of all sessions together; the oldest go first, pinned ones never."""


class MapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The ground under the vehicles."""

    cache_mb: Annotated[int, Meta(ge=50, le=100_000)] = 500
    """Tiles of servers that are kept on this disk, at most."""


class VehicleLook(msgspec.Struct, frozen=True, kw_only=True):
    """How one vehicle is shown here."""

    call_sign: CallSign = ""
    """Empty for what the vehicle or its bridge calls it."""
    colour: Annotated[int, Meta(ge=0, le=COLOURS)] = 0
    """Place in the table of colours, from 1; 0 for the one that its number gives it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    window: WindowSettings = WindowSettings()
    units: Units = Units()
    operator: OperatorSettings = OperatorSettings()
    sounds: SoundSettings = SoundSettings()
    recording: RecordingSettings = RecordingSettings()
    map: MapSettings = MapSettings()
    vehicles: dict[str, VehicleLook] = {}
    """By vehicle id."""


SYSTEMS: dict[str, Units] = {
    "metric": Units(),
    "imperial": Units(height="ft", distance="ft, mi", speed="mph", climb="ft/min", temperature="°F"),
    "aviation": Units(height="ft", distance="ft, NM", speed="kn", climb="ft/min"),
}
"""Units that are chosen together; places are written as they were."""
VEHICLES = "vehicles"


def system_of(units: Units) -> str:
    """Which of `SYSTEMS` these are; empty for a mixture."""
    plain = msgspec.structs.replace(units, coordinates=Units().coordinates)
    return next((name for name, one in SYSTEMS.items() if one == plain), "")


@functools.cache
def kinds() -> dict[str, Any]:
    """The type of each value by its key, `units.height`; those of vehicles are not among them."""
    sections = {one.name: one.type for one in msgspec.structs.fields(Settings) if one.name != VEHICLES}
    return {
        f"{section}.{name}": kind
        for section, struct in sections.items()
        for name, kind in typing.get_type_hints(struct, include_extras=True).items()
    }


def choices(key: str) -> tuple[str, ...]:
    """What a value may be; none where it is no choice."""
    kind = kinds()[key]
    return typing.get_args(kind) if typing.get_origin(kind) is Literal else ()


def value_of(settings: Settings, key: str) -> str | int | float:
    """A value by its key.

    Raises:
        UsageError: there is no such setting.
    """
    section, name = _checked_key(key)
    value: str | int | float = getattr(getattr(settings, section), name)
    return value


def changed(settings: Settings, key: str, value: object) -> Settings:
    """Settings with another value.

    Args:
        settings: as they are.
        key: section and name, `units.height`.
        value: as it stands in a file.

    Raises:
        UsageError: there is no such setting, or the value is not one of it.
    """
    section, name = _checked_key(key)
    try:
        taken = msgspec.convert(value, kinds()[key])
    except msgspec.ValidationError as error:
        raise UsageError(f"{key}: {_why(key, value, error)}") from error
    if isinstance(taken, str):
        taken = harmless(taken).strip()
    part = msgspec.structs.replace(getattr(settings, section), **{name: taken})
    return msgspec.structs.replace(settings, **{section: part})


def with_vehicle(settings: Settings, vehicle_id: str, look: VehicleLook) -> Settings:
    """Settings in which a vehicle looks so; one that looks like itself is left out.

    Raises:
        UsageError: the id is none, or there are too many.
    """
    if not is_vehicle_id(vehicle_id):
        raise UsageError(f"vehicles.{vehicle_id[:40]}: this is no id of a vehicle")
    others = {name: one for name, one in settings.vehicles.items() if name != vehicle_id}
    if len(others) >= MOST_VEHICLES:
        raise UsageError(f"vehicles: there are {MOST_VEHICLES} already; take some out first")
    tidy = msgspec.structs.replace(look, call_sign=harmless(look.call_sign).strip())
    table = others if tidy == VehicleLook() else others | {vehicle_id: tidy}
    return msgspec.structs.replace(settings, vehicles=table)


def settings_of(table: Mapping[str, object]) -> tuple[Settings, list[str]]:
    """Settings from the table that a file is, and what is wrong in it, a line each.

    Args:
        table: as TOML is read.
    """
    found, problems = Settings(), []
    for key, value in _values(table):
        try:
            take = _vehicle if key.partition(".")[0] == VEHICLES else changed
            found = take(found, key, value)
        except UsageError as error:
            problems.append(str(error))
    return found, problems


def _values(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for section, content in table.items():
        if isinstance(content, Mapping):
            yield from ((f"{section}.{name}", value) for name, value in content.items())
        else:
            yield str(section), content


def _vehicle(settings: Settings, key: str, value: object) -> Settings:
    try:
        look = msgspec.convert(value, VehicleLook)
    except msgspec.ValidationError as error:
        raise UsageError(f"{key}: {error}") from error
    return with_vehicle(settings, key.removeprefix(f"{VEHICLES}."), look)


def _checked_key(key: str) -> tuple[str, str]:
    if key not in kinds():
        near = difflib.get_close_matches(key, kinds(), 1)
        raise UsageError(f"{key[:60]}: there is no such setting" + (f"; is '{near[0]}' meant?" if near else ""))
    section, _, name = key.partition(".")
    return section, name


def _why(key: str, value: object, error: Exception) -> str:
    allowed = choices(key)
    if allowed:
        return f"'{str(value)[:40]}' is none of {', '.join(allowed)}"
    return f"{error}".split(" - at")[0].lower()
