# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QSignalSpy, QTest

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.sensors_panel.sensors_panel import FEW, SYSTEM, SYSTEM_S, SensorsPanel
from groundstation.ui.sensors_panel.topic_row import A_PORTION, SORTED_MOST
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


def walk(panel, parent=None):
    model = panel.model
    for row in range(model.rowCount(parent or QModelIndex())):
        index = model.index(row, 0, parent or QModelIndex())
        yield index
        yield from walk(panel, index)


def rows(panel):
    """Texts of each topic's row by topic."""
    found = {}
    for index in walk(panel):
        topic, row = panel.model.topic_at(index), panel.model.row_at(index)
        if topic is not None and row.path is None:
            found[topic] = [index.siblingAtColumn(column).data() for column in range(panel.model.COLUMNS)]
    return found


def index_of(panel, topic):
    index = panel.model.find(topic)
    assert panel.model.topic_at(index) == topic
    return index


def opened(panel, topic):
    """Paths and values below a topic."""
    index = index_of(panel, topic)
    if panel.model.canFetchMore(index):
        panel.model.fetchMore(index)
    return {
        panel.model.index(row, 0, index).data(): panel.model.index(row, 1, index).data()
        for row in range(panel.model.rowCount(index))
    }


def test_every_kind_of_payload_has_its_row(panel, station):
    station.offer(*sensor_messages(0.0, station.now_s))
    station.now_s += 3.0
    panel.refresh()
    found = rows(panel)
    assert found[f"{SENSORS}/Kabin1/Nem-Sıcaklık/Nem"] == ["Nem", "45", "0.3", "4 B", "3.0 s", ""]
    assert found[f"{SENSORS}/Kabin1/Nem-Sıcaklık/Sıcaklık"][1] == "21.5"
    assert found[f"{SENSORS}/Kabin2/kamera"][1].startswith("binary ")
    assert found[f"{SENSORS}/Kabin2/not"][1] == "bakım yapıldı <b>12.11</b>"


def test_oversize_and_empty_payloads_are_told(panel, station):
    station.offer(message("a/big", b"x" * 100_000, station.now_s), message("a/none", b"", station.now_s))
    panel.refresh()
    assert rows(panel)["a/big"][1].startswith("too large")
    assert rows(panel)["a/big"][3] == "100 kB"
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
    assert panel.model.hasChildren(index_of(panel, f"{SENSORS}/Kabin2/durum"))
    numbers = opened(panel, f"{SENSORS}/Kabin2/durum")
    index, model = index_of(panel, f"{SENSORS}/Kabin2/durum"), panel.model
    assert numbers == {"sıcaklık": "24.5", "kapı": "0", "güç.akım_a": "1.25", "güç.gerilim_v": "229.6"}
    refs = refs_from_mime(model.mimeData([model.index(2, 0, index)]))
    assert refs == [ValueRef(f"{SENSORS}/Kabin2/durum", "güç.akım_a")]


def test_other_numbers_in_the_next_payload_replace_the_rows(panel, station):
    station.offer(message("a/b", b'{"x": 1, "y": 2}', station.now_s))
    panel.refresh()
    assert opened(panel, "a/b") == {"x": "1", "y": "2"}
    station.offer(message("a/b", b'{"x": 1, "z": 3}', station.now_s))
    panel.refresh()
    assert opened(panel, "a/b") == {"x": "1", "z": "3"}


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
    assert rows(panel)["a/kept"][4:] == ["—", "kept"]
    assert rows(panel)["a/x"][4:] == ["0.0 s", ""]
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


def test_only_what_was_opened_has_rows(panel, station):
    station.offer(*[message(f"a/{number % 30}/{number}", b"1", station.now_s) for number in range(FEW + 1)])
    panel.refresh()
    assert [index.data() for index in walk(panel)] == ["a", *map(str, range(30))]
    panel.tree.expand(panel.model.find("a/7"))
    assert len(list(walk(panel))) == 1 + 30 + 7
    assert panel.tree.isExpanded(panel.model.find("a"))


def test_what_is_new_stands_where_it_belongs(panel, station):
    station.offer(*[message(f"a/{letter}", b"1", station.now_s) for letter in "mcx"])
    panel.refresh()
    station.offer(*[message(f"a/{letter}", b"1", station.now_s) for letter in "zayndb"])
    panel.refresh()
    assert [index.data() for index in walk(panel)][1:] == list("abcdmnxyz")
    assert [panel.model.row_at(index).at for index in walk(panel)][1:] == list(range(9))


def test_thousands_under_one_level_come_in_portions(panel, station, app):
    station.offer(*[message(f"a/{number:05}", b"1", station.now_s) for number in range(SORTED_MOST + 1)])
    panel.refresh()
    index = panel.model.find("a")
    panel.tree.expand(index)
    assert panel.model.rowCount(index) == A_PORTION
    panel.tree.scrollToBottom()
    panel.refresh()
    assert panel.model.rowCount(index) == 2 * A_PORTION


def test_a_level_that_grows_beyond_what_is_sorted_goes_on_in_portions(panel, station):
    station.offer(*[message(f"a/{number:05}", b"1", station.now_s) for number in range(SORTED_MOST)])
    panel.refresh()
    index = panel.model.find("a")
    panel.tree.expand(index)
    assert panel.model.rowCount(index) == SORTED_MOST
    station.offer(message("a/one-more", b"1", station.now_s))
    panel.refresh()
    assert panel.model.rowCount(panel.model.find("a")) == A_PORTION


def test_a_forgotten_topic_goes_and_a_number_used_again_shows_nothing_of_it(panel, station):
    station.offer(message("a/x", b"1", station.now_s), message("a/y", b"2", station.now_s))
    panel.refresh()
    index, tree = index_of(panel, "a/x"), station.feed.topics
    tree.forget(tree.find("a/x"))
    station.offer(message("b/z", b"3", station.now_s))
    assert index.siblingAtColumn(1).data() is None
    panel.refresh()
    assert set(rows(panel)) == {"a/y", "b/z"}


def test_a_search_shows_what_it_found_and_what_that_is_under(panel, station):
    station.offer(*[message(topic, b"1", station.now_s) for topic in ("ev/IŞIK/1", "ev/kapı", "bahçe/ışık")])
    panel.search_box.setText("ışık")
    assert set(rows(panel)) == {"ev/IŞIK/1", "bahçe/ışık"}
    assert "2 found" in panel._foot.text()
    panel.search_box.setText("")
    assert len(rows(panel)) == 3


def test_a_paused_branch_says_so_and_counts_on(panel, station):
    station.offer(message("a/b/x", b"1", station.now_s), message("a/y", b"1", station.now_s))
    panel.refresh()
    row = panel.model.row_at(panel.model.find("a/b"))
    panel.acts.pause(row)
    station.now_s += 7.0
    station.offer(message("a/b/x", b'{"t": 2}', station.now_s), message("a/y", b"2", station.now_s))
    panel.refresh()
    assert rows(panel)["a/b/x"][1:] == ["1", "0.3", "8 B", "paused", ""]
    assert rows(panel)["a/y"][1] == "2"
    assert "paused for 7.0 s" in index_of(panel, "a/b/x").data(Qt.ItemDataRole.ToolTipRole)
    assert "2 messages" in index_of(panel, "a/b/x").data(Qt.ItemDataRole.ToolTipRole)
    assert panel.model.find("a/b").data(Qt.ItemDataRole.DecorationRole) is not None
    panel.acts.resume(row)
    station.offer(message("a/b/x", b"3", station.now_s))
    panel.refresh()
    assert rows(panel)["a/b/x"][1] == "3"


def test_numbers_are_told_of_what_there_is_no_more(panel, station):
    station.feed.topics._most = (2, 100, 10_000)
    station.offer(*[message(f"a/{number}", b"1", station.now_s) for number in range(5)])
    panel.refresh()
    assert "2 topics" in panel._foot.text()
    assert "3 topics forgotten" in panel._foot.text()


def test_what_the_broker_tells_of_itself_is_asked_for_in_the_menu(panel):
    added = QSignalSpy(panel.filter_added)
    system = panel.filters_button.menu().actions()[0]
    system.setChecked(True)
    assert added.at(0)[0] == "$SYS/#"
    panel.filters_button.menu().actions()[0].setChecked(False)
    assert panel.filters == []


def test_topics_of_the_fleet_are_shown_to_who_asks_for_them_alone(panel, station):
    vehicle = message("fleet/uav-1/conn", b"{}", station.now_s)
    station.offer(vehicle, message("a", b"1", station.now_s))
    panel.refresh()
    assert set(rows(panel)) == {"a"}
    station.inbox.explored = ("fleet/#",)
    station.offer(vehicle)
    panel.refresh()
    assert set(rows(panel)) == {"a", "fleet/uav-1/conn"}
    assert panel.model.ref_at(index_of(panel, "fleet/uav-1/conn")) is None


def test_what_is_below_a_hit_is_shown_with_it(panel, station):
    station.offer(*[message(f"ev/kabin/derin/{number}", b"1", station.now_s) for number in range(3)])
    station.offer(message("ev/bahçe", b"1", station.now_s))
    panel.search_box.setText("kabin")
    panel.refresh()
    for index in walk(panel):
        if panel.model.canFetchMore(index):
            panel.model.fetchMore(index)
    assert set(rows(panel)) == {f"ev/kabin/derin/{number}" for number in range(3)}


def test_a_topic_that_was_forgotten_and_came_again_has_a_row_of_its_own(panel, station):
    station.offer(message("a/x", b"1", station.now_s), message("a/y", b"1", station.now_s))
    panel.refresh()
    tree = station.feed.topics
    for topic in ("a/x", "a/y"):
        tree.forget(tree.find(topic))
    # in other numbers
    station.now_s += 1.0
    station.offer(message("z", b"0", station.now_s))
    station.offer(message("a/y", b"2", station.now_s), message("a/x", b"3", station.now_s))
    panel.refresh()
    assert {topic: texts[1] for topic, texts in rows(panel).items()} == {"a/x": "3", "a/y": "2", "z": "0"}


def test_names_stand_in_the_order_of_their_numbers_whenever_they_come(panel, station, app):
    for names in (("sensor-10", "sensor-2", "Sensor-1", "b", "a10x", "a9x"), ("sensor-3", "sensor-٣", "9" * 5_000)):
        station.offer(*[message(f"site/{name}", b"1", station.now_s) for name in names])
        panel.refresh()
        panel.tree.expandAll()
        panel.refresh()
    found = [row for row in rows(panel) if row.startswith("site/")]
    shown = [one.removeprefix("site/")[:12] for one in found]
    assert shown == [
        "a9x", "a10x", "b", "Sensor-1", "sensor-2", "sensor-3", "sensor-٣", "sensor-10", "999999999999",
    ]  # fmt: skip


@pytest.mark.parametrize(("waited_s", "is_told"), [(SYSTEM_S - 0.1, False), (SYSTEM_S, True)])
def test_a_broker_that_tells_nothing_of_itself_is_said(panel, station, waited_s, is_told):
    station.offer(message("a/b", b"1", station.now_s))
    panel.subscribe(SYSTEM)
    panel.refresh()
    station.pass_time(waited_s)
    panel.refresh()
    assert ("$SYS" in panel._foot.text()) is is_told
    station.offer(message("$SYS/broker/uptime", b"1", station.now_s))
    panel.refresh()
    assert "$SYS" not in panel._foot.text()
