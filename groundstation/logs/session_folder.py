# SPDX-License-Identifier: Apache-2.0
"""A session on disk: a folder with a manifest (`session.json`), a file a vehicle and one for the rest. Any thread.

The manifest is small and written whole, beside the old one and then in its place, so that a cut leaves the old one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import platformdirs

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import Root, VehicleKey, is_vehicle_id
from groundstation.fleet.sample import Name
from groundstation.logs.own_files import new_file

MANIFEST = "session.json"
NUMBERS = "numbers.json"
"""Beside the manifest while a session lasts: what came and what is missing, for going on after a kill."""
LOCK = ".lock"
"""Held by the process that writes the session; a kill lets go of it."""
REST = "rest"
SUFFIX = ".mcap"
VERSION = 1
# ASCII, since \d else means the digits of all scripts
SESSION_NAME = re.compile(r"\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}(-\d+)?", re.ASCII)
MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_NOTES = 500
CLOCK_SET = "the computer's clock was set"
"""Begins a note of it."""


class SessionState(Name):
    """What became of a session."""

    UNKNOWN = "unknown"
    RECORDING = "recording"
    """It lasts, or its recorder was killed."""
    CLOSED = "closed"
    MENDED = "mended"
    """Its recorder was killed; a later one closed its files."""


class Note(msgspec.Struct, frozen=True):
    """Something worth knowing about a session."""

    at_unix_s: float
    text: str


class SessionFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a session."""

    name: str
    vehicle: str = ""
    """`fleet/uav-1`; empty for the rest."""
    messages: int = 0
    size_bytes: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a session as a whole."""

    name: str
    """Name of its folder: when it began, UTC."""
    state: SessionState
    began_unix_s: float
    ended_unix_s: float | None = None
    """None while it lasts."""
    is_pinned: bool = False
    """Never dropped to make room."""
    host: str = ""
    software: str = ""
    broker: str = ""
    """URL without a password."""
    filters: tuple[str, ...] = ()
    """Topic filters recorded besides the fleet's trees."""
    files: tuple[SessionFile, ...] = ()
    messages: int = 0
    duplicates: int = 0
    """Messages that came twice and were left out."""
    recovered: int = 0
    """Messages that came later than they were sent."""
    missing: int = 0
    lost: int = 0
    """Numbered messages that nobody had any more."""
    dropped: int = 0
    """Messages that memory could not keep while the disk did not take them."""
    large: int = 0
    """Large payloads that came and were put whole into `large/`, see `large_payloads.py`."""
    large_lost: int = 0
    """Large payloads of which the beginning alone was recorded."""
    large_dropped: int = 0
    """Large payloads, of this session or an earlier one, that were deleted to make room."""
    notes: tuple[Note, ...] = ()
    """Newest `MAX_NOTES`: troubles, repairs, what was lost."""
    v: int = VERSION


_decoder = msgspec.json.Decoder(Manifest)


def default_recordings() -> Path:
    """Where this user's recordings are."""
    return Path(platformdirs.user_data_dir("groundstation", appauthor=False)) / "recordings"


def file_name(key: VehicleKey | None) -> str:
    """Name of the file of a vehicle, whose id is a safe name by its grammar; of the rest for None."""
    return f"{REST}{SUFFIX}" if key is None else f"{key.root}-{key.id}{SUFFIX}"


def key_of(name: str) -> VehicleKey | None:
    """The vehicle of a file by its name; None for the rest, and for a name that none of ours has."""
    root, dash, vehicle = name.removesuffix(SUFFIX).partition("-")
    return VehicleKey(root, vehicle) if dash and root in set(Root) and is_vehicle_id(vehicle) else None


def load(folder: Path) -> Manifest | None:
    """The manifest of a session; None where there is none or it can't be read."""
    path = folder / MANIFEST
    try:
        # a folder of recordings may be one that others write to
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            return None
        return _decoder.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def save(folder: Path, manifest: Manifest) -> None:
    """Write a manifest.

    Raises:
        OSError: the disk does not take it; the old one is still there.
    """
    write_whole(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a cut leaves the old one.

    Raises:
        OSError: the disk does not take it; the old one is still there.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        with new_file(beside) as file:
            file.write(data)
            file.flush()
            # before the rename: after a power cut the new name could else stand on an empty file
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sessions(out: Path) -> list[Path]:
    """Folders of sessions, the oldest first; links are not followed."""
    try:
        found = [one for one in out.iterdir() if SESSION_NAME.fullmatch(one.name) and not one.is_symlink()]
    except OSError:
        return []
    # names begin with the date, so that their order is that of time
    return sorted((one for one in found if one.is_dir()), key=lambda one: one.name)


def mcap_files(folder: Path) -> list[Path]:
    """Recorded files of a session; links are not followed."""
    found = [one for one in folder.iterdir() if one.suffix == SUFFIX and not one.is_symlink()]
    return sorted(one for one in found if one.is_file())


def size_bytes(folder: Path) -> int:
    """Bytes of a session's files."""
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for one in folder.rglob("*"):
        try:
            yield one.lstat().st_size
        # what stands beside a file goes when it is closed, and a session when room is needed
        except OSError:
            continue


def pin(folder: Path, *, is_pinned: bool) -> None:
    """Keep a session for ever, or no longer.

    Raises:
        GroundStationError: there is no session, or its manifest can't be written.
    """
    manifest = load(folder)
    if manifest is None:
        raise GroundStationError(f"{folder} is no recorded session; name a folder with a {MANIFEST} in it")
    try:
        save(folder, msgspec.structs.replace(manifest, is_pinned=is_pinned))
    except OSError as error:
        raise GroundStationError(f"{folder}: {error.strerror}; check who may write there") from error
