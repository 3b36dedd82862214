# SPDX-License-Identifier: Apache-2.0
"""The tree of values of a vehicle in a log has the log's own messages below the usual kinds."""

from __future__ import annotations

import threading
import time

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.players import player_access
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.recording.raw_values import RawValues
from groundstation.ui.main_window import MainWindow
from groundstation.ui.value_drag import refs_from_mime
from tests.conftest import shared_log
from tests.logs import peers
from tests.support.waiting import PATIENCE_S

NAME = "copter_square.tlog"
KEY = VehicleKey("replay", "uav-1")


def wait(is_true):
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < give_up_s
        QApplication.processEvents()
        time.sleep(0.002)


@pytest.fixture
def asked(monkeypatch):
    """Every question that came to the reader: moment, messages, and by which thread."""
    found = []
    answer = RawValues.at

    def told(self, at_s, names):
        found.append((at_s, names, threading.current_thread().name))
        return answer(self, at_s, names)

    monkeypatch.setattr(RawValues, "at", told)
    return found


@pytest.fixture
def looking(station, settings, commands, app, asked):
    window = MainWindow(station.feed, settings, commands.orders, players=player_access())
    window.resize(1600, 1000)
    window.show()
    yield window
    window.leave()
    window.deleteLater()


def open_log(window, name=NAME):
    window.past.open_files([shared_log(name)])
    look = window.past.look
    wait(lambda: look.told is not None and look.told.extent.read_share == 1.0)
    wait(lambda: look._wanted_s is None and len(look.view.fleet))
    return look


def tree_of(window):
    panel = window.workspace.shown("vehicle")
    wait(lambda: panel.values.isVisible() and panel.key is not None and panel.values.model.rowCount() > 3)
    return panel.values


def branch(values, path):
    return values._proxy.mapFromSource(values.model.branch(path))


def texts(values, path):
    """Name to value and unit of the fields of a message, as the tree shows them."""
    parent = branch(values, path)
    proxy = values._proxy
    rows = (proxy.index(row, 0, parent) for row in range(proxy.rowCount(parent)))
    return {one.data(): (one.siblingAtColumn(1).data(), one.siblingAtColumn(2).data()) for one in rows}


def open_branch(values, message):
    values.tree.expand(branch(values, "raw:"))
    values.tree.expand(branch(values, f"raw:{message}"))
    values.tree.scrollTo(branch(values, f"raw:{message}"), values.tree.ScrollHint.PositionAtTop)


@pytest.mark.long
def test_a_message_that_is_opened_shows_what_the_log_has_at_the_moment(looking, asked):
    look = open_log(looking)
    values = tree_of(looking)
    top = values.model.index(values.model.rowCount() - 1, 0)
    assert (top.data(), values.model.rowCount(top) > 10) == ("Raw", True)
    QApplication.processEvents()
    assert not asked, "nothing of it is in view"
    times, columns = peers.tlog(shared_log(NAME))["1", "ATTITUDE"]
    for row in (200, 100):
        look.seek(times[row] + 1e-3)
        wait(lambda: look._wanted_s is None)
        if row == 200:
            open_branch(values, "ATTITUDE")
        expected = f"{columns['rollspeed'][row]:.7g}"
        wait(lambda expected=expected: texts(values, "raw:ATTITUDE")["rollspeed"] == (expected, "rad/s"))
        assert texts(values, "raw:ATTITUDE")["time_boot_ms"][0] == str(columns["time_boot_ms"][row])
        assert branch(values, "raw:ATTITUDE").siblingAtColumn(3).data() == "0.0 s"
    assert {thread for _, _, thread in asked} == {"player"}
    assert all("ATTITUDE" in names for _, names, _ in asked)
    # what is not in view is not read: of about forty messages those whose rows are seen
    assert all(len(names) < 30 for _, names, _ in asked)


@pytest.mark.long
def test_a_search_finds_them_and_what_is_found_is_read(looking, asked):
    look = open_log(looking)
    values = tree_of(looking)
    values.search_box.setFocus()
    QTest.keyClicks(values.search_box, "rollspeed")
    found = branch(values, "raw:ATTITUDE")
    assert found.isValid()
    assert values.tree.isExpanded(found)
    assert not branch(values, "raw:HEARTBEAT").isValid()
    wait(lambda: any(names == {"ATTITUDE"} for _, names, _ in asked))
    wait(lambda: texts(values, "raw:ATTITUDE").get("rollspeed", ("—", ""))[0] != "—")
    assert look.told.raw[KEY]


@pytest.mark.long
def test_they_are_plotted_by_enter_and_by_a_drag(looking):
    open_log(looking)
    values = tree_of(looking)
    open_branch(values, "ATTITUDE")
    parent = branch(values, "raw:ATTITUDE")
    rows = {values._proxy.index(row, 0, parent).data(): row for row in range(values._proxy.rowCount(parent))}
    field = values._proxy.index(rows["rollspeed"], 0, parent)
    ref = ValueRef(KEY, "raw:ATTITUDE.rollspeed")
    assert field.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert not parent.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert refs_from_mime(values._proxy.mimeData([field])) == [ref]
    plots = looking.workspace.shown("plots")
    plots.clear()
    values.tree.setCurrentIndex(field)
    values.tree.setFocus()
    QTest.keyClick(values.tree, Qt.Key.Key_Return)
    lane = plots.lanes[0]
    assert [one.ref for one in lane.curves] == [ref]
    _, columns = peers.tlog(shared_log(NAME))["1", "ATTITUDE"]
    wait(lambda: len(lane.curves[0].item.getData()[0] if lane.curves[0].item.getData()[0] is not None else ()) > 100)
    _, drawn = lane.curves[0].item.getData()
    assert min(drawn) == pytest.approx(min(columns["rollspeed"]), abs=1e-6)
    assert max(drawn) == pytest.approx(max(columns["rollspeed"]), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "message", "field"),
    [("copter_square.bin", "ATT", "DesRoll"), ("pyulog_sample_log_small.ulg", "vehicle_attitude", "q[0]")],
)
@pytest.mark.long
def test_logs_on_board_have_theirs(looking, name, message, field):
    look = open_log(looking, name)
    look.seek((look.told.extent.begin_s + look.told.extent.end_s) / 2)
    values = tree_of(looking)
    open_branch(values, message)
    wait(lambda: texts(values, f"raw:{message}").get(field, ("—", ""))[0] != "—")


def test_what_is_looked_at_stays_in_view_when_a_kind_comes_above_it(looking):
    look = open_log(looking)
    values = tree_of(looking)
    look.playing.pause()
    open_branch(values, "ATTITUDE")
    looking.workspace.shown("vehicle")._timer.stop()
    state = next(iter(look.view.fleet))
    raw = look.view.raw
    values.show_state(msgspec.structs.replace(state, gps=(), vibration=None, battery=()), look.view.now_s(), raw)
    values.tree.scrollTo(branch(values, "raw:ATTITUDE"), values.tree.ScrollHint.PositionAtTop)
    top = values.tree.indexAt(QPoint(0, 0)).data()
    rows = values.model.rowCount()
    values.show_state(state, look.view.now_s(), raw)
    assert values.model.rowCount() > rows
    assert values.tree.indexAt(QPoint(0, 0)).data() == top == "ATTITUDE"


def test_what_is_live_has_none(looking, station, vehicle):
    station.hear(vehicle)
    panel = looking.workspace.shown("vehicle")
    wait(lambda: panel.values.model.rowCount() > 0)
    model = panel.values.model
    assert "Raw" not in {model.index(row, 0).data() for row in range(model.rowCount())}
