# SPDX-License-Identifier: Apache-2.0
"""A fleet that is flown against a bridge without sockets: what it published, and a session recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from groundstation.app.bench.capture import fly
from groundstation.bridge.hearing import Hearing
from groundstation.bridge.publisher import Publisher
from groundstation.fleet.link import BridgePresence, ConnReason, LinkState
from groundstation.mavlink.encode import GCS_SYSID
from groundstation.recording.recorder import Recorder, RecorderSettings
from groundstation.transport import payloads, topics
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from tests.support.waiting import wait_until

EPOCH_S = 1_700_000_000.0


class KeepingBus:
    """A bus that keeps what it is given."""

    def __init__(self) -> None:
        self.said: list[Outgoing] = []
        self.status = BusStatus(state=BusState.CONNECTED)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def publish(self, messages: list[Outgoing]) -> int:
        self.said += messages
        return len(messages)

    def subscribe(self, filters: dict[str, int]) -> None: ...

    def unsubscribe(self, filters: list[str]) -> None: ...


def published(vehicles: int, seconds: float, faults: tuple[str, ...] = ()) -> Iterator[list[Message]]:
    """What a bridge and a humidity sensor publish, step by step; the time is that of its own monotonic clock."""
    bus, now_s = KeepingBus(), 0.0
    publisher = Publisher(bus, lambda: now_s)
    hearing = Hearing("sim", "bench", publisher, {}, 1.0, GCS_SYSID)
    sensor_s = 0.0
    for now_s, _ in fly(vehicles, seconds, hearing, faults=faults):
        publisher.flush()
        if now_s >= sensor_s:
            sensor_s += 1.0
            bus.said.append(Outgoing("site/room/humidity", f"{40 + sensor_s % 7}".encode(), 0))
        yield [Message(one.topic, one.payload, len(one.payload), one.qos, False, now_s) for one in bus.said]
        bus.said.clear()


def bridge_said(state: LinkState, now_s: float, seq: int, sid: str = "b1") -> Message:
    """Birth or death of the bridge of `published`."""
    reason = ConnReason.DISCOVERED if state is LinkState.ONLINE else ConnReason.BRIDGE_LOST
    envelope = payloads.Envelope(sid=sid, seq=seq, ts=0, bms=0, d=BridgePresence(state=state, reason=reason))
    data = payloads.encode(envelope)
    return Message(topics.bridge("sim", "bench", topics.CONN), data, len(data), 1, False, now_s)


class SessionMaker:
    """A real recorder that is given messages with their times; its clocks are those of the messages."""

    def __init__(self, out: Path, now_s: float = 0.0) -> None:
        self.now_s = now_s
        settings = RecorderSettings(out=out, broker="mqtt://b", keep_free_bytes=0)
        self.recorder = Recorder(
            settings,
            lambda *_: None,
            lambda: False,
            clock=lambda: self.now_s,
            wall_clock=lambda: EPOCH_S + self.now_s,
        )
        self.recorder.start()

    def offer(self, messages: list[Message], now_s: float) -> None:
        """Give it messages, and wait until they are in its files."""
        self.now_s = now_s
        for one in messages:
            self.recorder.offer(one)
        self.settle()

    def settle(self) -> None:
        wait_until(lambda: not self.recorder.status().waiting, what=str(self.recorder.status()))

    def stop(self) -> None:
        self.recorder.stop(60.0)


def record(out: Path, steps: Iterator[list[Message]], on_step: Callable[[float, list[Message]], None]) -> Path:
    """Record all of it; returns the folder of the session."""
    maker = SessionMaker(out)
    try:
        for messages in steps:
            if messages:
                now_s = messages[-1].received_s
                maker.offer(messages, now_s)
                on_step(now_s, messages)
    finally:
        maker.stop()
    return next(one for one in out.iterdir() if one.is_dir())
