# SPDX-License-Identifier: Apache-2.0
"""A replay as a living MAVLink vehicle, for ground stations that know nothing of us. Main thread."""

from __future__ import annotations

import selectors
from collections import deque

from groundstation.app.replaying.output import Output
from groundstation.app.replaying.timeline import Timeline
from groundstation.app.replaying.vehicle_frames import (
    AUTOPILOT,
    MadeFrames,
    RecordedFrames,
    System,
    VehicleFrames,
    parameters_of,
)
from groundstation.bridge.link_text import NETWORK_KINDS, LinkSpec, parse_link
from groundstation.bridge.links import make_link
from groundstation.bridge.peer import Chunk, Peer
from groundstation.fleet.errors import UsageError
from groundstation.fleet.progress import Progress
from groundstation.fleet.sample import Severity
from groundstation.logs.log import Log
from groundstation.mavlink import state_messages
from groundstation.mavlink.frames import Frame, FrameParser
from groundstation.mavlink.recorded_vehicle import RecordedVehicle

ANSWERS_A_TURN = 50
"""Frames of answers to one station and turn: a list of a thousand parameters at once would overrun its socket."""
MAX_ANSWERS = 20_000
"""That wait for one station."""
TOLD_S = 10.0
REFUSED = "This is a replay: commands are refused"


def link_of(text: str) -> LinkSpec:
    """The link of `--mavlink`.

    Raises:
        UsageError: it can't be read, or is none that a station can listen on.
    """
    spec = parse_link(text)
    if spec.kind not in NETWORK_KINDS:
        raise UsageError(
            f"--mavlink '{text[:80]}': a replay goes over the network, as udpout:127.0.0.1:14550, "
            "and never over a radio or into a file; 'groundstation export' writes files"
        )
    return spec


class _Station:
    """Another end that may ask."""

    def __init__(self) -> None:
        self.parser = FrameParser()
        self.waiting: deque[bytes] = deque()
        self.told_s = float("-inf")


class MavlinkOut(Output):
    """Sends a log's frames to whoever is at the other end of a link, and answers what is asked."""

    def __init__(self, spec: LinkSpec, log: Log, timeline: Timeline, told: Progress | None = None) -> None:
        """Prepare; `open` opens the link.

        Args:
            spec: of the link.
            log: open.
            timeline: where in the recording we are.
            told: told while frames are read; may cancel.
        """
        self.link = make_link(spec)
        has_frames = next(log.frames(), None) is not None
        kind = RecordedFrames if has_frames else MadeFrames
        self.frames: VehicleFrames = kind(log, timeline, told)
        self._selector = selectors.DefaultSelector()
        self._stations: dict[Peer, _Station] = {}
        self._vehicles = {
            one.sysid: (one, RecordedVehicle(one.sysid, AUTOPILOT, parameters, one.newest.get))
            for one in self.frames.systems.all
            for parameters in (parameters_of(log, one.vehicle, timeline.begin_s),)
        }

    @property
    def is_ready(self) -> bool:
        """Whether there is another end; of who is called by UDP nobody can tell."""
        is_there = bool(self._stations) or (self.link.spec.kind == "udpout")
        waiting = self.link.problem or "nobody is there yet; a ground station calls with its heartbeat"
        self.problem = "" if is_there else f"{self.link.text}: {waiting}"
        return is_there

    @property
    def vehicles(self) -> int:
        """Vehicles on the air."""
        return len(self._vehicles)

    @property
    def refused(self) -> int:
        """Orders that were refused."""
        return sum(one.refused for _, one in self._vehicles.values())

    def open(self) -> None:
        """Open the link.

        Raises:
            GroundStationError: it can't be had.
        """
        self.link.open(self._selector)

    def begin_pass(self) -> None:
        """See `Output.begin_pass`."""
        self.frames.begin_pass()

    def play(self, position_s: float, now_s: float) -> float:
        """See `Output.play`."""
        frames, reached_s = self.frames.due(position_s, now_s)
        for raw in frames:
            for peer in self._stations:
                peer.send(raw)
        return reached_s

    def tick(self, position_s: float, now_s: float) -> None:
        """See `Output.tick`."""
        del position_s
        chunks: list[Chunk] = []
        if self._selector.get_map():
            for key, _ in self._selector.select(0):
                chunks += key.data()
        chunks += self.link.tick(now_s)
        if self.link.peer is not None:
            self._stations.setdefault(self.link.peer, _Station())
        elif self.link.spec.kind == "tcp":
            # it hung up; with the next call there is another one
            self._stations.clear()
        for peer, data in chunks:
            if data:
                self._hear(peer, data, now_s)
            else:
                peer.is_closed = True
                self._stations.pop(peer, None)
        for peer, station in self._stations.items():
            for _ in range(min(ANSWERS_A_TURN, len(station.waiting))):
                peer.send(station.waiting.popleft())

    def end_pass(self, position_s: float) -> None:
        """MAVLink knows no goodbye: a vehicle falls silent."""

    def close(self) -> None:
        """Close the link."""
        self.link.close()
        self._selector.close()

    def _hear(self, peer: Peer, data: bytes, now_s: float) -> None:
        station = self._stations.get(peer) or _Station()
        frames = station.parser.feed(data)
        if peer.is_datagram:
            frames += station.parser.flush()
        if frames and peer not in self._stations:
            # any good frame: whoever speaks MAVLink to a replay wants to hear it
            peer.is_known = True
            self._stations[peer] = station
        for frame in frames:
            if frame.is_known and frame.sysid not in self._vehicles:
                self._answer(station, frame, now_s)

    def _answer(self, station: _Station, frame: Frame, now_s: float) -> None:
        asker = frame.sysid, frame.compid
        for system, vehicle in self._vehicles.values():
            refused = vehicle.refused
            for msgid, payload in vehicle.answers(frame.msgid, frame.payload, asker, now_s):
                self._put(station, system, msgid, payload)
            if vehicle.refused > refused and now_s - station.told_s >= TOLD_S:
                station.told_s = now_s
                self._put(station, system, *state_messages.text(Severity.WARNING, REFUSED))

    @staticmethod
    def _put(station: _Station, system: System, msgid: int, payload: bytes) -> None:
        if len(station.waiting) < MAX_ANSWERS:
            station.waiting.append(system.frame(msgid, payload))
