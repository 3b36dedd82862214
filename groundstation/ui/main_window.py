# SPDX-License-Identifier: Apache-2.0
"""The window: top bar, docks, menus, what is remembered. GUI thread; owns panels, no data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QMenuBar, QVBoxLayout, QWidget
from PySide6QtAds import ads

from groundstation.fleet.conditions import Level
from groundstation.fleet.control import Takeover
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef, json_from_refs, refs_from_json
from groundstation.ui.closing import asks_before_closing
from groundstation.ui.commanding.commands_menu import POLICIES, CommandsMenu
from groundstation.ui.commanding.desk import CommandDesk
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.docks import (
    DockHome,
    Stage,
    hide_left_over_overlays,
    list_panels,
    make_dock,
    make_dock_manager,
    restore_layout,
    saved_layout,
)
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.focus import focus_keeper
from groundstation.ui.help_dialogs import AboutDialog, ShortcutsDialog, show_beside
from groundstation.ui.links_panel.links_panel import LinksPanel
from groundstation.ui.logbook_panel.logbook_panel import LogbookPanel
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.notices.floating import Floating
from groundstation.ui.orders import Orders
from groundstation.ui.plots.plots_panel import FIRST_SPAN_S, PlotsPanel
from groundstation.ui.proportions import FIRST_SIZE, Arrangement, first_size, place_vehicle_dock, share_out
from groundstation.ui.saved_values import json_of, table_of
from groundstation.ui.selection import Selection
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.top_bar.broker_banner import BrokerBanner
from groundstation.ui.top_bar.emergency_strip import KEYS as EMERGENCY_KEYS
from groundstation.ui.top_bar.top_bar import TopBar
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel

FIRST_PLOTTED = 4
"""Vehicles whose height is plotted on the first day."""
MAX_VEHICLE_PANELS = 16
DOCKS = ("fleet", "map", "vehicle", "plots", "messages", "sensors", "links", "commands", "logbook")
"""Names of the docks, in the order of their keys Alt+1 to Alt+9."""


class MainWindow(QMainWindow):
    """Everything the operator sees."""

    sensor_filter_added = Signal(str)
    """A topic filter to subscribe to, byte for byte."""
    sensor_filter_removed = Signal(str)

    def __init__(
        self,
        feed: FleetFeed,
        settings: QSettings,
        orders: Orders | None = None,
        journal: JournalAccess | None = None,
        logbook: LogbookAccess | None = None,
    ) -> None:
        """Build the window.

        Args:
            feed: what is known of the fleet.
            settings: what is remembered.
            orders: to command with; None for a window that only looks.
            journal: ways to the journal on disk; None for a window without.
            logbook: ways to the logs on disk; None for a window without.
        """
        super().__init__()
        self._feed, self._settings, self._orders = feed, settings, orders
        self._plots_itself, self._is_leaving = True, False
        self.setWindowTitle(self.tr("Ground station"))
        self.resize(*FIRST_SIZE)
        self.selection = Selection(self)
        self.log = MessageLog(feed, parent=self)
        self.desk = CommandDesk(orders, feed, self.selection, self) if orders is not None else None
        self.commands = CommandsPanel(self.desk, journal) if self.desk is not None else None
        """Orders and the journal; None where nothing can be commanded."""
        self.logbook = LogbookPanel(logbook, feed) if logbook is not None else None
        self._make_panels()
        self._docks: dict[str, ads.CDockWidget] = {}
        self._homes: dict[str, DockHome] = {}
        self._vehicle_panels: dict[str, VehiclePanel] = {}
        self._build()
        self._make_docks()
        self._fill_menus()
        self._first_layout = saved_layout(self._manager)
        self._restore()
        self._plots_itself = False
        self.fleet.list.setFocus()
        focus_keeper().fallback = lambda: self.fleet.list
        feed.vehicles_added.connect(self._on_vehicles_added)
        feed.vehicles_forgotten.connect(self._on_vehicles_forgotten)
        feed.aged.connect(lambda _now_s: hide_left_over_overlays(self._manager))

    @property
    def vehicle_panels(self) -> list[VehiclePanel]:
        """All vehicle panels, the one that follows the selection first."""
        return list(self._vehicle_panels.values())

    @property
    def sensor_filters(self) -> list[str]:
        """Topic filters that the operator wants; to be subscribed to when the bus starts."""
        return self.sensors.filters

    def dock(self, name: str) -> ads.CDockWidget:
        """A dock by its name, see `DOCKS`."""
        return self._docks[name]

    def plot(self, refs: list[ValueRef]) -> None:
        """Plot values and bring the plots into view."""
        self._raise("plots")
        self.plots.plot(refs)

    def add_vehicle_panel(self, key: VehicleKey | None = None) -> VehiclePanel | None:
        """One more vehicle panel, pinned; None when there are enough.

        Args:
            key: the vehicle; None for the one in focus.
        """
        key = key or self.selection.current or self._vehicle_panels["vehicle"].key
        numbers = range(2, MAX_VEHICLE_PANELS + 1)
        name = next((f"vehicle-{number}" for number in numbers if f"vehicle-{number}" not in self._docks), None)
        if name is None:
            return None
        panel = self._make_vehicle_panel(name)
        dock = self._add_vehicle_dock(name, panel)
        place_vehicle_dock(self._arrangement(), dock)
        if key is not None:
            panel.pin(key)
        self._name_dock(name)
        share_out(self._arrangement())
        return panel

    def reset_layout(self) -> None:
        """Panels as on the first day."""
        for name in [name for name in self._vehicle_panels if name != "vehicle"]:
            self._docks[name].closeDockWidget()
        for dock in self._docks.values():
            if dock.floatingDockContainer() is not None:
                # windows of their own end by the usual way, before the layout knows of none
                dock.toggleView(True)
                self._homes[dock.objectName()].go_home()
        restore_layout(self._manager, self._first_layout)
        share_out(self._arrangement())

    def save(self) -> None:
        """Write down everything that is to be remembered."""
        store = self._settings
        store.setValue("window/geometry", self.saveGeometry())
        pinned = {
            name: list(panel.key) for name, panel in self._vehicle_panels.items() if panel.is_pinned and panel.key
        }
        store.setValue("window/vehicle_panels", json.dumps(pinned))
        store.setValue("window/layout", saved_layout(self._manager))
        split = self._vehicle_panels["vehicle"].split()
        store.setValue("window/values", "" if split is None else split)
        store.setValue("fleet/filter", self.fleet.filter_box.text())
        store.setValue("fleet/order", self.fleet.order.value)
        store.setValue("messages/level", int(self.messages.least_level))
        store.setValue("map/state", json.dumps(self.map.view_state()))
        store.setValue("sensors/filters", json.dumps(self.sensors.filters))
        if self.logbook is not None:
            store.setValue("logbook/folder", str(self.logbook.folder or ""))
        self._save_plots()
        store.sync()

    def _make_panels(self) -> None:
        feed, selection = self._feed, self.selection
        self.fleet = FleetPanel(feed, selection, self.desk)
        self.map = MapPanel(feed, selection, self.desk)
        self.plots = PlotsPanel(feed)
        self.messages = MessagesPanel(self.log, selection)
        self.sensors = SensorsPanel(feed)
        self.links = LinksPanel(feed)
        self.fleet.vehicle_opened.connect(self._on_vehicle_opened)
        self.plots.changed.connect(self._on_plots_changed)
        self.sensors.plot_requested.connect(self.plot)
        self.sensors.filter_added.connect(self.sensor_filter_added)
        self.sensors.filter_removed.connect(self.sensor_filter_removed)

    def _build(self) -> None:
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._menus = QMenuBar()
        self._menus.setNativeMenuBar(False)
        self.top_bar = TopBar(self._feed, self._menus, self.desk)
        layout.addWidget(self.top_bar)
        self.banner = BrokerBanner(self._feed)
        layout.addWidget(self.banner)
        self._dock_window = Stage()
        layout.addWidget(self._dock_window, 1)
        self._manager = make_dock_manager(self._dock_window)
        self.setCentralWidget(centre)
        windows = self._manager.floatingWidgets
        self.floating = Floating(self.desk, self._dock_window, centre, windows) if self.desk is not None else None
        """Questions, notices and the sheet of an order; None where nothing can be commanded."""

    def _make_vehicle_panel(self, name: str) -> VehiclePanel:
        panel = VehiclePanel(self._feed, self.selection, self.log, self.desk)
        panel.plot_requested.connect(self.plot)
        self._vehicle_panels[name] = panel
        return panel

    def _add_vehicle_dock(self, name: str, panel: VehiclePanel) -> ads.CDockWidget:
        dock = make_dock(self._manager, name, self.tr("Vehicle"), "vehicle", panel)
        panel.vehicle_shown.connect(lambda _key: self._name_dock(name))
        panel.pin_button.toggled.connect(lambda _is_on: self._name_dock(name))
        self._keep_dock(name, dock)
        if name != "vehicle":
            dock.closed.connect(lambda: self._on_vehicle_dock_closed(name))
        return dock

    def _keep_dock(self, name: str, dock: ads.CDockWidget) -> None:
        self._docks[name] = dock
        self._homes[name] = DockHome(self._manager, dock, self._docks)
        dock.topLevelChanged.connect(lambda _is_floating: self._on_dock_moved(name))

    def _name_dock(self, name: str) -> None:
        """Tab and View menu tell vehicle panels apart: by vehicle, and which of them follows the selection."""
        panel, dock = self._vehicle_panels.get(name), self._docks.get(name)
        if panel is None or dock is None or panel.key is None:
            return
        words = "{vehicle}" if panel.is_pinned else self.tr("{vehicle} (selected)")
        dock.setWindowTitle(words.format(vehicle=panel.key.id))

    def _make_docks(self) -> None:
        add, area = self._manager.addDockWidget, ads.DockWidgetArea
        for name, title, icon_name, panel in (
            ("fleet", self.tr("Fleet"), "fleet", self.fleet),
            ("map", self.tr("Map"), "map", self.map),
            ("plots", self.tr("Plots"), "plots", self.plots),
            ("messages", self.tr("Messages"), "messages", self.messages),
            ("sensors", self.tr("Sensors"), "sensors", self.sensors),
            ("links", self.tr("Links"), "links", self.links),
            ("commands", self.tr("Commands"), "commands", self.commands),
            ("logbook", self.tr("Logbook"), "logbook", self.logbook),
        ):
            if panel is None:
                continue
            self._keep_dock(name, make_dock(self._manager, name, title, icon_name, panel))
        vehicle = self._add_vehicle_dock("vehicle", self._make_vehicle_panel("vehicle"))
        docks = self._docks
        map_area = add(area.CenterDockWidgetArea, docks["map"])
        add(area.RightDockWidgetArea, vehicle)
        bottom = add(area.BottomDockWidgetArea, docks["plots"], map_area)
        add(area.LeftDockWidgetArea, docks["fleet"], map_area)
        tabs = add(area.RightDockWidgetArea, docks["messages"], bottom)
        for name in [name for name in ("commands", "sensors", "links") if name in docks]:
            add(area.CenterDockWidgetArea, docks[name], tabs)
        if "logbook" in docks:  # a wide table: where there is most room
            add(area.CenterDockWidgetArea, docks["logbook"], map_area)
            docks["map"].setAsCurrentTab()
        docks["messages"].setAsCurrentTab()
        share_out(self._arrangement())

    def _arrangement(self) -> Arrangement:
        return Arrangement(self._manager, self._docks, tuple(self._vehicle_panels), self.size())

    def _fill_menus(self) -> None:
        view = self._menus.addMenu(self.tr("&View"))
        self._panels_end = view.addSeparator()
        view.aboutToShow.connect(lambda: list_panels(view, self._panels_end, self._docks, DOCKS))
        list_panels(view, self._panels_end, self._docks, DOCKS)
        self._action(view, self.tr("&Add vehicle panel"), "Ctrl+P", self._on_panel_wanted)
        if self.desk is not None:
            self._action(view, self.tr("Command &buttons of the vehicle"), "Alt+B", self._on_buttons_wanted)
        self._action(view, self.tr("&Filter the fleet"), "Ctrl+F", self._on_filter_wanted)
        self._action(view, self.tr("Show the &whole fleet"), "Ctrl+0", self.map.fit_fleet)
        self._action(view, self.tr("&Remove all plots"), "", self.plots.clear_by_hand)
        view.addSeparator()
        self._action(view, self.tr("Full &screen"), "F11", self._on_full_screen_wanted)
        self._action(view, self.tr("R&eset layout"), "", self.reset_layout)
        if self.desk is not None:
            self._menus.addMenu(CommandsMenu(self.desk, EMERGENCY_KEYS, self._on_takeover_wanted, self))
        sensors = self._menus.addMenu(self.tr("&Sensors"))
        self._action(sensors, self.tr("&Subscribe…"), "Ctrl+T", self._on_subscribe_wanted)
        help_menu = self._menus.addMenu(self.tr("&Help"))
        self._action(help_menu, self.tr("&Keyboard shortcuts"), "F1", lambda: show_beside(ShortcutsDialog(self)))
        self._action(help_menu, self.tr("&About"), "", lambda: show_beside(AboutDialog(self)))
        for number, name in enumerate(DOCKS, start=1):
            if name not in self._docks:
                continue
            action = QAction(self, shortcut=QKeySequence(f"Alt+{number}"))
            action.triggered.connect(lambda _checked=False, name=name: self._focus(name))
            self.addAction(action)

    def _action(self, menu: QMenu, text: str, keys: str, slot: Callable[[], object]) -> None:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: slot())
        menu.addAction(action)
        self.addAction(action)

    def _raise(self, name: str) -> None:
        dock = self._docks[name]
        dock.toggleView(True)
        dock.setAsCurrentTab()

    def _focus(self, name: str) -> None:
        """Bring a panel into view and give it the keyboard."""
        self._raise(name)
        dock = self._docks[name]
        if dock.isInFloatingContainer():
            dock.window().activateWindow()
        self._target(name).setFocus()

    def _target(self, name: str) -> QWidget:
        """What of a panel gets the keyboard first: never what commands; a list that is empty and hidden gives way."""
        panel = self._vehicle_panels.get(name)
        if panel is not None:
            return panel.values.tree
        targets: dict[str, tuple[QWidget, ...]] = {
            "fleet": (self.fleet.list,),
            "map": (self.map.view,),
            "plots": (self.plots.span_box,),
            "messages": (self.messages.view, self.messages.text_box),
            "sensors": (self.sensors.tree, self.sensors.filter_box),
            "links": (self.links.tree,),
        }
        if self.commands is not None:
            targets["commands"] = (self.commands.journal.text_box,)
        if self.logbook is not None:
            targets["logbook"] = (self.logbook.bar.filter_box,)
        return next((one for one in targets[name] if not one.isHidden()), targets[name][-1])

    def _restore(self) -> None:
        store = self._settings
        geometry = store.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self._open_first()
        self._restore_layout()
        split = str(store.value("window/values", ""))
        self._vehicle_panels["vehicle"].set_split(int(split) if split.isdecimal() else None)
        if self._orders is not None:
            policy = Takeover(str(store.value("control/takeover", Takeover.ASK.value)))
            self._orders.takeover = policy if policy in POLICIES else Takeover.ASK
        self.fleet.set_filter(str(store.value("fleet/filter", "")))
        order = str(store.value("fleet/order", SortOrder.SEVERITY.value))
        self.fleet.set_order(SortOrder(order) if order in set(SortOrder) else SortOrder.SEVERITY)
        level = str(store.value("messages/level", 0))
        self.messages.set_least_level(Level(int(level)) if level in "0123" else Level.NORMAL)
        self.map.restore_state(table_of(store.value("map/state")))
        if self.logbook is not None:
            folder = str(store.value("logbook/folder", ""))
            self.logbook.set_folder(Path(folder) if folder else None)
        filters = json_of(store.value("sensors/filters"))
        self.sensors.restore([one for one in filters if isinstance(one, str)] if isinstance(filters, list) else [])
        plots = json_of(store.value("plots/values"))
        if isinstance(plots, list):
            span = str(store.value("plots/span", FIRST_SPAN_S))
            refs = [refs_from_json(one) for one in plots if isinstance(one, str)]
            self.plots.restore(refs, int(span) if span.isdecimal() else FIRST_SPAN_S)

    def _open_first(self) -> None:
        """On the first day it fills the screen; where there is no screen, a picture of it has its usual size."""
        if QGuiApplication.platformName() != "offscreen":
            self.resize(first_size(self.screen().availableSize()))
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _restore_layout(self) -> None:
        pinned = table_of(self._settings.value("window/vehicle_panels"))
        for name, key in pinned.items():
            if name == "vehicle" or not isinstance(key, list) or len(key) != 2:
                continue
            panel = self.add_vehicle_panel(VehicleKey(str(key[0]), str(key[1])))
            if panel is None:
                break
        layout = self._settings.value("window/layout")
        if isinstance(layout, QByteArray):
            restore_layout(self._manager, layout)
            self._place_new_docks()
        else:
            share_out(self._arrangement())

    def _place_new_docks(self) -> None:
        """A layout of an older version does not know them all; they wait behind the map."""
        new = [dock for dock in self._docks.values() if dock.dockAreaWidget() is None]
        is_open, area = not self._docks["map"].isClosed(), self._docks["map"].dockAreaWidget()
        for dock in new:
            self._manager.addDockWidget(ads.DockWidgetArea.CenterDockWidgetArea, dock, area)
        if new and is_open:
            self._docks["map"].setAsCurrentTab()

    def _save_plots(self) -> None:
        self._settings.setValue(
            "plots/values", json.dumps([json_from_refs(refs).decode() for refs in self.plots.plots()])
        )
        self._settings.setValue("plots/span", self.plots.span_s)

    def _on_vehicles_added(self, keys: frozenset[VehicleKey]) -> None:
        """On the first day the heights of the first vehicles are plotted; later what the operator left."""
        if self._settings.contains("plots/by_hand"):
            return
        plotted = sum(len(refs) for refs in self.plots.plots())
        self._plots_itself = True
        for key in sorted(keys)[: max(0, FIRST_PLOTTED - plotted)]:
            self.plots.plot([ValueRef(key, "position.height_home_m")])
        self._plots_itself = False

    def _on_vehicles_forgotten(self, keys: frozenset[VehicleKey]) -> None:
        """Their pinned panels go with them."""
        for name, panel in list(self._vehicle_panels.items()):
            if panel.key in keys and name != "vehicle":
                self._docks[name].closeDockWidget()

    def _on_plots_changed(self) -> None:
        if not self._plots_itself:
            self._settings.setValue("plots/by_hand", True)
            self._save_plots()

    def _on_dock_moved(self, name: str) -> None:
        """A panel has become a window of its own: the keyboard is in what was used of it, not in its first button."""
        dock = self._docks.get(name)
        if dock is not None and dock.isFloating():
            (focus_keeper().latest_in(dock) or self._target(name)).setFocus()

    def _on_vehicle_opened(self, key: VehicleKey) -> None:
        self.selection.select((key,))
        self._raise("vehicle")

    def _on_vehicle_dock_closed(self, name: str) -> None:
        dock = self._docks.pop(name, None)
        self._vehicle_panels.pop(name, None)
        if dock is not None:
            self._homes.pop(name, None)
            self._manager.removeDockWidget(dock)
            dock.deleteLater()

    def _on_takeover_wanted(self, policy: Takeover) -> None:
        if self._orders is not None:
            self._orders.takeover = policy
            self._settings.setValue("control/takeover", policy.value)

    def _on_panel_wanted(self) -> None:
        self.add_vehicle_panel()

    def _on_buttons_wanted(self) -> None:
        self._raise("vehicle")
        bar = self._vehicle_panels["vehicle"].commands
        if bar is not None:
            bar.focus_first()

    def _on_filter_wanted(self) -> None:
        self._raise("fleet")
        self.fleet.focus_filter()

    def _on_subscribe_wanted(self) -> None:
        self._raise("sensors")
        self.sensors.focus_subscribe()

    def _on_full_screen_wanted(self) -> None:
        self.setWindowState(self.windowState() ^ self.windowState().WindowFullScreen)

    def leave(self) -> None:
        """Close without a question: the answer is known, or nobody is there to answer."""
        self._is_leaving = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: asks where vehicles are in the air in our hands; else remembers everything.

        Only a hand on the window is asked: a signal, a session's end and a program end it as they always did.
        """
        application = QApplication.instance()
        is_end = isinstance(application, QApplication) and application.isSavingSession()
        is_by_hand = not self._is_leaving and not is_end
        if is_by_hand and self.desk is not None and asks_before_closing(self.desk, self, self.leave):
            event.ignore()
            return
        self.save()
        if self.logbook is not None:
            self.logbook.stop()
        super().closeEvent(event)
