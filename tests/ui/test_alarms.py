# SPDX-License-Identifier: Apache-2.0
"""The panel of alarms, its history and rules, and what is heard."""

from __future__ import annotations

import csv

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from groundstation.app.alarm_port import write_csv
from groundstation.fleet.alarms.alarm import Alarm, AlarmAction, AlarmState, Deed, EngineState, Shelf, alarm_key
from groundstation.fleet.alarms.rule import AlarmRule, RuleSet
from groundstation.fleet.alarms.trial import Raised, Trial
from groundstation.fleet.commands import Actor
from groundstation.fleet.conditions import Level
from groundstation.fleet.phrases import say
from groundstation.fleet.sensor_map.mapping import SensorRow
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarm_row import button_rect, icon_name
from groundstation.ui.alarms.alarm_voice import MUTED_REMIND_S, REMIND_S, AlarmVoice
from groundstation.ui.alarms.alarms_panel import AlarmsPanel
from groundstation.ui.alarms.note_dialog import NoteDialog
from groundstation.ui.alarms.rules_dialog import RulesDialog
from groundstation.ui.alarms.shelve_dialog import ShelveDialog
from groundstation.ui.main_window import MainWindow
from tests.support.waiting import wait_until

AYSE = Actor(op="ayse", gs="gs-2")
RULES = RuleSet(
    rules=(
        AlarmRule(name="battery", title="Battery", conditions=("battery_low", "battery_critical")),
        AlarmRule(name="humid", title="Humidity", topics="KTÜ/+/Nem", when="value > 60"),
    )
)


class Heard:
    """What the window asked for and said."""

    def __init__(self):
        self.wishes, self.played, self.spoken, self.trials = [], [], [], []

    def wish(self, action, keys=(), **more):
        self.wishes.append((action, keys, more))

    def trial(self, path, rules, told):
        told(0.5)
        self.trials.append((path.name, rules))
        raised = tuple(Raised(rule="humid", title="Humidity", source="x", begin_s=one) for one in (1.0, 2.0, 3.0))
        return Trial(raised=raised, begin_s=0.0, end_s=600.0, step_s=1.0)

    def access(self, **more):
        known = {"wish": self.wish, "write_csv": write_csv, "play": self.played.append, "speak": self.spoken.append}
        return AlarmAccess(**(known | {"trial": self.trial} | more))


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def voice(station, heard):
    return AlarmVoice(station.feed, heard.access())


@pytest.fixture
def panel(app, station, heard, voice):
    found = AlarmsPanel(station.feed, heard.access(), voice)
    found.resize(560, 400)
    found.show()
    lead(station)
    yield found
    found.close()
    found.deleteLater()


def lead(station):
    book = station.feed.fleet.alarms
    book.fold_engine("e", EngineState(leads=True, term=1), station.now_s)
    book.fold_rules(RULES)


def alarm(source="fleet/uav-1", rule="battery", level=Level.CAUTION, state=AlarmState.ACTIVE, **more):
    known = {
        "key": alarm_key(rule, source), "rule": rule, "source": source, "title": rule.capitalize(), "level": level,
        "worst": level, "state": state, "raised_unix_s": 1.7e9, "advice": "Bring it home",
        "said": say("battery_low", name="battery", percent=14.0) if rule == "battery" else "",
    }  # fmt: skip
    return Alarm(**(known | more))


def tell(station, panel, *alarms):
    for one in alarms:
        station.feed.fleet.alarms.fold(one, station.now_s)
    panel.refresh()
    return alarms


def click_button(panel, row):
    rect = panel.list.visualRect(panel.model.index(row))
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=button_rect(rect).center())


def test_a_device_is_called_what_the_file_of_meanings_calls_it(panel, station, voice, heard):
    station.feed.use_meanings(SensorMap([SensorRow(topics="KTÜ/+/Nem", name="{1} humidity")]))
    tell(station, panel, alarm("KTÜ/Kabin1/Nem", "humid", Level.WARNING), alarm("KTÜ/Kabin1/Gaz", "gas"))
    assert sorted(one.source for one in panel.model.cards) == ["KTÜ/Kabin1/Gaz", "Kabin1 humidity"]


def test_cards_stand_in_order_with_cause_number_and_what_to_do(panel, station):
    tell(
        station, panel, alarm(),
        alarm("KTÜ/Kabin1/Nem", "humid", Level.WARNING, value=61.5, unit="%"),
        alarm("fleet/uav-2", state=AlarmState.ACKNOWLEDGED, acknowledged=Deed(AYSE, 1.7e9)),
    )  # fmt: skip
    cards = panel.model.cards
    assert [one.source for one in cards] == ["KTÜ/Kabin1/Nem", "uav-1", "uav-2"]
    assert cards[0].detail == "61.5 % · Bring it home"
    assert cards[1].detail == "battery low 14 % · Bring it home"
    assert (cards[2].state, cards[2].can_acknowledge) == ("acknowledged by ayse", False)
    assert panel.counts.text() == "2 to acknowledge"
    assert not panel.grab().toImage().isNull()


def test_the_button_of_a_card_acknowledges_that_one_and_a_press_beside_it_does_not(panel, station, heard):
    first, _second = tell(station, panel, alarm(level=Level.WARNING), alarm("fleet/uav-2"))
    click_button(panel, 0)
    assert heard.wishes == [(AlarmAction.ACKNOWLEDGE, (first.key,), {})]
    rect = panel.list.visualRect(panel.model.index(1))
    beside = button_rect(rect).center() - QPoint(button_rect(rect).width(), 0)
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    assert len(heard.wishes) == 1


def test_keys_acknowledge_shelve_and_go_there(panel, station, heard, app):
    wanted = []
    panel.vehicle_wanted.connect(wanted.append)
    first, second = tell(station, panel, alarm(), alarm("fleet/uav-2"))
    panel.choose(first.key, second.key)
    QTest.keyClick(panel.list, Qt.Key.Key_A)
    action, keys, _ = heard.wishes.pop()
    assert (action, set(keys)) == (AlarmAction.ACKNOWLEDGE, {first.key, second.key})
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert [one.id for one in wanted] == [panel.chosen[0].vehicle.id]
    QTest.keyClick(panel.list, Qt.Key.Key_S)
    (dialog,) = panel.findChildren(ShelveDialog)
    dialog.why.setText("known")
    box = dialog.findChild(QComboBox)
    box.setCurrentIndex(box.findData(60))
    dialog._on_accepted()
    action, keys, more = heard.wishes.pop()
    assert (action, len(keys), more) == (AlarmAction.SHELVE, 2, {"seconds": 3600.0, "text": "known"})


def test_shelved_ones_are_out_of_sight_until_they_are_asked_for(panel, station, heard):
    shelf = Shelf(deed=Deed(AYSE, 1.7e9), until_unix_s=1.7e9 + 60, reason="dryer")
    (shelved,) = tell(station, panel, alarm(shelf=shelf))
    assert (panel.model.cards, panel.shelved_button.text()) == ([], "1")
    assert panel.pages.currentWidget() is panel.empty
    panel.shelved_button.click()
    assert panel.model.cards[0].state.startswith("shelved by ayse until ")
    assert panel.model.cards[0].state.endswith(": dryer")
    panel.choose(shelved.key)
    panel.unshelve()
    assert heard.wishes == [(AlarmAction.UNSHELVE, (shelved.key,), {})]


def test_who_is_selected_stays_so_when_the_order_changes(panel, station):
    tell(station, panel, alarm(), alarm("fleet/uav-2"))
    panel.choose(alarm_key("battery", "fleet/uav-1"))
    tell(station, panel, alarm("fleet/uav-3", level=Level.WARNING), alarm("fleet/uav-2", level=Level.WARNING))
    assert [one.source for one in panel.chosen] == ["fleet/uav-1"]


def test_a_note_and_an_operator_are_given_where_they_changed(panel, station, heard):
    (one,) = tell(station, panel, alarm(assigned="ayse"))
    panel.choose(one.key)
    panel.write_note()
    (dialog,) = panel.findChildren(NoteDialog)
    dialog.note.setText("lands at the field")
    dialog._on_accepted()
    assert heard.wishes == [(AlarmAction.NOTE, (one.key,), {"text": "lands at the field"})]


def test_without_an_engine_nobody_is_led_to_believe_that_something_is_done(panel, station):
    (one,) = tell(station, panel, alarm())
    panel.choose(one.key)
    panel.refresh()
    assert (panel.notice.isVisible(), panel.acknowledge_button.isEnabled()) == (False, True)
    station.pass_time(5)
    panel.refresh()
    assert (panel.notice.isVisible(), panel.acknowledge_button.isEnabled()) == (True, False)
    assert "groundstation alarms run" in panel.notice.text()


def test_a_window_that_only_looks_offers_nothing(app, station):
    panel = AlarmsPanel(station.feed, AlarmAccess())
    panel.show()
    lead(station)
    (one,) = tell(station, panel, alarm())
    panel.choose(one.key)
    assert panel.model.cards[0].can_acknowledge is False
    assert panel.acknowledge_button.isHidden()
    QTest.keyClick(panel.list, Qt.Key.Key_A)
    panel.shelve()
    assert panel.findChildren(ShelveDialog) == []
    panel.close()
    panel.deleteLater()


def test_history_is_searched_and_written(panel, station, tmp_path):
    (one,) = tell(station, panel, alarm("=cmd|x", "humid"))
    known = msgspec.structs.replace(one, state=AlarmState.ACKNOWLEDGED, acknowledged=Deed(AYSE, 1.7e9), revision=1)
    tell(station, panel, known, msgspec.structs.replace(known, state=AlarmState.OVER, revision=2))
    panel.history_button.click()
    rows = panel.history.model.rows
    assert [(row[1], row[6]) for row in rows] == [("over", ""), ("acknowledged", "ayse"), ("raised", "")]
    panel.text_box.setText("ackno")
    assert [row[1] for row in panel.history.model.rows] == ["acknowledged"]
    panel.history.write(tmp_path / "alarms.csv")
    with (tmp_path / "alarms.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    # what a spreadsheet would take for a formula is text
    assert (len(written), written[1][3]) == (4, "'=cmd|x")
    panel.history.write(tmp_path / "nowhere" / "alarms.csv")
    assert "choose another place" in panel.history.status.text()


def test_signs_tell_level_by_shape_and_whether_somebody_knows_by_filling():
    assert icon_name(Level.WARNING, waits=True) == "warning"
    assert icon_name(Level.WARNING, waits=False) == "warning_seen"
    assert icon_name(Level.ADVISORY, waits=True) == "advisory"


# ---- rules ----


@pytest.fixture
def dialog(panel):
    found = panel.open_rules()
    yield found
    found.reject()


def test_rules_are_changed_tried_and_given(dialog, heard, app, tmp_path):
    assert [dialog.list.item(row).text() for row in range(2)] == ["Battery", "Humidity"]
    dialog.list.setCurrentRow(1)
    box = dialog.form.texts["when"]
    box.selectAll()
    QTest.keyClicks(box, "value >")
    assert "a value is missing" in dialog.form.problem.text()
    dialog.give()
    assert heard.wishes == []
    assert "a value is missing" in dialog.status.text()
    box.selectAll()
    QTest.keyClicks(box, "value > 70")
    assert dialog.form.problem.text() == ""
    dialog.try_on(tmp_path / "flight.tlog")
    wait_until(lambda: app.processEvents() or dialog._task is None, what="the trial ends")
    assert dialog.status.text() == "would have raised 3 times in 10.0 min"
    assert dialog.list.item(1).text() == "Humidity   \N{MULTIPLICATION SIGN}3"
    assert heard.trials[0][0] == "flight.tlog"
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    dialog.give()
    ((action, _, more),) = heard.wishes
    assert action is AlarmAction.RULES
    assert [(one.name, one.is_on, one.when) for one in more["rules"].rules] == [
        ("battery", False, ""),
        ("humid", True, "value > 70"),
    ]


def test_a_new_rule_is_off_until_somebody_switches_it_on(dialog):
    dialog.add_rule()
    assert (dialog.rules.rules[-1].is_on, dialog.rules.rules[-1].name) == (False, "rule-1")
    dialog.remove_rule()
    assert len(dialog.rules.rules) == 2


def test_rules_that_are_too_long_for_a_message_are_told(dialog, heard):
    for number in range(150):
        dialog._rules.append(AlarmRule(name=f"n{number}", title="T", when=f"battery < {number:0400}"))
    dialog.give()
    assert (heard.wishes, "too long" in dialog.status.text()) == ([], True)


def test_there_are_no_rules_before_an_engine_told_them(app, station, heard):
    panel = AlarmsPanel(station.feed, heard.access())
    assert panel.open_rules() is None
    assert panel.findChildren(RulesDialog) == []
    panel.deleteLater()


# ---- to the ear ----


def hear(station, seconds):
    for _ in range(int(seconds)):
        station.pass_time(1.0)


def test_what_is_new_is_said_the_worst_first_one_after_the_other(station, heard, voice):
    book = station.feed.fleet.alarms
    for one in (alarm(), alarm("KTÜ/Kabin1/Nem", "humid", Level.WARNING), alarm("fleet/uav-3")):
        book.fold(one, station.now_s)
    station.pass_time(0.3)
    assert heard.spoken == ["Warning. KTÜ/Kabin1/Nem. Humid."]
    station.pass_time(0.3)
    assert len(heard.spoken) == 1
    hear(station, 14)
    assert [one.split(".")[0] for one in heard.spoken] == ["Warning", "Caution", "Caution"]
    assert heard.played == ["warning", "caution", "caution"]


def test_a_warning_is_said_again_until_somebody_acknowledges_it_a_caution_is_not(station, heard, voice):
    book = station.feed.fleet.alarms
    book.fold(alarm(level=Level.WARNING), station.now_s)
    book.fold(alarm("fleet/uav-2"), station.now_s)
    hear(station, REMIND_S - 2)
    assert len(heard.spoken) == 2
    hear(station, 8)
    assert heard.spoken[2:] == ["Warning. uav-1. Battery."]
    known = alarm(level=Level.WARNING, state=AlarmState.ACKNOWLEDGED, acknowledged=Deed(AYSE, 1.0))
    book.fold(known, station.now_s)
    hear(station, 3 * REMIND_S)
    assert len(heard.spoken) == 3


def test_five_hundred_at_once_do_not_stutter(station, heard, voice):
    for number in range(500):
        station.feed.fleet.alarms.fold(alarm(f"fleet/uav-{number}"), station.now_s)
    hear(station, 120)
    # what could not be said in its time is shown, and not said long after
    assert 3 <= len(heard.spoken) <= 6


def test_what_is_muted_is_silent_but_for_a_warning_now_and_then(station, heard, voice):
    voice.mute(rule="battery")
    book = station.feed.fleet.alarms
    book.fold(alarm(), station.now_s)
    book.fold(alarm("fleet/uav-2", level=Level.WARNING), station.now_s)
    hear(station, MUTED_REMIND_S - 2)
    assert heard.spoken == []
    hear(station, 5)
    assert heard.spoken == ["Warning. uav-2. Battery."]
    voice.mute(rule="battery", is_muted=False)
    voice.mute(source="fleet/uav-9")
    book.fold(alarm("fleet/uav-9"), station.now_s)
    hear(station, 5)
    assert not any("uav-9" in one for one in heard.spoken)
    again = AlarmVoice(station.feed, heard.access())
    again.restore(voice.mutes)
    assert again.muted_sources == {"fleet/uav-9"}


def test_a_rule_that_is_silent_is_not_heard(station, heard, voice):
    silent = msgspec.structs.replace(RULES.rules[1], is_silent=True)
    station.feed.fleet.alarms.fold_rules(RuleSet(rules=(silent,), revision=1))
    station.feed.fleet.alarms.fold(alarm("KTÜ/Kabin1/Nem", "humid"), station.now_s)
    hear(station, 5)
    assert heard.spoken == []


# ---- the window ----


def test_the_numbers_of_the_top_bar_count_everything_and_open_the_panel(app, station, settings, heard, vehicle):
    window = MainWindow(station.feed, settings, alarms=heard.access())
    window.show()
    station.hear(vehicle)
    book = station.feed.fleet.alarms
    book.fold(alarm("KTÜ/Kabin1/Nem", "humid", Level.WARNING), station.now_s)
    book.fold(alarm(str(vehicle.key), "high", said=""), station.now_s)
    station.pass_time(1.0)
    window.top_bar.refresh()
    assert window.top_bar.warnings.value.text() == "1"
    # a rule's alarm is on the vehicle's row like any other condition
    (summary,) = station.feed.summaries()
    assert "High" in [str(one.said) for one in summary.conditions]
    assert int(window.top_bar.cautions.value.text()) == (summary.level is Level.CAUTION)
    assert not summary.is_known
    book.fold(
        alarm(str(vehicle.key), "high", said="", state=AlarmState.ACKNOWLEDGED, acknowledged=Deed(AYSE, 1.0)), 1.0
    )
    station.pass_time(1.0)
    (summary,) = station.feed.summaries()
    assert summary.is_known == (summary.level >= Level.CAUTION)
    window.workspace.bring("messages")
    QTest.mouseClick(window.top_bar.warnings, Qt.MouseButton.LeftButton)
    assert window.dock("alarms").isCurrentTab()
    window.leave()
