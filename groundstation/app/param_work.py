# SPDX-License-Identifier: Apache-2.0
"""Parameters on disk: files, what was there before a writing, and metadata. For the command line and the window."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from groundstation.app.whole_file import write_whole
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.parameters.component_metadata import MAX_FILE_BYTES, ParamMeta, is_crc_text, is_of
from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.file_lines import FileKind
from groundstation.fleet.parameters.parameter import Parameter
from groundstation.fleet.parameters.parameter_compare import Profile, overlay
from groundstation.fleet.parameters.parameter_facts import MAX_UNPACKED_BYTES, facts_of
from groundstation.fleet.parameters.parameter_files import (
    MAX_BYTES,
    ParameterFile,
    read_parameters,
    write_parameters,
)
from groundstation.fleet.parameters.write_log import WriteEntry, entries_in, entry_text
from groundstation.ui.parameters.param_port import FoundFacts, ParamAccess

if TYPE_CHECKING:
    from groundstation.fleet.identity import VehicleInfo, VehicleKey

KINDS = {"mp": FileKind.MISSION_PLANNER, "qgc": FileKind.QGC, "mavproxy": FileKind.MAVPROXY}
"""Forms of files by the word for them."""
_BY_ENDING = {".params": FileKind.QGC, ".parm": FileKind.MAVPROXY}
WRITES = ".writes"
"""Ending of the file that holds what was written on a day."""
_FACT_ENDINGS = (".json", ".xml", ".json.xz", ".xml.xz", ".json.gz", ".xml.gz")


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror or error})") from error


def read_file(path: Path) -> ParameterFile:
    """The parameters in a file, of whichever program.

    Raises:
        GroundStationError: it can't be read, or holds none; says why.
    """
    try:
        return read_parameters(_read(path, MAX_BYTES))
    except GroundStationError as error:
        raise GroundStationError(error.args[0] if str(path) in str(error) else f"{path}: {error}") from error


def overlaid(base: ParameterFile, profiles: Iterable[tuple[str, ParameterFile]]) -> tuple[Parameter, ...]:
    """A baseline with profiles laid over it, one after the other.

    Args:
        base: the baseline.
        profiles: name and content of each.
    """
    found = base.parameters
    for name, one in profiles:
        found = overlay(Profile(name=name, parameters=one.parameters), found)
    return found


def kind_of(path: Path, word: str = "") -> FileKind:
    """In which form a file is written: as somebody says, else by its ending.

    Raises:
        UsageError: there is no such form.
    """
    if word and word not in KINDS:
        raise UsageError(f"--format '{word[:20]}': there are {', '.join(KINDS)}")
    return KINDS[word] if word else _BY_ENDING.get(path.suffix.lower(), FileKind.MISSION_PLANNER)


def write_file(
    parameters: Iterable[Parameter], path: Path, *, kind: FileKind, info: VehicleInfo | None, may_replace: bool
) -> None:
    """Write parameters, sorted by name; the same ones give the same bytes, so that a repository shows what changed.

    Args:
        parameters: what to write.
        path: where.
        kind: in which form.
        info: whose they are, for the head of the file; None for nobody's.
        may_replace: whether a file that is there may be written over.

    Raises:
        GroundStationError: it can't be written, or is there already; says why.
    """
    comment = ""
    if info is not None:
        firmware = f" {info.firmware}" if info.firmware else ""
        comment = f"{info.name}, {info.autopilot.value} {info.kind.value}{firmware}"
    sysid, compid = (info.sysid, info.compid) if info is not None else (1, 1)
    data = write_parameters(parameters, kind, comment=comment, sysid=sysid, compid=compid)
    if path.exists() and not may_replace:
        raise UsageError(f"{path} is there already; say --yes to write over it, or take another name")
    _put(data, path)


def _put(data: bytes, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(data, path)
    except OSError as error:
        raise GroundStationError(f"{path} can't be written ({error.strerror or error})") from error


# ---- what was there before ----


def default_snapshots() -> Path:
    """Where snapshots of this user lie."""
    return platformdirs.user_data_path("groundstation", appauthor=False) / "parameters"


class Snapshots:
    """What vehicles had: the whole set before the first writing of a day, and every writing with what it replaced.

    Plain text in a folder for each vehicle: `2026-11-28.param` and `2026-11-28.writes`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Begin.

        Args:
            folder: where; None for this user's own place.
        """
        self.folder = folder or default_snapshots()

    def keep_whole(self, key: VehicleKey, parameters: Iterable[Parameter], info: VehicleInfo | None) -> Path:
        """Keep the whole set before the first writing of the day; a later one changes nothing.

        Args:
            key: whose.
            parameters: all of them.
            info: who it is.

        Returns:
            The file of the day.

        Raises:
            GroundStationError: it can't be written; says why.
        """
        path = self.of_day(key, time.strftime("%Y-%m-%d"))
        if not path.exists():
            # some were written before by name alone, when not all were known: what they were then counts
            first = {one.name: one.value for entry in reversed(self._writings(path)) for one in entry.before}
            found = [Parameter(one.name, first.get(one.name, one.value), one.type) for one in parameters]
            write_file(found, path, kind=FileKind.MISSION_PLANNER, info=info, may_replace=True)
        return path

    def _writings(self, day: Path) -> tuple[WriteEntry, ...]:
        path = day.with_suffix(WRITES)
        return entries_in(_read(path, MAX_BYTES).decode("utf-8", "replace")) if path.exists() else ()

    def keep_writing(self, key: VehicleKey, what: str, changes: Iterable[tuple[Parameter | None, Parameter]]) -> None:
        """Keep what a writing has changed.

        Args:
            key: whose.
            what: who did what.
            changes: before and after of each that was stored.

        Raises:
            GroundStationError: it can't be written; says why.
        """
        path = self.of_day(key, time.strftime("%Y-%m-%d")).with_suffix(WRITES)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(entry_text(f"{time.strftime('%H:%M:%S')} {what}", changes))
        except OSError as error:
            raise GroundStationError(f"{path} can't be written ({error.strerror or error})") from error

    def of_day(self, key: VehicleKey, day: str) -> Path:
        """The file of a day."""
        # both are checked where they come from; nothing else may name a path
        return self.folder / f"{key.root}-{key.id}" / f"{day}.param"

    def days(self, key: VehicleKey) -> tuple[str, ...]:
        """Days of which there is a whole set, oldest first."""
        return tuple(sorted(path.stem for path in self.of_day(key, "x").parent.glob("*.param")))

    def last_writing(self, key: VehicleKey) -> WriteEntry | None:
        """The last writing whose former values are known; None where there is none.

        Raises:
            GroundStationError: it can't be read; says why.
        """
        for path in sorted(self.of_day(key, "x").parent.glob(f"*{WRITES}"), reverse=True):
            known = [one for one in self._writings(path) if one.before]
            if known:
                return known[-1]
        return None


# ---- metadata ----


def default_facts() -> Path:
    """Where metadata files lie that were kept for a firmware."""
    return platformdirs.user_cache_path("groundstation", appauthor=False) / "parameters"


def facts_names(info: VehicleInfo) -> tuple[str, ...]:
    """What the metadata file of a firmware is called, without its ending, the nearest first."""
    plain = f"{info.autopilot.value}-{info.kind.value}"
    versioned = (f"{plain}-{info.firmware}",) if info.firmware else ()
    return (*versioned, plain, info.autopilot.value)


def read_facts(path: Path) -> dict[str, ParameterFacts]:
    """What a metadata file says.

    Raises:
        GroundStationError: it can't be read, or is none; says why.
    """
    data = _read(path, MAX_UNPACKED_BYTES)
    try:
        return facts_of(data)
    except GroundStationError as error:
        raise GroundStationError(f"{path}: {error}") from error


def kept_facts(info: VehicleInfo, folder: Path | None = None) -> Path | None:
    """The metadata file that was kept for a firmware; None where there is none."""
    place = folder or default_facts()
    paths = (place / f"{name}{ending}" for name in facts_names(info) for ending in _FACT_ENDINGS)
    return next((path for path in paths if path.is_file()), None)


def own_facts(crc: str, folder: Path | None = None) -> Path | None:
    """The file that a vehicle gave itself; None where it is not here."""
    # the name comes over the broker: nothing but a CRC may name a file
    path = (folder or default_facts()) / f"own-{crc}" if is_crc_text(crc) else None
    return path if path is not None and path.is_file() else None


def keep_own_facts(meta: ParamMeta, folder: Path | None = None) -> Path:
    """Keep the file that a vehicle gave itself.

    Raises:
        GroundStationError: it is none, another than its name says, or can't be written; says why.
    """
    if not is_crc_text(meta.crc) or len(meta.data) > MAX_FILE_BYTES or not is_of(int(meta.crc, 16), meta.data):
        raise GroundStationError("what the vehicle told of its parameters came damaged; read them again")
    facts_of(meta.data)
    kept = (folder or default_facts()) / f"own-{meta.crc}"
    _put(meta.data, kept)
    return kept


def facts_for(
    info: VehicleInfo | None, file: Path | None = None, crc: str = "", folder: Path | None = None
) -> Mapping[str, ParameterFacts]:
    """What is known of a vehicle's parameters beside their values; nothing where no metadata is at hand.

    What somebody named or kept for the firmware counts first; the vehicle's own file tells of the rest.

    Args:
        info: whose firmware.
        file: a metadata file that somebody named.
        crc: name of the vehicle's own file; empty for none.
        folder: where metadata is kept; None for this user's own place.

    Raises:
        GroundStationError: the named file can't be used; says why.
    """
    path = file or (kept_facts(info, folder) if info is not None else None)
    own = own_facts(crc, folder)
    return {**(read_facts(own) if own is not None else {}), **(read_facts(path) if path is not None else {})}


def keep_facts(path: Path, info: VehicleInfo, folder: Path | None = None) -> Path:
    """Keep a metadata file for a firmware, so that it is found from now on.

    Raises:
        GroundStationError: it is none, or can't be written; says why.
    """
    data = _read(path, MAX_UNPACKED_BYTES)
    read_facts(path)
    place, name = folder or default_facts(), facts_names(info)[0]
    ending = next((one for one in reversed(_FACT_ENDINGS) if path.name.lower().endswith(one)), ".json")
    for old in (place / f"{name}{one}" for one in _FACT_ENDINGS):
        old.unlink(missing_ok=True)
    kept = place / f"{name}{ending}"
    _put(data, kept)
    return kept


def param_access(snapshots: Path | None = None, facts: Path | None = None) -> ParamAccess:
    """The window's ways to parameters.

    Args:
        snapshots: where what was there before is kept; None for this user's own place.
        facts: where metadata is kept; None for this user's own place.
    """
    kept = Snapshots(snapshots)

    def write(parameters: Iterable[Parameter], path: Path, info: VehicleInfo | None) -> None:
        # the dialog has asked whether to write over a file
        write_file(parameters, path, kind=kind_of(path), info=info, may_replace=True)

    def look_for(info: VehicleInfo, crc: str) -> FoundFacts:
        lacks_own = is_crc_text(crc) and own_facts(crc, facts) is None
        return FoundFacts(facts_for(info, None, crc, facts), lacks_own)

    def keep_own(meta: ParamMeta) -> None:
        keep_own_facts(meta, facts)

    return ParamAccess(
        read=read_file,
        write=write,
        facts=look_for,
        keep_own_facts=keep_own,
        keep_facts=lambda path, info: keep_facts(path, info, facts),
        keep_whole=kept.keep_whole,
        keep_writing=kept.keep_writing,
        last_writing=kept.last_writing,
    )
