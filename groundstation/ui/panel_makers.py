# SPDX-License-Identifier: Apache-2.0
"""How each panel is made and joined to the others, and how it takes back what was remembered. GUI thread."""

from __future__ import annotations

from pathlib import Path

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef, refs_from_json
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarms_panel import AlarmsPanel
from groundstation.ui.commands_panel.commands_panel import CommandsPanel
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.fleet_list.row_style import RowStyle
from groundstation.ui.logbook_panel.logbook_panel import LogbookPanel
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.operators.operators_panel import OperatorsPanel
from groundstation.ui.panel_types import PanelContext
from groundstation.ui.parameters.param_panel import ParamPanel
from groundstation.ui.parameters.past_parameters import PastParameters
from groundstation.ui.past.past_commands import PastCommands
from groundstation.ui.past.past_view import PastView
from groundstation.ui.plans.plan_panel import PlanPanel
from groundstation.ui.plans.profile_panel import ProfilePanel
from groundstation.ui.plots.event_marks import Commands
from groundstation.ui.plots.first_plots import FirstPlots
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.procedures.procedure_desk import ProcedureDesk
from groundstation.ui.procedures.procedures_panel import ProceduresPanel
from groundstation.ui.readiness.readiness_panel import ReadinessPanel
from groundstation.ui.refly.refly_panel import ReflyPanel
from groundstation.ui.refly.refly_port import Both
from groundstation.ui.saved_values import numbers_of, texts_of
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from groundstation.ui.wall.wall_panel import WallPanel


def alarms_panel(context: PanelContext) -> AlarmsPanel | None:
    """Alarms: of the engine, or of the recording that is shown; none without an engine."""
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


def operators_panel(context: PanelContext) -> OperatorsPanel | None:
    """Other operators; there are none in the past."""
    if context.operators is None or not isinstance(context.feed, FleetFeed):
        return None
    panel = OperatorsPanel(context.feed, context.selection, context.operators)

    def show(keys: tuple[VehicleKey, ...]) -> None:
        context.selection.select(keys)
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicles_wanted.connect(show)
    panel.moment_wanted.connect(context.asks.past_wanted)
    return panel


def procedures_panel(context: PanelContext) -> ProceduresPanel | None:
    """Procedures; none where nothing can be commanded."""
    if context.procedures is None or context.desk is None:
        return None
    utter = context.operators.say if context.operators is not None else lambda _text: None
    procedures = ProcedureDesk(context.desk, utter, context.desk)
    return ProceduresPanel(context.desk, procedures, context.procedures)


def readiness_panel(context: PanelContext) -> ReadinessPanel:
    """Who is held back by what; a cell that is opened shows its vehicle."""
    panel = ReadinessPanel(context.feed, context.selection, context.write_page)

    def show(key: VehicleKey) -> None:
        context.selection.select((key,))
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicle_wanted.connect(show)
    return panel


def fleet_panel(context: PanelContext) -> FleetPanel:
    """The list of the fleet; a row that is opened is shown closely."""
    panel = FleetPanel(context.feed, context.selection, context.desk, context.groups)

    def show(key: VehicleKey) -> None:
        context.selection.select((key,))
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicle_opened.connect(show)
    panel.centre_wanted.connect(context.asks.centre_wanted)
    panel.follow_wanted.connect(context.asks.follow_wanted)
    return panel


def wall_panel(context: PanelContext) -> WallPanel:
    """All vehicles at once; one that is opened is shown closely."""
    # of the past nothing can be acknowledged
    alarms = context.alarms if context.feed.is_live else None
    panel = WallPanel(context.feed, context.selection, context.desk, alarms, context.groups)

    def show(key: VehicleKey) -> None:
        context.selection.select((key,))
        context.asks.panel_wanted.emit("vehicle")

    panel.vehicle_opened.connect(show)
    panel.centre_wanted.connect(context.asks.centre_wanted)
    panel.follow_wanted.connect(context.asks.follow_wanted)
    return panel


def map_panel(context: PanelContext) -> MapPanel:
    """The map; other panels ask it to go to a vehicle."""
    asks, selection = context.asks, context.selection
    own = (context.feed, selection, context.desk, context.document, context.study)
    panel = MapPanel(MapContext(*own, asks.topic_wanted.emit))

    def centre(key: VehicleKey) -> None:
        asks.panel_wanted.emit("map")
        # as if a hand had moved it: else it would go back to the whole fleet
        panel.view.moved_by_hand.emit()
        panel.view.centre_on(key)

    def follow(key: VehicleKey) -> None:
        asks.panel_wanted.emit("map")
        selection.select((key,))
        panel.follow.setChecked(True)

    asks.centre_wanted.connect(centre)
    asks.follow_wanted.connect(follow)
    return panel


def style_back(panel: FleetPanel, value: object) -> None:
    """How the list of the fleet showed its vehicles."""
    if str(value) in set(RowStyle):
        panel.set_style(RowStyle(str(value)))


def vehicle_panel(context: PanelContext) -> VehiclePanel:
    """One vehicle closely."""
    panel = VehiclePanel(context.feed, context.selection, context.log, context.desk)
    panel.plot_requested.connect(context.asks.plot_wanted)
    panel.vehicle_forgotten.connect(lambda: context.asks.is_done.emit(panel))
    return panel


def plots_panel(context: PanelContext) -> PlotsPanel:
    """Curves; other panels bring values into it."""
    desk = context.desk
    commands: Commands = tuple if desk is None else lambda: desk.orders.book
    panel = PlotsPanel(context.feed, selection=context.selection, commands=commands, access=context.plot_files)
    # owned by the panel
    FirstPlots(panel, context.feed)

    def plot(refs: list[ValueRef]) -> None:
        context.asks.panel_wanted.emit("plots")
        panel.plot(refs)

    context.asks.plot_wanted.connect(plot)
    panel.moment_wanted.connect(context.asks.moment_wanted)
    return panel


def sensors_panel(context: PanelContext) -> SensorsPanel:
    """Topics of other devices; the map brings one into view."""
    publish = context.publish if context.feed.is_live else None
    panel = SensorsPanel(context.feed, publish=publish, large=context.large, read_meanings=context.read_meanings)
    panel.plot_requested.connect(context.asks.plot_wanted)

    def show(topic: str) -> None:
        context.asks.panel_wanted.emit("sensors")
        panel.show_topic(topic)

    context.asks.topic_wanted.connect(show)
    return panel


def commands_panel(context: PanelContext) -> CommandsPanel | PastCommands | None:
    """Orders: of now, or of the recording that is shown."""
    if isinstance(context.feed, PastView):
        return PastCommands(context.feed)
    return CommandsPanel(context.desk, context.journal) if context.desk is not None else None


def plan_panel(context: PanelContext) -> PlanPanel | None:
    """The plan that is worked on; none in the past."""
    if context.document is None or context.study is None or context.surveys is None or context.desk is None:
        return None
    own = (context.document, context.study, context.feed, context.selection, context.desk)
    return PlanPanel(*own, context.surveys)


def profile_panel(context: PanelContext) -> ProfilePanel | None:
    """The height along the plan; none in the past."""
    if context.document is None or context.study is None:
        return None
    return ProfilePanel(context.document, context.study)


def terms_back(panel: ProfilePanel, value: object) -> None:
    """Wind and other terms of the plan, as they were remembered."""
    panel.restore_terms(numbers_of(value))


def parameters_panel(context: PanelContext) -> ParamPanel | PastParameters | None:
    """Parameters: of now, or as the recording knew them."""
    if isinstance(context.feed, PastView):
        return PastParameters(context.feed, context.selection, context.parameters)
    if context.desk is None:
        return None
    return ParamPanel(context.feed, context.selection, context.desk, context.parameters)


def favourites_back(panel: ParamPanel | PastParameters, value: object) -> None:
    """Favourite parameters, as they were remembered."""
    panel.browser.set_favourites(texts_of(value))


def logbook_panel(context: PanelContext) -> LogbookPanel | None:
    """Flights on disk; none for a window without logs."""
    if context.logbook is None:
        return None
    panel = LogbookPanel(context.logbook, context.feed)
    panel.log_wanted.connect(context.asks.log_wanted)
    panel.refly_wanted.connect(context.asks.refly_wanted)
    panel.bar.refly_button.setVisible(context.refly is not None)
    return panel


def refly_panel(context: PanelContext) -> ReflyPanel | None:
    """Flights that were flown again; none for a window without."""
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


def order_back(panel: FleetPanel | WallPanel, value: object) -> None:
    """How the list of the fleet was sorted."""
    # settings may be damaged, or of another version
    if str(value) in set(SortOrder):
        panel.set_order(SortOrder(str(value)))


def messages_panel(context: PanelContext) -> MessagesPanel:
    """The log; from a line of it a way leads back to its moment."""
    panel = MessagesPanel(context.log, context.selection)
    asks = context.asks
    panel.moment_wanted.connect(asks.past_wanted if context.feed.is_live else asks.moment_wanted)
    return panel


def level_back(panel: MessagesPanel, value: object) -> None:
    """The least level of messages that was shown."""
    if str(value) in {str(int(level)) for level in Level}:
        panel.set_least_level(Level(int(str(value))))


def plots_back(panel: PlotsPanel, value: object) -> None:
    """Which values were plotted."""
    panel.restore([refs_from_json(one) for one in texts_of(value)], panel.span_s)


def statistics_back(panel: PlotsPanel, value: object) -> None:
    """Whether statistics were shown."""
    panel.statistics_button.setChecked(str(value) == "yes")


def marks_back(panel: PlotsPanel, value: object) -> None:
    """Whether events were marked."""
    panel.marks_button.setChecked(str(value) != "no")


def pinned_to(panel: VehiclePanel) -> object:
    """With which vehicle a panel stays; None for the one that is selected."""
    return list(panel.key) if panel.is_pinned and panel.key is not None else None


def pin_back(panel: VehiclePanel, value: object) -> bool:
    """Stay with a vehicle as before; False where what was remembered is no vehicle."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    panel.pin(VehicleKey(str(value[0]), str(value[1])))
    return True


def pin_new(panel: VehiclePanel, first: VehiclePanel) -> None:
    """One more vehicle panel stays with what the first one shows at this moment."""
    if first.key is not None:
        panel.pin(first.key)
