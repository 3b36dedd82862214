# SPDX-License-Identifier: Apache-2.0
"""A flight is flown again from the window: the question, the progress, the comparison, and back to both."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.refly.comparison import compared
from groundstation.fleet.refly.error_way import error_ways
from groundstation.fleet.refly.flown import Event, place_of
from groundstation.fleet.refly.news import Beside, FlightNews, Phase, RecordedWay
from groundstation.fleet.refly.result import Result, Run, plain
from groundstation.ui.refly.beside_view import DOT_PX, MOST_POINTS, RING_PX, BesideView
from groundstation.ui.refly.refly_dialog import ReflyDialog
from groundstation.ui.refly.refly_panel import ReflyPanel
from groundstation.ui.refly.refly_port import Outcome, ReflyAccess, ReflyWish
from groundstation.ui.refly.under_way import PHASES, UnderWay, phase_words
from groundstation.ui.refly.verdict import verdict
from tests.fleet.refly.ways import flight, square
from tests.support.waiting import PATIENCE_S

LOG = Path("logs/copter.tlog")
NAMES = ("as recorded", "wind 10 m/s from 0°", "battery 50 %")
BESIDE = Beside(
    lat_deg=41.0001,
    lon_deg=39.7,
    height_m=20.0,
    recorded_lat_deg=41.0,
    recorded_lon_deg=39.7,
    recorded_height_m=20.0,
    distance_m=11.1,
)
WAY = RecordedWay(name="one", lat_deg=(41.0, 41.001, 41.001), lon_deg=(39.7, 39.7, 39.701))
NEWS = FlightNews(
    share=0.4, phase=Phase.FLIES, runs=NAMES, run=1, flown_s=34.4, of_s=79.2, vehicles=(BESIDE,), ways=(WAY,)
)
EVENTS = (Event(0.0, "arm"), Event(30.0, "mode RTL"))


def outcome(folder):
    """Two runs of two vehicles, as they come out of a folder."""
    first, again = flight(square(), events=EVENTS), flight(square(side_m=38.0), events=EVENTS[:1])
    pairs = [compared(first, again), compared(first, first)]
    names = ("as recorded", "wind 10 m/s from 0°")
    runs = tuple(
        Run(
            name=name,
            recording=f"run-{number}/recording",
            vehicles=tuple(one for one, _ in pairs),
            curves=tuple(plain(curves) for _, curves in pairs),
            expected=(("cross_track_p95<2", number == 1),),
        )
        for number, name in enumerate(names, 1)
    )
    (folder / "run-2" / "recording" / "2026-11-28_12-00-00").mkdir(parents=True)
    return Outcome(folder=folder, result=Result(files=(str(LOG),), simulator="built-in", speed=5.0, runs=runs))


class Flying:
    """What the panel asks for, answered by the test."""

    def __init__(self, folder):
        self.wishes, self.told = [], []
        self.outcome = outcome(folder)
        self.problem = ""
        self.is_endless = False

    def fly(self, wish, told):
        self.wishes.append(wish)
        told(NEWS)
        while self.is_endless:
            told(msgspec.structs.replace(NEWS, ways=()))
            time.sleep(0.01)
        if self.problem:
            raise GroundStationError(self.problem)
        return self.outcome


@pytest.fixture
def flying(tmp_path):
    return Flying(tmp_path)


@pytest.fixture
def panel(app, flying, tmp_path):
    access = ReflyAccess(
        programs=lambda: (Path("/opt/sitl/arducopter"), Path("/opt/sitl/px4")),
        fly=flying.fly,
        read=lambda _folder: flying.outcome,
        folder=tmp_path,
    )
    made = ReflyPanel(access)
    made.resize(900, 420)
    made.show()
    yield made
    made.stop()
    made.deleteLater()


def ended(app, panel):
    """Wait until what was under way is over."""
    for _ in range(int(PATIENCE_S * 100)):
        app.processEvents()
        if panel.task is None:
            return
        QTest.qWait(10)
    raise AssertionError("it does not end")


def test_nothing_is_compared_at_first_and_it_is_said_how_one_gets_there(panel):
    assert "Fly again" in panel.notes.text()
    assert not panel.split.isVisible()
    assert not panel.under_way.cancel.isVisible()


def test_the_question_becomes_a_flight_and_the_flight_a_comparison(app, panel, flying):
    panel.ask([LOG], "1", 2, "vehicle 1, yesterday")
    dialog = panel.dialog
    assert dialog.words.text() == "vehicle 1, yesterday"
    dialog.has_wind.setChecked(True)
    dialog.wind.setValue(8.0)
    dialog.wind_from.setValue(270.0)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    ended(app, panel)
    (wish,) = flying.wishes
    assert wish == ReflyWish(files=(LOG,), vehicle="1", number=2, speed=5.0, wind="8,270")
    assert panel.split.isVisible()
    assert "copter.tlog" in panel.title.text()
    assert "SIM" in panel.title.text()
    assert [panel.runs.item(row, 0).text() for row in range(2)] == [
        "Flown again, nothing changed",
        "wind 10 m/s from 0°",
    ]
    assert [panel.runs.item(row, 8).text() for row in range(2)] == ["met", "not met"]


def test_an_event_of_one_flight_alone_stands_out_and_the_vehicle_is_chosen(app, panel, flying):
    panel.show_result(flying.outcome.folder)
    ended_events = lambda: [panel.events.item(row, 3).text() for row in range(panel.events.rowCount())]  # noqa: E731
    for _ in range(1000):
        app.processEvents()
        if panel.outcome is not None:
            break
        QTest.qWait(5)
    assert ended_events() == ["+0.0 s", "only recorded"]
    assert panel.events.item(1, 0).font().bold()
    first = panel.runs.item(0, 2).text()
    panel.vehicle.setCurrentIndex(1)
    panel.vehicle.activated.emit(1)
    assert ended_events() == ["+0.0 s", "+0.0 s"]
    assert panel.runs.item(0, 2).text() != first


def test_both_are_looked_at_with_the_chosen_run(app, panel, flying):
    asked = []
    panel.both_wanted.connect(asked.append)
    panel.fly(ReflyWish(files=(LOG,)))
    ended(app, panel)
    panel.runs.selectRow(1)
    QTest.mouseClick(panel.both, Qt.MouseButton.LeftButton)
    (both,) = asked
    assert both.files == (LOG, flying.outcome.folder / "run-2" / "recording" / "2026-11-28_12-00-00")
    # the ways of the chosen run, for the map
    assert both.ways == error_ways(flying.outcome.result.runs[1])
    assert len(both.ways) == 2
    assert both.at_s is None


def test_a_recording_that_is_gone_is_told(app, panel, flying):
    asked = []
    panel.both_wanted.connect(asked.append)
    panel.fly(ReflyWish(files=(LOG,)))
    ended(app, panel)
    panel.runs.selectRow(0)
    QTest.mouseClick(panel.both, Qt.MouseButton.LeftButton)
    assert asked == []
    assert "no recording any more" in panel.notes.text()


def test_a_flight_that_can_not_be_is_told_in_its_words(app, panel, flying):
    flying.problem = "copter.tlog: it never was in the air"
    panel.fly(ReflyWish(files=(LOG,)))
    ended(app, panel)
    assert panel.notes.text() == "copter.tlog: it never was in the air"
    assert not panel.under_way.cancel.isVisible()


def test_one_at_a_time_and_it_can_be_given_up(app, panel, flying):
    flying.is_endless = True
    panel.fly(ReflyWish(files=(LOG,)))
    for _ in range(1000):
        app.processEvents()
        if flying.wishes:
            break
        QTest.qWait(5)
    for _ in range(1000):
        app.processEvents()
        if len(panel.under_way.rows) == len(NAMES):
            break
        QTest.qWait(5)
    assert panel.under_way.cancel.isVisible()
    assert "copter.tlog" in panel.title.text()
    assert panel.under_way.view.isVisible()
    panel.fly(ReflyWish(files=(LOG,)))
    assert "under way" in panel.notes.text()
    QTest.mouseClick(panel.under_way.cancel, Qt.MouseButton.LeftButton)
    ended(app, panel)
    assert panel.notes.text() == "It was given up."
    assert len(flying.wishes) == 1


def test_a_px4_keeps_to_our_time_and_what_is_not_ticked_is_not_wanted(app):
    wishes = []
    dialog = ReflyDialog([LOG], "", (Path("/opt/sitl/px4"),), wishes.append)
    assert dialog.words.text() == "copter.tlog"
    dialog.program.setCurrentIndex(1)
    dialog.program.activated.emit(1)
    assert not dialog.speed.isEnabled()
    assert dialog.wish.speed == 1.0
    assert (dialog.wish.wind, dialog.wish.fault, dialog.wish.battery_percent) == ("", "", None)
    dialog.has_fault.setChecked(True)
    dialog.has_battery.setChecked(True)
    assert (dialog.wish.fault, dialog.wish.battery_percent) == ("motor=60:1@20", 50.0)
    dialog.deleteLater()


def test_cancelled_is_no_problem(app, panel, flying):
    def fly(wish, told):
        raise CancelledError("not wanted any more")

    panel._access = ReflyAccess(programs=tuple, fly=fly, read=lambda _: None, folder=flying.outcome.folder)
    panel.fly(ReflyWish(files=(LOG,)))
    ended(app, panel)
    assert panel.notes.text() == "It was given up."


def shown_outcome(app, panel, flying):
    panel.show_result(flying.outcome.folder)
    for _ in range(1000):
        app.processEvents()
        if panel.outcome is not None:
            return
        QTest.qWait(5)
    raise AssertionError("it is not shown")


def test_a_sentence_says_how_the_chosen_run_of_the_chosen_vehicle_went(app, panel, flying):
    shown_outcome(app, panel, flying)
    first = panel.verdict.text()
    assert first.startswith("Flown again 2.")
    assert "m aside and 0.0 m off in height for 95 % of the way" in first
    assert "; one event differs." in first
    assert "Not as wanted" not in first
    panel.runs.selectRow(1)
    assert panel.verdict.text().startswith("Flown again with wind 10 m/s from 0°: ")
    assert panel.verdict.text().endswith("Not as wanted: cross_track_p95<2.")
    panel.vehicle.setCurrentIndex(1)
    panel.vehicle.activated.emit(1)
    assert "0.0 m aside" in panel.verdict.text()
    assert "as long as recorded; all events alike." in panel.verdict.text()


@pytest.mark.parametrize(
    ("longer_s", "words"),
    [
        (0.49, "as long as recorded"),
        (-0.49, "as long as recorded"),
        (0.51, "1 s longer"),
        (-0.51, "1 s shorter"),
        (-5.2, "5 s shorter"),
    ],
)
def test_durations_are_told_from_half_a_second_on(flying, longer_s, words):
    run = flying.outcome.result.runs[0]
    one = msgspec.structs.replace(run.vehicles[1], again_s=run.vehicles[1].recorded_s + longer_s)
    assert words in verdict(msgspec.structs.replace(run, vehicles=(one,)), 0)


@pytest.mark.parametrize(
    ("pace", "words"),
    [(1.09, ""), (0.91, ""), (1.11, "at 1.1 times real time"), (5.0, "at 5 times real time"), (0.5, "at 0.5 times")],
)
def test_a_record_that_is_not_of_real_time_is_called_so(flying, pace, words):
    run = flying.outcome.result.runs[0]
    curves = msgspec.structs.replace(run.curves[0], log_s=tuple(100.0 + one / pace for one in run.curves[0].time_s))
    told = verdict(msgspec.structs.replace(run, curves=(curves,) * 2), 0)
    assert ("Recorded" in told) == bool(words)
    assert words in told
    # without the clock of its log nothing is said
    assert "Recorded" not in verdict(run, 0)


def with_moments(outcome):
    """The same of a record whose log counts from 500, twice as fast as it was flown."""
    runs = tuple(
        msgspec.structs.replace(
            run,
            curves=tuple(
                msgspec.structs.replace(one, log_s=tuple(500.0 + at_s / 2.0 for at_s in one.time_s))
                for one in run.curves
            ),
        )
        for run in outcome.result.runs
    )
    return msgspec.structs.replace(outcome, result=msgspec.structs.replace(outcome.result, runs=runs))


@pytest.mark.parametrize("by", ["button", "curve"])
def test_a_press_on_the_worst_place_shows_both_at_its_moment(app, panel, flying, by):
    flying.outcome = with_moments(flying.outcome)
    shown_outcome(app, panel, flying)
    panel.runs.selectRow(1)
    asked = []
    panel.both_wanted.connect(asked.append)
    largest = flying.outcome.result.runs[1].vehicles[0].cross_track
    if by == "button":
        assert panel.worst.text() == f"Worst place: {largest.max:.1f} m at 0:{largest.max_at_s:02.0f}"
        QTest.mouseClick(panel.worst, Qt.MouseButton.LeftButton)
    else:
        panel.resize(1200, 700)
        app.processEvents()
        view = panel.view
        place = view._largest(view._room(0)).center().toPoint()
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
        # beside it nothing happens
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place - QPoint(200, 0))
    (both,) = asked
    assert both.at_s == pytest.approx(500.0 + largest.max_at_s / 2.0, abs=0.2)


def test_a_comparison_of_before_moments_were_kept_is_shown_whole_and_says_why(app, panel, flying):
    shown_outcome(app, panel, flying)
    panel.runs.selectRow(1)
    asked = []
    panel.both_wanted.connect(asked.append)
    QTest.mouseClick(panel.worst, Qt.MouseButton.LeftButton)
    assert asked[0].at_s is None
    assert "no moments" in panel.notes.text()


@pytest.fixture
def under_way(app):
    made = UnderWay()
    made.resize(900, 240)
    made.begin()
    made.show()
    yield made
    made.deleteLater()


def test_each_run_is_a_row_that_says_what_it_does_or_waits_for_with_cancel_on_that_which_flies(app, under_way):
    assert [one.words.text() for one in under_way.rows] == ["reading the log"]
    under_way.show_news(NEWS)
    app.processEvents()
    assert [one.name.text() for one in under_way.rows] == ["Flown again, nothing changed", *NAMES[1:]]
    assert [one.words.text() for one in under_way.rows] == [
        "flown",
        "flying 34 of 79 s, 11.1 m from the record now",
        "waits for its turn",
    ]
    assert [one.bar.value() for one in under_way.rows] == [1000, int(1000 * 34.4 / 79.2), 0]
    middle = lambda one: one.mapTo(under_way, one.rect().center()).y()  # noqa: E731
    assert middle(under_way.rows[1].name) - 4 <= middle(under_way.cancel) <= middle(under_way.rows[1].bar) + 4
    asked = []
    under_way.cancel_wanted.connect(lambda: asked.append(True))
    QTest.mouseClick(under_way.cancel, Qt.MouseButton.LeftButton)
    assert asked == [True]
    under_way.end()
    under_way.show_news(NEWS)
    assert under_way.rows[1].words.text() == "is being ended"
    assert not under_way.cancel.isEnabled()


def test_ways_are_told_once_and_stay_when_newer_news_have_come(app, panel, flying):
    flying.is_endless = True
    panel.fly(ReflyWish(files=(LOG,)))
    view = panel.under_way.view
    for _ in range(int(PATIENCE_S * 100)):
        app.processEvents()
        if view.flown:
            break
        QTest.qWait(10)
    assert [words for _, words in view.labels(view.fit())] == ["11.1 m"]
    panel.give_up()
    ended(app, panel)


def test_given_up_before_anything_was_told_it_says_so_at_once(under_way):
    under_way.end()
    assert under_way.rows[0].words.text() == "is being ended"
    assert not under_way.cancel.isEnabled()
    under_way.begin()
    assert under_way.rows[0].words.text() == "reading the log"
    assert under_way.cancel.isEnabled()


def test_of_an_earlier_flight_with_more_runs_nothing_is_left(app, under_way):
    under_way.show_news(NEWS)
    gone = under_way.rows[1:]
    under_way.begin()
    app.processEvents()
    assert [one.name.text() for one in under_way.rows] == ["Flown again"]
    assert not any(one.isVisible() for one in gone)


def test_what_is_done_is_read_whole_in_a_narrow_panel(app, under_way):
    under_way.show_news(msgspec.structs.replace(NEWS, vehicles=(BESIDE, BESIDE)))
    under_way.resize(under_way.minimumSizeHint().width(), 400)
    app.processEvents()
    words = under_way.rows[1].words
    needed = words.fontMetrics().boundingRect(words.contentsRect(), Qt.TextFlag.TextWordWrap, words.text())
    assert words.contentsRect().height() >= needed.height()
    assert words.contentsRect().width() >= needed.width()
    assert needed.height() > words.fontMetrics().height()


def test_each_phase_has_words_and_no_share_that_nobody_knows(under_way):
    assert set(PHASES) == set(Phase)
    for phase in set(Phase) - {Phase.FLIES}:
        told = FlightNews(share=0.0, phase=phase, runs=NAMES[:1])
        assert phase_words(told) == PHASES[phase]
        under_way.show_news(told)
        assert under_way.rows[0].bar.value() == (1000 if phase is Phase.COMPARES else 0)


def test_of_several_the_one_farthest_from_its_record_is_told_and_before_the_take_off_nothing():
    near, on_ground = msgspec.structs.replace(BESIDE, distance_m=0.4), msgspec.structs.replace(BESIDE, distance_m=None)
    words = lambda *vehicles: phase_words(msgspec.structs.replace(NEWS, vehicles=vehicles))  # noqa: E731
    assert words(near) == "flying 34 of 79 s, 0.4 m from the record now"
    assert words(near, BESIDE) == "flying 34 of 79 s, at most 11.1 m from the record now"
    assert words(on_ground) == words(None) == words() == "flying 34 of 79 s"


def test_the_vehicle_is_drawn_and_its_shadow_and_where_it_was_and_another_run_begins_anew(app):
    view = BesideView()
    view.resize(300, 240)
    view.show_news(msgspec.structs.replace(NEWS, vehicles=(None,)))
    ground = view.grab().toImage()
    view.show_news(NEWS)
    flown = view.grab().toImage()
    fit = view.fit()
    here, shadow = (BESIDE.lat_deg, BESIDE.lon_deg), (BESIDE.recorded_lat_deg, BESIDE.recorded_lon_deg)
    # on their rims, where neither the ways nor the line between them are
    for place, beside_px in ((here, DOT_PX - 2.0), (shadow, 2.0 - RING_PX)):
        at = (fit.point(Place(*place)) + QPointF(beside_px, 0.0)).toPoint()
        assert flown.pixelColor(at) != ground.pixelColor(at)
    assert view.flown == [[Place(BESIDE.lat_deg, BESIDE.lon_deg)]]
    # told twice it is one place, and on the ground it is none
    view.show_news(NEWS)
    view.show_news(msgspec.structs.replace(NEWS, vehicles=(msgspec.structs.replace(BESIDE, distance_m=None),)))
    assert len(view.flown[0]) == 1
    view.show_news(msgspec.structs.replace(NEWS, run=2, vehicles=()))
    assert view.flown == []
    view.clear()
    view.grab()
    view.deleteLater()


@pytest.mark.parametrize(("apart_px", "count"), [(-1.0, 1), (1.0, 2)])
def test_distances_that_would_lie_on_each_other_are_told_of_the_farthest(app, apart_px, count):
    view = BesideView()
    view.resize(400, 600)
    ways = (WAY, msgspec.structs.replace(WAY, name="two"))
    near = msgspec.structs.replace(BESIDE, distance_m=0.4)
    view.show_news(msgspec.structs.replace(NEWS, vehicles=(near, BESIDE), ways=ways))
    high_px = view.labels(view.fit())[0][0].height()
    up_deg = (high_px + apart_px) / view.fit().px_per_m / 111_319.5
    off = msgspec.structs.replace(near, lat_deg=BESIDE.lat_deg + up_deg)
    view.show_news(msgspec.structs.replace(NEWS, vehicles=(off, BESIDE), ways=ways))
    assert [words for _, words in view.labels(view.fit())] == ["two  11.1 m", "one  0.4 m"][:count]
    view.deleteLater()


def test_the_distance_of_one_alone_has_no_name_and_is_in_the_picture_wherever_it_flies(app):
    view = BesideView()
    view.resize(300, 240)
    view.show_news(msgspec.structs.replace(NEWS, vehicles=()))
    fit = view.fit()
    corner = fit.point(Place(41.0, 39.7))
    for x_px, y_px in ((2, 2), (298, 2), (298, 238), (2, 238), (150, 120)):
        north_m, east_m = (corner.y() - y_px) / fit.px_per_m, (x_px - corner.x()) / fit.px_per_m
        at = place_of(Place(41.0, 39.7), north_m, east_m)
        there = msgspec.structs.replace(BESIDE, lat_deg=at.lat_deg, lon_deg=at.lon_deg)
        view.show_news(msgspec.structs.replace(NEWS, vehicles=(there,)))
        ((box, words),) = view.labels(view.fit())
        assert words == "11.1 m"
        assert view.rect().contains(box.toAlignedRect())
    view.deleteLater()


def test_a_way_over_longitude_180_is_as_wide_as_any_other(app):
    view = BesideView()
    view.resize(300, 240)
    over = RecordedWay(name="one", lat_deg=(41.0, 41.0), lon_deg=(179.9995, -179.9995))
    view.show_news(msgspec.structs.replace(NEWS, vehicles=(), ways=(over,)))
    west, east = (view.fit().point(Place(41.0, lon_deg)) for lon_deg in over.lon_deg)
    assert 200.0 < east.x() - west.x() < 300.0
    view.deleteLater()


def test_a_long_flight_is_thinned_and_ends_where_it_is(app):
    view = BesideView()
    for number in range(MOST_POINTS + 5):
        place = msgspec.structs.replace(BESIDE, lat_deg=41.0 + number * 1e-6)
        view.show_news(msgspec.structs.replace(NEWS, vehicles=(place,)))
    assert MOST_POINTS / 2 <= len(view.flown[0]) <= MOST_POINTS
    assert view.flown[0][0].lat_deg == 41.0
    assert view.flown[0][-1].lat_deg == pytest.approx(41.0 + (MOST_POINTS + 4) * 1e-6, abs=1e-9)
    view.deleteLater()
