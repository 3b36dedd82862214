# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.sensors_panel.topic_text import visible_topic
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.value_drag import refs_from_mime
from tests.ui.support.pretend_fleet import SENSORS, message, sensor_messages


@pytest.fixture
def panel(station):
    made = SensorsPanel(station.feed)
    made.resize(500, 400)
    made.show()
    return made


def rows(panel):
    """Texts of each topic's row by topic."""
    model, found = panel.model, {}
    for row in range(model.rowCount()):
        group = model.index(row, 0)
        for child in range(model.rowCount(group)):
            index = model.index(child, 0, group)
            found[model.topic_at(index)] = [index.siblingAtColumn(column).data() for column in range(5)]
    return found


def index_of(panel, topic):
    model = panel.model
    for row in range(model.rowCount()):
        group = model.index(row, 0)
        for child in range(model.rowCount(group)):
            if model.topic_at(model.index(child, 0, group)) == topic:
                return model.index(child, 0, group)
    raise AssertionError(topic)


def test_every_kind_of_payload_has_its_row(panel, station):
    station.offer(*sensor_messages(0.0, station.now_s))
    station.now_s += 3.0
    panel.refresh()
    found = rows(panel)
    assert found[f"{SENSORS}/Kabin1/Nem-Sıcaklık/Nem"] == ["Nem", "45", "3.0 s", "1", "4 B"]
    assert found[f"{SENSORS}/Kabin1/Nem-Sıcaklık/Sıcaklık"][1] == "21.5"
    assert found[f"{SENSORS}/Kabin2/kamera"][1].startswith("binary ")
    assert found[f"{SENSORS}/Kabin2/not"][1] == "bakım yapıldı <b>12.11</b>"


def test_oversize_and_empty_payloads_are_told(panel, station):
    station.offer(message("a/big", b"x" * 100_000, station.now_s), message("a/none", b"", station.now_s))
    panel.refresh()
    assert rows(panel)["a/big"][1].startswith("too large")
    assert rows(panel)["a/big"][4] == "100000 B"
    assert rows(panel)["a/none"][1] == "—"


def test_names_that_differ_by_a_space_are_two_and_the_space_is_seen(panel, station):
    topics = ["Kabin1/Nem", "Kabin1/ Nem", "Kabin1/Nem ", "Kabin1 /Nem"]
    station.offer(*[message(topic, b"1", station.now_s) for topic in topics])
    panel.refresh()
    assert set(rows(panel)) == set(topics)
    assert rows(panel)["Kabin1/ Nem"][0] == "·Nem"
    assert rows(panel)["Kabin1/Nem "][0] == "Nem·"
    assert visible_topic("Kabin1 / Nem//x\u200b") == "Kabin1·/·Nem/∅/x\\u200b"


def test_names_that_only_look_the_same_are_two_with_a_warning(panel, station):
    composed, decomposed = "Sıcaklık/Ölçüm", "Sıcaklık/O\u0308lc\u0327u\u0308m"
    station.offer(message(composed, b"1", station.now_s), message("Other/x", b"1", station.now_s))
    panel.refresh()
    assert index_of(panel, composed).data(Qt.ItemDataRole.DecorationRole) is None
    station.offer(message(decomposed, b"2", station.now_s))
    panel.refresh()
    assert (rows(panel)[composed][1], rows(panel)[decomposed][1]) == ("1", "2")
    for topic in (composed, decomposed):
        assert index_of(panel, topic).data(Qt.ItemDataRole.DecorationRole) is not None
        assert "other bytes" in index_of(panel, topic).data(Qt.ItemDataRole.ToolTipRole)


def test_json_opens_into_its_numbers(panel, station):
    station.offer(*sensor_messages(0.0, station.now_s))
    panel.refresh()
    index, model = index_of(panel, f"{SENSORS}/Kabin2/durum"), panel.model
    numbers = {
        model.index(row, 0, index).data(): model.index(row, 1, index).data() for row in range(model.rowCount(index))
    }
    assert numbers == {"sıcaklık": "24.5", "kapı": "0", "güç.akım_a": "1.25", "güç.gerilim_v": "229.6"}
    refs = refs_from_mime(model.mimeData([model.index(2, 0, index)]))
    assert refs == [ValueRef(f"{SENSORS}/Kabin2/durum", "güç.akım_a")]


def test_other_numbers_in_the_next_payload_replace_the_rows(panel, station):
    station.offer(message("a/b", b'{"x": 1, "y": 2}', station.now_s))
    panel.refresh()
    station.offer(message("a/b", b'{"x": 1, "z": 3}', station.now_s))
    panel.refresh()
    index, model = index_of(panel, "a/b"), panel.model
    assert [model.index(row, 0, index).data() for row in range(model.rowCount(index))] == ["x", "z"]


def test_a_filter_is_kept_byte_for_byte(panel):
    spy = QSignalSpy(panel.filter_added)
    QTest.keyClicks(panel.filter_box, "Kabin1/ Nem ")
    QTest.keyClick(panel.filter_box, Qt.Key.Key_Return)
    assert [spy.at(0)[0], spy.count()] == ["Kabin1/ Nem ", 1]
    assert panel.filters == ["Kabin1/ Nem "]
    assert panel.filter_box.text() == ""


@pytest.mark.parametrize("text", ["", "#", "a/#/b", "a/b+"])
def test_a_broken_filter_is_refused_beside_the_box(panel, text):
    spy = QSignalSpy(panel.filter_added)
    assert not panel.subscribe(text)
    assert spy.count() == 0
    assert panel._error.isVisible()
    assert panel._error.text()


def test_unsubscribing_takes_the_topics_along(panel, station):
    panel.subscribe("a/#")
    panel.subscribe("b/#")
    station.offer(message("a/x", b"1", station.now_s), message("b/x", b"2", station.now_s))
    panel.refresh()
    spy = QSignalSpy(panel.filter_removed)
    panel.unsubscribe("a/#")
    assert spy.at(0)[0] == "a/#"
    station.offer(message("a/x", b"3", station.now_s))
    panel.refresh()
    assert set(rows(panel)) == {"b/x"}


def test_a_silent_sensor_looks_old_and_a_retained_value_has_no_age(panel, station):
    station.offer(message("a/x", b"1", station.now_s), message("a/kept", b"2", station.now_s, retain=True))
    panel.refresh()
    value = index_of(panel, "a/x").siblingAtColumn(1)
    assert value.data(Qt.ItemDataRole.ForegroundRole).name() == ink(Ink.TEXT).name()
    assert rows(panel)["a/kept"][2] == "kept"
    station.now_s += 119.9
    panel.refresh()
    assert value.data(Qt.ItemDataRole.ForegroundRole).name() == ink(Ink.TEXT).name()
    station.now_s += 0.2
    panel.refresh()
    assert value.data(Qt.ItemDataRole.ForegroundRole).name() == ink(Ink.MUTED).name()


def test_a_hidden_panel_does_no_work(panel, station):
    panel.hide()
    station.offer(*sensor_messages(0.0, station.now_s))
    assert not panel._timer.isActive()
    assert panel.model.rowCount() == 0
    panel.show()
    assert panel.model.rowCount() > 0
