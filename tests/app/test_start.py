# SPDX-License-Identifier: Apache-2.0
"""What `groundstation` alone starts and finds, the file of links, and `groundstation link`; on real processes."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time

import keyring
import keyring.backends.fail
import pytest
from typer.testing import CliRunner

from groundstation.app import company, key_store, start, start_window
from groundstation.app.cli import app
from groundstation.app.links_file import LinksFile, is_in_use, on_loopback, read_links, usual_links
from groundstation.app.processes import GOES_ON, Supervisor
from groundstation.app.recent_logs import recent_logs
from groundstation.bridge.link_set import KeptLink, KeptLinks
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.ui.start.start_port import BrokerWish
from tests.support.ports import free_port
from tests.support.programs import Program, run_program
from tests.support.waiting import wait_until


@pytest.fixture
def supervisor():
    made = Supervisor()
    yield made
    made.stop()


def test_a_broker_is_started_and_found_again(supervisor, monkeypatch):
    port, lines = free_port(), []
    monkeypatch.setattr(start, "PORTS", (port,))
    url = start.find_or_start_broker(supervisor, lines.append, threading.Event())
    assert (url.port, supervisor.children[0].pid is not None) == (port, True)
    # a second window finds it, and would start one only when it ends
    other = Supervisor()
    try:
        assert start.find_or_start_broker(other, lines.append, threading.Event()) == url
        assert other.children[0].pid is None
    finally:
        other.stop()
    assert supervisor.children[0].pid is not None


def test_what_speaks_no_mqtt_is_passed_by_and_told(supervisor, monkeypatch):
    monkeypatch.setattr(start, "ANSWER_S", 0.3)
    lines, second = [], free_port()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        taken = silent.getsockname()[1]
        monkeypatch.setattr(start, "PORTS", (taken, second))
        assert start.find_or_start_broker(supervisor, lines.append, threading.Event()).port == second
        assert f"port {taken} of this computer is taken" in lines[0]
        monkeypatch.setattr(start, "PORTS", (taken,))
        with pytest.raises(GroundStationError, match="gui --broker URL"):
            start.find_or_start_broker(supervisor, lines.append, threading.Event())


# ---- the file ----


def test_links_are_read_back_and_one_bridge_goes_by_them(tmp_path):
    path = tmp_path / "deep" / "links.json"
    assert (read_links(path), is_in_use(path)) == (None, False)
    kept = KeptLinks(links=(KeptLink(text="udpin:0.0.0.0:14550", is_paused=True),), ports={"2dae:1058:42:": False})
    file = LinksFile(path)
    try:
        for _ in range(50):
            file.keep(KeptLinks())
        file.keep(kept)
        assert is_in_use(path)
        with pytest.raises(GroundStationError, match="another bridge goes by"):
            LinksFile(path)
    finally:
        file.close()
    assert (read_links(path), is_in_use(path)) == (kept, False)


def test_a_damaged_file_is_kept_aside(tmp_path, caplog):
    path = tmp_path / "links.json"
    path.write_text("{")
    with caplog.at_level(logging.WARNING):
        assert read_links(path) is None
    assert "links.damaged" in caplog.text
    assert (tmp_path / "links.damaged").read_text() == "{"


def test_a_folder_that_can_not_be_had_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GroundStationError, match="choose another --links FILE"):
        LinksFile(tmp_path / "file" / "links.json")


def test_loopback_keeps_strangers_out():
    assert {one.text for one in usual_links(is_loopback=False).links} == {"udpin:0.0.0.0:14550", "udpin:0.0.0.0:14540"}
    assert {one.text for one in usual_links(is_loopback=True).links} == {
        "udpin:127.0.0.1:14550", "udpin:127.0.0.1:14540",
    }  # fmt: skip
    kept = KeptLinks(links=tuple(KeptLink(text=one) for one in ("tcpin:0.0.0.0:1", "tcp:10.0.0.1:2", "serial:/dev/x")))
    assert [one.text for one in on_loopback(kept).links] == ["tcpin:127.0.0.1:1", "tcp:10.0.0.1:2", "serial:/dev/x"]


# ---- what stays ----


@pytest.mark.parametrize("is_armed", [True, False])
def test_what_a_closed_window_left_stays_only_while_something_is_armed(monkeypatch, caplog, is_armed):
    monkeypatch.setattr(company, "HEAR_S", 0.2)
    heard = company.Company(time.monotonic())
    if is_armed:
        heard._armed["fleet/uav-1"] = time.monotonic()
    with caplog.at_level(logging.WARNING):
        assert company._hears_armed(heard, 60.0, threading.Event()) is is_armed
    # without these words its parent would end it
    assert (GOES_ON in caplog.text and "fleet/uav-1" in caplog.text) is is_armed


# ---- the command line ----


@pytest.fixture
def bridge(any_broker, tmp_path):
    port = free_port()
    words = ["bridge", "--broker", any_broker.url, "--links", str(tmp_path / "links.json"), "--loopback", "--id", "b"]
    (tmp_path / "links.json").write_text(json.dumps({"links": [{"text": f"udpin:0.0.0.0:{port}"}]}))
    program = Program(*words)
    try:
        wait_until(lambda: "Ctrl-C ends it" in program.said, what="the bridge")
        yield any_broker.url, port, tmp_path / "links.json"
    finally:
        program.close()


def link(url, *words):
    return CliRunner().invoke(app, ["link", *words, "--broker", url])


@pytest.mark.mosquitto
def test_links_of_a_running_bridge_are_seen_and_changed(bridge):
    url, port, path = bridge
    wait_until(lambda: f"udpin:127.0.0.1:{port}" in link(url, "list").output, what="the bridge's table")
    new = f"udpin:127.0.0.1:{free_port()}"
    assert link(url, "add", new).output.startswith(new)
    wait_until(lambda: new in path.read_text(), what="the file")
    (line,) = [json.loads(one) for one in link(url, "list", "--json").output.splitlines()]
    assert (line["bridge"], [one["text"] for one in line["links"]]) == (
        "fleet/b", [f"udpin:127.0.0.1:{port}", new],
    )  # fmt: skip
    again = link(url, "add", new)
    assert isinstance(again.exception, GroundStationError)
    assert "there is a link" in str(again.exception)
    assert link(url, "pause", new).output.split() == [new, "paused"]
    assert link(url, "remove", new).output.split() == [new, "removed"]
    wait_until(lambda: new not in path.read_text(), what="the file")


@pytest.mark.mosquitto
def test_wrong_words_are_told_before_anybody_is_asked(any_broker):
    found = link(any_broker.url, "add", "udpin:nonsense")
    assert isinstance(found.exception, UsageError)
    assert "it must end with a port" in str(found.exception)


def test_a_bridge_that_is_told_nothing_says_what_to_give():
    found = run_program("bridge")
    assert (found.returncode, "--link" in found.stderr) == (2, True)


def test_without_a_screen_it_says_what_runs_in_a_terminal(tmp_path):
    bare = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "", "HOME": str(tmp_path)}
    found = run_program(**bare)
    assert found.returncode == 1
    assert "start a desktop session" in found.stderr


# ---- another broker ----


@pytest.mark.parametrize(
    ("url", "user", "password", "shown", "secret"),
    [
        ("mqtts://saha.example:8883", "ayse", "a:b@c", "mqtts://ayse@saha.example:8883", "a:b@c"),
        ("saha.example", "", "", "mqtt://saha.example:1883", None),
        ("mqtt://old@saha.example", "ayse", "", "mqtt://ayse@saha.example:1883", "kept"),
    ],
)
def test_user_and_password_go_into_the_url_and_the_key_store(monkeypatch, url, user, password, shown, secret):
    kept = {}
    monkeypatch.setattr(start_window, "keep_password", lambda *told: kept.update({told[:2]: told[2]}))
    monkeypatch.setattr(start_window, "kept_password", lambda *_asked: "kept")
    found = start_window.url_of(BrokerWish(url=url, user=user, password=password))
    assert (found.shown, found.password) == (shown, secret)
    assert kept == ({(url, user): password} if password else {})


def test_a_system_without_a_key_store_is_told_and_nothing_fails(monkeypatch, caplog):
    monkeypatch.setattr("keyring.get_keyring", keyring.backends.fail.Keyring)
    monkeypatch.setattr("keyring.core._keyring_backend", keyring.backends.fail.Keyring())
    with caplog.at_level(logging.WARNING):
        assert not key_store.keep_password("mqtt://x", "ayse", "canary")
    assert "type it again" in caplog.text
    assert "canary" not in caplog.text
    assert key_store.kept_password("mqtt://x", "ayse") is None


def test_the_newest_recordings_by_a_look_at_the_disk(tmp_path):
    assert recent_logs(tmp_path / "none") == []
    for number, size in enumerate((100_000, 10, 60_000, 70_000, 80_000, 90_000)):
        (tmp_path / f"s{number}").mkdir()
        file = tmp_path / f"s{number}" / "events.mcap"
        file.write_bytes(b"x" * size)
        os.utime(file, (1e9 + number, 1e9 + number))
    (tmp_path / "other").mkdir()
    found = recent_logs(tmp_path)
    assert [one.path.name for one in found] == ["s5", "s4", "s3", "s2"]
    assert found[0].size_bytes == 90_000
