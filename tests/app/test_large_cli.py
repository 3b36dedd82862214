# SPDX-License-Identifier: Apache-2.0
"""`groundstation recordings large`: what is large in a session is listed, looked into, saved."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from groundstation.app.cli import app
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.large import LargePayload, head_hash
from groundstation.fleet.progress import CancelledError
from groundstation.logs import large_payloads, session_folder
from groundstation.logs.log import LogError
from groundstation.logs.session_folder import Manifest, SessionState

NAME = "2026-05-31_08-15-00"
CAMERA = bytes(range(256)) * 2_000 + b"the end"
TOPIC = "site/kamera ı/\u202e\nresim"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(topic: str, data: bytes, at_unix_s: float = 1_780_215_300.0) -> LargePayload:
    return LargePayload(
        topic=topic, at_unix_s=at_unix_s, size_bytes=len(data), sha256=sha(data), head_sha256=head_hash(data), qos=1
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A session with a picture that came twice, and one that was dropped."""
    folder = tmp_path / "out" / NAME
    (folder / "large").mkdir(parents=True)
    session_folder.save(folder, Manifest(name=NAME, state=SessionState.CLOSED, began_unix_s=1_000.0))
    (folder / "large" / large_payloads.file_name(sha(CAMERA))).write_bytes(CAMERA)
    for one in (entry(TOPIC, CAMERA), entry("site/gone", b"gone"), entry("site/other", CAMERA, 1e300)):
        large_payloads.add_entry(folder, one)
    return folder.parent


def run(out: Path, *words: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "160", "TERM": "dumb", "NO_COLOR": "1"})
    return runner.invoke(app, ["recordings", "large", *words, "--recordings", str(out)])


def test_they_are_listed_the_oldest_first(out: Path) -> None:
    lines = [line.strip().split(maxsplit=6) for line in run(out, "list", NAME).stdout.splitlines()]
    assert lines[1] == ["2026-05-31", "08:15:00", "0.5", "MB", sha(CAMERA)[:12], "whole", "site/kamera ı/??resim"]
    assert lines[2][2:] == ["0.0", "MB", sha(b"gone")[:12], "dropped", "site/gone"]
    assert lines[3][-1].endswith("site/other")
    document = json.loads(run(out, "list", NAME, "--json").stdout)
    assert [one["topic"] for one in document] == [TOPIC, "site/gone", "site/other"]
    assert [one["path"] is None for one in document] == [False, True, False]
    assert document[0]["sha256"] == sha(CAMERA)


def test_a_session_without_any_says_so(out: Path) -> None:
    folder = out / "2026-06-01_10-00-00"
    folder.mkdir()
    session_folder.save(folder, Manifest(name=folder.name, state=SessionState.CLOSED, began_unix_s=1.0))
    assert run(out, "list", folder.name).stdout == f"no large payloads came in {folder.name}\n"
    assert json.loads(run(out, "list", folder.name, "--json").stdout) == []
    assert isinstance(run(out, "list", "2020-01-01_00-00-00").exception, GroundStationError)


def test_head_and_tail_are_shown_with_length_and_hash(out: Path) -> None:
    text = run(out, "show", NAME, "site/other", "--bytes", "32").stdout
    assert "512,007 bytes" in text
    assert sha(CAMERA) in text
    rows = [line for line in text.splitlines() if "  " in line and line[:6].strip("0123456789abcdef") == ""]
    assert [row.split()[0] for row in rows] == ["000000", "000010", "07cfe0", "07cff0", "07d000"]
    assert rows[0].endswith("................")
    assert rows[-1].endswith("the end")
    part = run(out, "show", NAME, sha(CAMERA)[:4], "--at", "-7", "--bytes", "3").stdout
    assert part.splitlines()[-1] == f"07d000  74 68 65{' ' * 15}  {' ' * 23}  the"


@pytest.mark.parametrize("which", [sha(CAMERA), sha(CAMERA)[:4].upper(), TOPIC])
def test_one_is_saved_whole(out: Path, tmp_path: Path, which: str) -> None:
    target = tmp_path / "saved"
    result = run(out, "save", NAME, which, "-o", str(target))
    assert result.exit_code == 0, result.exception
    assert target.read_bytes() == CAMERA
    assert sha(CAMERA) in result.stdout
    assert isinstance(run(out, "save", NAME, which, "-o", str(target)).exception, UsageError)
    assert run(out, "save", NAME, which, "-o", str(target), "--force").exit_code == 0
    assert [one.name for one in tmp_path.iterdir() if ".part" in one.name] == []


@pytest.mark.parametrize(
    ("which", "words"),
    [("site/none", "no large payload"), (sha(CAMERA)[:3], "no large payload"), ("site/gone", "dropped")],
)
def test_what_is_not_there_is_said(out: Path, tmp_path: Path, which: str, words: str) -> None:
    problem = run(out, "save", NAME, which, "-o", str(tmp_path / "saved")).exception
    assert isinstance(problem, GroundStationError)
    assert words in str(problem)


def test_a_beginning_that_several_have_is_asked_about(out: Path, tmp_path: Path) -> None:
    one = entry("site/x", b"x")
    for letter in "ab":
        large_payloads.add_entry(out / NAME, LargePayload(**{**_fields(one), "sha256": "0123" + letter * 60}))
    problem = run(out, "save", NAME, "0123", "-o", str(tmp_path / "saved")).exception
    assert "begins several" in str(problem)


def _fields(one: LargePayload) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


def test_a_file_that_is_damaged_is_not_handed_out(out: Path, tmp_path: Path) -> None:
    path = out / NAME / "large" / large_payloads.file_name(sha(CAMERA))
    path.write_bytes(b"X" + CAMERA[1:])
    problem = run(out, "save", NAME, TOPIC, "-o", str(tmp_path / "saved")).exception
    assert "is damaged" in str(problem)
    assert not (tmp_path / "saved").exists()
    path.write_bytes(CAMERA[1:])
    assert "dropped" in str(run(out, "save", NAME, TOPIC, "-o", str(tmp_path / "saved")).exception)


def test_a_copy_can_be_cancelled_and_leaves_nothing(out: Path, tmp_path: Path) -> None:
    def not_wanted(share: float) -> None:
        assert 0.0 < share <= 1.0
        raise CancelledError("not wanted any more")

    path, target = out / NAME / "large" / large_payloads.file_name(sha(CAMERA)), tmp_path / "saved"
    target.write_bytes(b"before")
    with pytest.raises(CancelledError):
        large_payloads.save(path, entry(TOPIC, CAMERA), target, not_wanted)
    assert target.read_bytes() == b"before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "saved"]
    with pytest.raises(LogError, match="a folder"):
        large_payloads.save(path, entry(TOPIC, CAMERA), tmp_path)
