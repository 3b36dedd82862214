# SPDX-License-Identifier: Apache-2.0
"""`operators say` and `messages` as a script calls them."""

from __future__ import annotations

import threading

import pytest
from typer.testing import CliRunner

from groundstation.app.alarm_process import AlarmProcess
from groundstation.app.operators_cli import app
from groundstation.fleet.errors import UsageError
from groundstation.fleet.operators.names import MAX_NAME
from groundstation.transport.broker_url import parse_broker_url


def run(*words):
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("name", ["x" * (MAX_NAME + 1), "  ", "a\udcff"])
def test_a_name_that_can_not_travel_is_told_before_anything_is_said(name):
    found = run("say", "hello", "--to", name)
    assert isinstance(found.exception, UsageError)
    assert "a name has 1 to 200 letters" in str(found.exception)


@pytest.mark.mosquitto
def test_bytes_that_are_no_text_are_said_with_a_mark_in_their_place(any_broker, tmp_path):
    engine = AlarmProcess(parse_broker_url(any_broker.url), tmp_path / "a.json", tmp_path / "a.sqlite3")
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        said = run("say", "bad\udcff byte", "--to", "x" * MAX_NAME, "--broker", any_broker.url)
        assert said.exception is None, said.output
        assert "bad? byte" in run("messages", "--broker", any_broker.url).output
    finally:
        stop.set()
        thread.join()
