# SPDX-License-Identifier: Apache-2.0
"""The panels of the window, a row each, in the order of their keys. Another panel is another row. GUI thread."""

from __future__ import annotations

import json
from pathlib import Path

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef, json_from_refs, refs_from_json
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.links_panel.links_panel import LinksPanel
from groundstation.ui.logbook_panel.logbook_panel import LogbookPanel
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.panel_types import Again, Memory, MenuEntry, Panel, PanelContext, Panels, Place, Side
from groundstation.ui.past.past_commands import PastCommands
from groundstation.ui.past.past_view import PastView
from groundstation.ui.plots.first_plots import FirstPlots
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.saved_values import table_of, texts_of
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel

MAX_VEHICLE_PANELS = 16


def _fleet(context: PanelContext) -> FleetPanel:
    panel = FleetPanel(context.feed, context.selection, context.desk)

    def show(key: VehicleKey) -> None:
        context.selection.select((key,))
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicle_opened.connect(show)
    return panel


def _vehicle(context: PanelContext) -> VehiclePanel:
    panel = VehiclePanel(context.feed, context.selection, context.log, context.desk)
    panel.plot_requested.connect(context.asks.plot_wanted)
    panel.vehicle_forgotten.connect(lambda: context.asks.is_done.emit(panel))
    return panel


def _plots(context: PanelContext) -> PlotsPanel:
    panel = PlotsPanel(context.feed)
    # owned by the panel
    FirstPlots(panel, context.feed)

    def plot(refs: list[ValueRef]) -> None:
        context.asks.panel_wanted.emit("plots")
        panel.plot(refs)

    context.asks.plot_wanted.connect(plot)
    panel.moment_wanted.connect(context.asks.moment_wanted)
    return panel


def _sensors(context: PanelContext) -> SensorsPanel:
    panel = SensorsPanel(context.feed)
    panel.plot_requested.connect(context.asks.plot_wanted)
    return panel


def _commands(context: PanelContext) -> CommandsPanel | PastCommands | None:
    if isinstance(context.feed, PastView):
        return PastCommands(context.feed)
    return CommandsPanel(context.desk, context.journal) if context.desk is not None else None


def _logbook(context: PanelContext) -> LogbookPanel | None:
    if context.logbook is None:
        return None
    panel = LogbookPanel(context.logbook, context.feed)
    panel.log_wanted.connect(context.asks.log_wanted)
    return panel


def _order_back(panel: FleetPanel, value: object) -> None:
    # settings may be damaged, or of another version
    if str(value) in set(SortOrder):
        panel.set_order(SortOrder(str(value)))


def _level_back(panel: MessagesPanel, value: object) -> None:
    if str(value) in {str(int(level)) for level in Level}:
        panel.set_least_level(Level(int(str(value))))


def _plots_back(panel: PlotsPanel, value: object) -> None:
    panel.restore([refs_from_json(one) for one in texts_of(value)], panel.span_s)


def _pinned_to(panel: VehiclePanel) -> object:
    return list(panel.key) if panel.is_pinned and panel.key is not None else None


def _pin_back(panel: VehiclePanel, value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    panel.pin(VehicleKey(str(value[0]), str(value[1])))
    return True


def _pin_new(panel: VehiclePanel, first: VehiclePanel) -> None:
    """One more vehicle panel stays with what the first one shows at this moment."""
    if first.key is not None:
        panel.pin(first.key)


PANELS: Panels = (
    Panel[FleetPanel](
        name="fleet",
        title="Fleet",
        icon="fleet",
        make=_fleet,
        place=Place(4, Side.LeftDockWidgetArea, "map"),
        keyboard=lambda panel: (panel.list,),
        entries=(MenuEntry("&Filter the fleet", "Ctrl+F", FleetPanel.focus_filter),),
        memories=(
            Memory(
                "fleet/filter", lambda panel: panel.filter_box.text(), lambda panel, text: panel.set_filter(str(text))
            ),
            Memory("fleet/order", lambda panel: panel.order.value, _order_back),
        ),
    ),
    Panel[MapPanel](
        name="map",
        title="Map",
        icon="map",
        make=lambda context: MapPanel(MapContext(context.feed, context.selection, context.desk)),
        place=Place(1, Side.CenterDockWidgetArea),
        keyboard=lambda panel: (panel.view,),
        entries=(MenuEntry("Show the &whole fleet", "Ctrl+0", MapPanel.fit_fleet, brings=False),),
        memories=(
            Memory(
                "map/state",
                lambda panel: json.dumps(panel.view_state()),
                lambda panel, text: panel.restore_state(table_of(text)),
            ),
        ),
    ),
    Panel[VehiclePanel](
        name="vehicle",
        title="Vehicle",
        icon="vehicle",
        make=_vehicle,
        place=Place(2, Side.RightDockWidgetArea),
        keyboard=lambda panel: (panel.values.tree,),
        entries=(
            MenuEntry(
                "Command &buttons of the vehicle",
                "Alt+B",
                VehiclePanel.focus_commands,
                # a window that only looks has no such buttons
                is_offered=lambda panel: panel.commands is not None,
            ),
        ),
        memories=(Memory("window/values", lambda panel: panel.split() or "", VehiclePanel.restore_split),),
        again=Again(
            text="&Add vehicle panel",
            keys="Ctrl+P",
            most=MAX_VEHICLE_PANELS,
            setting="window/vehicle_panels",
            begin=_pin_new,
            kept=_pinned_to,
            back=_pin_back,
        ),
    ),
    Panel[PlotsPanel](
        name="plots",
        title="Plots",
        icon="plots",
        make=_plots,
        place=Place(3, Side.BottomDockWidgetArea, "map"),
        keyboard=lambda panel: (panel.span_box,),
        entries=(MenuEntry("&Remove all plots", "", PlotsPanel.clear_by_hand, brings=False),),
        memories=(
            Memory("plots/span", lambda panel: panel.span_s, lambda panel, text: panel.set_span(str(text))),
            Memory(
                "plots/values",
                lambda panel: json.dumps([json_from_refs(refs).decode() for refs in panel.plots()]),
                _plots_back,
            ),
            Memory("plots/by_hand", lambda panel: panel.is_by_hand or None, lambda panel, _: panel.set_by_hand()),
        ),
        saved_on=lambda panel: panel.changed,
    ),
    Panel[MessagesPanel](
        name="messages",
        title="Messages",
        icon="messages",
        make=lambda context: MessagesPanel(context.log, context.selection),
        place=Place(5, Side.RightDockWidgetArea, "plots"),
        keyboard=lambda panel: (panel.view, panel.text_box),
        memories=(Memory("messages/level", lambda panel: int(panel.least_level), _level_back),),
    ),
    Panel[SensorsPanel](
        name="sensors",
        title="Sensors",
        icon="sensors",
        make=_sensors,
        place=Place(7, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.tree, panel.filter_box),
        entries=(MenuEntry("&Subscribe…", "Ctrl+T", SensorsPanel.focus_subscribe, menu="&Sensors"),),
        memories=(
            Memory(
                "sensors/filters",
                lambda panel: json.dumps(panel.filters),
                lambda panel, text: panel.restore(texts_of(text)),
            ),
        ),
    ),
    Panel[LinksPanel](
        name="links",
        title="Links",
        icon="links",
        make=lambda context: LinksPanel(context.feed),
        place=Place(8, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.tree,),
    ),
    Panel[CommandsPanel | PastCommands](
        name="commands",
        title="Commands",
        icon="commands",
        make=_commands,
        place=Place(6, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.keyboard_target,),
    ),
    Panel[LogbookPanel](
        name="logbook",
        title="Logbook",
        icon="logbook",
        make=_logbook,
        place=Place(9, Side.CenterDockWidgetArea, "map"),  # a wide table: where there is most room
        keyboard=lambda panel: (panel.bar.filter_box,),
        memories=(
            Memory(
                "logbook/folder",
                lambda panel: str(panel.folder or ""),
                lambda panel, text: panel.set_folder(Path(str(text)) if text else None),
            ),
        ),
        stop=LogbookPanel.stop,
        has_past=False,
    ),
)
