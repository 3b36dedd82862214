# SPDX-License-Identifier: Apache-2.0
"""The frames that a replayed vehicle sends: those of the recording, else messages of its states. One thread."""

from __future__ import annotations

import abc
from collections.abc import Iterator

import msgspec

from groundstation.app.replaying.decoded_source import HeardFrame, frames_of, newest_before
from groundstation.app.replaying.derived_source import LoggedVehicle, flying
from groundstation.app.replaying.output import TURN_MESSAGES
from groundstation.app.replaying.timeline import Timeline
from groundstation.fleet.progress import Progress
from groundstation.fleet.sample import Severity
from groundstation.logs.flight_events import parameters
from groundstation.logs.log import Log, LogVehicle
from groundstation.logs.series import SeriesOf
from groundstation.mavlink import state_messages
from groundstation.mavlink.dialect import CRC_EXTRAS, MSGIDS
from groundstation.mavlink.frames import compid_of, frame_bytes, msgid_of, payload_of, sysid_of, with_header
from groundstation.mavlink.recorded_vehicle import MAX_PARAMETERS, TALK, Parameter

AUTOPILOT = 1
"""MAV_COMP_ID_AUTOPILOT1."""
MAX_SYSTEM_ID = 250
"""Above are ground stations."""
HEARTBEAT = MSGIDS["HEARTBEAT"]
HEARTBEAT_S, MOTION_S = 1.0, 0.1
"""Of our clock, however fast the recording is played."""
_SEVERITIES = [one for one in Severity if one is not Severity.UNKNOWN]


class System(msgspec.Struct):
    """One vehicle on the air."""

    sysid: int
    """As it is sent."""
    vehicle: LogVehicle
    newest: dict[int, bytes] = {}
    """Newest payload of each message of its autopilot, by id."""
    next_seq: dict[int, int] = {}
    """By component."""

    def frame(self, msgid: int, payload: bytes, compid: int = AUTOPILOT) -> bytes:
        """A frame of ours, with the next number."""
        return frame_bytes(msgid, payload, self.seq(compid), self.sysid, compid)

    def seq(self, compid: int) -> int:
        """The next number of a component."""
        seq = self.next_seq.get(compid, 0)
        self.next_seq[compid] = (seq + 1) & 0xFF
        return seq


class Systems:
    """Each vehicle with a system id of its own."""

    def __init__(self, log: Log) -> None:
        """Give out the ids: as recorded, another free one where two have the same, or none is known.

        Args:
            log: open.
        """
        self.all: list[System] = []
        self.moved: list[str] = []
        """What is told of ids that were changed, a line each."""
        taken: set[int] = set()
        wanted = {one.sysid for one in flying(log)}
        free = iter([one for one in range(1, MAX_SYSTEM_ID + 1) if one not in wanted])
        for vehicle in flying(log):
            sysid = vehicle.sysid
            if sysid is None or sysid in taken or not 1 <= sysid <= 255:
                sysid = next(free, None)
                if sysid is None:
                    self.moved.append(f"{vehicle.id} is left out: no system id is free")
                    continue
                if vehicle.sysid is not None:
                    self.moved.append(f"{vehicle.id} is system {sysid}: {vehicle.sysid} is another vehicle's")
            taken.add(sysid)
            self.all.append(System(sysid, vehicle))
        self._by_owner = {(one.vehicle.id, one.vehicle.sysid): one for one in self.all}
        self._by_sysid = {one.vehicle.sysid: one for one in reversed(self.all)}

    def of(self, frame: HeardFrame) -> System | None:
        """Whose frame it is; None for a ground station's, and for nobody's."""
        sysid = sysid_of(frame.raw)
        if frame.vehicle:
            return self._by_owner.get((frame.vehicle, sysid))
        return self._by_sysid.get(sysid)


class VehicleFrames(abc.ABC):
    """Frames of all vehicles of a log."""

    what = ""
    """In a few words for people."""

    def __init__(self, log: Log, timeline: Timeline, told: Progress | None = None) -> None:
        """Stand at the beginning.

        Args:
            log: open.
            timeline: where in the recording we are.
            told: told while frames are read; may cancel.
        """
        self.systems = Systems(log)
        self._log, self._timeline, self._told = log, timeline, told

    @abc.abstractmethod
    def begin_pass(self) -> None:
        """Go to the beginning."""

    @abc.abstractmethod
    def due(self, position_s: float, now_s: float) -> tuple[list[bytes], float]:
        """Frames that are due, and how far they come in the recording; see `Output.play`."""


class RecordedFrames(VehicleFrames):
    """As recorded; with other numbers only where something is put between them, or a system id is another's."""

    what = "MAVLink frames as recorded"

    def begin_pass(self) -> None:
        """Of what was before the beginning the newest of each message is known, for who asks for it."""
        before, self._frames = newest_before(frames_of(self._log, self._told), self._timeline.begin_s)
        for system in self.systems.all:
            system.newest.clear()
        for one in before:
            self._note(one)
        self._next = next(self._frames, None)
        self._beaten_s: dict[int, float] = {}

    _frames: Iterator[HeardFrame] = iter(())
    _next: HeardFrame | None = None

    def due(self, position_s: float, now_s: float) -> tuple[list[bytes], float]:
        """See `VehicleFrames.due`."""
        found: list[bytes] = []
        reached_s = position_s
        for _ in range(TURN_MESSAGES):
            one = self._next
            if one is None or one.time_s > position_s:
                break
            system = self._note(one)
            raw = self._sent(one, system, now_s) if system is not None else None
            if raw is not None:
                found.append(raw)
            self._next = next(self._frames, None)
        else:
            reached_s = min(position_s, self._next.time_s) if self._next is not None else position_s
        if self._timeline.is_slow:
            found += self._repeated(now_s)
        return found, reached_s

    def _note(self, one: HeardFrame) -> System | None:
        system, msgid = self.systems.of(one), msgid_of(one.raw)
        if system is not None and msgid in CRC_EXTRAS and compid_of(one.raw) == AUTOPILOT:
            system.newest[msgid] = payload_of(one.raw)
        return system

    def _sent(self, one: HeardFrame, system: System, now_s: float) -> bytes | None:
        raw, compid = one.raw, compid_of(one.raw)
        if msgid_of(raw) in TALK:
            return None
        if msgid_of(raw) == HEARTBEAT and compid == AUTOPILOT:
            self._beaten_s[system.sysid] = now_s
        is_moved = system.sysid != sysid_of(raw)
        if not (is_moved or self._timeline.is_slow):
            return raw
        # of a message that we don't know nobody could make the checksum anew
        return with_header(raw, system.seq(compid), system.sysid) if msgid_of(raw) in CRC_EXTRAS else None

    def _repeated(self, now_s: float) -> Iterator[bytes]:
        """Heartbeats between the recorded ones: a station gives a vehicle up that is silent for seconds of its own."""
        for system in self.systems.all:
            payload = system.newest.get(HEARTBEAT)
            if payload is not None and now_s - self._beaten_s.get(system.sysid, -1e9) >= HEARTBEAT_S:
                self._beaten_s[system.sysid] = now_s
                yield system.frame(HEARTBEAT, payload)


class MadeFrames(VehicleFrames):
    """Made of the states of a log that has no frames."""

    what = "MAVLink messages made of the log's values"

    def __init__(self, log: Log, timeline: Timeline, told: Progress | None = None) -> None:
        super().__init__(log, timeline, told)
        self._logged = [(one, LoggedVehicle(log, one.vehicle)) for one in self.systems.all]

    def begin_pass(self) -> None:
        """See `VehicleFrames.begin_pass`."""
        begin_s = self._timeline.begin_s
        self._texts = [iter([one for one in logged.texts if one.time_s >= begin_s]) for _, logged in self._logged]
        self._texts_next = [next(one, None) for one in self._texts]
        self._next_motion_s = self._next_status_s = float("-inf")

    def due(self, position_s: float, now_s: float) -> tuple[list[bytes], float]:
        """See `VehicleFrames.due`."""
        is_motion, is_status = now_s >= self._next_motion_s, now_s >= self._next_status_s
        found: list[bytes] = []
        if not is_motion:
            return found, position_s
        self._next_motion_s = now_s + MOTION_S
        if is_status:
            self._next_status_s = now_s + HEARTBEAT_S
        boot_ms = int((position_s - (self._log.info.begin_s or 0.0)) * 1000.0)
        for number, (system, logged) in enumerate(self._logged):
            state = logged.at(position_s)
            messages = [*state_messages.motion(state, position_s, max(0, boot_ms))]
            if is_status:
                beat = state_messages.heartbeat(state, logged.mav_type, logged.mav_autopilot)
                messages = [beat, *messages, *state_messages.status(state, position_s)]
            messages += self._said(number, position_s)
            system.newest.update(messages)
            found += [system.frame(msgid, payload) for msgid, payload in messages]
        return found, position_s

    def _said(self, number: int, position_s: float) -> Iterator[tuple[int, bytes]]:
        while (one := self._texts_next[number]) is not None and one.time_s <= position_s:
            known = one.severity is not None and 0 <= one.severity < len(_SEVERITIES)
            yield state_messages.text(_SEVERITIES[one.severity or 0] if known else Severity.INFO, one.text)
            self._texts_next[number] = next(self._texts[number], None)


def parameters_of(log: Log, vehicle: LogVehicle, begin_s: float) -> tuple[Parameter, ...]:
    """The parameters of a vehicle as they were at a moment, or as they were told first after it."""
    series = SeriesOf(log, vehicle.id)
    found: dict[str, Parameter] = {}
    columns = series.columns("PARAM_VALUE", ("param_id", "param_value", "param_type"))
    if columns is not None:
        lists = [column.tolist() for column in columns.values.values()]
        # bits of whole numbers stay bits of whole numbers
        rows = [
            (at, Parameter(str(name).split("\0")[0], float(value), int(kind)))
            for at, name, value, kind in zip(columns.time_s.tolist(), *lists, strict=True)
        ]
    else:
        rows = [(at, Parameter(name, value)) for at, name, value in parameters(series)]
    for at, one in rows:
        if (at <= begin_s or one.name not in found) and len(found) < MAX_PARAMETERS:
            found[one.name] = one
    return tuple(found.values())
