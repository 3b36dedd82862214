# SPDX-License-Identifier: Apache-2.0
"""The map with its buttons and keys. GUI thread; works only while visible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QActionGroup, QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import CommandDesk
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.map_panel.map_orders import MapOrders
from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.tokens import PALETTE

TRAILS_S = (0.0, 60.0, 180.0, 600.0)
FRAME_S = 0.06
FRAME_A_MARK_S = 0.0012
"""A large fleet is drawn less often, down to the pace of its telemetry, so that the window stays quick to the hand."""
"""Between two drawings of the fleet: vehicles tell their place ten times a second at most."""


class MapPanel(QWidget):
    """Keeps the fleet in view until the operator moves it."""

    def __init__(
        self,
        feed: FleetFeed,
        selection: Selection,
        desk: CommandDesk | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the map.

        Args:
            feed: what is known of the fleet.
            selection: shared by the window.
            desk: to command with; None for a map that only shows.
            parent: Qt's.
        """
        super().__init__(parent)
        self._feed, self._selection = feed, selection
        self._is_live = False
        self._has_fitted = False
        self._wants_fit = True
        self._drawn_s = -1.0
        self._saved_view: tuple[float, float, float] | None = None
        self.view = MapView(feed, selection)
        self.orders = MapOrders(desk, self.view) if desk is not None else None
        """Its menu and the places that are told; None where nothing can be commanded."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._bar = self._button_bar()
        self._add_keys()
        self.view.vehicle_clicked.connect(self._on_vehicle_clicked)
        self.view.moved_by_hand.connect(self._on_moved_by_hand)
        selection.changed.connect(self._on_selection_changed)

    def fit_fleet(self) -> None:
        """Show every vehicle, and keep them in view until the operator moves the map."""
        self.follow_button.setChecked(False)
        self._wants_fit = True
        self._has_fitted = self.view.fit()

    def view_state(self) -> dict[str, object]:
        """What settings remember."""
        x_m, y_m, scale_m = self.view.view_state()
        return {
            "x_m": x_m,
            "y_m": y_m,
            "scale_m": scale_m,
            "trail_s": self.view.trail_s,
            "labels": self.view.shows_labels,
            "touched": not self._wants_fit,
        }

    def restore_state(self, state: dict[str, object]) -> None:
        """Back from settings; what doesn't fit is left out."""
        trail_s, labels = state.get("trail_s"), state.get("labels")
        if trail_s in TRAILS_S:
            self.set_trail(float(str(trail_s)))
        if isinstance(labels, bool):
            self.label_button.setChecked(labels)
        numbers = [state.get(name) for name in ("x_m", "y_m", "scale_m")]
        view = [float(number) for number in numbers if isinstance(number, int | float)]
        if state.get("touched") is True and len(view) == 3 and view[2] > 0:
            self._saved_view = (view[0], view[1], view[2])
            self._wants_fit = False

    def set_trail(self, seconds: float) -> None:
        """Length of the trails; 0 for none."""
        self.view.trail_s = seconds
        for action in self._trail_menu.actions():
            action.setChecked(action.data() == seconds)

    def reset(self) -> None:
        """As on the first day."""
        self.set_trail(180.0)
        self.label_button.setChecked(True)
        self._wants_fit = True

    def _button(self, name: str, text: str, *, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setCheckable(checkable)
        button.setProperty("flat", True)
        button.setIcon(icon(name, PALETTE.text))
        button.setToolTip(text)
        button.setAccessibleName(text)
        return button

    def _button_bar(self) -> QFrame:
        bar = QFrame(self)
        bar.setObjectName("mapBar")
        bar.setStyleSheet(
            f"#mapBar {{ background: {PALETTE.surface}; border: 1px solid {PALETTE.line}; border-radius: 6px; }}"
        )
        layout = QVBoxLayout(bar)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        fit = self._button("fit", self.tr("Show the whole fleet (F)"))
        fit.clicked.connect(self.fit_fleet)
        self.follow_button = self._button("follow", self.tr("Follow the selected vehicle (C)"), checkable=True)
        self.follow_button.toggled.connect(self._on_follow_toggled)
        self.label_button = self._button("label", self.tr("Labels (L)"), checkable=True)
        self.label_button.setChecked(True)
        self.label_button.toggled.connect(self._on_labels_toggled)
        trails = self._button("trail", self.tr("Trails"))
        self._trail_menu = self._make_trail_menu()
        trails.setMenu(self._trail_menu)
        trails.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (fit, self.follow_button, self.label_button, trails):
            layout.addWidget(button)
        bar.adjustSize()
        return bar

    def _make_trail_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        names = (self.tr("No trails"), self.tr("1 minute"), self.tr("3 minutes"), self.tr("10 minutes"))
        for seconds, name in zip(TRAILS_S, names, strict=True):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setData(seconds)
            action.setChecked(seconds == self.view.trail_s)
            group.addAction(action)
        group.triggered.connect(lambda action: self.set_trail(action.data()))
        return menu

    def _add_keys(self) -> None:
        keys = Qt.Key
        actions: dict[tuple[Qt.Key, ...], Callable[[], object]] = {
            (keys.Key_Plus, keys.Key_Equal): lambda: self.view.zoom(1 / 1.4),
            (keys.Key_Minus,): lambda: self.view.zoom(1.4),
            (keys.Key_Left,): lambda: self.view.pan(-0.15, 0),
            (keys.Key_Right,): lambda: self.view.pan(0.15, 0),
            (keys.Key_Up,): lambda: self.view.pan(0, -0.15),
            (keys.Key_Down,): lambda: self.view.pan(0, 0.15),
            (keys.Key_F,): self.fit_fleet,
            (keys.Key_C,): self.follow_button.toggle,
            (keys.Key_L,): self.label_button.toggle,
        }
        for several, action in actions.items():
            for key in several:
                shortcut = QShortcut(QKeySequence(key), self.view)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(action)

    def _on_vehicle_clicked(self, key: VehicleKey | None, adds: bool) -> None:
        if key is None:
            return
        if adds:
            self._selection.toggle(key)
        else:
            self._selection.select((key,))

    def _on_moved_by_hand(self) -> None:
        self._wants_fit = False
        self.follow_button.setChecked(False)

    def _on_follow_toggled(self, is_on: bool) -> None:
        if is_on:
            self._wants_fit = False
            self._follow()

    def _on_labels_toggled(self, is_on: bool) -> None:
        self.view.shows_labels = is_on

    def _on_selection_changed(self) -> None:
        if self._is_live:
            self.view.refresh_slow(self._feed.now_s())
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
        if self.follow_button.isChecked():
            self._follow()
        if self._wants_fit and not (self._has_fitted and self.view.shows_all()):
            self._has_fitted = self.view.fit()

    def _on_aged(self, now_s: float) -> None:
        self.view.refresh(now_s)

    def _connect(self, is_live: bool) -> None:
        if is_live == self._is_live:
            return
        self._is_live = is_live
        if is_live:
            self._feed.vehicles_changed.connect(self._on_vehicles_changed)
            self._feed.aged.connect(self._on_aged)
            self._drawn_s = -1.0
            self._on_vehicles_changed()
        else:
            self._feed.vehicles_changed.disconnect(self._on_vehicles_changed)
            self._feed.aged.disconnect(self._on_aged)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: keeps the buttons in their corner."""
        super().resizeEvent(event)
        self._bar.move(QPoint(self.width() - self._bar.width() - 12, 28))

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        super().showEvent(event)
        if self._saved_view is not None:
            self.view.restore_view(*self._saved_view)
            self._saved_view = None
        self._connect(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        self._connect(False)
        super().hideEvent(event)
