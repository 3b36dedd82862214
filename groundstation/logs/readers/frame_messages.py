# SPDX-License-Identifier: Apache-2.0
"""What the frames of an index are to a reader: messages with fields, vehicles, columns. One thread at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.logs.log import FieldInfo, LogVehicle, MessageInfo, Vocabulary
from groundstation.logs.readers.array_log import Excerpt, Values, in_order
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS
from groundstation.mavlink.frame_columns import FrameColumns, field_shapes, units
from groundstation.mavlink.frame_index import OTHER_ID, FrameIndex, Source
from groundstation.mavlink.frame_table import read_headers
from groundstation.mavlink.modes import autopilot as autopilot_of
from groundstation.mavlink.modes import vehicle_kind
from groundstation.mavlink.record_index import Span, Times
from groundstation.mavlink.record_walk import Places, Window, distinct
from groundstation.mavlink.speaker import SpeakerRole, autopilot_among, role_of

PAYLOAD = "payload"
"""The one field of an unknown message: its payload as bytes."""
_HEARTBEAT = MSGIDS["HEARTBEAT"]


def collect(index: FrameIndex, sources: Sequence[Source], wanted: Excerpt) -> tuple[Times, Values]:
    """Times and columns of one message.

    Args:
        index: of the frames.
        sources: the systems that it comes from, at least one; all of one message.
        wanted: what of it.
    """
    begin_us, end_us = wanted.begin_us, wanted.end_us
    msgid = sources[0].msgid
    most = sum(index.sources[one].records for one in sources)
    collected: FrameColumns | _Payloads = (
        FrameColumns(msgid, wanted.names, most) if msgid in DEFINITIONS else _Payloads()
    )
    for source in sources:
        for window, starts, _ in index.slices_of(source, begin_us, end_us, wanted.told):
            collected.add(window, starts, begin_us, end_us)
    time_us, values = collected.time_us(), collected.values()
    # one source after the other was read, so only several are out of order
    return in_order(time_us, values) if len(sources) > 1 else (time_us, values)


class Crew(NamedTuple):
    """Who speaks in an index, and whose each message is; see `mavlink/speaker.py`."""

    vehicles: tuple[LogVehicle, ...]
    """Systems, and the components of a vehicle that say what its autopilot says too: `1/191`."""
    messages: dict[tuple[str, str], list[Source]]
    """Sources by `LogVehicle.id` and name of the message."""


def crew_of(index: FrameIndex) -> Crew:
    """Sort the frames of an index: a vehicle is its autopilot's component, and what others of its system say beside it.

    What two components of a vehicle say in one message is told apart: a companion's heartbeat is not its vehicle's.
    """
    vehicles: list[LogVehicle] = []
    messages: dict[tuple[str, str], list[Source]] = {}
    heard = _said(index, [one for one in index.sources if one.msgid == _HEARTBEAT])
    # sorted by system
    for sysid, sources in groupby(index.sources, key=attrgetter("sysid")):
        of_system = list(sources)
        said = {one.compid: heard[one] for one in of_system if one in heard}
        everything = {(compid, *pair) for compid, pairs in said.items() for pair in pairs}
        autopilot = autopilot_among(everything)
        others = sorted({one.compid for one in of_system})
        if autopilot is None:
            vehicles.append(_no_vehicle(str(sysid), sysid, _role(others, everything)))
            apart: set[int] = set()
        else:
            vehicles.append(_vehicle(sysid, autopilot))
            apart = set(others) - {autopilot[0]}
            vehicles += [_no_vehicle(f"{sysid}/{one}", sysid, _role([one], everything)) for one in sorted(apart)]
        # what another component says and the autopilot does not is its vehicle's: nothing could be mixed up
        spoken = {one.msgid for one in of_system if one.compid not in apart}
        name = str(sysid)
        for one in of_system:
            is_apart = one.compid in apart and one.msgid in spoken
            owner = f"{name}/{one.compid}" if is_apart else name
            messages.setdefault((owner, message_name(one.msgid)), []).append(one)
    return Crew(tuple(vehicles), messages)


def _said(index: FrameIndex, sources: list[Source]) -> dict[Source, set[tuple[int, int]]]:
    """Pairs of HEARTBEAT.type and HEARTBEAT.autopilot of components, by the source of their heartbeats."""
    said: dict[Source, set[tuple[int, int]]] = {}
    # at once, where nothing but steps costs time
    parts = [sources] if index.is_short and sources else [[one] for one in sources]
    for part in parts:
        columns = FrameColumns(_HEARTBEAT, ("autopilot", "type"), sum(index.sources[one].records for one in part))
        for window, starts, _ in [index.slice_of_sources(part)] if index.is_short else index.slices_of(part[0]):
            columns.add(window, starts)
        values = columns.values()
        # all of it in one number, so that what was said is told apart as an array
        numbers = np.repeat(np.arange(len(part)), [index.sources[one].records for one in part]) << 16
        numbers |= values["type"].astype(np.uint16) << 8 | values["autopilot"]
        for number in distinct(numbers).tolist():
            said.setdefault(part[number >> 16], set()).add((number >> 8 & 0xFF, number & 0xFF))
    return said


def _role(compids: Sequence[int], said: set[tuple[int, int, int]]) -> SpeakerRole:
    """What components are together: what one of them says it is, else what its number says."""
    by_heartbeat = [role_of(*one) for one in sorted(said) if one[0] in compids]
    found = [one for one in (*by_heartbeat, *map(role_of, compids)) if one is not SpeakerRole.UNKNOWN]
    stations = [one for one in found if one is SpeakerRole.STATION]
    return stations[0] if stations else found[0] if found else SpeakerRole.UNKNOWN


def _no_vehicle(name: str, sysid: int, role: SpeakerRole) -> LogVehicle:
    told = "" if role in (SpeakerRole.STATION, SpeakerRole.UNKNOWN) else role.value
    if role is SpeakerRole.UNKNOWN and "/" in name:
        told = "component"  # of a vehicle; a system that never said what it is, is taken for a station
    return LogVehicle(
        id=name,
        sysid=sysid,
        is_station=True,
        role=told,
    )


def _vehicle(sysid: int, autopilot: tuple[int, int, int]) -> LogVehicle:
    firmware, kind = autopilot_of(autopilot[2]), vehicle_kind(autopilot[1])
    return LogVehicle(
        id=str(sysid),
        sysid=sysid,
        autopilot=firmware.value if firmware in (Autopilot.ARDUPILOT, Autopilot.PX4) else "",
        kind="" if kind is VehicleKind.UNKNOWN else kind.value,
    )


def message_name(msgid: int) -> str:
    """Name of a message by its id; `UNKNOWN_<id>` for one that the dialect doesn't have."""
    if msgid == OTHER_ID:
        return "UNKNOWN"
    definition = DEFINITIONS.get(msgid)
    return f"UNKNOWN_{msgid}" if definition is None else definition.name


def message_infos(index: FrameIndex, crew: Crew) -> tuple[MessageInfo, ...]:
    """All messages of an index, the vehicles named by their system ids."""
    order = {owner: natural(owner) for owner in {owner for owner, _ in crew.messages}}
    infos = [
        _message_info(owner, name, found[0].msgid, [index.sources[one] for one in found])
        for (owner, name), found in crew.messages.items()
    ]
    return tuple(sorted(infos, key=lambda one: (order[one.vehicle], one.name)))


NO_SYSID = -1


def speaker_of(vehicle: str) -> tuple[int, int | None]:
    """System and component of a vehicle of a telemetry log; `NO_SYSID` for one of ours, None for all components."""
    sysid, compid, _ = natural(vehicle)
    return sysid, None if compid < 0 else compid


def natural(vehicle: str) -> tuple[int, int, str]:
    """Order of vehicles: system ids and components as numbers, behind other names."""
    sysid, _, compid = vehicle.partition("/")
    if sysid.isascii() and sysid.isdigit() and (not compid or (compid.isascii() and compid.isdigit())):
        return int(sysid), int(compid or -1), ""
    return -1, -1, vehicle


@cache
def _fields(msgid: int) -> tuple[FieldInfo, ...]:
    if msgid not in DEFINITIONS:
        return (FieldInfo(name=PAYLOAD, dtype="bytes"),)
    unit = units(msgid)
    shapes = field_shapes(msgid)
    return tuple(
        [FieldInfo(name=name, dtype=kind, length=length, unit=unit.get(name)) for name, kind, length in shapes]
    )


def _message_info(vehicle: str, name: str, msgid: int, spans: Sequence[Span]) -> MessageInfo:
    total = spans[0]
    for one in spans[1:]:
        total = total.joined(one)
    return MessageInfo(
        name=name,
        vehicle=vehicle,
        vocabulary=Vocabulary.MAVLINK,
        count=total.records,
        first_s=total.first_us / 1e6,
        last_s=total.last_us / 1e6,
        fields=_fields(msgid),
    )


class _Payloads:
    """Collects the payloads of an unknown message."""

    def __init__(self) -> None:
        self._times: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
        self._payloads: list[bytes] = []

    def add(self, window: Window, starts: Places, begin_us: float, end_us: float) -> None:
        """Take frames in; see `FrameColumns.add`."""
        headers = read_headers(window, starts)
        headers = headers.chosen((headers.time_us >= begin_us) & (headers.time_us < end_us))
        self._times.append(headers.time_us)
        begins = headers.starts + headers.head_bytes
        for begin, end in zip(begins.tolist(), (begins + headers.payload_bytes).tolist(), strict=True):
            self._payloads.append(window.bytes[begin:end].tobytes())

    def time_us(self) -> NDArray[np.uint64]:
        """Microseconds since 1970 of what was taken in: shape (n,)."""
        return np.concatenate(self._times)

    def values(self) -> dict[str, NDArray[Any]]:
        """The one column: bytes objects."""
        return {PAYLOAD: np.fromiter(self._payloads, object, len(self._payloads))}
