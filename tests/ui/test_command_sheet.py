# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.verbs import VERBS, Risk
from groundstation.ui.command_sheet.arg_editors import ArgEditors
from groundstation.ui.command_sheet.command_sheet import CommandSheet
from groundstation.ui.command_sheet.hold_button import HOLD_S, HoldButton
from groundstation.ui.commanding.words import unlock_word
from tests.ui.support.commanding import Commands, flying, grounded

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def sheet(commands, app):
    made = CommandSheet(commands.desk)
    yield made
    made.close()
    made.deleteLater()


def ask(commands, sheet, verb, *vehicles, **args):
    commands.desk.ask(verb, [one.key for one in vehicles], args)
    commands.station.pass_time(1.0)
    sheet.activateWindow()
    QApplication.processEvents()


def hold(commands, sheet, seconds):
    """Press the mouse, let time pass, let go."""
    button = sheet.confirm.button
    QTest.mousePress(button, LEFT)
    commands.station.now_s += seconds
    button.look()
    if sheet.confirm is not None:
        QTest.mouseRelease(button, LEFT)


def key_event(kind, key, *, repeats=False):
    return QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", repeats)


def test_what_is_harmless_goes_out_at_once(commands, sheet):
    [up] = flying(1)
    commands.hear(up)
    commands.desk.ask(Verb.HOLD, [up.key])
    assert [one.verb for _, one in commands.requests()] == [Verb.HOLD]
    assert sheet.isHidden()


def test_a_click_has_to_be_repeated_on_a_button_that_names_everything(commands, sheet):
    [up] = flying(1)
    commands.hear(up)
    ask(commands, sheet, Verb.LAND, up)
    assert commands.requests() == []
    assert sheet.confirm.risk is Risk.CLICK
    assert sheet.confirm.button.text() == "Land uav-01"
    assert sheet.targets.rows == (("uav-01", f"armed · flying · AUTO · {up.place(0)[2]:.1f} m", "", "uav-01"),)
    QTest.mouseClick(sheet.confirm.button, LEFT)
    assert [vehicle for vehicle, _ in commands.requests(Verb.LAND)] == ["uav-01"]
    assert sheet.isHidden()


def test_a_second_click_that_comes_too_soon_was_not_meant(commands, sheet):
    [up] = flying(1)
    commands.hear(up)
    commands.desk.ask(Verb.LAND, [up.key])
    for later_s in (0.0, 0.39):
        commands.station.now_s += later_s
        QTest.mouseClick(sheet.confirm.button, LEFT)
        assert commands.requests() == []
        assert not sheet.isHidden()
    commands.station.now_s += 0.02
    QTest.mouseClick(sheet.confirm.button, LEFT)
    assert [vehicle for vehicle, _ in commands.requests(Verb.LAND)] == ["uav-01"]


@pytest.mark.parametrize("verb", [Verb.LAND, Verb.ARM, Verb.REBOOT, Verb.TAKEOFF])
def test_enter_confirms_nothing(commands, sheet, verb):
    [one] = grounded(1) if verb is not Verb.LAND else flying(1)
    commands.hear(one)
    ask(commands, sheet, verb, one)
    focus = sheet.focusWidget()
    assert focus is not None
    assert focus is not sheet.confirm.button
    if sheet.confirm.type_box is not None:
        sheet.confirm.type_box.setText(unlock_word(verb, 1))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(focus, key)
    assert commands.requests() == []


def test_a_space_bar_in_a_number_changes_nothing(app):
    editors = ArgEditors(VERBS[Verb.TAKEOFF], {})
    box = editors.fields["height_m"]
    box.selectAll()
    QTest.keyClick(box, Qt.Key.Key_Space)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert editors.args()["height_m"] == VERBS[Verb.TAKEOFF].args[0].default


def test_escape_and_cancel_send_nothing(commands, sheet):
    [up] = flying(1)
    commands.hear(up)
    ask(commands, sheet, Verb.LAND, up)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()
    ask(commands, sheet, Verb.LAND, up)
    QTest.mouseClick(sheet.cancel_button, LEFT)
    assert sheet.isHidden()
    assert commands.requests() == []


def test_holding_must_last(commands, sheet):
    [down] = grounded(1)
    commands.hear(down)
    ask(commands, sheet, Verb.TAKEOFF, down)
    assert sheet.confirm.risk is Risk.HOLD
    QTest.mouseClick(sheet.confirm.button, LEFT)
    hold(commands, sheet, HOLD_S * 0.9)
    assert commands.requests() == []
    assert sheet.confirm.button.share == 0.0
    hold(commands, sheet, HOLD_S * 0.9)
    assert commands.requests() == []
    hold(commands, sheet, HOLD_S)
    [(vehicle, request)] = commands.requests(Verb.TAKEOFF)
    assert (vehicle, request.args) == ("uav-01", {"height_m": 10.0})


def test_leaving_the_button_lets_go(commands, sheet):
    [down] = grounded(1)
    commands.hear(down)
    ask(commands, sheet, Verb.ARM, down)
    button = sheet.confirm.button
    QTest.mousePress(button, LEFT)
    commands.station.now_s += 0.6
    outside = QPointF(-50, -50)
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(button, QMouseEvent(QEvent.Type.MouseMove, outside, outside, LEFT, LEFT, none))
    commands.station.now_s += 0.6
    button.look()
    assert commands.requests() == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_key_can_be_held_too(app, key):
    now = [0.0]
    button, held = HoldButton(lambda: now[0]), []
    button.held.connect(lambda: held.append(True))
    button.show()
    QApplication.sendEvent(button, key_event(QEvent.Type.KeyPress, key))
    for _ in range(5):
        now[0] += HOLD_S / 10
        QApplication.sendEvent(button, key_event(QEvent.Type.KeyRelease, key, repeats=True))
        QApplication.sendEvent(button, key_event(QEvent.Type.KeyPress, key, repeats=True))
        button.look()
    QApplication.sendEvent(button, key_event(QEvent.Type.KeyRelease, key))
    now[0] += HOLD_S
    button.look()
    assert held == []
    QApplication.sendEvent(button, key_event(QEvent.Type.KeyPress, key))
    for _ in range(11):
        now[0] += HOLD_S / 10
        QApplication.sendEvent(button, key_event(QEvent.Type.KeyRelease, key, repeats=True))
        QApplication.sendEvent(button, key_event(QEvent.Type.KeyPress, key, repeats=True))
        button.look()
    assert held == [True]
    button.close()


def test_for_several_that_fly_verb_and_number_have_to_be_typed(commands, sheet):
    up = flying(1, 2, 3)
    commands.hear(*up)
    ask(commands, sheet, Verb.FORCE_DISARM, *up)
    assert sheet.confirm.risk is Risk.TYPE
    assert sheet.confirm.button.text() == "Kill motors 3 vehicles: uav-01, uav-02, uav-03"
    for wrong in ("2", "3", "uav-01", "kill 2", "kill 33"):
        sheet.confirm.type_box.setText(wrong)
        QTest.mouseClick(sheet.confirm.button, LEFT)
    assert commands.requests() == []
    sheet.confirm.type_box.setText("kill 3")
    QTest.mouseClick(sheet.confirm.button, LEFT)
    assert len(commands.requests(Verb.FORCE_DISARM)) == 3


def test_the_targets_stay_whatever_is_selected(commands, sheet):
    one, other = flying(1, 2)
    commands.hear(one, other)
    commands.select(one)
    ask(commands, sheet, Verb.LAND, one)
    commands.select(other)
    commands.station.pass_time(1.0)
    assert sheet.confirm.button.text() == "Land uav-01"
    QTest.mouseClick(sheet.confirm.button, LEFT)
    assert [vehicle for vehicle, _ in commands.requests(Verb.LAND)] == ["uav-01"]


def test_a_vehicle_that_can_no_longer_be_told_is_left_out_with_the_reason(commands, sheet):
    one, other = flying(1, 2)
    commands.hear(one, other)
    ask(commands, sheet, Verb.LAND, one, other)
    other.is_flying = False
    commands.hear(other)
    commands.station.pass_time(1.0)
    assert [(row[0], row[2]) for row in sheet.targets.rows] == [("uav-01", ""), ("uav-02", "it is not armed")]
    assert sheet.confirm.button.text() == "Land uav-01"
    one.is_flying = False
    commands.hear(one)
    commands.station.pass_time(1.0)
    assert not sheet.confirm.button.isEnabled()
    assert "Nothing can be sent now" in sheet.problem.text()


def test_a_change_between_two_looks_is_shown_before_it_is_sent(commands, sheet):
    one, other = flying(1, 2)
    commands.hear(one, other)
    ask(commands, sheet, Verb.LAND, one, other)
    other.is_flying = False
    commands.hear(other)
    QTest.mouseClick(sheet.confirm.button, LEFT)
    assert commands.requests() == []
    assert sheet.confirm.button.text() == "Land uav-01"


def test_arguments_are_made_from_the_table_with_limits_units_and_what_was_given_last(commands, sheet):
    [down] = grounded(1)
    commands.hear(down)
    ask(commands, sheet, Verb.TAKEOFF, down)
    box = sheet.editors.fields["height_m"]
    assert (box.minimum(), box.maximum(), box.value(), box.suffix()) == (1.0, 500.0, 10.0, " m")
    box.setValue(25.0)
    assert sheet.confirm.button.text() == "Take off 25 m · uav-01"
    hold(commands, sheet, HOLD_S)
    assert commands.requests(Verb.TAKEOFF)[0][1].args == {"height_m": 25.0}
    ask(commands, sheet, Verb.TAKEOFF, down)
    assert sheet.editors.fields["height_m"].value() == 25.0


@pytest.mark.parametrize("spec", [spec for spec in VERBS.values() if spec.args], ids=lambda spec: spec.verb.value)
def test_every_verb_of_the_table_has_editors(app, spec):
    editors = ArgEditors(spec, {}, ["AUTO", "GUIDED"])
    assert list(editors.args()) == [arg.name for arg in spec.args]
    assert all(field.accessibleName() for field in editors.fields.values())
    editors.deleteLater()


def test_modes_are_those_that_all_have(commands, sheet):
    one, other = flying(1, 2)
    commands.hear(one, other)
    ask(commands, sheet, Verb.MODE, one, other)
    box = sheet.editors.fields["mode"]
    assert [box.itemText(row) for row in range(box.count())] == ["STABILIZE", "AUTO", "GUIDED", "LOITER", "RTL", "LAND"]
    assert box.currentText() == "AUTO"


def test_what_is_not_given_stays_unknown_and_a_click_on_the_map_fills_the_place(commands, sheet):
    [up] = flying(1)
    commands.hear(up)
    ask(commands, sheet, Verb.GOTO, up)
    commands.desk.point_offered.emit(40.995, 39.77)
    assert commands.desk.sketch == ((up.key,), 40.995, 39.77)
    QTest.mouseClick(sheet.confirm.button, LEFT)
    [(_, request)] = commands.requests(Verb.GOTO)
    assert request.args == {"lat_deg": 40.995, "lon_deg": 39.77, "height_m": None, "frame": "home"}
    assert commands.desk.sketch is None


def test_a_place_too_far_away_is_refused_before_it_is_sent(commands, sheet):
    [up] = flying(1)
    commands.hear(up)
    ask(commands, sheet, Verb.GOTO, up)
    commands.desk.point_offered.emit(44.0, 39.77)
    sheet.refresh()
    assert "km away" in sheet.targets.rows[0][2]
    assert not sheet.confirm.button.isEnabled()


def test_a_group_goes_by_its_options(commands, sheet):
    down = grounded(2, 1)
    commands.hear(*down)
    ask(commands, sheet, Verb.TAKEOFF, *down)
    assert sheet.group.isVisible()
    assert [row[0] for row in sheet.targets.rows] == ["uav-02", "uav-01"]
    sheet.group.order_box.setCurrentIndex(1)
    sheet.group.stagger_box.setValue(5.0)
    assert [row[0] for row in sheet.targets.rows] == ["uav-01", "uav-02"]
    sheet.confirm.type_box.setText("take off 2")
    QTest.mouseClick(sheet.confirm.button, LEFT)
    assert [vehicle for vehicle, _ in commands.requests(Verb.TAKEOFF)] == ["uav-01"]
    commands.station.pass_time(5.0)
    assert [vehicle for vehicle, _ in commands.requests(Verb.TAKEOFF)] == ["uav-01", "uav-02"]


def test_every_label_shows_plain_text(commands, sheet):
    [up] = flying(1)
    up.mode = "<b>AUTO</b>"
    commands.hear(up)
    ask(commands, sheet, Verb.LAND, up)
    outside = (sheet.title, sheet.help, sheet.problem, sheet.confirm.hint)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in outside)
    assert "<b>AUTO</b>" in sheet.targets.rows[0][1]
    assert all("<b>" not in label.text() for label in sheet.findChildren(QLabel))


def test_the_tab_key_goes_from_the_fields_to_the_button_and_then_to_cancel(commands, sheet):
    down = grounded(1, 2)
    commands.hear(*down)
    ask(commands, sheet, Verb.TAKEOFF, *down)
    sheet.confirm.type_box.setText("take off 2")
    found = [sheet.focusWidget()]
    for _ in range(7):
        QTest.keyClick(sheet.focusWidget(), Qt.Key.Key_Tab)
        found.append(sheet.focusWidget())
    group, confirm = sheet.group, sheet.confirm
    assert found == [
        sheet.editors.fields["height_m"],
        *(group.order_box, group.stagger_box, group.one_by_one, group.stops),
        *(confirm.type_box, confirm.button, sheet.cancel_button),
    ]


def test_a_key_that_is_still_held_does_not_press_what_gets_the_keyboard_next(commands, sheet):
    [down] = grounded(1)
    commands.hear(down)
    ask(commands, sheet, Verb.ARM, down)
    button = sheet.confirm.button
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(button, key_event(QEvent.Type.KeyPress, Qt.Key.Key_Space))
    commands.station.now_s += HOLD_S
    button.look()
    assert len(commands.requests(Verb.ARM)) == 1
    commands.station.pass_time(3.0)
    button.look()
    assert sheet.focusWidget() is button
    assert not sheet.isHidden()
    assert len(commands.requests(Verb.ARM)) == 1
    QApplication.sendEvent(button, key_event(QEvent.Type.KeyRelease, Qt.Key.Key_Space))
    assert sheet.isHidden()
    assert len(commands.requests(Verb.ARM)) == 1


# ---- kept apart ----

POINT = {"lat_deg": 41.002, "lon_deg": 39.72}


def test_a_group_that_would_meet_at_one_point_can_be_confirmed_only_once_it_is_kept_apart(commands, sheet):
    up = flying(1, 2, 3)
    commands.hear(*up)
    ask(commands, sheet, Verb.GOTO, *up, **POINT, height_m=40.0)
    assert "would come within 0 m of each other" in sheet.problem.text()
    assert not sheet.confirm.is_possible
    assert sheet.group.apart.isVisible()
    QTest.mouseClick(sheet.group.apart_button, LEFT)
    assert sheet.problem.text() == ""
    assert sheet.confirm.is_possible
    hold(commands, sheet, HOLD_S + 0.1) if sheet.confirm.risk is Risk.HOLD else QTest.mouseClick(
        sheet.confirm.button, LEFT
    )
    heights = [request.args["height_m"] for _, request in commands.requests(Verb.GOTO)]
    assert heights == [40.0, 45.0, 50.0]


def test_a_spread_keeps_a_group_apart_too_and_a_small_one_does_not(commands, sheet):
    up = flying(1, 2)
    commands.hear(*up)
    ask(commands, sheet, Verb.GOTO, *up, **POINT, height_m=40.0)
    for metres, is_possible in ((9.0, False), (11.0, True)):
        sheet.group.spread_box.setValue(metres)
        assert sheet.confirm.is_possible is is_possible


def test_one_vehicle_and_other_verbs_show_nothing_about_apartness(commands, sheet):
    up = flying(1, 2)
    commands.hear(*up)
    ask(commands, sheet, Verb.HEIGHT, *up, height_m=40.0)
    assert sheet.group.apart.isHidden()
    ask(commands, sheet, Verb.GOTO, up[0], **POINT, height_m=40.0)
    assert not sheet.group.apart.isVisible()


def test_what_drives_is_asked_for_no_height(commands, sheet):
    rovers = flying(1, 2)
    for one in rovers:
        one.kind = "rover"
    commands.hear(*rovers)
    ask(commands, sheet, Verb.GOTO, *rovers, **POINT)
    assert set(sheet.editors.fields) == {"lat_deg", "lon_deg"}
    assert sheet.group.step_box.isHidden()
    QTest.mouseClick(sheet.group.apart_button, LEFT)
    assert sheet.group.policy().spread_m == 10.0


@pytest.mark.parametrize(
    ("roots", "risk"),
    [(("sim", "sim"), Risk.HOLD), (("fleet", "fleet"), Risk.TYPE), (("sim", "fleet"), Risk.TYPE), ((), Risk.CLICK)],
)
def test_simulated_vehicles_ask_for_no_word_unless_a_real_one_is_among_them(station, roots, risk):
    keys = [VehicleKey(root, f"uav-{at}") for at, root in enumerate(roots)]
    assert Commands(station).orders.risk(Verb.DISARM if not roots else Verb.ARM, keys) is risk


def test_before_a_vehicle_is_sent_the_sheet_says_how_near_its_way_comes_to_others(commands, sheet):
    one, other = flying(1, 2)
    # the other hovers 25 m above where the first is
    other.centre, other.radius, other.phase, other.speed = one.centre, one.radius, one.phase, 0.01
    one.height, other.height = 60.0, 85.0
    commands.hear(one, other)
    there = commands.station.feed.fleet.get(other.key).position
    ask(commands, sheet, Verb.GOTO, one, lat_deg=there.lat_deg, lon_deg=there.lon_deg + 0.0002, height_m=90.0)
    commands.hear(one, other)
    sheet.refresh()
    assert "uav-01 comes within" in sheet.nearest.text()
    assert "of uav-02" in sheet.nearest.text()
    # it refuses nothing: that is for points that are too near themselves
    assert sheet.confirm.is_possible
    ask(commands, sheet, Verb.HEIGHT, one, height_m=40.0)
    assert sheet.nearest.text() == ""
