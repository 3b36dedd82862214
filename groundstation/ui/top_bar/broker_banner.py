# SPDX-License-Identifier: Apache-2.0
"""A strip under the top bar: red while the broker is lost, amber while the way from it is slow. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.letters import capital
from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.roles import Ink

HEIGHT = 30


class BrokerBanner(QFrame):
    """Hidden while all is well, and before the first connection."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("brokerBanner")
        self.setFixedHeight(HEIGHT)
        self.text = ElidingLabel()
        set_style(self.text, "color: $text; font-weight: 500;")
        self._mark = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 14, 0)
        layout.setSpacing(8)
        layout.addWidget(self._mark)
        layout.addWidget(self.text, 1)
        feed.bus_changed.connect(self._on_bus_changed)
        self._on_bus_changed(feed.bus)

    def _on_bus_changed(self, status: BusStatus) -> None:
        openings = {
            BusState.LOST: self.tr("Broker lost. What is shown is what was last heard."),
            BusState.REFUSED: self.tr("The broker refuses this station."),
        }
        opening = openings.get(status.state)
        is_slow = opening is None and bool(status.note)
        self.setVisible(opening is not None or is_slow)
        self._dress("caution" if is_slow else "warning")
        words = status.note if is_slow else f"{opening or ''} {_sentence(status.reason)}"
        self.text.setText(_sentence(words.strip()) if opening is not None or is_slow else "")

    def _dress(self, level: str) -> None:
        line, surface = {
            "caution": (Ink.CAUTION, Ink.CAUTION_SURFACE),
            "warning": (Ink.WARNING, Ink.WARNING_SURFACE),
        }[level]
        set_style(self, f"#brokerBanner {{ background: ${surface.value}; border-bottom: 1px solid ${line.value}; }}")
        set_mark(self._mark, level, 16, line)


def _sentence(words: str) -> str:
    return capital(words)
