# SPDX-License-Identifier: Apache-2.0
"""A payload that is too large for the window: where the whole is, its ends, its hash, a copy; disks hold nothing up."""

from __future__ import annotations

import hashlib
import threading

import pytest

from groundstation.app.large_work import SHOWN_BYTES, find, large_access
from groundstation.fleet.large import LargePayload, head_hash
from groundstation.fleet.recorder import SILENT_S, RecorderState
from groundstation.logs import large_payloads
from groundstation.transport.bus import Message
from groundstation.transport.large import WHOLE_BYTES
from groundstation.ui.sensors_panel.large_bar import suggested_name
from groundstation.ui.sensors_panel.large_look import LATE_S, RETRY_S
from groundstation.ui.sensors_panel.large_port import LargeAccess
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.sensors_panel.topic_detail import PAYLOAD, WHOLE
from tests.support.waiting import PATIENCE_S, wait_until
from tests.ui.test_recording_state import report

TOPIC = "site/../kamera/resim \u0131"
PICTURE = b"begin" + hashlib.shake_128(b"picture").digest(999_990) + b"the end"
SESSION = "2026-05-31_08-15-00"


def entry(data=PICTURE, topic=TOPIC):
    sha256 = hashlib.sha256(data).hexdigest()
    return LargePayload(
        topic=topic, at_unix_s=1_780_215_300.0, size_bytes=len(data), sha256=sha256, head_sha256=head_hash(data)
    )


def keep(session, data=PICTURE, topic=TOPIC):
    """As a recorder does."""
    session.mkdir(parents=True, exist_ok=True)
    one = entry(data, topic)
    path = large_payloads.make_folder(session) / large_payloads.file_name(one.sha256)
    path.write_bytes(data)
    large_payloads.add_entry(session, one)
    return path


class World:
    """A panel that heard the beginning of a picture."""

    def __init__(self, station, app, out, access=None):
        self.station, self.app, self.out = station, app, out
        self.panel = SensorsPanel(station.feed, large=access or large_access())
        self.panel.resize(900, 700)
        self.panel.show()
        self._seq = 0

    @property
    def bar(self):
        return self.panel.detail.large

    def hear(self, data=PICTURE, head=WHOLE_BYTES - 100, topic=TOPIC):
        self.station.offer(Message(topic, data[:head], len(data), 1, False, self.station.now_s))
        self.choose(topic)

    def choose(self, topic):
        self.panel.refresh()
        self.panel.tree.setCurrentIndex(self.panel.model.find(topic))
        self.refresh()

    def record(self, host=None, **fields):
        told = {"folder": str(self.out), "session": SESSION, "host": large_access().host if host is None else host}
        report(self.station, seq=self._seq, **{**told, **fields})
        self._seq += 1
        self.refresh()

    def refresh(self):
        self.panel.detail.refresh()
        return self.bar.words.text()

    def settle(self):
        """Until nothing is being looked for."""
        wait_until(self._is_idle)
        return self.refresh()

    def _is_idle(self):
        self.app.processEvents()
        return self.bar.look._looking is None

    def until(self, is_true):
        def look():
            self.app.processEvents()
            return is_true()

        wait_until(look)


@pytest.fixture
def world(station, app, tmp_path):
    made = World(station, app, tmp_path / "recordings")
    yield made
    made.panel.close()
    made.panel.deleteLater()


def test_of_what_is_here_as_a_whole_nothing_is_said(world):
    world.hear(b"x" * 1000)
    assert world.bar.isHidden()
    assert not world.panel.detail.tabs.isTabVisible(WHOLE)


def test_without_a_recorder_it_says_what_helps(world):
    world.hear()
    assert world.refresh() == "only its first 197 kB are here; record to keep it whole"
    assert world.bar.isVisible()
    assert world.bar.save_button.isHidden()
    assert world.panel.detail.tabs.isTabVisible(WHOLE)
    world.panel.detail.tabs.setCurrentIndex(WHOLE)
    assert world.panel.detail.text.toPlainText().splitlines()[0] == "length   1,000,002 B"


def test_large_bytes_are_shown_as_such_and_large_text_as_text(world):
    world.hear()
    assert world.panel.detail.text.toPlainText().startswith("000000  62 65 67 69 6e")
    text = "sıcaklık 21,5\n" * 30_000
    world.hear(text.encode(), topic="site/text")
    assert world.panel.detail.text.toPlainText().startswith("sıcaklık 21,5\nsıcaklık")


def test_a_recorder_of_another_computer_has_it_elsewhere(world):
    keep(world.out / SESSION)
    world.hear()
    world.record(host="elsewhere\u202e")
    assert world.settle() == "only its first 197 kB are here; it is recorded on elsewhere "
    assert world.bar.save_button.isHidden()


def test_as_soon_as_it_is_whole_on_disk_it_is_looked_into(world):
    world.hear()
    world.record()
    assert world.settle() == "only its first 197 kB are here; not whole on disk yet"
    path = keep(world.out / SESSION)
    world.settle()
    assert world.settle().endswith("not whole on disk yet"), "the disk is asked once a second"
    world.station.now_s += RETRY_S
    world.refresh()
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    assert world.settle() == f"whole on this computer's disk  ·  SHA-256 {sha256[:16]}…"
    assert world.bar.save_button.isVisible()
    world.panel.detail.tabs.setCurrentIndex(WHOLE)
    rows = world.panel.detail.text.toPlainText().splitlines()
    assert rows[:2] == ["length   1,000,002 B", f"SHA-256  {sha256}"]
    assert rows[3].endswith(path.name)
    assert rows[5].startswith("000000  62 65 67 69 6e")
    assert rows[5 + SHOWN_BYTES // 16] == f"… {1_000_002 // 16 * 16 - 1008 - 1024:,} bytes between"
    assert rows[-1].startswith("0f4240  6e 64")
    world.choose(TOPIC)
    assert world.panel.detail.tabs.currentIndex() == WHOLE


@pytest.mark.parametrize(("after_s", "words"), [(LATE_S, "not whole on disk yet"), (LATE_S + 0.1, "does not have it")])
def test_what_should_have_been_there_is_not_waited_for_with_yet(world, after_s, words):
    world.hear()
    world.station.now_s += after_s
    world.record()
    assert words in world.settle()


@pytest.mark.parametrize(
    ("silent_s", "words"), [(SILENT_S, "not whole on disk yet"), (SILENT_S + 0.1, "record to keep")]
)
def test_a_recorder_that_is_silent_is_not_believed(world, silent_s, words):
    world.hear()
    world.record()
    world.station.now_s += silent_s
    assert words in world.settle()


def test_what_was_dropped_is_not_offered(world):
    keep(world.out / SESSION).unlink()
    world.hear()
    world.record()
    assert world.settle().endswith("the whole was dropped to make room")
    assert world.bar.save_button.isHidden()


@pytest.mark.parametrize(("size", "words"), [(WHOLE_BYTES, "whole in the recording"), (WHOLE_BYTES + 1, "on disk yet")])
def test_what_a_recorded_file_holds_is_not_looked_for_beside_it(world, size, words):
    world.hear(PICTURE[:size], head=65_536)
    world.record()
    assert words in world.settle()


def test_another_payload_of_the_same_length_is_not_taken_for_it(world):
    keep(world.out / SESSION, PICTURE[::-1])
    keep(world.out / SESSION, PICTURE, "site/other")
    world.hear()
    world.record()
    assert world.settle().endswith("not whole on disk yet")


def test_it_is_found_by_the_64_kib_that_are_kept_for_long(world):
    keep(world.out / SESSION)
    world.hear(head=65_536)
    world.record()
    assert world.settle().startswith("whole on this computer")


def test_it_is_saved_on_a_thread_and_said(world, tmp_path):
    keep(world.out / SESSION)
    world.hear()
    world.record()
    world.settle()
    target = tmp_path / "saved.bin"
    world.bar.look.save(target)
    world.until(lambda: world.bar.look.copying is None)
    assert target.read_bytes() == PICTURE
    assert world.refresh() == f"saved as {target}"
    assert world.bar.save_button.text() == "Save as…"


def test_a_copy_that_can_not_be_is_said_and_can_be_tried_again(world, tmp_path):
    path = keep(world.out / SESSION)
    world.hear()
    world.record()
    world.settle()
    path.write_bytes(b"X" + PICTURE[1:])
    world.bar.look.save(tmp_path / "saved.bin")
    world.until(lambda: world.bar.look.copying is None)
    assert "is damaged" in world.refresh()
    path.write_bytes(PICTURE)
    world.bar.look.save(tmp_path / "saved.bin")
    world.until((tmp_path / "saved.bin").exists)


def test_a_copy_shows_how_far_it_is_and_can_be_cancelled(station, app, tmp_path):
    told, goes_on, threads = threading.Event(), threading.Event(), []

    def save(_found, _target, progress):
        threads.append(threading.current_thread().name)
        progress(0.42)
        told.set()
        assert goes_on.wait(PATIENCE_S)
        progress(0.5)
        raise AssertionError("it was cancelled")

    def look(*wanted):
        threads.append(threading.current_thread().name)
        return find(*wanted)

    world = World(station, app, tmp_path / "recordings", LargeAccess(find=look, save=save, host=large_access().host))
    keep(world.out / SESSION)
    world.hear()
    world.record()
    world.settle()
    world.bar.look.save(tmp_path / "saved.bin")
    assert told.wait(PATIENCE_S)
    world.bar.look.save(tmp_path / "another.bin")  # one at a time
    world.refresh()
    assert world.bar.save_button.text() == "Cancel (42 %)"
    world.bar.save_button.click()
    goes_on.set()
    world.until(lambda: world.bar.look.copying is None)
    assert world.refresh().startswith("whole on this computer")
    assert threads == ["large-look", "large-copy"]
    world.panel.close()
    world.panel.deleteLater()


def test_the_chosen_topic_decides_what_is_said(world):
    keep(world.out / SESSION)
    world.record()
    world.hear()
    world.settle()
    world.station.offer(Message("site/small", b"1", 1, 0, False, world.station.now_s))
    world.choose("site/small")
    assert world.bar.isHidden()
    assert world.panel.detail.tabs.currentIndex() == PAYLOAD
    world.choose(TOPIC)
    assert world.settle().startswith("whole on this computer")
    report(world.station, RecorderState.ENDED, seq=99)
    world.choose("site/small")
    world.choose(TOPIC)
    assert world.settle().endswith("record to keep it whole")


def test_an_earlier_session_is_looked_through_too(tmp_path):
    path = keep(tmp_path / "2026-05-30_08-15-00")
    (tmp_path / SESSION).mkdir()
    wanted = ((tmp_path / SESSION,), TOPIC, len(PICTURE), PICTURE[:70_000])
    found = find(*wanted)
    assert found is not None
    assert found.path == path
    keep(tmp_path / "2026-06-01_08-15-00", b"later than this one")
    assert find(*wanted) == found
    assert find((tmp_path / "gone" / SESSION,), *wanted[1:]) is None


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("a/resim.jpg", "resim-jpg.bin"),
        ("a/..", "payload.bin"),
        ("a/", "payload.bin"),
        ("Nem-Sıcaklık", "Nem-Sıcaklık.bin"),
        ("a\\..\\b\u202e\0", "a-b.bin"),
        ("x" * 300, "x" * 40 + ".bin"),
    ],
)
def test_a_topic_suggests_a_harmless_name(topic, name):
    assert suggested_name(topic) == name
