# SPDX-License-Identifier: Apache-2.0
"""The fleet list with its filter and sort order. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.roll_up import roll_up
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.choosing.group_desk import GroupDesk
from groundstation.ui.choosing.number_keys import NumberKeys
from groundstation.ui.choosing.query_bar import QueryBar
from groundstation.ui.choosing.roll_up_strip import RollUpStrip
from groundstation.ui.choosing.vehicle_menu import MenuWays, vehicle_menu
from groundstation.ui.command_bar.selection_bar import SelectionBar
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_list.dense_row import DenseHead
from groundstation.ui.fleet_list.fleet_model import FleetModel, SortOrder
from groundstation.ui.fleet_list.row_selection import RowSelection
from groundstation.ui.fleet_list.row_style import RowLook, RowStyle
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.low_scroll import LowScroll
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon
from groundstation.ui.wall.glance import Glance, Looker, glance_of

REFRESH_MS = 200
COMMANDS_SHARE = 1.2
"""Of the height, that commands for several take at most, see `LowScroll`."""


class FleetPanel(LivePanel):
    """Every vehicle, worst first. Works only while it is visible."""

    vehicle_opened = Signal(object)
    """Enter or double click on a vehicle; carries its `VehicleKey`."""
    centre_wanted = Signal(object)
    """The map is to show this one; carries its `VehicleKey`."""
    follow_wanted = Signal(object)
    """The map is to stay with this one."""

    def __init__(
        self,
        feed: FleetView,
        selection: Selection,
        desk: OperatorDesk | None = None,
        groups: GroupDesk | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the panel.

        Args:
            feed: what is known of the fleet.
            selection: shared by the window.
            desk: to command several vehicles with; None for a panel that only looks.
            groups: named groups of vehicles; None for its own.
            parent: Qt's.
        """
        super().__init__(REFRESH_MS, parent)
        self._desk = desk
        self._station = desk.orders.actor.gs if desk is not None else ""
        self.commands = SelectionBar(desk) if desk is not None else None
        """Commands for several selected vehicles."""
        self._feed, self._selection = feed, selection
        self.model = FleetModel(self)
        self.groups = groups or GroupDesk(parent=self)
        self.query = QueryBar(self.groups, feed.summaries, selection, self)
        self.filter_box = self.query.box
        self._build()

    def refresh(self) -> None:
        """Show the fleet as it is now."""
        summaries = self._feed.summaries()
        self.model.refresh(summaries)
        self.counts.show_counts(roll_up(summaries))
        self.look.fit(len(summaries))
        shown, total = len(self.model.rows), self.model.total
        self._count.setText(
            str(total) if shown == total else self.tr("{shown} of {total}").format(shown=shown, total=total)
        )
        # a filter that can't be read explains the empty list itself
        self._empty.setVisible(not shown and not self.query.error.isVisible())
        self._empty.setText(
            self.tr("No vehicle passes the filter.")
            if total
            else self.tr("No vehicle yet.\nVehicles appear by themselves\nas soon as a bridge hears them.")
        )
        self._rows.follow()

    def set_filter(self, text: str) -> None:
        """Write into the filter box."""
        self.filter_box.setText(text)

    def set_order(self, order: SortOrder) -> None:
        """Sort by something else."""
        self.order_box.setCurrentIndex(self.order_box.findData(order.value))

    @property
    def order(self) -> SortOrder:
        """By what the list is sorted."""
        return SortOrder(self.order_box.currentData())

    def focus_filter(self) -> None:
        """Put the cursor into the filter box."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def _build(self) -> None:
        self.list, self.head = QListView(), DenseHead()
        self.look = RowLook(self.list, self.head, self._glance, self._feed.now_s)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(8)
        head.addLayout(self._title_row())
        self.counts = RollUpStrip()
        self.counts.chosen_changed.connect(self._on_count_pressed)
        head.addWidget(self.counts)
        head.addWidget(self.query.box)
        head.addWidget(self.query.error)
        head.addWidget(self.query.chips)
        self.query.changed.connect(self._on_filter_changed)
        self.query.left_downwards.connect(lambda: self.list.setFocus(Qt.FocusReason.TabFocusReason))
        layout.addLayout(head)
        self._empty = QLabel()
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(12, 48, 12, 0)
        layout.addWidget(self._empty)
        layout.addWidget(self.head)
        layout.addWidget(self._list(), 1)
        if self.commands is not None:
            # in a low window the list keeps its room
            layout.addWidget(LowScroll(self.commands, self, COMMANDS_SHARE))

    def _title_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self.order_box = QComboBox()
        self.order_box.setAccessibleName(self.tr("Sort the fleet by"))
        names = {
            SortOrder.SEVERITY: self.tr("severity first"),
            SortOrder.NAME: self.tr("by name"),
            SortOrder.BATTERY: self.tr("by battery"),
            SortOrder.MODE: self.tr("by mode"),
        }
        for order, name in names.items():
            self.order_box.addItem(name, order.value)
        self.order_box.currentIndexChanged.connect(self._on_order_changed)
        vehicles = QLabel(self.tr("Vehicles"))
        row.addWidget(vehicles)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.order_box)
        row.addWidget(self._style_button())
        return row

    def _list(self) -> QListView:
        self.list.setModel(self.model)
        self.look.lines.station = self._station
        self.look.fit(0)
        # else Qt asks the delegate, which is Python, for the height of each row
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # the row under the mouse is drawn as such, which needs moves without a button
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(self.tr("Fleet"))
        self._rows = RowSelection(self.list, self.model, self._selection)
        self.numbers = NumberKeys(self, self._selection, lambda: self.model.rows, self.list)
        self.list.activated.connect(self._on_activated)
        self.forget = QAction(self.tr("Forget (until it is heard again)"), self.list)
        self.forget.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.forget.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.forget.triggered.connect(self._on_forget)
        self.list.addAction(self.forget)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._on_menu_wanted)
        return self.list

    def _on_filter_changed(self) -> None:
        self.model.set_test(self.query.test)
        self.refresh()

    def _on_count_pressed(self) -> None:
        self.model.set_count(self.counts.chosen)
        self.refresh()

    def _on_order_changed(self, index: int) -> None:
        self.model.set_order(SortOrder(self.order_box.itemData(index)))
        self.refresh()

    def _on_activated(self, index: QModelIndex) -> None:
        key = self.model.key_at(index)
        if key is not None:
            self.vehicle_opened.emit(key)

    def menu(self) -> QMenu:
        """What can be done about the selected rows; one that is still heard can't be forgotten."""
        ways = MenuWays(
            self.groups, self._desk, self.vehicle_opened.emit, self.centre_wanted.emit, self.follow_wanted.emit
        )
        menu = vehicle_menu(self._selection.keys, ways, self.list)
        self.forget.setEnabled(bool(self._gone()))
        menu.addSeparator()
        menu.addAction(self.forget)
        return menu

    def _glance(self, one: VehicleSummary) -> Glance:
        timeline = self._feed.timeline
        record = self._desk.latest(one.key) if self._desk is not None else None
        return glance_of(one, Looker(timeline.now_s(), timeline.now_unix_s, self._station), record)

    def set_style(self, style: RowStyle) -> None:
        """Show the vehicles in another way."""
        self.look.style = style
        self.styles[style].setChecked(True)
        self.refresh()

    def _style_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("rows"))
        button.setProperty("flat", True)
        button.setToolTip(self.tr("How the vehicles are shown"))
        button.setAccessibleName(self.tr("How the vehicles are shown"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu, group = QMenu(button), QActionGroup(self)
        names = {
            RowStyle.ROOMY: self.tr("Rows, in one line where there are many"),
            RowStyle.LINES: self.tr("Rows of two lines"),
            RowStyle.DENSE: self.tr("Rows of one line"),
            RowStyle.CARDS: self.tr("Cards"),
        }
        self.styles: dict[RowStyle, QAction] = {}
        for style, name in names.items():
            action = self.styles[style] = QAction(name, self)
            action.setCheckable(True)
            action.setChecked(style is self.look.style)
            action.triggered.connect(partial(self.set_style, style))
            group.addAction(action)
            menu.addAction(action)
            # found by its name, too
            self.addAction(action)
        button.setMenu(menu)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: another height holds more rows."""
        super().resizeEvent(event)
        self.look.fit(self.model.total)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: digits choose vehicles, wherever in the panel no text is written."""
        if not self.numbers.take(event):
            super().keyPressEvent(event)

    def _gone(self) -> list[VehicleKey]:
        """Selected vehicles that are offline."""
        return [one.key for one in self._feed.summaries() if one.is_gone and one.key in self._selection]

    def _on_menu_wanted(self, point: QPoint) -> None:
        menu = self.menu()
        # a disabled action has no shortcut: Delete must work for what is selected next
        menu.aboutToHide.connect(lambda: self.forget.setEnabled(True))
        menu.popup(self.list.viewport().mapToGlobal(point))

    def _on_forget(self) -> None:
        gone = self._gone()
        # before they are forgotten: nothing may be ordered to a vehicle that is not in the list
        self._selection.select(tuple(key for key in self._selection.keys if key not in gone))
        for key in gone:
            self._feed.forget(key)
        self.refresh()
