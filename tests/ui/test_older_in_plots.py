# SPDX-License-Identifier: Apache-2.0
"""Plots that go on where the window's own memory ends, live and at a moment of the past."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.panel_types import Asks, PanelContext
from groundstation.ui.panels import PANELS
from groundstation.ui.plots.older_values import OlderPart, OlderValues
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.selection import Selection
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import Timeline
from tests.support.waiting import wait_until

HEIGHT = "position.height_home_m"
REF = ValueRef(VehicleKey("fleet", "uav-02"), HEIGHT)


class Arrays(OlderValues):
    """A recording in memory, ten values a second; answers when it is told to."""

    def __init__(self, begin_s, end_s, tells_bounds=False):
        super().__init__()
        self.times = np.arange(begin_s, end_s, 0.1)
        self.values = 30.0 + 10.0 * np.sin(self.times / 20.0)
        self.bounds = {"earliest_s": begin_s, "latest_s": end_s} if tells_bounds else {}
        self.asked = []

    def ask(self, ref, begin_s, end_s):
        self.asked.append((ref, begin_s, end_s))

    def answer(self, parts=1):
        ref, begin_s, end_s = self.asked[-1]
        cuts = np.linspace(begin_s, end_s, parts + 1)
        # the last one first: what is read backwards comes so
        for one, other in reversed(list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))):
            inside = (self.times >= one) & (self.times < other)
            self.came.emit(
                OlderPart(
                    ref=ref,
                    begin_s=one,
                    end_s=other,
                    times=self.times[inside],
                    values=self.values[inside],
                    **self.bounds,
                )
            )


class Moment(Timeline):
    """A moment of the past that is set by hand."""

    is_live = False
    rate = 0.0

    def __init__(self, at_s):
        super().__init__()
        self.at_s = at_s

    def now_s(self):
        return self.at_s

    def unix_s(self, at_s):
        return at_s + 1_700_000_000.0

    def seek(self, at_s):
        self.at_s = at_s
        self.rewound.emit()
        self.passed.emit(at_s)


def shown_panel(feed, ref=REF):
    made = PlotsPanel(feed)
    made.resize(800, 300)
    # tests ask again by themselves: a busy machine may take that long for anything
    made._asks._again.setInterval(10_000_000)
    made.show()
    made.plot([ref])
    QApplication.processEvents()
    return made


def asked(provider, count=1):
    wait_until(lambda: QApplication.processEvents() or len(provider.asked) >= count, what="the question")


def drawn(panel):
    times, values = panel.lanes[0].curves[0].item.getData()
    return times, values


@pytest.fixture
def live(station, vehicle):
    """Ten seconds that were heard live, after a recording of ten minutes."""
    station.hear(vehicle)
    station.feed.history.older = Arrays(station.now_s - 600.0, station.now_s + 3.0)
    panel = shown_panel(station.feed)
    for number in range(100):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))
    panel.refresh()
    return panel


def test_what_was_recorded_joins_what_came_live_without_a_seam(live, station):
    provider, curve = station.feed.history.older, live.lanes[0].curves[0]
    begin_s, _ = live.shown
    front_s = curve.series.times[0]
    assert live.lanes[0].shades.unread == [(begin_s, front_s)]
    asked(provider)
    ref, from_s, to_s = provider.asked[0]
    assert ref == REF
    assert (from_s <= begin_s, to_s >= front_s) == (True, True)
    provider.answer(parts=4)
    live.refresh()
    times, values = drawn(live)
    assert live.lanes[0].shades.unread == []
    assert np.all(np.diff(times) > 0), "no point is there twice"
    assert np.isfinite(values).all(), "no seam"
    older = (provider.times < front_s) & (provider.times >= begin_s)
    np.testing.assert_array_equal(times[times < front_s][-older.sum() :], provider.times[older])
    np.testing.assert_array_equal(times[times >= front_s], curve.series.times)


def test_a_recording_that_ends_before_leaves_a_gap(live, station):
    provider, curve = station.feed.history.older, live.lanes[0].curves[0]
    front_s = curve.series.times[0]
    is_kept = provider.times < front_s - 5.0
    provider.times, provider.values = provider.times[is_kept], provider.values[is_kept]
    asked(provider)
    provider.answer()
    live.refresh()
    times, values = drawn(live)
    assert times[np.isnan(values)].tolist() == [pytest.approx(front_s - 5.0, abs=0.2)]


def test_one_who_drags_on_asks_for_where_it_ended(live, station):
    provider = station.feed.history.older
    asked(provider)
    provider.answer()
    before = len(provider.asked)
    for _ in range(40):
        live.pan(-0.1)
    assert len(provider.asked) == before, "not once a frame"
    asked(provider, before + 1)
    begin_s, end_s = live.shown
    _, from_s, to_s = provider.asked[-1]
    assert from_s <= begin_s < end_s <= to_s
    assert to_s - from_s <= 2 * (end_s - begin_s), "nothing of where it only passed"
    live.refresh()
    QTest.qWait(400)
    # as when another curve has something to ask
    live._asks._ask()
    assert len(provider.asked) == before + 1, "what is on its way is not asked for again"
    live._asks.ask_again()
    assert provider.asked[-1] == provider.asked[-2], "but is when it does not come"


def test_nothing_is_asked_where_nothing_is(live, station):
    provider = station.feed.history.older
    provider.bounds = {"earliest_s": provider.times[0], "latest_s": provider.times[-1]}
    asked(provider)
    provider.answer()
    count, begin_s = len(provider.asked), provider.times[0]
    live._shown.show(begin_s - 1_000.0, begin_s - 10.0, station.now_s)
    live.refresh()
    assert live.lanes[0].shades.unread == []
    QTest.qWait(400)
    assert len(provider.asked) == count


def test_plots_that_are_not_seen_ask_for_nothing(live, station):
    provider = station.feed.history.older
    live.hide()
    # what was asked for while it was seen
    before = list(provider.asked)
    QTest.qWait(400)
    assert provider.asked == before
    assert not live._asks._again.isActive()


def test_a_window_without_recordings_hatches_nothing(station, vehicle):
    station.hear(vehicle)
    panel = shown_panel(station.feed)
    panel.zoom(20.0)
    assert panel.lanes[0].shades.unread == []
    assert len(drawn(panel)[0]) == len(panel.lanes[0].curves[0].series)


def test_the_cursor_tells_what_was_recorded_too(live, station):
    provider = station.feed.history.older
    asked(provider)
    provider.answer()
    live.refresh()
    moment = station.now_s - 80.0
    live._on_cursor_moved(moment)
    value = provider.values[np.searchsorted(provider.times, moment, side="right") - 1]
    assert live.lanes[0].legend.texts == [f"{value:.1f}"]
    live._on_cursor_moved(None)
    assert live.lanes[0].legend.texts == [f"{live.lanes[0].curves[0].series.newest[1]:.1f}"]


@pytest.fixture
def past(app):
    view = FleetView(Moment(5_000.0))
    view.history.older = Arrays(4_000.0, 6_000.0, tells_bounds=True)
    panel = shown_panel(view)
    asked(view.history.older)
    view.history.older.answer()
    panel.refresh()
    return panel


def pixel(panel, time_s, value):
    """The colour of the plot at a moment and value."""
    lane = panel.lanes[0]
    (begin_s, end_s), (low, high) = lane.box.viewRange()
    box = lane.box.sceneBoundingRect()
    x = box.left() + (time_s - begin_s) / (end_s - begin_s) * box.width()
    y = box.bottom() - (value - low) / (high - low) * box.height()
    return lane.plot.grab().toImage().pixelColor(round(x), round(y))


def test_in_the_past_the_playhead_stands_in_the_plot_and_what_came_after_is_faint(past):
    from groundstation.ui.theme.inks import ink

    view, lane = past._feed, past.lanes[0]
    assert past.shown == (4_940.0, 5_060.0)
    times, values = drawn(past)
    assert times[0] < 4_941.0
    assert times[-1] > 5_059.0, "what came after is there"
    assert lane.playhead.isVisible()
    assert lane.playhead.value() == 5_000.0
    assert lane.axis._playhead_s == 5_000.0
    assert pixel(past, 5_000.0, lane.box.viewRange()[1][1] * 0.999) == ink(Ink.PAST)

    def strength(time_s):
        """How far the line's colour is from what is behind it."""
        value = values[np.searchsorted(times, time_s)]
        found, behind = pixel(past, time_s, value), ink(Ink.SURFACE)
        return sum(abs(getattr(found, one)() - getattr(behind, one)()) for one in ("red", "green", "blue"))

    assert strength(4_970.0) > 2 * strength(5_030.0) > 10
    assert lane.legend.texts == [f"{values[np.searchsorted(times, 5_000.0, side='right') - 1]:.1f}"]
    view.timeline.seek(5_050.0)
    assert past.shown == (4_940.0, 5_060.0), "it stays while the playhead is in it"
    assert lane.playhead.value() == 5_050.0
    view.timeline.seek(5_070.0)
    assert past.shown == (5_058.0, 5_178.0)
    view.timeline.seek(4_100.0)
    assert past.shown == (4_040.0, 4_160.0)
    assert lane.shades.unread == [(4_040.0, 4_160.0)]


def test_in_the_past_home_is_the_windows_key_also_while_a_plot_has_the_keyboard(past, app):
    told = []
    window = QWidget()
    QVBoxLayout(window).addWidget(past)
    home = QShortcut(QKeySequence("Home"), window)
    home.setContext(Qt.ShortcutContext.ApplicationShortcut)
    home.activated.connect(lambda: told.append(1))
    window.show()
    window.activateWindow()
    past.lanes[0].setFocus()
    app.processEvents()
    past.pan(-3.0)
    QTest.keyClick(past.lanes[0], Qt.Key.Key_Home)
    assert told == [1]
    assert past.is_paused
    QTest.keyClick(past.lanes[0], Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert not past.is_paused
    window.close()


def test_in_the_past_following_brings_back_to_the_playhead(past):
    past.pan(-3.0)
    assert past.shown == (4_580.0, 4_700.0)
    assert past.span_box.currentText() == ""
    past.follow()
    assert past.shown == (4_940.0, 5_060.0)
    assert past.span_box.currentText() == "2 min"


def test_what_came_live_in_the_past_view_is_of_any_time_and_does_not_count(past):
    curve = past.lanes[0].curves[0]
    curve.series.append(4_990.0, 900.0)
    past.refresh()
    assert 900.0 not in drawn(past)[1]
    past._feed.history.older = None
    past.refresh()
    assert 900.0 in drawn(past)[1], "without a recording it is all there is"


def test_the_recording_goes_on_meanwhile(past):
    provider = past._feed.history.older
    past._shown.show(5_980.0, 6_040.0, 5_000.0)
    past.refresh()
    assert past.lanes[0].shades.unread == [(5_980.0, 6_000.0)]
    past._asks.ask_again()
    assert provider.asked[-1][2] >= 6_040.0, "beyond its end, now and then"


def test_a_clicked_moment_is_asked_of_the_window(station):
    asks, told = Asks(), []
    asks.moment_wanted.connect(told.append)
    (row,) = [row for row in PANELS if row.name == "plots"]
    panel = row.make(PanelContext(station.feed, Selection(), MessageLog(station.feed), asks))
    panel.plot([REF])
    panel.lanes[0].box.moment_wanted.emit(990.0)
    assert told == [990.0]
    panel.deleteLater()
