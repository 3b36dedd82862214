# SPDX-License-Identifier: Apache-2.0
"""The height profile of the plan that is worked on: what is said, what wind and battery change, what a press chooses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.app.ground_work import ground_heights
from groundstation.fleet.plans.ground_under import clearance_m
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_flight import Moment
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.profile_panel import ProfilePanel
from groundstation.ui.plans.profile_view import steps_of, thinned
from tests.support.ground import write_tile
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands, grounded

LAT, LON = 40.992, 39.766
UP = PlanItem(command=Cmd.TAKEOFF, x=LAT, y=LON, z=30.0)
NORTH = PlanItem(command=Cmd.WAYPOINT, x=LAT + 5e-3, y=LON, z=30.0)
HIGH = replace(NORTH, y=LON + 5e-3, z=90.0)
BACK = PlanItem(command=Cmd.RETURN, frame=2)


@pytest.fixture
def panel(station, app):
    commands = Commands(station)
    vehicles = grounded(2)
    commands.hear(*vehicles)
    commands.select(*vehicles)
    document = PlanDocument()
    study = PlanStudy(document, station.feed, commands.selection, ground=ground_heights)
    made = ProfilePanel(document, study)
    made.document, made.study = document, study
    made.resize(700, 260)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    study.deleteLater()
    document.deleteLater()


def reckoned(panel):
    def is_through():
        QApplication.processEvents()
        panel.study.look()
        return not (panel.study.is_behind or panel.study.is_looking)

    wait_until(is_through, what="a plan that is reckoned")
    panel.refresh()
    QApplication.processEvents()


def shown(panel, *items):
    panel.document.edit_mission(items or (UP, NORTH, HIGH, BACK), "begin")
    reckoned(panel)
    return panel.study.flight


def test_length_time_and_battery_are_said(panel):
    flight = shown(panel)
    words = panel.summary.text()
    assert f"{flight.length_m / 1000:.2f} km" in words
    assert "battery" in words
    assert "of a usual 20 min" in words
    panel.minutes.setValue(10)
    reckoned(panel)
    assert f"battery {flight.duration_s / 6.0:.0f} %" in panel.summary.text()
    assert "usual" not in panel.summary.text()


def test_without_a_way_there_is_a_word_for_it_and_nothing_is_said(panel):
    reckoned(panel)
    assert panel.summary.text() == ""
    panel.view.repaint()
    shown(panel)
    panel.document.edit_mission((), "nothing")
    reckoned(panel)
    assert panel.summary.text() == ""


def test_wind_is_what_the_plan_is_flown_in(panel, station):
    calm = shown(panel)
    panel.wind.setValue(8)
    panel.wind_from.setValue(0)
    reckoned(panel)
    assert panel.study.terms.wind.speed_mps == 8.0
    windy = panel.study.flight
    # rotors keep their speed over the ground as long as they can
    assert windy.duration_s >= calm.duration_s


def test_a_press_on_an_item_chooses_it(panel):
    shown(panel)
    stop = next(one for one in panel.view._stops if one.number == 3)
    QTest.mouseClick(
        panel.view,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(round(panel.view._x(stop.way_m)), 60),
    )
    assert panel.document.chosen == {3}
    stops = [panel.view._x(one.way_m) for one in panel.view._stops]
    far = next(x for x in range(60, 680) if all(abs(x - one) > 20 for one in stops))
    panel.document.choose(())
    QTest.mouseClick(panel.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(far, 60))
    assert panel.document.chosen == frozenset()


def test_the_line_is_as_high_as_the_plan(panel):
    shown(panel)
    view = panel.view
    stop = next(one for one in view._stops if one.number == 3)
    assert stop.height_m == pytest.approx(90.0, abs=0.5)
    picture = QImage(view.size(), QImage.Format.Format_RGB32)
    view.render(picture)
    x, y = round(view._x(stop.way_m)) - 6, round(view._y(stop.height_m))
    column = [QColor(picture.pixel(x, row)).valueF() for row in range(y - 12, y + 14)]
    assert max(column) > 0.8, "the line passes there"


def test_the_mouse_reads_height_way_and_time(panel):
    shown(panel)
    before = panel.view.grab().toImage()
    QTest.mouseMove(panel.view, QPoint(350, 80))
    assert panel.view.grab().toImage() != before
    panel.view.leaveEvent(None)
    assert panel.view.grab().toImage() == before


def test_what_is_wanted_is_remembered_and_kept_within_bounds(panel):
    panel.restore_terms([5.0, 90.0, 30.0, 12.0, 35.0])
    assert panel.terms == [5.0, 90.0, 30.0, 12.0, 35.0]
    assert panel.study.terms.clearance_m == 35.0
    # as a version before this one wrote it
    panel.restore_terms([5.0, 90.0, 30.0, 12.0])
    assert panel.terms == [5.0, 90.0, 30.0, 12.0, 35.0]
    assert panel.study.terms.endurance_s == 720.0
    panel.restore_terms([1e9, -5.0, 0.0])
    assert panel.terms == [40.0, 0.0, 1.0, 12.0, 35.0]


def test_the_ground_is_read_from_a_folder_drawn_and_told_with_a_remedy(panel, tmp_path):
    north = [PlanItem(command=16, x=LAT + 1e-3 * at, y=LON, z=30.0) for at in (1, 6)]
    shown(panel, PlanItem(command=22, z=30.0), *north)
    assert "Heights of the ground are not known" in panel.view._note
    bare = panel.view.grab().toImage()
    # four metres higher in a hundred to the north
    corner = int(LAT), int(LON)
    write_tile(tmp_path, corner, lambda lats, lons: 100.0 + (lats - corner[0]) * 111_195.0 * 0.04 + 0.0 * lons)
    panel.use_ground(str(tmp_path))
    reckoned(panel)
    assert panel.view._note == ""
    assert panel.view.grab().toImage() != bare
    noted = [one for one in panel.study.noted() if "above the ground" in str(one.finding.said)]
    lowest = panel.study.under_of(0).lowest
    # 667 m to the north the ground is 26 m higher, and the last of them are on the way to the end
    assert 2.0 < clearance_m(lowest) < 6.0
    assert str(noted[0].finding.said).startswith(f"{clearance_m(lowest):.0f} m above the ground at 0.")
    [remedy] = noted[0].remedies
    panel.document.edit_mission(remedy.mission, "raise")
    reckoned(panel)
    assert not [one for one in panel.study.noted() if "above the ground" in str(one.finding.said)]
    assert (panel.ground_folder, panel.study.holding(0)) == (str(tmp_path), 0)
    # into the hill: it holds
    panel.document.edit_mission((PlanItem(command=22, z=5.0), *(replace(one, z=5.0) for one in north)), "low")
    reckoned(panel)
    assert panel.study.holding(0) >= 1
    # what is wrong with the folder is told, and holds nothing
    panel.use_ground(str(tmp_path / "none"))
    reckoned(panel)
    assert "can't be read" in panel.view._note
    assert panel.study.under_of(0) is None
    panel.use_ground("")
    reckoned(panel)
    assert "not known" in panel.view._note


@pytest.mark.parametrize(
    ("span", "most", "step"), [(100.0, 5, 20.0), (0.0, 5, 1.0), (1e9, 8, 2e8), (float("nan"), 5, 1.0)]
)
def test_steps_are_round_and_never_too_many(span, most, step):
    assert steps_of(span, most) == step


def test_a_line_that_is_thinned_loses_no_peak():
    moments = [
        Moment(
            time_s=float(at),
            lat_deg=0.0,
            lon_deg=0.0,
            height_m=500.0 if at == 7_777 else at % 7,
            way_m=float(at),
            number=1,
        )
        for at in range(20_000)
    ]
    found = thinned(moments, 1_000)
    assert len(found) <= 1_004
    assert max(one.height_m for one in found) == 500.0
    assert [one.way_m for one in found] == sorted(one.way_m for one in found)
    assert (found[0], found[-1]) == (moments[0], moments[-1])
    assert thinned(moments[:10], 1_000) == moments[:10]
