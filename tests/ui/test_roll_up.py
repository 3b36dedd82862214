# SPDX-License-Identifier: Apache-2.0
"""Counts of the fleet: they add up, and a press on one shows those that it counts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.roll_up import Life, level_key, life_key, life_of, mode_key, passes, roll_up
from groundstation.ui.choosing.roll_up_strip import LEAST_WIDTH, MOST_MODES, RollUpStrip
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.selection import Selection
from groundstation.ui.wall.wall_panel import WallPanel
from tests.ui.support.pretend_fleet import PretendVehicle

FLYING, GROUND, LOST = (life_key(life) for life in (Life.FLYING, Life.GROUND, Life.LOST))


@pytest.fixture
def vehicles(station):
    found = [PretendVehicle(number) for number in range(1, 9)]
    found[1].charge = 0.1
    found[2].charge = 0.2
    found[3].mode = found[4].mode = "GUIDED"
    found[5].is_flying = False
    found[6].is_flying = False
    station.hear(*found)
    station.offer(*found[7].lost(station.now_s))
    return found


@pytest.fixture(params=[FleetPanel, WallPanel])
def panel(request, station, vehicles, app):
    made = request.param(station.feed, Selection())
    made.resize(800, 700)
    made.show()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def seen(panel):
    rows = panel.model.rows if isinstance(panel, FleetPanel) else panel.area.model.rows
    tiles = {} if isinstance(panel, FleetPanel) else panel.area.tiles
    return sorted(key.id for key in [*(row.key for row in rows), *tiles])


def press(panel, key):
    QTest.mouseClick(panel.counts.buttons[key], Qt.MouseButton.LeftButton)


def test_they_add_up_and_each_vehicle_is_in_exactly_one_place(station, vehicles):
    found = station.feed.summaries()
    counts = roll_up(found)
    assert counts.lives == {Life.FLYING: 5, Life.GROUND: 2, Life.UNSURE: 0, Life.LOST: 1}
    assert sum(counts.lives.values()) == counts.total == len(vehicles)
    assert counts.modes == (("AUTO", 3), ("GUIDED", 2))
    assert sum(number for _, number in counts.modes) == counts.lives[Life.FLYING]
    # a lost one in the air is a warning, too
    assert counts.levels == {Level.WARNING: 2, Level.CAUTION: 1}
    for key, number in counts.counts.items():
        assert sum(passes(key, one) for one in found) == number


def test_one_of_whom_nobody_can_tell_is_counted_as_such(station):
    unsure = PretendVehicle(1, kind=VehicleKind.MULTICOPTER)
    for one in unsure.birth(station.now_s):
        station.inbox.offer(one)
    station.feed.tick()
    (one,) = station.feed.summaries()
    assert life_of(one) is Life.UNSURE
    assert roll_up([one]).lives[Life.UNSURE] == 1


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        (FLYING, ["uav-01", "uav-02", "uav-03", "uav-04", "uav-05"]),
        (GROUND, ["uav-06", "uav-07"]),
        (LOST, ["uav-08"]),
        (level_key(Level.CAUTION), ["uav-03"]),
        (level_key(Level.WARNING), ["uav-02", "uav-08"]),
        (mode_key("GUIDED"), ["uav-04", "uav-05"]),
    ],
)
def test_a_press_shows_those_alone_and_another_press_all(panel, key, ids):
    button = panel.counts.buttons[key]
    assert button.text().startswith(f"{len(ids)} ")
    press(panel, key)
    assert seen(panel) == ids
    assert button.isChecked()
    press(panel, key)
    assert len(seen(panel)) == 8
    assert not button.isChecked()


def test_one_count_at_a_time_filters(panel):
    press(panel, FLYING)
    press(panel, GROUND)
    assert seen(panel) == ["uav-06", "uav-07"]
    assert [key for key, button in panel.counts.buttons.items() if button.isChecked()] == [GROUND]
    panel.counts.release()
    assert len(seen(panel)) == 8


def test_a_count_that_is_pressed_stays_though_nobody_is_left_of_it(panel, station, vehicles):
    press(panel, mode_key("GUIDED"))
    for vehicle in vehicles[3:5]:
        vehicle.mode = "AUTO"
    station.pass_time(1.0)
    station.hear(*vehicles[:7])
    panel.refresh()
    assert seen(panel) == []
    assert panel.counts.buttons[mode_key("GUIDED")].text().startswith("0 ")
    press(panel, mode_key("GUIDED"))
    panel.refresh()
    assert mode_key("GUIDED") not in panel.counts.buttons
    assert len(seen(panel)) == 8


def test_what_is_about_to_be_pressed_stays_where_it_is(panel, station, vehicles):
    before = panel.counts.buttons[GROUND].pos()
    for vehicle in vehicles[1:3]:
        vehicle.charge = 0.9
    station.pass_time(1.0)
    station.hear(*vehicles[:7])
    panel.refresh()
    assert level_key(Level.CAUTION) in panel.counts.buttons
    assert panel.counts.buttons[GROUND].pos().y() == before.y()


def test_modes_have_a_most_and_a_name_with_a_sign_is_shown_as_it_is(panel, station):
    odd = [PretendVehicle(20 + number, mode=f"<b>M&{number}") for number in range(MOST_MODES + 3)]
    station.hear(*odd)
    panel.refresh()
    modes = [key for key in panel.counts.buttons if key.startswith("mode:")]
    assert len(modes) == MOST_MODES
    assert panel.counts.buttons[modes[-1]].text().startswith("1 <b>M&&")


@pytest.mark.parametrize(("width", "has_modes"), [(LEAST_WIDTH - 1, False), (LEAST_WIDTH, True)])
def test_a_narrow_strip_leaves_modes_out(station, vehicles, width, has_modes):
    strip = RollUpStrip()
    strip.resize(width, 60)
    strip.show_counts(roll_up(station.feed.summaries()))
    assert (mode_key("AUTO") in strip.buttons) is has_modes
