# SPDX-License-Identifier: Apache-2.0
"""MCAP files, ours and anybody's, behind `logs/log.py`. One thread at a time.

Columns are in the order of time: what was sent again later stands where it belongs. Fields are learnt from examples;
`columns` looks into every message for one that no example had.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import Progress, part_of
from groundstation.logs.log import FrameRecord, LogError, LogFormat, LogInfo, LogVehicle, MessageInfo, Vocabulary
from groundstation.logs.log_lookup import find_vehicle
from groundstation.logs.readers.array_log import ArrayLog, Excerpt, Values
from groundstation.logs.readers.batch_frames import BatchFrames
from groundstation.logs.readers.frame_messages import natural
from groundstation.logs.readers.json_fields import PAYLOAD, FieldColumns, Fields, Steps, content
from groundstation.logs.readers.mcap_channels import Kind, kind_of
from groundstation.logs.readers.mcap_index import McapIndex, McapMessage

LEARNT_FROM = 2_000
"""The first messages of a kind, of which all are examples of its fields."""
THEN_EACH = 16
"""Of later messages one in so many is an example."""
MAX_SYSID = 255


class _Stream:
    """The messages of one kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.channel_ids: dict[int, None] = {}
        """In the order in which they came."""
        self.seen = 0
        self.fields = Fields()
        self.is_known = bool(kind.fields)
        """Whether all fields are known."""

    def infos(self) -> tuple[Any, ...]:
        """Its fields."""
        return self.kind.fields or self.fields.infos()

    def ways(self, names: Sequence[str]) -> dict[str, Steps]:
        """The way to each of some fields."""
        return {name: self.fields.steps.get(name, (name,)) for name in names}


class McapLog(ArrayLog):
    """An open MCAP file."""

    def _open(self, path: Path, on_progress: Progress | None) -> None:
        self._index = McapIndex(self._file.map, part_of(on_progress, 0.0, 0.5))
        if self._index.damage.parts and not self._index.channels:
            raise LogError(f"{path}: nothing in this MCAP file can be read, its beginning is damaged; use a copy of it")
        self._streams: dict[tuple[str, str], _Stream] = {}
        self._frames: list[BatchFrames] = []
        utc, boot = (sum(one.count for one in spans.values()) for spans in (self._index.utc, self._index.boot))
        # a log has one base: what counts from another one is left out, and told
        self._base, refused = (TimeBase.UTC, boot) if utc >= boot else (TimeBase.BOOT, utc)
        self._index.damage.refused_times += refused
        self._look(part_of(on_progress, 0.5, 1.0))
        # what was imported may count from the start of an autopilot, a recorder's clock never does
        is_import = any(not one.owner for one in self._frames) or any(
            one.kind.origin_vehicle for one in self._streams.values()
        )
        is_ours = any(one.kind.vocabulary is Vocabulary.STREAMS for one in self._streams.values())
        if self._base is TimeBase.BOOT and is_ours and not is_import:
            self._base = TimeBase.UNSET  # a recorder's clock, which nobody had set
        self._info = self._make_info(path)

    def _let_go(self) -> None:
        self._frames = []
        # it may have failed before there was one
        if hasattr(self, "_index"):
            self._index.close()
        self._index = McapIndex(b"")

    def _clock_offset_s(self) -> float:
        return 0.0

    @property
    def index(self) -> McapIndex:
        """Where its messages are."""
        return self._index

    def frames(self, vehicle: str | None = None, on_progress: Progress | None = None) -> Iterator[FrameRecord]:
        """The MAVLink frames of a vehicle as they came; of all of them in the order of time."""
        if vehicle is not None:
            find_vehicle(self._info, vehicle)
        # each owner's are in the order of time by themselves, which `merge` takes for granted
        yield from heapq.merge(*(one.frames(vehicle, on_progress) for one in self._frames), key=lambda one: one.time_us)

    def _kind(self, message: str, vehicle: str | None, fields: Sequence[str] | None) -> MessageInfo:
        """The message that is meant; all of it is looked into for fields that no example had."""
        found = super()._kind(message, vehicle, None)
        stream = self._streams.get((found.vehicle, found.name))
        known = {one.name for one in found.fields}
        if stream is None or stream.is_known or (fields is not None and known.issuperset(fields)):
            return found
        for one in self._messages(stream, -np.inf, np.inf, None):
            stream.fields.learn(_content(stream.kind, one.data))
        stream.is_known = True
        found = msgspec.structs.replace(found, fields=stream.infos())
        messages = tuple(
            found if (one.vehicle, one.name) == (found.vehicle, found.name) else one for one in self._info.messages
        )
        self._info = msgspec.structs.replace(self._info, messages=messages)
        return found

    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[NDArray[Any], Values]:
        stream = self._streams.get((vehicle, message))
        if stream is None:
            frames = next(one for one in self._frames if (vehicle, message) in one.sources)
            return frames.collect(vehicle, message, wanted)
        times, columns = array("Q"), FieldColumns(stream.ways(wanted.names))
        for one in self._messages(stream, wanted.begin_us * 1e3, wanted.end_us * 1e3, wanted.told):
            times.append(one.log_ns)
            columns.add(_content(stream.kind, one.data))
        time_ns = np.asarray(times, np.uint64)
        # by whole nanoseconds: as float64 those since 1970 are exact to a quarter of a microsecond only
        order = np.argsort(time_ns, kind="stable")
        values = columns.values(stream.infos())
        return (time_ns / 1e3)[order], {name: column[order] for name, column in values.items()}

    def _messages(
        self, stream: _Stream, begin_ns: float, end_ns: float, told: Progress | None
    ) -> Iterator[McapMessage]:
        """Messages of a kind in the order of the file."""
        wanted = frozenset(stream.channel_ids)
        numbers = self._index.chunks_between(stream.channel_ids, begin_ns, end_ns)
        for place, number in enumerate(numbers):
            for one in self._index.messages(number, wanted):
                if begin_ns <= one.log_ns < end_ns and self._index.is_utc(one) == self._is_utc:
                    yield one
            if told is not None:
                told((place + 1) / len(numbers))

    @property
    def _is_utc(self) -> bool:
        return self._base is TimeBase.UTC

    def _look(self, told: Progress | None) -> None:
        """Look into messages once: examples of fields, who the vehicles are, where frames are."""
        roles = {number: kind_of(number, self._index.channels.get(number)) for number in self._index.chunks_of}
        self._people: dict[str, LogVehicle] = {}
        batches: dict[str, BatchFrames] = {}
        for number in range(self._index.chunks):
            for one in self._index.messages(number):
                kind = roles[one.channel_id]
                if kind.is_frames:
                    owner = kind.vehicle
                    if owner not in batches:
                        batches[owner] = BatchFrames(owner, self._index.content)
                    batches[owner].add(number, one)
                elif not kind.is_copy:
                    self._learn(kind, one)
            if told is not None:
                told((number + 1) / self._index.chunks)
        self._add_frames(list(batches.values()))

    def _add_frames(self, found: list[BatchFrames]) -> None:
        """Take frames in; of what is there twice under one name the frames count, and of these the first."""
        for one in found:
            one.find()
            self._index.damage.parts += one.gap_count
            self._index.damage.refused_times += one.refused_times
            for frames in self._frames:
                one.leave_out(frames.sources)
            for key in one.sources:
                self._streams.pop(key, None)
            self._frames.append(one)

    def _learn(self, kind: Kind, message: McapMessage) -> None:
        stream = self._streams.get((kind.vehicle, kind.name))
        if stream is None:
            stream = self._streams[kind.vehicle, kind.name] = _Stream(kind)
        stream.channel_ids[message.channel_id] = None
        stream.seen += 1
        is_example = not kind.fields and (stream.seen <= LEARNT_FROM or stream.seen % THEN_EACH == 0)
        if not (is_example or kind.is_certificate):
            return
        said = _content(kind, message.data)
        if is_example:
            stream.fields.learn(said)
        if kind.is_certificate:
            self._people[kind.vehicle] = _vehicle(kind.vehicle, said)

    def _make_info(self, path: Path) -> LogInfo:
        messages = [self._message_info(one) for one in self._streams.values()]
        messages += [info for frames in self._frames for info in frames.messages()]
        # of a kind whose times all have the other base nothing is left
        messages = sorted((one for one in messages if one.count), key=lambda one: (one.vehicle, one.name))
        begins = [one.first_s for one in messages if one.first_s is not None]
        ends = [one.last_s for one in messages if one.last_s is not None]
        return LogInfo(
            path=str(path),
            format=LogFormat.MCAP,
            size_bytes=self._file.size_bytes,
            time_base=self._base,
            begin_s=min(begins, default=None),
            end_s=max(ends, default=None),
            vehicles=self._vehicles(),
            messages=tuple(messages),
            damage=self._index.damage.damage(),
            notes=() if self._base is TimeBase.UTC else ("the date is not known: no clock told it",),
        )

    def _message_info(self, stream: _Stream) -> MessageInfo:
        spans = self._index.utc if self._is_utc else self._index.boot
        found = [spans[one] for one in stream.channel_ids if one in spans]
        return MessageInfo(
            name=stream.kind.name,
            vehicle=stream.kind.vehicle,
            vocabulary=stream.kind.vocabulary,
            count=sum(one.count for one in found),
            first_s=min((one.first_ns for one in found), default=0) / 1e9 if found else None,
            last_s=max((one.last_ns for one in found), default=0) / 1e9 if found else None,
            fields=stream.infos(),
        )

    def _vehicles(self) -> tuple[LogVehicle, ...]:
        """Everybody who said something; what a vehicle's certificate tells goes before what its heartbeats do."""
        found = {one.id: one for frames in self._frames for one in frames.vehicles()}
        for stream in self._streams.values():
            if stream.kind.origin_vehicle is not None:
                found[stream.kind.vehicle] = stream.kind.origin_vehicle
            elif stream.kind.vehicle:
                found.setdefault(stream.kind.vehicle, LogVehicle(id=stream.kind.vehicle))
        return tuple(_joined(found[key], self._people.get(key)) for key in sorted(found, key=natural))


def _joined(heard: LogVehicle, told: LogVehicle | None) -> LogVehicle:
    if told is None:
        return heard
    return msgspec.structs.replace(
        told,
        sysid=told.sysid if told.sysid is not None else heard.sysid,
        autopilot=told.autopilot or heard.autopilot,
        kind=told.kind or heard.kind,
    )


def _vehicle(key: str, said: Any) -> LogVehicle:
    """Who a vehicle is by its certificate (topic `info`)."""
    told = said if isinstance(said, dict) else {}
    texts = {name: told[name] for name in ("name", "autopilot", "kind") if isinstance(told.get(name), str)}
    sysid = told.get("sysid")
    is_number = isinstance(sysid, int) and not isinstance(sysid, bool) and 0 <= sysid <= MAX_SYSID
    known = {name: text for name, text in texts.items() if text != "unknown"}
    return LogVehicle(id=key, sysid=sysid if is_number else None, **known)


def _content(kind: Kind, data: bytes) -> Any:
    return content(data) if kind.is_text else {PAYLOAD: data}
