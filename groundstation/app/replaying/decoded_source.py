# SPDX-License-Identifier: Apache-2.0
"""The frames of a log through the bridge's own hearing, at the clock of the recording. One thread, as the log."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from groundstation.app.replaying.captured_bus import CapturedBus
from groundstation.app.replaying.played import Played
from groundstation.bridge.hearing import Hearing
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.fleet.identity import Root, is_vehicle_id
from groundstation.fleet.progress import Progress
from groundstation.logs.log import Log, LogVehicle
from groundstation.mavlink.encode import GCS_SYSID
from groundstation.mavlink.frames import compid_of, msgid_of, sysid_of

LEAD_S = 60.0
"""Before the beginning everything of so long is heard; of what was earlier the newest frame of each message."""
STEP_S = 0.1
"""The bridge's turns, seconds of the recording."""
BRIDGE_ID = "log"


class HeardFrame(NamedTuple):
    """One frame of a log."""

    time_s: float
    vehicle: str
    """`LogVehicle.id` of whom it is; empty where the log does not keep them apart."""
    raw: bytes


def frames_of(log: Log, told: Progress | None = None) -> Iterator[HeardFrame]:
    """The frames of a log in the order of time; those that a recording has of each vehicle as that vehicle's.

    Args:
        log: open.
        told: may cancel.
    """
    vehicles = [one.id for one in log.info.vehicles] if log.info.format.value == "mcap" else []
    # an imported telemetry log has all in one; and who shares a system id is told apart by nothing but this
    owners: list[str | None] = [*vehicles] if _shares_a_system(log.info.vehicles) and vehicles else [None]
    yield from heapq.merge(*(_of_owner(log, owner, told) for owner in owners), key=lambda one: one.time_s)


def _of_owner(log: Log, owner: str | None, told: Progress | None) -> Iterator[HeardFrame]:
    return (HeardFrame(one.time_us / 1e6, owner or "", one.raw) for one in log.frames(owner, told))


def _shares_a_system(vehicles: tuple[LogVehicle, ...]) -> bool:
    systems = [one.sysid for one in vehicles if one.sysid is not None and not one.is_station]
    return len(set(systems)) < len(systems)


def newest_before(frames: Iterator[HeardFrame], time_s: float) -> tuple[list[HeardFrame], Iterator[HeardFrame]]:
    """The newest frame of each message of each component before a moment, the earliest first, and the rest."""
    newest: dict[tuple[str, int, int, int], HeardFrame] = {}
    for one in frames:
        if one.time_s >= time_s:
            frames = itertools.chain((one,), frames)
            break
        newest[one.vehicle, sysid_of(one.raw), compid_of(one.raw), msgid_of(one.raw)] = one
    return sorted(newest.values(), key=lambda one: one.time_s), frames


class DecodedSource:
    """Plays a log of MAVLink frames."""

    what = "MAVLink frames, decoded as a bridge does"

    def __init__(self, log: Log, told: Progress | None = None) -> None:
        self._log, self._told = log, told

    @staticmethod
    def is_in(log: Log) -> bool:
        """Whether a log has frames."""
        return next(log.frames(), None) is not None

    def play(self, begin_s: float, end_s: float) -> Iterator[Played]:
        """See `Source.play`."""
        bus = CapturedBus()
        bus.now_s = begin_s - LEAD_S
        publisher = Publisher(bus, bus.clock)
        hearing = Hearing(Root.REPLAY.value, BRIDGE_ID, publisher, self._names(), 1.0, GCS_SYSID)
        peers: dict[str, Peer] = {}
        before, then = newest_before(frames_of(self._log, self._told), begin_s - LEAD_S)
        for one in before:
            bus.now_s = one.time_s
            self._hear(hearing, peers, one)
        if before:
            bus.now_s = begin_s - LEAD_S
        for one in then:
            if one.time_s > end_s:
                break
            if not peers:
                bus.now_s = one.time_s
            yield from self._until(one.time_s, bus, publisher, hearing)
            self._hear(hearing, peers, one)
        yield from self._until(end_s, bus, publisher, hearing)

    def _hear(self, hearing: Hearing, peers: dict[str, Peer], one: HeardFrame) -> None:
        peer = peers.get(one.vehicle)
        if peer is None:
            name = one.vehicle or Path(self._log.info.path).name
            peer = peers[one.vehicle] = Peer("log", name, _nowhere, is_known=False, is_datagram=True)
        hearing.take(peer, one.raw, one.time_s)

    @staticmethod
    def _until(time_s: float, bus: CapturedBus, publisher: Publisher, hearing: Hearing) -> Iterator[Played]:
        """The bridge's turns up to a moment, also where the log is silent: so silence is told as it was."""
        while bus.now_s + STEP_S <= time_s:
            bus.now_s += STEP_S
            # nothing is sent to a recording: what the bridge would ask of it goes nowhere
            for _ in hearing.tick(bus.now_s):
                pass
            publisher.flush()
            yield from bus.take()

    def _names(self) -> dict[int, tuple[str, str]]:
        """Ids and names as the recording has them, by system id."""
        found: dict[int, tuple[str, str]] = {}
        for one in self._log.info.vehicles:
            own_id = one.id.rpartition("/")[2]
            if one.sysid is None or one.is_station or one.sysid in found:
                continue
            # readers of telemetry logs call a vehicle by its number
            is_named = "/" in one.id and is_vehicle_id(own_id) and not own_id.isdigit()
            usual = own_id if is_named else f"uav-{one.sysid}"
            found[one.sysid] = usual, one.name or usual
        return found


def _nowhere(data: bytes) -> None:
    del data
