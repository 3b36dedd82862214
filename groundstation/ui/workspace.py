# SPDX-License-Identifier: Apache-2.0
"""All panels in their docks, made from the rows of a table: placed, found, remembered. GUI thread.

Knows no panel: what is particular to one stands in its row (`panels.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from PySide6QtAds import ads

from groundstation.ui.docks import (
    LAYOUT_VERSION,
    DockHome,
    Stage,
    bring_onto_screens,
    hide_left_over_overlays,
    layout_text,
    make_dock,
    make_dock_manager,
    restore_layout,
    saved_layout,
)
from groundstation.ui.focus import focus_keeper
from groundstation.ui.layouts.layout_file import LayoutFile
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.panel_types import Again, Memory, Panel, PanelContext, Panels, Side, panel_keys, tr
from groundstation.ui.past.banner import DockContent
from groundstation.ui.proportions import Arrangement, place_one_more, share_out
from groundstation.ui.saved_values import table_of

W = TypeVar("W", bound=QWidget)
LAYOUT = "window/layout"


class Workspace(QObject):
    """The panels of the window."""

    def __init__(self, stage: Stage, rows: Panels, context: PanelContext, settings: QSettings) -> None:
        """Make every panel, placed as on the first day.

        Args:
            stage: holds the docks.
            rows: the panels, in the order of their keys.
            context: what they are made of.
            settings: what is remembered.
        """
        super().__init__(stage)
        self._stage, self.context, self._settings = stage, context, settings
        self.manager = make_dock_manager(stage)
        self._panels: dict[str, QWidget] = {}
        self._row_of: dict[str, Panel[Any]] = {}
        self._contents: dict[str, DockContent] = {}
        self._is_past, self._is_first = False, True
        stage.first_shown.connect(self._on_first_shown, Qt.ConnectionType.QueuedConnection)
        self._past_context: PanelContext | None = None
        self._age = ""
        self.docks: dict[str, ads.CDockWidget] = {}
        """By name; those that were made on demand come last."""
        self.homes: dict[str, DockHome] = {}
        for row in rows:
            widget = row.make(context)
            if widget is not None:
                self._keep(row.name, row, widget)
        self.rows: Panels = tuple(row for row in rows if row.name in self._panels)
        """Of the panels that this window has."""
        # by the whole table: a key means the same panel in every window
        self.keys = {row.name: panel_keys(number) for number, row in enumerate(rows) if row in self.rows}
        """Shortcuts by name; a panel that this window lacks leaves its own free."""
        self._place_all()
        # taken before settings are read: it is what "reset" goes back to
        self._first_layout = saved_layout(self.manager)
        context.asks.panel_wanted.connect(self.bring)
        context.asks.is_done.connect(self._on_done)
        screens = QGuiApplication.instance()
        if isinstance(screens, QGuiApplication):
            # a monitor was unplugged: what lay on it must not be lost
            screens.screenRemoved.connect(lambda _screen: bring_onto_screens(self.manager))
        context.feed.timeline.passed.connect(lambda _now_s: hide_left_over_overlays(self.manager))

    # ---- finding ----

    def panel(self, kind: type[W]) -> W:
        """The panel of a kind, the first where there are several.

        Raises:
            LookupError: this window has none.
        """
        found = self.panels(kind)
        if not found:
            raise LookupError(f"this window has no {kind.__name__}")
        return found[0]

    def panels(self, kind: type[W]) -> list[W]:
        """All panels of a kind, those that were made on demand last."""
        return [panel for panel in self._panels.values() if isinstance(panel, kind)]

    def named(self, name: str) -> QWidget:
        """A panel by its name."""
        return self._panels[name]

    def shown(self, name: str) -> QWidget:
        """What stands in a dock at this moment: the panel, or the one of the past."""
        past = self._contents[name].past
        return past if self._is_past and past is not None else self._panels[name]

    def title(self, name: str) -> str:
        """What kind of panel it is, in words; its tab may say more."""
        return tr(self._row_of[name].title)

    def bring(self, name: str) -> None:
        """Bring a panel into view."""
        self.docks[name].toggleView(True)
        self.docks[name].setAsCurrentTab()

    def focus(self, name: str) -> None:
        """Bring a panel into view and give it the keyboard."""
        self.bring(name)
        window = self.docks[name].window()
        # a panel with a window of its own gets no keyboard before that window is active
        if not window.isActiveWindow():
            window.activateWindow()
        self.keyboard(name).setFocus()

    def keyboard(self, name: str) -> QWidget:
        """What of a panel gets the keyboard first."""
        targets = self._row_of[name].keyboard(self.shown(name))
        return next((one for one in targets if not one.isHidden()), targets[-1])

    # ---- the past ----

    def show_past(self, context: PanelContext) -> None:
        """Show every panel as of the past: each has a twin that is made of the past alone, when it is first wanted.

        Args:
            context: what the twins are made of; it has no desk.
        """
        self._is_past, self._past_context = True, context
        for name in self._row_of:
            self._show_twin(name, context)

    def _show_twin(self, name: str, context: PanelContext) -> None:
        row, content = self._row_of[name], self._contents[name]
        if content.past is None and row.has_past:
            twin = row.make(context)
            if twin is not None:
                content.set_past(twin)
        if content.past is not None:
            _carry(row, self._panels[name], content.past)
        elif row.in_past is not None:
            row.in_past(self._panels[name], True)
        content.show_past(is_past=True)
        content.show_age(self._age)

    def show_now(self) -> None:
        """Back to the panels of now; what was changed on their twins meanwhile, as the part of the map, is kept."""
        self._is_past = False
        for name, row in self._row_of.items():
            content = self._contents[name]
            if content.past is not None:
                _carry(row, content.past, self._panels[name])
            elif row.in_past is not None:
                row.in_past(self._panels[name], False)
            content.show_past(is_past=False)

    def refresh_past(self) -> None:
        """Another moment is shown: panels that look now and then look now."""
        for content in self._contents.values():
            if isinstance(content.past, LivePanel) and content.past.isVisible():
                content.past.refresh()

    def drop_past(self) -> None:
        """Another recording will be shown: each panel begins anew when the past is shown next."""
        for content in self._contents.values():
            content.drop_past()

    def show_age(self, text: str) -> None:
        """How long ago what all panels show was."""
        self._age = text
        for content in self._contents.values():
            content.show_age(text)

    # ---- more of a kind ----

    def add(self, row: Panel[Any]) -> QWidget | None:
        """One more panel of a kind, prepared by its row; None when there are enough."""
        first = self._panels[row.name]

        def begin(widget: QWidget) -> bool:
            if row.again is not None:
                row.again.begin(widget, first)
            return row.again is not None

        return self._add(row, begin)

    def _add(self, row: Panel[Any], prepare: Callable[[Any], bool], name: str = "") -> QWidget | None:
        """One more panel, if `prepare` says that it is one; under this name or the first free one."""
        names = [f"{row.name}-{number}" for number in range(2, row.again.most + 1)] if row.again is not None else []
        free = next((one for one in names if one not in self.docks and name in ("", one)), None)
        widget: QWidget | None = row.make(self.context) if free is not None else None
        if free is None or widget is None:
            return None
        if not prepare(widget):
            widget.deleteLater()
            return None
        dock = self._keep(free, row, widget)
        self._contents[free].fill()
        dock.closed.connect(lambda: self._on_closed(free))
        if self._is_past and self._past_context is not None:
            # before it is placed: nothing that commands is ever seen in the past
            self._show_twin(free, self._past_context)
        place_one_more(self._arrangement(), dock)
        share_out(self._arrangement())
        return widget

    def _on_done(self, panel: QWidget) -> None:
        for name, row in self._row_of.items():
            if self._panels[name] is panel and name != row.name:
                self.docks[name].closeDockWidget()
                break

    def _on_closed(self, name: str) -> None:
        dock = self.docks.pop(name, None)
        if dock is not None:
            # at once and not when Qt deletes it: a name that is free may be taken in the same moment
            for table in (self._panels, self._row_of, self.homes, self._contents):
                table.pop(name, None)
            self.manager.removeDockWidget(dock)
            dock.deleteLater()

    # ---- placing ----

    def reset(self) -> None:
        """Panels as on the first day."""
        for name in [name for name, row in self._row_of.items() if name != row.name]:
            self.docks[name].closeDockWidget()
        for name, dock in self.docks.items():
            if dock.floatingDockContainer() is not None:
                # windows of their own end by the usual way, before the layout knows of none
                dock.toggleView(True)
                self.homes[name].go_home()
        restore_layout(self.manager, self._first_layout)
        share_out(self._arrangement())

    def show_only(self, shown: Sequence[str], front: Sequence[str]) -> None:
        """Panels as on the first day, but only some of them.

        Args:
            shown: which are open; names that this window lacks are left out.
            front: which of them lie in front, where several share a place.
        """
        self.reset()
        for name, dock in self.docks.items():
            dock.toggleView(name in shown)
        for name in front:
            if name in self.docks and name in shown:
                self.docks[name].setAsCurrentTab()

    def layout_now(self, name: str) -> LayoutFile:
        """Where everything stands, for a file.

        Args:
            name: of the layout.
        """
        more = {row.name: self._kept_again(row) for row in self.rows if row.again is not None}
        docks = tuple(layout_text(self.manager).splitlines())
        return LayoutFile(
            layout=name, version=LAYOUT_VERSION, panels={kind: told for kind, told in more.items() if told}, docks=docks
        )

    def show_layout(self, one: LayoutFile) -> bool:
        """Place everything as a file says; False when it does not fit, and then nothing has changed.

        Args:
            one: of this user or somebody else; panels that this window lacks are left out.
        """
        text = "\n".join(one.docks)
        # what is no such text would be taken for one that is packed
        if one.version != LAYOUT_VERSION or not text.startswith("<?xml"):
            return False
        before = saved_layout(self.manager)
        for name in [name for name, row in self._row_of.items() if name != row.name]:
            self.docks[name].closeDockWidget()
        for row in self.rows:
            if row.again is not None:
                for name, value in one.panels.get(row.name, {}).items():
                    self._add(row, partial(_back, row.again, value), name)
        fits = restore_layout(self.manager, QByteArray(text.encode()))
        if not fits:
            restore_layout(self.manager, before)
        self._place_new()
        bring_onto_screens(self.manager)
        return fits

    def _kept_again(self, row: Panel[Any]) -> dict[str, Any]:
        """What each further panel of a kind shows, by its name."""
        if row.again is None:
            return {}
        kept = {name: row.again.kept(self._panels[name]) for name, one in self._row_of.items() if one is row}
        return {name: value for name, value in kept.items() if value is not None and name != row.name}

    def _keep(self, name: str, row: Panel[Any], widget: QWidget) -> ads.CDockWidget:
        title = widget.windowTitle() or tr(row.title)
        self._contents[name] = DockContent(widget)
        dock = make_dock(self.manager, name, title, row.icon, self._contents[name])
        widget.windowTitleChanged.connect(dock.setWindowTitle)
        self._panels[name], self._row_of[name], self.docks[name] = widget, row, dock
        side = row.place.side if row.place.side != Side.CenterDockWidgetArea else Side.RightDockWidgetArea
        self.homes[name] = DockHome(self.manager, dock, self.docks, side)
        dock.topLevelChanged.connect(lambda _is_floating: self._on_moved(name))
        return dock

    def _place_all(self) -> None:
        # each takes its room from one that is there already
        for row in sorted(self.rows, key=lambda row: row.place.turn):
            beside = self.docks.get(row.place.beside)
            area = beside.dockAreaWidget() if beside is not None else None
            self.manager.addDockWidget(row.place.side, self.docks[row.name], area)
            if beside is not None and row.place.side == Side.CenterDockWidgetArea:
                beside.setAsCurrentTab()
        for content in self._contents.values():
            content.fill()
        share_out(self._arrangement())

    def _on_first_shown(self) -> None:
        """Behind the start page panels had no room that could be shared out."""
        if self._is_first:
            share_out(self._arrangement())

    def _arrangement(self) -> Arrangement:
        several = tuple(name for name, row in self._row_of.items() if row.again is not None)
        return Arrangement(self.manager, self.docks, several, self._stage.window().size())

    def _on_moved(self, name: str) -> None:
        """A panel has become a window of its own: the keyboard is in what was used of it, not in its first button."""
        dock = self.docks.get(name)
        if dock is not None and dock.isFloating():
            (focus_keeper().latest_in(dock) or self.keyboard(name)).setFocus()

    # ---- remembering ----

    def restore(self) -> None:
        """Layout and panels as they were left; what doesn't fit is left out."""
        for row in self.rows:
            if row.again is not None:
                for name, value in table_of(self._settings.value(row.again.setting)).items():
                    self._add(row, partial(_back, row.again, value), name)
        layout = self._settings.value(LAYOUT)
        self._is_first = not isinstance(layout, QByteArray)
        if isinstance(layout, QByteArray):
            restore_layout(self.manager, layout)
            # behind the layout: what it does not name has no place yet
            self._place_new()
            bring_onto_screens(self.manager)
        else:
            share_out(self._arrangement())
        for row in self.rows:
            panel = self._panels[row.name]
            for memory in row.memories:
                # what was never written leaves the panel as it was made
                if self._settings.contains(memory.setting):
                    memory.back(panel, self._settings.value(memory.setting))
            if row.saved_on is not None:
                row.saved_on(panel).connect(lambda row=row: self._write(row))

    def save(self) -> None:
        """Write down everything that is to be remembered."""
        for row in self.rows:
            self._write(row)
            if row.again is not None:
                self._settings.setValue(row.again.setting, json.dumps(self._kept_again(row)))
        # behind the start page, where they were never laid out, panels have no sizes yet
        if self._stage.was_shown:
            self._settings.setValue(LAYOUT, saved_layout(self.manager))

    def stop(self) -> None:
        """End what panels have under way: the window closes."""
        for row in self.rows:
            if row.stop is not None:
                row.stop(self._panels[row.name])

    def _write(self, row: Panel[Any]) -> None:
        memories: tuple[Memory[Any], ...] = row.memories
        for memory in memories:
            value = memory.kept(self._panels[row.name])
            if value is not None:
                self._settings.setValue(memory.setting, value)

    def _place_new(self) -> None:
        """A layout of an older version does not know them all: each waits behind its neighbour, or behind the map."""
        for row in self.rows:
            dock = self.docks[row.name]
            if dock.dockAreaWidget() is not None:
                continue
            near = self.docks.get(row.place.beside)
            beside = near if near is not None and near.dockAreaWidget() is not None else self.docks["map"]
            is_open = not beside.isClosed()
            self.manager.addDockWidget(Side.CenterDockWidgetArea, dock, beside.dockAreaWidget())
            if is_open:
                beside.setAsCurrentTab()


def _back(again: Again[Any], value: object, widget: QWidget) -> bool:
    return again.back(widget, value)


def _carry(row: Panel[Any], one: QWidget, other: QWidget) -> None:
    """What is remembered of a panel is so in its twin."""
    if row.again is not None:
        kept = row.again.kept(one)
        if kept is not None and kept != row.again.kept(other):
            row.again.back(other, kept)
    for memory in row.memories:
        value = memory.kept(one)
        # what is the same stays as it is: to bring plots back begins them anew
        if value is not None and value != memory.kept(other):
            memory.back(other, value)
