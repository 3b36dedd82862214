# SPDX-License-Identifier: Apache-2.0
"""The connection to the broker in words: fine, on its way, or lost and since when. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.roles import Ink
from groundstation.ui.top_bar.marked_text import MarkedText
from groundstation.ui.units import age_text


class BrokerState(MarkedText):
    """The connection in one line."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed

    def refresh(self, now_s: float) -> None:
        """Show the connection as it is now."""
        status = self._feed.bus
        match status.state:
            case BusState.CONNECTED:
                # the note tells what the station does without on a slow way
                is_whole = not status.note
                role = Ink.TEXT if is_whole else Ink.CAUTION
                words = self._fine(status) if is_whole else self.tr("slow, overview only")
                self.show_marked("broker" if is_whole else "caution", role, words)
            case BusState.CONNECTING | BusState.UNKNOWN:
                self.show_marked(
                    "connecting", Ink.CAUTION, self._trouble(self.tr("connecting to broker"), status, now_s)
                )
            case BusState.LOST:
                self.show_marked("broker_lost", Ink.WARNING, self._trouble(self.tr("broker lost"), status, now_s))
            case BusState.REFUSED:
                self.show_marked("broker_lost", Ink.WARNING, self._trouble(self.tr("broker refused"), status, now_s))
            case _:
                self.show_marked("broker_lost", Ink.MUTED, self.tr("not connected"))
        parts = (status.broker, status.protocol, status.reason, status.note)
        self.setToolTip(plain_tip("\n".join(part for part in parts if part)))

    def _fine(self, status: BusStatus) -> str:
        rtt = "" if status.rtt_ms is None else f"  {status.rtt_ms:.0f} ms"
        return f"{status.protocol or self.tr('broker')}{rtt}"

    @staticmethod
    def _trouble(words: str, status: BusStatus, now_s: float) -> str:
        since = age_text(max(0.0, now_s - status.since_s)) if status.since_s else ""
        return f"{words} {since}".rstrip()
