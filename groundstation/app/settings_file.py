# SPDX-License-Identifier: Apache-2.0
"""The file of settings: TOML that people may write too; comments are kept. Any thread; waits for the disk."""

from __future__ import annotations

import datetime as dt
import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
import tomlkit
import tomlkit.exceptions
from tomlkit.items import Table

from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.settings.settings import VEHICLES, Settings, kinds, settings_of, value_of
from groundstation.logs.session_folder import default_recordings

log = logging.getLogger("groundstation.settings")

MOST_BYTES = 1_000_000
HEAD = "Settings of the ground station; 'groundstation settings list' says which there are, and what each may be."


def settings_path() -> Path:
    """This user's own."""
    return platformdirs.user_config_path("groundstation", appauthor=False) / "settings.toml"


def read_settings(path: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and what is wrong in their file, a line each.

    A value that is wrong counts as not given. A file that is no TOML is kept aside under another name, so that nothing
    of it is lost when the next one is written.

    Args:
        path: the file; None for this user's own. One that is not there has no settings.
    """
    where = path or settings_path()
    try:
        with where.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Settings(), ()
    except OSError as error:
        return Settings(), (f"{where} can't be read ({error.strerror or error}); the settings are as they were made",)
    try:
        found, problems = settings_of(_table(data))
    except (ValueError, RecursionError) as error:
        return Settings(), (_put_aside(where, error),)
    return found, tuple(f"{where.name}: {one}; the line does not count" for one in problems)


def _table(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise ValueError(f"larger than {MOST_BYTES // 1_000_000} MB")
    return tomllib.loads(data.decode())


def _put_aside(path: Path, error: Exception) -> str:
    day = dt.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.stem}-broken-{day}{path.suffix}")
    why = str(error).splitlines()[0]
    try:
        path.rename(aside)
    except OSError as problem:
        return f"{path} is no TOML ({why}), and can't be moved ({problem.strerror or problem}); mend it by hand"
    return f"{path.name} is no TOML ({why}); it is kept as {aside.name}, the settings are as they were made"


def write_settings(settings: Settings, path: Path | None = None) -> None:
    """Write what differs from what the file says; everything else in it stays, comments too.

    Args:
        settings: as they are to be.
        path: the file; None for this user's own.

    Raises:
        GroundStationError: it can't be written; what was there stays.
    """
    where = path or settings_path()
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        document = _document(where)
        before, _ = settings_of(document.unwrap())
        for key in _differing(before, settings):
            section, _, name = key.partition(".")
            _put(document, section, name, value_of(settings, key), value_of(Settings(), key))
        _put_vehicles(document, before, settings)
        write_whole(tomlkit.dumps(document).encode(), where)
    except OSError as error:
        raise GroundStationError(
            f"settings can't be written to {where} ({error.strerror or error}); they count until the window closes"
        ) from error


def _document(path: Path) -> tomlkit.TOMLDocument:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _new()
    try:
        return tomlkit.parse(text)
    # written by hand since it was read
    except (tomlkit.exceptions.TOMLKitError, ValueError) as error:
        log.warning("%s", _put_aside(path, error))
        return _new()


def _new() -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(tomlkit.comment(HEAD))
    return document


def _differing(before: Settings, now: Settings) -> Iterator[str]:
    return (key for key in kinds() if value_of(before, key) != value_of(now, key))


def _put(document: tomlkit.TOMLDocument, section: str, name: str, value: object, usual: object) -> None:
    """Set a value; one that is as it was made leaves the file again."""
    table = document.get(section)
    if value == usual:
        if isinstance(table, Table) and name in table:
            table.remove(name)
        return
    if not isinstance(table, Table):
        document[section] = tomlkit.table()
    document[section][name] = value


def _put_vehicles(document: tomlkit.TOMLDocument, before: Settings, now: Settings) -> None:
    for vehicle_id in before.vehicles.keys() | now.vehicles.keys():
        look = now.vehicles.get(vehicle_id)
        if look == before.vehicles.get(vehicle_id):
            continue
        kept = {name: value for name, value in msgspec.structs.asdict(look).items() if value} if look else None
        _put(document, VEHICLES, vehicle_id, kept, None)


def own_recordings(settings: Settings | None = None) -> Path:
    """Where this user's recordings are: as settled, else where they always were."""
    folder = (settings or read_settings()[0]).recording.folder
    return Path(folder).expanduser() if folder else default_recordings()
