# SPDX-License-Identifier: Apache-2.0
"""Layouts: those that come along, named ones on a real disk, files of others, and a monitor that is gone."""

from __future__ import annotations

import json

import msgspec
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from groundstation.app.layout_work import layout_access
from groundstation.fleet.errors import UsageError
from groundstation.ui.docks import LAYOUT_VERSION, bring_onto_screens
from groundstation.ui.layouts.layout_file import MOST_BYTES, checked_name, read_layout, write_layout
from groundstation.ui.layouts.role_layouts import ROLE_LAYOUTS
from groundstation.ui.main_window import MainWindow
from groundstation.ui.panels import PANELS
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def window(app, station, settings, tmp_path):
    made = MainWindow(station.feed, settings, Commands(station).orders, layouts=layout_access(tmp_path / "layouts"))
    made.resize(1440, 900)
    made.show()
    QApplication.processEvents()
    yield made
    made.leave()


def shown(window):
    return {name for name, dock in window.workspace.docks.items() if not dock.isClosed()}


def until(is_true, what):
    wait_until(lambda: (QApplication.processEvents(), is_true())[1], what=what)


@pytest.mark.parametrize("role", ROLE_LAYOUTS, ids=[one.title for one in ROLE_LAYOUTS])
def test_a_role_shows_its_panels_and_no_others(window, role):
    window.layouts.wear_role(role)
    assert shown(window) == set(role.shown) & set(window.workspace.docks)
    for name in set(role.front) & set(window.workspace.docks):
        assert window.workspace.docks[name].isCurrentTab()
    assert not window.grab().toImage().isNull()
    # and all of them come back
    window.workspace.reset()
    assert shown(window) == set(window.workspace.docks)


def test_roles_name_panels_that_there_are():
    names = {one.name for one in PANELS}
    for role in ROLE_LAYOUTS:
        assert set(role.shown) <= names
        assert set(role.front) <= set(role.shown)


def test_a_layout_is_saved_listed_worn_and_removed(window, station, tmp_path):
    station.hear(PretendVehicle(1), PretendVehicle(2))
    window.selection.select((PretendVehicle(2).key,))
    window.workspace.add(next(row for row in window.workspace.rows if row.name == "vehicle"))
    window.workspace.docks["plots"].toggleView(False)
    before = shown(window)
    assert "vehicle-2" in before
    window.layouts.save("İzmir & co")
    until(lambda: bool(window.layouts.own), "the entry")
    (action,) = window.layouts.own
    assert action.text() == "İzmir && co"
    text = json.loads((tmp_path / "layouts" / "İzmir & co.json").read_text())
    # plain text that people can compare, line by line
    assert text["docks"][0].startswith("<?xml")
    assert len(text["docks"]) > 10
    window.workspace.reset()
    assert shown(window) != before
    action.trigger()
    until(lambda: shown(window) == before, "the layout")
    window.layouts.removing.actions()[0].trigger()
    until(lambda: not window.layouts.own, "the end of the entry")
    assert not list((tmp_path / "layouts").iterdir())


def test_a_file_goes_to_another_window(window, app, station, settings, tmp_path):
    window.layouts.wear_role(ROLE_LAYOUTS[2])
    file = tmp_path / "engineer.json"
    window.layouts.export(file)
    until(file.exists, "the file")
    window.workspace.reset()
    window.layouts.open(file)
    wanted = set(ROLE_LAYOUTS[2].shown) & set(window.workspace.docks)
    until(lambda: shown(window) == wanted, "the layout")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "is no layout"),
        (b"[]", "is no layout"),
        (b'{"layout": "../x", "version": 2}', "none of /"),
        (b" " * (MOST_BYTES + 1), "a layout has at most"),
    ],
)
def test_what_is_no_layout_is_told_and_changes_nothing(window, tmp_path, data, words):
    before = shown(window)
    file = tmp_path / "bad.json"
    file.write_bytes(data)
    window.layouts.open(file)
    until(lambda: window.layouts.message is not None, "the words")
    assert words in window.layouts.message.informativeText()
    window.layouts.message.close()
    assert shown(window) == before


@pytest.mark.parametrize("change", [{"version": LAYOUT_VERSION + 1}, {"docks": ("<?xml nonsense",)}, {"docks": ()}])
def test_a_layout_that_does_not_fit_leaves_everything_as_it_was(window, change):
    window.workspace.docks["plots"].toggleView(False)
    before = shown(window)
    one = msgspec.structs.replace(window.workspace.layout_now("x"), **change)
    assert not window.workspace.show_layout(one)
    assert shown(window) == before


def test_a_panel_on_a_monitor_that_is_gone_comes_back(window):
    dock = window.workspace.docks["messages"]
    dock.setFloating()
    QApplication.processEvents()
    home = dock.floatingDockContainer()
    screen = window.screen().availableGeometry()
    for place, moved in ((screen.topLeft() + QPoint(50, 50), 0), (QPoint(screen.right() + 900, 100), 1)):
        home.move(place)
        QApplication.processEvents()
        assert bring_onto_screens(window.workspace.manager) == moved
        assert screen.intersects(home.frameGeometry())


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 61, "a:b", "\n"])
def test_names_that_are_none(name):
    with pytest.raises(UsageError, match="1 to 60 letters"):
        checked_name(name)


def test_a_file_reads_back_equal(window):
    one = window.workspace.layout_now("Trabzon")
    assert read_layout("x", write_layout(one)) == one
