# SPDX-License-Identifier: Apache-2.0
"""Who has the plan on the screen can be told to fly it there: by the sheet, as by any other button."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtTest import QTest

from groundstation.app.plan_work import plan_access
from groundstation.fleet.commands import Verb
from groundstation.fleet.geometry import moved
from groundstation.fleet.plans.files.plan_file import PlanFile
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind, hash_of
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


def plan(east_m):
    spots = [moved(*HOME, north_m, east_m) for north_m in (100.0, 300.0)]
    points = tuple(PlanItem(command=Cmd.WAYPOINT, x=lat, y=lon, z=30.0) for lat, lon in spots)
    land = replace(points[-1], command=Cmd.LAND, z=0.0)
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=spots[0][0], y=spots[0][1], z=30.0)
    return PlanFile(mission=(takeoff, *points, land))


def planned(panel, commands, *easts_m):
    """A plan for each of some vehicles."""
    some = grounded(*range(2, 2 + len(easts_m)))
    commands.hear(*some)
    parts = tuple(PlanPart(plan=plan(east_m), vehicle=one.key) for east_m, one in zip(easts_m, some, strict=True))
    panel.document.edit_fleet(FleetPlan(parts=parts), "begin")
    reckoned(panel)
    return some


def has(panel, commands, one, items):
    commands.station.offer(*one.plan(commands.station.now_s, PlanKind.MISSION, items, given=hash_of(items)))
    panel.refresh()


def test_nobody_is_told_to_fly_what_it_does_not_have(panel, commands):
    (one,) = planned(panel, commands, 0.0)
    mission = panel.document.plan.mission
    assert panel.strip.start.isHidden()
    has(panel, commands, one, mission[:2])
    assert panel.strip.start.isHidden()
    has(panel, commands, one, mission)
    assert not panel.strip.start.isHidden()
    # an edit makes it another one
    panel.document.edit_mission((*mission[:1], replace(mission[1], z=31.0), *mission[2:]), "higher")
    reckoned(panel)
    assert panel.strip.start.isHidden()


def test_the_press_opens_the_sheet_for_those_that_have_their_plans(panel, commands):
    some = planned(panel, commands, 0.0, 400.0, -400.0)
    drafts = []
    commands.desk.draft_wanted.connect(drafts.append)
    for one, part in zip(some[:2], panel.document.fleet.parts, strict=False):
        has(panel, commands, one, part.plan.mission)
    assert panel.strip.start.text() == "Fly: 2 vehicles…"
    # a press is meant; a click so soon after it appeared is not
    QTest.qWait(1)
    panel.strip.start.click()
    (draft,) = drafts
    assert draft.verb is Verb.MISSION_START
    assert draft.keys == tuple(one.key for one in some[:2])
    assert commands.requests(Verb.MISSION_START) == [], "the sheet asks"


def test_who_meets_another_is_not_offered_to_fly(panel, commands):
    some = planned(panel, commands, 0.0, 5.0)
    assert panel.study.meetings
    for one, part in zip(some, panel.document.fleet.parts, strict=True):
        has(panel, commands, one, part.plan.mission)
    assert panel.strip.start.isHidden()


def test_in_the_past_nobody_is_told_to_fly(panel, commands):
    (one,) = planned(panel, commands, 0.0)
    has(panel, commands, one, panel.document.plan.mission)
    panel.set_past(True)
    assert panel.giver.ready() == ()
    assert not panel.strip.isVisible()
