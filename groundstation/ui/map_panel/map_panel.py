# SPDX-License-Identifier: Apache-2.0
"""The map with its buttons and keys. GUI thread; works only while visible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.plans.fleet_plan import places_of
from groundstation.ui.map_panel.cluster_choice import ClusterChoice
from groundstation.ui.map_panel.drawing_desk import DrawingDesk
from groundstation.ui.map_panel.drawing_menu import DrawingMenu
from groundstation.ui.map_panel.ground_menu import GroundMenu
from groundstation.ui.map_panel.label_placer import Written
from groundstation.ui.map_panel.layer_menu import LayerMenu, tr
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_bar import MapBar
from groundstation.ui.map_panel.map_layer import MapContext, MapLayer
from groundstation.ui.map_panel.map_orders import MapOrders
from groundstation.ui.map_panel.map_tool import MapTool, Tool
from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.map_panel.place_menu import PlaceMenu
from groundstation.ui.map_panel.pointer_tool import PointerTool
from groundstation.ui.map_panel.sensor_choice import SensorChoice
from groundstation.ui.map_panel.sketch_tool import SketchTool
from groundstation.ui.map_panel.tools import TOOLS
from groundstation.ui.map_panel.trail_scale import TrailScale
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

FRAME_S = 0.06
"""Between two drawings of the fleet: vehicles tell their place ten times a second at most."""
FRAME_A_MARK_S = 0.0012
"""A large fleet is drawn less often, down to the pace of its telemetry, so that the window stays quick to the hand."""


class MapPanel(QWidget):
    """Keeps the fleet in view until the operator moves it."""

    def __init__(
        self,
        context: MapContext,
        layers: Sequence[MapLayer] = LAYERS,
        tools: Sequence[MapTool] = TOOLS,
        parent: QWidget | None = None,
    ) -> None:
        """Build the map.

        Args:
            context: what layers and tools are made of.
            layers: the lowest first.
            tools: the first is in the hand to begin with.
            parent: Qt's.
        """
        super().__init__(parent)
        self.tiles = context.tiles or MapTiles(self)
        """What lies on the bundled world."""
        if context.drawings is None and context.feed.timeline.is_live:
            context = context._replace(drawings=DrawingDesk(self))
        self.drawings = context.drawings
        """What this station draws on it; None in the past."""
        context = context._replace(
            tiles=self.tiles, trail_scale=context.trail_scale or TrailScale(), written=context.written or Written()
        )
        self._feed, self._selection, self._desk = context.feed, context.selection, context.desk
        self._is_live = False
        self._has_fitted = False
        self._wants_fit = True
        self._drawn_s = -1.0
        self._saved_view: tuple[float, float, float] | None = None
        self.view = MapView(context, layers)
        self.orders = MapOrders(context.desk, self.view) if context.desk is not None else None
        """Its menu and the places that are told; None where nothing can be commanded."""
        self.cluster_choice = ClusterChoice(context, self.view, self._on_moved_by_hand)
        self.sensor_choice = SensorChoice(context, self.view, self._on_moved_by_hand)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.layers = LayerMenu(self.view.stack, context.selection, self.view.repaint_soon, self)
        self.ground = self._ground_menu()
        """Chooses the tiles."""
        self._made: dict[str, Tool] = {}
        self.tools = self._tool_actions(tools, context)
        """What takes a tool, by the tool's key."""
        self.drawing_menu = self._drawing_menu(context.drawings)
        """What can be drawn for everybody, and files of it; None where nothing is drawn."""
        self.place_menu = self._place_menu()
        """What a place is good for beside orders."""
        fit = self._action("fit", self.tr("Show the whole fleet"), "F")
        fit.triggered.connect(self.fit_fleet)
        self.follow = self._action("follow", self.tr("Follow the selected vehicle"), "C", is_switch=True)
        self.follow.toggled.connect(self._on_follow_toggled)
        self.addActions([*self.layers.switches.values(), *self.layers.lengths.values()])
        labels = self.layers.switches["labels"]
        dress(labels, "label", self.tr("Labels of vehicles"))
        self._bar = MapBar(([*self.tools.values()], [fit, self.follow, labels]), self.layers, self)
        self._add_keys()
        self.view.moved_by_hand.connect(self._on_moved_by_hand)
        self.view.tool_done.connect(next(iter(self.tools.values())).trigger)
        context.selection.changed.connect(self._on_selection_changed)
        if context.document is not None:
            context.document.drawing_changed.connect(self.tools["draw"].trigger)
            self._add_edit_keys(context.document)
            context.document.view_wanted.connect(partial(self.fit_plans, context.document))

    def fit_fleet(self) -> None:
        """Show every vehicle, and keep them in view until the operator moves the map; without one, other devices."""
        self.follow.setChecked(False)
        self._wants_fit = True
        self._has_fitted = self.view.fit()

    def fit_plans(self, document: PlanDocument) -> None:
        """Show all plans on the screen, and stay there."""
        found = [mercator_from_degrees(*place) for place in places_of(document.fleet)]
        if self.view.fit_places(found):
            self._on_moved_by_hand()

    def _ground_menu(self) -> GroundMenu:
        made = GroundMenu(self.tiles, lambda: self.view.camera, self)
        self.layers.addSeparator()
        self.layers.addMenu(made)
        self.addActions([made.open_file, made.add_server])
        self.tiles.changed.connect(self.view.repaint_soon)
        self.view.map_dropped.connect(made.open)
        return made

    def _place_menu(self) -> PlaceMenu:
        made = PlaceMenu(self.view, self.tools.get("measure"))
        if self.orders is not None:
            self.orders.places += made.acts
        else:
            self.view.menu_wanted.connect(made.show)
        return made

    def _drawing_menu(self, desk: DrawingDesk | None) -> DrawingMenu | None:
        tool = self._made.get("sketch")
        if desk is None or not isinstance(tool, SketchTool):
            return None
        made = DrawingMenu(desk, self.view, self.tools["sketch"], tool, self)
        self.layers.addMenu(made)
        command = self._desk
        if command is not None:
            self.view.said.connect(lambda words: command.noticed.emit(words, Level.ADVISORY))
        return made

    def view_state(self) -> dict[str, object]:
        """What settings remember."""
        x_m, y_m, scale_m = self.view.view_state()
        place = {"x_m": x_m, "y_m": y_m, "scale_m": scale_m, "touched": not self._wants_fit}
        return {**place, **self.layers.view_state(), "ground": self.tiles.view_state(), **self._drawn()}

    def _drawn(self) -> dict[str, object]:
        return {"drawings": self.drawings.view_state()} if self.drawings is not None and self.drawings.own else {}

    def restore_state(self, state: dict[str, object]) -> None:
        """Back from settings; what doesn't fit is left out."""
        self.layers.restore_state(state)
        ground = state.get("ground")
        if self.drawings is not None:
            self.drawings.restore_state(state.get("drawings"))
        self.tiles.restore_state(ground if isinstance(ground, dict) else {})
        numbers = [state.get(name) for name in ("x_m", "y_m", "scale_m")]
        # settings may be damaged: three numbers or nothing
        view = [float(number) for number in numbers if isinstance(number, int | float)]
        if state.get("touched") is True and len(view) == 3 and view[2] > 0:
            self._saved_view = (view[0], view[1], view[2])
            self._wants_fit = False

    def _tool_actions(self, rows: Sequence[MapTool], context: MapContext) -> dict[str, QAction]:
        group = QActionGroup(self)
        actions: dict[str, QAction] = {}
        for row in rows:
            tool = row.make(context)
            if tool is None:
                continue
            self._made[row.key] = tool
            action = self._action(row.icon, tr(row.title), row.keys, is_switch=True)
            dress(action, row.icon, tr(row.help))
            # the first tool is in the hand to begin with
            action.setChecked(not actions)
            action.triggered.connect(lambda _checked=False, tool=tool: self._take(tool))
            group.addAction(action)
            actions[row.key] = action
            if action.isChecked():
                self.view.take(tool)
        return actions

    def _take(self, tool: Tool) -> None:
        """A tool is wanted in the hand: clicks on the map follow, and Escape."""
        self.view.take(tool)
        # settings choose a tool, too, before there is anything to see
        if self.isVisible():
            self.view.setFocus()

    def _action(self, name: str, text: str, keys: str, *, is_switch: bool = False) -> QAction:
        """Something the map can do, by button, by a key in the map, and by its name."""
        action = QAction(text, self)
        action.setCheckable(is_switch)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        dress(action, name, text)
        self.addAction(action)
        return action

    def _add_keys(self) -> None:
        keys = Qt.Key
        actions: dict[tuple[Qt.Key, ...], Callable[[], object]] = {
            (keys.Key_Plus, keys.Key_Equal): lambda: self.view.zoom(1 / 1.4),
            (keys.Key_Minus,): lambda: self.view.zoom(1.4),
            (keys.Key_Left,): lambda: self.view.pan(-0.15, 0),
            (keys.Key_Right,): lambda: self.view.pan(0.15, 0),
            (keys.Key_Up,): lambda: self.view.pan(0, -0.15),
            (keys.Key_Down,): lambda: self.view.pan(0, 0.15),
        }
        for several, action in actions.items():
            for key in several:
                shortcut = QShortcut(QKeySequence(key), self.view)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(action)

    def _add_edit_keys(self, document: PlanDocument) -> None:
        """What is planned on the map is undone there too."""

        def undo() -> None:
            if not self.view.tool.undo():
                document.undo()

        def remove() -> None:
            self.view.tool.remove()

        for key, act in (
            ("Ctrl+Z", undo),
            ("Ctrl+Shift+Z", document.redo),
            ("Delete", remove),
            ("Backspace", remove),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
            shortcut.activated.connect(self.view.repaint_soon)

    def _on_moved_by_hand(self) -> None:
        self._wants_fit = False
        self.follow.setChecked(False)

    def _on_follow_toggled(self, is_on: bool) -> None:
        if is_on:
            self._wants_fit = False
            self._follow()

    def _on_selection_changed(self) -> None:
        if self._is_live:
            self.view.refresh(self._feed.now_s())

    def _follow(self) -> None:
        current = self._selection.current
        if current is not None:
            self.view.centre_on(current)

    def _on_vehicles_changed(self) -> None:
        now_s = self._feed.now_s()
        if now_s - self._drawn_s < max(FRAME_S, len(self.view.marks) * FRAME_A_MARK_S):
            return
        self._drawn_s = now_s
        self.view.refresh(now_s)
        if self.follow.isChecked():
            self._follow()
        # only when one leaves the view: a map that moves with each message can't be read
        # and never under the hand of who draws or measures on it
        is_worked_on = self._has_fitted and not isinstance(self.view.tool, PointerTool)
        if self._wants_fit and not is_worked_on and not (self._has_fitted and self.view.shows_all()):
            self._has_fitted = self.view.fit()

    def _on_aged(self, now_s: float) -> None:
        self.view.refresh(now_s)

    def _connect(self, is_live: bool) -> None:
        # a show may come without a hide between: connected twice, each change would be taken twice
        if is_live == self._is_live:
            return
        self._is_live = is_live
        if is_live:
            self._feed.vehicles_changed.connect(self._on_vehicles_changed)
            self._feed.timeline.passed.connect(self._on_aged)
            self._drawn_s = -1.0
            self._on_vehicles_changed()
        else:
            self._feed.vehicles_changed.disconnect(self._on_vehicles_changed)
            self._feed.timeline.passed.disconnect(self._on_aged)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: keeps the buttons in their corner."""
        super().resizeEvent(event)
        self._bar.place()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        super().showEvent(event)
        # only now has the map its size, which a view is worked out by
        if self._saved_view is not None:
            self.view.restore_view(*self._saved_view)
            self._saved_view = None
        self._connect(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        self._connect(False)
        self.tiles.pause()
        super().hideEvent(event)


def dress(action: QAction, icon_name: str, tip: str) -> None:
    """How an action looks on the bar: its key stands in the tip."""
    action.setIcon(icon(icon_name, Ink.TEXT))
    action.setIconVisibleInMenu(False)  # there stands whether it is on
    keys = action.shortcut().toString()
    action.setToolTip(f"{tip} ({keys})" if keys else tip)
