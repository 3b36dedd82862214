# SPDX-License-Identifier: Apache-2.0
"""The query box: words are completed, filters are kept, groups are made by hand and by rule, on a real disk."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from groundstation.app.group_work import group_access
from groundstation.fleet.groups import Group
from groundstation.ui.choosing.group_desk import GroupDesk
from groundstation.ui.choosing.query_bar import fill_groups
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from groundstation.ui.selection import Selection
from groundstation.ui.wall.wall_panel import WallPanel
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def vehicles(station):
    found = [PretendVehicle(number) for number in range(1, 9)]
    found[3].mode = "GUIDED"
    found[1].charge = 0.4
    station.hear(*found)
    return found


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "groups.json"


@pytest.fixture
def desk(app, path):
    made = GroupDesk(group_access(path))
    until(lambda: made._is_read, "the file")
    return made


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture(params=[FleetPanel, WallPanel])
def panel(request, station, vehicles, desk, selection, app):
    made = request.param(station.feed, selection, groups=desk)
    made.resize(800, 700)
    made.show()
    made.activateWindow()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def until(is_true, what):
    wait_until(lambda: (QApplication.processEvents(), is_true())[1], what=what)


def seen(panel):
    rows = panel.model.rows if isinstance(panel, FleetPanel) else panel.area.model.rows
    tiles = {} if isinstance(panel, FleetPanel) else panel.area.tiles
    return sorted(key.id for key in [*(row.key for row in rows), *tiles])


def write(panel, text):
    panel.query.box.setFocus()
    QTest.keyClicks(panel.query.box, text)


def choose(panel, text):
    """Pick a suggestion as a hand does: arrow down to it, Enter."""
    popup = panel.query._popup
    for _ in range(panel.query.suggestions.index(text) + 1):
        QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)


def test_a_filter_is_written_with_arrows_and_enter_alone(panel):
    write(panel, "mo")
    assert panel.query.suggestions[0] == "mode"
    choose(panel, "mode")
    assert panel.query.box.text() == "mode"
    write(panel, " ")
    choose(panel, "==")
    write(panel, " ")
    assert panel.query.suggestions == ("AUTO", "GUIDED")
    choose(panel, "GUIDED")
    assert panel.query.box.text() == "mode == GUIDED"
    assert seen(panel) == ["uav-04"]
    assert panel.query.suggestions == ()


def test_nothing_is_written_that_nobody_chose(panel):
    write(panel, "mo")
    QTest.keyClick(panel.query._popup, Qt.Key.Key_Return)
    assert panel.query.box.text() == "mo"
    write(panel, "n")
    assert panel.query.box.text() == "mon"


def test_a_filter_is_kept_under_a_name_and_its_chip_filters(panel, desk, path):
    write(panel, "battery < 50")
    panel.query.save.trigger()
    desk.dialog.setTextValue("weak & low")
    desk.dialog.accept()
    until(path.exists, "the file")
    chip = panel.query.buttons["weak & low"]
    assert chip.text() == "weak && low"
    panel.query.box.clear()
    assert len(seen(panel)) == 8
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert panel.query.box.text() == 'group:"weak & low"'
    assert seen(panel) == ["uav-02"]
    assert panel.query.buttons["weak & low"].isChecked()
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert panel.query.box.text() == ""
    assert json.loads(path.read_text())["groups"] == [{"name": "weak & low", "rule": "battery < 50", "members": []}]
    # the next window has it
    again = GroupDesk(group_access(path))
    until(lambda: again.book.groups, "the groups")
    assert again.book == desk.book


def test_only_a_whole_filter_can_be_kept(panel):
    assert not panel.query.save.isVisible()
    write(panel, "battery <")
    assert not panel.query.save.isVisible()
    write(panel, " 50")
    assert panel.query.save.isVisible()


def test_a_group_by_hand_follows_the_hand(panel, desk, vehicles, selection):
    keys = tuple(one.key for one in vehicles[:2])
    menu = QMenu()
    fill_groups(menu, desk, keys, panel)
    menu.actions()[-1].trigger()
    desk.dialog.setTextValue("north")
    desk.dialog.accept()
    panel.query.box.setText("group:north")
    assert seen(panel) == ["uav-01", "uav-02"]
    # one more, as its menu offers it, is seen at once
    menu.clear()
    fill_groups(menu, desk, (vehicles[4].key,), panel)
    entry = menu.actions()[0]
    assert (entry.text(), entry.isChecked()) == ("north", False)
    entry.trigger()
    assert seen(panel) == ["uav-01", "uav-02", "uav-05"]
    menu.clear()
    fill_groups(menu, desk, keys, panel)
    assert menu.actions()[0].isChecked()
    menu.actions()[0].trigger()
    assert seen(panel) == ["uav-05"]
    # and the whole group is chosen with Shift
    QTest.mouseClick(panel.query.buttons["north"], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert selection.keys == (vehicles[4].key,)


def test_the_menu_of_a_chip(panel, desk, vehicles, selection):
    desk.put(Group(name="guided", rule="mode == GUIDED"))
    desk.add("hand", [vehicles[0].key])
    acts = {one.text(): one for one in panel.query.chip_menu(desk.book.get("guided"), panel).actions()}
    acts["Select its vehicles"].trigger()
    assert selection.keys == (vehicles[3].key,)
    acts["Write its rule into the filter"].trigger()
    assert panel.query.box.text() == "mode == GUIDED"
    acts = {one.text(): one for one in panel.query.chip_menu(desk.book.get("hand"), panel).actions()}
    assert not acts["Take the selected vehicles out"].isEnabled()
    acts["Add the selected vehicles"].trigger()
    assert desk.book.get("hand").members == (str(vehicles[0].key), str(vehicles[3].key))
    acts["Remove this group"].trigger()
    assert list(panel.query.buttons) == ["guided"]


def test_a_rule_that_asks_for_itself_is_told_and_not_kept(desk):
    desk.put(Group(name="a", rule="flying"))
    assert not desk.put(Group(name="a", rule="group:a"))
    assert "asks for itself" in desk.message.informativeText()
    desk.message.close()
    assert desk.book.get("a").rule == "flying"
    assert not desk.add("a", [])
    desk.message.close()


def test_a_group_that_is_gone_is_told_in_the_filter(panel, desk):
    desk.put(Group(name="a", rule="flying"))
    panel.query.box.setText("group:a")
    desk.remove("a")
    assert panel.query.error.isVisible()
    assert "there is no group 'a'" in panel.query.error.text()


def test_a_damaged_file_is_told_and_never_written_over(app, path):
    path.parent.mkdir()
    path.write_text("{damaged")
    made = GroupDesk(group_access(path))
    until(lambda: made.message is not None, "the words")
    assert "no groups of this program" in made.message.informativeText()
    made.message.close()
    assert made.put(Group(name="a", rule="flying"))
    assert made.book.get("a") is not None
    # what is asked for later is done later: by then it would have been written
    done = []
    made._tasks.run_task(lambda _task: None, done.append)
    until(lambda: done, "the end of the thread's work")
    assert path.read_text() == "{damaged"


def test_what_is_made_before_the_file_was_read_is_added_to_it(app, path):
    first = GroupDesk(group_access(path))
    until(lambda: first._is_read, "the file")
    first.put(Group(name="old", rule="flying"))
    until(path.exists, "the file")
    second = GroupDesk(group_access(path))
    second.put(Group(name="new", rule="armed"))
    until(lambda: len(second.book.groups) == 2, "both")
    until(lambda: len(group_access(path).read().groups) == 2, "both on the disk")


def test_panels_of_a_window_share_them(app, station, settings, path, vehicles):
    window = MainWindow(station.feed, settings, Commands(station).orders, groups=group_access(path))
    window.show()
    until(lambda: window.groups._is_read, "the file")
    window.groups.put(Group(name="guided", rule="mode == GUIDED"))
    for kind in (FleetPanel, WallPanel):
        assert "guided" in window.panel(kind).query.buttons
    window.leave()
    window.deleteLater()
