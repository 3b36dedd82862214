# SPDX-License-Identifier: Apache-2.0
"""Broker, bridges and every vehicle's links with their numbers. GUI thread; works only while visible."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.links_panel.link_rows import LinkRow, link_rows
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.colours import level_role
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink

REFRESH_MS = 500


class LinksPanel(LivePanel):
    """A tree that is changed in place, so that open branches and the selection stay."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(REFRESH_MS, parent)
        self._feed = feed
        self._items: dict[tuple[str, ...], QTreeWidgetItem] = {}
        self._rows: dict[tuple[str, ...], LinkRow] = {}
        self.tree = QTreeWidget()
        self.tree.setColumnCount(6)
        titles = (
            self.tr("Link"),
            self.tr("State"),
            self.tr("Heard"),
            self.tr("Rate"),
            self.tr("Loss"),
            self.tr("Round trip"),
        )
        self.tree.setHeaderLabels(list(titles))
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAccessibleName(self.tr("Links"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 118), (2, 58), (3, 52), (4, 54), (5, 72)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.tree.setColumnWidth(column, width)
            if column > 1:
                self.tree.headerItem().setTextAlignment(
                    column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        wearing().changed.connect(self._on_theme_changed)

    def refresh(self) -> None:
        """Show everything as it is now."""
        rows = {row.path: row for row in link_rows(self._feed)}
        for path in [path for path in self._items if path not in rows]:
            self._remove(path)
        for path, row in rows.items():
            if self._rows.get(path) != row:
                self._show(path, row)
        self._rows = rows

    def _show(self, path: tuple[str, ...], row: LinkRow) -> None:
        item = self._items.get(path) or self._add(path)
        for column, text in enumerate(row.texts):
            # Qt lays out and draws a row for each text that is set, the same one too
            if item.text(column) != text:
                item.setText(column, text)
                # numbers are short; names of links and reasons may be cut off
                item.setToolTip(column, plain_tip(text) if column < 2 else "")
        face = QBrush(ink(Ink.MUTED if row.is_old else Ink.TEXT))
        state = QBrush(ink(level_role(row.level) if row.level > Level.NORMAL else Ink.MUTED))
        for column in range(6):
            item.setForeground(column, state if column == 1 else face)

    def _on_theme_changed(self) -> None:
        """Rows keep what they are painted in: each is shown anew."""
        self._rows = {}
        if self.isVisible():
            self.refresh()

    def _add(self, path: tuple[str, ...]) -> QTreeWidgetItem:
        above = self._items.get(path[:-1])
        item = QTreeWidgetItem(above) if above is not None else QTreeWidgetItem(self.tree)
        for column in range(2, 6):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if len(path) == 1:
            item.setIcon(0, icon("broker" if path[0] == "broker" else "links"))
            # bridges show their vehicles; what the broker counts is for whoever looks for trouble
            item.setExpanded(path[0] != "broker")
        self._items[path] = item
        return item

    def _remove(self, path: tuple[str, ...]) -> None:
        """Take a row away; what was below it comes again in its new place."""
        # Qt deletes what is below with it: kept in the table it would be asked for after its end
        for below in [one for one in self._items if one[: len(path)] == path and one != path]:
            del self._items[below]
            self._rows.pop(below, None)
        item = self._items.pop(path)
        (item.parent() or self.tree.invisibleRootItem()).removeChild(item)
