# SPDX-License-Identifier: Apache-2.0
"""What a vehicle or a device says can't steer a spreadsheet or a terminal through CSV; asked for exactly, it reads back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from groundstation.app.cli import app
from groundstation.fleet.errors import UsageError
from groundstation.logs.mcap.mcap_file import McapFile
from tests.support.mcaps import BEGIN_NS, METADATA, S

HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x1b[31mred",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj",
    "\0=1",
    "half \ud800",
    'plain, "quoted"\nand long',
    "Doğan\N{NO-BREAK SPACE}1",
]
STEERING = "\x1b\0\N{RIGHT-TO-LEFT OVERRIDE}\ud800"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a.mcap"
    with McapFile(made) as file:
        channel = file.channel("lab/x", "json", METADATA)
        for second, text in enumerate(HOSTILE):
            said = json.dumps({"=n": -1.5, "says": text}).encode()
            file.add(channel, BEGIN_NS + second * S, BEGIN_NS + second * S, second, said)
    return made


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def exported(path: Path, *more: str) -> bytes:
    out = path.with_suffix(".csv")
    done = run("export", path, "--message", "lab/x", "-o", out, "--force", *more)
    assert done.exit_code == 0, done.output
    return out.read_bytes()


def columns(path: Path, *more: str) -> bytes:
    done = run("log", "columns", path, "lab/x", "--csv", *more)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8", "surrogatepass"), newline="")))


@pytest.mark.parametrize("way", [exported, columns])
def test_csv_holds_nothing_that_is_obeyed(way, path: Path) -> None:
    data = way(path)
    heading, *lines = table(data)
    assert heading == ["time_s", "'=n", "says"]
    assert len(lines) == len(HOSTILE)
    assert {line[1] for line in lines} == {"-1.5"}
    for _, _, text in lines:
        assert not text.lstrip(" ").startswith(("=", "+", "-", "@"))
        assert text.translate(dict.fromkeys(map(ord, "\t\r\n"))).isprintable(), text
    assert not any(one in data.decode() for one in STEERING)
    assert lines[0][2] == "'" + HOSTILE[0]


@pytest.mark.parametrize("way", [exported, columns])
def test_exactly_it_reads_back_letter_by_letter(way, path: Path) -> None:
    heading, *lines = table(way(path, "--exact"))
    assert heading == ["time_s", "=n", "says"]
    assert [line[2] for line in lines] == HOSTILE


def test_exactness_where_it_means_nothing_is_refused(path: Path) -> None:
    assert isinstance(run("log", "columns", path, "lab/x", "--exact").exception, UsageError)
    assert isinstance(run("export", path, "-o", path.with_suffix(".kml"), "--exact").exception, UsageError)
