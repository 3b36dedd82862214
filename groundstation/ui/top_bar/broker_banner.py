# SPDX-License-Identifier: Apache-2.0
"""A red strip under the top bar while the broker is lost: why, and what that means. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.tokens import PALETTE

HEIGHT = 30


class BrokerBanner(QFrame):
    """Hidden while all is well, and before the first connection."""

    def __init__(self, feed: FleetFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("brokerBanner")
        self.setFixedHeight(HEIGHT)
        self.setStyleSheet(
            f"#brokerBanner {{ background: {PALETTE.warning_surface}; border-bottom: 1px solid {PALETTE.warning}; }}"
        )
        self.text = ElidingLabel()
        self.text.setStyleSheet(f"color: {PALETTE.text}; font-weight: 500;")
        mark = QLabel()
        mark.setPixmap(pixmap("warning", 16, PALETTE.warning, self.devicePixelRatioF()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 14, 0)
        layout.setSpacing(8)
        layout.addWidget(mark)
        layout.addWidget(self.text, 1)
        feed.bus_changed.connect(self._on_bus_changed)
        self._on_bus_changed(feed.bus)

    def _on_bus_changed(self, status: BusStatus) -> None:
        openings = {
            BusState.LOST: self.tr("Broker lost. What is shown is what was last heard."),
            BusState.REFUSED: self.tr("The broker refuses this station."),
        }
        opening = openings.get(status.state)
        self.setVisible(opening is not None)
        reason = f"{status.reason[:1].upper()}{status.reason[1:]}"
        self.text.setText(f"{opening} {reason}".rstrip() if opening is not None else "")
