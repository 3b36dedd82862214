# SPDX-License-Identifier: Apache-2.0
"""Records what simulated vehicles say to a bridge, so that two programs can be fed the very same bytes. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from groundstation.bridge.hearing import Hearing
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.mavlink.encode import GCS_COMPID, GCS_SYSID, heartbeat
from groundstation.mavlink.frames import frame_bytes
from groundstation.mavlink.stream_requests import Outbound
from groundstation.simulator.airfield import TICK_S, Airfield
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.plan import SquadronPlan
from groundstation.transport.bus import BusStatus, Outgoing

SETTLE_S = 15.0
"""Before the recording: streams are asked for, vehicles take off."""


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of one vehicle at one moment."""

    at_s: float
    vehicle: int
    data: bytes


class NoBus:
    """A bus that takes everything and keeps nothing."""

    status = BusStatus()

    def start(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""

    def publish(self, messages: list[Outgoing]) -> int:
        """Take them all."""
        return len(messages)

    def subscribe(self, filters: dict[str, int]) -> None:
        """Nothing comes."""

    def unsubscribe(self, filters: list[str]) -> None:
        """Nothing comes."""


def record(vehicles: int, seconds: float, path: Path) -> None:
    """Fly vehicles against our own bridge without sockets, and write what they sent.

    Args:
        vehicles: how many.
        seconds: simulated time to record, after `SETTLE_S`.
        path: where to.
    """
    chunks: list[Chunk] = []
    now_s = 0.0
    hearing = Hearing("sim", "bench", Publisher(NoBus(), lambda: now_s), {}, 1.0, GCS_SYSID)

    def heard(number: int, data: bytes, at_s: float) -> None:
        if at_s > SETTLE_S:
            chunks.append(Chunk(at_s - SETTLE_S, number, data))

    for now_s, _ in fly(vehicles, seconds, hearing, heard):  # noqa: B007 - the publisher's clock reads it
        pass
    path.write_bytes(msgspec.msgpack.encode(chunks))


def fly(
    vehicles: int,
    seconds: float,
    hearing: Hearing,
    heard: Callable[[int, bytes, float], None] | None = None,
    faults: tuple[str, ...] = (),
) -> Iterator[tuple[float, bool]]:
    """Fly vehicles against a bridge without sockets, as fast as they can be reckoned.

    Args:
        vehicles: how many.
        seconds: simulated time, after `SETTLE_S`.
        hearing: of the bridge.
        heard: told of everything that a vehicle sent, by its number and the time.
        faults: what goes wrong, as `groundstation simulate --fault` has it.

    Yields:
        The time in seconds after each step, and whether the vehicles have settled.
    """
    # always the same seed: two measurements are to be of the same flight
    wrong = tuple(Fault.parse(one) for one in faults)
    plan = SquadronPlan(vehicles=vehicles, seed=7, ready=True, autofly=True, faults=wrong)
    field = Airfield(plan, epoch_unix_s=1.7e9)
    links = [vehicle.open_link() for vehicle in field.vehicles]
    peers = [Peer("sim", str(number), lambda _: None, is_known=True, is_datagram=True) for number in range(vehicles)]
    numbers = {peer: number for number, peer in enumerate(peers)}
    seq = [0] * vehicles

    def answer(number: int, messages: list[Outbound]) -> None:
        for msgid, payload in messages:
            frame = frame_bytes(msgid, payload, seq[number], GCS_SYSID, GCS_COMPID)
            # the number of a frame is one byte (MAVLink guide, "Packet Serialization")
            seq[number] = (seq[number] + 1) & 0xFF
            field.vehicles[number].receive(links[number], frame, field.now_s)

    next_heartbeat_s = 0.0
    while field.now_s < SETTLE_S + seconds:
        field.step()
        for number, link in enumerate(links):
            for data in link.take():
                answer(number, hearing.take(peers[number], data, field.now_s))
                if heard is not None:
                    heard(number, data, field.now_s)
        for peer, messages in hearing.tick(field.now_s):
            answer(numbers[peer], messages)
        if field.now_s >= next_heartbeat_s:
            # the service of a bridge sends them, which is not run here
            next_heartbeat_s = field.now_s + 1.0
            for number in range(vehicles):
                answer(number, [heartbeat()])
        yield field.now_s, field.now_s > SETTLE_S


def read(path: Path) -> list[Chunk]:
    """What `record` wrote, in order of time."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[Chunk])


BATCH_S = TICK_S
"""Time between two turns of a bridge's loop."""
