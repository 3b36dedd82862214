# SPDX-License-Identifier: Apache-2.0
"""What a row of the table of panels says (`panels.py`), and what a panel is given. GUI thread.

Panels don't know each other: what one wants of another, or of the window, goes through `Asks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal, SignalInstance
from PySide6.QtWidgets import QWidget
from PySide6QtAds import ads

from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarm_voice import AlarmVoice
from groundstation.ui.choosing.group_desk import GroupDesk
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.operators.operators_port import OperatorsAccess
from groundstation.ui.parameters.param_port import ParamAccess
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.survey_desk import SurveyDesk
from groundstation.ui.plots.plot_port import PlotAccess
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.refly.refly_port import ReflyAccess
from groundstation.ui.selection import Selection
from groundstation.ui.sensors_panel.large_port import LargeAccess
from groundstation.ui.sensors_panel.meanings_file import ReadMeanings
from groundstation.ui.sensors_panel.publish_dialog import Publish

Side = ads.DockWidgetArea
W = TypeVar("W", bound=QWidget)
VIEW = "&View"
"""The menu that lists the panels."""


def tr(text: str) -> str:
    """A text of the table in the operator's language."""
    return QCoreApplication.translate("Panels", text)


class Asks(QObject):
    """What panels ask of the window and of each other."""

    plot_wanted = Signal(object)
    """A list of `ValueRef`."""
    moment_wanted = Signal(float)
    """A moment that is to be looked at, seconds on the clock of the view's timeline."""
    past_wanted = Signal(float)
    """A moment of the past that now is left for, on the same clock."""
    panel_wanted = Signal(str)
    """Name of the panel that is to be brought into view."""
    topic_wanted = Signal(str)
    """A topic of another device that is to be shown."""
    centre_wanted = Signal(object)
    """A `VehicleKey` that the map is to show."""
    follow_wanted = Signal(object)
    """A `VehicleKey` that the map is to stay with."""
    log_wanted = Signal(str, float)
    """Path of a log that is to be looked at, and the moment that is shown first, on its own clock."""
    both_wanted = Signal(object)
    """A `Both`: a record and what was flown again, that are to be looked at together."""
    refly_wanted = Signal(object, str, object, str)
    """Paths of logs that are to be flown again, the vehicle (empty for all), the number of its flight (None for the
    longest), and the flight in words."""
    is_done = Signal(object)
    """A panel that has nothing to show any more; it is closed if it is one more of its kind."""


@dataclass(frozen=True)
class PanelContext:
    """What panels are made of."""

    feed: FleetView
    """What is known of the fleet."""
    selection: Selection
    log: MessageLog
    """What vehicles said."""
    asks: Asks
    desk: OperatorDesk | None = None
    """To command with; None for a window that only looks."""
    journal: JournalAccess | None = None
    """Ways to the journal on disk; None for a window without."""
    logbook: LogbookAccess | None = None
    """Ways to the logs on disk; None for a window without."""
    document: PlanDocument | None = None
    """The plans on the screen; None in the past, where nothing is planned."""
    study: PlanStudy | None = None
    """What is to be said of them; None where there is no document."""
    parameters: ParamAccess | None = None
    """Ways to parameters on disk; None for a window without."""
    refly: ReflyAccess | None = None
    """Ways to flying again; None for a window without."""
    surveys: SurveyDesk | None = None
    """Lays them; None where there is no document."""
    alarms: AlarmAccess | None = None
    """Ways to the engine of alarms; None for a window without."""
    voice: AlarmVoice | None = None
    """Says them; None where there are none."""
    publish: Publish | None = None
    """Gives messages by hand to the connection; None for who only looks."""
    operators: OperatorsAccess | None = None
    """Ways to other operators; None for a window without."""
    read_meanings: ReadMeanings | None = None
    """Reads a file that says what topics mean; None for a window that reads none."""
    large: LargeAccess | None = None
    """Ways to payloads that are too large for the window; None for a window without."""
    procedures: ProcedureAccess | None = None
    """Ways to files of procedures; None for a window without."""
    write_page: Callable[[str, Path], None] | None = None
    """Writes a page to a file, on a thread; None for a window that writes none."""
    groups: GroupDesk | None = None
    """Named groups of vehicles; None for panels that have their own, as in a test."""
    plot_files: PlotAccess | None = None
    """Ways to files of plots; None for a window that writes none."""


class Place(NamedTuple):
    """Where a panel stands on the first day."""

    turn: int
    """Panels are placed in this order: each takes its room from what is there."""
    side: Side
    """At this side; in the middle it is a tab behind the other."""
    beside: str = ""
    """Name of the other panel; empty for the whole window."""


@dataclass(frozen=True)
class MenuEntry(Generic[W]):
    """An entry of the window's menus that belongs to a panel."""

    text: str
    keys: str
    """Shortcut; empty for none."""
    act: Callable[[W], object]
    menu: str = VIEW
    brings: bool = True
    """Whether the panel is brought into view first."""
    is_offered: Callable[[W], bool] = lambda _panel: True
    """Whether this window has it at all."""


@dataclass(frozen=True)
class Memory(Generic[W]):
    """One thing that is remembered in the settings."""

    setting: str
    """Stays the same for ever."""
    kept: Callable[[W], object]
    """What to write; None leaves what is written."""
    back: Callable[[W, object], None]
    """Given what was written, which may be damaged or of another version."""


@dataclass(frozen=True)
class Again(Generic[W]):
    """How more panels of a kind are made on demand, named `<name>-2` and so on."""

    text: str
    """Of the menu entry that makes one."""
    keys: str
    most: int
    """Panels of the kind, the first included."""
    setting: str
    """Where they are remembered, as a table by name."""
    begin: Callable[[W, W], None]
    """Prepares a new one, given the first of the kind."""
    kept: Callable[[W], object]
    """What is remembered of one, for JSON; None for one that is not remembered."""
    back: Callable[[W, object], bool]
    """Given what was remembered; False when that fits nothing, and then there is no such panel."""


@dataclass(frozen=True, kw_only=True)
class Panel(Generic[W]):
    """A row. Keys follow from its place in the table, see `panel_keys`."""

    name: str
    """Stays the same for ever; saved layouts know the panel by it."""
    title: str
    icon: str
    """By meaning, see `theme/icons.py`."""
    make: Callable[[PanelContext], W | None]
    """None where this window has no such panel."""
    place: Place
    keyboard: Callable[[W], tuple[QWidget, ...]]
    """What gets the keyboard first, never what commands: the first that is not hidden, else the last."""
    entries: tuple[MenuEntry[W], ...] = ()
    memories: tuple[Memory[W], ...] = ()
    saved_on: Callable[[W], SignalInstance] | None = None
    """With this signal its memories are written at once; all are written when the window closes."""
    again: Again[W] | None = None
    stop: Callable[[W], None] | None = None
    """Called when the window closes."""
    has_past: bool = True
    """Whether it has a twin that shows the past; one that is of no moment, as the logbook, stays as it is."""
    in_past: Callable[[W, bool], None] | None = None
    """Of one that stays as it is: told that the past is shown around it, and when it is over."""


Panels = tuple[Panel[Any], ...]


def panel_keys(number: int) -> str:
    """The key of a row by its number from 0: Alt with 1 to 9 and 0, then with Shift too; empty from the 21st on.

    No Control: Control and Alt together are AltGr, which writes letters on many keyboards.
    """
    digit = (number + 1) % 10
    return f"Alt+{digit}" if number < 10 else f"Alt+Shift+{digit}" if number < 20 else ""
