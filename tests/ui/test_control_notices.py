# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import PySide6QtAds as QtAds
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from groundstation.fleet.commands import Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.control import ControlAction, Outcome, Takeover
from groundstation.fleet.phrases import say
from groundstation.fleet.summary import summary_of
from groundstation.recording.journal import Journal
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from tests.support.waiting import wait_until
from tests.ui.support.commanding import OURS, THEIRS, Commands, decision, flying

LEFT = Qt.MouseButton.LeftButton


def tell(commands, vehicle, **fields):
    commands.station.offer(vehicle.control(commands.station.now_s, **fields))
    commands.station.pass_time(0.1)


def test_a_station_that_asks_is_shown_with_a_countdown_and_answered(window, commands):
    one, other = flying(1, 2)
    commands.hear(one, other)
    for vehicle in (one, other):
        tell(commands, vehicle, owner=OURS, lease=7, pending=THEIRS, pending_request="q1")
    [bar] = window.floating.asks.bars.values()
    assert bar.text.text() == "mehmet at gs-2 asks for control of uav-01, uav-02"
    assert not window.floating.upper.isHidden()
    commands.station.pass_time(4.0)
    assert bar.time_left.text() == "6 s"
    QTest.mouseClick(bar.keep, LEFT)
    assert [one.action for _, one in commands.wishes()] == [ControlAction.DENY, ControlAction.DENY]
    for vehicle in (one, other):
        tell(commands, vehicle, owner=OURS, lease=7)
    assert window.floating.asks.bars == {}


@pytest.mark.parametrize("said", [say("granted_by", who="ayse at gs-1"), "granted by ayse at gs-1"])
def test_giving_is_no_loss(window, commands, said):
    [one] = flying(1)
    commands.hear(one)
    tell(commands, one, owner=OURS, lease=7, pending=THEIRS, pending_request="q1")
    [bar] = window.floating.asks.bars.values()
    QTest.mouseClick(bar.give, LEFT)
    assert commands.wishes()[-1][1].action is ControlAction.GRANT
    tell(
        commands,
        one,
        owner=THEIRS,
        lease=8,
        last=decision(Outcome.GRANTED, THEIRS, said),
    )
    assert window.floating.notices.texts == []


def test_control_taken_by_force_is_a_warning_and_lost_control_is_told(window, commands):
    one, other = flying(1, 2)
    commands.hear(one, other)
    forced = decision(Outcome.GRANTED, THEIRS, say("taken_by_force", owner="ayse at gs-1", reason="the pilot fainted"))
    tell(commands, one, owner=THEIRS, lease=8, last=forced)
    tell(commands, other, owner=None, lease=7, last=decision(Outcome.EXPIRED, None, "not renewed for 6 s", ""))
    commands.station.pass_time(4.0)
    assert window.floating.notices.texts == [
        "Control of uav-01 went to mehmet at gs-2. Taken by force from ayse at gs-1: the pilot fainted.",
        "Control of uav-02 was lost. Not renewed for 6 s.",
    ]


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (say("taken_by_force", owner="ayse at gs-1", reason="fire"), Level.WARNING),
        ("taken by force from ayse at gs-1: fire", Level.WARNING),
        ("taken over from ayse at gs-1", Level.CAUTION),
    ],
)
def test_force_is_a_warning_in_the_words_of_a_bridge_of_before_too(window, commands, said, level):
    [one] = flying(1)
    commands.hear(one)
    heard = []
    window.desk.noticed.connect(lambda _text, how_bad: heard.append(how_bad))
    tell(commands, one, owner=OURS, lease=7)
    tell(commands, one, owner=THEIRS, lease=8, last=decision(Outcome.GRANTED, THEIRS, said))
    assert heard == [level]


def test_a_refused_wish_is_told(window, commands):
    [one] = flying(1)
    commands.hear(one, owner=THEIRS)
    tell(commands, one, owner=THEIRS, lease=7, last=decision(Outcome.DENIED, OURS, "denied by mehmet at gs-2"))
    assert window.floating.notices.texts == ["No control of uav-01: denied by mehmet at gs-2."]


def test_notices_go_by_themselves_and_are_plain(window, commands):
    window.floating.notices.say("<b>a</b>", Level.ADVISORY)
    window.floating.notices.say("b", Level.WARNING)
    assert window.floating.notices.notices[0].text.textFormat() is Qt.TextFormat.PlainText
    commands.station.pass_time(9.0)
    assert window.floating.notices.texts == ["b"]
    QTest.mouseClick(window.floating.notices.notices[0].close_button, LEFT)
    assert window.floating.upper.isHidden()


@pytest.mark.long
def test_what_floats_never_covers_the_strip(window, commands, app):
    [one] = flying(1)
    commands.hear(one)
    window.floating.notices.say("a", Level.ADVISORY)
    window.desk.ask(Verb.FORCE_DISARM, [one.key])
    app.processEvents()
    for size in ((1024, 700), (1440, 900), (2560, 1440)):
        window.resize(*size)
        app.processEvents()
        for layer in (window.floating.upper, window.floating.lower):
            assert not layer.isHidden()
            assert layer.geometry().top() >= window.top_bar.geometry().bottom()
            assert window.centralWidget().rect().contains(layer.geometry())


@pytest.mark.parametrize("size", [(900, 600), (1440, 900)])
def test_notices_leave_the_titles_of_the_panels_free(window, commands, app, size):
    window.resize(*size)
    window.floating.notices.say("2 areas from fields.kml: choose Survey to lay lines.", Level.ADVISORY)
    app.processEvents()
    notice = window.floating.upper
    assert not notice.isHidden()
    where = QRect(notice.mapToGlobal(QPoint(0, 0)), notice.size())
    titles = [one for one in window.findChildren(QtAds.CDockAreaTitleBar) if one.isVisible()]
    highest = min(one.mapToGlobal(QPoint(0, 0)).y() for one in titles)
    upper = [one for one in titles if one.mapToGlobal(QPoint(0, 0)).y() == highest]
    assert upper
    assert not any(QRect(one.mapToGlobal(QPoint(0, 0)), one.size()).intersects(where) for one in upper)


@pytest.mark.long
def test_the_policy_is_chosen_in_the_menu_and_remembered(window, commands, station, settings):
    menu = next(one for one in window.findChildren(QMenu) if "Commands" in one.title())
    menu.fill()
    policy = next(one for one in menu.findChildren(QMenu) if "another station" in one.title())
    keep = next(action for action in policy.actions() if action.data() == "no")
    keep.trigger()
    assert commands.orders.takeover is Takeover.NO
    window.save()
    again = Commands(station)
    MainWindow(station.feed, settings, again.orders).close()
    assert again.orders.takeover is Takeover.NO


def test_the_fleet_list_knows_who_is_in_control(window, commands, station):
    one, other = flying(1, 2)
    commands.hear(one)
    commands.hear(other, owner=THEIRS)
    owners = {state.key.id: summary_of(state, station.now_s).owner for state in station.feed.fleet}
    assert (owners["uav-01"], owners["uav-02"]) == (OURS, THEIRS)
    window.panel(FleetPanel).refresh()
    texts = [window.panel(FleetPanel).model.index(row).data() for row in range(2)]
    assert "controlled by mehmet at gs-2" in texts[1]
    window.panel(FleetPanel).list.grab()


def test_a_journal_that_cannot_be_written_is_told_and_so_is_its_return(window, commands, tmp_path):
    in_the_way = tmp_path / "folder"
    in_the_way.write_text("a file where a folder should be")
    journal = Journal(in_the_way / "journal.sqlite3", "gs-1")
    commands.orders._commander._journal = journal
    journal.start()
    said = []
    window.desk.noticed.connect(lambda words, level: said.append((words, level)))
    [one] = flying(1)
    commands.hear(one)
    commands.orders.give([one.key], Verb.HOLD, {})
    commands.station.pass_time(0.1)
    wait_until(lambda: bool(journal.problem))
    commands.station.feed.age()
    commands.station.feed.age()
    assert [level for _, level in said] == [Level.CAUTION]
    assert said[0][0].startswith("Commands go on, but the journal ")
    in_the_way.unlink()
    wait_until(lambda: not journal.problem)
    commands.station.feed.age()
    assert said[1] == ("The journal is written again.", Level.NORMAL)
    journal.stop()
