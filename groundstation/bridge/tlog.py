# SPDX-License-Identifier: Apache-2.0
"""A telemetry log as a link: its frames come in their own time, or faster. Bridge thread only; deaf.

Format: each frame behind 8 bytes, big-endian microseconds since 1970 (as MAVProxy, Mission Planner and QGroundControl
write it). Damage is skipped to the next place where time and frame make sense.
"""

from __future__ import annotations

import io
import math
import selectors
from collections.abc import Iterator
from pathlib import Path

from groundstation.bridge.link_text import LinkSpec
from groundstation.bridge.peer import Chunk, Link, Peer
from groundstation.fleet.errors import GroundStationError
from groundstation.mavlink.frames import MAGIC_V1, MAGIC_V2, MAX_FRAME_BYTES, SIGNATURE_BYTES, SIGNED_FLAG

MIN_US, MAX_US = 946_684_800_000_000, 4_102_444_800_000_000
"""Years 2000 to 2100; a stamp outside is damage,"""
UNSET_US = 366 * 86_400_000_000
"""but for those of a computer without a clock, whose log begins in 1970."""
MAX_GAP_S = 10.0
"""A longer pause in the log is shortened to this."""
BATCH_BYTES = 128 * 1024
"""Bytes handed over at once when playing as fast as possible."""
READ_BYTES = 1 << 20
STAMP_BYTES = 8


class TlogFile(Link):
    """Plays a tlog."""

    def __init__(self, spec: LinkSpec) -> None:
        super().__init__(spec)
        self.frames = 0
        """Frames played so far."""
        self.damaged_bytes = 0
        """Bytes skipped because they made no sense."""
        self._path = Path(spec.device)
        self._file: io.BufferedReader | None = None
        self._frames: Iterator[tuple[float, bytes]] = iter(())
        self._next: tuple[float, bytes] | None = None
        self._last_stamp_s: float | None = None
        self._last_due_s = 0.0
        self._peer = Peer(spec.text, self._path.name, _nowhere, is_known=False, is_datagram=False)

    @property
    def was_empty(self) -> bool:
        """No MAVLink from its beginning to its end: some other kind of file."""
        return self.is_ended and not self.frames

    def open(self, selector: selectors.BaseSelector) -> None:
        """Open the file.

        Raises:
            GroundStationError: it can't be read.
        """
        del selector
        try:
            self._file = self._path.open("rb")
        except OSError as error:
            raise GroundStationError(f"link '{self.text}': {error.strerror or error}; is the file there?") from error
        self._frames = self._read_frames(self._file)

    def tick(self, now_s: float) -> list[Chunk]:
        """The frames whose time has come."""
        due: list[bytes] = []
        size = 0
        while size < BATCH_BYTES and not self.is_ended:
            if self._next is None:
                self._next = self._next_due(now_s)
            if self._next is None:
                self.is_ended = True
                self.problem = "the file has ended"
                break
            due_s, frame = self._next
            if due_s > now_s:
                break
            self.frames += 1
            due.append(frame)
            size += len(frame)
            self._next = None
        return [(self._peer, b"".join(due))] if due else []

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _next_due(self, now_s: float) -> tuple[float, bytes] | None:
        """The next frame and when it is to be played; None at the end of the file."""
        found = next(self._frames, None)
        if found is None:
            return None
        stamp_s, frame = found
        if math.isinf(self.spec.speed):
            return now_s, frame
        last_s, self._last_stamp_s = self._last_stamp_s, stamp_s
        # from the stamp before and not from the first one: shortened pauses stay shortened
        due_s = now_s if last_s is None else self._last_due_s + _step_s(stamp_s - last_s) / self.spec.speed
        # a computer that slept does not make up for it
        self._last_due_s = due_s if now_s - due_s < MAX_GAP_S else now_s
        return self._last_due_s, frame

    def _read_frames(self, file: io.BufferedReader) -> Iterator[tuple[float, bytes]]:
        """Stamp in seconds and bytes of each frame."""
        buffer, may_be_unset = b"", None
        while True:
            data = file.read(READ_BYTES)
            buffer += data
            place = 0
            if may_be_unset is None:
                # by its first stamp, for the whole file: else damage would pass for times of 1970
                may_be_unset = int.from_bytes(buffer[:STAMP_BYTES], "big") < UNSET_US
            while (found := _frame_at(buffer, place, is_last=not data, may_be_unset=may_be_unset)) is not None:
                start, end, stamp_us = found
                self.damaged_bytes += start - place
                if end > start:
                    yield stamp_us / 1e6, buffer[start + STAMP_BYTES : end]
                place = end
            # the rest is the beginning of a frame: it goes on with the next read
            buffer = buffer[place:]
            if not data:
                self.damaged_bytes += len(buffer)
                return


def _step_s(step_s: float) -> float:
    """From one stamp to the next: a long pause is shortened, a log whose clock was set back goes on at once."""
    return 0.0 if step_s < -MAX_GAP_S else min(step_s, MAX_GAP_S)


def _frame_at(buffer: bytes, place: int, *, is_last: bool, may_be_unset: bool) -> tuple[int, int, int] | None:
    """The next stamped frame from `place` on: start, end, stamp; None when more bytes are needed."""
    while len(buffer) - place >= STAMP_BYTES + 3:
        stamp_us = int.from_bytes(buffer[place : place + STAMP_BYTES], "big")
        magic = buffer[place + STAMP_BYTES]
        if (MIN_US <= stamp_us <= MAX_US or (may_be_unset and stamp_us < UNSET_US)) and magic in (MAGIC_V1, MAGIC_V2):
            end = place + STAMP_BYTES + _frame_bytes(buffer, place + STAMP_BYTES, magic)
            if end <= len(buffer):
                return place, end, stamp_us
            # it may go on behind the buffer; at the end of the file it is damage
            if not is_last and end - place <= STAMP_BYTES + MAX_FRAME_BYTES:
                return None
        place += 1
    return None


def _frame_bytes(buffer: bytes, place: int, magic: int) -> int:
    length = buffer[place + 1]
    if magic == MAGIC_V1:
        return length + 8
    return length + 12 + (SIGNATURE_BYTES if buffer[place + 2] & SIGNED_FLAG else 0)


def _nowhere(data: bytes) -> None:
    del data
