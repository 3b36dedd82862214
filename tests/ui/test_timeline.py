# SPDX-License-Identifier: Apache-2.0
"""One clock, one view: a log at a moment is shown by the very panels that show what is live, and nothing asks the time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.summary import Level
from groundstation.fleet.updates import VehicleUpdate
from groundstation.logs.open_log import open_log
from groundstation.logs.series import SeriesOf
from groundstation.logs.state_at import StateAt
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.fleet_view import FleetView, LoggedEvent
from groundstation.ui.links_panel.links_panel import LinksPanel
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.selection import Selection
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.timeline import LiveTimeline, Timeline, local_time
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel

ROOT = Path(__file__).parents[2]
LOG = ROOT / "tests" / "data" / "copter_square.tlog"
TELLS_TIME = re.compile(r"\btime\.(time|monotonic|localtime|strftime|perf_counter)\b|datetime\.now")


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
        return at_s

    def seek(self, at_s):
        self.at_s = at_s
        self.rewound.emit()
        self.passed.emit(at_s)


class PastView(FleetView):
    """One vehicle of a log, as a player would show it."""

    def __init__(self, states, timeline):
        super().__init__(timeline)
        self.states = states
        timeline.rewound.connect(self.show_moment)
        self.show_moment()

    def show_moment(self):
        state = self.states.at(self.now_s())
        known = self.fleet.get(state.key)
        if known is not None:
            self.fleet.remove(state.key)
        parts = {"info": state.info, "connection": state.connection, "samples": state}
        self.fleet.fold(
            VehicleUpdate(session="log", key=state.key, field=part, content=content, received_s=self.now_s())
            for part, content in parts.items()
        )
        changed = frozenset(self.fleet.take_changed())
        if known is None:
            self.vehicles_added.emit(changed)
        self.vehicles_changed.emit(changed)


@pytest.fixture
def past(app):
    with open_log(LOG) as log:
        series = SeriesOf(log, "1")
        height = series.get("position.height_home_m")
        top_s = float(height.time_s[height.values.argmax()])
        before_s = float(height.time_s[0]) + 5.0
        yield PastView(StateAt(series), Moment(before_s)), before_s, top_s


def test_the_panels_of_the_present_show_a_log_forwards_and_back(past, app):
    view, before_s, top_s = past
    selection = Selection()
    log = MessageLog(view)
    panel, fleet = VehiclePanel(view, selection, log), FleetPanel(view, selection)
    others = [MapPanel(MapContext(view, selection)), PlotsPanel(view), SensorsPanel(view), LinksPanel(view)]
    assert panel.commands is None, "the past has no buttons"
    for one in (panel, fleet, *others):
        one.resize(600, 500)
        one.show()
    app.processEvents()

    def shown():
        panel.refresh()
        fleet.refresh()
        (row,) = fleet.model.rows
        return round(panel.flight.values.height_m), row.mode, row.is_armed, row.is_stale, round(row.height_home_m)

    ground = shown()
    assert (ground[0], ground[2], ground[3]) == (0, False, False)
    view.timeline.seek(top_s)
    assert shown() == (20, "GUIDED", True, False, 20)
    view.timeline.seek(before_s)
    assert shown() == ground
    for one in (panel, fleet, *others):
        one.close()
        one.deleteLater()


def test_messages_of_a_later_moment_are_gone_when_the_time_is_set_back(past):
    view, before_s, top_s = past
    log, trimmed = MessageLog(view), []
    log.trimmed.connect(trimmed.append)
    view.timeline.seek(top_s)
    key = next(iter(view.fleet)).key
    event = Event(at_s=top_s, kind=EventKind.STATUS_TEXT, text="PreArm: x")
    view.events_arrived.emit([LoggedEvent(key, event, top_s)])
    assert [(one.text, one.last_s) for one in log.entries] == [("PreArm: x", top_s)]
    view.timeline.seek(before_s)
    assert (len(log.entries), trimmed[-1]) == (0, 1)
    view.events_arrived.emit([LoggedEvent(key, event, top_s)])
    assert [one.count for one in log.entries] == [1]


def test_the_present_is_live_and_the_past_is_not(past):
    view, _, _ = past
    live = LiveTimeline(lambda: 5.0, lambda: 1_000.0)
    assert (live.is_live, live.rate, live.now_s(), live.unix_s(2.0), live.now_unix_s) == (
        True,
        1.0,
        5.0,
        997.0,
        1_000.0,
    )
    assert (view.timeline.is_live, view.timeline.rate) == (False, 0.0)
    assert view.summaries()[0].level is not Level.WARNING


@pytest.mark.parametrize("unix_s", [1e30, -1e30, float("nan"), float("inf")])
def test_a_moment_that_no_calendar_has_is_empty(unix_s):
    assert local_time(unix_s) == ""


def test_nothing_that_shows_something_asks_the_computer_what_time_it_is():
    files = {path.relative_to(ROOT): path.read_text() for path in (ROOT / "groundstation" / "ui").rglob("*.py")}
    asking = [str(path) for path, text in files.items() if TELLS_TIME.search(text)]
    assert asking == ["groundstation/ui/timeline.py"]
