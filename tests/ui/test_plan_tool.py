# SPDX-License-Identifier: Apache-2.0
"""The plan on the screen worked on with the mouse, on a real map."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import degrees_from_mercator, mercator_from_degrees
from groundstation.ui.map_panel.plan_tool import REACH_PX, PlanTool
from groundstation.ui.plans.plan_document import PlanDocument
from tests.ui.support.commanding import Commands, flying
from tests.ui.support.windows import settle

LEFT = Qt.MouseButton.LeftButton
SPOTS = ((200, 300), (400, 300), (600, 300))


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def panel(station, commands, app):
    document = PlanDocument()
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk, document))
    made.document = document
    made.resize(800, 600)
    made.show()
    [up] = flying(1)
    commands.hear(up)
    made.view.refresh(station.now_s)
    made.fit_fleet()
    made.activateWindow()
    made.view.setFocus()
    settle(app)
    QTest.keyClick(made.view, Qt.Key.Key_P)
    yield made
    made.close()
    made.deleteLater()
    document.deleteLater()


def place(panel, x, y):
    return degrees_from_mercator(*panel.view.camera.world(x, y))


def drawn(panel):
    """A mission at the spots; drawn by hand."""
    for number, (x, y) in enumerate(SPOTS):
        lat_deg, lon_deg = place(panel, x, y)
        command = Cmd.TAKEOFF if number == 0 else Cmd.WAYPOINT
        item = PlanItem(command=command, x=lat_deg, y=lon_deg, z=40.0 + number)
        panel.document.insert(number + 1, item, "draw")
    return panel.document


def spots(panel):
    camera = panel.view.camera
    return [
        tuple(round(one) for one in camera.screen(*mercator_from_degrees(item.x, item.y)))
        for item in panel.document.plan.mission
    ]


def drag(panel, start, end):
    view = panel.view.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(*start))
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(view, QPoint(*(round(a + (b - a) * share) for a, b in zip(start, end, strict=True))))
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(*end))
    QTest.qWait(1)


def near(found, wanted):
    return all(
        abs(a - b) <= 1 for one, other in zip(found, wanted, strict=True) for a, b in zip(one, other, strict=True)
    )


def test_it_is_in_the_hand_by_its_key(panel):
    assert isinstance(panel.view.tool, PlanTool)


def test_a_waypoint_is_dragged_as_one_step_and_the_map_stays(panel):
    document, before = drawn(panel), panel.view.camera
    steps = document.undo_words
    drag(panel, SPOTS[1], (420, 200))
    assert near(spots(panel), (SPOTS[0], (420, 200), SPOTS[2]))
    assert document.plan.mission[1].z == 41.0
    assert panel.view.camera == before
    assert document.undo_words != steps
    document.undo()
    assert near(spots(panel), SPOTS)
    document.redo()
    assert near(spots(panel), (SPOTS[0], (420, 200), SPOTS[2]))


def test_a_press_beside_an_item_moves_the_map_and_no_item(panel):
    document = drawn(panel)
    plan = document.plan
    reach = round(REACH_PX)
    drag(panel, (SPOTS[1][0], SPOTS[1][1] - reach - 2), (420, 200))
    assert document.plan is plan
    # and one just within reach takes it
    at = spots(panel)[1]
    drag(panel, (at[0], at[1] - reach + 2), (at[0] + 50, at[1] + 50))
    assert document.plan is not plan


def test_all_that_are_chosen_move_together(panel):
    document = drawn(panel)
    document.choose((2, 3))
    drag(panel, SPOTS[2], (630, 350))
    assert near(spots(panel), (SPOTS[0], (430, 350), (630, 350)))
    assert "2 items" in document.undo_words


def test_a_plus_on_a_leg_inserts_an_item_there(panel):
    document = drawn(panel)
    drag(panel, (300, 300), (300, 220))
    assert near(spots(panel), (SPOTS[0], (300, 220), *SPOTS[1:]))
    assert (document.plan.mission[1].command, document.plan.mission[1].z) == (16, 40.0)
    assert document.chosen == {2}


def test_a_click_adds_behind_the_chosen_item_and_else_at_the_end(panel):
    document = drawn(panel)
    QTest.mouseClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(650, 450))
    QTest.qWait(1)
    assert near(spots(panel), (*SPOTS, (650, 450)))
    assert document.chosen == {4}
    document.choose((1,))
    QTest.mouseClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(250, 450))
    QTest.qWait(1)
    assert near(spots(panel), (SPOTS[0], (250, 450), *SPOTS[1:], (650, 450)))


def test_a_click_on_an_item_chooses_it_and_changes_nothing(panel):
    document = drawn(panel)
    plan = document.plan
    QTest.mouseClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(*SPOTS[2]))
    QTest.qWait(1)
    assert document.chosen == {3}
    assert document.plan is plan


def test_escape_puts_back_what_is_in_the_hand(panel):
    document = drawn(panel)
    plan = document.plan
    view = panel.view.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(*SPOTS[1]))
    QTest.mouseMove(view, QPoint(420, 200))
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(420, 200))
    QTest.qWait(1)
    assert document.plan is plan


def test_nothing_of_it_reaches_a_vehicle(panel, commands):
    drawn(panel)
    drag(panel, SPOTS[1], (420, 200))
    assert commands.requests() == []


def test_a_plus_that_is_pressed_inserts_half_way(panel):
    document = drawn(panel)
    middle = ((SPOTS[0][0] + SPOTS[1][0]) // 2, (SPOTS[0][1] + SPOTS[1][1]) // 2)
    QTest.mouseClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(*middle))
    QTest.qWait(1)
    assert near(spots(panel), (SPOTS[0], middle, *SPOTS[1:]))
    assert document.chosen == {2}


def test_a_click_goes_on_before_what_leads_home(panel):
    document = drawn(panel)
    document.insert(4, PlanItem(command=Cmd.RETURN, frame=2), "home")
    QTest.mouseClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(650, 450))
    QTest.qWait(1)
    assert [one.command for one in document.plan.mission[-2:]] == [Cmd.WAYPOINT, Cmd.RETURN]
    assert document.chosen == {4}


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_what_is_chosen_on_the_map_is_removed_and_undone_there(panel, key):
    document = drawn(panel)
    before = document.plan
    QTest.keyClick(panel.view, key)
    assert document.plan is before, "nothing is chosen"
    document.choose((2, 3))
    QTest.keyClick(panel.view, key)
    assert len(document.plan.mission) == 1
    assert document.chosen == frozenset()
    QTest.keyClick(panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.plan == before
    QTest.keyClick(panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(document.plan.mission) == 1
