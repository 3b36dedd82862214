# SPDX-License-Identifier: Apache-2.0
"""The links of every bridge in a window of their own. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from groundstation.ui.fleet_view import FleetView
from groundstation.ui.start.link_list import LinkList
from groundstation.ui.start.link_words import tr
from groundstation.ui.start.start_port import StartAccess

SIZE = (640, 420)


class LinksDialog(QDialog):
    """Not modal: what flies goes on meanwhile."""

    def __init__(self, feed: FleetView, access: StartAccess | None, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            feed: knows the tables of the bridges.
            access: says wishes; None for who only looks.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Links"))
        self.resize(*SIZE)
        self.list = LinkList(feed, access)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addWidget(self.list)
