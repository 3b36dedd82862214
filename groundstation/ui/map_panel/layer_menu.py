# SPDX-License-Identifier: Apache-2.0
"""Which layers are shown, and how long trails are. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.fleet.core_values import CORE_PATHS
from groundstation.ui.map_panel.fence_layer import FenceLayer
from groundstation.ui.map_panel.layer_stack import LayerStack
from groundstation.ui.map_panel.mission_layer import MissionLayer
from groundstation.ui.map_panel.plan_filter import PlanFilter
from groundstation.ui.map_panel.trail_layer import LENGTHS_S, TrailLayer
from groundstation.ui.map_panel.trail_scale import value_words
from groundstation.ui.selection import Selection


def tr(text: str) -> str:
    """A text of the tables of layers and tools in the operator's language."""
    return QCoreApplication.translate("Map", text)


class LayerMenu(QMenu):
    """A switch for each layer that may be hidden: what an operator must never lose is not among them."""

    def __init__(self, stack: LayerStack, selection: Selection, repaint: Callable[[], None], parent: QWidget) -> None:
        """Build it.

        Args:
            stack: the layers.
            selection: whose plans are hidden by the menu.
            repaint: called when something else is to be drawn.
            parent: Qt's.
        """
        super().__init__(parent)
        self._stack, self._selection, self._repaint = stack, selection, repaint
        self._trails = stack.layer(TrailLayer)
        self.switches: dict[str, QAction] = {}
        for row in stack.rows:
            if row.is_switchable:
                self.switches[row.key] = self._switch(row.key, tr(row.title), row.keys)
        self.addSeparator()
        self.plans = PlanFilter()
        for layer in (stack.layer(MissionLayer), stack.layer(FenceLayer)):
            layer.filter = self.plans
        self.only_selected = self.addAction(self.tr("Plans of the selected alone"))
        self.only_selected.setCheckable(True)
        self.only_selected.toggled.connect(self._on_only_selected)
        self.hide_plans = self.addAction(self.tr("Hide the plans of the selected"))
        self.hide_plans.triggered.connect(self._on_hide_plans)
        self.show_plans = self.addAction(self.tr("Show all plans"))
        self.show_plans.triggered.connect(self._on_show_plans)
        self.aboutToShow.connect(self._refresh)
        self.addSeparator()
        group = QActionGroup(self)
        names = (self.tr("Trails of 1 minute"), self.tr("Trails of 3 minutes"), self.tr("Trails of 10 minutes"))
        self.lengths = {seconds: QAction(name, group) for seconds, name in zip(LENGTHS_S, names, strict=True)}
        for seconds, action in self.lengths.items():
            action.setCheckable(True)
            action.setChecked(seconds == self._trails.length_s)
            action.triggered.connect(lambda _checked=False, seconds=seconds: self.set_trails(seconds))
        self.addActions(list(self.lengths.values()))
        self.colours = self._colour_menu()
        """Which value trails are coloured by; by its address, empty for the vehicles' own colours."""

    def _colour_menu(self) -> dict[str, QAction]:
        menu, group = self.addMenu(self.tr("Colour trails by")), QActionGroup(self)
        names = {"": self.tr("Vehicle"), **{path: value_words(path) for path in CORE_PATHS}}
        actions = {path: QAction(name.replace("&", "&&"), group) for path, name in names.items()}
        for path, action in actions.items():
            action.setCheckable(True)
            action.setChecked(path == self._trails.scale.path)
            action.triggered.connect(lambda _checked=False, path=path: self.colour_by(path))
        menu.addActions(list(actions.values()))
        return actions

    def colour_by(self, path: str) -> None:
        """Colour trails by a value, an address of `CORE_PATHS`; empty for the vehicles' own colours."""
        self._trails.scale.choose(path)
        self.colours[self._trails.scale.path].setChecked(True)
        self._repaint()

    def view_state(self) -> dict[str, object]:
        """What settings remember."""
        return {
            "hidden": self._stack.hidden,
            "trail_s": self._trails.length_s,
            "trail_by": self._trails.scale.path,
            **self.plans.view_state(),
        }

    def restore_state(self, state: Mapping[str, object]) -> None:
        """Back from settings; what doesn't fit is left out."""
        hidden, length_s = state.get("hidden"), state.get("trail_s")
        # settings may be damaged, or of another version
        hidden = hidden if isinstance(hidden, list) else []
        # before layers had a menu, trails of length 0 and a word about labels stood for this
        before = {"trails": length_s == 0.0, "labels": state.get("labels") is False}
        self._set_hidden(str(key) for key in (*hidden, *(key for key, is_hidden in before.items() if is_hidden)))
        if length_s in self.lengths:
            self._length(float(str(length_s)))
        # an address of another version is none
        self.colour_by(str(state.get("trail_by", "")))
        self.plans.restore_state(state.get("plans_hidden"), state.get("plans_selected"))
        self.only_selected.setChecked(self.plans.is_only_selected)

    def _on_only_selected(self, is_on: bool) -> None:
        self.plans.is_only_selected = is_on
        self._repaint()

    def _on_hide_plans(self) -> None:
        self.plans.hide(self._selection.keys)
        self._repaint()

    def _on_show_plans(self) -> None:
        self.plans.show_all()
        self.only_selected.setChecked(False)
        self._repaint()

    def _refresh(self) -> None:
        """What would do nothing is not offered."""
        self.hide_plans.setEnabled(bool(self._selection.keys) and not self.plans.is_only_selected)
        self.show_plans.setEnabled(bool(self.plans.hidden) or self.plans.is_only_selected)
        count = len(self.plans.hidden)
        words = self.tr("Show all plans (hidden: {count})") if count else self.tr("Show all plans")
        self.show_plans.setText(words.format(count=count))

    def set_trails(self, seconds: float) -> None:
        """Show trails of a length."""
        self._length(seconds)
        self.switches["trails"].setChecked(True)

    def _length(self, seconds: float) -> None:
        self._trails.length_s = seconds
        self.lengths[seconds].setChecked(True)
        self._repaint()

    def _set_hidden(self, keys: Iterable[str]) -> None:
        hidden = set(keys)
        for key, action in self.switches.items():
            action.setChecked(key not in hidden)

    def _switch(self, key: str, title: str, keys: str) -> QAction:
        action = self.addAction(title)
        action.setCheckable(True)
        action.setChecked(True)
        action.setShortcut(QKeySequence(keys))
        # single letters: elsewhere they are text that somebody writes
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.toggled.connect(lambda is_on: self._on_toggled(key, is_shown=is_on))
        return action

    def _on_toggled(self, key: str, *, is_shown: bool) -> None:
        self._stack.show(key, is_shown=is_shown)
        self._repaint()
