# SPDX-License-Identifier: Apache-2.0
"""An incident: the time around a moment as one zip that another computer opens. Any thread; writes files.

In it lies a session's folder: a manifest and MCAP files, with what was known at their beginning, large payloads of that
time, and beside them bookmarks, commands, versions and a text that says what is what; `incident_pack.py` makes it. What
comes from elsewhere is believed in nothing: names, sizes, links and content are looked at before a file is written.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation.fleet.progress import Progress
from groundstation.logs import large_payloads, session_folder
from groundstation.logs.log import LogError
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.own_files import new_file

INCIDENT, README, BOOKMARKS, COMMANDS = "incident.json", "README.txt", "bookmarks.json", "commands.csv"
ZIP_MAGIC = b"PK\x03\x04"
VERSION = 1
MAX_LARGE = 150
"""Large payloads in one zip."""
MAX_MEMBERS = 600
"""Files in one zip; a session has at most some 400, and large payloads."""
MAX_BYTES = 8 << 30
"""Of all files together, unpacked."""
MAX_TEXT_BYTES = 16 << 20
"""Of each that is no recording."""
RATIO, SPARE_BYTES = 200, 8 << 20
"""Unpacked they have at most so many times the size of the zip, and so much: texts get ten times smaller, recordings
not at all; the rest is a bomb."""
COPY_BYTES = 1 << 20
_MCAP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.mcap", re.ASCII)
_LARGE_NAME = re.compile(rf"{large_payloads.FOLDER}/{large_payloads.NAME.pattern}", re.ASCII)
LARGE_INDEX = f"{large_payloads.FOLDER}/{large_payloads.INDEX}"
_TEXTS = frozenset({INCIDENT, README, BOOKMARKS, COMMANDS, session_folder.MANIFEST, LARGE_INDEX})


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """What a zip is about (`incident.json`)."""

    source: str
    """Name of the log that it was cut from."""
    at_s: float
    """The moment, seconds as the log counts."""
    begin_s: float
    end_s: float
    time_base: str
    """As `TimeBase`."""
    vehicle: str = ""
    """The only one that is in it; empty for all."""
    versions: dict[str, str] = {}
    """Of the programs that made it, by name."""
    commands: int | None = None
    """Rows of `commands.csv`; None where there is no journal for that time."""
    v: int = VERSION


_decoder = msgspec.json.Decoder(Incident)


def is_incident(path: Path) -> bool:
    """Whether a file is a zip of an incident, by its list of content."""
    try:
        with zipfile.ZipFile(path) as file:
            return INCIDENT in file.namelist()[: MAX_MEMBERS + 1]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def unpack(path: Path, folder: Path, on_progress: Progress | None = None) -> Incident:
    """Unpack an incident into a new folder, which opens as a session.

    Args:
        path: of the zip; from anybody.
        folder: must not be there yet, or be empty.
        on_progress: told how far it is; may cancel.

    Raises:
        LogError: it is none, it is damaged, or more than an incident can be; nothing is left behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LogError(f"{folder} is there already; give another name with -o")
    if not folder.absolute().parent.is_dir():
        raise LogError(f"there is no folder {folder.absolute().parent}; make it first, or give another name with -o")
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
    try:
        with zipfile.ZipFile(path) as file:
            members = _checked(path, file)
            _extract(path, file, members, beside, on_progress)
        about = _read(path, beside)
        beside.chmod(0o755)  # as any folder that is made; a temporary one is for its maker alone
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        # of a wrong checksum, a password, a method of packing that is not known, a disk that is full
        raise LogError(f"{path} can't be unpacked: {error}; ask for it anew") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return about


def _checked(path: Path, file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """What is in it, once it is sure that nothing but an incident is; by its list, before anything is unpacked."""
    members = file.infolist()
    problem = next((words for is_wrong, words in _RULES if is_wrong(members)), None)
    if problem is None:
        limit = SPARE_BYTES + RATIO * path.stat().st_size
        if sum(one.file_size for one in members) > min(limit, MAX_BYTES):
            problem = "it would get too large"
    if problem is not None:
        raise LogError(f"{path} is no incident of groundstation: {problem}")
    return members


def _is_ours(name: str) -> bool:
    return name in _TEXTS or any(one.fullmatch(name) for one in (_MCAP_NAME, _LARGE_NAME))


_RULES: tuple[tuple[Callable[[list[zipfile.ZipInfo]], bool], str], ...] = (
    (lambda all_of: len(all_of) > MAX_MEMBERS, "it holds too many files"),
    (lambda all_of: len({one.filename.casefold() for one in all_of}) < len(all_of), "it holds a name twice"),
    (
        # a name of ours and nothing else: no other folders, no way up, no names that mean something to a system
        lambda all_of: not all(_is_ours(one.filename) for one in all_of),
        "it holds a file that does not belong there",
    ),
    (lambda all_of: any(stat.S_ISLNK(one.external_attr >> 16) for one in all_of), "it holds a link"),
    (lambda all_of: any(one.flag_bits & 1 for one in all_of), "it has a password"),
    (
        lambda all_of: any(one.filename in _TEXTS and one.file_size > MAX_TEXT_BYTES for one in all_of),
        "a text in it is too long",
    ),
    (lambda all_of: INCIDENT not in {one.filename for one in all_of}, f"there is no {INCIDENT} in it"),
    (lambda all_of: not any(one.filename.endswith(".mcap") for one in all_of), "there is no recording in it"),
)


def _extract(
    path: Path, file: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, told: Progress | None
) -> None:
    total, done = sum(one.file_size for one in members), 0
    for one in members:
        is_large, digest = _LARGE_NAME.fullmatch(one.filename) is not None, hashlib.sha256()
        if one.filename.startswith(large_payloads.FOLDER):
            large_payloads.make_folder(folder)
        with file.open(one) as source, new_file(folder / one.filename) as place:
            left = one.file_size
            # by what comes, too: the list may lie
            while data := source.read(min(COPY_BYTES, left + 1)):
                left -= len(data)
                if left < 0:
                    raise LogError(f"{path} is no incident of groundstation: {one.filename} is longer than it says")
                place.write(data)
                if is_large:
                    digest.update(data)
                done += len(data)
                if told is not None:
                    told(min(1.0, done / max(total, 1)))
        if one.filename.endswith(session_folder.SUFFIX) and not _begins_with(folder / one.filename, MAGIC):
            raise LogError(f"{path} is no incident of groundstation: {one.filename} is no recording")
        if is_large and not one.filename.endswith(large_payloads.file_name(digest.hexdigest())):
            raise LogError(f"{path} is no incident of groundstation: {one.filename} is not what its name says")


def _begins_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _read(path: Path, folder: Path) -> Incident:
    try:
        about = _decoder.decode((folder / INCIDENT).read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LogError(f"{path} is no incident of groundstation: its {INCIDENT} makes no sense ({error})") from error
    if about.v != VERSION:
        raise LogError(f"{path} is an incident of a newer groundstation (format {about.v}); renew this one")
    return about
