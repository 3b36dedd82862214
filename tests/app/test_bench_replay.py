# SPDX-License-Identifier: Apache-2.0
"""The benchmark of looking back measures what it says, on a session that it makes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from groundstation.app.bench import replay, replay_peer, replay_run
from groundstation.fleet.errors import GroundStationError
from tests.support.flown_session import published, record


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("benched"), published(2, 20.0), lambda *_: None)


@pytest.mark.long
def test_ours_and_the_librarys_reader_measure_the_same_session(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_run, "SEEKS", 5)
    monkeypatch.setattr(replay_run, "PLAYED_S", 0.5)
    asked: list[str] = []

    def measured(arguments: list[str], stop: threading.Event) -> dict[str, float]:
        del stop
        asked.append(arguments[1])
        if arguments[1].endswith("replay_run"):
            return replay_run.Run(Path(arguments[2])).measure()
        return replay_peer.main(Path(arguments[2]))

    monkeypatch.setattr(replay, "outcome", measured)
    report = replay.run(2, 1.0, session, threading.Event(), lambda _: None)
    assert [one.rpartition(".")[2] for one in asked] == ["replay_run", "replay_peer"]
    assert (report.settings["vehicles"], report.settings["seeks"]) == (2.0, 5.0)
    assert report.settings["hours"] == pytest.approx(35.0 / 3600.0, rel=0.1)
    figures = {one.name: one for one in report.comparisons}
    assert all(one.value > 0.0 for one in figures.values() if "loop" not in one.name)
    assert figures["all vehicles at a moment; the library's reader"].peer is not None


def test_it_is_ended_early(session: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(GroundStationError, match="ended early"):
        replay.run(2, 1.0, session, stop, lambda _: None)
