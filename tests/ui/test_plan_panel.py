# SPDX-License-Identifier: Apache-2.0
"""The panel of plans with real widgets, real files, and vehicles that can be told everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from groundstation.app.plan_work import plan_access
from groundstation.fleet.commands import CommandState, Verb
from groundstation.fleet.kinds import Samples
from groundstation.fleet.plans.files.plan_file import PlanFile
from groundstation.fleet.plans.fleet_plan import FleetPlan
from groundstation.fleet.plans.plan_badge import Badge, badge_of
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind, hash_of
from groundstation.fleet.plans.plan_status import ListState
from groundstation.fleet.status import Landed, LandedState, MissionProgress, Mode
from groundstation.transport import topics
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_model import FLOWN
from groundstation.ui.plans.plan_port import PlanDraft
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands, flying, grounded
from tests.ui.support.planning import planning, reckoned

LAT, LON = 40.992, 39.766
TAKEOFF = PlanItem(command=Cmd.TAKEOFF, x=LAT, y=LON, z=30.0)
POINT = PlanItem(command=Cmd.WAYPOINT, x=LAT + 1e-3, y=LON, z=30.0)
MISSION = (
    TAKEOFF,
    POINT,
    replace(POINT, y=LON + 1e-3),
    PlanItem(command=Cmd.JUMP, frame=2, params=(2.0, 1.0, 0.0, 0.0)),
    PlanItem(command=Cmd.RETURN, frame=2),
)


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def access(tmp_path):
    return plan_access()._replace(draft=tmp_path / "draft.json")


@pytest.fixture
def panel(commands, access, app):
    with planning(commands, access) as made:
        yield made


def shown(panel, items=MISSION):
    panel.document.edit_mission(items, "begin")
    QApplication.processEvents()
    return panel.document


def cells(panel, column):
    model = panel.model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def field(panel, name):
    QApplication.processEvents()
    found = [one for one in panel.form.findChildren(QLineEdit) if one.accessibleName() == name and not one.isHidden()]
    assert len(found) == 1, name
    return found[0]


def type_into(box, text):
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_items_are_rows_with_heights_and_legs(panel):
    shown(panel)
    assert cells(panel, 0) == ["1", "2", "3", "4", "5"]
    assert cells(panel, 1) == ["Take-off", "Waypoint", "Waypoint", "Jump", "Return to launch"]
    assert cells(panel, 2) == ["30.0", "30.0", "30.0", "", ""]
    assert cells(panel, 3)[:3] == ["home", "home", "home"]
    assert [cells(panel, 4)[row] for row in (1, 2)] == ["111", "84"]
    assert cells(panel, 6)[3] == "to item 2, times 1"
    assert panel.tabs.tabText(0) == "Mission 5"


def test_a_field_changes_its_item_and_undo_has_no_end(panel):
    document = shown(panel)
    panel.table.choose(2)
    for height in ("41.5", "42", "43"):
        type_into(field(panel, "height"), height)
    assert document.plan.mission[1].z == 43.0
    assert document.plan.mission[1].x == POINT.x
    for _ in range(3):
        QTest.keyClick(panel.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.plan.mission == MISSION
    assert panel.table.numbers == [2], "an edit moves no selection"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(panel.table, Qt.Key.Key_Z, both)
    assert document.plan.mission[1].z == 41.5
    assert field(panel, "height").text() == "41.5"


@pytest.mark.parametrize("text", ["none", "91", "nan", "1e9", "--"])
def test_a_number_that_is_none_changes_nothing_and_says_so(panel, text):
    document = shown(panel)
    panel.table.choose(2)
    box = field(panel, "latitude")
    type_into(box, text)
    assert document.plan.mission == MISSION
    assert box.property("wrong")
    assert "90" in box.toolTip()


def test_the_height_stays_when_what_it_is_above_changes(panel):
    document = shown(panel)
    panel.table.choose(2)
    boxes = [one for one in panel.form.findChildren(QComboBox) if "above" in one.accessibleName()]
    boxes[0].activated.emit(boxes[0].findData(0))
    assert (document.plan.mission[1].frame, document.plan.mission[1].z) == (0, 30.0)


def test_items_are_added_moved_and_removed_and_jumps_follow(panel):
    document = shown(panel)
    panel.table.choose(1)
    panel.bar.add_wanted.emit(int(Cmd.SPLINE))
    assert [one.command for one in document.plan.mission] == [22, 82, 16, 16, 177, 20]
    assert document.plan.mission[4].params[0] == 3.0
    assert (document.plan.mission[1].x, document.plan.mission[1].z) == (LAT, 30.0)
    assert panel.table.numbers == [2]
    QTest.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [one.command for one in document.plan.mission] == [22, 16, 82, 16, 177, 20]
    assert document.plan.mission[4].params[0] == 2.0
    assert panel.table.numbers == [3]
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert document.plan.mission == MISSION
    # at the end nothing moves further
    panel.table.choose(5)
    QTest.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert document.plan.mission == MISSION


def test_an_item_becomes_another_one_where_it_stands(panel):
    document = shown(panel)
    panel.table.choose(2)
    box = panel.form.findChildren(QComboBox)[0]
    box.activated.emit(box.findData(int(Cmd.LOITER_TIME)))
    made = document.plan.mission[1]
    assert (made.command, made.x, made.z, made.params[0]) == (19, POINT.x, 30.0, 10.0)


def test_what_holds_the_upload_is_said_and_holds_it(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    commands.select(one)
    shown(panel, (TAKEOFF, POINT, PlanItem(command=Cmd.JUMP, frame=2, params=(9.0, 1.0, 0.0, 0.0))))
    assert "HOLDS  Item 3: it jumps to item 9" in panel.checks.text
    assert "Advice  Item 3: it ends in the air" in panel.checks.text
    assert not panel.strip.upload.isEnabled()
    assert "holds it" in panel.strip.upload.toolTip()
    panel.giver.ask_upload()
    assert not panel.strip.is_asking


def test_nothing_is_sent_before_it_is_confirmed_and_then_to_who_was_asked_for(panel, commands):
    some = grounded(2, 3, 4)
    commands.hear(*some)
    commands.select(*some)
    shown(panel)
    reckoned(panel)
    QTest.mouseClick(panel.strip.upload, Qt.MouseButton.LeftButton)
    assert commands.requests(Verb.PLAN_UPLOAD) == []
    assert "5 mission items to uav-02, uav-03, uav-04" in panel.strip.question.text()
    # a space bar for another field is a no
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert not panel.strip.is_asking
    panel.giver.ask_upload()
    # others selected meanwhile: the question was about these
    commands.select(some[0])
    assert not panel.strip.is_asking
    commands.select(*some)
    panel.giver.ask_upload()
    QTest.mouseClick(panel.strip.yes, Qt.MouseButton.LeftButton)
    sent = commands.requests(Verb.PLAN_UPLOAD)
    assert [key for key, _ in sent] == ["uav-02", "uav-03", "uav-04"]
    assert all(request.items == MISSION for _, request in sent)
    assert all(request.args == {"list": "mission", "replace": "no"} for _, request in sent)


def test_progress_retry_of_the_failed_alone_and_badges(panel, commands):
    some = grounded(2, 3, 4)
    commands.hear(*some)
    commands.select(*some)
    shown(panel)
    reckoned(panel)
    panel.giver.ask_upload()
    panel.strip.yes.click()
    station = commands.station
    requests = [request for _, request in commands.requests(Verb.PLAN_UPLOAD)]
    for one, request in zip(some, requests, strict=True):
        station.offer(one.report(station.now_s, request, CommandState.RECEIVED, 0))
    station.offer(some[0].report(station.now_s, requests[0], CommandState.IN_PROGRESS, 1, progress=0.42))
    assert "uav-02: in_progress 42 %" in panel.strip.progress.text()
    assert not panel.strip.cancel.isHidden()
    assert panel.strip.retry.isHidden()
    station.offer(some[0].report(station.now_s, requests[0], CommandState.SUCCEEDED, 2))
    station.offer(
        some[1].report(station.now_s, requests[1], CommandState.FAILED, 1, detail="read back, and it differs")
    )
    station.offer(some[2].report(station.now_s, requests[2], CommandState.SUCCEEDED, 1))
    station.offer(*some[0].plan(station.now_s, PlanKind.MISSION, MISSION, given=hash_of(MISSION)))
    station.offer(*some[1].plan(station.now_s, PlanKind.MISSION, MISSION[:2]))
    panel.refresh()
    words = panel.strip.badges.text()
    assert "uav-02 = equal" in words
    assert "uav-03 \N{NOT EQUAL TO} differs" in words
    assert "uav-04 ? unknown" in words
    assert panel.strip.retry.text() == "Retry 1 failed"
    assert panel.strip.cancel.isHidden()
    panel.strip.retry.click()
    assert [key for key, _ in commands.requests(Verb.PLAN_UPLOAD)[3:]] == ["uav-03"]


def test_a_mission_that_is_flown_is_replaced_only_by_a_word_that_says_so(panel, commands):
    [one] = flying(2)
    one.mode = "AUTO"
    commands.hear(one)
    commands.select(one)
    shown(panel)
    reckoned(panel)
    panel.giver.ask_upload()
    assert "replaced in the air: uav-02" in panel.strip.question.text()
    assert panel.strip.yes.text() == "Replace and upload"
    panel.strip.yes.click()
    [(_, request)] = commands.requests(Verb.PLAN_UPLOAD)
    assert request.args["replace"] == "yes"


def test_what_a_vehicle_has_comes_onto_the_screen_as_one_step(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    commands.select(one)
    document = shown(panel)
    theirs = (TAKEOFF, replace(POINT, z=77.0))
    commands.station.offer(*one.plan(commands.station.now_s, PlanKind.MISSION, theirs))
    panel.strip.read.click()
    assert document.plan.mission == theirs
    assert [request.verb for _, request in commands.requests()] == [Verb.PLAN_READ]
    document.undo()
    assert document.plan.mission == MISSION


@pytest.mark.parametrize(
    ("state", "given", "held", "badge"),
    [
        (ListState.KNOWN, True, MISSION, Badge.EQUAL),
        # what an ArduPilot makes of it: centimetres
        (ListState.KNOWN, False, (replace(TAKEOFF, z=29.995), *MISSION[1:]), Badge.EQUAL),
        (ListState.KNOWN, False, (replace(TAKEOFF, z=29.98), *MISSION[1:]), Badge.DIFFERS),
        (ListState.KNOWN, False, MISSION[:3], Badge.DIFFERS),
        (ListState.DOUBTFUL, False, MISSION, Badge.UNKNOWN),
        (ListState.SENDING, False, MISSION, Badge.UNKNOWN),
        (ListState.UNKNOWN, False, MISSION, Badge.UNKNOWN),
    ],
)
def test_badges(commands, state, given, held, badge):
    [one] = grounded(2)
    commands.hear(one)
    given_hash = hash_of(MISSION) if given else None
    commands.station.offer(*one.plan(commands.station.now_s, PlanKind.MISSION, held, given_hash, state))
    assert badge_of(commands.station.feed.fleet.get(one.key), MISSION, PlanKind.MISSION) is badge


def test_a_file_is_saved_and_opened_and_the_draft_survives_a_crash(panel, access, tmp_path):
    document = shown(panel)
    assert panel.bar.name.text() == "New plan, not saved"
    wait_until(lambda: QApplication.processEvents() or access.draft.exists())
    again = PlanDocument(access._replace(write_draft=lambda _plan, _path: None), panel)
    again.restore_draft()
    wait_until(lambda: QApplication.processEvents() or not again.is_empty)
    assert again.plan.mission == MISSION
    assert not again.is_saved
    path = tmp_path / "square.plan"
    document.save(path)
    wait_until(lambda: QApplication.processEvents() or document.is_saved)
    assert json.loads(path.read_text())["fileType"] == "Plan"
    assert panel.bar.name.text() == "square.plan"
    wait_until(lambda: QApplication.processEvents() or not access.draft.exists())
    other = PlanDocument(access, panel)
    other.open(path)
    wait_until(lambda: QApplication.processEvents() or other.path is not None)
    assert [one.command for one in other.plan.mission] == [one.command for one in MISSION]
    assert other.is_saved


def test_the_draft_remembers_the_name_of_its_file(panel, access, tmp_path):
    document = shown(panel)
    path = tmp_path / "square.plan"
    document.save(path)
    wait_until(lambda: QApplication.processEvents() or (document.is_saved and not access.draft.exists()))
    document.remove({1}, "remove")
    wait_until(lambda: QApplication.processEvents() or access.draft.exists())
    again = PlanDocument(access, panel)
    again.restore_draft()
    wait_until(lambda: QApplication.processEvents() or not again.is_empty)
    assert (again.path, again.is_saved) == (path, False)


def test_the_item_that_is_flown_is_marked_where_the_vehicle_has_this_plan(panel, commands):
    [one] = flying(2)
    shown(panel)
    commands.hear(one)
    commands.select(one)

    def told(item, held=MISSION, state="active"):
        now_s = commands.station.now_s
        commands.station.offer(*one.plan(now_s, PlanKind.MISSION, held))
        samples = Samples(
            mode=Mode(at_s=now_s, name="AUTO"),
            mission_progress=MissionProgress(at_s=now_s, item=item, items=len(MISSION), state=state),
            landed=Landed(at_s=now_s, state=LandedState.IN_AIR),
        )
        commands.station.offer(one.wrap(topics.vehicle(one.key, "state"), samples, now_s))
        panel.refresh()
        model = panel.model
        cells = [model.index(row, 0) for row in range(model.rowCount())]
        bold = [at + 1 for at, cell in enumerate(cells) if cell.data(Qt.ItemDataRole.FontRole) is not None]
        assert [at + 1 for at, cell in enumerate(cells) if cell.data().startswith(FLOWN)] == bold
        return bold

    assert told(2) == [2]
    assert told(3) == [3]
    assert told(3, state="complete") == []
    assert told(3, held=MISSION[:3]) == []


def test_a_file_that_is_no_plan_is_told_and_loses_nothing(panel, commands, tmp_path):
    document = shown(panel)
    path = tmp_path / "strange.plan"
    path.write_bytes(b"\x00\x01 no plan")
    document.open(path)
    wait_until(lambda: QApplication.processEvents() or commands.notices)
    assert "strange.plan" in commands.notices[0]
    assert document.plan.mission == MISSION
    document.save(tmp_path / "nowhere" / "there.plan")
    wait_until(lambda: QApplication.processEvents() or len(commands.notices) > 1)
    assert "can't be written" in commands.notices[1]
    assert not document.is_saved


def test_a_damaged_draft_is_no_draft(access):
    for text in (b"", b"{", b'{"format": 99, "plan": {}}', b"[]"):
        access.draft.write_bytes(text)
        assert access.read_draft(access.draft) is None
    for file in (None, Path("/a/Tarla 3.plan")):
        access.write_draft(PlanDraft(FleetPlan().with_plan(0, PlanFile(mission=MISSION)), file), access.draft)
        found = access.read_draft(access.draft)
        assert found is not None
        assert (found.plan.parts[0].plan.mission, found.file) == (MISSION, file)
    # of a version before this one
    access.draft.write_bytes(access.draft.read_bytes().replace(b'"file"', b'"none"'))
    found = access.read_draft(access.draft)
    assert found is not None
    assert found.file is None


def test_a_thousand_items_are_shown_and_edited(panel):
    many = (TAKEOFF, *(replace(POINT, x=LAT + number * 1e-5) for number in range(998)), MISSION[-1])
    document = shown(panel, many)
    panel.table.choose(500)
    type_into(field(panel, "height"), "55")
    assert document.plan.mission[499].z == 55.0
    assert panel.model.rowCount() == 1000


def test_what_a_vehicle_has_otherwise_is_listed_and_leads_to_the_item(panel, commands):
    [one] = grounded(2)
    commands.hear(one)
    commands.select(one)
    shown(panel)
    assert not panel.strip.differences.isVisible()
    other = (*MISSION[:1], replace(POINT, z=45.0), *MISSION[2:])
    commands.station.offer(*one.plan(commands.station.now_s, PlanKind.MISSION, other))
    panel.refresh()
    panel.strip.differences.click()
    wait_until(lambda: QApplication.processEvents() or panel.diff.isVisible(), what="differences")
    assert panel.diff.title.text() == "uav-02, differences: 1"
    assert panel.diff.lines == ["Item 2  Waypoint: 30.0 m, there 45.0 m"]
    panel.diff.list.itemClicked.emit(panel.diff.list.item(0))
    assert panel.table.numbers == [2]
    # numbers of another list would lead astray
    panel.document.remove({1}, "shorter")
    assert not panel.diff.isVisible()


def test_a_plan_is_compared_with_that_of_a_file(panel, commands, tmp_path):
    shown(panel)
    path = tmp_path / "other.plan"
    panel.document.save(path)
    wait_until(lambda: QApplication.processEvents() or path.exists(), what="a file")
    panel.diff.compare_with_file(PlanKind.MISSION, path)
    wait_until(lambda: QApplication.processEvents() or panel.diff.isVisible(), what="differences")
    assert panel.diff.title.text() == "other.plan: no difference"
    panel.document.remove({2}, "shorter")
    panel.diff.compare_with_file(PlanKind.MISSION, path)
    wait_until(lambda: QApplication.processEvents() or panel.diff.isVisible(), what="differences")
    assert panel.diff.lines[0] == "Item 2  Waypoint: only there"
    path.write_text("no plan")
    panel.diff.compare_with_file(PlanKind.MISSION, path)
    wait_until(lambda: QApplication.processEvents() or commands.notices, what="a notice")
    assert "other.plan" in commands.notices[-1]


def test_what_the_reader_of_a_file_had_to_say_is_told_until_somebody_read_it(panel, tmp_path):
    path = tmp_path / "field.plan"
    kept = {"type": "ComplexItem", "complexItemType": "sky writing", "version": 1}
    plan = {
        "fileType": "Plan",
        "version": 1,
        "mission": {"version": 2, "items": [kept], "plannedHomePosition": [LAT, LON, 0]},
        "geoFence": {"version": 2, "circles": [], "polygons": []},
        "rallyPoints": {"version": 2, "points": []},
    }
    path.write_text(json.dumps(plan))
    panel.document.open(path)
    wait_until(lambda: QApplication.processEvents() or panel.document.path == path, what="an opened file")
    panel.refresh()
    assert "of the file: " in panel.checks.text
    assert "sky writing" in panel.checks.text
    button = next(one for one in panel.checks.buttons if one.text() == "I have read it")
    button.click()
    panel.refresh()
    assert "sky writing" not in panel.checks.text
    panel.document.undo()
    panel.refresh()
    assert "sky writing" in panel.checks.text
