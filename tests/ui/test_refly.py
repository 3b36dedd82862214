# SPDX-License-Identifier: Apache-2.0
"""A flight is flown again from the window: the question, the progress, the comparison, and back to both."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.refly.comparison import compared
from groundstation.fleet.refly.error_way import error_ways
from groundstation.fleet.refly.flown import Event
from groundstation.fleet.refly.result import Result, Run, plain
from groundstation.ui.refly.refly_dialog import ReflyDialog
from groundstation.ui.refly.refly_panel import ReflyPanel
from groundstation.ui.refly.refly_port import Outcome, ReflyAccess, ReflyWish
from groundstation.ui.refly.verdict import verdict
from tests.fleet.refly.ways import flight, square
from tests.support.waiting import PATIENCE_S

LOG = Path("logs/copter.tlog")
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
        told(0.25, "as recorded: flies 00:20")
        while self.is_endless:
            told(0.25, "as recorded: flies 00:20")
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
    assert not panel.cancel.isVisible()


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
    assert not panel.cancel.isVisible()


def test_one_at_a_time_and_it_can_be_given_up(app, panel, flying):
    flying.is_endless = True
    panel.fly(ReflyWish(files=(LOG,)))
    for _ in range(1000):
        app.processEvents()
        if flying.wishes:
            break
        QTest.qWait(5)
    assert panel.cancel.isVisible()
    panel.fly(ReflyWish(files=(LOG,)))
    assert "under way" in panel.notes.text()
    QTest.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
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
