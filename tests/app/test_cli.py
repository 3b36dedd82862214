# SPDX-License-Identifier: Apache-2.0
"""The command line: help, one line for each mistake, exit codes that tell, lines for scripts."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from groundstation.app import cli
from groundstation.app.wiring import parse_names
from groundstation.fleet.kinds import KINDS
from groundstation.transport import topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.brokers import BrokerChild
from tests.support.fake_bus import FakeBus
from tests.support.ports import free_port
from tests.support.programs import Program, run_program
from tests.support.vehicles import Autopilot, Bench
from tests.support.waiting import PATIENCE_S, wait_until

OPTIONS = {
    "demo": ("--vehicles", "--flavour", "--headless", "--duration", "--screenshot"),
    "gui": ("--broker", "--subscribe"),
    "broker": ("--port", "--kind"),
    "bridge": ("--link", "--broker", "--root", "--name", "--id", "--sysid", "--rate"),
    "simulate": ("--vehicles", "--link", "--seed", "--flavour", "--first-sysid", "--ready", "--autofly", "--fault", "--speed"),
    "watch": ("--broker", "--json", "--duration", "--period"),
    "doctor": ("--json",),
}  # fmt: skip
LINK = ("--link", "udpin:127.0.0.1:0")
MISTAKES = [
    (("bridge", "--link", "udp:127.0.0.1:14550"), "no kind 'udp'"),
    (("bridge", "--link", "tlog:/no/such.tlog"), "there is no file"),
    (("bridge", *LINK, "--broker", "http://127.0.0.1"), "mqtt://"),
    (("bridge", *LINK, "--broker", "mqtt://127.0.0.1:99999"), "port"),
    (("bridge", *LINK, "--root", "replay"), "only recordings go under replay/"),
    (("bridge", *LINK, "--id", "a/b"), "letters, digits"),
    (("bridge", *LINK, "--name", "3"), "SYSID=ID"),
    (("bridge", *LINK, "--name", "²=a"), "SYSID=ID"),
    (("bridge", *LINK, "--name", "3=uav-4"), "another system id"),
    (("bridge", *LINK, "--name", "3=a", "--name", "4=a"), "share one vehicle id"),
    (("bridge", *LINK, "--name", "*=a"), "or for all '*=north-*'"),
    (("bridge", *LINK, "--name", "*=north *"), "write SYSID=ID"),
    (("bridge", *LINK, "--name", "*=uav-*0"), "another system id"),
    (("simulate", "--fault", "bird:1@3"), "link_loss"),
    (("simulate", "--vehicles", "1", "--fault", "reboot:9@3"), "no vehicle with that system id"),
    (("simulate", "--flavour", "boat"), "copter, plane, px4"),
    (("demo", "--headless", "--flavour", "boat"), "copter, plane, px4"),
    (("simulate", "--link", "udpin:nowhere"), "udpout:host:port"),
    (("simulate", "--vehicles", "250", "--first-sysid", "9"), "1 to 250"),
    (("simulate", "--vehicles", "1001"), "1<=x<=1000"),
    (("bench", "commands", "--vehicles", "251"), "at most 250 vehicles"),
    (("broker", "--kind", "emqx"), "auto, mosquitto and iotcore"),
    (("watch", "--broker", "mqtt://"), "mqtt://"),
    (("gui", "--subscribe", "#"), "site/#"),
    (("gui", "--subscribe", "a/b#"), "'#' stands alone"),
    (("gui", "--subscribe", ""), "empty"),
]


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner(env={"COLUMNS": "300", "TERM": "dumb", "NO_COLOR": "1"})


def test_every_subcommand_is_in_this_table() -> None:
    assert {(one.name or one.callback.__name__) for one in cli.app.registered_commands if one.callback} >= set(OPTIONS)


@pytest.mark.parametrize("command", OPTIONS)
def test_help_names_every_option(command: str, runner: CliRunner) -> None:
    result = runner.invoke(cli.app, [command, "--help"])
    assert result.exit_code == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", result.output)
    for option in OPTIONS[command]:
        assert option in text


def test_help_without_a_command_and_the_version(runner: CliRunner) -> None:
    assert all(command in runner.invoke(cli.app, ["-h"]).output for command in OPTIONS)
    version = runner.invoke(cli.app, ["--version"])
    assert version.exit_code == 0
    assert version.output.startswith("groundstation ")


def call_main(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    """As the installed program does it, in this process."""
    monkeypatch.setattr(sys, "argv", ["groundstation", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("arguments", "words"), MISTAKES)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = call_main(arguments, monkeypatch)
    said = capfd.readouterr()
    assert (code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1, said.err
    assert said.err.startswith("groundstation: ")
    assert words in said.err


def test_a_mistake_of_the_real_program_is_one_line_and_exit_code_2() -> None:
    result = run_program("bridge", "--link", "udp:\n[red]:1")
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert "udp:?[red]:1" in result.stderr


@contextlib.contextmanager
def taken_port(kind: int) -> Iterator[int]:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.parametrize("command", ["broker", "broker iotcore", "bridge", "bridge tcpin", "simulate"])
def test_a_port_in_use_is_one_line_and_exit_code_1(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with taken_port(socket.SOCK_STREAM if "broker" in command or "tcpin" in command else socket.SOCK_DGRAM) as port:
        arguments = {
            "broker": ("broker", "--port", str(port)),
            "broker iotcore": ("broker", "--kind", "iotcore", "--port", str(port)),
            "bridge": ("bridge", "--link", f"udpin:127.0.0.1:{port}"),
            "bridge tcpin": ("bridge", "--link", f"tcpin:127.0.0.1:{port}"),
            "simulate": ("simulate", "--vehicles", "1", "--link", f"udpin:127.0.0.1:{port}"),
        }[command]
        assert call_main(arguments, monkeypatch) == 1
    lines = [one for one in capfd.readouterr().err.splitlines() if "Ctrl-C ends it" not in one]
    assert len(lines) == 1
    assert str(port) in lines[0]


def test_more_vehicles_than_open_sockets_are_one_line_and_exit_code_1() -> None:
    command = f"ulimit -n 64; exec {sys.executable} -m groundstation simulate --vehicles 100 --link udpout:127.0.0.1:9"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "100 vehicles need more open sockets than allowed; simulate fewer" in done.stderr


@pytest.mark.parametrize(("speed", "is_told"), [("100000000", True), ("0.01", False)])
def test_a_simulator_that_was_too_slow_says_so_at_its_end(speed: str, is_told: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as station:
        station.bind(("127.0.0.1", 0))
        station.settimeout(PATIENCE_S)
        link = f"udpout:127.0.0.1:{station.getsockname()[1]}"
        program = Program("simulate", "--vehicles", "1", "--link", link, "--speed", speed)
        try:
            wait_until(lambda: "Ctrl-C ends them" in program.said)
            if is_told:
                station.recv(65536)  # it flies, and is late already
            assert program.end()[0] == 0
            assert ("too slow for 1 vehicles and left out" in program.said.replace("\n", " ")) is is_told, program.said
        finally:
            program.close()


def fill(bus: FakeBus) -> None:
    """A vehicle with a position, and one of which only its heartbeat is known."""
    bench = Bench()
    bench.bus.sent = bus.sent
    bench.run(2.0, (bench.peer("a"), Autopilot(1)), position=True)
    bench.run(2.0, (bench.peer("b"), Autopilot(2)))


def test_watch_prints_json_lines_with_every_kind(mosquitto_broker: BrokerChild) -> None:
    bus = FakeBus()
    fill(bus)
    worker = MqttWorker(
        parse_broker_url(mosquitto_broker.url), client_id="filler", echo_topic="echo", on_message=lambda _: None
    )
    worker.start()
    try:
        wait_until(lambda: worker.status.state is BusState.CONNECTED)
        worker.publish([Outgoing(one.topic, one.payload, 1, retain=True) for one in bus.sent])
        for duration_s in (1.2, 10.0, 60.0):
            words = ("--broker", mosquitto_broker.url, "--json", "--duration", str(duration_s), "--period", "0.2")
            result = run_program("watch", *words)
            # on a busy machine it is over before it is connected
            if result.stdout:
                break
    finally:
        worker.stop()
    assert (result.returncode, result.stderr) == (0, "")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(one["root"], one["id"]) for one in lines} == {("fleet", "uav-1"), ("fleet", "uav-2")}
    for line in lines:
        assert set(line) == {"id", "root", "state"}
        assert set(KINDS) <= set(line["state"])
    first = [one["state"] for one in lines if one["id"] == "uav-1"][-1]
    second = [one["state"] for one in lines if one["id"] == "uav-2"][-1]
    assert first["position"]["lat_deg"] == 41.0
    assert first["connection"]["state"] == "online"
    assert second["position"] is None
    assert second["gps"] == []
    assert "position" not in second["ages_s"]


def test_watch_without_a_broker_ends_in_time_and_says_so() -> None:
    for duration_s in (0.5, 5.0, 30.0):
        words = ("--broker", f"mqtt://127.0.0.1:{free_port()}", "--json", "--duration", str(duration_s))
        result = run_program("watch", *words)
        # on a busy machine it is over before it has tried
        if "nothing listens" in result.stderr:
            break
    assert (result.returncode, result.stdout) == (1, "")
    assert "never connected" in result.stderr
    assert "nothing listens" in result.stderr


def test_doctor_tells_what_it_found() -> None:
    result = run_program("doctor", "--json")
    findings = json.loads(result.stdout)
    names = {one["name"] for one in findings}
    assert {"Python", "Libraries", "Broker", "Display", "Serial ports", "UDP port 14550", "Disk", "Open files"} <= names
    needs = [one for one in findings if one["is_needed"] and not one["is_good"]]
    assert result.returncode == (1 if needs else 0)
    assert all(one["remedy"] for one in findings if not one["is_good"])


def test_doctor_shows_a_table(runner: CliRunner) -> None:
    result = runner.invoke(cli.app, ["doctor"])
    assert result.exit_code in (0, 1)
    assert "Python" in result.output


@pytest.mark.long
def test_a_remedy_of_doctor_is_a_line_that_can_be_copied() -> None:
    bare = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    findings = json.loads(run_program("doctor", "--json", **bare).stdout)
    remedies = {one["name"]: one["remedy"] for one in findings if not one["is_good"]}
    assert "Display" in remedies
    lines = run_program("doctor", **bare, COLUMNS="40").stdout.splitlines()
    assert {f"{name}: {remedy}" for name, remedy in remedies.items()} <= set(lines)


def test_topics_of_the_filler_are_the_fleets() -> None:
    bus = FakeBus()
    fill(bus)
    assert all(topics.parse(one.topic) is not None for one in bus.sent)


def test_all_vehicles_of_a_bridge_are_named_in_one_go_and_one_of_them_otherwise() -> None:
    names = parse_names(["7=kerkenez:Kerkenez", "*=north-*"])
    assert len(names) == 255
    assert [names[number] for number in (1, 7, 255)] == [
        ("north-1", "north-1"),
        ("kerkenez", "Kerkenez"),
        ("north-255", "north-255"),
    ]
