"""The wall as its operator sees it: tiles and rows of a living fleet, with an engine of alarms beside it."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent, QMouseEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.alarms.alarm import Alarm, AlarmAction, AlarmState
from groundstation.fleet.commands import Verb
from groundstation.fleet.conditions import Level
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.panels import PANELS
from groundstation.ui.wall.arrangement import Stage
from groundstation.ui.wall.wall_area import STILL_S
from groundstation.ui.wall.wall_panel import WallPanel
from groundstation.ui.wall.wall_tile import FullTile
from tests.ui.support.commanding import Commands, ToldVehicle
from tests.ui.support.pretend_fleet import PretendVehicle

COUNT = 20


@pytest.fixture
def vehicles(station):
    found = [ToldVehicle(number) for number in range(1, COUNT + 1)]
    station.hear(*found)
    return found


@pytest.fixture
def wishes():
    return []


@pytest.fixture
def commands(station):
    return Commands(station)


@pytest.fixture
def panel(station, vehicles, commands, wishes, app):
    def wish(action, keys=(), **more):
        wishes.append((action, keys))

    made = WallPanel(station.feed, commands.desk.selection, commands.desk, AlarmAccess(wish=wish))
    made.area.clock = lambda: station.now_s
    made.resize(800, 780)
    # in a corner of the screen that it does not reach: where a test before left the pointer it may point at a tile
    made.move(QCursor.pos() + QPoint(40, 40))
    made.show()
    app.processEvents()
    made.area.pointed = None
    yield made
    made.close()
    made.deleteLater()


def stage(panel, vehicle):
    return panel.area.arrangement.stage(vehicle.key)


def hear(station, panel, *vehicles, after_s=1.0):
    """Some time passes, and these are heard again."""
    station.pass_time(after_s)
    station.hear(*vehicles)
    panel.refresh()


def raised(vehicle, state=AlarmState.ACTIVE, revision=1):
    return Alarm(
        key=f"a-{vehicle.key.id}",
        rule="battery",
        source=str(vehicle.key),
        title="Battery",
        level=Level.WARNING,
        worst=Level.WARNING,
        state=state,
        raised_unix_s=1.0,
        revision=revision,
    )


def point_at(widget, place=None):
    """The pointer comes to a widget."""
    place = QPointF(place if place is not None else widget.rect().center())
    whole = QPointF(widget.mapToGlobal(place.toPoint()))
    QApplication.sendEvent(widget, QEnterEvent(place, place, whole))
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, place, whole, none, none, Qt.KeyboardModifier.NoModifier)
    )


def leave(widget):
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def row_place(panel, vehicle):
    index = panel.area.model.index(panel.area.model.row_of(vehicle.key))
    return panel.area.list.visualRect(index).center()


def test_a_calm_fleet_of_twenty_are_rows_all_of_which_are_in_view(panel, vehicles):
    assert len(panel.area.model.rows) == COUNT
    assert not panel.area.tiles
    last = panel.area.model.index(COUNT - 1)
    panel.resize(800, 700)
    assert panel.area.list.viewport().rect().contains(panel.area.list.visualRect(last))


def test_trouble_grows_and_goes_back_half_a_minute_after_its_cause(panel, station, vehicles):
    ill = vehicles[4]
    ill.charge = 0.1
    hear(station, panel, *vehicles)
    assert stage(panel, ill) is Stage.FULL
    assert isinstance(panel.area.tiles[ill.key], FullTile)
    assert panel.area.model.row_of(ill.key) is None
    ill.charge = 0.9
    hear(station, panel, *vehicles)
    hear(station, panel, *vehicles, after_s=28.9)
    assert stage(panel, ill) is Stage.FULL
    hear(station, panel, *vehicles, after_s=1.2)
    assert stage(panel, ill) is Stage.ROW
    assert panel.area.model.row_of(ill.key) is not None


def test_an_acknowledged_one_is_a_row_again_with_its_mark(panel, station, vehicles, wishes):
    ill = vehicles[4]
    ill.charge = 0.1
    alarms = station.feed.fleet.alarms
    alarms.fold(raised(ill), station.now_s)
    hear(station, panel, *vehicles)
    tile = panel.area.tiles[ill.key]
    assert tile.acknowledge.isVisible()
    QTest.mouseClick(tile.acknowledge, Qt.MouseButton.LeftButton)
    assert wishes == [(AlarmAction.ACKNOWLEDGE, (f"a-{ill.key.id}",))]
    leave(tile)
    # the engine has said so, and the pointer has gone
    alarms.fold(msgspec.structs.replace(raised(ill), state=AlarmState.ACKNOWLEDGED, revision=2), station.now_s)
    hear(station, panel, *vehicles)
    assert stage(panel, ill) is Stage.ROW
    row = panel.area.model.rows[panel.area.model.row_of(ill.key)]
    assert (row.level, row.is_known) == (Level.WARNING, True)


def test_the_key_acknowledges_and_the_tile_says_who_it_is(panel, station, vehicles, wishes):
    vehicles[4].charge = 0.1
    station.feed.fleet.alarms.fold(raised(vehicles[4]), station.now_s)
    hear(station, panel, *vehicles)
    tile = panel.area.tiles[vehicles[4].key]
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_A)
    assert len(wishes) == 1
    assert tile.accessibleName().startswith("uav-05")
    assert "Battery 10 %" in tile.accessibleName()


def test_selection_is_shared_and_the_chosen_one_is_medium(panel, station, vehicles, commands):
    selection = commands.desk.selection
    QTest.mouseClick(panel.area.list.viewport(), Qt.MouseButton.LeftButton, pos=row_place(panel, vehicles[6]))
    assert selection.keys == (vehicles[6].key,)
    # it is under the pointer: nothing changes its size there
    panel.refresh()
    assert stage(panel, vehicles[6]) is Stage.ROW
    leave(panel.area.list.viewport())
    panel.refresh()
    assert stage(panel, vehicles[6]) >= Stage.MEDIUM
    # a row is added to the tile by Ctrl
    place = row_place(panel, vehicles[8])
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(panel.area.list.viewport(), Qt.MouseButton.LeftButton, control, place)
    assert selection.keys == (vehicles[6].key, vehicles[8].key)
    leave(panel.area.list.viewport())
    panel.refresh()
    # the tile is taken out of it in the same way
    tile = panel.area.tiles[vehicles[8].key]
    assert tile.is_chosen
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton, control)
    assert selection.keys == (vehicles[6].key,)
    # without Ctrl a row alone is chosen
    leave(tile)
    panel.refresh()
    QTest.mouseClick(panel.area.list.viewport(), Qt.MouseButton.LeftButton, pos=row_place(panel, vehicles[1]))
    assert selection.keys == (vehicles[1].key,)


def test_the_selection_never_moves_while_trouble_comes_and_goes(panel, station, vehicles, commands):
    chosen = (vehicles[2].key, vehicles[9].key)
    commands.desk.selection.select(chosen)
    changes = QSignalSpy(commands.desk.selection.changed)
    for number in (2, 5, 9):
        vehicles[number].charge = 0.1
        hear(station, panel, *vehicles)
        vehicles[number].charge = 0.9
        hear(station, panel, *vehicles, after_s=40.0)
    assert commands.desk.selection.keys == chosen
    assert changes.count() == 0


def test_the_keyboard_goes_with_its_vehicle(panel, station, vehicles):
    vehicles[4].charge = 0.2
    hear(station, panel, *vehicles)
    panel.activateWindow()
    panel.area.tiles[vehicles[4].key].setFocus()
    vehicles[4].charge = 0.1
    hear(station, panel, *vehicles)
    vehicles[4].charge = 0.9
    hear(station, panel, *vehicles, after_s=31.0)
    hear(station, panel, *vehicles, after_s=31.0)
    assert stage(panel, vehicles[4]) is Stage.ROW
    assert panel.area.list.hasFocus()


def test_nothing_moves_under_a_moving_pointer_and_a_still_one_holds_its_own(panel, station, vehicles):
    viewport = panel.area.list.viewport()
    under, ill = vehicles[0], vehicles[4]
    point_at(viewport, row_place(panel, under))
    before = [row.key for row in panel.area.model.rows]
    under.charge = ill.charge = 0.1
    hear(station, panel, *vehicles, after_s=STILL_S - 0.1)
    assert [row.key for row in panel.area.model.rows] == before
    hear(station, panel, *vehicles, after_s=0.1)
    assert stage(panel, ill) is Stage.FULL
    assert stage(panel, under) is Stage.ROW
    leave(viewport)
    panel.refresh()
    assert stage(panel, under) >= Stage.MEDIUM


def test_nothing_moves_while_a_question_is_open(panel, station, vehicles, commands):
    commands.desk.is_asking = lambda: True
    vehicles[4].charge = 0.1
    hear(station, panel, *vehicles)
    assert stage(panel, vehicles[4]) is Stage.ROW
    # who is gone is gone all the same
    assert len(panel.area.model.rows) == COUNT
    station.feed.forget(vehicles[7].key)
    panel.refresh()
    assert len(panel.area.model.rows) == COUNT - 1
    commands.desk.is_asking = lambda: False
    panel.refresh()
    assert stage(panel, vehicles[4]) is Stage.FULL


def test_a_pin_holds_and_is_remembered(panel, station, vehicles):
    panel.pin(vehicles[3].key, True)
    assert stage(panel, vehicles[3]) >= Stage.MEDIUM
    kept = panel.kept_pins()
    panel.pin(vehicles[3].key, False)
    assert stage(panel, vehicles[3]) is Stage.ROW
    panel.restore_pins(kept)
    panel.refresh()
    tile = panel.area.tiles[vehicles[3].key]
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_P)
    assert panel.pins == ()
    for damaged in ("", "[1]", '["nonsense", "fleet/../x"]', None):
        panel.restore_pins(damaged)
        assert panel.pins == ()


def test_a_lost_one_has_a_failed_horizon_struck_values_and_says_when_it_was_heard(panel, station, vehicles):
    station.offer(*vehicles[4].lost(station.now_s))
    station.pass_time(2.0)
    panel.refresh()
    one = panel.area.tiles[vehicles[4].key].glance
    assert "last heard" in one.doing
    assert all(figure.is_old for figure in one.figures[:5])
    assert one.figures[5].value == "0"
    assert panel.area.tiles[vehicles[4].key].flight.values.roll_deg is None
    assert not panel.grab().toImage().isNull()


def test_buttons_of_a_tile_command_its_vehicle_whatever_is_selected(panel, station, vehicles, commands):
    vehicles[4].charge = 0.1
    commands.desk.selection.select((vehicles[1].key,))
    hear(station, panel, *vehicles)
    (hold,) = (one for one in panel.area.tiles[vehicles[4].key].commands.buttons if one.verb is Verb.HOLD)
    drafts = QSignalSpy(commands.desk.draft_wanted)
    QTest.mouseClick(hold, Qt.MouseButton.LeftButton)
    assert drafts.count() == 0
    record = commands.desk.latest(vehicles[4].key)
    assert record is not None
    assert record.verb is Verb.HOLD
    assert commands.desk.latest(vehicles[1].key) is None


def test_hidden_tiles_do_no_work(panel, station, vehicles, app):
    vehicles[4].charge = 0.1
    hear(station, panel, *vehicles)
    tile = panel.area.tiles[vehicles[4].key]
    station.feed.followed.look([one.key for one in vehicles] * 2)
    panel.hide()
    app.processEvents()
    assert not tile.flight.is_moving
    before, flown = tile.glance, tile.flight.values
    vehicles[4].charge = 0.05
    station.pass_time(1.0)
    station.hear(*vehicles)
    station.offer(station.motion(vehicles[4], 9.0))
    QTest.qWait(200)
    assert tile.glance is before
    assert tile.flight.values is flown
    panel.show()
    app.processEvents()
    assert tile.glance.figures[2].value == "5"


def test_only_what_has_changed_is_drawn_again(panel, station, vehicles):
    panel.pin(vehicles[3].key, True)
    tile = panel.area.tiles[vehicles[3].key]
    shown = {"is_chosen": tile.is_chosen, "is_pinned": True}
    assert not tile.show_glance(tile.glance, tile.values, **shown)
    assert tile.show_glance(msgspec.structs.replace(tile.glance, mode="RTL"), tile.values, **shown)


def test_other_orders_and_an_empty_wall(panel, station, vehicles):
    vehicles[11].charge = 0.4
    hear(station, panel, *vehicles)
    panel.set_order(SortOrder.BATTERY)
    assert panel.area.model.rows[0].key == vehicles[11].key
    for vehicle in vehicles:
        station.feed.forget(vehicle.key)
    panel.refresh()
    assert not panel.area.isVisible()


def test_the_wall_of_the_past_has_no_buttons(station, app):
    row = next(one for one in PANELS if one.name == "wall")
    assert row.has_past
    station.hear(PretendVehicle(1))
    made = WallPanel(station.feed, Commands(station).desk.selection)
    made.resize(800, 700)
    made.show()
    app.processEvents()
    (tile,) = made.area.tiles.values()
    assert tile.commands is None
    assert not tile.acknowledge.isVisible()
    made.close()
    made.deleteLater()


def test_many_tiles_are_painted_in_turns_and_what_is_other_at_once(panel, station, vehicles, commands):
    panel.resize(1500, 900)
    for vehicle in vehicles[:8]:
        panel.pin(vehicle.key, True)
    assert len(panel.area.tiles) == 8
    station.pass_time(1.0)
    panel.refresh()

    def shown_anew():
        before = {key: tile.glance for key, tile in panel.area.tiles.items()}
        station.pass_time(0.3)
        station.hear(*vehicles)
        panel.on_time()
        return {key for key, tile in panel.area.tiles.items() if tile.glance is not before[key]}

    one, other = shown_anew(), shown_anew()
    assert one
    assert other
    assert not one & other
    assert one | other == set(panel.area.tiles)
    # whose trouble is new does not wait
    for vehicle in vehicles[:8]:
        vehicle.charge = 0.2
    assert shown_anew() == set(panel.area.tiles)
