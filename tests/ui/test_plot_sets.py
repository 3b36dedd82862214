# SPDX-License-Identifier: Apache-2.0
"""Saved plots on a real disk, with the vehicle as a variable."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.plot_work import plot_access
from groundstation.fleet.errors import UsageError
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.plot_set import MOST_BYTES, Whose, checked_set_name, plots_of, read_set, set_of, write_set
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until
from tests.ui.support.pretend_fleet import PretendVehicle

HEIGHT, SPEED = "position.height_home_m", "velocity.ground_speed_mps"
ONE, TWO, THREE = (PretendVehicle(number).key for number in (1, 2, 3))


def until(is_true, what):
    wait_until(lambda: (QApplication.processEvents(), is_true())[1], what=what)


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(station, selection, tmp_path):
    station.hear(*(PretendVehicle(number) for number in (1, 2, 3)))
    made = PlotsPanel(station.feed, selection=selection, access=plot_access(tmp_path / "plots"))
    made.resize(900, 500)
    made.show()
    return made


def save(panel, name, row):
    """By the dialog, as a person does."""
    dialog = panel.sets.ask_name()
    QTest.keyClicks(dialog.name, name)
    dialog.whose.setCurrentIndex(row)
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    until(lambda: name in panel.sets.names, "the entry")


def entry(panel, text):
    return next(one for one in panel.sets.menu.actions() if one.text() == text)


def test_plots_are_saved_and_opened_for_another_vehicle(panel, selection, tmp_path):
    topic = ValueRef("f/1", "")
    panel.plot([ValueRef(ONE, HEIGHT), ValueRef(ONE, "= speed * 2"), topic])
    panel.set_span("300")
    save(panel, "take-off & climb", 0)
    text = json.loads((tmp_path / "plots" / "take-off & climb.json").read_text())
    assert text["whose"] == "selected"
    # nobody's id
    assert ONE.id not in json.dumps(text)
    panel.clear()
    panel.set_span("60")
    selection.select((ONE, TWO))
    entry(panel, "take-off && climb").trigger()
    until(lambda: bool(panel.lanes), "the plots")
    assert panel.plots() == [[ValueRef(TWO, HEIGHT)], [ValueRef(TWO, "= speed * 2")], [topic]]
    assert panel.span_s == 300
    assert panel.is_by_hand


def test_a_set_for_each_of_the_selection(panel, selection):
    panel.plot([ValueRef(ONE, HEIGHT), ValueRef(TWO, HEIGHT)])
    save(panel, "heights", 1)
    selection.select((ONE, THREE))
    before = panel.plots()
    entry(panel, "heights").trigger()
    until(lambda: panel.plots() != before, "the plots")
    assert panel.plots() == [[ValueRef(ONE, HEIGHT), ValueRef(THREE, HEIGHT)]]
    # what was there comes back
    panel.undo()
    assert set(panel.lanes[0].refs) == {ValueRef(key, HEIGHT) for key in (ONE, TWO, THREE)}


def test_one_is_removed(panel, tmp_path):
    panel.plot([ValueRef(ONE, HEIGHT)])
    save(panel, "a", 0)
    menu = next(one.menu() for one in panel.sets.menu.actions() if one.menu() is not None)
    menu.actions()[0].trigger()
    until(lambda: not panel.sets.names, "no entry")
    assert list((tmp_path / "plots").iterdir()) == []


def test_what_goes_wrong_is_told(panel, tmp_path):
    panel.sets.save("a/b", Whose.ONE)
    assert "none of /" in panel.bar.note_label.text()
    (tmp_path / "plots").mkdir(exist_ok=True)
    (tmp_path / "plots" / "broken.json").write_text("{")
    panel.plot([ValueRef(ONE, HEIGHT)])
    panel.sets.open("broken")
    until(lambda: "no plots of this program" in panel.bar.note_label.text(), "the words")
    panel.sets.open("gone")
    until(lambda: "can't be read" in panel.bar.note_label.text(), "the words")
    assert panel.plots() == [[ValueRef(ONE, HEIGHT)]]


def test_a_file_reads_back_equal_and_a_foreign_one_is_refused():
    one = set_of("a", [[ValueRef(ONE, HEIGHT), ValueRef(TWO, HEIGHT)], [ValueRef("t", "x")]], 60, Whose.EACH)
    assert [len(values) for values in one.plots] == [1, 1]
    assert read_set("a.json", write_set(one)) == one
    data = write_set(one)
    padded = data + b" " * (MOST_BYTES - len(data))
    assert read_set("a.json", padded) == one
    for wrong in (
        padded + b" ",
        b"\xff",
        b"[" * 90_000,
        b'{"plots_named": "../x"}',
        data.replace(b'"span_s": 60', b'"span_s": 0'),
    ):
        with pytest.raises(UsageError):
            read_set("a.json", wrong)
    assert plots_of(one, ()) == [[ValueRef("t", "x")]]


@pytest.mark.parametrize("name", ["", " ", "a/b", "..\\a", "x" * 61, "a\0"])
def test_names_that_are_no_files(name):
    with pytest.raises(UsageError):
        checked_set_name(name)
    assert checked_set_name("x" * 60) == "x" * 60
