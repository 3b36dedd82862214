# SPDX-License-Identifier: Apache-2.0
"""Looking back while what is recorded changes, goes away, or is no recording at all."""

from __future__ import annotations

import itertools
import shutil
import zipfile
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.alignment import Difference
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.recorder import RecorderState
from groundstation.logs import session_folder
from groundstation.logs.session_folder import SessionState
from groundstation.recording.seek_files import FOLDER
from groundstation.ui.past.compare_bar import difference_text
from groundstation.ui.past.lane_painter import GUTTER, LANE_H, _figures
from groundstation.ui.past.lane_scale import LaneScale
from groundstation.ui.past.typed_time import seconds_from_text, time_from_text
from groundstation.ui.plans.plan_panel import PlanPanel
from tests.conftest import shared_log
from tests.support.flown_session import EPOCH_S
from tests.ui.support.looking_back import KEY, go, looking, session, shown, tell_recorded, wait

__all__ = ["looking", "session"]


def living(window):
    """Names of docks that show a panel of now."""
    panels = {name: window.workspace.named(name) for name in window.workspace.docks}
    return {name for name, panel in panels.items() if panel.isVisible() or panel.parentWidget().currentIndex() == 0}


TIMELESS = {"logbook", "plan", "profile"}
"""It lists files, which have no moment."""


def copied(session, tmp_path):
    return shutil.copytree(session, tmp_path / "20990101-000000-another")


@pytest.mark.long
def test_a_new_session_that_begins_meanwhile_never_brings_the_living_panels_into_the_past(
    looking, station, vehicle, session, tmp_path
):
    station.hear(vehicle)
    at_s = go(looking, 30.0)
    assert living(looking) <= TIMELESS
    other = copied(session, tmp_path)
    tell_recorded(station, session, RecorderState.ENDED)
    tell_recorded(station, other)
    for _ in range(20):
        QApplication.processEvents()
    assert looking.past.banner.isVisible()
    assert living(looking) <= TIMELESS, "a panel that commands stands under the banner of the past"
    # who looks at a moment keeps it
    assert looking.past.look.view.now_s() == at_s
    assert looking.past.look.source == session
    looking.past.look.leave()
    station.feed.age()
    wait(lambda: looking.past.look.told is not None and looking.past.look.source == other)


@pytest.mark.long
def test_a_panel_that_is_added_in_the_past_is_of_the_past(looking, station, vehicle):
    station.hear(vehicle)
    go(looking, 30.0)
    looking.selection.select((KEY,))
    row = next(one for one in looking.workspace.rows if one.name == "vehicle")
    assert looking.workspace.add(row) is not None
    QApplication.processEvents()
    assert living(looking) <= TIMELESS
    assert "ago" in looking.workspace._contents["vehicle-2"]._strip._chip.text()
    twin = looking.workspace.shown("vehicle-2")
    assert twin is not looking.workspace.named("vehicle-2")
    assert twin.isVisible()
    looking.past.look.leave()
    assert "vehicle-2" in living(looking)


@pytest.mark.long
def test_a_session_that_is_deleted_while_it_is_looked_at_is_shown_to_its_end(looking, station, session, tmp_path):
    other = copied(session, tmp_path)
    tell_recorded(station, other)
    wait(lambda: looking.past.look.told is not None and looking.past.look.source == other)
    said = []
    looking.past.look.noticed.connect(said.append)
    go(looking, 30.0)
    shutil.rmtree(other)
    for at_s in (16.0, 31.0, 20.0):
        go(looking, at_s)
        assert {one.key.id for one in looking.past.look.view.fleet} == {"uav-1", "uav-2", "uav-3"}
    assert not said


def test_a_session_that_has_just_begun_is_opened_as_soon_as_something_is_in_it(looking, station, session, tmp_path):
    look, said = looking.past.look, []
    look.noticed.connect(said.append)
    folder = tmp_path / "20990101-000000-begun"
    folder.mkdir()
    tell_recorded(station, folder)
    wait(lambda: look.playback is None)
    assert not said, "nobody had asked for it"
    shutil.copytree(session, folder, dirs_exist_ok=True)
    look._retry_at_s = 0.0
    station.feed.age()
    wait(lambda: look.told is not None)
    assert look.source == folder


@pytest.mark.long
def test_what_a_recorder_of_another_computer_says_opens_no_folder_of_this_one(looking, station, session, tmp_path):
    look, other = looking.past.look, copied(session, tmp_path)
    tell_recorded(station, session, RecorderState.ENDED)
    tell_recorded(station, other, host="another")
    assert look.source == session
    tell_recorded(station, other)
    assert look.source == other


@pytest.mark.long
def test_nothing_is_written_into_a_folder_that_a_broker_names(looking, station, session, tmp_path):
    look, other = looking.past.look, copied(session, tmp_path)
    shutil.rmtree(other / FOLDER)
    session_folder.save(other, msgspec.structs.replace(session_folder.load(other), state=SessionState.CLOSED))
    before = {path: path.stat().st_mtime_ns for path in other.rglob("*")}
    tell_recorded(station, other)
    wait(lambda: look.source == other and look.told is not None)
    go(looking, 30.0)
    look.close(wait_s=60.0)
    assert {path: path.stat().st_mtime_ns for path in other.rglob("*")} == before


@pytest.mark.long
def test_after_a_failure_f9_tries_again(looking):
    look = looking.past.look
    go(looking, 30.0)
    look.playback.failed.emit("the disk is gone")
    assert not look.is_past
    assert look.told is None
    look.toggle()
    shown(looking)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e999", "nan:nan", "9" * 400, "1:" + "9" * 400, "-" + "9" * 400]
)
def test_no_number_that_is_no_time_is_a_time(text):
    found = seconds_from_text(text)
    assert found is None or abs(found) < 1e12


@pytest.mark.parametrize("text", ["-" + "9" * 400 + ":00:00", "-" + "9" * 5000 + ":00:00", "-" + "9" * 400 + " h"])
def test_a_time_of_thousands_of_digits_is_none(text):
    assert time_from_text(text, EPOCH_S, None) is None


def test_a_time_before_the_end_of_a_log_without_date():
    assert seconds_from_text("-14:20", 1000.0) == pytest.approx(140.0)
    assert seconds_from_text("-90 s", 1000.0) == pytest.approx(910.0)
    assert seconds_from_text("1:02:03") == 3723.0
    assert seconds_from_text("62.5") == 62.5


def test_played_backwards_it_stands_at_the_beginning(looking):
    look = looking.past.look
    go(looking, 0.3)
    look.playing.set_rate(100.0)
    look.playing.reverse()
    wait(lambda: look.view.timeline.rate == 0.0)
    assert look.view.now_s() == pytest.approx(look.told.extent.begin_s)


def test_keys_that_are_held_down_do_it_once(looking):
    once = {"F9", "B", "Space", "J", "Ctrl+G"}
    found = {one.key().toString(): one.autoRepeat() for one in looking.findChildren(QShortcut)}
    assert {name: found[name] for name in once} == dict.fromkeys(once, False)
    assert found["Right"]


@pytest.mark.long
def test_home_and_end_move_in_a_list_that_has_the_keyboard(looking):
    at_s = go(looking, 30.0)
    table = looking.workspace.shown("fleet").list
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_End)
    QApplication.processEvents()
    assert looking.past.look.is_past, "End in a list left the past"
    QTest.keyClick(table, Qt.Key.Key_Home)
    QApplication.processEvents()
    assert looking.past.look.at_s == at_s


@pytest.mark.long
def test_a_low_window_has_fewer_lanes(looking):
    go(looking, 30.0)
    canvas = looking.past.timeline.canvas
    assert len(canvas.lanes) == 3
    looking.resize(1280, 900)
    QApplication.processEvents()
    high = canvas.height()
    looking.resize(1280, 700)
    QApplication.processEvents()
    assert looking.height() < 720
    assert canvas.lanes_seen == 2
    assert canvas.height() == high - LANE_H
    looking.selection.select((VehicleKey("sim", "uav-3"),))
    assert canvas.lanes[0].id == "uav-3", "the chosen one is always among those that are seen"
    looking.resize(1280, 900)
    QApplication.processEvents()
    assert canvas.height() == high


@pytest.mark.long
def test_the_ground_of_the_past_has_no_colour(looking, station, vehicle):
    station.hear(vehicle)
    live = ground(looking.workspace.shown("map"))
    assert any(one.red() != one.blue() for one in live)
    go(looking, 30.0)
    past = ground(looking.workspace.shown("map"))
    assert all(one.red() == one.green() == one.blue() for one in past)


def ground(panel):
    """Pixels of the edge of a map, where no vehicle is."""
    QApplication.processEvents()
    image = panel.view.viewport().grab().toImage()
    return [image.pixelColor(x, y) for x in range(3, 120) for y in range(30, 60)]


@pytest.mark.parametrize("span_s", [6.0, 14.0, 47.0, 3600.0, 40_000.0])
@pytest.mark.parametrize("begin_s", [0.0, 0.31, 32.9])
def test_no_figure_of_the_axis_touches_another(app, span_s, begin_s):
    scale = LaneScale()
    scale.left, scale.right = GUTTER, 2540
    scale.set_whole(EPOCH_S + begin_s, EPOCH_S + begin_s + span_s)
    scale.show(EPOCH_S + begin_s, EPOCH_S + begin_s + span_s)
    boxes = [box for box, _ in _figures(scale, has_date=True)]
    assert len(boxes) > 3
    assert all(one[0] + one[1] + 8 <= other[0] for one, other in itertools.pairwise(boxes))


def make_bad(name, folder, session):
    """Something that is no recording; returns its path."""
    path = folder / name
    if name == "vanished.mcap":
        return path
    if name == "folder":
        path.mkdir()
    elif name == "not.zip":
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("notes.txt", "nothing")
    elif name == "cut.mcap":
        path.write_bytes((session / "sim-uav-1.mcap").read_bytes()[:300])
    elif name == "session-of-zeros":
        shutil.copytree(session, path)
        for one in path.glob("*.mcap"):
            one.write_bytes(b"")
    elif name == "session-of-noise":
        shutil.copytree(session, path)
        for one in path.glob("*.mcap"):
            one.write_bytes(bytes(range(256)) * 40)
    else:
        path.write_bytes(b"")
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("vanished.mcap", "folder", "not.zip", "cut.mcap", "empty.mcap", "empty.tlog", "empty.bin", "empty.ulg"),
        *("empty", "session-of-zeros", "session-of-noise"),
    ],
)
def test_what_is_no_recording_is_told_in_one_line_and_now_is_there_again(looking, session, tmp_path, name):
    look, said = looking.past.look, []
    look.noticed.connect(said.append)
    looking.past.open_files([make_bad(name, tmp_path, session)])
    wait(lambda: said and not look.is_past)
    assert len(said) == 1
    assert "report it" not in said[0]
    assert "\n" not in said[0]
    assert name in said[0]


@pytest.mark.long
def test_a_log_that_is_opened_while_another_is_loading_is_the_one_that_is_shown(looking):
    look, told = looking.past.look, []
    look.noticed.connect(told.append)
    first, second = (shared_log(name) for name in ("copter_square.bin", "px4_mission.tlog"))
    for path in (first, second, first, second):
        looking.past.open_files([path])
        QApplication.processEvents()
    wait(lambda: look.told is not None and look.told.name == second.name and look.told.extent.read_share == 1.0)
    shown(looking)
    assert look.source == second
    assert living(looking) <= TIMELESS
    assert not told


@pytest.mark.long
def test_f9_twenty_times_ends_where_it_began(looking, station, vehicle):
    station.hear(vehicle)
    look, said = looking.past.look, []
    look.noticed.connect(said.append)
    for _ in range(20):
        look.toggle()
    assert not look.is_past
    assert not said
    look.toggle()
    shown(looking)
    assert living(looking) <= TIMELESS
    # what stays as it is gives nothing to anybody meanwhile
    assert looking.panel(PlanPanel).giver.is_past
    look.toggle()
    assert not looking.panel(PlanPanel).giver.is_past


def test_long_names_push_nothing_off_the_screen(looking, tmp_path):
    least = looking.minimumSizeHint().width()
    names = ["a name of a flight that somebody gave to a file in March of the year 2026 over Trabzon", "b" * 90]
    paths = [shutil.copy(shared_log("copter_square.tlog"), tmp_path / f"{name}.tlog") for name in names]
    looking.past.open_files([Path(one) for one in paths])
    look, banner = looking.past.look, looking.past.banner
    wait(lambda: look.told is not None and look.told.extent.read_share == 1.0)
    shown(looking)
    look.seek((look.told.extent.begin_s + look.told.extent.end_s) / 2)
    shown(looking)
    assert looking.minimumSizeHint().width() <= max(least, 1000)
    looking.resize(1100, 720)
    QApplication.processEvents()
    assert looking.width() == 1100
    assert banner.back.geometry().right() <= banner.width()
    assert banner.back.isVisible()
    assert names[0] in banner.what.text()
    live = looking.past.timeline.bar.live
    assert live.isVisible()
    assert live.geometry().right() <= looking.past.timeline.bar.width()


def test_a_distance_of_continents_is_told_in_kilometres():
    far = Difference(key=KEY, distance_m=16_261_146.5, height_m=10.1, speed_mps=None, charge_fraction=None)
    assert difference_text(far) == "16,261 km away \N{MIDDLE DOT} height +10.1 m"
