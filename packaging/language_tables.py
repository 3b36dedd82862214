# SPDX-License-Identifier: Apache-2.0
"""Texts of the window that stand in tables, for `languages.py`: where no call has them as literals.

A table that is new is a row of `TABLES`, with the calls that ask for its texts.
"""

from __future__ import annotations

import ast
import importlib
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

TOP = Path(__file__).resolve().parents[1]
_UI = "groundstation/ui/"


class Table(NamedTuple):
    """Texts that no call has as literals."""

    context: str
    file: str
    """Where they stand."""
    used: tuple[str, ...]
    """Calls that ask for them: `file:expression`."""
    texts: Callable[[], Iterable[str]]


def _labels() -> Iterator[str]:
    """Names of all values of a vehicle and of all arguments of verbs."""
    from groundstation.fleet.awareness.derived import AWARENESS, Awareness
    from groundstation.fleet.kinds import KINDS, Samples
    from groundstation.fleet.link import LinkQuality
    from groundstation.fleet.units import label_of
    from groundstation.fleet.verbs import SPECS

    hints, names = typing.get_type_hints(Samples), [*KINDS, "link", AWARENESS]
    for kind in (*(struct for name in KINDS for struct in _structs(hints[name])), LinkQuality, Awareness):
        names += [one for one in kind.__struct_fields__ if one not in HIDDEN]
    names += [arg.name for spec in SPECS for arg in spec.args]
    return (label_of(name) for name in names)


def _structs(hint: object) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for part in typing.get_args(hint):
        yield from _structs(part)


HIDDEN = ("at_s", "index", "invalid")


def _verb_texts() -> Iterator[str]:
    from groundstation.fleet.verbs import SPECS

    for spec in SPECS:
        yield spec.help
        yield from (arg.help for arg in spec.args)


def _words() -> Iterator[str]:
    """Words that travel as they are."""
    from groundstation.fleet.identity import VehicleKind
    from groundstation.fleet.link import ConnReason, LinkState
    from groundstation.fleet.verbs import SPECS
    from groundstation.simulator.engine.faults import KINDS as FAULTS
    from groundstation.transport.bus import BusState
    from groundstation.ui.command_sheet.arg_editors import CHOICE_WORDS

    for kind in (LinkState, BusState, ConnReason, VehicleKind):
        yield from (one.value.replace("_", " ") for one in kind)
    yield from CHOICE_WORDS.values()
    for spec in SPECS:
        for arg in spec.args:
            yield from (one for one in arg.choices if one not in CHOICE_WORDS)
    yield from ("other autopilot", "N", "E", "S", "W", "NE", "SE", "SW", "NW", "Link {name}", "{name}, worked out here")
    yield from (name.replace("_", " ") for name in FAULTS)


def _phrases() -> Iterator[str]:
    """Templates of what is said by code, and the words of ours in them."""
    from groundstation.fleet.commands import CommandState, Verb
    from groundstation.fleet.english import ENGLISH
    from groundstation.fleet.identity import VehicleKind
    from groundstation.fleet.plans.plan_commands import ROWS
    from groundstation.fleet.procedures.procedure import StepKind

    yield from ENGLISH.values()
    for kind in (VehicleKind, Verb, CommandState, StepKind):
        yield from (one.value.replace("_", " ") if kind is CommandState else one.value for one in kind)
    yield from (row.label for row in ROWS)
    yield from _verb_texts()
    yield from _step_labels()
    yield from _parts()


def _step_labels() -> Iterator[str]:
    for path in sorted((TOP / "groundstation/mavlink").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step" and node.args:
                label = node.args[0]
                if isinstance(label, ast.Constant):
                    yield str(label.value)


def _parts() -> Iterator[str]:
    """Of the estimator, and of the vehicle's health."""
    from groundstation.mavlink.dialect import enum_names

    yield from ("velocity", "position", "height", "compass")
    names = enum_names("MAV_SYS_STATUS_SENSOR", "MAV_SYS_STATUS_").values()
    yield from (name.removeprefix("sensor_").replace("_", " ") for name in names)


def _panels() -> Iterator[str]:
    from groundstation.ui.panels import PANELS
    from groundstation.ui.theme.themes import THEMES

    for row in PANELS:
        yield row.title
        yield from ([row.again.text] if row.again is not None else [])
        for entry in row.entries:
            yield from (entry.text, entry.menu)
    yield "&View"
    yield from (theme.title for theme in THEMES)


def _map() -> Iterator[str]:
    from groundstation.ui.map_panel.layers import LAYERS
    from groundstation.ui.map_panel.tools import TOOLS

    yield from (row.title for row in LAYERS)
    for tool in TOOLS:
        yield from (tool.title, tool.help)


def _alarms() -> Iterator[str]:
    from groundstation.fleet.alarms.defaults import DEFAULT_RULES

    for rule in DEFAULT_RULES.rules:
        yield from (rule.title, rule.advice)


def _commanding() -> Iterator[str]:
    from groundstation.fleet.verbs import SPECS
    from groundstation.ui.commanding import words

    yield from (spec.label for spec in SPECS)
    yield from (look.words for look in vars(words)["_LOOKS"].values())
    yield from vars(words)["_DONE"].values()
    yield "done"


def _plans() -> Iterator[str]:
    from groundstation.fleet.commands import CommandState
    from groundstation.fleet.plans.plan_badge import Badge
    from groundstation.fleet.plans.plan_commands import ROWS
    from groundstation.fleet.plans.plan_items import PlanKind
    from groundstation.ui.plans.plan_giver import FLOWN_NOW, LONGER
    from groundstation.ui.plans.plan_model import FRAMES, PlanModel

    for row in ROWS:
        yield row.label
        yield from (param.label for param in row.params)
    yield from (title for title in PlanModel.TITLES if title != "#")
    yield from FRAMES.values()
    for kind in (Badge, CommandState, PlanKind):
        yield from (one.value for one in kind)
    yield from ("height", "latitude", "longitude", "parameter {number}", FLOWN_NOW, LONGER)


def _survey() -> Iterator[str]:
    from groundstation.ui.plans import survey_fields, survey_form

    yield from survey_fields.FRAMES.values()
    yield from survey_fields.TRIGGERS.values()
    yield from (row.label for row in survey_fields.NUMBERS)
    yield from (label for _, label, _ in survey_fields.SWITCHES)
    yield from survey_form.SHARES.values()


def _values_of(module: str, name: str) -> Callable[[], Iterable[str]]:
    """Texts of a table of a module: of a dict its values, of a tuple all texts in it."""

    def texts() -> Iterable[str]:
        return _flat(getattr(importlib.import_module(f"groundstation.ui.{module}"), name))

    return texts


def _flat(table: object) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict):
        for one in table.values():
            yield from _flat(one)
    elif isinstance(table, tuple | list):
        # of a row with a name for each part the words alone
        for one in (table[0],) if hasattr(table, "_fields") else table:
            yield from _flat(one)


def _row(context: str, file: str, name: str, *used: str) -> Table:
    module = file.removeprefix("groundstation/ui/").removesuffix(".py").replace("/", ".")
    return Table(context, file, used, _values_of(module, name))


def _drawings() -> Iterator[str]:
    from groundstation.ui.plans.drawing import Drawing

    return (one.value for one in Drawing)


def _history() -> Iterator[str]:
    from groundstation.fleet.conditions import Level
    from groundstation.ui.alarms.alarm_history import COLUMNS

    yield from COLUMNS
    yield from (level.name.lower() for level in Level)


def _procedures() -> Iterator[str]:
    from groundstation.fleet.procedures.procedure import OnFail
    from groundstation.ui.procedures.procedure_model import KINDS, LOOKS

    yield from (look.words for look in LOOKS.values())
    yield from KINDS.values()
    yield from (one.value.replace("_", " ") for one in OnFail)


def _parameter_titles() -> Iterator[str]:
    from groundstation.ui.parameters.param_model import ParamModel

    return (title for title in ParamModel.TITLES if title)


def _flavours() -> Iterator[str]:
    from groundstation.ui.simulator.simulator_dialog import FLAVOURS

    return (name for name, _ in FLAVOURS)


def _links() -> Iterator[str]:
    from groundstation.mavlink.speaker import SpeakerRole
    from groundstation.ui.start import add_link_dialog, link_words

    yield from link_words.KINDS.values()
    yield from (words for words, _ in add_link_dialog.KINDS)
    yield from (role.value for role in SpeakerRole)


def _silent() -> Iterator[str]:
    from groundstation.ui.start.silent_dialog import THINGS

    yield from (text for pair in THINGS for text in pair)


def _roles() -> Iterator[str]:
    from groundstation.ui.layouts.role_layouts import ROLE_LAYOUTS

    return (role.title for role in ROLE_LAYOUTS)


def _readiness() -> Iterator[str]:
    from groundstation.ui.readiness.readiness_model import LOOKS

    return (look.words for look in LOOKS.values())


def _docking() -> Iterator[str]:
    """Of QtAds, which has no file of its own for any language."""
    yield from ("List All Tabs", "Show View", "Minimize")
    yield from ("Detach", "Detach Group", "Close", "Close Tab", "Close Active Tab", "Close Group", "Close Others")
    yield from ("Close Other Groups", "Unpin (Dock)", "Pin", "Pin To...", "Pin Group", "Pin Group To...")
    yield from ("Pin Active Tab (Press Ctrl to Pin Group)", "Top", "Left", "Right", "Bottom")


def _roots() -> Iterator[str]:
    from groundstation.ui.top_bar import root_marks

    return (text for text, _, _ in vars(root_marks)["_LOOKS"].values())


def _settings() -> Iterator[str]:
    from groundstation.ui.settings.rows import SECTIONS
    from groundstation.ui.settings.settings_dialog import SYSTEM_WORDS

    yield "Vehicles"
    yield from SYSTEM_WORDS.values()
    for title, rows in SECTIONS:
        yield title
        for row in rows:
            yield from (row.title, row.help, *row.words.values())


TABLES: tuple[Table, ...] = (
    Table("Panels", _UI + "panels.py", (
        "main_window.py:row.title", "theme_menu.py:theme.title", "settings/rows.py:one.title",
        "window_menus.py:title", "window_menus.py:row.title",
        "window_menus.py:row.again.text", "window_menus.py:entry.text", "workspace.py:self._row_of[name].title",
        "workspace.py:row.title",
    ), _panels),
    Table("Settings", _UI + "settings/rows.py", (
        "settings/editors.py:row.title", "settings/editors.py:row.help", "settings/editors.py:self.row.title",
        "settings/rows.py:self.words.get(one, one)",
        "settings/settings_dialog.py:title", "settings/settings_dialog.py:SYSTEM_WORDS[name]",
    ), _settings),
    Table("Map", _UI + "map_panel/layers.py", (
        "map_panel/layer_menu.py:row.title", "map_panel/map_panel.py:row.title", "map_panel/map_panel.py:row.help",
    ), _map),
    Table("Alarms", "groundstation/fleet/alarms/defaults.py", (), _alarms),
    Table("Phrases", "groundstation/fleet/alarms/defaults.py", (
        "said.py:template",
        "alarms/alarm_history.py:alarm.title", "alarms/alarm_model.py:alarm.title", "alarms/alarm_words.py:alarm.title",
        "alarms/alarm_words.py:alarm.advice", "operators/handover_gather.py:one.title",
        "alarms/rules_dialog.py:rule.title",
    ), _alarms),
    Table("Phrases", "groundstation/fleet/english.py", (), _phrases),
    Table("Commanding", _UI + "commanding/words.py", (
        "commanding/words.py:_DONE.get(verb, 'done') if state is _S.SUCCEEDED else _LOOKS[state].words",
        "commanding/words.py:spec.label",
    ), _commanding),
    Table("Values", "groundstation/fleet/kinds.py", ("language/words.py:label_of(field)",), _labels),
    Table("Verbs", "groundstation/fleet/verbs.py", (
        "language/words.py:VERBS[verb].help", "language/words.py:arg.help",
    ), _verb_texts),
    Table("Words", "groundstation/fleet/link.py", (
        "simulator/simulator_dialog.py:name.replace('_', ' ')",
        "command_sheet/arg_editors.py:CHOICE_WORDS.get(choice, choice)", "commanding/words.py:str(value)",
        "links_panel/link_rows.py:str(status.state)", "links_panel/link_rows.py:str(state)",
        "links_panel/link_rows.py:reason.replace('_', ' ')",
        "vehicle_panel/panel_header.py:_FIRMWARE.get(info.autopilot, '')",
        "map_panel/edge_layer.py:sign.point",
        "vehicle_panel/panel_header.py:info.kind.replace('_', ' ')", "vehicle_panel/tapes.py:name",
    ), _words),
    Table("Plans", _UI + "plans/plan_model.py", (
        *(f"plans/item_form.py:{one}" for one in ("one.label", "name", "param.label", "row.label")),
        *(f"plans/plan_model.py:{one}" for one in (
            "param.label", "self.TITLES[section]", "label_of(item.command)",
            "FRAMES.get(plain_frame(item.frame), DASH)",
        )),
        *(f"plans/plan_giver.py:{one}" for one in ("self.kind.value", "kind.value")),
        *(f"plans/plan_panel.py:{one}" for one in ("kind.value", "row.label")),
        *(f"plans/vehicle_strip.py:{one}" for one in ("badge.value", "record.state.value")),
        "plans/plan_bar.py:rows[command].label",
    ), _plans),
    Table("Survey", _UI + "plans/survey_fields.py", (
        *(f"plans/survey_fields.py:{one}" for one in ("name", "label", "row.label")), "plans/survey_form.py:name",
    ), _survey),
    Table("Drawing", _UI + "plans/drawing.py", ("plans/plan_document.py:drawing.value",), _drawings),
    Table("DrawTool", _UI + "map_panel/draw_tool.py", ("map_panel/draw_tool.py:drawing.value",), _drawings),
    Table("Alarms", _UI + "alarms/alarm_history.py", (
        "alarms/alarm_history.py:COLUMNS[section]", "alarms/alarm_history.py:alarm.level.name.lower()",
    ), _history),
    Table("ProfilePanel", _UI + "plans/profile_panel.py", ("plans/profile_panel.py:ENDS[flight.end]",),
          _values_of("plans.profile_panel", "ENDS")),
    Table("Procedures", _UI + "procedures/procedure_model.py", (
        "procedures/procedure_model.py:LOOKS[cell.state].words",
        "procedures/procedure_model.py:KINDS[step.kind.value]",
        "procedures/procedure_model.py:step.on_fail.value.replace('_', ' ')",
    ), _procedures),
    Table("Parameters", _UI + "parameters/param_model.py", ("parameters/param_model.py:self.TITLES[section]",),
          _parameter_titles),
    _row("CompareBar", _UI + "past/compare_bar.py", "ANCHORS", "past/compare_bar.py:text"),
    _row("TransportBar", _UI + "past/transport_bar.py", "JUMPS", "past/transport_bar.py:text"),
    _row("DifferenceView", _UI + "refly/difference_view.py", "KINDS", "refly/difference_view.py:kind.label"),
    _row("ReflyPanel", _UI + "refly/result_tables.py", "RUN_COLUMNS", "refly/result_tables.py:title",
         "refly/result_tables.py:tip"),
    _row("ReflyPanel", _UI + "refly/result_tables.py", "EVENT_COLUMNS"),
    _row("ReflyPanel", _UI + "refly/under_way.py", "PHASES", "refly/under_way.py:PHASES[news.phase]"),
    Table("SimulatorDialog", _UI + "simulator/simulator_dialog.py", ("simulator/simulator_dialog.py:name",),
          _flavours),
    # of the start page, the same kinds as in the simulator's own dialog
    Table("SimulatorDialog", _UI + "simulator/simulator_dialog.py", ("start/simulator_card.py:words",), _flavours),
    Table("Links", _UI + "start/link_words.py", (
        "start/add_link_dialog.py:words", "start/link_words.py:KINDS[kind]", "start/link_words.py:who.role",
    ), _links),
    Table("SilentDialog", _UI + "start/silent_dialog.py", (
        "start/silent_dialog.py:name", "start/silent_dialog.py:words",
    ), _silent),
    Table("LayoutMenu", _UI + "layouts/role_layouts.py", ("layouts/layout_menu.py:role.title",), _roles),
    Table("Readiness", _UI + "readiness/readiness_model.py", ("readiness/readiness_model.py:look.words",), _readiness),
    Table("RootMarks", _UI + "top_bar/root_marks.py", ("top_bar/root_marks.py:text",), _roots),
    _row("PanelHeader", _UI + "vehicle_panel/panel_header.py", "_LANDED",
         "vehicle_panel/panel_header.py:_LANDED[state.landed.state]"),
    _row("VehicleTiles", _UI + "vehicle_panel/tile_contents.py", "_FIX_NAMES",
         "vehicle_panel/tile_contents.py:_FIX_NAMES.get(fix, DASH)"),
    *(Table(context, _UI + "docks.py", (), _docking) for context in (
        "QObject", "ads::CDockAreaTitleBar", "ads::CDockWidgetTab", "ads::CDockManager", "ads::CAutoHideDockContainer",
    )),
    # their texts are marked where they stand, with QT_TRANSLATE_NOOP
    Table("Topics", _UI + "sensors_panel/topic_cells.py", (
        "sensors_panel/topic_model.py:str(TITLES[section])", "sensors_panel/topic_words.py:str(mark)",
        "sensors_panel/topic_words.py:str(_LIVES[known.life])",
    ), tuple),
)  # fmt: skip
"""All of them; `used` is without the folder of the room `ui`."""
