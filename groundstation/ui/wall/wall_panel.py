# SPDX-License-Identifier: Apache-2.0
"""The wall: trouble grows by itself, calm shrinks, and nothing moves under the hand. GUI thread; idle while hidden."""

from __future__ import annotations

import json

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from groundstation.fleet.alarms.alarm import AlarmAction
from groundstation.fleet.alarms.troubles import Troubles, remembered, waiting_level
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey, vehicle_key
from groundstation.fleet.roll_up import passes, roll_up
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.choosing.group_desk import GroupDesk
from groundstation.ui.choosing.number_keys import NumberKeys
from groundstation.ui.choosing.query_bar import QueryBar
from groundstation.ui.choosing.roll_up_strip import RollUpStrip
from groundstation.ui.choosing.vehicle_menu import MenuWays, keys_of_menu, vehicle_menu
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_list.fleet_model import SortOrder, sorted_by
from groundstation.ui.fleet_list.row_selection import RowSelection
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.saved_values import texts_of
from groundstation.ui.selection import Selection
from groundstation.ui.theme.tokens import TEXT_PERIOD_MS
from groundstation.ui.vehicle_panel.flight_display import PAINT_SHARE
from groundstation.ui.vehicle_panel.flight_values import FlightValues, flight_values
from groundstation.ui.wall.arrangement import Occupant, Room, Stage, arrange, frozen
from groundstation.ui.wall.glance import Glance, Looker, glance_of, tr
from groundstation.ui.wall.tile_commands import TileCommands
from groundstation.ui.wall.wall_area import WallArea
from groundstation.ui.wall.wall_tile import FullTile, MediumTile, WallTile

MOST_AT_ONCE, TURNS = 6, 2
"""Tiles that are painted at each look; of more, and of the rows, each is at every second one."""
BUTTONS_EVERY = 3
"""Buttons are asked why they can't be pressed at every third look."""
MOST_PINS = 16


class WallPanel(LivePanel):
    """The panel of the `wall` dock."""

    vehicle_opened = Signal(object)
    """Enter or a double click on a vehicle; carries its `VehicleKey`."""
    centre_wanted = Signal(object)
    """The map is to show this one; carries its `VehicleKey`."""
    follow_wanted = Signal(object)
    """The map is to stay with this one."""

    def __init__(
        self,
        feed: FleetView,
        selection: Selection,
        desk: OperatorDesk | None = None,
        alarms: AlarmAccess | None = None,
        groups: GroupDesk | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the panel.

        Args:
            feed: what is known of the fleet.
            selection: shared by the window.
            desk: to command with; None for a panel that only looks.
            alarms: ways to the engine of alarms; None where nothing can be acknowledged.
            groups: named groups of vehicles; None for its own.
            parent: Qt's.
        """
        super().__init__(TEXT_PERIOD_MS, parent)
        self._feed, self._selection, self._desk = feed, selection, desk
        self._wish = alarms.wish if alarms is not None else None
        self._station = desk.orders.actor.gs if desk is not None else ""
        self._troubles: Troubles = {}
        self._asked: tuple[Room, tuple[Occupant, ...]] | None = None
        self._looks = 0
        self._in_turns = False
        self.pins: tuple[VehicleKey, ...] = ()
        """Vehicles that the operator holds large."""
        self._count, self._empty = QLabel(), QLabel()
        self.order_box = QComboBox()
        self.counts = RollUpStrip()
        self.groups = groups or GroupDesk(parent=self)
        self.query = QueryBar(self.groups, feed.summaries, selection, self)
        self.area = WallArea(self._make_tile)
        self.area.delegate.glance = self._glance
        self._rows = RowSelection(self.area.list, self.area.model, selection, keeps_others=True)
        self.numbers = NumberKeys(self, selection, self._passing, self.area.list)
        self._build()
        self.area.resized.connect(self._on_resized)
        self.area.list.activated.connect(self._on_activated)
        self.area.list.customContextMenuRequested.connect(self._on_row_menu_wanted)
        selection.changed.connect(self._on_selection_changed)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.setSpacing(6)
        row = QHBoxLayout()
        self._count.setProperty("role", "muted")
        names = {
            SortOrder.SEVERITY: tr("severity first"),
            SortOrder.NAME: tr("by name"),
            SortOrder.BATTERY: tr("by battery"),
            SortOrder.MODE: tr("by mode"),
        }
        for order, name in names.items():
            self.order_box.addItem(name, order.value)
        self.order_box.setAccessibleName(tr("Sort the wall by"))
        self.order_box.currentIndexChanged.connect(lambda _index: self.refresh())
        row.addWidget(QLabel(tr("Vehicles")))
        row.addWidget(self._count)
        row.addWidget(self.query.box, 1)
        row.addWidget(self.order_box)
        layout.addLayout(row)
        layout.addWidget(self.query.error)
        self.query.changed.connect(self.refresh)
        self.query.left_downwards.connect(lambda: self.area.list.setFocus(Qt.FocusReason.TabFocusReason))
        self.counts.chosen_changed.connect(self.refresh)
        layout.addWidget(self.counts)
        layout.addWidget(self.query.chips)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._empty)
        layout.addWidget(self.area, 1)

    # ---- what is remembered ----

    @property
    def order(self) -> SortOrder:
        """By what the rows are sorted."""
        return SortOrder(self.order_box.currentData())

    def set_order(self, order: SortOrder) -> None:
        """Sort by something else."""
        self.order_box.setCurrentIndex(self.order_box.findData(order.value))

    def kept_pins(self) -> str:
        """Whom the operator holds, for settings."""
        return json.dumps([str(key) for key in self.pins])

    def restore_pins(self, text: object) -> None:
        """Back from settings, which may be damaged."""
        found = (vehicle_key(one) for one in texts_of(text))
        self.pins = tuple(key for key in found if key is not None)[:MOST_PINS]

    # ---- showing ----

    def refresh(self) -> None:
        """Show the fleet as it is now."""
        every = self._feed.summaries()
        self.counts.show_counts(roll_up(every))
        summaries = sorted_by(self.order, self._passing())
        is_all = len(every) == len(summaries)
        words = str(len(every)) if is_all else tr("{shown} of {total}")
        self._count.setText(words.format(shown=len(summaries), total=len(every)))
        # a filter that can't be read explains itself
        self._empty.setVisible(not summaries and self.query.error.isHidden())
        self._empty.setText(tr("No vehicle passes the filter.") if every else tr("No vehicle yet."))
        self.area.setVisible(bool(summaries))
        # of those too that a filter hides: they come back with the age that their trouble has
        self._look_for_troubles(every)
        self._arrange(summaries)
        self._show_tiles(summaries)

    def on_time(self) -> None:
        """It is time for the next look: what is only newer, and not other, is shown in turns."""
        self._in_turns = True
        try:
            self.refresh()
        finally:
            self._in_turns = False

    def _passing(self) -> list[VehicleSummary]:
        """Whom counts and filter let through."""
        test, count = self.query.test, self.counts.chosen
        return [one for one in self._feed.summaries() if passes(count, one) and (test is None or test(one))]

    def _look_for_troubles(self, summaries: list[VehicleSummary]) -> None:
        alarms = self._feed.fleet.alarms
        found = {one.key: waiting_level(one, alarms.of_vehicle(one.key)) for one in summaries}
        self._troubles = remembered(self._troubles, found, self._feed.now_s())

    def _arrange(self, summaries: list[VehicleSummary]) -> None:
        occupants = tuple(self._occupant(one.key) for one in summaries)
        asked = (self.area.room, occupants)
        before = self.area.arrangement
        if self.is_held:
            now = frozen(before, occupants)
        elif asked == self._asked:
            now = before
        else:
            now = arrange(*asked, before)
            self._asked = asked
        with self._rows.following():
            is_other = self.area.lay(now)
            if is_other or not self._in_turns or self._looks % TURNS == 0:
                by_key = {one.key: one for one in summaries}
                self.area.model.show([by_key[key] for key in now.rows])
        self._rows.follow()
        if is_other:
            self._share_motion()
            self._feed.follow(self, tuple(self.area.tiles))

    @property
    def is_held(self) -> bool:
        """Whether nothing may change its size: a hand is on the wall, a menu or a question is open."""
        is_open = QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None
        is_asked = self._desk is not None and self._desk.is_asking()
        return is_open or is_asked or self.area.is_under_a_hand

    def _occupant(self, key: VehicleKey) -> Occupant:
        trouble = self._troubles.get(key)
        return Occupant(
            key=key,
            level=trouble.level if trouble is not None else Level.NORMAL,
            since_s=trouble.since_s if trouble is not None else 0.0,
            is_chosen=key == self._selection.current,
            is_pinned=key in self.pins,
            is_held=key == self.area.pointed,
        )

    def _share_motion(self) -> None:
        full = [tile for tile in self.area.tiles.values() if isinstance(tile, FullTile)]
        for tile in full:
            tile.flight.paint_share = PAINT_SHARE / len(full)

    def _show_tiles(self, summaries: list[VehicleSummary]) -> None:
        self._looks += 1
        for one in summaries:
            tile = self.area.tiles.get(one.key)
            if tile is None:
                continue
            if self._in_turns and self._waits_its_turn(tile, one):
                continue
            values = flight_values(one.state, self._feed.now_s()) if one.is_heard else FlightValues()
            flags = {"is_chosen": one.key in self._selection, "is_pinned": one.key in self.pins}
            tile.show_glance(self._glance(one), values, **flags)
            if isinstance(tile, FullTile) and tile.commands is not None and self._looks % BUTTONS_EVERY == 0:
                tile.commands.refresh()

    def _waits_its_turn(self, tile: WallTile, one: VehicleSummary) -> bool:
        """Whether a tile of many is shown at the next look: all painted at once would hold up the window."""
        shown, is_chosen = tile.glance, one.key in self._selection
        is_new = shown is None or (shown.level, shown.is_known, shown.is_heard) != (
            one.level,
            one.is_known,
            one.is_heard,
        )
        if is_new or tile.is_chosen != is_chosen or tile.is_pinned != (one.key in self.pins):
            return False
        return len(self.area.tiles) > MOST_AT_ONCE and (self._looks + tile.number) % TURNS != 0

    def _glance(self, one: VehicleSummary) -> Glance:
        timeline = self._feed.timeline
        record = self._desk.latest(one.key) if self._desk is not None else None
        return glance_of(one, Looker(timeline.now_s(), timeline.now_unix_s, self._station), record)

    def _make_tile(self, key: VehicleKey, stage: Stage) -> WallTile:
        if stage is Stage.FULL:
            commands = TileCommands(self._desk, key) if self._desk is not None else None
            tile: WallTile = FullTile(key, commands, can_acknowledge=self._wish is not None, parent=self.area)
            if commands is not None:
                commands.refresh()
        else:
            tile = MediumTile(key, self.area)
        tile.pressed.connect(self._on_pressed)
        tile.opened.connect(self.vehicle_opened)
        tile.menu_wanted.connect(self._on_menu_wanted)
        tile.acknowledge_wanted.connect(self.acknowledge)
        tile.pin_wanted.connect(self.pin)
        return tile

    # ---- acting ----

    def pin(self, key: VehicleKey, is_on: bool) -> None:
        """Hold a vehicle large, or no longer."""
        others = tuple(one for one in self.pins if one != key)
        self.pins = (*others, key)[-MOST_PINS:] if is_on else others
        self.refresh()

    def acknowledge(self, key: VehicleKey) -> None:
        """Everything that waits about a vehicle is known, for every station."""
        waiting = tuple(one.key for one in self._feed.fleet.alarms.of_vehicle(key) if one.waits)
        if self._wish is not None and waiting:
            self._wish(AlarmAction.ACKNOWLEDGE, waiting)

    def _on_pressed(self, key: VehicleKey, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self._selection.toggle(key)
        else:
            self._selection.select((key,))

    def _on_activated(self, index: QModelIndex) -> None:
        key = self.area.model.key_at(index)
        if key is not None:
            self.vehicle_opened.emit(key)

    def menu(self, pointed: VehicleKey) -> QMenu:
        """What can be done about a vehicle, or about all that are selected if it is among them."""
        ways = MenuWays(
            self.groups, self._desk, self.vehicle_opened.emit, self.centre_wanted.emit, self.follow_wanted.emit
        )
        menu = vehicle_menu(keys_of_menu(pointed, self._selection.keys), ways, self)
        menu.addSeparator()
        waits = any(one.waits for one in self._feed.fleet.alarms.of_vehicle(pointed))
        known = menu.addAction(tr("Acknowledge what is wrong with it"), lambda: self.acknowledge(pointed))
        known.setEnabled(waits and self._wish is not None)
        hold = menu.addAction(tr("Hold it large"))
        hold.setCheckable(True)
        hold.setChecked(pointed in self.pins)
        hold.triggered.connect(lambda is_on: self.pin(pointed, is_on))
        return menu

    def _on_menu_wanted(self, key: VehicleKey, place: QPoint) -> None:
        self.menu(key).popup(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: digits choose vehicles, wherever in the panel no text is written."""
        if not self.numbers.take(event):
            super().keyPressEvent(event)

    def _on_row_menu_wanted(self, point: QPoint) -> None:
        key = self.area.model.key_at(self.area.list.indexAt(point))
        if key is not None:
            self._on_menu_wanted(key, self.area.list.viewport().mapToGlobal(point))

    def _on_selection_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_resized(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_vehicles_changed(self, keys: frozenset[VehicleKey]) -> None:
        """Motion of full tiles is shown as it comes; all else waits for its timer."""
        is_jump = not self._feed.timeline.rate
        for key, tile in self.area.tiles.items():
            if isinstance(tile, FullTile) and key in keys:
                tile.move_on(flight_values(self._feed.fleet.get(key), self._feed.now_s()), jump=is_jump)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        # a show may come without a hide between: connected twice, each change would be taken twice
        if not self._timer.isActive():
            self._feed.vehicles_changed.connect(self._on_vehicles_changed)
        super().showEvent(event)
        self._feed.follow(self, tuple(self.area.tiles))

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        if self._timer.isActive():
            self._feed.vehicles_changed.disconnect(self._on_vehicles_changed)
        # their detail is not wanted any more, unless another panel shows it
        self._feed.follow(self)
        super().hideEvent(event)
