# SPDX-License-Identifier: Apache-2.0
"""What is exported reads back: by ourselves, and by others' readers."""

from __future__ import annotations

import csv
import errno
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gpxpy
import msgspec
import numpy as np
import pytest
from mcap.reader import SeekingReader

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import CancelledError
from groundstation.logs.exports import as_csv, as_tracks
from groundstation.logs.exports import export as export_module
from groundstation.logs.exports import selection as selection_module
from groundstation.logs.exports.export import export
from groundstation.logs.exports.formats import ExportFormat
from groundstation.logs.exports.selection import ExportScope
from groundstation.logs.flights import flights
from groundstation.logs.log import Log, LogError, LogInfo
from groundstation.logs.mcap import mcap_file
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log
from tests.support.mcap_check import assert_strictly_sound
from tests.support.memory_log import MemoryLog
from tests.support.peer_tlog import pymavlink_log

LOGS = [
    "copter_square.tlog",
    "px4_params.tlog",
    "plane_mission.tlog",
    "uavlogviewer_vtol.tlog",
    "pymavlink_test.bin",
    "dronekit-la_log171.bin",
    "ardupilot_loganalyzer_nan.log",
    "pyulog_sample_log_small.ulg",
]
KML = {"k": "http://www.opengis.net/kml/2.2", "gx": "http://www.google.com/kml/ext/2.2"}


def chosen(**wanted: Any) -> Callable[[Log], ExportScope]:
    return lambda _: ExportScope(**wanted)


def comparable(column: np.ndarray[Any, Any]) -> Any:
    """JSON has no infinity: it comes back as unknown."""
    if column.dtype.kind == "f":
        return np.where(np.isfinite(column), column, np.nan).astype(column.dtype)
    return column


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.long
def test_an_imported_log_is_equal_in_every_message_and_value(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection_module, "ROWS", 3_000)
    path = shared_log(name)
    made = export(path, ExportFormat.MCAP, tmp_path / "out.mcap")
    with open_log(path) as one, open_log(made.path) as other:
        assert other.info.damage.is_none
        assert other.info.vehicles == one.info.vehicles
        assert other.info.time_base is one.info.time_base
        assert [(m.vehicle, m.name, m.count, m.vocabulary, m.fields) for m in other.info.messages] == [
            (m.vehicle, m.name, m.count, m.vocabulary, m.fields) for m in one.info.messages
        ]
        for message in one.info.messages:
            wanted = one.columns(message.name, vehicle=message.vehicle)
            found = other.columns(message.name, vehicle=message.vehicle)
            order = np.argsort(wanted.time_s, kind="stable")
            if message.first_s is not None:
                np.testing.assert_allclose(found.time_s, wanted.time_s[order], atol=2e-6, rtol=0)
            for field, column in wanted.values.items():
                assert found.values[field].dtype == column.dtype, (message.name, field)
                np.testing.assert_array_equal(
                    found.values[field], comparable(column[order]), err_msg=f"{message.name}.{field}"
                )


@pytest.mark.parametrize("name", ["copter_square.tlog", "pymavlink_test.bin", "pyulog_sample_log_small.ulg"])
@pytest.mark.long
def test_an_imported_log_passes_the_librarys_reader_and_a_strict_check(name: str, tmp_path: Path) -> None:
    made = export(shared_log(name), ExportFormat.MCAP, tmp_path / "out.mcap")
    total = assert_strictly_sound(made.path)
    batches = 0
    with made.path.open("rb") as file:
        for _, channel, _ in SeekingReader(file).iter_messages():
            batches += channel.message_encoding != "json"
    if batches:  # a batch is one message with many frames in it
        with open_log(made.path) as log:
            assert made.messages == total - batches + len(list(log.frames()))
    else:
        assert made.messages == total


@pytest.mark.parametrize("name", ["copter_square.tlog", "plane_mission.tlog", "px4_0_square.tlog"])
def test_a_telemetry_log_comes_back_byte_for_byte(name: str, tmp_path: Path) -> None:
    path = shared_log(name)
    recording = export(path, ExportFormat.MCAP, tmp_path / "out.mcap").path
    back = export(recording, ExportFormat.TLOG, tmp_path / "back.tlog")
    assert back.path.read_bytes() == path.read_bytes()


def test_one_vehicle_of_a_telemetry_log_is_what_pymavlink_finds_of_it(tmp_path: Path) -> None:
    made = export(shared_log("copter_square.tlog"), ExportFormat.TLOG, tmp_path / "o.tlog", chosen(vehicle="1"))
    peer, count = pymavlink_log(made.path), 0
    while (message := peer.recv_msg()) is not None:
        assert message.get_srcSystem() == 1
        count += 1
    peer.close()
    assert count == made.messages > 10_000


@pytest.mark.parametrize("name", ["copter_boot.tlog", "dronekit-la_log171.bin", "pyulog_sample_log_small.ulg"])
@pytest.mark.long
def test_csv_has_every_value(name: str, tmp_path: Path) -> None:
    path = shared_log(name)
    made = export(path, ExportFormat.CSV, tmp_path / "out")
    files = {one.relative_to(made.path).with_suffix("").as_posix(): one for one in made.path.rglob("*.csv")}
    with open_log(path) as log:
        many = len({one.vehicle for one in log.info.messages}) > 1
        assert len(files) == len(log.info.messages)
        assert made.messages == sum(one.count for one in log.info.messages)
        for message in log.info.messages:
            name = f"{message.vehicle or 'no-vehicle'}/{message.name}" if many else message.name
            _assert_csv_equal(files[name.replace(" ", "-")], log, message.vehicle, message.name)


def _assert_csv_equal(path: Path, log: Log, vehicle: str, message: str) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        head, *table = list(csv.reader(file))
    wanted = log.columns(message, vehicle=vehicle)
    place = 1
    for field, column in wanted.values.items():
        width = column.shape[1] if column.ndim > 1 else 1
        for number in range(width):
            assert head[place] == (f"{field}[{number}]" if column.ndim > 1 else field)
            values = column[:, number] if column.ndim > 1 else column
            texts = [row[place] for row in table]
            if values.dtype.kind in "fiu":
                found = np.array([one or "nan" for one in texts]) if values.dtype.kind == "f" else np.array(texts)
                np.testing.assert_array_equal(found.astype(values.dtype), values, err_msg=f"{message}.{field}")
            elif values.dtype == object:
                assert texts == [one.hex() if isinstance(one, bytes) else str(one) for one in values.tolist()]
            place += 1


def test_one_message_is_one_file_from_one_time_to_another(tmp_path: Path) -> None:
    path = shared_log("copter_square.tlog")
    with open_log(path) as log:
        begin_s = (log.info.begin_s or 0) + 10
        wanted = log.columns("ATTITUDE", begin_s=begin_s, end_s=begin_s + 5)
    selected = chosen(messages=("ATTITUDE",), begin_s=begin_s, end_s=begin_s + 5)
    made = export(path, ExportFormat.CSV, tmp_path / "a.csv", selected)
    assert made.path.is_file()
    assert made.messages == wanted.time_s.size > 0


@pytest.mark.long
def test_a_part_of_a_recording_is_a_recording(tmp_path: Path) -> None:
    whole = export(shared_log("dronekit-la_log171.bin"), ExportFormat.MCAP, tmp_path / "whole.mcap").path
    with open_log(whole) as log:
        begin_s, end_s = (log.info.begin_s or 0) + 20, (log.info.begin_s or 0) + 40
        wanted = log.columns("ATT", begin_s=begin_s, end_s=end_s)
    part = export(
        whole, ExportFormat.MCAP, tmp_path / "p.mcap", chosen(messages=("ATT", "GPS"), begin_s=begin_s, end_s=end_s)
    )
    assert assert_strictly_sound(part.path) == part.messages
    with open_log(part.path) as log:
        assert {one.name for one in log.info.messages} == {"ATT", "GPS"}
        np.testing.assert_array_equal(log.columns("ATT").values["Roll"], wanted.values["Roll"])


@pytest.mark.long
def test_a_damaged_recording_becomes_a_sound_one(tmp_path: Path) -> None:
    whole = export(shared_log("copter_square.tlog"), ExportFormat.MCAP, tmp_path / "whole.mcap").path
    data = bytearray(whole.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 50] = bytes(50)
    whole.write_bytes(data[:-20_000])
    made = export(whole, ExportFormat.MCAP, tmp_path / "sound.mcap")
    assert any("damaged part" in one for one in made.notes)
    assert any("ends early" in one for one in made.notes)
    assert assert_strictly_sound(made.path) == made.messages


def flown(name: str) -> tuple[list[float], list[float], list[float] | None, int]:
    """Latitude, longitude, height of the positions while it was armed."""
    with open_log(shared_log(name)) as log:
        (flight,) = flights(log)
        found = log.columns(
            "GLOBAL_POSITION_INT", vehicle=flight.vehicle, begin_s=flight.begin_s, end_s=flight.end_s + 1e-6
        )
    values = found.values
    heights = (values["alt"] / 1000).tolist()
    return (values["lat"] / 1e7).tolist(), (values["lon"] / 1e7).tolist(), heights, found.time_s.size


def test_gpx_is_read_by_gpxpy(tmp_path: Path) -> None:
    made = export(shared_log("copter_square.tlog"), ExportFormat.GPX, tmp_path / "o.gpx")
    lat, lon, height, count = flown("copter_square.tlog")
    with made.path.open(encoding="utf-8") as file:
        document = gpxpy.parse(file)
    (track,) = document.tracks
    points = track.segments[0].points
    assert len(points) == count == made.messages
    np.testing.assert_allclose([one.latitude for one in points], lat, atol=1e-7)
    np.testing.assert_allclose([one.longitude for one in points], lon, atol=1e-7)
    np.testing.assert_allclose([one.elevation for one in points], height, atol=1e-3)
    times = [one.time for one in points]
    assert all(one is not None for one in times)
    assert times == sorted(times)  # type: ignore[type-var]


def test_kml_has_positions_heights_and_times(tmp_path: Path) -> None:
    made = export(shared_log("copter_square.tlog"), ExportFormat.KML, tmp_path / "o.kml")
    lat, lon, height, count = flown("copter_square.tlog")
    (track,) = ET.parse(made.path).getroot().iterfind(".//gx:Track", KML)  # noqa: S314 - our own file
    assert track.findtext("k:altitudeMode", namespaces=KML) == "absolute"
    positions = [[float(n) for n in (one.text or "").split()] for one in track.iterfind("gx:coord", KML)]
    np.testing.assert_allclose(positions, np.transpose([lon, lat, height]), atol=1e-3)
    np.testing.assert_allclose(np.array(positions)[:, :2], np.transpose([lon, lat]), atol=1e-7)
    assert len(track.findall("k:when", KML)) == count


def test_geojson_has_positions_heights_and_times(tmp_path: Path) -> None:
    made = export(shared_log("copter_square.tlog"), ExportFormat.GEOJSON, tmp_path / "o.geojson")
    lat, lon, height, count = flown("copter_square.tlog")
    (feature,) = json.loads(made.path.read_bytes())["features"]
    assert feature["geometry"]["type"] == "LineString"
    np.testing.assert_allclose(feature["geometry"]["coordinates"], np.transpose([lon, lat, height]), atol=1e-3)
    assert len(feature["properties"]["coordTimes"]) == count
    assert feature["properties"]["coordTimes"][0].endswith("Z")


class UndatedLog(MemoryLog):
    """A log of an autopilot that never learnt the date."""

    @property
    def info(self) -> LogInfo:
        return msgspec.structs.replace(super().info, time_base=TimeBase.BOOT)


def test_a_log_without_a_date_gives_a_way_without_times(tmp_path: Path) -> None:
    log = UndatedLog().vehicle("1")
    log.add("1", "GLOBAL_POSITION_INT", [1.0, 2.0], lat=[410000000, 410000010], lon=[390000000, 390000010])
    as_tracks.write_kml(log, tmp_path / "o.kml", ExportScope())
    (line,) = ET.parse(tmp_path / "o.kml").getroot().findall(".//k:LineString", KML)  # noqa: S314
    assert line.findtext("k:altitudeMode", namespaces=KML) == "clampToGround"
    as_tracks.write_gpx(log, tmp_path / "o.gpx", ExportScope())
    points = gpxpy.parse((tmp_path / "o.gpx").read_text()).tracks[0].segments[0].points
    assert [(one.time, one.elevation) for one in points] == [(None, None), (None, None)]
    as_tracks.write_geojson(log, tmp_path / "o.json", ExportScope())
    (feature,) = json.loads((tmp_path / "o.json").read_bytes())["features"]
    assert feature["properties"]["times_s"] == [1.0, 2.0]


@pytest.mark.parametrize("name", LOGS)
def test_what_a_log_says_is_its_first_time_is_found_from_there_on(name: str) -> None:
    with open_log(shared_log(name)) as log:
        for one in log.info.messages:
            if one.first_s is not None and one.last_s is not None:
                found = log.columns(one.name, vehicle=one.vehicle, begin_s=one.first_s)
                assert found.time_s.size == one.count, one.name
                before = log.columns(one.name, vehicle=one.vehicle, end_s=one.last_s)
                assert 0 <= before.time_s.size < one.count


@pytest.mark.parametrize(
    ("form", "wanted", "message"),
    [
        (ExportFormat.TLOG, {}, "no MAVLink frames"),
        (ExportFormat.CSV, {"messages": ("NOPE",)}, "no message 'NOPE'"),
        (ExportFormat.MCAP, {"vehicle": "7"}, "no vehicle '7'"),
        (ExportFormat.KML, {"begin_s": 9e9}, "no position"),
        (ExportFormat.CSV, {"begin_s": 9e9, "messages": ("ATT",)}, "nothing of that between these times"),
        (ExportFormat.MCAP, {"begin_s": 9e9, "messages": ("ATT",)}, "nothing of that between these times"),
    ],
)
def test_what_can_t_be_made_is_said_and_nothing_is_left(
    form: ExportFormat, wanted: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(LogError, match=message):
        export(shared_log("dronekit-la_log171.bin"), form, tmp_path / f"o.{form}", chosen(**wanted))
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    path, out = shared_log("copter_boot.tlog"), tmp_path / "o.mcap"
    out.write_text("precious")
    with pytest.raises(LogError, match="is there already; give another name with -o, or replace it with --force"):
        export(path, ExportFormat.MCAP, out)
    assert out.read_text() == "precious"
    export(path, ExportFormat.MCAP, out, may_replace=True)
    with open_log(out) as log:
        assert log.info.messages


def test_the_log_itself_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    path.write_bytes(shared_log("copter_boot.tlog").read_bytes())
    with pytest.raises(LogError, match="is the log itself"):
        export(path, ExportFormat.TLOG, path, may_replace=True)


def test_a_folder_with_other_things_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "o"
    out.mkdir()
    (out / "thesis.txt").write_text("precious")
    with pytest.raises(LogError, match="other things in it"):
        export(shared_log("copter_boot.tlog"), ExportFormat.CSV, out, may_replace=True)


@pytest.mark.parametrize("form", list(ExportFormat))
def test_a_cancelled_export_leaves_nothing(form: ExportFormat, tmp_path: Path) -> None:
    def stop(share: float) -> None:
        if share > export_module.OPENING:
            raise CancelledError("no more")

    with pytest.raises(CancelledError):
        export(shared_log("copter_square.tlog"), form, tmp_path / f"o.{form}", on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_forward_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    export(shared_log("copter_square.tlog"), ExportFormat.MCAP, tmp_path / "o.mcap", on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_full_disk_is_said_and_nothing_half_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = mcap_file.McapFile.flush
    calls = 0

    def full(file: mcap_file.McapFile) -> None:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(file)

    monkeypatch.setattr(mcap_file.McapFile, "flush", full)
    with pytest.raises(LogError, match=r"can't be written \(No space left on device\); choose another place"):
        export(shared_log("copter_boot.tlog"), ExportFormat.MCAP, tmp_path / "o.mcap")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    out = tmp_path / "o"
    out.mkdir()
    (out / "mine.csv").write_text("precious")
    with pytest.raises(LogError, match="is a folder; give the name of a file in it"):
        export(shared_log("copter_boot.tlog"), ExportFormat.MCAP, out, may_replace=True)
    assert (out / "mine.csv").read_text() == "precious"


@pytest.mark.parametrize("name", ["", ".", ".."])
@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.MCAP])
def test_what_is_no_name_is_said(
    name: str, form: ExportFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(LogError, match="is no name"):
        export(shared_log("copter_boot.tlog"), form, Path(name), may_replace=True)


def test_a_name_that_no_disk_takes_is_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="can't be written"):
        export(shared_log("copter_boot.tlog"), ExportFormat.MCAP, tmp_path / ("n" * 300))


def test_a_folder_that_can_t_be_put_in_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = export(shared_log("copter_boot.tlog"), ExportFormat.CSV, tmp_path / "o").path
    names, replace = sorted(one.name for one in out.rglob("*")), Path.replace

    def refused(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise PermissionError(errno.EACCES, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(LogError, match="can't be written"):
        export(shared_log("copter_boot.tlog"), ExportFormat.CSV, out, may_replace=True)
    assert sorted(one.name for one in out.rglob("*")) == names
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_may_be_replaced_by_a_new_one(tmp_path: Path) -> None:
    path, out = shared_log("copter_boot.tlog"), tmp_path / "o"
    export(path, ExportFormat.CSV, out)
    (out / "old.csv").touch()
    export(path, ExportFormat.CSV, out, may_replace=True)
    assert not (out / "old.csv").exists()
    assert list(tmp_path.iterdir()) == [out]


def test_a_part_of_an_imported_telemetry_log_is_that_part_of_the_telemetry_log(tmp_path: Path) -> None:
    path = shared_log("copter_square.tlog")
    whole = export(path, ExportFormat.MCAP, tmp_path / "whole.mcap").path
    with open_log(path) as log:
        begin_s = (log.info.begin_s or 0) + 10
    wanted = chosen(vehicle="1", begin_s=begin_s, end_s=begin_s + 10)
    part = export(whole, ExportFormat.MCAP, tmp_path / "part.mcap", wanted).path
    frames = export(part, ExportFormat.TLOG, tmp_path / "part.tlog").path
    assert frames.read_bytes() == export(path, ExportFormat.TLOG, tmp_path / "o.tlog", wanted).path.read_bytes()
    with open_log(part) as log:
        assert [one.id for one in log.info.vehicles] == ["1"]
    with part.open("rb") as file:
        topics = {channel.topic for _, channel, _ in SeekingReader(file).iter_messages()}
    assert "mavlink/1/ATTITUDE" in topics
    assert not any(one.startswith("mavlink/255/") for one in topics)


def in_memory(*names: tuple[str, str]) -> MemoryLog:
    log = MemoryLog()
    for vehicle in {one for one, _ in names}:
        log.vehicle(vehicle)
    for vehicle, message in names:
        log.add(vehicle, message, [1.0, 2.0, 3.0], n=[1, 2, 3])
    return log


def test_names_of_tables_are_none_that_a_disk_refuses(tmp_path: Path) -> None:
    names = [("..", "../../x"), ("..", "con"), ("CON", "a:b"), ("CON", "a;b"), ("CON", "LPT1.x"), ("CON", "A:B")]
    out = tmp_path / "o"
    as_csv.write(in_memory(*names), out, ExportScope())
    assert sorted(one.relative_to(out).as_posix() for one in tmp_path.rglob("*.csv")) == [
        "-/-..-x.csv", "-/-con.csv", "-CON/-LPT1.x.csv", "-CON/A-B.csv", "-CON/a-b 2.csv", "-CON/a-b 3.csv",
    ]  # fmt: skip


def test_a_log_of_large_messages_is_gone_through_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection_module, "BYTES", 1_000)
    log = in_memory(("1", "PICTURE"), ("1", "OTHER"))
    info = msgspec.structs.replace(log.info, size_bytes=10_000)
    monkeypatch.setattr(MemoryLog, "info", property(lambda _: info))
    assert len(list(selection_module.spans(log, info.messages, ExportScope()))) == 10
    assert len(list(selection_module.spans(log, info.messages[:1], ExportScope()))) == 5
