# SPDX-License-Identifier: Apache-2.0
"""The panels of the window, a row each, in the order of their keys. Another panel is another row. GUI thread."""

from __future__ import annotations

import json
from pathlib import Path

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef, json_from_refs, refs_from_json
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarms_panel import AlarmsPanel
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.links_panel.links_panel import LinksPanel
from groundstation.ui.logbook_panel.logbook_panel import LogbookPanel
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.operators.operators_panel import OperatorsPanel
from groundstation.ui.panel_types import Again, Memory, MenuEntry, Panel, PanelContext, Panels, Place, Side
from groundstation.ui.parameters.param_panel import ParamPanel
from groundstation.ui.parameters.past_parameters import PastParameters
from groundstation.ui.past.past_commands import PastCommands
from groundstation.ui.past.past_view import PastView
from groundstation.ui.plans.plan_panel import PlanPanel
from groundstation.ui.plans.profile_panel import ProfilePanel
from groundstation.ui.plots.first_plots import FirstPlots
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.procedures.procedure_desk import ProcedureDesk
from groundstation.ui.procedures.procedures_panel import ProceduresPanel
from groundstation.ui.refly.refly_panel import ReflyPanel
from groundstation.ui.refly.refly_port import Both
from groundstation.ui.saved_values import numbers_of, table_of, texts_of
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel

MAX_VEHICLE_PANELS = 16


def _alarms(context: PanelContext) -> AlarmsPanel | None:
    if isinstance(context.feed, PastView):
        panel = AlarmsPanel(context.feed, AlarmAccess(), is_past=True)
    elif context.alarms is not None:
        panel = AlarmsPanel(context.feed, context.alarms, context.voice)
    else:
        return None

    def show(key: VehicleKey) -> None:
        context.selection.select((key,))
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicle_wanted.connect(show)
    return panel


def _operators(context: PanelContext) -> OperatorsPanel | None:
    if context.operators is None or not isinstance(context.feed, FleetFeed):
        return None
    panel = OperatorsPanel(context.feed, context.selection, context.operators)

    def show(keys: tuple[VehicleKey, ...]) -> None:
        context.selection.select(keys)
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicles_wanted.connect(show)
    panel.moment_wanted.connect(context.asks.moment_wanted)
    return panel


def _procedures(context: PanelContext) -> ProceduresPanel | None:
    if context.procedures is None or context.desk is None:
        return None
    utter = context.operators.say if context.operators is not None else lambda _text: None
    procedures = ProcedureDesk(context.desk, utter, context.desk)
    return ProceduresPanel(context.desk, procedures, context.procedures)


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
    publish = context.publish if context.feed.is_live else None
    panel = SensorsPanel(context.feed, publish=publish, large=context.large, read_meanings=context.read_meanings)
    panel.plot_requested.connect(context.asks.plot_wanted)

    def show(topic: str) -> None:
        context.asks.panel_wanted.emit("sensors")
        panel.show_topic(topic)

    context.asks.topic_wanted.connect(show)
    return panel


def _commands(context: PanelContext) -> CommandsPanel | PastCommands | None:
    if isinstance(context.feed, PastView):
        return PastCommands(context.feed)
    return CommandsPanel(context.desk, context.journal) if context.desk is not None else None


def _plan(context: PanelContext) -> PlanPanel | None:
    if context.document is None or context.study is None or context.surveys is None or context.desk is None:
        return None
    own = (context.document, context.study, context.feed, context.selection, context.desk)
    return PlanPanel(*own, context.surveys)


def _profile(context: PanelContext) -> ProfilePanel | None:
    if context.document is None or context.study is None:
        return None
    return ProfilePanel(context.document, context.study)


def _terms_back(panel: ProfilePanel, value: object) -> None:
    panel.restore_terms(numbers_of(value))


def _parameters(context: PanelContext) -> ParamPanel | PastParameters | None:
    if isinstance(context.feed, PastView):
        return PastParameters(context.feed, context.selection, context.parameters)
    if context.desk is None:
        return None
    return ParamPanel(context.feed, context.selection, context.desk, context.parameters)


def _favourites_back(panel: ParamPanel | PastParameters, value: object) -> None:
    panel.browser.set_favourites(texts_of(value))


def _logbook(context: PanelContext) -> LogbookPanel | None:
    if context.logbook is None:
        return None
    panel = LogbookPanel(context.logbook, context.feed)
    panel.log_wanted.connect(context.asks.log_wanted)
    panel.refly_wanted.connect(context.asks.refly_wanted)
    panel.bar.refly_button.setVisible(context.refly is not None)
    return panel


def _refly(context: PanelContext) -> ReflyPanel | None:
    if context.refly is None:
        return None
    panel = ReflyPanel(context.refly)

    def ask(files: list[Path], vehicle: str, number: int | None, about: str) -> None:
        context.asks.panel_wanted.emit("refly")
        panel.ask(files, vehicle, number, about)

    context.asks.refly_wanted.connect(ask)

    def look(both: Both) -> None:
        context.asks.both_wanted.emit(both)
        context.asks.panel_wanted.emit("map")

    panel.both_wanted.connect(look)
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
        make=lambda context: MapPanel(
            MapContext(
                context.feed,
                context.selection,
                context.desk,
                context.document,
                context.study,
                context.asks.topic_wanted.emit,
            )
        ),
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
        keyboard=SensorsPanel.keyboard_places,
        entries=(
            MenuEntry("&Subscribe…", "Ctrl+T", SensorsPanel.focus_subscribe, menu="&Sensors"),
            MenuEntry("&Find a topic", "Ctrl+Shift+T", SensorsPanel.focus_search, menu="&Sensors"),
            MenuEntry(
                "What topics &mean…",
                "",
                lambda panel: panel.meanings.ask(),
                menu="&Sensors",
                is_offered=lambda panel: panel.meanings.can_read,
            ),
            MenuEntry(
                "&Publish…",
                "",
                lambda panel: panel.acts.open_publish(),
                menu="&Sensors",
                is_offered=lambda panel: panel.acts.publish is not None,
            ),
        ),
        memories=(
            Memory(
                "sensors/filters",
                lambda panel: json.dumps(panel.filters),
                lambda panel, text: panel.restore(texts_of(text)),
            ),
            Memory(
                "sensors/meanings",
                lambda panel: str(panel.meanings.path or ""),
                lambda panel, text: panel.meanings.restore(str(text)),
            ),
            Memory(
                "sensors/templates",
                lambda panel: panel.acts.kept_templates(),
                lambda panel, text: panel.acts.restore_templates(text),
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
    Panel[PlanPanel](
        name="plan",
        title="Plan",
        icon="plan",
        make=_plan,
        place=Place(10, Side.CenterDockWidgetArea, "vehicle"),
        keyboard=lambda panel: (panel.table, panel.tabs),
        entries=(
            MenuEntry("&New plan", "Ctrl+N", PlanPanel.begin_anew, menu="&Plan"),
            MenuEntry("&Open a plan…", "Ctrl+Shift+O", PlanPanel.open_file, menu="&Plan"),
            MenuEntry("&Save the plan as…", "Ctrl+Shift+S", PlanPanel.save_file, menu="&Plan"),
            MenuEntry("&Write a plan for each vehicle…", "", PlanPanel.export_parts, menu="&Plan"),
            MenuEntry("Show on the &map", "", PlanPanel.show_on_map, menu="&Plan"),
            MenuEntry("Compare with a &file…", "", PlanPanel.compare_with_file, menu="&Plan"),
            MenuEntry("&Lay a survey over an area", "", PlanPanel.draw_survey, menu="&Plan"),
            MenuEntry("&Give this part to the selected vehicle", "", PlanPanel.assign, menu="&Plan"),
            MenuEntry("&Copy to the selected vehicles", "Ctrl+Shift+D", PlanPanel.copy_to_selected, menu="&Plan"),
            MenuEntry("&Take this part out", "", PlanPanel.remove_part, menu="&Plan"),
        ),
        has_past=False,
        in_past=PlanPanel.set_past,
    ),
    Panel[ProfilePanel](
        name="profile",
        title="Height profile",
        icon="profile",
        make=_profile,
        place=Place(11, Side.CenterDockWidgetArea, "plots"),
        keyboard=lambda panel: (panel.wind, panel.view),
        memories=(
            Memory("plan/terms", lambda panel: json.dumps(panel.terms), _terms_back),
            Memory("plan/ground", lambda panel: panel.ground_folder, lambda panel, value: panel.use_ground(str(value))),
        ),
        has_past=False,
    ),
    Panel[ParamPanel | PastParameters](
        name="parameters",
        title="Parameters",
        icon="parameters",
        make=_parameters,
        place=Place(12, Side.CenterDockWidgetArea, "vehicle"),
        keyboard=lambda panel: (panel.browser.text_box,),
        memories=(
            Memory(
                "parameters/favourites",
                lambda panel: json.dumps(sorted(panel.browser.favourites)),
                _favourites_back,
            ),
        ),
    ),
    Panel[ReflyPanel](
        name="refly",
        title="Flown again",
        icon="refly",
        make=_refly,
        place=Place(13, Side.CenterDockWidgetArea, "map"),  # tables beside curves: where there is most room
        keyboard=lambda panel: (panel.runs, panel.open),
        stop=ReflyPanel.stop,
        has_past=False,
    ),
    Panel[AlarmsPanel](
        name="alarms",
        title="Alarms",
        icon="alarms",
        make=_alarms,
        place=Place(6, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.list, panel.text_box),
        memories=(
            Memory(
                "alarms/mutes",
                lambda panel: json.dumps(panel.mutes),
                lambda panel, text: panel.restore_mutes(texts_of(text)),
            ),
        ),
    ),
    Panel[OperatorsPanel](
        name="operators",
        title="Operators",
        icon="operators",
        make=_operators,
        place=Place(14, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.box,),
        entries=(
            MenuEntry(
                "&Say something to operators", "Ctrl+Shift+M", lambda panel: panel.box.setFocus(), menu="&Operators"
            ),
            MenuEntry("&Hand over…", "", OperatorsPanel.open_handover, menu="&Operators"),
        ),
        has_past=False,
    ),
    Panel[ProceduresPanel](
        name="procedures",
        title="Procedures",
        icon="procedures",
        make=_procedures,
        place=Place(15, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.table,),
        memories=(
            Memory(
                "procedures/chosen",
                lambda panel: json.dumps(panel.memory),
                lambda panel, text: panel.restore(texts_of(text)),
            ),
        ),
        stop=ProceduresPanel.stop,
        has_past=False,
    ),
)
