# SPDX-License-Identifier: Apache-2.0
"""What `bench topics` compares has heard the same messages; its times are its own business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from groundstation.app.bench import large_sender
from groundstation.app.bench.topic_run import messages
from groundstation.ui.resources import resource
from tests.support.brokers import BrokerChild
from tests.support.programs import run_program


def test_the_bench_keeps_as_many_topics_as_it_was_asked_for() -> None:
    done = run_program("bench", "topics", "--topics", "2000", "--large", "0", "--json", timeout_s=240.0)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)
    told = {one["name"]: one for one in found["comparisons"]}
    assert told["topics kept"]["value"] == 2000.0
    assert found["settings"] == {"topics": 2000.0, "times": 3.0, "large_mb": 0.0, "forgotten": 400.0}
    assert told["memory"]["peer"] is not None


def test_the_peer_hears_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(resource("bench/plain_topics.py").parent))
    monkeypatch.delitem(sys.modules, "plain_topics", raising=False)
    import plain_topics  # type: ignore[import-not-found]

    assert list(messages(0, 1000, 2)) == list(plain_topics.messages(1000, 2))


def test_what_the_sender_says_of_its_payload_is_so(
    mosquitto_broker: BrokerChild, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(resource("bench/plain_large.py")), str(mosquitto_broker.port), "bench/one", str(tmp_path)]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as plain:
        assert plain.stderr is not None
        assert plain.stderr.readline() == "ready\n"
        large_sender.main(mosquitto_broker.port, "bench/one", 2_500_000, 1)
        heard = json.loads(plain.communicate()[0])
    assert json.loads(capsys.readouterr().out)["sha256"] == heard["sha256"]
    assert (tmp_path / "payload").read_bytes() == b"".join(large_sender.pieces(2_500_000, 1))
    assert (tmp_path / "payload").stat().st_size == 2_500_000
