# SPDX-License-Identifier: Apache-2.0
"""The connection to the broker in words: fine, on its way, or lost and since when. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.tokens import PALETTE
from groundstation.ui.units import age_text


class BrokerState(QWidget):
    """An icon and one line."""

    def __init__(self, feed: FleetFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._icon, self.text = QLabel(), ElidingLabel()
        self._look: tuple[str, str] = ("", "")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icon)
        layout.addWidget(self.text)

    def refresh(self, now_s: float) -> None:
        """Show the connection as it is now."""
        status = self._feed.bus
        match status.state:
            case BusState.CONNECTED:
                self._show("broker", PALETTE.text, self._fine(status))
            case BusState.CONNECTING | BusState.UNKNOWN:
                self._show("connecting", PALETTE.caution, self._trouble(self.tr("connecting to broker"), status, now_s))
            case BusState.LOST:
                self._show("broker_lost", PALETTE.warning, self._trouble(self.tr("broker lost"), status, now_s))
            case BusState.REFUSED:
                self._show("broker_lost", PALETTE.warning, self._trouble(self.tr("broker refused"), status, now_s))
            case _:
                self._show("broker_lost", PALETTE.muted, self.tr("not connected"))
        self.setToolTip(plain_tip("\n".join(part for part in (status.broker, status.protocol, status.reason) if part)))

    def _fine(self, status: BusStatus) -> str:
        rtt = "" if status.rtt_ms is None else f"  {status.rtt_ms:.0f} ms"
        return f"{status.protocol or self.tr('broker')}{rtt}"

    @staticmethod
    def _trouble(words: str, status: BusStatus, now_s: float) -> str:
        since = age_text(max(0.0, now_s - status.since_s)) if status.since_s else ""
        return f"{words} {since}".rstrip()

    def _show(self, icon_name: str, colour: str, text: str) -> None:
        self.text.setText(text)
        look = (icon_name, colour)
        if look != self._look:
            self._look = look
            icon_colour = PALETTE.muted if colour == PALETTE.text else colour
            self._icon.setPixmap(pixmap(icon_name, 18, icon_colour, self.devicePixelRatioF()))
            weight = 400 if colour == PALETTE.text else 600
            self.text.setStyleSheet(f"color: {colour}; font-weight: {weight};")
