# SPDX-License-Identifier: Apache-2.0
"""The window: top bar, panels, menus, what is remembered. GUI thread; owns panels, no data.

Which panels there are, the table in `panels.py` says; nothing here knows one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QMenuBar, QWidget
from PySide6QtAds import ads
from shiboken6 import isValid

from groundstation.fleet.conditions import Level
from groundstation.fleet.control import Takeover
from groundstation.fleet.identity import Root
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarm_voice import AlarmVoice
from groundstation.ui.choosing.group_desk import GroupDesk
from groundstation.ui.choosing.group_port import GroupAccess
from groundstation.ui.closing import asks_before_closing
from groundstation.ui.commanding.commands_menu import POLICIES, CommandsMenu
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commands_panel.journal_port import JournalAccess
from groundstation.ui.docks import Stage
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.focus import focus_keeper
from groundstation.ui.help_dialogs import AboutDialog, ShortcutsDialog, show_beside
from groundstation.ui.language.language_menu import LanguageMenu
from groundstation.ui.language.switch import speak_remembered
from groundstation.ui.layouts.layout_menu import LayoutMenu
from groundstation.ui.layouts.layout_port import LayoutAccess
from groundstation.ui.logbook_panel.logbook_port import LogbookAccess
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.notices.floating import Floating
from groundstation.ui.notices.overlay import Overlay
from groundstation.ui.operators.operators_port import OperatorsAccess
from groundstation.ui.orders import Orders
from groundstation.ui.palette.entries import entries
from groundstation.ui.palette.palette import Palette
from groundstation.ui.panel_types import Asks, PanelContext, Panels, tr
from groundstation.ui.panels import PANELS
from groundstation.ui.parameters.param_port import ParamAccess
from groundstation.ui.past.banner import PastFrame
from groundstation.ui.past.past_window import PastWindow
from groundstation.ui.past.player_port import PlayerAccess
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_port import PlanAccess
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.survey_desk import SurveyDesk
from groundstation.ui.plots.plot_port import PlotAccess
from groundstation.ui.procedures.procedure_port import ProcedureAccess
from groundstation.ui.proportions import FIRST_SIZE, first_size
from groundstation.ui.refly.refly_port import ReflyAccess
from groundstation.ui.selection import Selection
from groundstation.ui.sensors_panel.large_port import LargeAccess
from groundstation.ui.sensors_panel.meanings_file import ReadMeanings
from groundstation.ui.sensors_panel.publish_dialog import Publish
from groundstation.ui.settings.keeper import SettingsKeeper
from groundstation.ui.settings.settings_port import SettingsAccess
from groundstation.ui.simulator.simulator_dialog import SimulatorDialog
from groundstation.ui.simulator.simulator_port import SimulatorAccess
from groundstation.ui.start.start_door import StartDoor, Ways
from groundstation.ui.start.start_port import StartAccess
from groundstation.ui.theme_menu import ThemeMenu, wear_remembered
from groundstation.ui.top_bar.broker_banner import BrokerBanner
from groundstation.ui.top_bar.emergency_strip import KEYS as EMERGENCY_KEYS
from groundstation.ui.top_bar.top_bar import TopBar
from groundstation.ui.window_menus import WindowMenus
from groundstation.ui.workspace import Workspace

W = TypeVar("W", bound=QWidget)
PALETTE_GAP = 96
"""The palette leaves questions and notices free, which stand at the edge."""
GEOMETRY, TAKEOVER = "window/geometry", "control/takeover"


class MainWindow(QMainWindow):
    """Everything the operator sees."""

    def __init__(
        self,
        feed: FleetFeed,
        settings: QSettings,
        orders: Orders | None = None,
        journal: JournalAccess | None = None,
        logbook: LogbookAccess | None = None,
        panels: Panels = PANELS,
        players: PlayerAccess | None = None,
        plans: PlanAccess | None = None,
        parameters: ParamAccess | None = None,
        refly: ReflyAccess | None = None,
        simulator: SimulatorAccess | None = None,
        publish: Publish | None = None,
        alarms: AlarmAccess | None = None,
        operators: OperatorsAccess | None = None,
        large: LargeAccess | None = None,
        read_meanings: ReadMeanings | None = None,
        procedures: ProcedureAccess | None = None,
        start: StartAccess | None = None,
        layouts: LayoutAccess | None = None,
        write_page: Callable[[str, Path], None] | None = None,
        plot_files: PlotAccess | None = None,
        own: SettingsAccess | None = None,
        groups: GroupAccess | None = None,
    ) -> None:
        """Build the window.

        Args:
            feed: what is known of the fleet.
            settings: what is remembered.
            orders: to command with; None for a window that only looks.
            journal: ways to the journal on disk; None for a window without.
            logbook: ways to the logs on disk; None for a window without.
            panels: what can be shown, a row each.
            players: ways to recordings that can be looked at; None for a window of now alone.
            plans: ways to files of plans; None for a window that plans in memory alone.
            parameters: ways to parameters on disk; None for a window without.
            refly: ways to flying again; None for a window without.
            simulator: ways to simulators; None for a window without.
            publish: gives messages by hand to the connection; None for who only looks.
            alarms: ways to the engine of alarms; None for a window without.
            operators: ways to other operators; None for a window without.
            large: ways to payloads that are too large for the window; None for a window without.
            read_meanings: reads a file that says what topics mean; None for a window that reads none.
            procedures: ways to files of procedures; None for a window without.
            start: ways of the start page, and to the links of bridges; None for a window without.
            layouts: ways to layouts on disk; None for a window that remembers its own alone.
            write_page: writes a page to a file, on a thread; None for a window that writes none.
            plot_files: ways to files of plots; None for a window that writes none.
            own: ways to the file of settings; None for settings that last as long as the window.
            groups: ways to groups of vehicles on disk; None for a window that forgets its own.
        """
        super().__init__()
        # before the first widget is made, so that none has to be dressed twice
        wear_remembered(settings)
        speak_remembered(settings)
        self._settings, self._orders, self._is_leaving = settings, orders, False
        self._simulator, self._feed, self._layouts = simulator, feed, layouts
        self.settings_keeper = SettingsKeeper(feed, own, self)
        """Has settings take effect, and writes them."""
        self.simulator_dialog: SimulatorDialog | None = None
        """The one that was opened last."""
        self.setWindowTitle(self.tr("Ground station"))
        self.resize(*FIRST_SIZE)
        self.selection, self.asks = Selection(self), Asks(self)
        self.desk = OperatorDesk(orders, feed, self.selection, self) if orders is not None else None
        log = MessageLog(feed, parent=self)
        self.document = PlanDocument(plans, self)
        """The plans on the screen."""
        self.study = PlanStudy(self.document, feed, self.selection, self, plans.ground if plans is not None else None)
        """What is to be said of them."""
        self.surveys = SurveyDesk(self.document, self.study, feed, self.selection, self)
        """Lays surveys into the plans."""
        self.voice = AlarmVoice(feed, alarms, self) if alarms is not None else None
        """Says alarms; None where there are none."""
        self.groups = GroupDesk(groups, self)
        """Named groups of vehicles."""
        desks = (self.desk, journal, logbook, self.document, self.study, parameters, refly, self.surveys)
        ways = (alarms, self.voice, publish, operators, read_meanings, large, procedures, write_page)
        context = PanelContext(feed, self.selection, log, self.asks, *desks, *ways, self.groups, plot_files)
        centre, stage = self._build(feed)
        self.past = PastWindow(self, centre, feed, self.selection, players) if players is not None else None
        """Leads into the past; None where there is none."""
        self.workspace = Workspace(stage, panels, context, settings)
        windows = self.workspace.manager.floatingWidgets
        self.floating = Floating(self.desk, stage, centre, windows) if self.desk is not None else None
        """Questions, notices and the sheet of an order; None where nothing can be commanded."""
        self.palette_box = Palette(lambda: entries(self.menu_bar, self.workspace))
        """Finds everything by its name."""
        self._over = Overlay(stage, centre, gap=PALETTE_GAP, pushes=False, windows=windows)
        self._over.add(self.palette_box)
        self.top_bar.alarms_wanted.connect(lambda: self.asks.panel_wanted.emit("alarms"))
        self.top_bar.words_wanted.connect(lambda: self.asks.panel_wanted.emit("operators"))
        self.top_bar.reader = operators.me.op if operators is not None else ""
        self.start = self._start_door(centre, stage, start) if start is not None else None
        """Leads to the start page; None where there is none."""
        self._fill_menus()
        self.document.restore_draft()
        # when all is made: what is remembered is given to panels
        self._restore()
        first = self.workspace.rows[0].name
        self._keyboard(first).setFocus()
        focus_keeper().fallback = lambda: self._keyboard(first)

    def panel(self, kind: type[W]) -> W:
        """The panel of a kind, the first where there are several.

        Raises:
            LookupError: this window has none.
        """
        return self.workspace.panel(kind)

    def panels(self, kind: type[W]) -> list[W]:
        """All panels of a kind, those that were made on demand last."""
        return self.workspace.panels(kind)

    def dock(self, name: str) -> ads.CDockWidget:
        """A dock by the name in its panel's row."""
        return self.workspace.docks[name]

    def _keyboard(self, first: str) -> QWidget:
        """What gets the keyboard where nothing else has it."""
        is_open = self.start is not None and self.start.is_open
        return self.start.page if self.start is not None and is_open else self.workspace.keyboard(first)

    def save(self) -> None:
        """Write down everything that is to be remembered."""
        self._settings.setValue(GEOMETRY, self.saveGeometry())
        self.workspace.save()
        self._settings.sync()

    def _build(self, feed: FleetFeed) -> tuple[PastFrame, Stage]:
        """Everything around the panels, and the place for these."""
        centre = PastFrame()
        self.menu_bar = QMenuBar()
        # on a Mac it would go to the screen's own bar, away from the top bar that it belongs to
        self.menu_bar.setNativeMenuBar(False)
        self.top_bar, self.banner = TopBar(feed, self.menu_bar, self.desk), BrokerBanner(feed)
        stage = Stage()
        centre.column.addWidget(self.top_bar)
        centre.column.addWidget(self.banner)
        centre.column.addWidget(stage, 1)
        self.setCentralWidget(centre)
        return centre, stage

    def _fill_menus(self) -> None:
        desk = self.desk
        commands = [CommandsMenu(desk, EMERGENCY_KEYS, self._on_takeover_wanted, self)] if desk is not None else []
        menus = WindowMenus(self.menu_bar, self, self.workspace, [*commands], self._file_menu())
        if self.past is not None:
            self.past.join(self.workspace, self.workspace.context, self.top_bar, [*commands])
        menus.view.addSeparator()
        menus.view.addMenu(ThemeMenu(self))
        if self.start is not None:
            menus.add(menus.view, self.tr("St&art page"), "", self.start.open)
            menus.add(menus.view, self.tr("&Links of the bridge…"), "Ctrl+Shift+L", self.start.open_links)
        menus.view.addMenu(LanguageMenu(self))
        menus.add(menus.view, self.tr("Full &screen"), "F11", self.toggle_full_screen)
        if self._layouts is not None:
            self.layouts = LayoutMenu(self.workspace, self._layouts, self)
            menus.view.addMenu(self.layouts)
        menus.add(menus.view, self.tr("R&eset layout"), "", self.workspace.reset)
        help_menu = self.menu_bar.addMenu(self.tr("&Help"))
        menus.add(help_menu, self.tr("&Find a panel or an action…"), "Ctrl+K", self.palette_box.toggle)
        menus.add(help_menu, self.tr("&Keyboard shortcuts"), "F1", self._on_shortcuts_wanted)
        menus.add(help_menu, self.tr("&About"), "", lambda: show_beside(AboutDialog(self)))

    def _start_door(self, centre: PastFrame, stage: Stage, access: StartAccess) -> StartDoor:
        past = self.past
        others: list[QWidget | None] = [stage, past.timeline if past is not None else None, self.top_bar.emergency]

        def open_log(path: str) -> None:
            if past is not None:
                past.look.open_files([Path(path)]) if path else past.ask_for_log()

        ways = Ways(
            self._simulator,
            self.open_simulator if self._simulator is not None else None,
            open_log if past is not None else None,
            lambda: self.asks.panel_wanted.emit("logbook"),
        )
        door = StartDoor(self, centre.column, [one for one in others if one is not None], self._feed, access, ways)
        if past is not None:
            past.look.entered.connect(door.close)
        return door

    def _file_menu(self) -> QMenu:
        menu = QMenu(self.tr("&File"), self)
        if self.past is not None:
            menu.addAction(self.tr("&Open a log…"), QKeySequence("Ctrl+O"), self.past.ask_for_log)
        menu.addAction(self.tr("S&ettings…"), QKeySequence("Ctrl+,"), self.settings_keeper.open)
        if self._simulator is not None:
            menu.addAction(self.tr("&Simulator…"), QKeySequence("Ctrl+Shift+V"), self.open_simulator)
            orders = self.panel(MapPanel).orders
            if orders is not None:
                orders.places.append((self.tr("&Simulate vehicles here…"), self.simulate_at))
        return menu

    def open_simulator(self) -> SimulatorDialog | None:
        """Show the simulator's dialog; one at a time."""
        if self._simulator is None:
            return None
        dialog = self.simulator_dialog
        if dialog is None or not isValid(dialog):
            dialog = self.simulator_dialog = SimulatorDialog(self._simulator, self._settings, self, self._simulated)
        show_beside(dialog)
        return dialog

    def _simulated(self) -> list[VehicleState]:
        return [one for one in self._feed.fleet if one.key.root == Root.SIM.value]

    def simulate_at(self, lat_deg: float, lon_deg: float) -> None:
        """Show it with a place of the map."""
        dialog = self.open_simulator()
        if dialog is not None:
            dialog.place(lat_deg, lon_deg)

    def _restore(self) -> None:
        if self.floating is not None:
            say = self.floating.notices.say
            self.settings_keeper.tell(lambda problem: say(problem, Level.ADVISORY))
        geometry = self._settings.value(GEOMETRY)
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
            # the size of everything, or the screen, may be another one since
            self.resize(self.size().boundedTo(self.screen().availableSize()))
        else:
            self._open_first()
        self.workspace.restore()
        if self._orders is not None:
            policy = str(self._settings.value(TAKEOVER, ""))
            self._orders.takeover = Takeover(policy) if policy in set(POLICIES) else Takeover.ASK

    def _open_first(self) -> None:
        """On the first day it fills the screen; where there is no screen, a picture of it has its usual size."""
        if QGuiApplication.platformName() != "offscreen":
            self.resize(first_size(self.screen().availableSize()))
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _on_takeover_wanted(self, policy: Takeover) -> None:
        if self._orders is not None:
            self._orders.takeover = policy
            self._settings.setValue(TAKEOVER, policy.value)

    def _on_shortcuts_wanted(self) -> None:
        panels = [(self.workspace.keys[row.name], tr(row.title)) for row in self.workspace.rows]
        show_beside(ShortcutsDialog(panels, self))

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def leave(self) -> None:
        """Close without asking about vehicles in the air: it was answered already, or a signal ends the program."""
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
            # the question closes the window by `leave` when the answer is yes
            event.ignore()
            return
        self.save()
        self.workspace.stop()
        if self.past is not None:
            self.past.stop()
        super().closeEvent(event)
