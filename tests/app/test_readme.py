# SPDX-License-Identifier: Apache-2.0
"""Every `sh` block of the README, run line by line in the order in which they stand, as far as a test can.

Addresses are free ports of this computer instead of the README's, and lines without an end are ended when they have said
that they work. What can't be run at all says why.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from groundstation.app.cli import app
from tests.support.brokers import free_port, wait_for_port
from tests.support.screen import x_server
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]
ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
LONGEST_S = 250
"""Only a line that never ends takes so long."""

ENDLESS = {
    "broker": "listens on mqtt://",
    "bridge": "Ctrl-C ends it",
    "simulate": "simulated vehicle",
    "record": "recording mqtt://",
    "alarms run": "alarms of mqtt://",
    "sparkplug": "Ctrl-C ends it",
    "gui": "the window is open",
    "replay tests/data/copter_boot.tlog": "the window is open",
    "replay tests/data/copter_square.tlog --mavlink": "-> udpout:",
}
"""What each says when it works; it then gets a Ctrl-C, and has to end well."""
ENDS = {"simulate --scenario": "it flies to its end"}
"""By the line's first words: why it ends, where its like does not."""
NOT_RUN = {
    "start": "it would take the ports of whoever runs these tests; tests/app/test_start.py starts it on others",
    "make": "it would start these tests, and needs a network; make says what it would do",
    "simulate --sitl": "nobody has built an autopilot there",
    "simulate --scenario tests/data/scenarios/gps_loss_copter.yaml --sitl": "nobody has built an autopilot there",
    "refly tests/data/copter_square.tlog -o real": "nobody has built an autopilot there",
    "gui --broker": "the broker of the example is nobody's",
    "bench": "measures for minutes, against goals that a busy computer misses",
}
"""By the line's first words: why the real command line only parses it."""
SHORTER = {"watch": ("--duration", "2"), "watch --json": ("--duration", "2"), "demo": ("--duration", "2")}
"""Lines that get an end, or an earlier one."""
OTHER_CODES = {
    "command battery < 30": 1,
    "command all land": 12,
    "forget uav-9": 1,
    "params diff": 3,
    "params compare": 3,
}
"""No vehicle of the test is that low, or has that id; one of the two is on the ground and refuses to land; parameters of
one were changed. The lines say so."""


def lines_of(block: str) -> list[list[str]]:
    return [shlex.split(line, comments=True) for line in block.splitlines() if line.strip()]


def row_of(words: list[str], table: dict[str, object]) -> str | None:
    """The longest row that begins as the line does."""
    line = " ".join(words[1:] if words[0] == "groundstation" else words)
    rows = [row for row in table if line == row or line.startswith(f"{row} ")]
    return max(rows, key=len) if rows else None


class World:
    """A computer of the test's own: folder, home, ports; a broker and two copters for the lines that need them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tests").symlink_to(ROOT / "tests")
        self.port = free_port()
        self._ports: dict[str, int] = {"1883": self.port}
        self.session = ""
        homes = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        self.environment = {
            **os.environ, **homes, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb",
            "GROUNDSTATION_BROKER": f"mqtt://127.0.0.1:{self.port}",
        }  # fmt: skip
        self._running: list[tuple[subprocess.Popen[bytes], Path]] = []

    def here(self, words: list[str]) -> list[str]:
        """A line with this computer's ports, and the name of the session that was recorded."""
        changed = [self._port_in(word).replace("2026-05-31_08-15-00", self.session or "none") for word in words]
        if words[0] == "groundstation":
            changed[:1] = [sys.executable, "-m", "groundstation"]
            if words[1] == "broker":
                changed += ["--port", str(self.port)]
        elif words[0] == "mosquitto_pub":
            changed += ["-p", str(self.port)]
        return changed

    def _port_in(self, word: str) -> str:
        if not re.match(r"(udpin|udpout|tcp|tcpin|mqtt):", word):
            return word
        number = word.rpartition(":")[2]
        port = self._ports.setdefault(number, _free_udp())
        return word.replace(f":{number}", f":{port}").replace("0.0.0.0", "127.0.0.1")

    def start(self, words: list[str], says: str) -> None:
        """Start a line and wait until it has said that it works."""
        said = Path(tempfile.mkstemp(dir=self.folder, suffix=".said")[1])
        with said.open("wb") as out:
            process = subprocess.Popen(
                self.here(words),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self._running.append((process, said))

        def works() -> bool:
            assert process.poll() is None, f"{shlex.join(words)} ended: {said.read_text()}"
            return says in said.read_text(errors="replace")

        wait_until(works, LONGEST_S, shlex.join(words))

    def end_all(self, keep: int = 0) -> None:
        """Ctrl-C for everything that was started after the first few; each has to end well."""
        while len(self._running) > keep:
            process, said = self._running.pop()
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(LONGEST_S)
            finally:
                process.kill()  # only one that did not end
            assert (code, "Traceback" in said.read_text(errors="replace")) == (0, False), said.read_text()

    def kill_all(self) -> None:
        """What a failed test has left."""
        for process, _ in self._running:
            process.kill()
            process.wait()

    def run(self, words: list[str]) -> str:
        """Run a line to its end."""
        done = subprocess.run(
            self.here(words), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        row = row_of(words, OTHER_CODES)
        assert done.returncode == (OTHER_CODES[row] if row else 0), f"{shlex.join(words)}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout

    def fly(self) -> None:
        """What the reader of such a block has running already: broker, bridge, two copters."""
        self.start(["groundstation", "broker"], ENDLESS["broker"])
        wait_for_port(self.port)
        self.start(
            ["groundstation", "bridge", "--link", "udpin:127.0.0.1:9", "--root", "sim", "--id", "readme"],
            ENDLESS["bridge"],
        )
        squadron = "simulate --vehicles 2 --flavour copter --ready --link udpout:127.0.0.1:9"
        self.start(["groundstation", *squadron.split()], ENDLESS["simulate"])


def _free_udp() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all blocks, since a later one uses what an earlier one made."""
    made = World(tmp_path_factory.mktemp("reader"))
    with x_server() as address:
        if address is not None:
            made.environment["DISPLAY"] = address
            del made.environment["QT_QPA_PLATFORM"]
        yield made
        made.kill_all()


def parsed(words: list[str]) -> None:
    """The real command line, or the real make, takes it."""
    if words[0] == "make":
        done = subprocess.run(["make", "-n", words[1]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, "setup.sh" in done.stdout) == (0, True), done.stderr
        return
    command = typer.main.get_command(app).commands[words[1]]  # type: ignore[attr-defined]
    command.make_context(words[1], words[2:], resilient_parsing=False)


def first_words(block: str) -> str:
    return " ".join(lines_of(block)[0][:3])


@pytest.mark.parametrize("number", range(len(BLOCKS)), ids=[first_words(block) for block in BLOCKS])
def test_a_block_of_the_readme_does_what_it_says(number: int, world: World) -> None:
    lines = lines_of(BLOCKS[number])
    names = {words[1] for words in lines if words[0] == "groundstation"}
    flies = (
        bool(
            names
            & {
                *("command", "control", "journal", "watch", "record", "replay", "mark", "mission", "params", "alarms"),
                *("procedure", "link"),
            }
        )
        or lines[0][0] == "mosquitto_pub"
    )
    try:
        if flies:
            world.fly()
        for words in lines:
            do(words, world)
    finally:
        world.end_all()


def do(words: list[str], world: World) -> None:
    if row_of(words, NOT_RUN) is not None:
        parsed(words)
        return
    row = row_of(words, SHORTER)
    if row is not None:
        words = [*words, *SHORTER[row]]
    kind = row_of(words, ENDLESS) if row_of(words, ENDS) is None else None
    if words[0] == "mosquitto_pub" and shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto-clients are not installed")
    if kind is not None and ENDLESS[kind] == ENDLESS["gui"] and "DISPLAY" not in world.environment:
        pytest.skip("Xvfb is not installed")
    if kind == "record":
        record(words, world)
    elif kind is not None:
        world.start(words, ENDLESS[kind])
    else:
        said = world.run(words)
        for made in re.findall(r"(?:-o|--csv|--screenshot) ([\w./-]+\.\w+)", " ".join(words)):
            assert (world.folder / made).stat().st_size > 0, words
        if words[1:3] == ["watch", "--json"]:
            assert '"id":"uav-1"' in said


def record(words: list[str], world: World) -> None:
    """Until a vehicle is in it; the lines after it then have a session."""
    before = len(world._running)
    world.start(words, ENDLESS["record"])
    out = world.folder / "recordings"
    wait_until(lambda: any(one.stat().st_size > 20_000 for one in out.glob("*/sim-uav-*.mcap")), LONGEST_S)
    world.end_all(keep=before)
    (session,) = (one for one in out.iterdir() if one.is_dir())
    world.session = session.name


def test_every_reason_belongs_to_a_line() -> None:
    lines = [words for block in BLOCKS for words in lines_of(block)]
    for table in (NOT_RUN, ENDLESS, ENDS, SHORTER, OTHER_CODES):
        assert {row_of(words, table) for words in lines} - {None} == set(table)


def test_what_is_shown_of_files_is_what_they_are() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    files = ("scenarios/gps_loss_copter.yaml", "procedures/take_off_and_land.yaml")
    assert shown == [(ROOT / "tests/data" / one).read_text(encoding="utf-8") for one in files]
