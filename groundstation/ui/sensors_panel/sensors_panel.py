# SPDX-License-Identifier: Apache-2.0
"""Topics of any broker: subscribe, look for, watch, plot. GUI thread; works only while visible."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.errors import UsageError
from groundstation.fleet.sensors import matches
from groundstation.fleet.topics.topic_search import TopicSearch
from groundstation.fleet.topics.topic_tree import ROOT
from groundstation.fleet.value_path import ValueRef
from groundstation.transport.bus import BusState
from groundstation.transport.topics import checked_filter
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import shown
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.sensors_panel.large_port import LargeAccess
from groundstation.ui.sensors_panel.meanings_file import MeaningsFile, ReadMeanings
from groundstation.ui.sensors_panel.publish_dialog import Publish
from groundstation.ui.sensors_panel.slices import Slices
from groundstation.ui.sensors_panel.topic_acts import TopicActs
from groundstation.ui.sensors_panel.topic_cells import AGE, KEPT, RATE, SIZE, TOPIC, VALUE
from groundstation.ui.sensors_panel.topic_detail import TopicDetail
from groundstation.ui.sensors_panel.topic_model import TopicModel
from groundstation.ui.sensors_panel.topic_text import has_marks, visible_topic
from groundstation.ui.sensors_panel.topic_words import gone_words, rate_text, size_text, topic_count
from groundstation.ui.theme.icons import icon

REFRESH_MS = 200
FEW = 200
"""A tree of so many topics opens by itself."""
SYSTEM = "$SYS/#"
SYSTEM_S = 15.0
"""mosquitto tells it every ten seconds."""
"""What a broker tells of itself, if it does (MQTT 5, section 4.7.2)."""
ROOM_HEIGHT, ROOM_WIDTH = 440, 760
"""A panel that has less, both ways, shows what is chosen only when it is asked to."""
NARROW = 520
"""A panel that is narrower shows short buttons, and the tree or what is chosen."""
LEAST_WIDTHS = {SIZE: 440, KEPT: 400, RATE: 340, AGE: 280}
"""Of the tree; in a narrower one the column gives its room to names and values."""
STEPS = 500
"""Topics that are looked at between two looks at the clock."""


class SensorsPanel(LivePanel):
    """Filters are kept byte for byte: a space at their end belongs to them."""

    filter_added = Signal(str)
    filter_removed = Signal(str)
    plot_requested = Signal(object)
    """A list of `ValueRef`."""

    def __init__(
        self,
        feed: FleetView,
        parent: QWidget | None = None,
        *,
        publish: Publish | None = None,
        large: LargeAccess | None = None,
        read_meanings: ReadMeanings | None = None,
    ) -> None:
        """Build it.

        Args:
            feed: what is known.
            parent: Qt's.
            publish: gives messages by hand to the connection; None for who only looks.
            large: ways to payloads that are too large for the window; None for a window without.
            read_meanings: reads a file that says what topics mean; None for a window that reads none.
        """
        super().__init__(REFRESH_MS, parent)
        self._feed, self._large = feed, large
        self.filters: list[str] = []
        self.model = TopicModel(feed, self)
        self.acts = TopicActs(feed, self.model.topics, publish, self)
        self.acts.changed.connect(self.refresh)
        self._search: TopicSearch | None = None
        self._system_since_s: float | None = None
        self._way_problem = ""
        self._wants_detail: bool | None = None
        self._searching, self._pruning = Slices(self), Slices(self)
        self.meanings = MeaningsFile(feed, read_meanings, self)
        self._build()
        self.meanings.said.connect(self._say_of_meanings)

    def _say_of_meanings(self, problem: str) -> None:
        self._say(problem)
        # it is no fault of what stands in the box
        self.filter_box.setProperty("wrong", False)
        self.filter_box.style().polish(self.filter_box)
        self.refresh()

    def tell_way(self, problem: str) -> None:
        """Say why nothing comes of other devices though vehicles are heard; empty when all is well."""
        if problem != self._way_problem:
            self._way_problem = problem
            words = self.tr("topics don't come: {why}; it is tried again by itself").format(why=problem)
            self._say_of_meanings(words if problem else "")

    def show_topic(self, topic: str) -> None:
        """Bring a topic into view, and choose it; one that is not there changes nothing."""
        self.refresh()
        index = self.model.find(topic)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

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
            self._show_filters()
            self.filter_added.emit(wanted)
        return True

    def unsubscribe(self, wanted: str) -> None:
        """Take a filter back; topics that no other filter covers go."""
        if wanted in self.filters:
            self.filters.remove(wanted)
            # what still comes of it must not bring its topics again
            self._feed.leave_topics(wanted, self.filters)
            steps = self._feed.topics.pruning(self._is_covered)
            self._pruning.run(lambda: sum(1 for _ in zip(range(STEPS), steps, strict=False)) == STEPS, self.refresh)
            self._show_filters()
            self.filter_removed.emit(wanted)

    def restore(self, filters: list[str]) -> None:
        """Back from settings, without telling the bus: wiring subscribes to `filters` when it starts."""
        for text in filters:
            try:
                self.filters.append(checked_filter(text))
            except UsageError:
                continue
        self._show_filters()

    def focus_subscribe(self) -> None:
        """Put the cursor into the box."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyboard_places(self) -> tuple[QWidget, ...]:
        """What gets the keyboard first: the topics, and where there are none the box that brings some."""
        return (self.tree, self.filter_box) if len(self._feed.topics) else (self.filter_box,)

    def focus_search(self) -> None:
        """Put the cursor into the box of the search."""
        self.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def look_for(self, text: str) -> None:
        """Show topics whose path holds a text; all where it is empty."""
        self._search = search = TopicSearch(self._feed.topics, text) if text.strip() else None
        if search is None:
            self._searching.stop()
            self._show_search()
            return
        self._searching.run(lambda: search.step(STEPS), self._show_search)

    def refresh(self) -> None:
        """Show what arrived, and ages."""
        self.model.refresh()
        self._open_by_itself()
        for row in list(self.model.unfinished()):
            last = self.model.index_of((row.rows or [row])[-1])
            if self.tree.viewport().rect().intersects(self.tree.visualRect(last)):
                self.model.fetch_more_of(row)
        for column, least in LEAST_WIDTHS.items():
            self.tree.setColumnHidden(column, self.tree.viewport().width() < least)
        # the model tells no change, see `topic_model.py`
        self.tree.viewport().update()
        has_topics = len(self._feed.topics) > 0
        self._split.setVisible(has_topics)
        self._foot.setVisible(has_topics)
        self._empty.setVisible(not has_topics)
        self._foot.setText(self._totals())
        self.detail.choose(self.model.topic_at(self.tree.currentIndex()) or self.detail.topic)
        if not self.detail.isHidden():
            self.detail.refresh()
        self._empty.setText(
            self.tr("Nothing arrived yet on\n{filters}").format(filters="\n".join(map(visible_topic, self.filters)))
            if self.filters
            else self.tr("Any device on the broker can be watched here.\nWrite a topic above, such as site/room/#")
        )

    def _totals(self) -> str:
        """What there is altogether, and what there is no more."""
        tree, now_s = self._feed.topics, self._feed.now_s()
        words = [topic_count(len(tree))]
        if self._feed.is_live:
            rate = rate_text(tree.flows.rate_hz(ROOT, now_s)) or "0"
            words.append(self.tr("{0} messages/s, {1}/s").format(rate, size_text(tree.flows.bytes_per_s(ROOT, now_s))))
        if self._search is not None:
            words.append(self._found())
        if self._is_system_silent(now_s):
            words.append(self.tr("this broker tells nothing of itself under $SYS"))
        return "  ·  ".join([*words, *gone_words(tree.twins, tree.forgotten, tree.dropped_payloads)])

    def _is_system_silent(self, now_s: float) -> bool:
        """Whether what the broker tells of itself was asked for and did not come."""
        if SYSTEM not in self.filters or self._feed.topics.find("$SYS") is not None or not self._feed.is_live:
            self._system_since_s = None
            return False
        if self._system_since_s is None or self._feed.bus.state is not BusState.CONNECTED:
            self._system_since_s = now_s
        return now_s - self._system_since_s >= SYSTEM_S

    def _found(self) -> str:
        if self._search is None or not self._search.is_over:
            return self.tr("looking…")
        text = self.tr("more than {0} found") if self._search.is_cut else self.tr("{0} found")
        return text.format(f"{shown(self._search.topics):,}")

    def _is_covered(self, topic: str) -> bool:
        return any(matches(one, topic) for one in self.filters)

    def _show_search(self) -> None:
        self.model.look_for(self._search)
        self.refresh()

    def _open_by_itself(self) -> None:
        """Open what is few, and levels as long as there is one alone."""
        is_few = len(self._feed.topics) <= FEW
        found = self._search is not None and len(self._search.above) <= FEW
        for row in self.model.branches():
            is_only = row.parent is not None and len(row.parent.rows or ()) == 1
            if row.was_opened or not (is_few or found or is_only):
                continue
            row.was_opened = True
            index = self.model.index_of(row)
            # a view that is to be laid out anew only notes what is open: what is below is looked at right here
            if self.model.canFetchMore(index):
                self.model.fetchMore(index)
            self.tree.expand(index)

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
        self._split = QSplitter(Qt.Orientation.Vertical)
        self.detail = TopicDetail(self._feed, large=self._large)
        self._split.addWidget(self._tree())
        self.detail.plot_requested.connect(self.plot_requested)
        self._split.addWidget(self.detail)
        self._split.setChildrenCollapsible(False)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        layout.addWidget(self._split, 1)
        self._foot = ElidingLabel()
        self._foot.setProperty("role", "muted")
        self._foot.setContentsMargins(12, 4, 12, 4)
        layout.addWidget(self._foot)
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
        self._add_button = QPushButton(icon("add"), self.tr("Subscribe"))
        self._add_button.setAccessibleName(self.tr("Subscribe"))
        self._add_button.clicked.connect(self._on_subscribe_pressed)
        self.filters_button = QToolButton()
        self.filters_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filters_button.setAccessibleName(self.tr("Subscriptions"))
        self._filters_menu = QMenu(self)
        self.filters_button.setMenu(self._filters_menu)
        self.search_box = QLineEdit()
        self.search_box.setPlaceholderText(self.tr("Find"))
        self.search_box.setAccessibleName(self.tr("Find a topic"))
        self.search_box.setClearButtonEnabled(True)
        self.search_box.textChanged.connect(self.look_for)
        bar.addWidget(self.filter_box, 3)
        bar.addWidget(self._add_button)
        bar.addWidget(self.search_box, 2)
        self.detail_button = QToolButton()
        self.detail_button.setIcon(icon("report"))
        self.detail_button.setCheckable(True)
        self.detail_button.setToolTip(self.tr("All of the chosen topic"))
        self.detail_button.setAccessibleName(self.tr("All of the chosen topic"))
        self.detail_button.clicked.connect(self._on_detail_pressed)
        bar.addWidget(self.detail_button)
        bar.addWidget(self.filters_button)
        return bar

    def _tree(self) -> QTreeView:
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.setAccessibleName(self.tr("Topics"))
        self.tree.customContextMenuRequested.connect(self._on_menu_requested)
        self.tree.activated.connect(self._on_activated)
        self.tree.selectionModel().currentChanged.connect(lambda index: self.detail.choose(self.model.topic_at(index)))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TOPIC, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(36)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        for column, width in ((RATE, 52), (SIZE, 60), (AGE, 56), (KEPT, 44)):
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
        text = self.tr("{count} subscribed") if self.width() >= NARROW else "{count}"
        self.filters_button.setText(text.format(count=len(self.filters)))
        self._filters_menu.clear()
        system = self._filters_menu.addAction(self.tr("What the broker tells of itself ($SYS)"))
        system.setCheckable(True)
        system.setChecked(SYSTEM in self.filters)
        system.toggled.connect(lambda on: self.subscribe(SYSTEM) if on else self.unsubscribe(SYSTEM))
        self._filters_menu.addSeparator()
        for one in (one for one in self.filters if one != SYSTEM):
            # Qt takes a single & for the letter of a shortcut
            text = visible_topic(one).replace("&", "&&")
            action = self._filters_menu.addAction(icon("close"), self.tr("Unsubscribe {topic}").format(topic=text))
            action.triggered.connect(lambda _checked=False, one=one: self.unsubscribe(one))

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
        row = self.model.row_at(self.tree.currentIndex())
        if row is not None and row.path is None and self._feed.is_live:
            self.acts.add_to(menu, row)
        menu.exec(self.tree.viewport().mapToGlobal(point))

    def _on_detail_pressed(self, wanted: bool) -> None:
        self._wants_detail = wanted
        self._place_detail()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: what is chosen stands beside or below the tree, where there is room."""
        super().resizeEvent(event)
        self._add_button.setText(self.tr("Subscribe") if self.width() >= NARROW else "")
        self._show_filters()
        self._place_detail()

    def _place_detail(self) -> None:
        has_room = self.height() >= ROOM_HEIGHT or self.width() >= ROOM_WIDTH
        is_shown = has_room if self._wants_detail is None else self._wants_detail
        is_tall = self.height() >= ROOM_HEIGHT and self.width() < ROOM_WIDTH
        self._split.setOrientation(Qt.Orientation.Vertical if is_tall else Qt.Orientation.Horizontal)
        self.detail.setVisible(is_shown)
        # where both have no room, what was asked for has all of it
        self.tree.setVisible(not is_shown or has_room or self.width() >= NARROW)
        self.detail_button.setChecked(is_shown)

    def _copy_topic(self) -> None:
        row = self.model.row_at(self.tree.currentIndex())
        if row is not None:
            QGuiApplication.clipboard().setText(self._feed.topics.path(row.node))
