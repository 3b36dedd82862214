# SPDX-License-Identifier: Apache-2.0
"""A recorder fed with hours of a fleet as fast as it takes them, as a process of its own: prints its memory as JSON.

Run by `groundstation bench recorder` as `python -m groundstation.app.bench.recorder_run FOLDER VEHICLES SECONDS`. What
the fleet says in a quarter of a minute is recorded once from the simulator and our bridge, then said again and again
with new numbers and times; the clocks are turned by hand, the disk is real.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import msgspec
import psutil

from groundstation.app.bench.capture import fly
from groundstation.app.wiring import calm_collector
from groundstation.bridge.hearing import Hearing
from groundstation.bridge.publisher import Publisher
from groundstation.mavlink.encode import GCS_SYSID
from groundstation.recording.recorder import Recorder, RecorderSettings
from groundstation.transport import frame_batches
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing

LAP_S = 15.0
STEP_S = 0.25
EPOCH_UNIX_S = 1.7e9
SAMPLE_S = 60.0
WARM_UP = 0.25
"""Share of the time after which memory is compared: until then buffers and tables fill."""
_AT = re.compile(rb'"at_s":(-?[0-9.]+)')
_HEAD = re.compile(rb'\{"sid":"([^"]*)","seq":(\d+),"ts":\d+,"bms":\d+,')


class Said(msgspec.Struct, frozen=True):
    """One message of the lap."""

    at_s: float
    topic: str
    sid: bytes
    rest: tuple[bytes, ...]
    """Behind the stamp: the end of the JSON around the times of its samples, or the frames."""
    times_s: tuple[float, ...]
    """Times of the samples."""
    qos: int


class _Listening:
    """A bus that keeps what it is given."""

    def __init__(self) -> None:
        self.said: list[Outgoing] = []
        self.status = BusStatus(state=BusState.CONNECTED)

    def start(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""

    def publish(self, messages: list[Outgoing]) -> int:
        """Keep them."""
        self.said += messages
        return len(messages)

    def subscribe(self, filters: dict[str, int]) -> None:
        """Nothing comes."""

    def unsubscribe(self, filters: list[str]) -> None:
        """Nothing comes."""


def _lap(vehicles: int) -> list[Said]:
    """What a bridge publishes for flying vehicles in a quarter of a minute."""
    bus, found = _Listening(), []
    now_s = 0.0
    publisher = Publisher(bus, lambda: now_s)
    hearing = Hearing("sim", "bench", publisher, {}, 1.0, GCS_SYSID)
    for now_s, is_settled in fly(vehicles, LAP_S, hearing):
        publisher.flush()
        if is_settled:
            found += [one for one in (_said(now_s, message) for message in bus.said) if one is not None]
        bus.said.clear()
    return found


def _said(at_s: float, message: Outgoing) -> Said | None:
    batch = frame_batches.decode(message.payload) if message.topic.endswith("/raw/_mav") else None
    if batch is not None:
        return Said(at_s, message.topic, batch.sid.encode(), (batch.body,), (), message.qos)
    head = _HEAD.match(message.payload)
    if head is None:
        return None
    parts = _AT.split(message.payload[head.end() :])
    return Said(at_s, message.topic, head[1], tuple(parts[::2]), tuple(map(float, parts[1::2])), message.qos)


def _payload(one: Said, seq: int, now_s: float) -> bytes:
    ts, bms = int((EPOCH_UNIX_S + now_s) * 1000), int(now_s * 1000)
    if one.topic.endswith("/raw/_mav"):
        return frame_batches.encode(frame_batches.FrameBatch(one.sid.decode(), seq, ts, bms, one.rest[0]))
    # samples as old as they were when they were said first: a fleet that repeats old ones is one that stands still
    shift_s = now_s - one.at_s
    pieces = [one.rest[0]]
    for time_s, piece in zip(one.times_s, one.rest[1:], strict=True):
        pieces += (b'"at_s":%.3f' % (time_s + shift_s), piece)
    return b'{"sid":"%b","seq":%d,"ts":%d,"bms":%d,%b' % (one.sid, seq, ts, bms, b"".join(pieces))


def main(folder: str, vehicles: str, seconds: str) -> None:
    """Feed the recorder and say how its memory went."""
    calm_collector()
    lap = _lap(int(vehicles))
    now_s = 1_000.0
    settings = RecorderSettings(out=Path(folder), broker="bench", keep_free_bytes=0)
    recorder = Recorder(
        settings, lambda *_: None, lambda: False, clock=lambda: now_s, wall_clock=lambda: EPOCH_UNIX_S + now_s
    )
    recorder.start()
    process, memory, seqs = psutil.Process(), [], dict.fromkeys((one.topic for one in lap), 0)
    end_s, next_sample_s, place, lap_began_s = now_s + float(seconds), now_s, 0, now_s
    cpu_s = time.process_time()
    while now_s < end_s:
        now_s += STEP_S
        while lap_began_s + lap[place].at_s - lap[0].at_s <= now_s:
            one = lap[place]
            payload = _payload(one, seqs[one.topic], now_s)
            recorder.offer(Message(one.topic, payload, len(payload), one.qos, retain=False, received_s=now_s))
            # numbers go on over the laps: the same ones again would count as repetitions and not be written
            seqs[one.topic] += 1
            place = (place + 1) % len(lap)
            lap_began_s += (place == 0) * LAP_S
        # the disk keeps pace, else the memory of a queue would be measured
        while recorder.status().waiting:
            time.sleep(0.0005)
        if now_s >= next_sample_s:
            next_sample_s += SAMPLE_S
            memory.append((now_s - 1_000.0, process.memory_info().rss))
    cpu_s = time.process_time() - cpu_s
    status = recorder.status()
    began_s = time.monotonic()
    recorder.stop(600.0)
    outcome = {
        "memory": memory,
        "messages": status.messages,
        "dropped": status.dropped,
        "bytes": sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file()),
        "cpu_s": cpu_s,
        "closing_s": time.monotonic() - began_s,
    }
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:4])
