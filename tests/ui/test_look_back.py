# SPDX-License-Identifier: Apache-2.0
"""The window looks back on a session that a real recorder wrote, and on logs of other formats."""

from __future__ import annotations

import itertools
import math
import shutil
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from groundstation.app.players import player_access
from groundstation.fleet.refly.error_way import ErrorWay
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.command_bar.command_bar import CommandBar
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from groundstation.ui.past.bookmark_dialog import BookmarkDialog
from groundstation.ui.past.lane_painter import GUTTER
from groundstation.ui.past.past_commands import PastCommands
from groundstation.ui.past.past_timeline import PastTimeline
from groundstation.ui.past.typed_time import time_from_text
from groundstation.ui.refly.refly_port import Both
from groundstation.ui.timeline import local_time
from tests.conftest import shared_log
from tests.support.flown_session import EPOCH_S
from tests.ui.support.commanding import ToldVehicle
from tests.ui.support.looking_back import KEY, SECONDS, go, key, looking, session, shown, wait

__all__ = ["looking", "session"]

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.long
def test_f9_goes_back_and_comes_back(looking):
    assert not looking.past.banner.isVisible()
    key(looking, Qt.Key.Key_F9)
    at_s = shown(looking)
    assert at_s == pytest.approx(EPOCH_S + 15.0 + SECONDS - 10.0, abs=0.5)
    assert looking.past.banner.isVisible()
    assert looking.windowTitle().startswith("PAST")
    assert "10 s ago" in looking.past.banner.age.text()
    key(looking, Qt.Key.Key_F9)
    assert not looking.past.look.is_past
    assert not looking.past.banner.isVisible()
    assert looking.windowTitle() == "Ground station"


@pytest.mark.long
def test_every_panel_shows_the_moment(looking, station, vehicle):
    station.hear(vehicle)
    go(looking, 30.0)
    fleet = looking.workspace.shown("fleet")
    assert isinstance(fleet, FleetPanel)
    assert fleet is not looking.panel(FleetPanel)
    assert {one.key.id for one in fleet.model.rows} == {"uav-1", "uav-2", "uav-3"}
    high = {one.key.id: one.height_home_m for one in fleet.model.rows}
    go(looking, 16.0)
    low = {one.key.id: one.height_home_m for one in fleet.model.rows}
    assert high["uav-1"] > low["uav-1"] + 1.0
    messages = looking.workspace.shown("messages").view.messages
    first = messages.rowCount()
    go(looking, 40.0)
    assert messages.rowCount() > first
    track = looking.past.look.view.history.trail(KEY)
    assert track is not None
    assert track[0][-1] <= EPOCH_S + 40.01
    for name in ("fleet", "map", "vehicle", "plots", "messages", "sensors", "links", "commands"):
        assert looking.workspace.shown(name) is not looking.workspace.named(name), name


@pytest.mark.long
def test_the_past_has_nothing_to_command_with(looking, station, vehicle):
    station.hear(vehicle)
    assert looking.workspace.named("vehicle").findChildren(CommandBar)
    go(looking, 30.0)
    past = [looking.workspace.shown(name) for name in looking.workspace.docks]
    assert not [one for panel in past for one in panel.findChildren(CommandBar)]
    assert isinstance(looking.workspace.shown("commands"), PastCommands)
    assert looking.past._context.desk is None
    menus = [action.text() for action in looking.menu_bar.actions() if action.isVisible()]
    assert "&Commands" not in menus
    looking.past.look.leave()
    assert "&Commands" in [action.text() for action in looking.menu_bar.actions() if action.isVisible()]
    assert isinstance(looking.workspace.shown("commands"), CommandsPanel)


@pytest.mark.long
def test_emergency_keys_act_on_the_living_alone(looking, station):
    living = ToldVehicle(7)
    station.hear(living)
    go(looking, 30.0)
    looking.selection.select((KEY,))
    notices = []
    looking.desk.noticed.connect(lambda words, level: notices.append(words))
    key(looking, Qt.Key.Key_F5)
    # uav-1 of the recording is not heard now
    assert len(looking.desk.orders.book) == 0
    assert "nothing was sent" in notices[-1]
    assert "uav-1" in notices[-1]
    looking.selection.select((living.key,))
    key(looking, Qt.Key.Key_F5)
    assert [one.key for one in looking.desk.orders.book] == [living.key], notices
    assert looking.past.look.is_past


@pytest.mark.long
def test_it_is_stepped_message_by_message(looking):
    at_s = go(looking, 30.0)
    key(looking, Qt.Key.Key_Right)
    wait(lambda: looking.past.look.at_s > at_s)
    later_s = shown(looking)
    assert 0.0 < later_s - at_s < 1.0
    key(looking, Qt.Key.Key_Left)
    wait(lambda: looking.past.look.at_s < later_s)
    assert shown(looking) < later_s


@pytest.mark.long
def test_it_is_played_both_ways_and_at_any_speed(looking):
    look = looking.past.look
    go(looking, 20.0)
    for _ in range(2):
        key(looking, Qt.Key.Key_Period)
    assert look.playing.rate == 5.0
    key(looking, Qt.Key.Key_Space)
    wait(lambda: look.view.now_s() > EPOCH_S + 24.0)
    key(looking, Qt.Key.Key_J)
    assert look.view.timeline.rate == -5.0
    wait(lambda: look.view.now_s() < EPOCH_S + 22.0)
    key(looking, Qt.Key.Key_J)
    assert look.view.timeline.rate == 0.0
    for _ in range(20):
        key(looking, Qt.Key.Key_Comma)
    assert look.playing.rate == 0.05


@pytest.mark.long
def test_it_jumps_from_event_to_event(looking):
    go(looking, 0.5)
    places = [looking.past.look.view.now_s()]
    for _ in range(3):
        key(looking, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        places.append(shown(looking))
    assert all(later > earlier for earlier, later in itertools.pairwise(places))
    key(looking, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert shown(looking) == pytest.approx(places[-2])


def test_the_timeline_is_dragged(looking):
    go(looking, 30.0)
    canvas = looking.past.timeline.canvas
    y = canvas.height() - 12
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 50, y))
    first = shown(looking)
    QTest.mouseMove(canvas, QPoint(GUTTER + 250, y))
    wait(lambda: looking.past.look.at_s > first)
    second = shown(looking)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 250, y))
    scale = canvas.scale
    assert (first, second) == pytest.approx((scale.at(GUTTER + 50), scale.at(GUTTER + 250)), abs=0.01)


@pytest.mark.long
def test_a_time_is_typed(looking):
    go(looking, 30.0)
    field = looking.past.timeline.bar.field
    key(looking, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "-0:20")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert shown(looking) == pytest.approx(EPOCH_S + 15.0 + SECONDS - 20.0, abs=0.5)
    field.selectAll()
    QTest.keyClicks(field, "noon")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.property("wrong") is True


def test_letters_that_are_written_play_nothing(looking):
    go(looking, 30.0)
    box = looking.workspace.shown("messages").text_box
    box.setFocus()
    QTest.keyClicks(box, "j, b.")
    QTest.keyClick(box, Qt.Key.Key_Left)
    QApplication.processEvents()
    assert box.text() == "j, b."
    assert looking.past.look.view.timeline.rate == 0.0
    assert looking.past.look.playing.rate == 1.0


@pytest.mark.long
def test_a_log_is_dropped_on_the_window(looking):
    path = DATA / "copter_square.tlog"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    # Qt hands a drop on only where a mouse of its own is dragging
    assert looking.past.eventFilter(looking, event)
    wait(lambda: looking.past.look.told is not None and looking.past.look.told.extent.read_share == 1.0)
    shown(looking)
    states = list(looking.past.look.view.fleet)
    assert [str(one.key) for one in states] == ["replay/uav-1"]
    assert looking.past.look.told.name == path.name
    looking.past.look.leave()
    # and what is recorded now is there again
    looking.past._feed.age()
    wait(lambda: looking.past.look.told is not None)
    assert looking.past.look.told.name != path.name


def test_a_file_that_is_no_log_is_told_in_one_line(looking, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no log at all")
    said = []
    looking.past.look.noticed.connect(said.append)
    looking.past.open_files([path])
    wait(lambda: bool(said))
    assert "is no log that can be read here" in said[0]
    assert "\n" not in said[0]
    assert not looking.past.look.is_past


def test_without_a_recording_it_says_so(station, settings, commands, app):
    window = MainWindow(station.feed, settings, commands.orders, players=player_access())
    window.show()
    said = []
    window.past.look.noticed.connect(said.append)
    window.past.look.toggle()
    assert "nothing is recorded" in said[0]
    assert not window.past.look.is_past
    window.leave()
    window.deleteLater()


def test_a_session_that_is_opened_is_a_replay(looking, session, tmp_path):
    copy = shutil.copytree(session, tmp_path / session.name)
    looking.past.open_files([copy])
    wait(lambda: looking.past.look.told is not None)
    go(looking, 30.0)
    assert {one.key.root for one in looking.past.look.view.fleet} == {"replay"}


@pytest.mark.parametrize("name", ["copter_square.bin", "px4_mission.tlog"])
@pytest.mark.long
def test_logs_of_other_formats_are_looked_at(looking, name):
    looking.past.open_files([shared_log(name)])
    look = looking.past.look
    wait(lambda: look.told is not None and look.told.extent.read_share == 1.0)
    shown(looking)
    look.seek((look.told.extent.begin_s + look.told.extent.end_s) / 2)
    shown(looking)
    state = next(iter(look.view.fleet))
    assert state.position is not None
    assert state.attitude is not None
    assert list(looking.past.timeline.canvas.data.bands(state.key, -math.inf, math.inf))


@pytest.mark.parametrize(
    ("text", "since_noon_s"),
    [
        ("12:00", 0.0),
        ("12:00:30", 30.0),
        ("12:00:06.4", 6.4),
        ("-0:20", 3580.0),
        ("-1:00:00", 0.0),
        ("-90 s", 3510.0),
        ("-5 min", 3300.0),
        ("\N{MINUS SIGN}10m", 3000.0),
        ("25:00", None),
        ("noon", None),
        ("", None),
        ("-", None),
    ],
)
def test_times_that_are_typed(text, since_noon_s):
    noon_s = time.mktime((2026, 3, 14, 12, 0, 0, 0, 0, -1))
    found = time_from_text(text, noon_s + 3600.0, noon_s + 100.0)
    assert found == (None if since_noon_s is None else pytest.approx(noon_s + since_noon_s))


def test_plots_show_what_is_recorded_and_a_click_on_one_goes_to_its_moment(looking):
    go(looking, 50.0)
    plots = looking.workspace.shown("plots")
    plots.clear()
    plots.plot([ValueRef(KEY, "position.height_home_m")])
    lane = plots.lanes[0]

    def is_read():
        times, _ = lane.curves[0].item.getData()
        return len(times) > 100 and not lane.shades.unread

    wait(is_read)
    begin_s, end_s = plots.shown
    assert begin_s < EPOCH_S < EPOCH_S + 15.0 + SECONDS < end_s, (
        "it shows what is not recorded yet, and hatches nothing"
    )
    box = lane.box.sceneBoundingRect()
    wanted_s = EPOCH_S + 35.0
    x = box.left() + (wanted_s - begin_s) / (end_s - begin_s) * box.width()
    point = lane.plot.mapFromScene(QPointF(x, box.center().y()))
    QTest.mouseClick(lane.plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    assert shown(looking) == pytest.approx(wanted_s, abs=(end_s - begin_s) / box.width())
    assert lane.playhead.value() == looking.past.look.view.now_s()
    assert plots.shown == (begin_s, end_s)


def test_buttons_do_what_the_keys_do(looking):
    bar = looking.past.timeline.bar
    bar.look_back.click()
    shown(looking)
    bar.play.click()
    assert looking.past.look.view.timeline.rate == 1.0
    bar.play.click()
    assert looking.past.look.view.timeline.rate == 0.0
    assert isinstance(bar.live, QPushButton)
    bar.live.click()
    assert not looking.past.look.is_past


@pytest.mark.long
def test_two_flights_are_aligned_and_compared(looking):
    looking.past.open_files([shared_log("copter_square.tlog"), shared_log("px4_0_square.tlog")])
    look, bar = looking.past.look, looking.past.timeline.compare
    wait(lambda: look.told is not None and look.told.extent.read_share == 1.0 and look.told.landmarks)
    shown(looking)
    assert bar.isVisible()
    assert bar.anchor_box.currentText() == "arming"
    armed = {one.key: one.at_s for one in reversed(look.told.landmarks) if one.kind.value == "armed"}
    look.seek(max(armed.values()) + 8.0)
    shown(looking)
    assert len(bar.labels) == 1
    assert "height" in bar.labels[0].text()
    assert "away" in bar.labels[0].text()
    before = look.told
    bar.anchor_box.setCurrentIndex(bar.anchor_box.findText("take-off"))
    bar.anchor_box.activated.emit(bar.anchor_box.currentIndex())
    wait(lambda: look.told is not before)
    assert look.told.alignment.anchor.value == "take_off"
    look.leave()
    assert not bar.isVisible()


@pytest.mark.long
def test_what_is_shown_is_flown_again_and_both_are_shown_by_their_take_offs(looking):
    look, asks = looking.past.look, looking.asks
    asked = []
    asks.refly_wanted.connect(lambda *told: asked.append(told))
    looking.past.open_files([shared_log("copter_square.tlog")])
    wait(lambda: look.told is not None and look.told.extent.read_share == 1.0)
    shown(looking)
    looking.past.timeline.bar.refly_wanted.emit()
    assert asked == [([shared_log("copter_square.tlog")], "", None, "")]
    # what the panel asks for when it is through
    zeros = (0.0, 0.0)
    way = ErrorWay(lat_deg=zeros, lon_deg=zeros, aside_m=zeros, recorded_lat_deg=zeros, recorded_lon_deg=zeros)
    files = (shared_log("copter_square.tlog"), shared_log("copter0_square_1x.tlog"))
    asks.both_wanted.emit(Both(files=files, ways=(way,)))
    wait(lambda: look.told is not None and look.told.extent.read_share == 1.0 and look.told.landmarks)
    shown(looking)
    assert look.told.alignment.anchor.value == "take_off"
    armed = min(one.at_s for one in look.told.landmarks if one.kind.value == "armed")
    assert look.at_s == pytest.approx(armed, abs=10.0)
    assert look.view.error_ways == (way,)
    # another moment of what is open: nothing is opened again
    playback = look.playback
    asks.both_wanted.emit(Both(files=files, ways=(way,), at_s=armed + 7.0))
    assert look.playback is playback
    wait(lambda: look.view.now_s() == pytest.approx(armed + 7.0))
    # another log has no errors
    looking.past.open_files([files[0]])
    assert look.view.error_ways == ()


@pytest.mark.long
def test_b_sets_a_bookmark_at_the_moment_that_is_shown(looking):
    told = []
    access = looking.past._access
    looking.past._access = type(access)(
        open_session=access.open_session,
        open_files=access.open_files,
        save_incident=access.save_incident,
        set_bookmark=lambda at_s, note, key: told.append((at_s, note, key)),
    )
    at_s = go(looking, 30.0)
    looking.selection.select((KEY,))
    key(looking, Qt.Key.Key_B)
    dialog = looking.findChild(BookmarkDialog)
    QTest.keyClicks(dialog.note, "passed close by")
    QTest.keyClick(dialog.note, Qt.Key.Key_Return)
    assert told == [(at_s, "passed close by", KEY)]


@pytest.mark.long
def test_an_incident_is_packed_and_opened_by_dropping_it(looking, tmp_path):
    go(looking, 30.0)
    looking.past.save_incident()
    dialog = looking.past.dialog
    dialog.before.setValue(10)
    dialog.after.setValue(5)
    target = tmp_path / "incident.zip"
    dialog.save_to(target)
    wait(lambda: not dialog.task.thread.is_alive() and not dialog.progress.isVisible())
    assert str(target) in dialog.words.text(), dialog.words.text()
    dialog.close()
    looking.past.open_files([target])
    wait(lambda: looking.past.look.told is not None and not looking.past.look.told.extent.is_growing)
    extent = looking.past.look.told.extent
    assert extent.end_s == pytest.approx(EPOCH_S + 35.0, abs=1.5)
    go(looking, 32.0)
    assert {one.key.id for one in looking.past.look.view.fleet} == {"uav-1", "uav-2", "uav-3"}
    assert all(one.position is not None for one in looking.past.look.view.fleet)


def test_where_no_date_is_known_times_are_those_since_the_start():
    timeline = PastTimeline()
    timeline.set(3_723.0)
    assert timeline.now_unix_s == 3_723.0
    timeline.has_date = False
    assert local_time(timeline.now_unix_s) == "01:02:03"
    assert timeline.now_s() == 3_723.0
