# SPDX-License-Identifier: Apache-2.0
"""A plan beyond the battery is given after a question that names vehicle and figure, and mended by a press."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from groundstation.app.plan_work import plan_access
from groundstation.fleet.commands import Verb
from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.plan_file import Area, PlanFile, Spot
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from tests.ui.support.commanding import Commands, grounded
from tests.ui.support.planning import planning, reckoned

HOME = (40.992, 39.766)


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def panel(commands, tmp_path, app):
    with planning(commands, plan_access()._replace(draft=tmp_path / "draft.json")) as made:
        yield made


def long_plan(lines=30):
    """Lines of 500 m, 20 m apart: 15 km, and 26 minutes at 10 m/s."""
    items = [PlanItem(command=Cmd.TAKEOFF, z=40.0)]
    for at in range(lines):
        for north_m in (0.0, 500.0) if at % 2 == 0 else (500.0, 0.0):
            lat_deg, lon_deg = moved(*HOME, north_m, 20.0 * at)
            items.append(PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=40.0))
    return PlanFile(mission=(*items, PlanItem(command=Cmd.RETURN, frame=2)))


def minutes(panel, value):
    panel.study.set_terms(panel.study.terms._replace(endurance_s=value * 60.0))
    reckoned(panel)


def asked(panel):
    panel.giver.ask_upload()
    return panel.strip.question.text() if panel.strip.is_asking else ""


def test_beyond_the_battery_is_asked_about_by_vehicle_and_figure_and_within_is_not(panel, commands):
    (one,) = grounded(2)
    commands.hear(one)
    commands.select(one)
    panel.document.edit(long_plan(), "begin")
    reckoned(panel)
    taken_min = panel.study.flight.duration_s / 60.0
    minutes(panel, taken_min / 1.98)
    assert "ASKS  it takes 198 % of the battery" in panel.checks.text
    assert panel.strip.upload.isEnabled()
    words = asked(panel)
    assert "uav-02: it takes 198 % of the battery" in words
    assert "more vehicles" in words
    assert panel.strip.yes.text() == "Upload beyond the battery"
    assert commands.requests(Verb.PLAN_UPLOAD) == []
    panel.strip.yes.click()
    assert len(commands.requests(Verb.PLAN_UPLOAD)) == 1


def test_just_within_the_battery_nothing_is_asked(panel, commands):
    (one,) = grounded(2)
    commands.hear(one)
    commands.select(one)
    panel.document.edit(long_plan(), "begin")
    reckoned(panel)
    minutes(panel, panel.study.flight.duration_s / 60.0 / 0.99)
    assert "% of the battery" not in asked(panel)
    assert panel.strip.yes.text() == "Upload"


def test_nothing_is_given_before_it_is_known_what_it_takes(panel, commands):
    (one,) = grounded(2)
    commands.hear(one)
    commands.select(one)
    panel.document.edit(long_plan(), "begin")
    panel.refresh()
    assert panel.study.is_behind
    assert "reckoned" in panel.giver.reason((one.key,))


def test_upload_all_names_each_vehicle_beyond_its_battery(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    plans = (long_plan(60), long_plan(3))
    parts = tuple(PlanPart(plan=plan, vehicle=one.key) for plan, one in zip(plans, vehicles, strict=True))
    panel.document.edit_fleet(FleetPlan(parts=parts), "begin")
    panel.study.set_terms(panel.study.terms._replace(margin_m=1.0, margin_up_m=1.0))
    reckoned(panel)
    panel.study.keep_apart()
    reckoned(panel)
    panel.giver.ask_upload_all()
    words = panel.strip.question.text()
    assert "uav-02: it takes" in words
    assert "uav-03: it takes" not in words
    assert panel.strip.yes.text() == "Upload beyond the battery"


def test_a_split_makes_parts_that_the_battery_does_for_in_one_step(panel, commands):
    (one,) = grounded(2)
    commands.hear(one)
    commands.select(one)
    panel.document.edit(long_plan(60), "begin")
    reckoned(panel)
    way = next(one for one in panel.checks.buttons if "flights" in one.text())
    way.click()
    QApplication.processEvents()
    parts = panel.document.fleet.parts
    assert len(parts) >= 3
    assert [part.sortie for part in parts] == list(range(1, len(parts) + 1))
    panel.document.undo()
    assert len(panel.document.fleet.parts) == 1


def test_a_part_without_a_vehicle_says_so_once_and_a_press_chooses_one(panel, commands):
    vehicles = grounded(2, 3)
    commands.hear(*vehicles)
    commands.select(vehicles[0])
    parts = (PlanPart(plan=long_plan(3), vehicle=vehicles[0].key), PlanPart(plan=long_plan(200), name="rest"))
    panel.document.edit_fleet(FleetPlan(parts=parts), "begin")
    panel.document.work_on(1)
    reckoned(panel)
    assert panel.checks.text.strip() == "HOLDS  no vehicle: choose one"
    assert panel.giver.reason(panel.study.targets()) == "this part has no vehicle"
    (button,) = panel.checks.buttons
    assert button.text() == "Choose a vehicle"
    button.click()
    menu = panel.remedies.menu
    # who has a plan here is not offered
    assert [one.text() for one in menu.actions()] == [str(vehicles[1].key)]
    menu.actions()[0].trigger()
    menu.close()
    reckoned(panel)
    assert panel.document.fleet.parts[1].vehicle == vehicles[1].key
    assert "no vehicle" not in panel.checks.text
    assert "of the battery" in panel.checks.text


def surveyed(panel, commands):
    """A survey of 300 by 300 m for one vehicle, whose battery lasts half of it."""
    some = grounded(2, 3)
    commands.hear(*some)
    commands.select(some[0])
    corners = ((0.0, 0.0), (0.0, 300.0), (300.0, 300.0), (300.0, 0.0))
    panel.surveys.over(Area(outer=tuple(Spot(*moved(*HOME, *one)) for one in corners)))
    reckoned(panel)
    minutes(panel, panel.study.flight.duration_s / 60.0 / 1.98)
    return some


def pressed(panel, words):
    next(one for one in panel.checks.buttons if one.text() == words).click()
    reckoned(panel)


def test_a_survey_is_laid_anew_in_flights_that_the_battery_does_for(panel, commands):
    surveyed(panel, commands)
    assert "ASKS  it takes 198 % of the battery" in panel.checks.text
    pressed(panel, "In as many flights as the battery needs")
    (survey,) = panel.document.fleet.surveys
    assert len(survey.flights) > 1
    assert [one.sortie for one in survey.flights] == list(range(1, len(survey.flights) + 1))
    assert "of the battery" not in panel.checks.text
    assert panel.surveys.problem == ""


def test_a_survey_is_shared_among_those_that_are_selected_and_one_alone_is_told_how(panel, commands):
    some = surveyed(panel, commands)
    pressed(panel, "Share it among more vehicles")
    assert "Select all vehicles that fly it" in commands.notices[-1]
    commands.select(*some)
    pressed(panel, "Share it among more vehicles")
    (survey,) = panel.document.fleet.surveys
    assert [one.vehicle for one in survey.flights] == [one.key for one in some]
