# SPDX-License-Identifier: Apache-2.0
"""`groundstation mark` over a real broker: every station hears it, and a recorder has it on disk."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstation.fleet.bookmark import MAX_NOTE
from groundstation.logs import session_folder
from groundstation.logs.bookmarks import bookmarks_of
from groundstation.logs.open_log import open_log
from tests.support.brokers import BrokerChild, mosquitto
from tests.support.mcap_check import assert_strictly_sound
from tests.support.programs import Program, run_program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerChild]:
    broker = mosquitto(tmp_path).start()
    yield broker
    broker.stop()


def test_a_bookmark_is_heard_and_recorded(broker: BrokerChild, tmp_path: Path) -> None:
    recorder = Program("record", "--broker", broker.url, "--out", str(tmp_path / "out"))
    watcher = Program("watch", "--json", "--broker", broker.url, "--period", "0.1")
    try:
        wait_until(lambda: bool(session_folder.sessions(tmp_path / "out")), what=recorder.said)
        notes: list[str] = []

        def heard() -> bool:
            notes.append(f"number {len(notes)}")
            assert run_program("mark", notes[-1], "--broker", broker.url).returncode == 0
            # a station that subscribes a moment later hears the next one
            return '"bookmark"' in watcher.said

        wait_until(heard, what="a station hears it")
        lines = [json.loads(line)["bookmark"] for line in watcher.said.splitlines() if '"bookmark"' in line]
        assert lines[-1]["note"] in notes
        assert recorder.end(signal.SIGINT)[0] == 0
    finally:
        recorder.close()
        watcher.close()
    (session,) = session_folder.sessions(tmp_path / "out")
    assert_strictly_sound(session / "rest.mcap")
    with open_log(session) as log:
        found = bookmarks_of(log)
    assert notes[-1] in [one.note for one in found]


def test_a_mark_that_can_not_be_says_why(broker: BrokerChild) -> None:
    for words, code, said in (
        (["x" * (MAX_NOTE + 1)], 2, "the note has 2,001 letters"),
        (["x", "--vehicle", "nobody"], 1, "nobody"),
        (["x", "--broker", "mqtt://127.0.0.1:9"], 1, "no connection"),
    ):
        done = run_program("mark", *words, GROUNDSTATION_BROKER=broker.url)
        assert done.returncode == code, done.stderr
        assert said in done.stderr.strip().splitlines()[-1]
