# SPDX-License-Identifier: Apache-2.0
"""MAVLink frames in a recording's batches as messages of a vehicle. One thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.mavlink.frame_index import FrameIndex, Source
from groundstation.recording.log import FrameRecord, LogVehicle, MessageInfo, Progress
from groundstation.recording.readers.array_log import Values
from groundstation.recording.readers.batch_bytes import Batches
from groundstation.recording.readers.frame_messages import collect, message_infos, message_name, vehicles_of
from groundstation.recording.readers.mcap_index import Message
from groundstation.transport import frame_batches


class BatchFrames:
    """The frames of one owner.

    Args:
        owner: the vehicle whose frames these are; empty for those of a whole telemetry log, where each system is one.
        content: gives the content of a chunk.
    """

    def __init__(self, owner: str, content: Callable[[int], bytes]) -> None:
        self.owner = owner
        self._content = content
        self._batches = Batches()
        self.index = FrameIndex(np.empty(0, np.uint8))
        self.sources: dict[tuple[str, str], list[Source]] = {}
        """By vehicle and message."""
        self._offset_s = 0.0

    def add(self, chunk: int, message: Message) -> None:
        """A message that should be a batch; what is none is left out."""
        batch = frame_batches.decode(message.data)
        if batch is not None:
            self._batches.add(chunk, message.at + frame_batches.HEADER_BYTES, batch, message.log_ns)

    def find(self) -> None:
        """Find the frames, when all batches are there."""
        self.index = FrameIndex(self._batches.joined(self._content))
        self._offset_s = self._batches.clock_offset_s if self.owner else 0.0
        for source in self.index.sources:
            key = (self._vehicle_id(source.sysid), message_name(source.msgid))
            self.sources.setdefault(key, []).append(source)

    def leave_out(self, keys: Iterable[tuple[str, str]]) -> None:
        """Messages that somebody else tells already.

        Args:
            keys: vehicles and names.
        """
        for key in keys:
            self.sources.pop(key, None)

    def messages(self) -> Iterator[MessageInfo]:
        """What there is."""
        by_key: dict[tuple[str, str], list[MessageInfo]] = {}
        for one in message_infos(self.index):
            by_key.setdefault((self._vehicle_id(int(one.vehicle)), one.name), []).append(one)
        for (vehicle, name), found in by_key.items():
            if (vehicle, name) not in self.sources:
                continue
            yield msgspec.structs.replace(
                found[0],
                vehicle=vehicle,
                count=sum(one.count for one in found),
                first_s=min(one.first_s or 0.0 for one in found) + self._offset_s,
                last_s=max(one.last_s or 0.0 for one in found) + self._offset_s,
            )

    def vehicles(self) -> Iterator[LogVehicle]:
        """Who is heard; of an owner's systems the one that flies counts."""
        found = vehicles_of(self.index)
        if not self.owner:
            yield from found
        elif "/_" in self.owner:  # a bridge: frames of nobody that is known
            yield LogVehicle(id=self.owner, is_station=True)
        else:
            first = min(found, key=lambda one: one.is_station, default=LogVehicle(id=self.owner))
            yield msgspec.structs.replace(first, id=self.owner, is_station=False)

    def collect(
        self,
        vehicle: str,
        message: str,
        names: Sequence[str],
        begin_us: float,
        end_us: float,
        told: Progress | None,
    ) -> tuple[NDArray[Any], Values]:
        """Times in microseconds and columns of a message between two times, in the order of time."""
        offset_us = self._offset_s * 1e6
        sources = self.sources[vehicle, message]
        time_us, values = collect(self.index, sources, names, begin_us - offset_us, end_us - offset_us, told)
        shifted = time_us + offset_us
        if len(sources) == 1:
            return shifted, values
        order = np.argsort(shifted, kind="stable")
        return shifted[order], {name: column[order] for name, column in values.items()}

    def frames(self, vehicle: str | None, told: Progress | None) -> Iterator[FrameRecord]:
        """Frames as they came, with the times that they were stamped with.

        Args:
            vehicle: only of this one; None for all.
            told: how far it is.
        """
        if self.owner and vehicle not in (None, self.owner):
            return
        sysid = None if vehicle is None or self.owner else int(vehicle)
        for time_us, raw in self.index.frames(sysid, told):
            yield FrameRecord(time_us, raw)

    def _vehicle_id(self, sysid: int) -> str:
        return self.owner or str(sysid)
