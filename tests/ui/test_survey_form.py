# SPDX-License-Identifier: Apache-2.0
"""Surveys in the window: drawn, laid on a thread, shared, changed, undone; with real widgets and a real map."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.plan_work import plan_access
from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.plan_file import Area, PlanFile, Spot
from groundstation.fleet.plans.fleet_check import clock_text
from groundstation.fleet.plans.fleet_plan import FleetPlan
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.plans.survey.survey_task import By, CorridorTask, SurveyTask, Trigger
from groundstation.fleet.plans.survey.task_edit import corners_of
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.plans.drawing import Drawing
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands, grounded
from tests.ui.support.planning import planning, reckoned
from tests.ui.support.windows import settle

HOME = Place(40.992, 39.766)


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def panel(commands, tmp_path, app):
    with planning(commands, plan_access()._replace(draft=tmp_path / "draft.json")) as made:
        yield made


def corners(*spots):
    return [Place(*moved(*HOME, north_m, east_m)) for north_m, east_m in spots]


FIELD = corners((0, 0), (0, 400), (300, 400), (300, 0))


def drawn(panel, drawing=Drawing.SURVEY, shape=FIELD):
    panel.document.draw(drawing)
    panel.document.take_drawn(list(shape))
    reckoned(panel)


def put(panel, name, value):
    box = panel.survey.fields.numbers[name]
    box.setValue(value)
    reckoned(panel)


def missions(panel):
    return [part.plan.mission for part in panel.document.fleet.parts]


def test_times_of_the_survey_are_those_of_the_plans_with_their_waits(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    drawn(panel)
    plans = panel.document.fleet
    waiting = PlanItem(command=Cmd.DELAY, frame=2, params=(90.0, -1.0, -1.0, -1.0))
    first = plans.parts[0].plan
    changed = replace(first, mission=(first.mission[0], waiting, *first.mission[1:]))
    before = panel.study.flight_of(0).duration_s
    panel.document.edit_fleet(plans.with_plan(0, changed), "wait")
    reckoned(panel)
    panel.refresh()
    told = [clock_text(panel.study.flight_of(at).duration_s) for at in (0, 1)]
    assert panel.study.flight_of(0).duration_s == pytest.approx(before + 90.0, abs=1.0)
    lines = panel.survey.flights.text().splitlines()
    assert [line.split(": ")[1].split(",")[0] for line in lines] == told
    # while they are reckoned anew no time is told
    panel.document.edit_fleet(plans, "back")
    panel.study.look()
    assert panel.study.is_behind
    panel.survey.show_times()
    assert "12:" not in panel.survey.flights.text()
    assert all(":" not in line.split(": ", 1)[1].split(",")[0] for line in panel.survey.flights.text().splitlines())


@pytest.mark.parametrize("size", [(220, 430), (300, 500), (380, 770)])
def test_nothing_of_a_survey_is_cut_or_lies_over_anything_else_where_there_is_little_room(panel, commands, size, app):
    vehicles = grounded(2, 3, 4)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    drawn(panel)
    jumps = tuple(PlanItem(command=Cmd.JUMP, frame=2, params=(90.0 + at, 1.0, 0.0, 0.0)) for at in range(5))
    panel.document.edit_mission((*panel.document.plan.mission, *jumps), "jump")
    reckoned(panel)
    panel.resize(*size)
    panel.refresh()
    settle(app)
    assert panel.checks.text.count("HOLDS") >= 3
    for button in (*panel.checks.buttons, panel.strip.upload, panel.strip.read, panel.strip.differences):
        if button.isVisible():
            assert button.width() >= min(button.sizeHint().width(), panel.width() - 40), button.text()
            assert button.height() >= button.minimumSizeHint().height(), button.text()
    # each has its part: what is said, and what is done with vehicles, scroll where they would need more
    assert 40 <= panel._checks_page.height() <= 0.38 * (panel.height() - 200)
    assert 60 <= panel._strip_page.height() <= 0.5 * (panel.height() - 200)
    # what is laid over each other by its place in the panel
    shown = [one for one in (panel._survey_page, panel._checks_page, panel._strip_page) if one.isVisible()]
    places = [one.geometry() for one in shown]
    for at, one in enumerate(places):
        assert panel.rect().contains(one)
        assert not any(one.intersects(other) for other in places[at + 1 :])
    assert panel._survey_page.height() >= 50
    # the form is as wide as its place, and not wider
    assert panel.survey.width() <= panel._survey_page.viewport().width()


def test_an_area_is_shared_among_the_selected_vehicles(panel, commands):
    vehicles = grounded(2, 3, 4)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    assert panel.survey.hint.text().startswith("Draw an area")
    drawn(panel)
    assert panel.is_survey
    assert [part.vehicle for part in panel.document.fleet.parts] == [one.key for one in vehicles]
    assert all(one[0].command == Cmd.TAKEOFF for one in missions(panel))
    assert "12.0 ha" in panel.survey.summary.text()
    assert panel.survey.flights.text().count("uav-0") == 3
    assert panel.tabs.tabText(3) == "Survey 1"
    panel.document.undo()
    assert panel.document.fleet == FleetPlan()
    assert panel.tabs.tabText(3) == "Survey"


def test_without_a_vehicle_it_is_a_plan_for_whoever_is_selected_later(panel, commands):
    drawn(panel)
    [part] = panel.document.fleet.parts
    assert part.vehicle is None
    assert "nobody yet" in panel.survey.flights.text()
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    panel.survey.give.click()
    reckoned(panel)
    assert [part.vehicle for part in panel.document.fleet.parts] == [one.key for one in vehicles]


def test_each_field_lays_it_anew_in_one_step(panel):
    drawn(panel)
    before = missions(panel)[0]
    put(panel, "height_m", 80.0)
    assert {one.z for one in missions(panel)[0] if one.frame == 3} == {80.0}
    put(panel, "spacing_m", 50.0)
    assert len(missions(panel)[0]) < len(before)
    panel.document.undo()
    panel.document.undo()
    assert missions(panel)[0] == before
    # what is undone is in the fields too
    assert panel.survey.fields.numbers["height_m"].value() == 50.0


def test_a_camera_brings_its_fields_and_leaves_its_numbers(panel):
    drawn(panel)
    fields = panel.survey.fields
    assert fields.numbers["spacing_m"].isVisible()
    assert not fields.numbers["side_overlap"].isVisible()
    at = next(at for at in range(fields.camera.count()) if "Phantom" in fields.camera.itemText(at))
    fields.camera.setCurrentIndex(at)
    fields.camera.activated.emit(at)
    reckoned(panel)
    assert fields.numbers["side_overlap"].value() == 70.0
    assert not fields.numbers["spacing_m"].isVisible()
    assert fields.gsd.value() == pytest.approx(1.37, abs=0.01)
    fields.gsd.setValue(2.74)
    reckoned(panel)
    assert fields.numbers["height_m"].value() == pytest.approx(100.0, abs=0.2)
    apart_m = panel.surveys.survey.spacing_m
    fields.camera.setCurrentIndex(0)
    fields.camera.activated.emit(0)
    reckoned(panel)
    assert panel.surveys.task().spacing_m == pytest.approx(apart_m)


@pytest.mark.parametrize("trigger", list(Trigger)[1:])
def test_how_pictures_are_taken_is_a_value_of_ours(panel, trigger):
    drawn(panel)
    box = panel.survey.fields.trigger
    at = [box._values[place] for place in range(box.count())].index(trigger)
    box.setCurrentIndex(at)
    box.activated.emit(at)
    reckoned(panel)
    assert panel.surveys.task().trigger is trigger
    assert panel.survey.fields.numbers["hover_s"].isVisible() is (trigger is Trigger.HOVER)
    assert panel.survey.fields.numbers["trigger_m"].isVisible() is (trigger is not Trigger.NONE)


def test_two_fields_that_are_changed_at_once_both_count(panel):
    drawn(panel)
    fields = panel.survey.fields
    fields.numbers["height_m"].setValue(70.0)
    fields.numbers["speed_mps"].setValue(9.0)
    fields.switches["crosshatch"].click()
    reckoned(panel)
    task = panel.surveys.survey.task
    assert (task.height_m, task.speed_mps, task.crosshatch) == (70.0, 9.0, True)


def test_a_corridor_has_a_width_and_no_course(panel):
    drawn(panel, Drawing.CORRIDOR, corners((0, 0), (200, 200), (200, 600)))
    assert isinstance(panel.surveys.task(), CorridorTask)
    assert panel.survey.fields.numbers["width_m"].isVisible()
    assert not panel.survey.fields.angle.isVisible()
    assert not panel.survey.fields.switches["crosshatch"].isVisible()
    put(panel, "width_m", 40.0)
    assert panel.surveys.survey.task.width_m == 40.0
    assert panel.survey.which.currentText() == "Corridor 1"


def test_an_area_that_is_left_out_is_not_flown_over(panel):
    panel.document.draw(Drawing.LEAVE_OUT)
    panel.document.take_drawn(FIELD)
    assert panel.document.fleet == FleetPlan()
    drawn(panel)
    all_m2 = panel.surveys.survey.area_m2
    drawn(panel, Drawing.LEAVE_OUT, corners((100, 100), (100, 200), (200, 200), (200, 100)))
    assert panel.surveys.survey.area_m2 == pytest.approx(all_m2 - 10_000.0, rel=0.01)
    assert panel.survey.fields.numbers["margin_m"].isVisible()
    panel.survey.all_in.click()
    reckoned(panel)
    assert panel.surveys.survey.area_m2 == pytest.approx(all_m2)


def test_what_can_t_be_laid_is_one_line_and_changes_nothing(panel, commands):
    drawn(panel)
    before = panel.document.fleet
    bow_tie = corners((0, 0), (300, 400), (300, 0), (0, 400))
    panel.surveys.change(replace(panel.surveys.task(), area=Area(outer=tuple(Spot(*one) for one in bow_tie))), "worse")
    reckoned(panel)
    assert panel.document.fleet == before
    assert "crosses itself" in panel.survey.findings.text()
    assert "crosses itself" in commands.notices[-1]


def test_lines_that_were_changed_by_hand_are_told_of(panel, commands):
    drawn(panel)
    mission = missions(panel)[0]
    by_hand = PlanItem(command=Cmd.WAYPOINT, x=HOME.lat_deg, y=HOME.lon_deg, z=20.0)
    panel.document.edit_mission((*mission[:6], by_hand, *mission[6:]), "by hand")
    put(panel, "height_m", 60.0)
    assert "made anew" in commands.notices[-1]
    assert by_hand not in missions(panel)[0]
    panel.document.undo()
    assert by_hand in missions(panel)[0]


def test_another_sharing_and_taking_it_out(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    drawn(panel)
    share = panel.survey.share
    at = [By.TIME, By.AREA, By.ENDURANCE].index(By.AREA)
    share.setCurrentIndex(at)
    share.activated.emit(at)
    reckoned(panel)
    one, two = panel.surveys.survey.flights
    assert one.area_m2 == pytest.approx(two.area_m2, rel=0.01)
    panel.survey.remove.click()
    assert panel.document.fleet == FleetPlan()


def test_areas_of_a_file_are_offered(panel):
    area = Area(outer=tuple(Spot(*one) for one in FIELD), name="north & south")
    panel.document.show_new(PlanFile(areas=(area,)), None)
    panel.tabs.setCurrentIndex(3)
    assert panel.survey.from_file.isVisible()
    panel.survey.from_file.click()
    menu = QApplication.activePopupWidget()
    [action] = menu.actions()
    assert action.text() == "north && south"
    action.trigger()
    menu.close()
    reckoned(panel)
    assert panel.survey.which.currentText() == "north & south"
    assert len(missions(panel)[0]) > 4


def test_the_wheel_turns_the_page_and_not_the_number(panel, app):
    drawn(panel)
    box = panel.survey.fields.numbers["height_m"]
    panel.table.setFocus()
    middle = QPointF(box.rect().center())
    event = QWheelEvent(
        middle, box.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert box.value() == 50.0


# ---- on the map ----


@pytest.fixture
def chart(panel, commands, station, app):
    made = MapPanel(MapContext(station.feed, commands.selection, commands.desk, panel.document, panel.study))
    made.resize(800, 600)
    made.show()
    vehicles = grounded(1)
    commands.hear(*vehicles)
    made.view.refresh(station.now_s)
    made.fit_fleet()
    made.activateWindow()
    settle(app)
    yield made
    made.close()
    made.deleteLater()


def screen(chart, place):
    x, y = chart.view.camera.screen(*mercator_from_degrees(*place))
    return QPoint(round(x), round(y))


def place_at(chart, x, y):
    from groundstation.ui.map_panel.mercator import degrees_from_mercator

    return Place(*degrees_from_mercator(*chart.view.camera.world(x, y)))


def drag(chart, start, end):
    viewport = chart.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(viewport, start + (end - start) * share)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    QTest.qWait(1)


def test_a_corner_that_is_dragged_and_a_side_that_gets_one_lay_it_anew(panel, chart):
    shape = [place_at(chart, *spot) for spot in ((200, 150), (500, 150), (500, 400), (200, 400))]
    drawn(panel, Drawing.SURVEY, shape)
    before = panel.surveys.survey
    drag(chart, screen(chart, shape[2]), QPoint(650, 450))
    reckoned(panel)
    outer = panel.surveys.survey.task.area.outer
    assert screen(chart, (outer[2].lat_deg, outer[2].lon_deg)) == QPoint(650, 450)
    assert panel.surveys.survey.area_m2 > before.area_m2
    middle = next(one for one in corners_of(panel.surveys.task()) if one.is_new and one.at == 1)
    drag(chart, screen(chart, middle.place), QPoint(350, 60))
    reckoned(panel)
    task = panel.surveys.survey.task
    assert isinstance(task, SurveyTask)
    assert len(task.area.outer) == 5
    panel.document.undo()
    panel.document.undo()
    assert panel.surveys.survey == before


def test_an_area_is_drawn_with_clicks(panel, chart):
    panel.survey.area.click()
    viewport = chart.view.viewport()
    for spot in ((200, 150), (500, 150), (500, 400), (200, 400), (200, 150)):
        QTest.mouseMove(viewport, QPoint(*spot))
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(*spot))
        viewport.repaint()
        QTest.qWait(1)
    reckoned(panel)
    assert len(panel.surveys.survey.task.area.outer) == 4
    assert len(missions(panel)[0]) > 4


def test_a_plan_that_is_opened_is_brought_into_view(panel, chart, tmp_path):
    far = [Place(*moved(*FIELD[0], north_m, east_m)) for north_m, east_m in ((50_000, 0), (50_000, 900), (51_000, 400))]
    drawn(panel, Drawing.SURVEY, far)
    path = tmp_path / "far.plan"
    panel.document.save(path)
    wait_until(lambda: QApplication.processEvents() or path.exists(), what="a file")
    middle = screen(chart, far[0])
    assert not chart.view.viewport().rect().contains(middle)
    panel.document.show_new(PlanFile(), None)
    panel.document.open(path)
    wait_until(lambda: QApplication.processEvents() or panel.document.path == path, what="an opened file")
    QApplication.processEvents()
    assert all(chart.view.viewport().rect().contains(screen(chart, one)) for one in far)
    # it stays there: the fleet is not shown again by itself
    chart.view.refresh(0.0)
    assert chart.view.viewport().rect().contains(screen(chart, far[0]))


def test_a_plan_for_whoever_is_selected_gets_the_lines_and_nobody_has_two(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    commands.select(one)
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=HOME.lat_deg, y=HOME.lon_deg, z=20.0)
    panel.document.edit_mission((takeoff, PlanItem(command=Cmd.RETURN, frame=2)), "by hand")
    drawn(panel)
    [part] = panel.document.fleet.parts
    assert part.vehicle is None
    assert (part.plan.mission[0], part.plan.mission[-1].command) == (takeoff, Cmd.RETURN)
    assert len(part.plan.mission) > 10
