# SPDX-License-Identifier: Apache-2.0
"""Parameters as they were known at a moment of a recording: looked at, and nothing to change them with. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.parameters.param_browser import ParamBrowser
from groundstation.ui.parameters.param_facts import FactsByFirmware
from groundstation.ui.parameters.param_port import ParamAccess
from groundstation.ui.parameters.set_words import MOST_VEHICLES, head_words, name_words
from groundstation.ui.selection import Selection

REFRESH_MS = 500


class PastParameters(LivePanel):
    """The same without orders, files and fields: it is made of nothing that commands."""

    def __init__(
        self,
        feed: FleetView,
        selection: Selection,
        access: ParamAccess | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the panel.

        Args:
            feed: the fleet at the moment.
            selection: shared by the window.
            access: ways to disk, for what describes parameters; None for a window without.
            parent: Qt's.
        """
        super().__init__(REFRESH_MS, parent)
        self._feed, self._selection = feed, selection
        self._facts = FactsByFirmware(access, parent=self)
        self._facts.came.connect(self.refresh)
        self._shown: object = None
        self.name, self.state = ElidingLabel(), ElidingLabel()
        self.name.setProperty("role", "strong")
        self.state.setProperty("role", "small")
        self.browser = ParamBrowser(can_edit=False)
        head = QVBoxLayout()
        head.setContentsMargins(12, 8, 12, 2)
        head.setSpacing(4)
        head.addWidget(self.name)
        head.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.browser, 1)
        selection.changed.connect(self.refresh)
        # a method of its own: Qt lets go of it with the panel
        feed.timeline.passed.connect(self._on_moment)

    def _on_moment(self, now_s: float) -> None:
        del now_s
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show what was known then."""
        found = (self._feed.fleet.get(key) for key in self._selection.keys[:MOST_VEHICLES])
        states = [one for one in found if one is not None]
        self.name.setText(name_words(states, len(self._selection.keys)))
        words, tip = head_words(states, self._feed.now_s())
        self.state.setText(words)
        self.state.setToolTip(tip)
        facts = self._facts.of(states)
        hashes = tuple(one.parameters.hash if one.parameters is not None else None for one in states)
        lists = tuple(one.parameter_list for one in states)
        now = (tuple(one.key for one in states), hashes, lists, id(facts))
        if now != self._shown:
            self._shown = now
            known = [one.known_parameters for one in states]
            sets = [{one.name: one for one in held} for held in known if held is not None]
            self.browser.show_sets(sets, {}, facts)
            self.browser.show_hint("" if sets else self.tr("Up to this moment nobody had read its parameters."))
