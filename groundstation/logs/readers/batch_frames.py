# SPDX-License-Identifier: Apache-2.0
"""MAVLink frames in a recording's batches as messages of a vehicle. One thread at a time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.progress import Progress
from groundstation.logs.log import FrameRecord, LogVehicle, MessageInfo
from groundstation.logs.readers.array_log import Excerpt, Values, in_order
from groundstation.logs.readers.batch_bytes import Batches
from groundstation.logs.readers.frame_messages import (
    NO_SYSID,
    Crew,
    collect,
    crew_of,
    message_infos,
    speaker_of,
)
from groundstation.logs.readers.mcap_index import McapMessage
from groundstation.logs.readers.stamp_clock import frames_in
from groundstation.mavlink.frame_index import FrameIndex, Source
from groundstation.transport import frame_batches


class _Part(NamedTuple):
    """The frames of one clock."""

    frames: FrameIndex
    offset_s: float
    """From that clock to the recorder's."""
    crew: Crew


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
        self._parts: list[_Part] = []
        self.sources: dict[tuple[str, str], list[tuple[_Part, list[Source]]]] = {}
        """By vehicle and message."""

    def add(self, chunk: int, message: McapMessage) -> None:
        """A message that should be a batch; what is none is left out."""
        batch = frame_batches.decode(message.data)
        if batch is not None:
            self._batches.add(chunk, message.at + frame_batches.HEADER_BYTES, batch, message.log_ns)

    def find(self) -> None:
        """Find the frames, when all batches are there."""
        for offset_s, joined in self._batches.joined(self._content, has_one_clock=not self.owner):
            frames = frames_in(joined)
            part = _Part(frames, offset_s, crew_of(frames))
            self._parts.append(part)
            for key, sources in self._sources(part.crew).items():
                self.sources.setdefault(key, []).append((part, sources))

    @property
    def gap_count(self) -> int:
        """Places between frames that made no sense."""
        return sum(one.frames.gap_count for one in self._parts)

    @property
    def refused_times(self) -> int:
        """Frames left out because their time is absurd."""
        return sum(one.frames.refused_times for one in self._parts)

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
        for part in self._parts:
            for one in message_infos(part.frames, part.crew):
                by_key.setdefault((self._vehicle_id(one.vehicle), one.name), []).append(_shifted(one, part.offset_s))
        for (vehicle, name), found in by_key.items():
            if (vehicle, name) not in self.sources:
                continue
            yield msgspec.structs.replace(
                found[0],
                vehicle=vehicle,
                count=sum(one.count for one in found),
                first_s=min(one.first_s or 0.0 for one in found),
                last_s=max(one.last_s or 0.0 for one in found),
            )

    def vehicles(self) -> Iterator[LogVehicle]:
        """Who is heard; of an owner's systems the one that flies counts."""
        found = [one for part in self._parts for one in part.crew.vehicles]
        if not self.owner:
            yield from found
        elif "/_" in self.owner:  # a bridge: frames of nobody that is known
            yield LogVehicle(id=self.owner, is_station=True)
        else:
            first = min(found, key=lambda one: one.is_station, default=LogVehicle(id=self.owner))
            yield msgspec.structs.replace(first, id=self.owner, is_station=False, role="")
            apart = {self._vehicle_id(one.id): one for one in found if "/" in one.id}
            yield from (msgspec.structs.replace(one, id=name) for name, one in apart.items())

    def collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[NDArray[Any], Values]:
        """Times in microseconds and columns of a message, in the order of time."""
        times: list[NDArray[Any]] = []
        columns: dict[str, list[NDArray[Any]]] = {}
        for part, sources in self.sources[vehicle, message]:
            offset_us = part.offset_s * 1e6
            begin_us, end_us = wanted.begin_us - offset_us, wanted.end_us - offset_us
            time_us, values = collect(part.frames, sources, wanted._replace(begin_us=begin_us, end_us=end_us))
            times.append(time_us + offset_us)
            for name, column in values.items():
                columns.setdefault(name, []).append(column)
        return in_order(np.concatenate(times), {name: np.concatenate(found) for name, found in columns.items()})

    def frames(self, vehicle: str | None, told: Progress | None) -> Iterator[FrameRecord]:
        """Frames as they came, with the times that they were stamped with.

        Args:
            vehicle: only of this one; None for all.
            told: how far it is.
        """
        # frames of an owner are its own, whichever system has sent them
        if self.owner and vehicle not in (None, self.owner):
            return
        sysid, compid = (None, None) if vehicle is None or self.owner else speaker_of(vehicle)
        if sysid == NO_SYSID:
            return
        streams = (_timed(one, sysid, compid, told) for one in self._parts)
        # by the recorder's clock, the only one that all parts have in common
        for _, frame in heapq.merge(*streams, key=lambda one: one[0]):
            yield frame

    def _sources(self, crew: Crew) -> dict[tuple[str, str], list[Source]]:
        found: dict[tuple[str, str], list[Source]] = {}
        for (vehicle, message), sources in crew.messages.items():
            found.setdefault((self._vehicle_id(vehicle), message), []).extend(sources)
        return found

    def _vehicle_id(self, speaker: str) -> str:
        """Of a system or component; those of a vehicle of ours that speak apart are named behind it."""
        _, apart, compid = speaker.partition("/")
        return f"{self.owner}/{compid}" if self.owner and apart else self.owner or speaker


def _timed(
    part: _Part, sysid: int | None, compid: int | None, told: Progress | None
) -> Iterator[tuple[float, FrameRecord]]:
    """Frames of one clock, each with its time by the recorder's."""
    for time_us, raw in part.frames.frames(sysid, told, compid):
        yield time_us + part.offset_s * 1e6, FrameRecord(time_us, raw)


def _shifted(one: MessageInfo, offset_s: float) -> MessageInfo:
    return msgspec.structs.replace(one, first_s=(one.first_s or 0.0) + offset_s, last_s=(one.last_s or 0.0) + offset_s)
