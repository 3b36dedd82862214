# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.commands import CommandState, Verb
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.map_panel.target_layer import TargetLayer
from tests.ui.support.commanding import flying

PLACE = (40.995, 39.77)


@pytest.fixture
def map_panel(station, commands, app):
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk))
    made.resize(800, 600)
    made.show()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def action(menu, verb_label):
    return next(one for one in menu.actions() if one.data() == verb_label)


def test_the_menu_offers_what_the_selected_can_do_and_says_why_not(map_panel, commands):
    [up] = flying(1)
    commands.hear(up)
    menu = map_panel.orders.menu(*PLACE)
    assert menu.actions()[0].text() == "No vehicle is selected"
    assert not action(menu, "Go to").isEnabled()
    commands.select(up)
    menu = map_panel.orders.menu(*PLACE)
    assert all(action(menu, label).isEnabled() for label in ("Go to", "Orbit", "Look at", "Set home"))
    up.is_flying = False
    commands.hear(up)
    assert action(map_panel.orders.menu(*PLACE), "Go to").text() == "&Go to here…\tit is not flying"


def test_go_to_here_is_confirmed_with_the_place_filled_in(map_panel, commands):
    [up] = flying(1)
    commands.hear(up)
    commands.select(up)
    drafts = []
    commands.desk.draft_wanted.connect(drafts.append)
    action(map_panel.orders.menu(*PLACE), "Go to").trigger()
    [draft] = drafts
    assert (draft.verb, draft.keys, draft.args) == (Verb.GOTO, (up.key,), {"lat_deg": 40.995, "lon_deg": 39.77})
    assert commands.requests() == []


def test_home_here_gets_the_height_of_the_present_home(map_panel, commands):
    [up] = flying(1)
    commands.hear(up)
    commands.select(up)
    drafts = []
    commands.desk.draft_wanted.connect(drafts.append)
    action(map_panel.orders.menu(*PLACE), "Set home").trigger()
    assert drafts[0].args["height_m"] == 118.0


def test_the_target_stands_on_the_map_while_the_command_is_under_way(map_panel, commands):
    [up] = flying(1)
    commands.hear(up)
    commands.desk.give([up.key], Verb.GOTO, {"lat_deg": PLACE[0], "lon_deg": PLACE[1]})
    [(_, request)] = commands.requests(Verb.GOTO)
    [target] = map_panel.view.stack.layer(TargetLayer).targets
    assert (target.key, target.lat_deg, target.lon_deg, target.is_given) == (up.key, *PLACE, True)
    map_panel.grab()
    commands.station.offer(up.report(commands.station.now_s, request, CommandState.SUCCEEDED, 1))
    assert map_panel.view.stack.layer(TargetLayer).targets == []


def test_a_click_on_the_ground_offers_its_place_and_a_right_click_the_menu(map_panel, commands):
    [up] = flying(1)
    commands.hear(up)
    offered, wanted = [], []
    commands.desk.point_offered.connect(lambda lat, lon: offered.append((lat, lon)))
    map_panel.view.menu_wanted.disconnect()
    map_panel.view.menu_wanted.connect(lambda at, lat, lon: wanted.append((lat, lon)))
    QApplication.processEvents()
    corner = QPoint(40, 40)
    viewport = map_panel.view.viewport()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        QTest.mousePress(viewport, button, Qt.KeyboardModifier.NoModifier, corner)
        QTest.mouseRelease(viewport, button, Qt.KeyboardModifier.NoModifier, corner)
    map_panel.view.setFocus()
    QTest.keyClick(map_panel.view, Qt.Key.Key_Menu)
    [place] = offered
    assert wanted[0] == pytest.approx(place)
    assert len(wanted) == 2
    assert map_panel.view.camera.screen(*mercator_from_degrees(*place)) == pytest.approx((40, 40), abs=1.0)
