# SPDX-License-Identifier: Apache-2.0
"""Frames as they came: whole, in order, once, under the right topic and session; what is secret never."""

from __future__ import annotations

import pytest

from groundstation.bridge.publisher import Publisher
from groundstation.bridge.raw_frames import RawFrames
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.frames import Frame, frame_bytes
from groundstation.transport import frame_batches
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus

TOPIC, BRIDGE = "fleet/uav-1/raw/_mav", "fleet/_bridge/br/raw/_mav"
RECORD = 8
"""Bytes of a stamp before each frame."""


class Desk:
    def __init__(self) -> None:
        self.bus, self.clock, self.session = FakeBus(), ManualClock(0.0), "life-1"
        self.publisher = Publisher(self.bus, self.clock)
        self.raw = RawFrames(self.publisher, BRIDGE, "bridge-1", lambda: 1_000_000_000)
        self.raw.tick(0.0)

    def take(self, *frames: Frame, is_doubled: bool = False, topic: str = TOPIC) -> None:
        for one in frames:
            self.raw.take(one, topic, lambda: self.session, is_doubled=is_doubled)

    def batches(self, topic: str = TOPIC) -> list[frame_batches.FrameBatch]:
        self.publisher.flush()
        found = [frame_batches.decode(one.payload) for one in self.bus.sent if one.topic == topic]
        assert None not in found
        return [one for one in found if one is not None]


def frame(number: int, size: int = 20, msgid: int = MSGIDS["HEARTBEAT"]) -> Frame:
    raw = frame_bytes(msgid, number.to_bytes(4, "big") + bytes(size - 5) + b"\1", number % 256, 1, 1)
    return Frame(msgid, 1, 1, number % 256, b"", 2, False, True, raw)


def test_frames_wait_a_quarter_of_a_second_for_each_other() -> None:
    desk = Desk()
    frames = [frame(number) for number in range(3)]
    desk.take(*frames)
    desk.raw.tick(0.24)
    assert desk.batches() == []
    desk.raw.tick(0.26)
    (batch,) = desk.batches()
    assert batch.body == b"".join(frame_batches.record(1_000_000, one.raw) for one in frames)
    assert (batch.sid, batch.seq) == ("life-1", 0)
    desk.raw.tick(1.0)
    assert len(desk.batches()) == 1, "nothing is no batch"


def test_a_batch_is_published_when_it_grows_beyond_48_kib() -> None:
    desk = Desk()
    size = RECORD + len(frame(0, 200).raw)
    fit = 48 * 1024 // size
    desk.take(*(frame(number, 200) for number in range(fit)))
    assert desk.batches() == []
    desk.take(frame(fit, 200))
    assert [len(one.body) for one in desk.batches()] == [(fit + 1) * size]
    for number in range(fit + 1):
        desk.raw.take_nobodys(frame(number, 200))
        assert len(desk.batches(BRIDGE)) == (number == fit)


def test_a_batch_belongs_to_the_session_in_which_it_is_published() -> None:
    desk = Desk()
    desk.take(frame(1))
    desk.raw.publish_all()
    desk.session = "life-2"
    desk.take(frame(2))
    desk.raw.publish_all()
    assert [(one.sid, one.seq) for one in desk.batches()] == [("life-1", 0), ("life-2", 0)]


def test_what_comes_over_two_links_is_kept_once_and_a_repetition_on_one_twice() -> None:
    desk = Desk()
    desk.take(frame(1), frame(2), frame(1), is_doubled=True)
    desk.take(frame(3), frame(3), topic="fleet/uav-2/raw/_mav")
    desk.raw.publish_all()
    assert len(desk.batches()[0].body) == 2 * (RECORD + len(frame(1).raw))
    assert len(desk.batches("fleet/uav-2/raw/_mav")[0].body) == 2 * (RECORD + len(frame(3).raw))


@pytest.mark.parametrize(("between", "times"), [(399, 1), (400, 2)])
def test_the_second_coming_is_known_after_four_hundred_others_at_most(between: int, times: int) -> None:
    desk = Desk()
    desk.take(frame(0), *(frame(number) for number in range(1, between + 1)), frame(0), is_doubled=True)
    desk.raw.publish_all()
    assert b"".join(one.body for one in desk.batches()).count(frame(0).raw) == times


def test_keys_are_never_passed_on() -> None:
    desk = Desk()
    secret = frame(1, 42, MSGIDS["SETUP_SIGNING"])
    desk.take(secret)
    desk.raw.take_nobodys(secret)
    desk.raw.publish_all()
    assert desk.batches() == desk.batches(BRIDGE) == []
