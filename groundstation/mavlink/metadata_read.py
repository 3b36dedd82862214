# SPDX-License-Identifier: Apache-2.0
"""The conversation that fetches what describes a vehicle's parameters from the vehicle itself. Sans-I/O.

COMPONENT_METADATA is asked for, names a general file, which names the file of the parameters; both are read over
MAVLink FTP (`file_read.py`), and neither where it is known by its CRC already. An ArduPilot 4.5 has no such message.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from groundstation.fleet.parameters.component_metadata import (
    MAX_FILE_BYTES,
    MAX_GENERAL_BYTES,
    MetadataFile,
    crc_of,
    is_of,
    parameter_file,
    path_of,
)
from groundstation.fleet.parameters.fact_entries import ParameterFactsError
from groundstation.mavlink import encode
from groundstation.mavlink.dialect import MSGIDS, Fields
from groundstation.mavlink.file_read import FileEnd, FileRead
from groundstation.mavlink.handshakes import COMMAND_ACK, MavResult
from groundstation.mavlink.stream_requests import Outbound

COMPONENT_METADATA = MSGIDS["COMPONENT_METADATA"]
ASK_S, ASK_TRIES = 1.5, 4
DAMAGED_TRIES = 2
"""A file whose CRC is another one than was told is read once more."""
_REFUSED = frozenset({MavResult.DENIED, MavResult.UNSUPPORTED, MavResult.FAILED})


class _Step(enum.Enum):
    ASK = enum.auto()
    GENERAL = enum.auto()
    PARAMETERS = enum.auto()
    OVER = enum.auto()


class MetadataRead:
    """One asking, until the file is there or the vehicle has none."""

    def __init__(self, sysid: int, compid: int, seq: int, known: Mapping[int, bytes]) -> None:
        """Prepare; `start` asks.

        Args:
            sysid: of the vehicle.
            compid: of its autopilot.
            seq: sequence number of the first question about a file, see `FileRead`.
            known: files by their CRC; looked at, not kept.
        """
        self._target, self._known = (sysid, compid), known
        self.seq = seq
        self._step, self._tries = _Step.ASK, 0
        self._again_s = 0.0
        self._wanted: MetadataFile | None = None
        self._file: FileRead | None = None
        self._damaged = 0
        self._is_ack_awaited = True
        self.read: dict[int, bytes] = {}
        """Files that were read, by their CRC."""
        self.found: int | None = None
        """CRC of the file of the parameters, which is among those read or known; None before it is, and without one."""
        self.is_offered = True
        """Whether the vehicle has such files: else it need not be asked again."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is sent or awaited any more."""
        return self._step is _Step.OVER

    @property
    def hears(self) -> frozenset[int]:
        """What it waits for now."""
        if self.is_over:
            return frozenset()
        ids = {COMMAND_ACK} if self._is_ack_awaited else set()
        return frozenset(ids | (self._file.hears if self._file is not None else {COMPONENT_METADATA}))

    def is_its(self, msgid: int, fields: Fields) -> bool:
        """Whether a message that it hears is meant for it: an answer to another command is not."""
        return msgid != COMMAND_ACK or fields["command"] == encode.REQUEST_MESSAGE

    def start(self, now_s: float) -> list[Outbound]:
        """Ask for the message."""
        self._tries += 1
        self._again_s = now_s + ASK_S
        return [encode.request_message(*self._target, COMPONENT_METADATA)]

    def stop(self) -> list[Outbound]:
        """Give it up at once; returns what closes an open file."""
        self._step = _Step.OVER
        file, self._file = self._file, None
        if file is None:
            return []
        words = file.stop()
        self.seq = file.seq
        return words

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message that it hears came."""
        if msgid not in self.hears or not self.is_its(msgid, fields):
            return []
        if msgid == COMMAND_ACK:
            self._is_ack_awaited = False
            # the message may come before its answer, and all the same after a refusal
            if self._step is _Step.ASK and fields["result"] in _REFUSED:
                self._end(is_offered=False)
            return []
        if msgid == COMPONENT_METADATA:
            path = path_of(fields["uri"], self._target[1])
            if not path:
                self._end(is_offered=False)
                return []
            self._step = _Step.GENERAL
            return self._want(MetadataFile(path, fields["file_crc"] or None), MAX_GENERAL_BYTES, now_s)
        messages = self._file.take(msgid, fields, now_s) if self._file is not None else []
        return [*messages, *self._look(now_s)]

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""
        if self._file is not None:
            messages = self._file.tick(now_s)
            return [*messages, *self._look(now_s)]
        if self._step is not _Step.ASK or now_s < self._again_s:
            return []
        if self._tries < ASK_TRIES:
            return self.start(now_s)
        self._end()
        return []

    # ---- its steps ----

    def _want(self, file: MetadataFile, most: int, now_s: float) -> list[Outbound]:
        """Read a file, or take it from what is known."""
        self._wanted = file
        data = self._known.get(file.crc) if file.crc is not None else None
        if file.crc is not None and data is not None:
            return self._have(file.crc, data, now_s)
        self._file = FileRead(file.path, *self._target, self.seq, most)
        return self._file.start(now_s)

    def _look(self, now_s: float) -> list[Outbound]:
        """What comes after a file."""
        file, wanted = self._file, self._wanted
        if file is None or wanted is None or not file.is_over:
            return []
        self._file, self.seq = None, file.seq
        if file.end is not FileEnd.READ:
            self._end(is_offered=file.end not in (FileEnd.NOT_THERE, FileEnd.TOO_LARGE))
            return []
        if wanted.crc is not None and not is_of(wanted.crc, file.data):
            self._damaged += 1
            if self._damaged < DAMAGED_TRIES:
                most = MAX_GENERAL_BYTES if self._step is _Step.GENERAL else MAX_FILE_BYTES
                return self._want(wanted, most, now_s)
            self._end(is_offered=False)
            return []
        crc = wanted.crc if wanted.crc is not None else crc_of(file.data)
        self.read[crc] = file.data
        return self._have(crc, file.data, now_s)

    def _have(self, crc: int, data: bytes, now_s: float) -> list[Outbound]:
        self._damaged = 0
        if self._step is _Step.PARAMETERS:
            self.found = crc
            self._end()
            return []
        try:
            found = parameter_file(data, self._target[1])
        except ParameterFactsError:
            found = None
        if found is None:
            self._end(is_offered=False)
            return []
        self._step = _Step.PARAMETERS
        return self._want(found, MAX_FILE_BYTES, now_s)

    def _end(self, *, is_offered: bool = True) -> None:
        self._step, self.is_offered = _Step.OVER, is_offered
