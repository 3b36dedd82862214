# SPDX-License-Identifier: Apache-2.0
"""One vehicle in detail: instruments, tiles, all values, messages. GUI thread; works only while visible."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.command_bar.command_bar import CommandBar
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.messages.message_log import MessageLog
from groundstation.ui.messages.message_model import MessageFilter
from groundstation.ui.messages.message_view import MessageView
from groundstation.ui.plots.for_selection import for_each
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import TEXT_PERIOD_MS
from groundstation.ui.vehicle_panel.flight_display import FlightDisplay
from groundstation.ui.vehicle_panel.flight_values import flight_values
from groundstation.ui.vehicle_panel.panel_header import PanelHeader
from groundstation.ui.vehicle_panel.tile import TILE_HEIGHT, Tile, TileContent
from groundstation.ui.vehicle_panel.tile_contents import TILES
from groundstation.ui.vehicle_panel.value_tree import ValueTree

LEAST_WIDTH = 240
"""A narrower panel scrolls."""
FLIGHT_SHARE = 0.21
"""Of the panel's height that the instruments take at most."""
LEAST_VALUES, FIRST_VALUES, VALUES_SHARE = 110, 150, 0.31
"""Height of the tabs at least; until the operator moves their edge at least, and as a share of the panel where two rows
of tiles stay in view."""
LEAST_TILES = 96


class VehiclePanel(LivePanel):
    """Follows the selection, or is pinned to one vehicle."""

    plot_requested = Signal(object)
    """A list of `ValueRef`."""
    vehicle_forgotten = Signal()
    """The vehicle that it is pinned to is known no more."""

    def __init__(
        self,
        feed: FleetView,
        selection: Selection,
        log: MessageLog,
        desk: OperatorDesk | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the panel.

        Args:
            feed: what is known of the fleet.
            selection: shared by the window.
            log: what vehicles said.
            desk: to command with; None for a panel that only looks.
            parent: Qt's.
        """
        super().__init__(TEXT_PERIOD_MS, parent)
        self.commands = CommandBar(desk) if desk is not None else None
        """What the vehicle can be told; None where nothing can be told."""
        self._feed, self._selection = feed, selection
        self._key: VehicleKey | None = None
        self._split: int | None = None
        self._share_timer = QTimer(self, interval=0, singleShot=True)
        self._share_timer.timeout.connect(self._share_height)
        """Never within a resize: Qt is in the middle of the same layouts then."""
        self._build(log)
        selection.changed.connect(self._on_selection_changed)
        feed.vehicles_forgotten.connect(self._on_forgotten)
        self._on_selection_changed()

    @property
    def key(self) -> VehicleKey | None:
        """Which vehicle is shown."""
        return self._key

    @property
    def is_pinned(self) -> bool:
        """True when the selection doesn't change what is shown."""
        return self.pin_button.isChecked()

    def pin(self, key: VehicleKey) -> None:
        """Show this vehicle and stay with it."""
        self.pin_button.setChecked(True)
        self._show_key(key)

    def focus_commands(self) -> None:
        """Give the keyboard to the first button that commands, because the operator asked for it."""
        if self.commands is not None:
            self.commands.focus_first()

    def refresh(self) -> None:
        """Show the vehicle as it is now: texts."""
        now_s = self._feed.now_s()
        # on the first day nobody has chosen yet: an empty panel would say nothing
        if self._key is None and len(self._feed.fleet) and not self._selection.keys:
            self._show_key(next(iter(self._feed.fleet)).key)
        state = self._feed.fleet.get(self._key) if self._key is not None else None
        self._stack.setCurrentIndex(0 if state is None else 1)
        if state is None:
            self._explain_nothing()
            return
        self.header.show_state(state, now_s)
        if self.commands is not None:
            self.commands.set_keys((state.key,))
            self.commands.refresh()
        self.flight.show_values(flight_values(state, now_s))
        for tile, content in zip(self.tiles, TILES, strict=True):
            tile.show_content(content(state, now_s))
        # behind another tab: hundreds of rows would be made for nobody
        if self.values.isVisible():
            self.values.show_state(state, now_s, self._feed.raw)

    def _build(self, log: MessageLog) -> None:
        self._stack = QStackedWidget()
        self._nothing = QLabel()
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setProperty("role", "muted")
        self._nothing.setWordWrap(True)
        self._stack.addWidget(self._nothing)
        scroll = _scrolling(self._content(log))
        self._stack.addWidget(scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _content(self, log: MessageLog) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        top = QHBoxLayout()
        top.setContentsMargins(12, 0, 8, 0)
        top.setSpacing(8)
        self.header = PanelHeader()
        self.pin_button = QToolButton()
        self.pin_button.setCheckable(True)
        self.pin_button.setProperty("flat", True)
        self.pin_button.setIcon(icon("pin", Ink.MUTED, Ink.ACCENT))
        self.pin_button.setToolTip(self.tr("Stay with this vehicle whatever is selected"))
        self.pin_button.setAccessibleName(self.tr("Pin this panel to the vehicle"))
        self.pin_button.toggled.connect(self._on_pin_toggled)
        top.addWidget(self.header, 1)
        top.addWidget(self.pin_button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(top)
        middle = QVBoxLayout()
        middle.setContentsMargins(12, 0, 12, 0)
        middle.setSpacing(8)
        if self.commands is not None:
            middle.addWidget(self.commands)
        layout.addLayout(middle)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(5)
        self.splitter.addWidget(self._instruments())
        self.splitter.addWidget(self._tabs(log))
        self.splitter.splitterMoved.connect(self._on_split)
        layout.addWidget(self.splitter, 1)
        content.setMinimumWidth(LEAST_WIDTH)
        return content

    def _instruments(self) -> QScrollArea:
        """Horizon and tiles, which scroll where there is no room for all of them."""
        inner = QWidget()
        inner.setObjectName("panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 0, 12, 4)
        column.setSpacing(8)
        self.flight = FlightDisplay()
        column.addWidget(self.flight)
        column.addLayout(self._tile_grid())
        column.addStretch(1)
        self._upper = _scrolling(inner)
        self._upper.setMinimumHeight(LEAST_TILES)
        return self._upper

    def split(self) -> int | None:
        """Height of the tabs that the operator chose, pixels; None while it follows the panel."""
        return self._split

    def set_split(self, height: int | None) -> None:
        """Back to a height that was chosen."""
        self._split = height
        self._share_timer.start()

    def restore_split(self, height: object) -> None:
        """Back from settings; what is no number follows the panel."""
        self.set_split(int(str(height)) if str(height).isdecimal() else None)

    def _on_split(self) -> None:
        self._split = self.splitter.sizes()[1]

    def _share_height(self) -> None:
        """The tabs get what the operator gave them, else what the tiles leave, and some rows in any case."""
        self.flight.fit(self.width(), round(self.height() * FLIGHT_SHARE))
        total = sum(self.splitter.sizes())
        inner = self._upper.widget()
        wanted = inner.sizeHint().height() if inner is not None else 0
        needed = self.flight.height() + 2 * (TILE_HEIGHT + 12)
        share = max(FIRST_VALUES, min(round(self.height() * VALUES_SHARE), total - needed))
        lower = self._split if self._split is not None else max(share, total - wanted)
        # what was chosen in a high window must leave room in a low one
        lower = max(LEAST_VALUES, min(lower, total - LEAST_TILES))
        self.splitter.setSizes([total - lower, lower])

    def _tile_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(8)
        empty = TileContent(title="", icon="battery")
        self.tiles = [Tile(empty) for _ in TILES]
        for number, tile in enumerate(self.tiles):
            grid.addWidget(tile, number // 2, number % 2, Qt.AlignmentFlag.AlignTop)
        return grid

    def _tabs(self, log: MessageLog) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setAccessibleName(self.tr("Values and messages"))
        tabs.setDocumentMode(True)
        tabs.setMinimumHeight(LEAST_VALUES)
        self.values = ValueTree()
        self.values.plot_requested.connect(self.plot_requested)
        self.values.count_selected = lambda: len(self._selection.keys)
        self.values.plot_each_requested.connect(
            lambda refs: self.plot_requested.emit(for_each(refs, self._selection.keys))
        )
        self.messages = MessageView(log, shows_vehicle=False)
        tabs.addTab(self.values, self.tr("Values"))
        tabs.addTab(self.messages, self.tr("Messages"))
        tabs.currentChanged.connect(self.refresh)
        return tabs

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: shares the height anew."""
        super().resizeEvent(event)
        self._share_timer.start()

    def _explain_nothing(self) -> None:
        if self._key is not None:
            text = self.tr("{vehicle} was not heard yet.").format(vehicle=call_sign(self._key))
        elif len(self._feed.fleet):
            text = self.tr("Select a vehicle in the list\nor on the map.")
        else:
            text = self.tr("No vehicle yet.")
        self._nothing.setText(text)

    def _on_selection_changed(self) -> None:
        if not self.is_pinned and self._selection.current is not None:
            self._show_key(self._selection.current)

    def _on_pin_toggled(self) -> None:
        self._on_selection_changed()
        self._name()

    def _name(self) -> None:
        """Tab and View menu tell vehicle panels apart: by vehicle, and which of them follows the selection."""
        if self._key is not None:
            words = self.tr("{vehicle} (pinned)") if self.is_pinned else "{vehicle}"
            # Qt takes a title of a tab for HTML where there is such a sign in it
            name = call_sign(self._key).replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")
            self.setWindowTitle(words.format(vehicle=name))

    def _on_forgotten(self, keys: frozenset[VehicleKey]) -> None:
        """A pinned panel waits for its vehicle; one that follows the selection shows another."""
        if self._key in keys:
            if self.is_pinned:
                self.vehicle_forgotten.emit()
            else:
                self._key = None
        if self.isVisible():
            self.refresh()

    def _show_key(self, key: VehicleKey) -> None:
        if key == self._key:
            return
        self._key = key
        state = self._feed.fleet.get(key)
        self.flight.show_values(flight_values(state, self._feed.now_s()), jump=True)
        self.messages.messages.set_filter(MessageFilter(keys=frozenset({key})))
        self._name()
        if self.isVisible():
            self._feed.follow(self, (key,))
            self.refresh()

    def _on_vehicles_changed(self, keys: frozenset[VehicleKey]) -> None:
        """Motion is shown as it comes; texts wait for their timer."""
        state = self._feed.fleet.get(self._key) if self._key in keys and self._key is not None else None
        if state is not None:
            # a moment that is jumped to is there at once; only what goes on moves smoothly
            is_jump = not self._feed.timeline.rate
            self.flight.show_values(flight_values(state, self._feed.now_s()), jump=is_jump)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: begins to work."""
        # a show may come without a hide between: connected twice, each change would be taken twice
        if not self._timer.isActive():
            self._feed.vehicles_changed.connect(self._on_vehicles_changed)
        self._feed.follow(self, () if self._key is None else (self._key,))
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: stops working."""
        if self._timer.isActive():
            self._feed.vehicles_changed.disconnect(self._on_vehicles_changed)
        # its detail is not wanted any more: the station unsubscribes, unless another panel shows it
        self._feed.follow(self)
        super().hideEvent(event)


def _scrolling(content: QWidget) -> QScrollArea:
    """Content that scrolls rather than to be squeezed or to make the window larger."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(content)
    return scroll
