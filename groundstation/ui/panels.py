# SPDX-License-Identifier: Apache-2.0
"""The panels of the window, a row each, in the order of their keys. Another panel is another row. GUI thread."""

from __future__ import annotations

import json
from pathlib import Path

from groundstation.fleet.value_path import json_from_refs
from groundstation.ui.alarms.alarms_panel import AlarmsPanel
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.links_panel.links_panel import LinksPanel
from groundstation.ui.logbook_panel.logbook_panel import LogbookPanel
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.operators.operators_panel import OperatorsPanel
from groundstation.ui.panel_makers import (
    alarms_panel,
    commands_panel,
    favourites_back,
    fleet_panel,
    level_back,
    logbook_panel,
    map_panel,
    messages_panel,
    operators_panel,
    order_back,
    parameters_panel,
    pin_back,
    pin_new,
    pinned_to,
    plan_panel,
    plots_back,
    plots_panel,
    procedures_panel,
    profile_panel,
    readiness_panel,
    refly_panel,
    sensors_panel,
    statistics_back,
    style_back,
    terms_back,
    vehicle_panel,
    wall_panel,
)
from groundstation.ui.panel_types import Again, Memory, MenuEntry, Panel, Panels, Place, Side
from groundstation.ui.parameters.param_panel import ParamPanel
from groundstation.ui.parameters.past_parameters import PastParameters
from groundstation.ui.past.past_commands import PastCommands
from groundstation.ui.plans.plan_panel import PlanPanel
from groundstation.ui.plans.profile_panel import ProfilePanel
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.procedures.procedures_panel import ProceduresPanel
from groundstation.ui.readiness.readiness_panel import ReadinessPanel
from groundstation.ui.refly.refly_panel import ReflyPanel
from groundstation.ui.saved_values import table_of, texts_of
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from groundstation.ui.wall.wall_panel import WallPanel

MAX_VEHICLE_PANELS = 16

PANELS: Panels = (
    Panel[FleetPanel](
        name="fleet",
        title="Fleet",
        icon="fleet",
        make=fleet_panel,
        place=Place(4, Side.LeftDockWidgetArea, "map"),
        keyboard=lambda panel: (panel.list,),
        entries=(MenuEntry("&Filter the fleet", "Ctrl+F", FleetPanel.focus_filter),),
        memories=(
            Memory(
                "fleet/filter", lambda panel: panel.filter_box.text(), lambda panel, text: panel.set_filter(str(text))
            ),
            Memory("fleet/order", lambda panel: panel.order.value, order_back),
            Memory("fleet/style", lambda panel: panel.look.style.value, style_back),
        ),
    ),
    Panel[MapPanel](
        name="map",
        title="Map",
        icon="map",
        make=map_panel,
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
        make=vehicle_panel,
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
            begin=pin_new,
            kept=pinned_to,
            back=pin_back,
        ),
    ),
    Panel[PlotsPanel](
        name="plots",
        title="Plots",
        icon="plots",
        make=plots_panel,
        place=Place(3, Side.BottomDockWidgetArea, "map"),
        keyboard=lambda panel: (panel.span_box,),
        entries=(MenuEntry("&Remove all plots", "", PlotsPanel.clear_by_hand, brings=False),),
        memories=(
            Memory("plots/span", lambda panel: panel.span_s, lambda panel, text: panel.set_span(str(text))),
            Memory(
                "plots/values",
                lambda panel: json.dumps([json_from_refs(refs).decode() for refs in panel.plots()]),
                plots_back,
            ),
            Memory(
                "plots/statistics", lambda panel: "yes" if panel.statistics_button.isChecked() else "", statistics_back
            ),
            Memory("plots/by_hand", lambda panel: panel.is_by_hand or None, lambda panel, _: panel.set_by_hand()),
        ),
        saved_on=lambda panel: panel.changed,
    ),
    Panel[MessagesPanel](
        name="messages",
        title="Messages",
        icon="messages",
        make=messages_panel,
        place=Place(5, Side.RightDockWidgetArea, "plots"),
        keyboard=lambda panel: (panel.view, panel.text_box),
        memories=(
            Memory("messages/level", lambda panel: int(panel.least_level), level_back),
            Memory(
                "messages/ages",
                lambda panel: panel.ages.isChecked() or None,
                lambda panel, _: panel.ages.setChecked(True),
            ),
        ),
    ),
    Panel[SensorsPanel](
        name="sensors",
        title="Sensors",
        icon="sensors",
        make=sensors_panel,
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
        make=commands_panel,
        place=Place(6, Side.CenterDockWidgetArea, "messages"),
        keyboard=lambda panel: (panel.keyboard_target,),
    ),
    Panel[LogbookPanel](
        name="logbook",
        title="Logbook",
        icon="logbook",
        make=logbook_panel,
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
        make=plan_panel,
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
        make=profile_panel,
        place=Place(11, Side.CenterDockWidgetArea, "plots"),
        keyboard=lambda panel: (panel.wind, panel.view),
        memories=(
            Memory("plan/terms", lambda panel: json.dumps(panel.terms), terms_back),
            Memory("plan/ground", lambda panel: panel.ground_folder, lambda panel, value: panel.use_ground(str(value))),
        ),
        has_past=False,
    ),
    Panel[ParamPanel | PastParameters](
        name="parameters",
        title="Parameters",
        icon="parameters",
        make=parameters_panel,
        place=Place(12, Side.CenterDockWidgetArea, "vehicle"),
        keyboard=lambda panel: (panel.browser.text_box,),
        memories=(
            Memory(
                "parameters/favourites",
                lambda panel: json.dumps(sorted(panel.browser.favourites)),
                favourites_back,
            ),
        ),
    ),
    Panel[ReflyPanel](
        name="refly",
        title="Flown again",
        icon="refly",
        make=refly_panel,
        place=Place(13, Side.CenterDockWidgetArea, "map"),  # tables beside curves: where there is most room
        keyboard=lambda panel: (panel.runs, panel.open),
        stop=ReflyPanel.stop,
        has_past=False,
    ),
    Panel[AlarmsPanel](
        name="alarms",
        title="Alarms",
        icon="alarms",
        make=alarms_panel,
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
        make=operators_panel,
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
        make=procedures_panel,
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
    Panel[ReadinessPanel](
        name="readiness",
        title="Readiness",
        icon="readiness",
        make=readiness_panel,
        place=Place(16, Side.CenterDockWidgetArea, "map"),
        keyboard=lambda panel: (panel.table,),
    ),
    Panel[WallPanel](
        name="wall",
        title="Wall",
        icon="wall",
        make=wall_panel,
        place=Place(17, Side.CenterDockWidgetArea, "map"),  # many tiles: where there is most room
        keyboard=lambda panel: (panel.area.list, panel),
        memories=(
            Memory("wall/order", lambda panel: panel.order.value, order_back),
            Memory("wall/pins", WallPanel.kept_pins, WallPanel.restore_pins),
        ),
    ),
)
