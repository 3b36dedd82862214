# SPDX-License-Identifier: Apache-2.0
"""What every log is, whatever its format: vehicles, messages, columns, damage. Types only; no I/O.

A reader is opened by `open_log` and may be used from one thread at a time. Times are seconds since 1970 UTC where the
log tells, else seconds since the autopilot started (`TimeBase`); an absurd time is refused and counted as damage.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import Progress

KEPT_DAMAGES = 20
"""Damaged parts described one by one; the others are counted."""


class LogError(GroundStationError):
    """A file that can't be read as a log; the message names cause and remedy."""


class LogFormat(enum.StrEnum):
    """Formats that can be read."""

    MCAP = "mcap"
    TLOG = "tlog"
    DATAFLASH = "dataflash"
    """ArduPilot's log, binary (`.bin`)."""
    DATAFLASH_TEXT = "dataflash_text"
    """The same as text (`.log`)."""
    ULOG = "ulog"


class Vocabulary(enum.StrEnum):
    """Whose words the names of messages and fields are."""

    STREAMS = "streams"
    """Ours: the leaf of a topic, fields by their path, such as `position.lat_deg` of `tlm/motion`."""
    MAVLINK = "mavlink"
    DATAFLASH = "dataflash"
    ULOG = "ulog"
    FOREIGN = "foreign"
    """Any other device's: the whole topic, numbers by their path."""


class FieldInfo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One field of a message."""

    name: str
    dtype: str
    """numpy's name of its type: `float32`, `int16`, `str`, `bytes` ..."""
    length: int = 0
    """Values in an array; 0 for a scalar."""
    unit: str | None = None
    """As `m`, `degE7`, `cm/s`; None where the format does not tell."""


class MessageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of message of one vehicle in a log."""

    name: str
    """`GLOBAL_POSITION_INT`, `BARO`, `vehicle_attitude`, `tlm/motion`, or a topic."""
    vehicle: str
    """`LogVehicle.id`; empty for what belongs to none."""
    vocabulary: Vocabulary
    count: int
    first_s: float | None
    """Time of the first one; None when there is none with a time."""
    last_s: float | None
    fields: tuple[FieldInfo, ...] = ()


class LogVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose messages are in a log."""

    id: str
    """What to ask with: `fleet/uav-1` in a recording of ours, the system id in a tlog, `vehicle` where there is one."""
    sysid: int | None = None
    """MAVLink system id, where known."""
    name: str = ""
    """Human name, where known; plain text from outside."""
    autopilot: str = ""
    """`ardupilot`, `px4`, or empty."""
    kind: str = ""
    """`multicopter`, `plane` ..., or empty."""
    is_station: bool = False
    """No vehicle: a ground station, or what `role` says."""
    role: str = ""
    """What it is where it is neither vehicle nor ground station: `companion`, `radio`, `gimbal` ...; empty else."""


class DamagedPart(msgspec.Struct, frozen=True):
    """One place that made no sense."""

    offset: int
    """Byte where it begins."""
    size_bytes: int
    what: str
    """In a few words."""


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """What of a log could not be read."""

    parts: int = 0
    """Damaged places."""
    size_bytes: int = 0
    """Bytes in them."""
    is_cut: bool = False
    """The file ends in the middle of something."""
    refused_times: int = 0
    """Messages whose time was absurd; they are left out."""
    first: tuple[DamagedPart, ...] = ()
    """At most `KEPT_DAMAGES` of the places."""

    @property
    def is_none(self) -> bool:
        """Whether the log is whole."""
        return not (self.parts or self.is_cut or self.refused_times)


class LogInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a log."""

    path: str
    format: LogFormat
    size_bytes: int
    time_base: TimeBase
    begin_s: float | None
    """Time of the first message; None for an empty log."""
    end_s: float | None
    vehicles: tuple[LogVehicle, ...]
    messages: tuple[MessageInfo, ...]
    """Sorted by vehicle, then name."""
    damage: Damage
    notes: tuple[str, ...] = ()
    """What else is to be known of its times, a line each."""
    outliers: int = 0
    """Messages whose time is far from all others': they are read, but the log does not begin or end with them."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one kind of message of one vehicle as arrays of one length n, in the order of the file."""

    message: str
    vehicle: str
    time_s: NDArray[np.float64]
    """Shape (n,), float64, seconds, see `LogInfo.time_base`."""
    values: dict[str, NDArray[Any]]
    """By field name: shape (n,) or (n, length), dtype as the format has it; texts as `object` arrays of str."""
    units: dict[str, str]
    """Unit by field name, where the format tells."""


class FrameRecord(NamedTuple):
    """One MAVLink frame as it came."""

    time_us: int
    """Microseconds since 1970 UTC."""
    raw: bytes
    """The whole frame."""


class Log(Protocol):
    """An open log. Used by one thread at a time; a context manager."""

    @property
    def info(self) -> LogInfo:
        """What is in it and what is damaged."""

    def columns(
        self,
        message: str,
        fields: Sequence[str] | None = None,
        *,
        vehicle: str | None = None,
        begin_s: float | None = None,
        end_s: float | None = None,
        on_progress: Progress | None = None,
    ) -> Columns:
        """Values of a message as arrays.

        Args:
            message: `MessageInfo.name`.
            fields: names of the fields that are wanted; None for all.
            vehicle: `LogVehicle.id`; None where the log has one vehicle with that message only.
            begin_s: leave out what is earlier; None for the beginning.
            end_s: leave out what is this late or later; None for the end.
            on_progress: told how far it is; may cancel.

        Raises:
            LogError: no such message, field or vehicle, or several vehicles have it.
            CancelledError: by `on_progress`.
        """

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """The MAVLink frames in order of the file; none in a format without them.

        Args:
            vehicle: only of this one; None for all, those that belong to no vehicle included.
            on_progress: told how far it is; may cancel.
        """

    def close(self) -> None:
        """Give the file back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class LogReader(Protocol):
    """Opens one format."""

    def __call__(self, path: Path, on_progress: Progress | None = None) -> Log:
        """Open a file and find out what is in it.

        Raises:
            LogError: it is not of this format at all.
            CancelledError: by `on_progress`.
        """
