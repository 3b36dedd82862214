# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from groundstation.fleet.sensor_map.mapping import SensorRow, ValueRow
from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.plots.time_axis import TimeAxis
from groundstation.ui.units import DASH
from groundstation.ui.value_drag import mime_from_refs
from tests.ui.support.pretend_fleet import SENSORS, PretendVehicle, message, sensor_messages

HEIGHT, SPEED, ROLL = "position.height_home_m", "velocity.ground_speed_mps", "attitude.roll_deg"
HUMIDITY = ValueRef(f"{SENSORS}/Kabin1/Nem-Sıcaklık/Nem", "")


@pytest.fixture
def panel(station):
    made = PlotsPanel(station.feed)
    made.resize(700, 400)
    made.show()
    return made


def fly(station, vehicle, seconds):
    for number in range(seconds * 10):
        station.now_s += 0.1
        station.offer(station.motion(vehicle, number / 10))


def drop(target, refs):
    mime = mime_from_refs(refs)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, mime, buttons, keys)
    target.dragEnterEvent(enter)
    assert enter.isAccepted()
    target.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, mime, buttons, keys))


def test_a_plotted_value_grows(panel, station, vehicle):
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT)])
    fly(station, vehicle, 3)
    panel.refresh()
    times, values = panel.lanes[0].curves[0].item.getData()
    assert len(times) == 31
    assert values[-1] == pytest.approx(station.feed.fleet.get(vehicle.key).position.height_home_m)
    assert panel.lanes[0].legend.texts == [f"{values[-1]:.1f}"]


def test_a_value_that_stopped_coming_is_crossed_out_in_the_legend(panel, station, vehicle):
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT)])
    fly(station, vehicle, 2)
    panel.refresh()
    assert panel.lanes[0].legend._old == [False]
    station.now_s += 7.0
    panel.refresh()
    assert panel.lanes[0].legend._old == [True]


def test_values_of_one_unit_share_a_plot(panel, station):
    vehicles = [PretendVehicle(1), PretendVehicle(2)]
    station.hear(*vehicles)
    panel.plot([ValueRef(vehicle.key, HEIGHT) for vehicle in vehicles])
    panel.plot([ValueRef(vehicles[0].key, SPEED)])
    panel.plot([ValueRef(vehicles[0].key, SPEED)])
    assert [[ref.path for ref in refs] for refs in panel.plots()] == [[HEIGHT, HEIGHT], [SPEED]]


def test_all_plots_show_the_same_time(panel, station, vehicle):
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, path) for path in (HEIGHT, SPEED, ROLL)])
    fly(station, vehicle, 1)
    panel.refresh()
    spans = {tuple(lane.plot.getViewBox().viewRange()[0]) for lane in panel.lanes}
    assert len(spans) == 1
    assert spans.pop() == pytest.approx((station.now_s - 120, station.now_s))


def test_a_drop_on_a_plot_and_beside_it(panel, station, vehicle):
    station.hear(vehicle)
    drop(panel, [ValueRef(vehicle.key, HEIGHT)])
    drop(panel.lanes[0], [ValueRef(vehicle.key, "position.height_amsl_m")])
    drop(panel.lanes[0], [ValueRef(vehicle.key, ROLL)])
    assert [len(refs) for refs in panel.plots()] == [2, 1]


def test_a_curve_of_a_sensor_has_the_unit_and_the_scale_of_the_file(panel, station):
    row = SensorRow(topics="f/+", values={"": ValueRow(unit="°C", factor=0.5, offset=-10.0)})
    refs = [ValueRef("f/1", ""), ValueRef("g/1", "")]
    for number in range(20):
        station.now_s += 1.0
        station.offer(*(message(ref.source, str(60 + number).encode(), station.now_s) for ref in refs))
    station.feed.use_meanings(SensorMap((row,)))
    for ref in refs:
        panel.plot([ref])
    panel.refresh()
    # two units never share an axis
    first, second = (lane.curves[0] for lane in panel.lanes)
    assert (first.unit.symbol, second.unit.symbol) == ("°C", "")
    assert (first.text_at(None, station.now_s), second.text_at(None, station.now_s)) == ("29.5", "79")
    assert first.extremes(0.0, station.now_s + 1.0) == (20.0, 29.5)
    station.feed.use_meanings(SensorMap())
    panel.refresh()
    assert (first.unit.symbol, first.text_at(None, station.now_s)) == ("", "79")
    assert first.extremes(0.0, station.now_s + 1.0) == (60.0, 79.0)


def test_a_sensor_is_plotted_like_a_vehicle(panel, station):
    station.offer(*sensor_messages(0.0, station.now_s))
    panel.plot([HUMIDITY])
    station.now_s += 1
    station.offer(*sensor_messages(7.0, station.now_s))
    panel.refresh()
    assert len(panel.lanes[0].curves[0].item.getData()[0]) == 2


def test_shares_are_drawn_in_percent(panel, station, vehicle):
    vehicle.charge = 0.5
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, "battery.0.charge_fraction")])
    panel.refresh()
    assert panel.lanes[0].curves[0].item.getData()[1].tolist() == [pytest.approx(50.0)]


def test_the_cursor_tells_values_of_its_moment_in_all_plots(panel, station, vehicle):
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT), ValueRef(vehicle.key, SPEED)])
    fly(station, vehicle, 20)
    panel.refresh()
    moment = station.now_s - 12.0
    panel._on_cursor_moved(moment)
    for lane in panel.lanes:
        assert lane.legend.texts[0] == f"{lane.curves[0].series.at(moment):.1f}"
        assert lane._line.isVisible()
    assert ":" in panel.time_label.text()
    panel._on_cursor_moved(station.now_s - 5000)
    assert panel.lanes[0].legend.texts == [DASH]
    panel._on_cursor_moved(None)
    assert not panel.lanes[0]._line.isVisible()


def test_a_paused_plot_stands_still_and_loses_nothing(panel, station, vehicle):
    station.hear(vehicle)
    panel.plot([ValueRef(vehicle.key, HEIGHT)])
    panel.pause_button.setChecked(True)
    before = panel.lanes[0].plot.getViewBox().viewRange()[0]
    fly(station, vehicle, 5)
    panel.refresh()
    assert panel.lanes[0].plot.getViewBox().viewRange()[0] == before
    panel.pause_button.setChecked(False)
    assert len(panel.lanes[0].curves[0].series) == 51


def test_the_last_curve_takes_its_plot_along_and_is_no_longer_kept(panel, station, vehicle):
    station.hear(vehicle)
    ref = ValueRef(vehicle.key, HEIGHT)
    panel.plot([ref])
    panel.lanes[0].remove(ref)
    assert panel.lanes == []
    assert panel.stack.hint.isVisible()
    assert ref not in station.feed.history._tracked


def test_hidden_plots_do_no_work(panel):
    assert panel._timer.isActive()
    panel.hide()
    assert not panel._timer.isActive()


def test_ticks_stand_at_round_wall_clock_times(app):
    axis = TimeAxis(lambda: 0.25)
    (step, ticks), *_ = axis.tickValues(1000.0, 1120.0, 400)
    assert step in {30.0, 60.0, 15.0}
    assert all((tick + 0.25) % step == 0 for tick in ticks)
