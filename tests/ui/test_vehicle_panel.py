# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from groundstation.fleet.conditions import Level
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.kinds import Freshness, Samples
from groundstation.fleet.motion import Attitude
from groundstation.fleet.navigation import Estimator, Vibration
from groundstation.fleet.value_path import ValueRef, getter
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.selection import Selection
from groundstation.ui.theme.fonts import metrics
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TITLE_PX
from groundstation.ui.units import DASH
from groundstation.ui.value_drag import refs_from_mime
from groundstation.ui.vehicle_panel.easing import Eased
from groundstation.ui.vehicle_panel.flight_display import FlightDisplay
from groundstation.ui.vehicle_panel.flight_values import FlightValues, flight_values
from groundstation.ui.vehicle_panel.panel_header import PanelHeader
from groundstation.ui.vehicle_panel.tile_contents import estimator_content, vibration_content
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.pretend_fleet import PretendVehicle

BATTERY, GPS, LINK, WIND = range(4)


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def panel(station, selection):
    made = VehiclePanel(station.feed, selection, MessageLog(station.feed))
    made.resize(420, 900)
    made.show()
    return made


def leaf(panel, path):
    model = panel.values.model
    for row, group in enumerate(model.groups):
        for child, one in enumerate(group.rows):
            if one.path == path:
                return [model.index(child, column, model.index(row, 0)) for column in range(4)]
    raise AssertionError(path)


def texts(panel, path):
    return [index.data() for index in leaf(panel, path)]


def test_the_panel_follows_the_selection(panel, station, selection):
    vehicles = [PretendVehicle(1), PretendVehicle(2)]
    station.hear(*vehicles)
    selection.select((vehicles[1].key,))
    assert panel.header.summary.key == vehicles[1].key
    panel.pin(vehicles[1].key)
    selection.select((vehicles[0].key,))
    assert panel.key == vehicles[1].key
    panel.pin_button.setChecked(False)
    assert panel.key == vehicles[0].key


def test_values_have_labels_units_and_ages(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.pass_time(1.5)
    panel.refresh()
    assert texts(panel, "battery.0.used_mah") == ["Used", "2210", "mAh", ""]
    assert texts(panel, "gps.0.satellites")[1] == "18"
    assert panel.values.model.groups[0].age_s == pytest.approx(1.5)


def test_unknown_is_a_dash_in_tree_and_tile(panel, station, selection, vehicle):
    station.offer(*vehicle.birth(station.now_s), station.motion(vehicle))
    selection.select((vehicle.key,))
    panel.refresh()
    assert texts(panel, "air_data.airspeed_mps")[1] == DASH
    assert panel.tiles[BATTERY].content.value == DASH
    assert panel.tiles[WIND].content.value == DASH


def test_impossible_values_are_called_invalid(panel, station, selection):
    vehicle = PretendVehicle(4, invalid_position=True)
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    assert texts(panel, "position.lat_deg")[1] == "invalid"
    colour = leaf(panel, "position.lat_deg")[1].data(Qt.ItemDataRole.ForegroundRole)
    assert colour.name() == ink(Ink.CAUTION).name()


def test_old_values_turn_grey_and_are_struck_out(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    index = leaf(panel, "position.height_home_m")[1]
    assert index.data(Qt.ItemDataRole.ForegroundRole).name() == ink(Ink.TEXT).name()
    station.pass_time(4.0)
    panel.refresh()
    assert index.data(Qt.ItemDataRole.ForegroundRole).name() == ink(Ink.MUTED).name()
    assert not index.data(Qt.ItemDataRole.FontRole).strikeOut()
    station.pass_time(20.0)
    panel.refresh()
    assert index.data(Qt.ItemDataRole.FontRole).strikeOut()
    assert panel.tiles[BATTERY].content.is_stale


def test_an_expired_attitude_is_a_failed_instrument(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    assert panel.flight.values.roll_deg is not None
    station.pass_time(4.0)
    panel.refresh()
    assert panel.flight.values.attitude_age_s == pytest.approx(4.0)
    station.pass_time(20.0)
    panel.refresh()
    assert panel.flight.values.roll_deg is None
    assert panel.flight._roll.shown is None
    panel.grab()


@pytest.mark.parametrize(
    ("age_s", "is_stale", "is_shown"), [(1.9, False, True), (2.1, True, True), (11.9, True, True), (12.1, False, False)]
)
def test_tapes_and_attitude_are_old_after_two_seconds_and_gone_after_twelve(
    panel, station, selection, vehicle, age_s, is_stale, is_shown
):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.pass_time(age_s)
    panel.refresh()
    values = panel.flight.values
    assert (values.height_is_stale, values.speed_is_stale, values.attitude_age_s is not None) == (is_stale,) * 3
    shown = (values.height_m, values.climb_mps, values.speed_mps, values.roll_deg, values.heading_deg)
    assert all((one is not None) is is_shown for one in shown)


@pytest.mark.parametrize(("stream", "path"), [("height", "height_is_stale"), ("speed", "speed_is_stale")])
def test_each_tape_is_old_by_its_own_sample(station, vehicle, stream, path):
    station.hear(vehicle, motion=False)
    motion = vehicle.motion(0.0, station.now_s)
    old = msgspec.structs.replace(motion, position=None, velocity=None, air_data=None)
    kept = {"height": {"position": motion.position}, "speed": {"velocity": motion.velocity}}[stream]
    station.offer(vehicle.wrap(f"{vehicle.key}/tlm/motion", Samples(**kept), station.now_s))
    station.pass_time(3.0)
    other = {"height": ("velocity",), "speed": ("position",)}[stream]
    fresh = vehicle.motion(0.0, station.now_s)
    new = msgspec.structs.replace(old, attitude=fresh.attitude, **{name: getattr(fresh, name) for name in other})
    station.offer(vehicle.wrap(f"{vehicle.key}/tlm/motion", new, station.now_s))
    values = flight_values(station.feed.fleet.get(vehicle.key), station.now_s)
    stale = {name for name in ("height_is_stale", "speed_is_stale") if getattr(values, name)}
    assert stale == {path}
    assert values.attitude_age_s is None


@pytest.mark.parametrize("field", ["height_is_stale", "speed_is_stale"])
def test_an_old_tape_looks_old(app, field):
    def painted(**more):
        flight = FlightDisplay()
        flight.resize(400, 240)
        flight.show_values(FlightValues(height_m=30.0, speed_mps=5.0, roll_deg=0.0, pitch_deg=0.0, **more), jump=True)
        return flight.grab().toImage()

    fresh, old = painted(), painted(**{field: True})
    is_right = field == "height_is_stale"
    half = fresh.width() // 2
    changed = [fresh.copy(begin, 0, half, 240) != old.copy(begin, 0, half, 240) for begin in (0, half)]
    assert changed == [not is_right, is_right]


@pytest.mark.parametrize(("age_s", "is_old"), [(4.9, False), (5.1, True)])
def test_a_link_is_old_after_five_seconds_without_a_report(panel, station, selection, vehicle, age_s, is_old):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.pass_time(age_s)
    panel.refresh()
    assert panel.tiles[LINK].content.is_stale is is_old
    assert (panel.tiles[LINK].content.details == ("no report",)) is is_old
    [link] = [group for group in panel.values.model.groups if group.path.startswith("link.")]
    assert link.freshness is (Freshness.STALE if is_old else Freshness.FRESH)


@pytest.mark.parametrize(("age_s", "freshness"), [(14.9, Freshness.STALE), (15.1, Freshness.EXPIRED)])
def test_numbers_of_a_link_are_crossed_out_after_fifteen(panel, station, selection, vehicle, age_s, freshness):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.pass_time(age_s)
    panel.refresh()
    assert [group.freshness for group in panel.values.model.groups if group.path.startswith("link.")] == [freshness]


@pytest.mark.parametrize(
    ("charge", "level"),
    [(0.251, Level.NORMAL), (0.249, Level.CAUTION), (0.151, Level.CAUTION), (0.149, Level.WARNING)],
)
def test_the_weakest_pack_colours_the_tile(panel, station, selection, charge, level):
    vehicle = PretendVehicle(2, charge=charge)
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    assert panel.tiles[BATTERY].content.level is level


@pytest.mark.parametrize(("ratio", "level"), [(0.99, Level.NORMAL), (1.01, Level.CAUTION)])
def test_an_innovation_ratio_above_one_colours_the_tile(station, vehicle, ratio, level):
    state = VehicleState(key=vehicle.key, estimator=Estimator(at_s=0.0, compass_ratio=ratio, velocity_ratio=0.1))
    assert estimator_content(state, 0.0).level is level


@pytest.mark.parametrize(("high", "level"), [(29.9, Level.NORMAL), (30.1, Level.CAUTION)])
def test_strong_vibration_colours_the_tile(station, vehicle, high, level):
    state = VehicleState(key=vehicle.key, vibration=Vibration(at_s=0.0, x_mps2=1.0, y_mps2=high, z_mps2=2.0))
    assert vibration_content(state, 0.0).level is level


def test_a_pack_is_named_by_its_index_not_by_its_place(panel, station, selection, vehicle):
    """The first pack fell silent, or was never there."""
    station.hear(vehicle)
    selection.select((vehicle.key,))
    reborn = PretendVehicle(2)
    reborn.sid = "b1-next-life"
    packs = tuple(BatteryPack(at_s=station.now_s, index=index, voltage_v=20.0 + index) for index in (1, 3))
    topic = f"{reborn.key}/tlm/status"
    station.offer(*reborn.birth(station.now_s), reborn.wrap(topic, Samples(battery=packs), station.now_s))
    panel.refresh()
    assert texts(panel, "battery.1.voltage_v")[1] == "21.00"
    assert texts(panel, "battery.3.voltage_v")[1] == "23.00"
    labels = [group.label for group in panel.values.model.groups if group.path.startswith("battery")]
    assert labels == ["Battery 2", "Battery 4"]
    assert [line.split(":")[0] for line in panel.tiles[BATTERY].content.details] == ["2", "4"]
    ref = panel.values.model.ref_at(leaf(panel, "battery.3.voltage_v")[0])
    state = station.feed.fleet.get(vehicle.key)
    assert getter(ref.path)(state) == 23.0


def test_an_unknown_roll_is_not_drawn_level(panel, station, selection, vehicle):
    vehicle.has_attitude = False
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.offer(
        vehicle.wrap(f"{vehicle.key}/tlm/motion", Samples(attitude=Attitude(at_s=station.now_s)), station.now_s)
    )
    panel.refresh()
    assert panel.flight.values.roll_deg is None


def test_a_lost_link_is_told_in_tile_and_header(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.offer(*vehicle.lost(station.now_s))
    station.pass_time(38.0)
    panel.refresh()
    assert (panel.tiles[LINK].content.value, panel.tiles[LINK].content.level) == ("lost", Level.WARNING)
    assert str(panel.header.conditions[0].said) == "link lost 38 s"


def test_several_packs_and_receivers_have_a_line_each(panel, station, selection):
    vehicle = PretendVehicle(1)
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    assert len(panel.tiles[BATTERY].content.details) == 2
    assert len(panel.tiles[GPS].content.details) == 2


def test_the_tree_is_searched(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    panel.values.search("volt")
    proxy = panel.values._proxy
    assert [proxy.index(row, 0).data() for row in range(proxy.rowCount())] == ["Battery 1"]


def test_a_number_is_dragged_a_text_is_not(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    model = panel.values.model
    height, mode = leaf(panel, "position.height_home_m"), leaf(panel, "mode.name")
    assert model.flags(height[0]) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(mode[0]) & Qt.ItemFlag.ItemIsDragEnabled
    assert refs_from_mime(model.mimeData([*height, *mode])) == [ValueRef(vehicle.key, "position.height_home_m")]


def test_enter_plots_a_value(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    panel.refresh()
    spy = QSignalSpy(panel.plot_requested)
    panel.values.tree.activated.emit(panel.values._proxy.mapFromSource(leaf(panel, "position.height_home_m")[0]))
    assert spy.at(0)[0] == [ValueRef(vehicle.key, "position.height_home_m")]


def test_a_hidden_panel_does_no_work(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    assert panel._timer.isActive()
    panel.hide()
    before = panel.flight.values
    station.now_s += 0.2
    station.offer(station.motion(vehicle, 5.0))
    assert not panel._timer.isActive()
    assert not panel.flight.is_moving
    assert panel.flight.values == before


def test_motion_is_shown_as_it_comes(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    station.now_s += 0.1
    station.offer(station.motion(vehicle, 5.0))
    state = station.feed.fleet.get(vehicle.key)
    assert panel.flight.values.roll_deg == state.attitude.roll_deg
    assert panel.flight.is_moving


def test_easing_takes_the_short_way_round_and_arrives():
    heading = Eased(wrap=360.0)
    heading.aim(350.0)
    heading.aim(10.0)
    heading.advance(0.05)
    assert heading.shown > 350.0 or heading.shown < 10.0
    while heading.advance(0.05):
        pass
    assert heading.shown == 10.0
    heading.aim(None)
    assert heading.shown is None


def test_a_new_session_forgets_what_was_measured(panel, station, selection, vehicle):
    station.hear(vehicle)
    selection.select((vehicle.key,))
    reborn = PretendVehicle(2)
    reborn.sid = "b1-next-life"
    station.offer(*reborn.birth(station.now_s))
    panel.refresh()
    assert panel.tiles[BATTERY].content.value == DASH
    assert msgspec.structs.asdict(panel.flight.values)["height_m"] is None


@pytest.mark.parametrize(("wide", "whole"), [(420, True), (180, False)])
def test_the_mark_of_simulation_never_stands_over_the_mode(station, wide, whole):
    vehicle = PretendVehicle(2, root="sim")
    station.hear(vehicle)
    header = PanelHeader()
    header.show_state(station.feed.fleet.get(vehicle.key), station.now_s)
    header.resize(wide, 60)
    header.grab()
    who = 19 + metrics(TITLE_PX + 1, 700).horizontalAdvance(header.id_text)
    chips = sum(metrics(10, 700).horizontalAdvance(one) + 12 for one in ("SIM", "ARMED"))
    mode = metrics(TITLE_PX, 700).horizontalAdvance(header.summary.mode)
    assert who + 8 + chips + 10 + mode <= wide
    assert header.summary.is_simulated
    assert header.summary.is_armed
    assert (header.id_text == vehicle.name) is whole
