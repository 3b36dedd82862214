# SPDX-License-Identifier: Apache-2.0
"""The searchable tree of all values of a vehicle. GUI thread; works only while visible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.raw import RawMessage, RawRow
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.raw_source import RawSource
from groundstation.ui.theme.icons import icon
from groundstation.ui.vehicle_panel.value_model import ValueModel

_OPEN_AT_FIRST = ("position", "velocity", "attitude")


class _Sieve(QSortFilterProxyModel):
    """Lets through the rows whose name has a text in it, as every search of the window compares."""

    wanted = ""

    def look_for(self, text: str) -> None:
        """Let others through."""
        self.wanted = folded(text)
        self.invalidateRowsFilter()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Qt: whether a row passes."""
        return not self.wanted or self.wanted in folded(str(self.sourceModel().index(row, 0, parent).data() or ""))


class ValueTree(QWidget):
    """Search box and tree; Enter, the context menu or a drag plots values."""

    plot_requested = Signal(object)
    """A list of `ValueRef`."""
    plot_each_requested = Signal(object)
    """The same, to be plotted of every vehicle that is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count_selected: Callable[[], int] = lambda: 0
        """How many vehicles are selected."""
        self.model = ValueModel(self)
        # before the proxy hears of it, which forgets its places
        self.model.modelAboutToBeReset.connect(self._remember_place)
        self._place: tuple[str, int] | None = None
        """The branch that is in view at the top, and where, pixels."""
        self._proxy = _Sieve(self)
        self._proxy.setSourceModel(self.model)
        # a group stays while one of its values passes
        self._proxy.setRecursiveFilteringEnabled(True)
        # a group that passes shows all its values
        self._proxy.setAutoAcceptChildRows(True)
        self._open = set(_OPEN_AT_FIRST)
        self._raw: RawSource | None = None
        self._asked: tuple[int, VehicleKey, float, frozenset[str]] | None = None
        """The last question about a log's own words: which log, vehicle, moment, and messages."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._search_box())
        layout.addWidget(self._tree(), 1)
        self.model.modelReset.connect(self._restore_open)

    def show_state(self, state: VehicleState | None, now_s: float, raw: RawSource | None = None) -> None:
        """Show a vehicle as it is now.

        Args:
            state: the vehicle; None for nothing.
            now_s: on the clock of the view.
            raw: knows a log's own words; None where there is no log.
        """
        messages = raw.messages(state.key) if raw is not None and state is not None else ()
        self.model.show_state(state, now_s, messages)
        if raw is not self._raw and raw is not None:
            raw.came.connect(self._on_raw)
            self._raw = raw
        if raw is not None and state is not None and messages:
            self._ask_raw(raw, messages, state.key, now_s)
        # the model tells no change, see `ValueModel.show_state`
        self.tree.viewport().update()

    def _ask_raw(self, raw: RawSource, messages: tuple[RawMessage, ...], key: VehicleKey, now_s: float) -> None:
        """Ask for what of a log is in view: nothing else is read, however many messages it has."""
        names: set[str] = set()
        index = self.tree.indexAt(QPoint(0, 0))
        height = self.tree.viewport().height()
        while index.isValid() and self.tree.visualRect(index).top() < height:
            name = self.model.message_at(self._proxy.mapToSource(index))
            if name is not None:
                names.add(name)
            index = self.tree.indexBelow(index)
        question = (id(messages), key, now_s, frozenset(names))
        if names and question != self._asked:
            self._asked = question
            raw.ask(key, now_s, frozenset(names))

    def _on_raw(self, key: VehicleKey, asked_s: float, rows: tuple[RawRow, ...]) -> None:
        # several trees ask one player, and the vehicle may be another meanwhile; while it is played another moment was
        # asked for already, and waiting for that one would show none
        if self._asked is None or self._asked[:2] != (id(self.model.raw.messages), key):
            return
        if self._asked[3] <= {one.message for one in rows}:
            self.model.raw.take(asked_s, rows)
            self.tree.viewport().update()

    def search(self, text: str) -> None:
        """Write into the search box."""
        self.search_box.setText(text)

    def selected_refs(self) -> list[ValueRef]:
        """Addresses of the selected values that can be drawn."""
        rows = self.tree.selectionModel().selectedRows()
        found = (self.model.ref_at(self._proxy.mapToSource(index)) for index in rows)
        return [ref for ref in found if ref is not None]

    def _search_box(self) -> QWidget:
        frame = QWidget()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(12, 0, 12, 0)
        self.search_box = QLineEdit()
        self.search_box.setPlaceholderText(self.tr("Search all values"))
        self.search_box.setAccessibleName(self.tr("Search all values"))
        self.search_box.setClearButtonEnabled(True)
        leading = QLineEdit.ActionPosition.LeadingPosition
        self.search_box.addAction(QAction(icon("search"), "", self.search_box), leading)
        self.search_box.textChanged.connect(self._on_search_changed)
        inner.addWidget(self.search_box)
        return frame

    def _tree(self) -> QTreeView:
        self.tree = QTreeView()
        self.tree.setModel(self._proxy)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(16)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.setAccessibleName(self.tr("All values"))
        self.tree.customContextMenuRequested.connect(self._on_menu_requested)
        self.tree.activated.connect(self._on_activated)
        self.tree.expanded.connect(lambda index: self._remember(index, True))
        self.tree.collapsed.connect(lambda index: self._remember(index, False))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 104), (2, 38), (3, 50)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.tree.setColumnWidth(column, width)
        copy = QAction(self.tr("Copy"), self.tree, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.tree.addAction(copy)
        return self.tree

    def _remember(self, index: QModelIndex, is_open: bool) -> None:
        if self._proxy.wanted:
            return
        # by its path: rows change with what a vehicle tells
        path = self.model.path_at(self._proxy.mapToSource(index))
        (self._open.add if is_open else self._open.discard)(path)

    def _remember_place(self) -> None:
        index = self.tree.indexAt(QPoint(0, 0))
        if not index.isValid():
            return
        branch = index.siblingAtColumn(0) if self._proxy.hasChildren(index.siblingAtColumn(0)) else index.parent()
        self._place = (self.model.path_at(self._proxy.mapToSource(branch)), self.tree.visualRect(branch).top())

    def _restore_place(self) -> None:
        """What is looked at stays in view when a kind that was not known comes above it."""
        branch = self._proxy.mapFromSource(self.model.branch(self._place[0])) if self._place is not None else None
        if self._place is None or branch is None or not branch.isValid():
            return
        rect, bar = self.tree.visualRect(branch), self.tree.verticalScrollBar()
        # the bar counts rows
        bar.setValue(bar.value() + round((rect.top() - self._place[1]) / max(1, rect.height())))

    def _restore_open(self) -> None:
        self._open_again()
        self._restore_place()

    def _open_again(self) -> None:
        if self._proxy.wanted:
            self.tree.expandAll()
            return
        for path in sorted(self._open):
            branch = self.model.branch(path)
            if branch.isValid():
                self.tree.expand(self._proxy.mapFromSource(branch))

    def _on_search_changed(self, text: str) -> None:
        self._proxy.look_for(text)
        if text:
            self.tree.expandAll()
        else:
            self.tree.collapseAll()
            self._restore_open()

    def _on_activated(self, index: QModelIndex) -> None:
        ref = self.model.ref_at(self._proxy.mapToSource(index))
        if ref is not None:
            self.plot_requested.emit([ref])
        else:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def menu(self) -> QMenu:
        """What can be done with the values that are selected."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        refs, count = self.selected_refs(), self.count_selected()
        plot = menu.addAction(icon("plot"), self.tr("Plot"), lambda: self.plot_requested.emit(refs))
        plot.setEnabled(bool(refs))
        if count > 1:
            words = self.tr("Plot for all {n} selected").format(n=count)
            every = menu.addAction(icon("plot"), words, lambda: self.plot_each_requested.emit(refs))
            every.setEnabled(bool(refs))
        menu.addAction(icon("copy"), self.tr("Copy"), self._copy)
        return menu

    def _on_menu_requested(self, point: QPoint) -> None:
        self.menu().popup(self.tree.viewport().mapToGlobal(point))

    def _copy(self) -> None:
        lines = []
        for index in self.tree.selectionModel().selectedRows():
            texts = [str(index.siblingAtColumn(column).data() or "") for column in range(ValueModel.COLUMNS)]
            lines.append("\t".join(texts[:3]).rstrip())
        QGuiApplication.clipboard().setText("\n".join(lines))
