# SPDX-License-Identifier: Apache-2.0
"""A link that somebody planted where a file of ours goes is not followed: what it points to stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundstation.app.cli import app
from groundstation.app.left_behind import Note, NoteFile, running
from groundstation.app.recorder_process import wait_for_turn
from groundstation.fleet.errors import GroundStationError
from groundstation.logs import session_folder
from groundstation.logs.exports.export import export
from groundstation.logs.exports.formats import ExportFormat
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.mcap.chunk_ledger import ChunkLedger
from groundstation.logs.mcap.mcap_file import Layout, McapFile
from groundstation.logs.own_files import new_file, no_links
from groundstation.logs.session_folder import Manifest, SessionState
from groundstation.recording import mcap_scan, session
from tests.conftest import shared_log

SECRET = b"precious"


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    """What a link points to; looked at in the end."""
    made = tmp_path / "elsewhere" / "precious"
    made.parent.mkdir()
    made.write_bytes(SECRET)
    yield made
    assert made.read_bytes() == SECRET
    assert sorted(one.name for one in made.parent.iterdir()) == ["precious"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


def test_files_that_are_written_whole(secret: Path, folder: Path) -> None:
    for place in (folder / ".a.new", folder / "a"):
        place.symlink_to(secret)
    session_folder.write_whole(folder / "a", b"new")
    assert (folder / "a").read_bytes() == b"new"
    assert not (folder / "a").is_symlink()


def test_the_manifest_and_the_numbers_of_a_session(secret: Path, folder: Path) -> None:
    one = session.begin(folder, 0.0)
    (one / f".{session_folder.MANIFEST}.new").symlink_to(secret)
    (one / session_folder.MANIFEST).symlink_to(secret)
    session_folder.save(one, Manifest(name=one.name, state=SessionState.RECORDING, began_unix_s=0.0))
    assert session_folder.load(one) is not None


def test_the_helpers_beside_a_growing_file(secret: Path, folder: Path) -> None:
    path = folder / "fleet-uav-1.mcap"
    ledger = ChunkLedger(path)
    for suffix in (".index", ".layout", ".layout.new"):
        (folder / f"{path.name}{suffix}").symlink_to(secret)
    path.write_bytes(b"x" * 100)
    layout = Layout(end=50)
    ledger.put(layout, b"record")
    ledger.checkpoint(layout)
    ledger.restart(layout, 3, b"more")
    ledger.checkpoint(layout)
    assert not any(one.is_symlink() for one in folder.iterdir())


def test_a_recording_that_is_begun_and_one_that_is_mended(secret: Path, folder: Path) -> None:
    (folder / "a.mcap").symlink_to(secret)
    with pytest.raises(OSError, match="exists"):
        McapFile(folder / "a.mcap")
    (folder / "a.mcap").unlink()
    (folder / "a.mcap").symlink_to(secret)
    with pytest.raises(OSError, match=r"\w"):
        mcap_scan.mend(folder / "a.mcap", close=True)


@pytest.mark.parametrize("lock", ["session", "recorder", "note"])
def test_locks_and_notes(lock: str, secret: Path, folder: Path) -> None:
    if lock == "session":
        (folder / session_folder.LOCK).symlink_to(secret)
        with pytest.raises(OSError, match=r"\w"):
            session.lock(folder)
    elif lock == "recorder":
        import hashlib
        import threading

        name = hashlib.sha256(b"mqtt://b").hexdigest()[:8]
        (folder / f".recorder-{name}.lock").symlink_to(secret)
        with pytest.raises(GroundStationError, match="can't record"):
            wait_for_turn(folder, "mqtt://b", threading.Event())
    else:
        import os

        me = running(os.getpid())
        assert me is not None
        file = NoteFile(folder)
        (folder / f".{file._path.name}.new").symlink_to(secret)
        file._path.symlink_to(secret)
        file.write(Note(owner=me, plan="", broker_port=1, link=""))
        assert not file._path.is_symlink()


@pytest.mark.parametrize("form", list(ExportFormat))
def test_exports(form: ExportFormat, secret: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstation.logs.exports.export.os.getpid", lambda: 7)
    out = folder / f"out.{form.value}"
    # whoever is quick plants it between the look and the writing
    monkeypatch.setattr(
        "groundstation.logs.exports.export._delete", planting(out.with_name(f".{out.name}.7.part"), secret)
    )
    name = "HEARTBEAT" if form is ExportFormat.CSV else ()
    selected: Callable[..., ExportScope] = lambda log: ExportScope(messages=(name,) if name else (), vehicle="1")  # noqa: E731
    try:
        export(shared_log("copter_square.tlog"), form, out, selected)
    except GroundStationError:
        assert form is ExportFormat.MCAP  # which is begun where nothing may be
    else:
        assert not out.is_symlink()


def planting(place: Path, secret: Path) -> Callable[[Path], None]:
    from groundstation.logs.exports.export import _delete

    def delete(path: Path) -> None:
        _delete(path)
        if path == place and not planted:
            planted.append(path)
            place.symlink_to(secret)

    planted: list[Path] = []
    return delete


def test_reports_and_the_journal(secret: Path, folder: Path) -> None:
    for name in ("a.html", ".a.html.new", "j.csv", ".j.csv.new"):
        (folder / name).symlink_to(secret)
    words = ["report", str(shared_log("copter_square.tlog")), "-o", str(folder / "a.html"), "--force"]
    assert CliRunner().invoke(app, words).exit_code == 0
    from groundstation.app import journal_export
    from groundstation.recording.journal import Journal

    journal = Journal(folder / "j.db", "g")
    journal.start()
    journal.stop()
    journal_export.export(folder / "j.db", "", None, folder / "j.csv")
    assert not any((folder / name).is_symlink() for name in ("a.html", "j.csv"))


def test_a_file_of_ours_is_opened_where_it_is_and_a_link_gives_way(secret: Path, folder: Path) -> None:
    for mode in ("ab", "wb"):
        (folder / "x").symlink_to(secret)
        with open(folder / "x", mode, opener=no_links) as file:
            file.write(b"new")
        assert (folder / "x").read_bytes() == b"new"
        (folder / "x").unlink()
    (folder / "y").symlink_to(folder / "missing")
    with new_file(folder / "y") as made:
        made.write(b"1")
    assert not (folder / "missing").exists()
