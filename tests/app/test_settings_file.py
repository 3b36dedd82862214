# SPDX-License-Identifier: Apache-2.0
"""The file of settings on a real disk, and the commands that change it."""

from __future__ import annotations

import tomllib

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from groundstation.app import settings_file, settings_work
from groundstation.app.cli import app
from groundstation.app.ordering import operator_name
from groundstation.app.settings_file import own_recordings, read_settings, settings_path, write_settings
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.settings.settings import Settings, VehicleLook, changed, with_vehicle
from groundstation.logs.session_folder import default_recordings

HAND = """# mine, since 2024
[units]
height = "ft"   # as on the airfield
speed = "kn"

[club]
number = 7  # not yours

[vehicles.uav-1]
call_sign = "Kartal"
"""


@pytest.fixture
def own():
    """This user's file, which goes with the test."""
    path = settings_path()
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_no_file_is_what_was_made(tmp_path):
    assert read_settings(tmp_path / "none.toml") == (Settings(), ())


def test_comments_and_what_is_not_ours_stay(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(HAND)
    found, problems = read_settings(path)
    assert found.units.height == "ft"
    assert len(problems) == 1
    assert "club.number" in problems[0]
    write_settings(changed(changed(found, "units.speed", "m/s"), "window.theme", "light"), path)
    text = path.read_text()
    assert "# mine, since 2024" in text
    assert "# as on the airfield" in text
    assert "number = 7  # not yours" in text
    # one that is as it was made leaves the file
    assert "speed" not in text
    assert read_settings(path)[0].window.theme == "light"
    assert read_settings(path)[0].vehicles == {"uav-1": VehicleLook(call_sign="Kartal")}


def test_vehicles_come_and_go(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(HAND)
    found = with_vehicle(read_settings(path)[0], "uav-2", VehicleLook(colour=4))
    write_settings(found, path)
    assert read_settings(path)[0] == found
    assert tomllib.loads(path.read_text())["vehicles"]["uav-2"] == {"colour": 4}
    write_settings(with_vehicle(found, "uav-1", VehicleLook()), path)
    assert "uav-1" not in read_settings(path)[0].vehicles


def test_what_was_edited_by_hand_meanwhile_stays(tmp_path):
    path = tmp_path / "settings.toml"
    write_settings(changed(Settings(), "units.height", "ft"), path)
    mine = read_settings(path)[0]
    path.write_text(path.read_text() + '\n[sounds]\nalarms = "tone"\n')
    write_settings(replace(changed(mine, "units.climb", "ft/min"), sounds=read_settings(path)[0].sounds), path)
    assert read_settings(path)[0].sounds.alarms == "tone"


@pytest.mark.parametrize("data", [b"units = [", b"\xff\xfe\x00", b"x" * 1_000_001, b"a = 1\na = 2\n"])
def test_a_broken_file_is_told_and_kept_aside(tmp_path, data):
    path = tmp_path / "settings.toml"
    path.write_bytes(data)
    found, [problem] = read_settings(path)
    assert found == Settings()
    [aside] = tmp_path.iterdir()
    assert aside.name in problem
    assert aside.read_bytes() == data
    # and nothing is in the way of a new one
    write_settings(changed(Settings(), "units.height", "ft"), path)
    assert read_settings(path) == (changed(Settings(), "units.height", "ft"), ())


def test_a_disk_that_takes_nothing_is_told_and_the_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text(HAND)

    def full(data, where):
        del data, where
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings_file, "write_whole", full)
    with pytest.raises(GroundStationError, match="No space left"):
        write_settings(changed(Settings(), "units.height", "m"), path)
    assert path.read_text() == HAND


def test_recordings_go_where_it_is_settled(tmp_path):
    assert own_recordings(Settings()) == default_recordings()
    assert own_recordings(changed(Settings(), "recording.folder", str(tmp_path))) == tmp_path


def test_the_name_of_the_operator_is_the_settled_one(own):
    before = operator_name()
    write_settings(changed(Settings(), "operator.name", "Derya"))
    assert operator_name() == "Derya"
    own.unlink()
    assert operator_name() == before


def run(*words):
    return CliRunner().invoke(app, ["settings", *words])


def test_the_commands(own):
    assert run("path").stdout.strip() == str(own)
    assert run("set", "units.height", "ft").exit_code == 0
    assert run("get", "units.height").stdout.strip() == "ft"
    assert run("set", "window.text_size_percent", "150").exit_code == 0
    assert run("name", "uav-1", "Kartal", "--colour", "2").exit_code == 0
    listed = run("list").stdout
    assert "units.height = 'ft'  (one of: m | ft)" in listed
    assert "vehicles.uav-1 = 'Kartal', colour 2" in listed
    assert run("set", "units.height", "").exit_code == 0
    assert read_settings()[0].units.height == "m"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("set", "units.height", "yards"), "none of m, ft"),
        (("set", "units.hight", "ft"), "is 'units.height' meant?"),
        (("set", "window.text_size_percent", "big"), "is no number"),
        (("get", "nothing"), "no such setting"),
        (("name", "a/b", "x"), "no id of a vehicle"),
        (("name", "uav-1", "x" * 25), "longer than 24"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_written(own, words, says):
    result = run(*words)
    assert result.exit_code != 0
    assert says in str(result.exception)
    assert not own.exists()


@pytest.mark.parametrize(("base", "percent", "factor"), [(None, 150, "1.5"), ("2", 150, "3"), (None, 100, None)])
def test_the_size_of_text_is_told_to_qt_and_not_twice(monkeypatch, base, percent, factor):
    for name in (settings_work.SCALE, settings_work.BASE_SCALE):
        monkeypatch.delenv(name, raising=False)
    if base is not None:
        monkeypatch.setenv(settings_work.SCALE, base)
    settings_work.scale_text(percent)
    assert settings_work.os.environ.get(settings_work.SCALE) == factor
    # the program begins again, with what it has set
    settings_work.scale_text(percent)
    assert settings_work.os.environ.get(settings_work.SCALE) == factor
    settings_work.scale_text(100)
    assert settings_work.os.environ.get(settings_work.SCALE, "1") == (base or "1")
