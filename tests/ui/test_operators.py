# SPDX-License-Identifier: Apache-2.0
"""The panel of operators: who is on, what they say, the handover of a shift."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox, QVBoxLayout, QWidget

from groundstation.app.handover_document import document
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.operators.handover_page import HandoverPage, HandoverVehicle
from groundstation.fleet.operators.said import SaidKind
from groundstation.fleet.operators.stations import GONE_S
from groundstation.ui.operators.handover_dialog import HandoverDialog, HandoverView
from groundstation.ui.operators.handover_gather import gathered
from groundstation.ui.operators.operators_panel import SPOKEN, OperatorsPanel
from groundstation.ui.operators.said_row import MOST_HEIGHT
from groundstation.ui.operators.stations_list import ROW_PX
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.support.talking import CEM, ME, Talking

DENIZ = Actor(op="deniz", gs="gui-x-2")


@pytest.fixture
def talking(station):
    return Talking(station)


@pytest.fixture
def selection(app):
    return Selection()


@pytest.fixture
def panel(app, station, talking, selection):
    found, frame = OperatorsPanel(station.feed, selection, talking.access()), QWidget()
    QVBoxLayout(frame).addWidget(found)
    frame.resize(520, 420)
    frame.show()
    frame.activateWindow()
    wait_until(lambda: (app.processEvents(), frame.isActiveWindow())[1], what="the window")
    yield found
    frame.close()
    frame.deleteLater()


def texts(panel):
    return [(row.head, row.body, row.state) for row in panel.model.rows]


def stations(panel):
    return [panel.stations.item(row).text() for row in range(panel.stations.count())]


def test_who_is_on_with_role_what_they_look_at_and_control(panel, station, talking, commands):
    talking.be_on(ME)
    talking.be_on(CEM, Role.OBSERVER, ("fleet/uav-3", "sim/uav-4"))
    panel.refresh()
    mine, theirs = stations(panel)
    assert mine == "ayşe, this window"
    assert theirs.startswith("cem, at ")
    assert "only looks" in theirs
    assert "looks at uav-3, uav-4" in theirs
    station.pass_time(GONE_S - 0.1)
    panel.refresh()
    assert len(stations(panel)) == 2
    talking.be_on(CEM, state=LinkState.OFFLINE)
    panel.refresh()
    assert stations(panel) == ["ayşe, this window"]
    station.pass_time(0.2)
    panel.refresh()
    assert stations(panel) == []


def test_a_word_is_sent_and_it_is_told_how_far_it_is(panel, talking):
    QTest.keyClicks(panel.box, "landing in 5")
    QTest.keyClick(panel.box, Qt.Key.Key_Return)
    assert panel.box.text() == ""
    (one,) = talking.said
    assert (one.text, one.to) == ("landing in 5", ())
    assert texts(panel) == [("you", "landing in 5", "waits for the broker")]
    talking.talk.tick(0.0, "", 1, is_connected=True)
    panel.refresh()
    assert texts(panel)[0][2] == "sent; nobody keeps it yet"
    talking.keep(one.id)
    panel.refresh()
    assert texts(panel)[0][2] == "sent"
    talking.tell("fleet/_gs/gui-lab-7/read", talking_read(one))
    panel.refresh()
    assert texts(panel)[0][2] == "read by cem"


def talking_read(one):
    from groundstation.fleet.operators.said import ReadMarks

    return ReadMarks(by=CEM, ids=(one.id,))


def test_nothing_is_sent_without_words(panel, talking):
    panel.box.setText("   ")
    QTest.keyClick(panel.box, Qt.Key.Key_Return)
    assert talking.said == []


def test_to_one_operator_with_the_vehicle_that_is_selected(panel, station, talking, selection):
    flying = PretendVehicle(3)
    station.hear(flying)
    talking.be_on(CEM)
    panel.refresh()
    panel.to.setCurrentIndex(panel.to.findData("cem"))
    assert panel.box.placeholderText() == "Say something to cem"
    assert not panel.about.isVisible()
    selection.select((flying.key,))
    assert panel.about.isVisible()
    panel.about.setChecked(True)
    panel.box.setText("look at this one")
    panel.send_button.click()
    (one,) = talking.said
    position = station.feed.fleet.get(flying.key).position
    assert (one.to, one.vehicle) == (("cem",), str(flying.key))
    assert (one.lat_deg, one.lon_deg) == (position.lat_deg, position.lon_deg)
    # the next one is about nothing again
    assert not panel.about.isChecked()


def test_what_is_seen_is_read_and_what_is_not_waits(panel, station, talking, app):
    talking.hear("first")
    assert len(station.feed.fleet.conversation.unread("ayşe")) == 1
    panel.refresh()
    assert station.feed.fleet.conversation.unread("ayşe") == []
    panel.hide()
    talking.hear("second")
    talking.hear("not for you", to=("deniz",))
    station.pass_time(0.1)
    assert panel.windowTitle() == "Operators 1"
    panel.show()
    panel.refresh()
    assert panel.windowTitle() == "Operators"
    assert [row.body for row in panel.model.rows] == ["first", "second"]


def test_what_is_above_the_view_is_not_read(panel, station, talking):
    for number in range(60):
        talking.hear(f"word {number}")
    panel.refresh()
    panel.refresh()
    left = station.feed.fleet.conversation.unread("ayşe")
    assert 0 < len(left) < 60
    assert left[0].text == "word 0"
    # the newest are in view
    assert left[-1].text != "word 59"


def test_the_newest_is_in_view_when_the_panel_is_shown_and_made_smaller(panel, talking, app):
    panel.hide()
    for number in range(30):
        talking.hear(f"word {number} " * 30)
    for number in range(6):
        talking.be_on(Actor(op=f"op {number}", gs=f"gui-{number}"))
    panel.show()
    for size in ((520, 420), (360, 300)):
        panel.window().resize(*size)
        for _ in range(4):
            app.processEvents()
        bar = panel.list.verticalScrollBar()
        assert bar.value() == bar.maximum() > 0
    panel.refresh()
    assert panel.stations.viewport().height() % ROW_PX == 0


def test_the_list_stays_where_somebody_reads_and_follows_at_its_end(panel, talking, app):
    for number in range(60):
        talking.hear(f"word {number}")
    panel.refresh()
    app.processEvents()
    bar = panel.list.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    talking.hear("one more")
    panel.refresh()
    app.processEvents()
    assert bar.value() == 0


def test_a_search_finds_words_and_names_in_all_that_was_said(panel, talking):
    talking.hear("the north field")
    talking.hear("battery of uav-9", by=DENIZ, vehicle="fleet/uav-9")
    panel.text_box.setText("UAV-9")
    assert [row.head for row in panel.model.rows] == ["deniz"]
    panel.text_box.setText("nothing like it")
    assert panel.pages.currentWidget() is panel.empty
    assert "has this in it" in panel.empty.text()


def test_rows_are_made_only_when_something_in_them_is_new(panel, talking, station):
    talking.hear("hello")
    # the first look reads it, which is news
    panel.refresh()
    panel.refresh()
    made = panel.model.looked
    station.pass_time(2.0)
    panel.refresh()
    assert panel.model.looked == made
    panel.box.setText("mine")
    panel.send()
    assert panel.model.looked == made + 1
    talking.talk.tick(0.0, "", 1, is_connected=True)
    panel.refresh()
    assert (panel.model.looked, panel.model.rows[-1].state) == (made + 2, "sent; nobody keeps it yet")
    panel.text_box.setText("hello")
    assert (panel.model.looked, len(panel.model.rows)) == (made + 3, 1)
    panel.model.show(panel._conversation, station.unix_s() + 86_400.0, "hello")
    assert panel.model.rows[0].when.count("-") == 2


def test_forged_words_are_letters_and_a_long_text_has_an_end(panel, talking):
    talking.hear("<b>bold</b>\x1b[31m\u202e", by=Actor(op="<img src=x>", gs="gui-evil"))
    talking.hear("word " * 400)
    talking.be_on(Actor(op="<i>eve</i>\n\n", gs="gui-evil"))
    panel.refresh()
    first, second = panel.model.rows
    assert (first.head, first.body) == ("<img src=x>", "<b>bold</b> [31m ")
    assert panel.list.sizeHintForIndex(panel.model.index(1)).height() <= MOST_HEIGHT + 60
    assert second.body == ("word " * 400)
    assert stations(panel)[0].startswith("<i>eve</i>")
    panel.grab()


def test_going_to_the_vehicle_of_a_message(panel, talking):
    gone = []
    panel.vehicles_wanted.connect(gone.append)
    talking.hear("look", vehicle="fleet/uav-3")
    panel.refresh()
    panel.list.activated.emit(panel.model.index(0))
    assert gone == [(VehicleKey("fleet", "uav-3"),)]
    (row,) = panel.model.rows
    names = [action.text() for action in panel.menu_of(row).actions()]
    assert names == ["&Go to the vehicle", "&Look at that moment", "&Answer", "&Copy"]


def test_an_answer_to_who_spoke_long_ago_goes_to_nobody_else(panel, talking):
    talking.hear("long ago", by=DENIZ)
    for number in range(SPOKEN):
        talking.hear(f"since then {number}")
    panel.refresh()
    panel.answer("deniz")
    panel.refresh()
    panel.box.setText("only for you")
    panel.send()
    assert talking.said[0].to == ("deniz",)


def test_who_is_on_under_two_ways_to_write_a_name_is_offered_once(panel, talking):
    for number, name in enumerate(("Cem", "cem", "AYŞE", "<b>\u202eeve")):
        talking.be_on(Actor(op=name, gs=f"gui-{number}"))
    talking.hear("hello", by=CEM)
    panel.refresh()
    offered = [panel.to.itemText(row) for row in range(panel.to.count())]
    assert offered == ["All", "<b> eve", "Cem"]


# ---- handover ----


def test_a_handover_gathers_what_there_is_is_signed_and_saved(panel, station, talking, tmp_path, app):
    flying = PretendVehicle(3)
    station.hear(flying)
    talking.be_on(CEM)
    panel.refresh()
    dialog = panel.open_handover()
    assert isinstance(dialog, HandoverDialog)
    assert dialog.to.currentText() == "cem"
    assert "1 vehicle," in dialog.summary.text()
    dialog.notes.setPlainText("uav-3 has a new battery")
    dialog.limits.setPlainText("120 m")
    dialog.give()
    (one,) = talking.said
    assert (one.kind, one.to, one.text) == (SaidKind.HANDOVER, ("cem",), "uav-3 has a new battery")
    assert [row.name for row in one.page.vehicles] == [str(flying.key)]
    assert one.page.limits == "120 m"
    panel.refresh()
    assert texts(panel)[0][1:] == ("Handover: 1 vehicle, 0 alarms\nuav-3 has a new battery", "waits for cem")
    talking.hear("taken", kind=SaidKind.ACCEPTED, about=one.id, to=("ayşe",))
    panel.refresh()
    assert texts(panel)[0][2] == "signed by cem"
    assert texts(panel)[1][1] == "Takes over from ayşe: taken"
    panel.open_message(one)
    view = panel.findChild(HandoverView)
    text = view.browser.toPlainText()
    for words in ("uav-3 has a new battery", "120 m", "Handed over by ayşe", "Taken over by cem", str(flying.key)):
        assert words in text
    view.save(tmp_path / "page.html")
    view.save(tmp_path / "page.pdf")
    assert "Taken over by cem" in talking.written[tmp_path / "page.html"].decode()
    assert talking.written[tmp_path / "page.pdf"].startswith(b"%PDF")
    view.close()
    app.sendPostedEvents(None, 52)
    panel.refresh()


def test_who_is_asked_signs_and_who_is_not_can_not(panel, talking):
    mine = talking.hear("", kind=SaidKind.HANDOVER, to=("ayşe",))
    others = talking.hear("", kind=SaidKind.HANDOVER, to=("deniz", "ayşe2"))
    for one, is_asked in ((mine, True), (others, False)):
        view = HandoverView(one, panel._conversation, talking.access(), panel)
        view.show()
        assert view.accept_button.isVisible() is is_asked
        view.close()
    view = HandoverView(mine, panel._conversation, talking.access(), panel)
    view.show()
    view.reason.setText("with the wind")
    view.accept_button.click()
    assert not view.accept_button.isVisible()
    (answer,) = talking.said
    assert (answer.kind, answer.about, answer.to, answer.text) == (
        SaidKind.ACCEPTED,
        mine.id,
        ("cem",),
        "with the wind",
    )
    view.close()


@pytest.mark.parametrize("name", ["", "  ", "ayşe", "Ayşe "])
def test_a_handover_needs_somebody_else(panel, talking, name):
    dialog = HandoverDialog(gathered(panel._feed, []), [], talking.access(), panel)
    dialog.show()
    dialog.to.setCurrentText(name)
    dialog.give()
    assert dialog.isVisible()
    assert dialog.problem.text() == "Name the operator who takes over."
    assert talking.said == []
    dialog.close()


def test_a_disk_that_does_not_take_it_is_told(panel, talking, tmp_path):
    def full(path, data):
        raise OSError(28, "No space left on device")

    one = talking.hear("", kind=SaidKind.HANDOVER, to=("ayşe",))
    view = HandoverView(one, panel._conversation, talking.access(write=full), panel)
    view.save(tmp_path / "x.html")
    assert view.state.text().endswith("can't be written: No space left on device")
    view.close()


def test_a_page_of_somebody_else_is_text_whatever_stands_in_it(panel, talking):
    one = talking.hear("<script>x</script>", by=Actor(op="<b>eve</b>", gs="x"), kind=SaidKind.HANDOVER, to=("ayşe",))
    page = document(one, panel._conversation)
    assert "<script>" not in page
    assert "<b>eve" not in page


def long_page():
    return HandoverPage(vehicles=tuple(HandoverVehicle(name=f"fleet/uav-{number}") for number in range(100)))


def test_who_reads_a_long_page_stays_where_he_is_and_sees_what_becomes_of_it(panel, talking, station, app):
    one, other = (talking.hear("", kind=SaidKind.HANDOVER, to=("deniz",), page=long_page()) for _ in range(2))
    for message in (one, other):
        panel.open_message(message)
    first, second = panel.findChildren(HandoverView)
    app.processEvents()
    second.close()
    bar = first.browser.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    first.save(Path("page.html"))
    panel.hide()
    station.pass_time(1.0)
    panel.refresh()
    assert (bar.value(), first.state.text()) == (place, "Written to page.html")
    first._written = ""
    talking.hear("", by=DENIZ, kind=SaidKind.ACCEPTED, about=one.id)
    station.pass_time(1.0)
    assert first.state.text() == "signed by deniz"
    assert bar.value() == place > 0
    first.close()


def test_what_was_signed_in_another_window_is_not_signed_again(panel, talking):
    one = talking.hear("", kind=SaidKind.HANDOVER, to=("ayşe",))
    view = HandoverView(one, panel._conversation, talking.access(), panel)
    view.show()
    talking.hear("", by=Actor(op="ayşe", gs="gui-other"), kind=SaidKind.DECLINED, about=one.id)
    view.accept_button.click()
    assert talking.said == []
    assert view.state.text() == "declined by ayşe"
    view.close()


def test_a_stray_return_signs_nothing_and_a_stray_escape_costs_no_words(panel, talking):
    talking.be_on(CEM)
    dialog = panel.open_handover()
    dialog.notes.setPlainText("an hour of work")
    QTest.keyClick(dialog.to, Qt.Key.Key_Return)
    assert talking.said == []
    cancel = dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel)
    cancel.setFocus()
    QTest.keyClick(cancel, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    dialog = panel.open_handover()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    again = panel.open_handover()
    assert again.notes.toPlainText() == "an hour of work"
    again.give()
    assert talking.said[0].text == "an hour of work"
    assert panel.open_handover().notes.toPlainText() == ""


@pytest.mark.parametrize("name", ["x" * 200, "W" * 200])
def test_a_long_name_makes_no_dialog_wider_than_a_small_screen(panel, talking, name):
    talking.be_on(Actor(op=name, gs="gui-long"))
    one = talking.hear("", by=Actor(op=name, gs="gui-long"), kind=SaidKind.HANDOVER, to=(name, "ayşe"))
    view = HandoverView(one, panel._conversation, talking.access(), panel)
    view.save(Path("x" * 250))
    dialog = panel.open_handover()
    panel.refresh()
    for widget in (view, dialog, panel):
        assert widget.minimumSizeHint().width() <= 860
    view.close()
    dialog.close()


@pytest.mark.parametrize(("height", "rows"), [(250, 3), (600, 4)])
def test_who_is_on_takes_whole_rows_and_leaves_room_for_words(panel, talking, app, height, rows):
    for number in range(9):
        talking.be_on(Actor(op=f"op {number}", gs=f"gui-{number}"))
    panel.refresh()
    panel.window().resize(520, height + 22)
    app.processEvents()
    assert panel.stations.viewport().height() == rows * ROW_PX
    panel.stations.setCurrentRow(5)
    talking.be_on(Actor(op="a new one", gs="gui-new"))
    panel.refresh()
    assert panel.stations.currentItem().text().startswith("op 5")


# ---- in the window ----


def test_the_top_bar_counts_what_is_unread_and_leads_there(window, station, app):
    talking = Talking(station)
    talking.hear("hello")
    window.top_bar.refresh()
    assert not window.top_bar.words.isHidden()
    assert window.top_bar.words.value.text() == "1"
    window.top_bar.words.pressed.emit()
    QApplication.processEvents()
    panel = window.panel(OperatorsPanel)
    assert panel.isVisible()
    window.activateWindow()
    wait_until(lambda: (app.processEvents(), window.isActiveWindow())[1], what="the window")
    panel.refresh()
    window.top_bar.refresh()
    assert window.top_bar.words.isHidden()
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox)]
