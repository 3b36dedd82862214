# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from groundstation.bridge import outbox as outbox_module
from groundstation.bridge.backfill import Backfill
from groundstation.bridge.outbox import Outbox
from groundstation.bridge.outbox_store import OutboxStore
from groundstation.bridge.publisher import Publisher
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.recorder import Missed
from groundstation.transport import topics
from groundstation.transport.leaves import EVT, TLM_SUM
from tests.support.fake_bus import FakeBus
from tests.support.updates import decoded
from tests.support.waiting import wait_until

OWNER = "fleet/uav-1"
TOPIC = f"{OWNER}/evt"


class Desk:
    """A publisher with an outbox on a bus that keeps what it is given; time is ours."""

    def __init__(self, store: OutboxStore | None = None) -> None:
        self.now_s = 0.0
        self.bus = FakeBus()
        self.outbox = Outbox(store)
        self.publisher = Publisher(self.bus, lambda: self.now_s, self.outbox)
        self.backfill = Backfill(self.outbox, self.publisher, "br")
        if store is not None:
            store.start()

    def tell(self, count: int, session: str = "s") -> None:
        for number in range(count):
            event = Event(at_s=0.0, kind=EventKind.STATUS_TEXT, text=f"text {number}")
            self.publisher.say(TOPIC, EVT, session, event)

    def late(self, first: int, last: int, session: str = "s") -> tuple[list[bytes], int]:
        """What comes on `late/evt`, and how many the answer says were found."""
        self.bus.sent.clear()
        self.backfill.ask(OWNER, (Missed("evt", session, first, last),))

        def ended() -> bool:
            self.now_s += 0.1
            self.backfill.tick(self.now_s)
            self.publisher.flush()
            return any(one.topic == f"{OWNER}/late/end" for one in self.bus.sent)

        wait_until(ended)
        (end,) = [decoded("late/end", one.payload) for one in self.bus.sent if one.topic.endswith("late/end")]
        return [one.payload for one in self.bus.sent if one.topic == topics.late(TOPIC)], end.d.gaps[0].found


def test_what_was_published_comes_again_byte_for_byte() -> None:
    desk = Desk()
    desk.tell(10)
    desk.publisher.flush()
    first = [one.payload for one in desk.bus.sent]
    payload, found = desk.late(3, 6)
    assert payload == first[3:7]
    assert found == 4


def test_a_long_range_costs_no_more_than_what_is_there() -> None:
    desk = Desk()
    desk.tell(3)
    payload, found = desk.late(1, 2**50)
    assert len(payload) == found == 2


def test_sessions_of_another_bridge_are_left_to_it() -> None:
    desk = Desk()
    desk.tell(3)
    desk.backfill.ask(OWNER, (Missed("evt", "other", 0, 5),))
    desk.backfill.tick(1.0)
    desk.publisher.flush()
    assert not [one for one in desk.bus.sent if one.topic.startswith(f"{OWNER}/late/e")]


def test_memory_is_bounded_by_time_and_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.tell(10)
    desk.now_s = outbox_module.KEPT_S + 1.0
    desk.tell(1)
    assert [one.seq for one in desk.outbox.in_memory(TOPIC, "s", 0, 100)] == [10]
    monkeypatch.setattr(outbox_module, "KEPT_BYTES", 2_000)
    desk.tell(100)
    assert desk.outbox.size_bytes <= 2_000


def test_answers_are_paced() -> None:
    desk = Desk()
    desk.tell(5_000)
    desk.bus.sent.clear()
    desk.backfill.tick(desk.now_s)
    desk.backfill.ask(OWNER, (Missed("evt", "s", 0, 4_999),))
    desk.backfill.tick(desk.now_s + 1.0)
    assert 0 < desk.backfill.sent <= 800


def test_an_outage_is_on_disk_and_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    desk = Desk(OutboxStore(path))
    desk.tell(5)
    desk.bus.is_connected = False
    desk.outbox.set_away(is_away=True)
    desk.tell(5)
    desk.outbox.close()
    again = Desk(OutboxStore(path))
    wait_until(lambda: bool(again.outbox.extents()))
    assert [(one.first, one.following) for one in again.outbox.extents()] == [(0, 10)]
    payload, found = again.late(0, 20)
    assert len(payload) == found == 10
    again.outbox.close()


def test_memory_and_disk_together_give_each_message_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(OutboxStore(tmp_path / "outbox.sqlite3"))
    desk.outbox.set_away(is_away=True)
    desk.tell(50)
    monkeypatch.setattr(outbox_module, "KEPT_BYTES", 4_000)
    desk.tell(1)
    assert len(desk.outbox.in_memory(TOPIC, "s", 0, 100)) < 51
    payload, found = desk.late(0, 100)
    assert len(set(payload)) == len(payload) == found == 51
    desk.outbox.close()


def test_the_disk_keeps_no_more_than_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    store = OutboxStore(path, max_bytes=200_000)
    store.start()
    for number in range(50):
        store.put((TOPIC, f"s{number}"), [(seq, bytes(1_000)) for seq in range(20)])
    wait_until(store._waiting.empty)
    store._give(store._prune)
    store._give(store._look_up)
    wait_until(lambda: bool(store.extents()))
    kept = sum(following - first for _, _, first, following in store.extents())
    assert 50 < kept < 200
    assert store.extents()[-1][1] != "s0"
    store.stop()


def test_a_file_that_is_none_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    desk = Desk(OutboxStore(path))
    desk.outbox.set_away(is_away=True)
    desk.tell(5)
    assert desk.outbox.store is not None
    store = desk.outbox.store
    store.refresh()
    wait_until(lambda: bool(store.extents()))
    desk.outbox.close()
    assert [one for one in tmp_path.iterdir() if "damaged" in one.name]


_WRITER = """
import sys, time
from pathlib import Path
from groundstation.bridge.outbox_store import OutboxStore
store = OutboxStore(Path(sys.argv[1]))
store.start()
for seq in range(100000):
    store.put(("fleet/uav-1/evt", "s"), [(seq, b"x" * 200)])
    while not store._waiting.empty():
        time.sleep(0.001)
    print(seq, flush=True)
"""


def test_kill_9_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    child = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) > 100:
            break
    os.kill(child.pid, signal.SIGKILL)
    last = max(int(line) for line in [*child.stdout.read().split(), "100"])
    child.wait()
    child.stdout.close()
    store = OutboxStore(path)
    store.start()
    wait_until(lambda: bool(store.extents()))
    (extent,) = store.extents()
    assert extent[2] == 0
    # the piece of work that was taken out of the queue last may not have been committed yet
    assert extent[3] >= last
    store.stop()


def test_every_leaf_tells_how_far_it_is() -> None:
    desk = Desk()
    desk.tell(7)
    desk.publisher.say(f"{OWNER}/tlm/sum", TLM_SUM, "s", None)
    desk.backfill.tick(time.monotonic())
    desk.publisher.flush()
    (marks,) = [decoded("late/marks", one.payload).d for one in desk.bus.sent if one.topic.endswith("marks")]
    assert [(mark.leaf, mark.first, mark.following) for mark in marks.marks] == [("evt", 0, 7)]
