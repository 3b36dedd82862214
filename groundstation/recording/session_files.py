# SPDX-License-Identifier: Apache-2.0
"""The open files of a session. Thread `disk`.

Each vehicle has a file; what belongs to none, and what comes when there are too many, goes to the rest.
"""

from __future__ import annotations

from pathlib import Path

import zstandard

from groundstation.fleet.identity import VehicleKey
from groundstation.logs import session_folder
from groundstation.logs.mcap import schemas
from groundstation.logs.mcap.channels import ChannelSpec
from groundstation.logs.mcap.chunk_ledger import Layout
from groundstation.logs.mcap.mcap_file import IndexGoneError, McapFile
from groundstation.logs.session_folder import SessionFile
from groundstation.recording.mcap_scan import mend

FLUSH_S = 0.25
"""A message waits so long at most before the system has it."""
MAX_FILES = 400
"""Open at once; a process may have about a thousand."""


class SessionFiles:
    """Writes messages to the file of their vehicle."""

    def __init__(self, folder: Path) -> None:
        """Begin without a file.

        Args:
            folder: of the session; exists.
        """
        self.folder = folder
        self._files: dict[str, McapFile] = {}
        # one for all files, since one thread writes them
        self._compressor = zstandard.ZstdCompressor(level=3)
        self._vehicles: dict[str, str] = {}
        self._waiting_since_s: dict[str, float] = {}
        self._ids: dict[tuple[str, ChannelSpec], int] = {}

    def go_on(self, name: str, vehicle: str, layout: Layout) -> None:
        """Go on in a file of an earlier life.

        Raises:
            OSError: it can't be opened.
        """
        self._files[name] = McapFile(self.folder / name, layout, is_live=True, compressor=self._compressor)
        self._vehicles[name] = vehicle

    def write(
        self, key: VehicleKey | None, place: ChannelSpec, times_ns: tuple[int, int], seq: int, data: bytes
    ) -> str:
        """Write one message; it is on disk a moment later.

        Args:
            key: its vehicle; None for none.
            place: its channel.
            times_ns: of reception and of publishing, nanoseconds since 1970.
            seq: its number.
            data: its payload.

        Returns:
            Name of the file.

        Raises:
            OSError: the disk does not take it; nothing is lost, call again.
        """
        name = session_folder.file_name(key)
        # a forger may make up vehicles without end; each file costs a descriptor
        if name not in self._files and len(self._files) >= MAX_FILES:
            key, name = None, session_folder.file_name(None)
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = McapFile(self.folder / name, is_live=True, compressor=self._compressor)
            self._vehicles[name] = "" if key is None else str(key)
        # by file too: each counts its channels for itself
        number = self._ids.get((name, place))
        if number is None:
            number = self._channel(file, place)
            self._ids[name, place] = number
        file.add(number, *times_ns, seq, data)
        return name

    @staticmethod
    def _channel(file: McapFile, place: ChannelSpec) -> int:
        schema_id = file.schema(place.schema_name, schemas.ENCODING, place.schema) if place.schema is not None else 0
        return file.channel(place.topic, place.encoding, dict(place.metadata), schema_id)

    def flush_due(self, now_s: float) -> None:
        """Give what has waited long enough to the system.

        Raises:
            OSError: the disk does not take it; nothing is lost, call again.
        """
        for name, file in self._files.items():
            if not file.has_waiting:
                self._waiting_since_s.pop(name, None)
            elif now_s - self._waiting_since_s.setdefault(name, now_s) >= FLUSH_S:
                file.flush()
                del self._waiting_since_s[name]

    def flush(self) -> None:
        """Give everything to the system.

        Raises:
            OSError: the disk does not take it; nothing is lost, call again.
        """
        for file in self._files.values():
            file.flush()
        self._waiting_since_s.clear()

    def sync(self) -> None:
        """Have the disk keep everything.

        Raises:
            OSError: it does not; nothing is lost, call again.
        """
        for file in self._files.values():
            file.flush()
            file.sync()
        self._waiting_since_s.clear()

    def close(self) -> None:
        """Close every file.

        Raises:
            OSError: of the first that could not be closed; each of these can be mended.
        """
        problem: OSError | None = None
        for file in self._files.values():
            try:
                _close(file)
            except OSError as error:
                # the others are closed all the same
                problem = problem or error
        self._forget()
        if problem is not None:
            raise problem

    def abandon(self) -> None:
        """Let go of files whose folder is gone."""
        for file in self._files.values():
            file.abandon()
        self._forget()

    def _forget(self) -> None:
        self._files.clear()
        self._ids.clear()
        self._waiting_since_s.clear()

    @property
    def vehicles(self) -> int:
        """Vehicles with a file of their own. Any thread."""
        # a copy, made in one step: the thread `disk` may open a file while another one counts
        return sum(bool(one) for one in list(self._vehicles.values()))

    def described(self) -> tuple[SessionFile, ...]:
        """The files, for the manifest."""
        return tuple(
            SessionFile(
                name=name,
                vehicle=self._vehicles[name],
                messages=file.layout.messages,
                size_bytes=file.layout.end,
            )
            for name, file in sorted(self._files.items())
        )

    def ends(self) -> dict[str, int]:
        """Bytes of each file that are written."""
        return {name: file.layout.end for name, file in self._files.items()}

    @property
    def is_there(self) -> bool:
        """Whether the files still are where they were made; a file that was deleted takes bytes for ever."""
        return self.folder.is_dir() and all((self.folder / name).exists() for name in self._files)


def _close(file: McapFile) -> None:
    """Close a file, though somebody took its helpers away.

    Raises:
        OSError: the disk does not take it.
    """
    try:
        file.close()
    except IndexGoneError:
        mend(file.path, close=True)
