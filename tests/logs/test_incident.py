# SPDX-License-Identifier: Apache-2.0
"""An incident goes out as one zip and comes in as a session; a zip of anybody's does no harm."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from groundstation.app.replaying.played import Played
from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.commands import Actor
from groundstation.fleet.kinds import KINDS
from groundstation.fleet.large import LargePayload, head_hash
from groundstation.logs import incident, incident_large, large_payloads, session_folder
from groundstation.logs.bookmarks import bookmarks_of
from groundstation.logs.exports import as_mcap
from groundstation.logs.exports.export import export
from groundstation.logs.exports.formats import ExportFormat
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.incident import INCIDENT, Incident, is_incident, unpack
from groundstation.logs.incident_pack import Wish, pack, without_secrets
from groundstation.logs.log import Log, LogError
from groundstation.logs.mcap.mcap_file import MAGIC
from groundstation.logs.open_log import open_log
from groundstation.logs.readers.recorded_messages import messages_in_order
from groundstation.logs.series import SeriesOf
from groundstation.logs.state_at import StateAt
from groundstation.transport.commander import mark
from tests.conftest import shared_log
from tests.support.mcap_check import assert_strictly_sound
from tests.support.sessions import make_session, said_of

AYSE = Actor(op="ayse", gs="gs-1")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = [one for name in ("uav-1", "uav-2") for one in said_of(shared_log("copter_square.tlog"), name)]
    begin_s = min(one.time_s for one in said)
    marks = [
        Bookmark(id=name, at_unix_s=begin_s + at_s, note=name, by=AYSE, vehicle="fleet/uav-1")
        for name, at_s in (("early", 3.0), ("inside", 15.0))
    ]
    marks.append(marks[-1].changed("inside, and\x1b[31m edited", AYSE))
    # set and changed long after the moment that is meant
    said += [
        Played(begin_s + 27.0, mark(one, number).topic, mark(one, number).payload) for number, one in enumerate(marks)
    ]
    made = make_session(tmp_path_factory.mktemp("recordings"), sorted(said, key=lambda one: one.time_s))
    manifest = session_folder.load(made)
    assert manifest is not None
    session_folder.save(made, msgspec.structs.replace(manifest, broker="mqtt://ayse:secret@broker:1883"))
    return made


def begin_of(log: Log) -> float:
    assert log.info.begin_s is not None
    return log.info.begin_s


def packed(path: Path, out: Path, **changes: object) -> tuple[Path, Incident]:
    with open_log(path) as log:
        fields = {"at_s": begin_of(log) + 15.0, "before_s": 3.0, "after_s": 4.0, **changes}
        return out, pack(log, Wish(**fields), out)


@pytest.mark.long
def test_all_of_that_time_is_in_it_and_all_that_was_known_before(session: Path, tmp_path: Path) -> None:
    zipped, about = packed(session, tmp_path / "i.zip", versions={"Python": "3.11"}, commands=b"n\r\n", command_rows=0)
    folder = tmp_path / "unpacked"
    assert unpack(zipped, folder) == about
    for path in folder.glob("*.mcap"):
        assert_strictly_sound(path)
    with open_log(session) as whole, open_log(folder) as part:
        both = [
            [(one.log_ns, one.channel.topic, one.data) for one in messages_in_order(log, _every, about.begin_s, about.end_s)]
            for log in (whole, part)
        ]  # fmt: skip
        assert len(both[0]) > 100
        # marks are told of in bookmarks.json: they were set after the time that they mean
        assert both[0] == both[1]
        for vehicle in ("fleet/uav-1", "fleet/uav-2"):
            was, found = (StateAt(SeriesOf(log, vehicle)).at(about.begin_s) for log in (whole, part))
            for kind in KINDS:
                assert getattr(was, kind) == getattr(found, kind), kind
            assert was.home is not None
            assert was.mode is not None
            assert (found.mode and found.mode.name) == was.mode.name


def _every(channel: object) -> bool:
    return channel is not None


def test_bookmarks_commands_versions_and_words_are_beside_it_and_no_password(session: Path, tmp_path: Path) -> None:
    zipped, about = packed(session, tmp_path / "i.zip", versions={"Qt": "6.9"}, commands=b"n,verb\r\n1,rtl\r\n", command_rows=1)  # fmt: skip
    with zipfile.ZipFile(zipped) as file:
        texts = {name: file.read(name).decode() for name in file.namelist() if not name.endswith(".mcap")}
    assert set(texts) == {INCIDENT, "README.txt", "bookmarks.json", "commands.csv", "session.json"}
    (only,) = json.loads(texts["bookmarks.json"])
    assert (only["id"], only["note"], only["revision"]) == ("inside", "inside, and\x1b[31m edited", 1)
    assert texts["commands.csv"] == "n,verb\r\n1,rtl\r\n"
    assert json.loads(texts[INCIDENT])["versions"] == {"Qt": "6.9"}
    assert "Qt 6.9" in texts["README.txt"]
    assert "inside, and [31m edited" in texts["README.txt"]
    assert not any("secret" in one for one in texts.values())
    assert json.loads(texts["session.json"])["broker"] == "mqtt://broker:1883"
    assert about.commands == 1
    with open_log(session) as log:
        assert [one.id for one in bookmarks_of(log)] == ["early", "inside"]


def test_of_one_vehicle_are_its_file_and_what_belongs_to_none(session: Path, tmp_path: Path) -> None:
    zipped, _ = packed(session, tmp_path / "i.zip", vehicle="uav-2", after_s=60.0)
    with zipfile.ZipFile(zipped) as file:
        assert {one for one in file.namelist() if one.endswith(".mcap")} == {"fleet-uav-2.mcap", "rest.mcap"}


@pytest.mark.parametrize(("name", "vehicle"), [("copter_square.tlog", "1"), ("copter_square.bin", "vehicle")])
def test_of_logs_of_others_all_is_known_at_the_beginning_too(name: str, vehicle: str, tmp_path: Path) -> None:
    zipped, about = packed(shared_log(name), tmp_path / "i.zip")
    unpack(zipped, tmp_path / "unpacked")
    with open_log(shared_log(name)) as whole, open_log(tmp_path / "unpacked") as part:
        was, found = (StateAt(SeriesOf(log, vehicle)).at(about.begin_s + 1.0) for log in (whole, part))
    known = [kind for kind in KINDS if getattr(was, kind)]
    assert len(known) > 5
    # this log on board tells its arming by a disarming alone, that comes later than the incident ends
    of_later = {"mode", "armed"} if name.endswith(".bin") else {"mode"}
    for kind in known:
        if kind not in of_later:
            assert getattr(found, kind), kind
    assert (found.home and found.home.lat_deg) == (was.home and was.home.lat_deg)


def test_an_incident_of_an_imported_log_knows_what_was_before_too(tmp_path: Path) -> None:
    whole_log, imported = shared_log("copter_square.tlog"), tmp_path / "imported.mcap"
    with open_log(whole_log) as log:
        as_mcap.write(log, imported, ExportScope())
    zipped, about = packed(imported, tmp_path / "i.zip")
    unpack(zipped, tmp_path / "unpacked")
    with open_log(whole_log) as whole, open_log(tmp_path / "unpacked") as part:
        was, found = (StateAt(SeriesOf(log, "1")).at(about.begin_s) for log in (whole, part))
        frames = [[one for one in log.frames("1") if one.time_us >= about.begin_s * 1e6] for log in (whole, part)]
    assert [kind for kind in KINDS if getattr(was, kind) != getattr(found, kind)] == []
    assert was.home is not None
    within = [one for one in frames[0] if one.time_us < about.end_s * 1e6]
    assert frames[1] == within


def test_where_nothing_is_there_is_no_zip(session: Path, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no vehicle"):
        packed(session, tmp_path / "i.zip", vehicle="nobody")
    with pytest.raises(LogError, match="nothing between these times"):
        packed(session, tmp_path / "i.zip", at_s=100.0)
    assert list(tmp_path.iterdir()) == []


def test_a_zip_is_named_for_what_it_is(session: Path, tmp_path: Path) -> None:
    zipped, _ = packed(session, tmp_path / "i.zip")
    assert is_incident(zipped)
    with pytest.raises(LogError, match=r"is an incident; unpack it with 'groundstation import i\.zip'"):
        open_log(zipped)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("a.txt", "a")
    assert not is_incident(other)
    with pytest.raises(LogError, match="is a zip; unpack it first"):
        open_log(other)


def test_no_address_keeps_its_password() -> None:
    assert without_secrets('"mqtts://a:b@c:1?ca=x", ws://u@h') == '"mqtts://c:1?ca=x", ws://h'
    assert without_secrets("mail a@b, mqtt://host:1883/p@th") == "mail a@b, mqtt://host:1883/p@th"


# ---- zips of anybody ----

GOOD = {INCIDENT: b'{"source":"s","at_s":1,"begin_s":0,"end_s":2,"time_base":"utc"}', "a.mcap": MAGIC}


def zip_of(path: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def with_(*more: tuple[str | zipfile.ZipInfo, bytes], **changes: bytes) -> list[tuple[str | zipfile.ZipInfo, bytes]]:
    return [*{**GOOD, **changes}.items(), *more]


def link() -> zipfile.ZipInfo:
    found = zipfile.ZipInfo("rest.mcap")
    found.external_attr = (stat.S_IFLNK | 0o777) << 16
    return found


HOSTILE: dict[str, Callable[[], list[tuple[str | zipfile.ZipInfo, bytes]]]] = {
    "a way up": lambda: with_(("../evil.mcap", MAGIC)),
    "an absolute name": lambda: with_(("/tmp/evil.mcap", MAGIC)),
    "a drive": lambda: with_(("C:\\evil.mcap", MAGIC)),
    "a folder": lambda: with_(("sub/evil.mcap", MAGIC)),
    "a hidden file": lambda: with_((".lock.mcap", MAGIC)),
    "a program": lambda: with_(("run.sh", b"#!/bin/sh")),
    "a link": lambda: with_((link(), MAGIC)),
    "a name twice": lambda: with_(("A.mcap", MAGIC)),
    "too many files": lambda: with_(*((f"m{number}.mcap", MAGIC) for number in range(incident.MAX_MEMBERS))),
    "a bomb": lambda: with_(**{"a.mcap": MAGIC + bytes(64 << 20)}),
    "a long text": lambda: with_(("README.txt", random.Random(1).randbytes(incident.MAX_TEXT_BYTES + 1))),
    "no recording": lambda: [(INCIDENT, GOOD[INCIDENT])],
    "no incident": lambda: [("a.mcap", MAGIC)],
    "another kind of file": lambda: with_(**{"a.mcap": b"\x7fELF" + bytes(100)}),
    "no sense": lambda: with_(**{INCIDENT: b"["}),
    "deep nonsense": lambda: with_(**{INCIDENT: b"[" * 100_000}),
    "a newer format": lambda: with_(**{INCIDENT: GOOD[INCIDENT][:-1] + b',"v":2}'}),
}


SAID = {
    "a link": "it holds a link",
    "a name twice": "it holds a name twice",
    "too many files": "it holds too many files",
    "a bomb": "it would get too large",
    "a long text": "a text in it is too long",
    "no recording": "there is no recording in it",
    "no incident": f"there is no {INCIDENT} in it",
    "another kind of file": "a.mcap is no recording",
    "no sense": "makes no sense",
    "deep nonsense": "makes no sense",
    "a newer format": "is an incident of a newer groundstation",
}
"""Why; of all others since a name in it is none of ours."""


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_in_one_line_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    zipped = zip_of(tmp_path / "x.zip", HOSTILE[name]())
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(LogError) as caught:
        unpack(zipped, inside / "folder")
    assert "\n" not in str(caught.value)
    assert SAID.get(name, "it holds a file that does not belong there") in str(caught.value)
    assert str(zipped) in str(caught.value)
    assert list(inside.iterdir()) == []
    assert {one.name for one in tmp_path.iterdir()} == {"x.zip", "inside"}


def test_one_that_is_good_is_taken(tmp_path: Path) -> None:
    text = random.Random(1).randbytes(incident.MAX_TEXT_BYTES)
    about = unpack(zip_of(tmp_path / "x.zip", with_(("README.txt", text))), tmp_path / "folder")
    assert about.source == "s"
    assert {one.name for one in (tmp_path / "folder").iterdir()} == {*GOOD, "README.txt"}
    with pytest.raises(LogError, match="is there already"):
        unpack(tmp_path / "x.zip", tmp_path / "folder")


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_a_damaged_zip_is_refused_or_read_as_it_was(place: int, tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, content in with_(**{"a.mcap": MAGIC + b"x" * 50}):
            file.writestr(name, content)
    raw = bytearray(data.getvalue())
    raw[place % len(raw)] ^= 0x55
    (tmp_path / "x.zip").write_bytes(raw)
    try:
        unpack(tmp_path / "x.zip", tmp_path / "folder")
    except LogError:
        assert {one.name for one in tmp_path.iterdir()} == {"x.zip"}
    else:
        assert (tmp_path / "folder" / "a.mcap").read_bytes() == MAGIC + b"x" * 50


def test_a_size_that_lies_is_noticed(tmp_path: Path) -> None:
    zipped = zip_of(tmp_path / "x.zip", with_(**{"a.mcap": MAGIC + bytes(1_000)}))
    raw = zipped.read_bytes()
    size = (len(MAGIC) + 1_000).to_bytes(4, "little")
    assert raw.count(size) == 2
    zipped.write_bytes(raw.replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(LogError):
        unpack(zipped, tmp_path / "folder")
    assert {one.name for one in tmp_path.iterdir()} == {"x.zip"}


# ---- large payloads ----


def large(session: Path, name: str, at_unix_s: float, size: int = 300_000) -> LargePayload:
    data = hashlib.shake_128(name.encode()).digest(size)
    one = LargePayload(
        topic=f"site/../{name}",
        at_unix_s=at_unix_s,
        size_bytes=size,
        sha256=hashlib.sha256(data).hexdigest(),
        head_sha256=head_hash(data),
    )
    (large_payloads.make_folder(session) / large_payloads.file_name(one.sha256)).write_bytes(data)
    large_payloads.add_entry(session, one)
    return one


@pytest.fixture
def with_large(session: Path, tmp_path: Path) -> tuple[Path, list[LargePayload]]:
    """The session with large payloads before, at both edges of, and behind the time of an incident."""
    copy = tmp_path / session.name
    shutil.copytree(session, copy)
    with open_log(session) as log:
        at_s = begin_of(log) + 15.0
    times = {"before": -3.001, "first": -3.0, "last": 4.0, "behind": 4.001}
    return copy, [large(copy, name, at_s + by_s) for name, by_s in times.items()]


def test_large_payloads_of_that_time_go_with_it_and_come_whole(
    with_large: tuple[Path, list[LargePayload]], tmp_path: Path
) -> None:
    session, (_, first, last, _) = with_large
    zipped, _ = packed(session, tmp_path / "i.zip")
    with zipfile.ZipFile(zipped) as file:
        # zeros packed to a thousandth would look like a bomb
        assert {one.compress_type for one in file.infolist() if one.filename.endswith(".bin")} == {zipfile.ZIP_STORED}
    folder = tmp_path / "unpacked"
    unpack(zipped, folder)
    assert large_payloads.entries(folder) == [first, last]
    for one in (first, last):
        path = large_payloads.path_of(folder, one)
        assert path is not None
        assert hashlib.sha256(path.read_bytes()).hexdigest() == one.sha256
    assert len(large_payloads.kept_files(folder)) == 2
    assert "large/: 2 large payloads, each named by its SHA-256\n" in (folder / "README.txt").read_text()


@pytest.mark.parametrize("over", [0, 1])
def test_those_that_have_no_room_are_counted(
    with_large: tuple[Path, list[LargePayload]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: int
) -> None:
    monkeypatch.setattr(incident_large, "MAX_LARGE_BYTES", 600_000 - over)
    session, _ = with_large
    unpack(packed(session, tmp_path / "i.zip")[0], tmp_path / "unpacked")
    assert len(large_payloads.kept_files(tmp_path / "unpacked")) == 2 - over
    assert ("of 1 more the beginning" in (tmp_path / "unpacked" / "README.txt").read_text()) is bool(over)


def test_one_that_was_dropped_costs_no_incident(with_large: tuple[Path, list[LargePayload]], tmp_path: Path) -> None:
    session, (_, first, last, _) = with_large
    (session / "large" / large_payloads.file_name(first.sha256)).unlink()
    unpack(packed(session, tmp_path / "i.zip")[0], tmp_path / "unpacked")
    assert large_payloads.entries(tmp_path / "unpacked") == [first, last]
    assert large_payloads.path_of(tmp_path / "unpacked", first) is None


@pytest.mark.parametrize("name", ["large/x.bin", f"large/{'0' * 64}.bin", f"large/../{'0' * 64}.bin", "large/"])
def test_a_large_payload_that_is_not_what_its_name_says_is_refused(name: str, tmp_path: Path) -> None:
    path = zip_of(tmp_path / "bad.zip", with_((name, b"something else")))
    with pytest.raises(LogError, match="is no incident of groundstation"):
        unpack(path, tmp_path / "unpacked")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.zip"]


def test_an_export_says_that_they_are_beside_the_session(
    with_large: tuple[Path, list[LargePayload]], tmp_path: Path
) -> None:
    made = export(with_large[0], ExportFormat.MCAP, tmp_path / "a.mcap")
    assert [note for note in made.notes if note.startswith("4 large payloads are in it by their beginning")]
    assert not [note for note in export(with_large[0], ExportFormat.KML, tmp_path / "a.kml").notes if "large" in note]
