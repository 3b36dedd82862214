# SPDX-License-Identifier: Apache-2.0
"""Shows the start page in place of the panels, and the panels again once something is heard. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.simulator.simulator_port import SimulatorAccess
from groundstation.ui.start.links_dialog import LinksDialog
from groundstation.ui.start.start_page import StartPage
from groundstation.ui.start.start_port import StartAccess


class Ways(NamedTuple):
    """What the page leads to; None for what this window has not."""

    simulators: SimulatorAccess | None
    simulator: Callable[[], object] | None
    """Opens their dialog."""
    log: Callable[[str], object] | None
    """A path, or empty to ask for one."""
    logbook: Callable[[], object] | None


class StartDoor(QObject):
    """One of the window."""

    def __init__(
        self,
        window: QWidget,
        column: QVBoxLayout,
        others: list[QWidget],
        feed: FleetFeed,
        access: StartAccess,
        ways: Ways,
    ) -> None:
        """Put the page into the window, hidden unless it comes first.

        Args:
            window: the window.
            column: where everything of it stands.
            others: what gives way to the page.
            feed: tells what is heard.
            access: ways of the page.
            ways: where it leads.
        """
        super().__init__(window)
        self._window, self._others, self._feed, self._access = window, others, feed, access
        self._hidden: list[QWidget] = []
        self.dialog: LinksDialog | None = None
        """The one that was opened last."""
        self.page = StartPage(feed, access, ways.simulators, has_logs=ways.log is not None)
        column.addWidget(self.page, 1)
        self.page.hide()
        self.page.left.connect(self.close)
        if ways.simulator is not None:
            self.page.simulator_wanted.connect(ways.simulator)
        if ways.log is not None:
            self.page.log_wanted.connect(ways.log)
        if ways.logbook is not None:
            self.page.logbook_wanted.connect(ways.logbook)
            self.page.logbook_wanted.connect(self.close)
        self._goes_by_itself = False
        feed.vehicles_changed.connect(self._on_heard)
        feed.sensors_changed.connect(self._on_heard)
        if access.is_first:
            self.open(goes_by_itself=True)

    @property
    def is_open(self) -> bool:
        """Whether the page is shown."""
        return not self.page.isHidden()

    def open(self, *, goes_by_itself: bool = False) -> None:
        """Show the page.

        Args:
            goes_by_itself: with the next thing that is heard; else it stays until it is left.
        """
        if self.is_open:
            return
        self._goes_by_itself = goes_by_itself
        self._hidden = [one for one in self._others if not one.isHidden()]
        for one in self._hidden:
            one.hide()
        self.page.show()
        self.page.setFocus()

    def close(self) -> None:
        """Show the panels."""
        if not self.is_open:
            return
        self.page.hide()
        for one in self._hidden:
            one.show()

    def open_links(self) -> None:
        """Show the links in a window of their own."""
        dialog = self.dialog = LinksDialog(self._feed, self._access, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show_beside(dialog)

    def _on_heard(self, _what: object) -> None:
        if not self.is_open or not self._goes_by_itself:
            return
        # what only the broker's store tells of is not there
        is_heard = any(one.is_heard and one.heard_s is not None for one in self._feed.fleet)
        if is_heard or any(True for _ in self._feed.sensors.topics()):
            self.close()
