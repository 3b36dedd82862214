# SPDX-License-Identifier: Apache-2.0
"""The conversation that reads one file of a vehicle over MAVLink FTP. Sans-I/O.

The file is opened, sent in bursts as fast as the vehicle can, what was lost is asked for piece by piece, and it is
closed, since a PX4 has one session only. Nothing of what the vehicle says is believed beyond the size that it told when
the file was opened. See `ftp_wire.py` for the source.
"""

from __future__ import annotations

import enum

from groundstation.mavlink import encode
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.ftp_wire import FILE_TRANSFER, MOST_DATA, FtpError, FtpMessage, Opcode, message_of, question
from groundstation.mavlink.stream_requests import Outbound

ANSWER_S, OPEN_TRIES = 1.0, 6
BUSY_S, BUSY_TRIES = 15.0, 3
"""Another station's session must not be ended by us. A PX4 closes one after ten seconds without any question, ours
among them (mavlink_ftp.cpp), so asking more often would keep open what was left behind."""
QUIET_S = 1.5
"""Without a piece so long a burst is over."""
READ_TRIES, IN_FLIGHT = 12, 4
"""Of each piece that is asked for by itself; at a fifth lost each way one file of 90 kB in 3,000 is given up."""
MANY = 0.25
"""Share of a file that is missing, above which another burst is shorter than asking for its pieces."""
CLOSE_S, CLOSE_TRIES = 0.5, 3
MAX_GAPS = 5_000
"""A file of a megabyte has 4,400 pieces; more gaps are made up."""
LONGEST_S = 600.0
"""A megabyte over a radio takes five minutes; who gives a byte at a time is none to wait for."""
MAX_PATH = 200
"""Characters; a message has room for 239 bytes."""


class FileEnd(enum.Enum):
    """How a reading ended."""

    READ = "read"
    NOT_THERE = "not there"
    TOO_LARGE = "too large"
    BUSY = "busy"
    """Another station reads files of the vehicle."""
    REFUSED = "refused"
    NO_ANSWER = "no answer"


class _Step(enum.Enum):
    OPEN = enum.auto()
    WAIT = enum.auto()
    """For a session that somebody else has."""
    BURST = enum.auto()
    FILL = enum.auto()
    CLOSE = enum.auto()
    OVER = enum.auto()


class FileRead:
    """One file, until it is whole or given up."""

    def __init__(self, path: str, sysid: int, compid: int, seq: int, most_bytes: int) -> None:
        """Prepare; `start` opens it.

        Args:
            path: of the file, as the vehicle names it.
            sysid: of the vehicle.
            compid: of its autopilot.
            seq: sequence number of the first question: a vehicle takes the number of its last answer for a repetition.
            most_bytes: a larger file is not read.
        """
        self._target, self._path = (sysid, compid), path.encode()[:MAX_PATH]
        self.seq, self._most = seq & 0xFFFF, most_bytes
        self._step = _Step.OPEN
        self._session = 0
        self._data = bytearray()
        self._gaps: list[tuple[int, int]] = []
        """What is missing, from and to, in order."""
        self._flights: dict[int, tuple[int, int, float]] = {}
        """By offset: sequence number, tries, when it is asked for again."""
        self._tries = self._busy_tries = self._bursts_in_vain = 0
        self._due_s = self._began_s = 0.0
        self._missing_before = 0
        self.end: FileEnd | None = None
        """How it ended; None while it goes on."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is sent or awaited any more."""
        return self._step is _Step.OVER

    @property
    def hears(self) -> frozenset[int]:
        """Answers, until it is over."""
        return frozenset() if self.is_over else frozenset((FILE_TRANSFER,))

    @property
    def data(self) -> bytes:
        """The file, once it ended as read."""
        return bytes(self._data)

    @property
    def missing(self) -> int:
        """Bytes that did not come."""
        return sum(after - first for first, after in self._gaps)

    def start(self, now_s: float) -> list[Outbound]:
        """Open it."""
        self._began_s = self._began_s or now_s
        self._step, self._tries = _Step.OPEN, 1
        self._due_s = now_s + ANSWER_S
        return [self._ask(Opcode.OPEN_READ, data=self._path)]

    def stop(self) -> list[Outbound]:
        """Give it up at once; returns what closes it."""
        if self.is_over:
            return []
        is_open = self._step not in (_Step.OPEN, _Step.WAIT)
        self.end = self.end or FileEnd.NO_ANSWER
        self._step = _Step.OVER
        return [self._ask(Opcode.TERMINATE)] if is_open else []

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """An answer came."""
        # another program of this system has its own questions
        is_ours = fields.get("target_component", 0) in (0, encode.GCS_COMPID)
        told = message_of(fields["payload"]) if msgid in self.hears and is_ours else None
        if told is None or told.opcode not in (Opcode.ACK, Opcode.NAK):
            return []
        match self._step:
            case _Step.OPEN:
                return self._on_opened(told, now_s)
            case _Step.BURST | _Step.FILL:
                return self._on_piece(told, now_s)
            case _Step.CLOSE if told.answers == Opcode.TERMINATE:
                self._step = _Step.OVER
        return []

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed: ask again, or give up."""
        if now_s < self._due_s:
            return []
        due = {
            _Step.OPEN: self._open_again,
            _Step.WAIT: self.start,
            _Step.BURST: self._after_quiet,
            _Step.FILL: self._fill,
            _Step.CLOSE: self._close_again,
        }.get(self._step)
        return due(now_s) if due is not None else []

    # ---- its steps ----

    def _ask(self, opcode: Opcode, *, offset: int = 0, size: int = 0, data: bytes = b"") -> Outbound:
        self.seq = (self.seq + 1) & 0xFFFF
        return question(
            self._target, self.seq, opcode, session=self._session, offset=offset, size=size, data=data
        )  # fmt: skip

    def _open_again(self, now_s: float) -> list[Outbound]:
        if self._tries >= OPEN_TRIES:
            self._step, self.end = _Step.OVER, FileEnd.NO_ANSWER
            return []
        self._tries += 1
        self._due_s = now_s + ANSWER_S
        # the same number: its answer is repeated, and no second session opened
        return [question(self._target, self.seq, Opcode.OPEN_READ, data=self._path)]

    def _on_opened(self, told: FtpMessage, now_s: float) -> list[Outbound]:
        if told.answers != Opcode.OPEN_READ or told.seq != (self.seq + 1) & 0xFFFF:
            return []
        if told.opcode == Opcode.NAK:
            return self._on_refused(told, now_s)
        self._session = told.session
        size = int.from_bytes(told.data[:4], "little")
        if len(told.data) < 4 or size > self._most:
            return self._close(FileEnd.TOO_LARGE if len(told.data) >= 4 else FileEnd.REFUSED, now_s)
        self._data, self._gaps = bytearray(size), [(0, size)] if size else []
        return self._burst(now_s) if size else self._close(FileEnd.READ, now_s)

    def _on_refused(self, told: FtpMessage, now_s: float) -> list[Outbound]:
        if told.error == FtpError.NO_SESSIONS and self._busy_tries < BUSY_TRIES:
            self._busy_tries += 1
            self._step, self._due_s = _Step.WAIT, now_s + BUSY_S
            return []
        why = FileEnd.BUSY if told.error == FtpError.NO_SESSIONS else FileEnd.REFUSED
        self._step, self.end = _Step.OVER, FileEnd.NOT_THERE if told.is_missing_file else why
        return []

    def _burst(self, now_s: float) -> list[Outbound]:
        self._step, self._due_s = _Step.BURST, now_s + QUIET_S
        self._missing_before = self.missing
        return [self._ask(Opcode.BURST_READ, offset=self._gaps[0][0], size=MOST_DATA)]

    def _on_piece(self, told: FtpMessage, now_s: float) -> list[Outbound]:
        if told.answers not in (Opcode.READ, Opcode.BURST_READ) or told.session != self._session:
            return []
        if told.opcode == Opcode.NAK:
            return self._on_no_piece(told, now_s)
        is_of_it, is_late = self._store(told.offset, told.data), now_s - self._began_s > LONGEST_S
        if not is_of_it or is_late or not self._gaps:
            end = FileEnd.NO_ANSWER if is_late and self._gaps else FileEnd.READ
            return self._close(end if is_of_it else FileEnd.REFUSED, now_s)
        if self._step is _Step.FILL:
            self._flights.pop(told.offset, None)
            return self._fill(now_s)
        self._due_s = now_s + QUIET_S
        return self._after_burst(now_s, is_quiet=False) if told.is_last else []

    def _on_no_piece(self, told: FtpMessage, now_s: float) -> list[Outbound]:
        if told.answers == Opcode.BURST_READ:
            if self._step is not _Step.BURST:
                return []
            if told.error in (FtpError.END_OF_FILE, FtpError.UNKNOWN_COMMAND):
                return self._after_burst(now_s, is_quiet=False)
            return self._close(FileEnd.REFUSED, now_s)
        # of what was asked for piece by piece: the file is shorter than was told, or the session is gone
        is_ours = any(told.seq == (seq + 1) & 0xFFFF for seq, _, _ in self._flights.values())
        return self._close(FileEnd.REFUSED, now_s) if is_ours else []

    def _after_quiet(self, now_s: float) -> list[Outbound]:
        return self._after_burst(now_s, is_quiet=True)

    def _after_burst(self, now_s: float, *, is_quiet: bool) -> list[Outbound]:
        is_in_vain = self.missing >= self._missing_before
        self._bursts_in_vain = self._bursts_in_vain + 1 if is_in_vain else 0
        first, after = self._gaps[-1]
        # a vehicle sends a long file in several bursts: the rest of it, or so much that it is worth another one
        is_rest = not is_quiet and after == len(self._data) and after - first > MOST_DATA
        is_many = self.missing > MANY * len(self._data)
        is_late = now_s - self._began_s > LONGEST_S
        if (is_rest or is_many) and self._bursts_in_vain < 2 and not is_late:
            return self._burst(now_s) if is_many else self._burst_rest(first, now_s)
        self._step = _Step.FILL
        return self._fill(now_s)

    def _burst_rest(self, first: int, now_s: float) -> list[Outbound]:
        self._due_s, self._missing_before = now_s + QUIET_S, self.missing
        return [self._ask(Opcode.BURST_READ, offset=first, size=MOST_DATA)]

    def _fill(self, now_s: float) -> list[Outbound]:
        """Ask for pieces, as many as may be in flight."""
        if now_s - self._began_s > LONGEST_S:
            return self._close(FileEnd.NO_ANSWER, now_s)
        messages: list[Outbound] = []
        pieces = dict(self._pieces())
        self._flights = {offset: flight for offset, flight in self._flights.items() if offset in pieces}
        for offset, size in pieces.items():
            _, tries, again_s = self._flights.get(offset, (0, 0, 0.0))
            if tries and now_s < again_s:
                continue
            if tries >= READ_TRIES:
                return self._close(FileEnd.NO_ANSWER, now_s)
            messages.append(self._ask(Opcode.READ, offset=offset, size=size))
            self._flights[offset] = self.seq, tries + 1, now_s + ANSWER_S
        self._due_s = min((again_s for _, _, again_s in self._flights.values()), default=now_s)
        return messages

    def _pieces(self) -> list[tuple[int, int]]:
        """The first pieces that are missing: where, and how many bytes."""
        found: list[tuple[int, int]] = []
        for first, after in self._gaps:
            for offset in range(first, after, MOST_DATA):
                found.append((offset, min(MOST_DATA, after - offset)))
                if len(found) == IN_FLIGHT:
                    return found
        return found

    def _store(self, offset: int, data: bytes) -> bool:
        """Put a piece in its place; returns whether it can be one of this file."""
        after = offset + len(data)
        if not data or after > len(self._data):
            return False
        self._data[offset:after] = data
        kept: list[tuple[int, int]] = []
        for first, end in self._gaps:
            parts = ((first, min(end, offset)), (max(first, after), end))
            kept += [part for part in parts if part[0] < part[1]]
        self._gaps = kept
        return len(kept) <= MAX_GAPS

    def _close(self, end: FileEnd, now_s: float) -> list[Outbound]:
        self._step, self.end, self._tries = _Step.CLOSE, end, 1
        self._due_s = now_s + CLOSE_S
        return [self._ask(Opcode.TERMINATE)]

    def _close_again(self, now_s: float) -> list[Outbound]:
        if self._tries >= CLOSE_TRIES:
            # it closes by itself in the end
            self._step = _Step.OVER
            return []
        self._tries += 1
        self._due_s = now_s + CLOSE_S
        return [question(self._target, self.seq, Opcode.TERMINATE, session=self._session)]
