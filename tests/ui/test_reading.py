# SPDX-License-Identifier: Apache-2.0
"""What an operator has to read, and what a slip of the hand must not cost."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from groundstation.fleet.commands import Actor, Verb
from groundstation.fleet.control import Outcome
from groundstation.fleet.operations import GroupPolicy
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.commanding.words import actor_text, unlock_word
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.commanding import OURS, CommandState, decision, flying


@pytest.mark.parametrize(
    ("station", "words"),
    [
        ("gs-gui-vm-30184-b2d5aa", "ayse at vm"),
        ("gs-gui-truck-2-cabin-77-0a1b2c", "ayse at truck-2-cabin"),
        ("tower", "ayse at tower"),
        ("gs-2", "ayse at gs-2"),
        ("gs-gui--1-ab", "ayse at gs-gui--1-ab"),
    ],
)
def test_who_is_in_control_is_said_with_a_name_and_a_place(station, words):
    assert actor_text(Actor(op="ayse", gs=station)) == words


def test_the_holder_is_named_for_people(window, commands, app):
    [one] = flying(1)
    commands.hear(one, owner=Actor(op="mehmet", gs="gs-gui-vm-30184-b2d5aa"))
    panel = window.panel(VehiclePanel)
    panel.refresh()
    assert panel.commands.control.text.text() == "mehmet at vm is in control"


def lose(commands, *vehicles):
    now_s = commands.station.now_s
    last = decision(Outcome.EXPIRED, by=OURS, detail="no word from it for 6 s")
    commands.station.offer(*[one.control(now_s, owner=None, last=last) for one in vehicles])


def test_control_that_is_taken_again_at_once_was_not_lost(window, commands):
    fleet = flying(1, 2, 3, 4)
    commands.hear(*fleet)
    lose(commands, *fleet)
    commands.station.pass_time(3.9)
    commands.station.offer(*[one.control(commands.station.now_s, owner=OURS, lease=8) for one in fleet])
    commands.station.pass_time(5.0)
    assert window.floating.notices.texts == []


def test_what_is_lost_for_good_is_one_notice_for_all(window, commands):
    fleet = flying(1, 2, 3, 4)
    commands.hear(*fleet)
    lose(commands, *fleet)
    commands.station.pass_time(4.1)
    [words] = window.floating.notices.texts
    assert words.startswith("Control of 4 vehicles: uav-01, uav-02, uav-03, uav-04 was lost.")


@pytest.mark.parametrize("count", [1, 5])
def test_one_word_unlocks_a_kill_of_one_and_of_many(window, commands, count):
    up = flying(*range(1, count + 1))
    commands.hear(*up)
    window.desk.ask(Verb.FORCE_DISARM, tuple(one.key for one in up))
    confirm = window.floating.sheet.confirm
    QTest.keyClicks(confirm.type_box, unlock_word(Verb.FORCE_DISARM, count))
    assert unlock_word(Verb.FORCE_DISARM, count) == f"kill {count}"
    assert confirm.button.isEnabled()
    QTest.keyClicks(confirm.type_box, "0")
    assert not confirm.button.isEnabled()


def test_plots_that_were_removed_come_back(window, station):
    [one] = flying(1)
    station.hear(one)
    window.panel(PlotsPanel).clear()
    refs = [[ValueRef(one.key, "position.height_home_m")], [ValueRef(one.key, "attitude.roll_deg")]]
    window.panel(PlotsPanel).restore(refs, 300)
    window.panel(PlotsPanel).clear_by_hand()
    assert window.panel(PlotsPanel).plots() == []
    assert not window.panel(PlotsPanel).undo_button.isHidden()
    window.panel(PlotsPanel).undo_button.click()
    assert window.panel(PlotsPanel).plots() == refs
    assert window.panel(PlotsPanel).undo_button.isHidden()
    assert window.panel(PlotsPanel).span_s == 300


def test_how_a_command_ended_is_never_cut_short(window, commands, app):
    fleet = flying(1, 2)
    commands.hear(*fleet)
    window.dock("commands").setAsCurrentTab()
    where = {"lat_deg": 41.0, "lon_deg": 39.7, "height_m": 20.0}
    window.desk.give([one.key for one in fleet], Verb.GOTO, where, GroupPolicy(spread_m=20.0))
    now_s = commands.station.now_s
    for vehicle, (_, request) in zip(fleet, commands.requests(Verb.GOTO), strict=True):
        commands.station.offer(vehicle.report(now_s, request, CommandState.TIMEOUT, 3))
    for _ in range(5):
        commands.station.pass_time(0.3)
        app.processEvents()
    for table in (window.panel(CommandsPanel).journal.table, window.panel(CommandsPanel).matrix.table):
        model, header = table.model(), table.horizontalHeader()
        titles = [str(model.headerData(column, header.orientation())) for column in range(model.columnCount())]
        column = next(number for number, title in enumerate(titles) if title in ("End", "State"))
        assert model.index(0, column).data() == "no answer" or "no answer" in model.index(0, column).data()
        assert table.columnWidth(column) >= table.sizeHintForColumn(column)
