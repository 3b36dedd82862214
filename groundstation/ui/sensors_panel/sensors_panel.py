# SPDX-License-Identifier: Apache-2.0
"""Other devices on the broker: subscribe, watch, plot. GUI thread; works only while visible."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.errors import UsageError
from groundstation.fleet.sensors import matches
from groundstation.fleet.value_path import ValueRef
from groundstation.transport.topics import checked_filter
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.sensors_panel.sensor_model import SensorModel
from groundstation.ui.sensors_panel.topic_text import has_marks, visible_topic
from groundstation.ui.theme.icons import icon

REFRESH_MS = 200
MOST_AT_ONCE = 500
"""New topics that are put into the tree in one turn; the rest waits for the next."""


class SensorsPanel(LivePanel):
    """Filters are kept byte for byte: a space at their end belongs to them."""

    filter_added = Signal(str)
    filter_removed = Signal(str)
    plot_requested = Signal(object)
    """A list of `ValueRef`."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(REFRESH_MS, parent)
        self._feed = feed
        self.filters: list[str] = []
        self._had_filters = False
        self._changed: set[str] = set()
        self.model = SensorModel(feed.sensors, self)
        self._build()
        feed.sensors_changed.connect(self._changed.update)

    def subscribe(self, text: str) -> bool:
        """Add a filter; False when it breaks MQTT's rules, which is then said beside the box."""
        try:
            wanted = checked_filter(text)
        except UsageError as error:
            self._say(str(error))
            return False
        self._say("")
        if wanted not in self.filters:
            self.filters.append(wanted)
            self._had_filters = True
            self._show_filters()
            self.filter_added.emit(wanted)
        return True

    def unsubscribe(self, wanted: str) -> None:
        """Take a filter back; topics that no other filter covers go."""
        if wanted in self.filters:
            self.filters.remove(wanted)
            self.model.keep([topic for topic in self.model.topics if self._is_covered(topic)])
            self._show_filters()
            self.filter_removed.emit(wanted)

    def restore(self, filters: list[str]) -> None:
        """Back from settings, without telling the bus: wiring subscribes to `filters` when it starts."""
        for text in filters:
            try:
                self.filters.append(checked_filter(text))
            except UsageError:
                continue
        self._had_filters = bool(self.filters)
        self._show_filters()

    def focus_subscribe(self) -> None:
        """Put the cursor into the box."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Show what arrived, and ages."""
        now_s = self._feed.now_s()
        is_new = self.model.is_new
        # what still comes of a filter that was taken back must not bring its topics again
        fresh = sorted(topic for topic in self._changed if is_new(topic) and self._is_covered(topic))
        # thousands of retained topics come at once with a `#`
        later = set(fresh[MOST_AT_ONCE:])
        shown = [topic for topic in self._changed if not is_new(topic)]
        self._changed.clear()
        self._changed |= later
        self.model.show_topics([*shown, *fresh[:MOST_AT_ONCE]], now_s)
        self.model.show_ages(now_s)
        # the model tells no change, see `show_topics`
        self.tree.viewport().update()
        has_topics = self.model.has_topics
        self.tree.setVisible(has_topics)
        self._empty.setVisible(not has_topics)
        self._empty.setText(
            self.tr("Nothing arrived yet on\n{filters}").format(filters="\n".join(map(visible_topic, self.filters)))
            if self.filters
            else self.tr("Any device on the broker can be watched here.\nWrite a topic above, such as site/room/#")
        )

    def _is_covered(self, topic: str) -> bool:
        return not self._had_filters or any(matches(one, topic) for one in self.filters)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self._error = QLabel()
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.setContentsMargins(12, 0, 12, 8)
        self._error.hide()
        self._empty = QLabel()
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._error)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._tree(), 1)
        self._show_filters()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.filter_box = QLineEdit()
        self.filter_box.setPlaceholderText(self.tr("Subscribe to a topic: site/room/#"))
        self.filter_box.setAccessibleName(self.tr("Topic filter"))
        self.filter_box.returnPressed.connect(self._on_subscribe_pressed)
        # not `textChanged`: clearing the box after a subscription is no edit
        self.filter_box.textEdited.connect(self._on_text_edited)
        add = QPushButton(icon("add"), self.tr("Subscribe"))
        add.clicked.connect(self._on_subscribe_pressed)
        self.filters_button = QToolButton()
        self.filters_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filters_button.setAccessibleName(self.tr("Subscriptions"))
        self._filters_menu = QMenu(self)
        self.filters_button.setMenu(self._filters_menu)
        bar.addWidget(self.filter_box, 1)
        bar.addWidget(add)
        bar.addWidget(self.filters_button)
        return bar

    def _tree(self) -> QTreeView:
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.setAccessibleName(self.tr("Sensors"))
        self.tree.customContextMenuRequested.connect(self._on_menu_requested)
        self.tree.activated.connect(self._on_activated)
        self.model.rowsInserted.connect(self._on_rows_inserted)
        self.model.modelReset.connect(self._span_groups)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 130), (2, 56), (3, 52), (4, 56)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.tree.setColumnWidth(column, width)
        copy = QAction(self.tr("Copy topic"), self.tree, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy_topic)
        self.tree.addAction(copy)
        return self.tree

    def _say(self, problem: str) -> None:
        self._error.setText(problem)
        self._error.setVisible(bool(problem))
        self.filter_box.setProperty("wrong", bool(problem))
        self.filter_box.style().polish(self.filter_box)

    def _show_filters(self) -> None:
        self.filters_button.setVisible(bool(self.filters))
        self.filters_button.setText(self.tr("{count} subscribed").format(count=len(self.filters)))
        self._filters_menu.clear()
        for one in self.filters:
            # Qt takes a single & for the letter of a shortcut
            text = visible_topic(one).replace("&", "&&")
            action = self._filters_menu.addAction(icon("close"), self.tr("Unsubscribe {topic}").format(topic=text))
            action.triggered.connect(lambda _checked=False, one=one: self.unsubscribe(one))

    def _span_groups(self) -> None:
        self._open_groups(0, self.model.rowCount() - 1)

    def _open_groups(self, first: int, last: int) -> None:
        for row in range(first, last + 1):
            # Qt forgets it with each reset
            self.tree.setFirstColumnSpanned(row, QModelIndex(), True)
            self.tree.expand(self.model.index(row, 0))

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if not parent.isValid():
            self._open_groups(first, last)

    def _on_subscribe_pressed(self) -> None:
        if self.subscribe(self.filter_box.text()):
            self.filter_box.clear()

    def _on_text_edited(self, text: str) -> None:
        """Say what is wrong only when Enter was pressed; say at once that a space will be meant."""
        if text and has_marks(text) and not text.endswith("/"):
            self._say(self.tr("with its spaces: {topic}").format(topic=visible_topic(text)))
            self.filter_box.setProperty("wrong", False)
            self.filter_box.style().polish(self.filter_box)
        else:
            self._say("")

    def _selected_refs(self) -> list[ValueRef]:
        found = (self.model.ref_at(index) for index in self.tree.selectionModel().selectedRows())
        return [ref for ref in found if ref is not None]

    def _on_activated(self, index: QModelIndex) -> None:
        ref = self.model.ref_at(index)
        if ref is not None:
            self.plot_requested.emit([ref])
        else:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _on_menu_requested(self, point: QPoint) -> None:
        menu = QMenu(self)
        refs = self._selected_refs()
        plot = menu.addAction(icon("plot"), self.tr("Plot"), lambda: self.plot_requested.emit(refs))
        plot.setEnabled(bool(refs))
        menu.addAction(icon("copy"), self.tr("Copy topic"), self._copy_topic)
        menu.exec(self.tree.viewport().mapToGlobal(point))

    def _copy_topic(self) -> None:
        topic = self.model.topic_at(self.tree.currentIndex())
        if topic is not None:
            QGuiApplication.clipboard().setText(topic)
