# SPDX-License-Identifier: Apache-2.0
"""Plans of several vehicles, with real widgets: copies, chips, who meets whom, and everything given in one order."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.plan_work import plan_access
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.plan_file import PlanFile
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.ui.commanding.words import order_text
from groundstation.ui.plans.drawing import Drawing
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands, flying, grounded
from tests.ui.support.planning import planning, reckoned

HOME = (40.992, 39.766)


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def panel(commands, tmp_path, app):
    with planning(commands, plan_access()._replace(draft=tmp_path / "draft.json")) as made:
        yield made


def waypoint(north_m, east_m, height_m=30.0):
    lat_deg, lon_deg = moved(*HOME, north_m, east_m)
    return PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=height_m)


def plan(*spots):
    """From the home that all told over some places, and down at the last one."""
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=HOME[0], y=HOME[1], z=30.0)
    land = waypoint(*spots[-1])
    return PlanFile(mission=(takeoff, *(waypoint(*spot) for spot in spots), replace(land, command=Cmd.LAND, z=0.0)))


CROSSING = (plan((100.0, -200.0), (300.0, 200.0)), plan((100.0, 200.0), (300.0, -200.0)))
"""They meet in the middle at the same time."""


def with_parts(panel, vehicles, plans):
    parts = tuple(PlanPart(plan=one, vehicle=vehicle.key) for one, vehicle in zip(plans, vehicles, strict=True))
    panel.document.edit_fleet(FleetPlan(parts=parts), "begin")
    reckoned(panel)


def test_a_copy_for_each_selected_vehicle_is_a_part_with_a_chip(panel, commands):
    vehicles = grounded(2, 3, 4)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    panel.document.edit(CROSSING[0], "begin")
    panel.copy_to_selected()
    assert [text.split()[0] for text in panel.parts.texts] == ["uav-02", "uav-03", "uav-04"]
    assert {part.plan.mission for part in panel.document.fleet.parts} == {CROSSING[0].mission}
    panel.parts._chips[2].click()
    assert panel.document.index == 2
    panel.document.undo()
    assert not panel.parts.isVisible()
    # who has one already gets no second one
    panel.document.redo()
    panel.copy_to_selected()
    assert len(panel.document.fleet.parts) == 3
    assert "no plan here yet" in commands.notices[-1]


def test_a_part_is_given_to_one_vehicle_and_no_two_parts_to_the_same(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    panel.document.edit(CROSSING[0], "begin")
    commands.select(*vehicles)
    panel.assign()
    assert "Select one vehicle" in commands.notices[-1]
    commands.select(vehicles[0])
    panel.assign()
    assert panel.document.part.vehicle == vehicles[0].key
    panel.document.edit_fleet(panel.document.fleet.with_more(PlanPart(plan=CROSSING[1], name="other")), "more", part=1)
    panel.assign()
    assert "has a plan here already" in commands.notices[-1]
    panel.remove_part()
    assert [part.vehicle for part in panel.document.fleet.parts] == [vehicles[0].key]


def test_who_meets_whom_holds_the_upload_until_a_remedy_is_pressed(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    with_parts(panel, vehicles, CROSSING)
    assert "HOLDS" in panel.checks.text
    assert "m from uav-03" in panel.checks.text
    assert not panel.strip.upload.isEnabled()
    assert panel.parts.texts[0].endswith("!")
    words = [one.text() for one in panel.checks.buttons]
    later = next(one for one in panel.checks.buttons if "waits" in one.text())
    assert any("higher" in one for one in words)
    later.click()
    reckoned(panel)
    assert "m from uav-03" not in panel.checks.text
    assert panel.strip.upload.isEnabled()
    waits = [item for part in panel.document.fleet.parts for item in part.plan.mission if item.command == Cmd.DELAY]
    assert len(waits) == 1
    panel.document.undo()
    reckoned(panel)
    assert not panel.strip.upload.isEnabled()


def test_one_press_keeps_all_apart_in_one_step(panel, commands):
    vehicles = grounded(2, 3, 4)
    commands.hear(*vehicles)
    plans = (*CROSSING, plan((100.0, -210.0), (290.0, 190.0)))
    with_parts(panel, vehicles, plans)
    assert panel.study.meetings > 1
    assert panel.apart.text() == f"Too close {panel.study.meetings} times: keep all apart"
    before = panel.document.fleet
    QTest.mouseClick(panel.apart, Qt.MouseButton.LeftButton)
    reckoned(panel)
    assert panel.study.meetings == 0
    assert not panel.apart.isVisible()
    assert "waits" in commands.notices[-1]
    panel.document.undo()
    assert panel.document.fleet == before


def test_an_edit_while_all_are_kept_apart_is_not_lost(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    with_parts(panel, vehicles, CROSSING)
    panel.study.keep_apart()
    changed = replace(CROSSING[0], mission=(CROSSING[0].mission[0], waypoint(350.0, 350.0), *CROSSING[0].mission[1:]))
    panel.document.edit(changed, "meanwhile")
    wait_until(lambda: QApplication.processEvents() or not panel.study.is_parting, what="an end of it")
    assert panel.document.plan == changed
    assert "press it again" in commands.notices[-1]


def test_all_get_their_plans_in_one_order_fence_first(panel, commands, app):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    fence = tuple(
        PlanItem(command=5001, frame=0, params=(4.0, 0.0, 0.0, 0.0), x=one.x, y=one.y)
        for one in (waypoint(-500, -500), waypoint(-500, 800), waypoint(900, 800), waypoint(900, -500))
    )
    plans = (replace(plan((100.0, -200.0), (300.0, -200.0)), fence=fence), plan((100.0, 200.0), (300.0, 200.0)))
    with_parts(panel, vehicles, plans)
    panel.giver.ask_upload_all()
    assert "uav-02, uav-03" in panel.strip.question.text()
    panel.strip.yes.click()
    given = [(vehicle, request.args["list"]) for vehicle, request in commands.requests(Verb.PLAN_UPLOAD)]
    assert given == [("uav-02", "fence"), ("uav-03", "mission")]
    first = commands.requests(Verb.PLAN_UPLOAD)[0][1]
    commands.station.offer(vehicles[0].report(commands.station.now_s, first, CommandState.SUCCEEDED))
    app.processEvents()
    given = [(vehicle, request.args["list"]) for vehicle, request in commands.requests(Verb.PLAN_UPLOAD)]
    assert given[2:] == [("uav-02", "mission")]
    assert commands.requests(Verb.PLAN_UPLOAD)[2][1].items == plans[0].mission


def test_a_vehicle_whose_plan_is_held_is_left_out_and_named(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    bad = replace(
        CROSSING[1], mission=(*CROSSING[1].mission, PlanItem(command=Cmd.JUMP, frame=2, params=(99.0, 1.0, 0, 0)))
    )
    with_parts(panel, vehicles, (plan((100.0, -200.0), (300.0, -300.0)), bad))
    panel.giver.ask_upload_all()
    assert "Give uav-02" in panel.strip.question.text()
    assert "Left out: uav-03" in panel.strip.question.text()


def test_where_all_plans_are_held_nobody_can_be_given_one_and_the_button_says_why(panel, commands):
    vehicles = grounded(2, 3, 4, 5)
    commands.hear(*vehicles)
    jump = PlanItem(command=Cmd.JUMP, frame=2, params=(99.0, 1.0, 0, 0))
    good = [plan((100.0, 200.0 * at), (300.0, 200.0 * at)) for at in range(4)]
    bad = [replace(one, mission=(*one.mission, jump)) for one in good]
    with_parts(panel, vehicles, bad)
    panel.refresh()
    button = panel.strip.all
    assert not button.isEnabled()
    *lines, last = button.toolTip().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["uav-02", "uav-03", "uav-04"]
    assert all("of the checks hold" in line and line.endswith("it") for line in lines)
    assert last == "and 1 more"
    with_parts(panel, vehicles[:2], (plan((100.0, -200.0), (300.0, -200.0)), plan((100.0, 200.0), (300.0, 200.0))))
    wait_until(lambda: QApplication.processEvents() or (panel.refresh(), not panel.study.is_behind)[1])
    panel.refresh()
    assert button.isEnabled()
    assert "every vehicle that has a plan" in button.toolTip()


def test_in_the_air_it_is_said_that_a_plan_is_replaced(panel, commands):
    up, down = *flying(2), *grounded(3)
    commands.hear(up, down)
    with_parts(panel, (up, down), (plan((100.0, -200.0), (300.0, -200.0)), plan((100.0, 200.0), (300.0, 200.0))))
    panel.giver.ask_upload_all()
    assert "Flown now, and replaced in the air: uav-02" in panel.strip.question.text()
    assert panel.strip.yes.text() == "Replace and upload"


def test_parts_are_saved_and_opened_with_their_vehicles(panel, commands, tmp_path):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    with_parts(panel, vehicles, CROSSING)
    path = tmp_path / "two.fleet"
    panel.document.save(path)
    wait_until(lambda: QApplication.processEvents() or panel.document.is_saved, what="a saved file")
    was = panel.document.fleet
    panel.document.show_new(PlanFile(), None)
    panel.document.open(path)
    wait_until(lambda: QApplication.processEvents() or panel.document.path == path, what="an opened file")
    now = panel.document.fleet
    assert [one.vehicle for one in now.parts] == [one.vehicle for one in was.parts]
    assert [one.plan.mission for one in now.parts] == [one.plan.mission for one in was.parts]
    panel.document.export(tmp_path)
    wait_until(lambda: QApplication.processEvents() or "2 plans are in" in str(commands.notices[-1:]), what="two files")
    assert sorted(one.name for one in tmp_path.glob("*.plan")) == ["two-uav-02.plan", "two-uav-03.plan"]


def test_a_kind_of_list_shows_its_own_items(panel):
    panel.document.edit(CROSSING[0], "begin")
    assert panel.kind is PlanKind.MISSION
    panel.tabs.setCurrentIndex(3)
    assert panel.is_survey
    assert not panel.table.isVisible()
    panel.tabs.setCurrentIndex(0)
    assert panel.table.isVisible()


def test_in_the_past_nothing_is_given_and_a_question_from_before_is_gone(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    with_parts(panel, [one], [CROSSING[0]])
    panel.giver.ask_upload()
    assert panel.strip.is_asking
    panel.set_past(True)
    assert not panel.strip.isVisible()
    assert panel.past_note.isVisible()
    assert not panel.strip.is_asking
    for act in (panel.giver.ask_upload, panel.giver.ask_upload_all, panel.giver.ask_clear, panel.giver.read):
        act()
    assert not panel.strip.is_asking
    assert commands.requests() == []
    panel.set_past(False)
    assert panel.strip.isVisible()
    assert not panel.strip.is_asking
    panel.giver.ask_upload()
    assert panel.strip.is_asking


def test_who_is_selected_is_worked_on_and_another_one_is_offered_a_plan_of_its_own(panel, commands):
    vehicles = grounded(2, 3, 4)
    commands.hear(*vehicles)
    with_parts(panel, vehicles[:2], CROSSING)
    commands.select(vehicles[1])
    assert panel.document.index == 1
    assert not panel.begin.isVisible()
    commands.select(vehicles[2])
    assert panel.document.index == 1
    assert panel.begin.text() == "This is the plan of uav-03; uav-04 is selected: begin one for it"
    panel.begin.click()
    assert panel.document.part == PlanPart(vehicle=vehicles[2].key)
    assert not panel.begin.isVisible()
    commands.select(*vehicles)
    assert panel.document.index == 2, "several are nobody in particular"
    panel.document.undo()
    assert len(panel.document.fleet.parts) == 2


def test_a_new_plan_is_a_step_that_can_be_undone(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    with_parts(panel, [one], [CROSSING[0]])
    before = panel.document.fleet
    panel.begin_anew()
    assert panel.document.fleet == FleetPlan()
    panel.document.undo()
    assert panel.document.fleet == before


def test_why_nobody_can_be_given_a_plan_is_said(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    with_parts(panel, vehicles, CROSSING)
    panel.giver.ask_upload_all()
    assert commands.notices[-1] == (
        "Nobody can be given a plan now. uav-02: 1 of the checks holds it; uav-03: 1 of the checks holds it"
    )
    # also where the survey is in front
    panel.tabs.setCurrentIndex(3)
    assert "HOLDS" in panel.checks.text


def test_a_mission_that_is_flown_is_not_taken_out(panel, commands):
    up, down = *flying(2), *grounded(3)
    commands.hear(up, down)
    commands.select(up)
    panel.giver.ask_clear()
    assert not panel.strip.is_asking
    assert commands.notices[-1].startswith("uav-02: ")
    commands.select(up, down)
    panel.giver.ask_clear()
    assert "Take the mission out of uav-03?" in panel.strip.question.text()
    assert "Left out: uav-02" in panel.strip.question.text()


def test_a_new_item_goes_before_what_leads_home(panel):
    panel.document.edit(CROSSING[0], "begin")
    count = len(panel.items)
    panel.bar.add_wanted.emit(int(Cmd.WAYPOINT))
    assert [one.command for one in panel.items[-2:]] == [Cmd.WAYPOINT, Cmd.LAND]
    assert panel.table.numbers == [count]
    panel.table.choose_all([])
    panel.bar.add_wanted.emit(int(Cmd.RETURN))
    assert panel.items[-1].command == Cmd.RETURN


def test_what_became_of_plans_that_were_changed_since_is_told_no_more(panel, commands, app):
    [one] = grounded(2)
    commands.hear(one)
    with_parts(panel, [one], [CROSSING[0]])
    panel.giver.ask_upload()
    panel.strip.yes.click()
    [(_, request)] = commands.requests(Verb.PLAN_UPLOAD)
    commands.station.offer(one.report(commands.station.now_s, request, CommandState.SUCCEEDED))
    app.processEvents()
    panel.refresh()
    assert "uav-02: succeeded" in panel.strip.progress.text()
    panel.document.edit(CROSSING[1], "another")
    panel.refresh()
    assert "succeeded" not in panel.strip.progress.text()
    assert panel.strip.retry.isHidden()


def test_the_tool_that_draws_begins_what_belongs_to_the_list_in_front(panel):
    for place, drawing in ((1, Drawing.STAY_IN), (2, Drawing.RALLY), (3, Drawing.SURVEY)):
        panel.tabs.setCurrentIndex(place)
        assert panel.document.drawing is drawing


def test_whether_a_plan_was_replaced_in_flight_reads_like_no_number_of_a_mission():
    assert order_text(Verb.PLAN_UPLOAD, {"list": "mission", "replace": "no"}) == "Upload plan mission"
    assert order_text(Verb.PLAN_UPLOAD, {"list": "mission", "replace": "yes"}) == "Upload plan mission in flight"


def test_a_plan_that_is_not_reckoned_yet_is_not_given_with_all_lists_either(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    with_parts(panel, [one], [CROSSING[0]])
    held = (*CROSSING[0].mission, PlanItem(command=Cmd.JUMP, frame=2, params=(99.0, 1.0, 0.0, 0.0)))
    panel.document.edit_mission(held, "a jump to nowhere")
    assert panel.study.is_behind
    panel.giver.ask_upload_all()
    assert not panel.strip.is_asking
    reckoned(panel)
    panel.giver.ask_upload_all()
    assert not panel.strip.is_asking
    assert "holds it" in commands.notices[-1]
